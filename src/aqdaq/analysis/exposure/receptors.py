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
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from aqdaq.analysis.exposure.facades import Int, wall_positions
from aqdaq.analysis.exposure.open_places import ground_kind
from aqdaq.analysis.exposure.receptor_blocks import (
    Block,
    Spacing,
    Town,
    facades_of,
    is_planned,
    is_there,
    open_of,
    roofs_of,
    town_of,
)
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
    gone = tuple(b.id for b in close if not is_there(b, date))
    town = town_of(buildings, [b for b in close if is_there(b, date)], ground, date, floor_height_m)
    positions = wall_positions(town.here, facade_step_m)
    facades, walled, buried = facades_of(town, positions, ground)
    blocks = [facades, roofs_of(town, spacing), *open_of(town, ground, area, spacing, yards=only is None)]
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


def _with_ground(blocks: Sequence[Block]) -> tuple[list[Block], int]:
    """Return the blocks without the receptors of unknown height, and how many these are."""
    kept, lost = [], 0
    for block in blocks:
        known = np.isfinite(block.at_m).all(axis=1)
        lost += int((~known).sum())
        columns = ("owner", "number", "at_m", "height_m", "floor", "facade_deg", "people")
        kept.append(replace(block, **{name: getattr(block, name)[known] for name in columns}))
    return kept, lost


def _receptors(town: Town, blocks: Sequence[Block]) -> Receptors:
    ordered = sorted(blocks, key=lambda block: KINDS.index(block.kind))
    names = [b.id for b in town.here] + [""]  # -1 is the last one
    planned = np.array([is_planned(b, town.date) for b in town.here] + [False], dtype=np.bool_)
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


def _ids(block: Block, names: Sequence[str]) -> list[str]:
    """Return ids that stay the same when the distance or the network changes; yards are called after their place."""
    if block.kind == "yard":
        return [f"yard:{x:g}/{y:g}" for x, y in block.at_m[:, :2].round(3).tolist()]
    middle = [str(f) for f in block.floor.tolist()] if block.kind == "facade" else [block.kind] * len(block.owner)
    return [f"{names[o]}/{m}/{n}" for o, m, n in zip(block.owner.tolist(), middle, block.number.tolist(), strict=True)]


def _left_out(town: Town, facades: Block) -> list[tuple[str, str]]:
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


def _per_building(town: Town, count: Int) -> tuple[tuple[str, int], ...]:
    return tuple((town.here[i].id, int(count[i])) for i in np.flatnonzero(count).tolist())


def _assumed(town: Town, floor_height_m: float, spacing: Spacing) -> tuple[Assumption, ...]:
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
