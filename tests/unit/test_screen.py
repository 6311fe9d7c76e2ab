"""Planted faults of place, time, copies and units are found, and a clean drive is left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aqdaq.analysis.screen import KINDS, REASONS, Limits, screen
from aqdaq.analysis.screen.clock import longest_rising
from aqdaq.analysis.screen.units import fitting_unit
from aqdaq.model.measurements import Measurements
from tests.unit import screen_fixture as made
from tests.unit.screen_fixture import drive, judged, of_kind, only


def weights(found: object, rows: np.ndarray) -> np.ndarray:
    """Return the weights of the rows that stayed, of those with these numbers."""
    table = found.measurements.table  # type: ignore[attr-defined]
    return table.loc[table["row"].isin(rows), "weight"].to_numpy()


def slow(frame: pd.DataFrame, fixes: slice) -> np.ndarray:
    """Return the mask of the rows of some fixes."""
    times = np.unique(frame["time_s"])[fixes]
    return frame["time_s"].isin(times).to_numpy()


# --- controls


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_clean_drive_is_left_alone(seed: int) -> None:
    found = judged(drive(seed=seed))
    assert found.findings == ()
    assert found.downweighted == 0


def test_a_drive_without_times_or_devices_is_left_alone() -> None:
    found = judged(drive(devices=("",)).assign(time_s=np.nan, date="", speed_m_s=np.nan, accuracy_m=np.nan))
    assert found.findings == ()


def test_rows_in_another_order_lose_nothing() -> None:
    frame = drive().sample(frac=1.0, random_state=1)
    found = judged(frame)
    assert found.downweighted == 0
    assert {f.action for f in found.findings} <= {"said"}
    assert "not in the order of time" in of_kind(found, "clock")[0].what


def test_two_campaigns_a_year_apart_are_no_clock_jump() -> None:
    later = drive(seed=2, begin_s=made.BEGIN_S + 365 * 86_400.0)
    one_file = pd.concat([drive(), later.assign(row=later["row"] + 10_000)])
    found = judged(one_file)
    assert of_kind(found, "clock") == []
    assert found.downweighted == 0


def test_nothing_in_nothing_out() -> None:
    found = screen(Measurements.empty(), made.cells())
    assert len(found.measurements) == len(found.set_aside) == len(found.findings) == 0


# --- clocks


def test_a_clock_that_was_set_back_for_a_while() -> None:
    frame = drive(devices=("phone",))
    bad = slow(frame, slice(300, 320))
    frame.loc[bad, "time_s"] -= 3600.0
    found = judged(frame)
    finding = only(found, "clock")
    assert finding.rows == bad.sum()
    table = found.measurements.table
    assert (np.isnan(table["time_s"]) == bad).all()
    assert weights(found, frame.loc[bad, "row"]).tolist() == [0.5] * int(bad.sum())
    assert (table["date"] == "2026-03-02").all()


def test_a_clock_that_was_not_set_at_first() -> None:
    frame = drive(devices=("phone",))
    bad = slow(frame, slice(0, 30))
    frame.loc[bad, "time_s"] -= made.BEGIN_S
    frame.loc[bad, "date"] = "1970-01-01"
    found = judged(frame)
    assert only(found, "clock").rows == bad.sum()
    assert (found.measurements.table["date"] == "2026-03-02").all()


def test_a_clock_that_leaps_by_a_year_while_the_car_drives_on() -> None:
    frame = drive(devices=("phone",))
    bad = slow(frame, slice(0, 100))
    frame.loc[bad, "time_s"] -= 366 * 86_400.0
    finding = only(judged(frame), "clock")
    assert finding.rows == bad.sum()


def test_rows_written_a_second_out_of_order_are_fine() -> None:
    frame = drive(devices=("phone",))
    frame.loc[slow(frame, slice(100, 101)), "time_s"] -= 3.0
    assert judged(frame).findings == ()


def test_a_clock_that_stands_still() -> None:
    frame = drive(devices=("phone",)).assign(time_s=made.BEGIN_S + 0.5)
    found = judged(frame)
    assert "stands still" in of_kind(found, "clock")[0].what
    assert np.isnan(found.measurements.table["time_s"]).all()
    assert of_kind(found, "one moment") == []


def test_a_day_is_no_clock() -> None:
    day = made.BEGIN_S - made.BEGIN_S % 86_400.0
    assert judged(drive(devices=("phone",)).assign(time_s=day)).findings == ()


def test_all_samples_from_one_minute() -> None:
    finding = only(judged(drive(fixes=25)), "one moment")
    assert finding.rows == 150
    found = judged(drive(fixes=25))
    assert found.measurements.table["weight"].sum() == pytest.approx(10.0)


def test_longest_rising_takes_out_the_least() -> None:
    kept = longest_rising(np.array([1.0, 2.0, 50.0, 51.0, 3.0, 4.0, 4.0, 5.0, 0.0, 6.0]))
    assert kept.tolist() == [True, True, False, False, True, True, True, True, False, True]


# --- positions


def test_single_fixes_far_away() -> None:
    frame = drive(devices=("phone",))
    bad = np.zeros(len(frame), dtype=bool)
    for fix in (100, 250, 400):
        here = slow(frame, slice(fix, fix + 1))
        frame.loc[here, "x_m"] += 700.0 * (1 + fix % 3)
        frame.loc[here, "y_m"] -= 600.0
        bad |= here
    found = judged(frame)
    assert only(found, "position jump").rows == bad.sum()
    assert sorted(a.row for a in found.set_aside) == frame.loc[bad, "row"].tolist()
    assert {a.reason for a in found.set_aside} == {"the position jumps"}


def test_a_stretch_that_is_shifted() -> None:
    frame = drive(devices=("phone",))
    bad = slow(frame, slice(300, 340))
    frame.loc[bad, "x_m"] += 1200.0
    found = judged(frame)
    assert only(found, "position jump").rows == bad.sum()
    assert sorted(a.row for a in found.set_aside) == frame.loc[bad, "row"].tolist()


def test_when_half_of_a_track_is_shifted_nobody_knows_which() -> None:
    frame = drive(devices=("phone",))
    frame.loc[slow(frame, slice(200, 700)), "x_m"] += 1200.0
    found = judged(frame, network=())
    assert only(found, "position jump").action == "downweighted"
    assert set(found.measurements.table["weight"]) == {0.3}


def test_a_track_that_goes_on_elsewhere_is_said_and_left() -> None:
    frame = drive(devices=("phone",))
    frame.loc[slow(frame, slice(500, 900)), "x_m"] += 9000.0
    found = judged(frame, network=())
    assert [f.action for f in of_kind(found, "position jump")] == ["said"]
    assert found.downweighted == 0


def test_many_phones_under_one_name_are_no_path() -> None:
    rng = np.random.default_rng(1)
    frame = drive(devices=("",)).assign(speed_m_s=np.nan)
    frame[["x_m", "y_m"]] = rng.uniform(0.0, 20_000.0, (len(frame), 2))
    found = judged(frame, network=())
    assert only(found, "position jump").action == "said"


def test_an_excursion_without_times() -> None:
    frame = drive(devices=("phone",)).assign(time_s=np.nan, date="")
    bad = (frame["row"] >= 302) & (frame["row"] < 305)
    frame.loc[bad, "y_m"] += 5000.0
    assert only(judged(frame), "position jump").rows == 3


def test_a_stated_error() -> None:
    frame = drive()
    frame.loc[:19, "accuracy_m"] = 400.0
    frame.loc[20:29, "accuracy_m"] = 50.0
    found = judged(frame)
    aside, less = of_kind(found, "position error")
    assert (aside.action, aside.rows, less.action, less.rows) == ("set aside", 20, "downweighted", 10)
    assert weights(found, frame["row"][20:30]).tolist() == [0.5] * 10
    wide = judged(frame, limits=Limits(good_error_m=50.0, most_error_m=500.0))
    assert only(wide, "position error").rows == 20


def test_a_receiver_that_froze_while_the_car_drove_on() -> None:
    frame = drive(devices=("phone",)).assign(speed_m_s=np.nan)
    bad = slow(frame, slice(300, 330))
    frame.loc[bad, ["x_m", "y_m"]] = frame.loc[bad, ["x_m", "y_m"]].iloc[0].to_list()
    found = judged(frame)
    finding = only(found, "stuck position")
    assert finding.action == "set aside"
    assert {a.row for a in found.set_aside} <= set(frame.loc[bad, "row"])
    assert 80 <= finding.rows < bad.sum()


def test_a_stated_speed_gives_a_frozen_position_away() -> None:
    frame = drive(devices=("phone",))
    bad = slow(frame, slice(300, 312))
    frame.loc[bad, ["x_m", "y_m"]] = frame.loc[bad, ["x_m", "y_m"]].iloc[0].to_list()
    assert of_kind(judged(frame), "stuck position")[0].action == "set aside"


def test_a_car_that_stands_is_one_place() -> None:
    rng = np.random.default_rng(5)
    frame = drive(devices=("phone",))
    stop = frame[slow(frame, slice(299, 300))]
    wait = pd.concat([stop.assign(time_s=stop["time_s"] + 2.0 * n, speed_m_s=0.0) for n in range(60)])
    wait["level_dbm"] += np.round(rng.normal(0.0, 1.5, len(wait)), 1)
    after = frame[frame["time_s"] > stop["time_s"].max()].copy()
    after["time_s"] += 120.0
    whole = pd.concat([frame[frame["time_s"] < stop["time_s"].max()], wait, after], ignore_index=True)
    whole["row"] = np.arange(len(whole)) + 2
    found = judged(whole)
    finding = only(found, "stuck position")
    assert (finding.action, finding.rows) == ("downweighted", len(wait) - len(stop))
    table = found.measurements.table
    stood = table[(table["x_m"] == stop["x_m"].iloc[0]) & (table["y_m"] == stop["y_m"].iloc[0])]
    assert stood.groupby("cell")["weight"].sum().to_list() == pytest.approx([2.0] * len(stop))


# --- copies


def test_a_file_that_is_another_under_a_new_name() -> None:
    frame = drive()
    found = judged(frame, frame.assign(source="copy.csv"))
    assert only(found, "duplicate").rows == len(frame)
    assert {a.source for a in found.set_aside} == {"copy.csv"}


def test_a_copy_without_times() -> None:
    frame = drive(devices=("",)).assign(time_s=np.nan, date="")
    found = judged(frame, frame.assign(source="copy.csv"))
    assert only(found, "duplicate").rows == len(frame)


def test_rows_written_twice_in_one_file() -> None:
    frame = drive()
    again = frame.iloc[100:150].assign(row=lambda f: f["row"] + 10_000)
    found = judged(frame, again)
    assert only(found, "duplicate").rows == 50
    assert min(a.row for a in found.set_aside) > 10_000


def test_two_phones_with_the_same_level_are_two_measurements() -> None:
    frame = drive(devices=("phone",))
    assert judged(frame, frame.assign(device="other", source="other.csv")).set_aside == ()


def test_a_car_that_waits_without_a_clock_is_no_copy() -> None:
    frame = drive(devices=("phone",)).assign(time_s=np.nan, date="")
    first = frame.iloc[[0, 1, 2]]
    found = judged(pd.concat([first] * 8 + [frame.iloc[3:]]).assign(row=lambda f: np.arange(len(f))))
    assert of_kind(found, "duplicate") == []


# --- units


@pytest.mark.parametrize(
    ("change", "unit"),
    [
        (lambda v: np.round(v + 140.5), "reporting values"),
        (lambda v: -v, "dBm without the sign"),
        (lambda v: 2.0 * v, "twice the dBm"),
        (lambda v: v / 2.0, "half the dBm"),
        (lambda v: v - 30.0, "dBW"),
    ],
)
def test_another_unit_inside_a_file(change: object, unit: str) -> None:
    frame = drive()
    rng = np.random.default_rng(3)
    bad = rng.random(len(frame)) < 0.05
    frame.loc[bad, "level_dbm"] = change(frame.loc[bad, "level_dbm"])  # type: ignore[operator]
    found = judged(frame)
    findings = of_kind(found, "units")
    assert any(unit in finding.what for finding in findings)
    caught = {a.row for a in found.set_aside}
    planted = set(frame.loc[bad, "row"])
    assert len(caught & planted) >= 0.9 * len(planted)
    assert len(caught - planted) <= 0.01 * len(frame)


def test_an_unfamiliar_group_of_levels_is_not_called_a_unit() -> None:
    assert fitting_unit(np.full(10, -70.0) + np.arange(10), np.linspace(-110.0, -80.0, 50), "RSRP") == ""
    assert fitting_unit(np.array([5.0]), np.linspace(-110.0, -80.0, 50), "RSRP") == ""


# --- words


def test_every_finding_can_be_written_as_json() -> None:
    finding = only(judged(drive(fixes=25)), "one moment")
    assert finding.as_dict() == {
        "kind": "one moment",
        "what": finding.what,
        "rows": 150,
        "action": "downweighted",
        "figures": {"span_s": 48.0, "weight": pytest.approx(1.0 / 15.0)},
    }
    assert "drive.csv" in finding.what
    assert len(set(KINDS)) == 11
    assert len(set(REASONS)) == 7


def test_many_logs_with_one_fault_share_a_line() -> None:
    frames = [
        drive(f"log {n:02d}.csv", fixes=40, seed=n, devices=(f"p{n}",)).assign(accuracy_m=300.0) for n in range(25)
    ]
    found = judged(*frames)
    findings = of_kind(found, "position error")
    assert len(findings) == 21
    assert "5 more logs" in findings[-1].what
    assert sum(f.rows for f in findings) == 25 * 120
