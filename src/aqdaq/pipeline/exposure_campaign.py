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
from aqdaq.model.field_measurement import FieldMeasurements
from aqdaq.model.measurements import SetAside
from aqdaq.pipeline.exposure import Field, Setting, field_of
from aqdaq.pipeline.exposure_at import limit_record
from aqdaq.pipeline.exposure_changes import changes_of
from aqdaq.pipeline.exposure_compare import compare
from aqdaq.pipeline.project import Project
from aqdaq.report.field_picture import FieldRow, PictureKind, draw_fields
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
    """

    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    changes: tuple[Row, ...]
    set_aside: tuple[SetAside, ...]

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
            "notes": list(dict.fromkeys(note for field in self.fields for note in field.notes)),
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
) -> Comparison:
    """Return measurements beside what was on air on the day of each.

    Args:
        project: opened.
        measurements: as read.
        setting: how the maxima are computed.
        date: compare all with the network of this day instead.
        on_air: day on which a candidate goes on air; see ``compare``.

    Raises:
        InputError: an input is wrong, or no measurement of a day has a place.
    """
    last = date or max(measurements.day)
    fields = [field_of(project, last, setting)]
    groups = [last] * len(measurements) if date else same_network(fields[0], measurements.day)
    fields += [field_of(project, day, setting) for day in sorted(set(groups) - {last})]
    fields.sort(key=lambda field: field.date)
    rows: dict[int, Row] = {}
    aside: dict[SetAside, None] = {}
    for field in fields:
        found, left_out = compare(project, field, measurements, on_air=on_air)
        rows |= {i: {**found[i], "computed_for": str(field.date)} for i, day in enumerate(groups) if day == field.date}
        aside |= dict.fromkeys(left_out)
    ordered = tuple(rows[i] for i in range(len(measurements)))
    return Comparison(tuple(fields), ordered, changes_of(ordered), tuple(sorted(aside, key=lambda a: a.row)))


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
    limit = comparison.fields[-1].limits[0].id
    rows = [_drawn(row, limit, texts) for row in comparison.rows]
    return draw_fields(rows, texts.say("field-title", project=name), texts, kind, limit=limit)


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
