"""The tables of the accuracy benchmark: what is read of them, what is checked, and what stands in for blanks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from aqdaq.analysis.fusion.typical import technology_of
from aqdaq.base.errors import Fault, InputError

Array = NDArray[np.float64]

TEXT: Final = ("row_id", "point_id", "cell_id", "regime", "technology", "fold")
PLACES: Final = ("tx_lon", "tx_lat", "rx_lon", "rx_lat")
FIGURES: Final = ("tx_height_m", "azimuth_deg", "eirp_dbm", "frequency_mhz")
NEEDED: Final = ("row_id", "cell_id", *PLACES)
#: Columns that are read of the rows to forecast: nothing that was measured on them.
ASKED: Final = (*TEXT, *PLACES, *FIGURES)
#: Columns that are read of the rows to learn from.
TAUGHT: Final = (*ASKED, "level_dbm", "n_obs")

#: Height of a base antenna (m) where the table gives none, and its bounds.
HEIGHT_M: Final = 30.0
HEIGHT_BOUNDS_M: Final = (3.0, 400.0)
#: Sites nearer than this (m) are one.
SITE_M: Final = 20.0


@dataclass(frozen=True)
class Tables:
    """Both tables on one plane.

    Attributes:
        train: rows to learn from, several times where they serve several folds and regimes.
        test: rows to forecast.
        latitude_deg: of the middle (deg).
        longitude_deg: of the middle (deg).
    """

    train: pd.DataFrame
    test: pd.DataFrame
    latitude_deg: float
    longitude_deg: float


def read_tables(train: Path, test: Path) -> Tables:
    """Read both files.

    Raises:
        InputError: with all faults of a file.
    """
    asked = _read(test, ASKED, NEEDED)
    _check_asked(test, asked)
    taught = _read(train, TAUGHT, (*NEEDED[1:], "level_dbm"))
    good = np.isfinite(taught[[*PLACES, "level_dbm"]]).all(axis=1).to_numpy()
    if not good.all():
        print(f"{train}: {int((~good).sum())} rows without a place or a level are left out", file=sys.stderr)
    taught = taught[good].reset_index(drop=True)
    lon, lat = _middle(asked)
    plane = Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lat_0={lat!r} +lon_0={lon!r} +datum=WGS84 +units=m", always_xy=True
    )
    for table in (taught, asked):
        for end in ("tx", "rx"):
            table[f"{end}_x"], table[f"{end}_y"] = plane.transform(
                table[f"{end}_lon"].to_numpy(), table[f"{end}_lat"].to_numpy()
            )
    _fill(taught, asked)
    return Tables(taught, asked, lat, lon)


def _check_asked(test: Path, asked: pd.DataFrame) -> None:
    repeated = asked["row_id"].duplicated()
    if repeated.any():
        what = f"{int(repeated.sum())} rows repeat a row_id, the first is {asked['row_id'][repeated].iloc[0]!r}"
        raise InputError([Fault(f"{test}:{int(np.flatnonzero(repeated)[0]) + 2}", what, "name every row once")])
    bad = ~np.isfinite(asked[list(PLACES)]).all(axis=1)
    if bad.any():
        what = f"{int(bad.sum())} rows without a number in {', '.join(PLACES)}"
        raise InputError([Fault(f"{test}:{int(np.flatnonzero(bad)[0]) + 2}", what, "every row needs both places")])


def _read(path: Path, columns: Sequence[str], needed: Sequence[str]) -> pd.DataFrame:
    """Return the columns of a file that may be read, absent ones empty; no other column is looked at."""
    table = _text_of(path, columns, needed)
    faults, out = [], {}
    for name in columns:
        given = table[name] if name in table else pd.Series(pd.NA, index=table.index, dtype="string")
        given = given.fillna("").str.strip()
        if name in TEXT:
            out[name] = given.astype(object)
            continue
        blank = given.str.lower().isin(["", "nan"])
        values = pd.to_numeric(given.where(~blank), errors="coerce").astype("float64")
        values = values.where(np.isfinite(values))
        wrong = values.isna() & ~blank
        if name in PLACES:
            wrong |= values.abs() > (180.0 if name.endswith("lon") else 90.0)
        if wrong.any():
            at = int(np.flatnonzero(wrong.to_numpy())[0])
            what = f"{int(wrong.sum())} rows of {name} are impossible, the first is {given[at]!r}"
            faults.append(Fault(f"{path}:{at + 2}", what, "give a number in range, or nothing"))
        out[name] = values
    if faults:
        raise InputError(faults)
    return pd.DataFrame(out)


def _text_of(path: Path, columns: Sequence[str], needed: Sequence[str]) -> pd.DataFrame:
    """Return the wanted columns of a file that it has, as text."""
    try:
        names = list(pd.read_csv(path, nrows=0).columns)
        table = pd.read_csv(path, usecols=[name for name in columns if name in names], dtype="string")
    except (OSError, ValueError) as error:
        raise InputError([Fault(str(path), f"cannot be read: {error}", "give a CSV file in UTF-8")]) from error
    missing = [name for name in needed if name not in names]
    if missing:
        what = f"no column {', '.join(missing)}; there are: {', '.join(names)}"
        raise InputError([Fault(f"{path}:1", what, "name the columns as the splits do")])
    if table.empty and "level_dbm" not in columns:
        raise InputError([Fault(str(path), "holds no rows", "give at least one row")])
    return table


def _middle(table: pd.DataFrame) -> tuple[float, float]:
    """Return longitude and latitude (deg) of the middle of the receivers, right across the date line too."""
    lon, lat = np.radians(table["rx_lon"].to_numpy()), np.radians(table["rx_lat"].to_numpy())
    x, y, z = (np.cos(lat) * np.cos(lon)).mean(), (np.cos(lat) * np.sin(lon)).mean(), np.sin(lat).mean()
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def _fill(train: pd.DataFrame, test: pd.DataFrame) -> None:
    """Put what is typical into the blanks of both tables, cell by cell, and number cells and sites."""
    for table in (train, test):
        table["fold"] = [_plain_number(name) for name in table["fold"]]
        table.loc[table["regime"] == "", "regime"] = "dense"
        table["key"] = table["technology"] + "|" + table["cell_id"]
        table.loc[table["frequency_mhz"] <= 0.0, "frequency_mhz"] = np.nan
        table["azimuth_deg"] = table["azimuth_deg"] % 360.0
    empty = test["point_id"] == ""
    test.loc[empty, "point_id"] = [f"{a:.7f}_{b:.7f}" for a, b in test.loc[empty, ["rx_lat", "rx_lon"]].to_numpy()]
    both = pd.concat([test, train], ignore_index=True)
    cells = both.groupby("key", sort=True)[[*FIGURES, "tx_x", "tx_y", "technology"]].first()
    cells["eirp_known"] = cells["eirp_dbm"].notna()
    kinds = {name: technology_of(name) for name in cells["technology"].unique()}
    for column, stands_in in (("eirp_dbm", "eirp_dbm"), ("frequency_mhz", "frequency_mhz")):
        usual = cells.groupby("technology")[column].transform("median")
        typical = cells["technology"].map({name: getattr(kind, stands_in) for name, kind in kinds.items()})
        cells[column] = cells[column].fillna(usual).fillna(typical)
    cells["tx_height_m"] = cells["tx_height_m"].fillna(HEIGHT_M).clip(*HEIGHT_BOUNDS_M)
    cells["site"] = [f"{x:.0f} {y:.0f}" for x, y in np.round(cells[["tx_x", "tx_y"]].to_numpy() / SITE_M)]
    for table in (train, test):
        for column in ("eirp_dbm", "frequency_mhz", "tx_height_m"):
            stands_in = table["key"].map(cells[column])
            table[column] = stands_in if column == "tx_height_m" else table[column].fillna(stands_in)
        for column in ("azimuth_deg", "tx_x", "tx_y", "site", "eirp_known"):
            table[column] = table["key"].map(cells[column])


def _plain_number(name: str) -> str:
    """Return ``3`` for ``3.0``: one table may have the folds as whole numbers and the other not."""
    try:
        value = float(name)
    except ValueError:
        return name
    return str(int(value)) if value.is_integer() else name
