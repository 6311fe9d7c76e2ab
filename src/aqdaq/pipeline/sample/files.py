"""The files of the sample, written so that the same city is the same bytes."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyogrio
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from aqdaq.pipeline.sample.city import City, Structure
from aqdaq.pipeline.sample.detailed_plan import Layers
from aqdaq.pipeline.sample.district import Planned
from aqdaq.pipeline.sample.flats import CANDIDATE_COLUMNS, WINDOW_COLUMNS, Home, candidate_rows, window_rows
from aqdaq.pipeline.sample.frame import CRS, LABEL, ORIGIN_M, SIDE_M, TERRAIN_MARGIN_M, to_crs, to_lon_lat
from aqdaq.pipeline.sample.network import SampleCell, SampleSite
from aqdaq.pipeline.sample.streets import WIDTH_M, Street
from aqdaq.pipeline.sample.terrain import TERRAIN_RESOLUTION_M, Terrain
from aqdaq.pipeline.sample.truth import BIAS_SD_DB, FADING_SD_DB, SHADOWING_LENGTH_M, SHADOWING_SD_DB, Truth

#: What stands in every `source` column.
SOURCE: Final = f"{LABEL}: invented by aqdaq sample"

#: GeoPackages hold the time of their writing: always this one.
FIXED_TIME: Final = "2026-01-01T00:00:00.000Z"

LAMP_HEIGHT_M: Final = 9.0


def write_text(path: Path, text: str) -> None:
    """Write text with Unix line ends."""
    path.write_bytes(text.encode("utf-8"))


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table; None becomes an empty field."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_text(path, buffer.getvalue())


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write JSON, indented by one."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_terrain(path: Path, terrain: Terrain) -> None:
    """Write the ground as a compressed GeoTIFF (float32 metres)."""
    heights = terrain.raster_m(TERRAIN_MARGIN_M, TERRAIN_RESOLUTION_M)
    west, north = ORIGIN_M[0] - TERRAIN_MARGIN_M, ORIGIN_M[1] + SIDE_M + TERRAIN_MARGIN_M
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "crs": CRS, "nodata": -9999.0,
        "height": heights.shape[0], "width": heights.shape[1], "compress": "deflate", "predictor": 3,
        "transform": Affine(TERRAIN_RESOLUTION_M, 0.0, west, 0.0, -TERRAIN_RESOLUTION_M, north),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.write(heights, 1)
        file.update_tags(source=SOURCE, TIFFTAG_IMAGEDESCRIPTION=f"{LABEL} ground height in metres")
        file.set_band_description(1, f"{LABEL} ground height (m)")


def write_buildings(path: Path, layer: str, structures: Sequence[Structure]) -> None:
    """Write buildings as polygons; a height that nobody gave is left empty."""
    columns: dict[str, list[Any]] = {
        "id": [s.id for s in structures],
        "height_m": [s.height_m if s.height_known else np.nan for s in structures],
        "floors": [s.floors for s in structures],
        "material": [s.material for s in structures],
        "use": [s.use for s in structures],
        "residents": [s.residents for s in structures],
        "built": [s.built.isoformat() for s in structures],
        "demolished": [None if s.demolished is None else s.demolished.isoformat() for s in structures],
        "owners": [s.owners for s in structures],
        "source": [SOURCE] * len(structures),
    }
    _write_gpkg(path, layer, columns, [to_crs(s.outline) for s in structures])


def write_developments(path: Path, houses: Sequence[Planned]) -> None:
    """Write the planned district as polygons."""
    columns: dict[str, list[Any]] = {
        "id": [h.id for h in houses],
        "name": ["Planned district"] * len(houses),
        "phase": [h.phase for h in houses],
        "use": [h.use for h in houses],
        "height_m": [h.height_m for h in houses],
        "floors": [h.floors for h in houses],
        "residents": [h.residents for h in houses],
        "start": [h.start.isoformat() for h in houses],
        "end": [h.end.isoformat() for h in houses],
        "source": [SOURCE] * len(houses),
    }
    _write_gpkg(path, "buildings", columns, [to_crs(h.outline) for h in houses])


def write_plan(path: Path, layers: Layers) -> None:
    """Write the detailed plan of the district, a layer for each kind of object."""
    path.unlink(missing_ok=True)
    for layer, (columns, shapes) in layers.items():
        labelled = {**columns, "source": [SOURCE] * len(shapes)}
        _add_layer(path, layer, labelled, [to_crs(shape) for shape in shapes])


def write_streets(path: Path, streets: Sequence[Street]) -> None:
    """Write streets as lines."""
    columns: dict[str, list[Any]] = {
        "id": [s.id for s in streets],
        "name": [s.name for s in streets],
        "class": [s.klass for s in streets],
        "width_m": [WIDTH_M[s.klass] for s in streets],
        "source": [SOURCE] * len(streets),
    }
    _write_gpkg(path, "streets", columns, [to_crs(s.line) for s in streets])


def write_lamps(path: Path, places: NDArray[np.float64]) -> None:
    """Write lamp posts as points; ``places`` are (n, 2) local coordinates (m)."""
    columns: dict[str, list[Any]] = {
        "id": [f"LMP-{number:05d}" for number in range(1, len(places) + 1)],
        "height_m": [LAMP_HEIGHT_M] * len(places),
        "kind": ["street_lamp"] * len(places),
        "source": [SOURCE] * len(places),
    }
    _write_gpkg(path, "lamps", columns, [to_crs(Point(x, y)) for x, y in places])


def write_districts(path: Path, districts: Sequence[tuple[str, Polygon | MultiPolygon]]) -> None:
    """Write districts as GeoJSON in longitude and latitude."""
    features = []
    for number, (name, area) in enumerate(districts, start=1):
        outline = mapping(_lon_lat(area))
        properties = {"id": f"D{number}", "name": name, "source": SOURCE}
        features.append({"type": "Feature", "id": number, "properties": properties, "geometry": outline})
    collection = {"type": "FeatureCollection", "name": "districts", "description": SOURCE, "features": features}
    write_text(path, json.dumps(collection, ensure_ascii=False) + "\n")


def write_owners(path: Path, city: City) -> None:
    """Write the owners' associations."""
    rows = ((*owner, SOURCE) for owner in city.owners)
    write_csv(path, ("id", "name", "consent_history", "source"), rows)


