"""ITU-R P.1812 against figures worked by hand, against its own limits, and without an atmosphere."""

from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine import p1812
from aqdaq.engine.free_space import free_space_db
from aqdaq.engine.p1812 import (
    Path1812,
    basic_transmission_loss,
    link_of,
    mid_path_latitude_deg,
    p1812_kernel,
    summarize_zones,
)
from aqdaq.engine.p1812.combine import (
    angle_factor,
    distance_factor,
    power_sum_db,
    soft_maximum_db,
    time_factor,
    toward_diffraction_db,
)
from aqdaq.engine.p1812.location import location_db, location_sigma_db
from aqdaq.engine.p1812.los import multipath_db
from aqdaq.engine.p1812.parameters import beta0_percent, inverse_normal, median_k
from aqdaq.engine.p1812.path import find_horizons
from aqdaq.engine.p1812.troposcatter import troposcatter_db
from aqdaq.model.body import EARTH, MOON, Sphere


def path(**changed: Any) -> Path1812:
    """Return a path of 10 km over a plain, with changes."""
    n = len(changed.get("distance_m", range(101)))
    given: dict[str, Any] = {
        "distance_m": np.linspace(0.0, 10e3, 101),
        "ground_m": np.zeros(n),
        "clutter_m": np.zeros(n),
        "zone": np.full(n, 4, dtype=np.int8),
        "tx_height_m": 30.0,
        "rx_height_m": 1.5,
        "frequency_ghz": 0.9,
        "time_percent": 50.0,
        "latitude_mid_deg": 51.0,
    }
    return Path1812(**{**given, **changed})


def ridge(height_m: float = 60.0) -> np.ndarray:
    ground = np.zeros(101)
    ground[50] = height_m
    return ground


# Parts, worked by hand


def test_free_space_is_over_the_slant() -> None:
    # 92.4 + 0 + 20 log 5: three kilometres along, four up.
    assert free_space_db(math.hypot(3000.0, 4000.0), 1.0) == pytest.approx(92.4 + 13.979400087, abs=1e-9)


def test_multipath_enhancement() -> None:
    # 2.6 (1 - exp(-1)) log(1/50) with 10 km to both horizons together.
    assert multipath_db(10e3, 1.0) == pytest.approx(2.6 * 0.632120558829 * -1.698970004336, abs=1e-9)
    assert multipath_db(10e3, 50.0) == 0.0


@pytest.mark.parametrize("share", [1e-6, 0.01, 0.05, 0.3, 0.5, 0.7, 0.95, 0.99])
def test_normal_quantile_within_its_stated_error(share: float) -> None:
    from scipy.stats import norm

    assert inverse_normal(share) == pytest.approx(norm.isf(share), abs=5.4e-4)


def test_normal_quantile_of_a_twentieth_by_hand() -> None:
    assert inverse_normal(0.05) == pytest.approx(1.645212, abs=1e-5)
    assert inverse_normal(0.95) == pytest.approx(-inverse_normal(0.05), abs=1e-12)


def test_ducting_incidence_by_hand() -> None:
    # All sea: mu1 = min((1 + ...)^0.2, 1) = 1, so 10^(1.67 - 0.015 x 40) at 40 degrees, on both hemispheres.
    assert beta0_percent(40.0, 0.0, 0.0) == pytest.approx(10.0**1.07, rel=1e-12)
    assert beta0_percent(-40.0, 0.0, 0.0) == beta0_percent(40.0, 0.0, 0.0)
    assert beta0_percent(75.0, 0.0, 0.0) == pytest.approx(4.17, rel=1e-12)
    # 100 km inland: tau = 1 - exp(-4.12e-4 x 100^2.41) = 1; mu1 = (10^(-100/9.4) + 10^(-4.25))^0.2 = 0.141254.
    mu1 = 10.0**-0.85
    assert beta0_percent(40.0, 100e3, 100e3) == pytest.approx(10.0**1.07 * mu1 * mu1 ** (-0.935 + 0.704), rel=1e-6)


