"""How the error of a map varies from place to place: a part that neighbours share, and a part of each place alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.kriging import CELL, NEAR_M, NOISE, PLACE, SITE, SURROUNDINGS_M

Array = NDArray[np.float64]

#: Share of the variance that neighbours share, and the distance over which they do (m), where nobody estimated them:
#: shadowing in built-up areas decorrelates over 20 to 100 m.
ASSUMED_SHARE: Final = 0.75
ASSUMED_RANGE_M: Final = 60.0


@dataclass(frozen=True, slots=True)
class FieldSpread:
    """The error of a map as a random field.

    Attributes:
        sd_db: standard deviation of the part that neighbours share (dB); a measurement nearby lowers it.
        range_m: scale of its correlation (m).
        nugget_db: standard deviation of the part of each place alone (dB), such as fading; no neighbour knows it.
        kernel: ``exponential`` is ``exp(-d / range)``; ``matern32`` is ``(1 + k d) exp(-k d)`` with
            ``k = sqrt(3) / range``.
    """

    sd_db: float
    range_m: float
    nugget_db: float
    kernel: Literal["exponential", "matern32"] = "exponential"

    def __post_init__(self) -> None:
        """Refuse what no field can have.

        Raises:
            ValidityError: a figure is not finite, the spread or the range is not positive, or the nugget is negative.
        """
        figures = (self.sd_db, self.range_m, self.nugget_db)
        possible = all(math.isfinite(v) for v in figures) and min(self.sd_db, self.range_m) > 0 and self.nugget_db >= 0
        if not possible:
            raise ValidityError(Fault("spread of the field", f"impossible figures: {self}", "give them in dB and m"))

    @classmethod
    def assumed(cls, sd_db: float) -> FieldSpread:
        """Return the field of a map whose levels spread by ``sd_db`` (dB) in all, as assumed where nobody knows."""
        return cls(sd_db * math.sqrt(ASSUMED_SHARE), ASSUMED_RANGE_M, sd_db * math.sqrt(1.0 - ASSUMED_SHARE))

    @classmethod
    def of_fit(cls, spread: Array, sd_db: float) -> FieldSpread:
        """Return the field of a map that was fitted.

        What a place and a row have alone is the nugget. All else that is left in the map is shared by neighbours:
        what lies on the way from a site and what a cell has alone nearby over the near range of the fit, the rest, the
        figures of the cells among it, over that of the surroundings. One range stands for both: that of the same slope
        at the place itself, where a drive teaches most.

        Args:
            spread: (9,) of the fit, as ``engine.kriging`` takes it.
            sd_db: standard deviation that the map typically states (dB).
        """
        near, own = float(spread[SITE] + spread[CELL]), float(spread[PLACE] + spread[NOISE])
        far = max(sd_db**2 - own - near, 0.0)
        slope = near / float(spread[NEAR_M]) + far / float(spread[SURROUNDINGS_M])
        return cls(math.sqrt(near + far), (near + far) / slope, math.sqrt(own))

    @property
    def noise(self) -> float:
        """Variance of the nugget over that of the shared part: how much one sample leaves open of its own place."""
        return (self.nugget_db / self.sd_db) ** 2

    def correlation(self, distance_m: Array) -> Array:
        """Return the correlation of the shared part over distances (m), any shape."""
        if self.kernel == "exponential":
            return np.asarray(np.exp(distance_m / -self.range_m))
        scaled = distance_m * (math.sqrt(3.0) / self.range_m)
        return np.asarray((1.0 + scaled) * np.exp(-scaled))
