"""The entry loss as a distribution: there and back, mixtures between the classes, what stands for it in integrals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.analysis.entry_loss import EntryLoss, NormalLoss, moments, normal_nodes, summary
from aqdaq.base.errors import ValidityError
from aqdaq.engine.models.entry_p2109 import building_entry_loss_db
from aqdaq.model.body import EARTH

CARRIERS = st.floats(80.0, 100_000.0)
SHARES = st.floats(0.0, 1.0)
INNER = st.floats(1e-6, 1.0 - 1e-6)


class TestOneClass:
    @pytest.mark.parametrize("efficient", [False, True])
    def test_its_quantiles_are_those_of_the_recommendation(self, efficient: bool) -> None:
        p = np.array([0.001, 0.1, 0.5, 0.9, 0.999])
        expected = building_entry_loss_db(2600.0, 100.0 * p, EARTH.sphere, thermally_efficient=efficient)
        np.testing.assert_array_equal(EntryLoss(2600.0, float(efficient)).quantile_db(p), expected)

    @given(CARRIERS, INNER, st.booleans())
    def test_there_and_back(self, carrier: float, p: float, efficient: bool) -> None:
        loss = EntryLoss(carrier, float(efficient))
        assert loss.not_exceeded(loss.quantile_db(p)) == pytest.approx(p, abs=1e-6)

    def test_nothing_is_lost_below_minus_three_db(self) -> None:
        assert EntryLoss(900.0).not_exceeded([-3.1, 200.0]).tolist() == [0.0, 1.0]

    def test_the_elevation_adds_to_the_loss(self) -> None:
        level, steep = EntryLoss(900.0), EntryLoss(900.0, elevation_deg=40.0)
        assert level.not_exceeded(20.0) > steep.not_exceeded(20.0)
        assert summary(steep).median_db > summary(level).median_db + 5.0


class TestMixture:
    @given(CARRIERS, SHARES, st.floats(-10.0, 150.0))
    def test_it_lies_between_the_classes(self, carrier: float, share: float, loss_db: float) -> None:
        one, other = (float(EntryLoss(carrier, s).not_exceeded(loss_db)) for s in (0.0, 1.0))
        found = float(EntryLoss(carrier, share).not_exceeded(loss_db))
        assert found == pytest.approx((1.0 - share) * one + share * other, abs=1e-12)

    @given(CARRIERS, st.floats(0.01, 0.99), INNER)
    def test_its_quantile_is_where_the_mean_of_both_functions_is(self, carrier: float, share: float, p: float) -> None:
        loss = EntryLoss(carrier, share)
        assert loss.not_exceeded(loss.quantile_db(p)) == pytest.approx(p, abs=1e-9)

    def test_more_efficient_buildings_lose_more(self) -> None:
        medians = [summary(EntryLoss(1800.0, share)).median_db for share in np.linspace(0.0, 1.0, 11)]
        assert np.all(np.diff(medians) > 0.0)


class TestFigures:
    def test_of_traditional_buildings_at_1_ghz(self) -> None:
        found = summary(EntryLoss(1000.0))
        assert found.median_db == pytest.approx(14.31281, abs=1e-5)  # as worked by hand in test_models_clutter
        assert found.low_db < found.median_db < found.mean_db < found.high_db  # skewed to high losses

    def test_against_a_million_draws(self) -> None:
        rng = np.random.default_rng(5)
        share, n = 0.3, 1_000_000
        p = rng.uniform(1e-9, 1.0 - 1e-9, n)
        drawn = building_entry_loss_db(1800.0, 100.0 * p, EARTH.sphere, thermally_efficient=rng.random(n) < share)
        found = summary(EntryLoss(1800.0, share))
        assert found.mean_db == pytest.approx(drawn.mean(), abs=0.05)
        assert found.sd_db == pytest.approx(drawn.std(), abs=0.05)
        low, median, high = np.quantile(drawn, [0.05, 0.5, 0.95])
        assert (found.low_db, found.median_db, found.high_db) == pytest.approx((low, median, high), abs=0.1)

    @pytest.mark.parametrize("sd", [0.0, 6.0])
    def test_of_a_stated_loss(self, sd: float) -> None:
        loss = NormalLoss(12.0, sd)
        assert moments(loss.nodes()) == pytest.approx((12.0, sd), abs=1e-3)
        assert summary(loss).high_db == pytest.approx(12.0 + 1.6448536 * sd)
        assert loss.not_exceeded([11.99, 12.0]).tolist() == (
            [0.0, 1.0] if sd == 0.0 else pytest.approx([0.4993, 0.5], abs=1e-4)
        )

    def test_the_nodes_are_the_normal_distribution(self) -> None:
        z, weight = normal_nodes()
        assert [weight @ z**k for k in (0, 1, 2, 4)] == pytest.approx([1.0, 0.0, 1.0, 3.0], abs=2e-3)


class TestRefusals:
    @pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
    def test_a_share_that_is_none(self, share: float) -> None:
        with pytest.raises(ValidityError, match="efficient_share"):
            EntryLoss(900.0, share)

    @pytest.mark.parametrize("carrier", [79.0, 100_001.0, float("nan")])
    def test_a_frequency_out_of_range(self, carrier: float) -> None:
        with pytest.raises(ValidityError, match="frequency_mhz"):
            EntryLoss(carrier)

    @pytest.mark.parametrize("p", [0.0, 1.0, float("nan")])
    def test_a_probability_that_has_no_quantile(self, p: float) -> None:
        for loss in (EntryLoss(900.0), NormalLoss(10.0, 5.0)):
            with pytest.raises(ValidityError, match="probability"):
                loss.quantile_db(p)
