"""Receptors of a neighbourhood: counted by hand on houses of known size, then properties on random towns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from aqdaq.analysis.exposure.facades import wall_positions
from aqdaq.analysis.exposure.receptor_blocks import Spacing
from aqdaq.analysis.exposure.receptors import (
    ALL_WALLED_UP,
    NO_GROUND,
    NO_HEIGHT,
    PULLED_DOWN,
    Found,
    receptors_of,
)
from aqdaq.model.building import Building
from aqdaq.model.receptor import Receptors
from tests.unit.exposure_made import DATE, Float, flat

UNKNOWN = frozenset({"height_m"})


def house(name: str, west: float, south: float, east: float, north: float, **more: Any) -> Building:
    """Return a house of 15 m with five floors."""
    known: dict[str, Any] = {"height_m": 15.0, "floors": 5}
    return Building(name, box(west, south, east, north), **{**known, **more})


def found_of(*buildings: Building, **how: Any) -> Found:
    return receptors_of(buildings, flat(), DATE, **how)


def of_kind(receptors: Receptors, kind: str) -> np.ndarray:
    return np.flatnonzero(np.array(receptors.kind) == kind)


def test_a_house_of_twelve_by_nine_metres_and_five_floors() -> None:
    found = found_of(house("h", 0, 0, 12, 9, residents=140.0))
    r = found.receptors
    facade = of_kind(r, "facade")
    assert len(facade) == 5 * (4 + 3 + 4 + 3)
    assert sorted(set(r.at_m[facade, 2])) == [1.5, 4.5, 7.5, 10.5, 13.5]
    assert {r.floor[i]: r.at_m[i, 2] for i in facade} == {1: 1.5, 2: 4.5, 3: 7.5, 4: 10.5, 5: 13.5}
    south = [i for i in facade if r.facade_deg[i] == 180.0 and r.floor[i] == 1]
    assert sorted(r.at_m[south, 0]) == [1.5, 4.5, 7.5, 10.5]
    assert set(r.at_m[south, 1]) == {-1.0}
    assert sorted(set(r.facade_deg[facade])) == [0.0, 90.0, 180.0, 270.0]
    assert r.people[facade] == pytest.approx(2.0)
    assert np.isnan(np.delete(r.people, facade)).all()
    assert (found.left_out, found.walled_up, found.buried, found.incomplete) == ((), (), (), False)
    assert found.assumed == ()
    assert set(r.flat) == {""}  # no flat is invented
    assert r.height_m[facade] == pytest.approx(r.at_m[facade, 2])


@pytest.mark.parametrize(
    ("facts", "floors", "storey_m"),
    [
        ({"height_m": 30.0, "floors": None}, 10, 3.0),
        ({"height_m": 10.0, "floors": None}, 3, 3.0),
        ({"height_m": 11.0, "floors": None}, 4, 3.0),
        ({"height_m": 1.0, "floors": None}, 1, 3.0),
        ({"height_m": 20.0, "floors": 5}, 5, 4.0),
        ({"height_m": 18.0, "floors": 6, "assumed": UNKNOWN}, 6, 3.0),
        ({"height_m": 60.0, "floors": 1}, 20, 3.0),
        ({"height_m": 9.0, "floors": 9}, 3, 3.0),
    ],
)
def test_floors(facts: dict[str, Any], floors: int, storey_m: float) -> None:
    found = found_of(house("h", 0, 0, 12, 9, **facts))
    r = found.receptors
    facade = of_kind(r, "facade")
    assert sorted(set(r.floor[facade])) == list(range(1, floors + 1))
    assert sorted(set(r.at_m[facade, 2])) == pytest.approx([1.5 + storey_m * k for k in range(floors)])


def test_every_wall_longer_than_a_metre_has_a_point() -> None:
    stairs = Polygon([(0, 0), (20, 0), (20, 1.5), (18, 1.5), (18, 10), (0, 10)])
    positions = wall_positions([Building("h", stairs, 9.0)], 5.0)
    assert len(positions.owner) == 4 + 1 + 1 + 2 + 4 + 2
    assert positions.number.tolist() == list(range(1, 15))


def test_a_court_has_walls_too() -> None:
    ring = Polygon(box(0, 0, 30, 30).exterior, [box(10, 10, 20, 20).exterior])
    positions = wall_positions([Building("h", ring, 9.0)], 30.0)
    inner = positions.xy_m[positions.xy_m.min(axis=1) > 5.0]
    inner = inner[inner.max(axis=1) < 25.0]
    assert sorted(map(tuple, inner.round(6).tolist())) == [(11.0, 15.0), (15.0, 11.0), (15.0, 19.0), (19.0, 15.0)]


def test_a_kiosk_and_a_round_tower_are_not_lost() -> None:
    kiosk = Building("k", box(0, 0, 0.8, 0.9), 3.0)
    tower = Building("t", Point(50, 50).buffer(5.0, quad_segs=64), 9.0)  # sides of 12 cm
    positions = wall_positions([kiosk, tower], 3.0)
    assert np.bincount(positions.owner)[0] == 1
    around = positions.xy_m[positions.owner == 1]
    assert len(around) >= 10
    assert np.hypot(*(around - 50.0).T) == pytest.approx(6.0, abs=0.3)
    assert len(found_of(kiosk).receptors) > 0


def test_a_point_inside_a_touching_house_is_walled_up_and_counted_up_to_its_roof() -> None:
    low = house("low", 12, 0, 24, 9, height_m=6.0, floors=2)
    found = found_of(house("high", 0, 0, 12, 9), low)
    r = found.receptors
    east = [i for i in range(len(r)) if r.building[i] == "high" and r.facade_deg[i] == 90.0]
    assert sorted(r.floor[east].tolist()) == [3, 3, 3, 4, 4, 4, 5, 5, 5]
    assert dict(found.walled_up) == {"high": 6, "low": 6}


def test_a_gap_of_more_than_a_metre_leaves_the_windows_and_one_of_less_does_not() -> None:
    apart, tight = (found_of(house("a", 0, 0, 12, 9), house("b", 12 + gap, 0, 24, 9)) for gap in (1.2, 0.5))
    assert apart.walled_up == ()
    assert dict(tight.walled_up) == {"a": 15, "b": 15}


def test_a_neighbour_of_unknown_height_walls_nothing_up() -> None:
    found = found_of(house("a", 0, 0, 12, 9), house("b", 12, 0, 24, 9, floors=None, assumed=UNKNOWN))
    assert found.walled_up == ()
    assert len(of_kind(found.receptors, "facade")) == 70


def test_a_house_with_no_free_wall_is_listed() -> None:
    around = Polygon(box(-20, -20, 40, 40).exterior, [box(0, 0, 12, 9).exterior])
    found = found_of(house("in", 0, 0, 12, 9), Building("out", around, 30.0))
    assert ("in", ALL_WALLED_UP) in found.left_out
    assert dict(found.walled_up)["in"] == 70
    assert "in" in {found.receptors.building[i] for i in of_kind(found.receptors, "roof")}


def test_without_a_height_nothing_is_made_and_the_neighbourhood_is_incomplete() -> None:
    found = found_of(house("known", 0, 0, 12, 9), house("dark", 40, 0, 52, 9, floors=None, assumed=UNKNOWN))
    assert found.without_height == ("dark",)
    assert found.left_out == (("dark", NO_HEIGHT),)
    assert found.incomplete
    assert "dark" not in found.receptors.building
    assert found.buildings == ("known", "dark")


def test_where_the_ground_is_not_known() -> None:
    def half(x_m: Float, _: Float) -> Float:
        return np.where(x_m < 100.0, 0.0, np.nan)

    found = receptors_of([house("a", 0, 0, 12, 9), house("b", 200, 0, 212, 9)], half, DATE)
    assert found.without_ground == ("b",)
    assert found.left_out == (("b", NO_GROUND),)
    assert found.incomplete
    assert found.yards_without_ground > 0
    assert np.isfinite(found.receptors.at_m).all()


def test_a_building_that_is_gone_is_listed_and_walls_nothing_up() -> None:
    gone = house("gone", 12, 0, 24, 9, demolished=DATE)
    found = found_of(house("a", 0, 0, 12, 9), gone)
    assert found.left_out == (("gone", PULLED_DOWN),)
    assert found.walled_up == ()


def test_planned_buildings_are_marked_and_wall_up_nothing_today() -> None:
    planned = house("new", 12, 0, 24, 9, built=dt.date(2028, 1, 1))
    found = found_of(house("a", 0, 0, 12, 9), planned)
    r = found.receptors
    assert {r.building[i] for i in range(len(r)) if r.planned[i]} == {"new"}
    assert dict(found.walled_up) == {"new": 15}  # where it touches what stands then


def test_what_gives_way_to_a_planned_building_does_not_wall_it_up() -> None:
    start = dt.date(2028, 1, 1)
    old = house("old", 0, 0, 30, 30, demolished=start)
    found = found_of(old, house("new", 5, 5, 17, 14, built=start))
    assert found.walled_up == ()
    assert sum(name == "new" for name in found.receptors.building) >= 70


def test_on_a_slope_what_would_lie_below_the_ground_is_counted() -> None:
    def slope(_: Float, y_m: Float) -> Float:
        return np.asarray(y_m) * 0.5

    found = receptors_of([house("a", 0, 0, 12, 9)], slope, DATE)
    r = found.receptors
    facade = of_kind(r, "facade")
    assert len(facade) + dict(found.buried)["a"] == 70
    assert (r.at_m[:, 2] >= slope(r.at_m[:, 0], r.at_m[:, 1])).all()
    assert r.height_m[facade] == pytest.approx(r.at_m[facade, 2] - 0.5 * r.at_m[facade, 1])


def test_roofs_have_a_grid_and_a_small_one_still_a_point() -> None:
    found = found_of(house("a", 0.5, 0.5, 30.5, 20.5), house("b", 101, 101, 103, 103))
    r = found.receptors
    roof = of_kind(r, "roof")
    assert sum(r.building[i] == "a" for i in roof) == 6 * 4
    assert sum(r.building[i] == "b" for i in roof) == 1
    assert set(r.at_m[roof, 2]) == {16.5}


def test_yards_lie_in_the_open_near_buildings_and_within_the_distance() -> None:
    a, b = house("a", 0, 0, 12, 9), house("b", 40, 0, 52, 9)
    found = found_of(a, b, near=(26.0, 4.0), within_m=40.0)
    r = found.receptors
    yards = np.array([Point(place) for place in r.at_m[of_kind(r, "yard"), :2]])
    assert len(yards) > 20
    assert not shapely.intersects(yards[:, None], np.array([a.footprint, b.footprint])).any()
    assert shapely.dwithin(yards, Point(26, 4), 40.0 + 1e-6).all()
    assert set(r.at_m[of_kind(r, "yard"), 2]) == {1.5}


@pytest.mark.parametrize(
    ("use", "kind"),
    [("school", "school"), ("Детский сад", "school"), ("hospital", "hospital"), ("Поликлиника №3", "hospital")],
)
def test_the_ground_of_a_school_or_hospital_is_finer_than_a_yard(use: str, kind: str) -> None:
    found = found_of(house("s", 0, 0, 40, 20, use=use), house("h", 100, 0, 112, 9, use="residential"))
    r = found.receptors
    ground = of_kind(r, kind)
    assert {r.building[i] for i in ground} == {"s"}
    steps = np.diff(np.unique(r.at_m[ground, 0]))
    assert set(steps) == {5.0}
    reach = shapely.distance(shapely.points(r.at_m[ground, :2]), box(0, 0, 40, 20))
    assert 0.0 < reach.min() <= reach.max() <= 25.0
    places = [tuple(p) for p in r.at_m[np.concatenate([ground, of_kind(r, "yard")]), :2].tolist()]
    assert len(places) == len(set(places))


def test_only_what_lies_within_the_distance() -> None:
    a, b = house("a", 0, 0, 12, 9), house("b", 100, 0, 112, 9)
    near = found_of(a, b, near=(6.0, 4.0), within_m=20.0)
    both = found_of(a, b)
    assert near.buildings == ("a",)
    mine = [i for i in near.receptors.id if i.startswith("a/")]
    assert mine == [i for i in both.receptors.id if i.startswith("a/")]  # ids do not depend on the distance
    assert found_of(a, b, near=(500.0, 500.0), within_m=20.0).buildings == ()


def test_named_buildings_alone_have_no_yards() -> None:
    found = found_of(house("a", 0, 0, 12, 9), house("b", 12, 0, 24, 9), only=("a",))
    assert found.buildings == ("a",)
    assert "yard" not in found.receptors.kind
    assert dict(found.walled_up) == {"a": 15}  # the neighbour still stands there


@pytest.mark.parametrize("how", [{"facade_step_m": 0.0}, {"floor_height_m": -1.0}, {"within_m": -1.0, "near": (0, 0)}])
def test_steps_that_cannot_be(how: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        found_of(house("a", 0, 0, 12, 9), **how)


def test_no_building_at_all() -> None:
    found = receptors_of([], flat(), DATE)
    assert len(found.receptors) == 0
    assert found.buildings == ()


@st.composite
def towns(draw: st.DrawFn) -> list[Building]:
    """Return a town of boxes, some of them touching or in two parts."""
    found = []
    for n in range(draw(st.integers(1, 6))):
        west, south = draw(st.integers(0, 60)), draw(st.integers(0, 60))
        wide, deep = draw(st.integers(2, 30)), draw(st.integers(2, 30))
        one = box(west, south, west + wide, south + deep)
        shape: Polygon | MultiPolygon = one
        if draw(st.booleans()):
            shape = MultiPolygon([one, box(west + 100, south, west + 100 + wide, south + deep)])
        known = draw(st.booleans())
        built = draw(st.sampled_from([None, dt.date(2030, 1, 1)]))
        height = float(draw(st.integers(3, 60)))
        assumed = frozenset() if known else UNKNOWN
        found.append(Building(f"b{n}", shape, height, residents=10.0, built=built, assumed=assumed))
    return found


@given(towns(), st.sampled_from([1.0, 2.5, 3.0, 7.0]))
def test_nothing_is_lost(town: list[Building], step_m: float) -> None:
    found = receptors_of(town, flat(), DATE, facade_step_m=step_m, spacing=Spacing(yard_m=20.0))
    r = found.receptors
    assert len(set(r.id)) == len(r)
    facade = of_kind(r, "facade")
    positions = wall_positions(town, step_m)
    lost = dict(found.walled_up)
    listed = dict(found.left_out)
    for n, building in enumerate(town):
        mine = [i for i in facade if r.building[i] == building.id]
        if building.assumed:
            assert listed[building.id] == NO_HEIGHT
            continue
        floors = max(round((building.height_m - 1.5) / 3.0 + 0.4999), 1)
        assert len(mine) + lost.get(building.id, 0) == floors * int((positions.owner == n).sum())
        assert bool(mine) != (building.id in listed)
        if mine:
            assert r.people[mine].sum() == pytest.approx(10.0)
        apart = shapely.distance(shapely.points(r.at_m[mine, :2]), building.footprint)
        assert np.all(apart <= 1.0 + 1e-9)
        standing = [b for b in town if not b.assumed and b.stands(building.built or DATE)]
        for other in standing:
            inside = shapely.contains(other.footprint, shapely.points(r.at_m[mine, :2]))
            assert (r.at_m[np.array(mine, dtype=int)[inside], 2] > other.height_m).all()
