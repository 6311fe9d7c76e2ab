"""Evidence against predicted coverage: binomial tails by hand, tests that share their shadowing, hexagons."""

from __future__ import annotations

from math import comb

import h3
import numpy as np
import pytest

from aqdaq.analysis.challenge import (
    NOT_ENOUGH,
    REFUTED,
    SUPPORTED,
    all_together,
    by_unit,
    clopper_pearson,
    effective,
    evidence,
    false_discovery,
)
from aqdaq.analysis.challenge_rule import RuleFound, challenged, widest_apart_h
from aqdaq.analysis.judged_units import block_side_m, hexagons, parents_of, units_of
from aqdaq.base.errors import ValidityError
from aqdaq.model.body import EARTH, MOON
from aqdaq.model.definition_parts import ChallengeRule, Unit
from aqdaq.model.grid import Grid

GRID = Grid("EPSG:32643", 650_000.0, 4_794_000.0, 30.0, 20, 20)
RULE = ChallengeRule(9, 4, 2, 2, 4.0, 5)
NOON = 12 * 3600.0


class TestBinomial:
    def test_tails_by_hand(self) -> None:
        # Promised 90 %: P(2 or more of 3 fail) = 3 * 0.1^2 * 0.9 + 0.1^3 = 0.028.
        found = evidence((3, 2, 3, 2), 0.9, least_tests=3)
        assert found.p_value == pytest.approx(0.028)
        assert found.verdict == REFUTED
        # One of three: 1 - 0.9^3 = 0.271.
        assert evidence((3, 1, 3, 1), 0.9, least_tests=3).p_value == pytest.approx(0.271)
        # P(4 or more of 10) at 95 %, term by term.
        by_hand = sum(comb(10, k) * 0.05**k * 0.95 ** (10 - k) for k in range(4, 11))
        assert evidence((10, 4, 10, 4), 0.95, least_tests=3).p_value == pytest.approx(by_hand)

    def test_support_needs_as_many_tests_as_the_promise_is_high(self) -> None:
        # 0.9^29 = 0.0471, 0.9^28 = 0.0523.
        assert evidence((29, 0, 29, 0), 0.9, least_tests=3).verdict == SUPPORTED
        assert evidence((28, 0, 28, 0), 0.9, least_tests=3).verdict == NOT_ENOUGH

    def test_too_few_are_never_enough(self) -> None:
        assert evidence((2, 2, 2, 2), 0.9, least_tests=3).verdict == NOT_ENOUGH
        nothing = evidence((0, 0, 0, 0), 0.9, least_tests=1)
        assert (nothing.p_value, nothing.success_low, nothing.success_high) == (1.0, 0.0, 1.0)
        assert nothing.verdict == NOT_ENOUGH

    def test_the_exact_interval(self) -> None:
        # No success in n trials: the upper end solves (1 - p)^n = 0.025.
        assert clopper_pearson(0, 10, 0.95) == pytest.approx((0.0, 1 - 0.025**0.1))
        assert clopper_pearson(10, 10, 0.95) == pytest.approx((0.025**0.1, 1.0))
        assert clopper_pearson(8, 10, 0.95) == pytest.approx((0.4439045, 0.9747893), abs=1e-6)


class TestCorrelatedTests:
    def test_tests_near_each_other_count_as_one(self) -> None:
        x = np.array([0.0, 10.0, 49.0, 51.0, 200.0])
        bad = np.array([True, True, False, True, False])
        # 0, 10 and 49 stand together (two of three failed), 51 alone, 200 alone.
        assert effective(x, np.zeros(5), bad) == (3, 2)
        assert effective(x, np.zeros(5), bad, distance_m=1.0) == (5, 3)

    def test_a_tie_is_no_failure(self) -> None:
        assert effective(np.zeros(2), np.zeros(2), np.array([True, False])) == (1, 0)

    def test_order_does_not_matter(self) -> None:
        rng = np.random.default_rng(3)
        x, y, bad = rng.uniform(0, 400, 60), rng.uniform(0, 400, 60), rng.random(60) < 0.4
        shuffled = rng.permutation(60)
        assert effective(x, y, bad) == effective(x[shuffled], y[shuffled], bad[shuffled])

    def test_one_place_tested_often_refutes_nothing(self) -> None:
        found = by_unit(
            np.zeros(50, dtype=np.int64), 1, (np.zeros(50), np.zeros(50)), np.ones(50, bool), 0.9, least_tests=3
        )
        assert (found[0].tests, found[0].failures, found[0].effective_tests) == (50, 50, 1)
        assert found[0].verdict == NOT_ENOUGH


