"""Height of the ground at many places."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.profiles import bilinear


@njit(cache=True, nogil=True, error_model="numpy")
def ground_at(
    ground_m: NDArray[np.float32], rows: NDArray[np.float64], cols: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (n,) the ground (m), bilinear between pixel centres; NaN outside and where it is unknown.

    Args:
        ground_m: height of the ground (m).
        rows: (n,) of the places (pixels; need not be whole numbers).
        cols: (n,) of the places (pixels).
    """
    out = np.empty(len(rows))
    for i in range(len(rows)):
        out[i] = bilinear(ground_m, rows[i], cols[i])
    return out
