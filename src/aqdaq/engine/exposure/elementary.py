"""Angle and exponential without branches, so that the compiler takes several receptors at a time.

Series with a bounded remainder: the angle to 2e-10 rad, the exponential to 1e-10 of its value, far below any input.
"""

from __future__ import annotations

import math
from typing import Final

from numba import njit

#: Natural logarithm of ten, over ten: what a decibel is.
NEPER: Final = math.log(10.0) / 10.0
DEGREES: Final = 180.0 / math.pi

_TINY: Final = 1e-300


@njit(inline="always", error_model="numpy")
def angle(y: float, x: float) -> float:
    """Return atan2(y, x) (rad): the angle is halved until it lies where the series falls fast."""
    across, along = abs(y), abs(x)
    small = min(across, along) / (max(across, along) + _TINY)
    t = small / (1.0 + math.sqrt(1.0 + small * small))
    s = t * t
    p = 1.0 / 17.0 - s * (1.0 / 19.0 - s * (1.0 / 21.0))
    p = 1.0 / 13.0 - s * (1.0 / 15.0 - s * p)
    p = 1.0 / 9.0 - s * (1.0 / 11.0 - s * p)
    p = 1.0 / 5.0 - s * (1.0 / 7.0 - s * p)
    found = 2.0 * t * (1.0 - s * (1.0 / 3.0 - s * p))
    found = 0.5 * math.pi - found if across > along else found
    found = math.pi - found if x < 0.0 else found
    return -found if y < 0.0 else found


@njit(inline="always", error_model="numpy")
def power_kept(loss_db: float) -> float:
    """Return 10^(-loss / 10) of a loss up to 100 dB: the series at a 64th of the exponent, squared six times."""
    y = loss_db * (-NEPER / 64.0)
    p = 1.0 + y / 8.0 * (1.0 + y / 9.0)
    p = 1.0 + y / 6.0 * (1.0 + y / 7.0 * p)
    p = 1.0 + y / 4.0 * (1.0 + y / 5.0 * p)
    p = 1.0 + y * (1.0 + y / 2.0 * (1.0 + y / 3.0 * p))
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    return p * p
