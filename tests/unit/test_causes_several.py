"""Several cells of much the same level: worth what the map makes of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from aqdaq.analysis.causes.coalitions import deficits
from aqdaq.analysis.causes.several import best_of_dbm, softness_db
from aqdaq.engine.strongest import strongest
from tests.unit.causes_made import paths


def by_the_map(levels: list[float], sd_db: float, together: float) -> tuple[float, float]:
    """Return expectation (dBm) and spread (dB) of the best server as maps compute them."""
    begin = np.array([0, len(levels)])
    mean, sd, _ = strongest(begin, np.array(levels), np.full(len(levels), sd_db), together, np.zeros(0))
    return float(mean[0]), float(sd[0])


@pytest.mark.parametrize(("sd_db", "together"), [(8.0, 0.5), (6.0, 0.2), (10.0, 0.8)])
@pytest.mark.parametrize("bound", [0.5, 0.9, 0.95])
def test_two_of_the_same_level_are_exact(sd_db: float, together: float, bound: float) -> None:
    mean, sd = by_the_map([-100.0, -100.0], sd_db, together)
    worth = (mean - ndtri(bound) * sd) - (-100.0 - ndtri(bound) * sd_db)
    softness = softness_db(sd_db, together, bound)
    assert best_of_dbm(np.array([[-100.0], [-100.0]]), softness)[0] + 100.0 == pytest.approx(worth, abs=0.05)


@pytest.mark.parametrize(
    "levels", [[-100.0, -103.0], [-100.0, -108.0], [-100.0, -100.0, -100.0], [-98.0, -101.0, -104.0]]
)
def test_others_are_near_what_the_map_says(levels: list[float]) -> None:
    mean, _ = by_the_map(levels, 8.0, 0.5)
    worth = best_of_dbm(np.array(levels)[:, None], softness_db(8.0, 0.5, 0.5))[0]
    assert worth == pytest.approx(mean, abs=0.7)


def test_errors_that_go_together_make_two_cells_worth_one() -> None:
    assert softness_db(8.0, 1.0, 0.9) == pytest.approx(0.0, abs=1e-12)
    assert softness_db(0.0, 0.5, 0.9) == 0.0


def test_unknown_cells_are_worth_nothing() -> None:
    level = np.array([[-100.0, -np.inf], [-np.inf, -np.inf]])
    assert best_of_dbm(level, 5.0)[0] == pytest.approx(-100.0)
    assert best_of_dbm(np.array([[-100.0], [-90.0]]), 0.0)[0] == -90.0


def test_a_lost_cell_of_the_same_level_gives_something_back() -> None:
    made = paths([[-104.0], [-104.0]], needs=np.array([0, 1 << 7]), softness_db=5.0)
    found = deficits(made, ("lost_site",))
    assert found.deficit_db == pytest.approx([4.0, 4.0 - 5.0 * np.log(2.0)])
    hard = deficits(paths([[-104.0], [-104.0]], needs=np.array([0, 1 << 7])), ("lost_site",))
    assert hard.deficit_db == pytest.approx([4.0, 4.0])
