"""Population rasters: persons per pixel onto the grid, without losing or inventing anyone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.crs import CRS
from rasterio.windows import Window

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.raster import open_raster
from aqdaq.model.grid import Grid

_STRIP_POINTS = 2_000_000
#: Sample points along the side of the smaller one of the two pixels.
_POINTS_A_SIDE = 4
#: Points along each side of the lattice that finds the part of the source under the grid.
_LATTICE = 65


def read_people(path: Path, grid: Grid) -> NDArray[np.float32]:
    """Bring a population raster onto the grid; the total inside is preserved.

    The persons of each source pixel are spread evenly over its area: regular sample points on the grid (reaching
    beyond its edge) are looked up in the source, and each carries an equal share of the pixel that it falls into.
    A source that already lies exactly on the grid is returned as it is.

    Args:
        path: raster of persons per pixel, band 1, in any CRS.
        grid: where the result lies.

    Returns:
        (rows, cols) float32, persons per pixel; 0 where the source has no data.

    Raises:
        InputError: the file cannot be read, holds a negative count, or does not reach the grid.
    """
    with open_raster(path) as source:
        if _lies_on(source, grid):
            counts = _read_counts(source, Window(0, 0, grid.cols, grid.rows), path.name)
            return counts.astype(np.float32)
        lookup = _Lookup.build(source, grid)
        window = lookup.window(source)
        if window is None:
            raise InputError(Fault(path.name, "does not reach the grid", "check that both lie in the same place"))
        return _spread(lookup, window, _read_counts(source, window, path.name))


@dataclass(frozen=True, slots=True)
class _Lookup:
    """Sample points on the grid and where they fall in the source.

    Attributes:
        grid: of the result.
        to_source: from the CRS of the grid to that of the source.
        to_pixel: from the CRS of the source to its (column, row).
        fine: sample points along the side of a grid pixel.
        margin: grid pixels that the sampling reaches beyond the edge, so that source pixels there are sampled whole.
    """

    grid: Grid
    to_source: Transformer
    to_pixel: Affine
    fine: int
    margin: int

    @classmethod
    def build(cls, source: Any, grid: Grid) -> _Lookup:
        to_source = Transformer.from_crs(grid.crs, source.crs.to_wkt(), always_xy=True)
        rough = cls(grid, to_source, ~source.transform, 1, 0)
        x_min, y_min, x_max, y_max = grid.bounds_m
        x, y = (x_min + x_max) / 2, (y_min + y_max) / 2
        cols, rows = rough.pixels(np.array([x, x + grid.resolution_m, x]), np.array([y, y, y + grid.resolution_m]))
        # Length of a grid pixel's sides, in source pixels.
        along_x = math.hypot(cols[1] - cols[0], rows[1] - rows[0])
        along_y = math.hypot(cols[2] - cols[0], rows[2] - rows[0])
        if not (math.isfinite(along_x) and math.isfinite(along_y)):
            return cls(grid, to_source, ~source.transform, 1, 0)
        fine = max(2, math.ceil(_POINTS_A_SIDE * max(along_x, along_y)))
        margin = math.ceil(1.5 / min(along_x, along_y)) + 1
        return cls(grid, to_source, ~source.transform, fine, margin)

    def pixels(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the (column, row) in the source, as fractions; infinite where the CRS does not reach."""
        x, y = self.to_source.transform(x_m, y_m)
        step = self.to_pixel
        with np.errstate(invalid="ignore"):
            return step.a * x + step.b * y + step.c, step.d * x + step.e * y + step.f

    def window(self, source: Any) -> Window | None:
        """Return the part of the source under the grid and its margin, or None."""
        reach = self.margin * self.grid.resolution_m
        x_min, y_min, x_max, y_max = self.grid.bounds_m
        x, y = np.meshgrid(
            np.linspace(x_min - reach, x_max + reach, _LATTICE), np.linspace(y_min - reach, y_max + reach, _LATTICE)
        )
        cols, rows = self.pixels(x, y)
        good = np.isfinite(cols) & np.isfinite(rows)
        if not good.any():
            return None
        col0, col1 = max(math.floor(cols[good].min()) - 2, 0), min(math.ceil(cols[good].max()) + 2, source.width)
        row0, row1 = max(math.floor(rows[good].min()) - 2, 0), min(math.ceil(rows[good].max()) + 2, source.height)
        if col1 <= col0 or row1 <= row0:
            return None
        return Window(col0, row0, col1 - col0, row1 - row0)

    def strips(self, window: Window, margin: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Yield the first row (margin included) and the flat source index of each sample point, -1 outside.

        The index arrays have shape (rows, fine, columns, fine).
        """
        spacing = self.grid.resolution_m / self.fine
        cols = self.grid.cols + 2 * margin
        rows = self.grid.rows + 2 * margin
        x = self.grid.x_min_m - margin * self.grid.resolution_m + (np.arange(cols * self.fine) + 0.5) * spacing
        top = self.grid.y_max_m + margin * self.grid.resolution_m
        step = max(1, _STRIP_POINTS // (cols * self.fine**2))
        for row in range(0, rows, step):
            height = min(step, rows - row)
            y = top - (np.arange(row * self.fine, (row + height) * self.fine) + 0.5) * spacing
            x_all, y_all = np.meshgrid(x, y)
            index = self._index(x_all, y_all, window)
            yield row, index.reshape(height, self.fine, cols, self.fine)

    def _index(self, x_m: NDArray[Any], y_m: NDArray[Any], window: Window) -> NDArray[np.int64]:
        cols, rows = self.pixels(x_m.ravel(), y_m.ravel())
        cols, rows = np.floor(cols) - window.col_off, np.floor(rows) - window.row_off
        inside = (cols >= 0) & (cols < window.width) & (rows >= 0) & (rows < window.height)
        index = np.full(cols.shape, -1, dtype=np.int64)
        index[inside] = rows[inside].astype(np.int64) * window.width + cols[inside].astype(np.int64)
        return index


def _spread(lookup: _Lookup, window: Window, counts: NDArray[np.float64]) -> NDArray[np.float32]:
    hits = np.zeros(counts.size, dtype=np.int64)
    for _, index in lookup.strips(window, lookup.margin):
        hits += np.bincount(index[index >= 0], minlength=counts.size)
    # One more place at the end, with nobody in it, for the points outside (index -1).
    share = np.append(counts.ravel() / np.maximum(hits, 1), 0.0)
    out = np.empty(lookup.grid.shape, dtype=np.float32)
    for row, index in lookup.strips(window, 0):
        out[row : row + index.shape[0]] = share[index].sum(axis=(1, 3))
    return out


def _lies_on(source: Any, grid: Grid) -> bool:
    return (
        (source.height, source.width) == grid.shape
        and source.transform.almost_equals(grid.transform, precision=1e-6)
        and source.crs == CRS.from_user_input(grid.crs)
    )


def _read_counts(source: Any, window: Window, name: str) -> NDArray[np.float64]:
    found = source.read(1, window=window, masked=True).astype(np.float64) * source.scales[0] + source.offsets[0]
    values: NDArray[np.float64] = found.filled(0.0)
    values[~np.isfinite(values)] = 0.0
    negative = int((values < 0).sum())
    if negative:
        what = f"{negative} pixels hold a negative number of persons, the lowest {values.min():g}"
        raise InputError(Fault(name, what, "declare the value that means no data as nodata"))
    return values
