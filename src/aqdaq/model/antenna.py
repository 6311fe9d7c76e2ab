"""Antennas as data; the engine turns them into gains."""

from __future__ import annotations

from dataclasses import dataclass

from aqdaq.base.errors import Fault, ValidityError


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
