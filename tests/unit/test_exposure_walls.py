"""Segments through walls: by hand first, then against a geometry library."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import shapely.affinity
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from aqdaq.analysis.exposure.city import city_walls, height_unknown
from aqdaq.base.rulebook import load_rulebook
from aqdaq.engine.exposure.sight import buildings_around, loss_between_db
from aqdaq.engine.exposure.walls import NONE, Walls, no_walls
from aqdaq.model.building import Building
from aqdaq.model.exposure_practice import MATERIALS, Attenuation
from tests.unit.exposure_made import DATE, flat

NOBODY = (NONE, NONE, NONE, NONE)
PRACTICE = Attenuation.from_rulebook(load_rulebook(*MATERIALS, DATE))


def walls_of(*buildings: Building) -> Walls:
    return city_walls(buildings, flat(), PRACTICE).walls


def house(
    shape: Polygon | MultiPolygon, height_m: float, material: str | None = "concrete", name: str = "b"
) -> Building:
    return Building(name, shape, height_m, material=material)


def loss(walls: Walls, one: tuple[float, float, float], two: tuple[float, float, float]) -> float:
    there = loss_between_db(walls, one, two, NOBODY)
    assert loss_between_db(walls, two, one, NOBODY) == there
    return there


# --- by hand


def test_a_wall_below_the_segment_is_no_wall() -> None:
    walls = walls_of(house(box(40, -10, 60, 10), 20.0))
    assert loss(walls, (0, 0, 19.9), (100, 0, 19.9)) == 15.0
    assert loss(walls, (0, 0, 20.1), (100, 0, 20.1)) == 0.0
    assert loss(walls, (0, 0, 10.0), (39, 0, 10.0)) == 0.0
    assert loss(walls, (0, 20, 10.0), (100, 20, 10.0)) == 0.0


def test_a_segment_that_comes_in_through_the_roof_leaves_through_a_wall() -> None:
    walls = walls_of(house(box(40, -10, 60, 10), 20.0))
    assert loss(walls, (100, 0, 0.0), (0, 0, 45.0)) == 15.0  # above the roof at x = 50, below it at 60


def test_a_courtyard_is_open() -> None:
    ring = box(0, 0, 100, 100).difference(box(20, 20, 80, 80))
    walls = walls_of(house(ring, 30.0))
    assert loss(walls, (30, 30, 2.0), (70, 70, 2.0)) == 0.0
    assert loss(walls, (30, 30, 2.0), (120, 30, 2.0)) == 15.0
    assert buildings_around(walls, 50.0, 50.0, 2.0) == (NONE, NONE)
    assert buildings_around(walls, 10.0, 50.0, 2.0) == (0, NONE)


def test_the_wall_that_takes_away_most_counts_alone() -> None:
    brick, concrete = house(box(10, -5, 20, 5), 30.0, "brick", "a"), house(box(30, -5, 40, 5), 30.0, "concrete", "b")
    assert loss(walls_of(brick), (0, 0, 5.0), (50, 0, 5.0)) == 5.0
    assert loss(walls_of(brick, concrete), (0, 0, 5.0), (50, 0, 5.0)) == 15.0
    assert loss(walls_of(brick, concrete), (0, 0, 5.0), (25, 0, 5.0)) == 5.0
    assert loss(walls_of(brick, brick, brick), (0, 0, 5.0), (50, 0, 5.0)) == 5.0


def test_a_spared_building_does_not_count() -> None:
    walls = walls_of(house(box(10, -5, 20, 5), 30.0, name="a"), house(box(30, -5, 40, 5), 30.0, "brick", "b"))
    assert loss_between_db(walls, (0, 0, 5), (50, 0, 5), (NONE, 0, NONE, NONE)) == 5.0
    assert loss_between_db(walls, (0, 0, 5), (50, 0, 5), (1, NONE, NONE, 0)) == 0.0


def test_points_lie_in_buildings_below_their_roofs_only() -> None:
    low, high = house(box(0, 0, 30, 30), 9.0, name="low"), house(box(10, 10, 20, 20), 40.0, name="high")
    walls = walls_of(low, high)
    assert buildings_around(walls, 5.0, 5.0, 3.0) == (0, NONE)
    assert buildings_around(walls, 5.0, 5.0, 9.5) == (NONE, NONE)
    assert set(buildings_around(walls, 15.0, 15.0, 3.0)) == {0, 1}
    assert buildings_around(walls, 15.0, 15.0, 30.0) == (1, NONE)
    assert buildings_around(walls, 300.0, -15.0, 3.0) == (NONE, NONE)


def test_an_open_field_has_no_walls() -> None:
    assert loss(no_walls(), (-5, -5, 0), (500, 500, 3)) == 0.0
    assert loss(walls_of(house(box(0, 0, 5, 5), 10.0, "glass")), (-5, 2, 1), (20, 2, 1)) == 0.0


def test_what_is_not_known_of_a_building_shades_nothing() -> None:
    shape = box(10, -5, 20, 5)
    unknown = Building("u", shape, 10.0, material="concrete", assumed=frozenset({"height_m"}))
    floors = Building("f", shape, 9.0, floors=3, material="concrete", assumed=frozenset({"height_m"}))
    assert height_unknown(unknown)
    assert not height_unknown(floors)
    found = city_walls([unknown, house(shape, 10.0, None, "m"), house(shape, 10.0, "moonrock", "n")], flat(), PRACTICE)
    assert found.without_height == ("u",)
    assert found.without_material == 2
    assert loss(found.walls, (0, 0, 5), (50, 0, 5)) == 0.0
    assert loss(walls_of(floors), (0, 0, 5), (50, 0, 5)) == 15.0


def test_a_roof_stands_on_the_lowest_ground_at_its_outline() -> None:
    building = house(box(40, -10, 60, 10), 20.0)
    walls = city_walls([building], lambda x_m, _: 0.1 * x_m, PRACTICE).walls
    assert walls.top_m.tolist() == [24.0]
    nowhere = city_walls([building], lambda x_m, _: np.full_like(x_m, np.nan), PRACTICE).walls
    assert loss(nowhere, (0, 0, 5), (100, 0, 5)) == 0.0


# --- against shapely


def town(rng: np.random.Generator, count: int) -> list[Building]:
    out = []
    for i in range(count):
        x, y = rng.uniform(0, 400, 2)
        shape: Polygon = box(0, 0, *rng.uniform(8, 45, 2))
        if i % 3 == 0:
            shape = shape.difference(shape.buffer(-3.0))
        if i % 4 == 0:
            shape = Point(0, 0).buffer(float(rng.uniform(5, 20)), quad_segs=3)
        shape = shapely.affinity.translate(shapely.affinity.rotate(shape, float(rng.uniform(0, 90))), x, y)
        out.append(house(shape, float(rng.uniform(4, 40)), str(rng.choice(["concrete", "brick"])), f"b{i}"))
    return out


def slow_loss(buildings: list[Building], one: np.ndarray, two: np.ndarray) -> float:
    """Split the segment at the outline of every building and look at the height of the pieces' ends."""
    worst, line = 0.0, LineString([one[:2], two[:2]])
    for building in buildings:
        crossing = line.intersection(building.footprint.boundary)
        for point in shapely.get_coordinates(crossing):
            share = np.hypot(*(point - one[:2])) / line.length
            if one[2] + share * (two[2] - one[2]) < building.height_m:
                worst = max(worst, PRACTICE.of(building.material) or 0.0)
    return worst


