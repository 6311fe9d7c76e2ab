"""Splits: nothing near a test row is trained on, no row is tested twice, the same rows give the same folds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from aqdaq.analysis import splits
from aqdaq.analysis.splits import Fold, SplitSettings

SETTINGS = SplitSettings(400.0, 100.0, 5)
Make = Callable[[np.ndarray, np.ndarray, np.ndarray, SplitSettings], list[Fold]]


def block(x: np.ndarray, y: np.ndarray, _group: np.ndarray, settings: SplitSettings) -> list[Fold]:
    return list(splits.leave_block_out(x, y, settings))


def route(x: np.ndarray, y: np.ndarray, group: np.ndarray, settings: SplitSettings) -> list[Fold]:
    return list(splits.leave_route_out(x, y, group, settings))


def site(x: np.ndarray, y: np.ndarray, group: np.ndarray, settings: SplitSettings) -> list[Fold]:
    return list(splits.leave_site_out(x, y, group, settings))


@pytest.mark.parametrize("make", [block, route, site])
@given(
    seed=st.integers(0, 1000), tile=st.floats(50, 800), buffer=st.floats(0, 300), folds=st.integers(3, 7),
    groups=st.integers(1, 12),
)  # fmt: skip
def test_what_every_split_promises(make: Make, seed: int, tile: float, buffer: float, folds: int, groups: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-1500, 1500, (2, 90))
    x[45:60], y[45:60] = x[:15], y[:15]  # places that were met twice
    group = rng.integers(0, groups, 90) * 7
    settings = SplitSettings(tile, buffer, folds)
    found = make(x, y, group, settings)
    seen = np.zeros(90, dtype=int)
    for train, test in found:
        assert test.any()
        assert not (train & test).any()
        seen += test
        if train.any():
            near = cdist(np.stack([x[train], y[train]], 1), np.stack([x[test], y[test]], 1)).min()
            assert near >= buffer - 1e-6
        if make is not block:
            assert not set(group[train]) & set(group[test])
    assert (seen == 1).all()
    again = make(x, y, group, settings)
    assert all((a == c).all() and (b == d).all() for (a, b), (c, d) in zip(found, again, strict=True))


def test_blocks_are_tiles_with_a_strip_around_them() -> None:
    x = np.array([50.0, 399.0, 401.0, 501.0, 799.0, 1250.0])
    y = np.full(6, 10.0)
    found = list(splits.leave_block_out(x, y, SplitSettings(400.0, 100.0, 5)))
    assert [test.nonzero()[0].tolist() for _, test in found] == [[0, 1], [2, 3, 4], [5]]
    # Tested: the tile from 0 to 400 m. The row at 401 m is nearer than 100 m to it; the others are not.
    assert found[0][0].nonzero()[0].tolist() == [3, 4, 5]
    assert found[1][0].nonzero()[0].tolist() == [0, 5]


def test_tiles_side_by_side_are_never_tested_together() -> None:
    i, j = (v.ravel() for v in np.meshgrid(np.arange(8), np.arange(8)))
    for folds in (3, 4, 5, 7):
        for _, test in splits.leave_block_out(i + 0.5, j + 0.5, SplitSettings(1.0, 0.0, folds)):
            tested = set(zip(i[test].tolist(), j[test].tolist(), strict=True))
            assert not any((a + 1, b) in tested or (a, b + 1) in tested for a, b in tested)


def test_a_second_drive_along_the_same_street_does_not_tell_the_answers() -> None:
    x = np.tile(np.arange(0.0, 2000.0, 100.0), 3)
    y = np.repeat([0.0, 20.0, 5000.0], 20)  # two drives along one street, one far away
    drive = np.repeat([0, 1, 2], 20)
    found = route(x, y, drive, SETTINGS)
    assert [sorted(set(drive[test])) for _, test in found] == [[0], [1], [2]]
    assert [sorted(set(drive[train])) for train, _ in found] == [[2], [2], [0, 1]]


def test_one_route_leaves_nothing_to_train_with() -> None:
    [(train, test)] = route(np.arange(5.0), np.zeros(5), np.zeros(5, dtype=int), SETTINGS)
    assert not train.any()
    assert test.all()


def test_a_site_is_tested_where_all_sites_were_measured_at_each_place() -> None:
    gx, gy = (v.ravel() for v in np.meshgrid(np.arange(0, 4000, 100.0), np.arange(0, 4000, 100.0)))
    x, y, of = np.tile(gx, 3), np.tile(gy, 3), np.repeat([0, 1, 2], len(gx))
    found = site(x, y, of, SETTINGS)
    assert len(found) == 15  # three sites, five folds of tiles
    for train, test in found:
        assert len(set(of[test])) == 1
        assert set(of[train]) == {0, 1, 2} - set(of[test])
        assert train.sum() > 1000


def test_groups_stay_whole_and_folds_even() -> None:
    group = np.repeat([3, 1, 4, 15, 9], [50, 30, 20, 10, 10])
    fold = splits.deal(group, 3)
    assert [sorted(set(group[fold == f].tolist())) for f in range(3)] == [[3], [1, 15], [4, 9]]
    assert splits.deal(np.array([7, 7]), 5).tolist() == [0, 0]


def test_distances_to_an_empty_mask_are_infinite() -> None:
    x = np.array([0.0, 3.0])
    assert np.isinf(splits.distance_m(x, x, np.zeros(2, dtype=bool))).all()
    assert splits.distance_m(x, np.array([0.0, 4.0]), np.array([True, False])) == pytest.approx([0.0, 5.0])
