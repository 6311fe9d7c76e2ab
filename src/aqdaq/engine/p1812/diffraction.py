"""Diffraction of ITU-R P.1812-6 section 4.3: delta-Bullington for one effective radius, over mixed land and sea."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.base.units import WAVELENGTH_M_GHZ
from aqdaq.engine.diffraction import bullington_db, bullington_nu, first_term_db, smooth_sphere_limits
from aqdaq.engine.p1812.path import SmoothEarth

#: Relative permittivity and conductivity (S/m) of the sea; section 4.3.3. Those of the land come with the sphere.
SEA_PERMITTIVITY: Final = 80.0
SEA_CONDUCTIVITY: Final = 5.0


class Wave(NamedTuple):
    """The wave and the ground it meets.

    Attributes:
        f_ghz: frequency (GHz).
        vertical: vertical polarization.
        permittivity: relative permittivity of the land.
        conductivity_s_m: conductivity of the land (S/m).
        omega: share of the path over sea.
    """

    f_ghz: float
    vertical: bool
    permittivity: float
    conductivity_s_m: float
    omega: float


class Diffraction(NamedTuple):
    """Delta-Bullington and its parts (dB).

    Attributes:
        surface_db: Bullington over the actual surface, L_bulla.
        smooth_db: Bullington over the smooth surface, L_bulls.
        sphere_db: spherical earth, L_dsph.
        loss_db: L_d, eq. (39).
    """

    surface_db: float
    smooth_db: float
    sphere_db: float
    loss_db: float


@njit(cache=True, error_model="numpy")
def diffract(
    distance_m: NDArray[np.float64],
    surface_m: NDArray[np.float64],
    flat_m: NDArray[np.float64],
    n: int,
    tx_m: float,
    rx_m: float,
    smooth: SmoothEarth,
    effective_radius_m: float,
    wave: Wave,
) -> Diffraction:
    """Return the diffraction loss for one effective radius; section 4.3.4.

    Args:
        distance_m: (>= n,) distances from the transmitter (m).
        surface_m: (>= n,) ground plus clutter (m above sea level).
        flat_m: (>= n,) zeros.
        n: number of samples.
        tx_m: transmitting antenna (m above sea level).
        rx_m: receiving antenna (m above sea level).
        smooth: smooth-earth heights of the path.
        effective_radius_m: of the body (m).
        wave: frequency, polarization and ground.
    """
    d, scale = distance_m[n - 1], 1.0 / math.sqrt(WAVELENGTH_M_GHZ / wave.f_ghz)
    tx_height, rx_height = smooth.diffraction_tx_m, smooth.diffraction_rx_m
    nu = bullington_nu(distance_m, surface_m, n, tx_m, rx_m, effective_radius_m)
    nu_smooth = bullington_nu(distance_m, flat_m, n, tx_height, rx_height, effective_radius_m)
    surface_db, smooth_db = bullington_db(nu * scale, d), bullington_db(nu_smooth * scale, d)
    sphere_db = _mixed_sphere_db(d, tx_height, rx_height, effective_radius_m, wave)
    return Diffraction(surface_db, smooth_db, sphere_db, surface_db + max(sphere_db - smooth_db, 0.0))


@njit(cache=True, error_model="numpy")
def _mixed_sphere_db(
    distance_m: float, tx_height_m: float, rx_height_m: float, effective_radius_m: float, wave: Wave
) -> float:
    """Return L_dsph (dB): the first term of land and of sea, by their shares of the path; eqs. (22)-(29)."""
    radius_km, share = smooth_sphere_limits(distance_m, tx_height_m, rx_height_m, effective_radius_m, wave.f_ghz)
    if share == 0.0:
        return 0.0
    tx, rx, d_km = max(tx_height_m, 0.0), max(rx_height_m, 0.0), distance_m * 1e-3
    loss = 0.0
    if wave.omega < 1.0:
        land = (wave.permittivity, wave.conductivity_s_m)
        loss += (1.0 - wave.omega) * first_term_db(d_km, radius_km, tx, rx, wave.f_ghz, land, wave.vertical)
    if wave.omega > 0.0:
        sea = (SEA_PERMITTIVITY, SEA_CONDUCTIVITY)
        loss += wave.omega * first_term_db(d_km, radius_km, tx, rx, wave.f_ghz, sea, wave.vertical)
    return share * max(loss, 0.0)
