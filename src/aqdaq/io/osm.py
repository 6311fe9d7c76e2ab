"""OpenStreetMap files (.osm.pbf, .osm): buildings, roads, street lamps and masts."""

from __future__ import annotations

import math
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.geofile import check_file, gdal_options, short_reason
from aqdaq.io.osm_tags import parse_floors, parse_height_m
from aqdaq.io.vector import GDAL_ERRORS
from aqdaq.model.measurements import SetAside

_MASTS: Final = ("mast", "tower", "communications_tower")
# A query on one layer keeps GDAL from hoarding the features of the others.
_AREAS: Final = """SELECT * FROM multipolygons WHERE building IS NOT NULL OR "tower:type" = 'communication'
    OR man_made IN ('mast', 'tower', 'communications_tower')"""
_LINES: Final = "SELECT * FROM lines WHERE building IS NOT NULL OR highway IS NOT NULL"
_POINTS: Final = """SELECT * FROM points WHERE building IS NOT NULL OR highway = 'street_lamp'
    OR "tower:type" = 'communication' OR man_made IN ('mast', 'tower', 'communications_tower')"""


@dataclass(frozen=True, slots=True)
class OsmFeatures:
    """What an OpenStreetMap file says about a place, each frame sorted by id (``way/123``, ``relation/5``, ``node/7``).

    Attributes:
        buildings: areas; id, height_m (NaN when not given), floors (NaN when not given), use, material, name.
        roads: lines; id, highway (the class), name.
        street_lamps: points; id, height_m.
        masts: points; id, kind (mast, tower, communications_tower, communication), tower_type, height_m. The
            ground plan of a tower gives the point inside it.
        set_aside: values and features that could not be used; ``row`` is the OpenStreetMap number.
    """

    buildings: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    street_lamps: gpd.GeoDataFrame
    masts: gpd.GeoDataFrame
    set_aside: tuple[SetAside, ...]


def read_osm(path: Path, *, crs: str) -> OsmFeatures:
    """Read an OpenStreetMap extract.

    A value that cannot be read (a height of "tall") is set aside, its feature stays; a building that is not drawn as
    an area is set aside as a whole. What GDAL cannot put together at all (a relation whose members lie outside the
    extract) it leaves out without a word: cut extracts with a margin, and by complete relations.

    Args:
        path: ``.osm.pbf``, ``.pbf`` or ``.osm``.
        crs: CRS to bring the features to.

    Raises:
        InputError: missing, empty, cut or unreadable file, or nothing of the four kinds in it.
    """
    check_file(path)
    if path.suffix.lower() not in {".osm", ".pbf"}:
        raise InputError(Fault(path.name, f"{path.suffix or 'no suffix'} is not supported", "use .osm.pbf or .osm"))
    aside: list[SetAside] = []
    areas = _query(path, _AREAS, crs, aside)
    lines = _query(path, _LINES, crs, aside)
    points = _query(path, _POINTS, crs, aside)
    stated = areas["building"].notna() & (areas["building"] != "no")
    features = OsmFeatures(
        buildings=_buildings(areas[stated], path.name, aside),
        roads=_with(lines[lines["highway"].notna()], "highway", "name"),
        street_lamps=_lamps(points[points["highway"] == "street_lamp"], path.name, aside),
        masts=_masts(areas, points, path.name, aside),
        set_aside=(),
    )
    for frame, reason in (
        (points, "building is a point, not an outline"),
        (lines, "outline of the building is not closed"),
    ):
        drawn = frame[frame["building"].notna() & (frame["building"] != "no")]
        aside.extend(SetAside(path.name, _osm_number(key), reason, key) for key in drawn["id"])
    if not any(len(f) for f in (features.buildings, features.roads, features.street_lamps, features.masts)):
        raise InputError(Fault(path.name, "holds no building, road, street lamp or mast", "check the extract"))
    return OsmFeatures(features.buildings, features.roads, features.street_lamps, features.masts, tuple(aside))


