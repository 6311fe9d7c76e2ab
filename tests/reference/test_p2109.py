"""Building entry loss against every row of the validation table of ITU-R P.2109."""

from __future__ import annotations

import numpy as np
import pytest

from aqdaq.analysis.entry_loss import EntryLoss
from aqdaq.engine.models.entry_p2109 import building_entry_loss_db
from aqdaq.model.body import EARTH

from .reference_data import reference_folder

pytestmark = pytest.mark.reference

ROWS = 31_250
TOLERANCE_DB = 1e-6
PROBABILITY_TOLERANCE = 1e-6


def test_every_row() -> None:
    folder = reference_folder("itu/p2109")
    if folder is None:
        pytest.skip("AQDAQ_REFERENCE_DATA is not set: the validation table is not here")
    f_ghz, percent, kind, elevation, expected = np.loadtxt(folder / "validation.csv", delimiter=",", skiprows=1).T
    assert expected.size == ROWS
    assert set(kind) == {1.0, 2.0}
    loss = building_entry_loss_db(
        f_ghz * 1e3, percent, EARTH.sphere, thermally_efficient=kind == 2.0, elevation_deg=elevation
    )
    assert np.abs(loss - expected).max() <= TOLERANCE_DB


def test_the_distribution_has_these_quantiles() -> None:
    folder = reference_folder("itu/p2109")
    if folder is None:
        pytest.skip("AQDAQ_REFERENCE_DATA is not set: the validation table is not here")
    f_ghz, percent, kind, elevation, expected = np.loadtxt(folder / "validation.csv", delimiter=",", skiprows=1).T
    worst = 0.0
    groups = np.unique(np.stack([f_ghz, kind, elevation]), axis=1).T
    for f, k, e in groups:
        rows = (f_ghz == f) & (kind == k) & (elevation == e)
        loss = EntryLoss(float(f) * 1e3, float(k) - 1.0, float(e))
        assert np.abs(loss.quantile_db(percent[rows] / 100.0) - expected[rows]).max() <= TOLERANCE_DB
        worst = max(worst, float(np.abs(loss.not_exceeded(expected[rows]) - percent[rows] / 100.0).max()))
    assert len(groups) * 25 == ROWS
    assert worst <= PROBABILITY_TOLERANCE
