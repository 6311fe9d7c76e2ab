"""Blocked cross-validation: what it leaves out, and what it scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.analysis.validate import cross_validate, folds, spread_factor
from aqdaq.model.project import CalibrationSection

from .test_calibrate import planted

SECTION = CalibrationSection(tile_m=400.0, buffer_m=100.0, folds=5)


@given(st.integers(0, 1000), st.floats(50, 800), st.floats(0, 300), st.integers(3, 7))
def test_no_training_point_is_near_a_test_tile(seed: int, tile: float, buffer: float, count: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-2000, 2000, (2, 120))
    seen = np.zeros(120, dtype=int)
    for train, test in folds(x, y, CalibrationSection(tile_m=tile, buffer_m=buffer, folds=count)):
        seen += test
        assert not (train & test).any()
        for i, j in {(int(a // tile), int(b // tile)) for a, b in zip(x[test], y[test], strict=True)}:
            dx = np.maximum(np.maximum(i * tile - x[train], x[train] - (i + 1) * tile), 0)
            dy = np.maximum(np.maximum(j * tile - y[train], y[train] - (j + 1) * tile), 0)
            assert (np.hypot(dx, dy) >= buffer - 1e-6).all()
    assert (seen == 1).all()  # every point is scored once


def test_scores_of_a_planted_network() -> None:
    samples, _ = planted(4, 500, sd=5.0)
    found = cross_validate(samples, ("a", "b", "c", "d"), SECTION, prior_sd_db=8.0)
    total = found.scores[-1]
    assert [s.cell for s in found.scores] == ["a", "b", "c", "d", "all"]
    assert total.samples == 2000
    assert total.rmse_db == pytest.approx(5.0, abs=0.6)
    assert total.interval_90_coverage == pytest.approx(0.9, abs=0.04)
    assert total.uncalibrated_rmse_db > 15
    assert found.unscored == 0


def test_a_spread_that_is_too_narrow_is_widened_by_the_other_folds() -> None:
    assert spread_factor(np.array([])) == 1.0
    assert spread_factor(np.full(100, 0.1)) == 1.0
    assert spread_factor(np.full(100, 2 * 1.6448536)) == pytest.approx(2.0, abs=1e-6)
    samples, _ = planted(4, 500, sd=5.0)
    lumps = 12.0 * np.sin(samples.x_m / 150.0) * np.sin(samples.y_m / 150.0)  # shadows larger than a block
    lumpy = replace(samples, measured_dbm=samples.measured_dbm + lumps)
    found = cross_validate(lumpy, ("a", "b", "c", "d"), SECTION, prior_sd_db=8.0)
    assert found.spread_factor >= 1.0
    assert found.scores[-1].interval_90_coverage == pytest.approx(0.9, abs=0.03)


def test_samples_in_one_tile_cannot_be_scored_and_that_is_said() -> None:
    samples, _ = planted(1, 30)
    here = type(samples)(
        samples.cell,
        samples.x_m * 0 + 50,
        samples.y_m * 0 + 50,
        samples.geometry,
        samples.predicted_dbm,
        samples.measured_dbm,
    )
    found = cross_validate(here, ("a",), SECTION, prior_sd_db=8.0)
    assert (found.unscored, found.scores) == (30, ())
    assert "cannot be scored" in found.note
