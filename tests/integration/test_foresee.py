"""Forecasts of construction: the towns of the benchmark, totals, causes, scenarios, files, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from aqdaq.base.errors import ConfigError, InputError, UsageError
from aqdaq.model.foresight import Foresight
from aqdaq.pipeline.foresee import Forecast, ForeseeWish, foresee
from aqdaq.pipeline.foresee_dates import own_dates
from aqdaq.pipeline.foresee_files import FILES
from aqdaq.pipeline.foresee_states import never_built, read_on, state_on
from aqdaq.pipeline.fuse import fuse_project
from aqdaq.pipeline.inputs import read_inputs
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.store import Store
from tests.conftest import Command
from tests.tiny_project import CRS, X_MIN, Y_MIN, edit_text, listing, make_project

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import foresee as benchmark

NOW, WORKS, DONE = dt.date(2026, 6, 1), dt.date(2027, 3, 1), dt.date(2029, 3, 1)
DEFINITION = "kz-4g-outdoor"


def with_district(folder: Path) -> Path:
    """Give a tiny project two towers beside a site, one of them in place of a house."""
    frame = [
        {"id": "T1", "height_m": 45.0, "floors": 15, "residents": 300.0, "start": "2027-03-01", "end": "2029-03-01"},
        {"id": "T2", "height_m": 30.0, "floors": 10, "residents": 100.0, "start": "2027-03-01", "end": "2029-03-01"},
    ]
    places = [
        box(X_MIN + 360, Y_MIN + 440, X_MIN + 400, Y_MIN + 500),
        box(X_MIN + 425, Y_MIN + 525, X_MIN + 475, Y_MIN + 555),
    ]
    path = folder / "data" / "developments.gpkg"
    gpd.GeoDataFrame(frame, geometry=places, crs=CRS).to_file(path, layer="buildings")
    edit_text(
        folder / "project.toml",
        lambda text: text.replace("[network]", '[[developments]]\nfile = "data/developments.gpkg"\n\n[network]'),
    )
    return folder


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_district(make_project(tmp_path_factory.mktemp("foresee") / "project"))


@pytest.fixture(scope="module")
def forecast(district: Path) -> Forecast:
    return foresee(Project.open(district), ForeseeWish(date=NOW), quiet=True)


@pytest.fixture(scope="module")
def found(forecast: Forecast) -> Foresight:
    return forecast.foresight


# --- the benchmark's towns


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_forecast_is_what_is_computed_after_and_what_phones_find(seed: int, tmp_path: Path) -> None:
    """A forecast before equals the map after, and its white spots are confirmed by measurements drawn after.

    A white spot is confirmed where the measured share of places that a layer serves lies below the probability that
    the definition asks for, for every layer that was forecast to fail; the share that was stated must be near it.
    """
    town = benchmark.one_town(seed, tmp_path)
    assert town["identical"] == [True] * 4
    assert town["judged"] >= 10
    assert town["confirmed"] >= 0.8 * town["judged"]
    assert town["new_confirmed"] >= 0.8 * town["new_judged"]
    assert town["served"] / town["places"] == pytest.approx(town["stated"] / town["places"], abs=0.1)


def test_a_map_that_takes_the_rest_from_another_day_is_the_same_to_the_last_bit(district: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(district, tmp_path / "p", ignore=shutil.ignore_patterns("runs")))
    edit_text(  # an indoor definition looks at the buildings too
        folder / "project.toml", lambda t: t.replace('["kz-4g-outdoor"]', '["kz-4g-outdoor", "kz-4g-indoor"]')
    )
    project, quiet = Project.open(folder), Reporter(quiet=True)
    now = state_on(project, read_on(project, NOW, (), NOW), None, None, quiet)
    inputs = read_on(project, WORKS, (), NOW)
    after = state_on(project, inputs, now, now, quiet)
    names = ("mean_dbm", "sd_db", "sinr_db")
    kept = [
        {**{name: np.array(getattr(c, name)) for name in names}, **{d: np.array(p) for d, p in c.probability.items()}}
        for c in after.coverage
    ]
    classes = [(np.array(c.evidence), np.array(c.best_server), c.made.model, c.made.reason) for c in after.coverage]
    store = Store(project.cache)
    whole, _ = fuse_project(project, inputs, after.predictor, after.levels, now.calibrated, store, quiet, fresh=True)
    for c, figures, words in zip(whole, kept, classes, strict=True):
        for name, array in figures.items():
            now_ = getattr(c, name) if name in names else c.probability[name]
            assert np.array_equal(now_, array, equal_nan=True), name
        again = (c.evidence, c.best_server, c.made.model, c.made.reason)
        assert all(np.array_equal(a, b) for a, b in zip(again, words, strict=True))
    assert not np.array_equal(now.coverage[0].mean_dbm, after.coverage[0].mean_dbm, equal_nan=True)


# --- figures


def test_dates_are_when_works_begin_and_end(found: Foresight) -> None:
    assert found.dates == (NOW, dt.date(2027, 1, 1), WORKS, DONE)  # a house of the project stands from 2027-01-01 on
    assert [(f.planned, f.in_works, f.finished) for f in found.figures] == [(3, 0, 0), (2, 0, 1), (0, 2, 1), (0, 0, 3)]


def test_totals_add_up(found: Foresight) -> None:
    by_date = {f.date: f for f in found.figures}
    for f in found.figures:
        own = [c for c in found.changes if c.date == f.date]
        if own:
            assert sum(c.area_after_m2 for c in own) == pytest.approx(f.area_m2)
            assert sum(c.people_after or 0.0 for c in own) == pytest.approx(f.people or 0.0)
            assert sum(c.newcomers or 0.0 for c in own) == pytest.approx(f.newcomers_white or 0.0)
            before = by_date[own[0].since]
            assert sum(c.area_before_m2 for c in own) == pytest.approx(before.area_m2)
            assert sum(c.people_before or 0.0 for c in own) == pytest.approx(before.people or 0.0)
        assert f.floors_served + f.floors_affected + f.floors_unknown == pytest.approx(f.newcomers)
        assert f.newcomers_on_map == pytest.approx(f.newcomers)
        assert (f.newcomers_white or 0.0) <= (f.people or 0.0) + 1e-6
        for c in own:
            assert c.area_after_m2 - c.area_before_m2 == pytest.approx(c.gained_m2 - c.lost_m2)


def test_people_come_when_the_works_end_and_go_with_the_house_that_gives_way(found: Foresight) -> None:
    at = {f.date: f for f in found.figures}
    assert at[WORKS].newcomers == 200.0
    assert at[DONE].newcomers == 600.0
    on_map = [at[day].people_on_map or 0.0 for day in found.dates]
    assert on_map == pytest.approx([895.0, 1095.0, 1095.0 - 120.0, 1095.0 - 120.0 + 400.0])


def test_floors_hold_everybody_on_every_date(found: Foresight) -> None:
    for day in found.dates:
        own = [f for f in found.floors if f.date == day and f.band.layer == "A/LTE"]
        assert sum(f.band.residents or 0.0 for f in own) == pytest.approx(600.0)
        assert {f.state for f in own if f.band.building == "T1"} == {
            "finished" if day >= DONE else "works" if day >= WORKS else "planned"
        }


def test_the_new_mass_is_named_for_what_it_makes_worse(found: Foresight) -> None:
    worse = [c for c in found.changes if c.date == WORKS and c.worse_m2 > 0.0]
    assert worse
    for change in worse:
        assert change.causes
        assert {name for cause in change.causes for name in cause.id.split(";")} <= {"T1", "T2"}
        assert max(cause.share for cause in change.causes) == pytest.approx(1.0, abs=0.05)
    assert all(c.worse is None and c.causes is None for c in found.changes if c.date == DONE)  # nothing rises then


def test_new_mass_shadows_flags_and_roofs(found: Foresight) -> None:
    own = [s for s in found.shadows if s.date == WORKS]
    assert "A-2" in {s.cell for s in own}  # it looks at the towers
    assert all(s.mean_db >= 3.0 and s.most_db >= s.mean_db for s in own)
    assert "T1" in {s.development for s in own}
    assert {roof.development: roof.since for roof in found.roofs} == {
        "house-11": dt.date(2027, 1, 1), "T1": DONE, "T2": DONE,
    }  # fmt: skip
    for roof in found.roofs:
        assert [r.distance_m for r in roof.reach] == sorted(r.distance_m for r in roof.reach)
        assert all(r.distance_m <= 500.0 for r in roof.reach)


def test_a_wall_in_front_of_an_antenna_is_flagged(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p")
    frame = [{"id": "wall", "height_m": 40.0, "start": "2027-03-01", "end": "2028-03-01"}]
    wall = box(X_MIN + 295, Y_MIN + 464, X_MIN + 305, Y_MIN + 484)  # 4 m ahead of cell A-1, which looks north
    gpd.GeoDataFrame(frame, geometry=[wall], crs=CRS).to_file(folder / "data" / "developments.gpkg", layer="buildings")
    edit_text(
        folder / "project.toml",
        lambda text: text.replace("[network]", '[[developments]]\nfile = "data/developments.gpkg"\n\n[network]'),
    )
    result = foresee(Project.open(folder), ForeseeWish((WORKS,), None, NOW), quiet=True).foresight
    (flag,) = result.exposure
    assert (flag.development, flag.site) == ("wall", "S1")
    assert flag.distance_m == pytest.approx(4.0, abs=0.6)
    assert flag.height_m == pytest.approx(30.0, abs=3.0)
    assert flag.density_w_m2 > flag.limit_w_m2 == 0.1


def test_without_a_development_what_it_replaced_still_stands(district: Path) -> None:
    inputs = read_inputs(Project.open(district), WORKS)
    before = read_inputs(Project.open(district), dt.date(2027, 2, 1))
    towers = [d for d in inputs.developments if d.id in ("T1", "T2")]
    assert towers[1].replaces == ("house-1",)
    assert not np.array_equal(inputs.surface.above_ground_m, before.surface.above_ground_m)
    again = never_built(inputs, towers)
    assert np.array_equal(again.surface.above_ground_m, before.surface.above_ground_m)


def test_run_uses_the_surface_and_the_network_of_its_date(aqdaq: Command, district: Path, tmp_path: Path) -> None:
    """The run of a day is the forecast for it, and other days give other runs."""
    folder = Path(shutil.copytree(district, tmp_path / "p", ignore=shutil.ignore_patterns("runs")))
    dated = 'drive_test.csv"\ndate = 2026-05-04\n'  # else the run of a day takes the levels as those of that day
    edit_text(folder / "project.toml", lambda t: t.replace('drive_test.csv"\n', dated))
    spots = {}
    for day in (NOW, WORKS):
        said = aqdaq("run", folder, "--date", day, "--json", "--to", "whitespots")
        assert said.code == 0, said.err
        runs = [path for path in (folder / "runs").iterdir() if path.name.endswith(".partial")]
        newest = max(runs, key=lambda path: path.stat().st_mtime_ns)
        spots[day] = gpd.read_file(newest / "whitespots.gpkg")["area_m2"].sum()
    assert spots[WORKS] > spots[NOW]
    at = foresee(Project.open(folder), ForeseeWish((WORKS,), None, NOW), quiet=True).foresight
    areas = {f.date: f.area_m2 for f in at.figures}
    assert areas[NOW] == pytest.approx(spots[NOW])
    assert areas[WORKS] == pytest.approx(spots[WORKS])


# --- scenarios


def scenario(folder: Path, text: str) -> Path:
    path = folder / "growth.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_scenario_switches_cells_and_plans_more(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p")
    (tmp_path / "plans").mkdir()
    frame = [{"id": "more", "height_m": 30.0, "residents": 50.0, "start": "2027-06-01", "end": "2028-06-01"}]
    shape = [box(X_MIN + 820, Y_MIN + 300, X_MIN + 860, Y_MIN + 330)]
    gpd.GeoDataFrame(frame, geometry=shape, crs=CRS).to_file(tmp_path / "plans" / "more.gpkg", layer="buildings")
    growth = scenario(
        tmp_path / "plans",
        """
