"""Drive-test tables: every row is used or set aside, and no file fault passes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.levels import ASU, floor_dbm, to_dbm
from aqdaq.io.measurements import REASONS, MeasurementsRead, measured_places, read_measurements
from aqdaq.model.grid import Grid
from aqdaq.model.network import Cell, Layer
from aqdaq.model.project import MeasurementSource

GRID = Grid.from_bounds("EPSG:32643", (650_000.0, 4_780_000.0, 660_000.0, 4_790_000.0), 10.0)
HERE = "43.20,76.90"
LONG = "lat,lon,cell,level_dbm\n"


def cell(cell_id: str, technology: str = "LTE") -> Cell:
    return Cell(cell_id, "S1", Layer("A", technology), 1815.0, 20.0, 0.0, 4.0, 30.0, 60.0)


CELLS = (cell("A1"), cell("A2"), cell("G1", "GSM"))


def source(**more: Any) -> MeasurementSource:
    return MeasurementSource.model_validate({"file": "m.csv", **more})


def read(tmp_path: Path, text: str, **more: Any) -> MeasurementsRead:
    (tmp_path / "m.csv").write_text(text, encoding="utf-8")
    got = read_measurements(source(**more), tmp_path, grid=GRID, cells=CELLS)
    assert got.rows_read == len(got.measurements) + len(got.set_aside) + len(got.silent)
    assert sum(got.counts.values()) == len(got.set_aside)
    assert list(got.counts) == list(REASONS)
    return got


def faults(tmp_path: Path, text: str, **more: Any) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text, **more)
    assert caught.value.exit_code == 3
    assert all(fault.mend for fault in caught.value.faults)
    return caught.value.faults


def test_long_table(tmp_path: Path) -> None:
    got = read(tmp_path, f"{LONG}{HERE},A1,-90.5\n43.21,76.91,A2,-100\n")
    table = got.measurements.table
    assert table[["source", "row", "cell", "quantity", "level_dbm"]].to_numpy().tolist() == [
        ["m.csv", 2, "A1", "RSRP", -90.5],
        ["m.csv", 3, "A2", "RSRP", -100.0],
    ]
    assert table["x_m"].between(650_000, 660_000).all()
    assert table["y_m"].between(4_780_000, 4_790_000).all()


def test_mapping_separator_and_decimal_comma(tmp_path: Path) -> None:
    text = "Breite;Länge;Zelle;Pegel\n43,20;76,90;A1;-90,5\n43.20;76.90;A1;-90.5\n"
    got = read(
        tmp_path, text, separator=";", decimal=",", lat_column="Breite", lon_column="Länge", cell_column="Zelle",
        level_column="Pegel",
    )  # fmt: skip
    assert got.measurements.table["level_dbm"].tolist() == [-90.5]
    assert got.counts["no position"] == 1


def test_wide_table_row_by_row(tmp_path: Path) -> None:
    text = f"lat,lon,x,y\n{HERE},-90,-95\n{HERE},,-99\n{HERE},NaN,-160.5\n"
    got = read(tmp_path, text, format="wide", cells={"y": "A2", "x": "A1"})
    table = got.measurements.table
    assert table[["row", "cell", "level_dbm"]].to_numpy().tolist() == [
        [2, "A2", -95.0],
        [2, "A1", -90.0],
        [3, "A2", -99.0],
    ]
    assert [(s.row, s.reason, s.value) for s in got.set_aside] == [
        (4, "impossible level", "-160.5"),
        (4, "not a number", "NaN"),
    ]
    assert (got.rows_read, got.empty) == (5, 1)


@pytest.mark.parametrize(
    ("row", "reason", "value"),
    [
        ("53.2,76.9,A1,-90", "outside the grid", "53.2, 76.9"),
        ("0,0,A1,-90", "outside the grid", "0, 0"),
        ("143.2,76.9,A1,-90", "outside the grid", "143.2, 76.9"),
        (",76.9,A1,-90", "no position", ", 76.9"),
        ("nan,nan,A1,-90", "no position", "nan, nan"),
        (f"{HERE},B7,-90", "unknown cell", "B7"),
        (f"{HERE},,-90", "unknown cell", ""),
        (f"{HERE},A1,loud", "not a number", "loud"),
        (f"{HERE},A1,NaN", "not a number", "NaN"),
        (f"{HERE},A1,inf", "not a number", "inf"),
        (f"{HERE},A1,", "not a number", ""),
        (f"{HERE},A1,-19.9", "impossible level", "-19.9"),
        (f"{HERE},A1,-160.1", "impossible level", "-160.1"),
        (f"{HERE},G1,-90", "quantity does not fit the cell", "RSRP of cell G1"),
    ],
)
def test_bad_row_is_set_aside(tmp_path: Path, row: str, reason: str, value: str) -> None:
    got = read(tmp_path, f"{LONG}{HERE},A1,-90\n{row}\n{HERE},A2,-20\n", receiver_floor_dbm=-125.0)
    assert len(got.measurements) == 2
    (aside,) = got.set_aside
    assert (aside.source, aside.row, aside.reason, aside.value) == ("m.csv", 3, reason, value)
    assert got.counts[reason] == 1


def test_blank_lines_do_not_move_the_row_numbers(tmp_path: Path) -> None:
    got = read(tmp_path, f"{LONG}\n{HERE},A1,-90\n\n{HERE},B7,-90\n")
    assert got.measurements.table["row"].tolist() == [3]
    assert [s.row for s in got.set_aside] == [5]


def test_no_row_left_is_an_empty_table(tmp_path: Path) -> None:
    got = read(tmp_path, f"{LONG}{HERE},B7,-90\n")
    assert len(got.measurements) == 0
    assert len(got.set_aside) == 1


def test_projected_coordinates(tmp_path: Path) -> None:
    got = read(tmp_path, f"{LONG}4785000,655000,A1,-90\n", crs="EPSG:32643")
    assert got.measurements.table[["x_m", "y_m"]].to_numpy().tolist() == [[655_000.0, 4_785_000.0]]


@pytest.mark.parametrize(
    ("quantity", "unit", "value", "level_dbm"),
    [
        ("RSRP", "dBW", -120.0, -90.0),
        ("RSRP", "ASU", 50.0, -90.0),
        ("RSCP", "ASU", 30.0, -90.0),
        ("RxLev", "ASU", 10.0, -93.0),
        ("RSSI", "dBm", -90.0, -90.0),
        ("RxLev", "ASU", 99.0, np.inf),
        ("RSRP", "ASU", 255.0, np.inf),
        ("RSCP", "ASU", -1.0, np.inf),
    ],
)
def test_units(quantity: str, unit: str, value: float, level_dbm: float) -> None:
    assert to_dbm(np.array([value]), quantity, unit)[0] == level_dbm


def test_open_end_of_asu_is_the_floor() -> None:
    for quantity, scale in ASU.items():
        assert floor_dbm(None, quantity, "ASU") == to_dbm(np.zeros(1), quantity, "ASU")[0] == scale.zero_dbm
    assert floor_dbm(-110.0, "RxLev", "ASU") == -110.0
    assert floor_dbm(None, "RxLev", "dBm") == -np.inf


def test_asu_in_a_table(tmp_path: Path) -> None:
    got = read(tmp_path, f"{LONG}{HERE},G1,10\n{HERE},G1,99\n{HERE},G1,0\n", quantity="RxLev", unit="ASU")
    table = got.measurements.table
    assert table[["level_dbm", "heard"]].to_numpy().tolist() == [[-93.0, True], [-113.0, False]]
    assert [s.reason for s in got.set_aside] == ["impossible level"]
    assert got.censored == 1


def test_at_the_floor_is_a_bound_and_not_a_level(tmp_path: Path) -> None:
    got = read(tmp_path, f"{LONG}{HERE},A1,-90\n{HERE},A1,-125\n{HERE},A1,-131.5\n", receiver_floor_dbm=-125.0)
    table = got.measurements.table
    assert table[["level_dbm", "heard"]].to_numpy().tolist() == [[-90.0, True], [-125.0, False], [-125.0, False]]
    assert (got.censored, got.bad, len(got.set_aside)) == (2, 0, 0)
    assert got.measurements.levels.table["row"].tolist() == [2]
    assert any("2 levels lie at or below the receiver's floor" in note for note in got.notes)


def test_unit_without_a_scale(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, f"{LONG}{HERE},A1,20\n", quantity="RSSI", unit="ASU")
    assert "no scale turns ASU of RSSI" in fault.what


@pytest.mark.parametrize("text", ["", LONG])
def test_empty_file(tmp_path: Path, text: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert "is empty" in fault.what


def test_missing_columns(tmp_path: Path) -> None:
    found = faults(tmp_path, f"Lat,lon,cell,level\n{HERE},A1,-90\n")
    assert [f.mend for f in found] == ["did you mean 'Lat'?", "did you mean 'level'?"]


def test_swapped_columns_off_the_grid(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, f"lon,lat,cell,level_dbm\n{HERE},A1,-90\n{HERE},A1,-90\n")
    assert fault.where == "m.csv"
    assert "0 of 2 rows lie on the grid, 2 do the other way round" in fault.what


def test_swapped_columns_beyond_the_pole(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, f"{LONG}-104.9,39.7,A1,-90\n-104.9,39.7,A1,-90\n43.2,76.9,A1,-90\n")
    assert "2 of 3 latitudes are beyond 90 degrees" in fault.what


def test_wide_column_for_an_unknown_cell(tmp_path: Path) -> None:
    found = faults(tmp_path, f"lat,lon,x\n{HERE},-90\n", format="wide", cells={"x": "a1", "z": "A1"})
    assert "column 'x' stands for cell 'a1', which no table names" in found[0].what
    assert found[0].mend == "did you mean 'A1'?"
    assert "column 'z' is missing" in found[1].what


def test_decimal_commas_that_nobody_announced(tmp_path: Path) -> None:
    text = "lat;lon;cell;level_dbm\n43,20;76,90;A1;-90,5\n"
    (fault,) = faults(tmp_path, text, separator=";")
    assert 'decimal = ","' in fault.mend


def test_unknown_crs(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, f"{LONG}{HERE},A1,-90\n", crs="EPSG:0")
    assert fault.where == "project.toml [[measurements]] of m.csv crs"


def test_places_without_a_grid(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(f"{LONG}{HERE},A1,-90\nx,76.9,A1,-90\n")
    x_m, y_m = measured_places(source(), tmp_path, crs=GRID.crs)
    assert GRID.index(x_m, y_m)[2].tolist() == [True]


lat_texts = st.sampled_from(["43.2", "43.21", "43,2", "", "x", "-91", "53"])
level_texts = st.sampled_from(["-90", "-20", "-19", "-161", "", "nan", "1e3", "-9O", "-120"])
cell_texts = st.sampled_from(["A1", "A2", "G1", "B7", ""])


@given(st.lists(st.tuples(lat_texts, st.sampled_from(["76.9", "76.91", ""]), cell_texts, level_texts), min_size=1))
def test_long_rows_reconcile(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    text = LONG + "".join(",".join(f'"{v}"' for v in row) + "\n" for row in rows)
    filled = [n for n, row in enumerate(rows, start=2) if any(row)]
    said = ""
    try:
        got = read(tmp_path_factory.mktemp("m"), text, receiver_floor_dbm=-120.0)
    except InputError as err:
        said = str(err)
    if said:
        assert any(word in said for word in ("swapped", "is empty", "decimal"))
        return
    assert sorted([*got.measurements.table["row"], *(s.row for s in got.set_aside)]) == filled
    assert got.measurements.table["row"].is_monotonic_increasing


@given(st.lists(st.tuples(level_texts, level_texts), min_size=1))
def test_wide_values_reconcile(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    text = "lat,lon,a,b\n" + "".join(f"{HERE},{a},{b}\n" for a, b in rows)
    got = read(tmp_path_factory.mktemp("m"), text, format="wide", cells={"a": "A1", "b": "A2"})
    assert got.rows_read + got.empty == 2 * len(rows)


@pytest.mark.reference
@pytest.mark.skipif(
    "AQDAQ_REFERENCE_DATA" not in os.environ, reason="AQDAQ_REFERENCE_DATA is not set: no reference data to read"
)
def test_recife_drive_test(tmp_path: Path) -> None:
    sectors = [f"{site}_{sector}" for site in (1, 2, 3) for sector in (1, 2, 3)]
    recife = source(
        file="$AQDAQ_REFERENCE_DATA/recife_gsm1800/LocTreino_Equipe_4.csv",
        format="wide",
        quantity="RxLev",
        receiver_floor_dbm=-115.0,
        cells={f"rssi_{s}": f"BTS_{s}" for s in sectors},
    )
    grid = Grid.from_bounds("EPSG:32725", (283_000.0, 9_107_500.0, 287_500.0, 9_111_500.0), 10.0)
    got = read_measurements(recife, tmp_path, grid=grid, cells=[cell(f"BTS_{s}", "GSM") for s in sectors])
    assert got.rows_read == len(got.measurements) == 13_500
    assert got.censored == 1
    assert set(got.measurements.table["cell"]) == {f"BTS_{s}" for s in sectors}
