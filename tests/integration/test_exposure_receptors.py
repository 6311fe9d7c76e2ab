"""``aqdaq exposure receptors`` and ``handset`` on a tiny project: what comes out, what is said beside it, bad input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from aqdaq.pipeline.exposure_handset import NOT_OPEN_LOOP
from aqdaq.pipeline.exposure_phones import NO_CELL, NO_CELL_BEFORE
from aqdaq.pipeline.exposure_windows import GONE, NO_BUILDING, NO_FLOOR, NO_KIND, TOO_FAR
from tests.conftest import Command, Said
from tests.tiny_project import DATE, X_MIN, Y_MIN, edit_cell, edit_text, lon_lat, make_project, read_rows, write_rows

WINDOWS = ("id", "building", "floor", "flat", "kind", "x", "y", "z")
#: house-4 stands at 640, 640 and is 18 m high.
BEFORE_HOUSE = (X_MIN + 639.0, Y_MIN + 660.0, 760.0)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The tiny project."""
    return make_project(tmp_path / "tiny")


def made(aqdaq: Command, folder: Path, *more: object, out: str = "r.csv") -> Said:
    return aqdaq("exposure", "receptors", folder, "--out", folder / out, "--date", DATE, "--json", "--overwrite", *more)


def buildings(folder: Path, change: Any) -> None:
    """Change the houses."""
    path = folder / "data" / "buildings.gpkg"
    frame = gpd.read_file(path)
    change(frame)
    path.unlink()
    frame.to_file(path, driver="GPKG")


def windows(folder: Path, *rows: tuple[Any, ...], head: tuple[str, ...] = WINDOWS) -> None:
    """Write a table of windows and name it."""
    write_rows(folder / "data" / "windows.csv", list(head), [list(row) for row in rows])
    edit_text(
        folder / "project.toml",
        lambda text: text if "[exposure]" in text else text + '\n[exposure]\nwindows = "data/windows.csv"\n',
    )


def test_every_kind_is_counted_and_written(tiny: Path, aqdaq: Command) -> None:
    found = made(aqdaq, tiny, "--site", "S1", "--within", "200")
    assert found.code == 0
    rows = read_rows(tiny / "r.csv")
    record = found.json
    assert len(rows) == record["receptors"] == sum(record["kinds"].values())
    assert {row["kind"] for row in rows} == set(record["kinds"]) == {"facade", "roof", "yard"}
    assert record["buildings"] == len({row["building"] for row in rows} - {""})
    assert not record["incomplete"]
    shared = sum(float(row["people"]) for row in rows if row["building"] == "house-0" and row["people"])
    assert shared == pytest.approx(40.0, abs=1e-3)
    # 60 x 40 m on a slope: 68 places before the walls, 4 floors
    facade = sum(row["building"] == "house-0" and row["kind"] == "facade" for row in rows)
    assert facade + record["below_ground"]["house-0"] == 68 * 4


def test_planned_houses_are_marked(tiny: Path, aqdaq: Command) -> None:
    made(aqdaq, tiny, "--building", "house-11")
    assert {row["planned"] for row in read_rows(tiny / "r.csv")} == {"yes"}
    made(aqdaq, tiny, "--building", "house-4")
    assert {row["planned"] for row in read_rows(tiny / "r.csv")} == {"no"}


def test_the_table_is_what_exposure_at_takes_and_shows_again(tiny: Path, aqdaq: Command) -> None:
    made(aqdaq, tiny, "--building", "house-9")
    rows = read_rows(tiny / "r.csv")
    found = aqdaq("exposure", "at", tiny, "--points", tiny / "r.csv", "--date", DATE, "--json")
    assert found.code == 0
    assert found.json["set_aside"] == []
    assert [(r["id"], r["kind"], r["floor"]) for r in found.json["receptors"]] == [
        (r["id"], r["kind"], r["floor"]) for r in rows
    ]
    assert all(r["s_w_m2"] > 0.0 for r in found.json["receptors"])


