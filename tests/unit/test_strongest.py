"""The strongest of several levels: closed forms, draws, and what any maximum obeys."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from aqdaq.engine.strongest import strongest

RHOS = (0.0, 0.3, 0.7)


def of_one_place(
    mean: list[float], sd: list[float], rho: float, thresholds: list[float] | None = None
) -> tuple[float, float, np.ndarray]:
    begin = np.array([0, len(mean)])
    found = strongest(begin, np.array(mean), np.array(sd), rho, np.array(thresholds or [-100.0]))
    return float(found[0][0]), float(found[1][0]), found[2][0]


def clark(m: tuple[float, float], s: tuple[float, float], rho: float) -> tuple[float, float]:
    """Return mean and standard deviation of the greater of two normal levels (Clark 1961)."""
    apart = math.sqrt(s[0] ** 2 + s[1] ** 2 - 2.0 * rho * s[0] * s[1])
    a = (m[0] - m[1]) / apart
    first = m[0] * norm.cdf(a) + m[1] * norm.cdf(-a) + apart * norm.pdf(a)
    second = (m[0] ** 2 + s[0] ** 2) * norm.cdf(a) + (m[1] ** 2 + s[1] ** 2) * norm.cdf(-a)
    second += (m[0] + m[1]) * apart * norm.pdf(a)
    return float(first), math.sqrt(second - first**2)


class TestClosedForms:
    @pytest.mark.parametrize("rho", [*RHOS, 0.95])
    def test_one_cell_is_itself(self, rho: float) -> None:
        mean, sd, below = of_one_place([-95.0], [7.0], rho, [-110.0, -95.0, -80.0])
        assert mean == pytest.approx(-95.0, abs=0.01)
        assert sd == pytest.approx(7.0, abs=0.02)
        np.testing.assert_allclose(below, norm.cdf([-15.0 / 7.0, 0.0, 15.0 / 7.0]), atol=2e-3 if rho < 0.9 else 6e-3)

    def test_two_equal_cells_each_for_itself(self) -> None:
        mean, sd, below = of_one_place([-90.0, -90.0], [8.0, 8.0], 0.0, [-90.0])
        assert mean == pytest.approx(-90.0 + 8.0 / math.sqrt(math.pi), abs=0.005)
        assert sd == pytest.approx(8.0 * math.sqrt(1.0 - 1.0 / math.pi), abs=0.01)
        assert below[0] == pytest.approx(0.25, abs=1e-9)

    @pytest.mark.parametrize("rho", RHOS)
    @pytest.mark.parametrize(("m", "s"), [((-90.0, -90.0), (8.0, 8.0)), ((-90.0, -97.0), (6.0, 9.0)),
                                          ((-90.0, -93.0), (9.0, 5.0))])  # fmt: skip
    def test_two_cells(self, m: tuple[float, float], s: tuple[float, float], rho: float) -> None:
        mean, sd, _ = of_one_place(list(m), list(s), rho)
        assert (mean, sd) == pytest.approx(clark(m, s, rho), abs=0.03)

    def test_levels_that_rise_and_fall_together_have_nothing_to_gain(self) -> None:
        means = [of_one_place([-90.0] * 4, [8.0] * 4, rho)[0] for rho in (0.0, 0.5, 0.9, 0.95)]
        assert means == sorted(means, reverse=True)
        assert means[0] == pytest.approx(-90.0 + 8.0 * 1.02938, abs=0.01)  # E max of four standard normal
        # rho only scales what is apart: sqrt(1 - rho) of the gain.
        assert means[2] == pytest.approx(-90.0 + 8.0 * 1.02938 * math.sqrt(0.1), abs=0.05)

    def test_the_second_cell_far_below_changes_nothing(self) -> None:
        alone = of_one_place([-70.0], [6.0], 0.3, [-75.0])
        both = of_one_place([-70.0, -140.0], [6.0, 6.0], 0.3, [-75.0])
        assert both[0] == pytest.approx(alone[0], abs=1e-9)
        assert both[2][0] == alone[2][0]


class TestUnknown:
    def test_unknown_levels_are_left_out(self) -> None:
        known = of_one_place([-90.0, -95.0], [8.0, 7.0], 0.4, [-92.0])
        some = of_one_place([np.nan, -90.0, np.nan, -95.0, -np.inf], [8.0, 8.0, np.nan, 7.0, 5.0], 0.4, [-92.0])
        assert some[0] == known[0]
        assert some[1] == known[1]
        assert some[2].tolist() == known[2].tolist()

    def test_a_place_without_a_level_stays_unknown(self) -> None:
        begin = np.array([0, 1, 1, 3, 4])
        level = np.array([np.nan, -80.0, np.nan, -99.0])
        mean, sd, below = strongest(begin, level, np.full(4, 6.0), 0.2, np.array([-90.0, -100.0]))
        known = [False, False, True, True]
        for found in (mean, sd, below[:, 0], below[:, 1]):
            assert np.isfinite(found).tolist() == known
        assert below.shape == (4, 2)

    def test_no_thresholds_and_no_places(self) -> None:
        mean, _, below = strongest(np.array([0, 1]), np.array([-80.0]), np.array([5.0]), 0.0, np.empty(0))
        assert mean[0] == pytest.approx(-80.0, abs=0.01)
        assert below.shape == (1, 0)
        none = strongest(np.array([0]), np.empty(0), np.empty(0), 0.0, np.array([-80.0]))
        assert [found.shape for found in none] == [(0,), (0,), (0, 1)]


class TestAgainstDraws:
    @pytest.mark.parametrize("rho", RHOS)
    def test_many_cells(self, rho: float) -> None:
        rng = np.random.default_rng(7)
        mean, sd = rng.uniform(-105.0, -85.0, 9), rng.uniform(5.0, 11.0, 9)
        common, own = rng.normal(size=(200_000, 1)), rng.normal(size=(200_000, 9))
        drawn = (mean + sd * (math.sqrt(rho) * common + math.sqrt(1.0 - rho) * own)).max(axis=1)
        thresholds = [-100.0, -92.0, -85.0, -78.0]
        found = of_one_place(mean.tolist(), sd.tolist(), rho, thresholds)
        assert found[0] == pytest.approx(drawn.mean(), abs=0.06)
        assert found[1] == pytest.approx(drawn.std(), abs=0.06)
        np.testing.assert_allclose(found[2], [(drawn < t).mean() for t in thresholds], atol=0.004)


CELLS = st.lists(st.tuples(st.floats(-120.0, -70.0), st.floats(3.0, 12.0)), min_size=1, max_size=8)
RHO = st.floats(0.0, 0.9)


class TestProperties:
    @settings(deadline=None)
    @given(CELLS, RHO)
    def test_expectation_of_the_maximum_is_no_less_than_the_maximum_of_expectations(
        self, cells: list[tuple[float, float]], rho: float
    ) -> None:
        mean, sd = zip(*cells, strict=True)
        found, spread, _ = of_one_place(list(mean), list(sd), rho)
        assert found >= max(mean) - 0.05
        assert found <= max(mean) + max(sd) * math.sqrt(2.0 * math.log(len(mean) + 1.0)) + 0.05
        assert 0.0 < spread <= 1.05 * max(sd) + 0.05

    @settings(deadline=None)
    @given(CELLS, RHO)
    def test_monotone_in_thresholds_and_between_zero_and_one(
        self, cells: list[tuple[float, float]], rho: float
    ) -> None:
        mean, sd = zip(*cells, strict=True)
        _, _, below = of_one_place(list(mean), list(sd), rho, np.arange(-180.0, -10.0, 2.5).tolist())
        assert (np.diff(below) >= -1e-11).all()
        assert below[0] >= 0.0
        assert below[0] < 1e-3
        assert 1.0 - 1e-3 < below[-1] <= 1.0 + 1e-12

    @settings(deadline=None)
    @given(CELLS, RHO, st.tuples(st.floats(-120.0, -70.0), st.floats(3.0, 12.0)))
    def test_one_more_cell_never_makes_it_worse(
        self, cells: list[tuple[float, float]], rho: float, more: tuple[float, float]
    ) -> None:
        mean, sd = zip(*cells, strict=True)
        thresholds = [-110.0, -95.0, -80.0]
        before = of_one_place(list(mean), list(sd), rho, thresholds)
        after = of_one_place([*mean, more[0]], [*sd, more[1]], rho, thresholds)
        assert after[0] >= before[0] - 0.08
        assert (after[2] <= before[2] + 2e-3).all()

    @settings(deadline=None)
    @given(CELLS, RHO, st.floats(-40.0, 40.0), st.randoms(use_true_random=False))
    def test_neither_origin_nor_order_matters(
        self, cells: list[tuple[float, float]], rho: float, shift: float, random: object
    ) -> None:
        mean, sd = zip(*cells, strict=True)
        before = of_one_place(list(mean), list(sd), rho, [-95.0])
        mixed = list(cells)
        random.shuffle(mixed)  # type: ignore[attr-defined]
        after = of_one_place([m + shift for m, _ in mixed], [s for _, s in mixed], rho, [-95.0 + shift])
        if len({m for m, _ in cells}) < len(cells):
            return  # of two equally good cells the first one sets where the sums begin
        assert after[0] - shift == pytest.approx(before[0], abs=1e-6)
        assert after[2][0] == pytest.approx(before[2][0], abs=1e-9)
