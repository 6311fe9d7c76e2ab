"""The installed program as a user meets it: help, exit codes, what goes where; and the sample city once, whole."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
import rasterio

from aqdaq.cli.main import COMMANDS
from tests.conftest import Command
from tests.tiny_project import DATE, listing, read_rows

PROGRAM = Path(sys.executable).with_name("aqdaq")


def program(*args: object, timeout: float = 300.0) -> subprocess.CompletedProcess[str]:
    command = [str(PROGRAM), *(str(arg) for arg in args)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=timeout)


#: Tables that say something only where there is something to say.
MAY_BE_EMPTY = {"unknown", "overlap", "overlap_links", "suspects", "screening", "device_offsets"}


class TestProgram:
    def test_help_names_every_command_and_imports_nothing_heavy(self) -> None:
        said = program("--help")
        assert said.returncode == 0
        assert said.stderr == ""
        assert all(f"  {name} " in said.stdout for name in COMMANDS)
        look = "import sys; from aqdaq.cli.main import run_cli; run_cli(['--help']); print(sorted(sys.modules))"
        found = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True).stdout
        assert "'click'" in found
        assert not [name for name in ("numpy", "pandas", "numba", "pydantic", "rasterio") if f"'{name}'" in found]

    def test_exit_codes(self, tmp_path: Path) -> None:
        assert program("--version").stdout.startswith("aqdaq, version ")
        wrong = program("run", tmp_path, "--from", "nowhere")
        assert wrong.returncode == 2
        assert "nowhere" in wrong.stderr
        missing = program("check", tmp_path / "nothing")
        assert missing.returncode == 3
        assert "project.toml" in missing.stderr
        assert "Traceback" not in missing.stderr

    def test_module_runs_too(self) -> None:
        command = [sys.executable, "-m", "aqdaq", "--version"]
        assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.startswith("aqdaq")

    def test_a_reader_that_leaves_is_no_error(self, finished: Path) -> None:
        script = f'"{PROGRAM}" check "{finished}" --date {DATE} --json | head -n 1'
        said = subprocess.run(["bash", "-o", "pipefail", "-c", script], check=False, capture_output=True, text=True)
        assert said.stdout == "{\n"
        assert "Traceback" not in said.stderr

    def test_killed_while_it_works_and_run_again(self, finished: Path, template: Path, tmp_path: Path) -> None:
        """A kill -9 as it comes: as soon as the first predicted site lies in the store."""
        copy = Path(shutil.copytree(template, tmp_path / "copy"))
        with subprocess.Popen(
            [str(PROGRAM), "run", str(copy), "--date", DATE], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if b"predict ..." in line or list((copy / "runs/.cache/predict").glob("*.npy")):
                    os.kill(process.pid, signal.SIGKILL)
                    break
        assert process.returncode == -signal.SIGKILL
        assert not (copy / "runs/latest").exists()
        again = program("run", copy, "--date", DATE, "--workers", 1)
        assert again.returncode == 0, again.stderr
        assert listing((copy / "runs/latest").resolve()) == listing((finished / "runs/latest").resolve())


class TestStreams:
    """Results to stdout, progress to stderr, JSON where it is asked for."""

    def test_progress_goes_to_stderr_only_and_has_no_bar(self, finished: Path) -> None:
        said = program("evaluate", finished, "--date", DATE)
        assert said.returncode == 0
        assert "RMSE" in said.stdout
        assert "\r" not in said.stderr
        assert "\x1b" not in said.stderr + said.stdout

    def test_run_says_what_it_does_on_stderr(self, template: Path, tmp_path: Path, aqdaq: Command) -> None:
        copy = Path(shutil.copytree(template, tmp_path / "copy"))
        said = aqdaq("run", copy, "--date", DATE, "--to", "whitespots")
        for stage in ("predict", "calibrate", "fuse", "whitespots"):
            assert f"{stage} ..." in said.err
            assert f"{stage} ..." not in said.out
        log = next((copy / "runs").glob("*.log/run.log")).read_text(encoding="utf-8")
        assert log == said.err

    def test_every_command_speaks_json(self, finished: Path, tmp_path: Path, aqdaq: Command) -> None:
        points = tmp_path / "points.csv"
        points.write_text("lon,lat\n76.878,43.179\n", encoding="utf-8")
        copy = shutil.copytree(finished, tmp_path / "own", symlinks=True)  # what is foreseen fills its store
        calls: dict[str, tuple[object, ...]] = {
            "init": ("init", tmp_path / "new"),
            "sample": ("sample", tmp_path / "city"),
            "check": ("check", finished, "--date", DATE),
            "run": ("run", finished, "--date", DATE),
            "predict": ("predict", finished, "--points", points, "--date", DATE),
            "evaluate": ("evaluate", finished, "--date", DATE),
            "challenge": ("challenge", finished, "--date", DATE),
            "measure": ("measure", finished, "--length-km", "1", "--out", tmp_path / "plan", "--date", DATE),
            "foresee": ("foresee", copy, "--date", DATE, "--out", tmp_path / "ahead"),
            "doctor": ("doctor",),
        }
        elsewhere = {"path", "planfile", "exposure"}  # see the tests of their own: one object a line, and groups
        assert set(calls) == set(COMMANDS) - elsewhere
        for name, call in calls.items():
            said = aqdaq(*call, "--json")
            assert said.code == 0, (name, said.err)
            assert said.json["ok"] is True, name
            assert not math.isnan(len(json.dumps(said.json, allow_nan=False))), name

    def test_errors_speak_json_too(self, tmp_path: Path, aqdaq: Command) -> None:
        said = aqdaq("check", tmp_path / "nothing", "--json")
        assert said.code == 3
        assert said.json["ok"] is False
        assert said.json["faults"][0]["mend"]
        assert "project.toml" in said.err


class TestUsage:
    @pytest.mark.parametrize(
        ("args", "word"),
        [
            (("run", ".", "--from", "nowhere"), "nowhere"),
            (("run", ".", "--to", "nowhere"), "nowhere"),
            (("run", ".", "--date", "1.6.2026"), "YYYY-MM-DD"),
            (("run", ".", "--workers", "0"), "workers"),
            (("run",), "PROJECT"),
            (("predict", "."), "--points"),
            (("fly",), "fly"),
        ],
    )
    def test_a_wrong_call_exits_with_2(self, args: tuple[str, ...], word: str, aqdaq: Command) -> None:
        said = aqdaq(*args)
        assert said.code == 2
        assert word in said.err
        assert said.out == ""

    def test_from_after_to(self, finished: Path, aqdaq: Command) -> None:
        said = aqdaq("run", finished, "--date", DATE, "--from", "report", "--to", "predict")
        assert said.code == 2
        assert "--from report comes after --to predict" in said.err

    def test_init_makes_a_project_and_keeps_it(self, tmp_path: Path, aqdaq: Command) -> None:
        assert aqdaq("init", tmp_path / "new").code == 0
        assert (tmp_path / "new/data").is_dir()
        (tmp_path / "new/project.toml").write_text("mine", encoding="utf-8")
        assert aqdaq("init", tmp_path / "new").code == 2
        assert (tmp_path / "new/project.toml").read_text(encoding="utf-8") == "mine"
        assert aqdaq("init", tmp_path / "new", "--overwrite").code == 0
        said = aqdaq("check", tmp_path / "new")
        assert said.code == 3  # the tables are still to come, and both are named
        assert "sites.csv" in said.err
        assert "cells.csv" in said.err

    def test_sample_keeps_what_is_there(self, tmp_path: Path, aqdaq: Command) -> None:
        (tmp_path / "city").mkdir()
        (tmp_path / "city/notes.txt").write_text("mine", encoding="utf-8")
        before = listing(tmp_path)
        assert aqdaq("sample", tmp_path / "city").code == 2
        assert listing(tmp_path) == before


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "city"
    assert program("sample", folder, "--resolution", 20).returncode == 0
    said = program("run", folder, "--date", DATE, timeout=600)
    assert said.returncode == 0, said.stderr
    return folder


def manifest_of(city: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((city / "runs/latest/manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
class TestSampleCity:
    """The whole job on the synthetic city, at 20 m to be quick."""

    def test_white_spots_and_their_people(self, city: Path) -> None:
        spots = read_rows(city / "runs/latest/whitespots.csv")
        residents = gpd.read_file(city / "data/buildings.gpkg")["residents"].sum()
        assert len(spots) > 0
        assert {row["definition"] for row in spots} == {"kz-4g-outdoor", "kz-5g-outdoor"}
        for definition in ("kz-4g-outdoor", "kz-5g-outdoor"):
            people = sum(float(row["people"]) for row in spots if row["definition"] == definition)
            assert 0 < people <= residents

    def test_rows_reconcile_and_the_spoiled_ones_are_found(self, city: Path) -> None:
        rows = manifest_of(city)["measurements"]
        assert rows["rows_used"] + sum(rows["set_aside"].values()) == rows["rows_read"]
        assert rows["rows_read"] == len(read_rows(city / "data/drive_test.csv"))
        assert set(rows["set_aside"]) == {"not a number", "outside the grid", "unknown cell"}

    def test_everything_says_synthetic(self, city: Path) -> None:
        folder = city / "runs/latest"
        assert manifest_of(city)["synthetic"] is True
        for table in (folder / "tables").glob("*.csv"):
            assert "synthetic" in table.read_text(encoding="utf-8-sig").splitlines()[0].split(","), table.name
            marks = {row["synthetic"] for row in read_rows(table)}
            assert marks == {"SYNTHETIC"} or (table.stem in MAY_BE_EMPTY and not marks), table.name
        assert gpd.read_file(folder / "whitespots.geojson")["synthetic"].astype(bool).all()
        for raster in (folder / "coverage").glob("*.tif"):
            with rasterio.open(raster) as source:
                assert source.tags()["SYNTHETIC"].startswith("yes"), raster.name
        assert openpyxl.load_workbook(folder / "tables.xlsx", read_only=True).properties.title.startswith("SYNTHETIC")
        assert "SYNTHETIC" in (folder / "report/index.html").read_text(encoding="utf-8")

    def test_the_report_is_one_file_of_a_size_to_mail(self, city: Path) -> None:
        [page] = (city / "runs/latest/report").iterdir()
        assert page.stat().st_size < 8_000_000
        text = page.read_text(encoding="utf-8")
        for outside in ('src="http', "@import", 'rel="stylesheet"', "<script src"):
            assert outside not in text

    def test_evaluate(self, city: Path, aqdaq: Command) -> None:
        said = aqdaq("evaluate", city, "--date", DATE, "--json")
        assert said.code == 0
        assert said.json["synthetic"] is True
        total = said.json["scores"][-1]
        assert total["rmse_db"] < total["uncalibrated_rmse_db"]
        assert 0.8 < total["interval_90_coverage"] < 0.98
