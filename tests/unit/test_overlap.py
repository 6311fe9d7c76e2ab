"""White spots of two definitions on each other: ground, people, and which are the same place."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from aqdaq.analysis.overlap import overlaps, same_places
from aqdaq.analysis.whitespots import WhiteSpotsFound
from aqdaq.model.grid import Grid
from aqdaq.model.whitespot import SmallAreas
from tests.unit import report_fixture as made

PIXEL_M2 = 100.0
GRID = Grid(made.CRS, 0.0, 80.0, 10.0, 8, 8)


def found(definition: str, *boxes: tuple[int, int, int, int]) -> WhiteSpotsFound:
    """Return white spots of rectangles of pixels: rows from-to, columns from-to, in the order of their ranks."""
    labels = np.zeros(GRID.shape, dtype=np.int32)
    spots = []
    for rank, (r0, r1, c0, c1) in enumerate(boxes, start=1):
        labels[r0:r1, c0:c1] = rank
        spots.append(made.spot(GRID, rank, (r0, r1, c0, c1), None, definition=definition, id=f"{definition}-{rank}"))
    return WhiteSpotsFound(tuple(spots), labels, SmallAreas(0, 0.0, None))


def test_ground_and_people_of_a_pair() -> None:
    people: NDArray[np.float32] = np.ones(GRID.shape, dtype=np.float32)
    people[0:2, 0:2] = 5.0
    # 4 x 4 pixels and 4 x 4 shifted by two: 4 shared, 12 alone each.
    pair = overlaps({"a": found("a", (0, 4, 0, 4)), "b": found("b", (2, 6, 2, 6))}, PIXEL_M2, people)[0]
    assert (pair.first, pair.second) == ("a", "b")
    assert (pair.both.area_m2, pair.first_only.area_m2, pair.second_only.area_m2) == (400.0, 1200.0, 1200.0)
    assert (pair.both.people, pair.first_only.people, pair.second_only.people) == (4.0, 28.0, 12.0)
    assert pair.jaccard == pytest.approx(4 / 28)
    assert pair.jaccard_people == pytest.approx(4 / 44)


def test_the_same_place_is_linked_both_ways() -> None:
    a, b = found("a", (0, 4, 0, 4), (6, 8, 0, 2)), found("b", (0, 4, 0, 3), (5, 8, 0, 8))
    pairs = overlaps({"a": a, "b": b}, PIXEL_M2, None)
    first, second = pairs[0].links
    assert (first.first, first.second, first.shared_m2) == ("a-1", "b-1", 1200.0)
    assert (first.of_first, first.of_second, first.jaccard) == (0.75, 1.0, 0.75)
    assert (second.first, second.second) == ("a-2", "b-2")
    assert second.jaccard == pytest.approx(4 / 24)
    assert (first.same_place, second.same_place) == (True, False)
    assert same_places(pairs) == {"a-1": ("b-1",), "b-1": ("a-1",)}
    assert pairs[0].both.people is None
    assert pairs[0].jaccard_people is None


def test_nothing_white_is_no_agreement() -> None:
    pair = overlaps({"a": found("a"), "b": found("b")}, PIXEL_M2, None)[0]
    assert pair.jaccard is None
    assert pair.links == ()
    apart = overlaps({"a": found("a", (0, 2, 0, 2)), "b": found("b", (4, 6, 4, 6))}, PIXEL_M2, None)[0]
    assert apart.jaccard == 0.0


def test_every_pair_once() -> None:
    three = {key: found(key, (0, 2, 0, 2)) for key in "abc"}
    assert [(p.first, p.second) for p in overlaps(three, PIXEL_M2, None)] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert overlaps({"a": found("a")}, PIXEL_M2, None) == ()
