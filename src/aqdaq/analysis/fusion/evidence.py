"""How probable the measurements of a cell are if the table is right, and if one of its figures is not.

Shadowing makes neighbouring rows alike, so that a hundred rows along one street say less than a hundred streets. The
likelihood is therefore that of the field: rows vary together as ``engine.kriging`` has it, and what the other cells of
the same site tell of the shadowing there is taken out first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from aqdaq.analysis.forecast import Observed
from aqdaq.analysis.fusion.facts import Scene, seen
from aqdaq.analysis.fusion.merge import distinct
from aqdaq.analysis.fusion.pooled import Figures
from aqdaq.engine.kriging import (
    CELL,
    FAR,
    FAR_M,
    NEAR_M,
    NOISE,
    PLACE,
    SAME_M,
    SITE,
    SURROUNDINGS,
    SURROUNDINGS_M,
    total_variance_db2,
)
from aqdaq.engine.trend import (
    AZIMUTH,
    EAST,
    FIGURES,
    FLOOR,
    FRONT_TO_BACK,
    NORTH,
    OFFSET,
    SLOPE,
    TILT,
    WIDTH,
    trend,
)
from aqdaq.engine.whitened import fit_whitened

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Rows of a cell in one square of this side (m) are one.
BLOCK_M: Final = 25.0
#: A merged row is never surer than this share of a single one's variance.
LEAST_NOISE: Final = 0.25
#: Rows of a cell, and of the other cells of its site, that are looked at, at most: the work grows with their cube.
OWN_ROWS: Final = 200
SITE_ROWS: Final = 1000
#: Rows farther than this many standard deviations from the fitted trend count less.
OUTLIER: Final = 3.0

#: Figures of a cell whose table is right (units of ``engine.trend``): mounted within 5 and 1 degrees, surveyed within
#: 10 m. What else differs from cell to cell is narrower than in a forecast, where a wide figure costs nothing: here it
#: would explain away what is asked.
RIGHT_SD: Final = {
    AZIMUTH: 5.0, TILT: 1.0, EAST: 10.0, NORTH: 10.0, OFFSET: 4.0, SLOPE: 5.0, WIDTH: 0.15, FRONT_TO_BACK: 4.0,
    FLOOR: 2.0,
}  # fmt: skip
#: The same where the table is wrong: an azimuth may be any, a tilt, a place, a level nearly any.
ANY_AZIMUTH_DEG: Final = 360.0
ANY_TILT_DEG: Final = 10.0
ANY_PLACE_M: Final = 300.0
ANY_LEVEL_DB: Final = 30.0
#: From where the fits set out: turns and tilts (deg).
TURNS_DEG: Final = (0.0, 60.0, -60.0, 120.0, -120.0, 180.0)
TILTS_DEG: Final = (0.0, 6.0, 12.0)


@dataclass(frozen=True, slots=True)
class Rows:
    """Measurements merged into one row a cell and block; all arrays have the length n.

    Attributes:
        cell: number of the cell.
        x_m: easting (m).
        y_m: northing (m).
        seen: (n, 5) as ``engine.whitened`` takes them.
        noise: variance as a multiple of a row's.
        left_db: measured minus fitted trend (dB).
    """

    cell: Ints
    x_m: Array
    y_m: Array
    seen: Array
    noise: Array
    left_db: Array

    def subset(self, rows: Ints) -> Rows:
        """Return some rows."""
        return Rows(*(getattr(self, name)[rows] for name in Rows.__slots__))


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A fit under one hypothesis.

    Attributes:
        figures: (13,) of the cell.
        covariance: (13, 13) of them.
        cost: nats; less is more probable.
        rival: least cost of a fit from another start that ended more than ``APART_DEG`` away in azimuth.
    """

    figures: Array
    covariance: Array
    cost: float
    rival: float = math.inf


