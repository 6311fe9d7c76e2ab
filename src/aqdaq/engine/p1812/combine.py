"""How the mechanisms add up: ITU-R P.1812-6 section 4.6, eqs. (57)-(63), and the mixing by time of section 4.3.5."""

from __future__ import annotations

import math

from numba import njit

from aqdaq.engine.p1812.parameters import inverse_normal


@njit(cache=True, error_model="numpy")
def time_factor(percent: float, beta0: float) -> float:
    """Return F_i, how far the loss has gone from its median to its value at beta_0 per cent of time; eq. (40)."""
    if percent >= 50.0:
        return 0.0
    if percent <= beta0:
        return 1.0
    return inverse_normal(0.01 * percent) / inverse_normal(0.01 * beta0)


@njit(cache=True, error_model="numpy")
def angle_factor(theta_mrad: float) -> float:
    """Return F_j, 1 for line of sight falling to 0 beyond the horizon; eq. (57)."""
    return 1.0 - 0.5 * (1.0 + math.tanh(3.0 * 0.8 * (theta_mrad - 0.3) / 0.3))


@njit(cache=True, error_model="numpy")
def distance_factor(distance_m: float) -> float:
    """Return F_k, 1 for short paths falling to 0 around 20 km; eq. (58)."""
    return 1.0 - 0.5 * (1.0 + math.tanh(3.0 * 0.5 * (distance_m * 1e-3 - 20.0) / 20.0))


@njit(cache=True, error_model="numpy")
def soft_maximum_db(ducting_db: float, los_db: float) -> float:
    """Return L_minbap (dB), 2.5 ln(exp(L_ba / 2.5) + exp(L_b0p / 2.5)), safe from overflow; eq. (60)."""
    return max(ducting_db, los_db) + 2.5 * math.log1p(math.exp(-abs(ducting_db - los_db) / 2.5))


@njit(cache=True, error_model="numpy")
def toward_diffraction_db(diffraction_db: float, anomalous_db: float, fk: float) -> float:
    """Return L_bda (dB), the notional minimum by diffraction and ducting; eq. (61)."""
    if anomalous_db > diffraction_db:
        return diffraction_db
    return anomalous_db + (diffraction_db - anomalous_db) * fk


@njit(cache=True, error_model="numpy")
def power_sum_db(scatter_db: float, rest_db: float) -> float:
    """Return L_bc (dB), -5 log(10^(-0.2 L_bs) + 10^(-0.2 L_bam)), safe from underflow; eq. (63)."""
    return min(scatter_db, rest_db) - 5.0 * math.log10(1.0 + 10.0 ** (-0.2 * abs(scatter_db - rest_db)))
