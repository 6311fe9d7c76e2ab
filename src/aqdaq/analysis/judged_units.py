"""Units of judgement: blocks of pixels, squares, and hexagons of H3 (on Earth only)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import h3
import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import Polygon, box

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.model.body import EARTH
from aqdaq.model.definition_parts import Unit
from aqdaq.model.grid import Grid

#: A definition that judges pixels is tested on blocks of them: a pixel holds too few tests to say anything.
BLOCK_M: Final = 100.0

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Units:
    """Which unit each of (n,) places lies in.

    Attributes:
        ids: of the units, in order: ``column_row`` of a square, the index of a hexagon.
        number: (n,) position in ``ids``.
        outlines: of each unit, in degrees: longitude, latitude.
        what: the unit in words.
    """

    ids: tuple[str, ...]
    number: NDArray[np.int64]
    outlines: tuple[Polygon, ...]
    what: str


def units_of(unit: Unit, grid: Grid, x_m: Float, y_m: Float, *, geographic_crs: str) -> Units:
    """Return the units that hold (n,) places.

    Args:
        unit: of the definition.
        grid: whose CRS the places are in; squares follow its axes, blocks its pixels too.
        x_m: eastings (m).
        y_m: northings (m).
        geographic_crs: of the body.

    Raises:
        ValidityError: hexagons of H3 on a body that is not Earth.
    """
    if unit.kind == "h3":
        assert unit.resolution is not None
        lon, lat = to_degrees(grid, x_m, y_m, geographic_crs)
        return hexagons(lon, lat, unit.resolution, geographic_crs=geographic_crs)
    side = unit.side_m if unit.side_m is not None else block_side_m(grid.resolution_m)
    x0, y0 = (0.0, 0.0) if unit.kind == "square" else (grid.x_min_m, grid.y_max_m)
    return _squares(grid, x_m, y_m, (x0, y0, side), geographic_crs)


def block_side_m(resolution_m: float) -> float:
    """Return the side (m) of a block of whole pixels, at least ``BLOCK_M``."""
    return max(math.ceil(BLOCK_M / resolution_m - 1e-9), 1) * resolution_m


def to_degrees(grid: Grid, x_m: Float, y_m: Float, geographic_crs: str) -> tuple[Float, Float]:
    """Return longitude and latitude (deg) of (n,) places on a grid."""
    there = Transformer.from_crs(grid.crs, geographic_crs, always_xy=True)
    lon, lat = there.transform(x_m, y_m)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def hexagons(lon_deg: Float, lat_deg: Float, resolution: int, *, geographic_crs: str) -> Units:
    """Return the H3 hexagons that hold (n,) places.

    Raises:
        ValidityError: the body is not Earth: H3 divides its ellipsoid and no other.
    """
    if geographic_crs != EARTH.geographic_crs:
        raise ValidityError(Fault("unit", "hexagons of H3 lie on Earth", 'use kind = "square"'))
    found = [h3.latlng_to_cell(lat, lon, resolution) for lat, lon in zip(lat_deg, lon_deg, strict=True)]
    ids, number = np.unique(np.array(found, dtype=str), return_inverse=True)
    return _hexagons(ids, number.reshape(-1), resolution)


def parents_of(children: Units, resolution: int) -> Units:
    """Return the larger hexagons that places belong to by the hexagons that hold them.

    The small hexagons of a large one jut out of it a little; a place belongs where its small hexagon does.
    """
    of_child = np.array([h3.cell_to_parent(child, resolution) for child in children.ids], dtype=str)
    ids, number = np.unique(of_child, return_inverse=True)
    return _hexagons(ids, number.reshape(-1)[children.number], resolution)


def _hexagons(ids: NDArray[np.str_], number: NDArray[np.int64], resolution: int) -> Units:
    names = tuple(str(i) for i in ids)
    outlines = tuple(Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(name)]) for name in names)
    return Units(names, number.astype(np.int64), outlines, f"H3 hexagon of resolution {resolution}")


def _squares(grid: Grid, x_m: Float, y_m: Float, frame: tuple[float, float, float], geographic_crs: str) -> Units:
    """Return the squares of a lattice: x and y of a corner (m), side (m)."""
    x0, y0, side = frame
    places = np.stack([np.floor((x_m - x0) / side), np.floor((y_m - y0) / side)]).astype(np.int64)
    found, number = np.unique(places, axis=1, return_inverse=True)
    back = Transformer.from_crs(grid.crs, geographic_crs, always_xy=True)
    ids, outlines = [], []
    for col, row in zip(*found.tolist(), strict=True):
        square = box(x0 + col * side, y0 + row * side, x0 + (col + 1) * side, y0 + (row + 1) * side)
        lon, lat = back.transform(*square.exterior.coords.xy)
        ids.append(f"{col}_{row}")
        outlines.append(Polygon(zip(lon, lat, strict=True)))
    return Units(tuple(ids), number.reshape(-1).astype(np.int64), tuple(outlines), f"square of {side:g} m")