#: Azimuths farther apart than this (deg) are different answers.
APART_DEG: Final = 45.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a cell's measurements say of its table.

    Attributes:
        right: the table is right.
        azimuth: the azimuth is not; None: the cell has none.
        tilt: the downtilt is not; None: the cell has no vertical pattern in the fit.
        place: the site stands elsewhere.
        level: the cell is weaker or stronger than its EIRP says.
        bearings_deg: (n,) directions in which it was measured, from grid north (deg).
        blocks: number of blocks in which it was measured.
    """

    right: Hypothesis
    azimuth: Hypothesis | None
    tilt: Hypothesis | None
    place: Hypothesis
    level: Hypothesis
    bearings_deg: Array
    blocks: int

    def gain(self, other: Hypothesis | None) -> float:
        """Return by how much another hypothesis is more probable than that the table is right (nats)."""
        return -math.inf if other is None else self.right.cost - other.cost


def merged_rows(scene: Scene, figures: Figures, observed: Observed) -> Rows:
    """Return the levels that were heard, merged by cell and block.

    Args:
        scene: the cells.
        figures: fitted to all measurements.
        observed: the measurements; what was not heard is not used.
    """
    heard = observed.subset(observed.heard)
    links, view = heard.links, seen(scene, heard.links)
    first, number = distinct(links.cell, np.floor(links.x_m / BLOCK_M), np.floor(links.y_m / BLOCK_M))
    total = np.bincount(number, heard.weight, minlength=len(first))

    def merged(values: Array) -> Array:
        return np.asarray(np.bincount(number, heard.weight * values, minlength=len(first)) / total)

    cell = links.cell[first]
    columns = [merged(v) for v in (view.iso_dbm, view.dx_m, view.dy_m, view.below_deg, heard.level_dbm)]
    iso, dx, dy, below = columns[:4]
    level, _ = trend(cell, iso, dx, dy, below, scene.table, figures.mean, floored=True)
    noise = np.maximum(1.0 / total, LEAST_NOISE)
    return Rows(cell, merged(links.x_m), merged(links.y_m), np.stack(columns, axis=1), noise, columns[4] - level)


def evidence_of(cell: int, rows: Rows, scene: Scene, figures: Figures, spread: Array) -> Evidence:
    """Return what the measurements of one cell say.

    Args:
        cell: its number.
        rows: of all cells of its site.
        scene: the cells.
        figures: fitted to all measurements.
        spread: (9,) of the field.
    """
    own = rows.subset(_some(np.flatnonzero(rows.cell == cell), OWN_ROWS))
    mates = rows.subset(_some(np.flatnonzero(rows.cell != cell), SITE_ROWS))
    white, told = _whitened(own, mates, scene.site, spread)
    levels = own.seen.copy()
    levels[:, 4] -= told
    expected, held = figures.expected[cell], _held(figures.spread[cell])

    def fit(free: dict[int, float], starts: Sequence[Array]) -> Hypothesis:
        sd = held.copy()
        for figure, wide in free.items():
            sd[figure] = wide
        return _best([fit_whitened(levels, white, scene.table[cell], s, expected, sd) for s in starts])

    turns = [_moved(expected, AZIMUTH, turn) for turn in TURNS_DEG]
    tilts = [_moved(expected, TILT, tilt) for tilt in TILTS_DEG]
    directed = held[AZIMUTH] > 0.0
    return Evidence(
        fit({}, [expected]),
        fit({AZIMUTH: ANY_AZIMUTH_DEG}, turns) if directed else None,
        fit({TILT: ANY_TILT_DEG}, tilts) if directed else None,
        fit({EAST: ANY_PLACE_M, NORTH: ANY_PLACE_M}, [expected, figures.mean[cell]]),
        fit({OFFSET: ANY_LEVEL_DB}, [expected]),
        np.degrees(np.arctan2(own.seen[:, 1], own.seen[:, 2])),
        int((rows.cell == cell).sum()),
    )


def _some(rows: Ints, most: int) -> Ints:
    """Return at most so many rows, the same each time."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(1).permutation(rows)[:most])


def _held(spread: Array) -> Array:
    """Return (13,) how widely figures of a cell lie whose table is right; those it does not have stay fast."""
    sd = spread.copy()
    for figure, right in RIGHT_SD.items():
        sd[figure] = min(right, sd[figure])
    return sd


def _moved(figures: Array, figure: int, by: float) -> Array:
    out = figures.copy()
    out[figure] += by
    return out


def _best(fits: list[tuple[Array, Array, float]]) -> Hypothesis:
    figures, covariance, cost = min(fits, key=lambda fit: fit[2])
    turned = [abs((b[AZIMUTH] - figures[AZIMUTH] + 180.0) % 360.0 - 180.0) for b, _, _ in fits]
    rival = min((c for (_, _, c), turn in zip(fits, turned, strict=True) if turn > APART_DEG), default=math.inf)
    return Hypothesis(figures, covariance, float(cost), float(rival))


def _whitened(own: Rows, mates: Rows, site: Ints, spread: Array) -> tuple[Array, Array]:
    """Return (n, n) what makes a cell's rows independent of unit variance, and (n,) what its mates say of them (dB)."""
    factor_mates = cholesky(_covariance(mates, mates, site, spread), lower=True)
    beside = solve_triangular(factor_mates, _covariance(mates, own, site, spread), lower=True)
    factor = cholesky(_covariance(own, own, site, spread) - beside.T @ beside, lower=True)
    told = beside.T @ solve_triangular(factor_mates, mates.left_db, lower=True)
    white = solve_triangular(factor, np.eye(len(factor)), lower=True)
    return np.ascontiguousarray(white), np.asarray(told)


def _covariance(a: Rows, b: Rows, site: Ints, spread: Array) -> Array:
    """Return (n, m) the covariance of rows (dB2), as ``engine.kriging``, their noise included."""
    r = np.hypot(a.x_m[:, None] - b.x_m[None], a.y_m[:, None] - b.y_m[None])
    near = np.exp(-r / spread[NEAR_M])
    same_site = site[a.cell][:, None] == site[b.cell][None]
    same_cell = a.cell[:, None] == b.cell[None]
    out = spread[SURROUNDINGS] * np.exp(-r / spread[SURROUNDINGS_M]) + spread[PLACE] * (r < SAME_M)
    out += same_site * spread[SITE] * near
    out += same_cell * (spread[CELL] * near + spread[FAR] * np.exp(-r / spread[FAR_M]))
    if a is b:
        total = float(total_variance_db2(spread))
        far_out = np.maximum(np.abs(a.left_db) / (OUTLIER * math.sqrt(total)), 1.0)
        out[np.diag_indices(len(out))] += a.noise * spread[NOISE] + total * (far_out**2 - 1.0)
    return np.asarray(out)


def figure_error(fit: Hypothesis, figure: int) -> float:
    """Return the standard error of one figure."""
    assert 0 <= figure < FIGURES
    return float(np.sqrt(fit.covariance[figure, figure]))
