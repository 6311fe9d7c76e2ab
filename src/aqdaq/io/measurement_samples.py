"""The samples of a drive-test table: a place, a cell and a level each, and the rows of a phone without service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.io.cell_identity import CLASSES, FOUND, UNKNOWN, match_cells
from aqdaq.io.measurement_identity import Seen
from aqdaq.io.measurement_places import Places
from aqdaq.io.measurement_table import LogTable
from aqdaq.io.tables import to_numbers
from aqdaq.model.network import Network
from aqdaq.model.project import MeasurementSource

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Samples:
    """One entry a measurement; all have n entries.

    Attributes:
        place: entry of its row in the table.
        cell: the cell as the file names it, empty where it does not.
        text: the level as it was found.
        value: the number that it is, NaN where it is none.
        below: whether the field is empty because the level lay below the floor.
        empty: number of empty fields of which nothing is known; they are no samples.
    """

    place: Ints
    cell: pd.Series
    text: pd.Series
    value: Floats
    below: Bools
    empty: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The cells of samples; all arrays have n entries.

    Attributes:
        cell: index in the cells of the network, -1 where there is none.
        confidence: 0..1 that it is this one.
        how: index in ``CLASSES``, -1 where there is none.
        outcome: of ``cell_identity``: ``FOUND``, ``UNKNOWN``, ``OTHER_OPERATOR``.
    """

    cell: Ints
    confidence: Floats
    how: NDArray[np.int8]
    outcome: NDArray[np.int8]


def take_samples(source: MeasurementSource, log: LogTable) -> tuple[Samples, Ints]:
    """Return the samples of a table, and the entries of the rows in which the phone had no service."""
    return (_wide(source, log), np.empty(0, dtype=np.int64)) if source.format == "wide" else _long(source, log)


def _wide(source: MeasurementSource, log: LogTable) -> Samples:
    columns = list(source.cells)
    text = np.stack([log.text(f"cells.{column}").to_numpy(dtype=object) for column in columns], axis=1).ravel()
    empty = text == ""
    below = empty & (source.empty == "below_floor")
    keep = ~empty | below
    place = np.repeat(np.arange(len(log), dtype=np.int64), len(columns))[keep]
    cell = np.tile(np.array([source.cells[column] for column in columns], dtype=object), len(log))[keep]
    texts = pd.Series(text[keep], dtype="str")
    numbers = to_numbers(texts, source.decimal)
    return Samples(place, pd.Series(cell, dtype="str"), texts, numbers, below[keep], int((~keep).sum()))


def _long(source: MeasurementSource, log: LogTable) -> tuple[Samples, Ints]:
    text = log.text("level_column")
    if source.missing_levels:
        text = text.mask(text.isin(source.missing_levels), "")
    value = to_numbers(text, source.decimal)
    silent = np.zeros(len(log), dtype=np.bool_)
    if log.has("no_service_column"):
        said = log.text("no_service_column").str.casefold()
        silent = said.isin([word.casefold() for word in source.no_service_values]).to_numpy() & ~np.isfinite(value)
    below = (text == "").to_numpy() & (source.empty == "below_floor")
    place = np.flatnonzero(~silent)
    cell = log.text("cell_column").iloc[place].reset_index(drop=True)
    samples = Samples(place, cell, text.iloc[place].reset_index(drop=True), value[place], below[place])
    return samples, np.flatnonzero(silent)


def find_cells(
    source: MeasurementSource, samples: Samples, seen: Seen, places: Places, network: Network, day: pd.Series
) -> Found:
    """Return the cell of each sample: the one that the file names, else the one that its identity says.

    Args:
        source: says whether the log holds identities.
        samples: (n,) of the table.
        seen: of the rows of the table.
        places: of the rows.
        network: its cells and sites.
        day: of the rows, YYYY-MM-DD or empty.
    """
    named = pd.Index([cell.id for cell in network.cells], dtype="str").get_indexer(pd.Index(samples.cell))
    cell = named.astype(np.int64)
    confidence, how = np.where(cell >= 0, 1.0, 0.0), np.where(cell >= 0, 0, -1).astype(np.int8)
    outcome = np.where(cell >= 0, FOUND, UNKNOWN).astype(np.int8)
    ask = np.flatnonzero(cell < 0) if source.by_identity else np.empty(0, dtype=np.int64)
    if len(ask):
        rows = samples.place[ask]
        some = Seen(seen.frame.iloc[rows].reset_index(drop=True), seen.readable[rows], {})
        x_m, y_m = places.x_m[rows], places.y_m[rows]
        match = match_cells(some, x_m, y_m, network, day.iloc[rows])
        cell[ask], confidence[ask], how[ask], outcome[ask] = match.cell, match.confidence, match.how, match.outcome
    return Found(cell, confidence, how, outcome)


def method_counts(how: NDArray[np.int8]) -> dict[str, int]:
    """Return the number of samples of each class of match, the surest class first."""
    return {name: int((how == i).sum()) for i, name in enumerate(CLASSES) if (how == i).any()}
