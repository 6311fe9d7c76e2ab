"""Calibration: each cell's offset, distance slope and directional trend, partially pooled over the cells.

Model: y = prediction + x'b_c + u + e, with x = [1, log10(d / d_ref), cos phi, sin phi, g / g_ref] (phi seen from the
boresight, g the horizontal gain of the pattern there: streets and reflections fill the back of an antenna, so the
pattern counts for less than its table says), b_c ~ N(mu, S) over the cells, u a shadowing effect shared by the
samples of one cell in one block, e the rest. The block effect keeps a thousand samples from one street from counting
a thousand times. mu, S and the variances are estimated by expectation-maximisation with weak priors, so one sample
in one cell is enough to run and a cell without samples takes the average of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Distance (m) at which the offset holds.
REFERENCE_DISTANCE_M: Final = 300.0
#: Distances below this (m) count as this in the slope: so near the mast the vertical pattern rules, not distance.
NEAREST_M: Final = 50.0
#: Side of the blocks that share one shadowing effect (m): about twice the urban decorrelation distance.
BLOCK_M: Final = 100.0

#: Gain (dB) by which the pattern's regressor is divided, so that it runs over about 2 like the other directions.
REFERENCE_GAIN_DB: Final = 15.0

#: Standard deviations over cells, before any measurement: offset (dB), slope (dB per decade), two directions (dB),
#: pattern (dB per reference gain).
PRIOR_SD_DB: Final = np.array([8.0, 10.0, 4.0, 4.0, 4.0])
#: Standard deviations of the average cell around a correction of zero.
PRIOR_MEAN_SD_DB: Final = np.array([15.0, 15.0, 3.0, 3.0, 6.0])
#: Number of coefficients of a cell.
COEFFICIENTS: Final = len(PRIOR_SD_DB)
#: How many cells the prior standard deviations weigh.
PRIOR_CELLS: Final = 3.0
#: How many samples the pooled residual weighs against a cell's own.
PRIOR_SAMPLES: Final = 20.0
ITERATIONS: Final = 30

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where points lie as seen from their cells; all arrays have shape (n,).

    Attributes:
        distance_m: from the cell's site (m).
        off_boresight_deg: direction from the boresight, clockwise (deg).
        horizontal_gain_db: gain of the cell's pattern in that direction, <= 0 (dB).
    """

    distance_m: Array
    off_boresight_deg: Array
    horizontal_gain_db: Array

    def __getitem__(self, rows: NDArray[np.bool_]) -> Geometry:
        """Return the rows where the mask holds."""
        return Geometry(self.distance_m[rows], self.off_boresight_deg[rows], self.horizontal_gain_db[rows])


