"""Levels of a network that nobody measured: what other cities teach, and what it means that a cell is named at all.

A level stands in a table because it was received, and from a module that names its serving cell alone because no other
cell was stronger. So the density of what is reported on a link is

    f(x) ~ E_o { N(x; m + o, s) Phi((x - T) / t) product_j Phi((x - m_j - o) / s_j) }

with the mean m and spread s of the link itself, the doubt o that all links of the network share (integrated by
Gauss-Hermite, each node normalized), T the sensitivity, and j the other cells where only the serving cell is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

from aqdaq.analysis.forecast import BestForecast, LevelForecast, Links
from aqdaq.analysis.fusion.facts import Scene, seen
from aqdaq.analysis.fusion.field import EXPECTED
from aqdaq.analysis.fusion.pooled import CELL_SD, before
from aqdaq.analysis.fusion.typical import SENSITIVITY_SD_DB, Typical
from aqdaq.engine.kriging import PLACE, SITE, SURROUNDINGS, total_variance_db2
from aqdaq.engine.strongest import strongest
from aqdaq.engine.trend import AZIMUTH, FLOOR, OFFSET, SLOPE, trend

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Level by the engine (dBm) of cells by their numbers at eastings and northings (m), with the antenna of the table.
Predict = Callable[[Ints, Array, Array], Array]

#: Nodes of the doubt shared by all links, and of the azimuth's error.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
#: Levels at which the density of a link is taken, and links taken at once.
STEPS: Final = 96
CHUNK: Final = 2048
#: Other cells that may serve instead: the strongest of them.
RIVALS: Final = 8


@dataclass(frozen=True)
class UntaughtModel:
    """What tables and other cities say of a network without measurements; a ``Fusion``.

    Attributes:
        scene: the cells.
        expected: of the network.
        predict: level of the other cells of a place, for those that name only the one that serves; None: unknown.
    """

    scene: Scene
    expected: Typical
    predict: Predict | None = None

    def levels(self, links: Links) -> LevelForecast:
        """Return the level that a receiver reports on each link that it reports."""
        mean, sd = self.plain_levels(links)
        out = np.full((4, len(links)), np.nan)
        known = np.flatnonzero(np.isfinite(mean))
        for begin in range(0, len(known), CHUNK):
            own = known[begin : begin + CHUNK]
            rivals = self._rivals(links.subset(own)) if self.expected.serving_only else None
            out[:, own] = reported(mean[own], sd[own], rivals, self.expected)
        return LevelForecast(*out)

    def plain_levels(self, links: Links) -> tuple[Array, Array]:
        """Return (n,) mean (dBm) of all levels, received or not, and their sd (dB) without the shared doubt."""
        view, floored = seen(self.scene, links), False
        figures, _ = before(self.scene, -200.0)
        figures[:, OFFSET], figures[:, SLOPE] = self.expected.offset_db, self.expected.slope_db
        variance = CELL_SD**2
        variance[[AZIMUTH, FLOOR]] = 0.0
        variance[SLOPE] = self.expected.slope_sd_db**2 + CELL_SD[SLOPE] ** 2
        level, told = np.zeros(len(links)), np.zeros(len(links))
        squares = np.zeros(len(links))
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            turned = figures.copy()
            turned[:, AZIMUTH] = node * CELL_SD[AZIMUTH]
            one, slopes = trend(
                links.cell, view.iso_dbm, view.dx_m, view.dy_m, view.below_deg, self.scene.table, turned, floored
            )
            level += weight * one
            squares += weight * one**2
            told += weight * (slopes**2 @ variance)
        turn = np.maximum(squares - level**2, 0.0)
        return level, np.sqrt(told + turn + total_variance_db2(EXPECTED))

    def best(self, links: Links, place: Ints, thresholds_dbm: Sequence[float]) -> BestForecast:
        """Return the best server of each place, as it is reported."""
        said = self.levels(links)
        return self.strongest(said.mean_dbm, said.sd_db, place, thresholds_dbm)

    def strongest(self, mean_dbm: Array, sd_db: Array, place: Ints, thresholds_dbm: Sequence[float]) -> BestForecast:
        """Return the best server of places from the levels of their cells."""
        order = np.argsort(place, kind="stable")
        begin = np.searchsorted(place[order], np.arange(int(place.max(initial=-1)) + 2))
        thresholds = np.asarray(thresholds_dbm, dtype=np.float64)
        return BestForecast(*strongest(begin, mean_dbm[order], sd_db[order], self.together, thresholds))

    @property
    def together(self) -> float:
        """Correlation of two cells' levels at one place around what is forecast."""
        common = self.expected.offset_sd_db**2
        shared = EXPECTED[SURROUNDINGS] + EXPECTED[PLACE] + 0.5 * EXPECTED[SITE] + common
        return float(shared / (total_variance_db2(EXPECTED) + float(CELL_SD[OFFSET]) ** 2 + common))

    def _rivals(self, links: Links) -> tuple[Array, Array] | None:
        """Return (n, rivals) mean (dBm) and standard deviation (dB) of the strongest other cells at each place."""
        n, cells = len(links), len(self.scene)
        if self.predict is None or cells < 2:
            return None
        mean, sd = np.empty((n, cells)), np.empty((n, cells))
        for c in range(cells):
            cell = np.full(n, c, dtype=np.int64)
            predicted = self.predict(cell, links.x_m, links.y_m)
            mean[:, c], sd[:, c] = self.plain_levels(Links(cell, links.x_m, links.y_m, predicted, links.sight))
        mean[np.arange(n), links.cell] = -np.inf
        first = np.argsort(-mean, axis=1)[:, : min(RIVALS, cells - 1)]
        return np.take_along_axis(mean, first, axis=1), np.take_along_axis(sd, first, axis=1)


