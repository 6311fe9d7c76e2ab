"""Measurements: a columnar table with a checked schema, because there are millions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd

from aqdaq.base.errors import Fault, InputError

#: Column -> numpy kind; ``row`` is the number of the row in its source file, the header being row 1.
SCHEMA: Final[dict[str, str]] = {
    "source": "O",  # name of the file
    "row": "i",
    "x_m": "f",
    "y_m": "f",
    "cell": "O",
    "quantity": "O",  # RSRP, RSCP, RxLev, RSSI
    "level_dbm": "f",
    "date": "O",  # day of the measurement as YYYY-MM-DD, empty where nobody said
    "time_s": "f",  # seconds since 1970-01-01 UTC, NaN where nobody said
    "device": "O",  # what measured, empty where nobody said
    "speed_m_s": "f",  # over ground, NaN where nobody said
    "accuracy_m": "f",  # error of the position, NaN where nobody said
    "route": "O",  # name of the drive or log; never empty
    "count": "i",  # samples merged into the row
    "spread_db": "f",  # their standard deviation, NaN for a single one
    "weight": "f",  # 0 < weight <= 1: a row of a doubtful device or position counts less
    "heard": "b",  # False: the level is only known to lie below level_dbm
    "confidence": "f",  # 0..1 that the row is of this cell; 1 where the table names the cell
}

#: Columns that may hold NaN: nobody said.
UNSTATED: Final = ("time_s", "speed_m_s", "accuracy_m", "spread_db")

#: What a row has where its maker says nothing else; ``route`` is then the name of the source.
DEFAULTS: Final[dict[str, str | int | float | bool]] = {
    "date": "",
    "time_s": np.nan,
    "device": "",
    "speed_m_s": np.nan,
    "accuracy_m": np.nan,
    "count": 1,
    "spread_db": np.nan,
    "weight": 1.0,
    "heard": True,
    "confidence": 1.0,
}

#: Levels (dBm) that a receiver can report; outside they are impossible rows (TS 36.133, TS 38.133, TS 45.008).
POSSIBLE_DBM: Final[dict[str, tuple[float, float]]] = {
    "RSRP": (-160.0, -20.0),
    "RSCP": (-140.0, -15.0),
    "RxLev": (-125.0, -10.0),
    "RSSI": (-160.0, 0.0),
}


@dataclass(frozen=True, slots=True)
class Measurements:
    """Levels measured at places, one row per place and cell.

    Attributes:
        table: a frame with exactly the columns of ``SCHEMA`` (x and y in the CRS of the grid); only the columns of
            ``UNSTATED`` may hold NaN.
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        """Check the schema.

        Raises:
            InputError: a column is missing, extra, of the wrong kind, holds a missing value or one out of its range.
        """
        check_schema(self.table, SCHEMA, UNSTATED, "measurements")
        table = self.table
        ranges = {
            "route": table["route"] != "",
            "count": table["count"] >= 1,
            "weight": (table["weight"] > 0.0) & (table["weight"] <= 1.0),
            "confidence": (table["confidence"] >= 0.0) & (table["confidence"] <= 1.0),
        }
        faults = [
            Fault(f"measurements.{name}", f"{int((~fits).sum())} impossible values")
            for name, fits in ranges.items()
            if not fits.all()
        ]
        if faults:
            raise InputError(faults)

    @classmethod
    def empty(cls) -> Self:
        """Return a table without rows."""
        return cls(empty_frame(SCHEMA))

    @classmethod
    def filled(cls, frame: pd.DataFrame) -> Self:
        """Return a table of ``frame``, columns that it lacks taken from ``DEFAULTS`` and put in order.

        Raises:
            InputError: a column without a default is missing, or the schema does not hold.
        """
        further = {name: value for name, value in DEFAULTS.items() if name not in frame.columns}
        whole = frame.assign(**further)
        if "route" not in whole.columns and "source" in whole.columns:
            whole = whole.assign(route=whole["source"])
        extra = [name for name in whole.columns if name not in SCHEMA]
        return cls(whole[[name for name in SCHEMA if name in whole.columns] + extra])

    @property
    def levels(self) -> Self:
        """The rows that hold a level, not only a bound of it."""
        heard = self.table["heard"].to_numpy()
        return self if heard.all() else type(self)(self.table[heard].reset_index(drop=True))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.table)


#: Of the samples of a phone without service.
SILENT_SCHEMA: Final[dict[str, str]] = {
    "source": "O",
    "row": "i",
    "x_m": "f",
    "y_m": "f",
    "operator": "O",  # whose network was not there; empty: nobody's
    "technology": "O",  # which technology was not there; empty: none
    "floor_dbm": "f",  # below it every level lay, NaN where nobody said
    "date": "O",
    "time_s": "f",
    "device": "O",
    "route": "O",
}


