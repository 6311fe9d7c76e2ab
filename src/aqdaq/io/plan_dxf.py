"""Plans drawn in CAD: DXF, whose layers and blocks mean what a mapping says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import ezdxf
import shapely
from shapely.geometry.base import BaseGeometry

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.geofile import short_reason
from aqdaq.io.plan_dxf_place import DrawingPlace, drawing_place
from aqdaq.io.plan_dxf_shapes import block_shapes, elevation, inserted_at, outline
from aqdaq.io.plan_mapping import LayerMapping, PlanMapping
from aqdaq.io.plan_shapes import AREAS
from aqdaq.io.plan_source import RawFeature, RawLayer
from aqdaq.model.measurements import SetAside

#: Arcs are drawn as chords that leave them by no more than this (m).
ARC_ERROR_M: Final = 0.05
#: Reasons of entities that are left out.
NO_SHAPE: Final = "entity is not read"
EXTERNAL: Final = "external reference is not read"


class DxfPlan:
    """A plan in a drawing; the layers are those of the drawing."""

    kinds: Mapping[str, str] = {}

    def __init__(self, path: Path, mapping: PlanMapping) -> None:
        """Open the drawing.

        Raises:
            InputError: it cannot be read.
        """
        self.path, self.mapping = path, mapping
        try:
            self._drawing = ezdxf.readfile(path)
        except (OSError, UnicodeDecodeError, ValueError, ezdxf.DXFError) as err:
            what = f"cannot be read: {short_reason(err)}"
            raise InputError(Fault(path.name, what, "save it as DXF again, of version R2000 or later")) from err
        self._entities: dict[str, list[Any]] = {layer.dxf.name: [] for layer in self._drawing.layers}
        for entity in self._drawing.modelspace():
            self._entities.setdefault(entity.dxf.layer, []).append(entity)
        self.counts: Mapping[str, int] = {name: len(found) for name, found in self._entities.items()}
        self._place: DrawingPlace | None = None

    def read(self, name: str, use: LayerMapping | None) -> RawLayer:
        """Return one layer: outlines, lines, points, and blocks with their attributes.

        Raises:
            InputError: the drawing's own place cannot be read.
        """
        place = self.place
        features: list[RawFeature] = []
        left: Counter[tuple[str, str]] = Counter()
        for number, entity in enumerate(self._entities[name], start=1):
            kind = entity.dxftype()
            if kind == "INSERT" and _external(entity):
                left[EXTERNAL, entity.dxf.name] += 1
                continue
            shapes = list(self._shapes(entity, use))
            if not shapes:
                left[NO_SHAPE, kind] += 1
            for part, shape in enumerate(shapes):
                handle = str(entity.dxf.handle)
                key = handle if len(shapes) == 1 else f"{handle}.{part + 1}"
                height = {"height_m": self._height_m(entity, use)}
                features.append(RawFeature(number, key, place.bring(shape), _attributes(entity), height))
        aside = tuple(
            SetAside(self.path.name, 0, reason, f"{name}: {count} {kind}")
            for (reason, kind), count in sorted(left.items())
        )
        columns = tuple(dict.fromkeys(column for f in features for column in f.values))
        return RawLayer(name, place.crs, columns, tuple(features), aside, self._notes())

    @property
    def place(self) -> DrawingPlace:
        """Where the drawing says that it lies."""
        if self._place is None:
            self._place = drawing_place(self._drawing, self.mapping, self.path.name)
        return self._place

    def _notes(self) -> tuple[str, ...]:
        """Return the notes on the place once, with the first layer that asks."""
        notes = self.place.notes
        self._place = replace(self.place, notes=())
        return notes

    def _shapes(self, entity: Any, use: LayerMapping | None) -> Iterator[BaseGeometry]:
        """Yield the shapes of an entity; of a block on a layer of areas what it draws, else where it stands."""
        step = ARC_ERROR_M / self.place.unit_m
        if entity.dxftype() != "INSERT":
            shape = outline(entity, step)
            if shape is not None:
                yield shape
            return
        for single in entity.multi_insert() if entity.mcount > 1 else [entity]:
            outlines = block_shapes(single, step) if use is None or use.kind in AREAS else []
            if len(outlines) > 1:
                yield shapely.union_all([shapely.make_valid(o) for o in outlines])
            else:
                yield outlines[0] if outlines else inserted_at(single)

    def _height_m(self, entity: Any, use: LayerMapping | None) -> float | None:
        """Return the height (m) of an entity where the mapping says that it stands in the drawing; 0 says nothing."""
        if use is None or use.height is None:
            return None
        height = abs(float(entity.dxf.get("thickness", 0.0))) if use.height == "thickness" else elevation(entity)
        return height * self.place.unit_m or None


def _external(entity: Any) -> bool:
    block = entity.block()
    return block is None or bool(block.block.is_xref or block.block.is_xref_overlay)


def _attributes(entity: Any) -> dict[str, Any]:
    """Return the attributes of a block by their tags."""
    return {a.dxf.tag: a.dxf.text for a in entity.attribs} if entity.dxftype() == "INSERT" else {}
