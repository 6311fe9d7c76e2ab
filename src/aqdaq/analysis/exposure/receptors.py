"""The receptors of a neighbourhood: every facade, roof and yard, the grounds of schools and hospitals.

facade   every floor, along every wall, 1 m before it, 1.5 m above the floor
roof     a grid on the roof, 1.5 m above it
yard     a grid in the open around the buildings, 1.5 m above the ground
school, hospital   a finer grid around the building, 1.5 m above the ground
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from aqdaq.analysis.exposure.city import lowest_ground
from aqdaq.analysis.exposure.facades import (
    EYE_M,
    Float,
    Int,
    Positions,
    Storeys,
    counted,
    storeys_of,
    wall_positions,
)
from aqdaq.analysis.exposure.open_places import ground_kind, ground_points, outlines, roof_points, yard_points
from aqdaq.analysis.exposure.sources import Ground
from aqdaq.model.building import Building
from aqdaq.model.receptor import KINDS, Receptors
from aqdaq.model.results import Assumption

#: Reasons of a building that gives no facade receptors.
NO_HEIGHT: Final = "nobody gave its height, in metres or in floors"
NO_GROUND: Final = "the ground is not known there"
PULLED_DOWN: Final = "is pulled down by that day"
ALL_WALLED_UP: Final = "every place before its walls lies inside a building or below the ground"


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
class Found:
    """The receptors of a neighbourhood, and what is not complete.

    Attributes:
        receptors: all of them.
        buildings: ids of the buildings within the distance, whatever they gave.
        without_height: ids of those whose height nobody gave: they have no receptors on facades and roof.
        without_ground: ids of those where the ground is not known: they have none either.
        left_out: id and reason of every building that gave no facade receptors.
        walled_up: id and number of facade points that lie inside a building: there can be no window.
        buried: id and number of facade points that lie below the ground.
        yards_without_ground: points in the open where the ground is not known.
        assumed: figures that nobody gave.
    """

    receptors: Receptors
    buildings: tuple[str, ...]
    without_height: tuple[str, ...]
    without_ground: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    walled_up: tuple[tuple[str, int], ...]
    buried: tuple[tuple[str, int], ...]
    yards_without_ground: int
    assumed: tuple[Assumption, ...]

    @property
    def incomplete(self) -> bool:
        """Whether a building within the distance has people of whom nothing can be said."""
        return bool(self.without_height or self.without_ground or self.yards_without_ground)


@dataclass(frozen=True, slots=True)
class _Block:
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
class _Town:
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


def receptors_of(
    buildings: Sequence[Building],
    ground: Ground,
    date: dt.date,
    *,
    floor_height_m: float = 3.0,
    facade_step_m: float = 3.0,
    near: BaseGeometry | tuple[float, float] | None = None,
    within_m: float = 0.0,
    only: Collection[str] | None = None,
    spacing: Spacing | None = None,
) -> Found:
    """Return the receptors of the buildings within a distance and of the yards there.

    Every building within the distance gives all of its receptors or is listed with a reason. One that is still to be
    built gives receptors too, marked as planned. Residents are shared evenly over the facade receptors of their
    building.

    Args:
        buildings: of any date.
        ground: height of the ground.
        date: the day.
        floor_height_m: from floor to floor where nothing better is known (m).
        facade_step_m: between points along a wall, at most (m).
        near: a place or a shape in the CRS of the buildings; None: everywhere.
        within_m: distance from it (m).
        only: ids of the buildings that are asked for, without yards; None: all within the distance.
        spacing: how dense the others are.

    Raises:
        ValueError: a step or a distance is not positive.
    """
    spacing = spacing or Spacing()
    if min(floor_height_m, facade_step_m, spacing.roof_m, spacing.yard_m, spacing.ground_m) <= 0.0 or within_m < 0.0:
        raise ValueError("steps and the height of a floor must be positive, the distance not negative")
    place = Point(near) if isinstance(near, tuple) else near
    area = None if place is None else place.buffer(within_m, quad_segs=64)
    close = [
        b
        for b in buildings
        if (only is None or b.id in only) and (place is None or b.footprint.dwithin(place, within_m))
    ]
    gone = tuple(b.id for b in close if not _there(b, date))
    town = _town(buildings, [b for b in close if _there(b, date)], ground, date, floor_height_m)
    positions = wall_positions(town.here, facade_step_m)
    facades, walled, buried = _facades(town, positions, ground)
    blocks = [facades, _roofs(town, spacing), *_open(town, ground, area, spacing, yards=only is None)]
    named, lost = _with_ground(blocks)
    unknown = np.isnan(town.storeys.roof_m)
    adrift = np.isnan(town.foot_m)
    return Found(
        _receptors(town, named),
        tuple(b.id for b in close),
        tuple(b.id for b, bad in zip(town.here, unknown, strict=True) if bad),
        tuple(b.id for b, bad in zip(town.here, adrift, strict=True) if bad),
        (*((name, PULLED_DOWN) for name in gone), *_left_out(town, facades)),
        _per_building(town, walled),
        _per_building(town, buried),
        lost,
        _assumed(town, floor_height_m, spacing),
    )


def _there(building: Building, date: dt.date) -> bool:
    return building.demolished is None or building.demolished > date


def _planned(building: Building, date: dt.date) -> bool:
    return building.built is not None and building.built > date


def _town(
    buildings: Sequence[Building], here: Sequence[Building], ground: Ground, date: dt.date, floor_height_m: float
) -> _Town:
    there = tuple(b for b in buildings if _there(b, date))
    foot = lowest_ground(there, ground)
    roof = foot + storeys_of(there, floor_height_m).roof_m
    by_id = {b.id: i for i, b in enumerate(there)}
    mine = np.array([by_id[b.id] for b in here], dtype=np.int64)
    return _Town(tuple(here), storeys_of(here, floor_height_m), foot[mine], there, outlines(there), roof, date)


# --- facades


def _facades(town: _Town, positions: Positions, ground: Ground) -> tuple[_Block, Int, Int]:
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
    block = _Block(
        "facade", owner, positions.number[at], np.column_stack([positions.xy_m[at], z]), height, floor,
        positions.facade_deg[at], residents[owner] / sizes[owner],
    )  # fmt: skip
    whole = np.repeat(np.arange(len(positions.owner)), count)
    lost = [np.bincount(positions.owner[whole[bad]], minlength=len(town.here)) for bad in (walled, below)]
    return block, lost[0], lost[1]


def _walled_up_to_m(town: _Town, positions: Positions) -> Float:
    """Return (p,) up to which height above the datum each place lies inside a building (m); -inf for none.

    A building counts that stands when the building of the place stands: today, or from its first day. One without a
    known height walls nothing up.
    """
    up_to = np.full(len(positions.owner), -np.inf)
    if not len(up_to):
        return up_to
    place, other = shapely.STRtree(town.shapes).query(shapely.points(positions.xy_m), predicate="within")
    day = [b.built if _planned(b, town.date) and b.built is not None else town.date for b in town.here]
    owner = positions.owner[place]
    together = np.array(
        [town.there[o].stands(day[i]) for o, i in zip(other.tolist(), owner.tolist(), strict=True)], dtype=np.bool_
    )
    top = np.where(np.isfinite(town.roof_m[other]), town.roof_m[other], -np.inf)
    np.maximum.at(up_to, place[together], top[together])
    return up_to


# --- roofs and the open


def _roofs(town: _Town, spacing: Spacing) -> _Block:
    roof = town.foot_m + town.storeys.roof_m
    known = np.flatnonzero(np.isfinite(roof))
    xy, of = roof_points(outlines([town.here[i] for i in known.tolist()]), spacing.roof_m)
    owner = known[of]
    z = roof[owner] + EYE_M
    return _plain("roof", owner, _numbers(owner), np.column_stack([xy, z]), town.storeys.roof_m[owner] + EYE_M)


def _open(town: _Town, ground: Ground, area: BaseGeometry | None, spacing: Spacing, *, yards: bool) -> list[_Block]:
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


def _on_ground(kind: str, owner: Int, xy: Float, ground: Ground) -> _Block:
    z = ground(xy[:, 0], xy[:, 1]) + EYE_M
    return _plain(kind, owner, _numbers(owner), np.column_stack([xy, z]), np.full(len(xy), EYE_M))


def _plain(kind: str, owner: Int, number: Int, at_m: Float, height_m: Float) -> _Block:
    n = len(owner)
    return _Block(
        kind, owner, number, at_m, height_m, np.zeros(n, dtype=np.int64), np.full(n, np.nan), np.full(n, np.nan)
    )


def _numbers(owner: Int) -> Int:
    """Return (n,) 1, 2, 3 ... within each run of equal owners."""
    if not len(owner):
        return np.zeros(0, dtype=np.int64)
    change = np.flatnonzero(np.diff(owner, prepend=owner[0] - 1))
    return counted(np.diff(change, append=len(owner))) + 1


# --- together


def _with_ground(blocks: Sequence[_Block]) -> tuple[list[_Block], int]:
    """Return the blocks without the receptors of unknown height, and how many these are."""
    kept, lost = [], 0
    for block in blocks:
        known = np.isfinite(block.at_m).all(axis=1)
        lost += int((~known).sum())
        columns = ("owner", "number", "at_m", "height_m", "floor", "facade_deg", "people")
        kept.append(replace(block, **{name: getattr(block, name)[known] for name in columns}))
    return kept, lost


def _receptors(town: _Town, blocks: Sequence[_Block]) -> Receptors:
    ordered = sorted(blocks, key=lambda block: KINDS.index(block.kind))
    names = [b.id for b in town.here] + [""]  # -1 is the last one
    planned = np.array([_planned(b, town.date) for b in town.here] + [False], dtype=np.bool_)
    owner = np.concatenate([block.owner for block in ordered])
    return Receptors(
        tuple(name for block in ordered for name in _ids(block, names)),
        tuple(block.kind for block in ordered for _ in range(len(block.owner))),
        np.concatenate([block.at_m for block in ordered]),
        np.concatenate([block.height_m for block in ordered]),
        tuple(names[i] for i in owner.tolist()),
        planned[owner],
        np.concatenate([block.floor for block in ordered]),
        np.concatenate([block.facade_deg for block in ordered]),
        ("",) * len(owner),
        np.concatenate([block.people for block in ordered]),
    )


def _ids(block: _Block, names: Sequence[str]) -> list[str]:
    """Return ids that stay the same when the distance or the network changes; yards are called after their place."""
    if block.kind == "yard":
        return [f"yard:{x:g}/{y:g}" for x, y in block.at_m[:, :2].round(3).tolist()]
    middle = [str(f) for f in block.floor.tolist()] if block.kind == "facade" else [block.kind] * len(block.owner)
    return [f"{names[o]}/{m}/{n}" for o, m, n in zip(block.owner.tolist(), middle, block.number.tolist(), strict=True)]


def _left_out(town: _Town, facades: _Block) -> list[tuple[str, str]]:
    sizes = np.bincount(facades.owner, minlength=len(town.here))
    found = []
    for i in np.flatnonzero(sizes == 0).tolist():
        reason = ALL_WALLED_UP
        if np.isnan(town.storeys.roof_m[i]):
            reason = NO_HEIGHT
        elif np.isnan(town.foot_m[i]):
            reason = NO_GROUND
        found.append((town.here[i].id, reason))
    return found


def _per_building(town: _Town, count: Int) -> tuple[tuple[str, int], ...]:
    return tuple((town.here[i].id, int(count[i])) for i in np.flatnonzero(count).tolist())


def _assumed(town: _Town, floor_height_m: float, spacing: Spacing) -> tuple[Assumption, ...]:
    storeys, n = town.storeys, len(town.here)
    found = []
    made = int((storeys.from_height & ~storeys.at_odds).sum())
    if made:
        why = "no floors given: every floor on which 1.5 m lies below the roof"
        found.append(Assumption("floors", f"height / {floor_height_m:g} m", f"{made} of {n} buildings", why))
    odds = int(storeys.at_odds.sum())
    if odds:
        why = "the floors given would not be 2.2 to 6 m high"
        found.append(Assumption("floors", f"height / {floor_height_m:g} m", f"{odds} of {n} buildings", why))
    alone = sum("height_m" in b.assumed and b.floors is not None for b in town.here)
    if alone:
        why = "floors given, but no height"
        found.append(Assumption("height of a floor", f"{floor_height_m:g} m", f"{alone} of {n} buildings", why))
    if any(ground_kind(b) for b in town.here):
        of = f"{sum(bool(ground_kind(b)) for b in town.here)} schools and hospitals"
        found.append(Assumption("ground", f"{spacing.ground_reach_m:g} m around", of, "plots are not known"))
    return tuple(found)
