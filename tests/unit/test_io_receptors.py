"""Receptors from a table: both kinds of place and height, and every row that cannot be one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aqdaq.base.errors import InputError
from aqdaq.io.receptors import NEGATIVE, NOT_A_NUMBER, NOT_ON_EARTH, read_receptors


def table(folder: Path, text: str) -> Path:
    path = folder / "r.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_metres_of_the_project(tmp_path: Path) -> None:
    found = read_receptors(table(tmp_path, "id,x,y,z\nwindow 1,652000.5,4782000,712.5\nb,1,2,3\n"))
    assert found.id == ("window 1", "b")
    assert found.place.tolist() == [[652000.5, 4782000.0], [1.0, 2.0]]
    assert found.height_m.tolist() == [712.5, 3.0]
    assert (found.geographic, found.above_ground) == (False, False)
    assert found.material == ("", "")
    assert found.row.tolist() == [2, 3]


def test_degrees_and_heights_above_the_ground(tmp_path: Path) -> None:
    found = read_receptors(table(tmp_path, "height_m,lat,lon,id,material,other\n1.5,43.2,76.9,a,brick,x\n"))
    assert found.place.tolist() == [[76.9, 43.2]]
    assert (found.geographic, found.above_ground) == (True, True)
    assert found.material == ("brick",)


@pytest.mark.parametrize(("head", "row"), [("id,x,y,height_m", "a,1,2,3"), ("id,lon,lat,z", "a,1,2,3")])
def test_kinds_of_place_and_height_may_be_joined(head: str, row: str, tmp_path: Path) -> None:
    assert len(read_receptors(table(tmp_path, f"{head}\n{row}\n"))) == 1


def test_bad_rows_are_kept_without_a_place_and_listed(tmp_path: Path) -> None:
    text = "id,lon,lat,height_m\na,76.9,43.2,1.5\nb,76.9,,1.5\nc,190,43,1.5\nd,76,43,-2\ne,76,43,nan\n"
    found = read_receptors(table(tmp_path, text))
    assert len(found) == 5
    assert np.isnan(found.height_m).tolist() == [False, True, True, True, True]
    assert np.isnan(found.place).all(axis=1).tolist() == [False, True, True, True, True]
    assert [(a.row, a.reason) for a in found.set_aside] == [
        (3, NOT_A_NUMBER), (4, NOT_ON_EARTH), (5, NEGATIVE), (6, NOT_A_NUMBER),
    ]  # fmt: skip
    assert found.set_aside[1].value == "190, 43, 1.5"


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("id,x,z", ["no columns of a place"]),
        ("id,x,y", ["no column of a height"]),
        ("id", ["no columns of a place", "no column of a height"]),
        ("id,x,y,lon,lat,z", ["places are given twice"]),
        ("id,x,y,z,height_m", ["heights are given twice"]),
        ("x,y,z", ["column 'id' is missing"]),
    ],
)
def test_columns_that_say_too_little_or_too_much(head: str, says: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError) as err:
        read_receptors(table(tmp_path, head + "\n" + ",".join("1" for _ in head.split(",")) + "\n"))
    for words in says:
        assert words in str(err.value)


def test_ids_name_one_receptor_each(tmp_path: Path) -> None:
    with pytest.raises(InputError) as err:
        read_receptors(table(tmp_path, "id,x,y,z\na,1,2,3\n,1,2,3\na,1,2,3\n"))
    assert [fault.where for fault in err.value.faults] == ["r.csv:3", "r.csv:4"]
    assert "'a' stands already" in str(err.value)
