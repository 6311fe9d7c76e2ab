"""Thinning: medians, counts, spreads, and what was not heard."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from aqdaq.analysis.screen import thin
from aqdaq.analysis.screen.thinning import weighted_medians
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import Measurements
from tests.unit.screen_fixture import drive, table


def rows(levels: list[float], **columns: Any) -> Measurements:
    """Return rows of one cell in one pixel."""
    count = len(levels)
    frame = pd.DataFrame(
        {
            "source": "a.csv",
            "row": np.arange(count) + 2,
            "x_m": 5.0 + 0.1 * np.arange(count),
            "y_m": 5.0,
            "cell": "c",
            "quantity": "RSRP",
            "level_dbm": np.array(levels),
        }
    )
    return Measurements.filled(frame.assign(**columns))


def one(found: Measurements) -> pd.Series:
    assert len(found) == 1
    return found.table.iloc[0]


def test_the_median_with_count_and_spread() -> None:
    found = thin(rows([-90.0, -92.0, -94.0, -96.0, -60.0]), 10.0)
    row = one(found.measurements)
    assert (row["level_dbm"], row["count"], row["heard"]) == (-92.0, 5, True)
    assert row["spread_db"] == pytest.approx(1.4826 * 2.0)
    assert row["x_m"] == pytest.approx(5.2)
    assert (found.rows_in, found.merged) == (5, 5)
    assert found.of_row.tolist() == [0] * 5


def test_a_row_alone_stays_as_it_is() -> None:
    before = rows([-90.0], time_s=1.7e9, device="p", date="2026-03-02")
    found = thin(before, 10.0)
    pd.testing.assert_frame_equal(found.measurements.table, before.table)
    assert found.merged == 0


def test_rows_not_heard_pull_the_median_down() -> None:
    heard = [True, True, True, False, False]
    row = one(thin(rows([-90.0, -92.0, -94.0, -120.0, -120.0], heard=heard), 10.0).measurements)
    assert (row["heard"], row["level_dbm"]) == (True, -94.0)
    row = one(
        thin(rows([-90.0, -92.0, -120.0, -118.0, -119.0], heard=[True, True, False, False, False]), 10.0).measurements
    )
    assert (row["heard"], row["level_dbm"]) == (False, -118.0)


def test_the_bound_of_a_merged_row_lies_above_the_true_median() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        true = rng.normal(-110.0, 8.0, 9)
        floor = rng.uniform(-120.0, -100.0, 9)
        heard = true > floor
        row = one(thin(rows(np.where(heard, true, floor).tolist(), heard=heard), 10.0).measurements)
        if not row["heard"]:
            assert row["level_dbm"] >= np.median(true)


def test_exactly_half_unheard_is_the_lowest_level_heard() -> None:
    row = one(thin(rows([-90.0, -100.0, -120.0, -120.0], heard=[True, True, False, False]), 10.0).measurements)
    assert (row["heard"], row["level_dbm"]) == (True, -100.0)


def test_doubtful_rows_count_less_in_the_median() -> None:
    row = one(thin(rows([-90.0, -110.0, -111.0], weight=[1.0, 0.1, 0.1]), 10.0).measurements)
    assert (row["level_dbm"], row["weight"]) == (-90.0, 1.0)


def test_merged_rows_keep_their_counts_and_spread() -> None:
    row = one(thin(rows([-90.0, -90.0], count=[9, 1], spread_db=[4.0, np.nan]), 10.0).measurements)
    assert row["count"] == 10
    assert row["spread_db"] == pytest.approx(4.0)


def test_campaigns_days_and_routes_stay_apart() -> None:
    days = ["2025-03-01", "2025-03-02", "2026-03-01", ""]
    before = rows([-90.0, -92.0, -94.0, -96.0], date=days)
    found = thin(before, 10.0).measurements.table
    assert found["count"].tolist() == [2, 1, 1]
    assert found["date"].tolist() == ["2025-03-01", "2026-03-01", ""]
    assert thin(before, 10.0, apart="day").merged == 0
    assert len(thin(before, 10.0, apart="nothing").measurements) == 1
    routes = rows([-90.0, -92.0], route=["r1", "r2"])
    assert len(thin(routes, 10.0).measurements) == 2
    assert len(thin(routes, 10.0, by_route=False).measurements) == 1


def test_devices_of_a_merged_row() -> None:
    assert one(thin(rows([-90.0, -92.0], device=["p", "p"]), 10.0).measurements)["device"] == "p"
    assert one(thin(rows([-90.0, -92.0], device=["p", "q"]), 10.0).measurements)["device"] == ""


def test_pixels_are_those_of_the_grid() -> None:
    grid = Grid("EPSG:32643", 3.0, 12.0, 10.0, 4, 4)
    before = rows([-90.0, -92.0], x_m=[12.0, 13.5])
    assert len(thin(before, grid).measurements) == 2
    assert len(thin(before, 20.0).measurements) == 1


def test_a_drive_keeps_its_order_and_its_counts() -> None:
    before = table(drive(fixes=200))
    found = thin(before, 25.0)
    after = found.measurements.table
    assert after["count"].sum() == len(before)
    assert after["row"].is_monotonic_increasing
    first = before.table.groupby(found.of_row)["row"].first()
    assert first.tolist() == after["row"].tolist()
    assert len(thin(Measurements.empty(), 10.0).measurements) == 0


def test_weighted_medians_of_equal_weights_are_medians() -> None:
    rng = np.random.default_rng(2)
    group = np.sort(rng.integers(0, 40, 1000))
    value = rng.normal(size=1000)
    found = weighted_medians(group, value, np.full(1000, 0.3), 40)
    assert found == pytest.approx([np.median(value[group == n]) for n in range(40)])
