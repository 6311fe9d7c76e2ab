"""Rasters of the streets, once for a surface: width, height of the roofs, direction.

From every pixel without a building, rays go in 16 directions (8 axes, 22.5 degrees apart) up to ``REACH_M``, one pixel
of the larger axis at a time, to the first building. What stands ``BUILDING_M`` or higher is a building. With f and b
steps of length l to the buildings on both sides of an axis its chord is (f + b - 1) l; an open side counts with all
its steps and half of one more. A pixel with buildings on both sides of an axis at least lies in a street:

- direction: that of the mean of exp(2 i axis) / chord, turned by 90 degrees. Across a straight street the reciprocal
  chords are |sin| of the angle to it, so the mean is exact up to half a degree. Where it has no length to speak of
  (a crossing, a square, a courtyard) there is no direction: NaN;
- width: the shortest chord with two buildings, brought to the perpendicular of the direction;
- roofs: mean height of the first roofs that the rays met, above the ground of the pixel.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.area_types import Streets

#: Length of a ray (m): no street is wider than twice this.
REACH_M: Final = 60.0
#: What stands this high above the ground is a building, lower things are not (m).
BUILDING_M: Final = 3.0
#: Axes through a pixel.
AXES: Final = 8
#: Length of the mean direction below which there is none; a straight street has 1/3.
LEAST_DIRECTION: Final = 0.08
#: Side of the squares that are skipped when no building is near (pixels).
BLOCK: Final = 32


class _Rays(NamedTuple):
    """Rays by axis: offsets in pixels, (AXES, steps); steps, length of a step (m), doubled angle, all (AXES,)."""

    down: NDArray[np.int32]
    right: NDArray[np.int32]
    steps: NDArray[np.int64]
    length_m: NDArray[np.float64]
    cosine: NDArray[np.float64]
    sine: NDArray[np.float64]


def street_rasters(above_m: NDArray[np.float32], ground_m: NDArray[np.float32], resolution_m: float) -> Streets:
    """Return the rasters of the streets of a surface.

    Args:
        above_m: (rows, cols) height above ground of what stands on it (m).
        ground_m: (rows, cols) height of the ground (m), NaN where unknown.
        resolution_m: side of a pixel (m).

    Raises:
        ValidityError: the shapes differ, or the resolution is not positive.
    """
    if above_m.shape != ground_m.shape or not resolution_m > 0.0:
        what = f"shapes {above_m.shape} and {ground_m.shape}, resolution {resolution_m} m"
        raise ValidityError(Fault("surface", what, "give two arrays of one shape and a pixel side above 0"))
    rays = _rays(resolution_m)
    margin = max(int(rays.steps.max()), 1)
    with np.errstate(invalid="ignore"):
        buildings = np.pad((above_m >= BUILDING_M).astype(np.uint8), margin)
    width, roof, direction = (np.full(above_m.shape, np.nan, dtype=np.float32) for _ in range(3))
    _cast(buildings, margin, _near(buildings, margin), above_m, ground_m, rays, width, roof, direction)
    return Streets(width, roof, direction)


def _rays(resolution_m: float) -> _Rays:
    """Return the rays of one side of each axis; those of the other side are their mirror."""
    angle = np.arange(AXES) * (math.pi / AXES)
    north, east = np.cos(angle), np.sin(angle)
    larger = np.maximum(np.abs(north), np.abs(east))
    length = resolution_m / larger
    steps = np.floor(REACH_M / length + 1e-9).astype(np.int64)
    count = np.arange(1, max(int(steps.max()), 1) + 1)
    down = np.floor(-count * (north / larger)[:, None] + 0.5).astype(np.int32)
    right = np.floor(count * (east / larger)[:, None] + 0.5).astype(np.int32)
    return _Rays(down, right, steps, length, np.cos(2.0 * angle), np.sin(2.0 * angle))


def _near(buildings: NDArray[np.uint8], margin: int) -> NDArray[np.bool_]:
    """Return which blocks of the raster have a building within ``margin`` pixels."""
    rows, cols = (side - 2 * margin for side in buildings.shape)
    near = np.zeros((-(-rows // BLOCK), -(-cols // BLOCK)), dtype=np.bool_)
    for i in range(near.shape[0]):
        columns = np.max(buildings[i * BLOCK : i * BLOCK + BLOCK + 2 * margin], axis=0)
        for j in range(near.shape[1]):
            near[i, j] = columns[j * BLOCK : j * BLOCK + BLOCK + 2 * margin].any()
    return near


@njit(cache=True, parallel=True, error_model="numpy")
def _cast(
    buildings: NDArray[np.uint8],
    margin: int,
    near: NDArray[np.bool_],
    above_m: NDArray[np.float32],
    ground_m: NDArray[np.float32],
    rays: _Rays,
    width_m: NDArray[np.float32],
    roof_m: NDArray[np.float32],
    direction_deg: NDArray[np.float32],
) -> None:
    """Fill the rasters; each pixel for itself, so the result does not depend on the threads."""
    rows, cols = above_m.shape
    for block in prange(near.size):
        i, j = block // near.shape[1], block % near.shape[1]
        if near[i, j]:
            for r in range(i * BLOCK, min((i + 1) * BLOCK, rows)):
                for c in range(j * BLOCK, min((j + 1) * BLOCK, cols)):
                    if not buildings[r + margin, c + margin] and not math.isnan(ground_m[r, c]):
                        found = _one_pixel(buildings, margin, above_m, ground_m, rays, r, c)
                        width_m[r, c], roof_m[r, c], direction_deg[r, c] = found


@njit(cache=True, error_model="numpy")
def _one_pixel(
    buildings: NDArray[np.uint8],
    margin: int,
    above_m: NDArray[np.float32],
    ground_m: NDArray[np.float32],
    rays: _Rays,
    r: int,
    c: int,
) -> tuple[float, float, float]:
    """Return width (m), roofs (m) and direction (deg) of the street of a pixel, all NaN where there is none."""
    shortest, across = math.inf, -1
    cosine = sine = total = roofs = 0.0
    hits = 0
    for k in range(AXES):
        chord, sides = -1.0, 0
        for sign in (1, -1):
            step = _first_building(buildings, rays.down[k], rays.right[k], rays.steps[k], sign, r + margin, c + margin)
            if step > 0:
                rr, cc = r + sign * rays.down[k, step - 1], c + sign * rays.right[k, step - 1]
                ground = ground_m[r, c] if math.isnan(ground_m[rr, cc]) else ground_m[rr, cc]
                roofs += ground + above_m[rr, cc] - ground_m[r, c]
                sides += 1
                chord += step
            else:
                chord += rays.steps[k] + 0.5
        hits += sides
        chord = max(chord, 1.0) * rays.length_m[k]
        if sides == 2 and chord < shortest:
            shortest, across = chord, k
        cosine += rays.cosine[k] / chord
        sine += rays.sine[k] / chord
        total += 1.0 / chord
    if across < 0:
        return math.nan, math.nan, math.nan
    if math.sqrt(cosine * cosine + sine * sine) < LEAST_DIRECTION * total:
        return shortest, roofs / hits, math.nan
    direction = 0.5 * math.degrees(math.atan2(-sine, -cosine)) % 180.0
    slant = math.sin(math.radians(across * (180.0 / AXES) - direction))
    return shortest * abs(slant), roofs / hits, direction


@njit(cache=True, error_model="numpy")
def _first_building(
    buildings: NDArray[np.uint8],
    down: NDArray[np.int32],
    right: NDArray[np.int32],
    steps: int,
    sign: int,
    r: int,
    c: int,
) -> int:
    """Return after how many steps of a ray a building stands, 0 where none does."""
    for s in range(steps):
        if buildings[r + sign * down[s], c + sign * right[s]]:
            return s + 1
    return 0
