"""Probability of service through a wall: against brute force and draws, at its limits, and by what moves it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import norm

from aqdaq.analysis import service
from aqdaq.analysis.entry_loss import EntryLoss, summary
from aqdaq.analysis.service import (
    loss_of,
    probability_of_service,
    probability_through,
    required_level_dbm,
    survival_between,
)
from aqdaq.base.errors import UsageError, ValidityError
from aqdaq.engine.models.entry_p2109 import building_entry_loss_db
from aqdaq.model.body import EARTH

from .indoor_made import THRESHOLD_DBM, definition, mixed, one_class

Array = NDArray[np.float64]

#: What the interpolation may be off by.
TOLERANCE = 1e-4
MARGINS = np.linspace(-40.0, 110.0, 61)


def asked(margins: Array, sd_db: float, share: float, carrier: float = 1800.0) -> Array:
    found = probability_of_service(
        mixed(),
        "LTE",
        THRESHOLD_DBM + margins,
        np.full(margins.shape, sd_db),
        frequency_mhz=carrier,
        efficient_share=share,
    )
    return found.astype(np.float64)


def brute(margins: Array, sd_db: float, share: float, carrier: float) -> Array:
    """Integrate over the loss where the level is wide, else over the level, in some thousand steps."""
    z = np.arange(-6.0, 6.0, 0.005)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    total = np.zeros(margins.shape)
    for efficient, part in ((False, 1.0 - share), (True, share)):
        loss = building_entry_loss_db(carrier, 100.0 * ndtr(z), EARTH.sphere, thermally_efficient=efficient)
        if sd_db > 2.0:
            total += part * (ndtr((margins[:, None] - loss) / sd_db) @ weight)
        else:
            total += part * (ndtr(np.interp(margins[:, None] + sd_db * z, loss, z, left=-40.0, right=40.0)) @ weight)
    return total


def normal(mean_dbm: float, sd_db: float) -> Callable[[Array], Array]:
    return lambda level_dbm: np.asarray(norm.sf(level_dbm, loc=mean_dbm, scale=sd_db))


class TestIntegral:
    @pytest.mark.parametrize("carrier", [80.0, 450.0, 900.0, 1800.0, 3500.0, 26_000.0, 100_000.0])
    @pytest.mark.parametrize("share", [0.0, 0.37, 1.0])
    def test_agrees_with_brute_force(self, carrier: float, share: float) -> None:
        for sd in (0.0, 0.5, 2.3, 3.9, 4.1, 6.3, 8.0, 11.7, 20.0, 60.0):
            found, expected = asked(MARGINS, sd, share, carrier), brute(MARGINS, sd, share, carrier)
            assert np.abs(found - expected).max() < TOLERANCE, sd

    def test_agrees_with_draws(self) -> None:
        rng = np.random.default_rng(11)
        n = 2_000_000
        loss = building_entry_loss_db(
            1800.0, 100.0 * rng.uniform(1e-9, 1.0 - 1e-9, n), EARTH.sphere, thermally_efficient=rng.random(n) < 0.3
        )
        level = rng.normal(-85.0, 7.0, n)
        drawn = (level - loss >= THRESHOLD_DBM).mean()
        assert asked(np.array([25.0]), 7.0, 0.3)[0] == pytest.approx(drawn, abs=1.5e-3)

    def test_a_constant_of_the_same_median_says_something_else(self) -> None:
        # 90 % behind the wall of a house asks for more than the median loss and the spread of the level.
        margin = np.array([summary(EntryLoss(1800.0)).median_db + 1.2815516 * 8.0])
        constant = definition(environment="indoor", entry_loss_db=summary(EntryLoss(1800.0)).median_db)
        assert probability_of_service(constant, "LTE", THRESHOLD_DBM + margin, np.array([8.0]))[0] == pytest.approx(0.9)
        assert asked(margin, 8.0, 0.0)[0] < 0.82


class TestLimits:
    def test_without_a_spread_it_is_the_distribution_of_the_loss(self) -> None:
        assert asked(MARGINS, 0.0, 0.4) == pytest.approx(EntryLoss(1800.0, 0.4).not_exceeded(MARGINS), abs=TOLERANCE)

    def test_a_spread_that_drowns_the_loss(self) -> None:
        assert asked(np.array([-40.0, 70.0]), 5000.0, 0.5) == pytest.approx([0.5, 0.5], abs=0.02)

    def test_without_loss_it_is_the_level_alone(self) -> None:
        found = probability_of_service(definition(environment="indoor"), "LTE", np.array([-102.0]), np.array([8.0]))
        assert found[0] == pytest.approx(norm.cdf(1.0), abs=1e-6)

    def test_without_loss_and_spread_it_is_yes_or_no(self) -> None:
        level = np.array([-110.1, -110.0, -109.9, np.nan])
        found = probability_of_service(definition(), "LTE", level, np.zeros(4))
        np.testing.assert_array_equal(found, [0.0, 1.0, 1.0, np.nan])

    def test_far_off_it_is_none_or_all(self) -> None:
        assert asked(np.array([-500.0, 500.0]), 8.0, 0.3) == pytest.approx([0.0, 1.0], abs=1e-8)


class TestMoves:
    @given(st.floats(-60.0, 120.0), st.floats(0.0, 20.0), st.floats(0.0, 25.0), st.floats(0.0, 1.0))
    def test_rises_with_the_level(self, margin: float, step: float, sd: float, share: float) -> None:
        low, high = asked(np.array([margin, margin + step]), sd, share)
        assert 0.0 <= low <= high <= 1.0

    @given(st.floats(-60.0, 120.0), st.floats(0.0, 25.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
    def test_falls_with_the_share_of_efficient_buildings(self, margin: float, sd: float, a: float, b: float) -> None:
        m, (few, many) = np.array([margin]), sorted((a, b))
        # At low levels a traditional building cannot lose less than -3 dB, and neither can the other.
        assert asked(m, sd, many)[0] <= asked(m, sd, few)[0] + TOLERANCE

    @given(st.floats(-60.0, 120.0), st.floats(0.0, 25.0), st.floats(0.0, 1.0))
    def test_a_mixture_is_the_mean_of_the_classes(self, margin: float, sd: float, share: float) -> None:
        m = np.array([margin])
        expected = (1.0 - share) * asked(m, sd, 0.0)[0] + share * asked(m, sd, 1.0)[0]
        assert asked(m, sd, share)[0] == pytest.approx(expected, abs=1e-6)

    def test_steeper_paths_lose_more(self) -> None:
        d, level, sd = one_class("traditional"), np.array([-90.0]), np.array([8.0])
        flat, steep = (
            probability_of_service(d, "LTE", level, sd, frequency_mhz=900.0, elevation_deg=e)[0] for e in (0.0, 30.0)
        )
        assert steep < flat - 0.1


class TestPixels:
    def test_each_takes_its_own_frequency_and_share(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "_BAND", 7)  # so that bands end within the rows
        rng = np.random.default_rng(3)
        mean = rng.normal(-85.0, 12.0, (5, 8)).astype(np.float32)
        sd = rng.uniform(3.0, 10.0, mean.shape).astype(np.float32)
        carrier = rng.choice([800.0, 2600.0], mean.shape).astype(np.float32)
        share = rng.random(mean.shape).astype(np.float32)
        mean[0, 0], carrier[1, 1], share[2, 2] = np.nan, np.nan, np.nan
        found = probability_of_service(mixed(), "LTE", mean, sd, frequency_mhz=carrier, efficient_share=share)
        assert found.dtype == np.float32
        assert [tuple(at) for at in np.argwhere(np.isnan(found))] == [(0, 0), (1, 1), (2, 2)]
        for at in ((0, 1), (3, 5), (4, 7)):
            alone = probability_of_service(
                mixed(), "LTE", mean[at], sd[at], frequency_mhz=carrier[at], efficient_share=share[at]
            )
            assert alone.shape == ()
            assert float(found[at]) == pytest.approx(float(alone), abs=1e-6)

    def test_the_class_of_a_definition_overrules_the_buildings_but_not_where_nobody_is(self) -> None:
        share, level, sd = np.array([0.9, np.nan]), np.full(2, -80.0), np.full(2, 8.0)
        found = probability_of_service(
            one_class("traditional"), "LTE", level, sd, frequency_mhz=900.0, efficient_share=share
        )
        assert found[0] == pytest.approx(asked(np.array([30.0]), 8.0, 0.0, 900.0)[0])
        assert np.isnan(found[1])

    def test_the_stated_share_is_taken_where_nobody_knows_the_buildings(self) -> None:
        level, sd = np.array([-80.0]), np.array([8.0])
        found = probability_of_service(mixed(0.25), "LTE", level, sd, frequency_mhz=1800.0)
        assert found[0] == pytest.approx(asked(np.array([30.0]), 8.0, 0.25)[0])

    def test_a_constant_is_not_judged_either_where_nobody_is_indoors(self) -> None:
        level, sd, share = np.full(2, -80.0), np.full(2, 8.0), np.array([0.0, np.nan])
        for environment, unknown in (("indoor", [False, True]), ("outdoor", [False, False])):
            d = definition(environment=environment, entry_loss_db=10.0)
            assert np.isnan(probability_of_service(d, "LTE", level, sd, efficient_share=share)).tolist() == unknown


class TestSurvival:
    @pytest.mark.parametrize(("sd", "tolerance"), [(4.0, 1e-3), (6.0, 1e-4), (12.0, 1e-4)])
    @pytest.mark.parametrize("carrier", [450.0, 3500.0])
    def test_of_a_normal_level_is_the_other_integral(self, sd: float, tolerance: float, carrier: float) -> None:
        means = np.linspace(-120.0, -40.0, 33)
        share = np.linspace(0.0, 1.0, 33)
        found = probability_through(
            mixed(), "LTE", lambda x: norm.sf(x, loc=means, scale=sd), places=33, frequency_mhz=carrier,
            efficient_share=share,
        )  # fmt: skip
        expected = probability_of_service(
            mixed(), "LTE", means, np.full(33, sd), frequency_mhz=carrier, efficient_share=share
        )
        assert np.abs(found - expected).max() < tolerance

    def test_of_the_better_of_two_servers(self) -> None:
        rng = np.random.default_rng(8)
        n = 1_000_000
        loss = building_entry_loss_db(1800.0, 100.0 * rng.uniform(1e-9, 1 - 1e-9, n), EARTH.sphere)
        best = np.maximum(rng.normal(-92.0, 8.0, n), rng.normal(-95.0, 9.0, n))
        found = probability_through(
            one_class("traditional"), "LTE",
            lambda x: 1.0 - norm.cdf(x, -92.0, 8.0) * norm.cdf(x, -95.0, 9.0), places=1, frequency_mhz=1800.0,
        )  # fmt: skip
        assert found[0] == pytest.approx((best - loss >= THRESHOLD_DBM).mean(), abs=2e-3)

    def test_with_a_stated_loss_and_outdoors(self) -> None:
        indoor = definition(environment="indoor", entry_loss_db=12.0, entry_loss_sd_db=6.0)
        found = probability_through(indoor, "LTE", normal(-90.0, 8.0), places=1, efficient_share=[0.0])
        assert found[0] == pytest.approx(norm.cdf(8.0 / 10.0), abs=1e-5)
        assert probability_through(definition(), "LTE", normal(-102.0, 8.0), places=2) == pytest.approx(norm.cdf(1.0))

    def test_unknown_stays_unknown(self) -> None:
        found = probability_through(
            mixed(), "LTE", lambda x: norm.sf(x, loc=np.array([-80.0, np.nan, -80.0, -80.0]), scale=8.0), places=4,
            frequency_mhz=[900.0, 900.0, np.nan, 1800.0], efficient_share=[0.5, 0.5, 0.5, np.nan],
        )  # fmt: skip
        assert np.isnan(found).tolist() == [False, True, True, True]
        nowhere = probability_through(mixed(), "LTE", normal(-80.0, 8.0), places=1, frequency_mhz=[np.nan])
        assert np.isnan(nowhere).all()

    def test_between_levels_a_normal_one_is_exact(self) -> None:
        means, sds = np.array([-95.0, -88.0]), np.array([6.0, 9.0])
        levels = np.array([-110.0, -100.0, -90.0])
        reached = survival_between(levels, norm.sf(levels, loc=means[:, None], scale=sds[:, None]))
        for asked_dbm in (-118.0, -110.0, -103.0, -90.0, -80.0):
            expected = norm.sf(asked_dbm, loc=means, scale=sds)
            assert reached(np.full(2, asked_dbm)) == pytest.approx(expected, abs=1e-9)

    @given(st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4), st.floats(-130.0, -60.0), st.floats(0.0, 30.0))
    def test_between_levels_it_falls(self, values: list[float], level: float, step: float) -> None:
        falling = np.sort(np.array([values]), axis=1)[:, ::-1]
        reached = survival_between([-110.0, -100.0, -95.0, -80.0], falling)
        near, far = reached(np.array([level])), reached(np.array([level + step]))
        assert 0.0 <= far[0] <= near[0] + 1e-12 <= 1.0 + 1e-12

    @pytest.mark.parametrize("levels", [[-100.0], [-90.0, -100.0], [-90.0, -90.0]])
    def test_levels_must_rise(self, levels: list[float]) -> None:
        with pytest.raises(UsageError, match="rising"):
            survival_between(levels, np.zeros((1, len(levels))))


class TestWords:
    def test_the_level_that_serves_half_of_the_rooms(self) -> None:
        d = one_class("thermally-efficient")
        needed = required_level_dbm(d, "LTE", frequency_mhz=1000.0)
        assert needed == pytest.approx(THRESHOLD_DBM + 31.01140, abs=1e-4)
        constant = definition(environment="indoor", entry_loss_db=12.0, entry_loss_sd_db=5.0)
        assert required_level_dbm(constant, "LTE") == pytest.approx(THRESHOLD_DBM + 12.0)

    def test_the_buildings_there_count_before_the_definition(self) -> None:
        assert loss_of(mixed(0.3), frequency_mhz=900.0) == EntryLoss(900.0, 0.3)
        assert loss_of(mixed(0.3), frequency_mhz=900.0, efficient_share=0.8) == EntryLoss(900.0, 0.8)

    def test_p2109_asks_for_a_frequency_in_its_range(self) -> None:
        level = np.array([-80.0])
        with pytest.raises(UsageError, match="frequency_mhz"):
            probability_of_service(mixed(), "LTE", level, level * 0.0)
        with pytest.raises(UsageError, match="frequency_mhz"):
            probability_through(mixed(), "LTE", normal(-80.0, 8.0), places=1)
        with pytest.raises(UsageError, match="frequency_mhz"):
            loss_of(mixed())
        with pytest.raises(ValidityError, match="70 MHz"):
            probability_of_service(mixed(), "LTE", level, level * 0.0, frequency_mhz=70.0)
