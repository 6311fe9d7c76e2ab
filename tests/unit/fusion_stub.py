"""A simple fit for tests of what asks a fit: a constant correction per cell, levels that vary each for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from aqdaq.analysis.forecast import BestForecast, LevelForecast, Links, Observed

STEP_DB = 0.25


@dataclass(frozen=True)
class Constant:
    """A fitted model: prediction plus a shift per cell, one spread for all."""

    shift_db: dict[int, float]
    sd_db: float

    def levels(self, links: Links) -> LevelForecast:
        mean = links.predicted_dbm + np.array([self.shift_db.get(int(c), np.nan) for c in links.cell])
        sd = np.full(len(links), self.sd_db)
        return LevelForecast(mean, sd, mean - 1.6448536 * sd, mean + 1.6448536 * sd)

    def best(self, links: Links, place: NDArray[np.int64], thresholds_dbm: Sequence[float]) -> BestForecast:
        mean = self.levels(links).mean_dbm
        count = int(place.max()) + 1
        grid = np.arange(-200.0, 0.0, STEP_DB)
        cdf = _below(mean, self.sd_db, place, count, grid)
        density = np.diff(cdf, axis=1, prepend=0.0)
        expected = density @ (grid - STEP_DB / 2)
        variance = density @ (grid - STEP_DB / 2) ** 2 - expected**2
        asked = np.array(thresholds_dbm, dtype=np.float64)
        return BestForecast(expected, np.sqrt(variance), _below(mean, self.sd_db, place, count, asked))


def _below(mean: np.ndarray, sd: float, place: np.ndarray, count: int, level: np.ndarray) -> np.ndarray:
    each = ndtr((level[None, :] - mean[:, None]) / sd)
    out = np.ones((count, len(level)))
    np.multiply.at(out, place, each)
    return out


@dataclass
class ConstantFit:
    """Fits ``Constant`` and remembers how many rows it was given."""

    given: list[Observed]
    spare_db: float = 0.0

    def __call__(self, train: Observed) -> Constant:
        self.given.append(train)
        heard = train.subset(train.heard)
        residual = heard.level_dbm - heard.links.predicted_dbm
        shift = {int(c): float(residual[heard.links.cell == c].mean()) for c in np.unique(heard.links.cell)}
        left = residual - np.array([shift[int(c)] for c in heard.links.cell])
        return Constant(shift, float(left.std()) + self.spare_db)


def drive(places: int = 400, cells: int = 4, sd_db: float = 6.0, seed: int = 0, side_m: float = 3000.0) -> Observed:
    """Return a made-up drive: every cell measured at every place, each with its own offset."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, side_m, (2, places))
    masts = np.random.default_rng(99).uniform(0, side_m, (cells, 2))
    cell = np.tile(np.arange(cells), places)
    x, y = np.repeat(x, cells), np.repeat(y, cells)
    away = np.maximum(np.hypot(x - masts[cell, 0], y - masts[cell, 1]), 30.0)
    predicted = -30.0 - 30.0 * np.log10(away / 10.0)
    level = predicted + 3.0 * (cell - 1.5) + sd_db * rng.normal(size=len(cell))
    links = Links(cell, x, y, predicted, np.where(away < 300.0, 1.0, 0.0))
    route = np.repeat(np.arange(places) % 7, cells)
    return Observed(links, level, np.ones(len(cell), dtype=bool), np.ones(len(cell)), route)
