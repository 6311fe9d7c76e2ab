"""A plan in words and as files: synthetic is said everywhere, an empty plan is a plan, why it ends is a sentence."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from aqdaq.analysis.measure_next.spread import FieldSpread
from aqdaq.base.errors import ExistsError, OutputError, UsageError
from aqdaq.pipeline.measure_files import FILES, claim, summary, track_xy_m, write_plan
from aqdaq.pipeline.measure_plan import LayerGain, Leg, MeasurePlan, MeasureWish, PlannedPoint
from aqdaq.pipeline.measure_words import stop_words, words

CRS = "EPSG:32643"
A = np.array([[652_000.0, 4_782_000.0], [652_100.0, 4_782_000.0]])
B = np.array([[652_100.0, 4_782_000.0], [652_100.0, 4_782_050.0], [652_100.0, 4_782_100.0]])

PLAN = MeasurePlan(
    kind="route",
    run_id="0123456789abcdef",
    date=dt.date(2026, 6, 1),
    synthetic=True,
    definition="kz-4g-outdoor",
    unit="people",
    crs=CRS,
    geographic_crs="EPSG:4326",
    layers=(LayerGain("A/LTE", 1000.0, 900.0), LayerGain("B/LTE", 500.0, 450.0)),
    length_m=300.0,
    legs=(Leg(A, "First", 0.0, 100.0), Leg(B, "", 100.0, 50.0), Leg(B[::-1], "", 200.0, 0.0)),
    points=(),
    stop="length",
    next_gain=None,
    spread=FieldSpread(6.0, 60.0, 3.0),
    notes=("something was assumed",),
)
NOTHING = replace(PLAN, layers=(LayerGain("A/LTE", 0.0, 0.0),), length_m=0.0, legs=(), stop="nothing")


def test_in_words() -> None:
    said = list(words(PLAN))
    assert said[0].startswith("SYNTHETIC")
    assert said[1] == "Drive of 0.3 km in 3 pieces of street, under kz-4g-outdoor."
    assert "1,500 people now, 1,350 afterwards: 150 fewer (10.0%)" in said[2]
    assert said[-1] == "note: something was assumed"
    assert "SYNTHETIC" not in "".join(words(replace(PLAN, synthetic=False)))
    assert "m2 (nobody knows the people)" in "".join(words(replace(PLAN, unit="m2")))


@pytest.mark.parametrize("stop", ["length", "points", "nothing"])
def test_why_it_ends(stop: str) -> None:
    assert stop_words(replace(PLAN, stop=stop)).startswith("no more: ")


@pytest.mark.parametrize(("kind", "word"), [("route", "kilometre"), ("points", "point")])
def test_it_is_not_worth_more(kind: str, word: str) -> None:
    plan = replace(PLAN, kind=kind, stop="gain", next_gain=12.34)
    assert stop_words(plan) == f"the next {word} would gain 12.3 people, less than was asked for"


def test_the_track_goes_through_all_legs_in_order() -> None:
    track = track_xy_m(PLAN)
    assert len(track) == 6
    assert track[0] == pytest.approx(A[0])
    assert track[-1] == pytest.approx(B[0])
    assert np.hypot(*np.diff(track, axis=0).T).sum() == pytest.approx(300.0)


def test_files_of_a_drive_of_points_and_of_nothing(tmp_path: Path) -> None:
    points = (PlannedPoint(652_000.0, 4_782_000.0, 1, 100.0), PlannedPoint(652_200.0, 4_782_000.0, 2, 50.0))
    for name, plan, features in (
        ("drive", PLAN, 4),
        ("points", replace(PLAN, kind="points", legs=(), points=points), 2),
        ("nothing", NOTHING, 0),
    ):
        written = write_plan(plan, tmp_path / name)
        assert [path.name for path in written] == list(FILES)
        found = json.loads((tmp_path / name / "measure.geojson").read_text(encoding="utf-8"))
        assert len(found["features"]) == features
        assert all(f["properties"]["synthetic"] is True for f in found["features"])
        assert "SYNTHETIC" in (tmp_path / name / "measure.gpx").read_text(encoding="utf-8")
        assert json.loads((tmp_path / name / "measure.json").read_text(encoding="utf-8")) == summary(plan)
    frame = gpd.read_file(tmp_path / "points" / "measure.geojson").to_crs(CRS)
    assert frame.geometry.iloc[1].x == pytest.approx(652_200.0, abs=0.05)


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ExistsError, match="is a file"):
        claim(tmp_path / "file", overwrite=True)
    with pytest.raises(OutputError, match="cannot be made"):
        write_plan(PLAN, tmp_path / "file" / "below")
    claim(tmp_path / "new", overwrite=False)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"length_m": 0.0},
        {"length_m": float("inf")},
        {"points": 0},
        {"length_m": 1.0, "least_gain": float("nan")},
        {"points": 3, "apart_m": -1.0},
    ],
)
def test_what_cannot_be_wished_for(wish: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        MeasureWish(**wish)  # type: ignore[arg-type]
