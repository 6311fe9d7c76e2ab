"""How far the smooth earth cannot matter: below that distance no profile needs its smooth surface fitted."""

from __future__ import annotations

import math
from typing import Final

from numba import njit

from aqdaq.base.units import WAVELENGTH_M_GHZ

#: The clearance that the smooth earth must leave is this times sqrt(wavelength d1 d2 / d); P.526-15 section 4.3.
_REQUIRED: Final = 17.456e-3 * math.sqrt(1e3)
#: Kept between the bound and what it bounds, for rounding.
_MARGIN: Final = 1.0 + 1e-6


@njit(cache=True, error_model="numpy")
def is_clear(d_m: float, tx_m: float, rx_m: float, f_ghz: float, effective_radius_m: float) -> bool:
    """Return whether the smooth earth adds nothing to a path, with effective heights of at least these.

    The clearance at d1 is (tx d2 + rx d1 - d1 d2 d / 2a) / d >= sqrt(d1 d2) (2 sqrt(tx rx) / d) - d1 d2 / 2a, since
    tx d2 + rx d1 >= 2 sqrt(tx rx d1 d2), and sqrt(d1 d2) <= d / 2. So it is enough wherever
    2 sqrt(tx rx) > required sqrt(wavelength d) + d^2 / 4a. Effective heights are never below those above ground.

    Args:
        d_m: length of the path (m).
        tx_m: height of the transmitting antenna above its ground (m).
        rx_m: of the receiving one (m).
        f_ghz: lowest frequency (GHz).
        effective_radius_m: of the body (m).
    """
    needed = _REQUIRED * math.sqrt(WAVELENGTH_M_GHZ / f_ghz * d_m) + d_m * d_m / (4.0 * effective_radius_m)
    return 2.0 * math.sqrt(tx_m * rx_m) > needed * _MARGIN


@njit(cache=True, error_model="numpy")
def clear_reach_m(longest_m: float, tx_m: float, rx_m: float, f_ghz: float, effective_radius_m: float) -> float:
    """Return a distance (m) up to which ``is_clear``, at most ``longest_m``."""
    if is_clear(longest_m, tx_m, rx_m, f_ghz, effective_radius_m):
        return longest_m
    low, high = 0.0, longest_m
    while high - low > 1.0:
        middle = 0.5 * (low + high)
        if is_clear(middle, tx_m, rx_m, f_ghz, effective_radius_m):
            low = middle
        else:
            high = middle
    return low
