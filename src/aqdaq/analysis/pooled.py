"""The pooled calibration as a fit that validation can call: a trend per cell, and the strongest mean as best server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from aqdaq.analysis.calibrate import Calibration, Geometry, Samples, calibrate
from aqdaq.analysis.forecast import BestForecast, LevelForecast, Links, Observed
from aqdaq.analysis.scores import Z90
from aqdaq.analysis.uncertainty import PlacedCell, geometry
from aqdaq.analysis.validate import cross_validate
from aqdaq.model.project import CalibrationSection


@dataclass(frozen=True, slots=True)
class PooledFusion:
    """A fitted pooled calibration.

    Attributes:
        fit: of all cells, its spread widened by what unseen tiles of its own training rows ask for.
        placed: the cells, in the order that ``Links.cell`` counts them.
    """

    fit: Calibration
    placed: tuple[PlacedCell, ...]

    def levels(self, links: Links) -> LevelForecast:
        """Return the level of each link: prediction plus correction."""
        shift, sd = self.fit.correction(links.cell, seen(links, self.placed))
        mean = links.predicted_dbm + shift
        return LevelForecast(mean, sd, mean - Z90 * sd, mean + Z90 * sd)

    def best(self, links: Links, place: NDArray[np.int64], thresholds_dbm: Sequence[float]) -> BestForecast:
        """Return the cell with the highest mean at each place, as the maps of the run do."""
        said = self.levels(links)
        order = np.lexsort((-said.mean_dbm, place))
        first = order[np.unique(place[order], return_index=True)[1]]
        mean, sd = said.mean_dbm[first], said.sd_db[first]
        asked = np.array(thresholds_dbm, dtype=np.float64)
        return BestForecast(mean, sd, ndtr((asked[None, :] - mean[:, None]) / sd[:, None]))


@dataclass(frozen=True, slots=True)
class PooledFit:
    """Fits ``PooledFusion``; rows that were not heard are left out.

    Attributes:
        placed: all cells.
        prior_sd_db: standard deviation of the level where nothing was measured (dB).
        section: how the training rows themselves are split, to learn how far the spread must be widened.
    """

    placed: tuple[PlacedCell, ...]
    prior_sd_db: float
    section: CalibrationSection

    def __call__(self, train: Observed) -> PooledFusion:
        """Fit to the rows of ``train``; its spread too is learned from these rows only."""
        heard = train.subset(train.heard)
        links = heard.links
        where = seen(links, self.placed)
        samples = Samples(links.cell, links.x_m, links.y_m, where, links.predicted_dbm, heard.level_dbm)
        fit = calibrate(samples, len(self.placed), prior_sd_db=self.prior_sd_db)
        ids = tuple(p.cell.id for p in self.placed)
        found = cross_validate(samples, ids, self.section, prior_sd_db=self.prior_sd_db)
        return PooledFusion(fit.widened(found.spread_factor), self.placed)


def seen(links: Links, placed: Sequence[PlacedCell]) -> Geometry:
    """Return where each link lies as seen from its cell."""
    where = Geometry(*(np.zeros(len(links)) for _ in Geometry.__slots__))
    for cell in np.unique(links.cell):
        own = links.cell == cell
        part = geometry(placed[int(cell)], links.x_m[own], links.y_m[own])
        for name in Geometry.__slots__:
            getattr(where, name)[own] = getattr(part, name)
    return where
