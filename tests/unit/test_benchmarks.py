"""The benchmarks measure what they say: terrains by recipe, figures under stable names. No speed is asserted."""

from __future__ import annotations

import importlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from aqdaq.engine import area_registry
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.model.body import EARTH

FOLDER = Path(__file__).parents[2] / "benchmarks"
SMALL = 40
ENTRY_KEYS = {
    "model", "mode", "terrain", "size", "time_percent", "asked", "points", "stride", "cpu_s", "spread", "peak_mib",
    "points_per_cpu_s", "mean_samples", "step_m", "peer_same_step_points_per_cpu_s", "ratio_to_peer_same_step",
    "peer_own_step_points_per_cpu_s", "ratio_to_peer_own_step",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))


def module(name: str) -> ModuleType:
    return importlib.import_module(name)


def constant_loss(
    terrain: Terrain, transmitter: Transmitter, rows: np.ndarray, cols: np.ndarray, setting: AreaSetting
) -> AreaLoss:
    """100 dB everywhere but at the transmitter's own pixel."""
    near = np.hypot(rows - transmitter.row, cols - transmitter.col) < 0.5
    loss = np.where(near, np.nan, 100.0)[None, :].astype(np.float32)
    return AreaLoss(loss, np.where(near, Reason.DISTANCE, Reason.KNOWN)[None, :].astype(np.uint8))


def constant_loss_but_one(
    terrain: Terrain, transmitter: Transmitter, rows: np.ndarray, cols: np.ndarray, setting: AreaSetting
) -> AreaLoss:
    """As ``constant_loss``, and 2 dB more at the first receiver."""
    found = constant_loss(terrain, transmitter, rows, cols, setting)
    found.loss_db[0, 0] += 2.0
    return found


