"""A small town to measure in: streets every 100 m, people in one quarter, levels near the threshold there."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr
from shapely import LineString

from aqdaq.analysis.measure_next.ground import Ground, LayerView, make_ground
from aqdaq.analysis.measure_next.spread import FieldSpread
from aqdaq.analysis.measure_next.streets import StreetGraph, graph_of_lines
from aqdaq.analysis.measure_next.survey import Survey
from aqdaq.model.grid import Grid

GRID = Grid("EPSG:32643", 500_000.0, 4_800_600.0, 10.0, 60, 60)
SPREAD = FieldSpread(6.0, 60.0, 3.0)
SD_DB = float(np.hypot(6.0, 3.0))


def street_lines(grid: Grid = GRID) -> list[LineString]:
    """Return the axes of a street every 100 m, both ways, with a vertex at each crossing."""
    x0, y0, x1, y1 = grid.bounds_m
    xs, ys = np.arange(x0 + 50.0, x1, 100.0), np.arange(y0 + 50.0, y1, 100.0)
    down = [LineString([(x, y) for y in ys]) for x in xs]
    return down + [LineString([(x, y) for x in xs]) for y in ys]


def town_graph() -> StreetGraph:
    lines = street_lines()
    return graph_of_lines(lines, [f"street {n}" for n in range(len(lines))], GRID)


def people(*, everywhere: bool = False) -> np.ndarray:
    """Return two persons a pixel, in the north-eastern quarter alone or everywhere."""
    out = np.zeros(GRID.shape)
    out[:30, 30:] = 2.0
    return np.full(GRID.shape, 2.0) if everywhere else out


def view(z: float | np.ndarray = 0.3, bound: float = 0.5, name: str = "A/LTE") -> LayerView:
    """Return a layer whose level lies ``z`` standard deviations above the threshold."""
    chance = np.broadcast_to(ndtr(z), GRID.shape).astype(np.float64)
    return LayerView(name, chance, np.full(GRID.shape, SD_DB), 0.0, bound)


def town_ground(layer: LayerView | None = None, *, everywhere: bool = False) -> Ground:
    return make_ground(GRID, [layer or view()], people(everywhere=everywhere), SPREAD)[0]


def town_survey(graph: StreetGraph, ground: Ground, already: np.ndarray | None = None) -> Survey:
    xy, piece_of = graph.samples(20.0)
    known = np.zeros((0, 2)) if already is None else already
    return Survey.build([(ground, known)], xy, piece_of, len(graph), SPREAD)
