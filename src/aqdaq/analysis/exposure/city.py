"""The buildings of a city as walls that attenuate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from aqdaq.analysis.exposure.sources import Ground
from aqdaq.engine.exposure.walls import Walls, build_walls
from aqdaq.model.building import Building
from aqdaq.model.exposure_practice import Attenuation

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CityWalls:
    """Walls of a city, and what is not known of its buildings.

    Attributes:
        walls: those that attenuate.
        without_height: ids of buildings whose height nobody knows: they shade nothing.
        without_material: number of buildings of no or an unknown material: they shade nothing.
    """

    walls: Walls
    without_height: tuple[str, ...]
    without_material: int


def city_walls(buildings: Sequence[Building], ground: Ground, attenuation: Attenuation) -> CityWalls:
    """Return the walls of buildings; what is not known of a building never lowers an exposure.

    A roof lies its height above the lowest ground at the outline.

    Args:
        buildings: that stand on the day.
        ground: height of the ground.
        attenuation: of materials.
    """
    unknown = tuple(b.id for b in buildings if height_unknown(b))
    losses = {b.id: attenuation.of(b.material) for b in buildings}
    solid = [b for b in buildings if not height_unknown(b) and (losses[b.id] or 0.0) > 0.0]
    feet = lowest_ground(solid, ground)
    kept = [(b, foot) for b, foot in zip(solid, feet, strict=True) if np.isfinite(foot)]
    rings: list[Float] = []
    owner: list[int] = []
    for index, (building, _) in enumerate(kept):
        outlines = _rings(building)
        rings += outlines
        owner += [index] * len(outlines)
    top = np.array([foot + b.height_m for b, foot in kept], dtype=np.float64)
    loss = np.array([losses[b.id] or 0.0 for b, _ in kept], dtype=np.float64)
    without_material = sum(loss_db is None for loss_db in losses.values())
    return CityWalls(build_walls(rings, owner, top, loss), unknown, without_material)


def height_unknown(building: Building) -> bool:
    """Return whether nobody said how high a building is, in metres or in floors."""
    return "height_m" in building.assumed and building.floors is None


def _rings(building: Building) -> list[Float]:
    parts = shapely.get_parts(building.footprint)
    return [
        np.asarray(shapely.get_coordinates(ring), dtype=np.float64)
        for part in parts
        for ring in (part.exterior, *part.interiors)
    ]


def lowest_ground(buildings: Sequence[Building], ground: Ground) -> Float:
    """Return (n,) the lowest known ground at the corners of each building (m); NaN where none is known."""
    if not buildings:
        return np.zeros(0)
    shapes = np.array([b.footprint for b in buildings], dtype=object)
    corners, of = shapely.get_coordinates(shapes, return_index=True)
    heights = ground(corners[:, 0], corners[:, 1])
    lowest = np.full(len(buildings), np.inf)
    np.minimum.at(lowest, of, np.where(np.isfinite(heights), heights, np.inf))
    return np.where(np.isfinite(lowest), lowest, np.nan)