def reported(mean_dbm: Array, sd_db: Array, rivals: tuple[Array, Array] | None, expected: Typical) -> Array:
    """Return (4, n) mean (dBm), standard deviation (dB), 5 % and 95 % points (dBm) of levels that are reported.

    Args:
        mean_dbm: (n,) of all levels (dBm).
        sd_db: (n,) without the doubt that all links share (dB).
        rivals: (n, k) mean (dBm) and standard deviation (dB) of the cells that may serve instead; None: all report.
        expected: of the network.
    """
    low = np.minimum(np.maximum(mean_dbm - 6.0 * sd_db, expected.sensitivity_dbm - 20.0), expected.sensitivity_dbm)
    wide = 4.0 * np.hypot(sd_db, expected.offset_sd_db)
    high = np.maximum(mean_dbm, expected.sensitivity_dbm) + wide
    step = (high - low) / STEPS
    x = low[:, None] + step[:, None] * (np.arange(STEPS) + 0.5)
    heard = ndtr((x - expected.sensitivity_dbm) / SENSITIVITY_SD_DB)
    density = np.zeros_like(x)
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        shift = node * expected.offset_sd_db
        z = (x - mean_dbm[:, None] - shift) / sd_db[:, None]
        log_density = -0.5 * z**2 + np.log(heard)
        if rivals is not None:
            for m, s in zip(rivals[0].T, rivals[1].T, strict=True):
                log_density += log_ndtr((x - m[:, None] - shift) / s[:, None])
        one = np.exp(log_density - log_density.max(axis=1, keepdims=True))
        density += weight * one / one.sum(axis=1, keepdims=True)
    mean = (density * x).sum(axis=1)
    sd = np.sqrt((density * (x - mean[:, None]) ** 2).sum(axis=1))
    upto = np.cumsum(density, axis=1)
    return np.stack([mean, sd, _point(upto, low, step, 0.05), _point(upto, low, step, 0.95)])


def _point(upto: Array, low: Array, step: Array, share: float) -> Array:
    """Return (n,) where the distribution reaches ``share``, between the steps."""
    k = np.argmax(upto >= share, axis=1)
    rows = np.arange(len(upto))
    above, below = upto[rows, k], np.where(k > 0, upto[rows, np.maximum(k - 1, 0)], 0.0)
    return np.asarray(low + step * (k + (share - below) / np.maximum(above - below, 1e-12)), dtype=np.float64)
