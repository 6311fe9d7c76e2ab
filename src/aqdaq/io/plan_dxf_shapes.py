"""Shapes of what is drawn in CAD, in the units of the drawing."""

from __future__ import annotations

from typing import Any, Final

import ezdxf
import shapely
from ezdxf import path as dxf_path
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

#: Blocks in blocks deeper than this are no drawing of a plan.
MOST_DEEP: Final = 8
#: A line whose ends lie nearer than this share of its length is closed.
CLOSED_SHARE: Final = 1e-6

_CURVES: Final = frozenset({"LWPOLYLINE", "POLYLINE", "LINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE"})
_FACES: Final = frozenset({"SOLID", "TRACE", "3DFACE"})
_HATCHES: Final = frozenset({"HATCH", "MPOLYGON"})


def outline(entity: Any, step: float) -> BaseGeometry | None:
    """Return the shape of an entity seen from above: closed curves as areas; None when it has none that is read.

    Args:
        entity: of the drawing.
        step: largest distance of a chord from its arc, in units of the drawing.
    """
    kind = entity.dxftype()
    try:
        if kind in _CURVES:
            return None if getattr(entity, "is_poly_face_mesh", False) else _curve(dxf_path.make_path(entity), step)
        if kind in _HATCHES:
            return _hatch(entity, step)
        if kind in _FACES:
            return Polygon([(v.x, v.y) for v in entity.wcs_vertices()])
        if kind == "POINT":
            return Point(entity.dxf.location.x, entity.dxf.location.y)
    except (ezdxf.DXFError, TypeError, ValueError, ZeroDivisionError):  # a figure that is none: counted as not read
        return None
    return None


def block_shapes(entity: Any, step: float, depth: int = 0) -> list[BaseGeometry]:
    """Return the areas that a block draws where it stands, those of blocks in it too."""
    if depth > MOST_DEEP:
        return []
    found: list[BaseGeometry] = []
    for part in entity.virtual_entities():
        if part.dxftype() == "INSERT":
            found += block_shapes(part, step, depth + 1)
            continue
        shape = outline(part, step)
        if isinstance(shape, Polygon | MultiPolygon):
            found.append(shape)
    return found


def inserted_at(entity: Any) -> Point:
    """Return the point where a block stands."""
    place = entity.ocs().to_wcs(entity.dxf.insert)
    return Point(place.x, place.y)


def elevation(entity: Any) -> float:
    """Return the elevation of an entity above the zero of the drawing, in its units."""
    kind = entity.dxftype()
    if kind in {"LWPOLYLINE", "HATCH", "MPOLYGON"}:
        raised = entity.dxf.get("elevation", 0.0)
        return float(getattr(raised, "z", raised))
    if kind == "INSERT":
        return float(entity.dxf.insert.z)
    if kind in _FACES:
        return max(float(v.z) for v in entity.wcs_vertices())
    if kind == "POINT":
        return float(entity.dxf.location.z)
    if kind in _CURVES:
        return float(dxf_path.make_path(entity).start.z)
    return 0.0


def _curve(path: Any, step: float) -> BaseGeometry | None:
    """Return an area for a closed path, else a line."""
    places = [(v.x, v.y) for v in path.flattening(step)]
    if len(places) < 2:
        return None
    line = LineString(places)
    gap = Point(places[0]).distance(Point(places[-1]))
    if len(places) > 3 and gap <= CLOSED_SHARE * line.length:
        return Polygon(places)
    return line if line.length > 0.0 else None


def _hatch(entity: Any, step: float) -> BaseGeometry | None:
    """Return the area of a hatch: what an odd number of its paths encloses."""
    area: BaseGeometry = Polygon()
    single: BaseGeometry | None = None
    for number, path in enumerate(dxf_path.from_hatch(entity)):
        places = [(v.x, v.y) for v in path.flattening(step)]
        if len(places) < 3:
            continue
        ring = Polygon(places)
        single = ring if number == 0 else None
        area = shapely.symmetric_difference(area, ring if ring.is_valid else shapely.make_valid(ring))
    if single is not None:
        return single  # as drawn, so that an outline that crosses itself is found and said
    return None if area.is_empty else area
