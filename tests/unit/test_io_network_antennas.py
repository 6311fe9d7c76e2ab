"""Antenna files named by a cell table: gain, tilt, contradictions, and what is noted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aqdaq.analysis.fusion.facts import pattern_figures
from aqdaq.base.errors import Fault, InputError
from aqdaq.io.network import NetworkRead, read_network
from aqdaq.io.network_antennas import antenna_file_names
from aqdaq.model.antenna import ParametricAntenna, TableAntenna
from aqdaq.model.project import NetworkSection
from tests.antenna_text import HEADER, antenna_text, cut_text, down

COLUMNS = "id,x,y,operator,technology,frequency_mhz,bandwidth_mhz,azimuth_deg,downtilt_deg,height_m,load,"
ROW = ",5,7,A,LTE,1815,20,90,6,30,0.5,"


def section(**more: Any) -> NetworkSection:
    return NetworkSection.model_validate({"cells": "cells.csv", **more})


def read(tmp_path: Path, columns: str, *rows: str, **more: Any) -> NetworkRead:
    lines = [COLUMNS + columns, *(f"C{i}{ROW}{row}" for i, row in enumerate(rows))]
    (tmp_path / "cells.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_network(section(**more), tmp_path, crs="EPSG:32643")


def only(tmp_path: Path, columns: str, *rows: str, **more: Any) -> Fault:
    with pytest.raises(InputError) as caught:
        read(tmp_path, columns, *rows, **more)
    assert len(caught.value.faults) == 1, str(caught.value)
    assert caught.value.faults[0].mend
    return caught.value.faults[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.msi").write_text(antenna_text(), encoding="utf-8")
    (tmp_path / "t6.msi").write_text(antenna_text(HEADER.replace("TILT 0", "TILT 6"), 6.0), encoding="utf-8")
    (tmp_path / "bad.msi").write_text(antenna_text().replace("\n217\t", "\nx\t"), encoding="utf-8")
    round_about = cut_text("HORIZONTAL", [(float(d), 0.0) for d in range(360)]) + cut_text("VERTICAL", down())
    (tmp_path / "omni.msi").write_text(HEADER + round_about, encoding="utf-8")
    return tmp_path


def test_a_file_gives_pattern_and_gain_and_nothing_is_assumed(folder: Path) -> None:
    got = read(folder, "power_dbm,ports,losses_db,antenna_file", "43,1,3,a.msi", "43,1,3,a.msi")
    first, second = got.network.cells
    assert isinstance(first.antenna, TableAntenna)
    assert first.antenna is second.antenna
    assert first.eirp_dbm == 43.0 - 3.0 + 18.0
    assert first.assumed == frozenset()
    assert (got.assumed, got.notes[1:]) == ((), ())


def test_a_cell_without_a_file_keeps_the_parametric_pattern(folder: Path) -> None:
    got = read(folder, "eirp_dbm,antenna_file", "60,a.msi", "60,")
    assert isinstance(got.network.cells[1].antenna, ParametricAntenna)
    assert [a.applies_to for a in got.assumed if a.item == "antenna pattern"] == ["1 cell"]


def test_gain_of_the_row_goes_before_the_file_and_the_file_before_the_default(folder: Path) -> None:
    columns = "power_dbm,ports,losses_db,gain_dbi,antenna_file"
    got = read(folder, columns, "43,1,0,17.5,a.msi", "43,1,0,,a.msi", "43,1,0,,", defaults={"gain_dbi": 12.0})
    assert [cell.eirp_dbm for cell in got.network.cells] == [60.5, 61.0, 55.0]


def test_a_gain_that_the_file_contradicts(folder: Path) -> None:
    fault = only(folder, "power_dbm,ports,losses_db,gain_dbi,antenna_file", "43,1,0,15.85,a.msi")
    assert fault.where == "cells.csv:2"
    assert fault.what == "antenna gain 15.85 dBi, but the file of the antenna says 18 dBi"


def test_an_eirp_that_power_and_file_contradict(folder: Path) -> None:
    fault = only(folder, "eirp_dbm,power_dbm,ports,losses_db,antenna_file", "58,43,1,0,a.msi")
    assert fault.what == "EIRP 58 dBm, but its parts make 61.0 dBm"


def test_a_file_for_all_cells_is_assumed(folder: Path) -> None:
    got = read(folder, "eirp_dbm", "60", defaults={"antenna_file": "a.msi"})
    assert isinstance(got.network.cells[0].antenna, TableAntenna)
    assert [(a.item, a.value) for a in got.assumed] == [("antenna file", "a.msi")]
    assert read(folder, "power_dbm,ports,losses_db", "43,1,0", defaults={"antenna_file": "a.msi"}).network.cells[0]


def test_the_tilt_in_the_pattern_is_not_counted_twice(folder: Path) -> None:
    got = read(folder, "eirp_dbm,antenna_file", "60,a.msi", "60,t6.msi")
    assert [cell.mechanical_tilt_deg for cell in got.network.cells] == [6.0, 0.0]


def test_what_a_reader_should_know(folder: Path) -> None:
    (folder / "cells.csv").write_text(
        COLUMNS + "eirp_dbm,horizontal_beamwidth_deg,antenna_file\n"
        "C1,5,7,A,LTE,900,20,90,2,30,0.5,60,65,t6.msi\nC2,5,7,A,LTE,900,20,90,2,30,0.5,60,,t6.msi\n",
        encoding="utf-8",
    )
    notes = read_network(section(), folder, crs="EPSG:32643").notes
    assert "cells.csv: beamwidths and front-to-back ratio are not used beside an antenna file (1 cell)" in notes
    assert any("is for 1815 MHz, far from the carrier (2 cells)" in note for note in notes)
    assert any("downtilt is less than the 6 deg in the pattern" in note for note in notes)


def test_a_bad_file_is_reported_once_with_its_line(folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(folder, "power_dbm,antenna_file", "43,bad.msi", "43,bad.msi")
    assert {fault.where.split(":")[0] for fault in caught.value.faults} == {"bad.msi"}
    assert len(caught.value.faults) == len(set(caught.value.faults)) == 2  # one row of each table


def test_a_file_that_is_not_there_names_the_row(folder: Path) -> None:
    fault = only(folder, "eirp_dbm,antenna_file", "60,a.msi", "60,b.msi", "60,b.msi")
    assert (fault.where, fault.what) == ("cells.csv:3", "the antenna file b.msi is not there")
    assert "is not expanded" in only(folder, "eirp_dbm,antenna_file", "60,$HOME/b.msi").what


def test_omni_and_a_sector_pattern(folder: Path) -> None:
    assert "varies by 30 dB in azimuth" in only(folder, "eirp_dbm,omni,antenna_file", "60,yes,a.msi").what
    (cell,) = read(folder, "eirp_dbm,omni,antenna_file", "60,yes,omni.msi").network.cells
    assert isinstance(cell.antenna, TableAntenna)


def test_power_without_any_gain(folder: Path) -> None:
    assert "neither the EIRP nor its parts" in only(folder, "power_dbm,antenna_file", "43,a.msi", "43,").what


def test_calibration_sees_the_lobes_of_the_cuts(folder: Path) -> None:
    (cell,) = read(folder, "eirp_dbm,antenna_file", "60,a.msi").network.cells
    across, _, behind = pattern_figures(cell.antenna)
    assert across == pytest.approx(65.0, abs=2.0)
    assert behind == pytest.approx(30.0, abs=0.5)


def test_names_of_the_files_of_a_project(folder: Path) -> None:
    read(folder, "eirp_dbm,antenna_file", "60,t6.msi", "60,", "60,a.msi", "60,t6.msi")
    assert antenna_file_names(section(), folder) == ["t6.msi", "a.msi"]
    assert antenna_file_names(section(defaults={"antenna_file": "omni.msi"}), folder) == ["t6.msi", "omni.msi", "a.msi"]
    read(folder, "eirp_dbm", "60")
    assert antenna_file_names(section(), folder) == []
    assert antenna_file_names(section(defaults={"antenna_file": "omni.msi"}), folder) == ["omni.msi"]
    assert antenna_file_names(section(cells="none.csv"), folder) == []
