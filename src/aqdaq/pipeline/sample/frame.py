"""Where the synthetic city lies, and its streams of chance.

Inside this package all coordinates are local: metres from the south-western corner of the city, x to the east of the
projected grid, y to its north. They become coordinates of the CRS only when a file is written.
"""

from __future__ import annotations

from typing import Final, TypeVar

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Proj, Transformer
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

#: The word that stands in every file of the sample.
LABEL: Final = "SYNTHETIC"

#: CRS of the sample and the corner of the city in it (m): round figures, no real place is drawn.
CRS: Final = "EPSG:32643"
ORIGIN_M: Final = (652_000.0, 4_782_000.0)

#: Side of the city (m), and how far the terrain reaches beyond it (m).
SIDE_M: Final = 4000.0
TERRAIN_MARGIN_M: Final = 500.0

#: One independent stream of random numbers per part, so that a change in one part leaves the others alone.
PARTS: Final = ("terrain", "streets", "buildings", "planned", "sites", "cells", "truth", "drive_test", "district")

Rng = np.random.Generator
G = TypeVar("G", bound=BaseGeometry)


def streams(seed: int) -> dict[str, Rng]:
    """Return one generator per part of the city, all derived from ``seed``."""
    children = np.random.SeedSequence(seed).spawn(len(PARTS))
    return {part: np.random.Generator(np.random.PCG64(child)) for part, child in zip(PARTS, children, strict=True)}


def polygon(geometry: BaseGeometry) -> Polygon:
    """Return a geometry that is known to be one polygon as such."""
    assert isinstance(geometry, Polygon)
    return geometry


def to_crs(geometry: G) -> G:
    """Return a local geometry in the CRS of the sample, rounded to a centimetre."""
    moved: G = shapely.transform(geometry, lambda xy: np.round(xy + np.asarray(ORIGIN_M), 2))
    return moved


def to_lon_lat(x_m: ArrayLike, y_m: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude (deg) of local coordinates (m), rounded to about a centimetre."""
    transformer = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    lon, lat = transformer.transform(np.asarray(x_m) + ORIGIN_M[0], np.asarray(y_m) + ORIGIN_M[1])
    return np.round(lon, 7), np.round(lat, 7)


def grid_convergence_deg() -> float:
    """Return the bearing of grid north at the middle of the city, clockwise from true north (deg)."""
    lon, lat = to_lon_lat(SIDE_M / 2.0, SIDE_M / 2.0)
    return float(Proj(CRS).get_factors(float(lon), float(lat)).meridian_convergence)
