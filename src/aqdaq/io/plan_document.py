"""Plan documents of any format: master plans and detailed plans as objects on the grid's CRS."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.geofile import check_file
from aqdaq.io.hints import capped, did_you_mean, listed, nearest
from aqdaq.io.plan_fields import fields_of
from aqdaq.io.plan_formats import open_plan
from aqdaq.io.plan_mapping import LayerMapping, PlanMapping, made_mapping
from aqdaq.io.plan_names import kind_of_name
from aqdaq.io.plan_objects import LayerRead, read_layer
from aqdaq.io.plan_source import PlanSource, RawLayer
from aqdaq.model.measurements import SetAside
from aqdaq.model.plan_document import PlanDocument, PlanObject

#: Reason of the features of a layer that nobody said to be of a plan.
NOT_OF_PLAN: Final = "layer is not part of the plan"
#: More notes of one sort than this are counted.
MOST_NOTES: Final = 50


def read_plan(
    path: Path,
    *,
    crs: str,
    layers: Mapping[str, str] | None = None,
    source_crs: str | None = None,
    floor_height_m: float | None = None,
    mapping: PlanMapping | None = None,
) -> PlanDocument:
    """Read a plan document.

    Args:
        path: GeoPackage, Shapefile, GeoJSON or another vector file, GML, DXF, CityJSON or IFC.
        crs: of the grid; everything is brought into it.
        layers: name in the file -> kind; the other layers are left out. None: by the mapping, else by their names.
        source_crs: of the file's coordinates, where it does not say one.
        floor_height_m: height of a floor (m) of buildings that give floors and no height; None: as the mapping says.
        mapping: of a mapping file; what the arguments above say wins.

    Raises:
        InputError: the file cannot be read, no layer is of a plan, it has no CRS, or an object cannot be read: all
            faults at once.
    """
    whole = made_mapping(mapping, layers=layers, source_crs=source_crs, floor_height_m=floor_height_m)
    return read_objects(path, whole, crs)


def read_objects(path: Path, mapping: PlanMapping, crs: str, *, only: str | None = None) -> PlanDocument:
    """Read the objects of a plan.

    Args:
        path: the file.
        mapping: how it is to be read.
        crs: of the grid.
        only: the one kind that is asked for; a single layer whose name says nothing is taken for it.

    Raises:
        InputError: all faults of the file at once.
    """
    check_file(path)
    source = open_plan(path, mapping)
    chosen = _chosen(source, mapping, only)
    raw = {name: source.read(name, use) for name, use in chosen.items()}
    _check_columns(path, raw, mapping)
    gathered = _Gathered()
    for name, use in chosen.items():
        gathered.add(raw[name], path, use, mapping, crs)
    faults = [*gathered.faults, *_duplicates(gathered.objects)]
    if faults:
        raise InputError(capped(faults, path.name))
    left = tuple(
        SetAside(path.name, 0, NOT_OF_PLAN, f"{name}: {count} features")
        for name, count in source.counts.items()
        if name not in chosen and count
    )
    objects = tuple(o for o in gathered.objects if only is None or o.kind == only)
    return PlanDocument(
        source=path.name,
        checksum=_checksum(path),
        crs=crs,
        objects=objects,
        kinds=frozenset(gathered.kinds),
        set_aside=(*gathered.set_aside, *left),
        notes=tuple(gathered.notes),
    )


@dataclass(slots=True)
class _Gathered:
    """What the layers gave so far."""

    objects: list[PlanObject] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    set_aside: list[SetAside] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def add(self, layer: RawLayer, path: Path, use: LayerMapping | None, mapping: PlanMapping, crs: str) -> None:
        """Read one layer; its faults are kept, so that those of the others are found too."""
        try:
            read: LayerRead = read_layer(layer, path, use, mapping, crs)
        except InputError as err:
            self.faults += [fault for fault in err.faults if fault not in self.faults]
            return
        self.objects += read.objects
        self.kinds |= read.kinds
        self.set_aside += read.set_aside
        more = len(read.doubts) - MOST_NOTES
        self.notes += [*read.notes, *read.doubts[:MOST_NOTES]]
        if more > 0:
            self.notes.append(f"{path.name}: {more} more doubtful heights in {layer.name}")


def _chosen(source: PlanSource, mapping: PlanMapping, only: str | None) -> dict[str, LayerMapping | None]:
    """Return what each layer of the plan is, in the order of the file; None: its column says it."""
    names = list(source.counts)
    if mapping.layers:
        return _mapped(source, mapping)
    found: dict[str, LayerMapping | None] = {}
    for name in names:
        kind = source.kinds[name] if name in source.kinds else kind_of_name(name)
        if kind:
            found[name] = LayerMapping(kind=kind)
    for name in names:
        if name not in found and source.counts[name]:
            columns = source.read(name, None).columns
            if "kind" in fields_of(columns, mapping):
                found[name] = None
    if only is not None:
        return _of_kind(source, found, only)
    if not found:
        what = f"no layer is known by its name: {listed(names)}" if names else "has no layer"
        raise InputError(Fault(source.path.name, what, "say in a mapping file what they are; see docs/plans.md"))
    return {name: found[name] for name in names if name in found}


def _of_kind(source: PlanSource, found: dict[str, LayerMapping | None], only: str) -> dict[str, LayerMapping | None]:
    """Return the layers of the one kind that is asked for."""
    names = list(source.counts)
    right = {n: found[n] for n in names if n in found and (found[n] is None or found[n].kind == only)}  # type: ignore[union-attr]
    if right:
        return right
    if len(names) == 1 and names[0] not in source.kinds:
        return {names[0]: LayerMapping(kind=only)}
    what = f"no layer is known to hold a {only}: {listed(names)}"
    raise InputError(Fault(source.path.name, what, "name the layers, or give a mapping file; see docs/plans.md"))


def _mapped(source: PlanSource, mapping: PlanMapping) -> dict[str, LayerMapping | None]:
    names = list(source.counts)
    missing = [name for name in mapping.layers if name not in names]
    if missing:
        there = f"there are: {listed(names)}" if names else "it has no layer"
        raise InputError(
            [
                Fault(
                    source.path.name,
                    f"has no layer {name!r}, which the mapping names",
                    f"{did_you_mean(name, names)} {there}" if nearest(name, names) else there,
                )
                for name in missing
            ]
        )
    return {name: mapping.layers[name] for name in names if name in mapping.layers}


def _check_columns(path: Path, raw: Mapping[str, RawLayer], mapping: PlanMapping) -> None:
    """Refuse a mapped column that no layer has."""
    there = list(dict.fromkeys(column for layer in raw.values() for column in layer.columns))
    faults = [
        Fault(path.name, f"has no column {theirs!r} (mapped to {ours})", did_you_mean(theirs, there))
        for ours, theirs in mapping.columns.items()
        if theirs not in there
    ]
    if faults:
        raise InputError(faults)


def _duplicates(objects: list[PlanObject]) -> list[Fault]:
    first: dict[tuple[str, str], str] = {}
    faults = []
    for found in objects:
        before = first.setdefault((found.kind, found.id), found.where)
        if before != found.where:
            what = f"{found.kind} {found.id!r} is given already at {before}"
            faults.append(Fault(found.where, what, "give each object its own id"))
    return faults


def _checksum(path: Path) -> str:
    """Return the SHA-256 of the bytes of a file; of a shapefile, of its parts one after the other."""
    parts = [path]
    if path.suffix.lower() == ".shp":
        parts += [path.with_suffix(s) for s in (".shx", ".dbf", ".prj", ".cpg") if path.with_suffix(s).exists()]
    digest = hashlib.sha256()
    for part in parts:
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
