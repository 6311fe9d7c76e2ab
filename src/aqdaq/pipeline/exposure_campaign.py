"""The days of a measuring campaign: each value beside the network that was on air then, as table and picture."""

from __future__ import annotations

import csv
import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from aqdaq.base.errors import OutputError, UsageError
from aqdaq.model.exposure_limit import ExposureLimit
from aqdaq.model.field_measurement import FieldMeasurements
from aqdaq.model.measurements import SetAside
from aqdaq.pipeline.exposure import Field, Setting, field_of
from aqdaq.pipeline.exposure_at import limit_record
from aqdaq.pipeline.exposure_candidate import Proposal, candidates_of, goes_on_air, proposal_of
from aqdaq.pipeline.exposure_changes import changes_of
from aqdaq.pipeline.exposure_compare import compare
from aqdaq.pipeline.project import Project
from aqdaq.report.field_picture import Doubt, FieldRow, PictureKind, draw_fields
from aqdaq.report.texts import Texts

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Measured beside computed.

    Attributes:
        fields: of the project on the days that were computed, in their order.
        rows: a row a measurement, in the order of the file; ``computed_for`` is the day of its maxima.
        changes: of the places measured before and after.
        set_aside: rows without an answer, with reasons.
        notes: what must be known of the networks that were computed, in words.
    """

    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    changes: tuple[Row, ...]
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...] = ()

    def as_json(self) -> Row:
        """Return the whole answer, JSON-ready."""
        last = self.fields[-1]
        return {
            "days": [str(field.date) for field in self.fields],
            "way": last.setting.way,
            "reflection": last.setting.reflection,
            "near_field": last.setting.near_field,
            "figures": (
                "measured is of the traffic of its moment, with the interval of its expanded uncertainty (k = 2); "
                "theoretical and actual are maxima of the cells that transmit in the range of the row. keeps says "
                "whether measured is at most that maximum: undecided where it lies in the interval. difference_db is "
                "measured over computed. ratio of a broadband row is to the strictest limit of its carriers"
            ),
            "limits": [limit_record(limit) for limit in last.limits],
            "incomplete": any(field.incomplete for field in self.fields),
            "assumed": [asdict(assumption) for assumption in last.assumed],
            "notes": [*dict.fromkeys(note for field in self.fields for note in field.notes), *self.notes],
            "measurements": list(self.rows),
            "changes": list(self.changes),
            "set_aside": [asdict(aside) for aside in self.set_aside],
        }

    def write_csv(self, stream: TextIO) -> None:
        """Write a row a measurement; unknown figures are empty."""
        flat = [_flat(row) for row in self.rows]
        writer = csv.DictWriter(stream, fieldnames=list(flat[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(flat)


def compared(
    project: Project,
    measurements: FieldMeasurements,
    setting: Setting,
    *,
    date: dt.date | None = None,
    on_air: dt.date | None = None,
    candidate: str | None = None,
) -> Comparison:
    """Return measurements beside what was on air on the day of each.

    With a candidate, what was measured before it is compared with the network of the day without it, and what was
    measured after it with the same and the candidate, as in its evidence pack.

    Args:
        project: opened.
        measurements: as read.
        setting: how the maxima are computed.
        date: compare all with the network of this day instead.
        on_air: day on which a candidate goes on air; see ``compare``. None: as the cells of the candidate say.
        candidate: id of a site.

    Raises:
        UsageError: there is no such candidate.
        InputError: an input is wrong, or no measurement of a day has a place.
    """
    last = date or max(measurements.day)
    fields = [field_of(project, last, setting)]
    groups = [last] * len(measurements) if date else same_network(fields[0], measurements.day)
    fields += [field_of(project, day, setting) for day in sorted(set(groups) - {last})]
    fields.sort(key=lambda field: field.date)
    proposals = [proposal_of(project, field, candidate) for field in fields] if candidate else []
    if on_air is None and proposals:
        on_air = goes_on_air(proposals[-1])
    rows: dict[int, Row] = {}
    aside: dict[SetAside, None] = {}
    phases = measurements.phases(on_air)
    for n, field in enumerate(fields):
        states = _states(field, proposals[n] if proposals else None)
        mine = [i for i, day in enumerate(groups) if day == field.date]
        for phase in dict.fromkeys(phases[i] for i in mine):
            found, left_out = compare(project, states[phase], measurements, on_air=on_air)
            known = {"computed_for": str(field.date), "candidate": candidate if phase == "after" else None}
            rows |= {i: {**found[i], **known} for i in mine if phases[i] == phase}
            aside |= dict.fromkeys(left_out)
    ordered = tuple(rows[i] for i in range(len(measurements)))
    notes = _notes(project, fields[-1], phases, candidate)
    shown = tuple(proposal.proposed for proposal in proposals) or tuple(fields)
    return Comparison(shown, ordered, changes_of(ordered), tuple(sorted(aside, key=lambda a: a.row)), notes)


def _states(field: Field, proposal: Proposal | None) -> dict[str, Field]:
    """Return the field that the rows of each phase are compared with."""
    if proposal is None:
        return dict.fromkeys(("before", "after", ""), field)
    return {"before": proposal.existing, "after": proposal.proposed, "": field}


def _notes(project: Project, field: Field, phases: Sequence[str], candidate: str | None) -> tuple[str, ...]:
    """Return which network the rows of phase after were compared with, where that must be said."""
    if "after" not in phases:
        return ()
    if candidate is not None:
        return (f"rows of phase after are compared with the network and the candidate {candidate}",)
    listed = candidates_of(project, field)
    if not listed:
        return ()
    about = "rows of phase after are compared with the cells on air on their day: no candidate is in that network"
    return (f"{about} (there are: {', '.join(listed)}); --candidate ID adds one",)


def same_network(field: Field, days: Sequence[dt.date]) -> list[dt.date]:
    """Return for each day the latest of ``days`` on which the same cells are on air and the same buildings stand."""
    network = field.inputs.network_ever
    cells = [day for cell in network.cells for day in (cell.on_air, cell.off_air)]
    buildings = [day for building in field.inputs.buildings for day in (building.built, building.demolished)]
    turns = sorted({day for day in cells + (buildings if field.setting.line_of_sight else []) if day is not None})
    latest: dict[int, dt.date] = {}
    for day in days:
        period = bisect_right(turns, day)
        latest[period] = max(day, latest.get(period, day))
    return [latest[bisect_right(turns, day)] for day in days]


def _flat(row: Row, before: str = "") -> Row:
    out: Row = {}
    for key, value in row.items():
        name = f"{before}{key}"
        if isinstance(value, dict):
            out |= _flat(value, f"{name}_")
        else:
            out[name] = ("yes" if value else "no") if isinstance(value, bool) else "" if value is None else value
    return out


def picture(comparison: Comparison, name: str, texts: Texts, kind: PictureKind) -> bytes:
    """Return measured beside computed as a picture, in the order of the file, with the first limit marked.

    Args:
        comparison: from ``compared``.
        name: of the project.
        texts: the language.
        kind: ``png`` or ``svg``.
    """
    limit = comparison.fields[-1].limits[0]
    rows = [_drawn(row, limit.id, texts) for row in comparison.rows]
    title = texts.say("field-title", project=name)
    return draw_fields(rows, title, texts, kind, limit=limit.id, doubts=_doubts(limit))


def _doubts(limit: ExposureLimit) -> tuple[Doubt, ...]:
    """Return why nothing follows from keeping a limit."""
    found: list[Doubt] = ["expired"] if limit.expired else []
    return tuple(found if limit.verified else [*found, "unverified"])


def picture_kind(file: Path) -> PictureKind:
    """Return the kind of picture that a file name asks for.

    Raises:
        UsageError: neither .png nor .svg.
    """
    kinds: dict[str, PictureKind] = {".png": "png", ".svg": "svg"}
    kind = kinds.get(file.suffix.lower())
    if kind is None:
        raise UsageError(f"{file}: a picture is .png or .svg")
    return kind


def write_picture(file: Path, comparison: Comparison, name: str, kind: PictureKind) -> None:
    """Write the picture; arguments as of ``picture``.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        file.write_bytes(picture(comparison, name, Texts("en"), kind))
    except OSError as err:
        raise OutputError(f"{file}: cannot be written: {err.strerror} -> choose another place") from err


def _drawn(row: Row, limit: str, texts: Texts) -> FieldRow:
    measured, share = row["measured"], row["ratio"][limit]["measured"]
    return FieldRow(
        row["id"],
        f"{_range(row, texts)}, {row['time']}",
        row["phase"],
        measured["e_v_m"],
        measured["e_low_v_m"],
        measured["e_high_v_m"],
        measured["below_detection"],
        row["theoretical"]["e_v_m"],
        row["actual"]["e_v_m"],
        measured["e_v_m"] / math.sqrt(share) if share else None,
    )


def _range(row: Row, texts: Texts) -> str:
    if row["from_mhz"] is None or row["kind"] == "broadband":
        return texts.say("field-broadband")
    if row["from_mhz"] == row["to_mhz"]:
        return texts.say("field-frequency", at=f"{row['from_mhz']:g}")
    return texts.say("field-range", **{"from": f"{row['from_mhz']:g}", "to": f"{row['to_mhz']:g}"})
