"""Where the rows of a drive test were taken, on the grid of the project."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.measurement_table import LogTable
from aqdaq.io.tables import to_numbers
from aqdaq.model.grid import Grid
from aqdaq.model.project import MeasurementSource

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Places:
    """One entry a row of the file.

    Attributes:
        x_m: easting in the CRS of the grid (m).
        y_m: northing (m).
        known: whether the row has a position.
        inside: whether it lies on the grid.
        text: the position as the file writes it.
    """

    x_m: Floats
    y_m: Floats
    known: Bools
    inside: Bools
    lat_text: pd.Series
    lon_text: pd.Series


def place_rows(source: MeasurementSource, log: LogTable, grid: Grid) -> Places:
    """Return where the rows lie.

    Raises:
        InputError: latitude and longitude are swapped.
    """
    across, up = coordinates(source, log)
    known = np.isfinite(across + up)
    x_m, y_m = projected(source, grid.crs, across, up)
    inside = known & grid.index(x_m, y_m)[2]
    if known.any() and not inside[known].all():
        _check_swapped(source, grid, (across, up), inside, log.file)
    return Places(x_m, y_m, known, inside, log.text("lat_column"), log.text("lon_column"))


def coordinates(source: MeasurementSource, log: LogTable) -> tuple[Floats, Floats]:
    """Return what lies across (longitude, easting) and what goes up (latitude, northing), in the source's CRS.

    NaN where the file holds no number, or where the receiver had no fix.
    """
    fixed = ~log.text("fix_column").isin(source.no_fix_values).to_numpy()
    across, up = (to_numbers(log.text(key), source.decimal) for key in ("lon_column", "lat_column"))
    return np.where(fixed, across, np.nan), np.where(fixed, up, np.nan)


def projected(source: MeasurementSource, crs: str, across: Floats, up: Floats) -> tuple[Floats, Floats]:
    """Return x and y (m) in ``crs``."""
    theirs = CRS.from_user_input(source.crs)
    if theirs.is_geographic:
        possible = np.abs(up) <= 90.0
        across, up = np.where(possible, across, np.nan), np.where(possible, up, np.nan)
    x_m, y_m = Transformer.from_crs(theirs, CRS.from_user_input(crs), always_xy=True).transform(across, up)
    return np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)


def _check_swapped(
    source: MeasurementSource, grid: Grid, both: tuple[Floats, Floats], inside: Bools, file: str
) -> None:
    across, up = both
    known = int(np.isfinite(across + up).sum())
    impossible = int((np.abs(up) > 90.0).sum()) if CRS.from_user_input(source.crs).is_geographic else 0
    swapped = int(grid.index(*projected(source, grid.crs, up, across))[2].sum())
    if swapped <= inside.sum() and impossible <= known / 2:
        return
    what = f"columns {source.lat_column!r} and {source.lon_column!r} look swapped: "
    if swapped > inside.sum():
        what += f"{int(inside.sum())} of {known} rows lie on the grid, {swapped} do the other way round"
    else:
        what += f"{impossible} of {known} latitudes are beyond 90 degrees"
    raise InputError(Fault(file, what, "exchange lat_column and lon_column in [[measurements]]"))
