"""OpenStreetMap extracts, as XML and as PBF."""

from __future__ import annotations

import math
from pathlib import Path

import pyogrio
import pytest

from aqdaq.base.errors import InputError
from aqdaq.io.osm import OsmFeatures, read_osm
from aqdaq.io.osm_tags import parse_floors, parse_height_m
from tests.unit.osm_pbf import Extract

CRS = "EPSG:32643"
LON, LAT = 76.95, 43.25


def town() -> Extract:
    """A few houses, a courtyard, streets, lamps and masts."""
    osm = Extract()
    osm.square(101, 1, LON, LAT, 0.0005, building="yes", height="12,5 m", building__material="brick", name="Үй")
    osm.square(102, 11, LON + 0.001, LAT, 0.0005, building="apartments", building__levels="9")
    osm.square(
        103, 21, LON + 0.002, LAT, 0.0005, building="yes", height="tall", building__levels="2.5", amenity="school"
    )
    osm.square(104, 31, LON + 0.003, LAT, 0.0005, building="no")
    osm.square(105, 41, LON + 0.004, LAT, 0.0005, man_made="tower", tower__type="communication", height="120 ft")
    osm.square(106, 51, LON + 0.005, LAT, 0.0005, building="yes", man_made="communications_tower", height="99999")
    # A block with a courtyard: outer and inner ring in a relation.
    osm.square(110, 61, LON, LAT + 0.001, 0.001)
    osm.square(111, 71, LON + 0.0003, LAT + 0.0013, 0.0004)
    osm.relation(
        5, [("outer", 110), ("inner", 111)], type="multipolygon", building="residential", building__levels="16"
    )
    for i in range(4):
        osm.node(200 + i, LON + 0.001 * i, LAT - 0.001)
    osm.way(120, [200, 201, 202], highway="residential", name="Абай")
    osm.way(121, [202, 203], highway="footway")
    osm.way(122, [200, 203, 201], building="yes")  # not closed
    osm.node(300, LON, LAT - 0.002, highway="street_lamp", height="8")
    osm.node(301, LON + 0.001, LAT - 0.002, highway="street_lamp")
    osm.node(302, LON + 0.002, LAT - 0.002, highway="street_lamp", height="0.2")
    osm.node(303, LON + 0.003, LAT - 0.002, man_made="mast", height="30 m")
    osm.node(304, LON + 0.004, LAT - 0.002, tower__type="communication")
    osm.node(305, LON + 0.005, LAT - 0.002, building="hut")
    osm.node(306, LON + 0.006, LAT - 0.002, man_made="chimney", height="60")
    return osm


@pytest.fixture(params=["osm", "osm.pbf"])
def features(request: pytest.FixtureRequest, tmp_path: Path) -> OsmFeatures:
    path = tmp_path / f"town.{request.param}"
    osm = town()
    (osm.write_xml if request.param == "osm" else osm.write_pbf)(path)
    return read_osm(path, crs=CRS)


def test_buildings_with_heights_floors_and_uses(features: OsmFeatures) -> None:
    found = features.buildings.set_index("id")
    assert list(found.index) == ["relation/5", "way/101", "way/102", "way/103", "way/106"]
    assert found.loc["way/101", "height_m"] == 12.5
    assert found.loc["way/101", ["material", "name"]].tolist() == ["brick", "Үй"]
    assert math.isnan(found.loc["way/102", "height_m"])
    assert found.loc["way/102", "floors"] == 9
    assert found.loc["way/103", "floors"] == 3
    assert found.loc[["way/102", "way/103", "relation/5"], "use"].tolist() == ["apartments", "school", "residential"]
    assert found["use"].isna().to_dict()["way/101"]
    assert features.buildings.crs == CRS


def test_the_courtyard_is_a_hole(features: OsmFeatures) -> None:
    block = features.buildings.set_index("id").geometry["relation/5"]
    side = 0.001 * math.pi / 180.0 * 6_371_000.0
    outer = side * side * math.cos(math.radians(LAT))
    assert sum(len(part.interiors) for part in block.geoms) == 1
    assert block.area == pytest.approx(outer * (1.0 - 0.16), rel=0.01)


