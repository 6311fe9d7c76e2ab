"""The main job from the command line on the tiny project: what it leaves, that it repeats, that it resumes."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numba
import numpy as np
import openpyxl
import pytest
import rasterio

from aqdaq.model.coverage import Evidence
from aqdaq.pipeline.guard import alone
from aqdaq.pipeline.store import Store
from tests.conftest import Command
from tests.tiny_project import (
    DATE,
    HOUSES,
    MEASURED_ROWS,
    RESOLUTION_M,
    X_MIN,
    Y_MAX,
    edit_cell,
    edit_text,
    listing,
    read_rows,
    write_terrain,
)

TABLES = {
    "assumptions", "calibration", "cause_shares", "causes", "definitions", "device_offsets", "districts", "evidence",
    "levels", "model_card", "models", "probability", "reliability", "screening", "set_aside", "set_aside_by_reason",
    "sinr", "small_areas", "suspects", "unknown", "validation", "validation_definitions", "validation_levels",
    "validation_pit", "whitespot_layers", "whitespots",
}  # fmt: skip
STANDING = sum(residents for *_, residents, built in HOUSES if built is None)


def latest(project: Path) -> Path:
    return (project / "runs/latest").resolve()


def manifest_of(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((latest(project) / "manifest.json").read_text(encoding="utf-8"))
    return found


def bands(path: Path) -> dict[str, np.ndarray]:
    with rasterio.open(path) as source:
        return {name: source.read(i) for i, name in enumerate(source.descriptions, start=1)}


class TestResults:
    def test_every_file_is_there_and_opens(self, finished: Path) -> None:
        folder = latest(finished)
        spots = gpd.read_file(folder / "whitespots.gpkg")
        assert len(spots) >= 1
        assert str(spots.crs) == "EPSG:32643"
        assert len(gpd.read_file(folder / "whitespots.geojson")) == len(spots)
        assert [row["id"] for row in read_rows(folder / "whitespots.csv")] == list(spots["id"])
        for operator in "AB":
            figures = bands(folder / f"coverage/{operator}_LTE.tif")
            assert list(figures) == ["mean_dbm", "sd_db", "sinr_db", "lo90_dbm", "hi90_dbm", "p_kz-4g-outdoor"]
            assert figures["mean_dbm"].shape == (60, 60)
        tables = {path.stem for path in (folder / "tables").glob("*.csv")}
        assert tables >= TABLES
        book = openpyxl.load_workbook(folder / "tables.xlsx", read_only=True)
        assert tables <= set(book.sheetnames)
        page = (folder / "report/index.html").read_text(encoding="utf-8")
        assert "Tiny town" in page
        assert page.rstrip().endswith("</html>")

    def test_latest_points_at_the_folder_named_by_the_manifest(self, finished: Path) -> None:
        assert latest(finished).name == manifest_of(finished)["run"]
        assert not (finished / "runs/latest").readlink().is_absolute()

    def test_rows_read_are_rows_used_and_set_aside(self, finished: Path) -> None:
        rows = manifest_of(finished)["measurements"]
        assert rows["rows_read"] == MEASURED_ROWS
        assert rows["rows_used"] + sum(rows["set_aside"].values()) == rows["rows_read"]
        fitted = sum(int(row["samples"]) for row in read_rows(latest(finished) / "tables/calibration.csv"))
        assert fitted == rows["rows_used"] - 1  # two of one cell lie in one pixel

    def test_people_are_counted_once(self, finished: Path) -> None:
        tables = latest(finished) / "tables"
        evidence = read_rows(tables / "evidence.csv")
        for layer in ("A/LTE", "B/LTE"):
            assert sum(float(r["people"]) for r in evidence if r["layer"] == layer) == pytest.approx(STANDING, abs=0.05)
        districts = read_rows(tables / "districts.csv")
        assert sum(float(r["district_people"]) for r in districts) == pytest.approx(STANDING, abs=0.05)
        spots = read_rows(tables / "whitespots.csv")
        affected = sum(float(r["people"]) for r in spots)
        assert sum(float(r["people"]) for r in districts) == pytest.approx(affected, abs=0.05)
        assert 0.0 < affected <= STANDING

    def test_areas_of_white_spots_agree_with_their_raster(self, finished: Path) -> None:
        ranks = bands(latest(finished) / "coverage/whitespots_kz-4g-outdoor.tif")["rank"]
        spots = gpd.read_file(latest(finished) / "whitespots.gpkg")
        for rank, area_m2, drawn_m2 in zip(spots["rank"], spots["area_m2"], spots.area, strict=True):
            assert area_m2 == pytest.approx((ranks == rank).sum() * 400.0)
            assert drawn_m2 == pytest.approx(area_m2)

    def test_manifest_says_versions_inputs_and_outputs(self, finished: Path) -> None:
        manifest = manifest_of(finished)
        assert {"aqdaq", "python", "numpy", "numba", "gdal"} <= set(manifest["versions"])
        files = listing(latest(finished))
        own = {name: digest for name, digest in files.items() if digest and name != "manifest.json"}
        assert manifest["outputs_sha256"] == own
        data = listing(finished / "data")
        assert manifest["inputs_sha256"] == {f"data/{name}": digest for name, digest in data.items()}
        assert manifest["definitions"][0]["probability"] == 0.75  # as the project states it

    def test_nothing_half_written_is_left(self, finished: Path) -> None:
        names = [path.name for path in (finished / "runs").rglob("*")]
        assert not [name for name in names if name.endswith((".partial", ".old")) or name.startswith(".latest")]


class TestSynthetic:
    def test_every_output_says_so(self, project: Path, aqdaq: Command) -> None:
        edit_text(project / "project.toml", lambda text: text.replace("synthetic = false", "synthetic = true"))
        assert aqdaq("run", project, "--date", DATE).code == 0
        folder = latest(project)
        for table in (folder / "tables").glob("*.csv"):
            header, *rows = csv.reader(table.read_text(encoding="utf-8").splitlines())
            assert header[-1] == "synthetic", table.name
            assert all(row[-1] == "SYNTHETIC" for row in rows), table.name
        assert all(row["synthetic"] == "True" for row in read_rows(folder / "whitespots.csv"))
        for name in ("whitespots.gpkg", "whitespots.geojson"):
            assert gpd.read_file(folder / name)["synthetic"].astype(bool).all()
        for raster in (folder / "coverage").glob("*.tif"):
            with rasterio.open(raster) as source:
                assert source.tags()["SYNTHETIC"].startswith("yes"), raster.name
        book = openpyxl.load_workbook(folder / "tables.xlsx")
        assert book.properties.title.startswith("SYNTHETIC")
        for sheet in book.worksheets:
            rows = [[str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            assert any("synthetic" in value.lower() for row in rows for value in row), sheet.title
            assert not rows[1:] or any("SYNTHETIC" in value for row in rows for value in row), sheet.title
        assert "SYNTHETIC" in (folder / "report/index.html").read_text(encoding="utf-8")
        assert manifest_of(project)["synthetic"] is True

    def test_a_real_project_never_says_so(self, finished: Path) -> None:
        folder = latest(finished)
        assert "SYNTHETIC" not in (folder / "report/index.html").read_text(encoding="utf-8")
        assert not any("SYNTHETIC" in path.read_text(encoding="utf-8") for path in (folder / "tables").glob("*.csv"))
        with rasterio.open(folder / "coverage/A_LTE.tif") as source:
            assert "SYNTHETIC" not in source.tags()


class TestRepeats:
    def test_second_run_says_finished_and_touches_nothing(self, finished: Path, aqdaq: Command) -> None:
        before = listing(finished)
        said = aqdaq("run", finished, "--date", DATE)
        assert said.code == 0
        assert "finished already" in said.out
        assert listing(finished) == before

    def test_overwrite_gives_the_same_bytes(self, finished: Path, tmp_path: Path, aqdaq: Command) -> None:
        copy = Path(shutil.copytree(finished, tmp_path / "copy", symlinks=True))
        before = listing(latest(copy))
        said = aqdaq("run", copy, "--date", DATE, "--overwrite", "--json")
        assert said.code == 0
        assert said.json["already_done"] is False
        assert listing(latest(copy)) == before

    def test_from_the_first_stage_and_other_workers_give_the_same_bytes(
        self, finished: Path, tmp_path: Path, aqdaq: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        copy = Path(shutil.copytree(finished, tmp_path / "copy", symlinks=True))
        threads: list[int] = []
        really = numba.set_num_threads

        def noted(count: int) -> None:
            threads.append(count)
            really(count)

        monkeypatch.setattr(numba, "set_num_threads", noted)
        kept = {path.name: path.stat().st_mtime_ns for path in (copy / "runs/.cache/predict").iterdir()}
        for path in (copy / "runs/.cache/predict").iterdir():
            os.utime(path, ns=(0, 0))
        assert aqdaq("run", copy, "--date", DATE, "--overwrite", "--from", "read", "--workers", "1").code == 0
        assert threads[0] == 1
        assert listing(latest(copy)) == listing(latest(finished))
        again = {path.name: path.stat().st_mtime_ns for path in (copy / "runs/.cache/predict").iterdir()}
        assert again.keys() == kept.keys()
        assert all(stamp > 0 for stamp in again.values()), "--from read must predict anew"

    def test_from_fuse_computes_fuse_anew_and_keeps_the_prediction(
        self, finished: Path, tmp_path: Path, aqdaq: Command
    ) -> None:
        copy = Path(shutil.copytree(finished, tmp_path / "copy", symlinks=True))
        store = copy / "runs/.cache"
        raster = next((store / "fuse").glob("*/A_LTE.tif"))
        raster.write_bytes(b"spoiled")
        levels = next((store / "predict").iterdir())
        os.utime(levels, ns=(0, 0))
        assert aqdaq("run", copy, "--date", DATE, "--from", "fuse").code == 2  # finished, and no --overwrite
        assert raster.read_bytes() == b"spoiled"
        assert aqdaq("run", copy, "--date", DATE, "--from", "fuse", "--overwrite").code == 0
        assert listing(latest(copy)) == listing(latest(finished))
        assert levels.stat().st_mtime_ns == 0

    def test_to_predict_stops_there_and_the_next_run_goes_on(
        self, finished: Path, project: Path, aqdaq: Command
    ) -> None:
        said = aqdaq("run", project, "--date", DATE, "--to", "predict", "--json")
        assert said.code == 0
        assert said.json["finished"] is False
        assert {path.name for path in (project / "runs/.cache").iterdir()} == {"predict"}
        assert not (project / "runs/latest").exists()
        said = aqdaq("run", project, "--date", DATE)
        assert said.code == 0
        assert "2 of 2 sites are there already" in said.err
        assert listing(latest(project)) == listing(latest(finished))

    def test_dry_run_writes_nothing(self, project: Path, aqdaq: Command) -> None:
        before = listing(project)
        said = aqdaq("run", project, "--date", DATE, "--dry-run")
        assert said.code == 0
        assert "5 cells on 2 sites" in said.out
        assert "whitespots: kz-4g-outdoor" in said.out
        assert listing(project) == before

    def test_a_changed_input_is_another_run(self, finished: Path, project: Path, aqdaq: Command) -> None:
        edit_cell(project / "data/cells.csv", 2, "azimuth_deg", "10")
        said = aqdaq("run", project, "--date", DATE, "--to", "read", "--json")
        assert said.json["run_id"] != manifest_of(finished)["run"]


#: Where a run is stopped: a function of the pipeline, and the call at which it happens.
STOPS = {
    "after the first site": ("aqdaq.pipeline.store.Store.write_members", "after"),
    "while levels are written": ("numpy.save", "half"),
    "in the first layer": ("aqdaq.pipeline.fuse.write_coverage", "after"),
    "before the manifest": ("aqdaq.pipeline.run.write_json", "before"),
    "before the folder is put in place": ("aqdaq.pipeline.run.finish", "before"),
}

STOPPER = """
import importlib, os, signal, sys
name, when, how, *args = sys.argv[1:]
head, _, attribute = name.rpartition(".")
try:
    owner = importlib.import_module(head)
