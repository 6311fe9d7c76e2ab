"""Vector files: GeoPackage, GeoJSON, GeoParquet, FlatGeobuf, Shapefile, KML and CSV, in and out."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj import CRS

from aqdaq.base.errors import Fault, InputError, OutputError, UsageError
from aqdaq.io.geofile import check_file, gdal_options, short_reason
from aqdaq.io.vector_csv import read_csv_features, write_csv_features

GDAL_ERRORS: Final = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)

#: Suffix -> driver of GDAL and the options that make its output the same every time.
_DRIVERS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    ".gpkg": ("GPKG", {}),
    ".geojson": ("GeoJSON", {"RFC7946": "YES", "COORDINATE_PRECISION": "7"}),
    ".json": ("GeoJSON", {"RFC7946": "YES", "COORDINATE_PRECISION": "7"}),
    ".fgb": ("FlatGeobuf", {}),
    ".shp": ("ESRI Shapefile", {"DBF_DATE_LAST_UPDATE": "2000-01-01", "ENCODING": "UTF-8"}),
    ".kml": ("LIBKML", {}),
}
_SUPPORTED: Final = (*_DRIVERS, ".parquet", ".csv")
_DEGREES: Final = frozenset({".geojson", ".json", ".kml", ".csv"})
_FIXED_DATE: Final = "2000-01-01T00:00:00.000Z"
_SHP_NAME, _SHP_TEXT = 10, 254
#: Columns that GDAL adds to every KML, whether the file says anything in them or not.
_KML_EXTRAS: Final = frozenset(
    {"timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet"}
)


def read_vector(path: Path, *, layer: str | None = None, crs: str) -> gpd.GeoDataFrame:
    """Read the features of a vector file, in two dimensions and in ``crs``, in the order of the file.

    Args:
        path: .gpkg, .geojson, .json, .fgb, .shp, .kml, .parquet, or .csv (EPSG:4326; columns ``lon`` and ``lat``, or
            WKT in ``geometry`` or ``wkt``).
        layer: name of the layer; needed when the file has several.
        crs: CRS to bring the features to.

    Returns:
        The features with index 0, 1, ...; features without geometry are among them.

    Raises:
        InputError: missing, empty, unreadable or unsupported file, unknown layer, no CRS, or coordinates that
            cannot be in it.
    """
    check_file(path)
    suffix = path.suffix.lower()
    if suffix not in _SUPPORTED:
        raise InputError(Fault(path.name, f"{suffix or 'no suffix'} is not supported", f"use {', '.join(_SUPPORTED)}"))
    reader: Callable[[Path, str | None], gpd.GeoDataFrame] = {".parquet": _read_parquet, ".csv": _read_csv}.get(
        suffix, _read_gdal
    )
    frame = reader(path, layer)
    if len(frame) == 0:
        raise InputError(Fault(path.name, "holds no feature", "check the export that made it"))
    _check_range(frame, _crs_of(frame, path), path)
    out = frame.set_geometry(frame.geometry.force_2d()).to_crs(crs).reset_index(drop=True)
    _check_finite(out, path, crs)
    return out


def row_of(path: Path, feature: int) -> str:
    """Return where a feature stands: file and row, the header of a CSV being row 1, or the number of the feature.

    Args:
        path: the file.
        feature: 0 for the first one.
    """
    return f"{path.name}:{feature + (2 if path.suffix.lower() == '.csv' else 1)}"


def write_vector(path: Path, frame: gpd.GeoDataFrame, *, layer: str | None = None) -> None:
    """Write features, the same bytes for the same features.

    GeoJSON, KML and CSV are written in EPSG:4326 (seven decimals in GeoJSON and CSV, about a centimetre); the other
    formats keep the CRS of the frame. Names of a Shapefile's columns are cut to ten characters and stay unique.

    Args:
        path: the file; the suffix picks the format, as in ``read_vector``. A GeoPackage that exists keeps its
            other layers.
        frame: features with a CRS.
        layer: name of the layer where the format has one; the name of the file by default.

    Raises:
        OutputError: the file cannot be written, or the format cannot hold the features.
        UsageError: unknown suffix, or a frame without CRS.
    """
    suffix = path.suffix.lower()
    if suffix not in _SUPPORTED:
        raise UsageError(f"{path.name}: {suffix or 'no suffix'} is not supported, use {', '.join(_SUPPORTED)}")
    if frame.crs is None:
        raise UsageError(f"{path.name}: the features have no CRS")
    if not path.parent.is_dir():  # some drivers would make the folder, others not
        raise OutputError(f"{path.name} cannot be written: there is no folder {path.parent.name}")
    if suffix in _DEGREES:
        frame = frame.to_crs("EPSG:4326")
    try:
        if suffix == ".parquet":
            frame.to_parquet(path, index=False, compression="zstd")
        elif suffix == ".csv":
            write_csv_features(path, frame)
        else:
            _write_gdal(path, _for_shapefile(frame, path.name) if suffix == ".shp" else frame, layer)
    except (*GDAL_ERRORS, OSError) as err:
        raise OutputError(f"{path.name} cannot be written: {short_reason(err)}") from err


def _read_gdal(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    if path.suffix.lower() == ".shp":
        check_shapefile(path)
    try:
        with warnings.catch_warnings(), gdal_options(SHAPE_RESTORE_SHX="NO"):
            # What GDAL merely remarks on (a ring that it closed itself) is no fault.
            warnings.simplefilter("ignore", RuntimeWarning)
            chosen = _choose_layer(path, layer)
            frame = pyogrio.read_dataframe(path, layer=chosen)
    except (*GDAL_ERRORS, OSError, ValueError) as err:
        if isinstance(err, InputError):
            raise
        raise InputError(_unreadable(path, err)) from err
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(Fault(path.name, f"layer {chosen!r} has no geometry", "name a layer that has"))
    if path.suffix.lower() == ".kml":
        frame = frame.drop(columns=[name for name in frame.columns if name in _KML_EXTRAS])
    return frame


def _choose_layer(path: Path, layer: str | None) -> str:
    listed = pyogrio.list_layers(path)
    names = [str(name) for name, _ in listed]
    if layer is not None:
        if layer not in names:
            raise InputError(Fault(path.name, f"has no layer {layer!r}", f"use one of: {', '.join(names)}"))
        return layer
    spatial = [str(name) for name, kind in listed if kind is not None] or names
    if not spatial:
        raise InputError(Fault(path.name, "has no layer", "check the export that made it"))
    if len(spatial) > 1:
        raise InputError(Fault(path.name, f"has {len(spatial)} layers", f"name one: {', '.join(spatial)}"))
    return spatial[0]


def _read_parquet(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    _only_layer(path, layer)
    try:
        return gpd.read_parquet(path)
    except (OSError, ValueError, TypeError, KeyError) as err:
        raise InputError(_unreadable(path, err)) from err


def _read_csv(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    _only_layer(path, layer)
    return read_csv_features(path)


def _only_layer(path: Path, layer: str | None) -> None:
    if layer is not None and layer != path.stem:
        raise InputError(Fault(path.name, f"has no layer {layer!r}", "leave the layer out: the format has none"))


def check_shapefile(path: Path) -> None:
    """Refuse a .shp or .dbf that is shorter than its own header says: GDAL reads on with empty features."""
    with path.open("rb") as file:
        head = file.read(28)
    faults = [path.name] if len(head) < 28 or 2 * int.from_bytes(head[24:28], "big") > path.stat().st_size else []
    table = path.with_suffix(".dbf")
    if table.exists():
        with table.open("rb") as file:
            head = file.read(12)
        rows, start, length = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
        if len(head) < 12 or start + rows * length > table.stat().st_size:
            faults.append(table.name)
    if faults:
        raise InputError([Fault(name, "is cut", "copy it again from where it came") for name in faults])


def _unreadable(path: Path, err: BaseException) -> Fault:
    if path.suffix.lower() == ".shp" and not path.with_suffix(".shx").exists():
        return Fault(path.name, f"{path.stem}.shx is missing beside it", "copy all parts of the Shapefile")
    return Fault(path.name, f"cannot be read: {short_reason(err)}", "check that the file is whole")


def _crs_of(frame: gpd.GeoDataFrame, path: Path) -> CRS:
    if frame.crs is not None:
        return frame.crs
    if path.suffix.lower() == ".shp":
        fault = Fault(path.name, f"has no CRS: {path.stem}.prj is missing or empty", "copy the .prj with the .shp")
    else:
        fault = Fault(path.name, "has no CRS", "assign the one it was made in, e.g. ogr2ogr -a_srs EPSG:32643")
    raise InputError(fault)


def _check_range(frame: gpd.GeoDataFrame, crs: CRS, path: Path) -> None:
    """Refuse latitudes beyond the poles: mostly these are longitudes in the wrong place."""
    if not crs.is_geographic:
        return
    bounds = shapely.bounds(frame.geometry.to_numpy())
    with np.errstate(invalid="ignore"):
        beyond = np.abs(bounds) > np.array([360.0, 90.0, 360.0, 90.0])
    bad = np.flatnonzero(beyond.any(axis=1))
    if bad.size:
        side = int(np.flatnonzero(beyond[bad[0]])[0])
        what = f"{'latitude' if side % 2 else 'longitude'} {bounds[bad[0], side]:.6g} is out of range"
        mend = "write longitude first, then latitude, in degrees; or name the CRS that the file is in"
        raise InputError(Fault(row_of(path, bad[0]), f"{what} ({bad.size} features): lat and lon look swapped", mend))


def _check_finite(frame: gpd.GeoDataFrame, path: Path, crs: str) -> None:
    geometry = frame.geometry.to_numpy()
    there = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    bad = np.flatnonzero(there & ~np.isfinite(shapely.bounds(geometry)).all(axis=1))
    if bad.size:
        what = f"coordinates cannot be brought to {crs[:40]} ({bad.size} features)"
        raise InputError(Fault(row_of(path, bad[0]), what, "check the CRS of the file and of the project"))


def _write_gdal(path: Path, frame: gpd.GeoDataFrame, layer: str | None) -> None:
    driver, options = _DRIVERS[path.suffix.lower()]
    if driver != "GPKG":
        path.unlink(missing_ok=True)
    with warnings.catch_warnings(), gdal_options(OGR_CURRENT_DATE=_FIXED_DATE):
        warnings.simplefilter("ignore", RuntimeWarning)
        pyogrio.write_dataframe(frame, path, layer=layer or path.stem, driver=driver, **options)


def _for_shapefile(frame: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Return the frame with names that fit, and refuse texts that would be cut."""
    names: dict[Any, str] = {}
    for column in [name for name in frame.columns if name != frame.geometry.name]:
        short = _fit(str(column), _SHP_NAME)
        number = 1
        while short in names.values():
            number += 1
            short = _fit(str(column), _SHP_NAME - len(str(number))) + str(number)
        names[column] = short
        values = frame[column].dropna()
        if values.map(lambda v: isinstance(v, str) and len(v.encode()) > _SHP_TEXT).any():
            raise OutputError(f"{name}: column {column!r} has texts of more than {_SHP_TEXT} bytes: write a GeoPackage")
    return frame.rename(columns=names)


def _fit(text: str, size: int) -> str:
    """Cut a name to ``size`` bytes of UTF-8, never inside a character."""
    return text.encode()[:size].decode(errors="ignore")
