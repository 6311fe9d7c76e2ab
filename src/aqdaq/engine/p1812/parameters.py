"""Radio-meteorological parameters of ITU-R P.1812: ducting incidence, effective radius, normal quantile.

Equation numbers are those of P.1812-6 Annex 1; edition 7 keeps these equations.
"""

from __future__ import annotations

import math
from typing import Final

from numba import njit

from aqdaq.model.body import EARTH

#: Refractivity lapse rate (N-units/km) that would bend a ray as much as the Earth's surface; eq. (6).
CRITICAL_LAPSE: Final = 157.0
#: Effective-radius factor exceeded for beta_0 per cent of the time; section 3.7.
K_BETA0: Final = 3.0


def critical_lapse(radius_m: float) -> float:
    """Return the lapse rate (N-units/km) that follows the curvature of a body of this radius (m).

    It is 157 for the Earth, as the Recommendation rounds it, and inversely proportional to the radius.
    """
    return CRITICAL_LAPSE * EARTH.sphere.radius_m / radius_m


def median_k(delta_n: float, radius_m: float) -> float:
    """Return the median effective-radius factor k_50 from the lapse rate (N-units/km); eq. (6)."""
    critical = critical_lapse(radius_m)
    return critical / (critical - delta_n)


def mid_path_latitude_deg(
    tx: tuple[float, float], rx: tuple[float, float], distance_m: float, radius_m: float
) -> float:
    """Return the latitude of the path centre (deg): half the profile's distance along the great circle; section 3.5.

    Args:
        tx: latitude and longitude of the transmitter (deg).
        rx: latitude and longitude of the receiver (deg).
        distance_m: length of the profile (m); it decides, not the distance between the coordinates.
        radius_m: of the body (m).
    """
    lat_tx, lat_rx = math.radians(tx[0]), math.radians(rx[0])
    east = math.radians(rx[1] - tx[1])
    bearing = math.atan2(
        math.cos(lat_rx) * math.sin(east),
        math.cos(lat_tx) * math.sin(lat_rx) - math.sin(lat_tx) * math.cos(lat_rx) * math.cos(east),
    )
    half = 0.5 * distance_m / radius_m
    sine = math.sin(lat_tx) * math.cos(half) + math.cos(lat_tx) * math.sin(half) * math.cos(bearing)
    return math.degrees(math.asin(min(1.0, max(-1.0, sine))))


@njit(cache=True, error_model="numpy")
def tau(dlm_m: float) -> float:
    """Return tau from the longest inland stretch of the path (m); eq. (3)."""
    return 1.0 - math.exp(-4.12e-4 * (dlm_m * 1e-3) ** 2.41)


@njit(cache=True, error_model="numpy")
def beta0_percent(latitude_deg: float, dtm_m: float, dlm_m: float) -> float:
    """Return beta_0, the time (%) with lapse rates above 100 N-units/km in the lowest 100 m; eqs. (2)-(5).

    Args:
        latitude_deg: of the path centre (deg).
        dtm_m: longest stretch over land, inland and coastal (m).
        dlm_m: longest stretch inland (m).
    """
    latitude = abs(latitude_deg)
    over_land = 10.0 ** (-dtm_m * 1e-3 / (16.0 - 6.6 * tau(dlm_m)))
    mu1 = min((over_land + 10.0 ** (-5.0 * (0.496 + 0.354 * tau(dlm_m)))) ** 0.2, 1.0)  # eq. (2)
    if latitude <= 70.0:
        mu4 = mu1 ** (-0.935 + 0.0176 * latitude)  # eq. (4)
        return 10.0 ** (-0.015 * latitude + 1.67) * mu1 * mu4  # eq. (5)
    return 4.17 * mu1 * mu1**0.3


@njit(cache=True, error_model="numpy")
def inverse_normal(share: float) -> float:
    """Return I(x), the inverse complementary cumulative normal distribution; Attachment 2 to Annex 1.

    The rational approximation of the Recommendation (error below 0.00054), for x from 0.000001 to 0.999999.
    """
    x = min(max(share, 1e-6), 1.0 - 1e-6)
    t = math.sqrt(-2.0 * math.log(min(x, 1.0 - x)))
    above = (0.010328 * t + 0.802853) * t + 2.515516698
    below = ((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0
    quantile = t - above / below
    return quantile if x <= 0.5 else -quantile
