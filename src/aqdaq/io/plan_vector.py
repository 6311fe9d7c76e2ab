"""Plans in vector files that GDAL reads: any number of layers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyproj import CRS

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.geofile import gdal_options, short_reason
from aqdaq.io.plan_mapping import LayerMapping
from aqdaq.io.plan_source import RawFeature, RawLayer
from aqdaq.io.vector import GDAL_ERRORS, check_shapefile
from aqdaq.io.vector_csv import read_csv_features

#: Formats that may name further files or hosts to read from: what a plan says must lie in its own file.
_POINTERS: Final = frozenset({".vrt", ".xml", ".wfs"})


class VectorPlan:
    """A plan in a vector file."""

    kinds: Mapping[str, str] = {}

    def __init__(self, path: Path) -> None:
        """Open the file and count its features.

        Raises:
            InputError: it cannot be read.
        """
        self.path = path
        self._whole = _read_whole(path)
        if self._whole is not None:
            self.counts: Mapping[str, int] = {path.stem: len(self._whole)}
            return
        if path.suffix.lower() in _POINTERS:
            raise InputError(Fault(path.name, f"{path.suffix} is not supported", "use GeoPackage or GeoJSON"))
        if path.suffix.lower() == ".shp":
            check_shapefile(path)
        self.counts = self._listed()

    def read(self, name: str, use: LayerMapping | None) -> RawLayer:  # noqa: ARG002 - a drawing needs it
        """Return one layer.

        Raises:
            InputError: it cannot be read.
        """
        frame = self._whole if self._whole is not None else self._frame(name)
        crs = CRS.from_user_input(frame.crs) if frame.crs is not None and not _undefined(frame.crs) else None
        columns = [str(c) for c in frame.columns if c != frame.geometry.name]
        values = {c: frame[c].tolist() for c in columns}
        shapes = frame.geometry.to_numpy()
        first = 2 if self.path.suffix.lower() == ".csv" else 1
        features = tuple(
            RawFeature(i + first, str(i + first), shapes[i], {c: _bare(column[i]) for c, column in values.items()})
            for i in range(len(frame))
        )
        return RawLayer(name, crs, tuple(columns), features)

    def _listed(self) -> dict[str, int]:
        try:
            with warnings.catch_warnings(), gdal_options(SHAPE_RESTORE_SHX="NO"):
                warnings.simplefilter("ignore", RuntimeWarning)
                names = [str(name) for name, kind in pyogrio.list_layers(self.path) if kind is not None]
                return {
                    n: int(pyogrio.read_info(self.path, layer=n, force_feature_count=True)["features"]) for n in names
                }
        except (*GDAL_ERRORS, OSError, ValueError) as err:
            what = f"cannot be read: {short_reason(err)}"
            raise InputError(Fault(self.path.name, what, "check that the file is whole and of a known format")) from err

    def _frame(self, name: str) -> gpd.GeoDataFrame:
        try:
            with warnings.catch_warnings(), gdal_options(SHAPE_RESTORE_SHX="NO"):
                warnings.simplefilter("ignore", RuntimeWarning)
                frame = pyogrio.read_dataframe(self.path, layer=name)
        except (*GDAL_ERRORS, OSError, ValueError) as err:
            what = f"layer {name!r} cannot be read: {short_reason(err)}"
            raise InputError(Fault(self.path.name, what, "check that the file is whole")) from err
        if not isinstance(frame, gpd.GeoDataFrame):
            raise InputError(Fault(self.path.name, f"layer {name!r} has no geometry", "name a layer that has"))
        return frame


def _read_whole(path: Path) -> gpd.GeoDataFrame | None:
    """Return the features of the formats that GDAL does not read here, None for the others."""
    if path.suffix.lower() == ".csv":
        return read_csv_features(path)
    if path.suffix.lower() == ".parquet":
        try:
            return gpd.read_parquet(path)
        except (OSError, ValueError, TypeError, KeyError) as err:
            raise InputError(Fault(path.name, f"cannot be read: {short_reason(err)}", "check the file")) from err
    return None


def _undefined(crs: Any) -> bool:
    """Return whether a CRS only says that there is none: undefined in GeoPackage, a CAD frame in a shapefile."""
    found = CRS.from_user_input(crs)
    return found.name.casefold().startswith("undefined") or bool(found.is_engineering)


def _bare(value: Any) -> Any:
    return None if value is None or (not isinstance(value, list | dict | np.ndarray) and pd.isna(value)) else value
