"""Reads the points at which a prediction is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.io.tables import read_csv_columns, to_numbers
from aqdaq.model.measurements import SetAside

NOT_A_NUMBER: Final = "not a number"
NOT_ON_EARTH: Final = "longitude beyond 180 or latitude beyond 90 degrees"


@dataclass(frozen=True, slots=True)
class PointsRead:
    """Points in the order of the file. A bad one is kept, without a position, so that every row gets an answer.

    Attributes:
        source: name of the file.
        row: (n,) number of the input row, the first row of data being 1.
        lon: (n,) longitude (deg); NaN where the row is bad.
        lat: (n,) latitude (deg); NaN where the row is bad.
        cell: (n,) the cell that is asked for; None: the best server of each layer.
        set_aside: the bad rows; their row numbers are those of the file, the header being row 1.
    """

    source: str
    row: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    cell: tuple[str | None, ...]
    set_aside: tuple[SetAside, ...]

    def __len__(self) -> int:
        """Number of points."""
        return len(self.row)


def read_points(path: Path) -> PointsRead:
    """Read a table with the columns ``lon,lat[,cell]`` (deg, WGS 84); other columns are left alone.

    Every line that holds anything, if only separators, is a row and is counted; empty lines are none.

    Raises:
        InputError: the file is missing, empty or no table, or lacks lon or lat.
    """
    frame = read_csv_columns(path, required=("lon", "lat"), optional=("cell",), keep_bare_rows=True)
    lon, lat = to_numbers(frame["lon"]), to_numbers(frame["lat"])
    unread = np.isnan(lon) | np.isnan(lat)
    beyond = (np.abs(lon) > 180.0) | (np.abs(lat) > 90.0)
    bad = unread | beyond
    set_aside = tuple(
        SetAside(
            path.name,
            int(frame.index[i]),
            NOT_A_NUMBER if unread[i] else NOT_ON_EARTH,
            f"{frame['lon'].iloc[i]}, {frame['lat'].iloc[i]}",
        )
        for i in np.flatnonzero(bad).tolist()
    )
    asked: list[str] = frame["cell"].tolist() if "cell" in frame.columns else [""] * len(frame)
    return PointsRead(
        source=path.name,
        row=np.arange(1, len(frame) + 1, dtype=np.int64),
        lon=np.where(bad, np.nan, lon),
        lat=np.where(bad, np.nan, lat),
        cell=tuple(cell or None for cell in asked),
        set_aside=set_aside,
    )
