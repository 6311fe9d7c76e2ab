"""Plans in GML: INSPIRE Planned Land Use, XPlanGML, and any other features with simple properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.gml_geometry import crs_of_name, find_geometry, geometry_of, inherit_dimension, is_gml
from aqdaq.io.plan_gml_classes import kind_of_class, kind_of_purpose, values_of_class
from aqdaq.io.plan_mapping import LayerMapping
from aqdaq.io.plan_source import RawFeature, RawLayer
from aqdaq.io.safe_xml import Node, read_xml

_MEMBERS: Final = frozenset({"member", "featureMember", "featureMembers", "members"})
#: Properties with the place of an object, where it has more than one geometry.
_PLACES: Final = ("position", "raeumlicherGeltungsbereich", "geometry", "extent")


class GmlPlan:
    """A plan in GML; its layers are the classes of its features."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            InputError: not well-formed XML, a document type in it, or no feature.
        """
        self.path = path
        root = read_xml(path)
        self._srs_name = _declared(root)
        self._features: dict[str, list[Node]] = {}
        for feature in _features(root):
            self._features.setdefault(feature.tag, []).append(feature)
        if not self._features:
            raise InputError(Fault(path.name, "holds no feature", "a feature collection of GML is needed"))
        kinds = {name: kind_of_class(name) for name in self._features}
        self.kinds: Mapping[str, str] = {name: kind for name, kind in kinds.items() if kind is not None}
        self.counts: Mapping[str, int] = {name: len(nodes) for name, nodes in self._features.items()}

    def read(self, name: str, use: LayerMapping | None) -> RawLayer:  # noqa: ARG002 - a drawing needs it
        """Return the features of one class.

        Raises:
            InputError: geometries that cannot be read: all of them.
        """
        faults: list[Fault] = []
        found, names = [], []
        for number, node in enumerate(self._features[name], start=1):
            key = node.attributes.get("id") or str(number)
            values = _values(node)
            kind = kind_of_purpose(name, node)
            if kind is not None:
                values["kind"] = kind
            shape = _place_of(node)
            geometry, srs_name = None, None
            if shape is not None:
                try:
                    inherit_dimension(shape)
                    geometry = geometry_of(shape)
                    srs_name = next((n.attributes["srsName"] for n in shape.walk() if "srsName" in n.attributes), None)
                except ValueError as err:
                    faults.append(Fault(f"{self.path.name}:{name}:{key}", f"geometry: {err}", "export it anew"))
            found.append(RawFeature(number, key, geometry, values, values_of_class(name, node)))
            names.append(srs_name or self._srs_name)
        if faults:
            raise InputError(faults)
        features, crs, notes = self._in_one_system(found, names, name)
        columns = tuple(dict.fromkeys(column for f in features for column in f.values))
        return RawLayer(name, crs, columns, features, notes=notes)

    def _in_one_system(
        self, found: list[RawFeature], names: list[str | None], layer: str
    ) -> tuple[tuple[RawFeature, ...], CRS | None, tuple[str, ...]]:
        """Return the features with x before y in the system of the first of them, that system, and notes."""
        said = [name for name, f in zip(names, found, strict=True) if name is not None and f.geometry is not None]
        if not said:
            return tuple(found), None, ()
        systems = {name: self._system(name, layer) for name in dict.fromkeys(said)}
        target = systems[said[0]][0]
        out, notes = [], []
        for srs_name in dict.fromkeys(names):
            here = [f for n, f in zip(names, found, strict=True) if n == srs_name]
            if srs_name is None or srs_name not in systems:
                out += here
                continue
            crs, y_first = systems[srs_name]
            y_first, note = _checked_axes(here, crs, y_first)
            notes += [f"{self.path.name}: {layer}: {note}"] if note else []
            out += [replace(f, geometry=_brought(f.geometry, crs, target, y_first)) for f in here]
        return tuple(sorted(out, key=lambda f: f.number)), target, tuple(notes)

    def _system(self, name: str, layer: str) -> tuple[CRS, bool]:
        try:
            return crs_of_name(name)
        except ValueError as err:
            raise InputError(Fault(f"{self.path.name}:{layer}", str(err), "give an EPSG code")) from err


def _declared(root: Node) -> str | None:
    """Return the system that the envelope of the whole file names."""
    for node in root.children:
        if node.tag == "boundedBy":
            return next((n.attributes["srsName"] for n in node.walk() if "srsName" in n.attributes), None)
    return root.attributes.get("srsName")


def _features(node: Node) -> list[Node]:
    """Return the features of a collection, those of collections in it too, in the order of the file."""
    found: list[Node] = []
    for member in node.children:
        if member.tag not in _MEMBERS:
            continue
        for child in member.children:
            inner = _features(child)
            found += inner or ([] if child.tag.endswith("FeatureCollection") else [child])
    return found


def _place_of(feature: Node) -> Node | None:
    """Return the geometry of a feature; that of its envelope is none."""
    places = {c.tag: find_geometry(c) for c in feature.children if c.tag != "boundedBy"}
    for name in _PLACES:
        if places.get(name) is not None:
            return places[name]
    return next((place for place in places.values() if place is not None), None)


def _values(feature: Node) -> dict[str, Any]:
    """Return the simple properties of a feature: texts, and the last part of references."""
    found: dict[str, list[str]] = {}
    for child in feature.children:
        if child.children or (is_gml(child) and child.tag not in {"name", "description"}):
            continue
        text = child.text or child.attributes.get("href", "").rpartition("/")[2]
        found.setdefault(child.tag, []).append(text)
    return {name: ", ".join(filter(None, texts)) or None for name, texts in found.items()}


def _checked_axes(features: list[RawFeature], crs: CRS, y_first: bool) -> tuple[bool, str | None]:
    """Return whether y stands first, and a note when the coordinates contradict what the system says."""
    shapes = [f.geometry for f in features if f.geometry is not None]
    if not shapes or crs.area_of_use is None:
        return y_first, None
    x_min, y_min, x_max, y_max = (float(v) for v in shapely.total_bounds(np.array(shapes, dtype=object)))
    middle = (x_min + x_max) / 2, (y_min + y_max) / 2
    fits = {swap: _inside(middle[::-1] if swap else middle, crs) for swap in (False, True)}
    if not fits[y_first] and fits[not y_first]:
        return not y_first, f"coordinates fit {crs.name} only with the axes exchanged: read so"
    return y_first, None


def _inside(place: tuple[float, float], crs: CRS) -> bool:
    area = crs.area_of_use
    assert area is not None
    geographic = CRS.from_epsg(4326)
    lon, lat = Transformer.from_crs(crs, geographic, always_xy=True).transform(*place)
    return bool(area.west - 1 <= lon <= area.east + 1 and area.south - 1 <= lat <= area.north + 1)


def _brought(shape: BaseGeometry | None, crs: CRS, target: CRS, y_first: bool) -> BaseGeometry | None:
    if shape is None:
        return None
    if y_first:
        shape = shapely.transform(shape, lambda p: p[:, ::-1])
    if crs != target:
        across = Transformer.from_crs(crs, target, always_xy=True)
        shape = shapely.transform(shape, lambda p: np.column_stack(across.transform(p[:, 0], p[:, 1])))
    return shape
