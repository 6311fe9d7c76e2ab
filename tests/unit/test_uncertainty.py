"""From cells to a layer: probability by the normal law, interference, measured places, and maps put together."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from aqdaq.analysis import uncertainty
from aqdaq.analysis.calibrate import Calibration, uncalibrated
from aqdaq.analysis.uncertainty import (
    PlacedCell,
    enough_samples,
    evidence_rule,
    fuse_layer,
    geometry,
    interference,
    probability_of_service,
)
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.coverage import CoverageMap, Evidence
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid, Window
from aqdaq.model.network import Cell, Layer

GRID = Grid("EPSG:32643", 650000.0, 4785200.0, 10.0, 20, 30)
LTE = Layer("A", "LTE")
SD_DB = 8.0


def definition(**more: Any) -> ServiceDefinition:
    figures: dict[str, Any] = {
        "id": "d", "title": "d", "threshold_dbm": {"LTE": -110.0}, "probability": 0.9, "receiver_height_m": 1.5,
        "environment": "outdoor", "entry_loss_db": 0.0, "entry_loss_sd_db": 0.0, "minimum_area_m2": 0.0,
        "measured_within_m": 50.0, "minimum_samples": 3, "source": "", "verified": False,
        "valid_from": dt.date(2020, 1, 1), "valid_to": None,
    }  # fmt: skip
    return ServiceDefinition(**{**figures, **more})


def cell(name: str = "c", **more: Any) -> Cell:
    figures: dict[str, Any] = {
        "frequency_mhz": 1815.0, "bandwidth_mhz": 20.0, "azimuth_deg": 0.0, "downtilt_deg": 0.0, "height_m": 30.0,
        "eirp_dbm": 60.0, "resource_blocks": 100, "load": 0.5, "antenna": ParametricAntenna(omni=True),
    }  # fmt: skip
    return Cell(name, "s", LTE, **{**figures, **more})


class TestProbability:
    @given(st.floats(-160.0, -40.0), st.floats(1.0, 20.0), st.floats(0.0, 30.0), st.floats(0.0, 15.0))
    def test_is_the_normal_law(self, mean: float, sd: float, loss: float, loss_sd: float) -> None:
        d = definition(entry_loss_db=loss, entry_loss_sd_db=loss_sd)
        expected = norm.sf(-110.0, loc=mean - loss, scale=math.hypot(sd, loss_sd))
        found = probability_of_service(d, "LTE", np.array([mean]), np.array([sd]))
        assert found[0] == pytest.approx(expected, abs=1e-6)

    def test_at_the_threshold_it_is_one_half(self) -> None:
        assert probability_of_service(definition(), "LTE", np.array([-110.0]), np.array([8.0]))[0] == 0.5

    def test_the_margin_for_ninety_percent(self) -> None:
        level = np.array([-110.0 + 1.2815516 * SD_DB])
        assert probability_of_service(definition(), "LTE", level, np.array([SD_DB]))[0] == pytest.approx(0.9, abs=1e-6)

    def test_unknown_stays_unknown(self) -> None:
        found = probability_of_service(definition(), "LTE", np.array([np.nan, -90.0]), np.array([np.nan, 8.0]))
        assert np.isnan(found).tolist() == [True, False]
        assert found.dtype == np.float32


class TestInterference:
    def test_same_carrier_counts_with_its_load(self) -> None:
        share, _ = interference([cell(), cell("b", load=0.3)], 7.0)
        np.testing.assert_allclose(share, [[0.0, 0.3], [0.5, 0.0]])

    def test_partial_overlap_is_a_share_of_the_serving_carrier(self) -> None:
        wide, narrow = cell(load=1.0), cell("b", frequency_mhz=1822.5, bandwidth_mhz=10.0, load=1.0)
        share, _ = interference([wide, narrow], 7.0)
        # 1805-1825 and 1817.5-1827.5 MHz share 7.5 MHz.
        np.testing.assert_allclose(share, [[0.0, 7.5 / 20.0], [7.5 / 10.0, 0.0]])

    def test_a_carrier_inside_another(self) -> None:
        share, _ = interference([cell(load=1.0), cell("b", bandwidth_mhz=5.0, load=1.0)], 7.0)
        np.testing.assert_allclose(share, [[0.0, 0.25], [1.0, 0.0]])

    @pytest.mark.parametrize("frequency", [1835.0, 1900.0, 2600.0])  # touching, apart
    def test_other_carriers_do_not_interfere(self, frequency: float) -> None:
        share, _ = interference([cell(), cell("b", frequency_mhz=frequency)], 7.0)
        assert not share.any()

    def test_noise_of_a_subcarrier(self) -> None:
        _, noise = interference([cell(), cell("b", resource_blocks=0, bandwidth_mhz=0.2)], 7.0)
        np.testing.assert_allclose(noise, [-173.975 + 41.7609 + 7.0, -173.975 + 53.0103 + 7.0], atol=1e-3)


def brute(x: np.ndarray, y: np.ndarray, within_m: float, samples: int) -> np.ndarray:
    """Count pixels with a place by looking at each pair."""
    row, col, inside = GRID.index(x, y)
    count = np.zeros(GRID.shape, dtype=int)
    for r, c in {(p, q) for p, q, ok in zip(row, col, inside, strict=True) if ok}:
        places = {(a, b) for a, b, p, q, ok in zip(x, y, row, col, inside, strict=True) if ok and (p, q) == (r, c)}
        rr, cc = np.mgrid[: GRID.rows, : GRID.cols]
        count += len(places) * (np.hypot(rr - r, cc - c) * GRID.resolution_m <= within_m)
    return count >= samples


class TestEnoughSamples:
    @given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 5.0, 10.0, 25.0, 50.0, 400.0]), st.integers(1, 6))
    def test_is_a_count_on_a_disc(self, seed: int, within_m: float, samples: int) -> None:
        rng = np.random.default_rng(seed)
        n = int(rng.integers(0, 40))
        x = 650000.0 + rng.uniform(-30.0, 330.0, n)
        y = 4785000.0 + rng.uniform(-30.0, 230.0, n)
        found = enough_samples(GRID, x, y, within_m=within_m, samples=samples)
        np.testing.assert_array_equal(found, brute(x, y, within_m, samples))

    def test_a_disc_of_fifty_metres(self) -> None:
        x, y = GRID.centres()
        found = enough_samples(GRID, x[[15]], y[[10]], within_m=50.0, samples=1)
        assert found.sum() == 81  # lattice points within five steps
        assert found[10, 20]
        assert not found[10, 21]
        assert not found[14, 19]  # hypot(4, 4) is 5.66

    def test_a_phone_that_lay_still_counts_once(self) -> None:
        x, y = np.full(100, 650105.0), np.full(100, 4785105.0)
        assert not enough_samples(GRID, x, y, within_m=50.0, samples=2).any()
        assert enough_samples(GRID, x, y, within_m=50.0, samples=1).any()

    def test_nothing_measured(self) -> None:
        none = np.empty(0)
        assert not enough_samples(GRID, none, none, within_m=50.0, samples=1).any()

    def test_the_strictest_definition_rules(self) -> None:
        strict = definition(measured_within_m=20.0, minimum_samples=2)
        many = definition(measured_within_m=80.0, minimum_samples=9)
        other = definition(threshold_dbm={"NR": -110.0}, measured_within_m=1.0, minimum_samples=99)
        assert evidence_rule([strict, many, other], LTE) == (20.0, 9)
        assert evidence_rule([other], LTE) == (uncertainty.DEFAULT_WITHIN_M, uncertainty.DEFAULT_SAMPLES)


def placed(name: str, index: int, x_m: float = 650150.0, y_m: float = 4785100.0, **more: Any) -> PlacedCell:
    return PlacedCell(cell(name, **more), x_m, y_m, 0.0, index)


class Levels:
    """Levels in memory, each on its window."""

    def __init__(self, **pieces: tuple[Window, np.ndarray]) -> None:
        self.pieces = pieces

    def __call__(self, cell_id: str) -> tuple[Window, np.ndarray]:
        return self.pieces[cell_id]


WHOLE = Window(0, 20, 0, 30)


def fuse(cells: list[PlacedCell], levels: Levels, calibration: Calibration | None = None, **more: Any) -> CoverageMap:
    wanted: dict[str, Any] = {
        "grid": GRID, "definitions": [definition()], "measured": np.zeros(GRID.shape, dtype=bool),
        "noise_figure_db": 7.0,
    }  # fmt: skip
    fit = calibration if calibration is not None else uncalibrated(len(cells), SD_DB)
    return fuse_layer(LTE, cells, levels, fit, **{**wanted, **more})


def random_piece(window: Window, seed: int) -> tuple[Window, np.ndarray]:
    level = np.random.default_rng(seed).uniform(-130.0, -70.0, window.shape).astype(np.float32)
    return window, level


class TestFuse:
    def test_the_strongest_serves(self) -> None:
        a, b = random_piece(WHOLE, 1), random_piece(WHOLE, 2)
        found = fuse([placed("a", 0), placed("b", 1)], Levels(a=a, b=b))
        np.testing.assert_allclose(found.mean_dbm, np.maximum(a[1], b[1]), atol=1e-5)
        np.testing.assert_array_equal(found.best_server, (b[1] > a[1]).astype(np.int16))
        assert found.cells == ("a", "b")
        np.testing.assert_allclose(found.sd_db, SD_DB)

    def test_a_window_clipped_by_the_grid_and_one_that_is_empty(self) -> None:
        small = Window(0, 6, 25, 30)
        a = random_piece(small, 1)
        empty = Window(0, 0, 0, 0), np.empty((0, 0), dtype=np.float32)
        found = fuse([placed("a", 0), placed("b", 1)], Levels(a=a, b=empty))
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

    @pytest.mark.parametrize("rows", [1, 3, 7, 19, 20, 21])
    def test_bands_of_rows_leave_no_seam(self, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
        windows = {"a": Window(0, 20, 0, 30), "b": Window(3, 15, 2, 28), "c": Window(7, 8, 0, 30)}
        levels = Levels(**{name: random_piece(window, i) for i, (name, window) in enumerate(windows.items())})
        cells = [placed(name, i, antenna=ParametricAntenna()) for i, name in enumerate(windows)]
        rng = np.random.default_rng(5)
        mix = rng.normal(0.0, 0.5, (3, 5, 5))
        fit = Calibration(rng.normal(0.0, 4.0, (3, 5)), mix @ mix.transpose(0, 2, 1), np.full(3, 6.0), np.full(3, 9))
        whole = fuse(cells, levels, fit)
        monkeypatch.setattr(uncertainty, "BAND_ROWS", rows)
        found = fuse(cells, levels, fit)
        for name in ("mean_dbm", "sd_db", "sinr_db", "best_server", "evidence"):
            np.testing.assert_array_equal(getattr(found, name), getattr(whole, name), err_msg=name)
        np.testing.assert_array_equal(found.probability["d"], whole.probability["d"])

    def test_correction_and_spread_are_those_of_the_fit_at_the_pixel(self) -> None:
        window = Window(4, 9, 10, 18)
        piece = random_piece(window, 3)
        own = placed("a", 0, antenna=ParametricAntenna())
        fit = Calibration(np.array([[3.0, -5.0, 1.0, 0.5, 2.0]]), 0.2 * np.eye(5)[None], np.array([6.0]), np.array([9]))
        found = fuse([own], Levels(a=piece), fit)
        x, y = GRID.centres()
        for row, col in ((4, 10), (8, 17), (6, 13)):
            shift, sd = fit.correction(0, geometry(own, x[[col]], y[[row]]))
            level = piece[1][row - 4, col - 10]
            assert found.mean_dbm[row, col] == pytest.approx(level + shift[0], abs=1e-4)
            assert found.sd_db[row, col] == pytest.approx(sd[0], abs=1e-4)

    def test_a_hole_of_one_cell_is_filled_by_another_and_a_hole_of_all_is_unknown(self) -> None:
        a, b = random_piece(WHOLE, 1), random_piece(WHOLE, 2)
        a[1][5:8, 5:8] = np.nan
        b[1][7:9, 7:9] = np.nan
        measured = np.ones(GRID.shape, dtype=bool)
        found = fuse([placed("a", 0), placed("b", 1)], Levels(a=a, b=b), measured=measured)
        assert found.best_server[5, 5] == 1
        assert found.best_server[8, 8] == 0
        assert found.evidence[7, 7] == Evidence.UNKNOWN  # also where it was measured: nothing is known of the level
        assert np.isnan(found.probability["d"][7, 7])
        assert (found.evidence == Evidence.UNKNOWN).sum() == 1
        assert (found.evidence == Evidence.MEASURED).sum() == 20 * 30 - 1

    def test_sinr_of_two_equal_cells(self) -> None:
        level = np.full(WHOLE.shape, -80.0, dtype=np.float32)
        found = fuse([placed("a", 0), placed("b", 1)], Levels(a=(WHOLE, level), b=(WHOLE, level.copy())))
        noise = 10.0 ** ((-173.975 + 41.7609 + 7.0) / 10.0)
        expected = -80.0 - 10.0 * math.log10(0.5 * 1e-8 + noise)
        np.testing.assert_allclose(found.sinr_db, expected, atol=1e-3)

    def test_only_definitions_that_judge_the_layer_give_a_probability(self) -> None:
        nr = definition(id="nr", threshold_dbm={"NR": -110.0})
        found = fuse([placed("a", 0)], Levels(a=random_piece(WHOLE, 1)), definitions=[definition(), nr])
        assert list(found.probability) == ["d"]


class TestGeometry:
    def test_angles_run_clockwise_from_the_boresight(self) -> None:
        east = PlacedCell(cell(antenna=ParametricAntenna()), 0.0, 0.0, 90.0, 0)
        found = geometry(east, np.array([100.0, 0.0, 0.0, -50.0]), np.array([0.0, -100.0, 100.0, 0.0]))
        np.testing.assert_allclose(found.distance_m, [100.0, 100.0, 100.0, 50.0])
        np.testing.assert_allclose(found.off_boresight_deg[:3], [0.0, 90.0, -90.0], atol=1e-9)
        assert abs(found.off_boresight_deg[3]) == pytest.approx(180.0)
        np.testing.assert_allclose(found.horizontal_gain_db, [0.0, -12.0 * (90 / 65) ** 2, -12.0 * (90 / 65) ** 2, -30])

    def test_an_omni_has_no_direction(self) -> None:
        found = geometry(placed("a", 0), np.array([650300.0]), np.array([4785000.0]))
        assert found.horizontal_gain_db.tolist() == [0.0]
