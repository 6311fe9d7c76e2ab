"""A plan in the city of a project: its buildings and their days, what its mass takes away, and what gives it back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from shapely import box

from aqdaq.model.development import Development
from aqdaq.model.grid import Grid
from aqdaq.model.network import Cell, Layer, Network, Site
from aqdaq.pipeline.foresee_states import read_on
from aqdaq.pipeline.planfile_city import (
    PREFIX,
    placed_in_city,
    planned_buildings,
    with_plan,
    without_developments,
)
from aqdaq.pipeline.planfile_lost import SMALL_CELL_DB, Remedy, _station, lost_service
from aqdaq.pipeline.planfile_project import project_facts
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.planning.plan_rules.case import LostService
from tests.tiny_project import CRS, DATE, X_MIN, Y_MIN
from tests.unit.plan_made import obj, plan, point

DAY = dt.date.fromisoformat(DATE)
LAYER = Layer("A", "LTE")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# --- days


def test_phases_are_before_the_first_start_at_the_last_start_and_at_the_last_end() -> None:
    first = obj("building", "1", box(0, 0, 9, 9), height_m=9.0, start=day("2027-03-01"), end=day("2029-01-01"))
    second = obj("building", "2", box(20, 0, 29, 9), height_m=9.0, start=day("2028-02-01"), end=day("2028-12-01"))
    planned, dates, assumed = planned_buildings(plan(first, second), DAY)
    assert dates == {"before": day("2027-02-28"), "during": day("2028-02-01"), "after": day("2029-01-01")}
    assert [d.id for d in planned] == [f"{PREFIX}1", f"{PREFIX}2"]
    assert assumed == ()


def test_days_that_the_plan_does_not_say_are_assumed_and_said() -> None:
    none = obj("building", "1", box(0, 0, 9, 9), height_m=9.0)
    late = obj("building", "2", box(0, 0, 9, 9), height_m=9.0, end=day("2030-01-01"))
    low = obj("building", "3", box(0, 0, 9, 9))
    planned, dates, assumed = planned_buildings(plan(none, late, low), DAY)
    assert [(d.id, d.start, d.end) for d in planned] == [
        (f"{PREFIX}1", DAY, DAY), (f"{PREFIX}2", DAY, day("2030-01-01"))
    ]  # fmt: skip
    assert dates["before"] == DAY - dt.timedelta(days=1)
    assert assumed == ("days of 2 planned buildings: those that the plan does not say are 2026-06-01",)


# --- the city


def test_the_mass_of_the_plan_stands_from_its_start_and_replaces_what_lies_under_it(project: Path) -> None:
    opened = Project.open(project)
    inputs = read_on(opened, day("2028-01-01"), (), DAY)
    house = next(b for b in inputs.buildings if b.id == "house-1")
    tower = Development(f"{PREFIX}T", house.footprint, 50.0, day("2027-01-01"), day("2028-01-01"))
    planned, twice, notes = placed_in_city((tower,), inputs)
    assert (planned[0].replaces, twice) == (("house-1",), ())
    assert any("replaces building 'house-1'" in note for note in notes)
    built = with_plan(opened, inputs, planned)
    row, col, _ = built.surface.grid.index(house.footprint.centroid.x, house.footprint.centroid.y)
    assert (inputs.surface.above_ground_m[row, col], built.surface.above_ground_m[row, col]) == (15.0, 50.0)
    assert [b.id for b in built.buildings if b.id.startswith(PREFIX)] == [f"{PREFIX}T"]
    earlier = with_plan(opened, read_on(opened, day("2026-12-31"), (), DAY), planned)
    assert earlier.surface.above_ground_m[row, col] == 15.0


def test_what_a_forgotten_development_replaced_stands_again(project: Path) -> None:
    opened = Project.open(project)
    inputs = read_on(opened, day("2028-01-01"), (), DAY)
    house = next(b for b in inputs.buildings if b.id == "house-1")
    own = Development("P1", house.footprint, 60.0, day("2027-01-01"), day("2027-06-01"), replaces=("house-1",))
    known = with_plan(opened, inputs, (own,))
    row, col, _ = inputs.surface.grid.index(house.footprint.centroid.x, house.footprint.centroid.y)
    assert known.surface.above_ground_m[row, col] == 60.0
    assert without_developments(opened, known, (own,)).surface.above_ground_m[row, col] == 15.0


def test_a_development_of_the_project_that_the_plan_draws_too_is_not_counted_twice(project: Path) -> None:
    opened = Project.open(project)
    inputs = read_on(opened, day("2028-01-01"), (), DAY)
    shape = box(X_MIN + 900, Y_MIN + 100, X_MIN + 940, Y_MIN + 140)
    own = Development("P1", shape, 60.0, day("2027-01-01"), day("2027-06-01"), where="developments.gpkg:1")
    twin = Development(f"{PREFIX}P1", shape, 30.0, day("2027-01-01"), day("2027-06-01"))
    known = with_plan(opened, inputs, (own,))
    planned, twice, notes = placed_in_city((twin,), known)
    assert twice == (own,)
    assert notes == ["developments.gpkg:1: development 'P1' is a building of the plan"]
    row, col, _ = inputs.surface.grid.index(shape.centroid.x, shape.centroid.y)
    bare = without_developments(opened, known, twice)
    assert bare.surface.above_ground_m[row, col] == 0.0
    assert with_plan(opened, bare, planned).surface.above_ground_m[row, col] == 30.0


# --- what is lost


def cell(name: str, site: str, **fields: Any) -> Cell:
    return Cell(name, site, LAYER, 1800.0, 20.0, 0.0, 0.0, 30.0, 60.0, **fields)


def state(probability: np.ndarray, server: np.ndarray, people: np.ndarray | None) -> Any:
    grid = Grid(CRS, 0.0, 30.0, 10.0, 3, 4)
    definition = SimpleNamespace(id="d", bound=0.9, cannot_predict="")
    coverage = SimpleNamespace(layer=LAYER, grid=grid, probability={"d": probability.astype(np.float32)},
                               best_server=server, cells=("c1", "c2"))  # fmt: skip
    network = Network(
        (Site("X", 0.0, 0.0), Site("Y", 5000.0, 0.0), Site("Z", 9.0, 0.0)), (cell("c1", "X"), cell("c2", "Y"))
    )
    inputs = SimpleNamespace(grid=grid, people=people, definitions=(definition,), network=network)
    return cast("Any", SimpleNamespace(inputs=inputs, coverage=(coverage,)))


def test_service_is_lost_where_it_was_and_is_known_not_to_be_any_more() -> None:
    before = np.array([[0.95, 0.95, 0.95, 0.95], [0.89, 0.95, 0.95, 0.95], [np.nan, 0.95, 0.95, 0.95]])
    after = np.array([[0.95, 0.10, np.nan, 0.89], [0.10, 0.10, 0.95, 0.95], [0.10, 0.95, 0.10, 0.95]])
    server = np.array([[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, -1, 0]], dtype=np.int16)
    people = np.arange(12, dtype=np.float32).reshape(3, 4)
    roof = box(10.0, 10.0, 20.0, 20.0)  # row 1, column 1: under the plan itself
    found = lost_service(state(before, server, people), state(after, server, people), [roof], 100.0)
    assert [(s.id, [(one.x_m.tolist(), one.y_m.tolist(), one.weight.tolist()) for one in s.lost]) for s in found] == [
        ("X", [([15.0], [25.0], [1.0])]),
        ("Y", [([35.0], [25.0], [3.0])]),
        ("Z", []),  # near the plan, and it lost nothing
    ]
    assert {s.unit for s in found} == {"people"}


def test_ground_is_counted_where_nobody_knows_the_people_and_those_who_leave_are_not() -> None:
    before, after = np.full((3, 4), 0.95), np.full((3, 4), 0.95)
    after[0, 0], after[2, 3] = 0.2, 0.2
    server = np.zeros((3, 4), dtype=np.int16)
    ground = lost_service(state(before, server, None), state(after, server, None), [], 0.0)
    assert [(s.unit, s.lost[0].weight.tolist()) for s in ground] == [("m2", [100.0, 100.0])]
    stay, left = np.full((3, 4), 7.0, np.float32), np.full((3, 4), 7.0, np.float32)
    left[0, 0] = 0.0
    moved = lost_service(state(before, server, stay), state(after, server, left), [], 0.0)
    assert moved[0].lost[0].weight.tolist() == [7.0]


# --- what restores it


@pytest.fixture
def remedy(project: Path) -> Remedy:
    opened = Project.open(project)
    inputs = read_on(opened, DAY, (), DAY)
    predictor = Predictor(inputs.surface, inputs.network, opened.config.prediction, opened.body, 1.5)
    return Remedy(cast("Any", SimpleNamespace(inputs=inputs, predictor=predictor)), 8.0)


def away(*xy: tuple[float, float], layer: str = "A/LTE") -> LostService:
    x, y = (np.array([X_MIN, Y_MIN])[i] + np.array([p[i] for p in xy]) for i in (0, 1))
    return LostService("S1", layer, "kz-4g-outdoor", x, y, np.ones(len(xy)), "people")


def test_a_station_restores_what_lies_near_and_not_what_lies_beyond_the_prediction(remedy: Remedy) -> None:
    mast = obj("reserved_site", "M", point(X_MIN + 80.0, Y_MIN + 60.0), height_m=30.0, structure="mast")
    near, far = (100.0, 80.0), (1180.0, 1180.0)  # 28 m and 1.6 km; predicted is up to 900 m
    assert remedy(mast, away(near, near, far)).tolist() == [True, True, False]
    assert remedy(mast, away(near)).tolist() == [True]


def test_a_station_needs_a_height_the_right_owner_and_a_layer_that_is_there(remedy: Remedy) -> None:
    at = point(X_MIN + 600.0, Y_MIN + 560.0)
    asked = away((620.0, 580.0))
    assert not remedy(obj("reserved_site", "M", at), asked).any()
    assert not remedy(obj("reserved_site", "M", at, height_m=30.0, owner="B"), asked).any()
    assert remedy(obj("reserved_site", "M", at, height_m=30.0, owner="a"), asked).all()
    assert not remedy(obj("reserved_site", "M", at, height_m=30.0), away((620.0, 580.0), layer="C/LTE")).any()


def test_a_pole_carries_a_weaker_cell_and_a_roof_a_higher_one() -> None:
    cells = [cell("c1", "X"), cell("c2", "Y", ssb_eirp_dbm=40.0)]
    at = point(0.0, 0.0)
    mast, pole, roof = (_station(obj("reserved_site", "M", at, height_m=20.0, structure=s), cells)
                        for s in ("mast", "pole", "rooftop"))  # fmt: skip
    assert (mast.eirp_dbm, mast.height_m, mast.antenna.omni) == (60.0, 20.0, True)  # type: ignore[union-attr]
    assert (pole.eirp_dbm, pole.height_m) == (60.0 - SMALL_CELL_DB, 20.0)
    assert (roof.eirp_dbm, roof.height_m) == (60.0, 23.0)
    beam = _station(obj("reserved_site", "M", at, height_m=20.0, structure="pole"), cells[1:])
    assert beam.ssb_eirp_dbm == 30.0


# --- facts


def test_antennas_ground_and_roofs_around_come_from_the_project(project: Path) -> None:
    opened = Project.open(project)
    made = plan(obj("building", "T", box(X_MIN + 900, Y_MIN + 100, X_MIN + 940, Y_MIN + 140), height_m=40.0))
    found = project_facts(opened, made, DAY, frozenset({"project"}), Reporter(quiet=True))
    facts = found.facts
    assert {a.cell for a in facts.antennas} == {"A-1", "A-2", "A-3", "B-1", "B-2"}  # B-3 is off air
    first = next(a for a in facts.antennas if a.cell == "A-2")
    assert first.azimuth_deg == pytest.approx(120.0, abs=2.0)  # from true to grid north
    assert (first.tilt_deg, first.height_m, first.eirp_dbm) == (4.0, 30.0, 44.0)
    heights = facts.ground_m(np.array([X_MIN + 600.0, X_MIN - 1e5]), np.array([Y_MIN + 600.0, Y_MIN]))
    assert heights[0] == pytest.approx(700.0 + 0.06 * 800.0, abs=2.0)
    assert np.isnan(heights[1])
    assert {b.id for b in facts.standing} == {f"house-{n}" for n in range(11)}  # house-11 is not built yet
    assert (facts.bands, facts.shadow) == (None, None)
    assert facts.bounds == {"kz-4g-outdoor": 0.75}
