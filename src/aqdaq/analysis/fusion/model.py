"""The fitted model: trend of each cell, field around it, and intervals that held on unseen blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import BestForecast, LevelForecast, Links, Observed
from aqdaq.analysis.fusion.conformal import FREE_OF_FLOOR_DB, Conformal, best_factor, group_of, learn, plain
from aqdaq.analysis.fusion.facts import Scene, Seen, in_sight, seen
from aqdaq.analysis.fusion.field import correlation_m, fit_spread
from aqdaq.analysis.fusion.left import Left, what_is_left
from aqdaq.analysis.fusion.merge import distinct
from aqdaq.analysis.fusion.neighbours import Index
from aqdaq.analysis.fusion.pooled import Figures, fit_cells
from aqdaq.analysis.splits import SplitSettings, leave_block_out
from aqdaq.engine.kriging import PLACE, SITE, SURROUNDINGS, Asked, krige, total_variance_db2
from aqdaq.engine.strongest import strongest
from aqdaq.engine.trend import FLOOR, trend

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Folds of the blocks that the intervals are learned from; tiles of which some thirty hold the measurements.
FOLDS: Final = 5
TILES: Final = 30.0
TILE_BOUNDS_M: Final = (50.0, 5000.0)
#: Intervals are learned from at most this many measurements, evenly taken.
LEARN_ROWS: Final = 12_000


@dataclass(frozen=True)
class FusedModel:
    """What was learned from the measurements; a ``Fusion``.

    Two levels of a link are told apart. What is *reported* is the mean of the levels that receivers write down: it
    flattens out at the floor, below which they write nothing. The level itself goes on falling; maps need that one,
    but for quantities of the whole received power (RxLev, RSSI), whose floor is real.

    Attributes:
        scene: the cells.
        figures: of all cells.
        spread: (9,) of the field.
        left: measurements with what the trend leaves.
        conformal: what unseen blocks made of the intervals.
        index: which measurements stand where.
    """

    scene: Scene
    figures: Figures
    spread: Array
    left: Left
    conformal: Conformal
    index: Index

    @classmethod
    def of(cls, scene: Scene, figures: Figures, spread: Array, left: Left, conformal: Conformal) -> FusedModel:
        """Return the model of these parts."""
        return cls(scene, figures, spread, left, conformal, Index(left.x_m, left.y_m, left.cell))

    def levels(self, links: Links) -> LevelForecast:
        """Return the level that a receiver reports on each link."""
        mean, sd = self.plain_levels(links, reported=True)
        sd = self.conformal.spread(sd, self.over_floor_db(links, mean))
        sd, low, high = self.conformal.apply(mean, sd, self.groups(links))
        return LevelForecast(mean, sd, low, high)

    def map_levels(self, links: Links, *, group_m: float = 0.0) -> tuple[Array, Array]:
        """Return (n,) mean (dBm) and standard deviation (dB) of the level itself, as maps show it.

        Args:
            links: any number.
            group_m: as for ``plain_levels``.
        """
        mean, sd = self.plain_levels(links, reported=False, group_m=group_m)
        over = self.over_floor_db(links, mean)
        over = np.where(self.scene.total_power[links.cell], over, np.maximum(over, FREE_OF_FLOOR_DB))
        return mean, self.conformal.spread(sd, over) * self.conformal.factor[self.groups(links)]

    def trend_levels(self, links: Links) -> tuple[Array, Array]:
        """Return (n,) mean (dBm) and standard deviation (dB) of the level itself where no measurement near by helps.

        For receivers that stand where nobody measures, such as at upper floors: the figures of the cell hold there, the
        field around the measurements does not, and its whole spread remains.
        """
        level, slopes = self._trend(seen(self.scene, links), links.cell, with_floor=False)
        asked = Asked(links.x_m, links.y_m, links.cell, self.scene.site[links.cell], slopes)
        nobody = np.full((len(links), 1), -1, dtype=np.int64)
        known = self.left.known(self.scene, with_floor=False)
        _, variance = krige(asked, np.arange(len(links) + 1), nobody, known, self.spread, self.figures.covariance)
        over = np.maximum(self.over_floor_db(links, level), FREE_OF_FLOOR_DB)
        x, y = self.scene.places
        to_mast = np.hypot(links.x_m - x[links.cell], links.y_m - y[links.cell])
        group = group_of(np.full(len(links), np.inf), to_mast, links.sight)
        return level, self.conformal.spread(np.sqrt(variance), over) * self.conformal.factor[group]

    def over_floor_db(self, links: Links, mean_dbm: Array) -> Array:
        """Return (n,) how far levels lie over the floor of their cells (dB)."""
        return np.asarray(mean_dbm - self.figures.mean[links.cell, FLOOR], dtype=np.float64)

    def plain_levels(self, links: Links, *, reported: bool, group_m: float = 0.0) -> tuple[Array, Array]:
        """Return (n,) mean (dBm) and standard deviation (dB) as the model states them.

        Args:
            links: any number; where nothing is predicted nothing is said.
            reported: whether what is reported is asked, or the level itself.
            group_m: links of a cell within a square of this side (m) share their neighbours; 0: each its own.
        """
        mean, sd = np.full(len(links), np.nan), np.full(len(links), np.nan)
        floored = self.scene.total_power | reported
        for with_floor in (True, False):
            rows = np.flatnonzero(np.isfinite(links.predicted_dbm) & (floored[links.cell] == with_floor))
            if len(rows):
                order, begin = _groups(links.subset(rows), group_m)
                rows = rows[order]
                mean[rows], sd[rows] = self._krigged(links.subset(rows), begin, with_floor=with_floor)
        return mean, sd

    def trend_dbm(self, links: Links) -> Array:
        """Return (n,) the level itself by the trend alone (dBm): quick, for telling which cells matter at a place."""
        return self._trend(seen(self.scene, links), links.cell, with_floor=False)[0]

    def best(self, links: Links, place: Ints, thresholds_dbm: Sequence[float]) -> BestForecast:
        """Return the best server of each place, as it is reported."""
        said = self.levels(links)
        return self.strongest(said.mean_dbm, said.sd_db, place, thresholds_dbm)

    def strongest(self, mean_dbm: Array, sd_db: Array, place: Ints, thresholds_dbm: Sequence[float]) -> BestForecast:
        """Return the best server of places from the levels of their cells."""
        order = np.argsort(place, kind="stable")
        begin = np.searchsorted(place[order], np.arange(int(place.max(initial=-1)) + 2))
        thresholds = np.asarray(thresholds_dbm, dtype=np.float64)
        spread = sd_db[order] * self.best_factor
        return BestForecast(*strongest(begin, mean_dbm[order], spread, self.together, thresholds))

    @property
    def together(self) -> float:
        """Correlation of two cells' levels at one place around what is forecast."""
        shared = self.spread[SURROUNDINGS] + self.spread[PLACE] + 0.5 * self.spread[SITE]
        return float(min(shared / total_variance_db2(self.spread), 0.95))

    @property
    def best_factor(self) -> float:
        """Factor of the cells' standard deviations where the strongest of them is asked."""
        return float(self.conformal.best[0])

    @property
    def correlation_m(self) -> float:
        """Distance (m) at which what the trend leaves of a cell's levels is correlated by 1/e."""
        return correlation_m(self.spread)

    def groups(self, links: Links) -> Ints:
        """Return the group of each link, for its interval."""
        to_data = np.full(len(links), np.inf)
        for cell in np.unique(links.cell):
            own = links.cell == cell
            to_data[own] = self.index.distance_m(links.x_m[own], links.y_m[own], int(cell))
        x, y = self.scene.places
        to_mast = np.hypot(links.x_m - x[links.cell], links.y_m - y[links.cell])
        unknown = np.isnan(links.sight)
        sight = links.sight.copy()
        if unknown.any():
            asked = links.subset(unknown)
            sight[unknown] = in_sight(self.scene, asked, seen(self.scene, asked))
        return group_of(to_data, to_mast, sight)

    def _trend(self, view: Seen, cell: Ints, *, with_floor: bool) -> tuple[Array, Array]:
        return trend(
            cell,
            view.iso_dbm,
            view.dx_m,
            view.dy_m,
            view.below_deg,
            self.scene.table,
            self.figures.mean,
            floored=with_floor,
        )

    def _krigged(self, links: Links, begin: Ints, *, with_floor: bool) -> tuple[Array, Array]:
        level, slopes = self._trend(seen(self.scene, links), links.cell, with_floor=with_floor)
        asked = Asked(links.x_m, links.y_m, links.cell, self.scene.site[links.cell], slopes)
        known = self.left.known(self.scene, with_floor=with_floor)
        near = self._neighbours(links, begin)
        shift, variance = krige(asked, begin, near, known, self.spread, self.figures.covariance)
        return level + shift, np.sqrt(variance)

    def _neighbours(self, links: Links, begin: Ints) -> Ints:
        """Return (groups, most) the measurements near the middle of each group."""
        first, count = begin[:-1], np.diff(begin)
        x, y = np.add.reduceat(links.x_m, first) / count, np.add.reduceat(links.y_m, first) / count
        cell = links.cell[first]
        return self.index.near_all(x, y, cell)


