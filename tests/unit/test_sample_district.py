"""The planned district of the sample city: on open ground, later than the day of the examples, in two phases."""

from __future__ import annotations

import datetime as dt

import pytest

from aqdaq.pipeline.sample.city import City, make_city
from aqdaq.pipeline.sample.district import PHASES, Planned, make_district
from aqdaq.pipeline.sample.frame import SIDE_M, streams
from aqdaq.pipeline.sample.streets import make_streets
from aqdaq.pipeline.sample.terrain import make_terrain

DAY = dt.date(2026, 6, 1)


@pytest.fixture(scope="module", params=[1, 2])
def made(request: pytest.FixtureRequest) -> tuple[City, tuple[Planned, ...]]:
    rng = streams(request.param)
    plan = make_streets(rng["streets"], make_terrain(rng["terrain"]))
    city = make_city(rng["buildings"], rng["planned"], plan)
    return city, make_district(rng["district"], plan, city)


def test_it_lies_on_open_ground_in_the_middle(made: tuple[City, tuple[Planned, ...]]) -> None:
    city, district = made
    assert len(district) >= 3
    for house in district:
        assert not any(house.outline.intersects(s.outline) for s in (*city.buildings, *city.planned))
        x, y = house.outline.centroid.x, house.outline.centroid.y
        assert 0.1 * SIDE_M < x < 0.9 * SIDE_M
        assert 0.1 * SIDE_M < y < 0.9 * SIDE_M


def test_works_and_people_come_later_phase_by_phase(made: tuple[City, tuple[Planned, ...]]) -> None:
    city, district = made
    assert {house.phase for house in district} == {"1", "2"}
    assert all(DAY < house.start < house.end for house in district)
    assert max(p[2] for p in PHASES[:1]) < min(p[1] for p in PHASES[1:])
    west = max(h.outline.centroid.x for h in district if h.phase == "1")
    assert west < min(h.outline.centroid.x for h in district if h.phase == "2")
    ids = [house.id for house in district] + [s.id for s in (*city.buildings, *city.planned)]
    assert len(set(ids)) == len(ids)


def test_people_live_in_homes_only(made: tuple[City, tuple[Planned, ...]]) -> None:
    for house in made[1]:
        assert (house.residents > 50) == (house.use == "residential")
        assert house.height_m == 3.0 * house.floors
