"""Antennas as data; the engine turns them into gains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from aqdaq.base.errors import Fault, ValidityError

#: Values of a cut: one a degree.
CUT_DEGREES: Final = 360


@dataclass(frozen=True, slots=True)
class ParametricAntenna:
    """Parametric pattern of 3GPP TR 38.901 (v17) Table 7.3-1, with the figures free.

    The gain itself is part of the EIRP: the pattern is the loss relative to its maximum.

    Attributes:
        horizontal_beamwidth_deg: half-power beamwidth in azimuth (deg).
        vertical_beamwidth_deg: half-power beamwidth in elevation (deg).
        front_to_back_db: largest attenuation in azimuth and in total, A_max (dB).
        side_lobe_db: largest attenuation in elevation, SLA_V (dB).
        omni: no loss in azimuth.
    """

    horizontal_beamwidth_deg: float = 65.0
    vertical_beamwidth_deg: float = 65.0
    front_to_back_db: float = 30.0
    side_lobe_db: float = 30.0
    omni: bool = False

    def __post_init__(self) -> None:
        """Refuse impossible figures.

        Raises:
            ValidityError: a beamwidth outside 0-360 degrees or a negative attenuation.
        """
        widths = (self.horizontal_beamwidth_deg, self.vertical_beamwidth_deg)
        if not all(0.0 < width <= 360.0 for width in widths) or self.front_to_back_db < 0 or self.side_lobe_db < 0:
            raise ValidityError(Fault("antenna", f"impossible figures: {self}", "beamwidths in degrees, losses in dB"))

    @property
    def electrical_tilt_deg(self) -> float:
        """Degrees by which the pattern itself leans down: none, it is drawn around its boresight."""
        return 0.0


@dataclass(frozen=True, slots=True)
class TableAntenna:
    """Pattern measured by its maker: two cuts of losses relative to the gain, one value a degree.

    Attributes:
        name: of the antenna and its tilt, as its file says.
        gain_dbi: at the maximum of the pattern (dBi).
        horizontal_loss_db: 360 losses (dB, >= 0), degrees clockwise from the boresight as seen from above.
        vertical_loss_db: 360 losses (dB, >= 0): 0 the horizon ahead, 90 straight down, 180 the horizon behind.
        frequency_mhz: at which it was measured (MHz), None where the file is silent.
        electrical_tilt_deg: by which the vertical cut leans down already (deg).
        gain_unit_given: whether its file names the unit of the gain; a bare number was taken as dBd.
    """

    name: str
    gain_dbi: float
    horizontal_loss_db: tuple[float, ...]
    vertical_loss_db: tuple[float, ...]
    frequency_mhz: float | None = None
    electrical_tilt_deg: float = 0.0
    gain_unit_given: bool = True

    def __post_init__(self) -> None:
        """Refuse cuts that are no cuts.

        Raises:
            ValidityError: a cut without 360 values, or with one that is negative or no number.
        """
        for cut in (self.horizontal_loss_db, self.vertical_loss_db):
            if len(cut) != CUT_DEGREES or not all(0.0 <= loss < math.inf for loss in cut):
                what = f"a cut of {len(cut)} values is not {CUT_DEGREES} losses of 0 dB or more"
                raise ValidityError(Fault(f"antenna {self.name}", what, "losses in dB down from the maximum"))


Antenna = ParametricAntenna | TableAntenna
