"""Geometry of GML 2 to 3.2: points, curves with arcs, surfaces, and the system of their coordinates."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry import GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from aqdaq.io.safe_xml import Node

#: Points on an arc are no farther apart than this (rad).
_ARC_STEP: Final = math.radians(5.0)
_SURFACES: Final = frozenset({"Polygon", "PolygonPatch", "Rectangle", "Triangle"})
_SURFACE_SETS: Final = frozenset({"Surface", "PolyhedralSurface", "CompositeSurface", "MultiSurface", "MultiPolygon"})
_CURVES: Final = frozenset({"LineString", "LinearRing", "Curve", "CompositeCurve", "OrientableCurve", "Ring"})
_CURVE_SETS: Final = frozenset({"MultiCurve", "MultiLineString"})
_OTHERS: Final = frozenset({"Point", "MultiPoint", "MultiGeometry"})
GEOMETRIES: Final = _SURFACES | _SURFACE_SETS | _CURVES | _CURVE_SETS | _OTHERS
_SEGMENTS: Final = frozenset({"LineStringSegment", "Arc", "ArcString", "Circle", "GeodesicString"})

Place = tuple[float, float]


def inherit_dimension(node: Node, size: str | None = None) -> None:
    """Hand the number of coordinates of a place down to all elements that do not say their own."""
    size = node.attributes.get("srsDimension", size)
    if size is not None:
        node.attributes["srsDimension"] = size
    for child in node.children:
        inherit_dimension(child, size)


def is_gml(node: Node) -> bool:
    """Return whether an element is one of GML's own."""
    return node.space.startswith("http://www.opengis.net/gml")


def geometry_of(node: Node) -> BaseGeometry:
    """Return the geometry of a GML element, x before y as the file has them.

    Raises:
        ValueError: coordinates that cannot be, or a kind of curve that is not read.
    """
    if node.tag in _SURFACES:
        return _polygon(node)
    if node.tag == "Point" or node.tag in _CURVES:
        return Point(_places(node)[0]) if node.tag == "Point" else LineString(_curve(node))
    return _collection(node)


def find_geometry(node: Node) -> Node | None:
    """Return the outermost geometry below an element, or None."""
    return next((n for n in node.walk() if n.tag in GEOMETRIES and is_gml(n)), None)


def crs_of_name(name: str) -> tuple[CRS, bool]:
    """Return the system that a ``srsName`` means, and whether y stands before x in it.

    URNs and addresses of OGC give the axes in the order of EPSG; ``EPSG:4326`` and the like give x first.

    Raises:
        ValueError: it is not known.
    """
    text = name.strip()
    if found := re.fullmatch(r"urn:adv:crs:ETRS89_UTM(\d\d)", text):
        text = f"EPSG:258{found[1]}"
    elif found := re.fullmatch(r"urn:adv:crs:DE_DHDN_3GK(\d)", text):
        text = f"EPSG:{31464 + int(found[1])}"
    elif found := re.fullmatch(r"https?://www\.opengis\.net/gml/srs/epsg\.xml#(\d+)", text):
        text = f"EPSG:{found[1]}"
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        raise ValueError(f"srsName {name!r} is not known") from None
    formal = text.startswith(("urn:ogc", "http")) and "CRS84" not in text
    first = crs.axis_info[0].direction if crs.axis_info else ""
    return crs, formal and first in {"north", "south"}


def _collection(node: Node) -> BaseGeometry:
    parts = [geometry_of(child) for child in _members(node)]
    if len(parts) == 1:
        return parts[0]
    if node.tag in _SURFACE_SETS:
        return MultiPolygon([p for part in parts for p in getattr(part, "geoms", [part])])
    if node.tag in _CURVE_SETS:
        return MultiLineString([p for p in parts if isinstance(p, LineString)])
    return (
        MultiPoint([p for p in parts if isinstance(p, Point)])
        if node.tag == "MultiPoint"
        else GeometryCollection(parts)
    )


def _members(node: Node) -> list[Node]:
    """Return the geometries that are parts of a collection: the outermost ones below it."""
    found: list[Node] = []
    for child in node.children:
        if child.tag in GEOMETRIES and is_gml(child):
            found.append(child)
        else:
            found += _members(child)
    return found


def _polygon(node: Node) -> Polygon:
    outer: list[list[Place]] = []
    holes: list[list[Place]] = []
    for child in node.children:
        rings = outer if child.tag in {"exterior", "outerBoundaryIs"} else holes
        rings += [_curve(ring) for ring in _members(child)]
    if len(outer) != 1:
        raise ValueError("a polygon without an outer ring")
    if any(len(ring) < 3 for ring in (*outer, *holes)):
        raise ValueError("a ring of less than three points")
    return Polygon(outer[0], holes)


def _curve(node: Node) -> list[Place]:
    """Return the places along a curve or ring."""
    parts = _segments(node)
    if not parts:
        return _places(node)
    out: list[Place] = []
    for part in parts:
        places = _segment(part)
        if node.tag == "OrientableCurve" and node.attributes.get("orientation") == "-":
            places.reverse()
        out += places[1:] if out and out[-1] == places[0] else places
    return out


