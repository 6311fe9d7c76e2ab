"""Ducting and layer reflection: ITU-R P.1812-6 section 4.5, eqs. (46)-(56). Kilometres inside, as written there."""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from aqdaq.engine.p1812.parameters import tau


class Duct(NamedTuple):
    """What ducting depends on.

    Attributes:
        f_ghz: frequency (GHz).
        percent: time percentage p (%).
        distance_m: path length (m).
        dlt_m: from the transmitter to its horizon (m).
        dlr_m: from the receiver to its horizon (m).
        theta_tx_mrad: elevation of the transmitter's horizon (mrad).
        theta_rx_mrad: of the receiver's (mrad).
        tx_m: transmitting antenna above sea level (m).
        rx_m: receiving antenna above sea level (m).
        effective_tx_m: effective height of the transmitting antenna (m).
        effective_rx_m: of the receiving antenna (m).
        roughness_m: h_m (m).
        coast_tx_m: from the transmitter over land to the coast along the path (m).
        coast_rx_m: from the receiver (m).
        omega: share of the path over sea.
        dlm_m: longest inland stretch (m).
        effective_radius_m: median effective radius (m).
        beta0: beta_0 (%).
    """

    f_ghz: float
    percent: float
    distance_m: float
    dlt_m: float
    dlr_m: float
    theta_tx_mrad: float
    theta_rx_mrad: float
    tx_m: float
    rx_m: float
    effective_tx_m: float
    effective_rx_m: float
    roughness_m: float
    coast_tx_m: float
    coast_rx_m: float
    omega: float
    dlm_m: float
    effective_radius_m: float
    beta0: float


@njit(cache=True, error_model="numpy")
def ducting_db(duct: Duct) -> float:
    """Return L_ba (dB), not exceeded for p per cent of the time; eq. (46)."""
    return _coupling_db(duct) + _along_the_duct_db(duct)


@njit(cache=True, error_model="numpy")
def _coupling_db(duct: Duct) -> float:
    """Return A_f (dB), between the antennas and the duct; eq. (47)."""
    f = duct.f_ghz
    low = 45.375 - 137.0 * f + 92.5 * f * f if f < 0.5 else 0.0  # eq. (47a)
    loss = 102.45 + 20.0 * math.log10(f) + 20.0 * math.log10((duct.dlt_m + duct.dlr_m) * 1e-3) + low
    loss += _shielding_db(f, duct.theta_tx_mrad, duct.dlt_m) + _shielding_db(f, duct.theta_rx_mrad, duct.dlr_m)
    loss += _over_sea_db(duct.omega, duct.coast_tx_m, duct.dlt_m, duct.tx_m)
    return loss + _over_sea_db(duct.omega, duct.coast_rx_m, duct.dlr_m, duct.rx_m)


@njit(cache=True, error_model="numpy")
def _shielding_db(f_ghz: float, theta_mrad: float, horizon_m: float) -> float:
    """Return A_s (dB), the shielding of one site by its horizon; eq. (48)."""
    horizon_km = horizon_m * 1e-3
    theta = theta_mrad - 0.1 * horizon_km  # eq. (48a)
    if theta <= 0.0:
        return 0.0
    edge = 20.0 * math.log10(1.0 + 0.361 * theta * math.sqrt(f_ghz * horizon_km))
    return edge + 0.264 * theta * f_ghz ** (1.0 / 3.0)


@njit(cache=True, error_model="numpy")
def _over_sea_db(omega: float, coast_m: float, horizon_m: float, antenna_m: float) -> float:
    """Return A_c (dB, <= 0), for the surface ducts over the sea near one site; eq. (49)."""
    coast_km = coast_m * 1e-3
    if omega < 0.75 or coast_m > horizon_m or coast_km > 5.0:
        return 0.0
    return -3.0 * math.exp(-0.25 * coast_km * coast_km) * (1.0 + math.tanh(0.07 * (50.0 - antenna_m)))


@njit(cache=True, error_model="numpy")
def _along_the_duct_db(duct: Duct) -> float:
    """Return A_d(p) (dB), by distance, angle and time; eqs. (50)-(53)."""
    d, radius = duct.distance_m * 1e-3, duct.effective_radius_m * 1e-3
    theta_tx = min(duct.theta_tx_mrad, 1e-4 * duct.dlt_m)  # eq. (52a): 0.1 mrad for each kilometre
    theta_rx = min(duct.theta_rx_mrad, 1e-4 * duct.dlr_m)
    angle_mrad = 1e3 * d / radius + theta_tx + theta_rx  # eq. (52)
    by_angle = 5e-5 * radius * duct.f_ghz ** (1.0 / 3.0) * angle_mrad  # eq. (51)
    beta = _beta_percent(duct)
    log_beta = math.log10(beta)
    fall = 9.51 - 4.8 * log_beta + 0.198 * log_beta * log_beta
    gamma = 1.076 / (2.0058 - log_beta) ** 1.012 * math.exp(-fall * 1e-6 * d**1.13)  # eq. (53a)
    ratio = duct.percent / beta
    by_time = -12.0 + (1.2 + 3.7e-3 * d) * math.log10(ratio) + 12.0 * ratio**gamma  # eq. (53)
    return by_angle + by_time


@njit(cache=True, error_model="numpy")
def _beta_percent(duct: Duct) -> float:
    """Return beta (%), beta_0 corrected for the geometry and the roughness of the path; eqs. (54)-(56)."""
    d, radius = duct.distance_m * 1e-3, duct.effective_radius_m * 1e-3
    alpha = max(-0.6 - 3.5e-9 * d**3.1 * tau(duct.dlm_m), -3.4)  # eq. (55a)
    heights = math.sqrt(duct.effective_tx_m) + math.sqrt(duct.effective_rx_m)
    mu2 = min((500.0 / radius * d * d / (heights * heights)) ** alpha, 1.0)  # eq. (55)
    mu3 = 1.0
    if duct.roughness_m > 10.0:
        between = min(d - (duct.dlt_m + duct.dlr_m) * 1e-3, 40.0)  # eq. (56a)
        mu3 = math.exp(-4.6e-5 * (duct.roughness_m - 10.0) * (43.0 + 6.0 * between))  # eq. (56)
    return duct.beta0 * mu2 * mu3
