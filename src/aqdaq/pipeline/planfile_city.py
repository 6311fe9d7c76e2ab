"""The buildings of a plan in the city of a project: as developments, in the place of what they replace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from shapely.geometry import MultiPolygon, Polygon

from aqdaq.io.buildings import rasterize_buildings
from aqdaq.io.developments import replacing
from aqdaq.model.building import Building
from aqdaq.model.development import Development
from aqdaq.model.plan_document import PlanDocument, PlanObject
from aqdaq.pipeline.dated import surfaces_then
from aqdaq.pipeline.developments import with_developments
from aqdaq.pipeline.entry_classes import entry_classes
from aqdaq.pipeline.entry_materials import load_materials
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.project import Project
from aqdaq.planning.plan_rules.case import PHASES

#: Before the ids of the plan's buildings among those of the project, so that none is taken for another.
PREFIX: Final = "plan:"
_DAY: Final = dt.timedelta(days=1)


def planned_buildings(
    plan: PlanDocument, date: dt.date
) -> tuple[tuple[Development, ...], dict[str, dt.date], tuple[str, ...]]:
    """Return the buildings of a plan as developments, the day of each phase, and what was assumed, in words.

    A building without a height has no mass: the rules that ask for it name the field. A day that the plan does not say
    is that of the check, or the other one of the building where it says that.
    """
    drawn = [o for o in plan.of("building") if o.height_m is not None]
    planned = tuple(_development(o, date) for o in drawn)
    undated = sum(o.start is None or o.end is None for o in drawn)
    begins, ends = [d.start for d in planned] or [date], [d.end for d in planned] or [date]
    dates = dict(zip(PHASES, (min(begins) - _DAY, max(begins), max(*begins, *ends)), strict=True))
    words = f"days of {undated} planned buildings: those that the plan does not say are {date}"
    return planned, dates, (words,) if undated else ()


def _development(o: PlanObject, date: dt.date) -> Development:
    assert o.height_m is not None
    assert isinstance(o.geometry, (Polygon, MultiPolygon))
    start = o.start or (min(date, o.end) if o.end is not None else date)
    end = max(o.end or start, start)
    return Development(
        id=f"{PREFIX}{o.id}",
        footprint=o.geometry,
        height_m=o.height_m,
        start=start,
        end=end,
        floors=o.floors,
        use=o.use,
        residents=o.residents,
        phase=o.phase,
        name=o.name,
        where=o.where,
        assumed=o.assumed,
    )


def placed_in_city(
    planned: tuple[Development, ...], inputs: Inputs
) -> tuple[tuple[Development, ...], tuple[Development, ...], list[str]]:
    """Return the plan's buildings with what they replace, the project's developments that they are, and notes.

    A development of the project that lies under a building of the plan for the greater part is that building: it is
    left out, so that the city without the plan is without it too.
    """
    same = {d.id for d in inputs.developments}
    found, _ = replacing(planned, [b for b in inputs.buildings if b.id in same])
    taken = {name for d in found for name in d.replaces}
    twice = tuple(d for d in inputs.developments if d.id in taken)
    found, notes = replacing(planned, [b for b in inputs.buildings if b.id not in taken])
    return found, twice, [*notes, *(f"{d.where}: development {d.id!r} is a building of the plan" for d in twice)]


def without_developments(project: Project, inputs: Inputs, gone: Sequence[Development]) -> Inputs:
    """Return inputs as if some developments were not planned: what they replace stays."""
    if not gone:
        return inputs
    ids, starts = {d.id for d in gone}, {name: d.start for d in gone for name in d.replaces}
    buildings = tuple(
        replace(b, demolished=None) if b.id in starts and b.demolished == starts[b.id] else b
        for b in inputs.buildings
        if b.id not in ids
    )
    left = tuple(d for d in inputs.developments if d.id not in ids)
    return _rebuilt(project, replace(inputs, developments=left), buildings)


def with_plan(project: Project, inputs: Inputs, planned: Sequence[Development]) -> Inputs:
    """Return inputs with the buildings of the plan among those of the project."""
    buildings = with_developments(inputs.buildings, planned, inputs.surface.date)
    return _rebuilt(project, replace(inputs, developments=(*inputs.developments, *planned)), buildings)


def _rebuilt(project: Project, inputs: Inputs, buildings: tuple[Building, ...]) -> Inputs:
    """Return inputs with other buildings, and with all that follows from these; people are left as they were."""
    date = inputs.surface.date
    standing = tuple(b for b in buildings if b.stands(date))
    surface = replace(inputs.surface, above_ground_m=rasterize_buildings(standing, inputs.surface.grid))
    entry = inputs.entry
    if entry is not None:
        materials = load_materials(date, project.folder / "data" / "rulebooks")
        entry = entry_classes(standing, inputs.grid, materials, inputs.people)
    days = {*inputs.measurements.table["date"].unique(), *inputs.silent.table["date"].unique()}
    then = surfaces_then(surface, buildings, days)
    return replace(inputs, surface=surface, surfaces_then=then, buildings=buildings, entry=entry)
