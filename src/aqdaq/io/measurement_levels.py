"""The levels of a table in dBm: each row in the quantity of its technology, and bounds where a receiver ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.levels import floor_dbm, level_scale_fault, other_unit, possible, to_dbm
from aqdaq.io.measurement_identity import Seen
from aqdaq.io.measurement_samples import Samples
from aqdaq.model.network import LEVEL_QUANTITY, level_quantity
from aqdaq.model.project import MeasurementSource

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Levels:
    """One entry a sample.

    Attributes:
        level_dbm: the level, or the receiver's floor where it lay there or below; NaN where there is none.
        quantity: RSRP, RSCP, RxLev or RSSI.
        heard: whether it is a level, and not only a bound.
        possible: whether a receiver can report it.
        notes: on levels that look like another unit.
    """

    level_dbm: Floats
    quantity: NDArray[np.object_]
    heard: Bools
    possible: Bools
    notes: tuple[str, ...]


def convert(source: MeasurementSource, samples: Samples, seen: Seen, file: str) -> Levels:
    """Return the levels of samples in dBm.

    Raises:
        InputError: no scale turns the unit into dBm for a technology of the file, or most levels are in another unit.
    """
    n = len(samples.value)
    level_dbm, quantity = np.full(n, np.nan), np.full(n, source.quantity, dtype=object)
    heard, can_be = np.ones(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    faults: list[Fault] = []
    notes: list[str] = []
    for technology, name, rows in _groups(source, samples, seen):
        wrong = level_scale_fault(name, source.unit, f"{file} ({technology or name})", technology)
        if wrong:
            faults += wrong
            continue
        found = to_dbm(samples.value[rows], name, source.unit, technology)
        floor = floor_dbm(source.receiver_floor_dbm, name, source.unit, technology)
        can_be[rows] = possible(found, name) | samples.below[rows]
        under = samples.below[rows] | (possible(found, name) & (found <= floor))
        quantity[rows], heard[rows], level_dbm[rows] = name, ~under, np.where(under, floor, found)
        _look_at_unit(source, samples.value[rows], name, technology, file, faults, notes)
    if faults:
        raise InputError(faults)
    return Levels(level_dbm, quantity, heard, can_be, tuple(notes))


def _groups(source: MeasurementSource, samples: Samples, seen: Seen) -> Iterator[tuple[str, str, NDArray[np.int64]]]:
    """Yield technology, quantity and samples, so that no two technologies are mixed."""
    technology = seen.frame["technology"].to_numpy(dtype=object)[samples.place]
    for name in dict.fromkeys((*LEVEL_QUANTITY, *sorted(set(technology)))):
        rows = np.flatnonzero(technology == name)
        if len(rows):
            yield name, level_quantity(name) if name else source.quantity, rows


def _look_at_unit(
    source: MeasurementSource,
    values: Floats,
    quantity: str,
    technology: str,
    file: str,
    faults: list[Fault],
    notes: list[str],
) -> None:
    other = other_unit(values, quantity, source.unit, technology)
    if other is None:
        return
    what = f"{quantity}: {other.words(source.unit)}"
    column = source.level_column if source.format == "long" else ", ".join(source.cells)
    if other.whole_file:
        mend = 'set unit = "..." for this table, or split it by its units'
        faults.append(Fault(f"{file} column {column!r}", what, mend))
    else:
        notes.append(f"mixed units? {what}; these rows are set aside")
