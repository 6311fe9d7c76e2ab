"""3GPP TR 38.901 (v17.0.0) path loss: urban macro, urban micro (street canyon), rural macro; loss into buildings.

Path loss: Table 7.4.1-1. Probability of line of sight: Table 7.4.2-1. Into buildings: section 7.4.3.1. Distances and
heights as in Figures 7.4.1-1 and 7.4.1-2: over flat ground, heights above it. f_c in GHz, the speed of light 3e8 m/s.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Lowest effective height (m): that of the lowest terminal, 1.5 m, above an environment of 1 m.
_LEAST_EFFECTIVE_M = 0.5


@njit(cache=True, error_model="numpy")
def breakpoint_m(f_ghz: float, bs_m: float, ut_m: float, environment_m: float) -> float:
    """Return d'_BP of UMa and UMi (m); Table 7.4.1-1 note 1."""
    bs, ut = max(bs_m - environment_m, _LEAST_EFFECTIVE_M), max(ut_m - environment_m, _LEAST_EFFECTIVE_M)
    return 4.0 * bs * ut * f_ghz * 10.0 / 3.0


@njit(cache=True, error_model="numpy")
def _two_slopes_db(
    d2d_m: float, f_ghz: float, bs_m: float, ut_m: float, break_m: float, figures: tuple[float, float, float]
) -> float:
    """Return the loss in line of sight of UMa and UMi (dB): PL1 before the breakpoint, PL2 behind it."""
    at_1m, slope, behind = figures
    rise2 = (bs_m - ut_m) ** 2
    log_d = 0.5 * math.log10(d2d_m * d2d_m + rise2)
    base = at_1m + 20.0 * math.log10(f_ghz)
    if d2d_m <= break_m:
        return base + slope * log_d
    return base + 40.0 * log_d - behind * math.log10(break_m * break_m + rise2)


@njit(cache=True, error_model="numpy")
def _high_share(d2d_m: float, ut_m: float) -> float:
    """Return C(d, h) of UMa: above 13 m a terminal may see the base over the roofs; note 1 and Table 7.4.2-1."""
    if ut_m <= 13.0 or d2d_m <= 18.0:
        return 0.0
    return ((ut_m - 13.0) / 10.0) ** 1.5 * 1.25 * (d2d_m / 100.0) ** 3 * math.exp(-d2d_m / 150.0)


@njit(cache=True, error_model="numpy")
def uma_los_db(d2d_m: float, f_ghz: float, bs_m: float, ut_m: float) -> float:
    """Return the loss of urban macro in line of sight (dB); the mean over the heights of the environment of note 1.

    Args:
        d2d_m: horizontal distance (m), 10 to 5000.
        f_ghz: frequency (GHz), 0.5 to 100.
        bs_m: height of the base antenna (m).
        ut_m: height of the terminal (m), 1.5 to 22.5.
    """
    figures = (28.0, 22.0, 9.0)
    loss = _two_slopes_db(d2d_m, f_ghz, bs_m, ut_m, breakpoint_m(f_ghz, bs_m, ut_m, 1.0), figures)
    heights = math.floor((ut_m - 1.5 - 12.0) / 3.0) + 1  # 12, 15, ... up to ut_m - 1.5
    odds = _high_share(d2d_m, ut_m)
    if heights < 1 or odds == 0.0:
        return loss
    high = 0.0
    for i in range(heights):
        break_m = breakpoint_m(f_ghz, bs_m, ut_m, 12.0 + 3.0 * i)
        high += _two_slopes_db(d2d_m, f_ghz, bs_m, ut_m, break_m, figures) / heights
    return (loss + odds * high) / (1.0 + odds)


@njit(cache=True, error_model="numpy")
def uma_nlos_db(d2d_m: float, f_ghz: float, bs_m: float, ut_m: float) -> float:
    """Return the loss of urban macro without line of sight (dB), never below that with it; arguments as above."""
    d3d = math.hypot(d2d_m, bs_m - ut_m)
    loss = 13.54 + 39.08 * math.log10(d3d) + 20.0 * math.log10(f_ghz) - 0.6 * (ut_m - 1.5)
    return max(loss, uma_los_db(d2d_m, f_ghz, bs_m, ut_m))


@njit(cache=True, error_model="numpy")
def umi_los_db(d2d_m: float, f_ghz: float, bs_m: float, ut_m: float) -> float:
    """Return the loss of urban micro in line of sight (dB); arguments as for ``uma_los_db``."""
    break_m = breakpoint_m(f_ghz, bs_m, ut_m, 1.0)
    return _two_slopes_db(d2d_m, f_ghz, bs_m, ut_m, break_m, (32.4, 21.0, 9.5))


@njit(cache=True, error_model="numpy")
def umi_nlos_db(d2d_m: float, f_ghz: float, bs_m: float, ut_m: float) -> float:
    """Return the loss of urban micro without line of sight (dB); arguments as for ``uma_los_db``."""
    d3d = math.hypot(d2d_m, bs_m - ut_m)
    loss = 22.4 + 35.3 * math.log10(d3d) + 21.3 * math.log10(f_ghz) - 0.3 * (ut_m - 1.5)
    return max(loss, umi_los_db(d2d_m, f_ghz, bs_m, ut_m))


