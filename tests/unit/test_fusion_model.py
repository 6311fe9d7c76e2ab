"""The fitted model as a whole: nothing, one row, many rows, unknown links, and nine errors in ten inside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aqdaq.analysis.forecast import LevelForecast, Links, Observed
from aqdaq.analysis.fusion.conformal import Z95
from aqdaq.analysis.fusion.facts import Scene, seen
from aqdaq.analysis.fusion.field import EXPECTED
from aqdaq.analysis.fusion.left import LEAST_NOISE, PIXEL_M, what_is_left
from aqdaq.analysis.fusion.model import FusedModel, block_settings, fit_model
from aqdaq.analysis.fusion.pooled import CELL_SD, POPULATION_SD
from aqdaq.analysis.splits import leave_block_out
from aqdaq.engine.kriging import NOISE, total_variance_db2
from aqdaq.engine.trend import FLOOR, OFFSET
from tests.unit.fusion_made import (
    drawn_field,
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


def places(n: int, seed: int = 50, side_m: float = 3000.0) -> Links:
    x, y = np.random.default_rng(seed).uniform(0.0, side_m, (2, n))
    return links_at(SCENE, x, y)


def fit(observed: Observed, scene: Scene = SCENE) -> FusedModel:
    """Fit without intervals of its own, in the field that is expected."""
    return fit_model(scene, observed, spread=EXPECTED, conformal=False)


@pytest.fixture(scope="module")
def driven() -> Observed:
    return drive(SCENE, 120, seed=1)


@pytest.fixture(scope="module")
def model(driven: Observed) -> FusedModel:
    return fit_model(SCENE, driven)


class TestNothingMeasured:
    def test_is_what_was_expected(self) -> None:
        found, links = fit_model(SCENE, nothing(SCENE)), places(30)
        said = found.levels(links)
        np.testing.assert_allclose(said.mean_dbm, trend_of(SCENE, links, figures_of(SCENE)), atol=1e-3)
        least = total_variance_db2(EXPECTED) + CELL_SD[OFFSET] ** 2 + POPULATION_SD[OFFSET] ** 2
        assert (said.sd_db >= np.sqrt(least)).all()
        np.testing.assert_allclose(said.high_dbm - said.mean_dbm, Z95 * said.sd_db)
        np.testing.assert_allclose(said.mean_dbm - said.low_dbm, Z95 * said.sd_db)

    def test_best_server(self) -> None:
        found, links = fit_model(SCENE, nothing(SCENE)), places(5)
        best = found.best(links, np.repeat(np.arange(5), len(SCENE)), [-110.0, -90.0])
        assert best.below.shape == (5, 2)
        assert (best.below[:, 0] < best.below[:, 1]).all()
        assert (best.mean_dbm >= found.levels(links).mean_dbm.reshape(5, -1).max(axis=1)).all()


class TestOneRow:
    def test_moves_its_place_most_its_cell_less_and_the_others_a_little(self) -> None:
        here = links_at(SCENE, np.array([1000.0]), np.array([1400.0]), [0])
        expected = trend_of(SCENE, here, figures_of(SCENE))
        given = measured(here, expected + 10.0)
        asked = links_at(SCENE, np.array([1000.0, 2900.0]), np.array([1400.0, 2900.0]))
        shift = fit(given).levels(asked).mean_dbm - trend_of(SCENE, asked, figures_of(SCENE))
        own_here, other_here, own_far, other_far = shift[0], shift[4], shift[6], shift[10]
        assert 8.5 < own_here < 10.0
        assert own_here > own_far > other_far > 5.0
        assert own_here > other_here > other_far

    def test_the_spread_shrinks_at_its_place(self) -> None:
        here = links_at(SCENE, np.array([1000.0]), np.array([1400.0]), [0])
        given = measured(here, trend_of(SCENE, here, figures_of(SCENE)))
        before, after = (fit(rows).levels(here).sd_db[0] for rows in (nothing(SCENE), given))
        assert after < 0.5 * before
        # Not below the noise of one row.
        assert after > np.sqrt(EXPECTED[NOISE])


class TestMoreRows:
    def test_shrink_the_spread_everywhere(self) -> None:
        links = places(40)
        given = drive(SCENE, 200, seed=2)
        sds = [fit(given.subset(np.arange(n * len(SCENE)))).levels(links).sd_db for n in (0, 2, 20, 200)]
        assert [round(float(sd.mean()), 3) for sd in sds] == sorted(round(float(sd.mean()), 3) for sd in sds)[::-1]
        assert (sds[3] < sds[0]).all()

    def test_make_the_forecast_better(self, driven: Observed, model: FusedModel) -> None:
        links = driven.links
        alone = trend_of(SCENE, links, figures_of(SCENE)) - driven.level_dbm
        fitted = model.levels(links).mean_dbm - driven.level_dbm
        assert np.sqrt(np.mean(fitted**2)) < 0.7 * np.sqrt(np.mean(alone**2))

    def test_rows_of_one_pixel_are_one_and_never_too_sure(self) -> None:
        given = drive(SCENE, 4, seed=3)
        often = given.subset(np.repeat(np.arange(len(given)), 50))
        left = fit(often).left
        assert len(left.x_m) == len(given)
        assert (left.noise == LEAST_NOISE).all()
        assert (fit(given).left.noise == 1.0).all()
        column, row = np.floor(left.x_m / PIXEL_M), np.floor(left.y_m / PIXEL_M)
        assert len({*zip(left.cell, column, row, strict=True)}) == len(left.x_m)

    def test_an_order_of_rows_is_none(self, driven: Observed) -> None:
        links, mixed = places(10), np.random.default_rng(0).permutation(len(driven))
        one, two = fit(driven).levels(links), fit(driven.subset(mixed)).levels(links)
        np.testing.assert_allclose(one.mean_dbm, two.mean_dbm, atol=0.02)
        np.testing.assert_allclose(one.sd_db, two.sd_db, atol=0.02)

    def test_same_input_same_output(self, driven: Observed, model: FusedModel) -> None:
        links = places(20)
        one, two = model.levels(links), fit_model(SCENE, driven).levels(links)
        for name in LevelForecast.__slots__:
            assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


class TestNotHeard:
    def test_a_bound_below_the_forecast_pulls_it_down(self) -> None:
        given = drive(SCENE, 30, seed=4)
        asked = places(30)
        quiet = replace(given, level_dbm=given.level_dbm - 25.0, heard=np.zeros(len(given), dtype=np.bool_))
        before = fit(nothing(SCENE)).levels(asked).mean_dbm
        assert (fit(quiet).levels(asked).mean_dbm < before - 5.0).all()

    def test_only_what_refutes_the_trend_is_left_to_the_field(self) -> None:
        given = drive(SCENE, 20, seed=4)
        figures = fit(nothing(SCENE)).figures
        beyond = np.tile([-5.0, 5.0], len(given) // 2)
        bound = trend_of(SCENE, given.links, figures_of(SCENE)) + beyond
        quiet = replace(given, level_dbm=bound, heard=np.zeros(len(given), dtype=np.bool_))
        left = what_is_left(SCENE, figures, seen(SCENE, given.links), quiet)
        assert len(left.x_m) == len(given) // 2
        np.testing.assert_allclose(left.reported_db, -5.0, atol=1e-3)
        np.testing.assert_allclose(left.level_db, -5.0, atol=1e-3)

    def test_a_bound_above_the_forecast_refutes_nothing(self) -> None:
        given = drive(SCENE, 30, seed=4)
        loud = replace(given, level_dbm=given.level_dbm + 90.0, heard=np.zeros(len(given), dtype=np.bool_))
        asked, found = places(10), fit(loud)
        assert len(found.left.x_m) == 0
        before = fit(nothing(SCENE)).levels(asked).mean_dbm
        np.testing.assert_allclose(found.levels(asked).mean_dbm, before, atol=0.1)


class TestUnknown:
    def test_links_without_a_prediction_stay_unknown(self, model: FusedModel) -> None:
        links = places(8)
        predicted = links.predicted_dbm.copy()
        lost = np.arange(len(links)) % 5 == 2
        predicted[lost] = np.nan
        all_, some = model.levels(links), model.levels(replace(links, predicted_dbm=predicted))
        for name in LevelForecast.__slots__:
            assert np.isnan(getattr(some, name)[lost]).all()
            np.testing.assert_array_equal(getattr(some, name)[~lost], getattr(all_, name)[~lost])

    def test_nothing_asked(self, model: FusedModel) -> None:
        said = model.levels(links_at(SCENE, np.empty(0), np.empty(0)))
        assert said.mean_dbm.shape == said.sd_db.shape == (0,)

    def test_all_unknown(self, model: FusedModel) -> None:
        links = replace(places(2), predicted_dbm=np.full(2 * len(SCENE), np.nan))
        assert np.isnan(model.levels(links).mean_dbm).all()
        best = model.best(links, np.repeat([0, 1], len(SCENE)), [-100.0])
        assert np.isnan(best.mean_dbm).all()
        assert np.isnan(best.below).all()


class TestBest:
    def test_expectation_of_the_maximum(self, model: FusedModel) -> None:
        links = places(40)
        place = np.repeat(np.arange(40), len(SCENE))
        best = model.best(links, place, [-120.0, -100.0, -80.0])
        each = model.levels(links).mean_dbm.reshape(40, -1)
        assert (best.mean_dbm >= each.max(axis=1) - 0.02).all()
        assert (best.mean_dbm - each.max(axis=1)).max() > 1.0
        assert (np.diff(best.below, axis=1) >= 0.0).all()

    def test_order_of_the_links_does_not_matter(self, model: FusedModel) -> None:
        links = places(12)
        place, mixed = np.repeat(np.arange(12), len(SCENE)), np.random.default_rng(2).permutation(12 * len(SCENE))
        one = model.best(links, place, [-95.0])
        two = model.best(links.subset(mixed), place[mixed], [-95.0])
        np.testing.assert_allclose(one.mean_dbm, two.mean_dbm, atol=1e-9)
        np.testing.assert_allclose(one.below, two.below, atol=1e-9)

    def test_levels_vary_together_as_the_field_says(self, model: FusedModel) -> None:
        shared = replace(model, spread=EXPECTED * np.array([9.0, 1, 1, 1, 9.0, 1, 1, 1, 1]))
        apart = replace(model, spread=EXPECTED * np.array([0.01, 1, 1, 1, 0.01, 1, 1, 1, 1]))
        assert 0.0 <= apart.together < model.together < shared.together <= 0.95


class TestFloor:
    @pytest.mark.parametrize("quantity", ["RSRP", "RxLev"])
    def test_maps_fall_below_the_floor_where_the_quantity_does(self, quantity: str) -> None:
        scene = network(quantity=quantity)
        x, y = np.random.default_rng(7).uniform(0.0, 3000.0, (2, 80))
        links = links_at(scene, x, y)
        base = trend_of(scene, links, figures_of(scene))
        floor = float(np.quantile(base, 0.5))
        reported = 10.0 * np.log10(10.0 ** (base / 10.0) + 10.0 ** (floor / 10.0))
        found = fit(measured(links, reported + np.random.default_rng(8).normal(0.0, 2.0, len(links))), scene)
        assert found.figures.mean[:, FLOOR].mean() == pytest.approx(floor, abs=4.0)
        far = links_at(scene, np.array([20e3]), np.array([-20e3]))
        said, shown = found.levels(far), found.map_levels(far)
        assert (said.mean_dbm > floor - 10.0).all()
        if quantity == "RxLev":
            np.testing.assert_allclose(shown[0], said.mean_dbm)
        else:
            assert (shown[0] < floor - 15.0).all()
            np.testing.assert_allclose(shown[0], found.trend_dbm(far), atol=1.0)

    def test_far_above_the_floor_both_are_one(self, model: FusedModel) -> None:
        x, y = SCENE.places
        links = links_at(SCENE, x[:1] + 60.0, y[:1] + 60.0)
        strong = links.subset(links.predicted_dbm > -90.0)
        assert len(strong)
        np.testing.assert_allclose(model.map_levels(strong)[0], model.levels(strong).mean_dbm, atol=1.5)


class TestGroups:
    def test_sharing_neighbours_changes_little(self, model: FusedModel) -> None:
        links = links_at(SCENE, *(a.ravel() for a in np.meshgrid(np.arange(500.0, 2500.0, 50.0), [800.0, 825.0])))
        each = model.plain_levels(links, reported=True)
        for group_m, mean_db, sd_db in [(25.0, 0.2, 0.1), (50.0, 0.4, 0.2), (100.0, 0.8, 0.4)]:
            shared = model.plain_levels(links, reported=True, group_m=group_m)
            assert np.abs(shared[0] - each[0]).max() < mean_db
            assert np.abs(shared[1] - each[1]).max() < sd_db

    def test_fewer_rows_than_neighbours_make_no_difference(self) -> None:
        found = fit(drive(SCENE, 3, seed=9))  # 18 rows: all of them stand beside every link
        links = places(30)
        one, two = (found.plain_levels(links, reported=True, group_m=g) for g in (0.0, 400.0))
        np.testing.assert_allclose(one[0], two[0], atol=1e-8)
        np.testing.assert_allclose(one[1], two[1], atol=1e-8)


class TestBlocks:
    @pytest.mark.parametrize("side_m", [200.0, 3000.0, 60_000.0])
    def test_some_thirty_tiles(self, side_m: float) -> None:
        x, y = np.random.default_rng(0).uniform(-side_m, side_m, (2, 2000))
        found = block_settings(x, y)
        held = len({*zip(np.floor(x / found.tile_m), np.floor(y / found.tile_m), strict=True)})
        assert held <= 30 or found.tile_m >= 5000.0
        assert found.buffer_m == 0.25 * found.tile_m

    def test_one_place(self) -> None:
        assert block_settings(np.array([5.0]), np.array([5.0])).tile_m == 50.0


@pytest.mark.slow
class TestCoverage:
    def test_nine_in_ten_of_unseen_tiles_lie_inside(self) -> None:
        """Drawn from the model itself, with a field that is short beside the map: nearly independent errors.

        Five folds of tiles are forecast by fits, intervals included, that did not see them.
        """
        spread, side = EXPECTED.copy(), 10_000.0
        spread[[6, 7, 8]] = 200.0, 100.0, 400.0
        scene = network(2, side)
        x, y = np.random.default_rng(11).uniform(0.0, side, (2, 900))
        links = links_at(scene, x, y)
        field = drawn_field(scene, x, y, 12, spread)
        observed = measured(links, trend_of(scene, links, drawn_figures(scene, 13, 0.5)) + field)
        inside, size = [], []
        for train, test in leave_block_out(links.x_m, links.y_m, block_settings(links.x_m, links.y_m)):
            said = fit_model(scene, observed.subset(train), spread=spread).levels(links.subset(test))
            level = observed.level_dbm[test]
            inside.append((level >= said.low_dbm) & (level <= said.high_dbm))
            size.append((level - said.mean_dbm) / said.sd_db)
        assert sum(map(len, inside)) == len(observed) == 5400
        assert np.concatenate(inside).mean() == pytest.approx(0.9, abs=0.02)
        assert np.sqrt(np.mean(np.concatenate(size) ** 2)) == pytest.approx(1.0, abs=0.06)
