"""From cells to a layer: the strongest of levels that vary together, in bands without seams, holes and definitions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from aqdaq.analysis import layer as layers
from aqdaq.analysis.cell_levels import TOGETHER, CellLevels
from aqdaq.analysis.forecast import Links, Observed
from aqdaq.analysis.fusion.facts import Scene
from aqdaq.analysis.fusion.model import FusedModel, fit_model
from aqdaq.analysis.layer import Levels, fuse_layer
from aqdaq.analysis.placed import PlacedCell
from aqdaq.engine.strongest import strongest
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.coverage import CoverageMap, Evidence
from aqdaq.model.grid import Window
from aqdaq.pipeline.observed import facts_of
from tests.unit.layer_fixture import GRID, LTE, SD_DB, cell, definition


def placed(name: str, index: int, x_m: float = 650150.0, y_m: float = 4785100.0, **more: Any) -> PlacedCell:
    return PlacedCell(cell(name, **more), x_m, y_m, 0.0, index)


class Pieces:
    """Levels in memory, each on its window."""

    def __init__(self, **pieces: tuple[Window, np.ndarray]) -> None:
        self.pieces = pieces

    def __call__(self, cell_id: str) -> tuple[Window, np.ndarray]:
        return self.pieces[cell_id]


WHOLE = Window(0, 20, 0, 30)


def fuse(cells: list[PlacedCell], levels: Pieces, model: FusedModel | None = None, **more: Any) -> CoverageMap:
    wanted: dict[str, Any] = {
        "grid": GRID, "definitions": [definition()], "measured": np.zeros(GRID.shape, dtype=bool),
        "noise_figure_db": 7.0, "judge": lambda _definition, _server: {},
    }  # fmt: skip
    return fuse_layer(LTE, Levels(cells, levels, CellLevels(model, SD_DB, 20.0)), **{**wanted, **more})


def fitted(cells: list[PlacedCell], seed: int = 5) -> FusedModel:
    """A model of forty measurements here and there."""
    rng = np.random.default_rng(seed)
    n = 40
    x, y = 650000.0 + rng.uniform(0.0, 300.0, n), 4785000.0 + rng.uniform(0.0, 200.0, n)
    cell = rng.integers(0, len(cells), n)
    links = Links(cell, x, y, rng.uniform(-110.0, -80.0, n), np.full(n, np.nan))
    level = links.predicted_dbm + 4.0 + rng.normal(0.0, 6.0, n)
    seen = Observed(links, level, np.ones(n, dtype=bool), np.ones(n), np.zeros(n, dtype=np.int64))
    return fit_model(Scene.of([facts_of(p) for p in cells]), seen)


def random_piece(window: Window, seed: int) -> tuple[Window, np.ndarray]:
    level = np.random.default_rng(seed).uniform(-130.0, -70.0, window.shape).astype(np.float32)
    return window, level


class TestFuse:
    def test_the_expectation_of_the_maximum_serves(self) -> None:
        a, b = random_piece(WHOLE, 1), random_piece(WHOLE, 2)
        found = fuse([placed("a", 0), placed("b", 1)], Pieces(a=a, b=b))
        np.testing.assert_array_equal(found.best_server, (b[1] > a[1]).astype(np.int16))
        assert found.cells == ("a", "b")
        strongest_alone = np.maximum(a[1], b[1])
        assert (found.mean_dbm >= strongest_alone - 1e-3).all()
        far = np.abs(a[1] - b[1]) > layers.FAINT_DB
        np.testing.assert_allclose(found.mean_dbm[far], strongest_alone[far], atol=2e-3)
        np.testing.assert_allclose(found.sd_db[far], SD_DB, rtol=2e-3)
        # Clark (1961) for two normals of equal spread: E max = m1 Phi(t) + m2 Phi(-t) + theta phi(t).
        theta = SD_DB * math.sqrt(2.0 * (1.0 - TOGETHER))
        t = (a[1] - b[1])[~far].astype(np.float64) / theta
        wanted = a[1][~far] * norm.cdf(t) + b[1][~far] * norm.cdf(-t) + theta * norm.pdf(t)
        np.testing.assert_allclose(found.mean_dbm[~far], wanted, atol=0.06)

    def test_one_cell_alone_is_what_it_is(self) -> None:
        a = random_piece(WHOLE, 1)
        found = fuse([placed("a", 0)], Pieces(a=a))
        np.testing.assert_allclose(found.mean_dbm, a[1], atol=2e-3)
        np.testing.assert_allclose(found.probability["d"], norm.sf((-110.0 - a[1]) / SD_DB), atol=1e-6)

    def test_a_window_clipped_by_the_grid_and_one_that_is_empty(self) -> None:
        small = Window(0, 6, 25, 30)
        a = random_piece(small, 1)
        empty = Window(0, 0, 0, 0), np.empty((0, 0), dtype=np.float32)
        found = fuse([placed("a", 0), placed("b", 1)], Pieces(a=a, b=empty))
        np.testing.assert_allclose(found.mean_dbm[small.slices], a[1], atol=1e-5)
        outside = np.ones(GRID.shape, dtype=bool)
        outside[small.slices] = False
        assert np.isnan(found.mean_dbm[outside]).all()
        assert (found.best_server[outside] == -1).all()
        assert (found.evidence[outside] == Evidence.UNKNOWN).all()
        assert (found.evidence[small.slices] == Evidence.PREDICTED).all()
        for figures in (found.sd_db, found.sinr_db, found.probability["d"]):
            assert np.isnan(figures[outside]).all()
            assert np.isfinite(figures[small.slices]).all()

    @pytest.mark.parametrize("rows", [2, 4, 6, 18, 20, 24])
    def test_bands_of_rows_leave_no_seam(self, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
        windows = {"a": Window(0, 20, 0, 30), "b": Window(3, 15, 2, 28), "c": Window(7, 8, 0, 30)}
        levels = Pieces(**{name: random_piece(window, i) for i, (name, window) in enumerate(windows.items())})
        cells = [placed(name, i, antenna=ParametricAntenna()) for i, name in enumerate(windows)]
        fit = fitted(cells)
        whole = fuse(cells, levels, fit)
        monkeypatch.setattr(layers, "BAND_ROWS", rows)
        found = fuse(cells, levels, fit)
        for name in ("mean_dbm", "sd_db", "sinr_db", "best_server", "evidence"):
            np.testing.assert_array_equal(getattr(found, name), getattr(whole, name), err_msg=name)
        np.testing.assert_array_equal(found.probability["d"], whole.probability["d"])

    def test_level_and_spread_are_those_of_the_fit_at_the_pixel(self) -> None:
        window = Window(4, 9, 10, 18)
        piece = random_piece(window, 3)
        own = placed("a", 0, antenna=ParametricAntenna())
        model = fitted([own])
        found = fuse([own], Pieces(a=piece), model)
        x, y = GRID.centres()
        gx, gy = np.meshgrid(x[10:18], y[4:9])
        mean, sd = CellLevels(model, SD_DB, 20.0).levels(0, gx.ravel(), gy.ravel(), piece[1].ravel().astype(float))
        kept = found.best_server[window.slices].ravel() == 0
        begin = np.arange(len(mean) + 1)
        wanted, spread, _ = strongest(begin, mean, sd, model.together, np.empty(0))
        np.testing.assert_allclose(found.mean_dbm[window.slices].ravel()[kept], wanted[kept], atol=1e-3)
        np.testing.assert_allclose(found.sd_db[window.slices].ravel()[kept], spread[kept], atol=1e-3)

    def test_a_hole_of_one_cell_is_filled_by_another_and_a_hole_of_all_is_unknown(self) -> None:
        a, b = random_piece(WHOLE, 1), random_piece(WHOLE, 2)
        a[1][5:8, 5:8] = np.nan
        b[1][7:9, 7:9] = np.nan
        measured = np.ones(GRID.shape, dtype=bool)
        found = fuse([placed("a", 0), placed("b", 1)], Pieces(a=a, b=b), measured=measured)
        assert found.best_server[5, 5] == 1
        assert found.best_server[8, 8] == 0
        assert found.evidence[7, 7] == Evidence.UNKNOWN  # also where it was measured: nothing is known of the level
        assert np.isnan(found.probability["d"][7, 7])
        assert (found.evidence == Evidence.UNKNOWN).sum() == 1
        assert (found.evidence == Evidence.MEASURED).sum() == 20 * 30 - 1

    def test_sinr_of_two_equal_cells(self) -> None:
        level = np.full(WHOLE.shape, -80.0, dtype=np.float32)
        found = fuse([placed("a", 0), placed("b", 1)], Pieces(a=(WHOLE, level), b=(WHOLE, level.copy())))
        noise = 10.0 ** ((-173.975 + 41.7609 + 7.0) / 10.0)
        expected = -80.0 - 10.0 * math.log10(0.5 * 1e-8 + noise)
        np.testing.assert_allclose(found.sinr_db, expected, atol=1e-3)

    def test_only_definitions_that_judge_the_layer_give_a_probability(self) -> None:
        nr = definition(id="nr", threshold_dbm={"NR": -110.0})
        found = fuse([placed("a", 0)], Pieces(a=random_piece(WHOLE, 1)), definitions=[definition(), nr])
        assert list(found.probability) == ["d"]
