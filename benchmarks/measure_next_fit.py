"""The fit that the benchmark of the route planner uses: cells calibrated together, residuals kriged cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import ndtr

from aqdaq.analysis.calibrate import Calibration, Geometry, Samples, calibrate
from aqdaq.analysis.forecast import BestForecast, LevelForecast, Links, Observed
from aqdaq.analysis.measure_next.spread import ASSUMED_RANGE_M, ASSUMED_SHARE, FieldSpread
from aqdaq.analysis.uncertainty import PlacedCell, geometry

Array = NDArray[np.float64]

PRIOR_SD_DB: Final = 8.0
NEAREST: Final = 12
#: Standard deviations from the mean to either end of a central 90 % interval.
Z90: Final = 1.645


@dataclass(frozen=True)
class KrigedFusion:
    """A ``Fusion``: the trend of each cell, and around it the residuals of the same cell nearby."""

    placed: tuple[PlacedCell, ...]
    trend: Calibration
    train: Links
    residual_db: Array

    def levels(self, links: Links) -> LevelForecast:
        """Return the level of each link."""
        shift, sd = self.trend.correction(links.cell, seen(self.placed, links))
        share = np.zeros(len(links))
        for cell in np.unique(links.cell):
            rows, own = np.flatnonzero(links.cell == cell), self.train.cell == cell
            if own.any():
                moved, share[rows] = _krige(
                    np.stack([self.train.x_m[own], self.train.y_m[own]], axis=1),
                    self.residual_db[own],
                    np.stack([links.x_m[rows], links.y_m[rows]], axis=1),
                )
                shift[rows] += moved
        mean = links.predicted_dbm + shift
        sd = sd * np.sqrt(1.0 - ASSUMED_SHARE * share)
        return LevelForecast(mean, sd, mean - Z90 * sd, mean + Z90 * sd)

    def best(self, links: Links, place: NDArray[np.int64], thresholds_dbm: Sequence[float]) -> BestForecast:
        """Return the best server of each place: the cell of the highest mean."""
        found = self.levels(links)
        order = np.lexsort((-found.mean_dbm, place))
        first = order[np.unique(place[order], return_index=True)[1]]
        mean, sd = found.mean_dbm[first], found.sd_db[first]
        below = ndtr((np.asarray(thresholds_dbm)[None, :] - mean[:, None]) / sd[:, None])
        return BestForecast(mean, sd, below)


@dataclass(frozen=True)
class KrigedFit:
    """A ``Fit`` that makes ``KrigedFusion``."""

    placed: tuple[PlacedCell, ...]

    def __call__(self, train: Observed) -> KrigedFusion:
        """Fit to the rows of ``train``."""
        links = train.links
        where = seen(self.placed, links)
        samples = Samples(links.cell, links.x_m, links.y_m, where, links.predicted_dbm, train.level_dbm)
        trend = calibrate(samples, len(self.placed), prior_sd_db=PRIOR_SD_DB)
        residual = train.level_dbm - links.predicted_dbm - trend.correction(links.cell, where)[0]
        return KrigedFusion(self.placed, trend, links, residual)


def seen(placed: tuple[PlacedCell, ...], links: Links) -> Geometry:
    """Return where the links lie as seen from their cells."""
    out = Geometry(*(np.zeros(len(links)) for _ in range(3)))
    for cell in np.unique(links.cell):
        rows = links.cell == cell
        one = geometry(placed[cell], links.x_m[rows], links.y_m[rows])
        out.distance_m[rows], out.off_boresight_deg[rows] = one.distance_m, one.off_boresight_deg
        out.horizontal_gain_db[rows] = one.horizontal_gain_db
    return out


def _krige(at: Array, residual_db: Array, to: Array) -> tuple[Array, Array]:
    """Return (n,) the residual to be expected at places (dB), and the share of the variance that is gone there."""
    spread = FieldSpread.assumed(1.0)
    k = min(NEAREST, len(at))
    far, near = cKDTree(at).query(to, k=range(1, k + 1))
    inside = far < 4.0 * ASSUMED_RANGE_M
    xy, near = at[near], np.where(inside, near, 0)
    gap = np.hypot(*np.moveaxis(xy[:, :, None, :] - xy[:, None, :, :], -1, 0))
    matrix = np.where(inside[:, :, None] & inside[:, None, :], spread.correlation(gap), 0.0)
    matrix[:, np.arange(k), np.arange(k)] = 1.0 + spread.noise
    with_place = spread.correlation(far) * inside
    weight = np.linalg.solve(matrix, with_place[:, :, None])[:, :, 0]
    return (weight * residual_db[near]).sum(axis=1), (weight * with_place).sum(axis=1)
