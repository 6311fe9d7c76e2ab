"""Coverage floor by floor: against free space by hand, the map at the ground floor, shadows and ranges of models."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import MultiPolygon, box

from aqdaq.analysis.fusion.conformal import plain as plain_intervals
from aqdaq.base.errors import UsageError
from aqdaq.engine.kriging import total_variance_db2
from aqdaq.engine.trend import OFFSET
from aqdaq.io.footprints import rasterize_buildings
from aqdaq.io.points import PointsRead
from aqdaq.model.building import Building
from aqdaq.pipeline.floors import FACADE_POINTS, facade_points, floor_coverage
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.points import predict_points
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.state import State, state_at
from tests.tiny_project import DATE, X_MIN, Y_MIN, edit_cell, edit_text, lon_lat, make_project, write_rows

DAY = dt.date.fromisoformat(DATE)
DEFINITION = "kz-4g-outdoor"
#: Twelve floors in the open, 360 m east of the only site.
TOWER = Building("tower", box(X_MIN + 640, Y_MIN + 420, X_MIN + 680, Y_MIN + 460), 36.0, floors=12, residents=240.0)
NO_FIT = "[calibration]\nenabled = false\n"


def state_of(folder: Path, change: Callable[[str], str]) -> State:
    make_project(folder)
    edit_text(folder / "project.toml", lambda text: change(text).replace("[calibration]\n", NO_FIT))
    return state_at(Project.open(folder), DAY, Reporter(quiet=True))


def with_model(name: str) -> Callable[[str], str]:
    return lambda text: text.replace(
        "profile_step_m = 20.0", f'profile_step_m = 20.0\nmodels = [{{ name = "{name}" }}]'
    )


def one_omni_cell(folder: Path) -> None:
    header = [
        "id",
        "site",
        "operator",
        "technology",
        "frequency_mhz",
        "bandwidth_mhz",
        "azimuth_deg",
        "omni",
        "downtilt_deg",
    ]
    row: list[object] = ["A-1", "S1", "A", "LTE", 1800.0, 20.0, 0.0, "true", 0.0, 30.0, 44.0]
    write_rows(folder / "data" / "cells.csv", [*header, "height_m", "eirp_dbm"], [row])


@pytest.fixture(scope="module")
def plain_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project by its default model, not fitted."""
    folder = make_project(tmp_path_factory.mktemp("floors") / "p")
    edit_text(folder / "project.toml", lambda text: text.replace("[calibration]\n", NO_FIT))
    return folder


@pytest.fixture(scope="module")
def plain(plain_folder: Path) -> State:
    return state_at(Project.open(plain_folder), DAY, Reporter(quiet=True))


