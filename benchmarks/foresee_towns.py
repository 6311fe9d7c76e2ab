"""Generated towns with planned buildings: as a project that plans them, as one where they stand, and what phones get.

A town of 1 x 1 km at 10 m: houses on a lattice, two operators, and three phases of towers and slabs, some of them in
place of old houses; a phase is finished before the next begins. Its truth is the engine's level over the buildings of
the day, with an error of each cell, an error that hangs together over tens of metres (half of it the receiver's
surroundings, alike for all cells) and fading. Measurements before the works teach the forecast; those after judge it.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from scipy import ndimage
from shapely.geometry import Polygon, box

from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.state import State

Array = NDArray[np.float64]

CRS: Final = "EPSG:32643"
X_MIN, Y_MIN, SIDE_M, PIXEL_M = 652_000.0, 4_782_000.0, 1000.0, 10.0
#: Days: of the drive test before the works, of the forecast, and of the phases of the works.
MEASURED, NOW = dt.date(2026, 5, 4), dt.date(2026, 6, 1)
PHASES: Final = (dt.date(2027, 3, 1), dt.date(2029, 3, 1), dt.date(2031, 3, 1))
WORKS: Final = dt.timedelta(days=600)
#: Standard deviations (dB): of a cell's error, of what hangs together, of fading; and how far it hangs together (m).
CELL_SD_DB, FIELD_SD_DB, FADING_SD_DB, FIELD_M = 2.0, 6.0, 3.0, 40.0

PROJECT: Final = """\
[project]
name = "Generated town"
synthetic = true

[grid]
crs = "EPSG:32643"
resolution_m = 10.0
bounds = [652000.0, 4782000.0, 653000.0, 4783000.0]

[[buildings]]
file = "data/buildings.gpkg"
{developments}
[network]
sites = "data/sites.csv"
cells = "data/cells.csv"
{measurements}
[people]
source = "buildings"

[service]
definitions = ["kz-4g-outdoor"]

[service.overrides.kz-4g-outdoor]
minimum_area_m2 = 1000.0

