"""A town of the benchmark of causes as a project folder."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import rasterio
from affine import Affine
from pyproj import Transformer
from shapely.affinity import translate

from cause_towns import Town

CRS: Final = "EPSG:32643"
ORIGIN_M: Final = (652000.0, 4782000.0)
RESOLUTION_M: Final = 20.0
CELL_COLUMNS: Final = (
    "id site operator technology frequency_mhz bandwidth_mhz azimuth_deg downtilt_deg height_m eirp_dbm load off_air"
)


def write_town(town: Town, folder: Path, *, threshold_dbm: float, minimum_area_m2: float = 6000.0) -> None:
    """Write a town as a project folder."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    west, south = ORIGIN_M
    east, north = west + town.width_m, south + town.depth_m
    (folder / "project.toml").write_text(
        PROJECT.format(bounds=[west, south, east, north], threshold=threshold_dbm, area=minimum_area_m2),
        encoding="utf-8",
    )
    _write_ground(town, data / "terrain.tif")
    rows: list[dict[str, Any]] = [
        {"id": f"house-{n}", "height_m": h.height_m, "built": h.built.isoformat() if h.built else None}
        for n, h in enumerate(town.houses)
    ]
    shapes = [translate(h.outline, *ORIGIN_M) for h in town.houses]
    gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS).to_file(data / "buildings.gpkg", driver="GPKG")
    _write_network(town, data)


def _write_ground(town: Town, path: Path) -> None:
    margin = 200.0
    cols, rows = (math.ceil((side + 2 * margin) / RESOLUTION_M) for side in (town.width_m, town.depth_m))
    x = (np.arange(cols) + 0.5) * RESOLUTION_M - margin
    y = town.depth_m + margin - (np.arange(rows) + 0.5) * RESOLUTION_M
    ground = town.ground_m(x[None, :], y[:, None]).astype(np.float32)
    place = Affine(RESOLUTION_M, 0.0, ORIGIN_M[0] - margin, 0.0, -RESOLUTION_M, ORIGIN_M[1] + town.depth_m + margin)
    with rasterio.open(
        path, "w", driver="GTiff", width=cols, height=rows, count=1, dtype="float32", crs=CRS, transform=place
    ) as target:
        target.write(ground, 1)


def _write_network(town: Town, data: Path) -> None:
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    sites, cells = [], []
    for m in town.masts:
        lon, lat = to_degrees.transform(ORIGIN_M[0] + m.x_m, ORIGIN_M[1] + m.y_m)
        sites.append([m.name, f"{lon:.7f}", f"{lat:.7f}"])
        off = m.off_air.isoformat() if m.off_air else ""
        cells += [
            [
                f"{m.name}-{s + 1}",
                m.name,
                "A",
                "LTE",
                town.frequency_mhz,
                20.0,
                f"{a:.1f}",
                4.0,
                f"{m.height_m:.1f}",
                f"{p:.2f}",
                0.5,
                off,
            ]
            for s, (a, p) in enumerate(zip(m.azimuths_deg, m.eirp_dbm, strict=True))
        ]
    for name, head, rows in (("sites", "id lon lat", sites), ("cells", CELL_COLUMNS, cells)):
        with (data / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(head.split())
            writer.writerows(rows)


PROJECT: Final = """\
[project]
name = "A town with a planted cause"
synthetic = true

[grid]
crs = "EPSG:32643"
resolution_m = 20.0
bounds = {bounds}

[terrain]
files = ["data/terrain.tif"]

[[buildings]]
file = "data/buildings.gpkg"

[network]
sites = "data/sites.csv"
cells = "data/cells.csv"

[service]
definitions = ["kz-4g-outdoor"]

[service.overrides.kz-4g-outdoor]
threshold_dbm = {{ LTE = {threshold:.2f} }}
probability = 0.9
minimum_area_m2 = {area}

[prediction]
radius_m = 4000.0
profile_step_m = 20.0

[calibration]
enabled = false
"""
