"""The benchmark of the route planner compares what it says: random routes of the same length, ratios of sums."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from .measure_town import town_graph

TOWN = town_graph()


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    return importlib.import_module("measure_next")


@pytest.mark.parametrize("kind", ["random_walk", "random_tour"])
@pytest.mark.parametrize("seed", range(4))
def test_random_routes_are_connected_and_use_their_length(benchmark: ModuleType, kind: str, seed: int) -> None:
    driven = getattr(benchmark, kind)(TOWN, 1000.0, np.random.default_rng(seed))
    assert driven.shape == (len(TOWN),)
    assert 1 <= driven.sum() <= 10
    reached = {int(TOWN.ends[np.argmax(driven), 0])}
    for _ in range(len(TOWN)):
        reached |= {int(n) for ends in TOWN.ends[driven] if reached & set(ends.tolist()) for n in ends}
    assert all(reached >= set(ends.tolist()) for ends in TOWN.ends[driven])


def test_the_ratio_is_that_of_the_sums_with_its_spread(benchmark: ModuleType) -> None:
    rows = [
        {"gain_planned": 300.0, "gain_walk": 100.0, "gain_tour": 200.0},
        {"gain_planned": 200.0, "gain_walk": -50.0, "gain_tour": 160.0},
    ]
    found = benchmark.summary(rows)
    assert found["cities"] == 2
    assert found["walk"]["ratio"] == 10.0
    assert found["tour"]["ratio"] == pytest.approx(500.0 / 360.0, abs=1e-3)
    low, high = found["tour"]["ratio_90"]
    assert 1.25 <= low <= found["tour"]["ratio"] <= high <= 1.5
    assert (found["tour"]["cities_better"], found["tour"]["cities_30_better"]) == (2, 1)
