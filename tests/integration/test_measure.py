"""aqdaq measure on the tiny project: a drive, single places, without streets, without people, and bad wishes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest
from shapely.geometry import LineString

from aqdaq.pipeline.measure_files import FILES
from tests.conftest import Command
from tests.tiny_project import CRS, DATE, X_MIN, Y_MIN, edit_text, lon_lat

STREETS = '[streets]\nfile = "data/streets.gpkg"\n\n[service]'


def add_streets(project: Path) -> None:
    """Give the tiny project a street every 200 m."""
    at = [X_MIN + 100.0 + 200.0 * k for k in range(6)], [Y_MIN + 100.0 + 200.0 * k for k in range(6)]
    lines = [LineString([(x, y) for y in at[1]]) for x in at[0]] + [LineString([(x, y) for x in at[0]]) for y in at[1]]
    frame = gpd.GeoDataFrame({"name": [f"Street {n}" for n in range(len(lines))]}, geometry=lines, crs=CRS)
    frame.to_file(project / "data" / "streets.gpkg", driver="GPKG", layer="streets")
    edit_text(project / "project.toml", lambda text: text.replace("[service]\n", STREETS + "\n", 1))


@pytest.fixture(scope="module")
def ran(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished tiny project with streets; it runs anew under its new name on the first plan."""
    folder = Path(shutil.copytree(finished, tmp_path_factory.mktemp("measured") / "project", symlinks=True))
    add_streets(folder)
    return folder


def plan(aqdaq: Command, project: Path, out: Path, *args: object) -> dict[str, Any]:
    said = aqdaq("measure", project, "--date", DATE, "--out", out, "--json", *args)
    assert said.code == 0, said.err
    found: dict[str, Any] = said.json
    assert found["ok"] is True
    return found


def test_a_drive(aqdaq: Command, ran: Path, tmp_path: Path) -> None:
    found = plan(aqdaq, ran, tmp_path / "out", "--length-km", 2)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(FILES)
    assert 0.0 < found["length_km"] <= 2.0
    assert found["gain"] > 0.0
    assert found["misclassified_after"] == pytest.approx(found["misclassified_before"] - found["gain"], abs=0.02)
    assert sum(g["before"] - g["after"] for g in found["layers"]) == pytest.approx(found["gain"], abs=0.05)
    assert sum(leg["gain"] for leg in found["legs"]) == pytest.approx(found["gain"], abs=0.01 * len(found["legs"]))
    assert found["legs"][-1]["to_km"] == pytest.approx(found["length_km"], abs=0.002)
    assert found["unit"] == "people"
    assert json.loads((tmp_path / "out" / "measure.json").read_text(encoding="utf-8"))["gain"] == found["gain"]


def test_its_files_show_the_same_drive(aqdaq: Command, ran: Path, tmp_path: Path) -> None:
    found = plan(aqdaq, ran, tmp_path, "--length-km", 2, "--loop")
    frame = gpd.read_file(tmp_path / "measure.geojson")
    assert frame.crs.to_epsg() == 4326
    whole = frame.to_crs(CRS)[frame["kind"] == "route"].geometry.iloc[0]
    assert whole.length == pytest.approx(1e3 * found["length_km"], rel=1e-3)
    assert whole.coords[0] == pytest.approx(whole.coords[-1])
    assert (frame["kind"] == "leg").sum() == len(found["legs"])
    root = ET.parse(tmp_path / "measure.gpx").getroot()  # noqa: S314 - our own file
    bends = root.findall(".//{*}trkpt")
    assert len(bends) == len(whole.coords)
    assert float(bends[0].attrib["lon"]) == pytest.approx(frame.geometry.iloc[0].coords[0][0], abs=1e-6)
    assert {name.text for name in root.findall(".//{*}rtept/{*}name")} <= {f"Street {n}" for n in range(12)}


def test_the_same_wish_is_the_same_bytes(aqdaq: Command, ran: Path, tmp_path: Path) -> None:
    for name in "ab":
        plan(
            aqdaq,
            ran,
            tmp_path / name,
            "--length-km",
            1.5,
            "--start",
            "{:.6f},{:.6f}".format(*lon_lat(X_MIN + 100, Y_MIN + 100)),
        )
    for file in FILES:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_single_places(aqdaq: Command, ran: Path, tmp_path: Path) -> None:
    found = plan(aqdaq, ran, tmp_path, "--points", 4, "--apart", 150)
    assert len(found["points"]) == 4
    assert sorted(p["rank"] for p in found["points"]) == [1, 2, 3, 4]
    assert sum(p["gain"] for p in found["points"]) == pytest.approx(found["gain"], abs=0.05)
    frame = gpd.read_file(tmp_path / "measure.geojson").to_crs(CRS)
    assert set(frame["kind"]) == {"point"}
    for n, place in enumerate(frame.geometry):
        assert frame.geometry.drop(n).distance(place).min() >= 149.9


