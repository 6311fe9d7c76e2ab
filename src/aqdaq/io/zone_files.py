"""Writes zones as drawings (DXF) and as solids (binary glTF)."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ezdxf
import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon

from aqdaq.base.errors import OutputError

Float = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Kind of numbers and targets in glTF.
_FLOAT, _UINT, _VERTICES, _INDICES = 5126, 5125, 34962, 34963
_MAGIC, _JSON, _BIN = 0x46546C67, 0x4E4F534A, 0x004E4942

#: Corners of the six faces of a unit box, each counter-clockwise from outside, by the neighbour (slab, row, column).
_FACES: Final = {
    (0, 0, 1): ((1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1)),
    (0, 0, -1): ((0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0)),
    (0, 1, 0): ((0, 1, 0), (0, 1, 1), (1, 1, 1), (1, 1, 0)),
    (0, -1, 0): ((0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)),
    (1, 0, 0): ((0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)),
    (-1, 0, 0): ((0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)),
}


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """An area at a height, on a layer of a drawing.

    Attributes:
        layer: its name.
        area: in the CRS of the project.
        z_m: height above the datum (m).
    """

    layer: str
    area: MultiPolygon
    z_m: float


@dataclass(frozen=True, slots=True)
class DrawnOutlines:
    """Outlines in space, on a layer of a drawing.

    Attributes:
        layer: its name.
        outlines: (k, 3) each, closed (m).
    """

    layer: str
    outlines: tuple[Float, ...]


def write_dxf(path: Path, items: Sequence[DrawnArea | DrawnOutlines]) -> None:
    """Write areas and outlines as closed polylines in metres; the same items give the same bytes.

    Raises:
        OutputError: the file cannot be written.
    """
    ezdxf.options.write_fixed_meta_data_for_testing = True  # no time, no random numbers
    drawing = ezdxf.new("R2010", units=ezdxf.units.M)
    space = drawing.modelspace()
    for item in items:
        if item.layer not in drawing.layers:
            drawing.layers.add(item.layer)
        if isinstance(item, DrawnArea):
            for ring in _rings(item.area):
                known = {"layer": item.layer, "elevation": item.z_m}
                space.add_lwpolyline(ring[:-1, :2].tolist(), close=True, dxfattribs=known)
        else:
            for outline in item.outlines:
                space.add_polyline3d(outline[:-1].tolist(), close=True, dxfattribs={"layer": item.layer})
    try:
        drawing.saveas(path)
    except OSError as err:
        raise OutputError(f"{path}: cannot be written: {err.strerror} -> choose another place") from err


def _rings(area: MultiPolygon) -> Iterable[Float]:
    for part in area.geoms:
        for ring in (part.exterior, *part.interiors):
            yield np.asarray(ring.coords, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Solid:
    """A solid of boxes.

    Attributes:
        name: of the node.
        boxes: (slabs, rows, cols), row 0 in the south, slab 0 at the bottom.
        corner_m: x, y and z of the corner in the south-west at the bottom (m).
        size_m: of a box: along x, y and z (m).
    """

    name: str
    boxes: Mask
    corner_m: tuple[float, float, float]
    size_m: tuple[float, float, float]


def write_glb(path: Path, solids: Sequence[Solid], origin_m: tuple[float, float, float], about: dict[str, Any]) -> None:
    """Write solids as binary glTF: y up, x to the east, metres from an origin that is said in the file.

    Args:
        path: to write.
        solids: each a node with one mesh; those without boxes are left out.
        origin_m: x, y and z that lie at zero (m): numbers of glTF are too short for coordinates of a map.
        about: what else the file says of itself.

    Raises:
        OutputError: the file cannot be written.
    """
    meshes = [(solid.name, *_surface(solid, origin_m)) for solid in solids if solid.boxes.any()]
    data, views, accessors, nodes = b"", [], [], []
    for number, (name, corners, triangles) in enumerate(meshes):
        for block, target in ((corners, _VERTICES), (triangles, _INDICES)):
            views.append({"buffer": 0, "byteOffset": len(data), "byteLength": block.nbytes, "target": target})
            data += block.tobytes()
        accessors += [
            {
                "bufferView": 2 * number, "componentType": _FLOAT, "count": len(corners), "type": "VEC3",
                "min": corners.min(axis=0).tolist(), "max": corners.max(axis=0).tolist(),
            },
            {"bufferView": 2 * number + 1, "componentType": _UINT, "count": triangles.size, "type": "SCALAR"},
        ]  # fmt: skip
        nodes.append({"name": name, "mesh": number})
    scene: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "aqdaq", "extras": {**about, "origin_m": list(origin_m)}},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(nodes)))}],
    }
    if nodes:
        glass = {"pbrMetallicRoughness": {"baseColorFactor": [0.8, 0.1, 0.1, 0.4]}, "alphaMode": "BLEND"}
        scene |= {
            "nodes": nodes,
            "meshes": [
                {"primitives": [{"attributes": {"POSITION": 2 * n}, "indices": 2 * n + 1, "material": 0}]}
                for n in range(len(nodes))
            ],
            "materials": [{**glass, "name": "zone", "doubleSided": True}],
            "accessors": accessors,
            "bufferViews": views,
            "buffers": [{"byteLength": len(data)}],
        }
    try:
        path.write_bytes(_container(scene, data))
    except OSError as err:
        raise OutputError(f"{path}: cannot be written: {err.strerror} -> choose another place") from err


def _container(scene: dict[str, Any], data: bytes) -> bytes:
    text = json.dumps(scene, separators=(",", ":")).encode("utf-8")
    chunks = [(_JSON, text + b" " * (-len(text) % 4))]
    chunks += [(_BIN, data + b"\x00" * (-len(data) % 4))] if data else []
    body = b"".join(struct.pack("<II", len(chunk), kind) + chunk for kind, chunk in chunks)
    return struct.pack("<III", _MAGIC, 2, 12 + len(body)) + body


def _surface(solid: Solid, origin_m: tuple[float, float, float]) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
    """Return (v, 3) corners as glTF turns them, and (t, 3) triangles of the faces between the solid and the air."""
    filled = np.pad(solid.boxes, 1)
    quads = []
    for (slab, row, col), corners in _FACES.items():
        beside = np.roll(filled, (-slab, -row, -col), axis=(0, 1, 2))
        k, j, i = np.nonzero(filled & ~beside)
        at = np.stack([i - 1, j - 1, k - 1], axis=1)[:, None, :] + np.array(corners)[None]
        quads.append(at)
    lattice = np.concatenate(quads).reshape(-1, 3)
    corners_at, index = np.unique(lattice, axis=0, return_inverse=True)
    place = np.asarray(solid.corner_m) - np.asarray(origin_m) + corners_at * np.asarray(solid.size_m)
    four = index.reshape(-1, 4)
    triangles = np.concatenate([four[:, [0, 1, 2]], four[:, [0, 2, 3]]])
    turned = np.column_stack([place[:, 0], place[:, 2], -place[:, 1]])
    return turned.astype(np.float32), triangles.astype(np.uint32)
