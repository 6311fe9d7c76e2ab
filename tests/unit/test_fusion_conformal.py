"""Intervals that errors on unseen blocks ask for, group by group."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aqdaq.analysis.fusion.conformal import (
    BORROWED_ROWS,
    DATA_BOUNDS_M,
    FIRM_ROWS,
    Z95,
    group_of,
    groups_count,
    learn,
    plain,
)


def errors(n: int, seed: int = 0, scale: float = 1.0) -> np.ndarray:
    return scale * np.random.default_rng(seed).normal(size=n)


class TestGroups:
    def test_known_groups(self) -> None:
        to_data = np.array([0.0, 60.0, 499.0, 501.0, np.inf, np.inf, 60.0])
        to_mast = np.array([900.0, 900.0, 900.0, 900.0, 900.0, 10.0, 149.0])
        sight = np.array([np.nan, 1.0, 0.0, np.nan, 1.0, 0.0, np.nan])
        assert group_of(to_data, to_mast, sight).tolist() == [0, 4, 8, 9, 13, 17, 15]
        assert groups_count() == (len(DATA_BOUNDS_M) + 2) * 3

    @given(st.floats(0, 1e5) | st.just(np.inf), st.floats(0, 1e5), st.sampled_from([np.nan, 0.0, 1.0]))
    def test_every_link_has_one(self, to_data: float, to_mast: float, sight: float) -> None:
        group = group_of(np.array([to_data]), np.array([to_mast]), np.array([sight]))
        assert group.dtype == np.int64
        assert 0 <= group[0] < groups_count()
        nearer = group_of(np.array([to_data / 2.0]), np.array([to_mast]), np.array([sight]))
        assert nearer[0] <= group[0]


class TestPlain:
    def test_is_the_normal_law(self) -> None:
        sd, low, high = plain().apply(np.array([-90.0]), np.array([8.0]), np.array([5]))
        assert sd[0] == 8.0
        assert (low[0], high[0]) == pytest.approx((-90.0 - 8.0 * Z95, -90.0 + 8.0 * Z95))

    def test_without_errors(self) -> None:
        found, expected = learn(np.empty(0), np.empty(0, dtype=np.int64)), plain()
        np.testing.assert_array_equal(found.factor, expected.factor)
        np.testing.assert_array_equal(found.low, expected.low)


class TestLearn:
    @pytest.mark.parametrize("scale", [0.6, 1.0, 1.7])
    def test_normal_errors_of_another_size(self, scale: float) -> None:
        n = 40_000
        found = learn(errors(n, scale=scale), np.zeros(n, dtype=np.int64))
        assert found.factor[0] == pytest.approx(scale, rel=0.02)
        assert (found.low[0], found.high[0]) == pytest.approx((-Z95 * scale, Z95 * scale), rel=0.03)
        np.testing.assert_allclose(found.factor, found.factor[0], rtol=0.01)  # groups without rows: those of all

    def test_each_group_has_its_own(self) -> None:
        n = 20_000
        group = np.repeat([1, 4], n)
        found = learn(np.concatenate([errors(n, 1, 0.7), errors(n, 2, 1.6)]), group)
        assert found.factor[[1, 4]] == pytest.approx([0.7, 1.6], rel=0.03)
        assert found.factor[0] == pytest.approx(np.sqrt((0.49 + 2.56) / 2.0), rel=0.02)

    def test_few_rows_weigh_as_stated(self) -> None:
        own = np.full(50, 3.0)
        whole = errors(5000, 3)
        found = learn(np.concatenate([whole, own]), np.append(np.zeros(5000, dtype=np.int64), np.full(50, 7)))
        share = 50 / (50 + BORROWED_ROWS)
        assert found.factor[7] == pytest.approx(share * 3.0 + (1.0 - share) * found.factor[9])

    def test_a_handful_of_rows_leaves_the_normal_law_nearly_as_it_is(self) -> None:
        found = learn(np.full(3, 4.0), np.zeros(3, dtype=np.int64))
        firm = 3 / (3 + FIRM_ROWS)
        assert found.factor[9] == pytest.approx(1.0 + firm * 3.0)
        assert found.low[9] == pytest.approx(-Z95 * (1.0 - firm) + firm * (0.5 * 4.0 - 0.5 * 4.0))
        assert found.high[9] == pytest.approx(Z95 * (1.0 - firm) + firm * 4.0)

    def test_errors_to_one_side(self) -> None:
        n = 20_000
        skewed = np.random.default_rng(0).exponential(size=n) - 1.0
        found = learn(skewed, np.zeros(n, dtype=np.int64))
        assert -found.low[0] < found.high[0]
        inside = (skewed >= found.low[0]) & (skewed <= found.high[0])
        assert 0.88 < inside.mean() < 0.96

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 10_000), st.integers(500, 3000), st.floats(0.3, 3.0))
    def test_holds_nine_in_ten_of_what_comes(self, seed: int, n: int, scale: float) -> None:
        found = learn(errors(n, seed, scale), np.zeros(n, dtype=np.int64))
        fresh = errors(20_000, seed + 1, scale)
        inside = (fresh >= found.low[0]) & (fresh <= found.high[0])
        assert 0.86 < inside.mean() < 0.94

    @given(st.lists(st.floats(-50, 50), min_size=1, max_size=60), st.integers(0, 17))
    def test_any_errors_give_an_interval(self, values: list[float], group: int) -> None:
        found = learn(np.array(values), np.full(len(values), group))
        for part in (found.factor, found.low, found.high):
            assert part.shape == (groups_count(),)
            assert np.isfinite(part).all()
        assert (found.low < found.high).all()
        assert (found.factor > 0.0).all()

    def test_order_does_not_matter(self) -> None:
        values, group = errors(300, 4), np.random.default_rng(4).integers(0, 18, 300)
        mixed = np.random.default_rng(5).permutation(300)
        one, two = learn(values, group), learn(values[mixed], group[mixed])
        np.testing.assert_allclose(one.factor, two.factor, rtol=1e-12)
        np.testing.assert_array_equal(one.high, two.high)


class TestOverTheFloor:
    """Levels are squeezed near the floor and spread far above it: each height has its own spread."""

    def test_a_spread_that_grows_with_height_is_learned(self) -> None:
        rng = np.random.default_rng(3)
        over = rng.uniform(0.0, 40.0, 200_000)
        wide = np.where(over > 20.0, 2.0, 0.5)
        found = learn(rng.normal(0.0, 1.0, 200_000) * wide, np.zeros(200_000, dtype=np.int64), over)
        low, high = found.spread(np.ones(2), np.array([1.0, 35.0]))
        assert high / low == pytest.approx(4.0, rel=0.15)
