"""Measurements are compared with the city of their day, and lose their weight as evidence where it changed."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from shapely.geometry import box

from aqdaq.io.buildings import rasterize_buildings
from aqdaq.model.building import Building
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import SCHEMA, Measurements
from aqdaq.model.surface import Surface
from aqdaq.pipeline.dated import still_valid, surfaces_then

GRID = Grid("EPSG:32643", 650_000.0, 4_786_000.0, 10.0, 40, 40)
TODAY = dt.date(2027, 6, 2)
OLD = Building("old", box(650_050, 4_785_900, 650_070, 4_785_920), 9.0)
NEW = Building("new", box(650_200, 4_785_800, 650_220, 4_785_820), 60.0, built=dt.date(2027, 6, 1))


def today() -> Surface:
    above = rasterize_buildings((OLD, NEW), GRID)
    return Surface(GRID, TODAY, np.full(GRID.shape, 700.0, dtype=np.float32), above)


def measurements(*rows: tuple[float, float, str]) -> Measurements:
    return Measurements.filled(
        pd.DataFrame(
            [("f.csv", 2 + i, float(x), float(y), "c", "RSRP", -90.0, day) for i, (x, y, day) in enumerate(rows)],
            columns=list(SCHEMA)[:8],
        )
    )


def test_a_day_before_the_tower_has_its_own_surface() -> None:
    then = surfaces_then(today(), (OLD, NEW), ["2026-03-01", "2027-06-01", "", "2026-04-01"])
    assert sorted(then) == ["2026-03-01", "2026-04-01"]
    assert then["2026-03-01"] is then["2026-04-01"]
    assert then["2026-03-01"].above_ground_m.max() == 9.0
    assert today().above_ground_m.max() == 60.0


def test_evidence_ends_where_something_was_built() -> None:
    rows = measurements(
        (650_215, 4_785_840, "2026-03-01"),  # beside the tower, before it
        (650_215, 4_785_840, "2027-06-02"),  # beside the tower, after it
        (650_060, 4_785_940, "2026-03-01"),  # beside the old house
    )
    then = surfaces_then(today(), (OLD, NEW), rows.table["date"].unique())
    assert still_valid(rows, today(), then, within_m=50.0).tolist() == [False, True, True]
