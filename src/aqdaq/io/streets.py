"""Street axes, from any vector file or an OpenStreetMap extract."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import shapely
from shapely import LineString

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.building_fields import read_text
from aqdaq.io.osm import read_osm
from aqdaq.io.tables import resolve_input
from aqdaq.io.vector import read_vector, row_of
from aqdaq.model.measurements import SetAside
from aqdaq.model.project import StreetsSection

#: Values of OpenStreetMap's ``highway`` that a car may drive on.
DRIVABLE: Final = frozenset(
    {"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street"}
    | {"motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link", "service", "road"}
)

NO_LINE: Final = "is no line"


@dataclass(frozen=True, slots=True)
class StreetsRead:
    """Street axes.

    Attributes:
        lines: in the CRS of the grid.
        names: one a line; empty where there is none.
        set_aside: features that are no lines.
        notes: what the reader wants to be known, in words.
    """

    lines: tuple[LineString, ...]
    names: tuple[str, ...]
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...]


def read_streets(section: StreetsSection, folder: Path, *, crs: str) -> StreetsRead:
    """Read the axes of the streets.

    Where a column ``highway`` says what a line is, as OpenStreetMap has it, only roads for cars are taken. One-way
    rules and closed gates are not known.

    Args:
        section: ``[streets]`` of the project.
        folder: the project folder, which ``section.file`` is relative to.
        crs: CRS of the grid.

    Raises:
        InputError: the file cannot be read, has no such column, or holds no street.
    """
    path = resolve_input(folder, section.file)
    frame = read_osm(path, crs=crs).roads if path.suffix.lower() in {".osm", ".pbf"} else _read(path, section, crs)
    notes: tuple[str, ...] = ()
    if "highway" in frame.columns:
        roads = frame["highway"].isin(DRIVABLE)
        if not roads.all():
            left = int((~roads).sum())
            notes = (f"{section.file}: {left} of {len(frame)} lines are no roads for cars and are left out",)
        frame = frame[roads]
    lines: list[LineString] = []
    names: list[str] = []
    aside: list[SetAside] = []
    texts = frame[section.name_column] if section.name_column in frame.columns else [None] * len(frame)
    for feature, shape, text in zip(frame.index, frame.geometry, texts, strict=True):
        parts = [] if shape is None else [p for p in shapely.get_parts(shape) if isinstance(p, LineString)]
        parts = [part for part in parts if part.length > 0.0]
        if not parts:
            kind = "empty" if shape is None else str(shape.geom_type)
            aside.append(SetAside(path.name, int(row_of(path, int(feature)).rsplit(":", 1)[1]), NO_LINE, kind))
        lines += parts
        names += [read_text(text) or ""] * len(parts)
    if not lines:
        raise InputError(Fault(path.name, "holds no street that can be driven", "give lines, the axes of the streets"))
    return StreetsRead(tuple(lines), tuple(names), tuple(aside), notes)


def _read(path: Path, section: StreetsSection, crs: str) -> gpd.GeoDataFrame:
    frame = read_vector(path, layer=section.layer, crs=crs)
    there = [str(name) for name in frame.columns if name != frame.geometry.name]
    if section.name_column not in (*there, StreetsSection.model_fields["name_column"].default):
        mend = f"set name_column to one of: {', '.join(there) or 'none'}"
        raise InputError(Fault(path.name, f"has no column {section.name_column!r}", mend))
    return frame
