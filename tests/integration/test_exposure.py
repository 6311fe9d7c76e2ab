"""``aqdaq exposure at`` on a tiny project: the figures by hand, what is said beside them, and bad input."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely.geometry import box

from aqdaq.cli.main import run_cli
from tests.antenna_text import antenna_text
from tests.tiny_project import DATE, X_MIN, Y_MIN, edit_text, lon_lat, make_project, read_rows, write_rows

SITE = (X_MIN + 300.0, Y_MIN + 460.0)
#: Ground below the first site: 700 m at the northern edge of the terrain, 0.06 m more each metre to the south.
GROUND_M = 700.0 + 0.06 * (1200.0 + 200.0 - 460.0 - 10.0)
ALL = ("id", "x", "y", "z")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A project with one cell: 60 dBm, omnidirectional, 30 m high, on the first site."""
    folder = make_project(tmp_path / "tiny")
    cells = folder / "data" / "cells.csv"
    first = {**read_rows(cells)[0], "eirp_dbm": "60", "omni": "yes", "downtilt_deg": "0", "ports": "1"}
    write_rows(cells, list(first), [list(first.values())])
    return folder


def points(folder: Path, rows: list[tuple[Any, ...]], head: tuple[str, ...] = ALL) -> Path:
    path = folder / "receptors.csv"
    write_rows(path, list(head), [list(row) for row in rows])
    return path


def ahead(metres: float, name: str = "a") -> tuple[Any, ...]:
    """A receptor north of the antenna, as high as it."""
    return (name, SITE[0], SITE[1] + metres, GROUND_M + 30.0)