name = "Growth"
dates = [2026-06-01, 2027-06-01, 2028-06-01]
[[developments]]
file = "more.gpkg"
[[network]]
date = 2028-01-01
on_air = false
cells = ["A-1"]
""",
    )
    result = foresee(Project.open(folder), ForeseeWish(scenario=growth), quiet=True)
    assert [d.id for d in result.developments] == ["more", "house-11"]
    at = {f.date: f for f in result.foresight.figures}
    assert at[dt.date(2028, 6, 1)].newcomers == 250.0
    failing = {f.date: f.failing_m2 for f in result.foresight.layer_figures if f.layer == "A/LTE"}
    assert failing[dt.date(2028, 6, 1)] > failing[dt.date(2027, 6, 1)]
    causes = [c for change in result.foresight.changes if change.date.year == 2028 for c in change.causes or ()]
    assert "A-1" in {c.id for c in causes if c.kind == "cell"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('name = "x"\n', r"growth\.toml.*dates: is missing"),
        ('name = "x"\ndates = []\n', r"growth\.toml:2 dates: no dates"),
        ('name = "x"\ndates = [2028-01-01, 2027-01-01]\n', r"growth\.toml.*2027-01-01 comes after 2028-01-01"),
        ('name = "x"\ndates = ["soon"]\n', r"growth\.toml:2 dates\.0"),
        ('name = "x"\ndate = [2028-01-01]\n', r"growth\.toml:2 date: key 'date' is not known -> did you mean 'dates'"),
        ('name = "x"\ndates = [2028-01-01]\n[[network]]\ndate = 2027-01-01\non_air = true\n', r"name what changes"),
        ("name = ", r"is not TOML"),
    ],
)
def test_a_scenario_that_cannot_be_meant_is_refused(district: Path, tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(ConfigError, match=what):
        foresee(Project.open(district), ForeseeWish(scenario=scenario(tmp_path, text), date=NOW), quiet=True)


def test_a_scenario_that_names_what_is_not_there_is_refused(district: Path, tmp_path: Path) -> None:
    text = 'name = "x"\ndates = [2028-01-01]\n[[network]]\ndate = 2027-01-01\non_air = false\n'
    text += 'cells = ["A-9"]\nsites = ["S9"]\n'
    with pytest.raises(InputError, match=r"no cell 'A-9'[\s\S]*no site 'S9'"):
        foresee(Project.open(district), ForeseeWish(scenario=scenario(tmp_path, text), date=NOW), quiet=True)
    with pytest.raises(ConfigError, match=r"cannot be read"):
        foresee(Project.open(district), ForeseeWish(scenario=tmp_path / "none.toml", date=NOW), quiet=True)


# --- what is refused


@pytest.mark.parametrize(
    ("wish", "what"),
    [
        (ForeseeWish((DONE, WORKS), None, NOW), r"out of order: 2027-03-01 comes after 2029-03-01"),
        (ForeseeWish((WORKS, WORKS), None, NOW), r"out of order"),
        (ForeseeWish((dt.date(2025, 1, 1),), None, NOW), r"2025-01-01 lies before the forecast begins, 2026-06-01"),
        (ForeseeWish((WORKS,)), r"2027-03-01 alone is no forecast"),
    ],
)
def test_dates_that_cannot_be_meant_are_refused(district: Path, wish: ForeseeWish, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        foresee(Project.open(district), wish, quiet=True)


def test_a_forecast_from_before_the_measurements_is_refused(tmp_path: Path) -> None:
    folder = with_district(make_project(tmp_path / "p"))
    edit_text(folder / "project.toml", lambda t: t.replace('drive_test.csv"\n', 'drive_test.csv"\ndate = 2026-05-04\n'))
    with pytest.raises(InputError, match=r"2026-05-01 lies before the last day of measurement, 2026-05-04"):
        foresee(Project.open(folder), ForeseeWish((WORKS,), None, dt.date(2026, 5, 1)), quiet=True)


def test_nothing_planned_is_refused(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p")
    with pytest.raises(InputError, match=r"nothing is planned after 2027-01-01"):
        foresee(Project.open(folder), ForeseeWish(date=dt.date(2027, 1, 1)), quiet=True)


def test_levels_of_other_cities_know_no_buildings_and_are_refused(tmp_path: Path) -> None:
    folder = with_district(make_project(tmp_path / "p"))
    edit_text(
        folder / "project.toml",
        lambda t: t.replace("[calibration]\n", '[calibration]\nwithout_measurements = "other_cities"\n').replace(
            '[[measurements]]\nfile = "data/drive_test.csv"\n', ""
        ),
    )
    with pytest.raises(InputError, match=r"without_measurements: levels are those of other cities"):
        foresee(Project.open(folder), ForeseeWish(date=NOW), quiet=True)


def test_of_too_many_dates_some_are_left_out_and_said(forecast: Forecast) -> None:
    one = forecast.developments[0]
    day = dt.timedelta(days=40)
    many = [type(one)(f"D{i}", one.footprint, 9.0, NOW + day * (i + 1), NOW + day * (i + 1)) for i in range(30)]
    dates = own_dates(many, NOW)
    assert len(dates.dates) == 12
    assert dates.dates[0] == NOW
    assert dates.dates[-1] == NOW + day * 30
    assert sorted((*dates.dates[1:], *dates.skipped)) == [d.start for d in many]


# --- files and command line


def test_the_command_writes_its_files_and_the_same_bytes_again(aqdaq: Command, district: Path, tmp_path: Path) -> None:
    said = aqdaq("foresee", district, "--date", NOW, "--out", tmp_path / "a", "--json")
    assert said.code == 0, said.err
    assert {Path(name).name for name in said.json["files"]} == set(FILES)
    assert aqdaq("foresee", district, "--date", NOW, "--out", tmp_path / "b").code == 0
    assert listing(tmp_path / "a") == listing(tmp_path / "b")
    again = aqdaq("foresee", district, "--date", NOW, "--out", tmp_path / "a")
    assert again.code == 2
    assert "--overwrite" in again.err
    assert aqdaq("foresee", district, "--date", NOW, "--out", tmp_path / "a", "--overwrite").code == 0
    assert listing(tmp_path / "a") == listing(tmp_path / "b")
    both = aqdaq("foresee", district, "--dates", "2027-01-01", "--scenario", "x.toml", "--out", tmp_path / "c")
    assert both.code == 2
    wrong = aqdaq("foresee", district, "--dates", "2027-01-01,soon", "--out", tmp_path / "c")
    assert wrong.code == 2
    assert "'soon' is not a date" in wrong.err


def test_the_files_say_the_same(aqdaq: Command, district: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = aqdaq("foresee", district, "--date", NOW, "--out", out)
    assert "2029-03-01" in said.out
    told: dict[str, Any] = json.loads((out / "foresee.json").read_text(encoding="utf-8"))
    timeline = pd.read_csv(out / "timeline.csv")
    assert timeline["people"].tolist() == [f["people"] for f in told["figures"]]
    assert len(pd.read_csv(out / "changes.csv")) == len(told["changes"])
    assert len(pd.read_csv(out / "floors.csv")) == len(told["floors"])
    assert set(pd.read_csv(out / "mass.csv")["kind"]) == {"shadow", "roof"}
    for layer, count in (("changes", len(told["changes"])), ("developments", 3)):
        assert len(gpd.read_file(out / "changes.gpkg", layer=layer)) == count
    spots = gpd.read_file(out / "changes.gpkg", layer="white_spots")
    by_date = spots.groupby("date")["area_m2"].sum()
    for f in told["figures"]:
        assert by_date[f["date"]] == pytest.approx(f["area_m2"])
    page = (out / "index.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 2
    assert "T1" in page
    assert "SCREENING ONLY" in page
