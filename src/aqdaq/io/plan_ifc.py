"""Planned buildings in building models: outlines, heights and storeys of IFC, by ifcopenshell (extra ``ifc``)."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.geofile import short_reason
from aqdaq.io.plan_ifc_shapes import Body, body_of
from aqdaq.io.plan_mapping import LayerMapping
from aqdaq.io.plan_source import RawFeature, RawLayer

#: A storey that begins less than this below the top of its building is its roof (m).
_ROOF_M: Final = 1.5
#: Storeys that begin deeper than this below the ground are cellars (m).
_CELLAR_M: Final = 0.5
#: The only layer.
LAYER: Final = "IfcBuilding"


class IfcPlan:
    """Buildings of a building model."""

    kinds: Mapping[str, str] = {LAYER: "building"}

    def __init__(self, path: Path) -> None:
        """Open the model.

        Raises:
            InputError: ifcopenshell is not installed, or the file cannot be read.
        """
        self.path = path
        if importlib.util.find_spec("ifcopenshell") is None:
            raise InputError(Fault(path.name, "IFC needs ifcopenshell, which is not installed", "install aqdaq[ifc]"))
        import ifcopenshell

        with path.open("rb") as stream:
            if b"ISO-10303-21" not in stream.read(256):
                raise InputError(Fault(path.name, "is not IFC: no ISO-10303-21 header", "export it as IFC (STEP)"))
        try:
            self._model = ifcopenshell.open(str(path))
            self._buildings = list(self._model.by_type(LAYER))
        except (OSError, RuntimeError, ValueError) as err:
            what = f"cannot be read: {short_reason(err)}"
            raise InputError(Fault(path.name, what, "export it anew as IFC 2x3 or IFC 4")) from err
        self.counts: Mapping[str, int] = {LAYER: len(self._buildings)}

    def read(self, name: str, use: LayerMapping | None) -> RawLayer:  # noqa: ARG002 - a drawing needs it
        """Return the buildings: what their elements cover seen from above.

        Raises:
            InputError: the geometry or the CRS cannot be read.
        """
        crs, move = self._place()
        found, notes = [], []
        for number, building in enumerate(self._buildings, start=1):
            try:
                body = body_of(self._model, building)
            except RuntimeError as err:
                what = f"geometry of building {building.GlobalId!r} cannot be made: {short_reason(err)}"
                raise InputError(Fault(f"{self.path.name}:{name}", what, "export it anew")) from err
            fallback = _said(building, body)
            if body is not None:
                notes.append(
                    f"{self.path.name}: {building.GlobalId}: outline and height taken from {body.elements} elements"
                )
            shape = None if body is None else shapely.transform(body.footprint, move)
            found.append(RawFeature(number, building.GlobalId, shape, _properties(building), fallback))
        columns = tuple(dict.fromkeys(column for f in found for column in f.values))
        return RawLayer(name, crs, columns, tuple(found), notes=tuple(notes))

    def _place(self) -> tuple[CRS | None, Any]:
        """Return the CRS of the map conversion and what brings metres of the model to it; None without one."""
        from ifcopenshell.util.geolocation import get_crs, get_helmert_transformation_parameters
        from ifcopenshell.util.unit import calculate_unit_scale

        turn = get_helmert_transformation_parameters(self._model)
        system = get_crs(self._model)
        if turn is None or not system or not system.get("Name"):
            return None, lambda p: p
        try:
            crs = CRS.from_user_input(str(system["Name"]))
        except CRSError as err:
            what = f"IfcProjectedCRS {system['Name']!r} is not known"
            raise InputError(Fault(self.path.name, what, "name it by its EPSG code, or give source_crs")) from err
        scale = _scale(float(turn.scale), calculate_unit_scale(self._model))
        factor = scale * complex(turn.xaa, turn.xao) / abs(complex(turn.xaa, turn.xao))
        shift = complex(turn.e, turn.n)

        def move(points: Any) -> Any:
            there = factor * (points[:, 0] + 1j * points[:, 1]) + shift
            return np.column_stack([there.real, there.imag])

        return crs, move


def _scale(stated: float, unit_m: float) -> float:
    """Return metres of the map in a metre of the model.

    The scale of a map conversion also turns the unit of the model into that of the map, which many programs leave out.

    Args:
        stated: scale of the map conversion.
        unit_m: metres in the unit of the model.
    """
    whole = stated / unit_m
    return whole if abs(whole - 1.0) < 0.01 or abs(stated - 1.0) >= 0.01 else stated


def _properties(building: Any) -> dict[str, Any]:
    """Return the single values of all property sets of a building by their names."""
    from ifcopenshell.util.element import get_psets

    found: dict[str, Any] = {}
    for values in get_psets(building, psets_only=True).values():
        found |= {name: v for name, v in values.items() if name != "id" and isinstance(v, str | int | float)}
    return found


def _said(building: Any, body: Body | None) -> dict[str, Any]:
    """Return what IFC itself says of a building, by our fields."""
    said = {name.casefold(): value for name, value in _properties(building).items()}
    floors = said.get("numberofstoreys")
    if floors is None and body is not None:
        above = [z for z in body.storeys_m if z >= -_CELLAR_M and z + _ROOF_M < body.height_m]
        floors = len(above) or None
    return {
        "id": building.GlobalId,
        "name": building.Name,
        "use": said.get("occupancytype"),
        "floors": floors,
        "height_m": None if body is None else body.height_m,
        "floor_area_m2": said.get("grossplannedarea"),
    }
