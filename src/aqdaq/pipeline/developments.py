"""Planned buildings among those of a project: who stands when, and what is assumed of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from aqdaq.io.developments import DevelopmentsRead, capped_notes, overlapping
from aqdaq.model.building import Building
from aqdaq.model.development import Development
from aqdaq.model.project import DevelopmentSource
from aqdaq.model.results import Assumption


def with_developments(
    existing: Sequence[Building], developments: Sequence[Development], date: dt.date
) -> tuple[Building, ...]:
    """Return all buildings at a date: those that give way are demolished on the start of what replaces them.

    Args:
        existing: of any date.
        developments: of any date; before their ``end`` nobody lives in them.
        date: of the run.
    """
    gone: dict[str, dt.date] = {}
    for planned in developments:
        for name in planned.replaces:
            gone[name] = min(planned.start, gone.get(name, planned.start))
    kept = tuple(
        replace(b, demolished=min(gone[b.id], b.demolished or gone[b.id])) if b.id in gone else b for b in existing
    )
    return (*kept, *(d.building_at(date) for d in developments))


def overlaps_of_files(read: Sequence[DevelopmentsRead]) -> list[str]:
    """Return notes on developments of different files that overlap."""
    if len(read) < 2:
        return []
    within = {note for one in read for note in one.notes}
    notes = [note for note in overlapping([d for one in read for d in one.developments]) if note not in within]
    return capped_notes(notes, "[[developments]]: planned buildings of different files")


def development_assumptions(source: DevelopmentSource, read: DevelopmentsRead) -> tuple[Assumption, ...]:
    """Return how heights and dates of planned buildings were filled in."""
    found = []
    reasons = {
        "height_m": ("height of planned buildings", _height(source, read), "no height in the file"),
        "start": ("start of works", f"{source.works_days} days before the end", "no start in the file"),
        "end": ("first day of use", f"{source.works_days} days after the start", "no end in the file"),
    }
    for name, (item, value, reason) in reasons.items():
        count = sum(name in d.assumed for d in read.developments)
        if count:
            found.append(Assumption(item, value, f"{count} developments of {source.file}", reason))
    return tuple(found)


def _height(source: DevelopmentSource, read: DevelopmentsRead) -> str:
    assumed = [d for d in read.developments if "height_m" in d.assumed]
    ways = []
    if any(d.floors is not None for d in assumed):
        ways.append("floors x height of a floor")
    if any(d.floors is None for d in assumed):
        ways.append(f"{source.default_height_m:g} m")
    return ", ".join(ways)