@njit(cache=True, error_model="numpy")
def rma_breakpoint_m(f_ghz: float, bs_m: float, ut_m: float) -> float:
    """Return d_BP of RMa (m); Table 7.4.1-1 note 5."""
    return 2.0 * math.pi * bs_m * ut_m * f_ghz * 10.0 / 3.0


@njit(cache=True, error_model="numpy")
def _rma_near_db(d_m: float, f_ghz: float, roof_m: float) -> float:
    """Return PL1 of RMa (dB)."""
    h = roof_m**1.72
    loss = 20.0 * math.log10(40.0 * math.pi * d_m * f_ghz / 3.0)
    loss += min(0.03 * h, 10.0) * math.log10(d_m) - min(0.044 * h, 14.77)
    return loss + 0.002 * math.log10(roof_m) * d_m


@njit(cache=True, error_model="numpy")
def rma_los_db(d2d_m: float, f_ghz: float, bs_m: float, ut_m: float, roof_m: float) -> float:
    """Return the loss of rural macro in line of sight (dB).

    Args:
        d2d_m: horizontal distance (m), 10 to 10000.
        f_ghz: frequency (GHz), 0.5 to 30.
        bs_m: height of the base antenna (m), 10 to 150.
        ut_m: height of the terminal (m), 1 to 10.
        roof_m: average height of buildings (m), 5 to 50.
    """
    d3d, break_m = math.hypot(d2d_m, bs_m - ut_m), rma_breakpoint_m(f_ghz, bs_m, ut_m)
    if d2d_m <= break_m:
        return _rma_near_db(d3d, f_ghz, roof_m)
    return _rma_near_db(break_m, f_ghz, roof_m) + 40.0 * math.log10(d3d / break_m)


@njit(cache=True, error_model="numpy")
def rma_nlos_db(d2d_m: float, f_ghz: float, bs_m: float, ut_m: float, roof_m: float, street_m: float) -> float:
    """Return the loss of rural macro without line of sight (dB); ``street_m`` is the width of streets (m), 5 to 50."""
    log_b = math.log10(bs_m)
    loss = 161.04 - 7.1 * math.log10(street_m) + 7.5 * math.log10(roof_m)
    loss -= (24.37 - 3.7 * (roof_m / bs_m) ** 2) * log_b
    loss += (43.42 - 3.1 * log_b) * (math.log10(math.hypot(d2d_m, bs_m - ut_m)) - 3.0)
    loss += 20.0 * math.log10(f_ghz) - (3.2 * math.log10(11.75 * ut_m) ** 2 - 4.97)
    return max(loss, rma_los_db(d2d_m, f_ghz, bs_m, ut_m, roof_m))


@njit(cache=True, error_model="numpy")
def uma_los_probability(d2d_m: float, ut_m: float) -> float:
    """Return the probability of line of sight of urban macro, outdoors, terminal up to 23 m; Table 7.4.2-1."""
    if d2d_m <= 18.0:
        return 1.0
    near = 18.0 / d2d_m
    return min((near + math.exp(-d2d_m / 63.0) * (1.0 - near)) * (1.0 + _high_share(d2d_m, ut_m)), 1.0)


@njit(cache=True, error_model="numpy")
def umi_los_probability(d2d_m: float) -> float:
    """Return the probability of line of sight of urban micro, outdoors; Table 7.4.2-1."""
    if d2d_m <= 18.0:
        return 1.0
    near = 18.0 / d2d_m
    return near + math.exp(-d2d_m / 36.0) * (1.0 - near)


@njit(cache=True, error_model="numpy")
def rma_los_probability(d2d_m: float) -> float:
    """Return the probability of line of sight of rural macro, outdoors; Table 7.4.2-1."""
    return math.exp(-max(d2d_m - 10.0, 0.0) / 1000.0)


@njit(cache=True, error_model="numpy")
def sees(
    distance_m: NDArray[np.float64],
    surface_m: NDArray[np.float64],
    n: int,
    tx_m: float,
    rx_m: float,
    effective_radius_m: float,
) -> bool:
    """Return whether no sample between the ends rises above the straight line between the antennas.

    Args:
        distance_m: (>= n,) from the transmitter (m).
        surface_m: (>= n,) ground and what stands on it (m); the ends are not used.
        n: number of samples.
        tx_m: height of the transmitting antenna above sea level (m).
        rx_m: height of the receiving antenna above sea level (m).
        effective_radius_m: of the body (m).
    """
    d = distance_m[n - 1]
    for i in range(1, n - 1):
        di = distance_m[i]
        rest = d - di
        if surface_m[i] + 0.5 * di * rest / effective_radius_m > (tx_m * rest + rx_m * di) / d:
            return False
    return True
