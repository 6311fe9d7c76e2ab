"""The strongest of several levels that vary together: its expectation, spread and distribution.

    level_c = m_c + s_c (sqrt(rho) Z + sqrt(1 - rho) e_c)          Z, e_c independent and standard normal
    P(max < x) = integral over Z of product_c Phi((x - m_c - sqrt(rho) s_c Z) / (sqrt(1 - rho) s_c))

Z is what the receiver's surroundings do to all cells alike. The integral is a Gauss-Hermite sum; the moments follow
from the distribution by Gauss-Legendre over the levels that the maximum can take.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Array = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(12)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_STEPS, _STEP_WEIGHTS = np.polynomial.legendre.leggauss(24)

#: A cell that lies this many joint standard deviations below the best changes the maximum by less than 0.01 dB.
NEGLIGIBLE_SD: Final = 3.5
#: The moments are taken from this many standard deviations below the best to as many above it.
TAIL_SD: Final = 4.5


@njit(cache=True, error_model="numpy", inline="always")
def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z * 0.7071067811865476)


@njit(cache=True, error_model="numpy")
def _below(x: float, mean: Array, sd: Array, n: int, together: float, apart: float) -> float:
    """Return P(max of the first n levels < x)."""
    total = 0.0
    for q in range(len(_NODES)):
        product = _WEIGHTS[q]
        for c in range(n):
            product *= _normal((x - mean[c] - together * sd[c] * _NODES[q]) / (apart * sd[c]))
            if product < 1e-12:
                break
        total += product
    return total


@njit(cache=True, parallel=True, error_model="numpy")
def strongest(
    begin: NDArray[np.int64], mean_dbm: Array, sd_db: Array, rho: float, thresholds_dbm: Array
) -> tuple[Array, Array, Array]:
    """Return (places,) mean (dBm) and standard deviation (dB) of the maximum, and (places, t) P(max < threshold).

    Args:
        begin: (places + 1,) where the levels of each place begin.
        mean_dbm: (n,) expected levels (dBm), NaN where unknown.
        sd_db: (n,) their standard deviations (dB).
        rho: correlation of the levels of two cells at one place, 0 <= rho < 1.
        thresholds_dbm: (t,) levels (dBm).
    """
    places, asked = len(begin) - 1, len(thresholds_dbm)
    mean, sd, below = np.full(places, np.nan), np.full(places, np.nan), np.full((places, asked), np.nan)
    together, apart = math.sqrt(rho), math.sqrt(1.0 - rho)
    for p in prange(places):
        most = begin[p + 1] - begin[p]
        m, s = np.empty(most), np.empty(most)
        best, wide = -math.inf, 0.0
        for i in range(begin[p], begin[p + 1]):
            if mean_dbm[i] > best:
                best, wide = mean_dbm[i], sd_db[i]
        if not math.isfinite(best):
            continue
        n, widest = 0, wide
        for i in range(begin[p], begin[p + 1]):
            if mean_dbm[i] + NEGLIGIBLE_SD * math.hypot(sd_db[i], wide) >= best:
                m[n], s[n] = mean_dbm[i], sd_db[i]
                widest = max(widest, sd_db[i])
                n += 1
        # E[max] = high - integral of F, E[(high - max)^2] = 2 integral of (high - x) F(x), both from low to high.
        low, high = best - TAIL_SD * wide, best + (TAIL_SD + 0.5 * math.log(n)) * widest
        first = second = 0.0
        for q in range(len(_STEPS)):
            x = 0.5 * (high + low) + 0.5 * (high - low) * _STEPS[q]
            share = _below(x, m, s, n, together, apart) * 0.5 * (high - low) * _STEP_WEIGHTS[q]
            first += share
            second += 2.0 * (high - x) * share
        mean[p] = high - first
        sd[p] = math.sqrt(max(second - first * first, 1e-6))
        for t in range(asked):
            below[p, t] = _below(thresholds_dbm[t], m, s, n, together, apart)
    return mean, sd, below
