"""Plans in CityJSON 1.0 to 2.0: footprints and heights of buildings, land use, roads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.geofile import short_reason
from aqdaq.io.plan_cityjson_shapes import Extent, extent_of
from aqdaq.io.plan_mapping import LayerMapping
from aqdaq.io.plan_source import RawFeature, RawLayer

#: Kind by type of a city object; the other types are left out.
TYPES: Final = {
    "Building": "building",
    "BuildingPart": "building",
    "LandUse": "zone",
    "Road": "road",
    "TransportSquare": "road",
}
#: What belongs to a building as a whole, and is shared among its parts by their volume.
_SHARED: Final = ("residents", "floor_area_m2", "seats", "population", "people", "floor_area", "gfa")


class CityJsonPlan:
    """A plan in CityJSON; its layers are the types of its objects."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            InputError: not CityJSON, or its vertices or system cannot be read.
        """
        self.path = path
        data = _loaded(path)
        self._vertices = _vertices(data, path)
        self._crs = _system(data, path)
        self._objects: dict[str, Any] = data["CityObjects"]
        self._layers: dict[str, list[str]] = {}
        for key, city_object in self._objects.items():
            self._layers.setdefault(str(city_object.get("type")), []).append(key)
        self.counts: Mapping[str, int] = {name: len(keys) for name, keys in self._layers.items()}
        self.kinds: Mapping[str, str] = {name: TYPES.get(name, "") for name in self._layers}

    def read(self, name: str, use: LayerMapping | None) -> RawLayer:  # noqa: ARG002 - a drawing needs it
        """Return the objects of one type.

        Raises:
            InputError: a geometry cannot be read: all of them.
        """
        faults: list[Fault] = []
        found = []
        for number, key in enumerate(self._layers[name], start=1):
            try:
                extent = extent_of(self._objects[key], self._vertices)
            except (KeyError, IndexError, TypeError, ValueError) as err:
                what = f"geometry cannot be read: {short_reason(err)}"
                faults.append(Fault(f"{self.path.name}:{name}:{key}", what, "export it anew"))
                continue
            if extent is None and self._objects[key].get("children"):
                continue  # its parts have the geometry
            shape = None if extent is None else extent.footprint
            fallback = {"id": key, "height_m": _modelled_m(name, extent)}
            found.append(RawFeature(number, key, shape, self._values(key, extent), fallback))
        if faults:
            raise InputError(faults)
        columns = tuple(dict.fromkeys(column for f in found for column in f.values))
        return RawLayer(name, self._crs, columns, tuple(found), notes=self._notes(name, found))

    def _values(self, key: str, extent: Extent | None) -> dict[str, Any]:
        """Return the attributes of an object; a part has those of its building that it lacks."""
        city_object = self._objects[key]
        own = dict(city_object.get("attributes") or {})
        for parent in city_object.get("parents") or ():
            whole = dict(self._objects.get(parent, {}).get("attributes") or {})
            share = self._share(key, parent, extent)
            for name, value in whole.items():
                if name.casefold() in _SHARED and isinstance(value, int | float):
                    own.setdefault(name, value * share)
                elif name.casefold() not in {"measuredheight", "storeysaboveground", "id"}:
                    own.setdefault(name, value)
        return {name: value for name, value in own.items() if not isinstance(value, dict | list)}

    def _share(self, key: str, parent: str, extent: Extent | None) -> float:
        """Return the share of a part in the volume of its building."""
        mine, whole = 0.0, 0.0
        for child in self._objects.get(parent, {}).get("children") or ():
            other = extent if child == key else extent_of(self._objects[child], self._vertices)
            volume = other.footprint.area * max(other.height_m, 1.0) if other is not None else 0.0
            whole += volume
            mine += volume if child == key else 0.0
        return mine / whole if whole > 0.0 else 0.0

    def _notes(self, name: str, found: list[RawFeature]) -> tuple[str, ...]:
        if TYPES.get(name) != "building":
            return ()
        modelled = [
            f for f in found if f.fallback["height_m"] and not any(c.casefold() == "measuredheight" for c in f.values)
        ]
        if not modelled:
            return ()
        return (
            f"{self.path.name}: {name}: height of {len(modelled)} taken from the model, from its lowest to its top",
        )


def _modelled_m(name: str, extent: Extent | None) -> float | None:
    """Return the height of a building in the model (m), to the millimetre; None when it is flat."""
    if TYPES.get(name) != "building" or extent is None:
        return None
    return round(extent.height_m, 3) or None


def is_cityjson(head: bytes) -> bool:
    """Return whether the first bytes of a JSON file are those of CityJSON."""
    return re.search(rb'"type"\s*:\s*"CityJSON"', head) is not None


def _loaded(path: Path) -> dict[str, Any]:
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as err:
        raise InputError(Fault(path.name, f"is not JSON: {short_reason(err)}", "check that the file is whole")) from err
    objects = data.get("CityObjects") if isinstance(data, dict) else None
    if not isinstance(objects, dict) or data.get("type") != "CityJSON":
        raise InputError(Fault(path.name, "is not CityJSON: no CityObjects", "export it as CityJSON 1.0 to 2.0"))
    if not objects or not all(isinstance(o, dict) for o in objects.values()):
        raise InputError(Fault(path.name, "holds no city object", "check the export that made it"))
    found: dict[str, Any] = data
    return found


def _vertices(data: dict[str, Any], path: Path) -> NDArray[np.float64]:
    """Return (n, 3) coordinates after the transform of the file."""
    try:
        vertices = np.array(data.get("vertices", []), dtype=np.float64).reshape(-1, 3)
        transform = data.get("transform")
        if transform:
            vertices = vertices * np.array(transform["scale"], dtype=np.float64) + np.array(transform["translate"])
    except (KeyError, TypeError, ValueError) as err:
        what = f"vertices or transform cannot be read: {short_reason(err)}"
        raise InputError(Fault(path.name, what, "export it anew")) from err
    return vertices


def _system(data: dict[str, Any], path: Path) -> CRS | None:
    """Return the system of the file, None where it names none."""
    metadata = data.get("metadata") or {}
    named = metadata.get("referenceSystem") or metadata.get("crs", {}).get("epsg")
    if not named:
        return None
    code = re.search(r"(\d+)$", str(named))
    try:
        return CRS.from_epsg(int(code[1])) if code else CRS.from_user_input(named)
    except CRSError as err:
        raise InputError(Fault(f"{path.name} metadata", f"CRS {named!r} is not known", "give an EPSG code")) from err
