"""The model card: counts, limits, and the fit of a run as validation calls it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aqdaq.analysis.forecast import Observed
from aqdaq.analysis.fusion.facts import Scene
from aqdaq.analysis.fusion.model import fit_model
from aqdaq.analysis.model_card import data_counts, known_limits
from aqdaq.analysis.out_of_fold import Network
from aqdaq.analysis.placed import PlacedCell
from aqdaq.analysis.splits import SplitSettings
from aqdaq.analysis.validate import cross_validate_fit
from aqdaq.model.network import Cell, Layer
from aqdaq.model.validation import DataCounts
from aqdaq.pipeline.observed import facts_of

from .card_fixture import LIMITS, NETWORK, SITE
from .fusion_stub import drive

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


def test_the_fit_of_a_run_is_validated_through_the_interface() -> None:
    observed = drive(places=120)
    scene = Scene.of([facts_of(p) for p in placed()])
    settings = SplitSettings(400.0, 100.0, 5)
    found = cross_validate_fit(
        observed, lambda train: fit_model(scene, train), "block", settings, network=NETWORK, site=SITE
    )
    total = found.overall
    assert total is not None
    assert total.samples == len(observed)
    assert (total.rmse_db or 99.0) < 8.0
    assert total.interval_90_coverage == pytest.approx(0.9, abs=0.07)


def test_an_observed_table_keeps_its_columns_together() -> None:
    observed = drive(places=5)
    part: Observed = observed.subset(observed.route == 1)
    assert len(part) == 4
    assert set(part.route) == {1}
