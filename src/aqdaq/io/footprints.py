"""Buildings on the grid: how high they are, and who lives in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import MergeAlg
from rasterio.features import rasterize
from shapely import STRtree

from aqdaq.model.building import Building
from aqdaq.model.grid import Grid

#: Distance (pixels) within which a pixel centre counts as lying on an outline when overlaps are looked for.
_ON_EDGE: Final = 1e-6


def rasterize_buildings(buildings: Sequence[Building], grid: Grid) -> NDArray[np.float32]:
    """Return the height of the buildings above ground; a pixel belongs to a building that holds its centre.

    Args:
        buildings: in the CRS of the grid; the highest wins where they overlap.
        grid: where the result lies.

    Returns:
        (rows, cols) float32 in metres, 0 outside.
    """
    near = sorted(_on_grid(buildings, grid), key=lambda b: b.height_m)  # the last one burnt stays
    if not near:
        return np.zeros(grid.shape, dtype=np.float32)
    burnt = rasterize(
        ((b.footprint, b.height_m) for b in near), out_shape=grid.shape, transform=grid.transform, dtype="float32"
    )
    return np.asarray(burnt, dtype=np.float32)


def people_from_buildings(buildings: Sequence[Building], grid: Grid) -> NDArray[np.float32]:
    """Spread the residents of each building evenly over the pixels whose centres lie in it.

    Where buildings overlap the people of each are counted. A building too small to hold a centre gives its people to
    the pixel of a point inside it. Of a building that reaches beyond the grid only the part on the grid counts.

    Args:
        buildings: in the CRS of the grid; unknown residents count as nobody.
        grid: where the result lies.

    Returns:
        (rows, cols) float32, persons per pixel.
    """
    homes = [b for b in _on_grid(buildings, grid) if b.residents]
    out = np.zeros(grid.rows * grid.cols, dtype=np.float64)
    if not homes:
        return out.reshape(grid.shape).astype(np.float32)
    people = np.array([b.residents for b in homes], dtype=np.float64)
    shapes = np.array([b.footprint for b in homes], dtype=object)
    alone = ~_overlapping(shapes, grid) & _within(shapes, grid)
    rest = [*np.flatnonzero(~alone)]
    together = np.flatnonzero(alone)
    if together.size:
        numbers = _burn(shapes[together], range(1, together.size + 1), grid).ravel()
        pixels = np.bincount(numbers, minlength=together.size + 1)
        share = np.zeros(together.size + 1)
        share[1:] = people[together] / np.maximum(pixels[1:], 1)
        out += share[numbers]
        rest.extend(together[pixels[1:] == 0])
    for index in rest:
        _add_one(out, shapes[index], people[index], grid)
    return out.reshape(grid.shape).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The pixels around a footprint, which may reach beyond the grid."""

    row: int
    col: int
    rows: int
    cols: int

    @classmethod
    def around(cls, shape: Any, grid: Grid) -> _Frame:
        x_min, y_min, x_max, y_max = shape.bounds
        row = math.floor((grid.y_max_m - y_max) / grid.resolution_m)
        col = math.floor((x_min - grid.x_min_m) / grid.resolution_m)
        rows = math.floor((grid.y_max_m - y_min) / grid.resolution_m) - row + 1
        cols = math.floor((x_max - grid.x_min_m) / grid.resolution_m) - col + 1
        return cls(row, col, rows, cols)


def _add_one(out: NDArray[np.float64], shape: Any, people: float, grid: Grid) -> None:
    frame = _Frame.around(shape, grid)
    x_m = grid.x_min_m + frame.col * grid.resolution_m
    y_m = grid.y_max_m - frame.row * grid.resolution_m
    corner = Affine(grid.resolution_m, 0.0, x_m, 0.0, -grid.resolution_m, y_m)
    burnt = rasterize([(shape, 1)], out_shape=(frame.rows, frame.cols), transform=corner, dtype="uint8")
    rows, cols = np.nonzero(burnt)
    if rows.size == 0:
        point = shape.representative_point()
        row, col, inside = grid.index(point.x, point.y)
        if inside:
            out[row * grid.cols + col] += people
        return
    rows, cols = rows + frame.row, cols + frame.col
    inside = (rows >= 0) & (rows < grid.rows) & (cols >= 0) & (cols < grid.cols)
    out[rows[inside] * grid.cols + cols[inside]] += people / rows.size


def _on_grid(buildings: Sequence[Building], grid: Grid) -> list[Building]:
    bounds = shapely.bounds(np.array([b.footprint for b in buildings], dtype=object)).reshape(-1, 4)
    x_min, y_min, x_max, y_max = grid.bounds_m
    near = (bounds[:, 0] < x_max) & (bounds[:, 2] > x_min) & (bounds[:, 1] < y_max) & (bounds[:, 3] > y_min)
    return [building for building, close in zip(buildings, near, strict=True) if close]


def _within(shapes: NDArray[Any], grid: Grid) -> NDArray[np.bool_]:
    bounds = shapely.bounds(shapes)
    x_min, y_min, x_max, y_max = grid.bounds_m
    return np.asarray(
        (bounds[:, 0] >= x_min) & (bounds[:, 1] >= y_min) & (bounds[:, 2] <= x_max) & (bounds[:, 3] <= y_max)
    )


def _overlapping(shapes: NDArray[Any], grid: Grid) -> NDArray[np.bool_]:
    """Return which footprints share the centre of a pixel with another."""
    rows, cols = np.nonzero(_burn(shapes, [1] * len(shapes), grid, MergeAlg.add) > 1)
    found = np.zeros(len(shapes), dtype=bool)
    if rows.size:
        x, y = grid.centres()
        centres = shapely.points(x[cols], y[rows])
        hits = STRtree(shapes).query(centres, predicate="dwithin", distance=_ON_EDGE * grid.resolution_m)
        found[hits[1]] = True
    return found


def _burn(shapes: Any, values: Any, grid: Grid, merge: MergeAlg = MergeAlg.replace) -> NDArray[np.int32]:
    burnt = rasterize(
        zip(shapes, values, strict=True),
        out_shape=grid.shape,
        transform=grid.transform,
        dtype="int32",
        merge_alg=merge,
    )
    return np.asarray(burnt, dtype=np.int32)
