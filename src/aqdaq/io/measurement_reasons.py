"""Why a row of a drive test cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.io.cell_identity import FOUND, OTHER_OPERATOR
from aqdaq.io.levels import other_unit_rows
from aqdaq.io.measurement_identity import FOREIGN, Seen
from aqdaq.io.measurement_levels import Levels
from aqdaq.io.measurement_places import Places
from aqdaq.io.measurement_samples import Found, Samples
from aqdaq.io.measurement_table import LogTable
from aqdaq.model.measurements import SetAside
from aqdaq.model.network import Cell
from aqdaq.model.project import MeasurementSource

NO_POSITION: Final = "no position"
OUTSIDE: Final = "outside the grid"
NO_TECHNOLOGY: Final = "technology not known"
NO_LEVEL_GIVEN: Final = "no level"
OTHER_NETWORK: Final = "operator not in the network"
UNKNOWN_CELL: Final = "unknown cell"
DOUBTFUL: Final = "cell not certain enough"
MISFIT: Final = "operator or technology does not fit the cell"
NOT_A_NUMBER: Final = "not a number"
WRONG_QUANTITY: Final = "quantity does not fit the cell"
OTHER_UNIT: Final = "level in another unit"
IMPOSSIBLE: Final = "impossible level"

#: Why a row is set aside; a row with several faults has the first of them.
REASONS: Final = (
    NO_POSITION, OUTSIDE, NO_LEVEL_GIVEN, NO_TECHNOLOGY, OTHER_NETWORK, UNKNOWN_CELL, DOUBTFUL, MISFIT, NOT_A_NUMBER,
    WRONG_QUANTITY, OTHER_UNIT, IMPOSSIBLE,
)  # fmt: skip

#: Reasons that say nothing against a file.
NOT_BAD: Final = (NO_LEVEL_GIVEN, OTHER_NETWORK, DOUBTFUL)
#: Further ones for logs that hold identities: a phone hears cells and goes to places that the project does not have.
NOT_BAD_IN_LOGS: Final = (OUTSIDE, UNKNOWN_CELL)


@dataclass(frozen=True, slots=True)
class Rows:
    """All that is known of the samples of a table."""

    source: MeasurementSource
    places: Places
    samples: Samples
    seen: Seen
    found: Found
    levels: Levels
    cells: tuple[Cell, ...]

    def of_cells(self, values: list[str]) -> NDArray[np.object_]:
        """Return for each sample the value of its cell, of one value a cell; empty without a cell."""
        return np.array([*values, ""], dtype=object)[self.found.cell]


def judge(rows: Rows) -> NDArray[np.int8]:
    """Return for each sample the index of its reason to be set aside, or -1."""
    source, place, levels = rows.source, rows.samples.place, rows.levels
    has_cell = rows.found.outcome == FOUND
    readable = np.isfinite(rows.samples.value) | rows.samples.below
    lenient = bool(source.missing_values or source.missing_levels)
    blank = (rows.samples.text == "").to_numpy() & ~rows.samples.below
    fits = rows.of_cells([cell.quantity for cell in rows.cells]) == levels.quantity
    wrong_level = readable & ~levels.possible
    found = {
        NO_POSITION: ~rows.places.known[place],
        OUTSIDE: ~rows.places.inside[place],
        NO_TECHNOLOGY: ~rows.seen.readable[place],
        NO_LEVEL_GIVEN: blank & lenient,
        OTHER_NETWORK: rows.found.outcome == OTHER_OPERATOR,
        UNKNOWN_CELL: ~has_cell,
        DOUBTFUL: rows.found.confidence < source.min_confidence,
        MISFIT: has_cell & _misfit(rows),
        NOT_A_NUMBER: ~readable,
        WRONG_QUANTITY: ~fits,
        OTHER_UNIT: wrong_level & other_unit_rows(rows.samples.value, levels.quantity, source.unit),
        IMPOSSIBLE: wrong_level,
    }
    reasons = np.full(len(place), -1, dtype=np.int8)
    for i, reason in reversed(list(enumerate(REASONS))):  # the first reason wins
        reasons[found[reason]] = i
    return reasons


def _misfit(rows: Rows) -> NDArray[np.bool_]:
    """Return whether a row names another technology or operator than its cell has."""
    place = rows.samples.place
    wrong = np.zeros(len(place), dtype=np.bool_)
    for column, values in (
        ("technology", [cell.layer.technology for cell in rows.cells]),
        ("operator", [cell.layer.operator for cell in rows.cells]),
    ):
        said = rows.seen.frame[column].to_numpy(dtype=object)[place]
        wrong |= (said != "") & (said != rows.of_cells(values))
    return wrong


def set_aside(rows: Rows, reasons: NDArray[np.int8], log: LogTable) -> tuple[SetAside, ...]:
    """Return the samples that cannot be used, each with what the file says there."""
    bad = np.flatnonzero(reasons >= 0)
    place, why = rows.samples.place[bad], reasons[bad]
    value = rows.samples.text.iloc[bad].to_numpy(dtype=object)
    for names, make in (
        ((NO_POSITION, OUTSIDE), lambda i: written_places(rows.places, place[i])),
        ((NO_TECHNOLOGY,), lambda i: log.text("technology_column").iloc[place[i]].to_numpy(dtype=object)),
        ((OTHER_NETWORK, UNKNOWN_CELL, DOUBTFUL, MISFIT), lambda i: _identities(rows, bad[i], log)),
        ((WRONG_QUANTITY,), lambda i: _quantities(rows, bad[i])),
    ):
        here = np.flatnonzero(np.isin(why, [REASONS.index(name) for name in names]))
        if len(here):
            value[here] = make(here)
    numbers = log.rows[place].tolist()
    return tuple(
        SetAside(log.file, row, REASONS[i], text)
        for row, i, text in zip(numbers, why.tolist(), value.tolist(), strict=True)
    )


def written_places(places: Places, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the positions of rows as the file writes them."""
    lat, lon = (text.iloc[rows].to_numpy(dtype=object) for text in (places.lat_text, places.lon_text))
    return np.asarray(lat + ", " + lon)


def _identities(rows: Rows, samples: NDArray[np.int64], log: LogTable) -> NDArray[np.object_]:
    """Return the cell that samples name, else their operator when it is another's, else what identity they have."""
    place = rows.samples.place[samples]
    named = rows.samples.cell.iloc[samples].to_numpy(dtype=object)
    foreign = (rows.seen.frame["operator"].to_numpy(dtype=object)[place] == FOREIGN) & (named == "")
    words = np.where(named != "", named, rows.seen.words(place))
    return np.asarray(np.where(foreign, log.text("operator_column").iloc[place].to_numpy(dtype=object), words))


def _quantities(rows: Rows, samples: NDArray[np.int64]) -> NDArray[np.object_]:
    ids = rows.of_cells([cell.id for cell in rows.cells])[samples]
    return np.asarray(rows.levels.quantity[samples] + " of cell " + ids)
