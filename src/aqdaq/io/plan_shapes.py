"""Which geometry an object of a plan may have, and what is made of one that it may not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from aqdaq.io.buildings import NO_AREA, mend_polygon

#: Kinds whose objects are areas.
AREAS: Final = frozenset({"boundary", "zone", "block", "building"})
#: Reasons of features that are kept, changed.
MENDED: Final = "outline crossed itself: mended"
CLOSED: Final = "closed line taken as an outline"
TO_POINT: Final = "area taken as a point"
#: Reason of a feature without a place.
NO_GEOMETRY: Final = "has no geometry"


@dataclass(frozen=True, slots=True)
class Shaped:
    """What became of a geometry.

    Attributes:
        geometry: as the object has it; None when there is none.
        reason: why it was changed or left out; None when it was taken as it is.
        value: what was found.
        fault: whether an object is lost that should be there.
    """

    geometry: BaseGeometry | None
    reason: str | None = None
    value: str = ""
    fault: bool = False


def shaped(kind: str, geometry: BaseGeometry | None) -> Shaped:
    """Return what becomes of the geometry of an object of a kind."""
    if geometry is None or geometry.is_empty:
        return Shaped(None, NO_GEOMETRY)
    if kind in AREAS:
        return _area(geometry)
    if kind == "lamp" and geometry.geom_type in {"Polygon", "MultiPolygon"}:
        inside = mend_polygon(geometry)[0]
        return Shaped(Point(inside.centroid) if inside is not None else geometry.centroid, TO_POINT)
    if geometry.geom_type in {"Polygon", "MultiPolygon"} and not geometry.is_valid:
        area, _ = mend_polygon(geometry)
        reason = shapely.is_valid_reason(geometry)[:80]
        return Shaped(area, MENDED, reason) if area is not None else Shaped(None, reason, fault=True)
    return Shaped(geometry)


def _area(geometry: BaseGeometry) -> Shaped:
    if isinstance(geometry, LineString):
        if not geometry.is_ring and not (geometry.is_closed and len(geometry.coords) > 3):
            return Shaped(None, NO_AREA, geometry.geom_type)
        area, mended = mend_polygon(Polygon(geometry))
        why: str | None = MENDED if mended else CLOSED
    elif "Polygon" in geometry.geom_type or geometry.geom_type == "GeometryCollection":
        area, mended = mend_polygon(geometry)
        why = MENDED if mended else None
    else:
        return Shaped(None, NO_AREA, geometry.geom_type)
    if area is None:
        return Shaped(None, "outline encloses no area", shapely.is_valid_reason(geometry)[:80], fault=True)
    return Shaped(area, why, shapely.is_valid_reason(geometry)[:80] if why == MENDED else "")
