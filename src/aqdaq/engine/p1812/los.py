"""Free space and the enhancement by multipath and focusing: ITU-R P.1812-6 section 4.2."""

from __future__ import annotations

import math

from numba import njit


@njit(cache=True, error_model="numpy")
def free_space_db(f_ghz: float, distance_m: float, tx_m: float, rx_m: float) -> float:
    """Return L_bfs (dB) over the slant distance between antennas at these heights above sea level (m); eq. (8)."""
    slant_km = 1e-3 * math.sqrt(distance_m**2 + (tx_m - rx_m) ** 2)
    return 92.4 + 20.0 * math.log10(f_ghz) + 20.0 * math.log10(slant_km)


@njit(cache=True, error_model="numpy")
def multipath_db(to_horizons_m: float, percent: float) -> float:
    """Return E_s (dB), to be added to free space, not exceeded for this share of time (%); eq. (9).

    Args:
        to_horizons_m: sum of the distances of both antennas to their horizons (m).
        percent: p or beta_0 (%).
    """
    return 2.6 * (1.0 - math.exp(-1e-4 * to_horizons_m)) * math.log10(percent / 50.0)
