"""Kriging around a trend: against dense Gaussian conditioning, with and without doubt about the trend's figures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from aqdaq.engine.kriging import (
    CELL,
    FAR,
    FAR_M,
    NEAR_M,
    NOISE,
    PLACE,
    SITE,
    SURROUNDINGS,
    SURROUNDINGS_M,
    Asked,
    Known,
    conditional_cost,
    krige,
    total_variance_db2,
)

SPREAD = np.array([9.0, 4.0, 12.0, 16.0, 4.0, 16.0, 400.0, 150.0, 1500.0])
SITES = np.array([0, 0, 1])  # of three cells
FIGURES = 3
NO_DOUBT = np.zeros((3, FIGURES, FIGURES))


def covariance(a: tuple[np.ndarray, ...], b: tuple[np.ndarray, ...], spread: np.ndarray) -> np.ndarray:
    """Return the covariance of levels at (x, y, cell) as the head of the module writes it, no noise."""
    r = np.hypot(a[0][:, None] - b[0], a[1][:, None] - b[1])
    cell, site = a[2][:, None] == b[2], SITES[a[2]][:, None] == SITES[b[2]]
    near, far = np.exp(-r / spread[NEAR_M]), np.exp(-r / spread[FAR_M])
    k = spread[SURROUNDINGS] * np.exp(-r / spread[SURROUNDINGS_M]) + spread[PLACE] * (r < 0.5)
    return np.asarray(k + site * spread[SITE] * near + cell * (spread[CELL] * near + spread[FAR] * far))


def rows(n: int, seed: int, side_m: float = 900.0) -> Known:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.0, side_m, (2, n))
    cell = rng.integers(0, 3, n)
    if n > 3:
        x[1], y[1], cell[:2] = x[0], y[0], (0, 2)  # two cells measured at one place
    slopes = np.stack([np.ones(n), *rng.normal(size=(FIGURES - 1, n))], axis=1)
    return Known(x, y, cell, SITES[cell], rng.normal(0.0, 7.0, n), rng.uniform(0.3, 3.0, n), slopes)


def links(m: int, cell: int, seed: int, side_m: float = 900.0) -> Asked:
    rng = np.random.default_rng(seed + 1000)
    x, y = rng.uniform(0.0, side_m, (2, m))
    cells = np.full(m, cell)
    return Asked(x, y, cells, SITES[cells], np.stack([np.ones(m), *rng.normal(size=(FIGURES - 1, m))], axis=1))


def all_rows(known: Known, groups: int) -> np.ndarray:
    """Return every row as a neighbour of every group, and some room after the last."""
    return np.tile(np.append(np.arange(len(known.cell)), [-1, -1]), (groups, 1))


def one_group(asked: Asked) -> np.ndarray:
    return np.array([0, len(asked.cell)])


def dense(known: Known, asked: Asked, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return mean, variance of a row, and the weights K^-1 k of a Gaussian conditioned on all rows."""
    here, there = (known.x_m, known.y_m, known.cell), (asked.x_m, asked.y_m, asked.cell)
    k = covariance(here, here, spread) + np.diag(known.noise * spread[NOISE])
    beside = covariance(here, there, spread)
    weights = np.linalg.solve(k, beside)
    prior = np.diag(covariance(there, there, spread)) + spread[NOISE]
    return weights.T @ known.left_db, prior - (beside * weights).sum(axis=0), weights


