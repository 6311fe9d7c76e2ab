"""The ways of a project that measurements are planned along: its streets, or the ground between its buildings."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from pyproj import Transformer

from aqdaq.analysis.measure_next.streets import StreetGraph, graph_of_free_ground, graph_of_lines
from aqdaq.base.errors import Fault, InputError, UsageError
from aqdaq.io.streets import read_streets
from aqdaq.model.grid import Grid
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.project import Project

#: A start farther than this from any street is a slip of the pen (m).
FARTHEST_START_M: Final = 500.0


def streets_of(project: Project, inputs: Inputs) -> tuple[StreetGraph, tuple[str, ...]]:
    """Return the graph of the streets, and what is to be said of it."""
    section, grid = project.config.streets, inputs.grid
    if section is not None:
        read = read_streets(section, project.folder, crs=grid.crs)
        graph = graph_of_lines(read.lines, read.names, grid, join_crossings=section.join_crossings)
        if not len(graph):
            raise InputError(Fault(section.file, "no street lies on the map", "check its CRS and [grid].bounds"))
        aside = f"{section.file}: {len(read.set_aside)} features are no lines and are left out"
        return graph, (*read.notes, *([aside] if read.set_aside else []), *_pieces_note(graph, section.file))
    surface = inputs.surface.cropped(grid)
    free = np.isfinite(surface.ground_m) & (surface.above_ground_m <= 0.0)
    step_m = max(60.0, 3.0 * grid.resolution_m)
    graph = graph_of_free_ground(grid, free, step_m)
    if not len(graph):
        raise InputError(
            Fault("project.toml", "there are no streets and no free ground to measure on", "add [streets].file")
        )
    return graph, (f"assumed: no [streets] in project.toml, every free ground is a way (lattice of {step_m:g} m)",)


def _pieces_note(graph: StreetGraph, name: str) -> tuple[str, ...]:
    """Return that the streets fall into parts that no way joins, when a good part of them does."""
    part = graph.parts()[graph.ends[:, 0]]
    lengths = np.bincount(part, graph.length_m)
    share = float(lengths.max() / lengths.sum())
    if share >= 0.9:
        return ()
    count = int((lengths > 0.0).sum())
    return (f"{name}: falls into {count} parts, the largest has {share:.0%} of the length; see join_crossings",)


def start_xy_m(start: tuple[float, float] | None, project: Project, grid: Grid) -> tuple[float, float] | None:
    """Return where it begins in the CRS of the grid (m)."""
    if start is None:
        return None
    lon, lat = start
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise UsageError(f"--start {lon:g},{lat:g}: give longitude,latitude in degrees, in this order")
    x, y = Transformer.from_crs(project.body.geographic_crs, grid.crs, always_xy=True).transform(lon, lat)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise UsageError(f"--start {lon:g},{lat:g} cannot be drawn in {grid.crs}")
    return float(x), float(y)


def start_node(graph: StreetGraph, xy_m: tuple[float, float]) -> int:
    """Return the junction nearest to where the drive begins."""
    far = np.hypot(*(graph.node_xy_m - np.asarray(xy_m)).T)
    node = int(np.argmin(far))
    if far[node] > FARTHEST_START_M:
        raise UsageError(f"--start lies {far[node] / 1e3:.1f} km from the nearest street of the map")
    return node
