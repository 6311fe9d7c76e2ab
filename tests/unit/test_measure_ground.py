"""The people of a map on coarse cells: nobody is lost, unknown is nobody, and the curves are those of the pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from aqdaq.analysis.measure_next.ground import KNOTS, cell_side, make_ground, movable_share, wrong_people
from aqdaq.analysis.measure_next.misclassified import wrong_after, wrong_now
from aqdaq.analysis.measure_next.spread import FieldSpread

from .measure_town import GRID, SD_DB, SPREAD, people, town_ground, view


def test_cells_are_a_third_of_the_range_wide() -> None:
    assert cell_side(GRID, SPREAD) == 2
    assert cell_side(GRID, FieldSpread(6.0, 10.0, 3.0)) == 1


def test_everybody_is_in_a_cell() -> None:
    ground, now = make_ground(GRID, [view(0.3)], people(), SPREAD)
    expected = people().sum() * float(wrong_now(np.array(0.3), 0.5))
    assert now["A/LTE"] == pytest.approx(expected)
    assert ground.curves[:, 0].sum() == pytest.approx(expected)
    assert len(ground) == 15 * 15
    assert (ground.number >= 0).sum() == 900
    row, col, inside = GRID.index(ground.x_m + 1.0, ground.y_m - 1.0)
    assert inside.all()
    assert (ground.number[row, col] == np.arange(len(ground))).all()


def test_curves_are_those_of_the_pixels() -> None:
    ground = town_ground(view(0.8, 0.9))
    share = float(movable_share(np.array([SD_DB]), 0.0, SPREAD)[0])
    assert share == pytest.approx(36.0 / 45.0)
    for k, knot in enumerate(KNOTS):
        one = float(wrong_after(np.array(0.8), 0.9, np.array(knot * share)))
        assert ground.curves[:, k] == pytest.approx(8.0 * one)
    assert ground.people(np.array([0]), np.array([1.0]))[0] == pytest.approx(ground.curves[0, -1])


def test_layers_add_up() -> None:
    both, now = make_ground(GRID, [view(0.3), view(-0.5, name="B/LTE")], people(), SPREAD)
    assert both.curves == pytest.approx(town_ground(view(0.3)).curves + town_ground(view(-0.5)).curves)
    assert set(now) == {"A/LTE", "B/LTE"}


def test_unknown_pixels_are_in_no_figure() -> None:
    layer = view(0.3)
    chance = layer.probability.copy()
    chance[:, 45:] = np.nan
    ground, now = make_ground(GRID, [replace(layer, probability=chance)], people(), SPREAD)
    assert now["A/LTE"] == pytest.approx(900.0 * float(wrong_now(np.array(0.3), 0.5)))
    assert (ground.number[:, 46:] == -1).all()


def test_a_map_that_is_sure_has_no_cells() -> None:
    assert len(town_ground(view(7.0))) == 0
    assert len(town_ground(view(-7.0))) == 0


def test_a_spread_outside_the_field_cannot_be_learnt() -> None:
    assert movable_share(np.array([2.0]), 0.0, SPREAD)[0] == 0.0  # less than the nugget
    alone, indoor = (movable_share(np.array([SD_DB]), other, SPREAD)[0] for other in (0.0, 5.0))
    assert indoor == pytest.approx(36.0 / 70.0)
    assert indoor < alone


def test_pixel_by_pixel_is_what_the_curves_say_at_their_knots() -> None:
    layer = view(0.4, 0.7)
    ground = town_ground(layer)
    for k in (0, 5, 12):
        learnt = np.full(len(ground), KNOTS[k])
        assert wrong_people(layer, people(), SPREAD, ground, learnt) == pytest.approx(ground.curves[:, k].sum())


def test_the_bound_decides_who_is_served() -> None:
    z = float(ndtri(0.8))
    served, not_served = (make_ground(GRID, [view(z, b)], people(), SPREAD)[1]["A/LTE"] for b in (0.7, 0.9))
    assert served == pytest.approx(1800.0 * 0.2)
    assert not_served == pytest.approx(1800.0 * 0.8)
