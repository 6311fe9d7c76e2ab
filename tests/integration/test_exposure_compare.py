"""``aqdaq exposure compare`` on a tiny project: figures by hand, before and after, uncertainty, pictures."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import pytest

from aqdaq.cli.main import run_cli
from aqdaq.pipeline.exposure import Setting, field_of
from aqdaq.pipeline.exposure_candidate import proposal_of
from aqdaq.pipeline.exposure_changes import changes_of
from aqdaq.pipeline.exposure_compare import keeps
from aqdaq.pipeline.exposure_pack_beside import measured_beside
from aqdaq.pipeline.project import Project
from aqdaq.report.field_picture import FieldRow, draw_fields
from aqdaq.report.texts import Texts
from tests.tiny_project import X_MIN, Y_MIN, edit_text, lon_lat, make_project, read_rows, write_rows

SITE = (X_MIN + 300.0, Y_MIN + 460.0)
GROUND_M = 700.0 + 0.06 * (1200.0 + 200.0 - 460.0 - 10.0)
#: Field of 1 kW EIRP at 100 m (V/m).
E_100_M = math.sqrt(30_000.0) / 100.0
HEAD = ("id", "time", "x", "y", "z", "instrument", "kind", "frequency_mhz", "value", "unit", "uncertainty_db",
        "below_detection", "phase")  # fmt: skip


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A project with two cells alike at one place: 1815 MHz since ever, 925 MHz with a duty of 0.5 since June 2026."""
    folder = make_project(tmp_path / "tiny")
    cells = folder / "data" / "cells.csv"
    first = {**read_rows(cells)[0], "eirp_dbm": "60", "omni": "yes", "downtilt_deg": "0", "ports": "1", "tdd_duty": ""}
    second = {**first, "id": "A-9", "frequency_mhz": "925", "bandwidth_mhz": "10", "on_air": "2026-06-01"}
    second["tdd_duty"] = "0.5"
    write_rows(cells, list(first), [list(first.values()), list(second.values())])
    edit_text(folder / "project.toml", lambda t: t + '\n[exposure]\nmeasurements = "data/field.csv"\n')
    return folder


def row(value: float, **changes: str) -> dict[str, str]:
    """A row of a measurement north of the antenna, as high as it."""
    known = {
        "id": "a", "time": "2026-05-04", "x": f"{SITE[0]}", "y": f"{SITE[1] + 100.0}", "z": f"{GROUND_M + 30.0}",
        "instrument": "probe", "kind": "broadband", "frequency_mhz": "", "value": f"{value!r}", "unit": "e_v_m",
        "uncertainty_db": "3", "below_detection": "", "phase": "",
    }  # fmt: skip
    return {**known, **changes}


