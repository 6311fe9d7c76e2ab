"""Along the streets, both antennas below the roofs: ITU-R P.1411-12.

Section 4.1.2 in line of sight (LoS), section 4.1.1 without it.
"""

from __future__ import annotations

import math
from typing import Final

from numba import njit

from aqdaq.base.units import WAVELENGTH_M_GHZ
from aqdaq.engine.registry import check_range

SOURCE_LOS: Final = "ITU-R P.1411-12 section 4.1.2"
SOURCE_NLOS: Final = "ITU-R P.1411-12 section 4.1.1"

#: Frequencies (MHz) of the two slopes in line of sight: UHF to 3 GHz, SHF to 15 GHz.
LOS_RANGE_MHZ: Final = (300.0, 15e3)
#: Above it the road with its traffic is the mirror, not its surface (MHz).
SHF_FROM_MHZ: Final = 3000.0
#: Height of that mirror (m), assumed: the measurements of the Recommendation lie between 0.23 and 1.6 m.
ROAD_M: Final = 0.5
#: Frequencies (MHz) without line of sight, urban high-rise.
NLOS_RANGE_MHZ: Final = (800.0, 82e3)
#: Distances (m) of its measurements.
NLOS_NEAREST_M: Final = 30.0
NLOS_FARTHEST_M: Final = 715.0
#: Where the path along the streets ends (m): P.1411 is for paths up to about 1 km. Its power fades up to there.
STREETS_END_M: Final = 1000.0
#: So far above the roofs (m) an antenna no longer feeds the streets below; its share fades up to there.
ABOVE_ROOFS_M: Final = 5.0


@njit(cache=True, error_model="numpy")
def breakpoint_m(f_ghz: float, tx_height_m: float, rx_height_m: float) -> float:
    """Return R_bp, where the ray from the road starts to cancel the direct one (m); P.1411-12 section 4.1.2."""
    road = ROAD_M if f_ghz * 1e3 > SHF_FROM_MHZ else 0.0
    return 4.0 * (tx_height_m - road) * (rx_height_m - road) * f_ghz / WAVELENGTH_M_GHZ


@njit(cache=True, error_model="numpy")
def street_los_bounds_db(
    d_m: float, f_ghz: float, tx_height_m: float, rx_height_m: float
) -> tuple[float, float, float]:
    """Return lower bound, median and upper bound of the loss in line of sight (dB); P.1411-12 section 4.1.2.

    Args:
        d_m: between the antennas (m).
        f_ghz: frequency (GHz).
        tx_height_m: above the road (m).
        rx_height_m: above the road (m).
    """
    at = breakpoint_m(f_ghz, tx_height_m, rx_height_m)
    # lambda^2 / (8 pi h1 h2) = lambda / (2 pi R_bp)
    base = abs(20.0 * math.log10(WAVELENGTH_M_GHZ / f_ghz / (2.0 * math.pi * at)))
    log_d = math.log10(d_m / at)
    if d_m <= at:
        return base + 20.0 * log_d, base + 6.0 + 20.0 * log_d, base + 20.0 + 25.0 * log_d
    return base + 40.0 * log_d, base + 6.0 + 40.0 * log_d, base + 20.0 + 40.0 * log_d


@njit(cache=True, error_model="numpy")
def street_los_db(d_m: float, f_ghz: float, tx_height_m: float, rx_height_m: float) -> float:
    """Return the median loss in line of sight (dB); arguments as for ``street_los_bounds_db``."""
    return street_los_bounds_db(d_m, f_ghz, tx_height_m, rx_height_m)[1]


@njit(cache=True, error_model="numpy")
def street_nlos_db(d_m: float, f_ghz: float) -> float:
    """Return the median loss round the corners (dB); P.1411-12 section 4.1.1, urban high-rise, no line of sight.

    Nearer than its measurements reach (30 m) it falls as free space does.

    Args:
        d_m: between the antennas (m).
        f_ghz: frequency (GHz).
    """
    measured = max(d_m, NLOS_NEAREST_M)
    near = 20.0 * math.log10(d_m / measured)
    return 40.0 * math.log10(measured) + 10.2 + 23.6 * math.log10(f_ghz) + near


@njit(cache=True, error_model="numpy")
def street_share(d_m: float) -> float:
    """Return the share of its power with which a path round the corners counts: 1 to 715 m, then falling to 0."""
    return min(max((STREETS_END_M - d_m) / (STREETS_END_M - NLOS_FARTHEST_M), 0.0), 1.0)


@njit(cache=True, error_model="numpy")
def feeding_share(tx_height_m: float, roof_m: float) -> float:
    """Return how far an antenna is one among the streets: 1 up to the roofs around it, then falling to 0."""
    return min(max((roof_m + ABOVE_ROOFS_M - tx_height_m) / ABOVE_ROOFS_M, 0.0), 1.0)


def street_los_loss_db(
    frequency_mhz: float, distance_m: float, tx_height_m: float, rx_height_m: float
) -> tuple[float, float, float]:
    """Return lower bound, median and upper bound of the loss in line of sight with their ranges checked (dB).

    Args:
        frequency_mhz: 300 to 15000 (MHz).
        distance_m: between the antennas (m), above 0, to 1000.
        tx_height_m: above the road (m), 1 or more.
        rx_height_m: above the road (m), 1 or more.

    Raises:
        ValidityError: outside these ranges.
    """
    check_range("frequency_mhz", frequency_mhz, *LOS_RANGE_MHZ, unit="MHz", source=SOURCE_LOS)
    check_range("distance_m", distance_m, math.nextafter(0.0, 1.0), STREETS_END_M, unit="m", source=SOURCE_LOS)
    for name, height in (("tx_height_m", tx_height_m), ("rx_height_m", rx_height_m)):
        check_range(name, height, 1.0, math.inf, unit="m", source=SOURCE_LOS)
    return street_los_bounds_db(distance_m, frequency_mhz * 1e-3, tx_height_m, rx_height_m)


def street_nlos_loss_db(frequency_mhz: float, distance_m: float) -> float:
    """Return the median loss round the corners of urban high-rise with its ranges checked (dB).

    Args:
        frequency_mhz: 800 to 82000 (MHz).
        distance_m: between the antennas (m), 30 to 715.

    Raises:
        ValidityError: outside these ranges.
    """
    check_range("frequency_mhz", frequency_mhz, *NLOS_RANGE_MHZ, unit="MHz", source=SOURCE_NLOS)
    check_range("distance_m", distance_m, NLOS_NEAREST_M, NLOS_FARTHEST_M, unit="m", source=SOURCE_NLOS)
    return street_nlos_db(distance_m, frequency_mhz * 1e-3)
