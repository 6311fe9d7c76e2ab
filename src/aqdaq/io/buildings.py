"""Buildings from any vector file or OpenStreetMap, and what they are on the grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.building_fields import read_date, read_floors, read_height_m, read_residents, read_text
from aqdaq.io.footprints import people_from_buildings, rasterize_buildings
from aqdaq.io.osm import read_osm
from aqdaq.io.tables import resolve_input
from aqdaq.io.vector import read_vector, row_of
from aqdaq.model.building import Building
from aqdaq.model.measurements import SetAside
from aqdaq.model.project import BuildingSource

__all__ = ["BuildingsRead", "mend_polygon", "people_from_buildings", "rasterize_buildings", "read_buildings"]

_FIELDS: Final[dict[str, Callable[[Any], Any]]] = {
    "id": read_text,
    "height_m": read_height_m,
    "floors": read_floors,
    "material": read_text,
    "use": read_text,
    "residents": read_residents,
    "built": read_date,
    "demolished": read_date,
    "owners": read_text,
}
#: Names that other data use for the same, in the same unit (OpenStreetMap: metres and floors).
_USUAL: Final = {"building:levels": "floors", "levels": "floors", "height": "height_m"}
#: Reason of a feature that is a point or a line.
NO_AREA: Final = "is no area"
_OSM: Final = frozenset({".osm", ".pbf"})


@dataclass(frozen=True, slots=True)
class BuildingsRead:
    """What one file of buildings gave.

    Attributes:
        buildings: in the order of the file.
        set_aside: features that are no building, and notes on outlines that were mended (those buildings are kept).
        assumed_height_count: buildings that got the default height.
        from_floors_count: buildings whose height was taken from their floors.
        notes: what the reader wants to be known, in words.
    """

    buildings: tuple[Building, ...]
    set_aside: tuple[SetAside, ...]
    assumed_height_count: int
    from_floors_count: int
    notes: tuple[str, ...] = ()


def read_buildings(source: BuildingSource, folder: Path, *, crs: str) -> BuildingsRead:
    """Read the buildings of one source.

    The height is the one given, else floors times ``floor_height_m``, else ``default_height_m``; the latter two are
    marked as assumed. A building without id is called ``<file>/<number of the feature>``. An outline that crosses
    itself is mended, the building kept and a note left; features that are no areas are set aside.

    Args:
        source: a ``[[buildings]]`` section.
        folder: the project folder, which ``source.file`` is relative to.
        crs: CRS of the grid.

    Raises:
        InputError: the file cannot be read, a mapped column is missing, ids are given twice, or a value cannot be:
            all faults at once.
    """
    path = resolve_input(folder, source.file)
    if path.suffix.lower() in _OSM:
        features = read_osm(path, crs=crs)
        frame, aside = features.buildings, list(features.set_aside)
    else:
        frame, aside = read_vector(path, layer=source.layer, crs=crs), []
    columns = _columns(frame, source, path)
    values = {ours: frame[theirs].tolist() for ours, theirs in columns.items()}
    outlines = _outlines(frame, path, aside)
    faults: list[Fault] = []
    buildings: list[Building] = []
    for feature, outline in outlines.items():
        record = _record(
            {ours: column[feature] for ours, column in values.items()}, columns, row_of(path, feature), faults
        )
        buildings.append(_building(record, outline, source, f"{_stem(path)}/{feature + 1}"))
    faults.extend(_duplicates(buildings, list(outlines), path))
    if faults:
        raise InputError(faults)
    assumed = [b for b in buildings if b.assumed]
    from_floors = sum(b.floors is not None for b in assumed)
    return BuildingsRead(tuple(buildings), tuple(aside), len(assumed) - from_floors, from_floors, _notes(columns, path))


def _notes(columns: dict[str, str], path: Path) -> tuple[str, ...]:
    """Return which columns were taken for ours by their usual name, so that a wrong guess shows."""
    taken = [f"{theirs} for {ours}" for ours, theirs in columns.items() if theirs in _USUAL and theirs != ours]
    return (f"{path.name}: took {', '.join(taken)}; [[buildings]].columns says otherwise",) if taken else ()


def mend_polygon(shape: BaseGeometry) -> tuple[Polygon | MultiPolygon | None, bool]:
    """Return the area of a shape (None when it has none) and whether it had to be mended."""
    mended = not shape.is_valid
    if mended:
        shape = shapely.make_valid(shape)
    parts = [part for part in _parts(shape) if part.area > 0.0]
    if not parts:
        return None, mended
    return (parts[0] if len(parts) == 1 else MultiPolygon(parts)), mended


def _parts(shape: BaseGeometry) -> list[Polygon]:
    if isinstance(shape, Polygon):
        return [shape]
    return [part for piece in getattr(shape, "geoms", ()) for part in _parts(piece)]


def _columns(frame: gpd.GeoDataFrame, source: BuildingSource, path: Path) -> dict[str, str]:
    """Return our name -> theirs for what is mapped, or there under our name."""
    there = [str(name) for name in frame.columns if name != frame.geometry.name]
    faults = [
        Fault(f"{path.name} {ours}", "is not a field of a building", f"use one of: {', '.join(_FIELDS)}")
        for ours in source.columns
        if ours not in _FIELDS
    ]
    faults += [
        Fault(path.name, f"has no column {theirs!r} (mapped to {ours})", f"use one of: {', '.join(there) or 'none'}")
        for ours, theirs in source.columns.items()
        if theirs not in there
    ]
    if faults:
        raise InputError(faults)
    usual = {ours: theirs for theirs, ours in _USUAL.items() if theirs in there}
    return {**usual, **{ours: ours for ours in _FIELDS if ours in there}, **source.columns}


def _outlines(frame: gpd.GeoDataFrame, path: Path, aside: list[SetAside]) -> dict[int, Polygon | MultiPolygon]:
    """Return the outline by feature (from 0); what has none is set aside."""
    found: dict[int, Polygon | MultiPolygon] = {}
    for feature, shape in enumerate(frame.geometry.to_numpy()):
        row = int(row_of(path, feature).rpartition(":")[2])
        if shape is None or shape.is_empty:
            aside.append(SetAside(path.name, row, "has no geometry"))
            continue
        outline, mended = mend_polygon(shape)
        if outline is None:
            aside.append(SetAside(path.name, row, NO_AREA, shape.geom_type))
            continue
        if mended:
            aside.append(
                SetAside(path.name, row, "outline crossed itself: mended", shapely.is_valid_reason(shape)[:80])
            )
        found[feature] = outline
    return found


def _record(values: Mapping[str, Any], columns: Mapping[str, str], where: str, faults: list[Fault]) -> dict[str, Any]:
    record: dict[str, Any] = dict.fromkeys(_FIELDS)
    for ours, value in values.items():
        try:
            record[ours] = _FIELDS[ours](value)
        except ValueError as err:
            faults.append(Fault(where, f"{columns[ours]}: {err}", "mend the value, or leave it empty"))
    built, demolished = record["built"], record["demolished"]
    if built is not None and demolished is not None and demolished < built:
        faults.append(Fault(where, f"demolished {demolished} before it was built {built}", "mend the dates"))
    return record


def _building(
    record: dict[str, Any], outline: Polygon | MultiPolygon, source: BuildingSource, fallback_id: str
) -> Building:
    assumed: frozenset[str] = frozenset()
    if record["height_m"] is None:
        floors = record["floors"]
        height_m = source.default_height_m if floors is None else floors * source.floor_height_m
        record, assumed = {**record, "height_m": height_m}, frozenset({"height_m"})
    return Building(**{**record, "id": record["id"] or fallback_id}, footprint=outline, assumed=assumed)


def _duplicates(buildings: list[Building], features: list[int], path: Path) -> list[Fault]:
    first: dict[str, int] = {}
    faults = []
    for building, feature in zip(buildings, features, strict=True):
        before = first.setdefault(building.id, feature)
        if before != feature:
            what = f"id {building.id!r} is given already at {row_of(path, before)}"
            faults.append(Fault(row_of(path, feature), what, "give each building its own id"))
    return faults


def _stem(path: Path) -> str:
    return path.name.split(".")[0]