def test_median_radius_factor_follows_the_lapse_rate() -> None:
    assert median_k(45.0, EARTH.sphere.radius_m) == pytest.approx(157.0 / 112.0, rel=1e-15)
    # A body of half the radius curves twice as much: the same air matters half.
    assert median_k(45.0, EARTH.sphere.radius_m / 2) == pytest.approx(314.0 / 269.0, rel=1e-15)


def test_troposcatter_by_hand() -> None:
    # 2 GHz: 25 log 2 = 7.525750; 100 km: 40; 10 mrad: 5.73; N0 = 320: 48; p = 5: 10.125.
    assert troposcatter_db(2.0, 100e3, 10.0, 320.0, 5.0) == pytest.approx(
        190.1 + 7.52575 + 40 + 5.73 - 48 - 10.125, abs=1e-5
    )


def test_location_variability_as_worked_in_the_documentation() -> None:
    sigma = location_sigma_db(0.6, 100.0, 1.5, 10.0)
    assert sigma == pytest.approx(1.9403, abs=1e-4)
    assert location_db(95.0, sigma) == pytest.approx(3.1922, abs=1e-4)
    assert location_db(5.0, sigma) == pytest.approx(-location_db(95.0, sigma), abs=1e-12)
    assert location_db(50.0, sigma) == 0.0
    assert location_sigma_db(0.6, 100.0, 15.0, 10.0) == pytest.approx(0.5 * sigma)
    assert location_sigma_db(0.6, 100.0, 20.0, 10.0) == 0.0


def test_time_factor_and_its_ends() -> None:
    assert time_factor(50.0, 5.0) == 0.0
    assert time_factor(5.0, 5.0) == 1.0
    assert time_factor(1.0, 5.0) == 1.0
    assert time_factor(10.0, 5.0) == pytest.approx(1.28155 / 1.64485, abs=1e-3)


def test_mixing_factors() -> None:
    assert angle_factor(0.3) == pytest.approx(0.5)
    assert distance_factor(20e3) == pytest.approx(0.5)
    assert angle_factor(-50.0) == pytest.approx(1.0)
    assert distance_factor(300e3) == pytest.approx(0.0, abs=1e-12)


def test_combinations_as_written_and_beyond_what_numbers_hold() -> None:
    a, b = 120.0, 117.0
    assert soft_maximum_db(a, b) == pytest.approx(2.5 * math.log(math.exp(a / 2.5) + math.exp(b / 2.5)))
    assert power_sum_db(a, b) == pytest.approx(-5 * math.log10(10 ** (-0.2 * a) + 10 ** (-0.2 * b)))
    assert soft_maximum_db(3000.0, 100.0) == 3000.0
    assert power_sum_db(3000.0, 2900.0) == 2900.0
    assert toward_diffraction_db(130.0, 140.0, 0.5) == 130.0
    assert toward_diffraction_db(130.0, 120.0, 0.25) == 122.5


def test_zones_stand_for_half_intervals() -> None:
    d = np.array([0.0, 1e3, 2e3, 4e3, 5e3, 6e3, 10e3])
    zones = summarize_zones(d, np.array([4, 4, 3, 1, 1, 3, 4], dtype=np.int8), 7)
    assert zones.omega == pytest.approx(0.25)  # from 3 to 5.5 km
    assert zones.dtm_m == pytest.approx(4.5e3)  # from 5.5 to 10 km
    assert zones.dlm_m == pytest.approx(2e3)  # from 8 to 10 km
    assert not zones.rx_at_sea


def test_mid_latitude_follows_the_length_of_the_profile() -> None:
    radius = EARTH.sphere.radius_m
    quarter = radius * math.pi / 2
    assert mid_path_latitude_deg((0.0, 10.0), (90.0, 10.0), quarter, radius) == pytest.approx(45.0)
    assert mid_path_latitude_deg((0.0, 10.0), (90.0, 10.0), quarter / 2, radius) == pytest.approx(22.5)
    assert mid_path_latitude_deg((0.0, 0.0), (0.0, 90.0), quarter, radius) == pytest.approx(0.0, abs=1e-12)


