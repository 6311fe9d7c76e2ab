"""Every bad input that the project promises to catch: where it is, how to mend it, exit 3, and nothing written."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from tests.conftest import Command, Said
from tests.tiny_project import (
    DATE,
    MEASURED_ROWS,
    edit_cell,
    edit_text,
    listing,
    read_rows,
    write_rows,
    write_terrain,
)


def drop_column(path: Path, column: str) -> None:
    rows = read_rows(path)
    write_rows(path, [c for c in rows[0] if c != column], [[v for c, v in row.items() if c != column] for row in rows])


def swap_columns(path: Path) -> None:
    edit_text(path, lambda text: re.sub(r"^([^,\n]*),lon,lat|^lon,lat", lambda m: swapped(m.group()), text, count=1))


def swapped(header: str) -> str:
    return header.replace("lon,lat", "lat,lon")


def repeat_row(path: Path, row: int) -> None:
    rows = [list(r.values()) for r in read_rows(path)]
    write_rows(path, list(read_rows(path)[0]), [*rows, rows[row - 2]])


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def duplicate_building(path: Path) -> None:
    frame = gpd.read_file(path)
    ids = frame["id"].tolist()
    frame["id"] = [*ids[:3], ids[1], *ids[4:]]
    path.unlink()
    frame.to_file(path, driver="GPKG")


def without_crs(path: Path) -> None:
    write_terrain(path, crs=None)


def set_crs(path: Path) -> None:
    edit_text(path, lambda text: text.replace("EPSG:32643", "EPSG:4326"))


Spoil = Callable[[Path], object]

#: What is wrong -> file, how it is spoiled, where the message must point, words that it must hold.
FAULTS: dict[str, tuple[str, Spoil, str, tuple[str, ...]]] = {
    "sites lack a column": (
        "data/sites.csv", lambda p: drop_column(p, "lat"), "sites.csv:1", ("column 'lat' is missing",),
    ),
    "cells lack a column": (
        "data/cells.csv", lambda p: drop_column(p, "height_m"), "cells.csv:1", ("column 'height_m' is missing",),
    ),
    "measurements lack a column": (
        "data/drive_test.csv", lambda p: drop_column(p, "level_dbm"), "drive_test.csv:1",
        ("column 'level_dbm' is missing",),
    ),
    "districts lack their name": (
        "data/districts.geojson", lambda p: edit_text(p, lambda t: t.replace('"name": "', '"other": "')),
        "districts.geojson", ("name",),
    ),
    "lat and lon of the sites are swapped": ("data/sites.csv", swap_columns, "sites.csv", ("swapped",)),
    "lat and lon of the measurements are swapped": (
        "data/drive_test.csv", swap_columns, "drive_test.csv", ("look swapped", "0 of 200 rows lie on the grid"),
    ),
    "a site twice": (
        "data/sites.csv", lambda p: repeat_row(p, 2), "sites.csv:4", ("'S1' occurs twice", "first in row 2"),
    ),
    "a cell twice": (
        "data/cells.csv", lambda p: repeat_row(p, 3), "cells.csv:8", ("'A-2' occurs twice", "first in row 3"),
    ),
    "a building twice": (
        "data/buildings.gpkg", duplicate_building, "buildings.gpkg:4",
        ("house-1", "given already at buildings.gpkg:2"),
    ),
    "terrain without a CRS": ("data/terrain.tif", without_crs, "terrain.tif", ("raster has no CRS",)),
    "a geographic CRS for the grid": (
        "project.toml", set_crs, "project.toml:6", ("geographic", "metres are needed"),
    ),
    "an empty site table": ("data/sites.csv", lambda p: p.write_bytes(b""), "sites.csv", ("is empty",)),
    "an empty cell table": ("data/cells.csv", lambda p: p.write_bytes(b"\n"), "cells.csv", ("is empty",)),
    "an empty drive test": ("data/drive_test.csv", lambda p: p.write_bytes(b""), "drive_test.csv", ("is empty",)),
    "a drive test of a header only": (
        "data/drive_test.csv", lambda p: p.write_text("lon,lat,cell,level_dbm\n"), "drive_test.csv", ("no rows",),
    ),
    "an empty terrain": ("data/terrain.tif", lambda p: p.write_bytes(b""), "terrain.tif", ()),
    "an empty building file": ("data/buildings.gpkg", lambda p: p.write_bytes(b""), "buildings.gpkg", ()),
    "an empty project file": ("project.toml", lambda p: p.write_bytes(b""), "project.toml", ()),
    "azimuth 361": (
        "data/cells.csv", lambda p: edit_cell(p, 3, "azimuth_deg", "361"), "cells.csv:3",
        ("azimuth", "361", "0 to 360"),
    ),
    "EIRP 120 dBm": (
        "data/cells.csv", lambda p: edit_cell(p, 5, "eirp_dbm", "120"), "cells.csv:5", ("EIRP", "120 dBm", "gigawatt"),
    ),
    "an antenna below ground": (
        "data/cells.csv", lambda p: edit_cell(p, 4, "height_m", "-3"), "cells.csv:4", ("below ground", "-3 m"),
    ),
    "a GeoTIFF cut in the middle": ("data/terrain.tif", cut, "terrain.tif", ("cut or damaged",)),
    "a GeoPackage cut in the middle": ("data/buildings.gpkg", cut, "buildings.gpkg", ()),
    "a missing file": ("data/sites.csv", lambda p: p.unlink(), "sites.csv", ("is not there",)),
    "an unknown key": (
        "project.toml", lambda p: edit_text(p, lambda t: t.replace("radius_m", "radius")), "project.toml:", ("radius",),
    ),
    "project.toml is no TOML": (
        "project.toml", lambda p: edit_text(p, lambda t: t.replace('name = "Tiny town"', 'name = "Tiny town')),
        "project.toml:2", (),
    ),
    "an unknown definition": (
        "project.toml", lambda p: edit_text(p, lambda t: t.replace("kz-4g-outdoor", "kz-4g-outdor")),
        "kz-4g-outdor", ("kz-4g-outdoor", "is not known"),
    ),
    "a site that no table knows": (
        "data/cells.csv", lambda p: edit_cell(p, 2, "site", "S9"), "cells.csv:2", ("'S9' is not in sites.csv",),
    ),
    "a figure that is not a number": (
        "data/cells.csv", lambda p: edit_cell(p, 2, "frequency_mhz", "abc"), "cells.csv:2", ("'abc' is not a number",),
    ),
}  # fmt: skip


def faults_of(said: Said) -> list[str]:
    """Return the lines of faults on stderr."""
    return [line.strip() for line in said.err.splitlines() if line.startswith("  ")]


@pytest.mark.parametrize("name", list(FAULTS))
def test_file_fault_stops_with_place_and_mend_and_writes_nothing(name: str, project: Path, aqdaq: Command) -> None:
    file, spoil, where, words = FAULTS[name]
    spoil(project / file)
    before = listing(project)
    said = aqdaq("run", project, "--date", DATE)
    assert said.code == 3, said.err
    assert said.out == ""
    assert "Traceback" not in said.err
    hits = [line for line in faults_of(said) if where in line.split(" -> ")[0]]
    assert hits, said.err
    for word in words:
        assert any(word in line for line in hits), (word, hits)
    assert all(line.partition(" -> ")[2].strip() for line in hits), f"no mend in {hits}"
    assert listing(project) == before


@pytest.mark.parametrize("command", [("run",), ("run", "--dry-run"), ("check",), ("evaluate",), ("predict",)])
def test_every_command_stops_at_the_same_fault(command: tuple[str, ...], project: Path, aqdaq: Command) -> None:
    edit_cell(project / "data/cells.csv", 3, "azimuth_deg", "361")
    points = project / "points.csv"
    points.write_text("lon,lat\n76.878,43.179\n", encoding="utf-8")
    before = listing(project)
    more = ("--points", points) if command[0] == "predict" else ()
    said = aqdaq(command[0], project, *command[1:], *more, "--date", DATE, "--json")
    assert said.code == 3
    assert said.json["ok"] is False
    [fault] = said.json["faults"]
    assert fault["where"] == "cells.csv:3"
    assert "361" in fault["what"]
    assert fault["mend"]
    assert listing(project) == before


class TestUnwritable:
    def test_runs_is_a_file(self, project: Path, aqdaq: Command) -> None:
        (project / "runs").write_text("in the way", encoding="utf-8")
        before = listing(project)
        said = aqdaq("run", project, "--date", DATE)
        assert said.code == 3
        assert "cannot be written" in said.err
        assert "->" in said.err
        assert "Traceback" not in said.err
        assert listing(project) == before

    def test_output_of_predict_in_a_folder_that_is_not_there(
        self, finished: Path, tmp_path: Path, aqdaq: Command
    ) -> None:
        points = tmp_path / "points.csv"
        points.write_text("lon,lat\n76.878,43.179\n", encoding="utf-8")
        said = aqdaq("predict", finished, "--points", points, "--date", DATE, "--out", tmp_path / "nowhere/out.csv")
        assert said.code == 3
        assert "cannot be written" in said.err
        assert not (tmp_path / "nowhere").exists()

    @pytest.mark.parametrize("command", ["init", "sample"])
    def test_new_project_below_a_file(self, command: str, tmp_path: Path, aqdaq: Command) -> None:
        (tmp_path / "file").write_text("in the way", encoding="utf-8")
        before = listing(tmp_path)
        said = aqdaq(command, tmp_path / "file/project")
        assert said.code == 3
        assert "cannot be" in said.err
        assert "->" in said.err
        assert "Errno" not in said.err
        assert listing(tmp_path) == before


@pytest.mark.parametrize("command", ["check", "run"])
def test_the_faults_of_all_files_are_listed_at_once(command: str, project: Path, aqdaq: Command) -> None:
    data = project / "data"
    edit_cell(data / "cells.csv", 3, "azimuth_deg", "361")
    edit_cell(data / "cells.csv", 5, "eirp_dbm", "120")
    edit_cell(data / "cells.csv", 5, "height_m", "-3")
    repeat_row(data / "sites.csv", 2)
    duplicate_building(data / "buildings.gpkg")
    edit_text(data / "districts.geojson", lambda t: t.replace('"name": "', '"other": "'))
    edit_text(project / "project.toml", lambda t: t.replace("kz-4g-outdoor", "kz-4g-outdor"))
    before = listing(project)
    said = aqdaq(command, project, "--date", DATE)
    assert said.code == 3
    text = "\n".join(faults_of(said))
    for where in ("cells.csv:3", "sites.csv:4", "buildings.gpkg", "districts.geojson", "kz-4g-outdor"):
        assert where in text, where
    assert len([line for line in faults_of(said) if line.startswith("cells.csv:5")]) == 2
    assert f"{len(faults_of(said))} faults" in said.err
    assert listing(project) == before


def test_a_missing_file_does_not_hide_other_faults(project: Path, aqdaq: Command) -> None:
    (project / "data/terrain.tif").unlink()
    edit_cell(project / "data/cells.csv", 3, "azimuth_deg", "361")
    said = aqdaq("run", project, "--date", DATE)
    assert said.code == 3
    assert any(line.startswith("cells.csv:3") for line in faults_of(said))
    assert any("terrain.tif" in line for line in faults_of(said))


def test_terrain_and_measurements_are_checked_even_when_buildings_are_wrong(project: Path, aqdaq: Command) -> None:
    data = project / "data"
    duplicate_building(data / "buildings.gpkg")
    cut(data / "terrain.tif")
    drop_column(data / "drive_test.csv", "cell")
    said = aqdaq("check", project, "--date", DATE)
    assert said.code == 3
    assert {"buildings.gpkg", "terrain.tif", "drive_test.csv"} <= {
        re.split(r"[:\s]", line)[0] for line in faults_of(said)
    }


#: What is wrong with a row -> column, value, reason, how the value is shown.
ROW_FAULTS = {
    "outside the grid": ("lon", "77.5", "outside the grid"),
    "no position": ("lat", "", "no position"),
    "unknown cell": ("cell", "A-77", "unknown cell"),
    "not a number": ("level_dbm", "weak", "not a number"),
    "NaN": ("level_dbm", "NaN", "not a number"),
    "nothing": ("level_dbm", "", "not a number"),
    "infinite": ("level_dbm", "-inf", "not a number"),
    "too strong": ("level_dbm", "-19.9", "impossible level"),
    "too weak": ("level_dbm", "-160.1", "impossible level"),
}


class TestRows:
    @pytest.mark.parametrize("name", list(ROW_FAULTS))
    def test_bad_row_is_listed_with_file_and_row(self, name: str, project: Path, aqdaq: Command) -> None:
        column, value, reason = ROW_FAULTS[name]
        edit_cell(project / "data/drive_test.csv", 17, column, value)
        said = aqdaq("check", project, "--date", DATE)
        assert said.code == 0
        assert any(line.startswith(f"drive_test.csv:17: {reason}") for line in said.out.splitlines()), said.out
        if value and column != "lat":
            assert value in said.out
        assert f"{MEASURED_ROWS - 1} of {MEASURED_ROWS} measurements usable; set aside: 1 {reason}" in said.out

    @pytest.mark.parametrize("level", ["-20", "-160"])
    def test_the_ends_of_the_range_are_possible(self, level: str, project: Path, aqdaq: Command) -> None:
        edit_cell(project / "data/drive_test.csv", 17, "level_dbm", level)
        said = aqdaq("check", project, "--date", DATE, "--json")
        assert said.json["set_aside"] == []

    def test_all_kinds_are_counted_in_the_manifest_and_listed_in_the_report(
        self, project: Path, aqdaq: Command
    ) -> None:
        for row, (column, value, _) in enumerate(ROW_FAULTS.values(), start=30):
            edit_cell(project / "data/drive_test.csv", row, column, value)
        said = aqdaq("run", project, "--date", DATE)  # 9 of 200 rows: below 5 %
        assert said.code == 0, said.err
        table = read_rows(project / "runs/latest/tables/set_aside.csv")
        assert [(r["source"], r["row"], r["reason"]) for r in table] == [
            ("drive_test.csv", str(row), reason) for row, (*_, reason) in enumerate(ROW_FAULTS.values(), start=30)
        ]
        by_reason = {r["reason"]: int(r["rows"]) for r in read_rows(
            project / "runs/latest/tables/set_aside_by_reason.csv"
        )}  # fmt: skip
        assert by_reason == {
            "impossible level": 2, "no position": 1, "not a number": 4, "outside the grid": 1, "unknown cell": 1,
        }  # fmt: skip
        page = (project / "runs/latest/report/index.html").read_text(encoding="utf-8")
        assert all(reason in page for reason in by_reason)

    def test_a_bad_row_says_nothing_of_a_level(self, project: Path, finished: Path, aqdaq: Command) -> None:
        """A run on a table with bad rows is the run on the table without them."""
        edit_text(project / "data/drive_test.csv", lambda t: t + "76.878,43.179,A-77,-60\n76.878,43.179,A-1,weak\n")
        rows = [aqdaq("evaluate", p, "--date", DATE, "--json").json["scores"] for p in (project, finished)]
        assert rows[0] == rows[1]

    def test_too_many_stop_the_run_and_check_lists_them_all(self, project: Path, aqdaq: Command) -> None:
        for row in range(2, 13):  # 11 of 200: 5.5 %
            edit_cell(project / "data/drive_test.csv", row, "cell", "A-77")
        before = listing(project)
        said = aqdaq("run", project, "--date", DATE)
        assert said.code == 3
        assert "11 of 200 rows had to be set aside (5.5%), more than 5%" in said.err
        assert "max_bad_share" in said.err
        checked = aqdaq("check", project, "--date", DATE)
        assert checked.code == 3
        assert len([line for line in checked.out.splitlines() if ": unknown cell (A-77)" in line]) == 11
        assert aqdaq("check", project, "--date", DATE, "--json").json["ok"] is False
        assert listing(project) == before
        edit_text(project / "project.toml", lambda t: t + "\n[limits]\nmax_bad_share = 0.06\n")
        assert aqdaq("run", project, "--date", DATE, "--to", "calibrate").code == 0

    def test_exactly_the_share_is_allowed(self, project: Path, aqdaq: Command) -> None:
        for row in range(2, 12):  # 10 of 200: 5 %
            edit_cell(project / "data/drive_test.csv", row, "cell", "A-77")
        assert aqdaq("check", project, "--date", DATE).code == 0

    def test_csv_rows_of_the_report_open_with_any_reader(self, finished: Path) -> None:
        for table in sorted((finished / "runs/latest/tables").glob("*.csv")):
            lengths = {len(row) for row in csv.reader(table.read_text(encoding="utf-8").splitlines())}
            assert len(lengths) == 1, table.name
