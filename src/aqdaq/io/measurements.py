"""Reads drive-test tables. A table that is not what it should be stops; a bad row is set aside with its reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.hints import did_you_mean
from aqdaq.io.levels import floor_dbm, level_scale_fault, to_dbm
from aqdaq.io.tables import read_csv_columns, resolve_input, to_numbers
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import POSSIBLE_DBM, SCHEMA, Measurements, SetAside
from aqdaq.model.network import Cell
from aqdaq.model.project import MeasurementSource

NO_POSITION: Final = "no position"
OUTSIDE: Final = "outside the grid"
UNKNOWN_CELL: Final = "unknown cell"
NOT_A_NUMBER: Final = "not a number"
WRONG_QUANTITY: Final = "quantity does not fit the cell"
IMPOSSIBLE: Final = "impossible level"
AT_FLOOR: Final = "at the receiver's floor"

#: Why a row is set aside; a row with several faults has the first of them.
REASONS: Final = (NO_POSITION, OUTSIDE, UNKNOWN_CELL, NOT_A_NUMBER, WRONG_QUANTITY, IMPOSSIBLE, AT_FLOOR)

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MeasurementsRead:
    """What a drive-test table holds. ``rows_read`` is the number of measurements plus the number set aside.

    Attributes:
        measurements: in the order of the file; of a wide table row by row, then by column as listed in ``cells``.
        set_aside: rows that could not be used, in the same order.
        rows_read: rows of a long table; values of a wide one, each place and cell being a row.
        counts: set-aside rows by reason, every reason named.
        empty: empty fields of a wide table: the cell was not heard there. They are not rows.
    """

    measurements: Measurements
    set_aside: tuple[SetAside, ...]
    rows_read: int
    counts: dict[str, int]
    empty: int = 0


@dataclass(frozen=True, slots=True)
class _Places:
    """One entry a row of the file: its number, where it is, and how that was written."""

    row: NDArray[np.int64]
    x_m: Floats
    y_m: Floats
    known: Bools
    inside: Bools
    lat_text: pd.Series
    lon_text: pd.Series


@dataclass(frozen=True, slots=True)
class _Samples:
    """One entry a measurement: the entry of its place, the cell as the file names it, the level as it was found."""

    place: NDArray[np.int64]
    cell: pd.Series
    text: pd.Series
    empty: int = 0


def read_measurements(
    source: MeasurementSource, folder: Path, *, grid: Grid, cells: Collection[Cell]
) -> MeasurementsRead:
    """Read one drive-test table.

    Args:
        source: ``[[measurements]]`` of the project file.
        folder: the project folder.
        grid: rows outside it are set aside.
        cells: those that a row may name.

    Raises:
        InputError: the file is missing, empty or no table; a column is missing; latitude and longitude are swapped; a
            column of a wide table is mapped to an unknown cell; no scale is known for the unit.
    """
    faults = [*_source_faults(source), *_unknown_cells(source, cells)]
    frame = _read(source, folder, faults)
    file = Path(source.file).name
    places = _places(source, frame, grid, file)
    samples = _wide(source, frame) if source.format == "wide" else _long(source, frame)
    level_dbm, reasons = _judge(source, places, samples, cells)
    used = reasons < 0
    place = samples.place[used]
    table = pd.DataFrame(
        {
            "source": pd.Series([file] * len(place), dtype="str"),
            "row": places.row[place],
            "x_m": places.x_m[place],
            "y_m": places.y_m[place],
            "cell": samples.cell[used].reset_index(drop=True).astype("str"),
            "quantity": pd.Series([source.quantity] * len(place), dtype="str"),
            "level_dbm": level_dbm[used],
            "date": _days(source, frame).iloc[place].reset_index(drop=True),
        },
        columns=list(SCHEMA),
    )
    counts = {reason: int((reasons == i).sum()) for i, reason in enumerate(REASONS)}
    set_aside = _set_aside(file, places, samples, reasons, source.quantity)
    return MeasurementsRead(Measurements(table), set_aside, len(reasons), counts, samples.empty)


def measured_places(source: MeasurementSource, folder: Path, *, crs: str) -> tuple[Floats, Floats]:
    """Return x and y (m, in ``crs``) of the rows of a drive-test table that have a position.

    A project without bounds lays its grid around them.

    Raises:
        InputError: the file is missing, empty or no table, or a column is missing.
    """
    faults = _source_faults(source)
    frame = _read(source, folder, faults)
    across, up = _coordinates(source, frame)
    x_m, y_m = _projected(source, crs, across, up)
    known = np.isfinite(x_m + y_m)
    return x_m[known], y_m[known]


def _where(source: MeasurementSource) -> str:
    return f"project.toml [[measurements]] of {source.file}"


def _source_faults(source: MeasurementSource) -> list[Fault]:
    faults = level_scale_fault(source.quantity, source.unit, f"{_where(source)} unit")
    try:
        CRS.from_user_input(source.crs)
    except CRSError:
        what = f"CRS {source.crs!r} is not known"
        faults.append(Fault(f"{_where(source)} crs", what, "give an EPSG code; EPSG:4326 for degrees"))
    return faults


def _unknown_cells(source: MeasurementSource, cells: Collection[Cell]) -> list[Fault]:
    ids = {cell.id: None for cell in cells}
    if source.format == "long":
        return []
    return [
        Fault(f"{_where(source)} cells", f"column {column!r} stands for cell {cell!r}, which no table names", mend)
        for column, cell in source.cells.items()
        if cell not in ids
        for mend in (did_you_mean(cell, ids),)
    ]


def _read(source: MeasurementSource, folder: Path, faults: list[Fault]) -> pd.DataFrame:
    """Return the columns that are needed; raise the faults so far together with those of the file."""
    levels = tuple(source.cells) if source.format == "wide" else (source.cell_column, source.level_column)
    columns = [source.lat_column, source.lon_column, *levels, *([source.time_column] if source.time_column else [])]
    try:
        path = resolve_input(folder, source.file)
        frame = read_csv_columns(path, separator=source.separator, required=columns, optional=())
    except InputError as err:
        raise InputError([*faults, *err.faults]) from err
    if source.decimal == "." and _decimal_commas(frame[source.lat_column]):
        what = f"column {source.lat_column!r} has decimal commas"
        faults.append(Fault(path.name, what, 'set decimal = "," for this table'))
    if faults:
        raise InputError(faults)
    return frame


def _decimal_commas(texts: pd.Series) -> bool:
    return bool(texts.head(1000).str.fullmatch(r"[-+]?\d+,\d+").mean() > 0.5)


def _coordinates(source: MeasurementSource, frame: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return what lies across (longitude, easting) and what goes up (latitude, northing), in the source's CRS."""
    across = to_numbers(frame[source.lon_column], source.decimal)
    return across, to_numbers(frame[source.lat_column], source.decimal)


