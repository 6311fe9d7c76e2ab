"""Line of sight over the samples of a path: the one that comes nearest to the ray, with blocks that need no look.

With u = (h - tx) / x - curve x and b = curve d - (rx - tx) / d, a sample stands x (u + b) over the ray, and
nu^2 = (2 / wavelength) d q with q = x (u + b)^2 / (d - x). Below the ray the smallest q is the largest nu. In a block
of samples q is not less than with the largest u and the nearest x of the block.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float = NDArray[np.float64]

#: Samples of a radial that share one bound.
BLOCK_BITS: Final = 4
BLOCK: Final = 1 << BLOCK_BITS


@njit(cache=True, error_model="numpy", forceinline=True)
def nearest_in_blocks(
    w: Float, u: int, block_u: int, first: int, last: int, spacing_m: float, d: float, b: float, below: float
) -> tuple[float, int]:
    """Return the smallest q of the samples first..last that is less than ``below``, and the last index that has it.

    Args:
        w: (rows, n) working array.
        u: row with u by sample; at distance i spacing_m.
        block_u: row with the largest u of each block of ``BLOCK`` samples, up to ``last``.
        first: first sample.
        last: last sample.
        spacing_m: between samples (m).
        d: length of the path (m).
        b: see above.
        below: q that is already known; ``below`` and -1 are returned if none is less.
    """
    best, index = below, -1
    for block in range(first // BLOCK, last // BLOCK + 1):
        begin, end = max(block * BLOCK, first), min(block * BLOCK + BLOCK - 1, last)
        x = begin * spacing_m
        over = w[block_u, block] + b
        if over * over * x > best * (d - x):
            continue
        for i in range(begin, end + 1):
            x = i * spacing_m
            over = w[u, i] + b
            q = over * over * x
            if q < best * (d - x) or (index >= 0 and q == best * (d - x)):
                best, index = q / (d - x), i
    return best, index


@njit(cache=True, error_model="numpy", forceinline=True)
def closeness(u: float, x: float, d: float, b: float) -> float:
    """Return q of one sample."""
    over = u + b
    return over * over * x / (d - x)


@njit(cache=True, error_model="numpy", forceinline=True)
def nu_of(q: float, d: float) -> float:
    """Return the Bullington parameter times the square root of the wavelength of a sample below the ray."""
    return -math.sqrt(2.0 * d * q)