def test_a_geopackage_holds_the_same_points_with_their_height(tiny: Path, aqdaq: Command) -> None:
    for out in ("r.csv", "r.gpkg", "r.gpkg"):  # the second time it is replaced
        assert made(aqdaq, tiny, "--building", "house-4", out=out).code == 0
    frame, rows = gpd.read_file(tiny / "r.gpkg"), read_rows(tiny / "r.csv")
    assert frame["id"].tolist() == [row["id"] for row in rows]
    assert frame.geometry.z.iloc[0] == pytest.approx(float(rows[0]["z"]), abs=0.001)
    assert frame.crs == "EPSG:32643"


def test_the_same_question_gives_the_same_bytes(tiny: Path, aqdaq: Command) -> None:
    texts = []
    for _ in range(2):
        made(aqdaq, tiny, "--site", "S2", "--within", "150")
        texts.append((tiny / "r.csv").read_bytes())
    assert texts[0] == texts[1]


def test_floor_height_and_step(tiny: Path, aqdaq: Command) -> None:
    made(aqdaq, tiny, "--building", "house-4", "--floor-height", "6", "--step", "10")
    facade = [row for row in read_rows(tiny / "r.csv") if row["kind"] == "facade"]
    assert {row["floor"] for row in facade} == {"1", "2", "3"}
    assert sum(row["floor"] == "3" for row in facade) == 6 + 4 + 6 + 4


def test_a_place_in_degrees(tiny: Path, aqdaq: Command) -> None:
    lon, lat = lon_lat(X_MIN + 670.0, Y_MIN + 660.0)
    found = made(aqdaq, tiny, "--near", f"{lon:.7f},{lat:.7f}", "--within", "30")
    assert found.code == 0
    assert found.json["buildings"] == 1


def test_a_house_without_height_is_listed_and_makes_it_incomplete(tiny: Path, aqdaq: Command) -> None:
    def change(frame: gpd.GeoDataFrame) -> None:
        frame.loc[frame["id"] == "house-4", "height_m"] = None

    buildings(tiny, change)
    found = made(aqdaq, tiny, "--building", "house-4", "--building", "house-3")
    assert found.json["incomplete"]
    assert found.json["buildings_without_height"] == ["house-4"]
    assert [row["building"] for row in found.json["without_facade"]] == ["house-4"]
    assert "INCOMPLETE" in found.err
    assert {row["building"] for row in read_rows(tiny / "r.csv")} == {"house-3"}


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ((), 2, "say where"),
        (("--site", "S1", "--building", "house-4"), 2, "say where"),
        (("--site", "S1"), 2, "--within is missing"),
        (("--near", "north", "--within", "9"), 2, "LON,LAT"),
        (("--near", "76.9", "--within", "9"), 2, "LON,LAT"),
        (("--near", "43.2,76.9", "--within", "9"), 3, "not on the map"),
        (("--near", "nan,43.2", "--within", "9"), 3, "not on the map"),
        (("--site", "S9", "--within", "9"), 3, "no site 'S9'"),
        (("--building", "house-99"), 3, "no building 'house-99'"),
        (("--site", "S1", "--within", "1"), 3, "no building within 1 m"),
        (("--site", "S1", "--within", "-1"), 2, "--within"),
        (("--building", "house-4", "--step", "0"), 2, "--step"),
        (("--building", "house-4", "--floor-height", "0"), 2, "--floor-height"),
    ],
)
def test_bad_questions(tiny: Path, aqdaq: Command, more: tuple[str, ...], code: int, said: str) -> None:
    found = made(aqdaq, tiny, *more)
    assert found.code == code
    assert said in found.err + found.out
    assert not (tiny / "r.csv").exists()


def test_nothing_is_overwritten_and_the_suffix_is_known(tiny: Path, aqdaq: Command) -> None:
    (tiny / "r.csv").write_text("mine", encoding="utf-8")
    asked = ("exposure", "receptors", tiny, "--building", "house-4", "--date", DATE, "--out")
    assert aqdaq(*asked, tiny / "r.csv").code == 2
    assert (tiny / "r.csv").read_text(encoding="utf-8") == "mine"
    assert aqdaq(*asked, tiny / "r.xlsx").code == 2
    assert aqdaq(*asked, tiny / "none" / "r.csv").code == 3


