"""The detailed plan of the planned district: what an authority would be asked to approve, with something left to mend.

It has a layer of places reserved for sites with nothing in it, and its lamps have power at night only. ``aqdaq planfile
check`` finds both, and proposes a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from aqdaq.pipeline.sample.district import Planned
from aqdaq.pipeline.sample.streets import StreetPlan

#: Layers of the plan: name -> columns and local shapes (m), in the order of the file.
Layers = dict[str, tuple[dict[str, list[Any]], list[BaseGeometry]]]

#: The plan reaches so far beyond its ground, over the streets around (m).
AROUND_M: Final = 45.0
LAMP_M: Final = 9.0


def make_detailed_plan(houses: Sequence[Planned], plan: StreetPlan, lamps: NDArray[np.float64]) -> Layers:
    """Return the layers of the plan of a district.

    Args:
        houses: of the district.
        plan: streets and blocks of the city.
        lamps: (n, 2) places of all lamp posts (m).
    """
    drawn = shapely.union_all([h.outline for h in houses])
    ground = next(b.area for b in plan.blocks if b.area.contains(drawn.centroid))
    boundary = ground.minimum_rotated_rectangle.buffer(AROUND_M, join_style="mitre")
    posts = [Point(x, y) for x, y in lamps if boundary.contains(Point(x, y))]
    return {
        "boundary": _one("PDP", boundary, name="Planned district", residents=sum(h.residents for h in houses)),
        "zones": _one("Z1", ground, use="residential"),
        "blocks": _blocks(ground),
        "buildings": _buildings(houses),
        "reserved_sites": ({"id": [], "height_m": [], "structure": []}, []),
        "roads": _roads(plan, boundary),
        "ducts": _one("D1", _along(ground)),
        "power": _one("TP1", _corner(ground, 0).buffer(4.0, cap_style="square")),
        "lamps": (
            {
                "id": [f"L{number}" for number in range(1, len(posts) + 1)],
                "height_m": [LAMP_M] * len(posts),
                "powered": [False] * len(posts),
            },
            list(posts),
        ),
    }


def _one(key: str, shape: BaseGeometry, **fields: Any) -> tuple[dict[str, list[Any]], list[BaseGeometry]]:
    return {"id": [key], **{column: [value] for column, value in fields.items()}}, [shape]


def _blocks(ground: Polygon) -> tuple[dict[str, list[Any]], list[BaseGeometry]]:
    """Return the ground in two, a block for each phase."""
    x_min, y_min, x_max, y_max = ground.bounds
    middle = ground.centroid.x
    halves = [shapely.box(x_min, y_min, middle, y_max), shapely.box(middle, y_min, x_max, y_max)]
    parts = [ground.intersection(half) for half in halves]
    return {"id": ["K1", "K2"], "phase": ["1", "2"]}, list(parts)


def _buildings(houses: Sequence[Planned]) -> tuple[dict[str, list[Any]], list[BaseGeometry]]:
    columns: dict[str, list[Any]] = {
        "id": [h.id for h in houses],
        "use": [h.use for h in houses],
        "height_m": [h.height_m for h in houses],
        "floors": [h.floors for h in houses],
        "floor_area_m2": [round(h.outline.area * h.floors, 1) for h in houses],
        "residents": [h.residents for h in houses],
        "phase": [h.phase for h in houses],
        "start": [h.start.isoformat() for h in houses],
        "end": [h.end.isoformat() for h in houses],
    }
    return columns, [h.outline for h in houses]


def _roads(plan: StreetPlan, boundary: Polygon) -> tuple[dict[str, list[Any]], list[BaseGeometry]]:
    near = [s for s in plan.streets if s.line.intersects(boundary)]
    return {"id": [s.id for s in near], "name": [s.name for s in near]}, [s.line.intersection(boundary) for s in near]


def _corner(ground: Polygon, number: int) -> Point:
    """Return a place a few metres inside a corner of the ground."""
    corner = Point(ground.minimum_rotated_rectangle.exterior.coords[number])  # type: ignore[attr-defined]
    return shapely.get_point(shapely.shortest_line(ground.buffer(-8.0), corner), 0)


def _along(ground: Polygon) -> LineString:
    """Return a duct along the first side of the ground, just outside it."""
    corners = ground.buffer(4.0, join_style="mitre").minimum_rotated_rectangle.exterior.coords  # type: ignore[attr-defined]
    return LineString([corners[0], corners[1]])