class TestAgainstADenseGaussian:
    @pytest.mark.parametrize(("n", "seed"), [(1, 0), (2, 1), (7, 2), (40, 3)])
    def test_figures_that_are_certain(self, n: int, seed: int) -> None:
        known, asked = rows(n, seed), links(9, seed % 3, seed)
        mean, variance = krige(asked, one_group(asked), all_rows(known, 1), known, SPREAD, NO_DOUBT)
        expected_mean, expected_variance, _ = dense(known, asked, SPREAD)
        np.testing.assert_allclose(mean, expected_mean, atol=1e-9)
        np.testing.assert_allclose(variance, expected_variance, atol=1e-9)

    @pytest.mark.parametrize("cell", [0, 1, 2])
    def test_doubt_about_the_figures_adds_its_share(self, cell: int) -> None:
        known, asked = rows(25, 5), links(6, cell, 5)
        root = np.random.default_rng(1).normal(size=(3, FIGURES, FIGURES))
        doubt = root @ root.transpose(0, 2, 1)
        _, variance = krige(asked, one_group(asked), all_rows(known, 1), known, SPREAD, doubt)
        _, certain, weights = dense(known, asked, SPREAD)
        t = asked.slopes - weights.T @ np.where((known.cell == cell)[:, None], known.slopes, 0.0)
        np.testing.assert_allclose(variance - certain, np.einsum("if,fg,ig->i", t, doubt[cell], t), atol=1e-9)

    def test_universal_kriging(self) -> None:
        """One cell: trend fitted to the same rows by the field's own likelihood, and kriging, are one joint Gaussian.

        With b ~ N(0, S), y = J b + f + noise, b^ = V J' K^-1 y and V = (S^-1 + J' K^-1 J)^-1, mean and variance of
        J* b^ + k' K^-1 (y - J b^) and of the kernel equal those of the Gaussian with covariance K + J S J'.
        """
        known, asked = rows(30, 8), links(5, 0, 8)
        own = np.zeros(30, dtype=np.int64)
        known = known._replace(cell=own, site=own)
        y, prior = known.left_db, np.diag([36.0, 9.0, 4.0])
        here, there = (known.x_m, known.y_m, own), (asked.x_m, asked.y_m, asked.cell)
        k = covariance(here, here, SPREAD) + np.diag(known.noise * SPREAD[NOISE])
        told = np.linalg.solve(k, known.slopes)
        v = np.linalg.inv(np.linalg.inv(prior) + known.slopes.T @ told)
        b = v @ told.T @ y
        doubt = np.zeros((3, FIGURES, FIGURES))
        doubt[0] = v
        left = known._replace(left_db=y - known.slopes @ b)
        mean, variance = krige(asked, one_group(asked), all_rows(known, 1), left, SPREAD, doubt)

        joint = k + known.slopes @ prior @ known.slopes.T
        beside = covariance(here, there, SPREAD) + known.slopes @ prior @ asked.slopes.T
        weights = np.linalg.solve(joint, beside)
        before = np.diag(covariance(there, there, SPREAD) + asked.slopes @ prior @ asked.slopes.T) + SPREAD[NOISE]
        np.testing.assert_allclose(asked.slopes @ b + mean, weights.T @ y, atol=1e-9)
        np.testing.assert_allclose(variance, before - (beside * weights).sum(axis=0), atol=1e-9)

    def test_groups_of_several_cells_with_neighbours_of_their_own(self) -> None:
        known = rows(20, 11)
        parts = [links(4, 0, 1), links(1, 2, 2), links(3, 1, 3)]
        asked = Asked(*(np.concatenate(values) for values in zip(*parts, strict=True)))
        near = np.full((3, 12), -1)
        near[0, :12], near[1, :5] = np.arange(12), [3, 19, 0, 7, 8]  # the third has none
        mean, variance = krige(asked, np.array([0, 4, 5, 8]), near, known, SPREAD, NO_DOUBT)
        for part, at, own in zip(parts, (slice(0, 4), slice(4, 5)), (near[0], near[1, :5]), strict=False):
            subset = Known(*(values[own] for values in known))
            expected_mean, expected_variance, _ = dense(subset, part, SPREAD)
            np.testing.assert_allclose(mean[at], expected_mean, atol=1e-9)
            np.testing.assert_allclose(variance[at], expected_variance, atol=1e-9)
        assert not mean[5:].any()
        np.testing.assert_allclose(variance[5:], total_variance_db2(SPREAD))