def test_ties_go_to_the_first_at_the_transmitter_and_the_last_at_the_receiver() -> None:
    d, ground = np.linspace(0.0, 5e3, 6), np.array([0.0, 100.0, 0.0, 0.0, 100.0, 0.0])
    horizons = find_horizons(d, ground, 6, 10.0, 10.0, 1e12)
    assert (horizons.tx_index, horizons.rx_index, horizons.beyond) == (1, 4, True)
    flat_sphere = np.full(6, 10.0)  # all samples see both ends at the same angle
    tied = find_horizons(d, np.array([0.0, 20.0, 30.0, 40.0, 50.0, 0.0]), 6, 10.0, 10.0, math.inf)
    assert (tied.tx_index, tied.rx_index) == (1, 4)
    on_the_line = find_horizons(d, flat_sphere, 6, 10.0, 10.0, math.inf)
    assert not on_the_line.beyond
    assert on_the_line.tx_index == on_the_line.rx_index


# The whole


def test_clear_sight_is_free_space() -> None:
    loss = basic_transmission_loss(path(tx_height_m=300.0, rx_height_m=300.0, frequency_ghz=3.0), EARTH.sphere)
    assert loss.ldp == 0.0
    assert loss.loss_db == pytest.approx(loss.lbfs, abs=0.01)
    assert loss.dlt + loss.dlr == pytest.approx(10e3)


def test_loss_is_never_below_enhanced_free_space() -> None:
    for percent in (1.0, 50.0, 99.0):
        loss = basic_transmission_loss(path(location_percent=percent, time_percent=1.0), EARTH.sphere)
        assert loss.loss_db >= loss.lb0p


def test_clutter_counts_only_in_the_bullington_construction() -> None:
    bare = basic_transmission_loss(path(ground_m=ridge()), EARTH.sphere)
    grown = basic_transmission_loss(path(ground_m=ridge(), clutter_m=np.full(101, 20.0)), EARTH.sphere)
    assert grown.lbulla > bare.lbulla + 1.0
    for name in ("dlt", "dlr", "theta", "hst", "hsrd", "hte", "hm", "lbulls", "ldsph", "lba", "lbs", "lbfs"):
        assert getattr(grown, name) == getattr(bare, name)


def test_clutter_at_the_ends_counts_only_for_the_spread_over_locations() -> None:
    ends = np.zeros(101)
    ends[[0, -1]] = 30.0
    bare, grown = (basic_transmission_loss(path(clutter_m=c), EARTH.sphere) for c in (np.zeros(101), ends))
    assert grown == bare
    at_95 = basic_transmission_loss(path(clutter_m=ends, location_percent=95.0), EARTH.sphere)
    sigma = location_sigma_db(0.9, 100.0, 1.5, 30.0)
    assert at_95.loss_db == pytest.approx(bare.loss_db + location_db(95.0, sigma), abs=1e-12)


def test_no_spread_over_locations_at_sea() -> None:
    zone = np.full(101, 4, dtype=np.int8)
    zone[-5:] = 1
    loss = basic_transmission_loss(path(zone=zone, location_percent=90.0), EARTH.sphere)
    assert loss.lloc == 0.0
    assert basic_transmission_loss(path(location_percent=90.0), EARTH.sphere).lloc > 0.0


def test_a_coast_near_the_antenna_helps_the_duct_over_the_sea() -> None:
    n = 301
    sea = {
        "distance_m": np.linspace(0.0, 150e3, n),
        "zone": np.full(n, 1, dtype=np.int8),
        "time_percent": 1.0,
    }
    inland = basic_transmission_loss(path(**sea), EARTH.sphere)
    coast = basic_transmission_loss(path(**sea, coast_rx_m=0.0), EARTH.sphere)
    # -3 exp(0) (1 + tanh(0.07 (50 - 1.5)))
    assert coast.lba - inland.lba == pytest.approx(-3.0 * (1.0 + math.tanh(0.07 * 48.5)), abs=1e-9)
    assert coast.loss_db < inland.loss_db


