"""Misclassified: the map says served and the level is too low, or the map says not served and the level is enough.

A level Y is N(m, s^2) as the map knows it, t the threshold, z = (m - t) / s, and the map says "served" when
P(Y >= t) = Phi(z) >= b, that is when z >= z_b = Phi^-1(b). The probability that it is wrong is

    wrong(z) = 1 - Phi(z)  where z >= z_b,  else  Phi(z).                                                       (1)

A measurement that takes the share c of the variance away (0 <= c <= 1) moves the mean by N(0, c s^2), nobody knows
where to, and leaves the variance (1 - c) s^2. With rho = sqrt(c), q = sqrt(1 - c) and h = (z_b q - z) / rho the map
will then say "not served" exactly when the standardised new mean lies below h; it and Y are bivariate normal with the
correlation rho, so the expected probability of being wrong afterwards is

    after(z, c) = Phi(-z) + Phi(h) - 2 Phi_2(-z, h; rho)                                                        (2)
                = 2 T(z, (q z - z_b) / (rho z)) + 2 T(h, -z_b / h) + [z h > 0],                                  (3)

where T is Owen's function and [.] is 1 when it holds, else 0. For b = 1/2 this is 2 T(z, q / rho), which never rises
with c. For other bounds it can: who asks for 90 % must expect, at a place that is just above, that a little knowledge
makes the map say "not served" where the level is enough. Complete knowledge, c = 1, leaves nothing wrong.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, owens_t

Array = NDArray[np.float64]

#: Nearer to 0 than this a number is taken as this: the formula divides by it, and is continuous there.
_TINY: Final = 1e-290
#: Beyond so many standard deviations a level is as good as certain.
MOST_Z: Final = 8.0


def wrong_now(z: Array, bound: float) -> Array:
    """Return the probability that the map is wrong, equation (1); any shape.

    Args:
        z: level above the threshold, in its standard deviations.
        bound: probability that the definition asks for, 0 < b < 1.
    """
    chance = ndtr(z)
    return np.where(z >= ndtri(bound), ndtr(-z), chance)


def wrong_after(z: Array, bound: float, share: Array) -> Array:
    """Return the probability to be expected that the map is wrong after a measurement, equation (3).

    Args:
        z: level above the threshold, in its standard deviations; any shape.
        bound: probability that the definition asks for, 0 < b < 1.
        share: share of the variance that the measurement takes away, 0..1; broadcast against ``z``.
    """
    z, share = np.broadcast_arrays(np.asarray(z, dtype=np.float64), np.asarray(share, dtype=np.float64))
    asked = float(ndtri(bound))
    some = (share > 1e-9) & (share < 1.0 - 1e-12)
    rho, q = np.sqrt(np.where(some, share, 0.5)), np.sqrt(1.0 - np.where(some, share, 0.5))
    level, h = _not_zero(z), _not_zero((asked * q - z) / rho)
    with np.errstate(over="ignore"):
        found = 2.0 * owens_t(level, (q * level - asked) / (rho * level)) + 2.0 * owens_t(h, -asked / h)
    found += level * h > 0.0
    known = np.where(share < 0.5, wrong_now(z, bound), 0.0)
    return np.where(some, np.clip(found, 0.0, 1.0), known)


def _not_zero(values: Array) -> Array:
    """Return the values with those at 0 a hair above."""
    return np.where(np.abs(values) < _TINY, _TINY, values)


def margin_in_sd(probability: NDArray[np.floating]) -> Array:
    """Return the level above the threshold in standard deviations, from the probability that it is reached."""
    with np.errstate(divide="ignore"):
        return np.clip(ndtri(np.asarray(probability, dtype=np.float64)), -MOST_Z, MOST_Z)
