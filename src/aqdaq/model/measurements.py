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
        table: a frame with exactly the columns of ``SCHEMA`` (x and y in the CRS of the grid), no missing value.
    """

    table: pd.DataFrame

    def __post_init__(self) -> None:
        """Check the schema.

        Raises:
            InputError: a column is missing, extra, of the wrong kind, or holds a missing value.
        """
        if list(self.table.columns) != list(SCHEMA):
            raise InputError(Fault("measurements", f"columns {list(self.table.columns)}", f"need {list(SCHEMA)}"))
        for name, kind in SCHEMA.items():
            found = self.table[name]
            if found.isna().any():
                raise InputError(Fault(f"measurements.{name}", f"{int(found.isna().sum())} missing values"))
            numeric = {"i": np.integer, "f": np.floating}.get(kind)
            if numeric is not None and not np.issubdtype(found.to_numpy().dtype, numeric):
                raise InputError(Fault(f"measurements.{name}", f"has type {found.dtype}"))

    @classmethod
    def empty(cls) -> Self:
        """Return a table without rows."""
        types = {"O": "str", "i": "int64", "f": "float64"}
        return cls(pd.DataFrame({name: pd.Series(dtype=types[kind]) for name, kind in SCHEMA.items()}))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.table)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that could not be used, and why. Nothing is dropped without one."""

    source: str
    row: int
    reason: str
    value: str = ""
