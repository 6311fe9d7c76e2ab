"""Zones around a site in which a limit is exceeded: sections, solid, and the buildings that enter them.

The exposure ratio is computed at the corners of squares on levels a metre apart. A square belongs to the zone on a
level when the limit is exceeded, or unknown, at one of its corners: the zone is never drawn too small by more than a
lobe that is thinner than a square.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from aqdaq.analysis.exposure.sources import Ground
from aqdaq.model.building import Building

Float = NDArray[np.float64]
Mask = NDArray[np.bool_]
#: Exposure ratio at (n, 3) places; NaN where it is unknown.
Ratio = Callable[[Float], Float]

#: Height of the sanitary protection zone above the ground, and that at which the restriction zone begins (m).
SANITARY_M: Final = 2.0
#: Between levels on which the ratio is computed, and between sections (m).
LEVEL_M: Final = 1.0
SECTION_M: Final = 3.0
#: A zone that reaches farther than this is refused (m).
FARTHEST_M: Final = 2000.0

_GROWTH: Final = 1.4


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone of one site.

    Attributes:
        x_m: western edge of the squares (m).
        y_m: southern edge (m).
        step_m: side of a square (m).
        foot_m: height of the ground at the site above the datum (m).
        sanitary: (rows, cols) squares of the sanitary protection zone, 2 m above the ground; row 0 in the south.
        levels: (levels, rows, cols) squares of the zone above it, a metre apart.
        first_m: height of the first level above the ground at the site (m); negative where the ground falls away.
    """

    x_m: float
    y_m: float
    step_m: float
    foot_m: float
    sanitary: Mask
    levels: Mask
    first_m: float = SANITARY_M

    @property
    def heights_m(self) -> Float:
        """(levels,) height of each level above the ground at the site (m); negative below it."""
        return self.first_m + LEVEL_M * np.arange(len(self.levels), dtype=np.float64)

    def polygon(self, squares: Mask) -> MultiPolygon:
        """Return the area of squares (rows, cols)."""
        return area_of(squares, self.x_m, self.y_m, self.step_m)

    def slabs(self) -> Mask:
        """Return (slabs, rows, cols) the solid: slabs of 3 m, each with all squares of the levels in and around it."""
        per = round(SECTION_M / LEVEL_M)
        count = max(math.ceil((len(self.levels) - 1) / per), 1)
        return np.stack([self.levels[n * per : (n + 1) * per + 1].any(axis=0) for n in range(count)])


def zone_around(
    ratio: Ratio, ground: Ground, place_m: tuple[float, float], antenna_m: float, reach_m: float, step_m: float
) -> Zone:
    """Return the zone around a site.

    Args:
        ratio: of all sources to the limit, 0 where another site is the strongest.
        ground: height of the ground.
        place_m: x and y of the site (m).
        antenna_m: height of its highest antenna above its ground (m).
        reach_m: how far the zone is expected to reach (m); it grows until its border is free.
        step_m: side of a square (m).

    Raises:
        ValueError: the zone does not end within 2 km: something else than the site exceeds the limit.
    """
    foot = float(ground(np.array([place_m[0]]), np.array([place_m[1]]))[0])
    reach = reach_m
    while reach <= FARTHEST_M:
        half = math.ceil(reach / step_m)
        x = place_m[0] + step_m * np.arange(-half, half + 1)
        y = place_m[1] + step_m * np.arange(-half, half + 1)
        grid_x, grid_y = (v.ravel() for v in np.meshgrid(x, y))
        at_ground = np.column_stack([grid_x, grid_y, ground(grid_x, grid_y) + SANITARY_M])
        first = _first_m(at_ground[:, 2] - foot)
        levels = _levels(ratio, at_ground, foot, (first, antenna_m), len(x))
        sanitary = _squares(_over(ratio, at_ground), len(x))
        every = np.concatenate([levels, sanitary[None]])
        if not (every[:, [0, -1]].any() or every[:, :, [0, -1]].any() or levels[-1].any()):
            return Zone(float(x[0]), float(y[0]), step_m, foot, sanitary, levels, first)
        reach *= _GROWTH
    raise ValueError(f"the zone does not end within {FARTHEST_M:g} m")


def _over(ratio: Ratio, at_m: Float) -> Mask:
    """Return where the limit is exceeded or the ratio unknown; where the place is unknown, neither."""
    known = np.isfinite(at_m).all(axis=1)
    out = np.zeros(len(at_m), dtype=np.bool_)
    out[known] = ~(ratio(at_m[known]) <= 1.0)
    return out


def _squares(corners: Mask, side: int) -> Mask:
    """Return (side - 1, side - 1) the squares with at least one corner that is set."""
    grid = corners.reshape(side, side)
    return grid[:-1, :-1] | grid[1:, :-1] | grid[:-1, 1:] | grid[1:, 1:]


def _first_m(lowest_m: Float) -> float:
    """Return the height of the first level above the site's ground: 2 m above the lowest ground, or up to 3 m less.

    Sections are then at 2, 5, 8 ... m above the site's ground wherever the ground falls away to. ``lowest_m`` (n,) is
    where the zone may begin at each place.
    """
    known = lowest_m[np.isfinite(lowest_m)]
    deepest = max(SANITARY_M - float(known.min()), 0.0) if known.size else 0.0
    return SANITARY_M - SECTION_M * math.ceil(round(deepest / SECTION_M, 6))


