"""A tower in real buildings: central Munich with made-up transmitters, before and after 60 m more of mass.

    AQDAQ_REFERENCE_DATA=... python benchmarks/munich_tower.py [--json] [--picture FILE.png]

Three sites with three sectors each stand on roofs of 1,168 buildings; none of them is real. The tower rises 170 m east
of the first site. The picture shows the level of the first site before, after, and what is lost; the shadow must fall
behind the tower and nowhere else.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import Polygon, box

from aqdaq.analysis.construction.mass import shadowed
from aqdaq.model.foresight import Foresight
from aqdaq.pipeline.foresee import ForeseeWish, foresee
from aqdaq.pipeline.foresee_states import read_on, state_on
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.state import State

Array = NDArray[np.float64]

CRS: Final = "EPSG:32632"
#: Middle of the map (m), half its side, and the pixel.
MIDDLE: Final = (691_550.0, 5_334_750.0)
HALF_M, PIXEL_M = 520.0, 5.0
NOW, AFTER = dt.date(2026, 6, 1), dt.date(2029, 6, 1)
TOWER_M: Final = 60.0
#: Made-up sites: metres east and north of the middle.
SITES: Final = {"S1": (-260.0, -170.0), "S2": (250.0, 260.0), "S3": (120.0, -330.0)}
#: The tower: metres from the first site, and its sides.
TOWER_AT, TOWER_SIDES = (170.0, 0.0), (30.0, 40.0)

PROJECT: Final = """\
[project]
name = "Central Munich, made-up transmitters"
[grid]
crs = "EPSG:32632"
resolution_m = 5.0
bounds = [{0}, {1}, {2}, {3}]
[[buildings]]
file = "data/buildings.gpkg"
[[developments]]
file = "data/developments.gpkg"
[network]
sites = "data/sites.csv"
cells = "data/cells.csv"
[service]
definitions = ["kz-4g-outdoor"]
[prediction]
radius_m = 1500.0
profile_step_m = 5.0
"""


@dataclass(frozen=True)
class Tower:
    """The states before and after, the forecast, the tower and the first site."""

    before: State
    after: State
    foresight: Foresight
    outline: Polygon
    site: tuple[float, float]

    def levels(self, site: str = "S1") -> tuple[Array, Array]:
        """Return (rows, cols) the strongest level of a site before and after (dBm)."""
        out = []
        for state in (self.before, self.after):
            cells = [c.id for c in state.inputs.network.cells if c.site_id == site]
            whole = np.full((len(cells), *state.inputs.grid.shape), np.nan)
            for k, cell in enumerate(cells):
                window, level = state.levels(cell)
                whole[k][window.slices] = level
            out.append(np.nanmax(whole, axis=0))
        return out[0], out[1]

    def behind(self, wider_m: float = 0.0) -> NDArray[np.bool_]:
        """Return (rows, cols) where the straight line to the first site meets the tower."""
        grid = self.after.inputs.grid
        x, y = np.meshgrid(*grid.centres())
        hit = shadowed(self.outline.buffer(wider_m), self.site, x.ravel(), y.ravel())
        return hit.reshape(grid.shape)


def make(folder: Path, reference: Path) -> Tower:
    """Write the project, foresee, and return both states.

    Args:
        folder: new.
        reference: folder of the Munich buildings.
    """
    data = folder / "data"
    data.mkdir(parents=True)
    bounds = (MIDDLE[0] - HALF_M, MIDDLE[1] - HALF_M, MIDDLE[0] + HALF_M, MIDDLE[1] + HALF_M)
    (folder / "project.toml").write_text(PROJECT.format(*bounds), encoding="utf-8")
    houses = gpd.read_file(reference / "munich_buildings.geojson").to_crs(CRS)
    houses = houses[houses["height"] > 0.0].rename(columns={"height": "height_m"}).reset_index(drop=True)
    houses["id"] = [f"M{n:04d}" for n in range(len(houses))]
    houses[["id", "height_m", "geometry"]].to_file(data / "buildings.gpkg", layer="buildings")
    site = (MIDDLE[0] + SITES["S1"][0], MIDDLE[1] + SITES["S1"][1])
    at, half = (site[0] + TOWER_AT[0], site[1] + TOWER_AT[1]), (TOWER_SIDES[0] / 2.0, TOWER_SIDES[1] / 2.0)
    outline = box(at[0] - half[0], at[1] - half[1], at[0] + half[0], at[1] + half[1])
    frame = {"id": ["tower"], "height_m": [TOWER_M], "start": ["2027-06-01"], "end": ["2029-06-01"]}
    gpd.GeoDataFrame(frame, geometry=[outline], crs=CRS).to_file(data / "developments.gpkg", layer="buildings")
    _network(data, houses)
    project, quiet = Project.open(folder), Reporter(quiet=True)
    before = state_on(project, read_on(project, NOW, (), NOW), None, None, quiet)
    after = state_on(project, read_on(project, AFTER, (), NOW), before, before, quiet)
    found = foresee(project, ForeseeWish((AFTER,), None, NOW), quiet=True).foresight
    return Tower(before, after, found, outline, site)


def figures(tower: Tower) -> dict[str, Any]:
    """Return what the tower does to the level of the first site, and to the white spots."""
    was, now = tower.levels()
    loss, inside = was - now, _within(tower)
    changed, near, shadow = loss != 0.0, tower.behind(1.5 * PIXEL_M), tower.behind() & ~inside
    first, last = tower.foresight.figures[0], tower.foresight.figures[-1]
    outside = np.where(inside, np.nan, loss)
    return {
        "pixels_changed": int(changed.sum()),
        "changed_not_behind": int((changed & ~near).sum()),
        "pixels_behind": int(shadow.sum()),
        "behind_lower_share": round(float((loss[shadow] > 0.0).mean()), 4),
        "median_loss_behind_db": round(float(np.median(loss[shadow])), 2),
        "largest_loss_db": round(float(np.nanmax(outside)), 2),
        "largest_gain_db": round(float(max(-np.nanmin(outside), 0.0)), 2),
        "white_spots": [first.white_spots, last.white_spots],
        "white_ha": [round(first.area_m2 / 1e4, 2), round(last.area_m2 / 1e4, 2)],
        "causes": sorted({c.id for change in tower.foresight.changes for c in change.causes or ()}),
        "shadowed_cells": sorted({s.cell for s in tower.foresight.shadows}),
    }


def draw(tower: Tower, path: Path) -> None:
    """Draw the level before, after, and the loss, with the buildings."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    was, now = tower.levels()
    grid = tower.after.inputs.grid
    x_min, y_min, x_max, y_max = ((v - o) for v, o in zip(grid.bounds_m, (*MIDDLE, *MIDDLE), strict=True))
    roofs = tower.before.inputs.surface.cropped(grid).above_ground_m > 0.0
    figure = Figure(figsize=(15.5, 4.9), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    parts = [
        ("Before: level of S1 (dBm)", was, "viridis", (-120.0, -50.0)),
        ("After: a tower of 60 m (dBm)", now, "viridis", (-120.0, -50.0)),
        ("Lost (dB)", was - now, "magma_r", (0.0, 30.0)),
    ]
    for k, (title, values, colours, ends) in enumerate(parts):
        axes = figure.add_subplot(1, 3, k + 1)
        shown = axes.imshow(values, cmap=colours, vmin=ends[0], vmax=ends[1], extent=(x_min, x_max, y_min, y_max))
        axes.contour(
            roofs[::-1], levels=[0.5], colors="#777777", linewidths=0.4, extent=(x_min, x_max, y_min, y_max)
        )  # fmt: skip
        axes.plot([v[0] for v in SITES.values()], [v[1] for v in SITES.values()], "^", color="black", mec="white")
        ring = np.array(tower.outline.exterior.coords) - np.array(MIDDLE)
        axes.plot(ring[:, 0], ring[:, 1], color="#d7191c", linewidth=1.6)
        axes.set_title(title, fontsize=11)
        axes.set_xlabel("m east")
        axes.set_ylabel("m north")
        figure.colorbar(shown, ax=axes, fraction=0.046, pad=0.03)
    figure.suptitle("Central Munich, made-up transmitters (buildings © OpenStreetMap contributors)", fontsize=12)
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})