def test_a_sample_exactly_on_the_line_between_the_antennas() -> None:
    d = np.linspace(0.0, 9e3, 10)
    ground = 0.1 * np.arange(10) * 3.0  # rises evenly: the antennas are as high above it at both ends
    ground[4] += 5.0
    lines = [basic_transmission_loss(on_line(d, ground, h), EARTH.sphere) for h in (5.0 - 1e-9, 5.0, 5.0 + 1e-9)]
    assert all(math.isfinite(v) for loss in lines for v in loss)
    assert lines[1].loss_db == pytest.approx(lines[0].loss_db, abs=1e-4)
    assert lines[1].loss_db == pytest.approx(lines[2].loss_db, abs=1e-4)


def on_line(d: np.ndarray, ground: np.ndarray, height_m: float) -> Path1812:
    return path(distance_m=d, ground_m=ground, tx_height_m=height_m, rx_height_m=height_m, time_percent=10.0)


def test_the_fast_way_at_half_of_the_time_gives_the_same_loss() -> None:
    given = path(ground_m=ridge(), clutter_m=np.full(101, 8.0))
    whole = basic_transmission_loss(given, EARTH.sphere)
    zones = summarize_zones(given.distance_m, given.zone, 101)
    link = link_of(given, EARTH.sphere, every_part=False)
    quick = p1812_kernel(given.distance_m, given.ground_m, given.surface_m, np.zeros(101), 101, zones, link)
    assert quick.loss_db == whole.loss_db
    assert math.isnan(quick.ldb)
    assert math.isfinite(whole.ldb)


# Other bodies


def test_without_air_there_is_free_space_and_diffraction_only() -> None:
    loss = basic_transmission_loss(path(ground_m=ridge(), time_percent=1.0, delta_n=math.nan), MOON.sphere)
    assert loss.loss_db == loss.lbfs + loss.ld50
    assert loss.ae == MOON.sphere.radius_m
    assert loss.lb0p == loss.lbfs
    for name in ("lba", "lbs", "lb0b", "ldb", "lminb0p", "lminbap", "beta0"):
        assert math.isnan(getattr(loss, name))
    half = basic_transmission_loss(path(ground_m=ridge(), delta_n=math.nan), MOON.sphere)
    assert half.loss_db == loss.loss_db


@pytest.mark.parametrize(
    ("distance_m", "expected_db"), [(5e3, 11.03), (8e3, 20.95), (10e3, 27.49), (15e3, 44.00), (20e3, 61.02)]
)
def test_smooth_moon(distance_m: float, expected_db: float) -> None:
    n = int(distance_m / 10) + 1
    d = np.linspace(0.0, distance_m, n)
    given = path(distance_m=d, tx_height_m=10.0, rx_height_m=2.0, frequency_ghz=2.579, vertical=True)
    loss = basic_transmission_loss(given, MOON.sphere)
    assert loss.ldsph == pytest.approx(expected_db, abs=0.05)
    assert loss.loss_db == pytest.approx(loss.lbfs + expected_db, abs=0.1)


@pytest.mark.parametrize(("height_m", "sight_m"), [(10.0, 8.53e3), (30.0, 12.85e3)])
def test_line_of_sight_on_the_moon_ends_at_the_sum_of_both_horizons(height_m: float, sight_m: float) -> None:
    for factor, beyond in ((0.99, False), (1.01, True)):
        d = np.linspace(0.0, sight_m * factor, 2001)
        horizons = find_horizons(d, np.zeros(2001), 2001, height_m, 2.0, MOON.sphere.effective_radius_m)
        assert horizons.beyond is beyond


def test_the_radius_is_the_sphere_s_everywhere() -> None:
    small = dataclasses.replace(EARTH.sphere, radius_m=EARTH.sphere.radius_m / 2)
    loss = basic_transmission_loss(path(ground_m=ridge()), small)
    assert loss.ae == pytest.approx(314.0 / 269.0 * small.radius_m)
    assert link_of(path(), small).beta_radius_m == pytest.approx(3.0 * small.radius_m)
    for source in Path(p1812.__file__).parent.glob("*.py"):
        assert not re.search(r"6_?371|8_?500", source.read_text(encoding="utf-8")), source.name
    assert loss.theta > basic_transmission_loss(path(ground_m=ridge()), EARTH.sphere).theta


