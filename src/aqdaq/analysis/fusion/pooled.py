"""The figures of all cells, partially pooled: each cell is drawn to the average one, and that to what is known before.

b_c ~ N(mu, s2) over cells and mu ~ N(mu0, p2), figure by figure. Each cell is fitted on its own rows with mu as its
expectation; mu then moves to the weighted mean of what the cells say, and so on. A cell without rows is the average
one, a cell with one row moves its offset, and only many rows around a mast turn its azimuth.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import Observed
from aqdaq.analysis.fusion.facts import Scene, Seen, pattern_figures
from aqdaq.analysis.fusion.merge import distinct
from aqdaq.engine.threads import in_threads
from aqdaq.engine.trend import (
    AZIMUTH,
    COS1,
    FACT_DIRECTED,
    FIGURES,
    FLOOR,
    FRONT_TO_BACK,
    SIN2,
    TILT,
    WIDTH,
    fit_figures,
    trend,
)

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Spread of the average cell around what is expected before any measurement, a figure each (units of ``engine.trend``).
POPULATION_SD: Final = np.array([15.0, 8.0, 0.0, 0.15, 6.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
#: Spread of the cells around the average one.
CELL_SD: Final = np.array([6.0, 6.0, 45.0, 0.3, 6.0, 3.0, 30.0, 30.0, 3.0, 2.0, 2.0, 1.0, 1.0])
#: Share of the front-to-back ratio of the table that reflections leave in a street.
BACK_IN_STREETS: Final = 0.75
#: Share of the measured levels that lie below the floor before it is fitted.
FLOOR_SHARE: Final = 0.1
#: Of n levels that quantile hardly tells a floor: it is taken this many dB / n lower.
FLOOR_FEW_DB: Final = 100.0
#: Stands for no floor (dBm) where nothing was measured of a quantity.
NO_FLOOR_DBM: Final = -200.0
#: Standard deviation (dB) of a block's level around the trend, before it is known, and its bounds. Blocks beside each
#: other are not independent: their shadowing reaches farther, and the lower bound stands for that.
SCATTER_DB: Final = 8.0
SCATTER_BOUNDS_DB: Final = (8.0, 12.0)
#: Rows of a cell in one block of this side (m) count together as one: they share their shadowing.
BLOCK_M: Final = 50.0
#: A cell's trend has few figures: more blocks than this are evenly thinned, and fewer still try the turns.
MOST_BLOCKS: Final = 600
TURN_BLOCKS: Final = 150
#: Turns of the antenna (deg) from which the fit sets out.
TURNS_DEG: Final = (0.0, 60.0, -60.0, 120.0, -120.0, 180.0)
ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of all cells.

    Attributes:
        mean: (cells, 13) most probable figures.
        covariance: (cells, 13, 13) around them.
        expected: (cells, 13) what each cell was drawn to.
        spread: (cells, 13) how widely cells lie around that, the doubt about the average included.
        scatter_db: standard deviation of a block's level around the trend (dB).
        rows: (cells,) number of rows used.
        blocks: (cells,) number of blocks they lie in.
    """

    mean: Array
    covariance: Array
    expected: Array
    spread: Array
    scatter_db: float
    rows: Ints
    blocks: Ints


def before(scene: Scene, floor_dbm: float | Array) -> tuple[Array, Array]:
    """Return (cells, 13) the figures expected before any measurement and (cells, 13) their spread over cells.

    Args:
        scene: the cells.
        floor_dbm: below which levels are hardly reported (dBm), one for all or (cells,).
    """
    mean, spread = np.zeros((len(scene), FIGURES)), np.repeat(CELL_SD[None], len(scene), axis=0)
    mean[:, FLOOR] = floor_dbm
    mean[:, FRONT_TO_BACK] = [BACK_IN_STREETS * pattern_figures(c.antenna)[2] for c in scene.cells]
    directed = scene.table[:, FACT_DIRECTED] > 0.0
    for figure in (AZIMUTH, WIDTH, FRONT_TO_BACK, TILT):
        spread[~directed, figure] = 0.0
    spread[directed, COS1 : SIN2 + 1] = 0.0
    return mean, spread


