"""Gain of an antenna from the direction as a vector: the same as ``engine.antennas``, without a bearing on the way."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.exposure.elementary import DEGREES, angle

#: Where the cuts begin in a coded pattern: behind the four figures of a parametric one.
CUTS: Final = 4


@njit(inline="always", error_model="numpy")
def own_frame(
    east: float, north: float, up: float, sin_azimuth: float, cos_azimuth: float, sin_tilt: float, cos_tilt: float
) -> tuple[float, float, float]:
    """Return the forward, right and upward parts of a vector as seen from a turned and tilted antenna."""
    ahead = east * sin_azimuth + north * cos_azimuth
    right = east * cos_azimuth - north * sin_azimuth
    return cos_tilt * ahead - sin_tilt * up, right, sin_tilt * ahead + cos_tilt * up


@njit(inline="always", error_model="numpy")
def parametric_loss_db(
    forward: float, right: float, upward: float, per_phi: float, per_theta: float, limits_db: tuple[float, float, float]
) -> float:
    """Return the loss of a parametric pattern (dB) in a direction of the antenna's own frame.

    Args:
        forward: part of the direction along the boresight; its length does not matter.
        right: part to the right of it.
        upward: part along the antenna's own vertical.
        per_phi: sqrt(12) over the horizontal beamwidth (1/rad).
        per_theta: the same of the vertical one (1/rad).
        limits_db: of the loss in azimuth, in elevation and of both (dB).
    """
    phi = angle(right, forward) * per_phi
    theta = angle(upward, math.sqrt(forward * forward + right * right)) * per_theta
    return min(min(phi * phi, limits_db[0]) + min(theta * theta, limits_db[1]), limits_db[2])


@njit(cache=True, nogil=True, error_model="numpy")
def cut_db(pattern: NDArray[np.float64], first: int, angle_deg: float) -> float:
    """Return the loss of a cut (dB) between its degrees; ``first`` is where it begins in the pattern."""
    turned = angle_deg + 360.0 if angle_deg < 0.0 else angle_deg
    low = int(turned)
    share = turned - low
    low = low if low < 360 else low - 360
    high = low + 1 if low < 359 else 0
    return (1.0 - share) * pattern[first + low] + share * pattern[first + high]


@njit(cache=True, nogil=True, error_model="numpy")
def table_loss_db(forward: float, right: float, upward: float, pattern: NDArray[np.float64]) -> float:
    """Return the loss of a pattern of two cuts (dB) in a direction of the antenna's own frame; as docs/models/antennas.

    Args:
        forward: part of the direction along the boresight; its length does not matter.
        right: part to the right of it.
        upward: part along the antenna's own vertical.
        pattern: (724,) from ``pattern_rows``.
    """
    flat = math.sqrt(forward * forward + right * right)
    phi, theta = DEGREES * angle(right, forward), DEGREES * angle(upward, flat)
    behind = min(abs(phi) / 180.0, 1.0)
    vertical = (1.0 - behind) * cut_db(pattern, CUTS + 360, -theta)
    vertical += behind * cut_db(pattern, CUTS + 360, 180.0 + theta)
    bend = cut_db(pattern, CUTS, phi) - (1.0 - behind) * pattern[CUTS] - behind * pattern[CUTS + 180]
    return max(vertical + flat / math.sqrt(flat * flat + upward * upward) * bend, 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def horizontal_loss_db(phi_deg: float, pattern: NDArray[np.float64]) -> float:
    """Return the loss of the horizontal cut (dB) at an azimuth from the boresight."""
    if pattern[0] > 0.0:
        return min(12.0 * (phi_deg / pattern[0]) ** 2, pattern[2])
    return cut_db(pattern, CUTS, phi_deg)


@njit(cache=True, nogil=True, error_model="numpy")
def total_limit_db(pattern: NDArray[np.float64], omni_deg: float) -> float:
    """Return the largest loss of a parametric pattern in any direction (dB)."""
    return max(pattern[2], pattern[3] if pattern[0] == omni_deg else 0.0)
