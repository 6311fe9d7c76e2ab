"""Tropospheric scatter by ITU-R P.1812-6 section 4.4, as the official validation set computes it."""

from __future__ import annotations

import math

from numba import njit


@njit(cache=True, error_model="numpy")
def troposcatter_db(f_ghz: float, distance_m: float, theta_mrad: float, n0: float, percent: float) -> float:
    """Return L_bs (dB), not exceeded for p per cent of the time; eqs. (44) and (45).

    Args:
        f_ghz: frequency (GHz).
        distance_m: path length (m).
        theta_mrad: path angular distance (mrad).
        n0: sea-level surface refractivity at the path centre (N-units).
        percent: time percentage p, at most 50 (%).
    """
    by_frequency = 25.0 * math.log10(f_ghz) - 2.5 * math.log10(0.5 * f_ghz) ** 2  # eq. (45)
    by_time = 10.125 * math.log10(50.0 / percent) ** 0.7
    return 190.1 + by_frequency + 20.0 * math.log10(distance_m * 1e-3) + 0.573 * theta_mrad - 0.15 * n0 - by_time
