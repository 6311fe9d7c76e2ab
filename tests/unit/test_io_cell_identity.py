"""Cells found by what a phone read of them, and how sure that is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aqdaq.io.cell_identity import (
    BY_CODE,
    BY_CODE_AND_CHANNEL,
    BY_IDENTITY,
    CLASSES,
    FOUND,
    OTHER_OPERATOR,
    UNKNOWN,
    Matches,
    match_cells,
)
from aqdaq.io.measurement_identity import FOREIGN, NONE, NUMBERS, Seen
from aqdaq.model.network import Cell, Identity, Layer, Network, Site

SITES = (Site("S1", 0.0, 0.0), Site("S2", 2000.0, 0.0), Site("S3", 4000.0, 0.0))


def cell(cell_id: str, site: str, technology: str = "LTE", operator: str = "A", **identity: int) -> Cell:
    made = Cell(cell_id, site, Layer(operator, technology), 1815.0, 20.0, 0.0, 4.0, 30.0, 60.0)
    return replace(made, identity=Identity(**identity))


def match(cells: tuple[Cell, ...], *places: tuple[float, float], day: str = "", **said: Any) -> Matches:
    row = {"technology": "LTE", "operator": ""} | dict.fromkeys(NUMBERS, NONE) | said
    frame = pd.DataFrame([row] * len(places))
    seen = Seen(frame, np.ones(len(places), dtype=np.bool_), {})
    x_m, y_m = np.array(places, dtype=np.float64).T
    return match_cells(seen, x_m, y_m, Network(SITES, cells), pd.Series([day] * len(places), dtype="str"))


def found(cells: tuple[Cell, ...], place: tuple[float, float], **said: Any) -> tuple[str, str, float]:
    got = match(cells, place, **said)
    assert got.outcome[0] == FOUND
    return cells[got.cell[0]].id, CLASSES[got.how[0]], float(got.confidence[0])


BY_PARTS = (cell("L1", "S1", node=500, local=3), cell("L2", "S2", node=500, local=4), cell("L3", "S3", ci=128_005))


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"ci": 500 * 256 + 3}, "L1"),
        ({"node": 500, "local": 4}, "L2"),
        ({"ci": 128_005}, "L3"),
        ({"ci": 128_005, "technology": ""}, "L3"),
    ],
)
def test_whole_identity_is_sure_wherever_the_phone_is(said: dict[str, Any], wanted: str) -> None:
    assert found(BY_PARTS, (9e5, 9e5), **said) == (wanted, BY_IDENTITY, 1.0)


def test_unknown_identity_is_unknown() -> None:
    got = match(BY_PARTS, (0.0, 0.0), ci=77)
    assert (got.outcome[0], got.cell[0], got.confidence[0], got.how[0]) == (UNKNOWN, -1, 0.0, -1)


@pytest.mark.parametrize("bits", [22, 24, 32])
def test_gnb_and_cell_without_the_length_of_the_gnb(bits: int) -> None:
    nci = 4_001 * 2 ** (36 - bits) + 2
    cells = (cell("N1", "S1", "NR", ci=nci), BY_PARTS[0])
    assert found(cells, (0.0, 0.0), technology="NR", node=4_001, local=2) == ("N1", BY_IDENTITY, 1.0)


def test_ci_of_gsm_counts_in_its_area() -> None:
    cells = (cell("G1", "S1", "GSM", area=10, local=7), cell("G2", "S2", "GSM", area=20, local=7))
    assert found(cells, (0.0, 0.0), technology="GSM", ci=7, area=20) == ("G2", BY_IDENTITY, 1.0)
    assert match(cells, (0.0, 0.0), technology="GSM", ci=7, area=30).outcome[0] == UNKNOWN
    name, how, confidence = found(cells, (100.0, 0.0), technology="GSM", ci=7)
    assert (name, how) == ("G1", BY_IDENTITY)
    assert 0.99 < confidence < 1.0


def test_short_and_long_identity_of_umts() -> None:
    cells = (cell("U1", "S1", "UMTS", node=12, local=300, area=5),)
    for ci in (300, 12 * 65_536 + 300):
        assert found(cells, (0.0, 0.0), technology="UMTS", ci=ci, area=5)[0] == "U1"
    assert match(cells, (0.0, 0.0), technology="UMTS", ci=13 * 65_536 + 300).outcome[0] == UNKNOWN


TWINS = (cell("P1", "S1", code=12, arfcn=1300), cell("P2", "S2", code=12, arfcn=1300))


def test_pci_and_channel_take_the_nearest_with_a_confidence_that_falls_towards_the_other() -> None:
    got = match(TWINS, (0.0, 0.0), (500.0, 0.0), (900.0, 0.0), (1000.0, 0.0), (1100.0, 0.0), code=12, arfcn=1300)
    assert got.cell.tolist() == [0, 0, 0, 0, 1]
    assert {CLASSES[i] for i in got.how} == {BY_CODE_AND_CHANNEL}
    assert got.confidence[0] > 0.94
    assert (np.diff(got.confidence[:4]) < 0.0).all()
    assert got.confidence[3] == pytest.approx(0.95 / 2.0, abs=0.001)
    assert got.confidence[4] == pytest.approx(got.confidence[2])


def test_a_second_cell_twice_as_far_takes_a_seventeenth() -> None:
    cells = (TWINS[0], cell("P2", "S3", code=12, arfcn=1300))
    got = match(cells, (4000.0 / 3.0, 0.0), code=12, arfcn=1300)
    unlisted = (4000.0 / 3.0 / 10_000.0) ** 4
    assert got.confidence[0] == pytest.approx(0.95 / (1.0 + 1.0 / 16.0 + unlisted))


def test_one_cell_with_a_pci_far_away_is_not_sure_either() -> None:
    got = match(TWINS[:1], (10_000.0, 0.0), (40_000.0, 0.0), code=12, arfcn=1300)
    assert got.confidence[0] == pytest.approx(0.95 / 2.0)
    assert got.confidence[1] < 0.01


def test_pci_alone_counts_less_and_another_channel_not_at_all() -> None:
    cells = (cell("P1", "S1", code=12),)
    assert found(cells, (0.0, 0.0), code=12, arfcn=1300)[:2] == ("P1", BY_CODE)
    assert found(TWINS, (0.0, 0.0), code=12)[2] == pytest.approx(0.7, abs=0.001)
    assert match(TWINS, (0.0, 0.0), code=12, arfcn=1400).outcome[0] == UNKNOWN


def test_a_cell_with_another_whole_identity_is_no_candidate_by_its_pci() -> None:
    cells = (cell("P1", "S1", code=12, arfcn=1300, ci=1000), cell("P2", "S3", code=12, arfcn=1300))
    assert found(cells, (0.0, 0.0), code=12, arfcn=1300, ci=2000)[0] == "P2"
    assert found(cells, (0.0, 0.0), code=12, arfcn=1300)[0] == "P1"


def test_technology_and_operator_must_agree() -> None:
    cells = (cell("A1", "S1", ci=1000, code=12), cell("B1", "S2", operator="B", ci=2000, code=12))
    assert match(cells, (0.0, 0.0), ci=1000, operator="B").outcome[0] == OTHER_OPERATOR
    assert match(cells, (0.0, 0.0), ci=1000, operator=FOREIGN).outcome[0] == OTHER_OPERATOR
    assert match(cells, (0.0, 0.0), ci=1000, technology="NR").outcome[0] == UNKNOWN
    assert found(cells, (0.0, 0.0), code=12, operator="B")[0] == "B1"


def test_network_codes_must_agree() -> None:
    cells = (cell("A1", "S1", ci=1000, mcc=401, mnc=1), cell("B1", "S2", ci=1000, mcc=401, mnc=2))
    assert found(cells, (0.0, 0.0), ci=1000, mcc=401, mnc=2) == ("B1", BY_IDENTITY, 1.0)
    assert match(cells, (0.0, 0.0), ci=1000, mcc=250, mnc=2).outcome[0] == OTHER_OPERATOR


def test_of_two_cells_the_one_on_air_on_the_day() -> None:
    old = replace(cell("OLD", "S1", code=12), off_air=dt.date(2026, 1, 1))
    new = replace(cell("NEW", "S1", code=12), on_air=dt.date(2026, 1, 1))
    for day, wanted in (("2025-06-01", "OLD"), ("2026-06-01", "NEW")):
        got = match((old, new), (0.0, 0.0), day=day, code=12)
        assert (old, new)[got.cell[0]].id == wanted
        assert got.confidence[0] == pytest.approx(0.7, abs=0.001)
    assert match((old, new), (0.0, 0.0), code=12).confidence[0] == pytest.approx(0.35, abs=0.001)


def test_without_a_place_candidates_share_the_confidence() -> None:
    assert match(TWINS, (np.nan, np.nan), code=12, arfcn=1300).confidence[0] == pytest.approx(0.95 / 3.0)