# --- windows


def test_windows_that_are_given_stand_beside_the_facade_points(tiny: Path, aqdaq: Command) -> None:
    plain = made(aqdaq, tiny, "--building", "house-4").json
    windows(
        tiny,
        ("w1", "house-4", 5, "17", "window", *BEFORE_HOUSE),
        ("b1", "house-4", 5, "17", "balcony", *BEFORE_HOUSE),
        ("w2", "house-3", 1, "", "window", X_MIN + 699.0, Y_MIN + 810.0, 745.0),
    )
    found = made(aqdaq, tiny, "--building", "house-4")
    assert found.json["kinds"] == {"window": 1, **plain["kinds"], "balcony": 1}
    assert (found.json["windows_given"], found.json["set_aside"]) == (3, [])
    first = read_rows(tiny / "r.csv")[0]
    assert (first["id"], first["kind"], first["floor"], first["flat"]) == ("window:w1", "window", "5", "17")
    assert found.json["people"] == plain["people"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"building": "house-99"}, NO_BUILDING),
        ({"floor": "attic"}, NO_FLOOR),
        ({"floor": "0"}, NO_FLOOR),
        ({"floor": "2.5"}, NO_FLOOR),
        ({"kind": "door"}, NO_KIND),
        ({"x": "east"}, "not a number"),
        ({"z": ""}, "not a number"),
        ({"z": 700.0}, "lies below the ground: z counts from the datum of the terrain, height_m from the ground"),
        ({"x": X_MIN + 600.0}, TOO_FAR),
        ({"x": X_MIN - 5000.0}, "the ground is not known there"),
        ({"building": "house-3"}, GONE),
    ],
)
def test_a_bad_window_is_listed_and_the_others_are_used(
    tiny: Path, aqdaq: Command, changes: dict[str, Any], reason: str
) -> None:
    def change(frame: gpd.GeoDataFrame) -> None:
        frame["demolished"] = None
        frame.loc[frame["id"] == "house-3", "demolished"] = "2020-01-01"

    buildings(tiny, change)
    good = dict(zip(WINDOWS, ("w1", "house-4", 5, "17", "window", *BEFORE_HOUSE), strict=True))
    windows(tiny, tuple(good.values()), tuple({**good, "id": "w2", **changes}.values()))
    found = made(aqdaq, tiny, "--building", "house-4")
    assert found.code == 0
    assert [(a["row"], a["reason"]) for a in found.json["set_aside"]] == [(3, reason)]
    assert "windows.csv:3" in found.err
    assert found.json["kinds"]["window"] == 1


@pytest.mark.parametrize(
    ("head", "row", "said"),
    [
        (("id", "building", "flat", "kind", "x", "y", "z"), ("w", "house-4", "1", "window", *BEFORE_HOUSE), "'floor'"),
        (("id", "x", "y", "z"), ("w", *BEFORE_HOUSE), "'building'"),
        (WINDOWS, ("", "house-4", 1, "1", "window", *BEFORE_HOUSE), "id is empty"),
        (WINDOWS, ("w", "house-99", 1, "1", "window", *BEFORE_HOUSE), "unknown building"),
    ],
)
def test_a_table_of_windows_that_is_none(
    tiny: Path, aqdaq: Command, head: tuple[str, ...], row: tuple[Any, ...], said: str
) -> None:
    windows(tiny, row, head=head)
    found = made(aqdaq, tiny, "--building", "house-4")
    assert found.code == 3
    assert said in found.err + found.out


def test_a_table_of_windows_that_is_not_there(tiny: Path, aqdaq: Command) -> None:
    edit_text(tiny / "project.toml", lambda text: text + '\n[exposure]\nwindows = "data/none.csv"\n')
    assert made(aqdaq, tiny, "--building", "house-4").code == 3


# --- phones


def phones(aqdaq: Command, folder: Path, site: str = "S2", *more: str) -> Said:
    return aqdaq(
        "exposure",
        "handset",
        folder,
        "--points",
        folder / "p.csv",
        "--candidate",
        site,
        "--date",
        DATE,
        "--json",
        *more,
    )


