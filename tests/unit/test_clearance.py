"""First Fresnel zone, main obstacle and horizons against figures worked by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.engine.clearance import FREE_SHARE, clearance, fresnel_radius_m
from aqdaq.engine.registry import PathInput
from aqdaq.model.body import EARTH, MOON
from tests.model_paths import flat_path

FLAT_EARTH_M = 1e15


def hill_path(**above_m: float) -> PathInput:
    """Return 10 km over flat ground at 1000 MHz, antennas at 30 m, clutter of so many metres at ``d2000`` and so on."""
    heights = {int(name[1:]) // 1000: height for name, height in above_m.items()}
    return flat_path(10e3, 1000.0, 30.0, 30.0, clutter=heights)


# lambda = 0.2998 m. In the middle of 10 km: sqrt(0.2998 x 5000 x 5000 / 10000) = sqrt(749.5) = 27.37700 m;
# 2 km from an end: sqrt(0.2998 x 2000 x 8000 / 10000) = sqrt(479.68) = 21.90160 m.
def test_radius_of_the_zone_by_hand() -> None:
    assert fresnel_radius_m(5000.0, 5000.0, 1000.0) == pytest.approx(27.37700, abs=1e-5)
    seen = clearance(hill_path(), FLAT_EARTH_M)
    assert seen.fresnel_m[[0, 2, 5, 10]] == pytest.approx([0.0, 21.90160, 27.37700, 0.0], abs=1e-5)


# Over the Earth with k = 4/3 the middle of 10 km stands 5000^2 / (2 x 8 494 667) = 1.47151 m above the chord.
def test_the_curvature_stands_on_the_ground() -> None:
    seen = clearance(hill_path(), EARTH.sphere.effective_radius_m)
    assert seen.bulge_m[5] == pytest.approx(1.47151, abs=1e-5)
    assert seen.clearance_m[5] == pytest.approx(30.0 - 1.47151, abs=1e-5)
    assert clearance(hill_path(), MOON.sphere.effective_radius_m).bulge_m[5] == pytest.approx(
        25e6 / (2.0 * 1_737_400.0), rel=1e-12
    )


def test_a_clear_path() -> None:
    seen = clearance(hill_path(), FLAT_EARTH_M)
    assert seen.in_sight
    assert not seen.into_zone.any()
    assert not seen.above_ray.any()
    assert seen.main == 5
    assert (seen.tx_horizon, seen.rx_horizon) == (None, None)


def test_what_rises_into_the_zone_and_what_reaches_the_ray() -> None:
    # 0.6 of 27.377 m is 16.43 m: 13.5 m leave 16.5 m free, 13.6 m leave 16.4 m.
    free = clearance(hill_path(d5000=13.5), FLAT_EARTH_M)
    assert (free.main, bool(free.into_zone.any())) == (5, False)
    touched = clearance(hill_path(d5000=13.6), FLAT_EARTH_M)
    assert np.flatnonzero(touched.into_zone).tolist() == [5]
    assert touched.in_sight
    grazing = clearance(hill_path(d5000=30.0), FLAT_EARTH_M)
    assert np.flatnonzero(grazing.above_ray).tolist() == [5]
    assert not grazing.in_sight
    assert (grazing.tx_horizon, grazing.rx_horizon) == (5, 5)


def test_the_main_obstacle_is_the_one_that_takes_the_most_of_its_own_zone() -> None:
    # 40 m stands 10 m above the ray at 1 km, where the zone is 16.4 m wide, and 45 m 15 m above it, where it is 27.4 m.
    seen = clearance(hill_path(d1000=40.0, d5000=45.0, d8000=35.0), FLAT_EARTH_M)
    assert seen.main == 1
    assert seen.clearance_m[1] == pytest.approx(-10.0)
    # (40 - 30) / 1000 beats (45 - 30) / 5000 from the transmitter; 15 / 5000 beats 5 / 2000 from the receiver.
    assert (seen.tx_horizon, seen.rx_horizon) == (1, 5)


def test_equal_horizons_go_to_the_first_from_the_transmitter_and_the_last_from_the_receiver() -> None:
    path = flat_path(4.0, 1000.0, 1.0, 1.0, clutter={1: 2.0, 2: 3.0, 3: 2.0}, samples=5)
    seen = clearance(path, FLAT_EARTH_M)
    assert (seen.tx_horizon, seen.rx_horizon) == (1, 3)


def test_what_stands_at_the_ends_carries_the_antennas() -> None:
    seen = clearance(flat_path(10e3, 1000.0, 30.0, 30.0, clutter={0: 80.0, 10: 80.0}), FLAT_EARTH_M)
    assert seen.clearance_m[[0, -1]] == pytest.approx([30.0, 30.0])
    assert seen.in_sight


def test_two_points_have_nothing_between_them() -> None:
    seen = clearance(flat_path(500.0, 900.0, 30.0, 1.5, samples=2), FLAT_EARTH_M)
    assert seen.main is None
    assert seen.in_sight
    assert not seen.into_zone.any()


def test_the_path_is_left_as_it_was() -> None:
    path = hill_path(d5000=12.0)
    before = path.clutter_m.copy(), path.ground_m.copy()
    clearance(path, FLAT_EARTH_M)
    assert (path.clutter_m == before[0]).all()
    assert (path.ground_m == before[1]).all()


# The Moon: antennas at 10 and 2 m see each other up to 8.53 km, at 30 and 2 m up to 12.85 km.
@pytest.mark.parametrize(("tx_m", "limit_km"), [(10.0, 8.53), (30.0, 12.85)])
def test_line_of_sight_on_the_moon(tx_m: float, limit_km: float) -> None:
    for length, sees in ((limit_km - 0.01, True), (limit_km + 0.01, False)):
        path = flat_path(length * 1e3, 2579.0, tx_m, 2.0, samples=4001)
        assert clearance(path, MOON.sphere.effective_radius_m).in_sight is sees


@given(
    st.lists(st.floats(0.0, 90.0), min_size=1, max_size=30),
    st.floats(1.0, 100.0), st.floats(1.0, 100.0), st.floats(100.0, 30e3),
)  # fmt: skip
def test_from_the_other_end_it_looks_the_same(heights: list[float], tx_m: float, rx_m: float, length: float) -> None:
    clutter = dict(enumerate(heights, start=1))
    path = flat_path(length, 900.0, tx_m, rx_m, clutter=clutter, samples=len(heights) + 2)
    back = dataclasses.replace(path, tx_height_m=rx_m, rx_height_m=tx_m, clutter_m=path.clutter_m[::-1].copy())
    one, other = (clearance(p, EARTH.sphere.effective_radius_m) for p in (path, back))
    assert one.clearance_m == pytest.approx(other.clearance_m[::-1], abs=1e-9)
    assert one.fresnel_m == pytest.approx(other.fresnel_m[::-1], abs=1e-9)
    assert one.main is not None
    share = one.clearance_m[1:-1] / one.fresnel_m[1:-1]
    assert share.min() == pytest.approx(one.clearance_m[one.main] / one.fresnel_m[one.main], abs=1e-9)
    assert one.into_zone.any() == (share.min() < FREE_SHARE) or math.isclose(share.min(), FREE_SHARE)