def ask(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    code = run_cli(
        ["exposure", "at", str(folder), "--points", str(folder / "receptors.csv"), "--date", DATE, "--json", *more]
    )
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return {**found, "code": code}


def test_power_density_field_and_ratios_by_hand(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(tiny, [ahead(100.0)])
    found = ask(tiny, capsys, "--limits", "kz,icnirp2020,it")
    assert found["code"] == 0
    (row,) = found["receptors"]
    s = 1000.0 / (4.0 * math.pi * 100.0**2)
    assert row["s_w_m2"] == pytest.approx(s, rel=1e-4)
    assert row["e_v_m"] == pytest.approx(math.sqrt(30_000.0) / 100.0, rel=1e-4)
    assert row["ratio"]["kz"] == pytest.approx(s / 0.1, rel=1e-4)
    assert row["ratio"]["icnirp2020"] == pytest.approx(s / (1815.0 / 200.0), rel=1e-4)
    assert row["field_percent"]["it"] == pytest.approx(100.0 * row["e_v_m"] / 15.0, rel=1e-4)
    assert row["within"] == {"kz": True, "icnirp2020": True, "it": True}
    assert (row["largest"], row["largest_share"], row["reason"]) == ("A-1", 1.0, "")
    assert row["actual"]["s_w_m2"] == row["s_w_m2"]


def test_reflection_raises_the_power_density(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(tiny, [ahead(100.0)])
    plain, worst = (ask(tiny, capsys, "--reflection", factor)["receptors"][0] for factor in ("1", "4"))
    assert worst["s_w_m2"] == pytest.approx(4.0 * plain["s_w_m2"], rel=1e-5)
    assert worst["e_v_m"] == pytest.approx(2.0 * plain["e_v_m"], rel=1e-5)


def test_two_ports_and_a_duty(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(tiny, [ahead(100.0)])
    plain = ask(tiny, capsys)
    cells = tiny / "data" / "cells.csv"
    row = {**read_rows(cells)[0], "ports": "2", "tdd_duty": "0.75", "sub_arrays": "32", "power_reduction": "0.5"}
    write_rows(cells, list(row), [list(row.values())])
    found = ask(tiny, capsys)
    s = found["receptors"][0]["s_w_m2"]
    assert s == pytest.approx(2.0 * plain["receptors"][0]["s_w_m2"], rel=1e-5)
    assert found["receptors"][0]["actual"]["s_w_m2"] == pytest.approx(0.75 * 0.5 * 0.13 * s, rel=1e-5)
    factor = next(a for a in found["assumed"] if a["item"] == "factor of adaptive antennas")
    assert "NOT VERIFIED" in factor["reason"]


def test_degrees_and_heights_above_the_ground(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(tiny, [ahead(100.0)])
    metres = ask(tiny, capsys)["receptors"][0]
    lon, lat = lon_lat(SITE[0], SITE[1] + 100.0)
    height = 30.0 + 0.06 * 100.0  # the ground falls to the north
    points(tiny, [("a", f"{lon:.9f}", f"{lat:.9f}", height)], ("id", "lon", "lat", "height_m"))
    degrees = ask(tiny, capsys)["receptors"][0]
    assert degrees["s_w_m2"] == pytest.approx(metres["s_w_m2"], rel=1e-4)
    assert degrees["z_m"] == pytest.approx(metres["z_m"], abs=0.01)


def test_buildings_attenuate_when_line_of_sight_is_asked(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tiny / "data" / "buildings.gpkg"
    frame = gpd.read_file(path)
    frame["material"] = "concrete"
    frame["height_m"] = 60.0
    frame.to_file(path, driver="GPKG")
    behind = ("b", X_MIN + 230.0, Y_MIN + 700.0, GROUND_M + 10.0)  # behind the house from 600 to 640 m north
    points(tiny, [ahead(100.0), behind])
    free, seen = (ask(tiny, capsys, way)["receptors"] for way in ("--free-space", "--line-of-sight"))
    assert seen[0]["s_w_m2"] == free[0]["s_w_m2"]
    assert seen[1]["s_w_m2"] == pytest.approx(free[1]["s_w_m2"] * 10.0**-1.5, rel=1e-4)
    assert seen[1]["largest_attenuation_db"] == 15.0


def test_buildings_without_height_are_listed_and_shade_nothing(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tiny / "data" / "buildings.gpkg"
    frame = gpd.read_file(path)
    frame["material"] = "concrete"
    frame.loc[[0, 11], "height_m"] = None  # the last one is not built yet
    frame.to_file(path, driver="GPKG")
    points(tiny, [("b", X_MIN + 230.0, Y_MIN + 700.0, GROUND_M + 1.0)])
    found = ask(tiny, capsys, "--line-of-sight")
    assert found["incomplete"] is True
    assert found["buildings_without_height"] == ["house-0"]
    assert found["receptors"][0]["largest_attenuation_db"] == 0.0
    assert any("INCOMPLETE" in note and "house-0" in note for note in found["notes"])


def test_a_receptor_inside_an_antenna_gets_no_figures(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(tiny, [ahead(0.1, "in"), ahead(10.0, "out")])
    found = ask(tiny, capsys)
    inside, outside = found["receptors"]
    assert inside["reason"] == "lies inside the antenna of A-1"
    assert inside["s_w_m2"] is None
    assert inside["ratio"]["kz"] is None
    assert inside["within"]["kz"] is None
    assert inside["largest"] is None
    assert outside["s_w_m2"] > 0.0
    assert [a["row"] for a in found["set_aside"]] == [2]


def test_rows_without_an_answer_are_kept_and_listed(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    low = ("low", SITE[0], SITE[1], 1.5)
    points(tiny, [ahead(100.0), low, ("text", "x", "1", "2")])
    found = ask(tiny, capsys)
    assert [row["id"] for row in found["receptors"]] == ["a", "low", "text"]
    assert [row["s_w_m2"] is None for row in found["receptors"]] == [False, True, True]
    assert "lies below the ground" in found["receptors"][1]["reason"]
    assert [a["row"] for a in found["set_aside"]] == [3, 4]


def test_no_row_with_an_answer_is_bad_input(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(tiny, [("low", SITE[0], SITE[1], 1.5)])
    found = ask(tiny, capsys)
    assert found["code"] == 3
    assert "lies below the ground" in found["faults"][0]["what"]


def test_an_id_that_stands_twice_hides_no_other_fault(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(tiny, [ahead(100.0), ahead(90.0), ("text", "x", "1", "2")])
    found = ask(tiny, capsys)
    assert found["code"] == 3
    assert [fault["where"] for fault in found["faults"]] == ["receptors.csv:3", "receptors.csv:4"]


def test_the_material_around_a_receptor_counts_when_it_is_given(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(*ahead(100.0, n), m) for n, m in (("a", ""), ("b", "brick"), ("c", "marzipan"))]
    points(tiny, rows, (*ALL, "material"))
    a, b, c = ask(tiny, capsys)["receptors"]
    assert b["s_w_m2"] == pytest.approx(a["s_w_m2"] * 10.0**-0.5, rel=1e-4)
    assert c["s_w_m2"] is None
    assert c["reason"] == "material without an attenuation"


def test_limits_that_are_over_or_not_read_are_marked_wherever_they_are_used(
    tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    points(tiny, [ahead(100.0)])
    args = ["exposure", "at", str(tiny), "--points", str(tiny / "receptors.csv"), "--limits", "ru", "--json"]
    assert run_cli([*args, "--date", "2027-06-01"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["limits"][0]["expired"] is True
    assert found["limits"][0]["verified"] is False
    assert "EXPIRED on 2027-03-01; NOT VERIFIED" in err
    assert found["receptors"][0]["ratio"]["ru"] > 0.0
    assert found["receptors"][0]["within"]["ru"] is None


def test_an_eirp_that_nobody_gave_is_a_fault(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = tiny / "data" / "cells.csv"
    row = {**read_rows(cells)[0], "eirp_dbm": ""}
    write_rows(cells, list(row), [list(row.values())])
    points(tiny, [ahead(100.0)])
    found = ask(tiny, capsys)
    assert found["code"] == 3
    assert "neither the EIRP nor its parts are given" in found["faults"][0]["what"]


def test_ports_that_nobody_gave_are_said(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(tiny, [ahead(100.0)])
    assert "EIRP of all ports" not in {a["item"] for a in ask(tiny, capsys)["assumed"]}
    cells = tiny / "data" / "cells.csv"
    row = {**read_rows(cells)[0], "ports": ""}
    write_rows(cells, list(row), [list(row.values())])
    assert "EIRP of all ports" in {a["item"] for a in ask(tiny, capsys)["assumed"]}


def test_an_antenna_file_without_the_unit_of_its_gain_is_said(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = tiny / "data" / "cells.csv"
    row = {**read_rows(cells)[0], "eirp_dbm": "", "omni": "", "power_dbm": "43", "antenna_file": "data/a.msi"}
    write_rows(cells, list(row), [list(row.values())])
    points(tiny, [ahead(100.0)])
    for gain, unit_said in (("GAIN 15.85", False), ("GAIN 18 dBi", True)):
        text = antenna_text()
        (tiny / "data" / "a.msi").write_text(text, encoding="utf-8")
        edit_gain(tiny / "data" / "a.msi", gain)
        items = {a["item"] for a in ask(tiny, capsys)["assumed"]}
        assert ("unit of the antenna gain" in items) is not unit_said


def edit_gain(path: Path, gain: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = [gain if line.upper().startswith("GAIN") else line for line in lines]
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")


def test_csv_says_the_same_and_is_not_overwritten(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(tiny, [ahead(100.0), ahead(0.1, "in")])
    found = ask(tiny, capsys, "--limits", "kz")["receptors"]
    args = ["exposure", "at", str(tiny), "--points", str(tiny / "receptors.csv"), "--date", DATE, "--limits", "kz"]
    assert run_cli(args) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert float(rows[0]["s_w_m2"]) == found[0]["s_w_m2"]
    assert float(rows[0]["actual_ratio_kz"]) == found[0]["actual"]["ratio"]["kz"]
    assert rows[0]["within_kz"] == "yes"
    assert rows[1]["s_w_m2"] == ""
    assert rows[1]["within_kz"] == ""
    assert {row["caution"] for row in rows} == {"kz: NOT VERIFIED: the text of the rule was not read"}
    out = tiny / "out.csv"
    assert run_cli([*args, "--out", str(out)]) == 0
    assert run_cli([*args, "--out", str(out)]) == 2
    assert run_cli([*args, "--out", str(out), "--overwrite"]) == 0
    assert list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8")))) == rows


def test_unknown_limits_and_a_bad_project(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(tiny, [ahead(100.0)])
    assert ask(tiny, capsys, "--limits", "nonsense")["code"] == 3
    assert ask(tiny, capsys, "--limits", " , ")["code"] == 2
    assert len(ask(tiny, capsys, "--limits", "all")["limits"]) == 12
    edit_text(tiny / "project.toml", lambda text: text.replace("data/cells.csv", "data/nowhere.csv"))
    assert ask(tiny, capsys)["code"] == 3


# --- solve


@pytest.fixture
def two_sites(tiny: Path) -> Path:
    """The tiny project with a second site of one cell."""
    cells = tiny / "data" / "cells.csv"
    first = read_rows(cells)[0]
    second = {**first, "id": "Z-1", "site": "S2", "frequency_mhz": "935", "bandwidth_mhz": "10", "eirp_dbm": "50"}
    third = {**first, "id": "A-9", "frequency_mhz": "935", "bandwidth_mhz": "10", "eirp_dbm": "57"}
    write_rows(cells, list(first), [list(row.values()) for row in (first, second, third)])
    return tiny


def solve(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    args = [
        "exposure",
        "solve",
        str(folder),
        "--points",
        str(folder / "receptors.csv"),
        "--date",
        DATE,
        "--json",
        *more,
    ]
    code = run_cli(args)
    return {**json.loads(capsys.readouterr().out), "code": code}


def test_solve_says_what_a_site_may_radiate(two_sites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(two_sites, [ahead(60.0), ahead(90.0, "b")])
    found = solve(two_sites, capsys, "--site", "S1", "--limits", "kz", "--share", "0.5")
    assert found["code"] == 0
    assert (found["receptor"], found["limit"], found["within"]) == ("a", "kz", True)
    low, high = found["bands"]
    assert (low["frequency_mhz"], high["frequency_mhz"]) == (935.0, 1815.0)
    allowed = 0.05 * 4.0 * math.pi * 60.0**2
    assert high["alone_w"] == pytest.approx(allowed, rel=0.01)
    assert low["together_w"] + high["together_w"] == pytest.approx(allowed, rel=0.01)
    assert high["alone_dbm"] == pytest.approx(10.0 * math.log10(1000.0 * high["alone_w"]), abs=1e-3)
    distance = {row["cell"]: row["distance_m"]["kz"] for row in found["standoff"]}
    assert distance["A-1"] == pytest.approx(math.sqrt(1000.0 / (4.0 * math.pi * 0.05)), rel=1e-3)
    assert found["positions"] == []


def test_what_solve_allows_is_within_for_at(two_sites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(two_sites, [ahead(25.0), ahead(40.0, "b")])
    scale = solve(two_sites, capsys, "--site", "S1", "--limits", "kz")["scale"]
    assert scale < 1.0
    cells = two_sites / "data" / "cells.csv"
    rows = read_rows(cells)
    for row in rows:
        if row["site"] == "S1":
            row["eirp_dbm"] = f"{float(row['eirp_dbm']) + 10.0 * math.log10(scale):.9f}"
    write_rows(cells, list(rows[0]), [list(row.values()) for row in rows])
    ratios = [row["ratio"]["kz"] for row in ask(two_sites, capsys, "--limits", "kz")["receptors"]]
    assert max(ratios) == pytest.approx(1.0, abs=1e-4)


def test_solve_names_the_best_places_on_a_roof(two_sites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(
        two_sites, [("a", X_MIN + 450.0, Y_MIN + 600.0, GROUND_M + 20.0)]
    )  # north of house-1, 420 to 480, 520 to 560
    found = solve(
        two_sites, capsys, "--site", "S1", "--limits", "kz", "--building", "house-1", "--above-roof", "2,5",
        "--downtilts", "0,6", "--line-of-sight",
    )  # fmt: skip
    best, *others = found["positions"]
    assert len(others) == 9
    assert best["scale"] == max(row["scale"] for row in found["positions"])
    assert best["y_m"] == pytest.approx(Y_MIN + 520.0, abs=0.1)
    assert best["above_roof_m"] in (2.0, 5.0)


def test_solve_without_room_says_where(two_sites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    near_the_other = ("c", X_MIN + 860.0, Y_MIN + 763.0, 700.0 + 0.06 * (1400.0 - 760.0 - 10.0) + 30.0)
    points(two_sites, [ahead(60.0), near_the_other])
    found = solve(two_sites, capsys, "--site", "S1", "--limits", "kz")
    assert found["code"] == 4
    assert "kz at c: ratio" in found["message"]


def test_solve_refuses_what_it_does_not_know(two_sites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(two_sites, [ahead(60.0)])
    assert solve(two_sites, capsys, "--site", "S7")["code"] == 3
    assert solve(two_sites, capsys, "--site", "S1", "--building", "house-11")["code"] == 3  # not built yet
    assert solve(two_sites, capsys, "--site", "S1", "--above-roof", "high")["code"] == 2


def test_solve_in_words(two_sites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points(two_sites, [ahead(60.0)])
    args = ["exposure", "solve", str(two_sites), "--points", str(two_sites / "receptors.csv"), "--date", DATE]
    assert run_cli([*args, "--site", "S1", "--building", "house-1"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("S1: power may be multiplied by ")
    assert "1815 MHz: EIRP 1000 W; at most" in out
    assert "10. " in out
    assert "NOT VERIFIED" in err


def test_solve_says_how_far_to_stay_away_and_what_is_exceeded(
    two_sites: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    points(two_sites, [("a", X_MIN + 450.0, Y_MIN + 565.0, GROUND_M + 20.0)])  # 5 m before the roof of house-1
    found = solve(two_sites, capsys, "--site", "S1", "--limits", "kz", "--building", "house-1")
    args = ["exposure", "solve", str(two_sites), "--points", str(two_sites / "receptors.csv"), "--date", DATE]
    assert run_cli([*args, "--site", "S1", "--limits", "kz", "--building", "house-1", "--reflection", "4"]) == 0
    out = capsys.readouterr().out
    away = math.ceil(2.0 * math.sqrt(1000.0 / (4.0 * math.pi * 0.1)))
    assert f"A-1: in its beam, alone and in free space, stay at least {away} m away (limit kz)" in out
    assert "downtilt A-1 0 deg, A-9 0 deg: factor" in out
    assert found["positions"][0]["scale"] is not None
    last = next(line for line in out.splitlines() if line.startswith("10. "))
    factor = float(last.split("factor ")[1].split(":")[0])
    assert factor < 1.0
    times = float(last.split("the site is ")[1].split(" times")[0])
    assert times == pytest.approx(1.0 / factor, abs=0.02)


# --- candidates


def propose(folder: Path, **changes: str) -> None:
    """Name a table with a candidate N of 60 dBm, 30 m high, 300 m east of the first site."""
    first = read_rows(folder / "data" / "cells.csv")[0]
    lon, lat = lon_lat(SITE[0] + 300.0, SITE[1])
    row = {**first, "id": "N-1", "site": "N", "lon": f"{lon:.9f}", "lat": f"{lat:.9f}", **changes}
    write_rows(folder / "data" / "candidates.csv", list(row), [list(row.values())])
    edit_text(folder / "project.toml", lambda text: text + '\n[exposure]\ncandidates = "data/candidates.csv"\n')


def test_a_candidate_counts_when_it_is_named(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    propose(tiny)
    points(tiny, [("a", SITE[0] + 300.0, SITE[1] + 100.0, GROUND_M + 30.0)])
    without, with_it = (ask(tiny, capsys, *more) for more in ((), ("--candidate", "N")))
    own = 1000.0 / (4.0 * math.pi * 100.0**2)
    assert with_it["receptors"][0]["s_w_m2"] - without["receptors"][0]["s_w_m2"] == pytest.approx(own, rel=1e-3)
    assert with_it["receptors"][0]["largest"] == "N-1"
    assert any("with the candidate N" in note for note in with_it["notes"])
    assert ask(tiny, capsys, "--candidate", "M")["code"] == 2


def test_a_candidate_has_zones_and_room(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    propose(tiny)
    refused = draw(tiny, capsys, "--site", "N")
    assert refused["code"] == 3
    assert "--candidate: N" in json.dumps(refused["faults"])
    (zone,) = draw(tiny, capsys, "--candidate", "N")["zones"]
    assert zone["site"] == "N"
    assert zone["restriction_from_m"] < 30.0 < zone["restriction_to_m"]
    points(tiny, [("a", SITE[0] + 300.0, SITE[1] + 60.0, GROUND_M + 30.0)])
    assert "--candidate: N" in json.dumps(solve(tiny, capsys, "--site", "N")["faults"])
    found = solve(tiny, capsys, "--candidate", "N", "--limits", "kz")
    assert (found["site"], [row["cell"] for row in found["standoff"]]) == ("N", ["N-1"])
    assert found["bands"][0]["alone_w"] == pytest.approx(0.1 * 4.0 * math.pi * 60.0**2, rel=0.05)
    assert solve(tiny, capsys)["code"] == 2


# --- zones


def draw(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    args = ["exposure", "zones", str(folder), "--out", str(folder / "zones"), "--date", DATE, "--json", *more]
    code = run_cli([*args, "--limits", "kz"])
    return {**json.loads(capsys.readouterr().out), "code": code}


def test_zones_as_files_and_figures(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = draw(tiny, capsys, "--site", "S1")
    assert found["code"] == 0
    (zone,) = found["zones"]
    assert (zone["site"], zone["limit"]) == ("S1", "kz")
    assert zone["sanitary_area_m2"] == 0.0
    assert zone["restriction_from_m"] > 10.0
    assert zone["restriction_to_m"] < 30.0 + 30.0
    assert found["maximum"] == "theoretical"
    assert found["limits"][0]["caution"].startswith("NOT VERIFIED")
    folder = tiny / "zones"
    assert sorted(path.name for path in folder.iterdir()) == sorted(found["files"])
    sections = gpd.read_file(folder / "zones.gpkg", layer="restriction")
    assert sections["height_m"].diff().dropna().unique().tolist() == [3.0]
    assert all(shape.has_z for shape in sections.geometry)
    widest = sections.loc[sections.geometry.area.idxmax()]
    assert widest["height_m"] == pytest.approx(30.0, abs=1.5)
    assert set(gpd.list_layers(folder / "zones.gpkg")["name"]) == {"restriction", "vertical"}
    before = {name: (folder / name).read_bytes() for name in found["files"]}
    assert draw(tiny, capsys, "--site", "S1")["code"] == 2
    assert draw(tiny, capsys, "--site", "S1", "--overwrite")["code"] == 0
    assert {name: (folder / name).read_bytes() for name in found["files"]} == before


def test_a_planned_tower_that_enters_a_zone_is_reported(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # house-11: 60 m high, 300 to 360 m east and 500 to 540 m north, from 2027 on: 40 m before the antenna
    cells = tiny / "data" / "cells.csv"
    row = {**read_rows(cells)[0], "eirp_dbm": "64"}
    write_rows(cells, list(row), [list(row.values())])
    (zone,) = draw(tiny, capsys, "--site", "S1")["zones"]
    (entered,) = zone["entered"]
    assert (entered["building"], entered["planned"], entered["built"]) == ("house-11", True, "2027-01-01")
    assert 2.0 < entered["from_m"] < 32.0 < entered["to_m"] <= 60.0
    layer = gpd.read_file(tiny / "zones" / "zones.gpkg", layer="entered")
    assert layer["building"].tolist() == ["house-11"]
    args = ["exposure", "zones", str(tiny), "--out", str(tiny / "again"), "--date", DATE, "--limits", "kz"]
    assert run_cli([*args, "--step", "5"]) == 0
    assert "planned building house-11 enters it" in capsys.readouterr().out


def test_a_house_below_the_ground_of_the_site_is_reported(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # the ground falls 0.4 m each metre to the north of the site; a house 40 to 50 m from it is 11 m high
    path = tiny / "data" / "terrain.tif"
    with rasterio.open(path) as source:
        profile, heights = source.profile, source.read(1)
        rows = np.arange(source.height) + 0.5
        north = source.transform.f + source.transform.e * rows
    slope = 700.0 - 0.4 * np.maximum(north - SITE[1], 0.0)
    with rasterio.open(path, "w", **profile) as target:
        target.write(np.broadcast_to(slope[:, None], heights.shape).astype(heights.dtype), 1)
    frame = gpd.read_file(tiny / "data" / "buildings.gpkg")
    frame = frame[frame["id"] == "house-0"].copy() if "id" in frame else frame.iloc[:1].copy()
    frame["geometry"] = [box(SITE[0] - 5.0, SITE[1] + 40.0, SITE[0] + 5.0, SITE[1] + 50.0)]
    frame["height_m"] = 11.0
    frame.to_file(tiny / "data" / "buildings.gpkg", driver="GPKG")
    cells = tiny / "data" / "cells.csv"
    row = {**read_rows(cells)[0], "eirp_dbm": "68", "height_m": "10"}
    write_rows(cells, list(row), [list(row.values())])
    found = draw(tiny, capsys, "--site", "S1")
    (zone,) = found["zones"]
    (entered,) = zone["entered"]
    assert entered["to_m"] < 0.0  # the whole house stands below the ground of the site
    assert zone["restriction_from_m"] < entered["from_m"] + 3.0
    assert "negative below it" in found["heights"]


def test_zones_of_what_is_not_known(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert draw(tiny, capsys, "--site", "S9")["code"] == 3
    cells = tiny / "data" / "cells.csv"
    row = {**read_rows(cells)[0], "frequency_mhz": "98", "technology": "GSM", "bandwidth_mhz": ""}
    write_rows(cells, list(row), [list(row.values())])
    found = draw(tiny, capsys)
    assert found["code"] == 4
    assert "limit kz says nothing about 98 MHz" in found["message"]
