"""Peak memory of a large city: `python benchmarks/memory_300_cells.py [--quick] [--json]`.

A synthetic city of 20 x 20 km at 5 m with 300 cells (50 sites, three operators, two technologies), each predicted to
3 km. The stages ``predict``, ``calibrate``, ``fuse`` and ``report`` (with the white spots) run one after the other in
processes of their own, each taking up what the one before left, so each has a peak of its own. ``--quick`` takes a
twentieth of the area and of the sites.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from children import run_job
from machine import machine, versions

SCRIPT: Final = Path(__file__).resolve()
AQDAQ: Final = Path(sys.executable).with_name("aqdaq")
SIDE_M: Final = 20_000.0
SITES: Final = 50
SHARE: Final = 20
RESOLUTION_M: Final = 5.0
RADIUS_M: Final = 3_000.0
CORNER_M: Final = (640_000.0, 4_770_000.0)
CRS: Final = "EPSG:32643"
SEED: Final = 7
STAGES: Final = ("predict", "calibrate", "fuse", "report")
#: Technology, carrier (MHz), bandwidth (MHz), subcarrier spacing (kHz), power (dBm), gain (dBi).
CARRIERS: Final = (("LTE", 1815.0, 20, 15, 46.0, 17.0), ("NR", 3500.0, 100, 30, 49.0, 24.0))
OPERATORS: Final = ("A", "B", "C")
BLOCK_M: Final = 100.0
CELL_COLUMNS: Final = (
    "id,site,operator,technology,frequency_mhz,bandwidth_mhz,scs_khz,power_dbm,gain_dbi,"
    "azimuth_deg,downtilt_deg,height_m,ports,losses_db"
)

PROJECT: Final = """\
[project]
name = "Large synthetic city"
synthetic = true

[grid]
crs = "{crs}"
resolution_m = {resolution}
bounds = [{west}, {south}, {east}, {north}]

[terrain]
files = ["data/terrain.tif"]

[[buildings]]
file = "data/buildings.gpkg"

[network]
sites = "data/sites.csv"
cells = "data/cells.csv"

[service]
definitions = ["kz-4g-outdoor", "kz-5g-outdoor"]

