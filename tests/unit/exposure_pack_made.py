"""A small evidence pack made by hand: a tower with flats, a school, one place in the open."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import numpy as np
from shapely.geometry import box

from aqdaq.model.exposure_limit import ExposureLimit
from aqdaq.model.measurements import SetAside
from aqdaq.model.receptor import Receptors
from aqdaq.model.results import Assumption
from aqdaq.report.exposure_content import (
    Antenna,
    Block,
    HandsetRow,
    HandsetTerms,
    MeasuredRow,
    Pack,
    Section,
    State,
    ZoneFigures,
)
from tests.unit.exposure_made import limit

DAY = dt.date(2026, 6, 1)
#: id, kind, building, floor, facade, flat, ratio to the first limit before and after.
PLACES = (
    ("T/1/1", "facade", "T", 1, 0.0, "", 0.01, 0.20),
    ("T/1/2", "facade", "T", 1, 90.0, "", 0.01, 0.04),
    ("T/2/1", "window", "T", 2, 0.0, "12", 0.02, 0.30),
    ("T/2/2", "window", "T", 2, 0.0, "12", 0.02, 0.40),
    ("T/2/3", "window", "T", 2, 0.0, "9", 0.02, 0.10),
    ("T/roof/1", "roof", "T", 0, math.nan, "", 0.05, 0.50),
    ("S/school/1", "school", "S", 0, math.nan, "", 0.001, 0.002),
    ("yard:5/5", "yard", "", 0, math.nan, "", 0.001, 0.003),
)


def verified(name: str, **changes: Any) -> ExposureLimit:
    """Return a shipped limit as if its text had been read."""
    return replace(limit(name), verified=True, **changes)


TERMS = HandsetTerms(
    -80.0, 0.8, 10, 23.0, -40.0, 17.0, (), ("p0_dbm", "alpha", "blocks"), closed=("A/GSM",), others=("B/LTE", "C/NR")
)


def receptors() -> Receptors:
    """Return the places."""
    n = len(PLACES)
    columns = list(zip(*PLACES, strict=True))
    at = np.column_stack([10.0 * np.arange(n), np.full(n, 50.0), np.full(n, 4.5)])
    return Receptors(
        columns[0], columns[1], at, np.full(n, 4.5), columns[2], np.zeros(n, dtype=np.bool_),
        np.array(columns[3], dtype=np.int64), np.array(columns[4], dtype=np.float64), columns[5], np.full(n, np.nan),
    )  # fmt: skip


def state(column: int, limits: int, *, actual: float = 0.5) -> State:
    """Return what a column of ``PLACES`` says: the first limit is 0.1 W/m2, every further one ten times as much."""
    first = np.array([row[column] for row in PLACES], dtype=np.float64)
    ratio = np.stack([first / 10.0**n for n in range(limits)])
    return State(
        np.stack([0.1 * first, 0.1 * first * actual]), np.stack([ratio, ratio * actual]), ("C-1",) * len(first),
        np.full(len(first), 0.75),
    )  # fmt: skip


def pack(*limits: ExposureLimit, **changes: Any) -> Pack:
    """Return the pack; further arguments replace its fields."""
    limits = limits or (verified("kz"), limit("icnirp2020"))
    antenna = Antenna(
        "C-1", "C", "A", "LTE", 1815.0, 1000.0, 0.5, 120.0, 4.0, 30.0, 730.0, 40.0, 40.0, 65.0, 8.0,
        candidate=True, on_air=dt.date(2027, 5, 1),
    )  # fmt: skip
    grid = np.linspace(-30.0, 30.0, 7)
    ratio = np.full((7, 7), 0.2)
    ratio[3, 3] = 2.0
    known: dict[str, Any] = {
        "project": "Town", "synthetic": True, "version": "0", "crs": "EPSG:32643", "date": DAY, "candidate": "C",
        "origin": "table", "place_m": (40.0, 40.0), "foot_m": 700.0, "within_m": 100.0, "line_of_sight": False,
        "reflection": 2.56, "near_field": True, "limits": limits, "strictest": 0, "receptors": receptors(),
        "existing": state(6, len(limits)), "proposed": state(7, len(limits)),
        "blocks": (
            Block("T", box(0, 0, 20, 20), 6.0, 2, "residential", planned=False),
            Block("S", box(60, 60, 80, 90), None, None, "school", planned=True),
        ),
        "chosen": ("T",), "antennas": (antenna, replace(antenna, cell="B-1", site="B", candidate=False, on_air=None)),
        "without_height": (), "without_ground": (), "left_out": (),
        "assumed": (Assumption("load", "1", "2 cells", "maxima are those of full load"),),
        "zones": (ZoneFigures(limits[0].id, 16.0, 28.0, 31.0, 8.0, (("T", 28.0, 29.0, False),)),),
        "sections": (
            Section("horizontal", 30.0, grid, grid, ratio, np.zeros(0)),
            Section("ground", 2.0, grid, grid, ratio, np.zeros(0)),
            Section("vertical", 120.0, grid, grid + 30.0, ratio, np.zeros(7)),
            *(Section("level", height, grid, grid, ratio, np.zeros(0)) for height in (26.0, 29.0, 32.0, 35.0, 38.0)),
        ),
        "zone_step_m": 2.0,
    }  # fmt: skip
    return Pack(**{**known, **changes})


#: Every reason, kind and assumption that a pack can hold, so that every word is said by one of them.
def every_pack() -> list[Pack]:
    """Return packs that together use every message."""
    ids = ("kz", "ru", "icnirp2020", "icnirp1998", "eu1999", "it", "ch", "brussels", "in", "cn", "fcc", "ca")
    items = (
        ("EIRP of all ports", "1"), ("EIRP", "1"), ("unit of the antenna gain", "dBd"), ("antenna pattern", "x"),
        ("TDD duty", "1"), ("load", "1"), ("reflection factor", "1"), ("length of panels", "x"),
        ("ground height", "0 m"), ("height of a floor", "3 m"), ("ground", "25 m around"), ("floors", "height / 3 m"),
        ("a thing of tomorrow", "7"),
    )  # fmt: skip
    reasons = (
        Assumption("factor of adaptive antennas", "0.4 from 8, 0.2 from 16", "3 cells", "x, NOT VERIFIED: unread"),
        Assumption("factor of adaptive antennas", "0.4 from 8", "3 cells", "x"),
        Assumption("attenuation by buildings", "0 dB", "3 of 5 buildings", "their material is not known"),
        Assumption("attenuation by buildings", "0 dB", "3 of 5 buildings", "their height is not known"),
        Assumption("floors", "height / 3 m", "3 of 5 buildings", "the floors given would not be 2.2 to 6 m high"),
    )
    assumed = (*(Assumption(item, value, "3 of 5 buildings", "because") for item, value in items), *reasons)
    over = replace(state(7, 2), ratio=4.0 * state(7, 2).ratio)
    far_over = replace(state(7, 1), ratio=600.0 * state(7, 1).ratio)
    hole = state(7, 2)
    hole.s_w_m2[:, 5] = np.nan
    hole.ratio[:, :, 5] = np.nan
    hole.ratio[:, 1, 0] = np.nan
    past = {"expired": True, "valid_to": dt.date(2025, 1, 1)}
    kinds = ("facade", "window", "balcony", "roof", "yard", "school", "hospital", "given")
    all_kinds = replace(
        receptors(), kind=kinds, building=tuple("ABCDEFGH"), flat=("",) * 8, floor=np.zeros(8, dtype=np.int64),
        facade_deg=np.full(8, np.nan),
    )  # fmt: skip
    around = replace(
        receptors(), building=("T",) * 8, flat=("",) * 8, floor=np.ones(8, dtype=np.int64),
        facade_deg=45.0 * np.arange(8.0),
    )  # fmt: skip
    beside = {
        "measured": (
            MeasuredRow(
                "m1", "2026-05-01", "before", "broadband", 1.0, 0.7, 1.4, below=False, computed_v_m=2.0, actual_v_m=1.0
            ),
            MeasuredRow(
                "m2", "2026-05-01", "after", "selective", 0.1, 0.0, 0.1, below=True, computed_v_m=None, actual_v_m=None
            ),
        ),
        "handset": (
            HandsetRow("T", "A/LTE", 12.0, 3.0, 6, 1, 1),
            HandsetRow("T", "A/NR", 0.0, 3.0, 0, 2, 2, 4),
            HandsetRow("S", "A/NR", 3.0, 3.0, 0, 8),
            HandsetRow("S", "A/LTE", None, 3.0, unknown=8),
        ),
        "handset_terms": TERMS,
        "set_aside": (SetAside("windows.csv", 3, "unknown building", "X"),),
    }
    flat = np.full((7, 7), 0.2)
    wide = Antenna(
        "C-2",
        "C",
        "A",
        "NR",
        100.0,
        1.0,
        1.0,
        0.0,
        0.0,
        30.0,
        730.0,
        40.0,
        40.0,
        None,
        8.0,
        candidate=True,
        on_air=None,
    )
    return [
        pack(*(limit(name) for name in ids), assumed=assumed, line_of_sight=True, **beside),
        pack(
            proposed=over, origin="planned", near_field=False, assumed=(),
            handset=(HandsetRow("T", "A/LTE", 12.0, 3.0),),
            handset_terms=replace(TERMS, entry_db=(12.0, 18.5), closed=(), others=()),
        ),
        pack(limit("kz"), limit("it"), proposed=over, receptors=around, strictest=0),
        pack(
            verified("it", **past), replace(limit("kz"), **past), existing=hole, proposed=hole, origin="on_air",
            without_height=("S",), without_ground=("yards", "X"), left_out=("Z-1",),
        ),
        pack(verified("it"), verified("kz"), proposed=hole, within_m=5.0),
        pack(reflection=1.0),
        pack(verified("kz"), receptors=replace(all_kinds, people=np.ones(8)), proposed=far_over, own=state(7, 1)),
        pack(
            verified("kz"), receptors=all_kinds, existing=state(6, 1, actual=1.0), proposed=state(7, 1, actual=1.0),
            chosen=tuple("ABCDEFGH"),
        ),
        pack(
            antennas=(wide, replace(wide, cell="C-3", vertical_beamwidth_deg=None, eirp_assumed=True)),
            chosen=("S", "none"),
            zones=(ZoneFigures("kz", None, None, None, None, ()), ZoneFigures("icnirp2020", 0.0, None, None, 0.0, ())),
            sections=(Section("horizontal", 30.0, np.linspace(-3, 3, 7), np.linspace(-3, 3, 7), flat, np.zeros(0)),),
        ),
        _empty(),
    ]  # fmt: skip


def _empty() -> Pack:
    none = np.zeros(0)
    nothing = Receptors(
        (), (), np.zeros((0, 3)), none, (), np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.int64), none, (), none
    )
    bare = State(np.zeros((2, 0)), np.zeros((2, 1, 0)), (), none)
    known = verified("kz", valid_to=dt.date(2030, 1, 1))
    return pack(known, receptors=nothing, existing=bare, proposed=bare, chosen=(), blocks=(), zones=(), sections=())
