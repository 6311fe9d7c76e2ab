"""Which reader opens a plan: by the suffix of the file, and by its first bytes where a suffix has two meanings."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.plan_cityjson import CityJsonPlan, is_cityjson
from aqdaq.io.plan_gml import GmlPlan
from aqdaq.io.plan_ifc import IfcPlan
from aqdaq.io.plan_mapping import PlanMapping
from aqdaq.io.plan_source import PlanSource
from aqdaq.io.plan_vector import VectorPlan

#: Bytes at the beginning of a file that tell CityJSON from GeoJSON, and GML from other XML.
_HEAD: Final = 4096


def open_plan(path: Path, mapping: PlanMapping) -> PlanSource:
    """Open a plan document.

    Args:
        path: the file.
        mapping: how it is to be read.

    Raises:
        InputError: it cannot be read, or what its format needs is not installed.
    """
    suffix = path.suffix.lower()
    if suffix == ".dxf":
        from aqdaq.io.plan_dxf import DxfPlan  # half a second that only drawings cost

        return DxfPlan(path, mapping)
    if suffix == ".ifc":
        return IfcPlan(path)
    if suffix == ".dwg":
        raise InputError(Fault(path.name, "DWG is not supported", "save the drawing as DXF"))
    if suffix == ".gml" or (suffix == ".xml" and b"opengis.net/gml" in _head(path)):
        return GmlPlan(path)
    if suffix == ".json" and (path.name.lower().endswith(".city.json") or is_cityjson(_head(path))):
        return CityJsonPlan(path)
    return VectorPlan(path)


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEAD)
