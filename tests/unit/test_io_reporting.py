"""Numbers of 3GPP measurement reports: the edges of their intervals, and what phones write."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.io.levels import floor_dbm, other_unit, to_dbm
from aqdaq.io.reporting import REPORTED, from_report

#: Technology, quantity, number, lower end, upper end, as the tables of the specifications list them.
ROWS = (
    ("LTE", "RSRP", 0, -np.inf, -140.0),
    ("LTE", "RSRP", 1, -140.0, -139.0),
    ("LTE", "RSRP", 2, -139.0, -138.0),
    ("LTE", "RSRP", 95, -46.0, -45.0),
    ("LTE", "RSRP", 96, -45.0, -44.0),
    ("LTE", "RSRP", 97, -44.0, np.inf),
    ("LTE", "RSRQ", 0, -np.inf, -19.5),
    ("LTE", "RSRQ", 1, -19.5, -19.0),
    ("LTE", "RSRQ", 33, -3.5, -3.0),
    ("LTE", "RSRQ", 34, -3.0, np.inf),
    ("LTE", "SINR", 0, -np.inf, -23.0),
    ("LTE", "SINR", 1, -23.0, -22.5),
    ("LTE", "SINR", 127, 40.0, np.inf),
    ("NR", "RSRP", 0, -np.inf, -156.0),
    ("NR", "RSRP", 1, -156.0, -155.0),
    ("NR", "RSRP", 125, -32.0, -31.0),
    ("NR", "RSRP", 126, -31.0, np.inf),
    ("NR", "RSRQ", 0, -np.inf, -43.0),
    ("NR", "RSRQ", 1, -43.0, -42.5),
    ("NR", "RSRQ", 126, 19.5, 20.0),
    ("NR", "RSRQ", 127, 20.0, np.inf),
    ("NR", "SINR", 0, -np.inf, -23.0),
    ("NR", "SINR", 126, 39.5, 40.0),
    ("NR", "SINR", 127, 40.0, np.inf),
    ("UMTS", "RSCP", -5, -np.inf, -120.0),
    ("UMTS", "RSCP", -4, -120.0, -119.0),
    ("UMTS", "RSCP", 0, -116.0, -115.0),
    ("UMTS", "RSCP", 90, -26.0, -25.0),
    ("UMTS", "RSCP", 91, -25.0, np.inf),
    ("UMTS", "RSRQ", 0, -np.inf, -24.0),
    ("UMTS", "RSRQ", 1, -24.0, -23.5),
    ("UMTS", "RSRQ", 48, -0.5, 0.0),
    ("UMTS", "RSRQ", 49, 0.0, np.inf),
    ("GSM", "RxLev", 0, -np.inf, -110.0),
    ("GSM", "RxLev", 1, -110.0, -109.0),
    ("GSM", "RxLev", 62, -49.0, -48.0),
    ("GSM", "RxLev", 63, -48.0, np.inf),
)


@pytest.mark.parametrize(("technology", "quantity", "number", "low", "high"), ROWS)
def test_edges_of_the_intervals(technology: str, quantity: str, number: int, low: float, high: float) -> None:
    scale, one = REPORTED[technology, quantity], np.array([float(number)])
    assert scale.lower(one)[0] == low
    assert scale.upper(one)[0] == high
    assert from_report(one, scale)[0] == (low if np.isfinite(low) else high)


@pytest.mark.parametrize("key", sorted(REPORTED))
def test_both_ends_of_each_scale_are_open_and_nothing_lies_beyond(key: tuple[str, str]) -> None:
    scale = REPORTED[key]
    beyond = np.array([scale.least - 1.0, scale.most + 1.0, scale.least + 0.5, np.nan])
    assert np.isnan(scale.lower(beyond)).all()
    assert np.isnan(scale.upper(beyond)).all()
    assert np.isinf(from_report(beyond, scale)[:3]).all()
    assert np.isnan(from_report(beyond, scale)[3])
    ends = np.array([scale.least, scale.most], dtype=np.float64)
    assert scale.lower(ends)[0] == -np.inf
    assert scale.upper(ends)[1] == np.inf
    assert scale.floor == scale.upper(ends)[0]


@pytest.mark.parametrize("key", sorted(REPORTED))
@given(value=st.floats(-200.0, 60.0))
def test_a_level_lies_in_the_interval_of_its_number(key: tuple[str, str], value: float) -> None:
    scale = REPORTED[key]
    number = scale.number(np.array([value])).astype(np.float64)
    assert scale.lower(number)[0] <= value + 1e-6
    assert value < scale.upper(number)[0] + 1e-6


@pytest.mark.parametrize(
    ("quantity", "technology", "number", "level_dbm"),
    [("RSRP", "", 51.0, -90.0), ("RSRP", "LTE", 51.0, -90.0), ("RSRP", "NR", 67.0, -90.0), ("RxLev", "", 21.0, -90.0)],
)
def test_levels_of_reports(quantity: str, technology: str, number: float, level_dbm: float) -> None:
    assert to_dbm(np.array([number]), quantity, "reported", technology)[0] == level_dbm


def test_lowest_number_is_the_floor() -> None:
    assert floor_dbm(None, "RSRP", "reported", "LTE") == -140.0
    assert floor_dbm(None, "RSRP", "reported", "NR") == -156.0
    assert floor_dbm(-120.0, "RSRP", "reported", "LTE") == -120.0
    assert floor_dbm(None, "RSRP", "dBm or ASU") == -140.0


def test_dbm_when_negative_else_asu() -> None:
    found = to_dbm(np.array([-95.0, 45.0, 0.0, 99.0]), "RSRP", "dBm or ASU")
    assert found.tolist() == [-95.0, -95.0, -140.0, np.inf]


def test_levels_in_another_unit_are_counted_by_unit() -> None:
    values = np.array([-90.0, -100.0, 40.0, 105.0, np.nan, -170.0])
    other = other_unit(values, "RSRP", "dBm")
    assert other is not None
    assert (other.impossible, other.readable) == (3, 5)
    assert other.fits == {"ASU": 1, "dBm without its sign": 2}
    assert other.words("dBm") == "3 of 5 levels cannot be in dBm, 1 can in ASU, 2 can in dBm without its sign"
    assert not other_unit(np.array([-90.0] * 9 + [50.0]), "RSRP", "dBm").whole_file  # type: ignore[union-attr]
    assert other_unit(np.array([-90.0, -170.0]), "RSRP", "dBm") is None
    assert other_unit(np.array([-90.0, 99.0, 255.0]), "RxLev", "dBm or ASU") is None
