"""What stands between a source and a receptor: walls of footprints, exact along the straight segment.

The city is two and a half dimensional: each building rises from the ground to one roof. A segment goes through a
building where it crosses one of its walls below the roof. Walls lie in a grid of squares; a segment is followed from
square to square, and a square whose highest roof lies below the segment costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]

#: Side of a square of the grid (m), and how many squares there may be: then they grow.
SQUARE_M: Final = 32.0
MOST_SQUARES: Final = 4_000_000

#: No building.
NONE: Final = -1


class Walls(NamedTuple):
    """Walls of buildings that attenuate, in a grid of squares.

    Attributes:
        edges_m: (m, 4) x and y of both ends, relative to the origin (m); those of a building stand together.
        top_m: (buildings,) height of the roof (m).
        loss_db: (buildings,) what its walls take away (dB), above 0.
        owner: (m,) building of each edge.
        start: (squares + 1,) where the edges of a square begin in ``items``.
        items: edges by square.
        highest_m: (squares,) highest roof of the walls in a square (m); minus infinity without any.
        centre_start: (squares + 1,) where the buildings over the centre of a square begin in ``centre_items``.
        centre_items: buildings by square.
        frame: x and y of the origin, side of a square (m), number of columns and of rows.
        most_db: the largest loss of all (dB).
    """

    edges_m: Float
    top_m: Float
    loss_db: Float
    owner: Int
    start: Int
    items: Int
    highest_m: Float
    centre_start: Int
    centre_items: Int
    frame: tuple[float, float, float, int, int]
    most_db: float


def build_walls(rings: Sequence[Float], owner: Sequence[int], top_m: Float, loss_db: Float) -> Walls:
    """Return walls in a grid of squares.

    Args:
        rings: (k, 2) closed outlines and holes (m); all of one building behind each other.
        owner: of each ring, its building.
        top_m: (buildings,) height of the roof, above the same datum as the receptors (m).
        loss_db: (buildings,) what its walls take away (dB).
    """
    edges = [np.column_stack([ring[:-1], ring[1:]]) for ring in rings]
    joined = np.concatenate(edges) if edges else np.zeros((0, 4))
    of = np.repeat(np.asarray(owner, dtype=np.int64), [len(e) for e in edges])
    if not len(joined):
        return _nothing()
    low, high = joined.reshape(-1, 2).min(axis=0), joined.reshape(-1, 2).max(axis=0)
    side = max(SQUARE_M, math.sqrt(float(np.prod(high - low + SQUARE_M)) / MOST_SQUARES))
    cols, rows = (int(v) + 1 for v in (high - low) // side)
    joined = np.ascontiguousarray(joined - np.tile(low, 2))
    top, loss = (np.ascontiguousarray(v, dtype=np.float64) for v in (top_m, loss_db))
    start, items = _by_square(joined, side, cols, rows)
    highest = np.full(cols * rows, -np.inf)
    np.maximum.at(highest, np.repeat(np.arange(cols * rows), np.diff(start)), top[of[items]])
    centre_start, centre_items = _over_centres(joined, of, side, cols, rows)
    frame = (float(low[0]), float(low[1]), side, cols, rows)
    most = float(loss.max(initial=0.0))
    return Walls(joined, top, loss, of, start, items, highest, centre_start, centre_items, frame, most)


def no_walls() -> Walls:
    """Return the walls of an open field."""
    return _nothing()


def _nothing() -> Walls:
    none, nobody, start = np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(2, dtype=np.int64)
    high, frame = np.full(1, -np.inf), (0.0, 0.0, SQUARE_M, 1, 1)
    return Walls(np.zeros((0, 4)), none, none, nobody, start, nobody, high, start, nobody, frame, 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _touches(edges: Float, k: int, col: int, row: int, side: float) -> bool:
    """Return whether edge ``k``, whose box meets a square, meets the square itself; a touch counts."""
    ex, ey = edges[k, 2] - edges[k, 0], edges[k, 3] - edges[k, 1]
    cx, cy = (col + 0.5) * side - edges[k, 0], (row + 0.5) * side - edges[k, 1]
    return abs(ex * cy - ey * cx) <= 0.5 * side * (abs(ex) + abs(ey)) * (1.0 + 1e-9) + 1e-9


@njit(cache=True, nogil=True, error_model="numpy")
def _fill(edges: Float, side: float, cols: int, rows: int, start: Int, items: Int, write: bool) -> None:
    """Count the edges of each square in ``start``, or write them into ``items`` from ``start`` on."""
    for k in range(edges.shape[0]):
        first_col = int(min(edges[k, 0], edges[k, 2]) / side)
        last_col = min(int(max(edges[k, 0], edges[k, 2]) / side), cols - 1)
        first_row = int(min(edges[k, 1], edges[k, 3]) / side)
        last_row = min(int(max(edges[k, 1], edges[k, 3]) / side), rows - 1)
        for row in range(first_row, last_row + 1):
            for col in range(first_col, last_col + 1):
                if _touches(edges, k, col, row, side):
                    square = row * cols + col
                    if write:
                        items[start[square]] = k
                    start[square] += 1


def _by_square(edges: Float, side: float, cols: int, rows: int) -> tuple[Int, Int]:
    """Return where the edges of each square begin, and the edges by square, in order."""
    count = np.zeros(cols * rows, dtype=np.int64)
    _fill(edges, side, cols, rows, count, np.zeros(0, dtype=np.int64), False)
    start = np.concatenate([[0], np.cumsum(count)])
    items = np.zeros(int(start[-1]), dtype=np.int64)
    _fill(edges, side, cols, rows, start[:-1].copy(), items, True)
    return start, items


@njit(cache=True, nogil=True, error_model="numpy")
def _over_centres_of(
    edges: Float, first: int, last: int, side: float, cols: int, rows: int, found: Int, most: int
) -> int:
    """Write the squares whose centre the building of edges ``first`` to ``last`` holds into ``found``; their number."""
    low_x, low_y = edges[first:last, 0].min(), edges[first:last, 1].min()
    high_x, high_y = edges[first:last, 0].max(), edges[first:last, 1].max()
    n = 0
    for row in range(int(low_y / side), min(int(high_y / side), rows - 1) + 1):
        y = (row + 0.5) * side
        for col in range(int(low_x / side), min(int(high_x / side), cols - 1) + 1):
            x, inside = (col + 0.5) * side, False
            for k in range(first, last):
                if (edges[k, 1] > y) != (edges[k, 3] > y):
                    cross = edges[k, 0] + (y - edges[k, 1]) / (edges[k, 3] - edges[k, 1]) * (edges[k, 2] - edges[k, 0])
                    inside ^= x < cross
            if inside:
                if n < most:
                    found[n] = row * cols + col
                n += 1
    return n


def _over_centres(edges: Float, owner: Int, side: float, cols: int, rows: int) -> tuple[Int, Int]:
    """Return the buildings over the centre of each square."""
    bounds = np.flatnonzero(np.diff(owner, prepend=-1, append=-1))
    squares, buildings = [], []
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        found = np.zeros(64, dtype=np.int64)
        n = _over_centres_of(edges, first, last, side, cols, rows, found, len(found))
        if n > len(found):
            found = np.zeros(n, dtype=np.int64)
            _over_centres_of(edges, first, last, side, cols, rows, found, n)
        squares.append(found[:n])
        buildings.append(np.full(n, owner[first]))
    square = np.concatenate(squares)
    order = np.argsort(square, kind="stable")
    start = np.searchsorted(square[order], np.arange(cols * rows + 1))
    return start.astype(np.int64), np.concatenate(buildings)[order].astype(np.int64)
