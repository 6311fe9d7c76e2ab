"""Many samples of the surface along a straight line, fast: the area kernels' way to cut a profile.

The same values as ``profiles.bilinear`` and ``profiles.nearest``, from flat arrays and without a look at each sample:
the caller knows that both ends of the line lie on the arrays.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, error_model="numpy", forceinline=True)
def fetch(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    shape: tuple[int, int],
    start: tuple[float, float],
    step: tuple[float, float],
    first: int,
    n: int,
    at: int,
    ground_out: NDArray[np.float64],
    surface_out: NDArray[np.float64],
) -> float:
    """Fill samples ``first`` to ``first + n - 1`` of a line and return their sum, NaN if any ground is unknown.

    Args:
        ground_m: (rows * cols,) ground (m), bilinear between pixel centres.
        above_m: (rows * cols,) height above ground (m), of the pixel that holds the sample.
        shape: rows and columns, at least 2 each.
        start: row and column of sample 0 (pixels).
        step: rows and columns from one sample to the next.
        first: first sample.
        n: number of samples.
        at: index of the first in the outputs.
        ground_out: takes ground (m).
        surface_out: takes ground plus what stands on it (m).
    """
    rows, cols = shape
    bottom, right, width = rows - 1.0, cols - 1.0, np.uint64(cols)
    total = 0.0
    for j in range(n):
        row = min(max(start[0] + (first + j) * step[0], 0.0), bottom)
        col = min(max(start[1] + (first + j) * step[1], 0.0), right)
        r, c = np.uint64(np.int64(min(row, bottom - 1.0))), np.uint64(np.int64(min(col, right - 1.0)))
        k = r * width + c
        down, across = row - r, col - c
        upper = ground_m[k] * (1.0 - across) + ground_m[k + np.uint64(1)] * across
        k += width
        lower = ground_m[k] * (1.0 - across) + ground_m[k + np.uint64(1)] * across
        height = upper * (1.0 - down) + lower * down
        total += height
        ground_out[at + j] = height
        # The pixel that holds the sample: half way belongs to the next, as in profiles.nearest.
        r, c = np.uint64(np.int64(row + 0.5)), np.uint64(np.int64(col + 0.5))
        surface_out[at + j] = height + above_m[r * width + c]
    return total


@njit(cache=True, error_model="numpy", forceinline=True)
def fetch_between(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    shape: tuple[int, int],
    start: tuple[float, float],
    offset: tuple[float, float],
    steps: int,
    ground_out: NDArray[np.float64],
    surface_out: NDArray[np.float64],
) -> None:
    """Fill a profile of equal steps, both ends included, at the very positions that ``profiles.cut_profile`` takes.

    A loop that the compiler can run on several samples at a time where it knows that the outputs lie apart from the
    surface: in the body of a parallel loop that is given the surface and makes the outputs.

    Args:
        ground_m: (rows * cols,) ground (m), bilinear between pixel centres.
        above_m: (rows * cols,) height above ground (m), of the pixel that holds the sample.
        shape: rows and columns, at least 2 each.
        start: row and column of the first sample (pixels).
        offset: rows and columns from the first sample to the last.
        steps: of the profile, one less than its samples.
        ground_out: (>= steps + 1,) takes ground (m), NaN where unknown.
        surface_out: (>= steps + 1,) takes ground plus what stands on it (m).
    """
    rows, cols = shape
    bottom, right, width = rows - 1.0, cols - 1.0, np.int64(cols)
    for j in range(steps + 1):
        share = j / steps
        row = min(max(start[0] + offset[0] * share, 0.0), bottom)
        col = min(max(start[1] + offset[1] * share, 0.0), right)
        r, c = np.int64(min(row, bottom - 1.0)), np.int64(min(col, right - 1.0))
        k = np.uint64(r * width + c)
        down, across = row - r, col - c
        upper = ground_m[k] * (1.0 - across) + ground_m[k + np.uint64(1)] * across
        k += np.uint64(width)
        lower = ground_m[k] * (1.0 - across) + ground_m[k + np.uint64(1)] * across
        height = upper * (1.0 - down) + lower * down
        ground_out[j] = height
        r, c = np.int64(row + 0.5), np.int64(col + 0.5)
        surface_out[j] = height + above_m[np.uint64(r * width + c)]
