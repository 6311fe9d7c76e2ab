"""Features of one layer of a plan as objects of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.plan_fields import READERS, fields_of, guesses, read_height_m, read_values
from aqdaq.io.plan_heights import all_may_be_floors, doubtful_height
from aqdaq.io.plan_mapping import LayerMapping, PlanMapping
from aqdaq.io.plan_names import kind_of_name
from aqdaq.io.plan_place import check_range, placement
from aqdaq.io.plan_shapes import MENDED, shaped
from aqdaq.io.plan_source import RawFeature, RawLayer
from aqdaq.model.measurements import SetAside
from aqdaq.model.plan_document import KINDS, PlanObject

#: Reason of a feature whose column says no kind that there is.
NO_KIND: Final = "kind is not known"
#: Fault of an outline that may be meant in more than one way.
CROSSES: Final = "outline crosses itself"


@dataclass(slots=True)
class LayerRead:
    """What one layer gave.

    Attributes:
        objects: in the order of the file.
        kinds: of which there is a layer.
        set_aside: features left out or changed.
        notes: on the layer.
        doubts: on single heights.
    """

    objects: list[PlanObject] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    set_aside: list[SetAside] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def read_layer(layer: RawLayer, path: Path, use: LayerMapping | None, mapping: PlanMapping, crs: str) -> LayerRead:
    """Return the objects of a layer in the CRS of the grid.

    Args:
        layer: as the file has it.
        path: the file.
        use: what the layer is; None: its column ``kind`` says it for each feature.
        mapping: of the file.
        crs: of the grid.

    Raises:
        InputError: the layer has no CRS, or objects that cannot be read: all of them.
    """
    read = LayerRead(set_aside=list(layer.set_aside), notes=list(layer.notes))
    if use is not None:
        read.kinds.add(use.kind)
    shapes = _placed(layer, path, mapping, crs, read)
    reader = _Reader(layer, path, use, mapping, read)
    for feature, shape in zip(layer.features, shapes, strict=True):
        reader.take(feature, shape)
    if reader.faults:
        raise InputError(reader.faults)
    reader.conclude()
    return read


def where_of(path: Path, layer: str, key: str) -> str:
    """Return file, layer and feature; the layer only where it has not the name of the file."""
    return f"{path.name}:{key}" if layer == path.stem else f"{path.name}:{layer}:{key}"


def _placed(layer: RawLayer, path: Path, mapping: PlanMapping, crs: str, read: LayerRead) -> NDArray[Any]:
    """Return (n,) geometries on the CRS of the grid, after the checks of the coordinates."""
    shapes = np.array([f.geometry for f in layer.features], dtype=object)
    if not len(shapes):
        return shapes
    name = path.name if layer.name == path.stem else f"{path.name}:{layer.name}"
    place, notes = placement(layer.crs, mapping, crs, name)
    read.notes += notes

    def where(i: int) -> str:
        return where_of(path, layer.name, layer.features[i].key)

    check_range(shapely.bounds(shapes), place, where)
    brought = place.bring(shapes)
    there = ~(shapely.is_missing(brought) | shapely.is_empty(brought))
    bad = np.flatnonzero(there & ~np.isfinite(shapely.bounds(brought)).all(axis=1))
    if bad.size:
        what = f"coordinates cannot be brought from {place.crs.name} to {crs[:40]} ({bad.size} features)"
        raise InputError(Fault(where(int(bad[0])), what, "check the CRS of the file, source_crs and the project"))
    return brought


class _Reader:
    """Makes objects of the features of one layer."""

    def __init__(
        self, layer: RawLayer, path: Path, use: LayerMapping | None, mapping: PlanMapping, read: LayerRead
    ) -> None:
        self.layer, self.path, self.use, self.mapping, self.read = layer, path, use, mapping, read
        self.fields = fields_of(layer.columns, mapping)
        self.faults: list[Fault] = []
        self.defaults = self._defaults()

    def take(self, feature: RawFeature, shape: BaseGeometry | None) -> None:
        """Add the object of a feature, or say why there is none."""
        where = where_of(self.path, self.layer.name, feature.key)
        wrong: list[str] = []
        record = read_values(feature.values, self.fields, self.mapping, wrong.append)
        record = _filled(record, feature.fallback, self.defaults)
        kind = self._kind(record.pop("kind"))
        if kind is None:
            self._aside(feature, NO_KIND, str(feature.values.get(self.fields["kind"]))[:60])
            return
        self.read.kinds.add(kind)
        record["id"] = record["id"] or self._made_id(feature.key)
        found = shaped(kind, shape)
        if found.reason == MENDED and not self.mapping.mend_outlines:
            wrong.append(f"{CROSSES} ({found.value})")
        elif found.fault:
            wrong.append(f"{found.reason} ({found.value})" if found.value else str(found.reason))
        elif found.reason is not None:
            self._aside(feature, found.reason, f"{kind} {record['id']!r} {found.value}".rstrip())
        wrong += _reversed(record)
        self.faults += [Fault(where, f"{kind} {record['id']!r}: {what}", _mend(what)) for what in wrong]
        if found.geometry is not None and not wrong:
            self._add(kind, record, found.geometry, where)

    def conclude(self) -> None:
        """Add the notes on the layer as a whole."""
        name = self.layer.name
        taken = guesses(self.fields, self.mapping)
        if taken:
            self.read.notes.append(f"{self.path.name}: {name}: took {', '.join(taken)}; [columns] says otherwise")
        buildings = [o for o in self.read.objects if o.kind == "building" and o.height_m is not None]
        given = [float(o.height_m or 0.0) for o in buildings if not o.assumed and o.floors is None]
        doubt = all_may_be_floors(given)
        if doubt is not None:
            self.read.notes.append(f"{self.path.name}: {name}: {doubt}")

    def _add(self, kind: str, record: dict[str, Any], geometry: BaseGeometry, where: str) -> None:
        assumed: frozenset[str] = frozenset()
        if kind == "building" and record["height_m"] is None and record["floors"] is not None:
            record = {**record, "height_m": record["floors"] * self.mapping.floor_height_m}
            assumed = frozenset({"height_m"})
        found = PlanObject(kind=kind, geometry=geometry, where=where, assumed=assumed, **record)
        self.read.objects.append(found)
        doubt = doubtful_height(found, self.mapping) if kind == "building" else None
        if doubt is not None:
            self.read.doubts.append(f"{where}: building {found.id!r}: {doubt}")

    def _kind(self, said: str | None) -> str | None:
        if self.use is not None:
            return self.use.kind
        if said is None:
            return None
        return said if said in KINDS else kind_of_name(said)

    def _made_id(self, key: str) -> str:
        stem = self.path.name.split(".", maxsplit=1)[0]
        return f"{stem}/{key}" if self.layer.name in (stem, self.path.stem) else f"{stem}/{self.layer.name}/{key}"

    def _aside(self, feature: RawFeature, reason: str, value: str) -> None:
        place = "" if self.layer.name == self.path.stem else f"{self.layer.name}:{feature.key}"
        said = " ".join(part for part in (place, value) if part)
        self.read.set_aside.append(SetAside(self.path.name, feature.number, reason, said))

    def _defaults(self) -> dict[str, Any]:
        """Return the values that the mapping gives to all objects of the layer."""
        found: dict[str, Any] = {}
        for ours, value in (self.use.values if self.use is not None else {}).items():
            try:
                found[ours] = read_height_m(value, self.mapping) if ours == "height_m" else READERS[ours](value)
            except ValueError as err:
                self.faults.append(Fault(f"mapping of {self.layer.name} {ours}", str(err), "mend the value"))
        return found


def _filled(record: dict[str, Any], *further: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record, what it lacks taken from the first of the others that has it."""
    for values in further:
        record = {ours: values.get(ours) if value is None else value for ours, value in record.items()}
    return record


def _reversed(record: Mapping[str, Any]) -> list[str]:
    start, end = record["start"], record["end"]
    if start is not None and end is not None and end < start:
        return [f"end {end} is before start {start}"]
    return []


def _mend(what: str) -> str:
    if "before start" in what:
        return "exchange or mend the dates"
    if CROSSES in what:
        return "draw it again, or let it be mended with mend_outlines = true (planfile check: --mend-outlines)"
    return "draw the outline again" if "outline" in what or "Ring" in what else "mend the value, or leave it empty"