except ModuleNotFoundError:
    owner = getattr(importlib.import_module(head.rpartition(".")[0]), head.rpartition(".")[2])
kept = getattr(owner, attribute)

def stopped(*a, **k):
    if when == "half":
        a[0].write(b"half a file")
        a[0].flush()
    if when == "after":
        kept(*a, **k)
    os.kill(os.getpid(), getattr(signal, how))
    return kept(*a, **k)

setattr(owner, attribute, stopped)
from aqdaq.cli.main import run_cli
sys.exit(run_cli(args))
"""


def stopped_run(project: Path, stop: str, how: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", STOPPER, *STOPS[stop], how, "run", str(project), "--date", DATE, *more]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)


class TestApart:
    """Runs do not disturb each other, and results do not reach back into the cache."""

    def test_two_runs_at_once_are_refused(self, project: Path, aqdaq: Command) -> None:
        with alone(project / "runs"):
            said = aqdaq("run", project, "--date", DATE)
        assert said.code == 2
        assert "another run is at work" in said.err
        assert not (project / "runs/latest").exists()
        assert aqdaq("run", project, "--date", DATE).code == 0

    def test_an_edited_result_does_not_reach_the_next_run(self, finished: Path, tmp_path: Path, aqdaq: Command) -> None:
        project = Path(shutil.copytree(finished, tmp_path / "project", symlinks=True))
        before = manifest_of(project)["outputs_sha256"]
        for raster in (latest(project) / "coverage").glob("*.tif"):
            raster.write_bytes(raster.read_bytes() + b"edited")
        assert aqdaq("run", project, "--date", DATE, "--overwrite").code == 0
        assert manifest_of(project)["outputs_sha256"] == before

    def test_a_spoiled_cache_is_computed_again(self, finished: Path, tmp_path: Path, aqdaq: Command) -> None:
        project = Path(shutil.copytree(finished, tmp_path / "project", symlinks=True))
        before = manifest_of(project)["outputs_sha256"]
        for kept in (project / "runs/.cache").glob("*/*/*.npy"):
            kept.write_bytes(kept.read_bytes()[:-64])
        for kept in (project / "runs/.cache/fuse").glob("*/*.tif"):
            kept.write_bytes(b"not a raster")
        assert aqdaq("run", project, "--date", DATE, "--overwrite").code == 0
        assert manifest_of(project)["outputs_sha256"] == before


class TestStopped:
    @pytest.mark.parametrize("stop", [stop for stop in STOPS if stop != "before the manifest"])
    def test_killed_run_resumes_to_the_same_bytes(
        self, stop: str, finished: Path, project: Path, aqdaq: Command
    ) -> None:
        died = stopped_run(project, stop, "SIGKILL")
        assert died.returncode == -signal.SIGKILL, died.stderr
        assert not (project / "runs/latest").exists()
        assert not (project / "runs" / latest(finished).name).exists()
        said = aqdaq("run", project, "--date", DATE)
        assert said.code == 0
        sites = {"after the first site": 1, "while levels are written": 0}.get(stop, 2)
        assert f"{sites} of 2 sites are there already" in said.err
        assert listing(latest(project)) == listing(latest(finished))
        assert not [path for path in (project / "runs").rglob("*.partial") if path.exists()]

    @pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
    def test_interrupted_run_says_so_and_resumes(self, how: str, project: Path, aqdaq: Command) -> None:
        stopped = stopped_run(project, "after the first site", how)
        assert stopped.returncode == 5, stopped.stderr
        assert "the same command goes on" in stopped.stderr
        assert "Traceback" not in stopped.stderr
        said = aqdaq("run", project, "--date", DATE, "--to", "calibrate")
        assert said.code == 0
        assert "1 of 2 sites are there already" in said.err

    def test_killed_overwrite_keeps_the_finished_run_and_resumes(
        self, finished: Path, tmp_path: Path, aqdaq: Command
    ) -> None:
        copy = Path(shutil.copytree(finished, tmp_path / "copy", symlinks=True))
        before = listing(latest(copy))
        died = stopped_run(copy, "before the manifest", "SIGKILL", "--overwrite")
        assert died.returncode == -signal.SIGKILL
        assert listing(latest(copy)) == before
        assert aqdaq("run", copy, "--date", DATE, "--overwrite").code == 0
        assert listing(latest(copy)) == before
        assert not list((copy / "runs").glob("*.partial"))


class TestDate:
    def test_a_building_of_the_future_changes_the_map(self, finished: Path, project: Path, aqdaq: Command) -> None:
        assert aqdaq("run", project, "--date", "2027-06-01", "--to", "whitespots").code == 0
        after = bands(next((project / "runs/.cache/fuse").glob("*/A_LTE.tif")))["mean_dbm"]
        before = bands(latest(finished) / "coverage/A_LTE.tif")["mean_dbm"]
        assert np.nanmax(np.abs(after - before)) > 3.0

    def test_people_of_a_building_of_the_future_count_from_then_on(
        self, finished: Path, project: Path, aqdaq: Command
    ) -> None:
        assert aqdaq("run", project, "--date", "2027-06-01").code == 0
        counted = []
        for folder in (latest(finished), latest(project)):
            rows = read_rows(folder / "tables/evidence.csv")
            counted.append(sum(float(row["people"]) for row in rows if row["layer"] == "A/LTE"))
        assert counted == pytest.approx([STANDING, sum(house[3] for house in HOUSES)], abs=0.05)

    @pytest.mark.parametrize(("day", "cells"), [("2024-12-31", 5), ("2025-01-01", 6), ("2025-12-31", 6), (DATE, 5)])
    def test_cells_on_air(self, finished: Path, aqdaq: Command, day: str, cells: int) -> None:
        said = aqdaq("check", finished, "--date", day, "--json")
        assert said.code == 0
        assert said.json["cells"] == cells

    def test_measurements_of_a_cell_that_is_off_are_set_aside_but_not_bad(self, finished: Path, aqdaq: Command) -> None:
        said = aqdaq("check", finished, "--date", "2024-12-31", "--json")  # B-2 comes on air a day later
        reasons = {row["reason"] for row in said.json["set_aside"]}
        assert reasons == {"cell not on air on the date"}
        assert said.json["bad_rows"] == 0
        assert said.json["rows_used"] + len(said.json["set_aside"]) == said.json["rows_read"]

    def test_a_definition_not_yet_in_force(self, project: Path, aqdaq: Command) -> None:
        before = listing(project)
        said = aqdaq("run", project, "--date", "2023-12-31")
        assert said.code == 3
        assert "kz-4g-outdoor" in said.err
        assert "not in force on 2023-12-31" in said.err
        assert "--date" in said.err
        assert listing(project) == before

    def test_the_date_picks_the_edition_of_a_rulebook(self, project: Path, aqdaq: Command) -> None:
        folder = project / "data/rulebooks/service"
        folder.mkdir(parents=True)
        for name, start, end, threshold in (("old", 2020, 2025, -100), ("new", 2026, 2030, -120)):
            (folder / f"{name}.toml").write_text(
                f'id = "own"\nkind = "service"\ntitle = "Own"\nvalid_from = {start}-01-01\nvalid_to = {end}-12-31\n'
                f'source = "here"\nverified = true\n[figures]\nthreshold_dbm = {{ LTE = {threshold} }}\n'
                "probability = 0.9\n",
                encoding="utf-8",
            )
        toml = project / "project.toml"
        edit_text(toml, lambda text: text.replace("kz-4g-outdoor", "own"))
        shares = []
        for day in ("2025-12-31", "2026-01-01"):
            points = project.parent / "points.csv"
            points.write_text("lon,lat,cell\n76.875,43.180,A-1\n", encoding="utf-8")
            row = aqdaq("predict", project, "--points", points, "--date", day, "--json").json["rows"][0]
            shares.append(row["p_own"])
        assert shares[0] < shares[1]

    def test_no_cell_on_air(self, project: Path, aqdaq: Command) -> None:
        for row in range(2, 8):
            edit_cell(project / "data/cells.csv", row, "on_air", "2030-01-01")
            edit_cell(project / "data/cells.csv", row, "off_air", "")
        said = aqdaq("check", project, "--date", DATE)
        assert said.code == 3
        assert "no cell is on air on 2026-06-01" in said.err


class TestUnknown:
    def test_a_hole_in_the_terrain_is_unknown_never_white(self, project: Path, aqdaq: Command) -> None:
        write_terrain(project / "data/terrain.tif", hole=True)
        assert aqdaq("run", project, "--date", DATE).code == 0
        folder = latest(project)
        hole = np.s_[20:30, 34:44]  # the terrain reaches 10 pixels beyond the grid
        ranks = bands(folder / "coverage/whitespots_kz-4g-outdoor.tif")["rank"]
        for operator in "AB":
            classes = bands(folder / f"coverage/{operator}_LTE.classes.tif")
            figures = bands(folder / f"coverage/{operator}_LTE.tif")
            # Right at the border the ground is read from the nearest known pixels.
            inner = np.s_[hole[0].start + 1 : hole[0].stop - 1, hole[1].start + 1 : hole[1].stop - 1]
            assert (classes["evidence"][inner] == Evidence.UNKNOWN).all()
            assert (classes["best_server"][inner] == -1).all()
            unknown = classes["evidence"] == Evidence.UNKNOWN
            assert all(np.isnan(band[unknown]).all() for band in figures.values())
        assert (ranks[inner] == 0).all()
        spots = gpd.read_file(folder / "whitespots.gpkg")
        x, y = 652000.0 + 39 * 20, 4783200.0 - 25 * 20
        assert not spots.contains(gpd.points_from_xy([x], [y])[0]).any()
        shown = {r["evidence"]: float(r["area_ha"]) for r in read_rows(folder / "tables/evidence.csv")[:3]}
        assert shown["unknown"] >= 64 * 0.04
        assert sum(shown.values()) == pytest.approx(144.0, abs=0.01)

    def test_measurements_in_the_hole_are_set_aside_and_counted(self, project: Path, aqdaq: Command) -> None:
        write_terrain(project / "data/terrain.tif", hole=True)
        assert aqdaq("run", project, "--date", DATE).code == 0
        rows = manifest_of(project)["measurements"]
        assert rows["rows_used"] + sum(rows["set_aside"].values()) == MEASURED_ROWS

    def test_no_terrain_is_flat_and_listed_as_assumed(self, project: Path, aqdaq: Command) -> None:
        toml = project / "project.toml"
        edit_text(toml, lambda t: t.replace('files = ["data/terrain.tif"]', "flat_height_m = 710.0"))
        checked = aqdaq("check", project, "--date", DATE)
        assert "assumed: ground height flat at 710 m" in checked.out
        assert aqdaq("run", project, "--date", DATE).code == 0
        assumed = [a["item"] for a in manifest_of(project)["assumed"]]
        assert "ground height" in assumed
        assert "flat at 710 m" in (latest(project) / "report/index.html").read_text(encoding="utf-8")

    def test_without_people_white_spots_rank_by_area(self, project: Path, aqdaq: Command) -> None:
        edit_text(project / "project.toml", lambda t: t.replace('source = "buildings"', 'source = "none"'))
        assert aqdaq("run", project, "--date", DATE).code == 0
        spots = read_rows(latest(project) / "whitespots.csv")
        assert {row["ranked_by"] for row in spots} == {"area"}
        assert {row["people"] for row in spots} == {""}
        areas = [float(row["area_m2"]) for row in spots]
        assert areas == sorted(areas, reverse=True)

    def test_without_measurements_nothing_is_measured(self, project: Path, aqdaq: Command) -> None:
        edit_text(project / "project.toml", lambda t: t.replace('[[measurements]]\nfile = "data/drive_test.csv"\n', ""))
        assert aqdaq("run", project, "--date", DATE).code == 0
        evidence = bands(latest(project) / "coverage/A_LTE.classes.tif")["evidence"]
        assert Evidence.MEASURED not in evidence
        assert np.nanmax(bands(latest(project) / "coverage/A_LTE.tif")["sd_db"]) == pytest.approx(8.0, abs=1e-3)
        assert aqdaq("evaluate", project, "--date", DATE).code == 3

    def test_without_measurements_other_cities_teach(self, project: Path, aqdaq: Command) -> None:
        def edit(text: str) -> str:
            text = text.replace('[[measurements]]\nfile = "data/drive_test.csv"\n', "")
            return text.replace("[calibration]\n", '[calibration]\nwithout_measurements = "other_cities"\n')

        edit_text(project / "project.toml", edit)
        assert aqdaq("run", project, "--date", DATE).code == 0
        figures = bands(latest(project) / "coverage/A_LTE.tif")
        assert np.nanmin(figures["sd_db"]) > 5.0
        assert not np.isclose(np.nanmax(figures["sd_db"]), 8.0)
        half = 1.6448536 * figures["sd_db"]
        np.testing.assert_allclose(figures["lo90_dbm"], figures["mean_dbm"] - half, atol=1e-3)
        np.testing.assert_allclose(figures["hi90_dbm"], figures["mean_dbm"] + half, atol=1e-3)
        assumed = json.loads((latest(project) / "manifest.json").read_text(encoding="utf-8"))["assumed"]
        (levels,) = [a for a in assumed if a["item"] == "levels and their spread"]
        assert "Recife" in levels["reason"]


POINTS = "lon,lat\n76.8780000,43.1790000\n76.8700000,43.1810000\n10.0,50.0\n"


class TestPredict:
    @pytest.fixture
    def points(self, tmp_path: Path) -> Path:
        path = tmp_path / "points.csv"
        path.write_text(POINTS, encoding="utf-8")
        return path

    def rows(self, text: str) -> list[dict[str, str]]:
        return list(csv.DictReader(text.splitlines()))

    def test_columns_rows_and_what_is_unknown(self, finished: Path, points: Path, aqdaq: Command) -> None:
        said = aqdaq("predict", finished, "--points", points, "--date", DATE)
        assert said.code == 0
        header = said.out.splitlines()[0]
        assert header == "row,lon,lat,layer,cell,mean_dbm,sd_db,lo90_dbm,hi90_dbm,evidence,p_kz-4g-outdoor"
        rows = self.rows(said.out)
        assert [(r["row"], r["layer"]) for r in rows] == [(n, f"{o}/LTE") for n in "123" for o in "AB"]
        for row in rows[-2:]:  # a place in another country
            assert row["evidence"] == "unknown"
            assert [row[k] for k in ("cell", "mean_dbm", "sd_db", "lo90_dbm", "p_kz-4g-outdoor")] == [""] * 5
            assert (row["lon"], row["lat"]) == ("10.0", "50.0")
        for row in rows[:2]:
            assert row["evidence"] in {"measured", "predicted"}
            assert row["cell"].startswith(row["layer"][0])
            assert 0.0 <= float(row["p_kz-4g-outdoor"]) <= 1.0

    def test_a_cell_asks_for_itself(self, finished: Path, tmp_path: Path, aqdaq: Command) -> None:
        points = tmp_path / "points.csv"
        points.write_text(
            "cell,lat,lon,note\nB-2,43.1790000,76.8780000,x\n,43.1790000,76.8780000,y\n", encoding="utf-8"
        )
        rows = self.rows(aqdaq("predict", finished, "--points", points, "--date", DATE).out)
        assert [(r["row"], r["layer"]) for r in rows] == [("1", "B/LTE"), ("2", "A/LTE"), ("2", "B/LTE")]
        assert rows[0]["cell"] == "B-2"
        assert float(rows[0]["mean_dbm"]) <= float(rows[2]["mean_dbm"])

    def test_agrees_with_the_map_at_pixel_centres(self, finished: Path, tmp_path: Path, aqdaq: Command) -> None:
        rng = np.random.default_rng(3)
        picked = rng.integers(0, 60, size=(40, 2))
        figures = {o: bands(latest(finished) / f"coverage/{o}_LTE.tif") for o in "AB"}
        classes = {o: bands(latest(finished) / f"coverage/{o}_LTE.classes.tif") for o in "AB"}
        x, y = X_MIN + (picked[:, 1] + 0.5) * RESOLUTION_M, Y_MAX - (picked[:, 0] + 0.5) * RESOLUTION_M
        there = gpd.GeoSeries(gpd.points_from_xy(x, y), crs="EPSG:32643").to_crs("EPSG:4326")
        points = tmp_path / "points.csv"
        lines = [f"{lon:.9f},{lat:.9f}" for lon, lat in zip(there.x, there.y, strict=True)]
        points.write_text("lon,lat\n" + "\n".join(lines) + "\n", encoding="utf-8")
        rows = self.rows(aqdaq("predict", finished, "--points", points, "--date", DATE).out)
        apart = []  # pixels of the map share the measurements they are told from with their neighbours
        for row in rows:
            at, operator = tuple(picked[int(row["row"]) - 1]), row["layer"][0]
            mean = figures[operator]["mean_dbm"][at]
            assert row["evidence"] == Evidence(int(classes[operator]["evidence"][at])).word
            if np.isnan(mean):
                assert row["mean_dbm"] == ""
                continue
            apart.append(abs(float(row["mean_dbm"]) - mean))
            assert float(row["sd_db"]) == pytest.approx(figures[operator]["sd_db"][at], abs=0.05)
            assert float(row["p_kz-4g-outdoor"]) == pytest.approx(figures[operator]["p_kz-4g-outdoor"][at], abs=0.01)
        assert len(apart) >= 60
        assert np.mean(apart) < 0.05
        assert max(apart) < 0.5

    def test_out_file(self, finished: Path, points: Path, tmp_path: Path, aqdaq: Command) -> None:
        out = tmp_path / "out.csv"
        text = aqdaq("predict", finished, "--points", points, "--date", DATE).out
        assert aqdaq("predict", finished, "--points", points, "--date", DATE, "--out", out).out == ""
        assert out.read_text(encoding="utf-8") == text
        out.write_text("mine", encoding="utf-8")
        said = aqdaq("predict", finished, "--points", points, "--date", DATE, "--out", out)
        assert said.code == 2
        assert out.read_text(encoding="utf-8") == "mine"
        assert aqdaq("predict", finished, "--points", points, "--date", DATE, "--out", out, "--overwrite").code == 0
        assert out.read_text(encoding="utf-8") == text

    def test_a_bad_row_gets_an_answer_and_a_word(self, finished: Path, tmp_path: Path, aqdaq: Command) -> None:
        points = tmp_path / "points.csv"
        points.write_text("lon,lat\nabc,43.1\n76.878,43.179\n", encoding="utf-8")
        said = aqdaq("predict", finished, "--points", points, "--date", DATE)
        assert said.code == 0
        assert "points.csv:2: not a number (abc, 43.1)" in said.err
        assert [r["evidence"] for r in self.rows(said.out)[:2]] == ["unknown", "unknown"]

    @pytest.mark.parametrize("cell", ["A-9", "B-3"])  # unknown; off air since January
    def test_a_cell_that_is_not_on_air_is_a_row_set_aside(
        self, finished: Path, tmp_path: Path, aqdaq: Command, cell: str
    ) -> None:
        points = tmp_path / "points.csv"
        points.write_text(f"lon,lat,cell\n76.878,43.179,A-1\n76.878,43.179,{cell}\n", encoding="utf-8")
        said = aqdaq("predict", finished, "--points", points, "--date", DATE)
        assert said.code == 0
        assert f"unknown cell ({cell})" in said.err
        good, bad = self.rows(said.out)
        assert good["mean_dbm"] != ""
        assert (bad["row"], bad["cell"], bad["evidence"]) == ("2", cell, "unknown")
        assert [bad[k] for k in ("layer", "mean_dbm", "sd_db", "p_kz-4g-outdoor")] == [""] * 4


def test_evaluate_scores_every_cell(finished: Path, aqdaq: Command) -> None:
    said = aqdaq("evaluate", finished, "--date", DATE, "--json")
    assert said.code == 0
    scores = {row["cell"]: row for row in said.json["scores"]}
    assert list(scores)[-1] == "all"
    assert set(scores) == {"A-1", "A-2", "A-3", "B-1", "B-2", "all"}
    thinned = 1  # two rows of one cell stand in one square
    assert scores["all"]["samples"] + said.json["unscored"] == MEASURED_ROWS - thinned
    assert scores["all"]["rmse_db"] < scores["all"]["uncalibrated_rmse_db"]


def test_a_store_of_another_day_is_not_taken(project: Path, aqdaq: Command) -> None:
    assert aqdaq("run", project, "--date", DATE, "--to", "predict").code == 0
    said = aqdaq("run", project, "--date", "2027-06-01", "--to", "predict")
    assert "0 of 2 sites are there already" in said.err  # the new house changes every path


def test_runs_at_neighbouring_dates_share_what_is_equal(project: Path, aqdaq: Command) -> None:
    assert aqdaq("run", project, "--date", DATE, "--to", "predict").code == 0
    day = dt.date.fromisoformat(DATE) + dt.timedelta(days=1)
    said = aqdaq("run", project, "--date", day, "--to", "predict")
    assert "2 of 2 sites are there already" in said.err
    assert Store(project / "runs/.cache").folder.is_dir()
