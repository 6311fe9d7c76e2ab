"""Reads Ookla's open data: tiles in which mobile data was used. Weak evidence, and never a level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.hints import did_you_mean
from aqdaq.io.tables import resolve_input
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import DATA_USE_SCHEMA, DataUse, SetAside, empty_frame
from aqdaq.model.project import MeasurementSource

#: Columns of the data set that are read.
COLUMNS: Final = ("quadkey", "tests", "devices", "avg_d_kbps", "avg_u_kbps", "avg_lat_ms")

BAD_TILE: Final = "no tile"

#: Half the side of the square of Web Mercator (m): pi times its radius of the Earth.
_HALF_M: Final = 20_037_508.342789244
_EARTH_CIRCUMFERENCE_M: Final = 2.0 * _HALF_M

_QUARTER: Final = re.compile(r"(\d{4}-\d{2}-\d{2})_performance")


@dataclass(frozen=True, slots=True)
class TilesRead:
    """What a file of tiles holds near the grid.

    Attributes:
        data_use: tiles that touch the grid.
        set_aside: rows whose quadkey is none.
        rows_read: rows of the whole file.
        outside: tiles elsewhere; the data set is one of the whole world, so they are counted and not listed.
    """

    data_use: DataUse
    set_aside: tuple[SetAside, ...]
    rows_read: int
    outside: int


def read_tiles(source: MeasurementSource, folder: Path, grid: Grid) -> TilesRead:
    """Read the tiles that touch the grid.

    Raises:
        InputError: the file is missing, cannot be read as Parquet, or lacks a column.
    """
    path = resolve_input(folder, source.file)
    table = _read(path)
    keys = table.column("quadkey").to_pandas().astype("str")
    place, level = _tiles(keys)
    bad = level < 0
    west, south, east, north = _edges(place, level)
    near = ~bad & _touching(grid, west, south, east, north)
    rows = np.arange(1, len(keys) + 1, dtype=np.int64)
    found = table.filter(pa.array(near)).to_pandas()
    middle = Transformer.from_crs("EPSG:3857", CRS.from_user_input(grid.crs), always_xy=True)
    x_m, y_m = middle.transform((west + east)[near] / 2.0, (south + north)[near] / 2.0)
    frame = pd.DataFrame(
        {
            "source": path.name,
            "row": rows[near],
            "x_m": np.asarray(x_m, dtype=np.float64),
            "y_m": np.asarray(y_m, dtype=np.float64),
            "side_m": _side_on_the_ground((south + north)[near] / 2.0, level[near]),
            "tests": found["tests"].to_numpy(dtype=np.int64),
            "devices": found["devices"].to_numpy(dtype=np.int64),
            "down_kbps": found["avg_d_kbps"].to_numpy(dtype=np.float64),
            "up_kbps": found["avg_u_kbps"].to_numpy(dtype=np.float64),
            "latency_ms": found["avg_lat_ms"].to_numpy(dtype=np.float64),
            "date": _period(source, path),
        }
    )
    aside = tuple(SetAside(path.name, int(row), BAD_TILE, str(keys[row - 1])) for row in rows[bad])
    whole = empty_frame(DATA_USE_SCHEMA) if frame.empty else frame
    return TilesRead(DataUse(whole), aside, len(keys), int((~near & ~bad).sum()))


def _read(path: Path) -> Any:
    try:
        there = pq.read_schema(path).names
        faults = [
            Fault(path.name, f"column {name!r} is missing", did_you_mean(name, there))
            for name in COLUMNS
            if name not in there
        ]
        if faults:
            raise InputError(faults)
        table = pq.read_table(path, columns=list(COLUMNS))
    except FileNotFoundError as err:
        raise InputError(Fault(str(path), "the file is not there", "check the path, or copy the file there")) from err
    except (pa.ArrowInvalid, pa.ArrowTypeError, OSError) as err:
        what = f"cannot be read as Parquet: {str(err).splitlines()[0]}"
        raise InputError(Fault(path.name, what, "download it again; the ZIP of shapes is not read")) from err
    faults = [
        Fault(path.name, f"column {name!r} holds {table.column(name).null_count} empty values", "download it again")
        for name in ("quadkey", "tests", "devices")
        if table.column(name).null_count
    ]
    if faults:
        raise InputError(faults)
    return table


def _period(source: MeasurementSource, path: Path) -> str:
    named = _QUARTER.search(path.name)
    if source.date is not None:
        return source.date.isoformat()
    return named[1] if named else ""


def _tiles(keys: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (n, 2) column and row of the tiles, and their zoom level; -1 where a text is no quadkey."""
    lengths = keys.str.len().to_numpy(dtype=np.int64)
    good = keys.str.fullmatch(r"[0-3]{1,23}").to_numpy(dtype=np.bool_)
    place = np.zeros((len(keys), 2), dtype=np.int64)
    for length in np.unique(lengths[good]):
        here = np.flatnonzero(good & (lengths == length))
        digits = np.array(keys.to_numpy(dtype=object)[here], dtype=f"S{length}").view(np.uint8).reshape(len(here), -1)
        for digit in (digits - ord("0")).T:
            place[here, 0] = 2 * place[here, 0] + (digit & 1)
            place[here, 1] = 2 * place[here, 1] + (digit >> 1)
    return place, np.where(good, lengths, -1)


def _edges(place: NDArray[np.int64], level: NDArray[np.int64]) -> Sequence[NDArray[np.float64]]:
    """Return west, south, east and north of the tiles in Web Mercator (m)."""
    side = 2.0 * _HALF_M / np.exp2(np.maximum(level, 0))
    west, north = place[:, 0] * side - _HALF_M, _HALF_M - place[:, 1] * side
    return west, north - side, west + side, north


def _touching(
    grid: Grid,
    west: NDArray[np.float64],
    south: NDArray[np.float64],
    east: NDArray[np.float64],
    north: NDArray[np.float64],
) -> NDArray[np.bool_]:
    to_mercator = Transformer.from_crs(CRS.from_user_input(grid.crs), "EPSG:3857", always_xy=True)
    left, bottom, right, top = to_mercator.transform_bounds(*grid.bounds_m)
    return np.asarray((west < right) & (east > left) & (south < top) & (north > bottom))


def _side_on_the_ground(y_mercator_m: NDArray[np.float64], level: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the side of a tile on the ground (m): Web Mercator stretches by the secant of the latitude."""
    latitude = 2.0 * np.arctan(np.exp(y_mercator_m * np.pi / _HALF_M)) - np.pi / 2.0
    return np.asarray(_EARTH_CIRCUMFERENCE_M * np.cos(latitude) / np.exp2(level), dtype=np.float64)
