"""The fitted model: trend of each cell, field around it, and intervals that held on unseen blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import BestForecast, LevelForecast, Links, Observed
from aqdaq.analysis.fusion.conformal import Conformal, group_of, learn, plain
from aqdaq.analysis.fusion.facts import Scene, seen
from aqdaq.analysis.fusion.field import fit_spread
from aqdaq.analysis.fusion.neighbours import Index
from aqdaq.analysis.fusion.pooled import Figures, fit_cells
from aqdaq.analysis.splits import SplitSettings, leave_block_out
from aqdaq.engine.kriging import PLACE, SITE, SURROUNDINGS, Asked, Known, krige, total_variance_db2
from aqdaq.engine.strongest import strongest
from aqdaq.engine.trend import trend

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Measurements of a cell within a pixel of this side (m) are one to the field.
PIXEL_M: Final = 25.0
#: A merged measurement is never surer than this share of a row's variance: its device and its day stay the same.
LEAST_NOISE: Final = 0.25
#: Folds of the blocks that the intervals are learned from; tiles of which some thirty hold the measurements.
FOLDS: Final = 5
TILES: Final = 30.0
TILE_BOUNDS_M: Final = (100.0, 5000.0)


@dataclass(frozen=True)
class FusedModel:
    """What was learned from the measurements; a ``Fusion``.

    Attributes:
        scene: the cells.
        figures: of all cells.
        spread: (9,) of the field.
        known: measurements with what the trend leaves.
        index: which of them stand where.
        conformal: what unseen blocks made of the intervals.
    """

    scene: Scene
    figures: Figures
    spread: Array
    known: Known
    index: Index
    conformal: Conformal

    def levels(self, links: Links) -> LevelForecast:
        """Return the level that a receiver reports on each link."""
        mean, sd = self.plain_levels(links, floored=True)
        sd, low, high = self.conformal.apply(mean, sd, self.groups(links))
        return LevelForecast(mean, sd, low, high)

    def plain_levels(self, links: Links, *, floored: bool, group_m: float = 0.0) -> tuple[Array, Array]:
        """Return (n,) mean (dBm) and standard deviation (dB) as the model states them.

        Args:
            links: any number.
            floored: whether what is reported is asked, or the level without a floor.
            group_m: links of a cell within a square of this side (m) share their neighbours; 0: each its own.
        """
        out = np.full(len(links), np.nan), np.full(len(links), np.nan)
        known = np.flatnonzero(np.isfinite(links.predicted_dbm))
        if len(known) == 0:
            return out
        order, begin = _groups(links.subset(known), group_m)
        order = known[order]
        own = links.subset(order)
        view = seen(self.scene, own)
        level, slopes = trend(
            own.cell, view.iso_dbm, view.dx_m, view.dy_m, view.below_deg, self.scene.table, self.figures.mean, floored
        )
        near = self._neighbours(own, begin)
        asked = Asked(own.x_m, own.y_m, own.cell, self.scene.site[own.cell], slopes)
        shift, variance = krige(asked, begin, near, self.known, self.spread, self.figures.covariance)
        out[0][order], out[1][order] = level + shift, np.sqrt(variance)
        return out

    def best(self, links: Links, place: Ints, thresholds_dbm: Sequence[float]) -> BestForecast:
        """Return the best server of each place, as it is reported."""
        said = self.levels(links)
        return self.strongest(said.mean_dbm, said.sd_db, place, thresholds_dbm)

    def strongest(self, mean_dbm: Array, sd_db: Array, place: Ints, thresholds_dbm: Sequence[float]) -> BestForecast:
        """Return the best server of places from the levels of their cells."""
        order = np.argsort(place, kind="stable")
        begin = np.searchsorted(place[order], np.arange(int(place.max(initial=-1)) + 2))
        thresholds = np.asarray(thresholds_dbm, dtype=np.float64)
        found = strongest(begin, mean_dbm[order], sd_db[order], self.together, thresholds)
        return BestForecast(*found)

    @property
    def together(self) -> float:
        """Correlation of two cells' levels at one place around what is forecast."""
        shared = self.spread[SURROUNDINGS] + self.spread[PLACE] + 0.5 * self.spread[SITE]
        return float(min(shared / total_variance_db2(self.spread), 0.95))

    def groups(self, links: Links) -> Ints:
        """Return (n,) the group of each link, for its interval."""
        to_data = np.full(len(links), np.inf)
        for cell in np.unique(links.cell):
            own = links.cell == cell
            to_data[own] = self.index.distance_m(links.x_m[own], links.y_m[own], int(cell))
        x, y = (np.array([getattr(c, name) for c in self.scene.cells]) for name in ("x_m", "y_m"))
        to_mast = np.hypot(links.x_m - x[links.cell], links.y_m - y[links.cell])
        return group_of(to_data, to_mast, links.sight)

    def _neighbours(self, links: Links, begin: Ints) -> Ints:
        first = begin[:-1]
        count = np.diff(begin)
        x = np.add.reduceat(links.x_m, first) / count
        y = np.add.reduceat(links.y_m, first) / count
        cell = links.cell[first]
        out = None
        for c in np.unique(cell):
            own = np.flatnonzero(cell == c)
            near = self.index.near(x[own], y[own], int(c))
            if out is None:
                out = np.full((len(first), near.shape[1]), -1, dtype=np.int64)
            out[own] = near
        assert out is not None
        return out