def near_s2(folder: Path, *kinds: str) -> None:
    """Write receptors 100 m south-west of S2, 7.5 m above the ground."""
    lon, lat = lon_lat(X_MIN + 790.0, Y_MIN + 690.0)
    rows = [[f"p{n}", lon, lat, 7.5, kind] for n, kind in enumerate(kinds or ("facade",))]
    write_rows(folder / "p.csv", ["id", "lon", "lat", "height_m", "kind"], rows)


def test_a_site_lowers_the_power_of_phones_near_it(tiny: Path, aqdaq: Command) -> None:
    near_s2(tiny)
    found = phones(aqdaq, tiny)
    assert found.code == 0
    one, other = found.json["receptors"]
    assert (one["layer"], one["server_after"]) == ("A/LTE", "A-3")
    assert one["server_before"] in ("A-1", "A-2")
    assert one["loss_after_db"] < one["loss_before_db"]
    assert one["change_db"] == pytest.approx(one["after_dbm"] - one["before_dbm"], abs=1e-3)
    assert one["change_db"] < 0.0
    assert one["ratio"] == pytest.approx(10.0 ** (one["change_db"] / 10.0), rel=1e-3)
    # by hand: P_0 + alpha PL + 10 log10 M
    assert one["after_dbm"] == pytest.approx(-80.0 + 0.8 * one["loss_after_db"] + 10.0, abs=1e-3)
    assert (other["layer"], other["change_db"], other["reason"]) == ("B/LTE", None, NO_CELL_BEFORE)
    assert "estimate" in found.json["statement"]
    assert "alpha PL" in found.json["formula"]
    assert {a["item"] for a in found.json["assumed"]} >= {"P_0 of phones", "gain of antennas"}


def test_the_project_states_the_power_control(tiny: Path, aqdaq: Command) -> None:
    near_s2(tiny)
    lines = "handset_p0_dbm = -90.0\nhandset_alpha = 1.0\nhandset_blocks = 1\nhandset_max_dbm = 5.0\n"
    edit_text(tiny / "project.toml", lambda text: f"{text}\n[exposure]\n{lines}antenna_gain_dbi = 15.0\n")
    found = phones(aqdaq, tiny).json
    row = found["receptors"][0]
    assert row["after_dbm"] == pytest.approx(min(-90.0 + row["loss_after_db"], 5.0), abs=1e-3)
    assert row["before_dbm"] <= 5.0
    assert found["assumed"] == []


def test_indoors_the_entry_loss_lies_between(tiny: Path, aqdaq: Command) -> None:
    near_s2(tiny, "facade", "yard")
    outdoors = phones(aqdaq, tiny).json["receptors"]
    assert outdoors[0]["loss_after_db"] == outdoors[1]["loss_after_db"]
    change = 'environment = "indoor"\nentry_loss_db = 14.0\n'
    head = "[service.overrides.kz-4g-outdoor]\n"
    edit_text(tiny / "project.toml", lambda text: text.replace(head, head + change))
    found = phones(aqdaq, tiny).json
    facade, yard = found["receptors"][:2]
    assert yard["loss_after_db"] == outdoors[1]["loss_after_db"]
    assert facade["loss_after_db"] == pytest.approx(yard["loss_after_db"] + 14.0, abs=1e-3)
    assert found["entry_loss_db"]["A-1"] == 14.0


def test_whatever_the_dates_of_the_site(tiny: Path, aqdaq: Command) -> None:
    near_s2(tiny)
    today = phones(aqdaq, tiny).json["receptors"][0]
    for row in (4, 5, 6):  # the cells of S2 come later
        edit_cell(tiny / "data" / "cells.csv", row, "on_air", "2030-01-01")
    assert phones(aqdaq, tiny).json["receptors"][0] == today
    for row in (4, 5, 6):  # ... or are gone
        edit_cell(tiny / "data" / "cells.csv", row, "on_air", "")
        edit_cell(tiny / "data" / "cells.csv", row, "off_air", "2020-01-01")
    assert phones(aqdaq, tiny).json["receptors"][0] == today