def fit_cells(scene: Scene, links: Seen, observed: Observed, start: Array | None = None) -> Figures:
    """Fit all cells together.

    Args:
        scene: the cells.
        links: those of ``observed``, as seen from their cells.
        observed: levels measured, any number.
        start: (cells, 13) figures to begin with, as of a fit to nearly the same rows; None: from several azimuths.
    """
    first, spread = before(scene, floors_dbm(scene, observed))
    parts = _parts(scene, links, observed)
    average, doubt = np.zeros(FIGURES), POPULATION_SD**2
    scatter = SCATTER_DB
    mean, covariance = first.copy() if start is None else start.copy(), np.zeros((len(scene), FIGURES, FIGURES))
    for number in range(ROUNDS if start is None else ROUNDS // 2):
        expected = first + average
        _fit_all(scene, parts, expected, spread, scatter, mean, covariance, turns=number == 0 and start is None)
        seen = np.array([len(part.rows) > 0 for part in parts])
        average, doubt = _average(mean - first, covariance, expected - first, spread, seen)
        scatter = _scatter_db(scene, parts, mean, covariance, scatter)
    expected = first + average
    wide = np.sqrt(spread**2 + np.where(spread > 0.0, doubt, 0.0))
    _fit_all(scene, parts, expected, spread, scatter, mean, covariance, turns=False)
    # The doubt about the average reaches a cell as far as its own rows leave it there: V + V B^-1 U B^-1 V.
    reach = covariance / np.where(spread > 0.0, spread**2, 1.0)[:, None, :]
    return Figures(
        mean,
        covariance + (reach * doubt) @ reach.transpose(0, 2, 1),
        expected,
        wide,
        scatter,
        np.array([part.measured for part in parts], dtype=np.int64),
        np.array([len(part.rows) for part in parts], dtype=np.int64),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One row a block of a cell: (n, 6) as ``fit_figures`` takes them, which were heard, of how many measurements."""

    rows: Array
    heard: NDArray[np.bool_]
    measured: int


def floors_dbm(scene: Scene, observed: Observed) -> Array:
    """Return (cells,) the level (dBm) below which a tenth of what is reported of a cell's quantity lies."""
    quantity = np.array([cell.quantity for cell in scene.cells])
    out = np.full(len(scene), NO_FLOOR_DBM)
    for name in np.unique(quantity):
        own = observed.heard & (quantity[observed.links.cell] == name)
        if own.any():
            few = FLOOR_FEW_DB / np.count_nonzero(own)
            out[quantity == name] = np.quantile(observed.level_dbm[own], FLOOR_SHARE) - few
    return out


def _parts(scene: Scene, links: Seen, observed: Observed) -> list[_Part]:
    """Return the rows of each cell, those of one block merged into one, the heard and the unheard apart."""
    x, y = observed.links.x_m, observed.links.y_m
    first, number = distinct(observed.links.cell, observed.heard, np.floor(x / BLOCK_M), np.floor(y / BLOCK_M))
    count, total = np.bincount(number), np.bincount(number, observed.weight)
    values = (links.iso_dbm, links.dx_m, links.dy_m, links.below_deg, observed.level_dbm)
    merged = [np.bincount(number, observed.weight * v) / total for v in values]
    rows = np.stack([*merged, total / count], axis=1)
    cell, heard = observed.links.cell[first], observed.heard[first]
    order = np.argsort(cell, kind="stable")
    ends = np.searchsorted(cell[order], np.arange(len(scene) + 1))
    sizes = np.bincount(observed.links.cell, minlength=len(scene))
    return [
        _evenly(_Part(np.ascontiguousarray(rows[order[a:b]]), heard[order[a:b]], int(n)), MOST_BLOCKS)
        for (a, b), n in zip(pairwise(ends.tolist()), sizes, strict=True)
    ]


def _fit_all(
    scene: Scene,
    parts: list[_Part],
    expected: Array,
    spread: Array,
    scatter_db: float,
    mean: Array,
    covariance: Array,
    *,
    turns: bool,
) -> None:
    """Fit every cell, in place; with ``turns`` from several azimuths, the best of which is kept."""

    def one(c: int) -> None:
        if len(parts[c].rows) == 0:
            mean[c], covariance[c] = expected[c], np.diag(spread[c] ** 2)
            return
        start = mean[c]
        if turns and spread[c, AZIMUTH] > 0.0:
            few = _evenly(parts[c], TURN_BLOCKS)
            tried = [fit(few, c, _turned(expected[c], turn)) for turn in TURNS_DEG]
            start = min(tried, key=lambda found: found[2])[0]
        mean[c], covariance[c], _ = fit(parts[c], c, start)

    def fit(part: _Part, c: int, start: Array) -> tuple[Array, Array, float]:
        found: tuple[Array, Array, float] = fit_figures(
            part.rows, part.heard, scene.table[c], start, expected[c], spread[c], scatter_db
        )
        return found

    in_threads(one, range(len(scene)))


def _evenly(part: _Part, most: int) -> _Part:
    """Return at most so many rows of a part, evenly taken."""
    if len(part.rows) <= most:
        return part
    rows = np.linspace(0, len(part.rows) - 1, most).astype(np.int64)
    return _Part(np.ascontiguousarray(part.rows[rows]), part.heard[rows], part.measured)


def _turned(figures: Array, turn_deg: float) -> Array:
    out = figures.copy()
    out[AZIMUTH] += turn_deg
    return out


def _average(
    mean: Array, covariance: Array, expected: Array, spread: Array, seen: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Return (13,) by how much the average cell differs from what was expected, and the variance of that.

    A cell's estimate is part data, part expectation: d = e + g (b - e) with g = 1 - V / s2, V its variance. So the data
    alone say b = e + (d - e) / g, with a variance of V / g beside the s2 of the cells.
    """
    average, doubt = np.zeros(FIGURES), POPULATION_SD**2
    for k in np.flatnonzero(POPULATION_SD > 0.0):
        use = seen & (spread[:, k] > 0.0)
        if not use.any():
            continue
        s2, v = spread[use, k] ** 2, covariance[use, k, k]
        told = np.clip(1.0 - v / s2, 1e-3, 1.0)
        said = expected[use, k] + (mean[use, k] - expected[use, k]) / told
        weight = 1.0 / (s2 + v / told)
        total = weight.sum() + 1.0 / POPULATION_SD[k] ** 2
        average[k], doubt[k] = (weight * said).sum() / total, 1.0 / total
    return average, doubt


def _scatter_db(scene: Scene, parts: list[_Part], mean: Array, covariance: Array, before_db: float) -> float:
    """Return the scatter of blocks around the trend (dB), drawn to what is expected by some twenty blocks."""
    total, count = 20.0 * before_db**2, 20.0
    for c, part in enumerate(parts):
        if not part.heard.any():
            continue
        r = part.rows[part.heard]
        cell = np.full(len(r), c, dtype=np.int64)
        level, slopes = trend(cell, r[:, 0], r[:, 1], r[:, 2], r[:, 3], scene.table, mean, floored=True)
        told = np.einsum("ij,jk,ik->i", slopes, covariance[c], slopes)
        error = np.minimum(np.abs(level - r[:, 4]), 3.0 * before_db)
        total += float((r[:, 5] * (error**2 + told)).sum())
        count += float(r[:, 5].sum())
    return float(np.clip(np.sqrt(total / count), *SCATTER_BOUNDS_DB))