def fit_model(scene: Scene, observed: Observed, *, spread: Array | None = None, conformal: bool = True) -> FusedModel:
    """Fit figures, field and intervals.

    Args:
        scene: the cells.
        observed: levels measured, any number; links without a prediction must have been left out.
        spread: of the field, when it is known already.
        conformal: whether intervals are learned from unseen blocks.
    """
    view = seen(scene, observed.links)
    figures = fit_cells(scene, view, observed)
    known = _left(scene, figures, observed)
    if spread is None:
        spread = fit_spread(known)
    model = FusedModel(scene, figures, spread, known, Index(known.x_m, known.y_m, known.cell), plain())
    if not conformal or len(observed) == 0:
        return model
    return replace(model, conformal=_unseen(scene, observed, spread))


def block_settings(x_m: Array, y_m: Array) -> SplitSettings:
    """Return tiles of which some thirty hold the measurements, with a quarter of a tile between the parts."""
    tile = 0.0
    side = 50.0
    while tile == 0.0:
        cells = len(np.unique(np.stack([np.floor(x_m / side), np.floor(y_m / side)]), axis=1).T)
        if cells <= TILES or side > TILE_BOUNDS_M[1]:
            tile = side
        side *= 1.25
    tile = float(np.clip(tile, *TILE_BOUNDS_M))
    return SplitSettings(tile, 0.25 * tile, FOLDS)


def _unseen(scene: Scene, observed: Observed, spread: Array) -> Conformal:
    x, y = observed.links.x_m, observed.links.y_m
    errors, groups = [], []
    for train, test in leave_block_out(x, y, block_settings(x, y)):
        asked = test & observed.heard
        if not train.any() or not asked.any():
            continue
        model = fit_model(scene, observed.subset(train), spread=spread, conformal=False)
        links = observed.links.subset(asked)
        mean, sd = model.plain_levels(links, floored=True)
        errors.append((observed.level_dbm[asked] - mean) / sd)
        groups.append(model.groups(links))
    if not errors:
        return plain()
    return learn(np.concatenate(errors), np.concatenate(groups))


def _left(scene: Scene, figures: Figures, observed: Observed) -> Known:
    """Return what the trend leaves, one row a cell and pixel; rows that were not heard say only what they refute."""
    links = observed.links
    view = seen(scene, links)
    level, slopes = trend(
        links.cell, view.iso_dbm, view.dx_m, view.dy_m, view.below_deg, scene.table, figures.mean, floored=True
    )
    left = observed.level_dbm - level
    use = observed.heard | (left < 0.0)
    weight = observed.weight[use]
    key = np.stack([links.cell[use], np.floor(links.x_m[use] / PIXEL_M), np.floor(links.y_m[use] / PIXEL_M)])
    _, number = np.unique(key, axis=1, return_inverse=True)
    number = number.reshape(-1)
    total = np.bincount(number, weight)

    def merged(values: Array) -> Array:
        return np.bincount(number, weight * values) / total

    count = len(total)
    cell = np.zeros(count, dtype=np.int64)
    cell[number] = links.cell[use]
    return Known(
        merged(links.x_m[use]),
        merged(links.y_m[use]),
        cell,
        scene.site[cell],
        merged(left[use]),
        np.maximum(1.0 / total, LEAST_NOISE) if count else np.zeros(0),
        np.stack([merged(column) for column in slopes[use].T], axis=1) if count else np.zeros((0, slopes.shape[1])),
    )


def _groups(links: Links, group_m: float) -> tuple[Ints, Ints]:
    """Return an order of the links and where each group begins in it."""
    n = len(links)
    if group_m <= 0.0:
        return np.arange(n), np.arange(n + 1)
    column, row = np.floor(links.x_m / group_m), np.floor(links.y_m / group_m)
    order = np.lexsort((column, row, links.cell))
    key = np.stack([links.cell[order].astype(np.float64), row[order], column[order]])
    new = np.flatnonzero((key[:, 1:] != key[:, :-1]).any(axis=0)) + 1
    return order, np.concatenate([[0], new, [n]]).astype(np.int64)
