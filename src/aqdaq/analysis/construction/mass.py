"""What a new mass does to the antennas around it: rays that it stands in, and how deep it reaches into their beams.

Power density in free space, of all cells of a site (a screening: no reflection, no near field, all at full power):

    S = sum over cells of EIRP g(direction) / (4 pi d^2)        EIRP: of one port, times the ports

The limit is met in the middle of a beam at r = sqrt(EIRP / (4 pi S_limit)).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from aqdaq.analysis.placed import PlacedCell
from aqdaq.base.units import dbm_to_w
from aqdaq.engine.antennas import pattern_gains_db, pattern_parameters
from aqdaq.model.network import Cell

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Limit of the public's exposure (W/m2) that masses are screened by: assumed, no figure of any law is read here.
ASSUMED_LIMIT_W_M2: Final = 0.1
#: Ports of a cell that are taken to radiate where its table says nothing: the EIRP is that of one.
ASSUMED_PORTS: Final = 2
#: Nearer than this (m) a point counts as lying so far away: no far field is there.
NEAREST_M: Final = 1.0
#: Distance (m) between the points of a mass that are looked at, along its outline and up.
STEP_M: Final = 3.0


def shadowed(footprint: Polygon | MultiPolygon, site: tuple[float, float], x_m: Array, y_m: Array) -> Mask:
    """Return (n,) whether the straight line from a site to each place meets a footprint.

    Args:
        footprint: of the mass, as wide as it is to be taken.
        site: easting and northing (m).
        x_m: (n,) of the places (m).
        y_m: (n,) of the places (m).
    """
    if len(x_m) == 0:
        return np.zeros(0, dtype=np.bool_)
    ends = np.stack([np.broadcast_to(np.array(site), (len(x_m), 2)), np.stack([x_m, y_m], axis=1)], axis=1)
    shapely.prepare(footprint)
    return np.asarray(shapely.intersects(footprint, shapely.linestrings(ends)), dtype=np.bool_)


def total_eirp_w(cells: Sequence[PlacedCell]) -> float:
    """Return the EIRP of all ports of cells at full power (W), as if all beams met."""
    return float(sum(_eirp_w(p.cell) for p in cells))


def reach_m(eirp_w: float, limit_w_m2: float = ASSUMED_LIMIT_W_M2) -> float:
    """Return the distance (m) at which a power density in free space falls to a limit."""
    return math.sqrt(eirp_w / (4.0 * math.pi * limit_w_m2))


def power_density_w_m2(cells: Sequence[PlacedCell], ground_m: float, points: Array) -> Array:
    """Return (n,) power density in free space of all cells of a site together (W/m2).

    Args:
        cells: of one site.
        ground_m: height of the ground there (m).
        points: (n, 3) easting, northing and height in the datum of the ground (m).
    """
    total = np.zeros(len(points))
    for p in cells:
        east, north = points[:, 0] - p.x_m, points[:, 1] - p.y_m
        up = points[:, 2] - (ground_m + p.cell.height_m)
        across = np.hypot(east, north)
        distance = np.maximum(np.hypot(across, up), NEAREST_M)
        gain_db = pattern_gains_db(
            np.degrees(np.arctan2(east, north)),
            np.degrees(np.arctan2(up, across)),
            p.grid_azimuth_deg,
            p.cell.mechanical_tilt_deg,
            pattern_parameters(p.cell.antenna),
        )
        total += _eirp_w(p.cell) * np.power(10.0, gain_db / 10.0) / (4.0 * np.pi * distance**2)
    return total


def _eirp_w(cell: Cell) -> float:
    """Return the EIRP of all ports of a cell (W)."""
    return (cell.emission.ports or ASSUMED_PORTS) * float(dbm_to_w(cell.eirp_dbm))


def envelope(footprint: Polygon | MultiPolygon, ground_m: float, height_m: float) -> Array:
    """Return (n, 3) points of the walls and the edge of the roof of a mass: easting, northing, height (m).

    Args:
        footprint: of the mass.
        ground_m: height of the ground below it (m).
        height_m: above ground (m).
    """
    rings = [r for part in shapely.get_parts(footprint) for r in (part.exterior, *part.interiors)]
    around = [shapely.get_coordinates(shapely.segmentize(ring, STEP_M)) for ring in rings]
    flat = np.concatenate(around)[:, :2]
    up = np.linspace(0.0, height_m, max(math.ceil(height_m / STEP_M), 1) + 1)
    return np.column_stack([np.tile(flat, (len(up), 1)), ground_m + np.repeat(up, len(flat))])
