"""Named areas: the districts of a city."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.building_fields import read_text
from aqdaq.io.buildings import mend_polygon
from aqdaq.io.tables import resolve_input
from aqdaq.io.vector import read_vector, row_of
from aqdaq.model.project import DistrictsSection


def read_districts(section: DistrictsSection, folder: Path, *, crs: str) -> gpd.GeoDataFrame:
    """Read the named areas that tables are broken down by.

    Args:
        section: ``[districts]`` of the project.
        folder: the project folder, which ``section.file`` is relative to.
        crs: CRS of the grid.

    Returns:
        Columns ``name`` and ``geometry`` (polygons, outlines that crossed themselves mended), in the order of the file.

    Raises:
        InputError: the file cannot be read, has no such column, or a district has no name or no area: all faults at
            once.
    """
    path = resolve_input(folder, section.file)
    frame = read_vector(path, layer=section.layer, crs=crs)
    there = [str(name) for name in frame.columns if name != frame.geometry.name]
    if section.name_column not in there:
        mend = f"set name_column to one of: {', '.join(there) or 'none'}"
        raise InputError(Fault(path.name, f"has no column {section.name_column!r}", mend))
    faults: list[Fault] = []
    names, areas = [], []
    for feature, (value, shape) in enumerate(zip(frame[section.name_column], frame.geometry, strict=True)):
        where = row_of(path, feature)
        name = read_text(value)
        area = None if shape is None else mend_polygon(shape)[0]
        if name is None:
            faults.append(Fault(where, "the district has no name", f"fill in {section.name_column}"))
        if area is None:
            what = "has no geometry" if shape is None else f"is a {shape.geom_type}, not an area"
            faults.append(Fault(where, f"the district {what}", "draw it as a polygon"))
        names.append(name)
        areas.append(area)
    if faults:
        raise InputError(faults)
    return gpd.GeoDataFrame({"name": names}, geometry=np.array(areas, dtype=object), crs=frame.crs)
