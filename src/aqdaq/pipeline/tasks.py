"""The work of the stage ``predict`` as a list of tasks: one a site and its window of the grid.

A task holds all that it needs, and nothing of the surface beyond its own window and the way to the site. So it can be
computed in any process, on any machine, in any order, and costs no more memory than its window.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from aqdaq.engine.antennas import pattern_parameters
from aqdaq.engine.area_types import AreaSetting, Streets, Terrain, Transmitter
from aqdaq.engine.chain import Links, Mode, chain_loss
from aqdaq.engine.directions import directions
from aqdaq.engine.link import received_level_dbm
from aqdaq.model.grid import Grid, Window
from aqdaq.model.network import Cell

#: Pixels of the surface around the window and the site that a task takes along: samples lie between pixels, and those
#: of a sweep beside the straight line to the receiver.
MARGIN_PIXELS: Final = 16

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SiteLevels:
    """What the engine says of the cells of one site at n points.

    Attributes:
        level_dbm: (cells, n) float32, NaN where unknown (dBm).
        reason: (cells, n) uint8 ``Reason`` why a level is unknown; 0 where it is known.
        link: (n,) uint8 number of the link of the chain that made the point, 255 beyond the last.
    """

    level_dbm: NDArray[np.float32]
    reason: NDArray[np.uint8]
    link: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Station:
    """A site with all that its levels depend on but the surface.

    Attributes:
        row: of the site on the surface (pixels).
        col: of the site on the surface (pixels).
        cells: to predict.
        azimuths_deg: of each, clockwise from grid north (deg).
        links: chain of models.
        setting: of the paths.
        mode: of the chain.
    """

    row: float
    col: float
    cells: tuple[Cell, ...]
    azimuths_deg: tuple[float, ...]
    links: Links
    setting: AreaSetting
    mode: Mode

    def levels(self, terrain: Terrain, rows: Float, cols: Float) -> SiteLevels:
        """Return the levels of the cells at (n,) rows and columns of the surface (pixels)."""
        pairs = sorted({(cell.height_m, cell.frequency_mhz) for cell in self.cells})
        heights, frequencies = (np.array(values, dtype=np.float64) for values in zip(*pairs, strict=True))
        transmitter = Transmitter(self.row, self.col, heights, frequencies)
        path = chain_loss(self.links, terrain, transmitter, rows, cols, self.setting, self.mode)
        seen = directions(
            terrain,
            transmitter,
            rows,
            cols,
            rx_height_m=self.setting.rx_height_m,
            effective_radius_m=self.setting.sphere.effective_radius_m,
        )
        out = np.empty((len(self.cells), len(rows)), dtype=np.float32)
        of_pair = [pairs.index((cell.height_m, cell.frequency_mhz)) for cell in self.cells]
        for k, (cell, azimuth, j) in enumerate(zip(self.cells, self.azimuths_deg, of_pair, strict=True)):
            out[k] = received_level_dbm(
                path.loss_db[j],
                seen.bearing_deg,
                seen.elevation_deg[j],
                float(cell.reference_eirp_dbm),
                float(azimuth),
                float(cell.mechanical_tilt_deg),
                pattern_parameters(cell.antenna),
            )
        return SiteLevels(out, path.reason[of_pair], path.link)


@dataclass(frozen=True, slots=True)
class TerrainPart:
    """A rectangle of a surface that knows its place in the whole.

    Attributes:
        shape: rows and columns of the whole.
        window: where the part lies.
        terrain: its arrays, of the shape of the window.
    """

    shape: tuple[int, int]
    window: Window
    terrain: Terrain

    @classmethod
    def cut(cls, terrain: Terrain, window: Window) -> Self:
        """Return a part of a surface; nothing is copied."""
        here, streets = window.slices, terrain.streets
        part = Terrain(
            terrain.ground_m[here],
            terrain.above_m[here],
            terrain.resolution_m,
            None if streets is None else Streets(*(raster[here] for raster in streets)),
        )
        return cls((terrain.ground_m.shape[0], terrain.ground_m.shape[1]), window, part)

    def placed(self) -> Terrain:
        """Return arrays of the whole that hold this part at its place, and zeros elsewhere.

        A position keeps its number of rows and columns, and so every last bit of what is computed there: counted from
        the corner of the part it would be rounded otherwise. The zeros are never touched, so that they take no memory.
        """
        part, streets = self.terrain, self.terrain.streets
        return Terrain(
            self._place(part.ground_m),
            self._place(part.above_m),
            part.resolution_m,
            None if streets is None else Streets(*(self._place(raster) for raster in streets)),
        )

    def _place(self, part: NDArray[np.float32]) -> NDArray[np.float32]:
        whole = _untouched(self.shape)
        whole[self.window.slices] = part
        return whole


@dataclass(frozen=True, slots=True)
class SiteTask:
    """One site and its window of the grid.

    Attributes:
        key: names the result.
        station: the site.
        grid: of the results.
        window: of it, not empty.
        frame: grid of the whole surface.
        part: of the surface: the window, the site, what lies between them, and a margin.
    """

    key: str
    station: Station
    grid: Grid
    window: Window
    frame: Grid
    part: TerrainPart


def run_task(task: SiteTask) -> SiteLevels:
    """Return the levels of a site on its window, (cells, rows, cols), and what made them, (rows, cols)."""
    x, y = task.grid.centres()
    window = task.window
    gx, gy = np.meshgrid(x[window.col0 : window.col1], y[window.row0 : window.row1])
    rows, cols = task.frame.fractional(gx.ravel(), gy.ravel())
    del gx, gy
    found = task.station.levels(task.part.placed(), rows, cols)
    shape = window.shape
    return SiteLevels(found.level_dbm.reshape(-1, *shape), found.reason.reshape(-1, *shape), found.link.reshape(shape))


def part_around(station: Station, grid: Grid, window: Window, frame: Grid) -> Window:
    """Return the part of the surface that the paths from a site to its window can meet.

    Args:
        station: the site.
        grid: of the results.
        window: of it, not empty.
        frame: grid of the surface; the grid of the results lies inside.
    """
    margin = MARGIN_PIXELS + math.ceil(4.0 * station.setting.step_m / frame.resolution_m)
    x, y = grid.centres()
    rows, cols = frame.fractional(x[[window.col0, window.col1 - 1]], y[[window.row0, window.row1 - 1]])
    row0, row1 = _reach((*rows.tolist(), station.row), margin, frame.rows)
    col0, col1 = _reach((*cols.tolist(), station.col), margin, frame.cols)
    return Window(row0, row1, col0, col1)


def _reach(positions: Sequence[float], margin: int, size: int) -> tuple[int, int]:
    """Return begin and end of the pixels around positions, clipped to the surface, at least two of them."""
    begin, end = math.floor(min(positions)) - margin, math.ceil(max(positions)) + margin + 1
    return max(min(begin, size - 2), 0), min(max(end, 2), size)


def _untouched(shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return zeros of which only those pages take memory that are written."""
    pages = mmap.mmap(-1, max(shape[0] * shape[1], 1) * np.dtype(np.float32).itemsize)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        pages.madvise(mmap.MADV_NOHUGEPAGE)  # a huge page holds many rows, most of each unused
    return np.frombuffer(pages, dtype=np.float32, count=shape[0] * shape[1]).reshape(shape)
