"""The ground that a project is about: its grid, how far its surface reaches, and how high it lies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqdaq.io.measurements import measured_places
from aqdaq.io.raster import read_onto
from aqdaq.io.tables import resolve_input
from aqdaq.model.grid import Grid
from aqdaq.model.network import Network
from aqdaq.pipeline.faults import Faults
from aqdaq.pipeline.plausible import checked_grid, checked_ground
from aqdaq.pipeline.project import Project


def grid_of(project: Project, network: Network | None) -> Grid | None:
    """Return the grid of the results; None where neither bounds nor a network say it.

    Raises:
        InputError: the grid cannot be, or a file of measurements cannot be read.
    """
    return checked_grid(_grid(project, network), project.body)


def _grid(project: Project, network: Network | None) -> Grid | None:
    section = project.config.grid
    if section.bounds is not None:
        return Grid.from_bounds(section.crs, section.bounds, section.resolution_m)
    if network is None:
        return None
    places = [(np.array([s.x_m for s in network.sites]), np.array([s.y_m for s in network.sites]))]
    reach = project.config.prediction.radius_m
    x_min, y_min, x_max, y_max = _box(*places[0], reach)
    for source in project.config.measurements:
        x, y = measured_places(source, project.folder, crs=section.crs)
        near = (x >= x_min) & (x <= x_max) & (y >= y_min) & (y <= y_max)  # a stray fix must not stretch the map
        places.append((x[near], y[near]))
    x, y = (np.concatenate(v) for v in zip(*places, strict=True))
    bounds = _box(x, y, section.margin_m)
    return Grid.from_bounds(section.crs, bounds, section.resolution_m)


def _box(x: NDArray[np.float64], y: NDArray[np.float64], margin_m: float) -> tuple[float, float, float, float]:
    return (
        float(x.min() - margin_m),
        float(y.min() - margin_m),
        float(x.max() + margin_m),
        float(y.max() + margin_m),
    )


def surface_grid(grid: Grid, network: Network, radius_m: float) -> Grid:
    """Return the grid widened to the sites outside it that are near enough to serve it."""
    x_min, y_min, x_max, y_max = grid.bounds_m
    for site in network.sites:
        dx = max(x_min - site.x_m, site.x_m - x_max, 0.0)
        dy = max(y_min - site.y_m, site.y_m - y_max, 0.0)
        if 0.0 < np.hypot(dx, dy) <= radius_m:
            x_min, x_max = min(x_min, site.x_m), max(x_max, site.x_m)
            y_min, y_max = min(y_min, site.y_m), max(y_max, site.y_m)
    return Grid.from_bounds(grid.crs, (x_min, y_min, x_max, y_max), grid.resolution_m)


def ground_on(project: Project, grid: Grid) -> NDArray[np.float32]:
    """Return (rows, cols) the height of the ground (m); NaN where it is unknown.

    Raises:
        InputError: a file of the terrain cannot be read, or its heights cannot be.
    """
    terrain = project.config.terrain
    if not terrain.files:
        return np.full(grid.shape, terrain.flat_height_m, dtype=np.float32)
    read = read_onto([resolve_input(project.folder, name) for name in terrain.files], grid)
    return checked_ground(read, project.body)


def check_without_network(project: Project, grid: Grid | None, faults: Faults) -> None:
    """Look for faults in what can be read without cells, so that all are named at once."""
    if grid is not None:
        faults.attempt(lambda: ground_on(project, grid))
    for source in project.config.measurements:
        faults.attempt(lambda s=source: measured_places(s, project.folder, crs=project.config.grid.crs))  # type: ignore[misc]