def test_roads_lamps_and_masts(features: OsmFeatures) -> None:
    assert features.roads[["id", "highway"]].to_numpy().tolist() == [["way/120", "residential"], ["way/121", "footway"]]
    assert features.roads["name"][0] == "Абай"
    lamps = features.street_lamps.set_index("id")["height_m"]
    assert lamps["node/300"] == 8.0
    assert lamps.isna().tolist() == [False, True, True]
    masts = features.masts.set_index("id")
    assert masts["kind"].to_dict() == {
        "way/105": "tower",
        "way/106": "communications_tower",
        "node/303": "mast",
        "node/304": "communication",
    }
    assert masts.loc["way/105", "height_m"] == pytest.approx(36.576)
    assert masts.loc["way/105", "tower_type"] == "communication"
    assert masts.loc["node/303", "height_m"] == 30.0
    assert (masts.geom_type == "Point").all()


def test_everything_that_could_not_be_used_is_listed_once(features: OsmFeatures) -> None:
    found = {(note.row, note.reason, note.value) for note in features.set_aside}
    assert found == {
        (103, "height of way/103 is not a height", "tall"),
        (106, "height of way/106 lies outside 1 to 1000 m", "99999"),
        (302, "height of node/302 lies outside 1 to 1000 m", "0.2"),
        (122, "outline of the building is not closed", "way/122"),
        (305, "building is a point, not an outline", "node/305"),
    }
    assert len(found) == len(features.set_aside)


def test_options_of_gdal_are_put_back_and_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = town().write_pbf(tmp_path / "town.osm.pbf")
    empty = tmp_path / "cwd"
    empty.mkdir()
    monkeypatch.chdir(empty)
    read_osm(path, crs=CRS)
    assert pyogrio.get_gdal_config_option("OSM_CONFIG_FILE") is None
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("kind", ["osm", "osm.pbf"])
def test_cut_empty_and_foreign_files(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"town.{kind}"
    osm = town()
    (osm.write_xml if kind == "osm" else osm.write_pbf)(path)
    raw = path.read_bytes()
    for share in (0.1, 0.7, 0.95):
        path.write_bytes(raw[: int(len(raw) * share)])
        with pytest.raises(InputError, match=r"town.*cannot be read"):
            read_osm(path, crs=CRS)
    path.write_bytes(b"garbage " * 100)
    with pytest.raises(InputError, match="cannot be read"):
        read_osm(path, crs=CRS)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="is empty"):
        read_osm(path, crs=CRS)
    with pytest.raises(InputError, match="there is no such file"):
        read_osm(tmp_path / f"gone.{kind}", crs=CRS)


def test_an_unsorted_extract(tmp_path: Path) -> None:
    text = town().write_xml(tmp_path / "a.osm").read_text(encoding="utf-8").splitlines()
    (tmp_path / "b.osm").write_text("\n".join([*text[:2], text[5], *text[2:]]), encoding="utf-8")
    with pytest.raises(InputError, match=r"cannot be read: Non increasing node id.*sorted by id"):
        read_osm(tmp_path / "b.osm", crs=CRS)


def test_an_extract_without_anything_and_another_suffix(tmp_path: Path) -> None:
    osm = Extract()
    osm.node(1, LON, LAT, natural="tree")
    with pytest.raises(InputError, match="holds no building, road"):
        read_osm(osm.write_xml(tmp_path / "tree.osm"), crs=CRS)
    with pytest.raises(InputError, match="is not supported"):
        read_osm(osm.write_xml(tmp_path / "tree.xml"), crs=CRS)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("12", 12.0), ("12 m", 12.0), ("12m", 12.0), ("12.5", 12.5), ("12,5", 12.5), (" 7 metres ", 7.0), ("9 м", 9.0),
        ("40 ft", 12.192), ("40'", 12.192), ("40'6\"", 12.3444), ("1", 1.0), ("1000", 1000.0),
    ],
)  # fmt: skip
def test_heights_that_can_be_read(text: str, metres: float) -> None:
    assert parse_height_m(text) == pytest.approx(metres)


@pytest.mark.parametrize(
    "text", ["tall", "", "12-15", "12;15", "~12", "1,200", "-5", "0", "0.9", "1001", "5000 ft", "nan", "inf", "1e3"]
)
def test_heights_that_are_set_aside(text: str) -> None:
    with pytest.raises(ValueError, match=r"height|outside"):
        parse_height_m(text)


@pytest.mark.parametrize(("text", "floors"), [("5", 5.0), ("2.5", 3.0), ("1", 1.0)])
def test_floors(text: str, floors: float) -> None:
    assert parse_floors(text) == floors


@pytest.mark.parametrize("text", ["0", "-1", "5;6", "many", "201"])
def test_floors_that_are_set_aside(text: str) -> None:
    with pytest.raises(ValueError, match="floors"):
        parse_floors(text)
