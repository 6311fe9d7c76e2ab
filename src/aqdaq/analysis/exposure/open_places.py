"""Places where people are outside: on roofs, in yards, on the grounds of schools and hospitals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from aqdaq.analysis.exposure.facades import Float, Int, counted
from aqdaq.model.building import Building

Shapes = NDArray[np.object_]

#: Words in the use of a building by which its ground counts as that of a school or of a hospital.
SCHOOL_WORDS: Final = (
    "school", "kindergarten", "nursery", "childcare", "college", "lyceum", "gymnasium",
    "школ", "детский сад", "лицей", "гимназия", "колледж", "мектеп", "балабақша",
)  # fmt: skip
HOSPITAL_WORDS: Final = (
    "hospital", "clinic", "maternity", "hospice", "sanatorium",
    "больниц", "поликлиник", "клиник", "госпиталь", "роддом", "аурухана", "емхана", "перзентхана",
)  # fmt: skip

#: Points that are tested in one go, so that memory does not grow with the area.
_AT_ONCE: Final = 1_000_000


def ground_kind(building: Building) -> str:
    """Return ``school`` or ``hospital`` when the use of a building says that it is one, else nothing."""
    use = (building.use or "").casefold()
    if any(word in use for word in HOSPITAL_WORDS):
        return "hospital"
    return "school" if any(word in use for word in SCHOOL_WORDS) else ""


def roof_points(shapes: Shapes, step_m: float) -> tuple[Float, Int]:
    """Return (n, 2) points of a grid on roofs, at least one a roof, and (n,) the number of the roof.

    Args:
        shapes: (r,) outlines.
        step_m: between points (m).
    """
    xy, owner = _grids_within(shapes, step_m)
    bare = np.flatnonzero(np.bincount(owner, minlength=len(shapes)) == 0)
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes[bare]))
    xy, owner = np.concatenate([xy, inner.reshape(-1, 2)]), np.concatenate([owner, bare])
    order = np.argsort(owner, kind="stable")
    return xy[order], owner[order]


def yard_points(shapes: Shapes, area: BaseGeometry | None, step_m: float, reach_m: float) -> Float:
    """Return (n, 2) points of a grid in the open, within ``reach_m`` of a building.

    Args:
        shapes: (b,) outlines of the buildings that stand.
        area: in which the points lie; None: no bounds but the reach.
        step_m: between points (m).
        reach_m: from the nearest building (m).
    """
    if len(shapes) == 0:
        return np.zeros((0, 2))
    near = shapes if area is None else shapes[shapely.dwithin(shapes, area, reach_m)]
    field = shapely.union_all(shapely.buffer(near, reach_m))
    if area is not None:
        field = shapely.intersection(field, area)
    xy, _ = _grids_within(shapely.get_parts(np.array([field], dtype=object)), step_m)
    return xy[~in_any(xy, shapes)]


def ground_points(shapes: Shapes, all_shapes: Shapes, step_m: float, reach_m: float) -> tuple[Float, Int]:
    """Return (n, 2) points of a grid around buildings, outside of all, and (n,) whose they are; each point once.

    Args:
        shapes: (b,) outlines of the buildings with a ground.
        all_shapes: outlines of all buildings that stand.
        step_m: between points (m).
        reach_m: from the building (m).
    """
    xy, owner = _grids_within(shapely.buffer(shapes, reach_m), step_m)
    open_ = ~in_any(xy, all_shapes)
    xy, owner = xy[open_], owner[open_]
    _, first = np.unique(np.round(xy / step_m).astype(np.int64), axis=0, return_index=True)
    first.sort()
    return xy[first], owner[first]


def in_any(xy: Float, shapes: Shapes) -> NDArray[np.bool_]:
    """Return (n,) whether a place lies in one of the shapes."""
    inside = np.zeros(len(xy), dtype=np.bool_)
    if len(xy) and len(shapes):
        tree = shapely.STRtree(shapes)
        for first in range(0, len(xy), _AT_ONCE):
            hits, _ = tree.query(shapely.points(xy[first : first + _AT_ONCE]), predicate="intersects")
            inside[first + hits] = True
    return inside


def outlines(buildings: Sequence[Building]) -> Shapes:
    """Return (n,) the outlines of buildings, prepared for many questions."""
    shapes = np.array([b.footprint for b in buildings], dtype=object)
    shapely.prepare(shapes)
    return shapes


def _grids_within(shapes: Shapes, step_m: float) -> tuple[Float, Int]:
    """Return (n, 2) the multiples of ``step_m`` in each shape, and (n,) the number of the shape."""
    if len(shapes) == 0:
        return np.zeros((0, 2)), np.zeros(0, dtype=np.int64)
    shapely.prepare(shapes)
    low = np.ceil(shapely.bounds(shapes)[:, :2] / step_m).astype(np.int64)
    high = np.floor(shapely.bounds(shapes)[:, 2:] / step_m).astype(np.int64)
    wide = np.maximum(high - low + 1, 0)
    count = wide[:, 0] * wide[:, 1]
    places: list[Float] = [np.zeros((0, 2))]
    owners: list[Int] = [np.zeros(0, dtype=np.int64)]
    for some in np.array_split(np.arange(len(shapes)), max(1, int(count.sum()) // _AT_ONCE)):
        owner = np.repeat(some, count[some])
        k = counted(count[some])
        across = np.maximum(wide[owner, 0], 1)
        xy = np.column_stack([low[owner, 0] + k % across, low[owner, 1] + k // across]) * step_m
        keep = shapely.contains_xy(shapes[owner], xy[:, 0], xy[:, 1])
        places.append(xy[keep])
        owners.append(owner[keep])
    return np.concatenate(places), np.concatenate(owners)