class TestKnownValues:
    def single(self, noise: float = 1.0) -> Known:
        zero = np.zeros(1)
        one = np.zeros(1, dtype=np.int64)
        return Known(zero, zero, one, one, np.array([10.0]), np.array([noise]), np.array([[1.0, 0.0, 0.0]]))

    def at(self, x_m: float, cell: int = 0) -> Asked:
        cells = np.array([cell])
        return Asked(np.array([x_m]), np.zeros(1), cells, SITES[cells], np.array([[1.0, 0.0, 0.0]]))

    def asked_of(self, known: Known, asked: Asked, spread: np.ndarray = SPREAD) -> tuple[float, float]:
        mean, variance = krige(asked, one_group(asked), np.zeros((1, 1), dtype=np.int64), known, spread, NO_DOUBT)
        return float(mean[0]), float(variance[0])

    @pytest.mark.parametrize(("cell", "shared"), [(0, 45.0), (1, 17.0), (2, 13.0)])
    def test_one_row_at_the_same_place(self, cell: int, shared: float) -> None:
        """P + S + C + D + Q of the cell itself, P + S + Q of another of the site, P + Q of another site."""
        mean, variance = self.asked_of(self.single(), self.at(0.0, cell))
        assert mean == pytest.approx(10.0 * shared / 61.0)
        assert variance == pytest.approx(61.0 - shared**2 / 61.0)

    def test_without_noise_the_measured_value_comes_back(self) -> None:
        mean, variance = self.asked_of(self.single(noise=1e-9), self.at(0.0))
        assert mean == pytest.approx(10.0, abs=1e-6)
        assert variance == pytest.approx(SPREAD[NOISE], abs=1e-6)  # what is left is the noise of the row asked for

    def test_far_away_nothing_is_known(self) -> None:
        mean, variance = self.asked_of(self.single(), self.at(1e6))
        assert mean == pytest.approx(0.0, abs=1e-9)
        assert variance == pytest.approx(61.0)

    def test_a_metre_away_the_place_is_another(self) -> None:
        same, _ = self.asked_of(self.single(), self.at(0.4))
        other, _ = self.asked_of(self.single(), self.at(0.6))
        assert same - other == pytest.approx(10.0 * SPREAD[PLACE] / 61.0, abs=0.05)


