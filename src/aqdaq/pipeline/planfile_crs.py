"""The metric system that a plan is judged in when no project names one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.geofile import check_file
from aqdaq.io.plan_formats import open_plan
from aqdaq.io.plan_mapping import PlanMapping
from aqdaq.io.plan_source import RawLayer
from aqdaq.model.grid import check_metric_crs


def metric_crs_of(path: Path, mapping: PlanMapping | None, asked: str | None) -> str:
    """Return a projected CRS in metres: the one asked for, else that of the file, else the UTM zone of its degrees.

    Args:
        path: of the plan.
        mapping: of its mapping file.
        asked: by the user.

    Raises:
        InputError: the one asked for is not metric, the file cannot be read, or nobody says where the plan lies.
    """
    if asked is not None:
        check_metric_crs(asked, "--crs")
        return asked
    check_file(path)
    own = _own(path, mapping)
    if own is None:
        what = "has no CRS: its coordinates are those of a local frame"
        mend = (
            "name their system (source_crs), or two control points, in a mapping file; --crs is only what to judge in"
        )
        raise InputError(Fault(path.name, what, mend))
    crs, bounds = own
    if crs.is_projected and {axis.unit_name for axis in crs.axis_info[:2]} <= {"metre", "meter"}:
        return _name(crs)
    if not crs.is_geographic or bounds is None:
        raise InputError(Fault(path.name, f"CRS {crs.name} is not in metres", "give --crs, a projected one in metres"))
    x, y = (bounds[0] + bounds[2]) / 2.0, (bounds[1] + bounds[3]) / 2.0
    if not (abs(x) <= 360.0 and abs(y) <= 84.0):
        raise InputError(Fault(path.name, f"{x:.6g}, {y:.6g} lies in no UTM zone", "give --crs"))
    zones = query_utm_crs_info("WGS 84", AreaOfInterest(x, y, x, y))
    return f"EPSG:{zones[0].code}"


def _own(path: Path, mapping: PlanMapping | None) -> tuple[CRS, tuple[float, float, float, float] | None] | None:
    """Return the CRS that the file or its mapping says, with the bounds of the first layer that has one."""
    source = open_plan(path, mapping or PlanMapping())
    named = CRS.from_user_input(mapping.source_crs) if mapping is not None and mapping.source_crs else None
    if named is not None and named.is_projected:
        return named, None
    for name in source.counts:
        layer = source.read(name, mapping.layers.get(name) if mapping is not None else None)
        crs = named or layer.crs
        if crs is not None and (bounds := _bounds(layer)) is not None:
            return (crs.sub_crs_list[0] if crs.is_compound else crs), bounds
    return None


def _bounds(layer: RawLayer) -> tuple[float, float, float, float] | None:
    shapes = np.array([f.geometry for f in layer.features if f.geometry is not None], dtype=object)
    if not len(shapes):
        return None
    box = shapely.total_bounds(shapes)
    return (float(box[0]), float(box[1]), float(box[2]), float(box[3])) if np.isfinite(box).all() else None


def _name(crs: CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code is not None else crs.to_wkt()
