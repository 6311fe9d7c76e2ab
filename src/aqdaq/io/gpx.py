"""GPX 1.1: waypoints, a route from turn to turn, and a track along the streets, for navigation devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from aqdaq.base.errors import OutputError

NAMESPACE: Final = "http://www.topografix.com/GPX/1/1"
SCHEMA: Final = "http://www.topografix.com/GPX/1/1/gpx.xsd"
_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True, slots=True)
class GpxPoint:
    """A place.

    Attributes:
        lon_deg: longitude on WGS 84 (deg).
        lat_deg: latitude on WGS 84 (deg).
        name: short; empty: none.
        text: what a device shows beside it; empty: none.
    """

    lon_deg: float
    lat_deg: float
    name: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Gpx:
    """What a file holds.

    Attributes:
        name: of the whole.
        text: what it is, in a sentence.
        waypoints: single places.
        route: from turn to turn; empty: none.
        track: every bend of the way; empty: none.
    """

    name: str
    text: str
    waypoints: Sequence[GpxPoint] = ()
    route: Sequence[GpxPoint] = ()
    track: Sequence[GpxPoint] = ()


def write_gpx(path: Path, content: Gpx) -> None:
    """Write a GPX 1.1 file; no time stands in it, so the same content is the same bytes.

    Raises:
        OutputError: the file cannot be written.
    """
    root = ET.Element(
        "gpx",
        {
            "version": "1.1",
            "creator": "aqdaq",
            "xmlns": NAMESPACE,
            "xmlns:xsi": _INSTANCE,
            "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}",
        },
    )
    _texts(ET.SubElement(root, "metadata"), content.name, content.text)
    for point in content.waypoints:
        _point(root, "wpt", point)
    if content.route:
        route = ET.SubElement(root, "rte")
        _texts(route, content.name, content.text)
        for point in content.route:
            _point(route, "rtept", point)
    if content.track:
        track = ET.SubElement(root, "trk")
        _texts(track, content.name, content.text)
        segment = ET.SubElement(track, "trkseg")
        for point in content.track:
            _point(segment, "trkpt", point)
    ET.indent(root, " ")
    data = ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
    try:
        path.write_bytes(data)
    except OSError as err:
        raise OutputError(f"{path}: cannot be written: {err.strerror} -> choose another folder") from err


def _point(parent: ET.Element, kind: str, point: GpxPoint) -> None:
    at = {"lat": f"{point.lat_deg:.7f}", "lon": f"{point.lon_deg:.7f}"}
    _texts(ET.SubElement(parent, kind, at), point.name, point.text)


def _texts(parent: ET.Element, name: str, text: str) -> None:
    """Add a name and a description, in the order of the schema."""
    for tag, value in (("name", name), ("desc", text)):
        if value:
            ET.SubElement(parent, tag).text = _clean(value)


def _clean(text: str) -> str:
    """Return the text without characters that XML cannot hold."""
    return "".join(c for c in text if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")
