"""Which pixels of a white spot are computed where it has too many: evenly spread, each standing for its neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Array = NDArray[np.float64]


def spread_pixels(rows: Ints, cols: Ints, weight: Array, most: int) -> tuple[Ints, Array]:
    """Return which of n pixels are computed, and what each of them weighs; the weights sum to 1.

    The pixels with a weight are put in the order of a curve that fills the plane (Morton's), the curve is cut into
    pieces of as many pixels, and of each piece the pixel in the middle of its weight stands for all of it.

    Args:
        rows: (n,) of the pixels.
        cols: (n,) of the pixels.
        weight: (n,) not negative; all zero: every pixel weighs the same.
        most: number of pixels that are computed at most.
    """
    given = weight if weight.sum() > 0.0 else np.ones(weight.size)
    there = np.flatnonzero(given > 0.0)
    order = there[np.argsort(_morton(rows[there], cols[there]), kind="stable")]
    pieces = min(most, order.size)
    ends = np.linspace(0, order.size, pieces + 1).astype(np.int64)
    chosen, weighs = np.empty(pieces, dtype=np.int64), np.empty(pieces)
    for k in range(pieces):
        piece = order[ends[k] : ends[k + 1]]
        along = np.cumsum(given[piece])
        chosen[k] = piece[np.searchsorted(along, 0.5 * along[-1])]
        weighs[k] = along[-1]
    return chosen, weighs / weighs.sum()


def _morton(rows: Ints, cols: Ints) -> Ints:
    """Return (n,) the numbers of the pixels along the curve: the bits of row and column in turn."""
    code = np.zeros(rows.size, dtype=np.int64)
    for bit in range(20):
        code |= (cols >> bit & 1) << (2 * bit) | (rows >> bit & 1) << (2 * bit + 1)
    return code
