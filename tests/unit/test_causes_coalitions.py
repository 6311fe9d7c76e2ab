"""What is lacking under coalitions of switches: by hand, and against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from aqdaq.analysis.causes.coalitions import BIT, Paths, coalition_masks, deficits, relevant
from aqdaq.analysis.causes.parts import parts_of
from aqdaq.analysis.causes.spread import share_spread, thinned
from aqdaq.base.errors import UsageError
from aqdaq.model.cause import FACTORS, Factor
from tests.unit.causes_made import BOUND, paths, random_paths


def test_as_it_is() -> None:
    found = deficits(paths([[-104.0, -110.0]], weight=np.array([0.75, 0.25])), ())
    assert found.deficit_db == pytest.approx([0.75 * 4.0 + 0.25 * 10.0])
    assert found.closed == pytest.approx([0.0])
    expected = BOUND - ndtr(ndtri(BOUND) + np.array([-4.0, -10.0]) / 8.0)
    assert found.probability == pytest.approx(0.75 * expected[0] + 0.25 * expected[1], abs=1e-9)


def test_one_switch() -> None:
    surface = np.zeros((8, 1, 2))
    surface[1] = [[3.0, 12.0]]
    found = deficits(paths([[-104.0, -110.0]], surface_db=surface), ("terrain",))
    assert found.deficit_db == pytest.approx([7.0, 0.5])
    assert found.closed == pytest.approx([0.0, 0.5])
    # The place that lacks 10 dB counts ten times, the one that lacks 4 dB four times.
    assert found.gain_db == pytest.approx([0.0, (4.0 * 3.0 + 10.0 * 12.0) / 14.0])


def test_the_level_of_the_map_counts_and_the_cells_say_how_it_moves() -> None:
    made = paths([[-110.0], [-112.0]], mean_dbm=np.array([-107.0]), power_db=np.array([0.0, 6.0]))
    found = deficits(made, ("power",))
    assert found.deficit_db == pytest.approx([7.0, 3.0])  # the second cell overtakes by 4 dB


def test_an_absent_cell_is_there_only_with_its_switch() -> None:
    made = paths([[-110.0], [-90.0]], needs=np.array([0, BIT["lost_site"]]))
    found = deficits(made, ("lost_site",))
    assert found.deficit_db == pytest.approx([10.0, 0.0])
    assert found.closed == pytest.approx([0.0, 1.0])


def test_indoors_the_wall_is_a_switch() -> None:
    made = paths([[-110.0]], needed_dbm=np.array([[-85.0], [-108.0]]))
    found = deficits(made, ("indoor",))
    assert found.deficit_db == pytest.approx([25.0, 2.0])


def test_a_switch_that_harms_stays_unset() -> None:
    surface = np.zeros((8, 1, 1))
    surface[1], surface[2], surface[3] = -5.0, 4.0, -1.0
    found = deficits(paths([[-110.0]], surface_db=surface), ("terrain", "old_buildings"))
    assert found.deficit_db == pytest.approx([10.0, 10.0, 6.0, 6.0])


def test_players_out_of_order_are_refused() -> None:
    with pytest.raises(UsageError, match="out of order"):
        deficits(paths([[-110.0]]), ("power", "terrain"))


def plainly(made: Paths, players: tuple[Factor, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return deficit and gain of each coalition, pixel by pixel and cell by cell, in plain words."""
    masks = coalition_masks(players)
    margin = np.empty((masks.size, made.weight.size))
    for s, mask in enumerate(masks):
        for p in range(made.weight.size):
            levels = []
            for c in range(made.needs.size):
                if made.needs[c] & mask != made.needs[c]:
                    continue
                k = made.pair[c]
                level = made.level_dbm[c, p] + made.surface_db[mask & 7, k, p]
                level += made.near_db[p] if mask & BIT["distance"] else 0.0
                level += made.antenna_db[c, p] if mask & BIT["antenna"] else 0.0
                level += made.power_db[c] if mask & BIT["power"] else 0.0
                levels.append(level)
            needed = made.needed_dbm[1 if mask & BIT["indoor"] else 0, p]
            worth = made.softness_db * np.log(np.exp(np.array(levels) / made.softness_db).sum())
            margin[s, p] = worth + made.shift_db[p] - needed
    best = np.array([margin[[t for t in range(masks.size) if t & s == t]].max(axis=0) for s in range(masks.size)])
    lack = made.weight * np.maximum(-margin[0], 0.0)
    return np.maximum(-best, 0.0) @ made.weight, (best - margin[0]) @ lack / lack.sum()


