"""Rows that stand for the same thing: their number, and the first of each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def distinct(*keys: NDArray[np.generic]) -> tuple[Ints, Ints]:
    """Return (m,) the first row of each distinct combination of keys, in the order of the keys, and (n,) its number.

    Args:
        keys: (n,) each, the first the most significant.
    """
    n = len(keys[0])
    if n == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    order = np.lexsort(keys[::-1])
    new = np.ones(n, dtype=np.bool_)
    new[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    number = np.empty(n, dtype=np.int64)
    number[order] = np.cumsum(new) - 1
    return np.asarray(order[new], dtype=np.int64), number