def ask(folder: Path, capsys: pytest.CaptureFixture[str], rows: list[dict[str, str]], *more: str) -> dict[str, Any]:
    write_rows(folder / "data" / "field.csv", list(HEAD), [[r[name] for name in HEAD] for r in rows])
    assert run_cli(["exposure", "compare", str(folder), "--json", *more]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_measured_beside_both_maxima_by_hand(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(0.5 * E_100_M), row(1.2 * E_100_M), row(2.0 * E_100_M), row(0.5, uncertainty_db="")]
    found = ask(tiny, capsys, rows)["measurements"]
    for one in found:
        assert one["theoretical"]["e_v_m"] == pytest.approx(E_100_M, rel=1e-4)  # one cell was on air in May
        assert one["actual"] == one["theoretical"]
        assert one["computed_for"] == "2026-05-04"
    # 3 dB are a factor of 1.41 in the field: half keeps, 1.2 may, twice does not, and without an interval who knows
    assert [one["theoretical"]["keeps"] for one in found] == ["yes", "undecided", "no", "unknown"]
    assert found[0]["theoretical"]["difference_db"] == pytest.approx(-6.02, abs=0.01)
    assert found[0]["measured"]["e_high_v_m"] == pytest.approx(0.5 * E_100_M * 10.0**0.15, rel=1e-4)
    assert found[0]["ratio"]["kz"]["measured"] == pytest.approx((0.5 * E_100_M) ** 2 / 377.0 / 0.1, rel=1e-3)
    assert found[0]["ratio"]["kz"]["theoretical"] == pytest.approx(E_100_M**2 / 377.0 / 0.1, rel=1e-3)
    assert found[3]["measured"]["e_low_v_m"] is None


def test_each_value_meets_the_network_of_its_day(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(0.5), row(0.6, time="2026-06-01T12:00"), row(0.7, time="2026-07-02")]
    found = ask(tiny, capsys, rows, "--on-air", "2026-06-01")
    assert found["days"] == ["2026-05-04", "2026-07-02"]  # nothing changed between the last two
    assert [one["phase"] for one in found["measurements"]] == ["before", "after", "after"]
    fields = [one["theoretical"]["e_v_m"] for one in found["measurements"]]
    assert fields == pytest.approx([E_100_M, E_100_M * math.sqrt(2.0), E_100_M * math.sqrt(2.0)], rel=1e-4)
    assert found["measurements"][2]["actual"]["e_v_m"] == pytest.approx(E_100_M * math.sqrt(1.5), rel=1e-4)
    (change,) = found["changes"]
    assert (change["before_row"], change["after_row"]) == (2, 4)
    assert change["change_db"] == pytest.approx(20.0 * math.log10(0.7 / 0.5), abs=1e-3)
    assert change["change_high_db"] - change["change_db"] == pytest.approx(3.0 * math.sqrt(2.0), abs=2e-3)
    assert change["theoretical_change_db"] == pytest.approx(3.01, abs=0.01)
    assert change["actual_change_db"] == pytest.approx(1.76, abs=0.01)
    one_day = ask(tiny, capsys, rows, "--date", "2026-05-01")
    assert one_day["days"] == ["2026-05-01"]
    assert {one["computed_for"] for one in one_day["measurements"]} == {"2026-05-01"}


def test_a_selective_value_meets_only_the_cells_in_its_range(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    late = {"time": "2026-07-02", "kind": "selective"}
    rows = [
        row(0.5, **late, frequency_mhz="1815"), row(0.5, **late, frequency_mhz="929.9"),
        row(0.5, **late, frequency_mhz="3600"), row(0.5, time="2026-07-02"),
    ]  # fmt: skip
    found = ask(tiny, capsys, rows, "--limits", "icnirp2020,ch")["measurements"]
    powers = [one["theoretical"]["s_w_m2"] for one in found]
    assert powers[0] == pytest.approx(E_100_M**2 / 377.0, rel=1e-3)
    assert powers[0] + powers[1] == pytest.approx(powers[3], rel=1e-4)
    assert powers[2] == 0.0
    assert (found[2]["theoretical"]["keeps"], found[2]["theoretical"]["difference_db"]) == ("unknown", None)
    assert "no cell of the project" in found[2]["reason"]
    s = 0.25 / (120.0 * math.pi)
    # ICNIRP at 1815 MHz is 9.075, at 929.9 MHz 4.6495 W/m2; a broadband value meets that of the lower carrier
    allowed = [s / one["ratio"]["icnirp2020"]["measured"] for one in found]
    assert allowed == pytest.approx([9.075, 925.0 / 200.0, 10.0, 925.0 / 200.0], rel=1e-4)
    assert found[0]["ratio"]["ch"]["measured"] is None  # of one installation, and nobody measures it alone


def test_below_detection_is_a_bound(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(0.2, below_detection="yes", uncertainty_db=""), row(0.2, phase="after", below_detection="yes"),
            row(0.3, phase="before")]  # fmt: skip
    found = ask(tiny, capsys, rows)
    first = found["measurements"][0]
    assert (first["measured"]["below_detection"], first["measured"]["e_low_v_m"]) == (True, 0.0)
    assert first["theoretical"]["keeps"] == "yes"
    assert found["changes"][0]["change_db"] is None
    assert found["changes"][0]["below_detection"]


def test_a_place_beyond_the_terrain_keeps_its_row(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = ask(tiny, capsys, [row(0.5), row(0.5, id="deep", z="100"), row(0.5, id="in", y=f"{SITE[1]}")])
    deep, inside = found["measurements"][1:]
    assert (deep["theoretical"]["s_w_m2"], deep["theoretical"]["keeps"]) == (None, "unknown")
    assert "below the ground" in deep["reason"]
    assert "inside an antenna" in inside["reason"]
    assert inside["theoretical"]["keeps"] == "unknown"
    assert [aside["row"] for aside in found["set_aside"]] == [3]


def test_table_and_picture_to_files(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(0.5, phase="before"), row(0.9, phase="after"), row(0.01, below_detection="yes", time="2026-07-02")]
    ask(tiny, capsys, rows)
    out, picture = tiny / "compared.csv", tiny / "compared.png"
    command = ["exposure", "compare", str(tiny), "--out", str(out), "--picture", str(picture)]
    assert run_cli(command) == 0
    table = read_rows(out)
    assert [r["theoretical_keeps"] for r in table] == ["yes", "yes", "yes"]
    assert table[0]["ratio_kz_measured"]
    first = picture.read_bytes()
    assert first.startswith(b"\x89PNG")
    capsys.readouterr()
    assert run_cli(command) == 2
    assert "is there already" in capsys.readouterr().err
    assert run_cli([*command, "--overwrite"]) == 0
    assert picture.read_bytes() == first
    assert run_cli(["exposure", "compare", str(tiny), "--picture", str(tiny / "a.gif")]) == 2


def test_without_a_file_and_with_a_bad_one(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rows(tiny / "data" / "field.csv", list(HEAD), [list(row(0.5, unit="").values())])
    assert run_cli(["check", str(tiny), "--date", "2026-06-01"]) == 3
    assert "field.csv:2: " in capsys.readouterr().err
    edit_text(tiny / "project.toml", lambda t: t.split("\n[exposure]")[0])
    assert run_cli(["exposure", "compare", str(tiny)]) == 3
    assert "[exposure].measurements" in capsys.readouterr().err


def propose(folder: Path, on_air: str = "") -> None:
    """Name a table with a candidate of 1 kW, 30 m to the east of the first site."""
    first = read_rows(folder / "data" / "cells.csv")[0]
    lon, lat = lon_lat(SITE[0] + 30.0, SITE[1])
    cell = {**first, "id": "N-1", "site": "N", "lon": f"{lon:.9f}", "lat": f"{lat:.9f}", "on_air": on_air}
    write_rows(folder / "data" / "candidates.csv", list(cell), [list(cell.values())])
    edit_text(folder / "project.toml", lambda t: t + 'candidates = "data/candidates.csv"\n')


def test_after_is_with_the_candidate_as_in_its_pack(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    propose(tiny)
    rows = [row(0.5, phase="before"), row(0.9, phase="after"), row(0.9, id="b")]
    day = ("--date", "2026-05-04", "--limits", "kz")
    found = ask(tiny, capsys, rows, *day, "--candidate", "N")
    fields = [one["theoretical"]["e_v_m"] for one in found["measurements"]]
    assert fields[0] == fields[2] == pytest.approx(E_100_M, rel=1e-3)
    second = math.sqrt(30_000.0) / math.hypot(100.0, 30.0)
    assert fields[1] == pytest.approx(math.hypot(E_100_M, second), rel=1e-3)
    assert [one["candidate"] for one in found["measurements"]] == [None, "N", None]
    assert any("candidate N" in note for note in found["notes"])
    project = Project.open(tiny)
    field = field_of(project, dt.date(2026, 5, 4), Setting(("kz",)))
    beside = measured_beside(project, proposal_of(project, field, "N"), 150.0)
    assert [one.computed_v_m for one in beside] == fields


def test_after_without_a_candidate_is_said(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(0.5, phase="after")]
    assert not any("--candidate" in note for note in ask(tiny, capsys, rows)["notes"])
    propose(tiny, on_air="2026-05-01")
    assert any("(there are: N); --candidate ID" in note for note in ask(tiny, capsys, rows)["notes"])
    assert not any("--candidate" in note for note in ask(tiny, capsys, [row(0.5, phase="before")])["notes"])
    # the day on which the cells of the candidate go on air parts before from after
    phases = [one["phase"] for one in ask(tiny, capsys, [row(0.5)], "--candidate", "N")["measurements"]]
    assert phases == ["after"]


# --- parts


@pytest.mark.parametrize(
    ("low", "high", "most", "answer"),
    [(1.0, 2.0, 2.0, "yes"), (1.0, 2.0, 1.5, "undecided"), (1.0, 2.0, 1.0, "undecided"), (1.1, 2.0, 1.0, "no"),
     (math.nan, 2.0, 3.0, "unknown"), (1.0, 2.0, math.nan, "unknown"), (0.0, 1.0, 0.0, "unknown")],
)  # fmt: skip
def test_whether_a_value_keeps_below_a_maximum(low: float, high: float, most: float, answer: str) -> None:
    assert keeps(low, high, most) == answer


def test_only_places_measured_twice_alike_have_a_change() -> None:
    def one(phase: str, place: str, s: float) -> dict[str, Any]:
        measured = {"s_w_m2": s, "s_low_w_m2": s / 2, "s_high_w_m2": 2 * s, "e_v_m": s, "below_detection": False}
        computed = {"s_w_m2": 1.0}
        return {
            "id": place, "kind": "broadband", "from_mhz": None, "to_mhz": None, "phase": phase, "row": 2,
            "measured": measured, "theoretical": computed, "actual": computed,
        }  # fmt: skip

    assert changes_of([one("before", "a", 1.0), one("after", "b", 1.0), one("", "a", 1.0)]) == ()
    (change,) = changes_of([one("before", "a", 1.0), one("before", "a", 2.0), one("after", "a", 0.2)])
    assert change["change_db"] == pytest.approx(-10.0)
    assert change["change_low_db"] == pytest.approx(-10.0 - 3.0103 * math.sqrt(2.0), abs=1e-3)


def test_a_picture_says_in_words_what_it_shows() -> None:
    rows = [
        FieldRow("window 1", "broadband, 2026-05-04", "before", 0.4, 0.3, 0.5, bool(0), 2.0, 1.0, 6.14),
        FieldRow("window 1", "broadband, 2026-07-04", "after", 0.05, None, None, bool(1), None, None, None),
    ]
    for kind in ("png", "svg"):
        assert draw_fields(rows, "t", Texts("en"), kind, limit="kz") == draw_fields(
            rows,
            "t",
            Texts("en"),
            kind,
            limit="kz",
        )
    drawn = draw_fields(rows, "t", Texts("en"), "svg", limit="kz").decode()
    assert "window 1, before, broadband, 2026-05-04: measured 0.40 V/m; computed 2.00 V/m theoretical" in drawn
    assert "measured ≤ 0.05 V/m; computed – V/m" in drawn
    assert "VERIFIED" not in drawn
    doubted = draw_fields(rows, "t", Texts("en"), "svg", limit="kz", doubts=("expired", "unverified")).decode()
    assert "limit kz, EXPIRED, NOT VERIFIED" in doubted
