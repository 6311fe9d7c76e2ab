"""Calibration: recovers what was planted, works from one sample, and does not let one street outvote the rest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aqdaq.analysis.calibrate import (
    REFERENCE_GAIN_DB,
    Calibration,
    Geometry,
    Samples,
    calibrate,
    features,
    uncalibrated,
)


def planted(cells: int, per_cell: int, *, sd: float = 6.0, seed: int = 0) -> tuple[Samples, np.ndarray]:
    """Return samples whose engine errs by planted coefficients, and those coefficients."""
    rng = np.random.default_rng(seed)
    truth = np.stack([rng.normal(-20, 5, cells), rng.normal(-15, 4, cells), *np.zeros((3, cells))], axis=1)
    cell = np.repeat(np.arange(cells), per_cell)
    n = len(cell)
    distance, off = 10 ** rng.uniform(2, 3.2, n), rng.uniform(-180, 180, n)
    x, y = distance * np.sin(np.radians(off)), distance * np.cos(np.radians(off))
    seen = Geometry(distance, off, -np.minimum(12 * (off / 65) ** 2, 30))
    predicted = -60 - 20 * np.log10(distance / 300)
    measured = predicted + (features(seen) * truth[cell]).sum(axis=1) + rng.normal(0, sd, n)
    return Samples(cell, x, y, seen, predicted, measured), truth


def test_planted_offsets_and_slopes_are_found() -> None:
    samples, truth = planted(9, 600)
    fit = calibrate(samples, 9, prior_sd_db=8.0)
    at = Geometry(np.full(9, 500.0), np.full(9, 30.0), np.full(9, -2.5))
    shift, sd = fit.correction(np.arange(9), at)
    assert np.abs(shift - (features(at) * truth).sum(axis=1)).max() < 2.5
    assert fit.residual_sd_db == pytest.approx(np.full(9, 6.0), abs=1.0)
    assert (sd > fit.residual_sd_db).all()


def test_a_cell_with_one_sample_works_and_leans_on_the_others() -> None:
    samples, truth = planted(9, 400)
    keep = samples.cell != 4
    keep[np.flatnonzero(samples.cell == 4)[0]] = True
    fit = calibrate(samples.subset(keep), 9, prior_sd_db=8.0)
    assert fit.samples[4] == 1
    assert np.isfinite(fit.mean[4]).all()
    assert abs(fit.mean[4, 1] - truth[:, 1].mean()) < 6.0
    at = Geometry(np.array([300.0]), np.array([0.0]), np.array([0.0]))
    assert fit.correction(4, at)[1][0] > fit.correction(0, at)[1][0]  # and is less sure


def test_a_cell_without_samples_takes_the_average_and_says_so() -> None:
    samples, truth = planted(8, 300)
    fit = calibrate(samples.subset(samples.cell != 2), 8, prior_sd_db=8.0)
    assert fit.samples[2] == 0
    assert fit.mean[2, 0] == pytest.approx(np.delete(truth[:, 0], 2).mean(), abs=4.0)


def test_one_sample_in_all_is_enough() -> None:
    samples, _ = planted(3, 1)
    fit = calibrate(samples.subset(np.array([True, False, False])), 3, prior_sd_db=8.0)
    assert np.isfinite(fit.mean).all()
    assert (fit.residual_sd_db > 2).all()


def test_nothing_measured_is_no_correction() -> None:
    samples, _ = planted(3, 5)
    fit = calibrate(samples.subset(np.zeros(15, dtype=bool)), 3, prior_sd_db=7.5)
    assert (fit.mean == 0).all()
    assert (fit.residual_sd_db == 7.5).all()
    assert (uncalibrated(3, 7.5).mean == fit.mean).all()


def test_a_thousand_samples_of_one_corner_do_not_count_a_thousand_times() -> None:
    samples, _ = planted(1, 200, sd=3.0, seed=5)
    corner = np.full(1000, 0.0)
    seen = Geometry(np.full(1000, 400.0), np.full(1000, 10.0), np.full(1000, -0.3))
    rng = np.random.default_rng(1)
    crowd = Samples(corner.astype(np.int64), corner + 70, corner + 394, seen, corner - 62.5, rng.normal(-62.5, 1, 1000))
    both = Samples(
        *(np.concatenate([getattr(samples, k), getattr(crowd, k)]) for k in ("cell", "x_m", "y_m")),
        Geometry(*(np.concatenate([getattr(samples.geometry, k), getattr(seen, k)]) for k in Geometry.__slots__)),
        np.concatenate([samples.predicted_dbm, crowd.predicted_dbm]),
        np.concatenate([samples.measured_dbm, crowd.measured_dbm]),
    )
    at = Geometry(np.array([1000.0]), np.array([-100.0]), np.array([-28.4]))
    alone, _ = calibrate(samples, 1, prior_sd_db=8.0).correction(0, at)
    crowded, _ = calibrate(both, 1, prior_sd_db=8.0).correction(0, at)
    assert abs(alone[0] - crowded[0]) < 4.0


@settings(max_examples=25, deadline=None)
@given(st.floats(-40, 40), st.integers(1, 4))
def test_an_error_common_to_all_is_an_offset(shift: float, seed: int) -> None:
    samples, _ = planted(4, 150, seed=seed)
    moved = Samples(
        samples.cell, samples.x_m, samples.y_m, samples.geometry, samples.predicted_dbm - shift, samples.measured_dbm
    )
    at = Geometry(np.full(4, 400.0), np.zeros(4), np.zeros(4))
    base, _ = calibrate(samples, 4, prior_sd_db=8.0).correction(np.arange(4), at)
    after, _ = calibrate(moved, 4, prior_sd_db=8.0).correction(np.arange(4), at)
    assert np.abs(after - base - shift).max() < 1.5


def test_correction_of_one_cell_equals_that_of_an_array() -> None:
    samples, _ = planted(3, 50)
    fit: Calibration = calibrate(samples, 3, prior_sd_db=8.0)
    at = Geometry(np.array([100.0, 900.0]), np.array([5.0, -70.0]), np.array([-0.1, -13.0]))
    one, many = fit.correction(1, at), fit.correction(np.array([1, 1]), at)
    assert np.allclose(one, many)
    assert features(at)[1, 4] == pytest.approx(-13.0 / REFERENCE_GAIN_DB)
