"""One radial of the city sweep: its samples, and what all receivers on it share.

All that is kept is kept for every sample, as it stood when the radial ended there: the largest slope that the
transmitter sees, the upper hull (for each sample, the one below it on the stack), the last row of buildings. So
receivers, and the rows before them, may ask for any part of the radial, in any order.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.fetch import at_position
from aqdaq.engine.urban.streets import BUILDING_M

Float = NDArray[np.float64]
Links = NDArray[np.int32]
#: Samples that share one bound.
BLOCK: Final = 16

# Rows of the working array of a radial; index i stands for the distance i spacing_m unless something else is said.
GROUND: Final = 0  # heights of the ground (m)
SURFACE: Final = 1  # with what stands on it (m)
INVERSE: Final = 2  # 1 / distance (1/m)
BOWED: Final = 3  # surface less the fall of the curved earth, curve x^2 (m)
U: Final = 4  # (surface - tx) / x - curve x, the slope under which the transmitter sees the sample
U_MAX: Final = 5  # the largest u up to here
BLOCK_U: Final = 6  # the largest u of each block
ROW_TOP: Final = 7  # highest surface of the last row of buildings up to here (m)
OWN_X: Final = 8  # a receiver's own samples, those next to the transmitter first: distances (m)
OWN_GROUND: Final = 9  # their ground (m)
OWN_SURFACE: Final = 10  # with what stands on it, the ends judged at their walls (m)
OWN_U: Final = 11  # their u
ALL_X: Final = 12  # a whole profile written out: distances (m)
ALL_GROUND: Final = 13  # its ground (m)
ROWS: Final = 14

# Rows of the links of a radial.
BELOW: Final = 0  # the sample before this one on the upper hull of ``BOWED`` up to here, 0 for the first
ROW_FIRST: Final = 1  # first sample of the last row of buildings up to here, 0 where there is none
ROW_LAST: Final = 2  # its last sample up to here
LINKS: Final = 3


@njit(cache=True, error_model="numpy")
def make_scratch(n: int, spacing_m: float) -> tuple[Float, Links]:
    """Return working array and links for radials of up to ``n`` samples at a spacing (m)."""
    w = np.zeros((ROWS, n))
    for i in range(1, n):
        w[INVERSE, i] = 1.0 / (i * spacing_m)
    return w, np.zeros((LINKS, n), dtype=np.int32)


@njit(cache=True, error_model="numpy", forceinline=True)
def sample_radial(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    shape: tuple[int, int],
    start: tuple[float, float],
    step: tuple[float, float],
    n: int,
    w: Float,
) -> int:
    """Fill the heights of samples 0..n-1 and return how many are known.

    Args:
        ground_m: (rows * cols,) ground (m).
        above_m: (rows * cols,) height above ground (m).
        shape: rows and columns of the arrays.
        start: row and column of the transmitter (pixels).
        step: rows and columns for each sample.
        n: samples.
        w: takes them.
    """
    for i in range(n):
        row, col = start[0] + i * step[0], start[1] + i * step[1]
        w[GROUND, i], w[SURFACE, i] = at_position(ground_m, above_m, shape, row, col)
    known = 0
    while known < n and not math.isnan(w[GROUND, known]):
        known += 1
    return known


@njit(cache=True, error_model="numpy", forceinline=True)
def look_along(w: Float, v: Links, first: int, n: int, tx_m: float, curve: float, spacing_m: float) -> None:
    """Fill what an antenna sees of samples first..n-1; the first ones belong to the receivers themselves.

    Args:
        w: the radial, sampled.
        v: its links.
        first: first sample.
        n: end of the samples.
        tx_m: transmitting antenna above sea level (m).
        curve: 1 / (2 effective radius) (1/m).
        spacing_m: between samples (m).
    """
    largest, row_first, row_last, row_top = -math.inf, 0, 0, -math.inf
    for i in range(first, n):
        x, surface = i * spacing_m, w[SURFACE, i]
        u = (surface - tx_m) * w[INVERSE, i] - curve * x
        z = surface - curve * x * x
        largest = max(largest, u)
        w[U, i], w[U_MAX, i], w[BOWED, i] = u, largest, z
        block = i // BLOCK
        w[BLOCK_U, block] = u if i == first or i % BLOCK == 0 else max(w[BLOCK_U, block], u)
        under = i - 1 if i > first else 0
        while under > first:
            next_one = v[BELOW, under]
            rise, run = w[BOWED, under] - w[BOWED, next_one], under - next_one
            if (z - w[BOWED, under]) * run < rise * (i - under):
                break
            under = next_one
        v[BELOW, i] = under
        if surface - w[GROUND, i] >= BUILDING_M:
            if row_last < i - 1 or row_first == 0:
                row_first, row_top = i, surface
            row_last, row_top = i, max(row_top, surface)
        v[ROW_FIRST, i], v[ROW_LAST, i], w[ROW_TOP, i] = row_first, row_last, row_top


@njit(cache=True, error_model="numpy", forceinline=True)
def steepest_back(w: Float, v: Links, last: int, from_x: float, from_m: float, curve: float, spacing_m: float) -> float:
    """Return the largest (surface - from) / (from_x - x) + curve x of the samples up to ``last``.

    Seen from a point right of it, the slopes to the vertices of an upper hull rise to one and then fall.

    Args:
        w: the radial.
        v: its links.
        last: last sample.
        from_x: distance of the point that looks (m).
        from_m: its height (m).
        curve: 1 / (2 effective radius) (1/m).
        spacing_m: between samples (m).
    """
    from_z = from_m - curve * from_x * from_x
    best, at = (w[BOWED, last] - from_z) / (from_x - last * spacing_m), v[BELOW, last]
    while at > 0:
        slope = (w[BOWED, at] - from_z) / (from_x - at * spacing_m)
        if slope < best:
            break
        best, at = slope, v[BELOW, at]
    return best - from_x * curve


@njit(cache=True, error_model="numpy", forceinline=True)
def closest(w: Float, first: int, last: int, d: float, b: float, below: float, spacing_m: float) -> float:
    """Return the smallest q of the samples first..last below the ray that is less than ``below``, else ``below``.

    With b = curve d - (rx - tx) / d a sample stands x (u + b) over the ray, and q = x (u + b)^2 / (d - x) is its
    nu^2 / (2 d), times the wavelength.

    Args:
        w: the radial; all these samples lie below the ray.
        first: first sample.
        last: last sample.
        d: length of the path (m).
        b: see above.
        below: what is known already.
        spacing_m: between samples (m).
    """
    best = below
    over = w[U_MAX, last] + b
    # Farther out even the highest ray to a sample is too far below the line.
    reach = int(best * d / (best + over * over) / spacing_m) + 1
    last = min(last, reach)
    for block in range(first // BLOCK, last // BLOCK + 1):
        begin, end = max(block * BLOCK, first), min(block * BLOCK + BLOCK - 1, last)
        over, x = w[BLOCK_U, block] + b, begin * spacing_m
        if over < 0.0 and over * over * x > best * (d - x):
            continue
        for i in range(begin, end + 1):
            x, over = i * spacing_m, w[U, i] + b
            q = over * over * x
            if q < best * (d - x):
                best = q / (d - x)
    return best
