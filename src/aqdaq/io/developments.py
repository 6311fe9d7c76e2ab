"""Planned buildings of a project: read from any format of a plan, and what they replace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely import STRtree

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.hints import MOST_LISTED, capped
from aqdaq.io.plan_document import read_objects
from aqdaq.io.plan_mapping import LayerMapping, PlanMapping, made_mapping, read_mapping
from aqdaq.io.tables import resolve_input
from aqdaq.model.building import Building
from aqdaq.model.development import Development
from aqdaq.model.measurements import SetAside
from aqdaq.model.plan_document import PlanObject
from aqdaq.model.project import DevelopmentSource

#: A building gives way when more than this share of its footprint lies under a development.
GREATER_PART: Final = 0.5
#: Overlaps below this share of the smaller footprint are inaccuracies of drawing: not worth a note.
LEAST_PART: Final = 0.01


@dataclass(frozen=True, slots=True)
class DevelopmentsRead:
    """What one file of planned buildings gave.

    Attributes:
        developments: in the order of the file.
        set_aside: features that are no planned building, and notes on outlines that were mended.
        notes: what the reader wants to be known: doubtful heights, what is replaced, overlaps.
    """

    developments: tuple[Development, ...]
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()


def read_developments(
    source: DevelopmentSource, folder: Path, *, crs: str, existing: Sequence[Building]
) -> DevelopmentsRead:
    """Read the planned buildings of one source.

    The height is the one given, else floors times the height of a floor, else ``default_height_m``; the latter two are
    marked as assumed. A start or an end that neither the file nor the source gives lies ``works_days`` from the other
    one and is marked as assumed. A building that stands on the start and lies under a development for the greater part
    is replaced by it.

    Args:
        source: a ``[[developments]]`` section.
        folder: the project folder, which its paths are relative to.
        crs: of the grid.
        existing: buildings of the project.

    Raises:
        InputError: the file or its mapping cannot be read, or a planned building has no height or no date: all faults
            at once.
    """
    path = resolve_input(folder, source.file)
    mapping = _mapping(source, folder)
    plan = read_objects(path, mapping, crs, only="building")
    faults: list[Fault] = []
    found = [_development(o, source, faults) for o in plan.objects]
    if not plan.objects:
        faults.append(Fault(path.name, "holds no planned building", "check the layers"))
    if faults:
        raise InputError(capped(faults, path.name))
    made = tuple(d for d in found if d is not None)
    made, notes = replacing(made, existing)
    replaced = sum(len(d.replaces) for d in made)
    said = capped_notes([*notes, *overlapping(made)], f"{path.name}: {replaced} buildings replaced")
    return DevelopmentsRead(made, plan.set_aside, (*plan.notes, *said))


def overlapping(developments: Sequence[Development]) -> list[str]:
    """Return a note for each pair of developments whose footprints overlap."""
    shapes = np.array([d.footprint for d in developments], dtype=object)
    if len(shapes) < 2:
        return []
    first, second = STRtree(shapes).query(shapes, predicate="intersects")
    notes = []
    for i, j in sorted((int(i), int(j)) for i, j in zip(first, second, strict=True) if i < j):
        one, other = developments[i], developments[j]
        share = _shared_m2(one.footprint, other.footprint) / min(one.footprint.area, other.footprint.area)
        if share >= LEAST_PART:
            notes.append(
                f"{one.where}: development {one.id!r} overlaps development {other.id!r} by {share:.0%} of the smaller: "
                "the higher one counts where both are"
            )
    return notes


def capped_notes(notes: list[str], summary: str) -> list[str]:
    """Return the notes, those beyond ``MOST_LISTED`` counted in one last note that begins with a summary."""
    if len(notes) <= MOST_LISTED:
        return notes
    return [*notes[:MOST_LISTED], f"{summary}; {len(notes) - MOST_LISTED} more replaced or overlapping"]


def _mapping(source: DevelopmentSource, folder: Path) -> PlanMapping:
    base = read_mapping(resolve_input(folder, source.mapping)) if source.mapping is not None else PlanMapping()
    if base.layers:  # of a whole plan: only its buildings are asked for
        kept = {n: layer for n, layer in base.layers.items() if layer.kind == "building" or n in source.layers}
        base = base.model_copy(update={"layers": kept})
    if source.layers:
        named = {n: base.layers.get(n, LayerMapping(kind="building")) for n in source.layers}
        base = base.model_copy(update={"layers": named})
    return made_mapping(
        base,
        columns=source.columns,
        where="[[developments]]",
        source_crs=source.source_crs,
        height_unit=source.height_unit,
        floor_height_m=source.floor_height_m,
        mend_outlines=source.mend_outlines,
    )


def _development(found: PlanObject, source: DevelopmentSource, faults: list[Fault]) -> Development | None:
    """Return the development of an object, or None with its faults."""
    wrong, assumed = [], set(found.assumed)
    height_m = found.height_m
    if height_m is None:
        height_m = source.default_height_m
        assumed.add("height_m")
    if height_m is None:
        wrong.append(("has neither height nor floors", "give height_m or floors, or default_height_m for all"))
    start, end = _dates(found, source, assumed)
    if start is None or end is None:
        wrong.append(("has no date", "give start (and end), or [[developments]].start for all"))
    elif end < start:
        wrong.append((f"end {end} is before start {start}", "mend the date, or the one of [[developments]]"))
    faults += [Fault(found.where, f"building {found.id!r} {what}", mend) for what, mend in wrong]
    if wrong or height_m is None or start is None or end is None:
        return None
    return Development(
        id=found.id,
        footprint=found.geometry,  # type: ignore[arg-type]  # the reader makes areas of buildings
        height_m=height_m,
        start=start,
        end=end,
        floors=found.floors,
        use=found.use,
        residents=found.residents,
        phase=found.phase,
        name=found.name,
        where=found.where,
        assumed=frozenset(assumed),
    )


def _dates(found: PlanObject, source: DevelopmentSource, assumed: set[str]) -> tuple[dt.date | None, dt.date | None]:
    """Return first day of works and of use; one that nobody gives follows from the other and the length of works."""
    start, end = found.start or source.start, found.end or source.end
    if found.start is not None and found.end is None and end is not None and end < found.start:
        end = None  # the end of all is that of an earlier phase
    works = dt.timedelta(days=source.works_days)
    if start is None and end is not None:
        start = end - works
        assumed.add("start")
    elif end is None and start is not None:
        end = start + works
        assumed.add("end")
    return start, end


def replacing(
    developments: tuple[Development, ...], existing: Sequence[Building]
) -> tuple[tuple[Development, ...], list[str]]:
    """Return the developments with what they replace, and notes on every overlap."""
    if not developments or not existing:
        return developments, []
    tree = STRtree([b.footprint for b in existing])
    out, notes = [], []
    for planned in developments:
        gone = []
        for i in sorted(int(i) for i in tree.query(planned.footprint, predicate="intersects")):
            building = existing[i]
            share = _shared_m2(planned.footprint, building.footprint) / building.footprint.area
            note, replaced = _overlap(planned, building, share)
            notes += [note] if note else []
            gone += [building.id] if replaced else []
        out.append(replace(planned, replaces=tuple(gone)))
    return tuple(out), notes


def _overlap(planned: Development, building: Building, share: float) -> tuple[str | None, bool]:
    """Return the note on an overlap, and whether the building gives way."""
    head = f"{planned.where}: development {planned.id!r}"
    if share < LEAST_PART:
        return None, False
    if not building.stands(planned.start):
        if building.built is not None and building.built > planned.start and share > GREATER_PART:
            return f"{head} stands where building {building.id!r} is planned from {building.built}: given twice?", False
        return None, False
    if share > GREATER_PART:
        gone = f"which is taken as demolished on {planned.start}: {share:.0%} of it lies under the development"
        return f"{head} replaces building {building.id!r} ({building.height_m:g} m), {gone}", True
    return f"{head} overlaps building {building.id!r} by {share:.0%} of its footprint: both stand", False


def _shared_m2(one: shapely.Geometry, other: shapely.Geometry) -> float:
    return float(shapely.intersection(one, other).area)
