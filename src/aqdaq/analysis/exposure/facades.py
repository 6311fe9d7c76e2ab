"""Places before the outer walls of buildings, where their windows are, and the floors that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from aqdaq.analysis.exposure.city import height_unknown
from aqdaq.model.building import Building

Float = NDArray[np.float64]
Int = NDArray[np.int64]

#: A facade point lies this far before its wall (m).
BEFORE_M: Final = 1.0
#: Receptors are this high above the floor, the roof or the ground they stand on (m).
EYE_M: Final = 1.5
#: Walls longer than this have at least one point (m).
SHORTEST_M: Final = 1.0
#: Outlines are straightened by this much, so that a round wall is a few long walls and not many short ones (m).
_STRAIGHTEN_M: Final = 0.25
#: Height of a storey that floors and height given together may mean (m).
_STOREY_M: Final = (2.2, 6.0)


@dataclass(frozen=True, slots=True)
class Storeys:
    """Floors of n buildings.

    Attributes:
        count: (n,) number of floors; 0 where nobody knows.
        storey_m: (n,) from floor to floor (m).
        roof_m: (n,) height of the roof above the lowest ground at the outline (m); NaN where nobody knows.
        from_height: (n,) whether the floors were made of the height.
        at_odds: (n,) whether floors and height were given and do not fit, so that the height decided.
    """

    count: Int
    storey_m: Float
    roof_m: Float
    from_height: NDArray[np.bool_]
    at_odds: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Positions:
    """Places before walls, each for all floors of its building; p of them, in the order of the walls.

    Attributes:
        owner: (p,) number of the building.
        number: (p,) counted from 1 in the building.
        xy_m: (p, 2).
        facade_deg: (p,) outward direction of the wall, clockwise from grid north (deg).
    """

    owner: Int
    number: Int
    xy_m: Float
    facade_deg: Float


def storeys_of(buildings: Sequence[Building], floor_height_m: float) -> Storeys:
    """Return the floors of buildings.

    With floors and a height the storeys share the height, if that makes them 2.2 to 6 m high. With floors alone each is
    ``floor_height_m``. With a height alone every floor counts on which 1.5 m lies below the roof.

    Args:
        buildings: of any kind.
        floor_height_m: from floor to floor where nothing better is known (m).
    """
    n = len(buildings)
    unknown = np.array([height_unknown(b) for b in buildings], dtype=np.bool_)
    given = np.array(["height_m" not in b.assumed for b in buildings], dtype=np.bool_)
    height = np.array([b.height_m for b in buildings], dtype=np.float64)
    floors = np.array([b.floors or 0 for b in buildings], dtype=np.int64)
    each = height / np.maximum(floors, 1)
    fit = given & (floors > 0) & (each >= _STOREY_M[0]) & (each <= _STOREY_M[1])
    of_height = np.maximum(np.ceil((height - EYE_M) / floor_height_m - 1e-9), 0.0).astype(np.int64)
    at_odds = given & (floors > 0) & ~fit
    from_height = given & ~fit
    count = np.where(from_height, np.maximum(of_height, 1), floors)
    storey = np.where(fit, each, floor_height_m)
    roof = np.where(given, height, floors * floor_height_m)
    count[unknown] = 0
    return Storeys(count, storey.reshape(n), np.where(unknown, np.nan, roof), from_height, at_odds)


def wall_positions(buildings: Sequence[Building], step_m: float) -> Positions:
    """Return places 1 m before every wall, at most ``step_m`` apart, at least one a wall longer than 1 m.

    Walls are those of the outline and of courts. A building without a wall of 1 m has one before its longest wall.

    Args:
        buildings: of any kind.
        step_m: along a wall (m).
    """
    begin, end, owner = _walls(buildings)
    length = np.hypot(*(end - begin).T)
    long = length > SHORTEST_M
    long[_longest_of_small(owner, length, long, len(buildings))] = True
    begin, end, owner, length = begin[long], end[long], owner[long], length[long]
    count = np.maximum(np.ceil(length / step_m - 1e-9), 1.0).astype(np.int64)
    wall = np.repeat(np.arange(len(count)), count)
    share = (counted(count) + 0.5) / count[wall]
    along = end - begin
    outward = np.column_stack([along[:, 1], -along[:, 0]]) / length[:, None]
    xy = begin[wall] + share[:, None] * along[wall] + BEFORE_M * outward[wall]
    facing = np.degrees(np.arctan2(outward[:, 0], outward[:, 1])) % 360.0
    per_building = np.bincount(owner[wall], minlength=len(buildings))
    return Positions(owner[wall], counted(per_building) + 1, xy, facing[wall])


def counted(count: Int) -> Int:
    """Return 0..count-1 of every entry, one after the other."""
    first = np.cumsum(count) - count
    return np.arange(int(count.sum()), dtype=np.int64) - np.repeat(first, count)


def _walls(buildings: Sequence[Building]) -> tuple[Float, Float, Int]:
    """Return (w, 2) begin and (w, 2) end of walls, the outside to the right, and (w,) the number of their building."""
    shapes = np.array([b.footprint for b in buildings], dtype=object)
    plain = shapely.simplify(shapely.force_2d(shapes), _STRAIGHTEN_M, preserve_topology=True)
    parts, of_part = shapely.get_parts(shapely.orient_polygons(plain, exterior_cw=False), return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    places, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    owner = of_part[of_ring[ring[:-1][same]]] if len(rings) else np.zeros(0)
    begin, end = places[:-1][same], places[1:][same]
    real = np.hypot(*(end - begin).T) > 0.0
    return begin[real], end[real], np.asarray(owner, dtype=np.int64)[real]


def _longest_of_small(owner: Int, length: Float, long: NDArray[np.bool_], n: int) -> Int:
    """Return the numbers of the longest wall of the buildings that have no long one."""
    small = np.bincount(owner[long], minlength=n) == 0
    mine = np.flatnonzero(small[owner])
    order = mine[np.lexsort((mine, -length[mine], owner[mine]))]
    _, first = np.unique(owner[order], return_index=True)
    return np.asarray(order[first], dtype=np.int64)
