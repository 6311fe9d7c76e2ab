"""What the elements of a building model cover, and how high they reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from aqdaq.io.buildings import mend_polygon

#: Classes whose bodies make the mass of a building; furniture and openings do not.
MASS: Final = (
    "IfcSlab", "IfcRoof", "IfcWall", "IfcCurtainWall", "IfcPlate", "IfcColumn", "IfcBeam", "IfcMember", "IfcCovering",
    "IfcStair", "IfcRamp", "IfcBuildingElementProxy",
)  # fmt: skip
#: Gaps between elements narrower than twice this are closed (m).
_GAP_M: Final = 0.05
_THREADS: Final = 2
#: A triangle that covers less than this from above stands upright (m2).
_UPRIGHT_M2: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Body:
    """The mass of a building in metres of the model.

    Attributes:
        footprint: seen from above.
        height_m: from the ground to the top.
        storeys_m: elevations of the storeys above the ground.
        elements: of which it was made.
    """

    footprint: Polygon | MultiPolygon
    height_m: float
    storeys_m: tuple[float, ...]
    elements: int


def body_of(model: Any, building: Any) -> Body | None:
    """Return the mass of a building: of its elements, else of its spaces, else of its own shape; None without any.

    The ground is the zero of the building's placement, moved by the elevation of the terrain where both elevations are
    given.

    Raises:
        RuntimeError: a shape cannot be made.
    """
    from ifcopenshell.util.element import get_decomposition
    from ifcopenshell.util.placement import get_local_placement
    from ifcopenshell.util.unit import calculate_unit_scale

    parts = sorted((p for p in get_decomposition(building) if getattr(p, "Representation", None)), key=lambda p: p.id())
    mass = [p for p in parts if any(p.is_a(name) for name in MASS)]
    chosen = mass or [p for p in parts if p.is_a("IfcSpace")] or ([building] if building.Representation else [])
    if not chosen:
        return None
    triangles = _triangles(model, chosen)
    if not len(triangles):
        return None
    footprint = _covered(triangles)
    if footprint is None:
        return None
    unit_m = calculate_unit_scale(model)
    zero = float(get_local_placement(building.ObjectPlacement)[2][3]) * unit_m if building.ObjectPlacement else 0.0
    if building.ElevationOfTerrain is not None and building.ElevationOfRefHeight is not None:
        zero += (float(building.ElevationOfTerrain) - float(building.ElevationOfRefHeight)) * unit_m
    low, top = float(triangles[:, :, 2].min()), float(triangles[:, :, 2].max())
    height_m = round(top - zero if top > zero else top - low, 3)
    storeys = tuple(sorted(_storeys(building, unit_m)))
    return Body(footprint, height_m, storeys, len(chosen))


def _storeys(building: Any, unit_m: float) -> list[float]:
    from ifcopenshell.util.element import get_decomposition

    return [
        float(s.Elevation) * unit_m
        for s in get_decomposition(building)
        if s.is_a("IfcBuildingStorey") and s.Elevation is not None
    ]


def _triangles(model: Any, elements: list[Any]) -> NDArray[np.float64]:
    """Return (n, 3, 3) corners of all faces, in metres of the model."""
    from ifcopenshell import geom

    settings = geom.settings()
    settings.set("use-world-coords", True)  # noqa: FBT003 - as ifcopenshell has it
    found: dict[int, NDArray[np.float64]] = {}
    iterator = geom.iterator(settings, model, _THREADS, include=elements)
    more = iterator.initialize()
    while more:
        shape = iterator.get()
        corners = np.array(shape.geometry.verts, dtype=np.float64).reshape(-1, 3)
        faces = np.array(shape.geometry.faces, dtype=np.int64).reshape(-1, 3)
        found[shape.id] = corners[faces]
        more = iterator.next()
    made = [found[key] for key in sorted(found)]  # threads finish in any order
    return np.concatenate(made) if made else np.empty((0, 3, 3))


def _covered(triangles: NDArray[np.float64]) -> Polygon | MultiPolygon | None:
    """Return what triangles cover from above, narrow gaps closed."""
    flat = np.asarray(shapely.polygons(triangles[:, :, :2]))
    flat = flat[shapely.area(flat) > _UPRIGHT_M2]
    if not len(flat):
        return None
    union = shapely.union_all(flat, grid_size=1e-4)
    closed = shapely.buffer(shapely.buffer(union, _GAP_M, join_style="mitre"), -_GAP_M, join_style="mitre")
    return mend_polygon(closed)[0]