# Bad input


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"frequency_ghz": 6.5}, "frequency_mhz: 6500 MHz -> ITU-R P.1812-7 holds from 30 to 6000 MHz"),
        ({"frequency_ghz": math.nan}, "frequency_mhz"),
        ({"time_percent": 0.5}, "time_percent: 0.5 % -> ITU-R P.1812-7 holds from 1 to 50 %"),
        ({"time_percent": 60.0}, "time_percent"),
        ({"location_percent": 99.5}, "from 1 to 99 %"),
        ({"tx_height_m": 0.5}, "from 1 to 3000 m"),
        ({"rx_height_m": 3001.0}, "from 1 to 3000 m"),
        ({"latitude_mid_deg": 91.0}, "latitude_mid_deg"),
        ({"coast_tx_m": -1.0}, "coast_tx_km: -0.001 km"),
        ({"pixel_width_m": 0.0}, "pixel_width_m"),
        ({"delta_n": 157.0}, "delta_n"),
        ({"n0": math.nan}, "n0"),
        (
            {"distance_m": np.linspace(0.0, 200.0, 101)},
            "distance_km: path of 0.2 km -> ITU-R P.1812-7 holds from 0.25 to 3000 km",
        ),
        ({"distance_m": np.linspace(0.0, 3100e3, 101)}, "from 0.25 to 3000 km"),
        ({"distance_m": np.linspace(0.0, 10e3, 101)[::-1].copy()}, "distances ascend"),
        ({"distance_m": np.linspace(1e3, 10e3, 101)}, "the first sample is the transmitter"),
        ({"distance_m": np.full(101, math.nan)}, "not every distance is a number"),
        ({"distance_m": np.array([0.0, 5e3, 10e3])}, "3 samples -> ITU-R P.1812-7 needs a profile of at least 4"),
        ({"ground_m": np.where(np.arange(101) == 7, math.nan, 0.0)}, "ground_m[7]: no height at 1 of 101 samples"),
        ({"clutter_m": np.full(101, -1.0)}, "clutter_m[0]: -1 m"),
        ({"zone": np.full(101, 2, dtype=np.int8)}, "zone[0]: zone 2 -> ITU-R P.1812-7 knows 1 (sea)"),
        ({"zone": np.full(100, 4, dtype=np.int8)}, "beside 101 distances"),
    ],
)
def test_outside_its_range_it_says_which_range_and_edition(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidityError) as caught:
        basic_transmission_loss(path(**changed), EARTH.sphere)
    assert words in str(caught.value)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(ValidityError) as caught:
        basic_transmission_loss(path(frequency_ghz=60.0, time_percent=0.0, rx_height_m=0.0), EARTH.sphere)
    assert len(caught.value.faults) == 3


def test_the_ends_of_the_ranges_are_inside() -> None:
    d = np.linspace(0.0, 250.0, 4)
    for f, p, p_l in ((0.03, 1.0, 1.0), (6.0, 50.0, 99.0)):
        given = path(distance_m=d, frequency_ghz=f, time_percent=p, location_percent=p_l)
        assert math.isfinite(basic_transmission_loss(given, EARTH.sphere).loss_db)
    long = path(distance_m=np.linspace(0.0, 3000e3, 3001), time_percent=1.0)
    assert math.isfinite(basic_transmission_loss(long, EARTH.sphere).loss_db)


def test_the_air_is_not_asked_for_where_there_is_none() -> None:
    airless = Sphere(radius_m=1e6, k=1.0, atmosphere=False, permittivity=3.0, conductivity_s_m=1e-4)
    given = path(delta_n=math.nan, n0=math.nan)
    assert math.isfinite(basic_transmission_loss(given, airless).loss_db)
    with pytest.raises(ValidityError):
        basic_transmission_loss(given, EARTH.sphere)