def test_free_space_by_hand(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p")
    one_omni_cell(folder)
    (folder / "data" / "terrain.tif").unlink()
    edit_text(
        folder / "project.toml",
        lambda text: (
            with_model("free_space")(text)
            .replace('files = ["data/terrain.tif"]', "flat_height_m = 700.0")
            .replace("[calibration]\n", NO_FIT)
            .replace('[[measurements]]\nfile = "data/drive_test.csv"\n', "")
        ),
    )
    state = state_at(Project.open(folder), DAY, Reporter(quiet=True))
    rows = floor_coverage(state, [TOWER], band_floors=12)
    assert [(r.first_floor, r.last_floor, r.layer) for r in rows] == [(1, 12, "A/LTE")]
    height = 5.5 * 3.0 + 1.5  # the middle of floors 1 and 12 is 6.5: five and a half floors under one's feet
    assert rows[0].height_m == pytest.approx(height)
    at = facade_points(TOWER.footprint, 20.0)
    away = np.hypot(at[:, 0] - X_MIN - 300.0, at[:, 1] - Y_MIN - 460.0)
    loss = 32.45 + 20 * np.log10(1800.0) + 20 * np.log10(np.hypot(away, 30.0 - height) / 1000.0)
    per_carrier = 44.0 - 10 * math.log10(1200.0)  # 20 MHz of LTE: 1,200 subcarriers share the power
    assert rows[0].level_dbm == pytest.approx(float(np.mean(per_carrier - loss)), abs=0.05)
    assert rows[0].sd_db == pytest.approx(8.0, abs=0.05)
    assert rows[0].cell == "A-1"


def test_points_stand_outside_the_pixels_of_the_building() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        x, y, w, h = rng.uniform(0, 100, 2).tolist() + rng.uniform(3, 90, 2).tolist()
        shape = MultiPolygon([box(x, y, x + w, y + h), box(x + 200, y, x + 200 + w, y + h)])
        at = facade_points(shape, 10.0)
        assert at.shape == (FACADE_POINTS, 2)
        centres = (np.floor(at / 10.0) + 0.5) * 10.0
        assert not any(shape.intersects(box(cx, cy, cx, cy)) for cx, cy in centres.tolist())
        assert len({px > 150 + x for px in at[:, 0].tolist()}) == 2  # both parts have some


def test_the_ground_floor_is_what_points_say(plain: State, plain_folder: Path) -> None:
    kiosk = Building("kiosk", box(X_MIN + 560, Y_MIN + 560, X_MIN + 580, Y_MIN + 580), 3.0, floors=1)
    at = facade_points(kiosk.footprint, 20.0)
    lon, lat = np.array([lon_lat(x, y) for x, y in at.tolist()]).T
    points = PointsRead("points", np.arange(len(at)), lon, lat, (None,) * len(at), ())
    project, quiet = Project.open(plain_folder), Reporter(quiet=True)
    told = predict_points(project, plain.inputs, plain.predictor, plain.calibrated, points, quiet).rows
    rows = floor_coverage(plain, [kiosk])
    assert [row.layer for row in rows] == ["A/LTE", "B/LTE"]
    for row in rows:
        own = [r for r in told if r["layer"] == row.layer]
        p = [r["p_kz-4g-outdoor"] for r in own]
        assert row.level_dbm == pytest.approx(np.mean([r["mean_dbm"] for r in own]), abs=0.01)
        assert row.probability["kz-4g-outdoor"] == pytest.approx(np.mean(p), abs=1e-3)


def test_bands_hold_every_floor_and_everybody_once(plain: State) -> None:
    guess = replace(TOWER, id="guess", floors=None, height_m=31.0)
    rows = floor_coverage(plain, [TOWER, guess])
    own = [row for row in rows if row.building == "tower" and row.layer == "A/LTE"]
    assert [(r.first_floor, r.last_floor) for r in own] == [(1, 5), (6, 10), (11, 12)]
    assert [r.height_m for r in own] == [7.5, 22.5, 33.0]
    assert sum(r.residents or 0.0 for r in own) == pytest.approx(240.0)
    assert not own[0].assumed
    other = [row for row in rows if row.building == "guess" and row.layer == "A/LTE"]
    assert other[-1].last_floor == 10
    assert other[-1].assumed
    assert [row.building for row in rows] == ["tower"] * 6 + ["guess"] * 4


def test_upper_floors_see_over_the_roofs(plain: State, plain_folder: Path) -> None:
    """Behind a wall of 25 m the street is in the shadow and the floors above the wall are not."""
    wall = Building("wall", box(X_MIN + 560, Y_MIN + 300, X_MIN + 600, Y_MIN + 580), 25.0)
    inputs = with_building(plain.inputs, wall)
    state = state_at(Project.open(plain_folder), DAY, Reporter(quiet=True), inputs=inputs)
    lost = [
        (before.level_dbm or 0.0) - (after.level_dbm or 0.0)
        for before, after in zip(floor_coverage(plain, [TOWER]), floor_coverage(state, [TOWER]), strict=True)
    ]
    assert lost[0] > 3.0
    assert max(lost[4:]) < 1.0


def test_a_mass_that_stands_shades_its_own_far_side(plain: State, plain_folder: Path) -> None:
    inputs = with_building(plain.inputs, TOWER)
    state = state_at(Project.open(plain_folder), DAY, Reporter(quiet=True), inputs=inputs)
    for free, behind in zip(floor_coverage(plain, [TOWER]), floor_coverage(state, [TOWER]), strict=True):
        assert free.level_dbm is not None
        assert behind.level_dbm is not None
        lost_db = free.level_dbm - behind.level_dbm
        assert 0.5 < lost_db < 2.0 if free.layer == "A/LTE" else 6.0 < lost_db < 15.0  # A comes from two sides


@pytest.mark.parametrize(("model", "highest_m"), [("uma", 22.5), ("delta_bullington", math.inf)])
def test_beyond_the_range_of_a_model_nothing_is_known(tmp_path: Path, model: str, highest_m: float) -> None:
    state = state_of(tmp_path / "p", with_model(model))
    rows = floor_coverage(state, [TOWER])
    assert len(rows) == 6
    for row in rows:
        known = row.height_m <= highest_m
        assert (row.level_dbm is not None) == known
        assert (row.cell is not None) == known
        assert (row.probability["kz-4g-outdoor"] is not None) == known


def test_where_a_cell_out_of_range_could_serve_the_others_are_not_taken_for_the_best(tmp_path: Path) -> None:
    """A-3 transmits where the model does not hold: layer A is known only where A-1 and A-2 serve anyway."""
    folder = make_project(tmp_path / "p")
    edit_cell(folder / "data" / "cells.csv", 4, "frequency_mhz", "450.0")
    for row in range(2, 8):
        edit_cell(folder / "data" / "cells.csv", row, "eirp_dbm", "10.0")
    edit_text(folder / "project.toml", lambda text: with_model("uma")(text).replace("[calibration]\n", NO_FIT))
    rows = floor_coverage(state_at(Project.open(folder), DAY, Reporter(quiet=True)), [TOWER])
    ground = {row.layer: row for row in rows if row.first_floor == 1}
    assert ground["B/LTE"].level_dbm is not None
    assert (ground["B/LTE"].probability[DEFINITION] or 0.0) < 0.75
    assert ground["A/LTE"].level_dbm is None
    assert ground["A/LTE"].probability == {DEFINITION: None}


def test_off_the_map_and_walled_in_are_unknown(plain: State, plain_folder: Path) -> None:
    edge = Building("edge", box(X_MIN - 30, Y_MIN + 100, X_MIN + 20, Y_MIN + 140), 9.0, residents=10.0)
    block = Building("block", box(X_MIN + 500, Y_MIN + 300, X_MIN + 700, Y_MIN + 500), 30.0)
    state = state_at(Project.open(plain_folder), DAY, Reporter(quiet=True), inputs=with_building(plain.inputs, block))
    cellar = Building("court", box(X_MIN + 590, Y_MIN + 390, X_MIN + 610, Y_MIN + 410), 6.0)
    for row in floor_coverage(state, [edge, cellar]):
        assert row.level_dbm is None
        assert row.probability == {"kz-4g-outdoor": None}


def test_the_fit_of_a_cell_counts_and_the_field_around_its_measurements_does_not(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p")
    state = state_at(Project.open(folder), DAY, Reporter(quiet=True))
    assert state.calibrated.model is not None
    shift = 10.0
    louder = replace(state.calibrated.model.figures, mean=state.calibrated.model.figures.mean.copy())
    louder.mean[:, OFFSET] += shift
    model = replace(state.calibrated.model, figures=louder)
    lifted = replace(state, calibrated=replace(state.calibrated, model=model))
    before, after = floor_coverage(state, [TOWER]), floor_coverage(lifted, [TOWER])
    nowhere = replace(state.calibrated.model, left=replace(model.left, level_db=model.left.level_db + 99.0))
    deaf = replace(state, calibrated=replace(state.calibrated, model=nowhere))
    assert floor_coverage(deaf, [TOWER]) == before
    for one, two in zip(before, after, strict=True):
        assert one.level_dbm is not None
        assert two.level_dbm == pytest.approx(one.level_dbm + shift, abs=0.3)  # the spread may change with the level


def test_away_from_measurements_the_whole_spread_remains(tmp_path: Path) -> None:
    state = state_at(Project.open(make_project(tmp_path / "p")), DAY, Reporter(quiet=True))
    assert state.calibrated.model is not None
    model, links = replace(state.calibrated.model, conformal=plain_intervals()), state.calibrated.observed.links
    whole = float(np.sqrt(total_variance_db2(model.spread)))
    _, told = model.map_levels(links)
    _, sd = model.trend_levels(links)
    assert sd.min() >= whole
    assert told.mean() < whole  # beside a measurement less is left


@pytest.mark.parametrize(("floors", "height_m"), [(0, 3.0), (5, 0.0), (5, -3.0)])
def test_bands_and_floors_need_a_size(plain: State, floors: int, height_m: float) -> None:
    with pytest.raises(UsageError, match="cannot be"):
        floor_coverage(plain, [TOWER], band_floors=floors, floor_height_m=height_m)


def with_building(inputs: Inputs, building: Building) -> Inputs:
    """Return inputs in which a building stands more."""
    buildings = (*inputs.buildings, building)
    above = rasterize_buildings([b for b in buildings if b.stands(inputs.surface.date)], inputs.surface.grid)
    return replace(inputs, buildings=buildings, surface=replace(inputs.surface, above_ground_m=above))


def test_what_other_cities_teach_says_nothing_of_floors(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p")
    edit_text(
        folder / "project.toml",
        lambda text: text.replace("[calibration]\n", '[calibration]\nwithout_measurements = "other_cities"\n').replace(
            '[[measurements]]\nfile = "data/drive_test.csv"\n', ""
        ),
    )
    state = state_at(Project.open(folder), DAY, Reporter(quiet=True))
    assert state.calibrated.untaught is not None
    assert all(row.level_dbm is None for row in floor_coverage(state, [TOWER]))
