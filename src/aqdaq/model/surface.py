"""The surface at a date: ground and what stands on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.model.grid import Grid


@dataclass(frozen=True, slots=True)
class Surface:
    """Ground height and height above ground, on one grid, at one date.

    Attributes:
        grid: where the arrays lie.
        date: buildings that stand on this day are in it.
        ground_m: (rows, cols) float32, height of the ground (m); NaN where unknown.
        above_ground_m: (rows, cols) float32, height of buildings and clutter above the ground (m), >= 0.
        ground_assumed: the ground was not given: flat at a stated height.
    """

    grid: Grid
    date: dt.date
    ground_m: NDArray[np.float32]
    above_ground_m: NDArray[np.float32]
    ground_assumed: bool = False

    def __post_init__(self) -> None:
        """Refuse arrays that do not lie on the grid.

        Raises:
            InputError: a shape differs, or a height above ground is negative.
        """
        for name, array in (("ground_m", self.ground_m), ("above_ground_m", self.above_ground_m)):
            if array.shape != self.grid.shape:
                raise InputError(Fault(f"surface.{name}", f"shape {array.shape}, the grid has {self.grid.shape}"))
        if np.nanmin(self.above_ground_m, initial=0.0) < 0.0:
            raise InputError(Fault("surface.above_ground_m", "a height above ground is negative"))

    @property
    def dsm_m(self) -> NDArray[np.float32]:
        """Height of the surface: ground plus what stands on it (m)."""
        return self.ground_m + self.above_ground_m

    def cropped(self, grid: Grid) -> Surface:
        """Return the part of the surface on a grid that lies inside its own, pixel on pixel.

        Raises:
            InputError: the grid does not lie inside, or its pixels do not meet these.
        """
        row, col = (float(v) for v in self.grid.fractional(*(c[0] for c in grid.centres())))
        top, left = round(row), round(col)
        fits = top >= 0 and left >= 0 and top + grid.rows <= self.grid.rows and left + grid.cols <= self.grid.cols
        if grid.resolution_m != self.grid.resolution_m or abs(row - top) + abs(col - left) > 1e-6 or not fits:
            raise InputError(Fault("surface", f"{grid} is no part of {self.grid}"))
        part = (slice(top, top + grid.rows), slice(left, left + grid.cols))
        return Surface(grid, self.date, self.ground_m[part], self.above_ground_m[part], self.ground_assumed)
