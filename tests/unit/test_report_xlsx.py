"""The workbook: the same bytes whenever it is written, and text that stays text."""

from __future__ import annotations

import datetime as dt
import time
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from aqdaq.base.errors import OutputError
from aqdaq.report.tables import tables
from aqdaq.report.xlsx import write_workbook
from tests.unit import report_fixture as made


def test_two_writings_seconds_apart_have_the_same_bytes(tmp_path: Path) -> None:
    frames = tables(made.small_content())
    write_workbook(frames, tmp_path / "a.xlsx", title="Small Town", date=made.DATE)
    time.sleep(2.1)
    write_workbook(frames, tmp_path / "b.xlsx", title="Small Town", date=made.DATE)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        core = book.read("docProps/core.xml").decode()
    assert core.count("2026-03-01T00:00:00Z") == 2


def test_each_table_is_a_sheet_with_a_frozen_header(tmp_path: Path) -> None:
    frames = tables(made.small_content())
    write_workbook(frames, tmp_path / "t.xlsx", title="SYNTHETIC: Small Town", date=made.DATE)
    book = load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["contents", *frames]
    assert book["contents"]["A1"].value == "SYNTHETIC: Small Town"
    sheet = book["whitespots"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert [cell.value for cell in sheet[1]] == list(frames["whitespots"].columns)
    assert sheet["E2"].value == pytest.approx(8.64)
    assert sheet["B2"].value == 1
    assert book["calibration"]["F3"].value is True
    assert book.properties.created == dt.datetime(2026, 3, 1)  # noqa: DTZ001 - workbooks know no zone


def test_text_that_looks_like_a_formula_or_holds_control_characters_stays_text(tmp_path: Path) -> None:
    frame = pd.DataFrame({"value": ["=1+1", "a\x07b", None]})
    write_workbook({"odd": frame}, tmp_path / "t.xlsx", title="=2+2", date=made.DATE)
    book = load_workbook(tmp_path / "t.xlsx")
    assert book["odd"]["A2"].data_type == "s"
    assert [book["odd"][f"A{n}"].value for n in (2, 3, 4)] == ["=1+1", "a?b", None]
    assert book["contents"]["A1"].data_type == "s"


def test_rows_that_do_not_fit_are_counted_in_the_last_one(tmp_path: Path) -> None:
    frame = pd.DataFrame({"row": range(10)})
    write_workbook({"set_aside": frame}, tmp_path / "t.xlsx", title="t", date=made.DATE, max_rows=6)
    sheet = load_workbook(tmp_path / "t.xlsx")["set_aside"]
    assert sheet.max_row == 6
    assert [sheet[f"A{n}"].value for n in range(2, 6)] == [0, 1, 2, 3]
    assert sheet["A6"].value == "6 more rows do not fit in a sheet: they stand in set_aside.csv"


def test_a_workbook_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_workbook({}, tmp_path / "no" / "t.xlsx", title="t", date=made.DATE)
