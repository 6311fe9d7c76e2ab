"""P.2108 and P.2109 against values worked by hand, and the rule that clutter is counted once."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.models.clutter_p2108 import (
    MODELS_WITH_CLUTTER,
    check_clutter_rule,
    height_gain_loss_db,
    terrestrial_loss_db,
)
from aqdaq.engine.models.entry_p2109 import building_entry_loss_db, median_entry_loss_db
from aqdaq.engine.registry import model_names
from aqdaq.model.body import EARTH, MOON

SPHERE = EARTH.sphere


def test_height_gain_in_the_open_by_hand() -> None:
    # 1.5 GHz, 2 m in 10 m: (21.8 + 6.2 log 1.5) x log 5 = (21.8 + 6.2 x 0.176091) x 0.698970 = 22.891766 x 0.698970
    assert height_gain_loss_db(1500.0, 2.0, "open", SPHERE) == pytest.approx(16.00066, abs=2e-5)
    assert height_gain_loss_db(1500.0, 2.0, "water", SPHERE) == height_gain_loss_db(1500.0, 2.0, "open", SPHERE)


def test_height_gain_in_the_city_by_hand() -> None:
    # 1.5 GHz, 2 m in 15 m, street 27 m: 13 m below, atan(13 / 27) = 25.70995 deg,
    # nu = 0.342 sqrt(1.5) sqrt(13 x 25.70995) = 0.418863 x 18.281937 = 7.657627
    # J = 6.9 + 20 log(sqrt(7.557627^2 + 1) + 7.557627) = 6.9 + 20 log 15.181127 = 30.52608; - 6.03
    assert height_gain_loss_db(1500.0, 2.0, "urban", SPHERE) == pytest.approx(24.4961, abs=2e-4)
    assert height_gain_loss_db(1500.0, 15.0, "urban", SPHERE) == 0.0
    narrow = height_gain_loss_db(1500.0, 2.0, "urban", SPHERE, street_m=10.0)
    assert narrow > height_gain_loss_db(1500.0, 2.0, "urban", SPHERE)


def test_terrestrial_clutter_by_hand() -> None:
    # 1 GHz, 1 km: L_l = -2 log(10^-12.5 + 10^-16.5) = 24.999913, L_s = 32.98.
    # 10^-4.9999826 = 1.000040e-5, 10^-6.596 = 0.0253513e-5, together 1.0253913e-5: median -5 log = 24.945550
    assert terrestrial_loss_db(1000.0, 1000.0, 50.0, SPHERE) == pytest.approx(24.94555, abs=2e-5)
    assert terrestrial_loss_db(1000.0, 1000.0, 50.0, SPHERE, ends=2) == pytest.approx(2 * 24.94555, abs=4e-5)


def test_spread_of_the_terrestrial_clutter_by_hand() -> None:
    # 10 GHz, 0.5 km: L_l = -2 log(10^-17.5 + 10^-16.5) = 33 - 2 log 1.1 = 32.917215,
    # L_s = 32.98 - 23.9 x 0.301030 + 3 = 28.785383; 10^-6.583443 = 0.260950e-6, 10^-5.757077 = 1.749538e-6.
    # Median -5 log 2.010488e-6 = 28.483493; sigma^2 = (16 x 0.260950 + 36 x 1.749538) / 2.010488 = 33.404114, 5.779629;
    # 90 %: + 1.2815516 x 5.779629
    assert terrestrial_loss_db(10e3, 500.0, 90.0, SPHERE) == pytest.approx(28.483493 + 1.2815516 * 5.779629, abs=5e-5)


def test_the_bound_counts_where_the_spread_is_greater_nearby_by_hand() -> None:
    # 1 GHz, 90 %: sigma^2 at 1 km (16 x 1.000040 + 36 x 0.0253513) / 1.0253913 = 16.494471, sigma 4.061339, so
    # 24.945550 + 1.2815516 x 4.061339 = 30.150365, more than at 2 km, which bounds it.
    at_1_km, at_2_km = (terrestrial_loss_db(1000.0, d, 90.0, SPHERE) for d in (1000.0, 2000.0))
    assert at_1_km == at_2_km < 30.150365


def test_terrestrial_clutter_ends_at_two_kilometres() -> None:
    losses = [terrestrial_loss_db(3500.0, d, 50.0, SPHERE) for d in (500.0, 1000.0, 2000.0, 5000.0, 50e3)]
    assert losses[0] < losses[1] < losses[2] == losses[3] == losses[4]


@pytest.mark.parametrize("ends", [1, 2])
def test_clutter_outside_the_range(ends: int) -> None:
    least = {1: 250.0, 2: 1000.0}[ends]
    assert terrestrial_loss_db(3500.0, least, 50.0, SPHERE, ends=ends) > 0
    with pytest.raises(ValidityError, match=f"{least:g} to inf m"):
        terrestrial_loss_db(3500.0, least - 1.0, 50.0, SPHERE, ends=ends)
    with pytest.raises(ValidityError, match=r"500 to 67000 MHz.*P\.2108-1 section 3\.2"):
        terrestrial_loss_db(400.0, 2000.0, 50.0, SPHERE, ends=ends)
    with pytest.raises(ValidityError, match="location_percent"):
        terrestrial_loss_db(3500.0, 2000.0, 100.0, SPHERE, ends=ends)


def test_height_gain_outside_the_range() -> None:
    with pytest.raises(ValidityError, match=r"30 to 3000 MHz.*P\.2108-1 section 3\.1"):
        height_gain_loss_db(3500.0, 2.0, "urban", SPHERE)
    with pytest.raises(ValidityError, match="Table 3"):
        height_gain_loss_db(1500.0, 2.0, "jungle", SPHERE)
    with pytest.raises(ValidityError, match="height_m"):
        height_gain_loss_db(1500.0, 0.0, "urban", SPHERE)
    with pytest.raises(ValidityError, match="ends"):
        terrestrial_loss_db(3500.0, 2000.0, 50.0, SPHERE, ends=3)


@pytest.mark.parametrize("name", sorted(MODELS_WITH_CLUTTER))
def test_clutter_is_counted_once(name: str) -> None:
    assert name in model_names()
    check_clutter_rule(name, with_p2108=False)
    with pytest.raises(ValidityError, match="count it twice"):
        check_clutter_rule(name, with_p2108=True)


def test_clutter_goes_with_a_path_above_it() -> None:
    for name in ("free_space", "two_ray"):
        check_clutter_rule(name, with_p2108=True)
        assert name not in MODELS_WITH_CLUTTER


def test_building_entry_by_hand() -> None:
    # 1 GHz, median, level: A = 12.64, B = 9.1, C = -3: 10 log(18.365383 + 8.128305 + 0.501187) = 14.31281
    # Efficient: A = 28.19, B = 27.8: 10 log(659.1739 + 602.5596 + 0.5012) = 31.01140
    assert building_entry_loss_db(1000.0, 50.0, SPHERE) == pytest.approx(14.31281, abs=2e-5)
    assert building_entry_loss_db(1000.0, 50.0, SPHERE, thermally_efficient=True) == pytest.approx(31.01140, abs=2e-5)
    # 30 degrees up or down: mu_1 rises by 0.212 x 30 = 6.36 dB: 10 log(10^1.9 + 8.128305 + 0.501187) = 19.44790
    for elevation in (30.0, -30.0):
        assert building_entry_loss_db(1000.0, 50.0, SPHERE, elevation_deg=elevation) == pytest.approx(
            19.44790, abs=2e-5
        )
    assert median_entry_loss_db(1.0, 30.0, False) == pytest.approx(19.0)  # noqa: FBT003 - a kernel


def test_building_entry_takes_arrays() -> None:
    p = np.array([[10.0], [50.0], [90.0]])
    f = np.array([700.0, 3500.0])
    losses = building_entry_loss_db(f, p, SPHERE)
    assert losses.shape == (3, 2)
    assert np.all(np.diff(losses, axis=0) > 0)
    for (i, j), loss in np.ndenumerate(losses):
        assert loss == building_entry_loss_db(f[j], p[i, 0], SPHERE)


def test_building_entry_says_all_that_is_wrong() -> None:
    with pytest.raises(ValidityError) as caught:
        building_entry_loss_db([79.0, 900.0], [0.0, 50.0], SPHERE, elevation_deg=math.nan)
    assert [fault.where for fault in caught.value.faults] == ["frequency_mhz", "probability_percent", "elevation_deg"]
    assert "P.2109-2" in str(caught.value)


def test_no_buildings_and_no_clutter_without_an_atmosphere() -> None:
    with pytest.raises(ValidityError, match=r"P\.2109-2 .* without an atmosphere"):
        building_entry_loss_db(900.0, 50.0, MOON.sphere)
    with pytest.raises(ValidityError, match=r"P\.2108-1 .* without an atmosphere"):
        terrestrial_loss_db(900.0, 2000.0, 50.0, MOON.sphere)
    with pytest.raises(ValidityError, match=r"P\.2108-1 .* without an atmosphere"):
        height_gain_loss_db(900.0, 2.0, "urban", MOON.sphere)
