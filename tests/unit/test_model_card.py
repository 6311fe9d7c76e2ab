"""The model card: counts, limits, and the pooled calibration as a fit that validation calls."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aqdaq.analysis.forecast import Links, Observed
from aqdaq.analysis.model_card import data_counts, known_limits
from aqdaq.analysis.out_of_fold import Network
from aqdaq.analysis.pooled import PooledFit, seen
from aqdaq.analysis.splits import SplitSettings
from aqdaq.analysis.uncertainty import PlacedCell
from aqdaq.analysis.validate import cross_validate_fit
from aqdaq.model.network import Cell, Layer
from aqdaq.model.project import CalibrationSection
from aqdaq.model.validation import DataCounts

from .card_fixture import LIMITS, NETWORK, SITE
from .fusion_stub import drive

SECTION = CalibrationSection(tile_m=400.0, buffer_m=100.0, folds=5)
DOCS = Path(__file__).parents[2] / "docs"


def placed(cells: int = 4) -> tuple[PlacedCell, ...]:
    masts = np.random.default_rng(99).uniform(0, 3000.0, (cells, 2))
    return tuple(
        PlacedCell(
            Cell(f"c{k}", f"s{k // 2}", Layer("A", "LTE"), 1800.0, 20.0, 0.0, 4.0, 30.0, 60.0, 100),
            float(masts[k, 0]), float(masts[k, 1]), 90.0 * k, k,
        )
        for k in range(cells)
    )  # fmt: skip


def test_counts_of_the_data() -> None:
    observed = drive(places=10)
    some = observed.links.cell != 3
    part = replace(observed.subset(some), heard=np.arange(int(some.sum())) % 3 != 0)
    network = Network((*NETWORK.cells, "b3"), NETWORK.layers, np.array([0, 1, 0, 1, 0]))
    found = data_counts(part, network, np.array([*SITE, 2]), thinned=5, set_aside=2)
    assert found == DataCounts(20, 10, 5, 2, 3, 2, 2, 7)


def test_limits_are_named_only_where_they_hold() -> None:
    good = DataCounts(100, 10, 0, 0, 8, 2, 3, 4)
    days = {"first_day": "2025-05-01", "last_day": "2025-06-01"}
    assert known_limits(good, **days, indoor=False, synthetic=False) == ("normal", "neighbours")
    poor = DataCounts(100, 0, 0, 0, 2, 9, 1, 1)
    found = known_limits(poor, first_day="", last_day="", indoor=True, synthetic=True)
    assert set(found) == set(LIMITS) - {"one-day"}
    assert "one-day" in known_limits(good, first_day="2025-05-01", last_day="2025-05-01", indoor=False, synthetic=False)


def test_every_limit_is_on_the_page() -> None:
    text = (DOCS / "validation.md").read_text(encoding="utf-8").split("The words of `limits`:")[1]
    assert tuple(re.findall(r"^\| `([\w-]+)` \|", text, flags=re.MULTILINE)) == (
        "synthetic", "normal", "neighbours", "indoor", "selection", "undated", "one-day", "one-route", "few-cells",
    )  # fmt: skip
    assert set(LIMITS) == set(re.findall(r"^\| `([\w-]+)` \|", text, flags=re.MULTILINE))


def test_the_pooled_calibration_is_validated_through_the_interface() -> None:
    observed = drive(places=300)
    fit = PooledFit(placed(), 8.0, SECTION)
    found = cross_validate_fit(observed, fit, "site", SplitSettings(400.0, 100.0, 5), network=NETWORK, site=SITE)
    total = found.overall
    assert total is not None
    assert total.samples == 1200  # a cell without measurements of its own takes the average of the others
    assert 6.0 < (total.rmse_db or 0.0) < 9.0
    block = cross_validate_fit(observed, fit, "block", SplitSettings(400.0, 100.0, 5), network=NETWORK, site=SITE)
    assert block.overall is not None
    assert block.overall.rmse_db == pytest.approx(6.2, abs=0.5)
    assert block.overall.interval_90_coverage == pytest.approx(0.9, abs=0.04)


def test_rows_that_were_not_heard_do_not_pull_the_pooled_fit() -> None:
    observed = drive(places=200)
    heard = np.arange(len(observed)) % 4 != 1
    level = np.where(heard, observed.level_dbm, -40.0)  # a bound far above all levels
    fit = PooledFit(placed(), 8.0, SECTION)
    mixed = fit(replace(observed, heard=heard, level_dbm=level))
    alone = fit(observed.subset(heard))
    assert mixed.levels(observed.links).mean_dbm == pytest.approx(alone.levels(observed.links).mean_dbm)


def test_the_best_server_of_the_pooled_fit_is_its_strongest_mean() -> None:
    observed = drive(places=50)
    fusion = PooledFit(placed(), 8.0, SECTION)(observed)
    place = np.repeat(np.arange(50), 4)
    shuffled = np.random.default_rng(0).permutation(200)
    said = fusion.best(observed.links.subset(shuffled), place[shuffled], (-200.0, -85.0, 0.0))
    assert said.mean_dbm == pytest.approx(fusion.levels(observed.links).mean_dbm.reshape(50, 4).max(axis=1))
    assert said.below[:, 0] == pytest.approx(np.zeros(50), abs=1e-9)
    assert said.below[:, 2] == pytest.approx(np.ones(50), abs=1e-9)
    assert ((said.below[:, 1] > 0.5) == (said.mean_dbm < -85.0)).all()


def test_geometry_is_that_of_each_links_own_cell() -> None:
    cells = placed(2)
    x = np.array([cells[0].x_m, cells[1].x_m + 100.0, cells[0].x_m + 30.0])
    y = np.array([cells[0].y_m + 50.0, cells[1].y_m, cells[0].y_m + 40.0])
    none = np.full(3, np.nan)
    where = seen(Links(np.array([0, 1, 0]), x, y, none, none), cells)
    assert where.distance_m == pytest.approx([50.0, 100.0, 50.0])
    assert where.off_boresight_deg[:2] == pytest.approx([0.0, 0.0], abs=1e-9)  # they look north and east


def test_an_observed_table_keeps_its_columns_together() -> None:
    observed = drive(places=5)
    part: Observed = observed.subset(observed.route == 1)
    assert len(part) == 4
    assert set(part.route) == {1}
