"""A whole project of 60 x 60 pixels, made in code: two operators, two sites, a slope, some houses, a drive test."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
from affine import Affine
from pyproj import Transformer
from shapely.geometry import Polygon, box

CRS = "EPSG:32643"
X_MIN, Y_MIN, X_MAX, Y_MAX = 652000.0, 4782000.0, 653200.0, 4783200.0
RESOLUTION_M = 20.0
DATE = "2026-06-01"
MEASURED_ROWS = 200

#: Place of each site in metres from the south-western corner.
SITES = {"S1": (300.0, 460.0), "S2": (860.0, 760.0)}

#: id, site, operator, azimuth, on air, off air.
CELLS = (
    ("A-1", "S1", "A", 0.0, "", ""),
    ("A-2", "S1", "A", 120.0, "", ""),
    ("A-3", "S2", "A", 240.0, "", ""),
    ("B-1", "S2", "B", 60.0, "", ""),
    ("B-2", "S2", "B", 180.0, "2025-01-01", ""),
    ("B-3", "S1", "B", 300.0, "", "2026-01-01"),
)

PROJECT = """\
[project]
name = "Tiny town"
synthetic = false

[grid]
crs = "EPSG:32643"
resolution_m = 20.0
bounds = [652000.0, 4782000.0, 653200.0, 4783200.0]

[terrain]
files = ["data/terrain.tif"]

[[buildings]]
file = "data/buildings.gpkg"

[network]
sites = "data/sites.csv"
cells = "data/cells.csv"

[[measurements]]
file = "data/drive_test.csv"

[people]
source = "buildings"

[districts]
file = "data/districts.geojson"

[service]
definitions = ["kz-4g-outdoor"]

[service.overrides.kz-4g-outdoor]
probability = 0.75
minimum_area_m2 = 2000.0

[prediction]
radius_m = 900.0
profile_step_m = 20.0

