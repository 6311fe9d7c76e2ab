"""What several cells of much the same level are worth beside one: the map counts on the best of them."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]

#: Below this (dB) the strongest cell alone counts.
LEAST_DB: Final = 1e-6


def softness_db(sd_db: float, together: float, bound: float) -> float:
    """Return the temperature T (dB) of ``T ln sum exp(level / T)`` that stands for the best of several cells.

    With it two cells of the same level are worth what the map makes of them, exactly: for errors of standard deviation
    s that correlate by r, the expectation of the better one is higher by ``s sqrt((1 - r) / pi)``, and its spread, of
    which the bound of the definition asks z times, is ``s sqrt(r + (1 - r)(1 - 1 / pi))`` instead of s.

    Args:
        sd_db: standard deviation of the level of a cell (dB).
        together: correlation of the errors of two cells, 0..1.
        bound: probability with which the level must be reached.
    """
    own = 1.0 - together
    higher = sd_db * math.sqrt(own / math.pi)
    narrower = sd_db * (1.0 - math.sqrt(together + own * (1.0 - 1.0 / math.pi)))
    return max(higher + float(ndtri(bound)) * narrower, 0.0) / math.log(2.0)


def best_of_dbm(level_dbm: Array, softness: float) -> Array:
    """Return (n,) the level that (r, n) cells are worth together (dBm).

    Args:
        level_dbm: of the cells, -inf where unknown.
        softness: temperature (dB); 0: the strongest alone counts.
    """
    strongest = level_dbm.max(axis=0)
    if softness < LEAST_DB:
        return np.asarray(strongest)
    with np.errstate(invalid="ignore"):
        below = np.where(np.isfinite(level_dbm), level_dbm - strongest, -np.inf)
    together = np.exp(below / softness).sum(axis=0)
    return np.asarray(strongest + softness * np.log(np.maximum(together, 1.0)))
