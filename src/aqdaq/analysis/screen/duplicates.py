"""Rows that stand twice: in one file, or in two files that are copies of each other.

A row with a time is the same row when place, time, device, cell and level are the same: no receiver repeats all of
them. Without a time a single coincidence proves nothing (a parked car repeats itself); there a copy is a stretch of
rows that repeats an earlier stretch in the same order.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aqdaq.analysis.screen.findings import Finding, Judgement, by_log
from aqdaq.analysis.screen.log import Bools, Ints, Log, numbered

REPEATED: Final = "the same measurement twice"

#: Without times: so many rows in a row, on so many different places, must repeat an earlier stretch.
COPIED_ROWS: Final = 5
COPIED_PLACES: Final = 3
#: Coordinates and levels that differ by less (m, dB, s) are the same figure written twice.
SAME_M: Final = 0.01
SAME_DB: Final = 0.001
SAME_S: Final = 0.001


def duplicates(log: Log) -> list[Judgement]:
    """Return the rows that repeat an earlier one, log by log; the earlier one stays."""
    if len(log) < 2:
        return []
    by_table = log.subset(np.argsort(log.row, kind="stable"))
    found = _repeated(by_table)

    def word(mask: Bools, rows: int, name: str) -> Judgement:
        what = f"{name}: {rows} rows stand twice (same place, time, cell and level); the second ones are set aside"
        return Judgement(Finding("duplicate", what, rows, "set aside"), by_table.row[mask], reason=REPEATED)

    return by_log(by_table, found, word)


def _repeated(log: Log) -> Bools:
    """Return which rows repeat an earlier one; the log is in the order of the table."""
    timed = np.isfinite(log.time_s)
    time = np.where(timed, np.round(np.nan_to_num(log.time_s) / SAME_S), -1.0).astype(np.int64)
    what = numbered(log.cell, log.quantity, log.heard.astype(np.int64), _rounded(log.level_dbm, SAME_DB))
    where = numbered(_rounded(log.x_m, SAME_M), _rounded(log.y_m, SAME_M))
    # Files without times often name no device either: then the log stands for it, and a copy has another name.
    code = numbered(what, where, time, np.where(timed, _instrument(log), 0))
    first = _first_of(code)
    again = first < np.arange(len(code))
    return again & (timed | _copied_stretch(again, first, where))


def _instrument(log: Log) -> Ints:
    """Return the number of the device where the table names one; 0 where the log had to stand for it."""
    named = np.array([not name.startswith("log ") for name in log.names.device], dtype=np.bool_)
    return np.where(named[log.device], log.device + 1, 0)


def _rounded(values: np.ndarray[tuple[int], np.dtype[np.float64]], step: float) -> Ints:
    return np.round(values / step).astype(np.int64)


def _first_of(code: Ints) -> Ints:
    """Return (n,) the position of the first row with the same code."""
    first = np.full(int(code.max()) + 1, len(code), dtype=np.int64)
    np.minimum.at(first, code, np.arange(len(code)))
    return first[code]


def _copied_stretch(again: Bools, first: Ints, where: Ints) -> Bools:
    """Return which repeated rows belong to a stretch that repeats an earlier one in the same order."""
    rows = np.flatnonzero(again)
    found = np.zeros(len(again), dtype=np.bool_)
    if not len(rows):
        return found
    shift = rows - first[rows]
    broken = np.diff(shift) != 0
    stretch = np.concatenate(([0], np.cumsum(broken)))
    length = np.bincount(stretch)
    pairs = np.unique(np.stack([stretch, where[rows]]), axis=1)[0]
    places = np.bincount(pairs, minlength=len(length))
    found[rows] = ((length >= COPIED_ROWS) & (places >= COPIED_PLACES))[stretch]
    return found