@dataclass(frozen=True, slots=True)
class Silent:
    """Places where a phone had no service: no cell was heard, so there is no level.

    Attributes:
        table: a frame with exactly the columns of ``SILENT_SCHEMA``; ``floor_dbm`` and ``time_s`` may be NaN.
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        """Check the schema.

        Raises:
            InputError: a column is missing, extra, of the wrong kind, or holds a missing value.
        """
        check_schema(self.table, SILENT_SCHEMA, ("floor_dbm", "time_s"), "silent")

    @classmethod
    def empty(cls) -> Self:
        """Return a table without rows."""
        return cls(empty_frame(SILENT_SCHEMA))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.table)


#: Of what a log says beside the level: ``source``, ``row`` and ``cell`` are those of the measurement.
QUALITY_SCHEMA: Final[dict[str, str]] = {
    "source": "O",
    "row": "i",
    "cell": "O",
    "quantity": "O",  # RSRQ, SINR
    "value_db": "f",
}


@dataclass(frozen=True, slots=True)
class Quality:
    """Ratios that a log holds beside its levels (RSRQ, SINR); never mixed with them.

    Attributes:
        table: a frame with exactly the columns of ``QUALITY_SCHEMA``, no missing value.
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        """Check the schema.

        Raises:
            InputError: a column is missing, extra, of the wrong kind, or holds a missing value.
        """
        check_schema(self.table, QUALITY_SCHEMA, (), "quality")

    @classmethod
    def empty(cls) -> Self:
        """Return a table without rows."""
        return cls(empty_frame(QUALITY_SCHEMA))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.table)


#: Of tiles in which mobile data was used.
DATA_USE_SCHEMA: Final[dict[str, str]] = {
    "source": "O",
    "row": "i",  # number of the row in its file, from 1
    "x_m": "f",  # middle of the tile
    "y_m": "f",
    "side_m": "f",  # of the tile on the ground
    "tests": "i",
    "devices": "i",
    "down_kbps": "f",
    "up_kbps": "f",
    "latency_ms": "f",
    "date": "O",  # first day of the period, empty where nobody said
}


@dataclass(frozen=True, slots=True)
class DataUse:
    """Tiles in which somebody used mobile data: weak evidence that some service was somewhere in there.

    It holds no level, operator or technology, so no calibration uses it.

    Attributes:
        table: a frame with exactly the columns of ``DATA_USE_SCHEMA``; speeds and latency may be NaN.
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        """Check the schema.

        Raises:
            InputError: a column is missing, extra, of the wrong kind, or holds a missing value.
        """
        check_schema(self.table, DATA_USE_SCHEMA, ("down_kbps", "up_kbps", "latency_ms"), "data use")

    @classmethod
    def empty(cls) -> Self:
        """Return a table without rows."""
        return cls(empty_frame(DATA_USE_SCHEMA))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.table)


def check_schema(table: pd.DataFrame, schema: dict[str, str], unstated: tuple[str, ...], name: str) -> None:
    """Check the columns of a table, their kinds, and that none but ``unstated`` holds a missing value.

    Raises:
        InputError: one of these does not hold.
    """
    if list(table.columns) != list(schema):
        raise InputError(Fault(name, f"columns {list(table.columns)}", f"need {list(schema)}"))
    kinds = {"i": np.integer, "f": np.floating, "b": np.bool_}
    for column, kind in schema.items():
        found = table[column]
        if column not in unstated and found.isna().any():
            raise InputError(Fault(f"{name}.{column}", f"{int(found.isna().sum())} missing values"))
        numeric = kinds.get(kind)
        if numeric is not None and not np.issubdtype(found.to_numpy().dtype, numeric):
            raise InputError(Fault(f"{name}.{column}", f"has type {found.dtype}"))


def empty_frame(schema: dict[str, str]) -> pd.DataFrame:
    """Return a frame of the columns of ``schema`` without rows."""
    types = {"O": "str", "i": "int64", "f": "float64", "b": "bool"}
    return pd.DataFrame({name: pd.Series(dtype=types[kind]) for name, kind in schema.items()})


def joined_frame(parts: list[pd.DataFrame], schema: dict[str, str]) -> pd.DataFrame:
    """Return the rows of all parts under each other; without any, a frame without rows."""
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else empty_frame(schema)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that could not be used, and why. Nothing is dropped without one."""

    source: str
    row: int
    reason: str
    value: str = ""
