"""What the cell table says of the identities of cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aqdaq.base.errors import InputError
from aqdaq.io.network import read_network
from aqdaq.model.network import Cell, Identity
from aqdaq.model.project import NetworkSection

BASE = "id,lon,lat,operator,technology,frequency_mhz,bandwidth_mhz,azimuth_deg,downtilt_deg,height_m,eirp_dbm"


def cells(tmp_path: Path, columns: str, *rows: str, technology: str = "LTE", **more: Any) -> tuple[Cell, ...]:
    lines = [f"{BASE},{columns}"]
    lines += [f"C{i},76.9,43.2,A,{technology},1815,20,0,4,30,60,{row}" for i, row in enumerate(rows)]
    (tmp_path / "cells.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    section = NetworkSection.model_validate({"cells": "cells.csv", **more})
    return read_network(section, tmp_path, crs="EPSG:32643").network.cells


def test_all_of_an_lte_cell(tmp_path: Path) -> None:
    (cell,) = cells(tmp_path, "mcc,mnc,tac,enb_id,local_cell_id,ci,pci,earfcn", "401,1,55,500,3,128003,12,1300")
    assert cell.identity == Identity(401, 1, 55, 500, 3, 128_003, 12, 1300)
    assert cell.identity.whole("LTE") == 128_003


def test_a_table_without_identities(tmp_path: Path) -> None:
    (cell,) = cells(tmp_path, "load", "0.5")
    assert cell.identity == Identity()
    assert cell.identity.whole("LTE") is None


def test_columns_of_another_technology_are_not_taken(tmp_path: Path) -> None:
    (cell,) = cells(tmp_path, "lac,psc,rnc_id,pci", "5,33,12,", technology="LTE")
    assert cell.identity == Identity()


def test_channel_of_gsm(tmp_path: Path) -> None:
    (cell,) = cells(tmp_path, "arfcn,lac,ci,bsic", "62,9,7,5", technology="GSM")
    assert cell.identity == Identity(area=9, ci=7, code=5, arfcn=62)


def test_network_code_for_all_cells(tmp_path: Path) -> None:
    (cell,) = cells(tmp_path, "pci", "12", defaults={"mcc": 401, "mnc": 1})
    assert (cell.identity.mcc, cell.identity.mnc) == (401, 1)


@pytest.mark.parametrize(
    ("technology", "parts", "whole"),
    [
        ("LTE", {"node": 500, "local": 3}, 128_003),
        ("UMTS", {"node": 12, "local": 300}, 786_732),
        ("GSM", {"local": 7}, 7),
        ("NR", {"node": 4001, "local": 7}, None),
        ("LTE", {"local": 3}, None),
    ],
)
def test_whole_identity_of_parts(technology: str, parts: dict[str, int], whole: int | None) -> None:
    assert Identity(**parts).whole(technology) == whole


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("pci", "504", "PCI (pci) 504 is impossible for LTE"),
        ("pci", "1.5", "PCI (pci) 1.5 is impossible for LTE"),
        ("pci", "1008", "outside 0 to 1007"),
        ("local_cell_id", "256", "impossible for LTE"),
        ("enb_id", "x", "is not a number"),
        ("mcc", "1000", "outside 1 to 999"),
    ],
)
def test_impossible_identities(tmp_path: Path, column: str, value: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        cells(tmp_path, column, value)
    (fault,) = caught.value.faults
    assert fault.where == "cells.csv:2"
    assert words.replace(" (pci)", "") in fault.what
    assert fault.mend


def test_parts_that_make_another_identity(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cell identity 128004, but its parts make 128003"):
        cells(tmp_path, "enb_id,local_cell_id,ci", "500,3,128004")
