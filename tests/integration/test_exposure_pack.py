"""``aqdaq exposure pack`` on the tiny project, and on the sample city."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Point

from aqdaq.pipeline.sample import write_sample
from tests.conftest import Command
from tests.tiny_project import CRS, DATE, X_MIN, Y_MIN, edit_cell, edit_text, lon_lat, read_rows, write_rows

LIMITS = ("--limits", "kz,icnirp2020,it")
PLACE = (X_MIN + 450.0, Y_MIN + 560.0)


def candidates(folder: Path, name: str = "candidates.csv", **changes: str) -> None:
    """Write a candidate on the roof of house-1, or beside it, and name the table in project.toml."""
    first = read_rows(folder / "data" / "cells.csv")[0]
    lon, lat = lon_lat(*PLACE)
    row = {**first, "id": "N-1", "site": "N", "lon": f"{lon:.7f}", "lat": f"{lat:.7f}", "ports": "2", **changes}
    if name.endswith(".csv"):
        write_rows(folder / "data" / name, list(row), [list(row.values())])
    else:
        plain = {key: [value] for key, value in row.items() if key not in ("lon", "lat")}
        gpd.GeoDataFrame(plain, geometry=[Point(PLACE)], crs=CRS).to_file(folder / "data" / name, driver="GPKG")
    edit_text(folder / "project.toml", lambda text: f'{text}\n[exposure]\ncandidates = "data/{name}"\n')


def ask(aqdaq: Command, folder: Path, out: Path, *more: str) -> dict[str, Any]:
    said = aqdaq("exposure", "pack", folder, "--out", out, "--date", DATE, "--json", "--language", "en", *more)
    return {**said.json, "code": said.code}


def test_a_candidate_of_the_table_before_and_after(project: Path, tmp_path: Path, aqdaq: Command) -> None:
    candidates(project)
    found = ask(aqdaq, project, tmp_path / "out", "--candidate", "N", "--building", "house-1", *LIMITS)
    assert (found["code"], found["ok"], found["candidate"]["origin"]) == (0, True, "table")
    assert found["candidate"]["cells"] == ["N-1"]
    assert found["files"] == ["pack_en.pdf", "annex_en.pdf", "pack.json", "receptors.csv"]
    assert sorted(found["files"]) == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert {flat["building"] for flat in found["flats"]} == {"house-1"}
    for flat in found["flats"]:
        before, after = (flat[key]["theoretical"]["s_w_m2"] for key in ("existing", "proposed"))
        assert after > before > 0.0
    saved = json.loads((tmp_path / "out" / "pack.json").read_text(encoding="utf-8"))
    assert saved == {key: value for key, value in found.items() if key not in ("code", "ok", "files")}
    # None of these limits was read: nothing is said to be kept.
    assert {one["verdict"] for one in found["findings"]} <= {"below_unverified", "exceeds"}


def test_figures_are_those_of_exposure_at(project: Path, tmp_path: Path, aqdaq: Command) -> None:
    """Without the site of today the existing state is another one, with it the proposed one is what `at` says."""
    found = ask(aqdaq, project, tmp_path / "out", "--candidate", "S2", *LIMITS)
    assert found["candidate"]["origin"] == "on_air"
    with (tmp_path / "out" / "receptors.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))[::97]
    assert len(rows) > 10
    points = [[row["id"], row["x_m"], row["y_m"], row["z_m"]] for row in rows]
    write_rows(tmp_path / "points.csv", ["id", "x", "y", "z"], points)
    said = aqdaq("exposure", "at", project, "--points", tmp_path / "points.csv", "--date", DATE, "--json", *LIMITS)
    for row, at in zip(rows, said.json["receptors"], strict=True):
        assert float(row["proposed_theoretical_s_w_m2"]) == pytest.approx(at["s_w_m2"], rel=1e-5)
        assert float(row["proposed_actual_e_v_m"]) == pytest.approx(at["actual"]["e_v_m"], rel=1e-5)
        for key in ("kz", "icnirp2020", "it"):
            assert float(row[f"proposed_theoretical_ratio_{key}"]) == pytest.approx(at["ratio"][key], rel=1e-5)
        assert row["proposed_largest"] == at["largest"]
        assert float(row["existing_theoretical_s_w_m2"]) < at["s_w_m2"]
        assert not row["existing_largest"].startswith(("A-3", "B-1", "B-2"))


def test_a_planned_site_and_points_as_candidates(project: Path, tmp_path: Path, aqdaq: Command) -> None:
    candidates(project, "candidates.gpkg")
    listed = ask(aqdaq, project, tmp_path / "a", "--candidate", "N")
    cells = read_rows(project / "data" / "cells.csv")
    rows = [[*row.values()] for row in cells]
    planned = {**cells[0], "id": "P-1", "site": "P", "on_air": "2027-01-01"}
    write_rows(project / "data" / "cells.csv", list(planned), [*rows, list(planned.values())])
    sites = read_rows(project / "data" / "sites.csv")
    lon, lat = lon_lat(*PLACE)
    place = {**sites[0], "id": "P", "lon": f"{lon:.7f}", "lat": f"{lat:.7f}"}
    write_rows(project / "data" / "sites.csv", list(place), [*(list(s.values()) for s in sites), list(place.values())])
    own = ask(aqdaq, project, tmp_path / "b", "--candidate", "P")
    assert (listed["candidate"]["origin"], own["candidate"]["origin"]) == ("table", "planned")
    both = [found["findings"][0] for found in (listed, own)]
    assert both[0]["existing_ratio"] == both[1]["existing_ratio"]
    # The cell of the table has two ports, that of the network none given.
    assert both[0]["proposed_ratio"] > both[1]["proposed_ratio"] > both[1]["existing_ratio"]


def test_a_building_without_height_takes_the_verdict_away(project: Path, tmp_path: Path, aqdaq: Command) -> None:
    rulebooks = project / "data" / "rulebooks" / "exposure"
    rulebooks.mkdir(parents=True)
    text = 'id = "own"\nkind = "exposure"\ntitle = "Own"\nvalid_from = 2020-01-01\nsource = "a test"\nverified = true\n'
    pieces = "[figures]\npieces = [{ from_mhz = 1.0, to_mhz = 300000.0, w_m2 = 1000.0 }]\n"
    (rulebooks / "own.toml").write_text(text + pieces, encoding="utf-8")
    candidates(project)
    how = ("--candidate", "N", "--limits", "own", "--reflection", "2.56")
    whole = ask(aqdaq, project, tmp_path / "a", *how)
    assert (whole["incomplete"], whole["findings"][0]["verdict"]) == (False, "complies")
    bare = ask(aqdaq, project, tmp_path / "d", *how[:-2])
    assert (bare["findings"][0]["verdict"], bare["findings"][0]["reasons"]) == ("none", ["reflections"])
    path = project / "data" / "buildings.gpkg"
    frame = gpd.read_file(path)
    frame.loc[0, "height_m"] = None
    frame.to_file(path, driver="GPKG")
    part = ask(aqdaq, project, tmp_path / "b", *how)
    assert (part["incomplete"], part["buildings_without_height"]) == (True, ["house-0"])
    assert part["findings"][0]["verdict"] == "none"
    assert part["findings"][0]["reasons"] == ["incomplete"]
    far = ask(aqdaq, project, tmp_path / "c", *how, "--within", "60")
    assert far["findings"][0]["verdict"] == "complies"  # that building lies beyond


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("--candidate", "X"), 2, "no candidate 'X'; there are: N; a site on air may be named too: S1, S2"),
        (("--candidate", "N", "--building", "house-9"), 2, "none such within 300 m of N"),
        (("--candidate", "N", "--language", "kk,de"), 2, "give some of kk, ru, en"),
        (("--candidate", "N", "--limits", "nowhere"), 3, "is not known"),
    ],
)
def test_what_cannot_be_is_said(
    project: Path, tmp_path: Path, aqdaq: Command, more: tuple[str, ...], code: int, words: str
) -> None:
    candidates(project)
    said = aqdaq("exposure", "pack", project, "--out", tmp_path / "out", "--date", DATE, *more)
    assert said.code == code
    assert words in said.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "A-1"}, "stands in the network already"),
        ({"site": "S1"}, "stands in the network already"),
        ({"azimuth_deg": "north"}, "candidates.csv:2"),
        ({"eirp_dbm": ""}, "candidates.csv:2"),
    ],
)
def test_a_wrong_table_of_candidates_stops(
    project: Path, tmp_path: Path, aqdaq: Command, changes: dict[str, str], words: str
) -> None:
    candidates(project, **changes)
    said = aqdaq("exposure", "pack", project, "--out", tmp_path / "out", "--date", DATE, "--candidate", "N")
    assert said.code == 3
    assert words in said.err


def test_nothing_is_replaced_without_being_asked_and_the_same_bytes_come_again(
    project: Path, tmp_path: Path, aqdaq: Command
) -> None:
    out = tmp_path / "out"
    more = ("--candidate", "S1", "--date", DATE, "--language", "kk")
    said = aqdaq("exposure", "pack", project, "--out", out, *more)
    assert said.code == 0
    assert "S1 is on air on 2026-06-01 already: existing is computed without it" in said.out
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert aqdaq("exposure", "pack", project, "--out", out, *more).code == 2
    assert aqdaq("exposure", "pack", project, "--out", out, *more, "--overwrite").code == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_measurements_of_the_project_stand_in_the_pack(project: Path, tmp_path: Path, aqdaq: Command) -> None:
    candidates(project)
    text = "id,x,y,height_m,time,instrument,kind,value,unit,uncertainty_db\n"
    near, far = (f"{PLACE[0] + d:.1f},{PLACE[1]:.1f},1.5,2026-05-01T12:00:00+00:00" for d in (20.0, 500.0))
    rows = "".join(f"m{n},{place},probe,broadband,0.5,e_v_m,3.0\n" for n, place in enumerate((near, far)))
    (project / "data" / "measured.csv").write_text(text + rows, encoding="utf-8")
    edit_text(
        project / "project.toml",
        lambda t: t.replace("[exposure]\n", '[exposure]\nmeasurements = "data/measured.csv"\n'),
    )
    found = ask(aqdaq, project, tmp_path / "out", "--candidate", "N")
    (row,) = found["measured"]
    assert (row["id"], row["day"], row["e_v_m"]) == ("m0", "2026-05-01", 0.5)
    assert row["low_v_m"] < 0.5 < row["high_v_m"]
    assert row["computed_v_m"] > 0.0


def test_phones_before_and_after(project: Path, tmp_path: Path, aqdaq: Command) -> None:
    candidates(project)
    found = ask(aqdaq, project, tmp_path / "out", "--candidate", "N", "--building", "house-1")
    own = next(row for row in found["handset"] if row["operator"] == "A/LTE")
    assert own["building"] == "house-1"
    assert own["after_dbm"] <= own["before_dbm"]


def test_cells_that_come_later_belong_to_a_site_on_air(project: Path, tmp_path: Path, aqdaq: Command) -> None:
    edit_cell(project / "data" / "cells.csv", 2, "on_air", "2027-01-01")
    found = ask(aqdaq, project, tmp_path / "out", "--candidate", "S1")
    assert (found["candidate"]["origin"], found["candidate"]["cells"]) == ("on_air", ["A-1", "A-2"])


@pytest.mark.slow
def test_the_home_of_the_sample_has_120_flats(tmp_path: Path, aqdaq: Command) -> None:
    city = tmp_path / "city"
    write_sample(city)
    rows = read_rows(city / "data" / "windows.csv")
    home = rows[0]["building"]
    found = ask(aqdaq, city, tmp_path / "out", "--candidate", "NEW-01", "--building", home)
    flats = [flat["flat"] for flat in found["flats"] if flat["flat"]]
    assert sorted(map(int, flats)) == list(range(1, 121))
    assert found["windows_set_aside"] == []
    assert found["synthetic"] is True
    high = found["flats"][0]["proposed"]
    assert high["actual"]["s_w_m2"] < high["theoretical"]["s_w_m2"]  # the candidate says its duty and sub-arrays
