"""The measurement table as arrays, each track together and in the order of its file: what the checks look at."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.model.measurements import Measurements
from aqdaq.model.network import Cell

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Standard deviation of a normal variable over its median absolute deviation.
MAD_TO_SD: Final = 1.4826
#: Standard error of a median over that of a mean, for normal variables: square root of pi / 2.
MEDIAN_ERROR: Final = 1.2533

#: Combinations of keys are counted as far as a whole number reaches.
MOST_CODES: Final = 2**62

#: Resolutions (s) that clocks write: a day, an hour, a minute, a second.
_RESOLUTIONS_S: Final = (86_400.0, 3_600.0, 60.0, 1.0)


class PlacedLike(Protocol):
    """A cell and where its site stands."""

    @property
    def cell(self) -> Cell:
        """The cell as its table says."""
        ...

    @property
    def x_m(self) -> float:
        """Easting of the site (m)."""
        ...

    @property
    def y_m(self) -> float:
        """Northing of the site (m)."""
        ...


@dataclass(frozen=True, slots=True)
class Names:
    """The names behind the numbers of a log."""

    route: tuple[str, ...]
    device: tuple[str, ...]
    cell: tuple[str, ...]
    quantity: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Log:
    """Rows of a measurement table, sorted by track and within it as in the file; all arrays have shape (n,).

    A *route* is a drive or log of one file. A *track* is one device on one route. A log that names no device counts as
    a device of its own.

    Attributes:
        row: position in the table.
        route: number of the route.
        device: number of the device.
        track: number of the track, rising.
        cell: number of the cell.
        quantity: number of the quantity.
        x_m: easting (m).
        y_m: northing (m).
        time_s: since 1970 (s), NaN where unknown.
        level_dbm: level (dBm).
        speed_m_s: stated, NaN where not.
        accuracy_m: stated error of the position, NaN where not.
        heard: False where the level is a bound.
        residual_db: measured minus predicted, NaN where nobody predicted.
        names: of the numbers.
    """

    row: Ints
    route: Ints
    device: Ints
    track: Ints
    cell: Ints
    quantity: Ints
    x_m: Floats
    y_m: Floats
    time_s: Floats
    level_dbm: Floats
    speed_m_s: Floats
    accuracy_m: Floats
    heard: Bools
    residual_db: Floats
    names: Names

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.row)

    def subset(self, keep: Bools | Ints) -> Log:
        """Return the rows of a mask or of indices; numbers and names stay."""
        if keep.dtype == np.bool_ and keep.all():
            return self
        arrays = {f.name: getattr(self, f.name)[keep] for f in fields(self) if f.name != "names"}
        return Log(**arrays, names=self.names)


def read_log(measurements: Measurements, residual_db: Floats | None = None) -> Log:
    """Return the rows of a table as arrays, sorted by track.

    Args:
        measurements: n rows.
        residual_db: (n,) measured minus predicted (dB), NaN where nobody predicted; None: nowhere.
    """
    table = measurements.table
    source, source_names = _codes(table["source"])
    route_name, route_names = _codes(table["route"])
    device, device_names = _codes(table["device"])
    route, pairs = combined(source, route_name)
    names = [(source_names[a], route_names[b]) for a, b in pairs]
    shown = tuple(a if a == b else f"{a}, {b}" for a, b in names)
    track, _ = combined(route, device)
    unnamed = np.array([name == "" for name in device_names], dtype=np.bool_)[device]
    # A route of several files is still one log: devices without a name go by the name of their route.
    logs = np.array([f"log {b}" for _, b in names], dtype=object)
    instrument, devices = _codes(
        pd.Series(np.where(unnamed, logs[route], np.array(device_names, dtype=object)[device]), dtype="str")
        if len(table)
        else pd.Series(dtype="str")
    )
    cell, cells = _codes(table["cell"])
    quantity, quantities = _codes(table["quantity"])
    order = np.argsort(track, kind="stable")
    numbers = {
        name: table[name].to_numpy(dtype=np.float64)[order]
        for name in ("x_m", "y_m", "time_s", "level_dbm", "speed_m_s", "accuracy_m")
    }
    residual = np.full(len(table), np.nan) if residual_db is None else np.asarray(residual_db, dtype=np.float64)
    return Log(
        row=order.astype(np.int64),
        route=route[order],
        device=instrument[order],
        track=track[order],
        cell=cell[order],
        quantity=quantity[order],
        heard=table["heard"].to_numpy(dtype=np.bool_)[order],
        residual_db=residual[order],
        names=Names(shown, devices, cells, quantities),
        **numbers,
    )


def _codes(column: pd.Series) -> tuple[Ints, tuple[str, ...]]:
    """Return the number of each value in the order of the sorted values, and the values."""
    codes, values = pd.factorize(column, sort=True)
    return codes.astype(np.int64), tuple(str(value) for value in values)


def combined(first: Ints, second: Ints) -> tuple[Ints, list[tuple[int, int]]]:
    """Return the number of each pair of numbers, and the pairs, in order."""
    if len(first) == 0:
        return np.zeros(0, dtype=np.int64), []
    width = int(second.max()) + 1
    values, codes = np.unique(first * width + second, return_inverse=True)
    return codes.astype(np.int64), [(int(value) // width, int(value) % width) for value in values]


def numbered(*keys: Ints) -> Ints:
    """Return (n,) the number of each combination of keys, 0 and up in their order."""
    code, codes = np.zeros(len(keys[0]), dtype=np.int64), 1
    for key in keys:
        if len(key) == 0:
            return code
        low, width = int(key.min()), int(key.max()) - int(key.min()) + 1
        if codes * width > MOST_CODES:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
            codes = int(code.max()) + 1
        code, codes = code * width + (key - low), codes * width
    return np.unique(code, return_inverse=True)[1].astype(np.int64)


def pixels(log: Log, side_m: float) -> Ints:
    """Return (n,) the number of the square of ``side_m`` (m) in which each row lies."""
    return numbered(np.floor(log.x_m / side_m).astype(np.int64), np.floor(log.y_m / side_m).astype(np.int64))


def medians(group: Ints, value: Floats, groups: int) -> Floats:
    """Return (groups,) the median of the values of each group, NaN for an empty one.

    Args:
        group: (n,) number of the group, 0 .. groups-1.
        value: (n,) without NaN.
        groups: how many there are.
    """
    counts = np.bincount(group, minlength=groups)
    order = np.lexsort((value, group))
    start = np.cumsum(counts) - counts
    found = np.full(groups, np.nan)
    some = counts > 0
    ranked = value[order]
    low, high = start[some] + (counts[some] - 1) // 2, start[some] + counts[some] // 2
    found[some] = 0.5 * (ranked[low] + ranked[high])
    return found


def spreads(group: Ints, value: Floats, groups: int) -> Floats:
    """Return (groups,) the robust standard deviation of each group: 1.4826 times the median absolute deviation."""
    middle = medians(group, value, groups)
    return MAD_TO_SD * medians(group, np.abs(value - middle[group]), groups)


def clock_resolution_s(track: Ints, time_s: Floats) -> Floats:
    """Return (tracks,) the coarsest resolution of which all times of a track are multiples; 0 where there is none."""
    tracks = int(track.max()) + 1 if len(track) else 0
    found = np.zeros(tracks)
    for step_s in _RESOLUTIONS_S:
        off = np.bincount(track, weights=np.remainder(time_s, step_s) != 0.0, minlength=tracks)
        found = np.where((found == 0.0) & (off == 0), step_s, found)
    return found
