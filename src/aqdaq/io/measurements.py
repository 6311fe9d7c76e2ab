"""Reads drive-test tables. A table that is not what it should be stops; a bad row is set aside with its reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.hints import did_you_mean
from aqdaq.io.levels import floor_dbm, level_scale_fault
from aqdaq.io.measurement_details import Details, read_details
from aqdaq.io.measurement_identity import FOREIGN, read_seen
from aqdaq.io.measurement_levels import convert
from aqdaq.io.measurement_notes import notes_on
from aqdaq.io.measurement_places import Places, coordinates, place_rows, projected
from aqdaq.io.measurement_quality import read_quality
from aqdaq.io.measurement_reasons import (
    NO_POSITION,
    NOT_BAD,
    NOT_BAD_IN_LOGS,
    OUTSIDE,
    REASONS,
    Rows,
    judge,
    set_aside,
    written_places,
)
from aqdaq.io.measurement_samples import find_cells, method_counts, take_samples
from aqdaq.io.measurement_table import LogTable, read_log
from aqdaq.io.measurement_tiles import read_tiles
from aqdaq.io.measurement_time import time_faults
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import SILENT_SCHEMA, DataUse, Measurements, Quality, SetAside, Silent
from aqdaq.model.network import Cell, Network, level_quantity
from aqdaq.model.project import MeasurementSource

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MeasurementsRead:
    """What a drive-test table holds.

    ``rows_read`` is the number of measurements, of rows without service and of rows set aside together. Of a file of
    tiles it is 0: a tile is no measurement.

    Attributes:
        measurements: in the order of the file; of a wide table row by row, then by column as listed in ``cells``.
        set_aside: rows that could not be used, in the same order; rows without service after them.
        rows_read: rows of a long table; values of a wide one, each place and cell being a row.
        counts: set-aside rows by reason, every reason named.
        empty: empty fields of a wide table of which nothing is known. They are not rows.
        bad: set-aside rows that the file itself spoils; they count against ``max_bad_share``.
        censored: measurements of which only a bound is known: they lay at or below the receiver's floor.
        matched: measurements by how their cell was found; empty where the table names our cells.
        silent: places without service.
        quality: RSRQ and SINR of the measurements.
        data_use: tiles in which mobile data was used.
        notes: what else a reader of the report should know.
    """

    measurements: Measurements
    set_aside: tuple[SetAside, ...]
    rows_read: int
    counts: dict[str, int]
    empty: int = 0
    bad: int = 0
    censored: int = 0
    matched: dict[str, int] = field(default_factory=dict)
    silent: Silent = field(default_factory=Silent.empty)
    quality: Quality = field(default_factory=Quality.empty)
    data_use: DataUse = field(default_factory=DataUse.empty)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """The parts of a table, and what became of each sample and each row without service."""

    rows: Rows
    details: Details
    log: LogTable
    reasons: NDArray[np.int8]
    silent: Ints

    @property
    def used(self) -> Ints:
        return np.flatnonzero(self.reasons < 0)


def read_measurements(
    source: MeasurementSource, folder: Path, *, grid: Grid, cells: Collection[Cell], network: Network | None = None
) -> MeasurementsRead:
    """Read one drive-test table.

    Args:
        source: ``[[measurements]]`` of the project file.
        folder: the project folder.
        grid: rows outside it are set aside.
        cells: those that a row may name.
        network: their sites as well; needed where cells are found by their identity.

    Raises:
        InputError: the file is missing, empty or no table; a column is missing; latitude and longitude are swapped; a
            column of a wide table is mapped to an unknown cell; no scale is known for the unit; most levels are in
            another unit, or most times in another pattern. All of them that can be found together.
    """
    faults = [*_source_faults(source), *_unknown_cells(source, cells)]
    if source.format == "tiles":
        return _tiles(source, folder, grid, faults)
    log = read_log(source, folder, faults)
    places, details = _both(log, source, grid)
    seen = read_seen(source, log, sorted({cell.layer.operator for cell in cells}))
    samples, silent = take_samples(source, log)
    levels = convert(source, samples, seen, log.file)
    whole = network if network is not None else Network((), tuple(cells))
    found = find_cells(source, samples, seen, places, whole, details.day)
    rows = Rows(source, places, samples, seen, found, levels, whole.cells)
    return _summary(_Read(rows, details, log, judge(rows), silent))


def _both(log: LogTable, source: MeasurementSource, grid: Grid) -> tuple[Places, Details]:
    """Return places and details, or the faults of both."""
    faults: list[Fault] = []
    places = details = None
    try:
        places = place_rows(source, log, grid)
    except InputError as err:
        faults += err.faults
    try:
        details = read_details(source, log)
    except InputError as err:
        faults += err.faults
    if places is None or details is None:
        raise InputError(faults)
    return places, details


def _summary(read: _Read) -> MeasurementsRead:
    rows, log = read.rows, read.log
    counts = {reason: int((read.reasons == i).sum()) for i, reason in enumerate(REASONS)}
    inside = rows.places.inside[read.silent]
    aside = (*set_aside(rows, read.reasons, log), *_silent_aside(read, read.silent[~inside], counts))
    harmless = (*NOT_BAD, *(NOT_BAD_IN_LOGS if rows.source.by_identity else ()))
    table = _table(read)
    how = rows.found.how[read.used]
    silent = _silent(read, read.silent[inside])
    result = MeasurementsRead(
        measurements=Measurements.filled(table),
        set_aside=aside,
        rows_read=len(read.reasons) + len(read.silent),
        counts=counts,
        empty=rows.samples.empty,
        bad=sum(count for reason, count in counts.items() if reason not in harmless),
        censored=int((~table["heard"].to_numpy()).sum()),
        matched=method_counts(how) if rows.source.by_identity else {},
        silent=silent,
        quality=read_quality(rows, log, read.used),
    )
    return replace(result, notes=notes_on(result, rows, log, read.details.times))


def _table(read: _Read) -> pd.DataFrame:
    """Return the columns of ``SCHEMA`` that the file says."""
    rows, used = read.rows, read.used
    place = rows.samples.place[used]
    return pd.DataFrame(
        {
            "source": pd.Series([read.log.file] * len(place), dtype="str"),
            "row": read.log.rows[place],
            "x_m": rows.places.x_m[place],
            "y_m": rows.places.y_m[place],
            "cell": pd.Series(rows.of_cells([cell.id for cell in rows.cells])[used], dtype="str"),
            "quantity": pd.Series(rows.levels.quantity[used], dtype="str"),
            "level_dbm": rows.levels.level_dbm[used],
            **read.details.columns(place),
            "heard": rows.levels.heard[used],
            "confidence": rows.found.confidence[used],
        }
    )


def _silent(read: _Read, place: Ints) -> Silent:
    """Return the rows without service that lie on the grid."""
    rows, source = read.rows, read.rows.source
    some = rows.seen.frame.iloc[place].reset_index(drop=True)
    technology = some["technology"]
    floors = {
        name: floor_dbm(source.receiver_floor_dbm, level_quantity(name) if name else source.quantity, "dBm")
        for name in technology.unique()
    }
    floor = technology.map(floors).to_numpy(dtype=np.float64)
    frame = pd.DataFrame(
        {
            "source": pd.Series([read.log.file] * len(place), dtype="str"),
            "row": read.log.rows[place],
            "x_m": rows.places.x_m[place],
            "y_m": rows.places.y_m[place],
            "operator": some["operator"].mask(some["operator"] == FOREIGN, ""),
            "technology": technology,
            "floor_dbm": np.where(np.isfinite(floor), floor, np.nan),
            **read.details.columns(place),
        }
    )
    return Silent(frame[list(SILENT_SCHEMA)])


def _silent_aside(read: _Read, place: Ints, counts: dict[str, int]) -> tuple[SetAside, ...]:
    """Return the rows without service that have no place on the grid, and count them."""
    known = read.rows.places.known[place]
    counts[NO_POSITION] += int((~known).sum())
    counts[OUTSIDE] += int(known.sum())
    where = written_places(read.rows.places, place).tolist()
    return tuple(
        SetAside(read.log.file, row, OUTSIDE if there else NO_POSITION, text)
        for row, there, text in zip(read.log.rows[place].tolist(), known.tolist(), where, strict=True)
    )


def _tiles(source: MeasurementSource, folder: Path, grid: Grid, faults: list[Fault]) -> MeasurementsRead:
    if faults:
        raise InputError(faults)
    tiles = read_tiles(source, folder, grid)
    name = Path(source.file).name
    note = f"{name}: {len(tiles.data_use)} of {tiles.rows_read} tiles with use of mobile data touch the grid"
    note += "; weak evidence, they hold no level"
    none = dict.fromkeys(REASONS, 0)
    return MeasurementsRead(Measurements.empty(), tiles.set_aside, 0, none, data_use=tiles.data_use, notes=(note,))


def measured_places(source: MeasurementSource, folder: Path, *, crs: str) -> tuple[Floats, Floats]:
    """Return x and y (m, in ``crs``) of the rows of a drive-test table that have a position.

    A project without bounds lays its grid around them; tiles of data use have no say in it.

    Raises:
        InputError: the file is missing, empty or no table, or a column is missing.
    """
    faults = _source_faults(source)
    if source.format == "tiles":
        return np.empty(0), np.empty(0)
    log = read_log(source, folder, faults)
    x_m, y_m = projected(source, crs, *coordinates(source, log))
    known = np.isfinite(x_m + y_m)
    return x_m[known], y_m[known]


def _where(source: MeasurementSource) -> str:
    return f"project.toml [[measurements]] of {source.file}"


def _source_faults(source: MeasurementSource) -> list[Fault]:
    faults = time_faults(source, _where(source))
    if source.technology_column is None and source.format != "tiles":
        technology = source.technology or ""
        quantity = level_quantity(technology) if technology else source.quantity
        faults += level_scale_fault(quantity, source.unit, f"{_where(source)} unit", technology)
    try:
        CRS.from_user_input(source.crs)
    except CRSError:
        what = f"CRS {source.crs!r} is not known"
        faults.append(Fault(f"{_where(source)} crs", what, "give an EPSG code; EPSG:4326 for degrees"))
    return faults


def _unknown_cells(source: MeasurementSource, cells: Collection[Cell]) -> list[Fault]:
    ids = {cell.id: None for cell in cells}
    if source.format != "wide":
        return []
    return [
        Fault(f"{_where(source)} cells", f"column {column!r} stands for cell {cell!r}, which no table names", mend)
        for column, cell in source.cells.items()
        if cell not in ids
        for mend in (did_you_mean(cell, ids),)
    ]
