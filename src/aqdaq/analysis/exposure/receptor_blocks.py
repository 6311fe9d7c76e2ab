"""The kinds of receptors of a neighbourhood, each as a block of columns: facades, roofs, yards, grounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from aqdaq.analysis.exposure.city import lowest_ground
from aqdaq.analysis.exposure.facades import EYE_M, Float, Int, Positions, Storeys, counted, storeys_of
from aqdaq.analysis.exposure.open_places import ground_kind, ground_points, outlines, roof_points, yard_points
from aqdaq.analysis.exposure.sources import Ground
from aqdaq.model.building import Building


@dataclass(frozen=True, slots=True)
class Spacing:
    """How dense receptors are.

    Attributes:
        roof_m: between points on roofs (m).
        yard_m: between points in yards (m).
        yard_reach_m: yards reach this far from a building (m).
        ground_m: between points on the grounds of schools and hospitals (m).
        ground_reach_m: such grounds reach this far from the building (m); plots are not known.
    """

    roof_m: float = 5.0
    yard_m: float = 10.0
    yard_reach_m: float = 30.0
    ground_m: float = 5.0
    ground_reach_m: float = 25.0


@dataclass(frozen=True, slots=True)
class Block:
    """Receptors of one kind as columns; ``owner`` is -1 in the open."""

    kind: str
    owner: Int
    number: Int
    at_m: Float
    height_m: Float
    floor: Int
    facade_deg: Float
    people: Float


@dataclass(frozen=True, slots=True)
class Town:
    """The buildings within the distance, and those around them.

    Attributes:
        here: that give receptors.
        storeys: of them.
        foot_m: lowest ground at their outlines (m); NaN where unknown.
        there: all that stand or will stand.
        shapes: their outlines.
        roof_m: height of their roofs above the datum (m); NaN where unknown.
        date: the day.
    """

    here: tuple[Building, ...]
    storeys: Storeys
    foot_m: Float
    there: tuple[Building, ...]
    shapes: NDArray[np.object_]
    roof_m: Float
    date: dt.date


def is_there(building: Building, date: dt.date) -> bool:
    """Return whether a building stands on a day or will stand."""
    return building.demolished is None or building.demolished > date


def is_planned(building: Building, date: dt.date) -> bool:
    """Return whether a building is still to be built on a day."""
    return building.built is not None and building.built > date


def town_of(
    buildings: Sequence[Building], here: Sequence[Building], ground: Ground, date: dt.date, floor_height_m: float
) -> Town:
    """Return the town around some of its buildings.

    Args:
        buildings: of any date.
        here: those that give receptors, standing or to come.
        ground: height of the ground.
        date: the day.
        floor_height_m: from floor to floor where nothing better is known (m).
    """
    there = tuple(b for b in buildings if is_there(b, date))
    foot = lowest_ground(there, ground)
    roof = foot + storeys_of(there, floor_height_m).roof_m
    by_id = {b.id: i for i, b in enumerate(there)}
    mine = np.array([by_id[b.id] for b in here], dtype=np.int64)
    return Town(tuple(here), storeys_of(here, floor_height_m), foot[mine], there, outlines(there), roof, date)


def facades_of(town: Town, positions: Positions, ground: Ground) -> tuple[Block, Int, Int]:
    """Return the facade receptors, and (here,) how many points of each building are walled up and below the ground."""
    count = np.where(np.isfinite(town.foot_m), town.storeys.count, 0)[positions.owner]
    at = np.repeat(np.arange(len(positions.owner)), count)
    floor = counted(count) + 1
    owner = positions.owner[at]
    z = town.foot_m[owner] + (floor - 1) * town.storeys.storey_m[owner] + EYE_M
    floor_m = ground(positions.xy_m[:, 0], positions.xy_m[:, 1])
    below = z < floor_m[at]
    walled = ~below & (z <= _walled_up_to_m(town, positions)[at])
    keep = ~(below | walled)
    at, floor, owner, z = at[keep], floor[keep], owner[keep], z[keep]
    order = np.lexsort((positions.number[at], floor, owner))
    at, floor, owner, z = at[order], floor[order], owner[order], z[order]
    height = z - np.where(np.isfinite(floor_m[at]), floor_m[at], town.foot_m[owner])
    sizes = np.bincount(owner, minlength=len(town.here))
    residents = np.array([np.nan if b.residents is None else b.residents for b in town.here], dtype=np.float64)
    block = Block(
        "facade", owner, positions.number[at], np.column_stack([positions.xy_m[at], z]), height, floor,
        positions.facade_deg[at], residents[owner] / sizes[owner],
    )  # fmt: skip
    whole = np.repeat(np.arange(len(positions.owner)), count)
    lost = [np.bincount(positions.owner[whole[bad]], minlength=len(town.here)) for bad in (walled, below)]
    return block, lost[0], lost[1]


def _walled_up_to_m(town: Town, positions: Positions) -> Float:
    """Return (p,) up to which height above the datum each place lies inside a building (m); -inf for none.

    A building counts that stands when the building of the place stands: today, or from its first day. One without a
    known height walls nothing up.
    """
    up_to = np.full(len(positions.owner), -np.inf)
    if not len(up_to):
        return up_to
    place, other = shapely.STRtree(town.shapes).query(shapely.points(positions.xy_m), predicate="within")
    day = [b.built if is_planned(b, town.date) and b.built is not None else town.date for b in town.here]
    owner = positions.owner[place]
    together = np.array(
        [town.there[o].stands(day[i]) for o, i in zip(other.tolist(), owner.tolist(), strict=True)], dtype=np.bool_
    )
    top = np.where(np.isfinite(town.roof_m[other]), town.roof_m[other], -np.inf)
    np.maximum.at(up_to, place[together], top[together])
    return up_to


def roofs_of(town: Town, spacing: Spacing) -> Block:
    """Return the receptors on the roofs of the buildings of which height and ground are known."""
    roof = town.foot_m + town.storeys.roof_m
    known = np.flatnonzero(np.isfinite(roof))
    xy, of = roof_points(outlines([town.here[i] for i in known.tolist()]), spacing.roof_m)
    owner = known[of]
    z = roof[owner] + EYE_M
    return _plain("roof", owner, _numbers(owner), np.column_stack([xy, z]), town.storeys.roof_m[owner] + EYE_M)


def open_of(town: Town, ground: Ground, area: BaseGeometry | None, spacing: Spacing, *, yards: bool) -> list[Block]:
    """Return the receptors in yards and on the grounds of schools and hospitals; NaN heights where none is known."""
    standing = np.array([b.stands(town.date) for b in town.there], dtype=np.bool_)
    shapes = town.shapes[standing]
    kinds = np.array([ground_kind(b) for b in town.here])
    marked = np.flatnonzero(kinds != "")
    xy, of = ground_points(
        outlines([town.here[i] for i in marked.tolist()]), shapes, spacing.ground_m, spacing.ground_reach_m
    )
    owner = marked[of]
    spots = yard_points(shapes, area, spacing.yard_m, spacing.yard_reach_m) if yards else np.zeros((0, 2))
    taken = {(float(x), float(y)) for x, y in xy}
    spots = spots[np.array([(float(x), float(y)) not in taken for x, y in spots], dtype=np.bool_)]
    blocks = [
        _on_ground(kind, owner[kinds[owner] == kind], xy[kinds[owner] == kind], ground)
        for kind in ("school", "hospital")
    ]
    return [_on_ground("yard", np.full(len(spots), -1), spots, ground), *blocks]


def _on_ground(kind: str, owner: Int, xy: Float, ground: Ground) -> Block:
    z = ground(xy[:, 0], xy[:, 1]) + EYE_M
    return _plain(kind, owner, _numbers(owner), np.column_stack([xy, z]), np.full(len(xy), EYE_M))


def _plain(kind: str, owner: Int, number: Int, at_m: Float, height_m: Float) -> Block:
    n = len(owner)
    return Block(
        kind, owner, number, at_m, height_m, np.zeros(n, dtype=np.int64), np.full(n, np.nan), np.full(n, np.nan)
    )


def _numbers(owner: Int) -> Int:
    """Return (n,) 1, 2, 3 ... within each run of equal owners."""
    if not len(owner):
        return np.zeros(0, dtype=np.int64)
    change = np.flatnonzero(np.diff(owner, prepend=owner[0] - 1))
    return counted(np.diff(change, append=len(owner))) + 1
