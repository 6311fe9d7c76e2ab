"""The figures of all cells together: one row, many, none, and what a cell without any takes from the others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aqdaq.analysis.forecast import Observed
from aqdaq.analysis.fusion.facts import CellFacts, Scene, in_sight, pattern_figures, seen
from aqdaq.analysis.fusion.pooled import CELL_SD, POPULATION_SD, SCATTER_BOUNDS_DB, Figures, before, fit_cells
from aqdaq.engine.antennas import pattern_gain_db, pattern_gains_db, pattern_parameters
from aqdaq.engine.trend import (
    AZIMUTH,
    COS1,
    FIGURES,
    FLOOR,
    FRONT_TO_BACK,
    OFFSET,
    SIN2,
    SLOPE,
    TILT,
    WIDTH,
)
from aqdaq.model.antenna import Antenna, ParametricAntenna, TableAntenna
from tests.unit.fusion_made import (
    cell,
    drawn_figures,
    drive,
    figures_of,
    links_at,
    measured,
    network,
    nothing,
    trend_of,
)

SCENE = network()


def fit(scene: Scene, observed: Observed) -> Figures:
    return fit_cells(scene, seen(scene, observed.links), observed)


def around(scene: Scene, cells: list[int], places: int, seed: int = 0) -> Observed:
    """Return levels of some cells as predicted, at random places."""
    x, y = np.random.default_rng(seed).uniform(0.0, 3000.0, (2, places))
    links = links_at(scene, x, y, cells)
    return measured(links, trend_of(scene, links, figures_of(scene)))


def some_cut(width_deg: float) -> tuple[float, ...]:
    off = (np.arange(360) + 180) % 360 - 180
    return tuple(np.minimum(12.0 * (off / width_deg) ** 2, 28.0))


class TestBefore:
    def test_what_a_cell_is_expected_to_be(self) -> None:
        mean, sd = before(SCENE, -110.0)
        assert mean[0].tolist() == [0.0] * FRONT_TO_BACK + [22.5, -110.0] + [0.0] * (FIGURES - FLOOR - 1)
        assert sd[0, : TILT + 1].tolist() == CELL_SD[: TILT + 1].tolist()
        assert not sd[0, COS1 : SIN2 + 1].any()

    @pytest.mark.parametrize("kind", ["unknown azimuth", "omni"])
    def test_a_cell_without_a_direction(self, kind: str) -> None:
        facts = cell("a", "a", 0.0, 0.0, None if kind == "unknown azimuth" else 0.0)
        if kind == "omni":
            facts = replace(facts, antenna=ParametricAntenna(omni=True))
        assert not facts.directed
        _, sd = before(Scene.of([facts]), -110.0)
        assert not sd[0, [AZIMUTH, WIDTH, FRONT_TO_BACK, TILT]].any()
        assert (sd[0, COS1 : SIN2 + 1] > 0.0).all()


class TestFacts:
    def test_figures_of_a_pattern(self) -> None:
        assert pattern_figures(ParametricAntenna(65.0, 10.0, 25.0)) == (65.0, 10.0, 25.0)
        table = TableAntenna("t", 17.0, some_cut(66.0), some_cut(12.0))
        across, down, behind = pattern_figures(table)
        assert across == pytest.approx(66.0, abs=2.0)
        assert down == pytest.approx(12.0, abs=2.0)
        assert behind == 28.0

    @pytest.mark.parametrize("antenna", [ParametricAntenna(), TableAntenna("t", 17.0, some_cut(66.0), some_cut(12.0))])
    def test_many_gains_are_each_the_gain(self, antenna: Antenna) -> None:
        rng = np.random.default_rng(0)
        bearing, elevation = rng.uniform(-400.0, 400.0, 40), rng.uniform(-89.0, 89.0, 40)
        bearing[3] = np.nan
        pattern = pattern_parameters(antenna)
        found = pattern_gains_db(bearing, elevation, 35.0, 5.0, pattern)
        each = [pattern_gain_db(b, e, 35.0, 5.0, pattern) for b, e in zip(bearing, elevation, strict=True)]
        np.testing.assert_array_equal(found, each)
        assert np.isnan(found[3])

    def test_the_pattern_of_the_table_is_taken_out_of_the_prediction(self) -> None:
        links = links_at(SCENE, np.array([2500.0, 100.0]), np.array([700.0, 2900.0]))
        view = seen(SCENE, links)
        sx, sy = SCENE.places
        away = np.hypot(links.x_m - sx[links.cell], links.y_m - sy[links.cell])
        np.testing.assert_allclose(view.iso_dbm, -40.0 - 35.0 * np.log10(away / 10.0), atol=1e-9)
        np.testing.assert_allclose(np.hypot(view.dx_m, view.dy_m), away)
        np.testing.assert_allclose(np.tan(np.radians(view.below_deg)), 28.5 / away)

    def test_an_omni_keeps_its_pattern(self) -> None:
        facts = CellFacts("a", "a", "L", 0.0, 0.0, 0.0, 0.0, 30.0, ParametricAntenna(65.0, 8.0, omni=True), "RSRP")
        scene = Scene.of([facts])
        links = replace(links_at(scene, np.array([40.0]), np.array([0.0])), predicted_dbm=np.array([-60.0]))
        assert seen(scene, links).iso_dbm.tolist() == [-60.0]

    def test_in_sight_is_what_loses_little_beyond_free_space(self) -> None:
        facts = replace(cell("a", "a", 0.0, 0.0, None), eirp_dbm=30.0, frequency_mhz=1000.0)
        scene = Scene.of([facts, replace(facts, id="b", eirp_dbm=float("nan"))])
        away = np.array([1000.0, 1000.0, 1000.0])
        links = links_at(scene, away, np.zeros(3))
        free = 30.0 - (32.45 + 20.0 * np.log10(np.hypot(1.0, 0.0285)) + 20.0 * np.log10(1000.0))
        beyond = np.repeat([0.0, 5.8, 6.2], 2)
        links = replace(links, predicted_dbm=free - beyond)
        found = in_sight(scene, links, seen(scene, links))
        np.testing.assert_array_equal(found, [1.0, np.nan, 1.0, np.nan, 0.0, np.nan])

    def test_hills(self) -> None:
        scene = Scene.of(SCENE.cells, relief=lambda x, _y: 0.1 * x)
        links = links_at(SCENE, np.array([0.0, 3000.0]), np.array([0.0, 750.0]), [0])
        view = seen(scene, links)
        away = np.hypot(view.dx_m, view.dy_m)
        np.testing.assert_allclose(np.tan(np.radians(view.below_deg)) * away, [28.5 + 75.0, 28.5 + 75.0 - 300.0])
        unknown = Scene.of(SCENE.cells, relief=lambda x, _y: np.where(x > 2000.0, np.nan, 0.1 * x))
        assert seen(unknown, links).below_deg[1] == seen(SCENE, links).below_deg[1]


class TestFewRows:
    def test_no_rows(self) -> None:
        found = fit(SCENE, nothing(SCENE))
        expected, sd = before(SCENE, -200.0)
        np.testing.assert_array_equal(found.mean, expected)
        wide = np.where(sd > 0.0, np.hypot(sd, POPULATION_SD), 0.0)
        np.testing.assert_allclose(found.covariance, [np.diag(row**2) for row in wide])
        assert not found.rows.any()
        assert not found.blocks.any()

    def test_one_row_moves_its_cell_and_the_average_a_little(self) -> None:
        x, y = np.array([750.0]), np.array([1250.0])
        links = links_at(SCENE, x, y, [0])
        level = trend_of(SCENE, links, figures_of(SCENE)) + 10.0
        found = fit(SCENE, measured(links, level))
        own, other = found.mean[0, OFFSET], found.mean[1, OFFSET]
        assert found.rows.tolist() == [1, 0, 0, 0, 0, 0]
        assert 0.0 < other < own < 10.0
        # All but the offset is hardly touched by it, so that closed forms hold: 36 + 225 of 36 + 225 + 64 for the cell
        # itself, 225 of it for the others.
        assert (own, other) == pytest.approx((2610.0 / 325.0, 2250.0 / 325.0), abs=0.1)
        variances = found.covariance[:2, OFFSET, OFFSET]
        assert variances == pytest.approx([261.0 * 64.0 / 325.0, 36.0 + 225.0 * 100.0 / 325.0], rel=0.02)
        assert abs(found.mean[0, AZIMUTH]) < 5.0  # one row turns no antenna

    def test_a_cell_without_rows_is_the_average_one(self) -> None:
        given = around(SCENE, [0, 1, 2, 3, 4], 150)
        found = fit(SCENE, replace(given, level_dbm=given.level_dbm - 12.0))
        np.testing.assert_array_equal(found.mean[5], found.expected[5])
        np.testing.assert_allclose(found.mean[:, OFFSET], -12.0, atol=1.5)
        assert found.mean[5, OFFSET] == pytest.approx(found.mean[:5, OFFSET].mean(), abs=0.6)
        # Of the average's 15 dB little is left, of the cell's own 6 dB all.
        assert 6.0 < np.sqrt(found.covariance[5, OFFSET, OFFSET]) < 7.5
        assert (found.covariance[:5, OFFSET, OFFSET] < 4.0**2).all()

    def test_more_rows_shrink_the_spread(self) -> None:
        trace = [fit(SCENE, around(SCENE, [0], n)).covariance[0] for n in (0, 1, 10, 100, 600)]
        for figure in (OFFSET, SLOPE, AZIMUTH):
            spreads = [c[figure, figure] for c in trace]
            assert spreads == sorted(spreads, reverse=True)
            assert spreads[-1] < 0.35 * spreads[0]


class TestManyRows:
    def test_planted_azimuth(self) -> None:
        given = around(SCENE, [0, 1, 2], 300)
        truth = figures_of(SCENE)
        truth[1, AZIMUTH] = -118.0
        level = trend_of(SCENE, given.links, truth) + np.random.default_rng(3).normal(0.0, 5.0, len(given))
        found = fit(SCENE, replace(given, level_dbm=level))
        assert found.mean[1, AZIMUTH] == pytest.approx(-118.0, abs=12.0)
        assert abs(found.mean[[0, 2], AZIMUTH]).max() < 12.0

    def test_a_stop_at_a_red_light_counts_once(self) -> None:
        given = around(SCENE, [0], 30)
        level = given.level_dbm + np.random.default_rng(0).normal(0.0, 3.0, 30)
        given = replace(given, level_dbm=level)
        again = given.subset(np.concatenate([np.zeros(500, dtype=np.int64), np.arange(30)]))
        once, often = fit(SCENE, given), fit(SCENE, again)
        # The floor that is expected counts rows; nothing here comes near it.
        rest = np.flatnonzero(before(SCENE, 0.0)[1][0] * (np.arange(FIGURES) != FLOOR))
        sd = np.sqrt(np.diag(once.covariance[0])[rest])
        assert (abs(often.mean[0, rest] - once.mean[0, rest]) < 0.25 * sd).all()
        np.testing.assert_allclose(np.sqrt(np.diag(often.covariance[0])[rest]), sd, rtol=0.1)
        assert often.rows[0] == once.rows[0] + 500
        assert often.blocks[0] == once.blocks[0]

    def test_rows_of_little_weight_count_little(self) -> None:
        given = around(SCENE, [0], 20)
        shifted = replace(given, level_dbm=given.level_dbm + 15.0)
        full, light = fit(SCENE, shifted), fit(SCENE, replace(shifted, weight=np.full(20, 0.01)))
        assert light.mean[0, OFFSET] < full.mean[0, OFFSET]
        assert light.covariance[0, OFFSET, OFFSET] > full.covariance[0, OFFSET, OFFSET]

    def test_rows_that_were_not_heard(self) -> None:
        given = around(SCENE, [0, 1], 60)
        quiet = replace(given, level_dbm=given.level_dbm - 20.0, heard=np.zeros(len(given), dtype=np.bool_))
        found = fit(SCENE, quiet)
        assert (found.mean[:, OFFSET] < -8.0).all()
        loud = replace(quiet, level_dbm=given.level_dbm + 60.0)
        np.testing.assert_allclose(fit(SCENE, loud).mean, before(SCENE, -200.0)[0], atol=0.1)

    def test_floors_are_those_of_the_quantity(self) -> None:
        cells = [cell("a", "a", 0.0, 0.0, None), cell("b", "a", 0.0, 0.0, None, quantity="RxLev")]
        scene = Scene.of(cells)
        x, y = np.random.default_rng(0).uniform(100.0, 2000.0, (2, 200))
        links = links_at(scene, x, y)
        level = np.where(links.cell == 0, -100.0, -70.0) + np.random.default_rng(1).normal(0.0, 5.0, len(links))
        found = fit(scene, measured(links, level))
        assert scene.total_power.tolist() == [False, True]
        assert found.expected[1, FLOOR] - found.expected[0, FLOOR] == pytest.approx(30.0, abs=3.0)

    def test_same_input_same_figures(self) -> None:
        given = drive(SCENE, 80, seed=4)
        one, two = fit(SCENE, given), fit(SCENE, given)
        assert one.mean.tobytes() == two.mean.tobytes()
        assert one.covariance.tobytes() == two.covariance.tobytes()
        assert one.scatter_db == two.scatter_db
        assert SCATTER_BOUNDS_DB[0] <= one.scatter_db <= SCATTER_BOUNDS_DB[1]

    def test_a_fit_that_sets_out_from_its_own_result_stays_there(self) -> None:
        given = drive(SCENE, 150, seed=5)
        first = fit(SCENE, given)
        again = fit_cells(SCENE, seen(SCENE, given.links), given, first.mean)
        np.testing.assert_allclose(again.mean[:, OFFSET], first.mean[:, OFFSET], atol=0.3)
        np.testing.assert_allclose(again.mean[:, AZIMUTH], first.mean[:, AZIMUTH], atol=3.0)


class TestProperties:
    @settings(deadline=None, max_examples=8)
    @given(st.integers(0, 10_000), st.integers(1, 40), st.floats(-25.0, 25.0))
    def test_a_common_shift_moves_all_offsets_the_same_way(self, seed: int, places: int, shift: float) -> None:
        given = drive(SCENE, places, seed=seed)
        before_, after = fit(SCENE, given), fit(SCENE, replace(given, level_dbm=given.level_dbm + shift))
        moved = after.mean[:, OFFSET] - before_.mean[:, OFFSET]
        assert (np.sign(shift) * moved >= -1.5).all()
        for found in (before_, after):
            values = np.linalg.eigvalsh(found.covariance)
            assert (values > -1e-6 * values.max()).all()
            assert np.isfinite(found.mean).all()

    def test_drawn_figures_lie_within_their_stated_spread(self) -> None:
        errors = []
        for seed in range(6):
            x, y = np.random.default_rng(seed).uniform(0.0, 3000.0, (2, 60))
            links = links_at(SCENE, x, y)
            truth = drawn_figures(SCENE, seed)
            level = trend_of(SCENE, links, truth) + np.random.default_rng(seed).normal(0.0, 8.0, len(links))
            found = fit(SCENE, measured(links, level))
            sd = np.sqrt(np.einsum("cff->cf", found.covariance))
            errors.append((found.mean - truth)[:, [OFFSET, SLOPE]] / sd[:, [OFFSET, SLOPE]])
        size = float(np.sqrt(np.mean(np.square(errors))))
        assert 0.6 < size < 1.5
