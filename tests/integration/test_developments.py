"""Planned buildings in a project: the city of a date, what is checked, and what names a run."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from click.testing import CliRunner
from shapely.geometry import box

from aqdaq.base.errors import InputError
from aqdaq.cli.main import cli
from aqdaq.io.vector import write_vector
from aqdaq.pipeline.inputs import Inputs, read_inputs
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.run import run_id
from tests.tiny_project import CRS, DATE, X_MIN, Y_MIN, edit_text, make_project

TODAY = dt.date.fromisoformat(DATE)
START, END = dt.date(2026, 7, 1), dt.date(2028, 7, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tiny town with a tower planned where house-1 stands, and a block on free ground."""
    folder = make_project(tmp_path / "town")
    edit_text(
        folder / "project.toml",
        lambda t: t.replace("[network]", '[[developments]]\nfile = "data/new.gpkg"\n\n[network]', 1),
    )
    save(folder)
    return folder


def save(folder: Path, **changes: Any) -> None:
    columns: dict[str, Any] = {
        "id": ["tower", "block"],
        "height_m": [75.0, None],
        "floors": [25, 9],
        "residents": [500.0, 200.0],
        "start": [START, START],
        "end": [END, END],
    }
    shapes = [
        box(X_MIN + 410, Y_MIN + 510, X_MIN + 490, Y_MIN + 570),
        box(X_MIN + 900, Y_MIN + 200, X_MIN + 960, Y_MIN + 240),
    ]
    geometry = changes.pop("geometry", shapes)
    write_vector(folder / "data" / "new.gpkg", gpd.GeoDataFrame({**columns, **changes}, geometry=geometry, crs=CRS))


def inputs(folder: Path, date: dt.date) -> Inputs:
    return read_inputs(Project.open(folder), date)


def height_m(read: Inputs, east: float, north: float) -> float:
    row, col, _ = read.surface.grid.index(np.array([X_MIN + east]), np.array([Y_MIN + north]))
    return float(read.surface.above_ground_m[row[0], col[0]])


def test_the_city_before_during_and_after(folder: Path) -> None:
    before, during, after = (inputs(folder, date) for date in (TODAY, START, END))
    assert [height_m(read, 450, 540) for read in (before, during, after)] == [15.0, 75.0, 75.0]
    assert [height_m(read, 930, 220) for read in (before, during, after)] == [0.0, 27.0, 27.0]
    people = [float(read.people.sum()) for read in (before, during, after) if read.people is not None]
    # house-1 (120 persons) goes with the start; house-11 (200) is built in 2027; 700 come with the end.
    assert people == pytest.approx([895.0, 895.0 - 120.0, 895.0 - 120.0 + 200.0 + 700.0])
    assert [d.id for d in before.developments] == ["tower", "block"]
    assert before.developments[0].replaces == ("house-1",)
    gone = next(b for b in after.buildings if b.id == "house-1")
    assert gone.demolished == START
    assert any("'tower' replaces building 'house-1'" in note for note in during.notes)
    assert any(a.item == "height of planned buildings" and a.applies_to.startswith("1 dev") for a in during.assumptions)


def test_measurements_are_compared_with_the_city_of_their_day(folder: Path) -> None:
    edit_text(
        folder / "project.toml",
        lambda t: t.replace('file = "data/drive_test.csv"', 'file = "data/drive_test.csv"\ndate = 2026-03-15'),
    )
    then = inputs(folder, START).surfaces_then["2026-03-15"]
    row, col, _ = then.grid.index(np.array([X_MIN + 450]), np.array([Y_MIN + 540]))
    assert then.above_ground_m[row[0], col[0]] == 15.0


def test_people_of_a_raster_and_those_who_come(folder: Path) -> None:
    import rasterio
    from affine import Affine

    place = Affine(20.0, 0.0, X_MIN, 0.0, -20.0, Y_MIN + 1200.0)
    profile = {"driver": "GTiff", "width": 60, "height": 60, "count": 1, "dtype": "float32", "crs": CRS}
    with rasterio.open(folder / "data" / "people.tif", "w", transform=place, **profile) as target:
        target.write(np.full((60, 60), 0.5, dtype=np.float32), 1)
    edit_text(
        folder / "project.toml",
        lambda t: t.replace('source = "buildings"', 'source = "raster"\nraster = "data/people.tif"'),
    )
    during, after = inputs(folder, START), inputs(folder, END)
    assert during.people is not None
    assert after.people is not None
    assert float(during.people.sum()) == pytest.approx(1800.0)
    assert float(after.people.sum()) == pytest.approx(2500.0)
    assert [(a.value, a.applies_to) for a in after.assumptions if a.item == "people"] == [
        ("700 more", "2 developments")
    ]


def test_a_plan_is_an_input_that_names_the_run(folder: Path) -> None:
    project = Project.open(folder)
    assert "data/new.gpkg" in project.input_checksums()
    before = run_id(project, TODAY)
    save(folder, floors=[25, 10])
    assert run_id(Project.open(folder), TODAY) != before


def test_check_says_what_is_planned_and_what_is_doubtful(folder: Path) -> None:
    save(folder, height_m=[25.0, None])
    done = CliRunner().invoke(cli, ["check", str(folder), "--date", DATE, "--json"])
    assert done.exit_code == 0, done.output
    notes = json.loads(done.stdout)["notes"]
    assert any("'tower'" in n and "two readings, 25 m as given (taken), or 75 m" in n for n in notes)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"end": [dt.date(2026, 1, 1), END]}, "'tower': end 2026-01-01 is before start 2026-07-01"),
        ({"floors": [25, None]}, "'block' has neither height nor floors"),
        ({"id": ["tower", "house-3"]}, "id 'house-3' stands in two files"),
        ({"residents": [500.0, -1.0]}, "'block': residents: -1 is negative"),
        ({"geometry": [box(0, 0, 9, 9), box(20, 0, 29, 9)]}, "no planned building lies on the map: 'tower' lies at"),
    ],
)
def test_faults_stop_with_the_id(folder: Path, changes: dict[str, Any], what: str) -> None:
    save(folder, **changes)
    with pytest.raises(InputError, match=what):
        inputs(folder, TODAY)
    done = CliRunner().invoke(cli, ["run", str(folder), "--date", DATE])
    assert done.exit_code == 3 or isinstance(done.exception, InputError)
    assert not list((folder / "runs").glob("*/manifest.json"))


def test_some_off_the_map_are_noted(folder: Path) -> None:
    far = [box(X_MIN + 900, Y_MIN + 200, X_MIN + 960, Y_MIN + 240), box(X_MIN + 9000, Y_MIN, X_MIN + 9040, Y_MIN + 40)]
    save(folder, geometry=far)
    assert "data/new.gpkg: 1 of 2 planned buildings lie off the map" in inputs(folder, TODAY).notes
