"""Which measurements are kept from a fit, so that it can be asked about them: by block, by route, by site.

Each split yields pairs of masks (train, test). They share three properties: every row is tested at most once; no
training row lies nearer than the buffer to a test row; the same rows give the same folds. A split of single rows at
random is not offered: the neighbour of a row, a few metres on, would tell its level, and the error would say how dense
the measurements are, not how good the forecast is where nobody measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Fold = tuple[Mask, Mask]
SplitName = Literal["block", "route", "site"]

#: The splits that are offered, the one of every run first.
SPLITS: Final[tuple[SplitName, ...]] = ("block", "route", "site")


@dataclass(frozen=True, slots=True)
class SplitSettings:
    """How rows are kept apart.

    Attributes:
        tile_m: side of the tiles of a block (m).
        buffer_m: no training row lies nearer than this to a test row (m).
        folds: number of folds; at least 3, so that tiles side by side never share one.
    """

    tile_m: float
    buffer_m: float
    folds: int


def leave_block_out(x_m: Array, y_m: Array, settings: SplitSettings) -> Iterator[Fold]:
    """Yield (train, test) masks: whole tiles of the map are tested, one pair a fold that has test rows.

    Tiles go to folds by a knight's move, (i + 2 j) mod folds, so neighbours never share one; rows within the buffer of
    a test tile (not only of a row in it) are in neither mask.

    Args:
        x_m: (n,) easting (m).
        y_m: (n,) northing (m).
        settings: tile side, buffer and number of folds.
    """
    side, folds = settings.tile_m, settings.folds
    tile, number = np.unique(
        np.floor(np.stack([x_m, y_m], axis=1) / side).astype(np.int64), axis=0, return_inverse=True
    )
    number = number.reshape(-1)
    fold = (tile[:, 0] + 2 * tile[:, 1]) % folds
    for f in np.unique(fold):
        test = fold[number] == f
        yield ~test & ~_near_tiles(x_m, y_m, tile, number, fold == f, settings), test


def _near_tiles(
    x_m: Array, y_m: Array, tile: NDArray[np.int64], number: NDArray[np.int64], tested: Mask, settings: SplitSettings
) -> Mask:
    """Return (n,) which rows lie within the buffer of a tested tile: (m, 2) tiles, (n,) numbers of the rows' own."""
    side, reach = settings.tile_m, int(np.ceil(settings.buffer_m / settings.tile_m))
    near, wanted = np.zeros(len(x_m), dtype=np.bool_), {(int(a), int(b)) for a, b in tile[tested]}
    for da in range(-reach, reach + 1):
        for db in range(-reach, reach + 1):
            beside = np.array([(int(a) + da, int(b) + db) in wanted for a, b in tile])
            rows = np.flatnonzero(beside[number] & ~near)
            left, low = (tile[number[rows], axis] + step for axis, step in ((0, da), (1, db)))
            dx = np.maximum(np.maximum(left * side - x_m[rows], x_m[rows] - (left + 1) * side), 0.0)
            dy = np.maximum(np.maximum(low * side - y_m[rows], y_m[rows] - (low + 1) * side), 0.0)
            near[rows] = np.hypot(dx, dy) < settings.buffer_m
    return near


def leave_route_out(x_m: Array, y_m: Array, route: NDArray[np.int64], settings: SplitSettings) -> Iterator[Fold]:
    """Yield (train, test) masks: whole drives or logs are tested, one pair a fold.

    Rows of other drives within the buffer of a tested one are in neither mask: a drive along the same streets would
    tell the answers. The longest drives are dealt first, each to the fold that holds the fewest rows.

    Args:
        x_m: (n,) easting (m).
        y_m: (n,) northing (m).
        route: (n,) number of the drive of each row.
        settings: buffer and number of folds.
    """
    fold = deal(route, settings.folds)
    for f in np.unique(fold):
        test = fold == f
        yield ~test & ~near_rows(x_m, y_m, test, settings.buffer_m), test


def leave_site_out(x_m: Array, y_m: Array, site: NDArray[np.int64], settings: SplitSettings) -> Iterator[Fold]:
    """Yield (train, test) masks: all cells of a site are tested without any measurement of their own.

    A place is often measured on the cells of many sites at once, so a buffer alone would leave nothing to train with.
    Sites are therefore left out tile by tile: one pair for each fold of sites and fold of tiles, in which the tested
    rows are those of these sites in these tiles. Training rows belong to other sites and lie outside the buffer.

    Args:
        x_m: (n,) easting (m).
        y_m: (n,) northing (m).
        site: (n,) number of the site of each row.
        settings: tile side, buffer and number of folds.
    """
    fold = deal(site, settings.folds)
    for f in np.unique(fold):
        own = fold == f
        for far, tested in leave_block_out(x_m, y_m, settings):
            test = tested & own
            if test.any():
                yield far & ~own, test


def deal(group: NDArray[np.int64], folds: int) -> NDArray[np.int64]:
    """Return (n,) the fold of each row: groups stay whole, large ones first, each to the emptiest fold.

    Args:
        group: (n,) number of the group of each row.
        folds: number of folds; fewer are used where there are fewer groups.
    """
    names, index, count = np.unique(group, return_inverse=True, return_counts=True)
    fold_of, load = np.zeros(len(names), dtype=np.int64), np.zeros(max(folds, 1), dtype=np.int64)
    for g in np.lexsort((names, -count)):
        fold_of[g] = int(np.argmin(load))
        load[fold_of[g]] += count[g]
    return fold_of[index.reshape(-1)]


def near_rows(x_m: Array, y_m: Array, rows: Mask, buffer_m: float) -> Mask:
    """Return (n,) which rows lie nearer than ``buffer_m`` (m) to one of the rows of a mask."""
    return distance_m(x_m, y_m, rows) < buffer_m


def distance_m(x_m: Array, y_m: Array, rows: Mask) -> Array:
    """Return (n,) the distance of each row to the nearest row of a mask (m); infinite where the mask is empty."""
    if not rows.any():
        return np.full(len(x_m), np.inf)
    places = np.unique(np.stack([x_m[rows], y_m[rows]], axis=1), axis=0)
    found, _ = cKDTree(places).query(np.stack([x_m, y_m], axis=1))
    return np.asarray(found, dtype=np.float64)
