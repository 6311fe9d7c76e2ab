"""What a reader of the report should know of a drive-test table, in words and with counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aqdaq.io.cell_identity import CLASSES
from aqdaq.io.hints import listed
from aqdaq.io.measurement_reasons import DOUBTFUL, UNKNOWN_CELL, Rows
from aqdaq.io.measurement_table import LogTable
from aqdaq.io.measurement_time import Times

if TYPE_CHECKING:
    from aqdaq.io.measurements import MeasurementsRead


def notes_on(read: MeasurementsRead, rows: Rows, log: LogTable, times: Times) -> tuple[str, ...]:
    """Return the notes on one table.

    Args:
        read: what it holds.
        rows: its samples.
        log: the table.
        times: of its rows.
    """
    return tuple(
        f"{log.file}: {text}"
        for text in (*rows.levels.notes, *_cells(read, rows), *_bounds(read), *_times(times), *_foreign(rows))
    )


def _cells(read: MeasurementsRead, rows: Rows) -> Iterator[str]:
    if not rows.source.by_identity:
        return
    found, confidence = rows.found.how, rows.found.confidence
    certain = confidence >= rows.source.min_confidence
    parts = [
        f"{int(here.sum())} by {name} (confidence {confidence[here].mean():.2f})"
        for i, name in enumerate(CLASSES)
        for here in (((found == i) & certain),)
        if here.any()
    ]
    less = f"{read.counts[DOUBTFUL]} less certain than {rows.source.min_confidence:g}"
    yield f"cells found: {', '.join(parts) or 'none'}; {less}, {read.counts[UNKNOWN_CELL]} unknown"


def _bounds(read: MeasurementsRead) -> Iterator[str]:
    if read.censored:
        yield f"{read.censored} levels lie at or below the receiver's floor: bounds, not levels"
    if len(read.silent):
        yield f"{len(read.silent)} samples without service"


def _times(times: Times) -> Iterator[str]:
    if times.unread:
        yield f"{times.unread} times cannot be read; these rows are used without one"
    if times.zone_assumed:
        yield "the times name no zone and are read as UTC; time_zone says another"


def _foreign(rows: Rows) -> Iterator[str]:
    if rows.seen.foreign:
        names = listed(f"{name or 'no name'} ({count} rows)" for name, count in rows.seen.foreign.items())
        yield f"operators that the network does not have: {names}; operators = {{ ... }} maps a name to one of ours"