def write_sites(path: Path, sites: Sequence[SampleSite]) -> None:
    """Write the site table."""
    lon, lat = to_lon_lat([s.x_m for s in sites], [s.y_m for s in sites])
    rows = (
        (s.id, f"{x:.7f}", f"{y:.7f}", s.structure, s.owners, SOURCE) for s, x, y in zip(sites, lon, lat, strict=True)
    )
    write_csv(path, ("id", "lon", "lat", "structure", "owners", "source"), rows)


def write_cells(path: Path, cells: Sequence[SampleCell]) -> None:
    """Write the cell table; its columns are the fields of a cell."""
    columns = [field.name for field in dataclasses.fields(SampleCell)]
    rows = ([*(getattr(cell, name) for name in columns), SOURCE] for cell in cells)
    write_csv(path, (*columns, "source"), rows)


def write_windows(path: Path, home: Home | None) -> None:
    """Write the windows of the highest home, two of every flat."""
    rows = ((*row, SOURCE) for row in (window_rows(home) if home is not None else ()))
    write_csv(path, (*WINDOW_COLUMNS, "source"), rows)


def write_candidates(path: Path, home: Home | None) -> None:
    """Write the site that is proposed beside the highest home, in the columns of the cell table."""
    rows = ((*row, SOURCE) for row in (candidate_rows(home) if home is not None else ()))
    write_csv(path, (*CANDIDATE_COLUMNS, "source"), rows)


def write_truth(path: Path, truth: Truth, cells: Sequence[SampleCell]) -> None:
    """Write what the tables hide. No run reads it: it is there to judge a result with."""
    table = {cell.id: cell for cell in cells}
    azimuths = [
        {"cell": name, "table_deg": table[name].azimuth_deg, "true_deg": true}
        for name, true in truth.azimuth_deg.items()
    ]
    tilts = [
        {"cell": name, "table_deg": table[name].downtilt_deg, "true_deg": true}
        for name, true in truth.downtilt_deg.items()
    ]
    content = {
        "label": SOURCE,
        "synthetic": True,
        "note": "Not an input of any run.",
        "shadowing_sd_db": SHADOWING_SD_DB,
        "shadowing_length_m": SHADOWING_LENGTH_M,
        "bias_sd_db": BIAS_SD_DB,
        "fading_sd_db": FADING_SD_DB,
        "wrong_azimuths": azimuths,
        "wrong_downtilts": tilts,
        "bias_db": truth.bias_db,
    }
    write_json(path, content)


def _lon_lat(area: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    moved: Polygon | MultiPolygon = shapely.transform(area, lambda xy: np.column_stack(to_lon_lat(xy[:, 0], xy[:, 1])))
    return moved


def _write_gpkg(path: Path, layer: str, columns: dict[str, list[Any]], shapes: Sequence[BaseGeometry]) -> None:
    path.unlink(missing_ok=True)
    _add_layer(path, layer, columns, shapes)


def _add_layer(path: Path, layer: str, columns: dict[str, list[Any]], shapes: Sequence[BaseGeometry]) -> None:
    frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)
    with _fixed_time():
        pyogrio.write_dataframe(
            frame, path, layer=layer, driver="GPKG", layer_options={"DESCRIPTION": SOURCE, "IDENTIFIER": layer}
        )


@contextmanager
def _fixed_time() -> Iterator[None]:
    """Let GDAL write the same time each time, and give the setting back afterwards."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