def test_a_candidate_of_the_table(tiny: Path, aqdaq: Command) -> None:
    near_s2(tiny)
    base = phones(aqdaq, tiny).json["receptors"][0]
    cells, sites = tiny / "data" / "cells.csv", tiny / "data" / "sites.csv"
    s2 = next(row for row in read_rows(sites) if row["id"] == "S2")
    rows = read_rows(cells)
    own = [{**row, "lon": s2["lon"], "lat": s2["lat"]} for row in rows if row["site"] == "S2"]
    write_rows(tiny / "data" / "candidates.csv", list(own[0]), [list(row.values()) for row in own])
    write_rows(cells, list(rows[0]), [list(row.values()) for row in rows if row["site"] != "S2"])
    write_rows(sites, ["id", "lon", "lat"], [list(r.values()) for r in read_rows(sites) if r["id"] != "S2"])
    edit_text(tiny / "project.toml", lambda text: text + '\n[exposure]\ncandidates = "data/candidates.csv"\n')
    found = phones(aqdaq, tiny).json["receptors"][0]
    assert found["after_dbm"] == pytest.approx(base["after_dbm"], abs=1e-3)
    assert found["before_dbm"] == pytest.approx(base["before_dbm"], abs=1e-3)
    assert made(aqdaq, tiny, "--site", "S2", "--within", "150").json["buildings"] > 0  # around it as well


def test_layers_that_the_site_does_not_carry_are_named_and_not_listed(tiny: Path, aqdaq: Command) -> None:
    near_s2(tiny)
    edit_cell(tiny / "data" / "cells.csv", 4, "operator", "B")
    found = phones(aqdaq, tiny).json
    assert {row["layer"] for row in found["receptors"]} == {"B/LTE"}
    assert any("phones of A/LTE do not change" in note for note in found["notes"])


def test_closed_loops_are_unknown_with_a_reason(tiny: Path, aqdaq: Command) -> None:
    near_s2(tiny)
    for row in range(2, 8):
        edit_cell(tiny / "data" / "cells.csv", row, "technology", "GSM")
        edit_cell(tiny / "data" / "cells.csv", row, "bandwidth_mhz", "0.2")
    found = phones(aqdaq, tiny)
    assert found.code == 0
    assert {row["reason"] for row in found.json["receptors"]} == {NOT_OPEN_LOOP}
    assert all(row["after_dbm"] is None for row in found.json["receptors"])


def test_where_no_cell_reaches(tiny: Path, aqdaq: Command) -> None:
    near_s2(tiny)
    edit_text(tiny / "project.toml", lambda text: text.replace("radius_m = 900.0", "radius_m = 60.0"))
    rows = phones(aqdaq, tiny).json["receptors"]
    assert {row["reason"] for row in rows} == {NO_CELL}


def test_bad_rows_of_the_receptors_are_listed(tiny: Path, aqdaq: Command) -> None:
    write_rows(
        tiny / "p.csv", ["id", "x", "y", "z"],
        [["a", *BEFORE_HOUSE], ["b", "east", 1, 1], ["c", X_MIN + 639.0, Y_MIN + 660.0, 10.0]],
    )  # fmt: skip
    found = phones(aqdaq, tiny)
    assert [a["row"] for a in found.json["set_aside"]] == [3, 4]
    assert {row["id"] for row in found.json["receptors"]} == {"a"}


def test_an_unknown_site(tiny: Path, aqdaq: Command) -> None:
    near_s2(tiny)
    found = phones(aqdaq, tiny, "S9")
    assert found.code == 3
    assert "one of: S1, S2" in found.err + found.out


def test_in_words(tiny: Path, aqdaq: Command) -> None:
    near_s2(tiny)
    found = aqdaq("exposure", "handset", tiny, "--points", tiny / "p.csv", "--candidate", "S2", "--date", DATE)
    assert found.code == 0
    assert "estimate" in found.out
    assert "A/LTE: with S2 phones send less at 1" in found.out
    assert "assumed: alpha of phones = 0.8" in found.err
