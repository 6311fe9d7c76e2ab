"""Footprint and height of a city object, from the faces of its most detailed geometry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from aqdaq.io.buildings import mend_polygon

#: A face whose corners all lie this near to the lowest one (m) is part of the ground plan.
NEAR_LOWEST_M: Final = 0.5
#: A face that covers less than this from above (m2) stands upright.
UPRIGHT_M2: Final = 1e-4

Faces = list[tuple[NDArray[np.float64], list[NDArray[np.float64]], str]]


@dataclass(frozen=True, slots=True)
class Extent:
    """What an object covers.

    Attributes:
        footprint: seen from above.
        height_m: from its lowest to its highest corner (m).
    """

    footprint: BaseGeometry
    height_m: float


def extent_of(city_object: dict[str, Any], vertices: NDArray[np.float64]) -> Extent | None:
    """Return footprint and height of an object; None when it has no faces.

    The footprint is that of the surfaces called ground, else of the lowest faces that lie flat, else of all faces.

    Args:
        city_object: of CityJSON.
        vertices: (n, 3) of the file (m).

    Raises:
        KeyError, IndexError, TypeError, ValueError: the geometry is not what CityJSON says.
    """
    faces = [face for geometry in _best(city_object.get("geometry") or []) for face in _faces(geometry, vertices)]
    if not faces:
        return None
    z = np.concatenate([outer[:, 2] for outer, _, _ in faces])
    lowest = float(z.min())
    chosen = [f for f in faces if f[2] == "GroundSurface"]
    flat = [f for f in faces if float(f[0][:, 2].max()) <= lowest + NEAR_LOWEST_M]
    for some in (chosen, flat, faces):
        footprint = _covered(some)
        if footprint is not None:
            return Extent(footprint, float(z.max()) - lowest)
    return None


def _best(geometries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the geometries of the highest level of detail."""
    if not geometries:
        return []
    best = max(_detail(g) for g in geometries)
    return [g for g in geometries if _detail(g) == best]


def _detail(geometry: dict[str, Any]) -> float:
    return float(str(geometry.get("lod", 0)))


def _faces(geometry: dict[str, Any], vertices: NDArray[np.float64]) -> Iterator[Any]:
    """Yield outer ring, holes and meaning of each face."""
    semantics = geometry.get("semantics") or {}
    surfaces, values = semantics.get("surfaces") or [], semantics.get("values")
    depth = {"MultiSurface": 0, "CompositeSurface": 0, "Solid": 1, "MultiSolid": 2, "CompositeSolid": 2}
    if geometry["type"] not in depth:
        return
    for rings, number in _flat(geometry["boundaries"], values, depth[geometry["type"]]):
        outer, *holes = (vertices[np.array(ring, dtype=np.int64)] for ring in rings)
        meaning = surfaces[number]["type"] if isinstance(number, int) and number < len(surfaces) else ""
        yield outer, holes, meaning


def _flat(boundaries: Any, values: Any, depth: int) -> Iterator[tuple[Any, Any]]:
    """Yield each face with the number of its meaning, through shells and solids."""
    for i, inner in enumerate(boundaries):
        value = values[i] if isinstance(values, list) and i < len(values) else None
        if depth == 0:
            yield inner, value
        else:
            yield from _flat(inner, value, depth - 1)


def _covered(faces: list[Any]) -> Polygon | MultiPolygon | None:
    """Return the union of faces seen from above."""
    parts = []
    for outer, holes, _ in faces:
        if len(outer) < 3:
            continue
        polygon = Polygon(outer[:, :2], [hole[:, :2] for hole in holes if len(hole) >= 3])
        area, _ = mend_polygon(polygon)
        if area is not None and area.area > UPRIGHT_M2:
            parts.append(area)
    if not parts:
        return None
    covered, _ = mend_polygon(shapely.union_all(parts))
    return covered