def _segments(node: Node) -> list[Node]:
    """Return the segments or curves that a curve is made of, in order."""
    found: list[Node] = []
    for child in node.children:
        if child.tag in _SEGMENTS or (child.tag in _CURVES and is_gml(child)):
            found.append(child)
        elif child.tag in {"segments", "curveMember", "baseCurve"}:
            inner = _segments(child)
            if not inner:
                kinds = ", ".join(n.tag for n in child.children) or "nothing"
                raise ValueError(f"a curve of {kinds} is not read: draw it as lines and arcs")
            found += inner
    return found


def _segment(node: Node) -> list[Place]:
    if node.tag in _CURVES:
        return _curve(node)
    places = _places(node)
    if node.tag == "Circle":
        if len(places) != 3:
            raise ValueError("a circle needs three points")
        return _circle(*places)
    if node.tag in {"Arc", "ArcString"}:
        if len(places) < 3 or len(places) % 2 == 0:
            raise ValueError("an arc needs three points, a chain of arcs two more for each")
        out = [places[0]]
        for i in range(0, len(places) - 2, 2):
            out += _arc(*places[i : i + 3])[1:]
        return out
    return places


def _arc(begin: Place, between: Place, end: Place) -> list[Place]:
    """Return places on the circular arc from ``begin`` through ``between`` to ``end``."""
    centre = _centre(begin, between, end)
    if centre is None:
        return [begin, between, end]
    x, y = centre
    radius = math.hypot(begin[0] - x, begin[1] - y)
    angles = [math.atan2(p[1] - y, p[0] - x) for p in (begin, between, end)]
    to_between, to_end = ((angle - angles[0]) % math.tau for angle in angles[1:])
    sweep = to_end if to_between <= to_end else to_end - math.tau
    steps = max(2, math.ceil(abs(sweep) / _ARC_STEP))
    inner = [angles[0] + sweep * i / steps for i in range(1, steps)]
    return [begin, *((x + radius * math.cos(a), y + radius * math.sin(a)) for a in inner), end]


def _circle(first: Place, second: Place, third: Place) -> list[Place]:
    """Return places around the circle through three points, back at the first."""
    centre = _centre(first, second, third)
    if centre is None:
        raise ValueError("a circle of three points in a line")
    x, y = centre
    radius, angle = math.hypot(first[0] - x, first[1] - y), math.atan2(first[1] - y, first[0] - x)
    steps = math.ceil(math.tau / _ARC_STEP)
    around = [angle + math.tau * i / steps for i in range(1, steps)]
    return [first, *((x + radius * math.cos(a), y + radius * math.sin(a)) for a in around), first]


def _centre(a: Place, b: Place, c: Place) -> Place | None:
    """Return the centre of the circle through three points; None when they lie in a line."""
    bx, by, cx, cy = b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]
    twice = 2.0 * (bx * cy - by * cx)
    if abs(twice) < 1e-9 * max(1e-12, bx * bx + by * by + cx * cx + cy * cy):
        return None
    b2, c2 = bx * bx + by * by, cx * cx + cy * cy
    return a[0] + (cy * b2 - by * c2) / twice, a[1] + (bx * c2 - cx * b2) / twice


def _places(node: Node) -> list[Place]:
    """Return the coordinates directly in an element, the first two of each place."""
    out: list[Place] = []
    for child in node.children:
        if child.tag in {"pos", "posList", "coordinates"}:
            out += _READ[child.tag](child)
        elif child.tag == "pointProperty":
            out += [place for point in _members(child) for place in _places(point)]
    if not out:
        raise ValueError(f"{node.tag} without coordinates")
    return out


def _pos(child: Node) -> list[Place]:
    numbers = _numbers(child.text.split())
    if len(numbers) < 2:
        raise ValueError("a position needs two numbers")
    return [(numbers[0], numbers[1])]


def _pos_list(child: Node) -> list[Place]:
    numbers = _numbers(child.text.split())
    size = int(child.attributes.get("srsDimension", "2"))
    if size not in (2, 3) or len(numbers) % size:
        raise ValueError(f"{len(numbers)} numbers are no list of {size} a position")
    return [(numbers[i], numbers[i + 1]) for i in range(0, len(numbers), size)]


def _coordinates(child: Node) -> list[Place]:
    between, after = child.attributes.get("cs", ","), child.attributes.get("ts", " ")
    tuples = child.text.split() if after.isspace() else child.text.split(after)
    rows = [_numbers(item.split(between)) for item in tuples]
    return [(row[0], row[1]) for row in rows]


def _numbers(texts: list[str]) -> list[float]:
    numbers = [float(text) for text in texts]
    if not all(map(math.isfinite, numbers)):
        raise ValueError("a coordinate is not finite")
    return numbers


_READ: Final[dict[str, Callable[[Node], list[Place]]]] = {
    "pos": _pos,
    "posList": _pos_list,
    "coordinates": _coordinates,
}
