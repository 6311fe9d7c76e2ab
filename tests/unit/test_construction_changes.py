"""What becomes of white spots between two days: each kind on a drawing, and that nothing is lost or counted twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import ndimage

from aqdaq.analysis.construction.changes import KINDS, changes, steady_kind

Labels = NDArray[np.int32]


def drawn(*lines: str) -> Labels:
    return np.array([[int(c) if c.isdigit() else 0 for c in line] for line in lines], dtype=np.int32)


NOTHING = drawn("........", "........")


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (NOTHING, NOTHING, []),
        (NOTHING, drawn("11......", "11......"), ["appeared"]),
        (drawn("11......", "11......"), NOTHING, ["vanished"]),
        (drawn("11......", "11......"), drawn("111.....", "11......"), ["grown"]),
        (drawn("111.....", "11......"), drawn("11......", "11......"), ["shrunk"]),
        (drawn("11......", "11......"), drawn("11......", "11......"), ["unchanged"]),
        # a quarter of either is common: the same place, but moved
        (drawn("1111....", "........"), drawn("...1111.", "........"), ["moved"]),
        # less than a quarter is not the same place
        (drawn("11111...", "........"), drawn("....1111", "....1111"), ["appeared", "vanished"]),
        # it lies wholly in what it has become: grown, however much
        (drawn("11......", "........"), drawn("11111111", "11111111"), ["grown"]),
        (drawn("11..22..", "11..22.."), drawn("111111..", "111111.."), ["merged"]),
        (drawn("111111..", "111111.."), drawn("11..22..", "11..22.."), ["split"]),
        (drawn("1111.22.", "1111.22."), drawn("11.22222", "11.22222"), ["rearranged"]),
    ],
)
def test_each_kind(before: Labels, after: Labels, kinds: list[str]) -> None:
    assert [change.kind for change in changes(before, after)] == kinds


def test_merged_ones_are_named() -> None:
    (change,) = changes(drawn("11..22..", "11..22.."), drawn("111111..", "111111.."))
    assert (change.before, change.after) == ((1, 2), (1,))


def test_labels_without_pixels_are_no_places() -> None:
    (change,) = changes(NOTHING, drawn("3.......", "........"))
    assert (change.kind, change.before, change.after) == ("appeared", (), (3,))


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [(100.0, 105.0, "deepened"), (100.0, 104.9, "unchanged"), (100.0, 95.0, "eased"), (100.0, 95.1, "unchanged")],
)
def test_a_steady_outline_deepens_or_eases(before: float, after: float, kind: str) -> None:
    assert steady_kind(before, after) == kind


@st.composite
def maps(draw: st.DrawFn) -> Labels:
    white = draw(arrays(np.bool_, (9, 9)))
    labels: Labels = ndimage.label(white, structure=np.ones((3, 3)))[0].astype(np.int32)
    return labels


@given(maps(), maps())
def test_every_white_spot_is_in_exactly_one_change(before: Labels, after: Labels) -> None:
    found = changes(before, after)
    assert sorted(i for change in found for i in change.before) == list(range(1, int(before.max()) + 1))
    assert sorted(j for change in found for j in change.after) == list(range(1, int(after.max()) + 1))
    assert {change.kind for change in found} <= set(KINDS)


BACKWARDS = {
    "appeared": "vanished", "vanished": "appeared", "merged": "split", "split": "merged", "moved": "moved",
    "rearranged": "rearranged",
}  # fmt: skip


@given(maps(), maps())
def test_backwards_in_time_each_change_is_its_opposite(before: Labels, after: Labels) -> None:
    forth = {(c.before, c.after): c.kind for c in changes(before, after)}
    back = {(c.after, c.before): c.kind for c in changes(after, before)}
    assert set(forth) == set(back)
    for key, kind in forth.items():
        if kind in BACKWARDS:
            assert back[key] == BACKWARDS[kind]
        elif kind == "grown":
            assert back[key] in ("shrunk", "unchanged")
