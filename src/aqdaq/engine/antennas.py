"""Antenna patterns as numbers, parametric or from tables, with a true three-dimensional rotation.

Parametric: 3GPP TR 38.901 (v17) Table 7.3-1. Tables: the two cuts of a maker, joined as docs/models/antennas.md says.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.model.antenna import CUT_DEGREES, Antenna, ParametricAntenna

#: Beamwidth by which an omnidirectional antenna is coded for the kernels: no loss in azimuth.
OMNI: Final = 1e9

#: How many figures code a parametric pattern; a pattern of tables has its two cuts instead.
PARAMETERS: Final = 4


def pattern_parameters(antenna: Antenna) -> NDArray[np.float64]:
    """Return the figures of a pattern as the kernels take them.

    Returns:
        Parametric: (4,) beamwidths (deg) and limits (dB). Table: (720,) horizontal, then vertical losses (dB).
    """
    if not isinstance(antenna, ParametricAntenna):
        return np.array([*antenna.horizontal_loss_db, *antenna.vertical_loss_db], dtype=np.float64)
    horizontal = OMNI if antenna.omni else antenna.horizontal_beamwidth_deg
    return np.array(
        [horizontal, antenna.vertical_beamwidth_deg, antenna.front_to_back_db, antenna.side_lobe_db], dtype=np.float64
    )


def horizontal_gain_db(antenna: Antenna, off_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n,) the gain of the horizontal cut relative to the maximum (dB, <= 0).

    Args:
        antenna: the pattern.
        off_deg: (n,) direction from the boresight, clockwise, -180 to 180 (deg).
    """
    if not isinstance(antenna, ParametricAntenna):
        return -np.interp(off_deg, np.arange(CUT_DEGREES), antenna.horizontal_loss_db, period=CUT_DEGREES)
    if antenna.omni:
        return np.zeros_like(off_deg)
    return -np.minimum(12.0 * (off_deg / antenna.horizontal_beamwidth_deg) ** 2, antenna.front_to_back_db)


@njit(cache=True, error_model="numpy")
def antenna_frame(
    bearing_deg: float, elevation_deg: float, azimuth_deg: float, downtilt_deg: float
) -> tuple[float, float]:
    """Return azimuth and elevation (deg) of a direction as seen from a turned and tilted antenna.

    The direction's unit vector is projected on the antenna's forward, right and up vectors; nothing is
    approximated and there is no seam at 0/360.

    Args:
        bearing_deg: of the direction, clockwise from north (deg).
        elevation_deg: of the direction above the horizon (deg).
        azimuth_deg: of the boresight, clockwise from north (deg).
        downtilt_deg: of the boresight below the horizon (deg).
    """
    turn = math.radians(bearing_deg - azimuth_deg)
    elevation, tilt = math.radians(elevation_deg), math.radians(downtilt_deg)
    horizontal = math.cos(elevation)
    ahead, up = horizontal * math.cos(turn), math.sin(elevation)
    forward = math.cos(tilt) * ahead - math.sin(tilt) * up
    right = horizontal * math.sin(turn)
    upward = math.sin(tilt) * ahead + math.cos(tilt) * up
    azimuth = math.degrees(math.atan2(right, forward))
    return azimuth, math.degrees(math.asin(min(1.0, max(-1.0, upward))))


@njit(cache=True, error_model="numpy")
def _cut_db(pattern: NDArray[np.float64], first: int, angle_deg: float) -> float:
    """Return the loss of a cut (dB) between its degrees; ``first`` is where it begins in the pattern."""
    turned = angle_deg % 360.0
    low = int(turned)
    share = turned - low
    return (1.0 - share) * pattern[first + low % 360] + share * pattern[first + (low + 1) % 360]


@njit(cache=True, error_model="numpy")
def _table_loss_db(phi_deg: float, theta_deg: float, pattern: NDArray[np.float64]) -> float:
    """Return the loss of a table pattern (dB) in a direction of the antenna's own frame.

    L = (1 - t) V(-theta) + t V(180 + theta) + cos(theta) [H(phi) - (1 - t) H(0) - t H(180)], t = |phi| / 180: the
    vertical cut ahead and behind, and between them what the horizontal cut departs from a straight line, seen under
    the projection of the direction on the horizontal.
    """
    behind = min(abs(phi_deg) / 180.0, 1.0)
    vertical = (1.0 - behind) * _cut_db(pattern, 360, -theta_deg) + behind * _cut_db(pattern, 360, 180.0 + theta_deg)
    bend = _cut_db(pattern, 0, phi_deg) - (1.0 - behind) * pattern[0] - behind * pattern[180]
    return max(vertical + math.cos(math.radians(theta_deg)) * bend, 0.0)


@njit(cache=True, error_model="numpy")
def pattern_gain_db(
    bearing_deg: float, elevation_deg: float, azimuth_deg: float, downtilt_deg: float, pattern: NDArray[np.float64]
) -> float:
    """Return the gain relative to the maximum (dB, <= 0) of a pattern; NaN where the direction is unknown.

    Parametric, TR 38.901: A_V = -min[12 ((theta - 90) / theta_3dB)^2, SLA_V]; A_H = -min[12 (phi / phi_3dB)^2, A_max];
    A = -min[-(A_V + A_H), A_max] (Table 7.3-1). Tables: ``_table_loss_db``.

    Args:
        bearing_deg: of the direction, clockwise from north (deg).
        elevation_deg: of the direction above the horizon (deg).
        azimuth_deg: of the boresight (deg).
        downtilt_deg: by which the antenna is turned down (deg); for tables without their electrical tilt.
        pattern: (4,) or (720,) from ``pattern_parameters``.
    """
    phi, theta = antenna_frame(bearing_deg, elevation_deg, azimuth_deg, downtilt_deg)
    if not (math.isfinite(phi) and math.isfinite(theta)):
        return math.nan
    if pattern.shape[0] != PARAMETERS:
        return -_table_loss_db(phi, theta, pattern)
    vertical = min(12.0 * (theta / pattern[1]) ** 2, pattern[3])
    horizontal = min(12.0 * (phi / pattern[0]) ** 2, pattern[2])
    return -min(vertical + horizontal, max(pattern[2], pattern[3] if pattern[0] == OMNI else 0.0))


@njit(cache=True, error_model="numpy")
def pattern_gains_db(
    bearing_deg: NDArray[np.float64],
    elevation_deg: NDArray[np.float64],
    azimuth_deg: float,
    downtilt_deg: float,
    pattern: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return (n,) ``pattern_gain_db`` (dB) of (n,) directions; the other arguments as there."""
    out = np.empty(len(bearing_deg))
    for i in range(len(bearing_deg)):
        out[i] = pattern_gain_db(bearing_deg[i], elevation_deg[i], azimuth_deg, downtilt_deg, pattern)
    return out