@pytest.fixture
def _constant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register a model that costs nothing."""
    monkeypatch.setitem(area_registry._MODELS, ("constant", "exact"), constant_loss)
    monkeypatch.setitem(area_registry._MODELS, ("constant", "sweep"), constant_loss_but_one)


@pytest.mark.parametrize("name", ["hills", "mountains", "worst", "isolated"])
def test_the_same_terrain_is_the_same_bytes(name: str) -> None:
    first, second = (module("terrains").place(name, SMALL) for _ in range(2))
    assert first.ground_m.tobytes() == second.ground_m.tobytes()
    assert first.above_m.tobytes() == second.above_m.tobytes()
    assert first.ground_m.dtype == first.above_m.dtype == np.float32
    assert first.ground_m.shape == (SMALL, SMALL)
    assert (first.row, first.col) == (SMALL / 2, SMALL / 2)


@pytest.mark.parametrize(("name", "relief_m"), [("hills", 150.0), ("mountains", 1500.0)])
def test_fractal_terrains_have_their_relief_and_clutter(name: str, relief_m: float) -> None:
    place = module("terrains").place(name)
    assert place.ground_m.max() - place.ground_m.min() == pytest.approx(relief_m, abs=0.1)
    standing = place.above_m[place.above_m > 0.0]
    assert 0.2 < standing.size / place.above_m.size < 0.35
    assert standing.min() >= 5.0
    assert standing.max() <= 20.0
    assert np.unique(place.above_m).size > 50


def test_a_small_map_is_the_middle_of_the_large_one() -> None:
    terrains = module("terrains")
    large, small = terrains.place("hills"), terrains.place("hills", 300)
    np.testing.assert_array_equal(small.ground_m, large.ground_m[350:650, 350:650])
    np.testing.assert_array_equal(small.above_m, large.above_m[350:650, 350:650])


def test_isolated_clutter_stands_alone_on_the_hills() -> None:
    terrains = module("terrains")
    isolated, hills = terrains.place("isolated"), terrains.place("hills")
    np.testing.assert_array_equal(isolated.ground_m, hills.ground_m)
    assert np.mean(isolated.above_m > 0.0) == pytest.approx(0.005, abs=0.001)


@pytest.mark.parametrize("bearing_deg", [0.0, 17.0, 45.0, 123.0])
def test_nearly_every_sample_of_the_worst_terrain_is_on_the_hull(bearing_deg: float) -> None:
    """Upper convex hull of the profile over the curved earth, along a radial of 14 km."""
    from scipy.ndimage import map_coordinates

    place = module("terrains").place("worst")
    along = np.arange(480.0)
    north, east = np.cos(np.radians(bearing_deg)), np.sin(np.radians(bearing_deg))
    at = (place.row - along * north, place.col + along * east)
    ground = map_coordinates(place.ground_m.astype(np.float64), at, order=1)
    distance = along * place.resolution_m
    flat = ground - distance**2 / (2.0 * EARTH.sphere.effective_radius_m)
    hull: list[int] = []
    for i in range(len(flat)):
        while len(hull) > 1 and (flat[hull[-1]] - flat[hull[-2]]) * (distance[i] - distance[hull[-1]]) <= (
            flat[i] - flat[hull[-1]]
        ) * (distance[hull[-1]] - distance[hull[-2]]):
            hull.pop()
        hull.append(i)
    assert len(hull) > 0.9 * len(flat)


def test_the_city_stands_around_a_roof() -> None:
    place = module("terrains").place("city", 100, resolution_m=10.0)
    assert place.ground_m.shape == place.above_m.shape == (100, 100)
    assert place.above_m[round(place.row), round(place.col)] == pytest.approx(place.height_m - 3.0)


def test_an_unknown_terrain_is_refused() -> None:
    with pytest.raises(ValueError, match="mountains"):
        module("terrains").place("moor")


@pytest.mark.usefixtures("_constant")
def test_only_known_points_count(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = module("area_jobs")
    monkeypatch.setattr(jobs, "load_models", lambda: None)
    job = {"model": "constant", "mode": "exact", "terrain": "hills", "size": SMALL, "time_percent": 50.0}
    whole = jobs.area({**job, "stride": 1, "repeats": 2})
    assert (whole["asked"], whole["points"]) == (SMALL**2, SMALL**2 - 1)
    assert len(whole["cpu_s"]) == 2
    assert whole["step_m"] == 30.0
    part = jobs.area({**job, "stride": 10, "repeats": 1})
    assert part["asked"] == SMALL**2 // 10


def test_mean_samples_of_the_full_map(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, terrains = module("area_jobs"), module("terrains")
    monkeypatch.setitem(area_registry._MODELS, ("constant", "exact"), constant_loss)
    place = terrains.place("worst")
    task = jobs.Task("constant", "exact", place, time_percent=50.0)
    assert jobs.mean_samples(task, place) == pytest.approx(383.0, abs=1.5)


def test_the_rate_is_that_of_the_fastest_call() -> None:
    entry = {"kind": "area", "repeats": 3, "model": "m", "points": 1000, "cpu_s": [0.5, 0.4, 0.6]}
    found = module("area_coverage")._with_rate(entry)
    assert found["points_per_cpu_s"] == 2500
    assert found["spread"] == pytest.approx(0.5)
    assert "kind" not in found


def test_ratios_compare_only_the_same_map() -> None:
    coverage = module("area_coverage")
    map_ = {"terrain": "hills", "size": 300, "time_percent": 50.0}
    peers = [
        {**map_, "sampling": "same_step", "points_per_cpu_s": 100},
        {**map_, "sampling": "own_step", "points_per_cpu_s": 25},
        {**map_, "time_percent": 10.0, "sampling": "own_step", "points_per_cpu_s": 1},
    ]
    found = coverage._beside_peer({**map_, "points_per_cpu_s": 5000}, peers)
    assert (found["ratio_to_peer_same_step"], found["ratio_to_peer_own_step"]) == (50.0, 200.0)
    other = coverage._beside_peer({**map_, "terrain": "worst", "points_per_cpu_s": 5000}, peers)
    assert other["ratio_to_peer_same_step"] is None


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    coverage = module("area_coverage")
    monkeypatch.setattr(coverage.importlib.util, "find_spec", lambda _name: None)
    assert coverage._peers(coverage.Options()) == (
        [],
        "not installed: pycraf, astropy; see requirements/benchmark.txt",
    )
    entries, skipped = coverage._areas(coverage.Options(), {})
    assert entries == []
    assert {entry["model"] for entry in skipped} == set(coverage.EXPECTED)


def test_jobs_of_the_main_model() -> None:
    coverage = module("area_coverage")
    jobs = list(coverage._area_jobs(coverage.Options(), {"p1812": True, "two_ray": False}))
    main = [job for job in jobs if job["model"] == "p1812"]
    assert len(main) == 2 * 2 * 3 * 3
    assert {job["stride"] for job in main if job["mode"] == "sweep"} == {1}
    assert {job["stride"] for job in main if job["mode"] == "exact" and job["size"] == 1000} == {10}
    others = [(job["mode"], job["terrain"], job["size"]) for job in jobs if job["model"] == "two_ray"]
    assert others == [("exact", "city", 800)]


@pytest.mark.usefixtures("_constant")
def test_difference_of_sweep_and_exact() -> None:
    accuracy, terrains = module("sweep_accuracy"), module("terrains")
    found = accuracy.difference("constant", terrains.place("worst", SMALL), 50.0)
    assert found["compared"] == SMALL**2 - 1
    assert found["known_to_one"] == 0
    assert found["max_abs_db"] == 2.0
    assert found["p99_abs_db"] == 0.0
    assert found["mean_abs_db"] == pytest.approx(2.0 / (SMALL**2 - 1), abs=1e-4)


def test_a_summary_of_nothing_is_none() -> None:
    found = module("sweep_accuracy").summary(np.zeros(0))
    assert set(found.values()) == {None}
    row = module("sweep_accuracy").as_table([{"terrain": "x", "time_percent": 50.0, "compared": 0, **found}])
    assert "| x | 50 | 0 | - |" in row


@pytest.mark.slow
def test_one_json_object_with_the_stated_keys() -> None:
    """A process of its own, as a user runs it; a model that needs no kernel of the engine keeps it short."""
    found = run_script("area_coverage.py", "--json", "--size", str(SMALL), "--quick", "--only", "free_space", "peer")
    assert set(found) == {
        "benchmark", "size", "quick", "registered", "models", "peer", "peer_missing", "threads", "start", "skipped",
        "versions", "machine",
    }  # fmt: skip
    assert {"python", "numba", "llvmlite", "numpy", "pycraf", "aqdaq"} <= set(found["versions"])
    assert {"cpu", "cores", "flags", "memory_gib"} <= set(found["machine"])
    assert bool(found["peer"]) != bool(found["peer_missing"])
    assert found["registered"]["free_space"] in (True, False)
    for entry in found["models"]:
        assert set(entry) >= ENTRY_KEYS
        assert entry["peak_mib"] > 50.0
    assert found["models"]
    assert found["skipped"] == []


@pytest.mark.skipif(importlib.util.find_spec("pycraf") is None, reason="the peer is not installed")
def test_the_peer_computes_our_terrain() -> None:
    """Each pixel counted has a loss, about that of free space at 30 to 850 m over hills."""
    job = {"kind": "peer", "terrain": "hills", "size": SMALL, "time_percent": 50.0, "stride": 1, "repeats": 1}
    found = run_script("area_coverage.py", "--job", json.dumps({**job, "step_m": 30.0}))
    assert found["asked"] == SMALL**2
    assert SMALL**2 - 60 < found["points"] < SMALL**2
    assert 75.0 < found["median_loss_db"] < 110.0


def test_the_large_city_is_a_project_that_can_be_read(tmp_path: Path) -> None:
    import datetime as dt

    from aqdaq.pipeline.inputs import read_inputs
    from aqdaq.pipeline.project import Project

    made = module("memory_300_cells").write_city(tmp_path, 1000.0, 4, 10.0)
    assert made == {"pixels": 10_000, "sites": 4, "cells": 24, "layers": 6, "buildings": made["buildings"]}
    inputs = read_inputs(Project.open(tmp_path), dt.date(2026, 6, 1))
    assert len(inputs.network.cells) == 24
    assert len(inputs.network.layers()) == 6
    assert inputs.grid.shape == (100, 100)
    assert 0.02 < np.mean(inputs.surface.above_ground_m > 0.0) < 0.5


def run_script(name: str, *options: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, str(FOLDER / name), *options], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
