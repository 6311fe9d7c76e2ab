"""Blocked cross-validation: whole tiles are left out, with a strip around them, never single points."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.calibrate import Samples, calibrate
from aqdaq.model.project import CalibrationSection
from aqdaq.model.results import BlockScore, Validation

#: Half width of a central 90 % interval in standard deviations.
Z90: Final = NormalDist().inv_cdf(0.95)


def folds(
    x_m: NDArray[np.float64], y_m: NDArray[np.float64], section: CalibrationSection
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield (train, test) masks, one pair a fold that has test points.

    Tiles go to folds by a knight's move, (i + 2 j) mod folds, so neighbours never share one; training points within
    ``buffer_m`` of a test tile are in neither mask.

    Args:
        x_m: (n,) easting (m).
        y_m: (n,) northing (m).
        section: tile side, buffer and number of folds.
    """
    side = section.tile_m
    i, j = np.floor(x_m / side).astype(np.int64), np.floor(y_m / side).astype(np.int64)
    fold = (i + 2 * j) % section.folds
    for f in range(section.folds):
        test = fold == f
        if not test.any():
            continue
        near = np.zeros(len(x_m), dtype=np.bool_)
        for a, b in np.unique(np.stack([i[test], j[test]], axis=1), axis=0):
            dx = np.maximum(np.maximum(a * side - x_m, x_m - (a + 1) * side), 0.0)
            dy = np.maximum(np.maximum(b * side - y_m, y_m - (b + 1) * side), 0.0)
            near |= np.hypot(dx, dy) < section.buffer_m
        yield ~test & ~near, test


def cross_validate(
    samples: Samples, cells: tuple[str, ...], section: CalibrationSection, *, prior_sd_db: float
) -> Validation:
    """Score the calibration on tiles that it did not see.

    Args:
        samples: measurements beside predictions.
        cells: ids; ``samples.cell`` indexes them.
        section: tile side, buffer and number of folds.
        prior_sd_db: as for ``calibrate`` (dB).
    """
    n = len(samples)
    mean, sd, fold = np.full(n, np.nan), np.full(n, np.nan), np.full(n, -1)
    for number, (train, test) in enumerate(folds(samples.x_m, samples.y_m, section)):
        fold[test] = number
        if not train.any():
            continue
        fit = calibrate(samples.subset(train), len(cells), prior_sd_db=prior_sd_db)
        shift, spread = fit.correction(samples.cell[test], samples.geometry[test])
        mean[test], sd[test] = samples.predicted_dbm[test] + shift, spread
    scored = np.isfinite(mean)
    errors_in_sd = np.abs(samples.measured_dbm - mean) / sd
    for number in np.unique(fold[scored]):  # each fold by what the others say, so that the score stays honest
        sd[scored & (fold == number)] *= spread_factor(errors_in_sd[scored & (fold != number)])
    note = "" if scored.all() else "tiles whose surroundings hold all other samples cannot be scored"
    present = [c for c in range(len(cells)) if np.any(scored & (samples.cell == c))]
    rows = [_score(cells[c], samples, mean, sd, scored & (samples.cell == c)) for c in present]
    if present:
        rows.append(_score("all", samples, mean, sd, scored))
    return Validation(
        section.tile_m,
        section.buffer_m,
        section.folds,
        tuple(rows),
        spread_factor(errors_in_sd[scored]),
        unscored=int(n - scored.sum()),
        note=note,
    )


def spread_factor(errors_in_sd: NDArray[np.float64]) -> float:
    """Return by how much a spread must be widened for nine errors in ten to lie within its 90 % interval; at least 1.

    Args:
        errors_in_sd: (n,) size of the errors on unseen blocks in stated standard deviations.
    """
    return max(1.0, float(np.quantile(errors_in_sd, 0.9)) / Z90) if len(errors_in_sd) else 1.0


def _score(
    name: str, samples: Samples, mean: NDArray[np.float64], sd: NDArray[np.float64], rows: NDArray[np.bool_]
) -> BlockScore:
    error = samples.measured_dbm[rows] - mean[rows]
    raw = samples.measured_dbm[rows] - samples.predicted_dbm[rows]
    return BlockScore(
        cell=name,
        samples=int(rows.sum()),
        rmse_db=float(np.sqrt(np.mean(error**2))),
        bias_db=float(np.mean(error)),
        uncalibrated_rmse_db=float(np.sqrt(np.mean(raw**2))),
        interval_90_coverage=float(np.mean(np.abs(error) <= Z90 * sd[rows])),
    )
