"""The enhancement of line of sight by multipath and focusing: ITU-R P.1812-6 section 4.2."""

from __future__ import annotations

import math

from numba import njit


@njit(cache=True, error_model="numpy")
def multipath_db(to_horizons_m: float, percent: float) -> float:
    """Return E_s (dB), to be added to free space, not exceeded for this share of time (%); eq. (9).

    Args:
        to_horizons_m: sum of the distances of both antennas to their horizons (m).
        percent: p or beta_0 (%).
    """
    return 2.6 * (1.0 - math.exp(-1e-4 * to_horizons_m)) * math.log10(percent / 50.0)
