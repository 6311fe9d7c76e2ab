"""Ground of the synthetic city: a plain that rises into foothills, with hills and two ravines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from shapely.geometry import LineString

from aqdaq.pipeline.sample.frame import SIDE_M, TERRAIN_MARGIN_M, Rng

#: Height of the ground at the northern edge, and how much higher the southern edge lies (m).
NORTH_M: Final = 650.0
RISE_M: Final = 250.0

#: Resolution of the terrain file (m).
TERRAIN_RESOLUTION_M: Final = 10.0


@dataclass(frozen=True, slots=True)
class Ravine:
    """A dry valley that comes down from the hills and fades towards the plain.

    Attributes:
        x_m: easting of its axis before it bends (m).
        swing_m: how far it bends to either side (m).
        length_m: length of one bend (m).
        phase_rad: where the bends begin (rad).
        depth_m: depth in the south (m).
        half_width_m: distance at which the depth has fallen to 61 % (m).
    """

    x_m: float
    swing_m: float
    length_m: float
    phase_rad: float
    depth_m: float
    half_width_m: float

    def axis_x_m(self, y_m: ArrayLike) -> NDArray[np.float64]:
        """Return the easting of the axis (m) at northings ``y_m`` (m)."""
        bend = np.sin(2.0 * np.pi * np.asarray(y_m, dtype=np.float64) / self.length_m + self.phase_rad)
        return np.asarray(self.x_m + self.swing_m * bend)

    def axis(self) -> LineString:
        """Return the axis from the southern to the northern edge of the terrain."""
        y = np.arange(-TERRAIN_MARGIN_M, SIDE_M + TERRAIN_MARGIN_M + 1.0, 40.0)
        return LineString(np.column_stack([self.axis_x_m(y), y]))


@dataclass(frozen=True, slots=True)
class Terrain:
    """Ground height as a function of place.

    Attributes:
        hills: (n, 4) centre x, centre y, radius and amplitude, all in metres.
        ravines: the two valleys.
    """

    hills: NDArray[np.float64]
    ravines: tuple[Ravine, ...]

    def height_m(self, x_m: ArrayLike, y_m: ArrayLike) -> NDArray[np.float64]:
        """Return the ground height (m) at local coordinates (m); any shape."""
        x, y = np.broadcast_arrays(np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64))
        south = 1.0 - y / SIDE_M
        height = NORTH_M + RISE_M * (0.55 * south + 0.45 * np.clip(south, 0.0, None) ** 2.2)
        for cx, cy, radius, amplitude in self.hills:
            height = height + amplitude * np.exp(-0.5 * ((x - cx) ** 2 + (y - cy) ** 2) / radius**2)
        for ravine in self.ravines:
            depth = ravine.depth_m * np.clip(0.12 + 0.95 * np.clip(south, 0.0, None) ** 1.3, 0.12, 1.2)
            height = height - depth * np.exp(-0.5 * ((x - ravine.axis_x_m(y)) / ravine.half_width_m) ** 2)
        return np.asarray(height)

    def raster_m(self, margin_m: float, resolution_m: float) -> NDArray[np.float32]:
        """Return ground heights (m) at pixel centres, row 0 in the north, reaching ``margin_m`` beyond the city."""
        count = round((SIDE_M + 2.0 * margin_m) / resolution_m)
        centres = (np.arange(count) + 0.5) * resolution_m - margin_m
        heights = self.height_m(centres[None, :], centres[::-1, None])
        return np.round(heights, 1).astype(np.float32)


def make_terrain(rng: Rng) -> Terrain:
    """Return the ground of one city: hills grow towards the south."""
    hills = []
    for _ in range(26):
        cx, cy = rng.uniform(-400.0, SIDE_M + 400.0, 2)
        south = np.clip(1.0 - cy / SIDE_M, 0.0, 1.0)
        amplitude = rng.normal() * (1.5 + 16.0 * south**2)
        hills.append((cx, cy, rng.uniform(150.0, 380.0), np.clip(amplitude, -18.0, 30.0)))
    ravines = tuple(
        Ravine(
            x_m=share * SIDE_M + rng.uniform(-120.0, 120.0),
            swing_m=rng.uniform(60.0, 130.0),
            length_m=rng.uniform(1800.0, 3000.0),
            phase_rad=rng.uniform(0.0, 2.0 * np.pi),
            depth_m=depth,
            half_width_m=rng.uniform(32.0, 45.0),
        )
        for share, depth in ((0.27, 22.0), (0.74, 28.0))
    )
    return Terrain(np.asarray(hills), ravines)