def fit_model(
    scene: Scene,
    observed: Observed,
    *,
    spread: Array | None = None,
    start: Array | None = None,
    conformal: bool = True,
) -> FusedModel:
    """Fit figures, field and intervals.

    Args:
        scene: the cells.
        observed: levels measured, any number; links without a prediction must have been left out.
        spread: of the field, when it is known already.
        start: (cells, 13) figures to begin with; None: none are known.
        conformal: whether intervals are learned from unseen blocks.
    """
    view = seen(scene, observed.links)
    figures = fit_cells(scene, view, observed, start)
    left = what_is_left(scene, figures, view, observed)
    if spread is None:
        spread = fit_spread(left.known(scene, with_floor=True))
    model = FusedModel.of(scene, figures, spread, left, plain())
    if not conformal or len(observed) == 0:
        return model
    return replace(model, conformal=_unseen(model, observed))


def block_settings(x_m: Array, y_m: Array) -> SplitSettings:
    """Return tiles of which some thirty hold the measurements, with a quarter of a tile between the parts."""
    side = TILE_BOUNDS_M[0]
    while side < TILE_BOUNDS_M[1] and _tiles(x_m, y_m, side) > TILES:
        side *= 1.25
    return SplitSettings(side, 0.25 * side, FOLDS)


def _tiles(x_m: Array, y_m: Array, side_m: float) -> int:
    key = np.floor(x_m / side_m).astype(np.int64) * (1 << 32) + np.floor(y_m / side_m).astype(np.int64)
    return len(np.unique(key))


