"""Screening of the sample city's drive test, clean and with planted faults, and of a project's settings."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from aqdaq.analysis.screen import KINDS, REASONS
from aqdaq.io.measurements import read_measurements
from aqdaq.io.network import read_network
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import Measurements
from aqdaq.model.network import Network
from aqdaq.model.project import ScreeningSection
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.sample import write_sample
from aqdaq.pipeline.screening import ScreenedMeasurements, screened, screening_lines

City = tuple[Measurements, Network, Grid]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("sample") / "city"
    write_sample(folder, seed=1, resolution_m=10.0, overwrite=False)
    project = Project.open(folder)
    config = project.config
    network = read_network(config.network, folder, crs=config.grid.crs).network
    assert config.grid.bounds is not None
    grid = Grid.from_bounds(config.grid.crs, config.grid.bounds, config.grid.resolution_m)
    read = read_measurements(config.measurements[0], folder, grid=grid, cells=network.cells)
    return read.measurements.levels, network, grid


def changed(measurements: Measurements, rows: np.ndarray, **columns: object) -> Measurements:
    table = measurements.table.copy()
    for name, value in columns.items():
        table.loc[rows, name] = value
    return Measurements(table)


def total(found: ScreenedMeasurements, rows: int) -> None:
    assert len(found.used) + len(found.set_aside) == rows == found.summary.rows_in
    assert found.measurements.table["count"].sum() == found.used.table["count"].sum()
    assert len(found.measurements) == found.summary.rows_out
    assert len(found.of_row) == len(found.used)


def test_the_drive_test_of_the_sample_is_clean(city: City) -> None:
    measurements, network, grid = city
    found = screened(measurements, network, grid, ScreeningSection())
    total(found, len(measurements))
    assert found.set_aside == ()
    assert found.summary.downweighted < 0.01 * len(measurements)
    assert {finding.action for finding in found.summary.findings} <= {"said"}


def test_planted_faults_are_found_in_it(city: City) -> None:
    measurements, network, grid = city
    rows = np.arange(len(measurements))
    spoiled = changed(measurements, rows < 500, accuracy_m=250.0)
    spoiled = changed(spoiled, (rows >= 1000) & (rows < 1300), time_s=0.0)
    far = (rows >= 2000) & (rows < 2060)
    x_m, y_m = measurements.table.loc[far, "x_m"].mean(), measurements.table.loc[far, "y_m"].mean()
    site = max(network.sites, key=lambda s: np.hypot(s.x_m - x_m, s.y_m - y_m))
    cell = next(c for c in network.cells if c.site_id == site.id)
    spoiled = changed(spoiled, far, cell=cell.id, level_dbm=-35.0 - 0.1 * np.arange(60))
    found = screened(spoiled, network, grid, ScreeningSection())
    total(found, len(measurements))
    by_kind = {}
    for finding in found.summary.findings:
        by_kind.setdefault(finding.kind, finding)
    assert by_kind["position error"].rows == 500
    assert by_kind["clock"].rows == 300
    assert by_kind["moved cell"].rows == 60
    assert cell.id in by_kind["moved cell"].what


def test_settings_are_followed(city: City) -> None:
    measurements, network, grid = city
    plain = screened(measurements, network, grid, ScreeningSection(enabled=False, thin=False))
    assert plain.measurements is measurements
    assert plain.summary.findings == ()
    coarse = screened(measurements, network, grid, ScreeningSection(thin_m=100.0))
    fine = screened(measurements, network, grid, ScreeningSection())
    assert len(coarse.measurements) < len(fine.measurements) <= len(measurements)
    total(coarse, len(measurements))
    with pytest.raises(ValidationError, match="most_error_m 10 is below good_error_m 25"):
        ScreeningSection(most_error_m=10.0)


def test_the_lines_of_check_end_with_the_totals(city: City) -> None:
    measurements, network, grid = city
    poor = changed(measurements, np.arange(len(measurements)) < 10, accuracy_m=250.0)
    lines = screening_lines(screened(poor, network, grid, ScreeningSection(thin=False)).summary)
    assert any(
        "position error of more than 100 m" in line and line.endswith("[set aside, 10 rows]") for line in lines[:-1]
    )
    assert lines[-1] == (
        f"screening: {len(measurements)} rows looked at, 10 set aside, 0 count less; {len(measurements) - 10} used"
    )


def test_the_page_names_every_check_and_every_reason() -> None:
    text = (Path(__file__).parents[2] / "docs" / "screening.md").read_text(encoding="utf-8")
    checks = re.search(r"## The checks\n(.*?)\n## ", text, flags=re.DOTALL)
    assert checks is not None
    rows = [line.split("|")[1].strip() for line in checks[1].splitlines() if line.startswith("|")][2:]
    assert sorted(set(rows)) == sorted(KINDS)
    for reason in REASONS:
        assert f"`{reason}`" in text
