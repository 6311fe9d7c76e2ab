"""Many samples of the surface along a straight line, fast: the area kernels' way to cut a profile.

The same values as ``profiles.bilinear`` and ``profiles.nearest``, from flat arrays and without a look at each sample:
the caller knows that both ends of the line lie on the arrays.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.profiles import HALF


@njit(cache=True, error_model="numpy", forceinline=True)
def at_position(
    ground_m: NDArray[np.float32], above_m: NDArray[np.float32], shape: tuple[int, int], row: float, col: float
) -> tuple[float, float]:
    """Return the ground, bilinear, and the ground plus what stands on the pixel that holds a position (m)."""
    width = np.uint64(shape[1])
    row, col = min(max(row, 0.0), shape[0] - 1.0), min(max(col, 0.0), shape[1] - 1.0)
    r, c = np.uint64(np.int64(min(row, shape[0] - 2.0))), np.uint64(np.int64(min(col, shape[1] - 2.0)))
    k, down, across = r * width + c, row - r, col - c
    upper = ground_m[k] * (1.0 - across) + ground_m[k + np.uint64(1)] * across
    k += width
    lower = ground_m[k] * (1.0 - across) + ground_m[k + np.uint64(1)] * across
    height = upper * (1.0 - down) + lower * down
    r, c = np.uint64(np.int64(row + HALF)), np.uint64(np.int64(col + HALF))
    return height, height + above_m[r * width + c]


@njit(cache=True, error_model="numpy", forceinline=True)
def fetch_rows(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    shape: tuple[int, int],
    start: tuple[float, float],
    step: tuple[float, float],
    first: int,
    n: int,
    at: int,
    out: NDArray[np.float64],
    ground_row: int,
    surface_row: int,
) -> None:
    """Fill samples ``first`` to ``first + n - 1`` of a line; ``all_known`` says whether there are gaps.

    The loop runs on several samples at a time where the compiler knows that the array lies apart from the surface: in
    a parallel loop that is given the surface and makes the array.

    Args:
        ground_m: (rows * cols,) ground (m), bilinear between pixel centres, NaN where unknown.
        above_m: (rows * cols,) height above ground (m), of the pixel that holds the sample.
        shape: rows and columns, at least 2 each.
        start: row and column of sample 0 (pixels).
        step: rows and columns from one sample to the next.
        first: first sample.
        n: number of samples.
        at: index of the first in the output.
        out: (rows, n) working array.
        ground_row: row that takes the ground (m).
        surface_row: row that takes the ground plus what stands on it (m).
    """
    for j in range(n):
        row, col = start[0] + (first + j) * step[0], start[1] + (first + j) * step[1]
        out[ground_row, at + j], out[surface_row, at + j] = at_position(ground_m, above_m, shape, row, col)


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nsz", "reassoc"})
def all_known(rows: NDArray[np.float64], row: int, n: int) -> bool:
    """Return whether none of the first ``n`` values of a row is NaN."""
    total = 0.0
    for j in range(n):
        total += rows[row, j]
    return not np.isnan(total)
