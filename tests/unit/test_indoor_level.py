"""The level behind the wall: mean, spread and interval, against draws and against the probability of service."""

from __future__ import annotations

import numpy as np
import pytest

from aqdaq.analysis.indoor_level import indoor_level
from aqdaq.analysis.service import probability_of_service
from aqdaq.base.errors import UsageError
from aqdaq.engine.models.entry_p2109 import building_entry_loss_db
from aqdaq.model.body import EARTH

from .indoor_made import THRESHOLD_DBM, definition, mixed, one_class


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("sd", [0.0, 4.0, 9.0])
def test_agrees_with_draws(share: float, sd: float) -> None:
    rng = np.random.default_rng(21)
    n = 400_000
    p = rng.uniform(1e-9, 1.0 - 1e-9, n)
    loss = building_entry_loss_db(1800.0, 100.0 * p, EARTH.sphere, thermally_efficient=rng.random(n) < share)
    drawn = rng.normal(-80.0, sd, n) - loss
    found = indoor_level(mixed(), np.array(-80.0), np.array(sd), frequency_mhz=1800.0, efficient_share=share)
    low, median, high = np.quantile(drawn, [0.05, 0.5, 0.95])
    assert float(found.mean_dbm) == pytest.approx(drawn.mean(), abs=0.08)
    assert float(found.sd_db) == pytest.approx(drawn.std(), abs=0.08)
    figures = tuple(float(v) for v in (found.low_dbm, found.median_dbm, found.high_dbm))
    assert figures == pytest.approx((low, median, high), abs=0.2)


def test_the_interval_says_what_the_probability_says() -> None:
    rng = np.random.default_rng(4)
    n = 300
    mean, sd, share = rng.normal(-80.0, 10.0, n), rng.uniform(0.0, 15.0, n), rng.random(n)
    carrier = rng.choice([700.0, 2100.0, 3500.0], n)
    found = indoor_level(mixed(), mean, sd, frequency_mhz=carrier, efficient_share=share)
    for level, expected in ((found.low_dbm, 0.95), (found.median_dbm, 0.5), (found.high_dbm, 0.05)):
        p = probability_of_service(
            mixed(), "LTE", mean - level + THRESHOLD_DBM, sd, frequency_mhz=carrier, efficient_share=share
        )
        assert np.abs(p - expected).max() < 0.004


def test_a_stated_loss_is_normal() -> None:
    d = definition(environment="indoor", entry_loss_db=12.0, entry_loss_sd_db=6.0)
    found = indoor_level(d, np.array([[-80.0]]), np.array([[8.0]]))
    assert found.mean_dbm.shape == (1, 1)
    assert (found.mean_dbm[0, 0], found.sd_db[0, 0], found.median_dbm[0, 0]) == pytest.approx((-92.0, 10.0, -92.0))
    assert (found.low_dbm[0, 0], found.high_dbm[0, 0]) == pytest.approx((-92.0 - 16.448536, -92.0 + 16.448536))


def test_outdoors_nothing_is_lost() -> None:
    found = indoor_level(definition(), np.array([-80.0]), np.array([8.0]), efficient_share=[np.nan])
    assert (found.mean_dbm[0], found.sd_db[0]) == (-80.0, 8.0)


def test_a_class_of_the_definition_overrules_the_buildings() -> None:
    level, sd = np.array([-80.0]), np.array([8.0])
    stated = indoor_level(one_class("traditional"), level, sd, frequency_mhz=900.0)
    other = indoor_level(one_class("traditional"), level, sd, frequency_mhz=900.0, efficient_share=[0.9])
    assert stated.median_dbm == other.median_dbm


def test_unknown_stays_unknown() -> None:
    found = indoor_level(
        mixed(), np.array([-80.0, np.nan, -80.0, -80.0]), np.full(4, 8.0), frequency_mhz=[900.0, 900.0, np.nan, 900.0],
        efficient_share=[0.5, 0.5, 0.5, np.nan],
    )  # fmt: skip
    for values in (found.mean_dbm, found.sd_db, found.median_dbm, found.low_dbm, found.high_dbm):
        assert np.isnan(values[1:]).all()
        assert np.isfinite(values[0])


def test_p2109_asks_for_a_frequency() -> None:
    with pytest.raises(UsageError, match="frequency_mhz"):
        indoor_level(mixed(), np.array([-80.0]), np.array([8.0]))
