"""Reads the receptors at which an exposure is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.tables import read_csv_columns, to_numbers
from aqdaq.model.measurements import SetAside

Float = NDArray[np.float64]

NOT_A_NUMBER: Final = "not a number"
NOT_ON_EARTH: Final = "longitude beyond 180 or latitude beyond 90 degrees"
NEGATIVE: Final = "height above the ground is negative"

_PLACES: Final = (("x", "y"), ("lon", "lat"))
_HEIGHTS: Final = ("z", "height_m")
_COLUMNS: Final = ("id", "x", "y", "lon", "lat", "z", "height_m", "material")
#: Further columns that ``exposure receptors`` writes; they are kept as they are and shown beside the figures.
FURTHER: Final = ("kind", "building", "floor", "facade_deg", "flat", "planned", "people")
_MEND: Final = "give id,x,y,z (metres of the project) or id,lon,lat,height_m (degrees, metres above the ground)"


@dataclass(frozen=True, slots=True)
class ReceptorsRead:
    """Receptors in the order of the file. A bad one is kept, without a position, so that every row gets an answer.

    Attributes:
        source: name of the file.
        row: (n,) row of the file, the header being row 1.
        id: (n,) as the file says.
        place: (n, 2) x and y in the CRS of the grid (m), or longitude and latitude (deg); NaN where the row is bad.
        geographic: whether the places are degrees.
        height_m: (n,) NaN where the row is bad.
        above_ground: whether the heights are above the ground, else above the datum of the terrain.
        material: (n,) of what stands around the receptor; empty where the file is silent.
        set_aside: the bad rows.
        further: (n,) texts of each column of ``FURTHER`` that the file has.
    """

    source: str
    row: NDArray[np.int64]
    id: tuple[str, ...]
    place: Float
    geographic: bool
    height_m: Float
    above_ground: bool
    material: tuple[str, ...]
    set_aside: tuple[SetAside, ...]
    further: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of receptors."""
        return len(self.row)


def read_receptors(path: Path) -> ReceptorsRead:
    """Read a table with the columns ``id,x,y,z`` or ``id,lon,lat,height_m``, and perhaps ``material``.

    ``x`` and ``y`` are metres in the CRS of the project and ``z`` metres above the datum of its terrain; ``lon`` and
    ``lat`` degrees (WGS 84) and ``height_m`` metres above the ground. The two kinds of place and the two kinds of
    height may be joined. The columns of ``FURTHER`` are kept as they are. Every line that holds anything is a receptor
    and is counted.

    Raises:
        InputError: the file is missing, empty or no table, lacks a column or says a place or a height twice, or an id
            is missing or stands twice; then the rows that would be set aside are named too.
    """
    frame = read_csv_columns(path, required=("id",), optional=(*_COLUMNS[1:], *FURTHER), keep_bare_rows=True)
    there = [str(name) for name in frame.columns]
    wrong = _column_faults(path.name, there)
    ids = _id_faults(path.name, frame)
    if wrong:
        raise InputError(wrong + ids)
    geographic, above = "lon" in there, "height_m" in there
    names = [*(("lon", "lat") if geographic else ("x", "y")), "height_m" if above else "z"]
    numbers = np.stack([to_numbers(frame[name]) for name in names], axis=1)
    unread = np.isnan(numbers).any(axis=1)
    beyond = ((np.abs(numbers[:, 0]) > 180.0) | (np.abs(numbers[:, 1]) > 90.0)) & geographic
    negative = (numbers[:, 2] < 0.0) & above
    reasons = np.select([unread, beyond, negative], [NOT_A_NUMBER, NOT_ON_EARTH, NEGATIVE], default="")
    bad = reasons != ""
    numbers[bad] = np.nan
    aside = tuple(
        SetAside(path.name, int(frame.index[i]), str(reasons[i]), ", ".join(frame[name].iloc[i] for name in names))
        for i in np.flatnonzero(bad).tolist()
    )
    if ids:
        rows = [Fault(f"{a.source}:{a.row}", f"{a.reason} ({a.value})", "mend the row") for a in aside]
        raise InputError(ids + rows)
    material = frame["material"].tolist() if "material" in there else [""] * len(frame)
    return ReceptorsRead(
        path.name, frame.index.to_numpy(dtype=np.int64), tuple(frame["id"].tolist()), numbers[:, :2], geographic,
        numbers[:, 2], above, tuple(material), aside,
        {name: tuple(frame[name].tolist()) for name in FURTHER if name in there},
    )  # fmt: skip


def _column_faults(file: str, there: list[str]) -> list[Fault]:
    places = [pair for pair in _PLACES if all(name in there for name in pair)]
    heights = [name for name in _HEIGHTS if name in there]
    faults = []
    if len(places) != 1:
        faults.append(Fault(f"{file}:1", "places are given twice" if places else "no columns of a place", _MEND))
    if len(heights) != 1:
        faults.append(Fault(f"{file}:1", "heights are given twice" if heights else "no column of a height", _MEND))
    return faults


def _id_faults(file: str, frame: pd.DataFrame) -> list[Fault]:
    ids = frame["id"]
    faults = [Fault(f"{file}:{row}", "id is empty", "name the receptor") for row in frame.index[ids == ""]]
    twice = frame.index[ids.duplicated() & (ids != "")]
    return faults + [
        Fault(f"{file}:{row}", f"id {ids[row]!r} stands already in another row", "make the ids differ") for row in twice
    ]
