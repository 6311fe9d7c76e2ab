"""The graph of the streets: junctions, and the pieces of street between them, none longer than a few samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import LineString, Point

from aqdaq.model.grid import Grid

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Ends and vertices nearer than this are one place; an end this near to another street meets it (m).
SNAP_M: Final = 0.2
TOUCH_M: Final = 0.5
#: Longest piece (m): a route turns back at the end of a piece at the earliest.
PIECE_M: Final = 200.0
#: Streets this far outside the map are still of use to drive on (m).
MARGIN_M: Final = 200.0


@dataclass(frozen=True, slots=True)
class StreetGraph:
    """Junctions and the pieces between them. Every piece may be driven both ways.

    Attributes:
        node_xy_m: (nodes, 2) junctions and ends (m).
        ends: (pieces, 2) nodes at both ends of each piece.
        length_m: (pieces,) along the street (m).
        lines: per piece (k, 2) its axis from its first node to its second (m).
        names: per piece, of its street; empty where it has none.
        assumed: there are no streets here: the free ground between the buildings was taken.
    """

    node_xy_m: Array
    ends: Ints
    length_m: Array
    lines: tuple[Array, ...]
    names: tuple[str, ...]
    assumed: bool = False

    def __len__(self) -> int:
        """Number of pieces."""
        return len(self.lines)

    def parts(self) -> Ints:
        """Return (nodes,) the number of the connected part that each node belongs to."""
        n = len(self.node_xy_m)
        links = coo_matrix((np.ones(len(self)), (self.ends[:, 0], self.ends[:, 1])), shape=(n, n))
        return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)

    def samples(self, step_m: float) -> tuple[Array, Ints]:
        """Return (n, 2) places (m) about ``step_m`` apart along all pieces, and the piece of each, rising."""
        places, piece = [], []
        for number, line in enumerate(self.lines):
            count = max(1, round(float(self.length_m[number]) / step_m))
            places.append(along(line, (np.arange(count) + 0.5) / count))
            piece.append(np.full(count, number, dtype=np.int64))
        return np.concatenate(places or [np.zeros((0, 2))]), np.concatenate(piece or [np.zeros(0, dtype=np.int64)])


def along(line: Array, share: Array) -> Array:
    """Return (n, 2) the places at shares 0..1 of the length of a line of (k, 2) vertices (m)."""
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = share * run[-1]
    return np.stack([np.interp(at, run, line[:, 0]), np.interp(at, run, line[:, 1])], axis=1)


def graph_of_lines(
    lines: Sequence[LineString], names: Sequence[str], grid: Grid, *, join_crossings: bool = False
) -> StreetGraph:
    """Return the graph of street axes on and beside a map.

    Streets meet where they share a vertex, and where one ends on another.

    Args:
        lines: axes in the CRS of the grid.
        names: one a line.
        grid: of the map; what lies farther off than a margin is left out.
        join_crossings: streets meet wherever they cross, also without a vertex there: bridges are crossings then.
    """
    x_min, y_min, x_max, y_max = grid.bounds_m
    area = shapely.box(x_min - MARGIN_M, y_min - MARGIN_M, x_max + MARGIN_M, y_max + MARGIN_M)
    kept = [(line, name) for line, name in zip(lines, names, strict=True) if line.intersects(area) and line.length > 0]
    axes = [np.asarray(shapely.get_coordinates(line)) for line, _ in kept]
    axes = _with_crossings(axes) if join_crossings else _with_touches(axes)
    pieces: list[tuple[Array, str]] = []
    for axis, meets, (_, name) in zip(axes, _junctions(axes), kept, strict=True):
        cuts = np.flatnonzero(meets)
        for a, b in pairwise(cuts.tolist()):
            pieces += [(part, name) for part in _split(axis[a : b + 1])]
    near = [(line, name) for line, name in pieces if shapely.intersects_xy(area, *along(line, np.array([0.5]))[0])]
    return _graph([line for line, _ in near], tuple(name for _, name in near))


def graph_of_free_ground(grid: Grid, free: NDArray[np.bool_], step_m: float) -> StreetGraph:
    """Return a lattice over free ground, for a place whose streets nobody gave; it is marked as assumed.

    Args:
        grid: of the map.
        free: (rows, cols) where nothing stands.
        step_m: distance between neighbours (m), at least a pixel.
    """
    side = max(1, round(step_m / grid.resolution_m))
    rows, cols = grid.rows // side, grid.cols // side
    blocks = free[: rows * side, : cols * side].reshape(rows, side, cols, side)
    open_ = blocks.mean(axis=(1, 3)) >= 0.5
    number = np.where(open_, np.cumsum(open_.ravel()).reshape(open_.shape) - 1, -1)
    row, col = np.nonzero(open_)
    step = side * grid.resolution_m
    xy = np.stack([grid.x_min_m + (col + 0.5) * step, grid.y_max_m - (row + 0.5) * step], axis=1)
    pairs = [
        np.stack([a[both], b[both]], axis=1)
        for a, b in ((number[:, :-1], number[:, 1:]), (number[:-1], number[1:]))
        for both in [(a >= 0) & (b >= 0)]
    ]
    ends = np.concatenate(pairs).astype(np.int64)
    lines = tuple(xy[pair] for pair in ends)
    return StreetGraph(xy, ends, np.full(len(ends), step), lines, ("",) * len(ends), assumed=True)


def _junctions(axes: Sequence[Array]) -> list[NDArray[np.bool_]]:
    """Return for each axis which of its vertices are ends or shared."""
    if not axes:
        return []
    sizes = [len(axis) for axis in axes]
    place = np.unique(_snapped(np.concatenate(axes)), axis=0, return_inverse=True)[1].reshape(-1)
    shared = np.bincount(place)[place] > 1
    stop = np.cumsum(sizes)
    shared[stop - 1] = shared[stop - sizes] = True
    return np.split(shared, stop[:-1])


def _with_touches(axes: Sequence[Array]) -> list[Array]:
    """Return the axes with a vertex wherever another one ends on them."""
    shapes = [LineString(axis) for axis in axes]
    tree = shapely.STRtree(shapes)
    ends = [(number, axis[at]) for number, axis in enumerate(axes) for at in (0, -1)]
    new: dict[int, list[tuple[float, Array]]] = {}
    if ends:
        points = [Point(xy) for _, xy in ends]
        for end, other in zip(*tree.query(points, predicate="dwithin", distance=TOUCH_M), strict=True):
            if ends[end][0] == other:
                continue
            xy, axis = ends[end][1], axes[other]
            if np.hypot(*(axis - xy).T).min() > SNAP_M:
                new.setdefault(int(other), []).append((float(shapes[other].project(points[end])), xy))
    out = list(axes)
    for number, touches in new.items():
        run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(axes[number], axis=0).T))])
        at = np.concatenate([run, [t for t, _ in touches]])
        out[number] = np.concatenate([axes[number], [xy for _, xy in touches]])[np.argsort(at, kind="stable")]
    return out


def _with_crossings(axes: Sequence[Array]) -> list[Array]:
    """Return the axes with a vertex wherever they cross or touch another one."""
    shapes = [LineString(axis) for axis in axes]
    tree = shapely.STRtree(shapes)
    out = []
    for number, shape in enumerate(shapes):
        others = [shapes[k] for k in tree.query(shape, predicate="dwithin", distance=SNAP_M) if k != number]
        points = shapely.get_coordinates(shapely.intersection(shape, others)) if others else np.zeros((0, 2))
        run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(axes[number], axis=0).T))])
        met = [float(shape.project(Point(xy))) for xy in points]
        order = np.argsort(np.concatenate([run, met]), kind="stable")
        out.append(np.concatenate([axes[number], points])[order])
    return out


def _split(line: Array) -> list[Array]:
    """Return a piece of street in equal parts no longer than ``PIECE_M``; a ring in three at least."""
    length = float(np.hypot(*np.diff(line, axis=0).T).sum())
    if length <= 0.0:
        return []
    ring = np.hypot(*(line[0] - line[-1])) <= SNAP_M
    count = max(int(np.ceil(length / PIECE_M)), 3 if ring else 1)
    if count == 1:
        return [line]
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    cut = along(line, np.arange(count + 1) / count)
    parts = []
    for k in range(count):
        inside = (run > length * k / count) & (run < length * (k + 1) / count)
        parts.append(np.concatenate([cut[k : k + 1], line[inside], cut[k + 1 : k + 2]]))
    return parts


def _graph(lines: Sequence[Array], names: tuple[str, ...]) -> StreetGraph:
    """Return the graph of pieces that meet at their ends only."""
    tips = np.array([[line[0], line[-1]] for line in lines]).reshape(-1, 2)
    found = np.unique(_snapped(tips), axis=0, return_index=True, return_inverse=True)
    ends = np.asarray(found[2], dtype=np.int64).reshape(-1, 2)
    length = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines])
    return StreetGraph(tips[found[1]], ends, length, tuple(lines), names)


def _snapped(xy: Array) -> Ints:
    return np.asarray(np.round(xy / SNAP_M), dtype=np.int64)
