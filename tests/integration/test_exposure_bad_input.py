"""Bad input of exposure, case by case: what is a fault, what is said, and that nothing unknown ever passes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from aqdaq.cli.main import run_cli
from tests.antenna_text import antenna_text
from tests.tiny_project import DATE, X_MIN, Y_MIN, make_project, read_rows, write_rows

SITE = (X_MIN + 300.0, Y_MIN + 460.0)
MAST_M = 700.0 + 0.06 * (1200.0 + 200.0 - 460.0 - 10.0) + 30.0


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A project with one omnidirectional cell of 60 dBm, and a receptor 100 m before it."""
    folder = make_project(tmp_path / "tiny")
    change_cell(folder, eirp_dbm="60", omni="yes", downtilt_deg="0", ports="1")
    place(folder, SITE[1] + 100.0)
    return folder


def change_cell(folder: Path, **changes: str) -> None:
    cells = folder / "data" / "cells.csv"
    row = {**read_rows(cells)[0], **changes}
    write_rows(cells, list(row), [list(row.values())])


def place(folder: Path, *norths: float) -> None:
    rows = [[f"r{n}", SITE[0], north, MAST_M] for n, north in enumerate(norths)]
    write_rows(folder / "receptors.csv", ["id", "x", "y", "z"], rows)


def ask(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    args = ["exposure", "at", str(folder), "--points", str(folder / "receptors.csv"), "--date", DATE, "--json", *more]
    code = run_cli(args)
    out, err = capsys.readouterr()
    return {**json.loads(out), "code": code, "err": err}


def test_a_gain_without_unit_is_read_as_the_stronger_one_and_said(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change_cell(tiny, eirp_dbm="", omni="", power_dbm="43", antenna_file="data/a.msi")
    powers, said = [], []
    for gain in ("GAIN 15", "GAIN 15 dBd", "GAIN 15 dBi"):
        lines = [gain if line.upper().startswith("GAIN") else line for line in antenna_text().splitlines()]
        (tiny / "data" / "a.msi").write_text("\n".join(lines) + "\n", encoding="utf-8")
        found = ask(tiny, capsys)
        powers.append(found["receptors"][0]["s_w_m2"])
        said.append([a["value"] for a in found["assumed"] if a["item"] == "unit of the antenna gain"])
    assert said == [["dBd"], [], []]
    assert powers[0] == powers[1]
    assert powers[0] / powers[2] == pytest.approx(10.0**0.215, rel=0.003)


@pytest.mark.parametrize("command", ["at", "solve", "zones"])
def test_a_cell_without_eirp_stops_every_command(tiny: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    change_cell(tiny, eirp_dbm="")
    own = {
        "at": ["--points", str(tiny / "receptors.csv")], "zones": ["--out", str(tiny / "z")],
        "solve": ["--points", str(tiny / "receptors.csv"), "--site", "S1"],
    }[command]  # fmt: skip
    assert run_cli(["exposure", command, str(tiny), "--date", DATE, *own]) == 3
    assert "cells.csv:2" in capsys.readouterr().err
    assert not (tiny / "z").exists()


def test_a_receptor_in_an_antenna_is_unknown_for_at_and_leaves_no_room_for_solve(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place(tiny, SITE[1] + 100.0, SITE[1] + 0.1)
    known, inside = ask(tiny, capsys)["receptors"]
    assert known["within"]["icnirp2020"] is True
    assert inside["within"] == {"kz": None, "icnirp2020": None}
    assert "inside the antenna of A-1" in inside["reason"]
    args = ["exposure", "solve", str(tiny), "--points", str(tiny / "receptors.csv"), "--site", "S1", "--date", DATE]
    assert run_cli([*args, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scale"] == 0.0


def test_buildings_without_height_mark_every_answer_incomplete(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tiny / "data" / "buildings.gpkg"
    frame = gpd.read_file(path)
    frame.loc[:1, "height_m"] = None
    frame.to_file(path, driver="GPKG")
    found = ask(tiny, capsys, "--line-of-sight")
    assert found["incomplete"] is True
    assert found["buildings_without_height"] == ["house-0", "house-1"]
    assert "INCOMPLETE: 2 buildings without height: house-0, house-1" in found["err"]
    assert run_cli(["exposure", "zones", str(tiny), "--out", str(tiny / "z"), "--date", DATE, "--limits", "kz"]) == 0
    assert "INCOMPLETE" in capsys.readouterr().err
    record = json.loads((tiny / "z" / "zones.json").read_text(encoding="utf-8"))
    assert record["incomplete"] is True


def test_limits_that_are_over_or_not_read_are_said_by_every_command(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = ["--date", "2027-06-01", "--limits", "ru,kz"]
    points = ["--points", str(tiny / "receptors.csv")]
    for own in (["at", str(tiny), *points], ["solve", str(tiny), *points, "--site", "S1"],
                ["zones", str(tiny), "--site", "S1", "--step", "8", "--out", str(tiny / "z")]):  # fmt: skip
        assert run_cli(["exposure", *own, *late]) == 0
        err = capsys.readouterr().err
        assert "limit ru: EXPIRED on 2027-03-01; NOT VERIFIED" in err
        assert "limit kz: NOT VERIFIED" in err
    limits = json.loads((tiny / "z" / "zones.json").read_text(encoding="utf-8"))["limits"]
    assert [(one["id"], one["expired"], one["verified"]) for one in limits] == [
        ("ru", True, False),
        ("kz", False, False),
    ]