def _within(tower: Tower) -> NDArray[np.bool_]:
    """Return (rows, cols) the tower itself, where receivers are judged at its wall, and what lies before it."""
    import shapely

    x, y = np.meshgrid(*tower.after.inputs.grid.centres())
    near = np.hypot(x - tower.site[0], y - tower.site[1]) < tower.outline.distance(shapely.Point(tower.site))
    return np.asarray(shapely.contains_xy(tower.outline.buffer(PIXEL_M), x, y) | near)


def _network(data: Path, houses: gpd.GeoDataFrame) -> None:
    back = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    sites, cells = [], []
    for number, (name, (east, north)) in enumerate(SITES.items()):
        x, y = MIDDLE[0] + east, MIDDLE[1] + north
        lon, lat = back.transform(x, y)
        sites.append([name, f"{lon:.7f}", f"{lat:.7f}"])
        below = houses[houses.contains(gpd.points_from_xy([x], [y])[0])]["height_m"]
        height = round((float(below.max()) if len(below) else 20.0) + 10.0, 1)
        cells += [
            [f"{name}-{s}", name, "A", "LTE", 1815.0, 20.0, (90.0 + 20 * number + 120 * s) % 360, 4.0, height, 60.0]
            for s in range(3)
        ]
    header = ["id", "site", "operator", "technology", "frequency_mhz", "bandwidth_mhz", "azimuth_deg", "downtilt_deg"]
    _write(data / "sites.csv", ["id", "lon", "lat"], sites)
    _write(data / "cells.csv", [*header, "height_m", "eirp_dbm"], cells)


def _write(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--picture", type=Path)
    asked = parser.parse_args()
    reference = Path(os.environ["AQDAQ_REFERENCE_DATA"]) / "munich_buildings"
    with tempfile.TemporaryDirectory() as folder:
        tower = make(Path(folder) / "munich", reference)
        found = figures(tower)
        if asked.picture is not None:
            draw(tower, asked.picture)
    print(json.dumps(found, indent=1) if asked.json else "\n".join(f"{key}: {value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
