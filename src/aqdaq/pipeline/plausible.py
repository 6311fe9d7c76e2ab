"""What cannot be true of a map: too many pixels, a projection that stretches, ground where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer
from shapely.geometry import box

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.buildings import NO_AREA, BuildingsRead
from aqdaq.io.developments import DevelopmentsRead
from aqdaq.model.body import Body
from aqdaq.model.grid import Grid
from aqdaq.model.project import ProjectConfig

#: More pixels than this are a slip of the pen, not a city.
MOST_PIXELS: Final = 400_000_000
#: A projection may stretch lengths by this share (UTM: 0.04 % to 0.1 % inside its zone).
MOST_STRETCH: Final = 0.01
_OFF_MAP: Final = "check the CRS of the file, whether latitude and longitude are swapped, and [grid].bounds"
#: Lowest and highest ground of a body (m), with some room: Dead Sea and Everest; LOLA's extremes.
GROUND_M: Final = {"earth": (-500.0, 9_000.0), "moon": (-9_500.0, 11_000.0)}


def checked_grid(grid: Grid | None, body: Body) -> Grid | None:
    """Return the grid when its pixels can be counted and its metres are metres.

    Raises:
        InputError: too many pixels, or the CRS stretches lengths at the grid's centre.
    """
    if grid is None:
        return None
    if grid.rows * grid.cols > MOST_PIXELS:
        what = f"{grid.rows:,} x {grid.cols:,} pixels are more than can be computed"
        raise InputError(
            Fault("project.toml [grid].resolution_m", what, "make the pixels larger or the bounds smaller")
        )
    stretch = _stretch(grid, body)
    if abs(stretch - 1.0) > MOST_STRETCH:
        what = f"{grid.crs} makes 1 m on the ground {stretch:.3f} m here: lengths and areas would be wrong"
        raise InputError(
            Fault("project.toml [grid].crs", what, "use a projection made for the place, for example its UTM zone")
        )
    return grid


def checked_ground(ground_m: NDArray[np.float32], body: Body) -> NDArray[np.float32]:
    """Return the ground when no height is impossible on the body.

    Raises:
        InputError: heights outside what the body has; most often a hole that is not declared as nodata.
    """
    low, high = GROUND_M[body.name]
    wrong = np.isfinite(ground_m) & ((ground_m < low) | (ground_m > high))
    if wrong.any():
        worst = float(ground_m[wrong].min() if (ground_m < low).any() else ground_m[wrong].max())
        what = f"{int(wrong.sum())} pixels lie outside {low:g} to {high:g} m, for example {worst:g} m"
        raise InputError(
            Fault("project.toml [terrain].files", what, "declare the value of holes as nodata in the raster")
        )
    return ground_m


def notes_on_places(
    config: ProjectConfig, built: Sequence[BuildingsRead | None], districts: gpd.GeoDataFrame | None, grid: Grid
) -> tuple[str, ...]:
    """Return how many buildings and districts lie off the map.

    Raises:
        InputError: none of a file lies on it, or too many of its features are no buildings.
    """
    faults, notes = [], []
    area = box(*grid.bounds_m)
    for source, read in zip(config.buildings, built, strict=True):
        if read is None:
            continue
        off = sum(not b.footprint.intersects(area) for b in read.buildings)
        if read.buildings and off == len(read.buildings):
            faults.append(Fault(source.file, "no building lies on the map", _OFF_MAP))
        elif off:
            notes.append(f"{source.file}: {off} of {len(read.buildings)} buildings lie off the map and are left out")
        lost = sum(aside.reason == NO_AREA for aside in read.set_aside)
        share = lost / (lost + len(read.buildings)) if lost else 0.0
        if share > config.limits.max_bad_share:
            faults.append(
                Fault(source.file, f"{lost} features ({share:.0%}) are no areas", "give outlines, not points")
            )
    if districts is not None and config.districts is not None:
        off = int((~districts.geometry.intersects(area)).sum())
        if off == len(districts):
            faults.append(Fault(config.districts.file, "no district lies on the map", _OFF_MAP))
        elif off:
            notes.append(f"{config.districts.file}: {off} of {len(districts)} districts lie off the map")
    if faults:
        raise InputError(faults)
    return tuple(notes)


def notes_on_developments(
    config: ProjectConfig, planned: Sequence[DevelopmentsRead | None], grid: Grid
) -> tuple[str, ...]:
    """Return how many planned buildings lie off the map.

    Raises:
        InputError: none of a file lies on it.
    """
    area, faults, notes = box(*grid.bounds_m), [], []
    for source, read in zip(config.developments, planned, strict=True):
        if read is None:
            continue
        off = [d for d in read.developments if not d.footprint.intersects(area)]
        if off and len(off) == len(read.developments):
            x, y = off[0].footprint.centroid.coords[0]
            what = f"no planned building lies on the map: {off[0].id!r} lies at {x:.0f}, {y:.0f} of {grid.crs}"
            faults.append(Fault(off[0].where, what, f"{_OFF_MAP}; of a drawing also its unit and source_crs"))
        elif off:
            notes.append(f"{source.file}: {len(off)} of {len(read.developments)} planned buildings lie off the map")
    if faults:
        raise InputError(faults)
    return tuple(notes)


def _stretch(grid: Grid, body: Body) -> float:
    """Return the length on the map of one metre on the ground, at the centre of the grid."""
    x_min, y_min, x_max, y_max = grid.bounds_m
    back = Transformer.from_crs(grid.crs, body.geographic_crs, always_xy=True)
    lon, lat = back.transform((x_min + x_max) / 2, (y_min + y_max) / 2)
    factors = Proj(CRS.from_user_input(grid.crs)).get_factors(lon, lat)
    return float(np.sqrt(factors.areal_scale))