def test_in_words(aqdaq: Command, ran: Path, tmp_path: Path) -> None:
    said = aqdaq("measure", ran, "--date", DATE, "--out", tmp_path, "--length-km", 1)
    assert said.code == 0
    assert said.out.startswith("Drive of ")
    assert "Why it ends: no more: whatever else would gain something makes it too long." in said.out
    assert "note: fitted: neighbours share" in said.out


def test_it_ends_where_it_is_not_worth_it(aqdaq: Command, ran: Path, tmp_path: Path) -> None:
    found = plan(aqdaq, ran, tmp_path, "--length-km", 5, "--min-gain", 1e6)
    assert (found["stop"], found["legs"], found["gain"]) == ("gain", [], 0.0)
    said = aqdaq("measure", ran, "--date", DATE, "--out", tmp_path, "--length-km", 5, "--min-gain", 1e6, "--overwrite")
    assert "less than was asked for" in said.out


def test_without_a_fit_the_field_is_assumed_and_said(aqdaq: Command, ran: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(ran, tmp_path / "p", symlinks=True))
    off = "[calibration]\nenabled = false"
    edit_text(project / "project.toml", lambda text: text.replace("[calibration]", off))
    found = plan(aqdaq, project, tmp_path / "out", "--length-km", 1)
    assert found["field"]["range_m"] == 60.0
    assert found["field"]["sd_db"] ** 2 == pytest.approx(3.0 * found["field"]["nugget_db"] ** 2, rel=1e-3)
    assert any(note.startswith("assumed: neighbours share") for note in found["notes"])


def test_without_streets_the_free_ground_is_taken_and_said(aqdaq: Command, finished: Path, tmp_path: Path) -> None:
    found = plan(aqdaq, finished, tmp_path, "--length-km", 1)
    assert found["notes"][0].startswith("assumed: no [streets] in project.toml, every free ground is a way")
    assert 0.0 < found["length_km"] <= 1.0


def test_without_people_the_area_is_counted_and_said(aqdaq: Command, ran: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(ran, tmp_path / "p", symlinks=True))
    edit_text(project / "project.toml", lambda text: text.replace('source = "buildings"', 'source = "none"'))
    found = plan(aqdaq, project, tmp_path / "out", "--length-km", 1)
    assert found["unit"] == "m2"
    assert any(note.startswith("nobody knows the people here") for note in found["notes"])
    assert found["misclassified_before"] < 2 * 1200.0**2


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--length-km", 0], 2, "leaves nothing to drive"),
        (["--length-km", "nan"], 2, "leaves nothing to drive"),
        (["--points", 0], 2, "0 points are none"),
        ([], 2, "give --length-km, or --points"),
        (["--length-km", 1, "--min-gain", -1], 2, "cannot be meant"),
        (["--length-km", 1, "--definition", "no-such"], 2, "'no-such' is none of the project; it has: kz-4g-outdoor"),
        (["--length-km", 1, "--start", "76.9"], 2, "is not a place; write LON,LAT"),
        (["--length-km", 1, "--start", "60.0,43.2"], 2, "km from the nearest street"),
        (["--length-km", 1, "--start", "43.2,176.9"], 2, "give longitude,latitude in degrees"),
    ],
)
def test_what_cannot_be_meant(
    aqdaq: Command, ran: Path, tmp_path: Path, args: list[object], code: int, said: str
) -> None:
    found = aqdaq("measure", ran, "--date", DATE, "--out", tmp_path / "out", *args)
    assert found.code == code
    assert said in found.err
    assert not (tmp_path / "out").exists()


def test_files_are_not_replaced_unless_asked(aqdaq: Command, ran: Path, tmp_path: Path) -> None:
    (tmp_path / "measure.gpx").write_text("mine", encoding="utf-8")
    refused = aqdaq("measure", ran, "--date", DATE, "--out", tmp_path, "--length-km", 1)
    assert refused.code == 2
    assert "--overwrite" in refused.err
    assert (tmp_path / "measure.gpx").read_text(encoding="utf-8") == "mine"
    plan(aqdaq, ran, tmp_path, "--length-km", 1, "--overwrite")
    assert "mine" not in (tmp_path / "measure.gpx").read_text(encoding="utf-8")


def test_streets_elsewhere_stop_it(aqdaq: Command, ran: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(ran, tmp_path / "p", symlinks=True))
    far = gpd.GeoDataFrame({"name": ["x"]}, geometry=[LineString([(0, 0), (500, 0)])], crs=CRS)
    far.to_file(project / "data" / "streets.gpkg", driver="GPKG", layer="streets")
    found = aqdaq("measure", project, "--date", DATE, "--out", tmp_path / "out", "--length-km", 1)
    assert found.code == 3
    assert "no street lies on the map" in found.err
    checked = aqdaq("check", project, "--date", DATE)
    assert checked.code == 3
    assert "no street lies on the map" in checked.err
