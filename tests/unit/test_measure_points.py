"""Single places: as many as asked for, far enough apart, the best first, and why there are no more."""

from __future__ import annotations

import numpy as np
import pytest

from aqdaq.analysis.measure_next.points import Points, PointWish, choose_points
from aqdaq.analysis.measure_next.survey import Survey

from .measure_town import SPREAD, town_graph, town_ground, town_survey, view

XY, _ = town_graph().samples(20.0)
SURVEY = Survey.build([(town_ground(everywhere=True), np.zeros((0, 2)))], XY, np.arange(len(XY)), len(XY), SPREAD)


def choose(count: int, apart_m: float = 100.0, **more: object) -> Points:
    return choose_points(SURVEY, XY, PointWish(count, apart_m, **more))  # type: ignore[arg-type]


def test_as_many_as_asked_for_and_far_enough_apart() -> None:
    found = choose(6)
    assert found.stop == "points"
    assert len(found.places) == 6
    xy = XY[list(found.places)]
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    assert apart[~np.eye(6, dtype=bool)].min() >= 100.0
    assert sorted(found.order) == [1, 2, 3, 4, 5, 6]


def test_the_first_is_the_best_and_the_gains_add_up() -> None:
    found = choose(5)
    by_rank = sorted(zip(found.order, found.gains, found.places, strict=True))
    assert by_rank[0][1] == pytest.approx(float(SURVEY.alone.max()))
    gains = [gain for _, gain, _ in by_rank]
    assert max(gains) < 1.1 * gains[0]  # a place beside others gains less, or hardly more
    assert sum(gains) == pytest.approx(found.gain)
    assert found.gain == pytest.approx(SURVEY.all_of(found.places).gain)


def test_a_walk_is_never_too_long() -> None:
    found = choose(50, length_m=700.0, start_xy_m=(500_100.0, 4_800_100.0), loop=True)
    walk = np.array([(500_100.0, 4_800_100.0), *XY[list(found.places)], (500_100.0, 4_800_100.0)])
    assert found.length_m == pytest.approx(np.hypot(*np.diff(walk, axis=0).T).sum())
    assert found.length_m <= 700.0
    assert found.stop == "length"
    assert len(found.places) >= 2


def test_it_ends_where_a_point_gains_less_than_asked_for() -> None:
    most = float(SURVEY.alone.max())
    found = choose(500, 0.0, least_gain=0.5 * most)
    assert found.stop == "gain"
    assert min(found.gains) >= 0.5 * most
    assert found.next_gain is not None
    assert 0.0 < found.next_gain < 0.5 * most


def test_when_all_places_are_taken_nothing_is_left() -> None:
    found = choose(10_000, 150.0)
    assert found.stop == "nothing"
    assert 9 <= len(found.places) < 100


def test_where_nothing_is_to_gain_there_are_no_points() -> None:
    sure = town_survey(town_graph(), town_ground(view(7.0)))
    found = choose_points(sure, XY[: sure.pieces], PointWish(3, 50.0))
    assert (found.places, found.gain, found.length_m, found.stop) == ((), 0.0, 0.0, "nothing")


def test_the_same_input_is_the_same_points() -> None:
    assert choose(7) == choose(7)
