"""A project whose cells name an antenna file: it runs, it is an input, and its figures reach the map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from tests.antenna_text import antenna_text
from tests.conftest import Command
from tests.tiny_project import DATE, edit_text, listing, read_rows, write_rows

NAME = "data/antennas/test.msi"


def manifest(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project / "runs/latest/manifest.json").read_text(encoding="utf-8"))
    return found


def mean_dbm(project: Path, layer: str = "A_LTE") -> np.ndarray:
    with rasterio.open(project / f"runs/latest/coverage/{layer}.tif") as source:
        return np.asarray(source.read(1))


@pytest.fixture
def with_file(project: Path) -> Path:
    """The tiny project, its EIRP of 44 dBm made of 26 dBm and the 18 dBi of the file."""
    (project / NAME).parent.mkdir()
    (project / NAME).write_text(antenna_text(), encoding="utf-8")
    cells = project / "data/cells.csv"
    parts = [
        {**{c: v for c, v in row.items() if c != "eirp_dbm"}, "power_dbm": "26", "antenna_file": NAME}
        for row in read_rows(cells)
    ]
    write_rows(cells, list(parts[0]), [list(row.values()) for row in parts])
    edit_text(project / "project.toml", lambda text: text.replace("[calibration]", "[calibration]\nenabled = false"))
    return project


def test_it_runs_repeats_and_the_file_is_an_input(with_file: Path, aqdaq: Command) -> None:
    first = aqdaq("run", with_file, "--date", DATE, "--json")
    assert first.code == 0
    assert NAME in manifest(with_file)["inputs_sha256"]
    before, level = listing(with_file / "runs/latest/"), mean_dbm(with_file)
    assert np.isfinite(level).any()
    assert aqdaq("run", with_file, "--date", DATE, "--overwrite", "--from", "read").code == 0
    assert listing(with_file / "runs/latest/") == before

    edit_text(with_file / NAME, lambda text: text.replace("GAIN 15.85 dBd", "GAIN 15 dBi"))
    second = aqdaq("run", with_file, "--date", DATE, "--json")
    assert second.json["run_id"] != first.json["run_id"]
    known = np.isfinite(level)
    np.testing.assert_allclose(mean_dbm(with_file)[known], level[known] - 3.0, atol=0.02)

    edit_text(with_file / NAME, lambda text: text.replace("\t30.000\n", "\t20.000\n"))
    third = aqdaq("run", with_file, "--date", DATE, "--json")
    assert third.json["run_id"] != second.json["run_id"]
    raised = mean_dbm(with_file)[known] - level[known] + 3.0
    assert raised.max() > 1.0  # behind the antennas
    assert raised.min() > -0.05


def test_pattern_and_parametric_twin_agree(with_file: Path, aqdaq: Command) -> None:
    assert aqdaq("run", with_file, "--date", DATE).code == 0
    table = mean_dbm(with_file)
    cells = with_file / "data/cells.csv"
    rows = [{**row, "antenna_file": "", "gain_dbi": "18", "vertical_beamwidth_deg": "10"} for row in read_rows(cells)]
    write_rows(cells, list(rows[0]), [list(row.values()) for row in rows])
    assert aqdaq("run", with_file, "--date", DATE).code == 0
    difference = table - mean_dbm(with_file)
    assert np.nanmedian(np.abs(difference)) < 1.0
    assert abs(float(np.nanmean(difference))) < 1.5


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_bad_file_stops_with_its_line_and_writes_nothing(command: str, with_file: Path, aqdaq: Command) -> None:
    edit_text(with_file / NAME, lambda text: text.replace("\n217\t30.000\n", "\n", 1))
    before = listing(with_file)
    said = aqdaq(command, with_file, "--date", DATE)
    assert said.code == 3
    assert "test.msi:7" in said.err
    assert "missing degrees: 217" in said.err
    (with_file / NAME).unlink()
    said = aqdaq(command, with_file, "--date", DATE)
    assert said.code == 3
    assert f"cells.csv:2: the antenna file {NAME} is not there" in said.err
    assert {k: v for k, v in before.items() if k != NAME} == listing(with_file)