[calibration]
tile_m = 300.0
"""

#: Houses in metres from the corner: west, south, height, residents, first day. The last one is not built yet.
HOUSES = (
    (200, 600, 12, 40, None),
    (420, 520, 15, 120, None),
    (500, 300, 15, 60, None),
    (700, 800, 15, 60, None),
    (640, 640, 18, 300, None),
    (980, 900, 18, 110, None),
    (900, 420, 9, 25, None),
    (300, 940, 12, 35, None),
    (1040, 180, 12, 45, None),
    (120, 140, 9, 20, None),
    (760, 120, 18, 80, None),
    (300, 500, 60, 200, "2027-01-01"),
)


def make_project(folder: Path) -> Path:
    """Write the project; return its folder."""
    data = folder / "data"
    data.mkdir(parents=True)
    (folder / "project.toml").write_text(PROJECT, encoding="utf-8")
    write_terrain(data / "terrain.tif")
    write_buildings(data / "buildings.gpkg")
    write_network(data)
    write_drive_test(data / "drive_test.csv")
    halves = [box(X_MIN, Y_MIN, X_MIN + 600, Y_MAX), box(X_MIN + 600, Y_MIN, X_MAX, Y_MAX)]
    frame = gpd.GeoDataFrame({"name": ["West", "East"]}, geometry=halves, crs=CRS).to_crs("EPSG:4326")
    frame.to_file(data / "districts.geojson", driver="GeoJSON")
    return folder


def lon_lat(x_m: float, y_m: float) -> tuple[float, float]:
    """Return degrees of a place in metres."""
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(x_m, y_m)
    return float(lon), float(lat)


def write_terrain(path: Path, *, hole: bool = False, crs: str | None = CRS, reach_m: float = 200.0) -> None:
    """Write a slope that rises to the south, ``reach_m`` beyond the grid; perhaps with a hole of 200 m without data."""
    size = round((X_MAX - X_MIN + 2 * reach_m) / RESOLUTION_M)
    down = np.arange(size)[:, None] * RESOLUTION_M
    height = np.broadcast_to(700.0 + 0.06 * down, (size, size)).astype(np.float32)
    if hole:
        height = height.copy()
        height[30:40, 44:54] = -9999.0
    profile = {"driver": "GTiff", "width": size, "height": size, "count": 1, "dtype": "float32", "nodata": -9999.0}
    place = Affine(RESOLUTION_M, 0.0, X_MIN - reach_m, 0.0, -RESOLUTION_M, Y_MAX + reach_m)
    with rasterio.open(path, "w", crs=crs, transform=place, **profile) as target:
        target.write(height, 1)


def write_buildings(path: Path) -> None:
    """Write the houses, 60 by 40 m each."""
    rows = [
        {"id": f"house-{i}", "height_m": float(height), "residents": float(residents), "built": built}
        for i, (_, _, height, residents, built) in enumerate(HOUSES)
    ]
    shapes: list[Polygon] = [
        box(X_MIN + west, Y_MIN + south, X_MIN + west + 60, Y_MIN + south + 40) for west, south, *_ in HOUSES
    ]
    gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS).to_file(path, driver="GPKG")


def write_network(data: Path) -> None:
    """Write sites.csv and cells.csv."""
    places = {name: lon_lat(X_MIN + east, Y_MIN + north) for name, (east, north) in SITES.items()}
    write_rows(data / "sites.csv", ["id", "lon", "lat"], [[n, f"{a:.7f}", f"{b:.7f}"] for n, (a, b) in places.items()])
    header = ["id", "site", "operator", "technology", "frequency_mhz", "bandwidth_mhz", "azimuth_deg", "downtilt_deg"]
    header += ["height_m", "eirp_dbm", "load", "on_air", "off_air"]
    rows = [
        [name, site, operator, "LTE", 1815.0, 20.0, azimuth, 4.0, 30.0, 44.0, 0.5, on_air, off_air]
        for name, site, operator, azimuth, on_air, off_air in CELLS
    ]
    write_rows(data / "cells.csv", header, rows)


def write_drive_test(path: Path) -> None:
    """Write levels along two streets that fall with distance and behind the antenna, and scatter; B-3 is not heard."""
    rng = np.random.default_rng(7)
    rows = []
    for i in range(MEASURED_ROWS):
        along = 40.0 + 1120.0 * i / MEASURED_ROWS
        x, y = (X_MIN + along, Y_MIN + 600.0) if i % 2 else (X_MIN + 560.0, Y_MIN + along)
        name, site, _, azimuth, *_ = CELLS[i % 5]
        dx, dy = x - X_MIN - SITES[site][0], y - Y_MIN - SITES[site][1]
        off = (np.degrees(np.arctan2(dx, dy)) - azimuth + 180.0) % 360.0 - 180.0
        level = -94.0 - 30.0 * np.log10(max(float(np.hypot(dx, dy)), 20.0) / 300.0)
        level += -min(12.0 * (off / 65.0) ** 2, 22.0) + rng.normal(0.0, 5.0)
        lon, lat = lon_lat(x, y)
        rows.append([f"{lon:.7f}", f"{lat:.7f}", name, f"{level:.1f}"])
    write_rows(path, ["lon", "lat", "cell", "level_dbm"], rows)


def write_rows(path: Path, header: list[str], rows: list[list[object]] | list[list[str]]) -> None:
    """Write a CSV table."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return a CSV table by column names."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def edit_cell(path: Path, row: int, column: str, value: str) -> None:
    """Change one field of a CSV table; the header is row 1."""
    rows = read_rows(path)
    rows[row - 2][column] = value
    write_rows(path, list(rows[0]), [list(r.values()) for r in rows])


def edit_text(path: Path, change: Callable[[str], str]) -> None:
    """Change a text file; the change must do something."""
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def listing(folder: Path) -> dict[str, str]:
    """Return every path below a folder with the checksum of its bytes (folders: empty, links: where they point)."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        else:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return found