def _query(path: Path, sql: str, crs: str, aside: list[SetAside]) -> gpd.GeoDataFrame:
    """Return what one query finds, with a column ``id``."""
    try:
        with (
            resources.as_file(resources.files("aqdaq.data") / "osmconf.ini") as config,
            gdal_options(OSM_CONFIG_FILE=str(config), CPL_TMPDIR=tempfile.gettempdir()),
            warnings.catch_warnings(record=True) as said,
        ):
            warnings.simplefilter("always")
            frame = pyogrio.read_dataframe(path, sql=sql, sql_dialect="OGRSQL")
    except (*GDAL_ERRORS, OSError) as err:
        raise InputError(
            Fault(path.name, f"cannot be read: {short_reason(err)}", "fetch it again, whole and sorted by id")
        ) from err
    aside.extend(SetAside(path.name, 0, f"remark of the reader: {str(w.message)[:120]}") for w in said)
    kind = {_POINTS: "node", _LINES: "way", _AREAS: "relation"}[sql]
    ways = frame["osm_way_id"].tolist() if "osm_way_id" in frame else [None] * len(frame)
    frame["id"] = [
        f"way/{way}" if isinstance(way, str) else f"{kind}/{number}"
        for way, number in zip(ways, frame["osm_id"].tolist(), strict=True)
    ]
    frame = gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326").to_crs(crs)
    keys = [(key.split("/")[0], _osm_number(key)) for key in frame["id"]]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return frame.iloc[order].reset_index(drop=True)


def _buildings(areas: gpd.GeoDataFrame, name: str, aside: list[SetAside]) -> gpd.GeoDataFrame:
    named = areas["building"].where(areas["building"] != "yes")
    columns = {
        "id": areas["id"],
        "height_m": _read_tag(areas, "height", parse_height_m, name, aside),
        "floors": _read_tag(areas, "building:levels", parse_floors, name, aside),
        "use": areas["building:use"].combine_first(named).combine_first(areas["amenity"]),
        "material": areas["building:material"],
        "name": areas["name"],
    }
    return gpd.GeoDataFrame(columns, geometry=areas.geometry, crs=areas.crs).reset_index(drop=True)


def _lamps(points: gpd.GeoDataFrame, name: str, aside: list[SetAside]) -> gpd.GeoDataFrame:
    heights = _read_tag(points, "height", parse_height_m, name, aside)
    return _with(points.assign(height_m=heights), "height_m")


def _masts(areas: gpd.GeoDataFrame, points: gpd.GeoDataFrame, name: str, aside: list[SetAside]) -> gpd.GeoDataFrame:
    columns = ["id", "man_made", "tower:type", "height", "building", "geometry"]
    areas = areas[columns].set_geometry(areas.representative_point())
    found = gpd.GeoDataFrame(
        pd.concat([areas, points[columns]], ignore_index=True), geometry="geometry", crs=points.crs
    )
    kind = found["man_made"].where(found["man_made"].isin(_MASTS))
    found = found.assign(kind=kind.fillna(found["tower:type"].where(found["tower:type"] == "communication")))
    found = found[found["kind"].notna()]
    # The height of a tower that is also a building was read, or set aside, with the buildings.
    notes: list[SetAside] = []
    heights = _read_tag(found, "height", parse_height_m, name, notes)
    twice = {(note.row, note.value) for note in aside}
    aside.extend(note for note in notes if (note.row, note.value) not in twice)
    return _with(
        found.assign(height_m=heights).rename(columns={"tower:type": "tower_type"}), "kind", "tower_type", "height_m"
    )


def _with(frame: gpd.GeoDataFrame, *columns: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(frame[["id", *columns, "geometry"]], geometry="geometry", crs=frame.crs).reset_index(
        drop=True
    )


def _read_tag(
    frame: gpd.GeoDataFrame, tag: str, parse: Callable[[str], float], name: str, aside: list[SetAside]
) -> Any:
    """Return the values of a tag as numbers, NaN where not given or set aside."""
    values: list[float] = []
    for key, text in zip(frame["id"].tolist(), frame[tag].tolist(), strict=True):
        value = math.nan
        if isinstance(text, str) and text.strip():
            try:
                value = parse(text)
            except ValueError as err:
                aside.append(SetAside(name, _osm_number(key), f"{tag} of {key} {err}", text))
        values.append(value)
    return pd.Series(values, index=frame.index, dtype=float)


def _osm_number(key: str) -> int:
    return int(key.split("/")[1])
