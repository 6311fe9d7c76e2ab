"""Features in CSV: longitude and latitude, or WKT, in EPSG:4326."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.geofile import short_reason

_DECIMALS: Final = 7
_NUMBER: Final = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


def read_csv_features(path: Path) -> gpd.GeoDataFrame:
    """Read a table with columns ``lon`` and ``lat``, or WKT in ``geometry`` or ``wkt`` (upper or lower case).

    A column becomes numeric when all its values are plain numbers; ``007`` stays text.

    Raises:
        InputError: not a table, no such columns, or a place that cannot be read (all of them, with their row; the
            header is row 1).
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False)
    except (OSError, ValueError) as err:
        raise InputError(Fault(path.name, f"cannot be read: {short_reason(err)}", "save it as CSV in UTF-8")) from err
    table = table.fillna("")  # rows cut short
    table = table[(table != "").any(axis=1)]
    known = {str(name).strip().lower(): name for name in reversed(table.columns)}
    wkt = next((known[name] for name in ("geometry", "wkt") if name in known), None)
    if wkt is not None:
        geometry, used = _from_wkt(table[wkt], path.name), [wkt]
    elif {"lon", "lat"} <= set(known):
        used = [known["lon"], known["lat"]]
        geometry = _from_degrees(table[used[0]], table[used[1]], path.name)
    else:
        found = ", ".join(map(str, table.columns))
        raise InputError(Fault(f"{path.name}:1", f"columns are {found}", "need lon and lat, or WKT in geometry or wkt"))
    columns = {name: _typed(table[name]).to_numpy() for name in table.columns if name not in used}
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")


def write_csv_features(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write the attributes and a column ``geometry`` with WKT; the frame is in EPSG:4326."""
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    table["geometry"] = shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=_DECIMALS, trim=True)
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _from_wkt(texts: pd.Series[str], name: str) -> NDArray[Any]:
    geometry = shapely.from_wkt(texts.str.strip().replace("", None).to_numpy(dtype=object), on_invalid="ignore")
    bad = np.flatnonzero(shapely.is_missing(geometry) & (texts.str.strip() != "").to_numpy())
    if bad.size:
        raise InputError(
            [
                Fault(
                    f"{name}:{texts.index[int(row)] + 2}", f"{texts.iloc[row][:40]!r} is not WKT", "mend the geometry"
                )
                for row in bad
            ]
        )
    return np.asarray(geometry, dtype=object)


def _from_degrees(lon: pd.Series[str], lat: pd.Series[str], name: str) -> NDArray[Any]:
    x, y = (pd.to_numeric(column.str.strip(), errors="coerce").to_numpy(dtype=float) for column in (lon, lat))
    bad = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    if bad.size:
        raise InputError(
            [
                Fault(
                    f"{name}:{lon.index[int(row)] + 2}",
                    f"lon {lon.iloc[row]!r}, lat {lat.iloc[row]!r}",
                    "write degrees, 76.95",
                )
                for row in bad
            ]
        )
    return np.asarray(shapely.points(x, y), dtype=object)


def _typed(texts: pd.Series[str]) -> pd.Series[Any]:
    filled = texts.str.strip()
    some = filled[filled != ""]
    if len(some) and some.map(lambda text: _NUMBER.fullmatch(text) is not None).all():
        return pd.to_numeric(filled.replace("", None))
    return texts.astype(object).where(filled != "", None)
