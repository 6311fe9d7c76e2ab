"""Terrain profiles cut from the surface arrays: bilinear ground, nearest building.

Positions are in pixel units of the surface arrays, pixel centres at whole numbers, row 0 in the north.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: Half a pixel, and a little: a position half way between two pixels belongs to the next one, however it was computed.
HALF: Final = 0.5 + 1e-9
#: How far (m) an antenna inside a building is from the wall it is judged at: half the depth of a large one.
WALL_REACH_M: Final = 30.0


@njit(cache=True, error_model="numpy")
def bilinear(array: NDArray[np.float32], row: float, col: float) -> float:
    """Return the bilinear value at a position; the outer half pixel takes the border, farther out is NaN."""
    rows, cols = array.shape
    if not (-0.5 <= row <= rows - 0.5 and -0.5 <= col <= cols - 0.5):
        return math.nan
    row, col = min(max(row, 0.0), rows - 1.0), min(max(col, 0.0), cols - 1.0)
    r, c = min(int(row), max(rows - 2, 0)), min(int(col), max(cols - 2, 0))
    r1, c1 = min(r + 1, rows - 1), min(c + 1, cols - 1)
    fr, fc = row - r, col - c
    top = array[r, c] * (1.0 - fc) + array[r, c1] * fc
    bottom = array[r1, c] * (1.0 - fc) + array[r1, c1] * fc
    return top * (1.0 - fr) + bottom * fr


@njit(cache=True, error_model="numpy")
def nearest(array: NDArray[np.float32], row: float, col: float) -> float:
    """Return the value of the pixel that holds a position (the caller has checked that it is inside)."""
    r = min(max(math.floor(row + HALF), 0), array.shape[0] - 1)
    c = min(max(math.floor(col + HALF), 0), array.shape[1] - 1)
    return array[r, c]


@njit(cache=True, error_model="numpy")
def sample_count(distance_m: float, step_m: float) -> int:
    """Return the number of samples of a profile, both ends included: equal steps of at most ``step_m``."""
    return max(math.ceil(distance_m / step_m - 1e-9), 1) + 1


@njit(cache=True, error_model="numpy")
def cut_profile(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    tx: tuple[float, float],
    rx: tuple[float, float],
    distance_m: float,
    n: int,
    out: NDArray[np.float64],
) -> bool:
    """Fill a profile; return whether the ground is known along all of it.

    Args:
        ground_m: (rows, cols) ground (m).
        above_m: (rows, cols) height above ground of what stands on it (m).
        tx: row and column of the transmitter (pixels).
        rx: row and column of the receiver (pixels).
        distance_m: between them (m).
        n: number of samples.
        out: (>= 3, >= n) takes distance, ground and surface (m).
    """
    for i in range(n):
        share = i / (n - 1)
        row = tx[0] + (rx[0] - tx[0]) * share
        col = tx[1] + (rx[1] - tx[1]) * share
        ground = bilinear(ground_m, row, col)
        if math.isnan(ground):
            return False
        out[0, i] = distance_m * share
        out[1, i] = ground
        out[2, i] = ground + nearest(above_m, row, col)
    return True


@njit(cache=True, error_model="numpy")
def receiver_at_the_wall(profile: NDArray[np.float64], n: int, rx_height_m: float) -> None:
    """Take the building that holds the receiver off the profile, up to ``WALL_REACH_M`` towards the transmitter.

    A receiver below the roof of its own pixel is judged in front of the building: otherwise each building would be a
    hole in the map. Where the building goes on for longer, the nearest wall is another one, and the rest of the
    building still stands in the way.
    """
    if profile[2, n - 1] - profile[1, n - 1] <= rx_height_m:
        return
    i = n - 1
    while i > 0 and profile[2, i] > profile[1, i] and profile[0, n - 1] - profile[0, i] <= WALL_REACH_M:
        profile[2, i] = profile[1, i]
        i -= 1


@njit(cache=True, error_model="numpy")
def transmitter_at_the_wall(profile: NDArray[np.float64], n: int) -> None:
    """Fill row 3 of a profile with the surface as an antenna below the roof of its own pixel meets it.

    Such an antenna hangs at the wall: an antenna placed a few metres off must not shine through a whole house, nor be
    buried in it.
    """
    inside = True
    for i in range(n):
        inside = inside and profile[2, i] > profile[1, i] and profile[0, i] <= WALL_REACH_M
        profile[3, i] = profile[1, i] if inside else profile[2, i]
