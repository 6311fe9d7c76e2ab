"""CSV tables as columns of text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.tables import read_csv_columns, resolve_input, to_numbers


def table(tmp_path: Path, data: str | bytes) -> Path:
    path = tmp_path / "t.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def faults(path: Path, **options: object) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read_csv_columns(path, **options)  # type: ignore[arg-type]
    assert caught.value.exit_code == 3
    return caught.value.faults


def test_text_stays_text_and_rows_keep_their_number(tmp_path: Path) -> None:
    path = table(tmp_path, b'\xef\xbb\xbfid, v\r\n007, NA \r\n\r\n"a,b",\r\n')
    frame = read_csv_columns(path, required=["id"])
    assert frame.to_dict("list") == {"id": ["007", "a,b"], "v": ["NA", ""]}
    assert frame.index.tolist() == [2, 4]


def test_only_the_columns_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path, "a;b;c\n1;2;3\n")
    assert list(read_csv_columns(path, separator=";", required=["b"], optional=["c", "d"]).columns) == ["b", "c"]


@pytest.mark.parametrize("data", ["", "\n \n", "a,b\n", "a,b\n\n\n"])
def test_empty_file(tmp_path: Path, data: str) -> None:
    (fault,) = faults(table(tmp_path, data), required=["a"])
    assert "is empty" in fault.what
    assert fault.mend


def test_file_that_is_not_there(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path / "no.csv")
    assert "not there" in fault.what
    assert "no.csv" in fault.where


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path)
    assert "cannot be read" in fault.what


@pytest.mark.parametrize(
    ("data", "what", "where"),
    [
        ("a\nб\n".encode("cp1251"), "not UTF-8", "t.csv:2"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16", "t.csv"),
        (b"PK\x03\x04....", "workbook", "t.csv"),
        (b"a,b\n\x00,1\n", "zero bytes", "t.csv"),
    ],
)
def test_not_text(tmp_path: Path, data: bytes, what: str, where: str) -> None:
    (fault,) = faults(table(tmp_path, data))
    assert what in fault.what
    assert fault.where == where
    assert "UTF-8" in fault.mend


def test_missing_column_names_what_is_there(tmp_path: Path) -> None:
    first, second = faults(table(tmp_path, "Lat,lng\n1,2\n"), required=["lat", "level"])
    assert "'lat' is missing; there is Lat, lng" in first.what
    assert first.mend == "did you mean 'Lat'?"
    assert second.mend == "one of: Lat, lng"


def test_wrong_separator_is_seen(tmp_path: Path) -> None:
    (fault,) = faults(table(tmp_path, "lat;lon\n1;2\n"), required=["lat"])
    assert "';'" in fault.mend


def test_column_that_occurs_twice(tmp_path: Path) -> None:
    (fault,) = faults(table(tmp_path, "a,a\n1,2\n"), required=["a"])
    assert "occurs twice" in fault.what


def test_every_ragged_row_is_named(tmp_path: Path) -> None:
    path = table(tmp_path, "a,b\n1,2\n\n3\n4,5,6\n7,8\n")
    assert [f.where for f in faults(path)] == ["t.csv:4", "t.csv:5"]
    assert [f.what for f in faults(path)] == ["1 values, the header has 2", "3 values, the header has 2"]


def test_many_ragged_rows_are_counted(tmp_path: Path) -> None:
    found = faults(table(tmp_path, "a,b\n" + "1\n" * 1000))
    assert len(found) == 201
    assert found[-1].what == "800 more faults of the same kind"


@pytest.mark.parametrize("rows", ['1,"2\n3,4\n', '1,"2\n3,4\n5,"6\n', '1,"2\n' + "3,4\n" * 100_000])
def test_stray_quote_does_not_swallow_rows(tmp_path: Path, rows: str) -> None:
    (fault,) = faults(table(tmp_path, f"a,b\n0,0\n{rows}"))
    assert fault.where == "t.csv:3"
    assert "quote" in fault.what


def test_quotes_that_are_closed_are_no_fault(tmp_path: Path) -> None:
    path = table(tmp_path, 'a,b\n"two\nlines",5" mast\n3,"say ""so"""\n')
    frame = read_csv_columns(path)
    assert frame["a"].tolist() == ["two\nlines", "3"]
    assert frame["b"].tolist() == ['5" mast', 'say "so"']


def test_bare_header_of_blanks(tmp_path: Path) -> None:
    (fault,) = faults(table(tmp_path, ",,\n1,2,3\n"))
    assert "header is empty" in fault.what


cells_of_text = st.text(alphabet="aé1.,;\"' \n-", max_size=6)


@given(st.lists(st.lists(cells_of_text, min_size=3, max_size=3), min_size=1, max_size=20))
def test_reads_what_the_standard_writer_wrote(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([["a", "b", "c"], *rows])
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(out.getvalue().encode())
    kept = {n: [v.strip() for v in row] for n, row in enumerate(rows, start=2) if any(v.strip() for v in row)}
    if not kept:
        assert "is empty" in faults(path)[0].what
        return
    frame = read_csv_columns(path)
    assert dict(zip(frame.index, frame.to_numpy().tolist(), strict=True)) == kept


@pytest.mark.parametrize(
    ("decimal", "expected"), [(".", [-95.5, np.nan, 1e3, np.nan]), (",", [np.nan, -95.5, 1e3, np.nan])]
)
def test_numbers_never_guess_the_decimal_mark(decimal: str, expected: list[float]) -> None:
    texts = pd.Series(["-95.5", "-95,5", "1e3", "1.234,5"], dtype="str")
    np.testing.assert_array_equal(to_numbers(texts, decimal), expected)


@given(st.lists(st.sampled_from(["", "nan", "inf", "-inf", "1_0", "0x1", "True", "x", "1 2", "7", "-7.25", "+.5e1"])))
def test_numbers_are_finite_or_nan(texts: list[str]) -> None:
    numbers = to_numbers(pd.Series(texts, dtype="str"))
    good = {"7": 7.0, "-7.25": -7.25, "+.5e1": 5.0}
    np.testing.assert_array_equal(numbers, [good.get(text, np.nan) for text in texts])


def test_inputs_lie_in_the_project_folder(tmp_path: Path) -> None:
    assert resolve_input(tmp_path, "data/a.csv") == tmp_path / "data" / "a.csv"
    assert resolve_input(tmp_path, str(tmp_path / "b.csv")) == tmp_path / "b.csv"


def test_reference_data_by_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AQDAQ_REFERENCE_DATA", "/ref")
    assert resolve_input(tmp_path, "$AQDAQ_REFERENCE_DATA/x/a.csv") == Path("/ref/x/a.csv")
    monkeypatch.delenv("AQDAQ_REFERENCE_DATA")
    with pytest.raises(InputError, match="AQDAQ_REFERENCE_DATA is not set"):
        resolve_input(tmp_path, "$AQDAQ_REFERENCE_DATA/x/a.csv")
    with pytest.raises(InputError, match=r"\$HOME is not expanded"):
        resolve_input(tmp_path, "$HOME/a.csv")