def _projected(source: MeasurementSource, crs: str, across: Floats, up: Floats) -> tuple[Floats, Floats]:
    theirs = CRS.from_user_input(source.crs)
    if theirs.is_geographic:
        possible = np.abs(up) <= 90.0
        across, up = np.where(possible, across, np.nan), np.where(possible, up, np.nan)
    x_m, y_m = Transformer.from_crs(theirs, CRS.from_user_input(crs), always_xy=True).transform(across, up)
    return np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)


def _places(source: MeasurementSource, frame: pd.DataFrame, grid: Grid, file: str) -> _Places:
    across, up = _coordinates(source, frame)
    known = np.isfinite(across + up)
    x_m, y_m = _projected(source, grid.crs, across, up)
    inside = known & grid.index(x_m, y_m)[2]
    if known.any() and not inside[known].all():
        _check_swapped(source, grid, (across, up), inside, file)
    rows = frame.index.to_numpy(dtype=np.int64)
    return _Places(rows, x_m, y_m, known, inside, frame[source.lat_column], frame[source.lon_column])


def _check_swapped(
    source: MeasurementSource, grid: Grid, coordinates: tuple[Floats, Floats], inside: Bools, file: str
) -> None:
    across, up = coordinates
    known = int(np.isfinite(across + up).sum())
    impossible = int((np.abs(up) > 90.0).sum()) if CRS.from_user_input(source.crs).is_geographic else 0
    swapped = int(grid.index(*_projected(source, grid.crs, up, across))[2].sum())
    if swapped <= inside.sum() and impossible <= known / 2:
        return
    what = f"columns {source.lat_column!r} and {source.lon_column!r} look swapped: "
    if swapped > inside.sum():
        what += f"{int(inside.sum())} of {known} rows lie on the grid, {swapped} do the other way round"
    else:
        what += f"{impossible} of {known} latitudes are beyond 90 degrees"
    raise InputError(Fault(file, what, "exchange lat_column and lon_column in [[measurements]]"))