@given(st.integers(0, 2**32 - 1), st.sets(st.sampled_from(FACTORS), max_size=6))
@settings(max_examples=25)
def test_it_is_what_a_plain_loop_says(seed: int, chosen: set[Factor]) -> None:
    made, players = random_paths(seed), tuple(factor for factor in FACTORS if factor in chosen)
    found = deficits(made, players)
    deficit, gain = plainly(made, players)
    assert found.deficit_db == pytest.approx(deficit, abs=1e-9)
    assert found.gain_db == pytest.approx(gain, abs=1e-9)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_nine_factors_share_the_deficit_and_none_has_less_than_nothing(seed: int) -> None:
    made = random_paths(seed, pixels=70)
    players = relevant(made, indoor=True)
    assert players == FACTORS
    found = deficits(made, players)
    parts = parts_of(float(found.deficit_db[0]), found.gain_db, players)
    assert parts.sum() == pytest.approx(found.deficit_db[0], abs=1e-6)
    assert parts.min() >= -1e-12
    chances = parts_of(found.probability, found.probability_gain, players)
    assert chances.sum() == pytest.approx(found.probability, abs=1e-6)


def test_more_switches_never_lack_more() -> None:
    found = deficits(random_paths(5), FACTORS).deficit_db
    for bit in range(len(FACTORS)):
        with_it = np.array([s >> bit & 1 == 1 for s in range(found.size)])
        assert (found[with_it] <= found[np.flatnonzero(with_it) ^ 1 << bit] + 1e-12).all()


def test_a_factor_that_changes_nothing_has_no_part_in_the_game() -> None:
    assert relevant(paths([[-110.0, -111.0]]), indoor=False) == ()
    near = paths([[-110.0]], near_db=np.array([4.0]))
    assert relevant(near, indoor=False) == ("distance",)
    surface = np.zeros((8, 1, 1))
    surface[4:] = 3.0
    assert relevant(paths([[-110.0]], surface_db=surface), indoor=True) == ("new_buildings", "indoor")


class TestSpread:
    def test_levels_that_are_certain_have_certain_shares(self) -> None:
        made = paths([[-110.0, -108.0]], near_db=np.array([6.0, 5.0]), power_db=np.array([2.0]))
        found = share_spread(made, ("distance", "power"), np.array([0.0]), 0.5)
        assert found == pytest.approx(np.zeros(9), abs=1e-12)

    def test_what_an_obstacle_costs_is_uncertain(self) -> None:
        surface = np.zeros((8, 1, 1))
        surface[4:] = 12.0
        made = paths([[-110.0]], surface_db=surface, near_db=np.array([12.0]))
        found = dict(zip(FACTORS, share_spread(made, ("new_buildings", "distance"), np.array([0.0]), 0.5), strict=True))
        assert 0.03 < found["new_buildings"] < 0.2
        assert found["new_buildings"] == pytest.approx(found["distance"])

    def test_it_grows_with_the_errors_of_the_levels_and_repeats(self) -> None:
        made = random_paths(3)
        small, large = (share_spread(made, FACTORS, np.full(4, sd), 0.5) for sd in (1.0, 8.0))
        assert large.sum() > small.sum()
        assert (share_spread(made, FACTORS, np.full(4, 8.0), 0.5) == large).all()

    def test_where_nothing_is_lacking_in_any_draw_nothing_is_determined(self) -> None:
        assert share_spread(paths([[-50.0]]), (), np.array([1.0]), 0.5) == pytest.approx(np.ones(9))

    def test_thinned_paths_weigh_one(self) -> None:
        few = thinned(random_paths(1, pixels=200), 64)
        assert few.weight.size == 64
        assert few.weight.sum() == pytest.approx(1.0)
        assert few.surface_db.shape == (8, 4, 64)
        assert few.lacking.shape[1] == 64