def _unseen(model: FusedModel, observed: Observed) -> Conformal:
    """Return what forecasts of tiles that were left out say of the intervals."""
    scene = model.scene
    if len(observed) > LEARN_ROWS:
        observed = observed.subset(np.linspace(0, len(observed) - 1, LEARN_ROWS).astype(np.int64))
    x, y = observed.links.x_m, observed.links.y_m
    n = len(observed)
    mean, sd, over, fold = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    groups = np.zeros(n, dtype=np.int64)
    for number, (train, test) in enumerate(leave_block_out(x, y, block_settings(x, y))):
        asked = test & observed.heard
        if not train.any() or not asked.any():
            continue
        fit = fit_model(scene, observed.subset(train), spread=model.spread, start=model.figures.mean, conformal=False)
        links = observed.links.subset(asked)
        mean[asked], sd[asked] = fit.plain_levels(links, reported=True)
        groups[asked], over[asked] = fit.groups(links), fit.over_floor_db(links, mean[asked])
        fold[asked] = number
    told = np.isfinite(mean)
    if not told.any():
        return plain()
    seen_rows = observed.subset(told)
    found = learn((seen_rows.level_dbm - mean[told]) / sd[told], groups[told], over[told])
    spread, _, _ = found.apply(mean[told], found.spread(sd[told], over[told]), groups[told])
    return replace(found, best=_best_factor(replace(model, conformal=found), seen_rows, mean[told], spread, fold[told]))


def _best_factor(model: FusedModel, observed: Observed, mean: Array, sd: Array, fold: Ints) -> Array:
    """Return by how much the best servers of unseen places err beyond what is stated; of places with several cells."""
    layer = np.unique([cell.layer for cell in model.scene.cells], return_inverse=True)[1][observed.links.cell]
    first, place = distinct(layer, fold, observed.links.x_m, observed.links.y_m)
    said = model.strongest(mean, sd, place, ())
    strongest_dbm = np.full(len(first), -np.inf)
    np.maximum.at(strongest_dbm, place, observed.level_dbm)
    several = np.bincount(place, minlength=len(first)) > 1
    return best_factor(((strongest_dbm - said.mean_dbm) / said.sd_db)[several])


def _groups(links: Links, group_m: float) -> tuple[Ints, Ints]:
    """Return an order of the links and where each group begins in it: squares of one cell."""
    n = len(links)
    if group_m <= 0.0:
        return np.arange(n), np.arange(n + 1)
    column, row = np.floor(links.x_m / group_m), np.floor(links.y_m / group_m)
    order = np.lexsort((column, row, links.cell))
    new = np.zeros(n, dtype=np.bool_)
    for key in (links.cell, row, column):
        new[1:] |= key[order][1:] != key[order][:-1]
    return order, np.concatenate([[0], np.flatnonzero(new), [n]]).astype(np.int64)