def test_units_apart_and_together() -> None:
    number = np.array([1, 0, 0, 1, 0, 1])
    x = np.array([0.0, 0, 100, 100, 200, 200])
    failed = np.array([False, True, True, False, True, False])
    parts = by_unit(number, 2, (x, np.zeros(6)), failed, 0.9, least_tests=3)
    assert [part.verdict for part in parts] == [REFUTED, NOT_ENOUGH]
    assert parts[0].p_value == pytest.approx(0.001)
    total = all_together(parts, 0.9, least_tests=3)
    assert (total.tests, total.failures, total.effective_tests, total.effective_failures) == (6, 3, 6, 3)
    # Of two p-values the smaller one is doubled.
    assert false_discovery(parts) == pytest.approx([0.002, 1.0])
    assert false_discovery([]) == []


class TestUnits:
    def test_squares_lie_on_the_metres_of_the_grid(self) -> None:
        x, y = np.array([650_010.0, 650_090.0, 650_110.0]), np.full(3, 4_793_950.0)
        found = units_of(Unit("square", 100.0), GRID, x, y, geographic_crs=EARTH.geographic_crs)
        assert found.ids == ("6500_47939", "6501_47939")
        assert found.number.tolist() == [0, 0, 1]
        assert found.what == "square of 100 m"
        west, _, east, _ = found.outlines[0].bounds
        assert (east - west) * 111_320 * np.cos(np.radians(43.3)) == pytest.approx(
            100.0, rel=0.03
        )  # the square leans a little

    def test_blocks_hold_whole_pixels(self) -> None:
        assert block_side_m(30.0) == 120.0
        assert block_side_m(10.0) == 100.0
        assert block_side_m(250.0) == 250.0
        x = GRID.x_min_m + np.array([5.0, 119.0, 121.0])
        found = units_of(Unit(), GRID, x, np.full(3, GRID.y_max_m - 1.0), geographic_crs=EARTH.geographic_crs)
        assert found.ids == ("0_-1", "1_-1")
        assert found.number.tolist() == [0, 0, 1]

    def test_seven_children(self) -> None:
        parent = h3.latlng_to_cell(43.25, 76.9, 8)
        children = sorted(h3.cell_to_children(parent, 9))
        assert len(children) == 7
        lat, lon = np.array([h3.cell_to_latlng(child) for child in children]).T
        small = hexagons(lon, lat, 9, geographic_crs=EARTH.geographic_crs)
        assert list(small.ids) == children
        large = parents_of(small, 8)
        assert large.ids == (parent,)
        assert large.number.tolist() == [0] * 7
        # An H3 hexagon of resolution 8 has some 0.74 km2 on average.
        assert large.outlines[0].area * 111.32**2 * np.cos(np.radians(43.25)) == pytest.approx(0.74, rel=0.2)

    def test_hexagons_lie_on_earth(self) -> None:
        with pytest.raises(ValidityError, match="on Earth"):
            hexagons(np.zeros(1), np.zeros(1), 8, geographic_crs=MOON.geographic_crs)


class TestRule:
    parent = h3.latlng_to_cell(43.25, 76.9, 8)
    places = np.array([h3.cell_to_latlng(child) for child in sorted(h3.cell_to_children(parent, 9))])

    def found(self, per_child: list[tuple[int, int]], hours: list[float]) -> RuleFound:
        """Return what the rule says of (tests, failures) in children; failures take the hours in turn."""
        rows = [(n, f < bad) for n, (tests, bad) in enumerate(per_child) for f in range(tests)]
        lat, lon = self.places[[n for n, _ in rows]].T
        failed = np.array([bad for _, bad in rows])
        time = np.array([hours[i % len(hours)] * 3600.0 for i in range(len(rows))])
        small = hexagons(lon, lat, 9, geographic_crs=EARTH.geographic_crs)
        return challenged(RULE, parents_of(small, 8), small, failed, time)[0]

    def test_four_of_seven_with_two_failures_each(self) -> None:
        found = self.found([(2, 2)] * 4, [9.0, 14.0])
        assert (found.met, found.children, found.why_not) == (True, 4, ())

    def test_three_are_not_enough(self) -> None:
        found = self.found([(3, 3)] * 3 + [(3, 1)], [9.0, 14.0])
        assert (found.met, found.children) == (False, 3)
        assert "3 of 4 hexagons of resolution 9" in found.why_not[0]

    def test_all_within_an_hour(self) -> None:
        found = self.found([(2, 2)] * 4, [9.0, 9.5])
        assert not found.met
        assert "at most 0.5 h of the day apart, 4 h" in found.why_not[0]

    def test_without_times_it_is_not_met(self) -> None:
        found = self.found([(2, 2)] * 4, [float("nan")])
        assert found.why_not == ("the time of day of the failed tests is not known",)

    def test_midnight_is_no_border(self) -> None:
        assert widest_apart_h(np.array([23.5, 0.5]) * 3600.0) == pytest.approx(1.0)
        assert widest_apart_h(np.array([0.0, NOON, 86400.0 * 3])) == pytest.approx(12.0)
        assert widest_apart_h(np.array([])) == 0.0