def test_random_segments_through_a_random_town() -> None:
    rng = np.random.default_rng(11)
    buildings = town(rng, 60)
    walls = walls_of(*buildings)
    ends = np.column_stack([rng.uniform(-60, 500, (1500, 2)), rng.uniform(1.5, 45, 1500)]).reshape(750, 2, 3)
    ends[:5, 1, 0] = ends[:5, 0, 0]  # straight north
    ends[5:10, 1, 1] = ends[5:10, 0, 1]  # straight east
    found = [loss(walls, tuple(a), tuple(b)) for a, b in ends.tolist()]
    wanted = [slow_loss(buildings, a, b) for a, b in ends]
    assert found == wanted
    assert {0.0, 5.0, 15.0} == set(wanted)


def test_random_points_in_a_random_town() -> None:
    rng = np.random.default_rng(12)
    buildings = town(rng, 60)
    walls = walls_of(*buildings)
    shapes = np.array([b.footprint for b in buildings], dtype=object)
    tops = np.array([b.height_m for b in buildings])
    mixed = 0
    for x, y, z in np.column_stack([rng.uniform(-30, 460, (1500, 2)), rng.uniform(0, 40, 1500)]).tolist():
        wanted = set(np.flatnonzero(shapely.contains_xy(shapes, x, y) & (tops > z)).tolist())
        found = set(buildings_around(walls, x, y, z)) - {NONE}
        assert found <= wanted
        assert len(found) == min(len(wanted), 2)
        mixed += bool(wanted)
    assert mixed > 100


@pytest.mark.parametrize("side", [3.0, 1000.0])
def test_the_squares_do_not_matter(side: float, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(13)
    buildings = town(rng, 20)
    usual = walls_of(*buildings)
    monkeypatch.setattr("aqdaq.engine.exposure.walls.SQUARE_M", side)
    other = walls_of(*buildings)
    assert other.frame[2] == side
    for one, two in (
        np.column_stack([rng.uniform(0, 400, (400, 2)), rng.uniform(1, 40, 400)]).reshape(200, 2, 3).tolist()
    ):
        assert loss(usual, tuple(one), tuple(two)) == loss(other, tuple(one), tuple(two))
