"""Where receivers lie as seen from a site: distance, bearing, elevation. No propagation model is in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.engine.area_types import Terrain, Transmitter
from aqdaq.engine.profiles import bilinear


@dataclass(frozen=True, slots=True)
class Directions:
    """Directions from one site to n receivers.

    Attributes:
        distance_m: (n,) float32 horizontal distance (m).
        bearing_deg: (n,) float32 from the site, clockwise from grid north (deg).
        elevation_deg: (k, n) float32 of the receiver as seen from each antenna (deg); NaN where the ground is unknown.
    """

    distance_m: NDArray[np.float32]
    bearing_deg: NDArray[np.float32]
    elevation_deg: NDArray[np.float32]


def directions(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    *,
    rx_height_m: float,
    effective_radius_m: float,
) -> Directions:
    """Return where receivers lie as seen from the antennas of a site.

    Args:
        terrain: the surface.
        transmitter: the site, with k antenna heights.
        rows: (n,) of the receivers (pixels; need not be whole numbers).
        cols: (n,) of the receivers (pixels).
        rx_height_m: of the receivers above ground (m).
        effective_radius_m: of the body (m).
    """
    k, n = len(transmitter.heights_m), len(rows)
    distance, bearing = np.empty(n, dtype=np.float32), np.empty(n, dtype=np.float32)
    elevation = np.empty((k, n), dtype=np.float32)
    _directions(
        terrain.ground_m,
        (float(transmitter.row), float(transmitter.col)),
        np.ascontiguousarray(transmitter.heights_m, dtype=np.float64),
        np.ascontiguousarray(rows, dtype=np.float64),
        np.ascontiguousarray(cols, dtype=np.float64),
        (float(terrain.resolution_m), float(rx_height_m), float(effective_radius_m)),
        distance,
        bearing,
        elevation,
    )
    return Directions(distance, bearing, elevation)


@njit(cache=True, error_model="numpy")
def offset_m(site: tuple[float, float], row: float, col: float, resolution_m: float) -> tuple[float, float, float]:
    """Return north, east and distance (m) of a receiver from a site, both in pixels."""
    north = (site[0] - row) * resolution_m
    east = (col - site[1]) * resolution_m
    return north, east, math.sqrt(north * north + east * east)


@njit(cache=True, parallel=True, error_model="numpy")
def _directions(
    ground_m: NDArray[np.float32],
    site: tuple[float, float],
    heights_m: NDArray[np.float64],
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    metres: tuple[float, float, float],
    distance_m: NDArray[np.float32],
    bearing_deg: NDArray[np.float32],
    elevation_deg: NDArray[np.float32],
) -> None:
    """Fill the three arrays; ``metres``: side of a pixel, height of the receivers, effective radius of the body."""
    resolution_m, rx_height_m, effective_radius_m = metres
    foot_m = bilinear(ground_m, site[0], site[1])
    for i in prange(rows.shape[0]):
        north, east, distance = offset_m(site, rows[i], cols[i], resolution_m)
        distance_m[i] = distance
        bearing_deg[i] = math.degrees(math.atan2(east, north)) % 360.0
        # The end of the profile, in the words in which a profile is cut: the last bit is the same.
        ground = bilinear(ground_m, site[0] + (rows[i] - site[0]), site[1] + (cols[i] - site[1]))
        rx_m = ground + rx_height_m
        for j in range(heights_m.shape[0]):
            rise = rx_m - (foot_m + heights_m[j]) - distance * distance / (2.0 * effective_radius_m)
            elevation_deg[j, i] = math.degrees(math.atan2(rise, distance))
