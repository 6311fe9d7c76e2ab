"""A tower of 60 m in central Munich: its shadow falls behind it, and nowhere else."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.reference.reference_data import reference_folder

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import munich_tower

FOLDER = reference_folder("munich_buildings")
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(FOLDER is None, reason="needs munich_buildings below AQDAQ_REFERENCE_DATA"),
]


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> munich_tower.Tower:
    assert FOLDER is not None
    return munich_tower.make(tmp_path_factory.mktemp("munich") / "project", FOLDER)


def test_what_changes_lies_behind_the_tower(tower: munich_tower.Tower) -> None:
    found = munich_tower.figures(tower)
    assert found["pixels_changed"] > 1000
    assert found["changed_not_behind"] == 0
    assert found["largest_gain_db"] == 0.0  # no mass makes anything stronger, but for places inside it


def test_behind_the_tower_it_is_darker(tower: munich_tower.Tower) -> None:
    found = munich_tower.figures(tower)
    assert found["behind_lower_share"] > 0.95
    assert found["median_loss_behind_db"] > 6.0  # more than an edge that touches the line of sight


def test_the_shadow_begins_at_the_tower_and_points_away_from_the_site(tower: munich_tower.Tower) -> None:
    was, now = tower.levels()
    rows, cols = np.nonzero(was - now > 3.0)
    x, y = tower.after.inputs.grid.centres()
    away = np.hypot(x[cols] - tower.site[0], y[rows] - tower.site[1])
    bearing = np.degrees(np.arctan2(x[cols] - tower.site[0], y[rows] - tower.site[1]))
    assert away.min() > 170.0 - 40.0
    assert away.max() > 500.0
    assert np.abs(bearing - 90.0).max() < 10.0  # half the angle under which the tower is seen, and a pixel


def test_the_forecast_says_so(tower: munich_tower.Tower) -> None:
    found = munich_tower.figures(tower)
    assert "S1-0" in found["shadowed_cells"]
    assert found["white_ha"][1] > found["white_ha"][0]
    assert found["causes"] == ["tower"]
