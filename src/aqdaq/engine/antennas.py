"""Antenna patterns as numbers: 3GPP TR 38.901 (v17) Table 7.3-1 with a true three-dimensional rotation."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.model.antenna import ParametricAntenna

#: Beamwidth by which an omnidirectional antenna is coded for the kernels: no loss in azimuth.
OMNI: Final = 1e9


def pattern_parameters(antenna: ParametricAntenna) -> NDArray[np.float64]:
    """Return (4,) the figures of a pattern as the kernels take them: beamwidths (deg) and limits (dB)."""
    horizontal = OMNI if antenna.omni else antenna.horizontal_beamwidth_deg
    return np.array(
        [horizontal, antenna.vertical_beamwidth_deg, antenna.front_to_back_db, antenna.side_lobe_db], dtype=np.float64
    )


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
def pattern_gain_db(
    bearing_deg: float, elevation_deg: float, azimuth_deg: float, downtilt_deg: float, pattern: NDArray[np.float64]
) -> float:
    """Return the gain relative to the maximum (dB, <= 0) of a TR 38.901 parametric pattern.

    A_V = -min[12 ((theta - 90) / theta_3dB)^2, SLA_V]; A_H = -min[12 (phi / phi_3dB)^2, A_max];
    A = -min[-(A_V + A_H), A_max] (Table 7.3-1).

    Args:
        bearing_deg: of the direction, clockwise from north (deg).
        elevation_deg: of the direction above the horizon (deg).
        azimuth_deg: of the boresight (deg).
        downtilt_deg: of the boresight below the horizon (deg).
        pattern: (4,) from ``pattern_parameters``.
    """
    phi, theta = antenna_frame(bearing_deg, elevation_deg, azimuth_deg, downtilt_deg)
    vertical = min(12.0 * (theta / pattern[1]) ** 2, pattern[3])
    horizontal = min(12.0 * (phi / pattern[0]) ** 2, pattern[2])
    return -min(vertical + horizontal, max(pattern[2], pattern[3] if pattern[0] == OMNI else 0.0))
