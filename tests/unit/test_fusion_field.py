"""The spread of the field by its likelihood, and which measurements stand beside which links."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aqdaq.analysis.fusion import field
from aqdaq.analysis.fusion.field import BEFORE, DOUBT, EXPECTED, ROWS, described, fit_spread
from aqdaq.analysis.fusion.merge import distinct
from aqdaq.analysis.fusion.neighbours import OTHERS, OWN, Index
from aqdaq.engine.kriging import FAR_M, NOISE, SITE, SURROUNDINGS, Known, conditional_cost, total_variance_db2
from tests.unit.fusion_made import drawn_field, network

SCENE = network()


def known(places: int, spread: np.ndarray = EXPECTED, seed: int = 0, side_m: float = 3000.0) -> Known:
    """Return draws of the field: every cell at random places."""
    x, y = np.random.default_rng(seed).uniform(0.0, side_m, (2, places))
    cell = np.tile(np.arange(len(SCENE)), places)
    n = len(cell)
    left = drawn_field(SCENE, x, y, seed + 1, spread)
    return Known(
        np.repeat(x, len(SCENE)), np.repeat(y, len(SCENE)), cell, SCENE.site[cell], left, np.ones(n), np.zeros((n, 13))
    )


class TestSpread:
    @pytest.mark.parametrize("rows", [0, 1])
    def test_nothing_to_learn_from(self, rows: int) -> None:
        few = Known(*(values[:rows] for values in known(1)))
        np.testing.assert_array_equal(fit_spread(few), EXPECTED)

    def test_two_rows_hardly_move_what_was_expected(self) -> None:
        found = fit_spread(Known(*(values[:2] for values in known(1))))
        assert (abs(np.log(found / EXPECTED)) < 0.6 * DOUBT).all()

    def test_what_all_cells_share_is_found(self) -> None:
        spread = EXPECTED.copy()
        spread[[SURROUNDINGS, SITE]] = 64.0, 0.5
        shared = fit_spread(known(80, spread))
        spread[[SURROUNDINGS, SITE]] = 0.5, 0.5
        apart = fit_spread(known(80, spread))
        assert shared[SURROUNDINGS] > 25.0
        assert apart[SURROUNDINGS] < 0.85 * EXPECTED[SURROUNDINGS]

    def test_and_among_many_rows_too(self) -> None:
        """More rows of the cell itself stand near than are taken: they must not crowd out the other cells."""
        spread = EXPECTED.copy()
        spread[SURROUNDINGS] = 49.0
        many = known(600, spread, seed=3)
        assert len(many.cell) > 2 * ROWS
        assert fit_spread(many)[SURROUNDINGS] > 1.4 * EXPECTED[SURROUNDINGS]

    def test_noise_and_total(self) -> None:
        for noise, low_db, high_db in ((1.0, 1.0, 3.2), (36.0, 4.8, 6.5)):  # 4 dB are expected
            spread = EXPECTED.copy()
            spread[NOISE] = noise
            found = fit_spread(known(80, spread, seed=5))
            assert low_db < np.sqrt(found[NOISE]) < high_db
            assert total_variance_db2(found) == pytest.approx(total_variance_db2(spread), rel=0.4)

    def test_it_is_more_probable_than_what_was_expected(self) -> None:
        spread = EXPECTED * np.exp(DOUBT * np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 0.0]))
        rows = known(100, spread, seed=6)
        order, before = field._ordered(rows, 1)
        found = fit_spread(rows)
        assert conditional_cost(order, before, rows, found) < conditional_cost(order, before, rows, EXPECTED)
        z = np.log(found / EXPECTED) / DOUBT
        assert (abs(z) <= 2.5 + 1e-9).all()

    def test_same_input_same_output(self) -> None:
        rows = known(25)
        assert fit_spread(rows).tobytes() == fit_spread(rows).tobytes()

    def test_in_words(self) -> None:
        words = described(EXPECTED)
        assert words["surroundings_db"] == 3.0
        assert words["row_db"] == 4.0
        assert words["far_m"] == EXPECTED[FAR_M]
        assert len(words) == len(EXPECTED)


class TestOrder:
    def test_only_earlier_rows_and_half_of_them_of_the_cell(self) -> None:
        rows = known(500, seed=2)
        order, before = field._ordered(rows, 1)
        rank = np.random.default_rng(1).permutation(len(rows.cell))
        assert len(order) == ROWS
        assert len(set(order.tolist())) == ROWS
        assert before.shape == (ROWS, BEFORE)
        full = (before >= 0).all(axis=1)
        assert full.mean() > 0.9
        assert (rank[before[full]] < rank[order[full]][:, None]).all()
        own = (rows.cell[before[full]] == rows.cell[order[full]][:, None]).sum(axis=1)
        assert own.min() >= BEFORE // 2
        assert (own <= BEFORE // 2 + 2).mean() > 0.8
        for near in before:
            kept = near[near >= 0]
            assert len(set(kept.tolist())) == len(kept)
            assert (near[len(kept) :] == -1).all()

    def test_a_cell_alone_takes_its_own_rows(self) -> None:
        rows = known(400, seed=2)
        own = Known(*(values[rows.cell == 0] for values in rows))
        _, before = field._ordered(own, 1)
        assert (before >= 0).sum(axis=1).max() == BEFORE


def brute(x: np.ndarray, y: np.ndarray, cell: np.ndarray, at: tuple[float, float], number: int) -> list[int]:
    """Return the nearest rows of a cell, then those of others among the nearest of all."""
    order = np.argsort(np.hypot(x - at[0], y - at[1]), kind="stable")
    own = [int(i) for i in order if cell[i] == number][:OWN]
    return own + [int(i) for i in order[: 2 * OTHERS] if cell[i] != number][:OTHERS]


class TestIndex:
    @settings(deadline=None, max_examples=40)
    @given(st.integers(0, 2**32 - 1), st.integers(0, 150), st.integers(1, 5))
    def test_is_a_search_through_all(self, seed: int, n: int, cells: int) -> None:
        rng = np.random.default_rng(seed)
        x, y, cell = *rng.uniform(-500.0, 500.0, (2, n)), rng.integers(0, cells, n)
        at = rng.uniform(-600.0, 600.0, (2, 7))
        asked = rng.integers(0, cells + 1, 7)  # one more cell than was measured
        index = Index(x, y, cell)
        found = index.near_all(*at, asked)
        assert found.shape == (7, OWN + OTHERS)
        for row, place, number in zip(found, at.T, asked, strict=True):
            expected = brute(x, y, cell, (place[0], place[1]), int(number))
            assert row.tolist() == expected + [-1] * (OWN + OTHERS - len(expected))
            own = x[cell == number], y[cell == number]
            away = np.hypot(own[0] - place[0], own[1] - place[1]).min() if len(own[0]) else np.inf
            here = index.distance_m(place[:1], place[1:], int(number))
            assert here[0] == pytest.approx(away)

    def test_distance_to_any(self) -> None:
        index = Index(np.array([0.0, 30.0]), np.array([0.0, 40.0]), np.array([0, 1]))
        assert index.distance_m(np.array([30.0]), np.array([0.0])).tolist() == [30.0]
        assert index.distance_m(np.array([30.0]), np.array([0.0]), 1).tolist() == [40.0]
        assert index.distance_m(np.array([30.0]), np.array([0.0]), 7).tolist() == [np.inf]

    def test_nothing_measured(self) -> None:
        none = np.empty(0)
        index = Index(none, none, np.empty(0, dtype=np.int64))
        assert (index.near(np.zeros(3), np.zeros(3), 0) == -1).all()
        assert np.isinf(index.distance_m(np.zeros(3), np.zeros(3))).all()


class TestDistinct:
    @given(st.lists(st.tuples(st.integers(-3, 3), st.booleans(), st.integers(0, 2)), max_size=30))
    def test_numbers_the_combinations_in_order(self, rows: list[tuple[int, bool, int]]) -> None:
        keys = [np.array([row[k] for row in rows]) for k in range(3)]
        first, number = distinct(*keys)
        names = sorted(set(rows))
        assert [rows[i] for i in first] == names
        assert [names[i] for i in number] == rows
        assert all(rows.index(rows[i]) == i for i in first)
