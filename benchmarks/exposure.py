"""How long a million receptors and thirty sources take, in free space and through the buildings of the sample city.

``python benchmarks/exposure.py --json``. The kernels are compiled before the clock starts. The receptors stand a metre
before the facades of the sample city, at the height of a floor; the sources are cells of it, each at its own place.
Free space is also done in plain numpy, on one core. The memory of a quarter of a million receptors and of all of them,
each in a process of its own, shows whether it grows with their number.

``--part pack``: the evidence pack of the site that the sample proposes, all receptors within 300 m, the table of the
home of 120 flats, three languages: from opening the project to the files.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from children import run_job
from machine import machine, versions

Float = NDArray[np.float64]

RECEPTORS: Final = 1_000_000
SOURCES: Final = 30
CHUNK: Final = 65_536
#: Of the inverse: candidates on roofs, and receptors that they must spare.
CANDIDATES: Final = 3000
AT: Final = 2000
DAY: Final = "2026-06-01"
#: Seed of the city and of the receptors.
SEED: Final = 1


def make_scene(folder: Path) -> tuple[Any, Any, Any]:
    """Return the sources, the walls and the buildings with their ground of a sample city."""
    import datetime as dt

    from aqdaq.analysis.exposure.sources import sources_of
    from aqdaq.pipeline.exposure import Setting, field_of
    from aqdaq.pipeline.exposure_limits import load_practice
    from aqdaq.pipeline.project import Project
    from aqdaq.pipeline.sample import write_sample
    from aqdaq.pipeline.state import predictor_of

    if not folder.exists():
        write_sample(folder, seed=SEED)
    project, date = Project.open(folder), dt.date.fromisoformat(DAY)
    field = field_of(project, date, Setting(("kz", "icnirp2020"), line_of_sight=True))
    per_site = {p.cell.site_id: p for p in predictor_of(project, field.inputs).placed()}
    chosen = list(per_site.values())[:SOURCES]
    sources = sources_of(chosen, field.ground, load_practice(project, date)[1])
    assert len(sources.emitters.places_m) == len(chosen) == SOURCES
    return replace(field, sources=sources), field.city, [b for b in field.inputs.buildings if b.stands(date)]


def facade_blocks(field: Any, buildings: list[Any], count: int) -> Iterator[Float]:
    """Yield receptors a metre before random places of random facades, a block at a time."""
    import shapely

    outlines = shapely.boundary(np.array([b.footprint.buffer(1.0) for b in buildings], dtype=object))
    heights = np.array([b.height_m for b in buildings])
    weight = shapely.length(outlines) * heights
    rng = np.random.default_rng(SEED)
    while count:
        n = min(CHUNK, count)
        which = rng.choice(len(buildings), n, p=weight / weight.sum())
        spots = shapely.line_interpolate_point(outlines[which], rng.uniform(0.0, 1.0, n), normalized=True)
        xy = shapely.get_coordinates(spots)
        floor = 1.5 + 3.0 * np.floor(rng.uniform(0.0, 1.0, n) * np.maximum(heights[which] / 3.0, 1.0))
        yield np.column_stack([xy, field.ground(xy[:, 0], xy[:, 1]) + floor])
        count -= n


def evaluate(field: Any, walls: Any, blocks: Iterator[Float]) -> dict[str, float]:
    """Return what a run over blocks of receptors finds, and the seconds it takes."""
    from aqdaq.analysis.exposure.evaluate import exposure_in_blocks

    begin, cpu = time.perf_counter(), time.process_time()
    over, total = 0, 0.0
    for found in exposure_in_blocks(blocks, field.sources, field.limits, walls=walls):
        over += int((found.theoretical.ratio[0] > 1.0).sum())
        total += float(np.nansum(found.theoretical.s_w_m2))
    spent = time.perf_counter() - begin
    return {"s": spent, "cpu_s": time.process_time() - cpu, "over_kz": over, "sum_w_m2": total}


def plain_numpy(field: Any, at: Float) -> tuple[Float, float]:
    """Return the power density of all sources in free space by arrays alone (W/m2), and the seconds it takes."""
    begin = time.perf_counter()
    total = np.zeros(len(at))
    for placed, eirp_w, place in zip(
        field.sources.cells, field.sources.eirp_w, field.sources.emitters.places_m, strict=True
    ):
        cell, antenna = placed.cell, placed.cell.antenna
        dx, dy, dz = (at - place).T
        turn = np.radians(placed.grid_azimuth_deg)
        tilt = np.radians(cell.downtilt_deg)
        ahead, right = dx * np.sin(turn) + dy * np.cos(turn), dx * np.cos(turn) - dy * np.sin(turn)
        forward, up = np.cos(tilt) * ahead - np.sin(tilt) * dz, np.sin(tilt) * ahead + np.cos(tilt) * dz
        phi = np.degrees(np.arctan2(right, forward))
        theta = np.degrees(np.arctan2(up, np.hypot(forward, right)))
        across = np.minimum(12.0 * (phi / antenna.horizontal_beamwidth_deg) ** 2, antenna.front_to_back_db)
        along = np.minimum(12.0 * (theta / antenna.vertical_beamwidth_deg) ** 2, antenna.side_lobe_db)
        loss = np.minimum(across + along, antenna.front_to_back_db)
        total += eirp_w * 10.0 ** (-loss / 10.0) / (4.0 * np.pi * (dx**2 + dy**2 + dz**2))
    return total, time.perf_counter() - begin


def measure(folder: Path) -> dict[str, Any]:
    """Return the figures of one process: seconds, the ratio to numpy, and how far the two are apart."""
    from aqdaq.analysis.exposure.evaluate import exposure_at

    field, city, buildings = make_scene(folder)
    blocks = list(facade_blocks(field, buildings, RECEPTORS))
    for walls in (None, city.walls):
        evaluate(field, walls, iter([blocks[0][:10]]))
    free, seen = evaluate(field, None, iter(blocks)), evaluate(field, city.walls, iter(blocks))
    at = np.concatenate(blocks)
    plain, plain_s = plain_numpy(field, at)
    ours = exposure_at(at, field.sources, field.limits).theoretical.s_w_m2
    far = np.abs(ours / plain - 1.0)
    return {
        "receptors": RECEPTORS, "sources": SOURCES, "walls": len(city.walls.edges_m),
        "free_space_s": round(free["s"], 3), "free_space_cpu_s": round(free["cpu_s"], 3),
        "line_of_sight_s": round(seen["s"], 3), "line_of_sight_cpu_s": round(seen["cpu_s"], 3),
        "numpy_s": round(plain_s, 3), "ratio_to_numpy": round(plain_s / free["s"], 2),
        "same_as_numpy_share": round(float((far < 1e-6).mean()), 5),
        "over_kz_free_space": free["over_kz"], "over_kz_line_of_sight": seen["over_kz"],
    }  # fmt: skip


def memory(folder: Path, count: int) -> dict[str, Any]:
    """Return what a run over so many receptors finds; its peak memory is that of the process."""
    field, city, buildings = make_scene(folder)
    return evaluate(field, city.walls, facade_blocks(field, buildings, count))


def pack(folder: Path) -> dict[str, Any]:
    """Return how long the evidence pack of the proposed site takes, from reading the project to its files."""
    import csv
    import datetime as dt

    from aqdaq.pipeline.exposure import Setting, field_of
    from aqdaq.pipeline.exposure_pack import Question, pack_of
    from aqdaq.pipeline.exposure_pack_files import pack_record, write_pack
    from aqdaq.pipeline.project import Project
    from aqdaq.pipeline.sample import write_sample
    from aqdaq.pipeline.sample.flats import CANDIDATE

    write_sample(folder, seed=SEED)
    with (folder / "data" / "windows.csv").open(encoding="utf-8") as stream:
        home = next(csv.DictReader(stream))["building"]
    figures: dict[str, Any] = {}
    for name, sight in (("warm", False), ("free_space", False), ("line_of_sight", True)):
        begin = time.perf_counter(), time.process_time()
        project, date = Project.open(folder), dt.date.fromisoformat(DAY)
        field = field_of(project, date, Setting(("kz", "icnirp2020"), line_of_sight=sight))
        made = pack_of(project, field, Question(CANDIDATE, (home,)))
        computed = time.perf_counter()
        files = write_pack(made, folder / name, ("kk", "ru", "en"))
        figures |= {
            f"{name}_s": round(time.perf_counter() - begin[0], 2),
            f"{name}_cpu_s": round(time.process_time() - begin[1], 2),
            f"{name}_of_it_writing_s": round(time.perf_counter() - computed, 2),
        }  # fmt: skip
    flats = {row["flat"] for row in pack_record(made)["flats"] if row["flat"]}
    size = sum(path.stat().st_size for path in files)
    about = {"receptors": len(made.receptors), "cells": len(made.antennas), "flats": len(flats)}
    return {**about, "files": len(files), "files_mib": round(size / 2**20, 2), **figures}


def solve(folder: Path) -> dict[str, Any]:
    """Return how long it takes to say how much room each of thousands of candidates on roofs has."""
    import shapely

    from aqdaq.analysis.exposure.inverse import Candidate, candidate_room
    from aqdaq.pipeline.exposure_limits import load_practice
    from aqdaq.pipeline.project import Project

    field, city, buildings = make_scene(folder)
    factors = load_practice(Project.open(folder), field.date)[1]
    cells = field.sources.cells[:3]
    corners = [(b, xy) for b in buildings for xy in shapely.get_coordinates(b.footprint.exterior)[:-1].tolist()]
    rng = np.random.default_rng(SEED)
    chosen = [corners[n] for n in rng.permutation(len(corners))[:CANDIDATES]]
    feet = field.ground(*np.array([xy for _, xy in chosen]).T)
    tried = [
        Candidate(xy[0], xy[1], float(foot) + b.height_m + 3.0, cells)
        for (b, xy), foot in zip(chosen, feet, strict=True)
    ]
    at = next(facade_blocks(field, buildings, AT))
    nothing = np.zeros((len(field.limits), len(at)))
    figures: dict[str, Any] = {"candidates": len(tried), "receptors": len(at), "cells_each": len(cells)}
    for name, walls in (("free_space", None), ("line_of_sight", city.walls)):
        candidate_room(tried[:2], at, field.limits, nothing, factors, walls=walls)
        begin, cpu = time.perf_counter(), time.process_time()
        room = candidate_room(tried, at, field.limits, nothing, factors, walls=walls)
        figures |= {
            f"{name}_s": round(time.perf_counter() - begin, 2), f"{name}_cpu_s": round(time.process_time() - cpu, 2),
            f"{name}_with_room": int((room.scale >= 1.0).sum()),
        }  # fmt: skip
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="Write the figures as JSON.")
    parser.add_argument("--part", choices=("sums", "pack", "solve"), default="sums", help="What is measured.")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        job = json.loads(args.job)
        folder = Path(job["folder"])
        jobs = {"measure": lambda: measure(folder), "pack": lambda: pack(folder), "solve": lambda: solve(folder)}
        print(json.dumps(jobs.get(job["what"], lambda: memory(folder, job["count"]))()))
        return
    with tempfile.TemporaryDirectory() as work:
        folder = str(Path(work) / "city")
        if args.part != "sums":
            figures = run_job(Path(__file__), {"what": args.part, "folder": folder})
        else:
            figures = run_job(Path(__file__), {"what": "measure", "folder": folder})
            for name, count in (("quarter", RECEPTORS // 4), ("all", RECEPTORS)):
                found = run_job(Path(__file__), {"what": "memory", "folder": folder, "count": count})
                figures[f"peak_mib_{name}"] = found["peak_mib"]
    result = {"exposure": figures, "versions": versions(), "machine": machine()}
    if args.json:
        print(json.dumps(result, indent=2))
    else:
        for key, value in figures.items():
            print(f"{key:24} {value}", file=sys.stdout)


if __name__ == "__main__":
    main()
