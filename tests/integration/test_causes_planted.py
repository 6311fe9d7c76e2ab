"""Towns of the benchmark with one planted cause: it has the largest share, and the culprit is named."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    return importlib.import_module("causes")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["building", "site off", "azimuth", "ridge", "distance"])
def test_the_planted_cause_has_the_largest_share(benchmark: ModuleType, kind: str, tmp_path: Path) -> None:
    case = benchmark.planted_case(kind, 0, tmp_path)
    assert case.right, [(s.factor, round(s.share, 2)) for s in case.causes.ordered]
    told = case.causes
    assert sum(s.part_db for s in told.shares) == pytest.approx(told.deficit_db, abs=1e-6)
    if kind == "building":
        assert told.building.new
        assert told.building.height_m > 40.0  # a slab, not one of the low new houses
        assert told.building.relief.relief_db > 0.2 * told.deficit_db
    if kind == "site off":
        assert told.lost.off_air == "2025-11-01"
        assert told.lost.site != "S0"  # the decoy
        assert dict(told.remedies)["lost_site"] > 0.5
    if kind == "azimuth":
        turned = abs((told.azimuth.wanted_azimuth_deg - told.azimuth.azimuth_deg + 180.0) % 360.0 - 180.0)
        assert turned > 45.0
        assert dict(told.remedies)["antenna"] > 0.5


def test_the_matrix_counts_every_town_once(benchmark: ModuleType) -> None:
    from tests.unit.cause_made import causes, shares

    right = benchmark.Case("ridge", 0, 1, causes(shares=shares(terrain=0.6, distance=0.4)))
    wrong = benchmark.Case("ridge", 1, 1, causes(shares=shares(terrain=0.4, distance=0.6)))
    assert (right.right, wrong.right) == (True, False)
    matrix = benchmark.confusion([right, wrong])
    assert matrix["ridge"] == {"terrain": 1, "distance": 1}
    assert matrix["building"] == {}


def test_large_white_spots_are_cut_until_there_are_enough(benchmark: ModuleType, project: Path, tmp_path: Path) -> None:
    import datetime as dt

    import numpy as np

    from aqdaq.pipeline.progress import Reporter
    from aqdaq.pipeline.project import Project
    from aqdaq.pipeline.state import state_at

    with Reporter(tmp_path / "log", quiet=True) as reporter:
        state = state_at(Project.open(project), dt.date(2026, 6, 1), reporter)
    key = state.inputs.definitions[0].id
    cut = benchmark._split(state, 4).found[key]
    assert [spot.rank for spot in cut.spots] == [1, 2, 3, 4]
    assert sorted(set(np.unique(cut.labels)) - {0}) == [1, 2, 3, 4]
    assert ((cut.labels > 0) == (state.found[key].labels > 0)).all()
