"""Devices that read low, coarse or capped levels, and cells that moved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.unit import screen_fixture as made
from tests.unit.screen_fixture import Placed, cells, drive, judged, of_kind, only

THREE = ("phone 1", "phone 2", "phone 3")


def low(frame: pd.DataFrame, device: str, by_db: float = 10.0) -> pd.DataFrame:
    return frame.assign(level_dbm=np.where(frame["device"] == device, frame["level_dbm"] - by_db, frame["level_dbm"]))


def residual(frame: pd.DataFrame) -> np.ndarray:
    """Return measured minus predicted, with a prediction that is 3 dB off everywhere."""
    found = np.zeros(len(frame))
    for placed in cells():
        own = (frame["cell"] == placed.cell.id).to_numpy()
        x_m, y_m = frame.loc[own, "x_m"].to_numpy(), frame.loc[own, "y_m"].to_numpy()
        found[own] = frame.loc[own, "level_dbm"] - made.level_dbm(placed, x_m, y_m) + 3.0
    return found


# --- devices


def test_one_of_three_reads_ten_decibels_low() -> None:
    frame = low(drive(devices=THREE), "phone 2")
    found = judged(frame)
    finding = only(found, "device")
    assert "phone 2: reads 9.9 dB too low" in finding.what
    assert finding.rows == (frame["device"] == "phone 2").sum()
    table = found.measurements.table
    assert set(table.loc[table["device"] == "phone 2", "weight"].round(2)) == {0.27}
    assert set(table.loc[table["device"] != "phone 2", "weight"]) == {1.0}
    offsets = {o.device: o.offset_db for o in found.offsets}
    assert offsets["phone 2"] == pytest.approx(-10.0, abs=0.3)
    assert offsets["phone 1"] == pytest.approx(0.0, abs=0.3)
    assert all(o.error_db < 0.5 and o.majority for o in found.offsets)


def test_devices_that_meet_only_by_others_are_compared() -> None:
    chain = [
        drive(f"{n}.csv", devices=(f"phone {n}", f"phone {n + 1}"), seed=n, begin_s=made.BEGIN_S + 86_400.0 * n)
        for n in (1, 2, 3)
    ]
    found = judged(low(pd.concat(chain), "phone 4"))
    assert {o.device: round(o.offset_db) for o in found.offsets}["phone 4"] == -10
    assert "phone 4" in only(found, "device").what


def test_of_two_devices_nobody_knows_which_is_right() -> None:
    found = judged(low(drive(), "phone 2"))
    findings = of_kind(found, "device")
    assert [f.what.split(":")[0] for f in findings] == ["phone 1", "phone 2"]
    assert all("is not known" in f.what for f in findings)
    assert [round(f.figures["offset_db"]) for f in findings] == [5, -5]


def test_a_prediction_tells_which_of_two_is_right() -> None:
    frame = low(drive(), "phone 2")
    finding = only(judged(frame, residual_db=residual(frame)), "device")
    assert "phone 2: reads 9.9 dB too low" in finding.what


def test_a_device_that_shares_no_place_is_compared_with_the_prediction() -> None:
    frame = drive(devices=("phone 1",), fixes=800)
    half = frame["time_s"] > np.median(frame["time_s"])
    frame = low(frame.assign(device=np.where(half, "phone 2", "phone 1")), "phone 2", 14.0)
    assert of_kind(judged(frame), "device") == []
    found = judged(frame, residual_db=residual(frame))
    findings = {f.what.split(":")[0]: f for f in of_kind(found, "device")}
    assert findings["phone 2"].figures["offset_db"] == pytest.approx(-14.0, abs=1.5)
    assert "than the prediction" in findings["phone 2"].what


def test_four_decibels_are_within_what_phones_differ() -> None:
    found = judged(low(drive(devices=THREE), "phone 2", 4.0))
    assert found.findings == ()
    assert {o.device: round(o.offset_db) for o in found.offsets}["phone 2"] == -4


def test_logs_without_device_are_compared_as_logs() -> None:
    frames = [drive(f"{n}.csv", devices=("",), seed=n, begin_s=made.BEGIN_S + 9e4 * n) for n in range(3)]
    frames[1]["level_dbm"] -= 10.0
    finding = only(judged(*frames), "device")
    assert "log 1.csv: reads 10" in finding.what


# --- steps and caps


@pytest.mark.parametrize("step_db", [2.0, 5.0])
def test_coarse_steps(step_db: float) -> None:
    frame = drive()
    frame["level_dbm"] = step_db * np.round(frame["level_dbm"] / step_db)
    found = judged(frame)
    finding = only(found, "quantised")
    assert finding.figures["step_db"] == step_db
    assert finding.figures["sd_db"] ** 2 == pytest.approx(step_db**2 / 12.0)
    assert finding.figures["weight"] == pytest.approx(36.0 / (36.0 + step_db**2 / 12.0))
    assert found.downweighted == len(frame)


def test_steps_of_one_decibel_are_said_and_cost_nothing() -> None:
    found = judged(drive().assign(level_dbm=lambda f: f["level_dbm"].round()))
    finding = only(found, "quantised")
    assert (finding.action, finding.figures["step_db"]) == ("said", 1.0)
    assert found.downweighted == 0


def test_a_pile_at_the_lowest_level_is_censored() -> None:
    frame = drive()
    bad = frame["level_dbm"] <= -97.0
    found = judged(frame.assign(level_dbm=frame["level_dbm"].clip(lower=-97.0)))
    finding = only(found, "capped")
    assert (finding.action, finding.rows) == ("censored", int(bad.sum()))
    assert (found.measurements.table["heard"] == ~bad).all()


def test_a_pile_at_the_highest_level_counts_less() -> None:
    frame = drive()
    bad = frame["level_dbm"] >= -80.0
    found = judged(frame.assign(level_dbm=frame["level_dbm"].clip(upper=-80.0)))
    finding = only(found, "capped")
    assert (finding.action, finding.rows) == ("downweighted", int(bad.sum()))
    assert set(found.measurements.table.loc[bad, "weight"]) == {0.3}


# --- cells that moved


def moved(placed: Placed, by_m: float) -> Placed:
    return replace(placed, x_m=placed.x_m + by_m, y_m=placed.y_m - by_m)


def test_a_cell_heard_above_free_space_far_from_its_site() -> None:
    table = (moved(cells()[0], 14_000.0), *cells()[1:])
    found = judged(drive(), network=table)
    finding = only(found, "moved cell")
    assert finding.action == "set aside"
    assert "cell cell-0" in finding.what
    assert finding.figures["away_m"] == pytest.approx(14_000.0 * np.sqrt(2.0), rel=0.02)
    assert {a.value for a in found.set_aside} == {"cell-0"}


def test_a_cell_whose_level_rises_towards_another_place() -> None:
    real = cells()
    loud = replace(real[0], cell=replace(real[0].cell, eirp_dbm=80.0))
    found = judged(drive(best=6), network=(replace(loud, x_m=real[3].x_m), *real[1:]))
    finding = only(found, "moved cell")
    assert finding.action == "downweighted"
    assert finding.figures["x_m"] == pytest.approx(real[0].x_m, abs=150.0)
    assert finding.figures["y_m"] == pytest.approx(real[0].y_m, abs=150.0)
    rows = found.measurements.table
    assert set(rows.loc[rows["cell"] == "cell-0", "weight"]) == {0.1}


def test_a_cell_that_moved_between_two_campaigns() -> None:
    before = cells()
    after = (replace(before[0], x_m=before[3].x_m, y_m=before[3].y_m), *before[1:])
    first = drive("before.csv", best=6, seed=1)
    second = drive("after.csv", best=6, seed=2, begin_s=made.BEGIN_S + 200 * 86_400.0, network=after)
    found = judged(first, second, network=before)
    finding = only(found, "moved cell")
    assert finding.rows == (second["cell"] == "cell-0").sum()
    assert {a.source for a in found.set_aside} == {"after.csv"}
    assert finding.figures["x_m"] == pytest.approx(before[3].x_m, abs=200.0)


def test_a_power_that_is_too_low_is_not_taken_for_a_move() -> None:
    weak = tuple(replace(p, cell=replace(p.cell, eirp_dbm=20.0)) for p in cells())
    found = judged(drive(), network=weak)
    assert {f.action for f in of_kind(found, "moved cell")} == {"said"}
    assert found.set_aside == ()
