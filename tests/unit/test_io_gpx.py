"""GPX files have the structure of the schema of GPX 1.1, and come back as they went."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest

from aqdaq.base.errors import OutputError
from aqdaq.io.gpx import NAMESPACE, Gpx, GpxPoint, write_gpx

#: Child elements in the order of the schema (those that are written), and which of them may be repeated.
CHILDREN = {
    "gpx": (("metadata", "wpt", "rte", "trk"), {"wpt", "rte", "trk"}),
    "metadata": (("name", "desc"), set[str]()),
    "wpt": (("name", "desc"), set[str]()),
    "rte": (("name", "desc", "rtept"), {"rtept"}),
    "rtept": (("name", "desc"), set[str]()),
    "trk": (("name", "desc", "trkseg"), {"trkseg"}),
    "trkseg": (("trkpt",), {"trkpt"}),
    "trkpt": (("name", "desc"), set[str]()),
    "name": ((), set[str]()),
    "desc": ((), set[str]()),
}  # fmt: skip


def check_schema(element: ET.Element) -> None:
    """Check element names, their order and number, and the ranges of the coordinates."""
    tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    allowed, repeated = CHILDREN[tag]
    names = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in element]
    assert [allowed.index(name) for name in names] == sorted(allowed.index(name) for name in names)
    assert all(names.count(name) == 1 or name in repeated for name in names)
    if tag in {"wpt", "rtept", "trkpt"}:
        assert set(element.attrib) == {"lat", "lon"}
        assert -90.0 <= float(element.attrib["lat"]) <= 90.0
        assert -180.0 <= float(element.attrib["lon"]) < 180.0
    for child in element:
        check_schema(child)


CONTENT = Gpx(
    "SYNTHETIC: drive <1> & back",
    "says\x0b what",
    [GpxPoint(76.95, 43.24, "start", "here"), GpxPoint(76.96, 43.25)],
    [GpxPoint(76.95, 43.24, "Ақ дақ көшесі"), GpxPoint(76.96, 43.25)],
    [GpxPoint(76.95 + 0.001 * k, 43.24) for k in range(5)],
)


def test_it_has_the_structure_of_the_schema(tmp_path: Path) -> None:
    write_gpx(tmp_path / "a.gpx", CONTENT)
    root = ET.parse(tmp_path / "a.gpx").getroot()  # noqa: S314 - written a line above
    assert root.tag == f"{{{NAMESPACE}}}gpx"
    assert (root.attrib["version"], root.attrib["creator"]) == ("1.1", "aqdaq")
    check_schema(root)
    assert root.findtext(f".//{{{NAMESPACE}}}rtept/{{{NAMESPACE}}}name") == "Ақ дақ көшесі"
    assert root.findtext(f".//{{{NAMESPACE}}}desc") == "says what"


def test_another_reader_finds_every_place(tmp_path: Path) -> None:
    write_gpx(tmp_path / "a.gpx", CONTENT)
    for layer, count in (("waypoints", 2), ("route_points", 2), ("track_points", 5)):
        frame = gpd.read_file(tmp_path / "a.gpx", layer=layer)
        assert len(frame) == count
        assert frame.geometry.iloc[0].coords[0] == pytest.approx((76.95, 43.24))


def test_nothing_planned_is_a_file_without_places(tmp_path: Path) -> None:
    write_gpx(tmp_path / "a.gpx", Gpx("nothing", ""))
    root = ET.parse(tmp_path / "a.gpx").getroot()  # noqa: S314 - written a line above
    check_schema(root)
    assert [child.tag.rsplit("}", 1)[1] for child in root] == ["metadata"]


def test_the_same_content_is_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        write_gpx(tmp_path / f"{name}.gpx", CONTENT)
    assert (tmp_path / "a.gpx").read_bytes() == (tmp_path / "b.gpx").read_bytes()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_gpx(tmp_path / "no" / "a.gpx", CONTENT)