[prediction]
radius_m = {radius}
profile_step_m = {resolution}
"""


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line")
    parser.add_argument("--quick", action="store_true", help=f"1/{SHARE} of the area and of the sites")
    parser.add_argument("--resolution", type=float, default=RESOLUTION_M, help="side of a pixel (m)")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        job = json.loads(args.job)
        print(json.dumps(write_city(Path(job["folder"]), job["side_m"], job["sites"], job["resolution_m"])))
        return
    side, sites = (SIDE_M / SHARE**0.5, math.ceil(SITES / SHARE)) if args.quick else (SIDE_M, SITES)
    print(json.dumps(run(side, sites, args.resolution), indent=None if args.json else 2))


def run(side_m: float, sites: int, resolution_m: float) -> dict[str, Any]:
    """Return the peak of each stage."""
    with tempfile.TemporaryDirectory(prefix="aqdaq-bench-") as folder:
        job = {"folder": folder, "side_m": side_m, "sites": sites, "resolution_m": resolution_m}
        made = run_job(SCRIPT, job)
        stages = {name: stage(Path(folder), name) for name in STAGES}
        on_disk = sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file())
    return {
        "benchmark": "memory_300_cells",
        "side_km": round(side_m / 1e3, 3),
        "resolution_m": resolution_m,
        "radius_m": RADIUS_M,
        **{key: made[key] for key in ("pixels", "sites", "cells", "layers", "buildings")},
        "stages": stages,
        "peak_mib": max(figures["peak_mib"] for figures in stages.values()),
        "disk_mib": round(on_disk / 2**20, 1),
        "versions": versions(),
        "machine": machine(),
    }


def stage(folder: Path, name: str) -> dict[str, float]:
    """Run the project up to a stage and return wall and CPU seconds and peak memory (MiB) of that process.

    Raises:
        SystemExit: the run failed; with what it said.
    """
    print(f"stage {name}", file=sys.stderr, flush=True)
    begin = time.perf_counter()
    command = [str(AQDAQ), "run", str(folder), "--date", "2026-06-01", "--to", name]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert child.stderr is not None
    said = child.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"stage {name} failed: {said.strip().splitlines()[-1:] or status}")
    return {
        "wall_s": round(time.perf_counter() - begin, 2),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
    }


def write_city(folder: Path, side_m: float, sites: int, resolution_m: float) -> dict[str, int]:
    """Write the project: rolling ground, a house on most blocks of a street grid, sites spread evenly.

    Args:
        folder: that is there.
        side_m: of the city, made a whole number of pixels (m).
        sites: three sectors each, on two technologies.
        resolution_m: side of a pixel (m).
    """
    import numpy as np

    side_m = round(side_m / resolution_m) * resolution_m
    west, south = CORNER_M
    (folder / "data").mkdir(parents=True, exist_ok=True)
    text = PROJECT.format(
        crs=CRS,
        resolution=resolution_m,
        west=west,
        south=south,
        east=west + side_m,
        north=south + side_m,
        radius=RADIUS_M,
    )
    (folder / "project.toml").write_text(text, encoding="utf-8")
    rng = np.random.Generator(np.random.PCG64(SEED))
    _write_terrain(folder / "data" / "terrain.tif", side_m)
    buildings = _write_buildings(folder / "data" / "buildings.gpkg", side_m, rng)
    cells = _write_network(folder / "data", side_m, sites, rng)
    layers = min(len(OPERATORS), sites) * len(CARRIERS)
    pixels = round(side_m / resolution_m) ** 2
    return {"pixels": pixels, "sites": sites, "cells": cells, "layers": layers, "buildings": buildings}


def _write_terrain(path: Path, side_m: float, step_m: float = 20.0) -> None:
    """Write rolling ground of 80 m relief, reaching beyond the city."""
    import numpy as np
    import rasterio
    from affine import Affine

    margin = 200.0
    axis = np.arange(-margin, side_m + margin, step_m)
    wave = np.sin(axis[:, None] / 900.0) + np.cos(axis[None, :] / 1300.0) + np.sin((axis[:, None] + axis) / 2100.0)
    ground = np.round(700.0 + 80.0 / 6.0 * wave, 1).astype(np.float32)
    west, south = CORNER_M
    place = Affine(step_m, 0.0, west - margin, 0.0, -step_m, south - margin + ground.shape[0] * step_m)
    with rasterio.open(
        path, "w", driver="GTiff", height=ground.shape[0], width=ground.shape[1], count=1, dtype="float32", crs=CRS,
        transform=place,
    ) as target:  # fmt: skip
        target.write(ground, 1)


def _write_buildings(path: Path, side_m: float, rng: Any) -> int:
    """Write a house of 15 to 60 m a side on four of five blocks."""
    import geopandas as gpd
    import numpy as np
    import shapely

    blocks = np.arange(BLOCK_M / 2, side_m, BLOCK_M)
    x, y = (values.ravel() for values in np.meshgrid(blocks, blocks))
    built = rng.random(len(x)) < 0.8
    x, y = x[built] + CORNER_M[0], y[built] + CORNER_M[1]
    half = rng.uniform(7.5, 30.0, (2, len(x)))
    boxes = shapely.box(x - half[0], y - half[1], x + half[0], y + half[1])
    frame = gpd.GeoDataFrame(
        {
            "id": [f"B{number}" for number in range(len(x))],
            "height_m": np.round(rng.choice([6.0, 15.0, 27.0, 60.0], len(x), p=[0.5, 0.3, 0.18, 0.02]), 1),
        },
        geometry=boxes,
        crs=CRS,
    )
    frame.to_file(path, layer="buildings", driver="GPKG")
    return len(frame)


def _write_network(folder: Path, side_m: float, sites: int, rng: Any) -> int:
    """Write sites on a jittered lattice, and their cells."""
    across = max(round(sites**0.5), 1)
    down = -(-sites // across)
    site_rows, cell_rows = ["id,x,y,structure"], [CELL_COLUMNS]
    for number in range(sites):
        u, v = (number % across + 0.5) / across, (number // across + 0.5) / down
        x, y = (CORNER_M[k] + side_m * share + rng.uniform(-150.0, 150.0) for k, share in enumerate((u, v)))
        name, operator = f"S{number:03d}", OPERATORS[number % len(OPERATORS)]
        site_rows.append(f"{name},{x:.1f},{y:.1f},mast")
        cell_rows += [
            f"{name}-{carrier[0]}{sector},{name},{operator},{','.join(map(str, carrier))},{120 * sector},5,30,2,1"
            for carrier in CARRIERS
            for sector in range(3)
        ]
    (folder / "sites.csv").write_text("\n".join(site_rows) + "\n", encoding="utf-8")
    (folder / "cells.csv").write_text("\n".join(cell_rows) + "\n", encoding="utf-8")
    return len(cell_rows) - 1


if __name__ == "__main__":
    main()
