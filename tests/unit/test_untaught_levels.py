"""Levels by what other cities teach, as maps ask them; and how far levels are correlated."""

from __future__ import annotations

import numpy as np
import pytest

from aqdaq.analysis.cell_levels import CellLevels
from aqdaq.analysis.forecast import Links
from aqdaq.analysis.fusion.facts import CellFacts, Scene
from aqdaq.analysis.fusion.field import correlation_m
from aqdaq.analysis.fusion.typical import typical
from aqdaq.analysis.fusion.untaught_levels import UntaughtLevels, law_db
from aqdaq.model.antenna import ParametricAntenna


def scene() -> Scene:
    omni = ParametricAntenna(omni=True)
    return Scene.of(
        [
            CellFacts("a", "s", "A/LTE", 0.0, 0.0, None, 0.0, 30.0, omni, "RSRP", 30.0, 1800.0),
            CellFacts("b", "t", "B/GSM", 500.0, 0.0, None, 0.0, 30.0, omni, "RxLev", 57.0, 900.0),
        ]
    )


def expected(layer: str, frequency_mhz: float) -> object:
    return typical(layer.partition("/")[2], 43.2, 76.9, frequency_mhz=frequency_mhz, eirp_known=True)


def links(away_m: np.ndarray, cell: int = 0) -> Links:
    n = len(away_m)
    none = np.zeros(n)
    return Links(np.full(n, cell), away_m + 500.0 * cell, none, np.full(n, -70.0), np.full(n, np.nan))


def test_law_is_that_of_the_table_at_a_kilometre() -> None:
    # 13.54 + 39.08 log10(d) + 20 log10(f) - 0.6 (h_ut - 1.5), d the slant range: Table 7.4.1-1
    slant = np.hypot(1000.0, 28.5)
    wanted = 13.54 + 39.08 * np.log10(slant) + 20.0 * np.log10(1.8)
    assert law_db(np.array([1000.0]), np.array([1800.0]), np.array([30.0]))[0] == pytest.approx(wanted, abs=1e-9)


def test_levels_follow_the_law_and_the_lessons_not_the_engine() -> None:
    taught = UntaughtLevels.of(scene(), expected)  # type: ignore[arg-type]
    away = np.array([500.0, 5000.0])
    mean, sd = taught.map_levels(links(away))
    said = taught.of_layer["A/LTE"].expected
    law = law_db(away, np.full(2, 1800.0), np.full(2, 30.0))
    assert mean[0] == pytest.approx(30.0 - law[0] + said.offset_db, abs=0.5)
    assert mean[1] - mean[0] == pytest.approx(law[0] - law[1] + said.slope_db, abs=0.5)
    assert np.all(sd > said.offset_sd_db)
    stronger = Links(*(getattr(links(away), n) for n in ("cell", "x_m", "y_m")), np.full(2, -20.0), np.full(2, np.nan))
    assert taught.map_levels(stronger)[0] == pytest.approx(mean)


def test_each_layer_has_its_own_lessons_and_unknown_stays_unknown() -> None:
    taught = UntaughtLevels.of(scene(), expected)  # type: ignore[arg-type]
    assert taught.of_layer["A/LTE"].expected.sensitivity_dbm != taught.of_layer["B/GSM"].expected.sensitivity_dbm
    asked = links(np.array([800.0, 900.0]), cell=1)
    asked.predicted_dbm[1] = np.nan
    mean, sd = taught.map_levels(asked)
    assert np.isfinite(mean[0])
    assert np.isfinite(sd[0])
    assert np.isnan(mean[1])
    assert np.isnan(sd[1])
    assert any("Recife" in source for source in taught.sources)
    assert 0.0 < taught.together < 1.0


def test_maps_ask_it_as_they_ask_a_fit() -> None:
    taught = UntaughtLevels.of(scene(), expected)  # type: ignore[arg-type]
    fitted = CellLevels(taught, 8.0)
    x = np.array([700.0, 1500.0])
    mean, sd = fitted.levels(0, x, np.zeros(2), np.full(2, -70.0))
    assert mean == pytest.approx(taught.map_levels(links(x))[0])
    assert np.all(sd != 8.0)
    assert fitted.about(0, x, np.zeros(2), np.full(2, -70.0)) == pytest.approx(mean)
    assert fitted.best_factor == 1.0


class TestCorrelation:
    def test_of_one_part_is_its_range(self) -> None:
        spread = np.array([0.0, 0.0, 4.0, 0.0, 9.0, 9.0, 400.0, 120.0, 1500.0])
        assert correlation_m(spread) == pytest.approx(120.0, rel=0.01)

    def test_of_two_parts_lies_between_their_ranges(self) -> None:
        spread = np.array([5.0, 3.0, 0.0, 0.0, 0.0, 1.0, 400.0, 100.0, 1500.0])
        found = correlation_m(spread)
        assert 100.0 < found < 400.0
        assert 5.0 * np.exp(-found / 400.0) + 3.0 * np.exp(-found / 100.0) == pytest.approx(8.0 / np.e, rel=0.01)

    def test_of_nothing_is_zero(self) -> None:
        assert correlation_m(np.array([0.0, 0.0, 0.0, 0.0, 4.0, 4.0, 400.0, 120.0, 1500.0])) == 0.0
