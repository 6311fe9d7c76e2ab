"""The tables: stable names, totals that reconcile, and the same bytes each time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from aqdaq.base.errors import OutputError
from aqdaq.report.districts import OUTSIDE, district_shares
from aqdaq.report.tables import fixed_text, tables, write_tables
from tests.unit import report_fixture as made

NAMES = [
    "whitespots",
    "whitespot_layers",
    "causes",
    "cause_shares",
    "small_areas",
    "overlap",
    "overlap_links",
    "levels",
    "sinr",
    "evidence",
    "probability",
    "models",
    "unknown",
    "districts",
    "calibration",
    "validation",
    "validation_levels",
    "validation_definitions",
    "reliability",
    "validation_pit",
    "model_card",
    "suspects",
    "screening",
    "device_offsets",
    "assumptions",
    "set_aside_by_reason",
    "set_aside",
    "definitions",
]


def test_names_and_columns_are_the_same_with_and_without_rows() -> None:
    full = tables(made.small_content())
    empty = tables(
        made.small_content(whitespots={}, districts=None, fits=(), set_aside=(), assumptions=(), coverage=())
    )
    assert list(full) == list(empty) == NAMES
    for name in NAMES:
        assert list(full[name].columns) == list(empty[name].columns)
    assert len(full["whitespots"]) == 3
    assert len(full["whitespot_layers"]) == 4
    assert empty["whitespots"].empty


def test_a_synthetic_project_says_so_in_every_table_and_another_does_not() -> None:
    for frame in tables(made.small_content()).values():
        assert (frame["synthetic"] == "SYNTHETIC").all()
    for frame in tables(made.small_content(config=made.config(synthetic=False))).values():
        assert "synthetic" not in frame.columns


@pytest.mark.parametrize("name", ["levels", "sinr", "evidence"])
def test_classes_cover_the_grid_and_the_people_once(name: str) -> None:
    content = made.small_content()
    frame = tables(content)[name]
    assert content.people is not None
    for _, rows in frame.groupby("layer"):
        assert rows["area_ha"].sum() == pytest.approx(50 * 60 * 400 / 1e4)
        assert rows["area_percent"].sum() == pytest.approx(100.0)
        assert rows["people"].sum() == pytest.approx(float(content.people.sum()))


def test_the_unknown_is_a_class_of_its_own() -> None:
    frame = tables(made.small_content())["levels"]
    unknown = frame[(frame["class"] == "unknown") & (frame["layer"] == "A/LTE")].iloc[0]
    assert unknown["area_ha"] == pytest.approx(5 * 10 * 400 / 1e4)
    assert np.isnan(unknown["from_dbm"])
    assert np.isnan(unknown["to_dbm"])


def test_a_level_at_the_threshold_is_not_below_it() -> None:
    content = made.small_content()
    layer = content.coverage[0]
    layer.mean_dbm[:] = np.float32(-110.0)
    layer.evidence[:] = 1
    frame = tables(content)["levels"]
    row = frame[(frame["layer"] == "A/LTE") & (frame["area_ha"] > 0)]
    assert row["from_dbm"].tolist() == [-110.0]


def test_districts_add_up_to_the_white_spots() -> None:
    content = made.small_content()
    made_tables = tables(content)
    spots, districts = made_tables["whitespots"], made_tables["districts"]
    assert districts["district"].tolist() == ["North", "South", OUTSIDE]
    assert districts["area_ha"].sum() == pytest.approx(spots["area_ha"].sum())
    assert districts["people"].sum() == pytest.approx(spots["people"].sum())
    assert districts["district_area_ha"].sum() == pytest.approx(120.0)
    # The second spot lies half in the north, half outside; the third outside.
    assert districts["whitespots"].tolist() == [1, 1, 2]
    assert districts["area_ha"].tolist() == pytest.approx([1.6, 8.64, 3.2])


def test_districts_add_up_when_they_overlap_or_nobody_lives_there() -> None:
    content = made.small_content()
    everything = box(*content.grid.bounds_m)
    twice = gpd.GeoDataFrame({"name": ["A", "B"]}, geometry=[everything, everything], crs=made.CRS)
    empty = np.zeros(content.grid.shape, dtype=np.float32)
    spots = tuple(made.spot(content.grid, n, (n, n + 3, 5, 9), empty, people=12.0) for n in (1, 10))
    shares = district_shares(
        made.small_content(districts=twice, people=empty, whitespots={"kz-4g-outdoor": spots}), "kz-4g-outdoor"
    )
    assert [share.people for share in shares] == pytest.approx([24.0, 0.0, 0.0])
    assert [share.whitespots for share in shares] == [2, 0, 0]


def test_people_whom_nobody_knows_are_missing_numbers() -> None:
    frames = tables(made.small_content(knows_people=False))
    for name in ("whitespots", "levels", "evidence", "districts"):
        assert frames[name]["people"].isna().all()
        assert frames[name]["people"].dtype == "float64"


def test_rows_set_aside_are_counted_by_reason_and_all_listed() -> None:
    frames = tables(made.small_content())
    by_reason = frames["set_aside_by_reason"]
    assert by_reason["reason"].tolist() == ["outside the grid", "level is impossible"]
    assert by_reason["rows"].sum() == len(frames["set_aside"]) == 4
    assert by_reason["first_examples"].iloc[0] == "drive.csv:5 (76.1, 43.0); drive.csv:9 (76.2, 43.0); drive.csv:30"


def test_csv_is_fixed_text_and_the_same_each_time(tmp_path: Path) -> None:
    first = write_tables(tables(made.small_content()), tmp_path / "a")
    second = write_tables(tables(made.small_content()), tmp_path / "b")
    assert [path.name for path in first] == [f"{name}.csv" for name in NAMES]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    lines = (tmp_path / "a" / "whitespots.csv").read_text(encoding="utf-8").split("\n")
    assert lines[1].startswith("kz-4g-outdoor,1,WS-0001,total,8.6400,4.3200,252.00,126.00,people,A/LTE; B/LTE,6.00")
    assert b"\r" not in first[0].read_bytes()
    back = pd.read_csv(first[0])
    assert back["people"].sum() == pytest.approx(tables(made.small_content())["whitespots"]["people"].sum())


def test_fixed_text_knows_minus_zero_missing_and_truth() -> None:
    assert fixed_text(pd.Series([-0.0001, np.nan], name="bias_db")) == ["0.00", ""]
    assert fixed_text(pd.Series([True, False], name="pooled")) == ["true", "false"]
    assert fixed_text(pd.Series([3, 4], name="rank")) == ["3", "4"]
    assert fixed_text(pd.Series(["a", None], name="district")) == ["a", ""]


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        write_tables(tables(made.small_content()), tmp_path / "file")


def test_tables_do_not_load_the_drawing_library() -> None:
    code = "import sys, aqdaq.report.tables, aqdaq.report.xlsx; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