def _long(source: MeasurementSource, frame: pd.DataFrame) -> _Samples:
    cell, text = (frame[name].reset_index(drop=True) for name in (source.cell_column, source.level_column))
    return _Samples(np.arange(len(frame), dtype=np.int64), cell, text)


def _days(source: MeasurementSource, frame: pd.DataFrame) -> pd.Series:
    """Return the day of each row of the file as YYYY-MM-DD; empty where neither its time nor the project says it."""
    otherwise = source.date.isoformat() if source.date is not None else ""
    if source.time_column is None:
        return pd.Series([otherwise] * len(frame), dtype="str")
    day = frame[source.time_column].reset_index(drop=True).str.slice(0, 10)
    real = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce").notna()
    return day.where(real, otherwise).astype("str")


def _wide(source: MeasurementSource, frame: pd.DataFrame) -> _Samples:
    columns: Sequence[str] = list(source.cells)
    text = frame[columns].to_numpy(dtype=object).ravel()
    heard = text != ""
    place = np.repeat(np.arange(len(frame), dtype=np.int64), len(columns))
    cell = np.tile(np.array([source.cells[column] for column in columns], dtype=object), len(frame))
    return _Samples(
        place[heard], pd.Series(cell[heard], dtype="str"), pd.Series(text[heard], dtype="str"), int((~heard).sum())
    )


def _judge(
    source: MeasurementSource, places: _Places, samples: _Samples, cells: Collection[Cell]
) -> tuple[Floats, NDArray[np.int8]]:
    """Return the levels (dBm) and, for each, the index of its reason to be set aside, or -1."""
    which = pd.Index([cell.id for cell in cells], dtype="str").get_indexer(pd.Index(samples.cell))
    fits = np.array([*(cell.quantity == source.quantity for cell in cells), False])[which]
    level_dbm = to_dbm(to_numbers(samples.text, source.decimal), source.quantity, source.unit)
    low_dbm, high_dbm = POSSIBLE_DBM[source.quantity]
    found = {
        NO_POSITION: ~places.known[samples.place],
        OUTSIDE: ~places.inside[samples.place],
        UNKNOWN_CELL: which < 0,
        NOT_A_NUMBER: np.isnan(level_dbm),
        WRONG_QUANTITY: ~fits,
        IMPOSSIBLE: (level_dbm < low_dbm) | (level_dbm > high_dbm),
        AT_FLOOR: level_dbm <= floor_dbm(source.receiver_floor_dbm, source.quantity, source.unit),
    }
    reasons = np.full(len(level_dbm), -1, dtype=np.int8)
    for i, reason in reversed(list(enumerate(REASONS))):  # the first reason wins
        reasons[found[reason]] = i
    return level_dbm, reasons


def _set_aside(
    file: str, places: _Places, samples: _Samples, reasons: NDArray[np.int8], quantity: str
) -> tuple[SetAside, ...]:
    bad = np.flatnonzero(reasons >= 0)
    why = reasons[bad]
    place = samples.place[bad]
    where = (
        places.lat_text.iloc[place].to_numpy(dtype=object) + ", " + places.lon_text.iloc[place].to_numpy(dtype=object)
    )
    cell = samples.cell.iloc[bad].to_numpy(dtype=object)
    value = samples.text.iloc[bad].to_numpy(dtype=object)
    value = np.where(np.isin(why, (REASONS.index(NO_POSITION), REASONS.index(OUTSIDE))), where, value)
    value = np.where(why == REASONS.index(UNKNOWN_CELL), cell, value)
    value = np.where(why == REASONS.index(WRONG_QUANTITY), f"{quantity} of cell " + cell, value)
    rows = places.row[place].tolist()
    return tuple(
        SetAside(file, row, REASONS[i], text) for row, i, text in zip(rows, why.tolist(), value.tolist(), strict=True)
    )
