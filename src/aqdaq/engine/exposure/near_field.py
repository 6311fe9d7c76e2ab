"""The near field of a panel antenna: the field of its sub-sources, added with their phases.

The synthetic model of ITU-T K.61 / K.70 and IEC 62232: the panel is a row of equal elements along its own vertical,
each radiating with the panel's horizontal cut and a broad vertical one, excited alike but for the phases of an
electrical tilt. In the direction of its beam and far away the sum is EIRP / (4 pi r^2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.base.units import wavelength_m
from aqdaq.engine.exposure.elementary import DEGREES, NEPER
from aqdaq.engine.exposure.pattern import horizontal_loss_db
from aqdaq.model.antenna import Antenna, ParametricAntenna

#: Half-power beamwidth of an evenly excited row times its length in wavelengths (deg).
ROW_WIDTH_DEG: Final = 50.8
#: Elements stand at most this far apart (wavelengths), so that no second beam appears.
SPACING: Final = 0.7
#: Vertical half-power beamwidth (deg) and largest loss (dB) of one element: 3GPP TR 38.901, Table 7.3-1.
ELEMENT_WIDTH_DEG: Final = 65.0
ELEMENT_LOSS_DB: Final = 30.0


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel antenna as a row of elements.

    Attributes:
        length_m: of the row (m); 0 for a point.
        elements: how many.
        spacing_m: between them (m).
        wave_number: 2 pi over the wavelength (1/m).
        near_m: beyond it the far field holds: 2 L^2 / wavelength (m); 0 for a point.
    """

    length_m: float
    elements: int
    spacing_m: float
    wave_number: float
    near_m: float

    @classmethod
    def point(cls) -> Self:
        """Return an antenna without extent: its far field holds everywhere."""
        return cls(0.0, 1, 0.0, 0.0, 0.0)


def panel_of(antenna: Antenna, frequency_mhz: float) -> Panel:
    """Return the row of elements that an antenna with this vertical beamwidth must be.

    No table gives the length of an antenna; that of an evenly excited row follows from its vertical half-power
    beamwidth: L = 50.8 deg wavelength / width. One that is shorter than a wavelength counts as a point.

    Args:
        antenna: the pattern.
        frequency_mhz: of the carrier (MHz).
    """
    wave = wavelength_m(frequency_mhz)
    length = ROW_WIDTH_DEG / vertical_width_deg(antenna) * wave
    if length < wave:
        return Panel.point()
    count = math.ceil(length / (SPACING * wave))
    return Panel(length, count, length / count, 2.0 * math.pi / wave, 2.0 * length**2 / wave)


def vertical_width_deg(antenna: Antenna) -> float:
    """Return the vertical half-power beamwidth (deg): as given, or that of the vertical cut around its main lobe."""
    if isinstance(antenna, ParametricAntenna):
        return antenna.vertical_beamwidth_deg
    losses = np.asarray(antenna.vertical_loss_db)
    lobe = int(losses.argmin())
    sides = (_half_power_deg(np.roll(losses, -lobe)), _half_power_deg(np.roll(losses[::-1], lobe + 1)))
    return sum(sides)


def _half_power_deg(falling_db: NDArray[np.float64]) -> float:
    """Return the angle (deg) at which losses of one a degree, from a lobe on, first reach 3 dB more than there."""
    over = np.flatnonzero(falling_db >= falling_db[0] + 3.0)
    if not over.size or over[0] >= 180:
        return 180.0
    high = int(over[0])
    low_db, high_db = falling_db[high - 1], falling_db[high]
    return high - 1 + float((falling_db[0] + 3.0 - low_db) / (high_db - low_db))


@njit(cache=True, nogil=True, error_model="numpy")
def near_gain_m2(
    forward_m: float,
    right_m: float,
    upward_m: float,
    elements: int,
    spacing_m: float,
    wave_number: float,
    sin_electrical: float,
    pattern: NDArray[np.float64],
) -> float:
    """Return |sum of the elements' fields|^2 (1/m2), which far away on the beam is 1 / r^2.

    Args:
        forward_m: of the receptor in the panel's own frame (m).
        right_m: the same, to the right (m).
        upward_m: the same, along the row (m).
        elements: of the row.
        spacing_m: between them (m).
        wave_number: (1/m).
        sin_electrical: sine of the electrical tilt.
        pattern: (724,) of the antenna, for its horizontal cut.
    """
    flat2 = forward_m * forward_m + right_m * right_m
    flat = math.sqrt(flat2)
    side_db = horizontal_loss_db(DEGREES * math.atan2(right_m, forward_m), pattern)
    real = imaginary = 0.0
    for n in range(elements):
        along = (n - 0.5 * (elements - 1)) * spacing_m
        rise = upward_m - along
        distance = math.sqrt(flat2 + rise * rise)
        theta = DEGREES * math.atan2(rise, flat)
        vertical_db = min(12.0 * (theta / ELEMENT_WIDTH_DEG) ** 2, ELEMENT_LOSS_DB)
        amplitude = math.exp(-0.5 * NEPER * min(vertical_db + side_db, ELEMENT_LOSS_DB)) / distance
        phase = wave_number * (distance - along * sin_electrical)
        real += amplitude * math.cos(phase)
        imaginary += amplitude * math.sin(phase)
    tilt = DEGREES * math.asin(sin_electrical)
    on_beam = math.exp(-NEPER * 12.0 * (tilt / ELEMENT_WIDTH_DEG) ** 2)
    return (real * real + imaginary * imaginary) / (elements * elements * on_beam)