class TestProperties:
    @settings(deadline=None, max_examples=50)
    @given(
        st.integers(0, 2**32 - 1),
        st.integers(1, 25),
        st.lists(st.floats(0.1, 60.0), min_size=6, max_size=6),
        st.lists(st.floats(20.0, 3000.0), min_size=3, max_size=3),
    )
    def test_variance_is_positive_and_never_above_what_was_before(
        self, seed: int, n: int, variances: list[float], ranges: list[float]
    ) -> None:
        spread = np.array([*variances, *ranges])
        known, asked = rows(n, seed), links(5, seed % 3, seed)
        mean, variance = krige(asked, one_group(asked), all_rows(known, 1), known, spread, NO_DOUBT)
        assert np.isfinite(mean).all()
        assert (variance >= spread[NOISE] - 1e-6).all()
        assert (variance <= total_variance_db2(spread) + 1e-9).all()
        fewer = Known(*(values[: n // 2] for values in known))
        _, wider = krige(asked, one_group(asked), all_rows(fewer, 1), fewer, spread, NO_DOUBT)
        assert (wider >= variance - 1e-6).all()

    @settings(deadline=None, max_examples=30)
    @given(st.integers(0, 2**32 - 1), st.integers(2, 25), st.floats(-3e5, 3e5), st.booleans())
    def test_order_and_origin_do_not_matter(self, seed: int, n: int, shift: float, mirrored: bool) -> None:
        known, asked = rows(n, seed), links(4, seed % 3, seed)
        mean, variance = krige(asked, one_group(asked), all_rows(known, 1), known, SPREAD, NO_DOUBT)
        order, sign = np.random.default_rng(seed).permutation(n), -1.0 if mirrored else 1.0
        other = Known(*(values[order] for values in known))
        other = other._replace(x_m=sign * other.x_m + shift)
        moved = asked._replace(x_m=sign * asked.x_m + shift)
        again = krige(moved, one_group(asked), all_rows(known, 1), other, SPREAD, NO_DOUBT)
        np.testing.assert_allclose(again[0], mean, atol=1e-6)
        np.testing.assert_allclose(again[1], variance, atol=1e-6)

    @settings(deadline=None, max_examples=30)
    @given(st.integers(0, 2**32 - 1), st.floats(-3.0, 3.0))
    def test_mean_is_linear_in_what_is_left(self, seed: int, factor: float) -> None:
        known, asked = rows(12, seed), links(4, 1, seed)
        other = known._replace(left_db=known.left_db * factor + 1.0)
        one = known._replace(left_db=np.ones(12))
        means = [krige(asked, one_group(asked), all_rows(k, 1), k, SPREAD, NO_DOUBT)[0] for k in (known, other, one)]
        np.testing.assert_allclose(means[1], factor * means[0] + means[2], atol=1e-8)

    def test_doubt_fades_where_the_neighbours_settle_the_level(self) -> None:
        """A common offset: one row without noise leaves nothing of the doubt about it, a far place all of it."""
        known = rows(1, 3)._replace(noise=np.array([1e-9]), cell=np.zeros(1, dtype=np.int64))
        known.slopes[:] = [[1.0, 0.0, 0.0]]
        asked = Asked(
            np.append(known.x_m, 1e6), np.append(known.y_m, 0.0), np.zeros(2, dtype=np.int64),
            np.zeros(2, dtype=np.int64), np.tile([1.0, 0.0, 0.0], (2, 1)),
        )  # fmt: skip
        doubt = np.zeros((3, FIGURES, FIGURES))
        doubt[0, 0, 0] = 25.0
        _, variance = krige(asked, one_group(asked), all_rows(known, 1), known, SPREAD, doubt)
        assert variance == pytest.approx([SPREAD[NOISE], total_variance_db2(SPREAD) + 25.0], abs=1e-5)


class TestConditionalCost:
    def test_all_rows_before_each_give_the_density_of_all(self) -> None:
        n = 12
        known = rows(n, 21)
        before = np.full((n, n), -1)
        for i in range(n):
            before[i, :i] = np.arange(i)
        found = conditional_cost(np.arange(n), before, known, SPREAD)
        here = (known.x_m, known.y_m, known.cell)
        k = covariance(here, here, SPREAD) + np.diag(known.noise * SPREAD[NOISE])
        density = multivariate_normal(np.zeros(n), k).logpdf(known.left_db)
        assert -found * n - 0.5 * n * math.log(2.0 * math.pi) == pytest.approx(density, abs=1e-9)

    def test_each_row_alone(self) -> None:
        known = rows(5, 22)
        found = conditional_cost(np.array([2]), np.full((1, 3), -1), known, SPREAD)
        variance = 45.0 + 16.0 * known.noise[2]
        assert found == pytest.approx(0.5 * (known.left_db[2] ** 2 / variance + math.log(variance)))

    @settings(deadline=None, max_examples=30)
    @given(st.integers(0, 2**32 - 1))
    def test_given_some_rows(self, seed: int) -> None:
        known = rows(10, seed)
        order, before = np.array([9, 4]), np.array([[0, 3, 5, -1], [1, 2, -1, -1]])
        found = conditional_cost(order, before, known, SPREAD)
        expected = 0.0
        for i, near in zip(order, before, strict=True):
            subset = Known(*(values[near[near >= 0]] for values in known))
            here = np.array([i])
            asked = Asked(known.x_m[here], known.y_m[here], known.cell[here], known.site[here], known.slopes[here])
            mean, variance, _ = dense(subset, asked, SPREAD)
            own = variance[0] + (known.noise[i] - 1.0) * SPREAD[NOISE]
            expected += 0.25 * ((known.left_db[i] - mean[0]) ** 2 / own + math.log(own))
        assert found == pytest.approx(expected, abs=1e-9)
