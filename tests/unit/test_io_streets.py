"""Street axes from files: names, roads for cars, what is no line, and what is no street at all."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, MultiLineString, Point

from aqdaq.base.errors import InputError
from aqdaq.io.streets import NO_LINE, read_streets
from aqdaq.model.project import StreetsSection

CRS = "EPSG:32643"
A, B = LineString([(0, 0), (100, 0)]), LineString([(100, 0), (100, 90)])


def write(folder: Path, shapes: list[object], **columns: list[object]) -> StreetsSection:
    gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS).to_file(folder / "s.gpkg", driver="GPKG", layer="s")
    return StreetsSection(file="s.gpkg")


def test_lines_and_their_names(tmp_path: Path) -> None:
    read = read_streets(write(tmp_path, [A, MultiLineString([A, B])], name=["one", None]), tmp_path, crs=CRS)
    assert [line.length for line in read.lines] == pytest.approx([100.0, 100.0, 90.0])
    assert read.names == ("one", "", "")
    assert (read.set_aside, read.notes) == ((), ())


def test_ways_that_are_no_roads_for_cars_are_left_out_and_said(tmp_path: Path) -> None:
    section = write(tmp_path, [A, B, B], highway=["residential", "footway", "steps"])
    read = read_streets(section, tmp_path, crs=CRS)
    assert len(read.lines) == 1
    assert read.notes == ("s.gpkg: 2 of 3 lines are no roads for cars and are left out",)


def test_what_is_no_line_is_set_aside(tmp_path: Path) -> None:
    read = read_streets(write(tmp_path, [A, Point(3, 4)], name=["one", "two"]), tmp_path, crs=CRS)
    assert len(read.lines) == 1
    assert [(a.source, a.row, a.reason, a.value) for a in read.set_aside] == [("s.gpkg", 2, NO_LINE, "Point")]


def test_a_file_without_streets_is_a_fault(tmp_path: Path) -> None:
    section = write(tmp_path, [A], highway=["path"])
    with pytest.raises(InputError, match="holds no street that can be driven"):
        read_streets(section, tmp_path, crs=CRS)


def test_a_name_column_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    section = write(tmp_path, [A], title=["x"]).model_copy(update={"name_column": "label"})
    with pytest.raises(InputError, match=r"has no column 'label' -> set name_column to one of: title"):
        read_streets(section, tmp_path, crs=CRS)


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.gpkg"):
        read_streets(StreetsSection(file="no.gpkg"), tmp_path, crs=CRS)


def test_openstreetmap_roads(tmp_path: Path) -> None:
    (tmp_path / "t.osm").write_text(
        """<?xml version='1.0'?><osm version="0.6">
<node id="1" lat="43.2" lon="76.9"/><node id="2" lat="43.2" lon="76.901"/><node id="3" lat="43.201" lon="76.901"/>
<way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="name" v="Main"/></way>
<way id="11"><nd ref="2"/><nd ref="3"/><tag k="highway" v="footway"/></way></osm>""",
        encoding="utf-8",
    )
    read = read_streets(StreetsSection(file="t.osm"), tmp_path, crs=CRS)
    assert read.names == ("Main",)
    assert read.lines[0].length == pytest.approx(81.3, abs=0.5)
    assert len(read.notes) == 1