def _at_level(lowest: Float, height_m: float) -> Float:
    """Return (n, 3) where the ratio is looked at for a level at a height above the datum; NaN where it is not.

    A level stands for the metre above it. ``lowest`` (n, 3) is 2 m above the ground, where the zone begins: below that
    the level is not part of it, and within that metre the zone's own beginning is looked at, so that no air between
    it and the next level is left out. Where the ground is unknown, the level counts.
    """
    begins = lowest[:, 2]
    z = np.fmax(height_m, begins)
    return np.column_stack([lowest[:, :2], np.where(begins >= height_m + LEVEL_M, np.nan, z)])


def _levels(ratio: Ratio, lowest: Float, foot: float, ends_m: tuple[float, float], side: int) -> Mask:
    """Return the squares of each level, from the first one to the first empty one above the site's antennas.

    ``lowest`` (n, 3) is 2 m above the ground at each corner, ``ends_m`` the height of the first level and that of the
    highest antenna above the site's ground; the levels end at the latest half the width of the squares' field above it.
    """
    found: list[Mask] = []
    first, highest = ends_m
    end = highest + SECTION_M + float(np.ptp(lowest[:, 0])) / 2.0
    while True:
        height = first + LEVEL_M * len(found)
        found.append(_squares(_over(ratio, _at_level(lowest, foot + height)), side))
        if (height > highest + SECTION_M and not found[-1].any()) or height > end:
            return np.stack(found)


def area_of(squares: Mask, x_m: float, y_m: float, step_m: float) -> MultiPolygon:
    """Return the area of squares as polygons.

    Args:
        squares: (rows, cols), row 0 in the south.
        x_m: western edge (m).
        y_m: southern edge (m).
        step_m: side of a square (m).
    """
    edges = np.diff(np.pad(squares.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, ends = np.nonzero(edges == -1)
    boxes = shapely.box(x_m + starts * step_m, y_m + rows * step_m, x_m + ends * step_m, y_m + (rows + 1) * step_m)
    return as_multi(shapely.union_all(boxes))


def as_multi(shape: BaseGeometry) -> MultiPolygon:
    """Return an area as several polygons, none where it is empty."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and not part.is_empty]
    return MultiPolygon(parts)


@dataclass(frozen=True, slots=True)
class VerticalSection:
    """A section of a zone in the vertical plane of an azimuth.

    Attributes:
        azimuth_deg: of the plane, clockwise from the grid's north (deg).
        outlines: (k, 3) closed outlines: x, y and height above the datum (m).
    """

    azimuth_deg: float
    outlines: tuple[Float, ...]


def vertical_section(
    ratio: Ratio, ground: Ground, zone: Zone, place_m: tuple[float, float], azimuth_deg: float
) -> VerticalSection:
    """Return the section of a zone along an azimuth through its site, from 2 m above the ground on.

    Args:
        ratio: of all sources to the limit.
        ground: height of the ground.
        zone: of the site.
        place_m: x and y of the site (m).
        azimuth_deg: clockwise from the grid's north (deg).
    """
    reach = zone.step_m * zone.levels.shape[1] / 2.0
    along = np.arange(-reach, reach + zone.step_m / 2.0, zone.step_m)
    up = zone.foot_m + zone.heights_m
    east, north = math.sin(math.radians(azimuth_deg)), math.cos(math.radians(azimuth_deg))
    x, y = place_m[0] + along * east, place_m[1] + along * north
    lowest = np.column_stack([x, y, ground(x, y) + SANITARY_M])
    over = _over(ratio, np.concatenate([_at_level(lowest, z) for z in up.tolist()])).reshape(len(up), len(along))
    squares = over[:-1, :-1] | over[1:, :-1] | over[:-1, 1:] | over[1:, 1:]
    boxes = shapely.transform(
        area_of(squares, 0.0, 0.0, 1.0), lambda c: np.column_stack([along[0] + c[:, 0] * zone.step_m, up[0] + c[:, 1]])
    )
    rings = [np.asarray(ring.coords) for part in as_multi(boxes).geoms for ring in (part.exterior, *part.interiors)]
    return VerticalSection(
        azimuth_deg,
        tuple(
            np.column_stack([place_m[0] + ring[:, 0] * east, place_m[1] + ring[:, 0] * north, ring[:, 1]])
            for ring in rings
        ),
    )


@dataclass(frozen=True, slots=True)
class Entered:
    """A building that enters a zone.

    Attributes:
        building: it.
        from_m: height above the ground at the site from which on it does (m); negative below it.
        to_m: height up to which it does (m).
        area_m2: the largest part of its footprint that lies in the zone on one level (m2).
    """

    building: Building
    from_m: float
    to_m: float
    area_m2: float


def entered_by(zone: Zone, buildings: Sequence[Building], ground: Ground) -> tuple[Entered, ...]:
    """Return the buildings that enter a zone, in their order.

    A building reaches from the ground to its roof, its height above the lowest ground at its outline.

    Args:
        zone: of a site.
        buildings: standing and planned.
        ground: height of the ground.
    """
    areas = [zone.polygon(level) for level in zone.levels]
    whole = shapely.union_all(areas)
    found = []
    for building in buildings:
        if not building.footprint.intersects(whole):
            continue
        corners = shapely.get_coordinates(building.footprint)
        top = float(np.nanmin(ground(corners[:, 0], corners[:, 1]))) + building.height_m - zone.foot_m
        heights = [h for h in zone.heights_m.tolist() if h <= top or not math.isfinite(top)]
        parts = [shapely.area(building.footprint.intersection(areas[n])) for n in range(len(heights))]
        inside = [n for n, part in enumerate(parts) if part > 0.0]
        if inside:
            found.append(Entered(building, heights[inside[0]], heights[inside[-1]], float(max(parts))))
    return tuple(found)
