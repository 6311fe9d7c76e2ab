"""Points at which a prediction is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.base.errors import InputError
from aqdaq.io.points import read_points


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "points.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_points_with_and_without_cell(tmp_path: Path) -> None:
    points = read_points(write(tmp_path, "id,lon,lat,cell\n9,76.9,43.2,A1\n8,77,43.25,\n"))
    assert points.row.tolist() == [1, 2]
    assert points.lon.tolist() == [76.9, 77.0]
    assert points.lat.tolist() == [43.2, 43.25]
    assert points.cell == ("A1", None)
    assert points.set_aside == ()
    assert read_points(write(tmp_path, "lat,lon\n43,76\n")).cell == (None,)


def test_bad_rows_stay_without_a_position(tmp_path: Path) -> None:
    points = read_points(write(tmp_path, "lon,lat\n76.9,43.2\nx,43.2\n76.9,\n43.2,176.9\n181,0\n"))
    assert points.row.tolist() == [1, 2, 3, 4, 5]
    assert np.isnan(points.lon).tolist() == [False, True, True, True, True]
    assert np.isnan(points.lat).tolist() == [False, True, True, True, True]
    assert [(s.row, s.reason.split()[0], s.value) for s in points.set_aside] == [
        (3, "not", "x, 43.2"),
        (4, "not", "76.9, "),
        (5, "longitude", "43.2, 176.9"),
        (6, "longitude", "181, 0"),
    ]


def test_missing_column(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'lat' is missing"):
        read_points(write(tmp_path, "lon,latitude\n1,2\n"))


def test_empty_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is empty"):
        read_points(write(tmp_path, ""))


@given(st.lists(st.tuples(*[st.sampled_from(["1", "91", "181", "-5.5", "nan", "x"])] * 2), min_size=1))
def test_every_row_has_an_answer(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    path = write(tmp_path_factory.mktemp("p"), "lon,lat\n" + "".join(f"{a},{b}\n" for a, b in rows))
    points = read_points(path)
    assert points.row.tolist() == list(range(1, len(rows) + 1))
    assert int(np.isnan(points.lon).sum()) == len(points.set_aside)
    np.testing.assert_array_equal(np.isnan(points.lon), np.isnan(points.lat))


def test_separators_alone_are_a_row_and_an_empty_line_is_none(tmp_path: Path) -> None:
    points = read_points(write(tmp_path, "lon,lat,cell\n76.905,43.2,C1\n\n,,\n76.905,43.2,C2\n"))
    assert points.row.tolist() == [1, 2, 3]
    assert np.isnan(points.lon).tolist() == [False, True, False]
    assert points.cell == ("C1", None, "C2")
    assert [(aside.row, aside.reason) for aside in points.set_aside] == [(4, "not a number")]
