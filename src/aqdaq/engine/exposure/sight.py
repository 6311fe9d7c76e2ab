"""Follow a straight segment through the walls of a city, and say which building a point lies in."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.exposure.walls import NONE, Walls

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@njit(cache=True, nogil=True, error_model="numpy")
def _odd_crossings(walls: Walls, first: int, last: int, ends: tuple[float, float, float, float]) -> bool:
    """Return whether a segment crosses the edges ``items[first:last]`` an odd number of times."""
    px, py, cx, cy = ends
    odd = False
    for j in range(first, last):
        k = walls.items[j]
        ax, ay, bx, by = walls.edges_m[k, 0], walls.edges_m[k, 1], walls.edges_m[k, 2], walls.edges_m[k, 3]
        side_a = (cx - px) * (ay - py) - (cy - py) * (ax - px) > 0.0
        side_b = (cx - px) * (by - py) - (cy - py) * (bx - px) > 0.0
        if side_a != side_b:
            side_p = (bx - ax) * (py - ay) - (by - ay) * (px - ax) > 0.0
            side_c = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) > 0.0
            odd ^= side_p != side_c
    return odd


@njit(cache=True, nogil=True, error_model="numpy")
def buildings_around(walls: Walls, x_m: float, y_m: float, z_m: float) -> tuple[int, int]:
    """Return up to two buildings that hold a point below their roof, ``NONE`` for no building.

    Which buildings hold the centre of a square is known; a point lies in one if it does, unless walls of that building
    stand between the two.

    Args:
        walls: of the city.
        x_m: of the point (m).
        y_m: of the point (m).
        z_m: of the point (m).
    """
    x0, y0, side, cols, rows = walls.frame
    x, y = x_m - x0, y_m - y0
    one, two = NONE, NONE
    if not (0.0 <= x < cols * side and 0.0 <= y < rows * side):
        return one, two
    square = int(y / side) * cols + int(x / side)
    ends = (x, y, (int(x / side) + 0.5) * side, (int(y / side) + 0.5) * side)
    first, stop = walls.start[square], walls.start[square + 1]
    while first < stop:
        building = walls.owner[walls.items[first]]
        last = first
        while last < stop and walls.owner[walls.items[last]] == building:
            last += 1
        inside = _odd_crossings(walls, first, last, ends)
        for j in range(walls.centre_start[square], walls.centre_start[square + 1]):
            if walls.centre_items[j] == building:
                inside = not inside
        if inside and z_m < walls.top_m[building]:
            one, two = building, one
        first = last
    for j in range(walls.centre_start[square], walls.centre_start[square + 1]):
        building = walls.centre_items[j]
        walled = False
        for k in range(walls.start[square], walls.start[square + 1]):
            walled |= walls.owner[walls.items[k]] == building
        if not walled and z_m < walls.top_m[building]:
            one, two = building, one
    return one, two


@njit(cache=True, nogil=True, error_model="numpy")
def buildings_around_all(walls: Walls, x_m: Float, y_m: Float, z_m: Float) -> Int:
    """Return (n, 2) ``buildings_around`` of many points."""
    out = np.empty((len(x_m), 2), dtype=np.int64)
    for i in range(len(x_m)):
        out[i, 0], out[i, 1] = buildings_around(walls, x_m[i], y_m[i], z_m[i])
    return out


@njit(inline="always", error_model="numpy")
def _in_square(
    first: int, last: int, items: Int, edges_m: Float, owner: Int, top_m: Float, loss_db: Float, worst: float,
    ray: tuple[float, float, float, float, float, float], spared: tuple[int, int, int, int],
) -> float:  # fmt: skip
    """Return the largest loss (dB), at least ``worst``, of the edges of a square that a segment meets below a roof."""
    x, y, z, dx, dy, dz = ray
    for j in range(first, last):
        k = items[j]
        building = owner[k]
        if loss_db[building] <= worst:
            continue
        ax, ay = edges_m[k, 0] - x, edges_m[k, 1] - y
        ex, ey = edges_m[k, 2] - edges_m[k, 0], edges_m[k, 3] - edges_m[k, 1]
        across, along_edge = dx * ey - dy * ex, ax * dy - ay * dx
        turn = 1.0 if across > 0.0 else -1.0
        across, along_edge = turn * across, turn * along_edge
        if across == 0.0 or along_edge < 0.0 or along_edge > across:
            continue
        along = turn * (ax * ey - ay * ex)
        if along <= 0.0 or along >= across or z + along / across * dz >= top_m[building]:
            continue
        if building not in spared:
            worst = loss_db[building]
    return worst


@njit(cache=True, nogil=True, error_model="numpy")
def _clip(start: float, along: float, size: float, low: float, high: float) -> tuple[float, float]:
    """Return the part of a segment, as shares, that lies between 0 and ``size`` in one direction."""
    if along == 0.0:
        return (low, high) if 0.0 <= start <= size else (1.0, 0.0)
    one, two = -start / along, (size - start) / along
    return max(low, min(one, two)), min(high, max(one, two))


@njit(cache=True, nogil=True, error_model="numpy")
def _step(start: float, along: float, square: int, side: float) -> tuple[int, float, float]:
    """Return the direction of the next square, the share of the segment at which it begins, and that of a square."""
    if along > 0.0:
        return 1, ((square + 1) * side - start) / along, side / along
    if along < 0.0:
        return -1, (square * side - start) / along, -side / along
    return 0, math.inf, math.inf


@njit(cache=True, nogil=True, error_model="numpy")
def loss_between_db(
    walls: Walls,
    receptor: tuple[float, float, float],
    source: tuple[float, float, float],
    spared: tuple[int, int, int, int],
) -> float:
    """Return the loss (dB) of the building on a straight segment that takes away most; 0 in line of sight.

    Only one building counts: past several of them more comes over and around the roofs than through the walls.

    Args:
        walls: of the city.
        receptor: x, y and height of one end (m).
        source: x, y and height of the other (m).
        spared: buildings that do not count: those that hold one of the ends.
    """
    x0, y0, side, cols, rows = walls.frame
    start, items, edges_m, owner = walls.start, walls.items, walls.edges_m, walls.owner
    highest_m, top_m, loss_db, most_db = walls.highest_m, walls.top_m, walls.loss_db, walls.most_db
    x, y, z = receptor[0] - x0, receptor[1] - y0, receptor[2]
    dx, dy, dz = source[0] - receptor[0], source[1] - receptor[1], source[2] - z
    low, high = _clip(x, dx, cols * side, 0.0, 1.0)
    low, high = _clip(y, dy, rows * side, low, high)
    if low >= high:
        return 0.0
    col = min(max(int((x + low * dx) / side), 0), cols - 1)
    row = min(max(int((y + low * dy) / side), 0), rows - 1)
    step_col, next_col, wide = _step(x, dx, col, side)
    step_row, next_row, tall = _step(y, dy, row, side)
    ray = (x, y, z, dx, dy, dz)
    worst = 0.0
    while low < high:
        leave = min(next_col, next_row, high)
        square = row * cols + col
        if z + (low if dz >= 0.0 else leave) * dz < highest_m[square]:
            worst = _in_square(
                start[square], start[square + 1], items, edges_m, owner, top_m, loss_db, worst, ray, spared
            )
            if worst >= most_db:
                return worst
        low = leave
        if next_col <= next_row:
            col, next_col = col + step_col, next_col + wide
        else:
            row, next_row = row + step_row, next_row + tall
        if not (0 <= col < cols and 0 <= row < rows):
            break
    return worst