@dataclass(frozen=True, slots=True)
class Samples:
    """Measurements beside their predictions; all arrays have shape (n,).

    Attributes:
        cell: index of the cell, 0 .. cells-1.
        x_m: easting (m).
        y_m: northing (m).
        geometry: as seen from the cell.
        predicted_dbm: level by the engine alone (dBm).
        measured_dbm: level measured (dBm).
    """

    cell: NDArray[np.int64]
    x_m: Array
    y_m: Array
    geometry: Geometry
    predicted_dbm: Array
    measured_dbm: Array

    def __len__(self) -> int:
        """Number of samples."""
        return len(self.cell)

    def subset(self, keep: NDArray[np.bool_]) -> Samples:
        """Return the samples where ``keep`` holds."""
        return Samples(*(getattr(self, name)[keep] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the measurements say of each cell.

    Attributes:
        mean: (cells, 5) coefficients (dB).
        covariance: (cells, 5, 5) of the coefficients (dB2).
        residual_sd_db: (cells,) standard deviation of level around the fitted trend (dB).
        samples: (cells,) number of samples used.
    """

    mean: Array
    covariance: Array
    residual_sd_db: Array
    samples: NDArray[np.int64]

    def correction(self, cell: NDArray[np.int64] | int, geometry: Geometry) -> tuple[Array, Array]:
        """Return the correction (dB) to the predicted level and the standard deviation of the level (dB).

        Args:
            cell: (n,) indices, or one index for all.
            geometry: (n,) of the points.
        """
        x = features(geometry)
        mean, covariance = self.mean[cell], self.covariance[cell]
        if mean.ndim == 1:
            shift, spread = x @ mean, np.einsum("ni,ij,nj->n", x, covariance, x)
        else:
            shift, spread = np.einsum("ni,ni->n", x, mean), np.einsum("ni,nij,nj->n", x, covariance, x)
        sd = np.asarray(np.sqrt(self.residual_sd_db[cell] ** 2 + spread), dtype=np.float64)
        return shift, sd

    def widened(self, factor: float) -> Calibration:
        """Return the same fit with all standard deviations times ``factor``."""
        return Calibration(self.mean, self.covariance * factor**2, self.residual_sd_db * factor, self.samples)


def features(geometry: Geometry) -> Array:
    """Return (n, 5) the regressors: 1, log10(d / d_ref), cos phi, sin phi, g / g_ref."""
    slope = np.log10(np.maximum(geometry.distance_m, NEAREST_M) / REFERENCE_DISTANCE_M)
    phi = np.radians(geometry.off_boresight_deg)
    gain = geometry.horizontal_gain_db / REFERENCE_GAIN_DB
    return np.stack([np.ones_like(slope), slope, np.cos(phi), np.sin(phi), gain], axis=1)


def uncalibrated(cells: int, sd_db: float) -> Calibration:
    """Return the calibration without any measurement: no correction, the stated standard deviation (dB)."""
    return Calibration(
        np.zeros((cells, COEFFICIENTS)),
        np.zeros((cells, COEFFICIENTS, COEFFICIENTS)),
        np.full(cells, float(sd_db)),
        np.zeros(cells, dtype=np.int64),
    )


def calibrate(samples: Samples, cells: int, *, prior_sd_db: float) -> Calibration:
    """Fit all cells together.

    Args:
        samples: measurements beside predictions; samples whose prediction is unknown must have been left out.
        cells: number of cells.
        prior_sd_db: standard deviation of the level where nothing was measured (dB).
    """
    if len(samples) == 0:
        return uncalibrated(cells, prior_sd_db)
    groups = _by_cell(samples, cells)
    within, between = (0.5 * prior_sd_db) ** 2, 0.75 * prior_sd_db**2
    mu, spread = np.zeros(COEFFICIENTS), np.diag(PRIOR_SD_DB**2)
    mean, covariance = np.zeros((cells, COEFFICIENTS)), np.repeat(spread[None], cells, axis=0)
    for _ in range(ITERATIONS):
        for c, group in enumerate(groups):
            mean[c], covariance[c] = _posterior(group, mu, spread, within, between)
        seen = np.array([len(group.y) > 0 for group in groups])
        mu, mu_covariance = _pool(mean[seen], spread)
        spread = _spread(mean[seen] - mu, covariance[seen])
        within, between = _variances(groups, mean, prior_sd_db)
    for c, group in enumerate(groups):
        if len(group.y) == 0:
            mean[c], covariance[c] = mu, spread + mu_covariance
    counts = np.array([len(group.y) for group in groups], dtype=np.int64)
    return Calibration(mean, covariance, _residual_sd(groups, mean, within + between), counts)


@dataclass(frozen=True, slots=True)
class _Group:
    """The samples of one cell: regressors, what the engine missed, and the block of each sample."""

    x: Array
    y: Array
    block: NDArray[np.int64]
    size: Array


def _by_cell(samples: Samples, cells: int) -> list[_Group]:
    x = features(samples.geometry)
    y = samples.measured_dbm - samples.predicted_dbm
    tile = np.stack([np.floor(samples.x_m / BLOCK_M), np.floor(samples.y_m / BLOCK_M)], axis=1)
    groups = []
    for c in range(cells):
        own = samples.cell == c
        block = np.unique(tile[own], axis=0, return_inverse=True)[1].reshape(-1)
        groups.append(_Group(x[own], y[own], block, np.bincount(block).astype(np.float64)))
    return groups


def _posterior(group: _Group, mu: Array, spread: Array, within: float, between: float) -> tuple[Array, Array]:
    """Return mean and covariance of one cell's coefficients, given the distribution over cells."""
    precision = np.linalg.inv(spread)
    if len(group.y) == 0:
        return mu, spread
    # Generalised least squares under a block effect: subtract this share of the block means, then weigh alike.
    share = 1.0 - np.sqrt(within / (within + group.size * between))
    x, y = (_less_block_mean(v, group, share) for v in (group.x, group.y))
    covariance: Array = np.asarray(np.linalg.inv(precision + x.T @ x / within), dtype=np.float64)
    return covariance @ (precision @ mu + x.T @ y / within), covariance


def _less_block_mean(values: Array, group: _Group, share: Array) -> Array:
    columns = values.reshape(len(values), -1)
    means = np.stack([np.bincount(group.block, column) for column in columns.T], axis=1) / group.size[:, None]
    return (columns - (share[:, None] * means)[group.block]).reshape(values.shape)


def _pool(mean: Array, spread: Array) -> tuple[Array, Array]:
    """Return the average cell and its covariance, drawn to a correction of zero."""
    prior, data = np.diag(PRIOR_MEAN_SD_DB**-2), np.linalg.inv(spread)
    covariance = np.linalg.inv(prior + len(mean) * data)
    return covariance @ (data @ mean.sum(axis=0)), covariance


def _spread(deviation: Array, covariance: Array) -> Array:
    """Return the (diagonal) variance over cells: what the cells show, and the prior for some cells more."""
    shown = (deviation**2).sum(axis=0) + np.einsum("cii->i", covariance)
    return np.diag((PRIOR_CELLS * PRIOR_SD_DB**2 + shown) / (PRIOR_CELLS + len(deviation)))


def _variances(groups: list[_Group], mean: Array, prior_sd_db: float) -> tuple[float, float]:
    """Return the variances within and between blocks by the method of moments, over all cells."""
    inside = between = 0.0
    n = blocks = lone = 0.0
    for c, group in enumerate(groups):
        if len(group.y) == 0:
            continue
        residual = group.y - group.x @ mean[c]
        block_mean = np.bincount(group.block, residual) / group.size
        inside += float(((residual - block_mean[group.block]) ** 2).sum())
        between += float((block_mean**2).sum())
        lone += float((1.0 / group.size).sum())
        n, blocks = n + len(group.y), blocks + len(group.size)
    weight = PRIOR_SAMPLES
    within = (weight * 0.25 * prior_sd_db**2 + inside) / (weight + max(n - blocks, 0.0))
    raw = max(between - within * lone, 0.0)
    return within, (weight * 0.75 * prior_sd_db**2 + raw) / (weight + blocks)


def _residual_sd(groups: list[_Group], mean: Array, pooled_variance: float) -> Array:
    """Return the residual standard deviation of each cell, drawn to the pooled one by its count of blocks."""
    out = []
    for c, group in enumerate(groups):
        if len(group.y) == 0:
            out.append(pooled_variance)
            continue
        residual = group.y - group.x @ mean[c]
        own = np.bincount(group.block, residual**2) / group.size  # each block counts once
        out.append((PRIOR_SAMPLES * pooled_variance + own.sum()) / (PRIOR_SAMPLES + len(own)))
    sd: Array = np.sqrt(np.array(out))
    return sd
