"""The level of one cell at places of the map: fitted, or as the engine says where nothing was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import Links

Array = NDArray[np.float64]

#: Correlation of the errors of two cells at one place where no measurement says it.
TOGETHER: Final = 0.5


class MapModel(Protocol):
    """What maps ask of a model: one fitted to measurements, or one that other cities taught."""

    @property
    def together(self) -> float:
        """Correlation of two cells' levels at one place around what is forecast."""
        ...

    @property
    def best_factor(self) -> float:
        """Factor of the cells' standard deviations where the strongest of them is asked."""
        ...

    def trend_dbm(self, links: Links) -> Array:
        """Return (n,) roughly the level of each link (dBm), quickly."""
        ...

    def map_levels(self, links: Links, *, group_m: float = 0.0) -> tuple[Array, Array]:
        """Return (n,) level (dBm) of each link and its standard deviation (dB)."""
        ...

    def trend_levels(self, links: Links) -> tuple[Array, Array]:
        """Return the same away from where measurements are taken; NaN where the model says nothing of such places."""
        ...


@dataclass(frozen=True, slots=True)
class CellLevels:
    """Levels of the cells of a project.

    Attributes:
        model: fitted, or taught by other cities; None: the engine's levels hold as they are.
        sd_db: standard deviation of a level without a model (dB).
        group_m: places of a cell within a square of this side (m) share the measurements they are told from.
    """

    model: MapModel | None
    sd_db: float
    group_m: float = 0.0

    @property
    def together(self) -> float:
        """Correlation of two cells' levels at one place around what is forecast."""
        return TOGETHER if self.model is None else self.model.together

    @property
    def best_factor(self) -> float:
        """Factor of the cells' standard deviations where the strongest of them is asked."""
        return 1.0 if self.model is None else self.model.best_factor

    def about(self, cell: int, x_m: Array, y_m: Array, predicted_dbm: Array) -> Array:
        """Return (n,) roughly the level of a cell (dBm), quickly: the trend without the field around it."""
        if self.model is None:
            return predicted_dbm
        return self.model.trend_dbm(_links(cell, x_m, y_m, predicted_dbm))

    def levels(self, cell: int, x_m: Array, y_m: Array, predicted_dbm: Array) -> tuple[Array, Array]:
        """Return (n,) the level of a cell (dBm) and its standard deviation (dB); NaN where nothing is predicted.

        Args:
            cell: number of the cell in the fit.
            x_m: (n,) easting (m).
            y_m: (n,) northing (m).
            predicted_dbm: (n,) level by the engine alone (dBm).
        """
        if self.model is None:
            return predicted_dbm, np.where(np.isfinite(predicted_dbm), self.sd_db, np.nan)
        return self.model.map_levels(_links(cell, x_m, y_m, predicted_dbm), group_m=self.group_m)

    def trend_levels(self, cell: int, x_m: Array, y_m: Array, predicted_dbm: Array) -> tuple[Array, Array]:
        """Return (n,) level (dBm) and standard deviation (dB) away from where measurements are taken; as ``levels``.

        The fitted figures of the cell count, the measurements near by do not: above the street they say little.
        """
        if self.model is None:
            return self.levels(cell, x_m, y_m, predicted_dbm)
        return self.model.trend_levels(_links(cell, x_m, y_m, predicted_dbm))


def _links(cell: int, x_m: Array, y_m: Array, predicted_dbm: Array) -> Links:
    n = len(x_m)
    return Links(np.full(n, cell, dtype=np.int64), x_m, y_m, predicted_dbm, np.full(n, np.nan))
