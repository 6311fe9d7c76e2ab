"""What is the same for all receivers of an antenna: logarithms and powers of the frequency, taken once.

Equation numbers of P.1812-6 Annex 1. Paths of an area run lie over land, far from any coast.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from aqdaq.base.units import WAVELENGTH_M_GHZ
from aqdaq.engine.p1812.parameters import inverse_normal

LN10 = math.log(10.0)
LN50 = math.log(50.0)
LN1000 = math.log(1000.0)
#: Up to this length (m) ``Fixed.least_time_db`` bounds the time term of ducting.
LONG_M = 100e3
#: From natural logarithms to 20 log10.
DB20 = 20.0 / math.log(10.0)


class Fixed(NamedTuple):
    """Numbers that an area run computes once for each frequency.

    Attributes:
        f_ghz: frequency (GHz).
        percent: time percentage p (%).
        lapse: ln(p / 50).
        quantile: I(p / 100) of Attachment 2.
        atmosphere: whether there is air.
        rare: whether the loss for p differs from the median: air, and p below 50 %.
        curve: 1 / (2 a_e) (1/m).
        rare_curve: 1 / (2 a_beta) (1/m).
        radius_km: a_e (km).
        scale: 1 / sqrt(wavelength) (m^-1/2).
        free_db: frequency term of free space, (8) with kilometres (dB).
        k1: K = k1 c with c = a^(-1/3), a in km; (30).
        x1: X = x1 beta c^2 d, (31) with kilometres.
        y1: Y = y1 beta c h, (32).
        f3: cube root of the frequency.
        duct_db: terms of (47) and (47a) that only know the frequency (dB).
        scatter_db: terms of (44) that only know frequency, refractivity and time (dB).
        least_time_db: least time term of ducting for p = 50 % (dB), (53), up to ``LONG_M``; 0 for other p.
        location: -I(p_L), by which sigma counts.
        sigma_db: location variability over no clutter, (66) (dB).
    """

    f_ghz: float
    percent: float
    lapse: float
    quantile: float
    atmosphere: bool
    rare: bool
    curve: float
    rare_curve: float
    radius_km: float
    scale: float
    free_db: float
    k1: float
    x1: float
    y1: float
    f3: float
    duct_db: float
    scatter_db: float
    least_time_db: float
    location: float
    sigma_db: float


class Air(NamedTuple):
    """Body and percentages of an area run: numbers only.

    Attributes:
        percent: time percentage p (%).
        location_percent: p_L (%).
        atmosphere: whether there is air.
        median_radius_m: a_e (m).
        beta_radius_m: a_beta (m).
        permittivity: relative permittivity of the land.
        conductivity_s_m: conductivity of the land (S/m).
        n0: sea-level surface refractivity (N-units).
        pixel_width_m: w_a (m).
        vertical: vertical polarization.
        latitude_deg: of the transmitter (deg).
    """

    percent: float
    location_percent: float
    atmosphere: bool
    median_radius_m: float
    beta_radius_m: float
    permittivity: float
    conductivity_s_m: float
    n0: float
    pixel_width_m: float
    vertical: bool
    latitude_deg: float


@njit(cache=True, error_model="numpy")
def _least_time_db(latitude_deg: float) -> float:
    """Return a lower bound of the time term of ducting for p = 50 % within a degree of a latitude (deg); (53).

    The term grows as beta falls, and beta is at most beta_0 with mu_1 = 1, (5); the fall with distance is that at
    ``LONG_M``.
    """
    latitude = max(abs(latitude_deg) - 1.0, 0.0)
    ten = -0.015 * latitude + 1.67 if latitude <= 70.0 else 0.6202
    fall = (9.51 - 4.8 * ten + 0.198 * ten * ten) * 1e-6 * (LONG_M * 1e-3) ** 1.13
    gamma = 1.076 / (2.0058 - ten) ** 1.012 * math.exp(-fall)
    ratio = 50.0 / 10.0**ten
    return -12.0 + 1.2 * math.log10(ratio) + 12.0 * ratio**gamma


@njit(cache=True, error_model="numpy")
def fix(f_ghz: float, air: Air) -> Fixed:
    """Return the numbers for one frequency (GHz)."""
    p = air.percent
    imaginary = (18.0 * air.conductivity_s_m / f_ghz) ** 2
    k1 = 0.036 * f_ghz ** (-1.0 / 3.0) * ((air.permittivity - 1.0) ** 2 + imaginary) ** -0.25  # eq. (30a)
    if air.vertical:
        k1 *= math.sqrt(air.permittivity**2 + imaginary)  # eq. (30b)
    low = 45.375 - 137.0 * f_ghz + 92.5 * f_ghz * f_ghz if f_ghz < 0.5 else 0.0  # eq. (47a)
    log_f = math.log10(f_ghz)
    scatter = 190.1 + 25.0 * log_f - 2.5 * math.log10(0.5 * f_ghz) ** 2  # eqs. (44), (45)
    location = 0.0 if air.location_percent == 50.0 else -inverse_normal(0.01 * air.location_percent)
    return Fixed(
        f_ghz,
        p,
        math.log(p / 50.0),
        inverse_normal(0.01 * p),
        air.atmosphere,
        air.atmosphere and p < 50.0,
        0.5 / air.median_radius_m,
        0.5 / air.beta_radius_m,
        air.median_radius_m * 1e-3,
        1.0 / math.sqrt(WAVELENGTH_M_GHZ / f_ghz),
        92.4 + 20.0 * log_f - 60.0,  # 20 log10 of metres instead of kilometres
        k1,
        21.88 * f_ghz ** (1.0 / 3.0),
        0.9575 * f_ghz ** (2.0 / 3.0),
        f_ghz ** (1.0 / 3.0),
        102.45 + 20.0 * log_f + low - 60.0,
        scatter - 0.15 * air.n0 - 10.125 * math.log10(50.0 / p) ** 0.7 - 60.0,
        _least_time_db(air.latitude_deg) if p == 50.0 else 0.0,
        location,
        (0.52 + 0.024 * f_ghz) * air.pixel_width_m**0.28,
    )
