"""From the roofs down into the street: ITU-R P.1411-12 section 4.2.2.1, the terms L_rts and L_ori of NLoS1."""

from __future__ import annotations

import math
from typing import Final

from numba import njit

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.registry import check_range

SOURCE: Final = "ITU-R P.1411-12 section 4.2.2.1"

#: Frequencies (MHz) of section 4.2.2.1.
FREQUENCY_RANGE_MHZ: Final = (800.0, 26e3)
#: Heights (m) of station 2, the one in the street.
RX_HEIGHT_RANGE_M: Final = (1.0, 3.0)
#: Longest path (m).
LONGEST_M: Final = 5000.0


@njit(cache=True, error_model="numpy")
def orientation_db(angle_deg: float) -> float:
    """Return L_ori, the correction for the direction of the street (dB); P.1411-12 section 4.2.2.1.

    Args:
        angle_deg: between the street and the path (deg), 0 to 90; NaN where the street has no direction (a square, a
            crossing): 0, the mean of L_ori over all angles (0.02 dB).
    """
    if math.isnan(angle_deg):
        return 0.0
    if angle_deg < 35.0:
        return -10.0 + 0.354 * angle_deg
    if angle_deg < 55.0:
        return 2.5 + 0.075 * (angle_deg - 35.0)
    return 4.0 - 0.114 * (angle_deg - 55.0)


@njit(cache=True, error_model="numpy")
def rooftop_to_street_db(f_mhz: float, width_m: float, drop_m: float, angle_deg: float) -> float:
    """Return L_rts, from the last roof down into the street (dB), at least 0; P.1411-12 section 4.2.2.1.

    Args:
        f_mhz: frequency (MHz), 800 to 26000.
        width_m: of the street, front to front (m).
        drop_m: height of the roofs above the receiver, h_r - h_2 (m), above 0.
        angle_deg: between the street and the path (deg), 0 to 90, or NaN.
    """
    loss = -8.2 - 10.0 * math.log10(width_m) + 10.0 * math.log10(f_mhz) + 20.0 * math.log10(drop_m)
    return max(loss + orientation_db(angle_deg), 0.0)


@njit(cache=True, error_model="numpy")
def angle_between_deg(bearing_deg: float, direction_deg: float) -> float:
    """Return the angle between a path and a street (deg), 0 to 90; NaN where the street has no direction."""
    off = abs(bearing_deg - direction_deg) % 180.0
    return min(off, 180.0 - off)


def check_street(
    width_m: float, roof_height_m: float, angle_deg: float | None, *, where: str = "street_width_m"
) -> None:
    """Refuse a street that no city has.

    Args:
        width_m: front to front (m).
        roof_height_m: of the roofs above the ground of the street (m).
        angle_deg: between the street and the path (deg); None where it is not known.
        where: name of the field of the width.

    Raises:
        ValidityError: a width or height not above 0, or an angle outside 0 to 90.
    """
    faults = [
        Fault(name, f"{value:g} m is not above 0", "give it in metres")
        for name, value in ((where, width_m), ("roof_height_m", roof_height_m))
        if not 0.0 < value < math.inf
    ]
    if angle_deg is not None and not 0.0 <= angle_deg <= 90.0:
        faults.append(
            Fault("street_angle_deg", f"{angle_deg:g} deg is outside 0 to 90", "90: the street crosses the path")
        )
    if faults:
        raise ValidityError(faults)


def rooftop_to_street_loss_db(
    frequency_mhz: float,
    street_width_m: float,
    roof_height_m: float,
    rx_height_m: float,
    street_angle_deg: float | None = None,
) -> float:
    """Return L_rts with its ranges checked (dB).

    Args:
        frequency_mhz: 800 to 26000 (MHz).
        street_width_m: front to front (m).
        roof_height_m: mean height of the roofs above the street (m).
        rx_height_m: of the receiver above the street (m), 1 to 3, below the roofs.
        street_angle_deg: between the street and the path (deg), 0 to 90; None where it is not known.

    Raises:
        ValidityError: outside these ranges.
    """
    check_range("frequency_mhz", frequency_mhz, *FREQUENCY_RANGE_MHZ, unit="MHz", source=SOURCE)
    check_range("rx_height_m", rx_height_m, *RX_HEIGHT_RANGE_M, unit="m", source=SOURCE)
    check_street(street_width_m, roof_height_m, street_angle_deg)
    if roof_height_m <= rx_height_m:
        raise ValidityError(Fault("roof_height_m", f"{roof_height_m:g} m is not above the receiver", "use no L_rts"))
    angle = math.nan if street_angle_deg is None else street_angle_deg
    return rooftop_to_street_db(frequency_mhz, street_width_m, roof_height_m - rx_height_m, angle)
