"""Scores against values worked out by hand, by integration, and by counting pairs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from aqdaq.analysis import scores


def of(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_errors_of_levels() -> None:
    error = of(3.0, -4.0, 0.0, 5.0)
    assert scores.rmse(error) == pytest.approx(math.sqrt(50 / 4))
    assert scores.bias(error) == 1.0
    assert scores.mae(error) == 3.0


def test_no_rows_no_score() -> None:
    none, no = np.empty(0), np.empty(0, dtype=bool)
    figures = [
        scores.rmse(none), scores.bias(none), scores.mae(none), scores.coverage(none, none, none),
        scores.mean_width(none, none), scores.brier(none, no), scores.brier_skill(none, no),
        scores.precision_at_recall(none, no), scores.auc(none, no),
    ]  # fmt: skip
    assert all(math.isnan(figure) for figure in figures)
    assert np.isnan(scores.pit_histogram(none, no)).all()
    assert scores.reliability(none, no).count.sum() == 0


def test_crps_at_the_mean_is_known() -> None:
    # At z = 0 the formula leaves 2 / sqrt(2 pi) - 1 / sqrt(pi).
    assert scores.crps_normal(of(-80), of(-80), of(1.0))[0] == pytest.approx(0.2336949772)
    assert scores.crps_normal(of(-80), of(-80), of(8.0))[0] == pytest.approx(8 * 0.2336949772)
    assert scores.crps_normal(of(-60), of(-80), of(1e-6))[0] == pytest.approx(20.0, abs=1e-5)


@given(st.floats(-130, -60), st.floats(-130, -60), st.floats(0.5, 15))
def test_crps_is_its_integral(y: float, mean: float, sd: float) -> None:
    below = quad(lambda x: norm.cdf(x, mean, sd) ** 2, mean - 12 * sd, y, limit=200)[0] if y > mean - 12 * sd else 0.0
    above = quad(lambda x: norm.sf(x, mean, sd) ** 2, y, mean + 12 * sd, limit=200)[0] if y < mean + 12 * sd else 0.0
    assert scores.crps_normal(of(y), of(mean), of(sd))[0] == pytest.approx(below + above, abs=1e-6)
    assert scores.crps_normal_below(of(y), of(mean), of(sd))[0] == pytest.approx(above, abs=1e-6)


def test_what_was_not_heard_costs_nothing_where_nothing_was_expected() -> None:
    assert scores.crps_normal_below(of(-100), of(-150), of(5.0))[0] == pytest.approx(0.0, abs=1e-12)
    assert scores.crps_normal_below(of(-100), of(-70), of(1.0))[0] == pytest.approx(30 - 1 / math.sqrt(math.pi))


def test_coverage_counts_the_ends_in() -> None:
    level, low, high = of(-90, -80, -70, -60), of(-95, -80, -69, -65), of(-85, -75, -60, -60)
    assert scores.coverage(level, low, high) == 0.75
    assert scores.mean_width(low, high) == pytest.approx((10 + 5 + 9 + 5) / 4)


def test_brier_and_its_skill() -> None:
    p, y = of(0.9, 0.2, 0.6, 0.1), np.array([True, False, False, False])
    assert scores.brier(p, y) == pytest.approx((0.01 + 0.04 + 0.36 + 0.01) / 4)
    assert scores.brier_skill(p, y) == pytest.approx(1 - 0.105 / (0.25 * 0.75))
    assert scores.brier_skill(np.full(4, 0.25), y) == pytest.approx(0.0)
    assert math.isnan(scores.brier_skill(p, np.ones(4, dtype=bool)))
    assert scores.brier(y.astype(float), y) == 0.0


def test_precision_at_recall_takes_ties_together() -> None:
    # 10 events: nine must be found. The ninth stands in a tie group of four rows with two events.
    p = of(*[0.9] * 8, *[0.5] * 4, *[0.1] * 4)
    y = np.array([True] * 8 + [True, False, True, False] + [False] * 4)
    assert scores.precision_at_recall(p, y) == pytest.approx(10 / 12)
    assert scores.precision_at_recall(p, y, recall=0.8) == 1.0
    constant = np.full(16, 0.3)
    assert scores.precision_at_recall(constant, y) == pytest.approx(10 / 16)  # no list is shorter than all of it
    shuffled = np.random.default_rng(1).permutation(16)
    assert scores.precision_at_recall(p[shuffled], y[shuffled]) == pytest.approx(10 / 12)


def test_exactly_the_recall_is_enough() -> None:
    y = np.array([True] * 10 + [False] * 10)
    p = np.linspace(1.0, 0.0, 20)
    assert scores.precision_at_recall(p, y) == 1.0
    p[9] = -1.0  # the tenth event comes last of all: nine of ten are still 90 %
    assert scores.precision_at_recall(p, y) == 1.0
    assert scores.precision_at_recall(p, y, recall=1.0) == 0.5


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_auc_is_the_share_of_pairs_in_order(rows: list[tuple[int, bool]]) -> None:
    p, y = of(*(r[0] / 5 for r in rows)), np.array([r[1] for r in rows])
    pairs = [(a > b) + 0.5 * (a == b) for a in p[y] for b in p[~y]]
    found = scores.auc(p, y)
    assert (math.isnan(found) and not pairs) or found == pytest.approx(float(np.mean(pairs)))


def test_wilson_interval_of_textbook_shares() -> None:
    # p = 0.5, n = 100, z = 1.96: (0.5 + z^2/200 -+ z sqrt(0.0025 + z^2/40000)) / (1 + z^2/100)
    assert scores.wilson_interval(50, 100) == pytest.approx((0.40383, 0.59617), abs=1e-5)
    assert scores.wilson_interval(0, 10) == pytest.approx((0.0, 0.27753), abs=1e-5)
    assert scores.wilson_interval(10, 10) == pytest.approx((0.72247, 1.0), abs=1e-5)
    assert scores.wilson_interval(0, 0) == (0.0, 1.0)


@given(st.integers(1, 500), st.floats(0, 1))
def test_wilson_holds_the_share(n: int, part: float) -> None:
    k = round(part * n)
    low, high = scores.wilson_interval(k, n)
    assert 0.0 <= low <= k / n <= high <= 1.0


def test_reliability_by_hand() -> None:
    p, y = of(0.0, 0.05, 0.1, 0.95, 0.97, 1.0), np.array([False, True, False, True, True, False])
    found = scores.reliability(p, y, (0.0, 0.1, 0.95, 1.0))
    assert found.count.tolist() == [2, 1, 3]  # a lower edge belongs to its bin, the last bin holds both ends
    assert found.forecast == pytest.approx([0.025, 0.1, (0.95 + 0.97 + 1.0) / 3])
    assert found.observed == pytest.approx([0.5, 0.0, 2 / 3])
    assert (found.observed_low[0], found.observed_high[0]) == scores.wilson_interval(1, 2)


def test_an_empty_bin_says_nothing() -> None:
    found = scores.reliability(of(0.05), np.array([True]))
    assert found.count.sum() == 1
    assert np.isnan(found.forecast[1:]).all()
    assert np.isnan(found.observed[1:]).all()
    assert found.observed_low[5] == 0.0
    assert found.observed_high[5] == 1.0


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match="outside 0 to 1"):
        scores.reliability(of(0.5, 1.2), np.array([True, True]))


def test_pit_histogram_by_hand() -> None:
    heard = np.array([True, True, True, False])
    # 0.05 and 1.0 fall into the end bins; the bound at 0.4 is spread evenly over the first two of five bins.
    found = scores.pit_histogram(of(0.05, 1.0, 0.5, 0.4), heard, bins=5)
    assert found == pytest.approx([1.5 / 4, 0.5 / 4, 1 / 4, 0, 1 / 4])
    nothing_expected = scores.pit_histogram(of(0.0), np.array([False]), bins=5)
    assert nothing_expected == pytest.approx([1, 0, 0, 0, 0])


def test_an_honest_forecast_has_a_flat_histogram_even_where_little_is_heard() -> None:
    rng = np.random.default_rng(3)
    mean = rng.uniform(-120, -80, 40_000)
    level = mean + 6.0 * rng.normal(size=mean.size)
    heard = level >= -105.0
    cdf = norm.cdf(np.where(heard, level, -105.0), mean, 6.0)
    assert scores.pit_histogram(cdf, heard) == pytest.approx(np.full(10, 0.1), abs=0.006)
