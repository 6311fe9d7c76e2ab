"""Shapley values: games whose values are known, and the axioms that only they satisfy."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aqdaq.analysis.causes.parts import parts_of
from aqdaq.analysis.causes.shapley import shapley_values
from aqdaq.base.errors import UsageError
from aqdaq.model.cause import FACTORS


def game(players: int, worth: object) -> np.ndarray:
    """Return the values of all coalitions of a game given as a function of the players in it."""
    assert callable(worth)
    return np.array([float(worth({i for i in range(players) if s >> i & 1})) for s in range(1 << players)])


class TestKnownGames:
    def test_an_additive_game_gives_each_player_what_it_brings(self) -> None:
        brings = [3.0, -1.0, 0.5, 7.0]
        found = shapley_values(game(4, lambda inside: sum(brings[i] for i in inside)))
        assert found == pytest.approx(brings, abs=1e-12)

    def test_gloves(self) -> None:
        # Player 0 has a left glove, 1 and 2 a right one each; a pair is worth 1 (Shapley's own example).
        found = shapley_values(game(3, lambda inside: 0 in inside and len(inside) > 1))
        assert found == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-12)

    def test_a_weighted_majority(self) -> None:
        # Votes 3, 2, 2 of which 4 win: any two players do, so that all are equal whatever their votes.
        votes = [3, 2, 2]
        found = shapley_values(game(3, lambda inside: sum(votes[i] for i in inside) >= 4))
        assert found == pytest.approx([1 / 3] * 3, abs=1e-12)

    def test_an_airport(self) -> None:
        # Runways of 1, 2 and 4: each stretch is shared by those who need it (Littlechild and Owen 1973).
        cost = [1.0, 2.0, 4.0]
        found = shapley_values(game(3, lambda inside: max((cost[i] for i in inside), default=0.0)))
        assert found == pytest.approx([1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 2.0], abs=1e-12)

    def test_unanimity_of_nine(self) -> None:
        found = shapley_values(game(9, lambda inside: len(inside) == 9))
        assert found == pytest.approx([1 / 9] * 9, abs=1e-12)

    def test_nobody_and_one(self) -> None:
        assert shapley_values(np.array([0.0])).size == 0
        assert shapley_values(np.array([1.0, 5.0])) == pytest.approx([4.0])


def by_orders(values: np.ndarray, players: int) -> list[float]:
    """Return the mean of what each player adds over all orders, one by one: the definition itself."""
    total = [0.0] * players
    for order in itertools.permutations(range(players)):
        coalition = 0
        for i in order:
            total[i] += values[coalition | 1 << i] - values[coalition]
            coalition |= 1 << i
    return [value / math.factorial(players) for value in total]


GAMES = st.integers(1, 5).flatmap(lambda n: arrays(np.float64, 1 << n, elements=st.floats(-100.0, 100.0)))


class TestAxioms:
    @given(GAMES)
    @settings(max_examples=60)
    def test_it_is_the_mean_over_all_orders(self, values: np.ndarray) -> None:
        assert shapley_values(values) == pytest.approx(by_orders(values, values.size.bit_length() - 1), abs=1e-9)

    @given(st.integers(1, 9), st.integers(0, 2**32 - 1))
    @settings(max_examples=40)
    def test_efficiency(self, players: int, seed: int) -> None:
        values = np.random.default_rng(seed).uniform(-50.0, 50.0, 1 << players)
        assert shapley_values(values).sum() == pytest.approx(values[-1] - values[0], abs=1e-9)

    @given(st.integers(2, 6), st.integers(0, 2**32 - 1))
    @settings(max_examples=40)
    def test_players_that_do_the_same_get_the_same(self, players: int, seed: int) -> None:
        by_size = np.random.default_rng(seed).uniform(0.0, 10.0, (players + 1, 2))
        # Players 0 and 1 count alike; the last one has a worth of its own.
        last = players - 1

        def worth(inside: set[int]) -> float:
            return float(by_size[len(inside - {last}), int(last in inside)])

        found = shapley_values(game(players, worth))
        assert found[0] == pytest.approx(found[1 if players > 2 else 0], abs=1e-9)

    @given(st.integers(1, 6), st.integers(0, 2**32 - 1))
    @settings(max_examples=40)
    def test_a_player_that_adds_nothing_gets_exactly_nothing(self, players: int, seed: int) -> None:
        rest = np.random.default_rng(seed).uniform(0.0, 10.0, 1 << (players - 1))
        values = np.array([rest[s & ((1 << (players - 1)) - 1)] for s in range(1 << players)])
        assert shapley_values(values)[-1] == 0.0

    @given(st.integers(1, 6), st.integers(0, 2**32 - 1))
    @settings(max_examples=30)
    def test_two_games_at_once(self, players: int, seed: int) -> None:
        first, second = np.random.default_rng(seed).uniform(-9.0, 9.0, (2, 1 << players))
        both = shapley_values(first + second)
        assert both == pytest.approx(shapley_values(first) + shapley_values(second), abs=1e-9)


@pytest.mark.parametrize("size", [0, 3, 6, 1 << 17])
def test_what_is_no_game_is_refused(size: int) -> None:
    with pytest.raises(UsageError, match="coalitions"):
        shapley_values(np.zeros(size))


class TestParts:
    def test_gains_beyond_what_is_lacking_are_scaled_to_it(self) -> None:
        # Two switches give 30 and 10 dB where 8 dB are lacking: three quarters and one quarter of it.
        parts = parts_of(8.0, np.array([0.0, 30.0, 10.0, 40.0]), ("terrain", "power"))
        assert parts[FACTORS.index("terrain")] == pytest.approx(6.0)
        assert parts[FACTORS.index("power")] == pytest.approx(2.0)
        assert parts.sum() == pytest.approx(8.0, abs=1e-12)

    def test_what_is_left_is_distance(self) -> None:
        parts = parts_of(8.0, np.array([0.0, 2.0, 1.0, 3.0]), ("terrain", "power"))
        assert dict(zip(FACTORS, parts, strict=True)) == pytest.approx(
            {**dict.fromkeys(FACTORS, 0.0), "terrain": 2.0, "power": 1.0, "distance": 5.0}
        )

    def test_without_any_switch_all_of_it_is_distance(self) -> None:
        parts = parts_of(8.0, np.array([0.0]), ())
        assert parts[FACTORS.index("distance")] == 8.0
        assert parts.sum() == 8.0

    @given(st.integers(1, 9), st.floats(0.0, 60.0), st.integers(0, 2**32 - 1))
    @settings(max_examples=60)
    def test_the_parts_sum_to_what_is_lacking(self, players: int, lacking: float, seed: int) -> None:
        rng = np.random.default_rng(seed)
        gain = rng.uniform(0.0, 40.0, 1 << players)
        gain[0] = 0.0
        for bit in range(players):  # what more switches give is never less
            for s in range(gain.size):
                if s >> bit & 1:
                    gain[s] = max(gain[s], gain[s ^ 1 << bit])
        parts = parts_of(lacking, gain, FACTORS[:players])
        assert parts.sum() == pytest.approx(lacking, abs=1e-6)
        assert (parts >= -1e-12).all()
