"""Forecasts made by hand that together meet every branch of their page."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
from shapely.geometry import box

from aqdaq.analysis.construction.changes import KINDS
from aqdaq.model.development import Development
from aqdaq.model.floors import FloorBand
from aqdaq.model.foresight import (
    ChangeCause,
    DateFigures,
    ExposureFlag,
    FloorsAt,
    ForeseenMap,
    Foresight,
    LayerChange,
    LayerFigures,
    NewRoof,
    RoofReach,
    Shadow,
    SpotChange,
)
from aqdaq.model.grid import Grid
from aqdaq.report.foresee_content import ForeseeContent
from tests.unit import report_fixture as made

DAYS = (dt.date(2026, 6, 1), dt.date(2028, 6, 1), dt.date(2030, 6, 1))
GRID = Grid(made.CRS, 652_000.0, 4_783_000.0, 20.0, 40, 60)
TOWER = Development("T1", box(652_200, 4_782_500, 652_240, 4_782_540), 36.0, DAYS[1], DAYS[2], 12, residents=240.0)
BAND = FloorBand("T1", 1, 5, 7.5, "A/LTE", -101.0, 7.0, "A-1", {"kz-4g-outdoor": 0.6}, 100.0)


def figures(day: dt.date, *, people: float | None = 120.0) -> DateFigures:
    number = DAYS.index(day)
    return DateFigures(
        day, "kz-4g-outdoor", int(number == 0), int(number == 1), int(number == 2), 2, 30_000.0, people,
        None if people is None else 20.0, 1, 500.0, people, people, 240.0 * (number == 2), people,
        None if people is None else 40.0 * (number == 2), 140.0, 100.0, 0.0,
    )  # fmt: skip


def change(kind: str, causes: tuple[ChangeCause, ...] | None, **other: object) -> SpotChange:
    ground = box(652_100, 4_782_100, 652_200, 4_782_200)
    plain = SpotChange(
        "kz-4g-outdoor", DAYS[0], DAYS[1], kind, (f"WS-{kind}-1", f"WS-{kind}-2"), (f"WS-{kind}-3",), 10_000.0,
        15_000.0, 6_000.0, 1_000.0, 7_000.0, (LayerChange("A/LTE", 10_000.0, 15_000.0),), 80.0, 120.0, 40.0, ground,
        ground, causes,
    )  # fmt: skip
    return replace(plain, **other)  # type: ignore[arg-type]


CAUSES = (
    ChangeCause("development", "T1", 6_500.0, 0.93, 120.0),
    ChangeCause("cell", "A-1", 3_000.0, 0.43, 800.0),
    ChangeCause("developments", "T1;T2;T3;T4", 7_000.0, 1.0, 60.0),
)
REACH = tuple(RoofReach(f"WS-{n}", "kz-4g-outdoor", 10.0 * n, 5.0) for n in range(6))


def foresight() -> Foresight:
    """Return a forecast with all kinds of changes and causes."""
    told = ((CAUSES[0],), (CAUSES[1],), (CAUSES[2],), (), None)
    changes = [change(kind, told[n % len(told)]) for n, kind in enumerate(KINDS)]
    changes += [change("appeared", None, worse=None, people_after=1.0)] * 40
    return Foresight(
        name="Growth",
        dates=DAYS,
        skipped=(),
        definitions=("kz-4g-outdoor",),
        layers=("A/LTE",),
        figures=tuple(figures(day) for day in DAYS),
        layer_figures=(LayerFigures(DAYS[0], "kz-4g-outdoor", "A/LTE", 30_000.0, 120.0, 0.0),),
        changes=tuple(changes),
        floors=tuple(FloorsAt(day, "planned", replace(BAND, level_dbm=None)) for day in DAYS),
        shadows=(
            Shadow(DAYS[1], "T1", "A-1", "S1", "A/LTE", 30_000.0, 50.0, 9.0, 21.0),
            Shadow(DAYS[1], "", "A-1", "S1", "A/LTE", 400.0, 0.0, 4.0, 5.0),
        ),
        exposure=(ExposureFlag(DAYS[1], "T1", "S1", ("A-1",), 14.0, 27.0, 0.4, 0.1, 28.2),),
        roofs=(
            NewRoof("T1", DAYS[2], 36.0, 1600.0, REACH),
            NewRoof("T2", DAYS[2], 36.0, 1600.0, ()),
        ),
        notes=("something to know",),
    )  # fmt: skip


def bare() -> Foresight:
    """Return a forecast in which nothing happens, and where nobody knows the people."""
    return replace(
        foresight(),
        name="",
        figures=tuple(figures(day, people=None) for day in DAYS),
        changes=(change("unchanged", None),),
        floors=(),
        shadows=(),
        exposure=(),
        roofs=(),
        notes=(),
    )


def content(found: Foresight, *, synthetic: bool = False, grid: Grid = GRID) -> ForeseeContent:
    """Return a forecast as its page takes it."""
    states = ("planned", "works", "finished")
    classes = (np.arange(grid.rows * grid.cols, dtype=np.int64) % 5).reshape(grid.shape).astype(np.uint8)
    maps = tuple(
        ForeseenMap(day, "kz-4g-outdoor", classes, ((states[n], TOWER.footprint),), ((652_400.0, 4_782_600.0),))
        for n, day in enumerate(DAYS)
    )
    return ForeseeContent("Town", synthetic, "0", grid, (made.definition(),), (TOWER,), found, maps)


def every_forecast() -> list[ForeseeContent]:
    """Return contents that together ask for every message of the page."""
    wide = Grid(made.CRS, 652_000.0, 4_783_000.0, 200.0, 90, 60)
    return [content(foresight(), synthetic=True), content(bare()), content(foresight(), grid=wide)]
