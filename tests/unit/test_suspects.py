"""Wrong site tables are found by their measurements, and right ones are left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aqdaq.analysis.forecast import Observed
from aqdaq.analysis.fusion.evidence import RIGHT_SD
from aqdaq.analysis.fusion.facts import Scene
from aqdaq.analysis.fusion.field import EXPECTED
from aqdaq.analysis.fusion.model import fit_model
from aqdaq.analysis.fusion.pooled import before
from aqdaq.analysis.fusion.suspects import SAMPLES, suspects
from aqdaq.engine.kriging import CELL, FAR, NOISE
from aqdaq.engine.trend import AZIMUTH, FLOOR, OFFSET, TILT
from aqdaq.engine.whitened import fit_whitened
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.suspect import Suspect
from tests.unit import fusion_made as made

PLACES = 150
SIDE_M = 2400.0


def figures(scene: Scene, seed: int) -> np.ndarray:
    """Return figures of cells whose tables are right: they differ by half of what is allowed."""
    mean, _ = before(scene, made.NO_FLOOR_DBM)
    rng = np.random.default_rng([seed, 7])
    for figure, sd in RIGHT_SD.items():
        mean[:, figure] += 0.5 * sd * rng.normal(size=len(scene))
    mean[:, FLOOR] = made.NO_FLOOR_DBM
    return mean


def measured(scene: Scene, true: np.ndarray, seed: int, x_m: np.ndarray, y_m: np.ndarray) -> Observed:
    links = made.links_at(scene, x_m, y_m)
    level = made.trend_of(scene, links, true) + made.drawn_field(scene, x_m, y_m, seed)
    return made.measured(links, level)


def around(scene: Scene, true: np.ndarray, seed: int, places: int = PLACES) -> Observed:
    """Return every cell measured at places all over the map."""
    x, y = np.random.default_rng(seed).uniform(0.0, SIDE_M, (2, places))
    return measured(scene, true, seed + 1, x, y)


def found(scene: Scene, observed: Observed, north_deg: np.ndarray | None = None) -> tuple[Suspect, ...]:
    return suspects(fit_model(scene, observed, spread=EXPECTED.copy(), conformal=False), observed, north_deg)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_turned_antenna_is_found_where_it_points(seed: int) -> None:
    scene = made.network(2, SIDE_M)
    true = figures(scene, seed)
    true[3, AZIMUTH] = 118.0
    (one,) = found(scene, around(scene, true, seed))
    assert (one.cell, one.what, one.stated) == ("10", "azimuth", 0.0)
    assert one.fitted == pytest.approx(118.0, abs=20.0)
    assert abs(one.fitted - 118.0) < 3.0 * one.error
    assert one.samples == PLACES
    assert one.blocks <= PLACES


def test_with_many_measurements_the_azimuth_is_known_within_ten_degrees() -> None:
    scene = made.network(2, SIDE_M)
    true = figures(scene, 8)
    true[0, AZIMUTH] = 118.0
    (one,) = found(scene, around(scene, true, 8, 400))
    assert one.cell == "00"
    assert one.fitted == pytest.approx(118.0, abs=10.0)


def test_the_azimuth_is_said_from_true_north() -> None:
    scene = made.network(2, SIDE_M)
    true = figures(scene, 3)
    true[4, AZIMUTH] = -100.0
    observed = around(scene, true, 3)
    (plain,), (turned,) = found(scene, observed), found(scene, observed, np.full(len(scene), 2.0))
    assert (plain.stated, turned.stated) == (120.0, 118.0)
    assert turned.fitted == pytest.approx(plain.fitted - 2.0)


def test_right_tables_are_left_alone() -> None:
    scene = made.network(17, SIDE_M)
    doubted = found(scene, around(scene, figures(scene, 20), 20, 100))
    assert len(scene) > 50
    assert [one for one in doubted if one.what != "downtilt"] == []
    assert len(doubted) <= 0.05 * len(scene)


def test_from_one_direction_nothing_is_said_of_the_azimuth() -> None:
    scene = made.network(1, SIDE_M)
    true = figures(scene, 5)
    true[0, AZIMUTH] = 118.0
    middle = 0.5 * SIDE_M
    y = np.linspace(middle + 100.0, middle + 1100.0, PLACES)
    x = middle + np.random.default_rng(5).uniform(-15.0, 15.0, PLACES)
    assert [one for one in found(scene, measured(scene, true, 6, x, y)) if one.what in ("azimuth", "swapped")] == []


def test_exchanged_cells_are_named_as_such() -> None:
    scene = made.network(2, SIDE_M)
    true = figures(scene, 9)
    true[3, AZIMUTH], true[4, AZIMUTH] = 120.0, -120.0
    by_cell = {one.cell: one for one in found(scene, around(scene, true, 9, 250))}
    assert {cell: (one.what, one.other) for cell, one in by_cell.items()} == {
        "10": ("swapped", "11"),
        "11": ("swapped", "10"),
    }
    other = Scene.of([replace(c, layer=c.id) for c in scene.cells])
    assert {one.what for one in found(other, around(other, true, 9, 250))} == {"azimuth"}


def test_a_steep_tilt_is_found_where_the_antenna_is_narrow_enough_to_show_it() -> None:
    wide = made.network(2, SIDE_M)
    narrow = Scene.of([replace(c, antenna=ParametricAntenna(vertical_beamwidth_deg=8.0)) for c in wide.cells])
    true = figures(narrow, 2)
    true[1, TILT] = 8.0
    assert found(wide, around(wide, true, 2, 300)) == ()
    (one,) = found(narrow, around(narrow, true, 2, 300))
    assert (one.cell, one.what, one.stated) == ("01", "downtilt", 4.0)
    assert one.fitted == pytest.approx(12.0, abs=2.5)


def test_a_weak_cell_is_called_weak_and_not_turned() -> None:
    scene = made.network(2, SIDE_M)
    true = figures(scene, 12)
    true[2, OFFSET] = -35.0
    (one,) = found(scene, around(scene, true, 12))
    assert (one.cell, one.what) == ("02", "level")
    assert one.fitted == pytest.approx(-35.0, abs=12.0)


def test_a_site_that_stands_elsewhere_is_named_once() -> None:
    scene = made.network(2, SIDE_M)
    moved = Scene.of([replace(c, x_m=c.x_m - 350.0) if c.site == "1" else c for c in scene.cells])
    true = figures(scene, 4)
    observed = around(scene, true, 4, 300)
    at = made.links_at(moved, observed.links.x_m[:: len(scene)], observed.links.y_m[:: len(scene)])
    (one,) = found(moved, replace(observed, links=at))
    assert (one.cell, one.what) == ("1", "position")
    assert one.fitted == pytest.approx(350.0, abs=120.0)
    assert one.toward_deg == pytest.approx(90.0, abs=25.0)
    assert one.samples == 3 * 300


def test_few_measurements_and_none_at_all_say_nothing() -> None:
    scene = made.network(1, SIDE_M)
    true = figures(scene, 1)
    true[0, AZIMUTH] = 180.0
    assert found(scene, around(scene, true, 1, SAMPLES - 1)) == ()
    assert found(scene, made.nothing(scene)) == ()


def test_rows_that_vary_together_count_as_fewer() -> None:
    scene = made.network(1, SIDE_M)
    rows = np.tile([-80.0, 300.0, 400.0, 3.0, -90.0], (40, 1))
    mean, sd = np.zeros(13), np.zeros(13)
    mean[FLOOR], sd[OFFSET] = made.NO_FLOOR_DBM, 1000.0
    apart = np.eye(40) / 6.0
    together = np.linalg.inv(np.linalg.cholesky(np.full((40, 40), EXPECTED[CELL] + EXPECTED[FAR]) + 16.0 * np.eye(40)))
    _, alone, _ = fit_whitened(rows, apart, scene.table[0], mean, mean, sd)
    offset, shared, cost = fit_whitened(rows, np.ascontiguousarray(together), scene.table[0], mean, mean, sd)
    assert alone[OFFSET, OFFSET] == pytest.approx(36.0 / 40.0, rel=1e-3)
    expected = EXPECTED[CELL] + EXPECTED[FAR] + EXPECTED[NOISE] / 40.0
    assert shared[OFFSET, OFFSET] == pytest.approx(expected, rel=1e-3)
    assert cost == pytest.approx(0.5 * (offset[OFFSET] / 1000.0) ** 2, abs=1e-6)
