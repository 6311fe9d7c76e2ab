"""Path geometry of ITU-R P.1812 Annex 1 Attachment 1: horizons, smooth earth, roughness, zones.

All of it is measured on the bare ground; clutter counts only in the Bullington construction. Distances and heights
in metres, angles in milliradians; equation numbers of P.1812-6.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.diffraction import smooth_surfaces

#: Radio-climatic zones as the Recommendation numbers them.
SEA: Final = 1
COASTAL: Final = 3
INLAND: Final = 4


class Zones(NamedTuple):
    """What the zones of a path come to.

    Attributes:
        omega: share of the path over sea.
        dtm_m: longest unbroken stretch over land, inland or coastal (m).
        dlm_m: longest unbroken stretch inland (m).
        rx_at_sea: whether the receiver stands in zone 1.
    """

    omega: float
    dtm_m: float
    dlm_m: float
    rx_at_sea: bool


class Horizons(NamedTuple):
    """Radio horizons of both antennas.

    Attributes:
        tx_index: sample that is the transmitter's horizon; on a line-of-sight path the one with the largest nu.
        rx_index: the same for the receiver.
        theta_tx_mrad: elevation of the horizon seen from the transmitter (mrad).
        theta_rx_mrad: elevation of the horizon seen from the receiver (mrad).
        beyond: whether the path is trans-horizon.
    """

    tx_index: int
    rx_index: int
    theta_tx_mrad: float
    theta_rx_mrad: float
    beyond: bool


class SmoothEarth(NamedTuple):
    """Smooth-earth heights at the ends (m above sea level) and what follows from them.

    Attributes:
        fitted_tx_m: least-squares surface at the transmitter, eq. (85) (m).
        fitted_rx_m: at the receiver, eq. (86) (m).
        tx_m: fitted, not above the ground, eq. (90a) (m).
        rx_m: eq. (90b) (m).
        lowered_tx_m: lowered under obstructions, not above the ground, for diffraction, eq. (89) (m).
        lowered_rx_m: eq. (89) (m).
        diffraction_tx_m: effective antenna height for diffraction, eq. (37a) (m).
        diffraction_rx_m: eq. (37b) (m).
        effective_tx_m: effective antenna height for ducting, eq. (92a) (m).
        effective_rx_m: eq. (92b) (m).
    """

    fitted_tx_m: float
    fitted_rx_m: float
    tx_m: float
    rx_m: float
    lowered_tx_m: float
    lowered_rx_m: float
    diffraction_tx_m: float
    diffraction_rx_m: float
    effective_tx_m: float
    effective_rx_m: float


@njit(cache=True, error_model="numpy")
def summarize_zones(distance_m: NDArray[np.float64], zone: NDArray[np.int8], n: int) -> Zones:
    """Return the shares of a path by zone; each sample stands for the half intervals on both sides of it.

    Args:
        distance_m: (>= n,) distances from the transmitter (m).
        zone: (>= n,) 1 sea, 3 coastal land, 4 inland.
        n: number of samples.
    """
    sea = land = inland = longest_land = longest_inland = 0.0
    for i in range(n):
        reach = 0.0
        if i > 0:
            reach += 0.5 * (distance_m[i] - distance_m[i - 1])
        if i < n - 1:
            reach += 0.5 * (distance_m[i + 1] - distance_m[i])
        if zone[i] == SEA:
            sea += reach
            land = inland = 0.0
        else:
            land += reach
            inland = inland + reach if zone[i] == INLAND else 0.0
        longest_land, longest_inland = max(longest_land, land), max(longest_inland, inland)
    return Zones(sea / distance_m[n - 1], longest_land, longest_inland, zone[n - 1] == SEA)


@njit(cache=True, error_model="numpy")
def find_horizons(
    distance_m: NDArray[np.float64],
    ground_m: NDArray[np.float64],
    n: int,
    tx_m: float,
    rx_m: float,
    effective_radius_m: float,
) -> Horizons:
    """Return the horizons; eqs. (76)-(81).

    Where samples tie, the transmitter takes its first, the receiver its last, and a line-of-sight path the last.

    Args:
        distance_m: (>= n,) distances from the transmitter (m).
        ground_m: (>= n,) bare ground (m above sea level).
        n: number of samples.
        tx_m: height of the transmitting antenna (m above sea level).
        rx_m: height of the receiving antenna (m above sea level).
        effective_radius_m: median effective radius (m).
    """
    d, curve = distance_m[n - 1], 0.5 / effective_radius_m
    tx_index = rx_index = 1
    from_tx = from_rx = -math.inf  # tangents: the arctangent is taken once, of the largest
    for i in range(1, n - 1):
        di, rest = distance_m[i], d - distance_m[i]
        at_tx = (ground_m[i] - tx_m) / di - di * curve
        at_rx = (ground_m[i] - rx_m) / rest - rest * curve
        if at_tx > from_tx:
            from_tx, tx_index = at_tx, i
        if at_rx >= from_rx:
            from_rx, rx_index = at_rx, i
    direct_tx, direct_rx = (rx_m - tx_m) / d - d * curve, (tx_m - rx_m) / d - d * curve
    if from_tx > direct_tx:
        return Horizons(tx_index, rx_index, 1e3 * math.atan(from_tx), 1e3 * math.atan(from_rx), True)
    nearest = _closest_to_the_ray(distance_m, ground_m, n, tx_m, rx_m, curve)
    return Horizons(nearest, nearest, 1e3 * math.atan(direct_tx), 1e3 * math.atan(direct_rx), False)


@njit(cache=True, error_model="numpy")
def _closest_to_the_ray(
    distance_m: NDArray[np.float64], ground_m: NDArray[np.float64], n: int, tx_m: float, rx_m: float, curve: float
) -> int:
    """Return the last sample with the largest diffraction parameter; the wavelength does not change which it is."""
    d = distance_m[n - 1]
    largest, index = -math.inf, 1
    for i in range(1, n - 1):
        di, rest = distance_m[i], d - distance_m[i]
        above = ground_m[i] + curve * di * rest - (tx_m * rest + rx_m * di) / d
        nu = above / math.sqrt(di * rest)
        if nu >= largest:
            largest, index = nu, i
    return index


@njit(cache=True, error_model="numpy")
def smooth_earth(
    distance_m: NDArray[np.float64], ground_m: NDArray[np.float64], n: int, tx_m: float, rx_m: float
) -> SmoothEarth:
    """Return smooth-earth heights and effective antenna heights; eqs. (37), (83)-(90), (92)."""
    ends = ground_m[0], ground_m[n - 1]
    fitted_tx, fitted_rx, lowered_tx, lowered_rx = smooth_surfaces(distance_m, ground_m, n, tx_m, rx_m)
    lowered_tx, lowered_rx = min(lowered_tx, ends[0]), min(lowered_rx, ends[1])
    at_tx, at_rx = min(fitted_tx, ends[0]), min(fitted_rx, ends[1])
    return SmoothEarth(
        fitted_tx,
        fitted_rx,
        at_tx,
        at_rx,
        lowered_tx,
        lowered_rx,
        tx_m - lowered_tx,
        rx_m - lowered_rx,
        tx_m - at_tx,
        rx_m - at_rx,
    )


@njit(cache=True, error_model="numpy")
def roughness_m(
    distance_m: NDArray[np.float64], ground_m: NDArray[np.float64], n: int, smooth: SmoothEarth, horizons: Horizons
) -> float:
    """Return h_m, how far the ground between the horizons rises over the smooth earth (m); eqs. (91) and (93)."""
    slope = (smooth.rx_m - smooth.tx_m) / distance_m[n - 1]
    highest = -math.inf
    for i in range(horizons.tx_index, horizons.rx_index + 1):
        highest = max(highest, ground_m[i] - (smooth.tx_m + slope * distance_m[i]))
    return highest
