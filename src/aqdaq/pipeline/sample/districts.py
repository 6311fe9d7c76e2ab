"""Four districts of the city, cut along its streets."""

from __future__ import annotations

import numpy as np
from shapely import LineString, MultiPolygon, Polygon, box
from shapely.ops import split

from aqdaq.pipeline.sample.frame import SIDE_M
from aqdaq.pipeline.sample.streets import CITY, Street, StreetPlan

District = tuple[str, Polygon | MultiPolygon]


def make_districts(plan: StreetPlan) -> tuple[District, ...]:
    """Return four districts that cover the city and do not overlap; main roads divide them."""
    upper = _across(plan, plan.centre_m[1] + 550.0)
    lower = _across(plan, plan.foothill_y_m)
    middle = _along(plan, plan.centre_m[0])
    south, rest = _two(CITY, lower, axis=1)
    belt, north = _two(rest, upper, axis=1)
    west, east = _two(belt, middle, axis=0)
    names = ("District North", "District West", "District East", "District Foothills")
    return tuple(zip(names, (north, west, east, south), strict=True))


def _two(area: Polygon, line: LineString, axis: int) -> tuple[Polygon, Polygon]:
    """Return the two parts of ``area`` that a line makes: western and eastern, or southern and northern."""
    parts = sorted(split(area, line).geoms, key=lambda part: -part.area)[:2]
    first, second = sorted(parts, key=lambda part: (part.centroid.x, part.centroid.y)[axis])
    assert isinstance(first, Polygon)
    assert isinstance(second, Polygon)
    return first, second


def _mains(plan: StreetPlan, letter: str) -> list[Street]:
    return [s for s in plan.streets if s.klass == "main" and s.name.split()[1].startswith(letter)]


def _stretched(line: LineString, axis: int) -> LineString:
    """Return a line from one side of the city to beyond the other, its ends drawn on."""
    xy = np.asarray(line.coords)
    xy = xy[np.argsort(xy[:, axis])]
    first, last = xy[0] - (xy[1] - xy[0]) * 30.0, xy[-1] + (xy[-1] - xy[-2]) * 30.0
    return LineString(np.vstack([first, xy, last]))


def _across(plan: StreetPlan, y_m: float) -> LineString:
    """Return the long main road from west to east that lies nearest to a northing (m)."""
    long = [s.line for s in _mains(plan, "E") if s.line.length > 0.9 * SIDE_M]
    fallback = [LineString([(0.0, y_m), (SIDE_M, y_m)])]
    return _stretched(min(long or fallback, key=lambda line: abs(line.centroid.y - y_m)), axis=0)


def _along(plan: StreetPlan, x_m: float) -> LineString:
    """Return the long main road from south to north that lies nearest to an easting (m)."""
    belt = box(0.0, plan.foothill_y_m, SIDE_M, SIDE_M)
    long = [s.line for s in _mains(plan, "N") if s.line.intersection(belt).length > 0.6 * SIDE_M]
    fallback = [LineString([(x_m, 0.0), (x_m, SIDE_M)])]
    return _stretched(min(long or fallback, key=lambda line: abs(line.centroid.x - x_m)), axis=1)