[prediction]
radius_m = 1200.0
profile_step_m = 10.0
sd_db = 7.0
"""
DEVELOPMENTS: Final = '\n[[developments]]\nfile = "data/developments.gpkg"\n'
MEASUREMENTS: Final = '\n[[measurements]]\nfile = "data/drive_test.csv"\ndate = 2026-05-04\n'


@dataclass(frozen=True)
class Planned:
    """A planned building: outline, height (m), residents, first day of works and of use."""

    id: str
    outline: Polygon
    height_m: float
    residents: int
    start: dt.date
    end: dt.date


@dataclass(frozen=True)
class Town:
    """A town: houses (id, outline, height, residents), sites, cells, and what is planned."""

    seed: int
    houses: tuple[tuple[str, Polygon, float, int], ...]
    planned: tuple[Planned, ...]
    sites: tuple[tuple[str, float, float], ...]
    cells: tuple[tuple[str, str, str, float], ...]


def make_town(seed: int) -> Town:
    """Return the town of a seed."""
    rng = np.random.default_rng((29, seed))
    houses, lots = [], []
    for i in range(9):
        for j in range(9):
            x, y = X_MIN + 60.0 + 105.0 * i + rng.uniform(-8, 8), Y_MIN + 60.0 + 105.0 * j + rng.uniform(-8, 8)
            if rng.random() < 0.2:
                lots.append((x, y))
                if rng.random() < 0.4:  # an old house that gives way
                    houses.append((f"H{i}{j}", box(x - 6.0, y - 6.0, x + 6.0, y + 6.0), 6.0, 4))
                continue
            high = float(rng.choice((6.0, 9.0, 12.0, 15.0, 18.0), p=(0.3, 0.3, 0.2, 0.15, 0.05)))
            wide, deep = rng.uniform(20, 60), rng.uniform(15, 40)
            outline = box(x - wide / 2, y - deep / 2, x + wide / 2, y + deep / 2)
            houses.append((f"H{i}{j}", outline, high, int(outline.area * high / 130.0)))
    planned = []
    for n, (x, y) in enumerate(lots):
        start = PHASES[n % len(PHASES)]
        tower = rng.random() < 0.5
        wide, deep, high = (25.0, 25.0, rng.uniform(45, 75)) if tower else (80.0, 18.0, rng.uniform(27, 40))
        outline = box(x - wide / 2, y - deep / 2, x + wide / 2, y + deep / 2)
        planned.append(Planned(f"P{n:02d}", outline, round(float(high), 1), int(high * 6), start, start + WORKS))
    sites = tuple(
        (f"S{k}", float(X_MIN + u), float(Y_MIN + v))
        for k, (u, v) in enumerate(rng.uniform(100, SIDE_M - 100, (3, 2)).tolist())
    )
    cells = tuple(
        (f"{site}-{operator}{sector}", site, operator, float((turn + 120 * sector) % 360))
        for k, (site, _, _) in enumerate(sites)
        for operator, turn in (("A", 20 * k), ("B", 50 + 30 * k))
        if not (operator == "B" and k == 2)
        for sector in range(3)
    )
    return Town(seed, tuple(houses), tuple(planned), sites, cells)


def write_town(town: Town, folder: Path, *, built: bool, rows: list[list[Any]] | None = None) -> Path:
    """Write the town as a project: what is planned as developments, or as buildings with the day on which they stand.

    Args:
        town: of ``make_town``.
        folder: new.
        built: as buildings.
        rows: of the drive test before the works; None: nothing was measured.
    """
    data = folder / "data"
    data.mkdir(parents=True)
    measured = MEASUREMENTS if rows is not None else ""
    text = PROJECT.format(developments="" if built else DEVELOPMENTS, measurements=measured)
    (folder / "project.toml").write_text(text, encoding="utf-8")
    stands: list[dict[str, Any]] = [
        {"id": i, "height_m": h, "residents": float(n), "built": None, "demolished": None} for i, _, h, n in town.houses
    ]
    shapes = [outline for _, outline, _, _ in town.houses]
    gone = giving_way(town)
    for row in stands:
        row["demolished"] = gone[row["id"]].isoformat() if built and row["id"] in gone else None
    if built:
        stands += [
            {"id": p.id, "height_m": p.height_m, "residents": float(p.residents), "built": p.start.isoformat(),
             "demolished": None}
            for p in town.planned
        ]  # fmt: skip
        shapes += [p.outline for p in town.planned]
    else:
        frame = [
            {"id": p.id, "height_m": p.height_m, "residents": float(p.residents), "start": p.start.isoformat(),
             "end": p.end.isoformat(), "phase": str(PHASES.index(p.start) + 1)}
            for p in town.planned
        ]  # fmt: skip
        outlines = [p.outline for p in town.planned]
        gpd.GeoDataFrame(frame, geometry=outlines, crs=CRS).to_file(data / "developments.gpkg", layer="buildings")
    gpd.GeoDataFrame(stands, geometry=shapes, crs=CRS).to_file(data / "buildings.gpkg", layer="buildings")
    _write_network(town, data)
    if rows is not None:
        _write(data / "drive_test.csv", ["lon", "lat", "cell", "level_dbm"], rows)
    return folder


def giving_way(town: Town) -> dict[str, dt.date]:
    """Return the houses that planned buildings stand on, with the day on which they go."""
    out: dict[str, dt.date] = {}
    for p in town.planned:
        for name, outline, _, _ in town.houses:
            if outline.intersection(p.outline).area > 0.0:
                out[name] = min(p.start, out.get(name, p.start))
    return out


class Truth:
    """What phones really receive in a town: the engine and errors that nobody knows.

    Args:
        town: of ``make_town``.
        cells: ids of the cells, in table order.
    """

    def __init__(self, town: Town, cells: list[str]) -> None:
        rng = np.random.default_rng((31, town.seed))
        n = round(SIDE_M / PIXEL_M)
        self.bias = {cell: float(rng.normal(0.0, CELL_SD_DB)) for cell in cells}
        around = _field(rng, n)
        self.error = {cell: np.sqrt(0.5) * (around + _field(rng, n)) for cell in cells}
        self.rng = rng

    def level_dbm(self, cell: str, predicted_dbm: Array, x_m: Array, y_m: Array) -> Array:
        """Return (n,) levels (dBm) at places where the engine says ``predicted_dbm``."""
        col, row = ((x_m - X_MIN) / PIXEL_M).astype(int), ((Y_MIN + SIDE_M - y_m) / PIXEL_M).astype(int)
        fading = self.rng.normal(0.0, FADING_SD_DB, len(x_m))
        return predicted_dbm + self.bias[cell] + self.error[cell][row, col] + fading


def levels_at(predictor: Predictor, x_m: Array, y_m: Array) -> dict[str, Array]:
    """Return (n,) levels (dBm) of each cell by the engine alone."""
    out = {}
    placed = predictor.placed()
    for site in predictor.network.sites:
        own = [p for p in placed if p.cell.site_id == site.id]
        cells, azimuths = [p.cell for p in own], [p.grid_azimuth_deg for p in own]
        found = predictor.predicted(site, cells, azimuths, x_m, y_m, mode="exact").level_dbm
        out |= {cell.id: level.astype(np.float64) for cell, level in zip(cells, found, strict=True)}
    return out


def drive_before(town: Town, state: State, truth: Truth, places: int = 250) -> list[list[Any]]:
    """Return the rows of a drive test along streets between the houses, on the day of ``state``."""
    rng = np.random.default_rng((37, town.seed))
    lane = rng.integers(0, 8, places) * 105.0 + 112.0
    along = rng.uniform(20.0, SIDE_M - 20.0, places)
    turned = rng.random(places) < 0.5
    x, y = X_MIN + np.where(turned, lane, along), Y_MIN + np.where(turned, along, lane)
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(x, y)
    rows: list[list[Any]] = []
    for cell, predicted in levels_at(state.predictor, x, y).items():
        level = truth.level_dbm(cell, predicted, x, y)
        rows += [
            [f"{a:.7f}", f"{b:.7f}", cell, f"{v:.1f}"] for a, b, v in zip(lon, lat, level, strict=True) if v > -125.0
        ]
    return rows


def _field(rng: np.random.Generator, n: int) -> Array:
    smooth = ndimage.gaussian_filter(rng.normal(size=(n, n)), FIELD_M / PIXEL_M / 2.0, mode="wrap")
    return np.asarray(FIELD_SD_DB * smooth / smooth.std())


def _write_network(town: Town, data: Path) -> None:
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    rows = []
    for name, x, y in town.sites:
        lon, lat = to_degrees.transform(x, y)
        rows.append([name, f"{lon:.7f}", f"{lat:.7f}"])
    _write(data / "sites.csv", ["id", "lon", "lat"], rows)
    header = ["id", "site", "operator", "technology", "frequency_mhz", "bandwidth_mhz", "azimuth_deg", "downtilt_deg"]
    table = [[i, s, o, "LTE", 1815.0, 20.0, a, 4.0, 28.0, 38.0] for i, s, o, a in town.cells]
    _write(data / "cells.csv", [*header, "height_m", "eirp_dbm"], table)


def _write(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
