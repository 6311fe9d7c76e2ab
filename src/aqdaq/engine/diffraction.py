"""Diffraction over a profile: the delta-Bullington method of ITU-R P.526-15 section 4.5.

The same equations stand in ITU-R P.1812-6 section 4.3, whose numbers are cited here because its official cases
validate them. Heights and distances are in metres, frequencies in GHz; where the Recommendation writes kilometres
the factor stands beside the equation. ``effective_radius_m`` is k times the body's radius.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.base.units import WAVELENGTH_M_GHZ


@njit(cache=True, error_model="numpy")
def knife_edge_db(nu: float) -> float:
    """Return J(nu), the loss of a single knife edge (dB); P.526-15 eq. (31), P.1812-6 eq. (12)."""
    if nu <= -0.78:
        return 0.0
    return 6.9 + 20.0 * math.log10(math.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1)


@njit(cache=True, error_model="numpy")
def bullington_nu(
    distance_m: NDArray[np.float64],
    surface_m: NDArray[np.float64],
    n: int,
    tx_m: float,
    rx_m: float,
    effective_radius_m: float,
) -> float:
    """Return the diffraction parameter of the Bullington point, times the square root of the wavelength.

    Leaving the wavelength out lets one profile serve all bands of a site: nu = result / sqrt(wavelength).

    Args:
        distance_m: (>= n,) distances from the transmitter, the last at index n - 1 (m).
        surface_m: (>= n,) heights of the surface (m); the ends are not used.
        n: number of samples.
        tx_m: height of the transmitting antenna above sea level (m).
        rx_m: height of the receiving antenna above sea level (m).
        effective_radius_m: of the body (m).
    """
    d = distance_m[n - 1]
    half_curvature = 0.5 / effective_radius_m
    steepest = -math.inf  # S_tim, eq. (14)
    for i in range(1, n - 1):
        di = distance_m[i]
        slope = (surface_m[i] + half_curvature * di * (d - di) - tx_m) / di
        steepest = max(steepest, slope)
    if steepest < (rx_m - tx_m) / d:  # line of sight, eq. (15)
        largest = -math.inf  # eq. (16)
        for i in range(1, n - 1):
            di, rest = distance_m[i], d - distance_m[i]
            above = surface_m[i] + half_curvature * di * rest - (tx_m * rest + rx_m * di) / d
            largest = max(largest, above * math.sqrt(2.0 * d / (di * rest)))
        return largest
    from_rx = -math.inf  # S_rim, eq. (18)
    for i in range(1, n - 1):
        di, rest = distance_m[i], d - distance_m[i]
        from_rx = max(from_rx, (surface_m[i] + half_curvature * di * rest - rx_m) / rest)
    if steepest + from_rx <= 0.0:  # an edge exactly on the straight line: grazing
        return 0.0
    db = (rx_m - tx_m + from_rx * d) / (steepest + from_rx)  # eq. (19)
    above = tx_m + steepest * db - (tx_m * (d - db) + rx_m * db) / d  # eq. (20)
    return above * math.sqrt(2.0 * d / (db * (d - db)))


@njit(cache=True, error_model="numpy")
def bullington_db(nu: float, distance_m: float) -> float:
    """Return the Bullington loss (dB) from its diffraction parameter; eq. (21)."""
    edge = knife_edge_db(nu)
    return edge + (1.0 - math.exp(-edge / 6.0)) * (10.0 + 0.02e-3 * distance_m)


@njit(cache=True, error_model="numpy")
def smooth_surfaces(
    distance_m: NDArray[np.float64], ground_m: NDArray[np.float64], n: int, tx_m: float, rx_m: float
) -> tuple[float, float, float, float]:
    """Return heights of the smooth surface at both ends (m): fitted, (85) and (86), then lowered, (87)-(89).

    P.1812-6 Attachment 1: least-squares line through the ground; for diffraction it is lowered where the ground
    obstructs the line between the antennas.
    """
    d = distance_m[n - 1]
    v1 = v2 = 0.0
    obstruction = tx_slope = rx_slope = -math.inf
    for i in range(1, n):
        near, far, low, high = distance_m[i - 1], distance_m[i], ground_m[i - 1], ground_m[i]
        v1 += (far - near) * (high + low)
        v2 += (far - near) * (high * (2.0 * far + near) + low * (far + 2.0 * near))
        if i < n - 1:
            above = high - (tx_m * (d - far) + rx_m * far) / d
            obstruction = max(obstruction, above)
            tx_slope = max(tx_slope, above / far)
            rx_slope = max(rx_slope, above / (d - far))
    fitted_tx = at_tx = (2.0 * v1 * d - v2) / d**2
    fitted_rx = at_rx = (v2 - v1 * d) / d**2
    # A sample exactly on the line gives an obstruction of rounding size and slopes whose sum may be zero.
    if obstruction > 0.0 and tx_slope > 0.0 and rx_slope > 0.0:
        at_tx -= obstruction * tx_slope / (tx_slope + rx_slope)
        at_rx -= obstruction * rx_slope / (tx_slope + rx_slope)
    return fitted_tx, fitted_rx, at_tx, at_rx


@njit(cache=True, error_model="numpy")
def smooth_earth_heights(
    distance_m: NDArray[np.float64], ground_m: NDArray[np.float64], n: int, tx_m: float, rx_m: float
) -> tuple[float, float]:
    """Return the effective antenna heights above the smooth surface fitted to the ground (m).

    The lowered surface of ``smooth_surfaces``, never above the ground at the ends; then eqs. (37a, b).
    """
    _, _, at_tx, at_rx = smooth_surfaces(distance_m, ground_m, n, tx_m, rx_m)
    return tx_m - min(at_tx, ground_m[0]), rx_m - min(at_rx, ground_m[n - 1])


@njit(cache=True, error_model="numpy")
def first_term_db(
    d_km: float,
    radius_km: float,
    tx_m: float,
    rx_m: float,
    f_ghz: float,
    electrical: tuple[float, float],
    vertical: bool,
) -> float:
    """Return the spherical-earth diffraction loss by the first residue term (dB); eqs. (29)-(36).

    Args:
        d_km: path length (km).
        radius_km: radius to use, a_dft (km).
        tx_m: effective height of the transmitting antenna (m).
        rx_m: effective height of the receiving antenna (m).
        f_ghz: frequency (GHz).
        electrical: relative permittivity and conductivity (S/m) of the surface.
        vertical: vertical polarization.
    """
    permittivity, conductivity = electrical
    imaginary = (18.0 * conductivity / f_ghz) ** 2
    k = 0.036 * (radius_km * f_ghz) ** (-1.0 / 3.0) * ((permittivity - 1.0) ** 2 + imaginary) ** -0.25
    if vertical:
        k *= math.sqrt(permittivity**2 + imaginary)
    beta = (1.0 + 1.6 * k**2 + 0.67 * k**4) / (1.0 + 4.5 * k**2 + 1.53 * k**4)
    x = 21.88 * beta * (f_ghz / radius_km**2) ** (1.0 / 3.0) * d_km
    y = 0.9575 * beta * (f_ghz**2 / radius_km) ** (1.0 / 3.0)
    return -_distance_gain_db(x) - _height_gain_db(y * tx_m, beta, k) - _height_gain_db(y * rx_m, beta, k)


@njit(cache=True, error_model="numpy")
def _distance_gain_db(x: float) -> float:
    """Return F(X) (dB); eq. (33)."""
    if x >= 1.6:
        return 11.0 + 10.0 * math.log10(x) - 17.6 * x
    return -20.0 * math.log10(x) - 5.6488 * x**1.425


@njit(cache=True, error_model="numpy")
def _height_gain_db(y: float, beta: float, k: float) -> float:
    """Return G(Y) (dB); eq. (35), with its lower limit 2 + 20 log K."""
    b = beta * y
    if b > 2.0:
        gain = 17.6 * math.sqrt(b - 1.1) - 5.0 * math.log10(b - 1.1) - 8.0
    else:
        gain = 20.0 * math.log10(b + 0.1 * b**3)
    return max(gain, 2.0 + 20.0 * math.log10(k))


@njit(cache=True, error_model="numpy")
def smooth_sphere_limits(
    distance_m: float, tx_m: float, rx_m: float, effective_radius_m: float, f_ghz: float
) -> tuple[float, float]:
    """Return the radius (km) to use in the first term and the share of that term that counts; eqs. (22)-(28).

    Beyond the horizon of the smooth sphere the term counts whole; with enough clearance it does not count at all.
    """
    d, radius = distance_m, effective_radius_m
    tx_height, rx_height = max(tx_m, 0.0), max(rx_m, 0.0)
    if d >= math.sqrt(2.0 * radius) * (math.sqrt(tx_height) + math.sqrt(rx_height)):
        return radius * 1e-3, 1.0
    c = (tx_height - rx_height) / (tx_height + rx_height)
    m = d * d / (4.0 * radius * (tx_height + rx_height))
    angle = math.acos(min(1.0, max(-1.0, 1.5 * c * math.sqrt(3.0 * m / (m + 1.0) ** 3))))
    b = 2.0 * math.sqrt((m + 1.0) / (3.0 * m)) * math.cos(math.pi / 3.0 + angle / 3.0)
    d1 = 0.5 * d * (1.0 + b)
    d2 = d - d1
    clearance = ((tx_height - d1 * d1 / (2 * radius)) * d2 + (rx_height - d2 * d2 / (2 * radius)) * d1) / d
    # 17.456 sqrt(d1 d2 lambda / d) with kilometres is 0.552 sqrt(d1 d2 lambda / d) with metres.
    required = 17.456e-3 * math.sqrt(1e3 * d1 * d2 * (WAVELENGTH_M_GHZ / f_ghz) / d)
    modified_km = 0.5e-3 * (d / (math.sqrt(tx_height) + math.sqrt(rx_height))) ** 2
    return modified_km, 0.0 if clearance > required else 1.0 - clearance / required


@njit(cache=True, error_model="numpy")
def spherical_earth_db(
    distance_m: float,
    tx_m: float,
    rx_m: float,
    effective_radius_m: float,
    f_ghz: float,
    electrical: tuple[float, float],
    vertical: bool,
) -> float:
    """Return the diffraction loss over the smooth sphere (dB), >= 0; eqs. (22)-(28).

    Args:
        distance_m: path length (m).
        tx_m: effective height of the transmitting antenna (m).
        rx_m: effective height of the receiving antenna (m).
        effective_radius_m: of the body (m).
        f_ghz: frequency (GHz).
        electrical: relative permittivity and conductivity (S/m) of the surface.
        vertical: vertical polarization.
    """
    radius_km, share = smooth_sphere_limits(distance_m, tx_m, rx_m, effective_radius_m, f_ghz)
    if share == 0.0:
        return 0.0
    tx_height, rx_height = max(tx_m, 0.0), max(rx_m, 0.0)
    loss = first_term_db(distance_m * 1e-3, radius_km, tx_height, rx_height, f_ghz, electrical, vertical)
    return share * max(loss, 0.0)


@njit(cache=True, error_model="numpy")
def delta_bullington_db(
    nu_surface: float, nu_smooth: float, spherical_db: float, distance_m: float, f_ghz: float
) -> float:
    """Return the delta-Bullington loss (dB): L_d = L_bulla + max(L_dsph - L_bulls, 0); eq. (39).

    Args:
        nu_surface: ``bullington_nu`` of the actual surface.
        nu_smooth: ``bullington_nu`` of the smooth one, with the effective heights.
        spherical_db: ``spherical_earth_db`` with the effective heights.
        distance_m: path length (m).
        f_ghz: frequency (GHz).
    """
    scale = 1.0 / math.sqrt(WAVELENGTH_M_GHZ / f_ghz)
    actual = bullington_db(nu_surface * scale, distance_m)
    smooth = bullington_db(nu_smooth * scale, distance_m)
    return actual + max(spherical_db - smooth, 0.0)
