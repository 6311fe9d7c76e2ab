"""From the geometry of a path over land to its loss by P.1812, term by term, leaving out what cannot matter.

The same equations as ``kernel.py`` (P.1812-6 Annex 1), arranged for area runs: logarithms and powers are shared, and a
mechanism that cannot change the result is not computed. Terms below 1e-8 dB are left out.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from aqdaq.engine.p1812.fixed import DB20, LN10, LN50, LN1000, LONG_M, Fixed
from aqdaq.engine.p1812.parameters import inverse_normal
from aqdaq.engine.p1812.steps import Steps, smooth_nu

#: Beyond this difference (dB) the weaker of two powers adds less than 1e-8 dB in (63).
FAR_DB = 45.0


class Ends(NamedTuple):
    """What the two ends of a path see; metres and slopes.

    Attributes:
        tx_m: transmitting antenna above sea level (m).
        rx_m: receiving antenna (m).
        ground_tx_m: ground at the transmitter (m).
        ground_rx_m: ground at the receiver (m).
        fitted_tx_m: least-squares smooth surface at the transmitter, (85) (m).
        fitted_rx_m: at the receiver, (86) (m).
        lowered_tx_m: lowered under obstructions, (89) (m).
        lowered_rx_m: (89) (m).
        theta_tx: tangent of the elevation of the transmitter's horizon.
        theta_rx: of the receiver's.
        dlt_m: to the transmitter's horizon (m); on a line-of-sight path only the sum with the next one is used.
        dlr_m: to the receiver's horizon (m).
        log_d: natural logarithm of the length of the path in metres.
    """

    tx_m: float
    rx_m: float
    ground_tx_m: float
    ground_rx_m: float
    fitted_tx_m: float
    fitted_rx_m: float
    lowered_tx_m: float
    lowered_rx_m: float
    theta_tx: float
    theta_rx: float
    dlt_m: float
    dlr_m: float
    log_d: float


class Before(NamedTuple):
    """Losses known before ducting (dB) and what they were made of.

    Attributes:
        lbfs: free space.
        lb0p: line of sight for p.
        ld50: diffraction for half of the time.
        ldp: diffraction for p.
        beta0: (%); NaN where nothing needs it.
        fi: (40).
        enhancement: 2.6 (1 - exp(-0.1 (d_lt + d_lr))) / ln 10, the factor of (9).
    """

    lbfs: float
    lb0p: float
    ld50: float
    ldp: float
    beta0: float
    fi: float
    enhancement: float


@njit(cache=True, error_model="numpy", forceinline=True)
def arctangent(x: float) -> float:
    """Return atan(x), by its series where the angle is small: the error is below 1e-15."""
    if abs(x) > 0.04:
        return math.atan(x)
    s = x * x
    return x * (1.0 - s * (1.0 / 3.0 - s * (0.2 - s * (1.0 / 7.0 - s * (1.0 / 9.0 - s / 11.0)))))


@njit(cache=True, error_model="numpy", forceinline=True)
def log_of_one_and(x: float) -> float:
    """Return ln(1 + x), x >= 0, by its series where x is small: the error is below 1e-15."""
    if x > 1e-3:
        return math.log(1.0 + x)
    return x * (1.0 - x * (0.5 - x * (1.0 / 3.0 - x * (0.25 - x * 0.2))))


@njit(cache=True, error_model="numpy", forceinline=True)
def beta0_over_land(latitude_deg: float, d_km: float) -> float:
    """Return beta_0 (%) of a path that lies inland from end to end (km); eqs. (2)-(5)."""
    latitude = abs(latitude_deg)
    tau = 1.0 - math.exp(-4.12e-4 * math.exp(2.41 * math.log(d_km)))
    both = math.exp(-LN10 * d_km / (16.0 - 6.6 * tau)) + math.exp(-LN10 * 5.0 * (0.496 + 0.354 * tau))
    log_mu1 = min(0.2 * math.log(both), 0.0)
    if latitude <= 70.0:
        return math.exp(LN10 * (-0.015 * latitude + 1.67) + log_mu1 * (0.065 + 0.0176 * latitude))
    return 4.17 * math.exp(log_mu1 * 1.3)


@njit(cache=True, error_model="numpy", forceinline=True)
def edge_db(nu: float, d_km: float) -> float:
    """Return the Bullington loss (dB) of a diffraction parameter; eqs. (12), (13), (21)."""
    if nu <= -0.78:
        return 0.0
    above = nu - 0.1
    edge = 6.9 + DB20 * math.log(math.sqrt(above * above + 1.0) + above)
    return edge + (1.0 - math.exp(-edge / 6.0)) * (10.0 + 0.02 * d_km)


@njit(cache=True, error_model="numpy", forceinline=True)
def _gain_db(b: float, least: float) -> float:
    """Return G(Y) (dB) from B = beta Y, with its lower limit; eqs. (35), (36)."""
    if b > 2.0:
        root = b - 1.1
        return max(17.6 * math.sqrt(root) - 0.25 * DB20 * math.log(root) - 8.0, least)
    return max(DB20 * math.log(b + 0.1 * b * b * b), least)


@njit(cache=True, error_model="numpy", forceinline=True)
def sphere_db(d_m: float, tx_m: float, rx_m: float, curve: float, fixed: Fixed) -> float:
    """Return L_dsph over land (dB), >= 0, or -1 where the path clears the sphere; eqs. (22)-(36).

    Args:
        d_m: path length (m).
        tx_m: effective height of the transmitting antenna, above 0 (m).
        rx_m: of the receiving antenna, above 0 (m).
        curve: 1 / (2 effective radius) (1/m).
        fixed: of the frequency.
    """
    roots = math.sqrt(tx_m) + math.sqrt(rx_m)
    share, radius_km = 1.0, 0.5e-3 / curve
    if d_m * math.sqrt(curve) < roots:
        total = tx_m + rx_m
        c = (tx_m - rx_m) / total
        m = 0.5 * d_m * d_m * curve / total
        cosine = 1.5 * c * math.sqrt(3.0 * m / (m + 1.0) ** 3)
        angle = math.acos(min(1.0, max(-1.0, cosine)))
        b = 2.0 * math.sqrt((m + 1.0) / (3.0 * m)) * math.cos(math.pi / 3.0 + angle / 3.0)
        d1 = 0.5 * d_m * (1.0 + b)
        d2 = d_m - d1
        clearance = ((tx_m - d1 * d1 * curve) * d2 + (rx_m - d2 * d2 * curve) * d1) / d_m
        required = 17.456e-3 * math.sqrt(1e3 * d1 * d2 / d_m) / fixed.scale
        if clearance > required:
            return -1.0
        share = 1.0 - clearance / required
        radius_km = 0.5e-3 * (d_m / roots) ** 2
    c3 = math.exp(math.log(radius_km) * (-1.0 / 3.0))
    k = fixed.k1 * c3
    k2 = k * k
    beta = (1.0 + 1.6 * k2 + 0.67 * k2 * k2) / (1.0 + 4.5 * k2 + 1.53 * k2 * k2)
    x = fixed.x1 * beta * c3 * c3 * d_m * 1e-3
    log_x = math.log(x)
    gain = 11.0 + 0.5 * DB20 * log_x - 17.6 * x if x >= 1.6 else -DB20 * log_x - 5.6488 * math.exp(1.425 * log_x)
    b1, least = fixed.y1 * beta * beta * c3, 2.0 + DB20 * math.log(k)
    loss = -gain - _gain_db(b1 * tx_m, least) - _gain_db(b1 * rx_m, least)
    return share * max(loss, 0.0)


@njit(cache=True, error_model="numpy", forceinline=True)
def delta_db(nu: float, tx_m: float, rx_m: float, curve: float, fixed: Fixed, steps: Steps) -> tuple[float, bool]:
    """Return the delta-Bullington loss (dB) for one effective radius, eq. (39), and whether the sphere is cleared.

    Args:
        nu: Bullington parameter of the surface.
        tx_m: effective height of the transmitting antenna for diffraction (m).
        rx_m: of the receiving antenna (m).
        curve: 1 / (2 effective radius) (1/m).
        fixed: of the frequency.
        steps: where the samples lie.
    """
    d_km = steps.length_m * 1e-3
    loss, sphere = edge_db(nu, d_km), sphere_db(steps.length_m, tx_m, rx_m, curve, fixed)
    if sphere <= 0.0:
        return loss, sphere < 0.0
    return loss + max(sphere - edge_db(smooth_nu(tx_m, rx_m, curve, steps) * fixed.scale, d_km), 0.0), False


@njit(cache=True, error_model="numpy", inline="always")
def before_ducting(ends: Ends, nu: float, rare_nu: float, latitude_deg: float, fixed: Fixed, steps: Steps) -> Before:
    """Return free space, line of sight and diffraction; sections 4.2 and 4.3.

    Args:
        ends: of the path.
        nu: Bullington parameter of the surface for a_e.
        rare_nu: the same for a_beta; not looked at unless ``fixed.rare``.
        latitude_deg: of the path centre (deg).
        fixed: of the frequency.
        steps: where the samples lie.
    """
    d, rise = steps.length_m, ends.tx_m - ends.rx_m
    lbfs = fixed.free_db + DB20 * ends.log_d + 0.5 * DB20 * log_of_one_and(rise * rise / (d * d))  # eq. (8)
    tx = ends.tx_m - min(ends.lowered_tx_m, ends.ground_tx_m)  # eqs. (37a), (37b)
    rx = ends.rx_m - min(ends.lowered_rx_m, ends.ground_rx_m)
    ld50, clear = delta_db(nu, tx, rx, fixed.curve, fixed, steps)
    if not fixed.rare:
        return Before(lbfs, lbfs, ld50, ld50, math.nan, 0.0, 0.0)
    enhancement = 2.6 / LN10 * (1.0 - math.exp(-1e-4 * (ends.dlt_m + ends.dlr_m)))
    beta0 = beta0_over_land(latitude_deg, d * 1e-3)
    fi = 1.0 if fixed.percent <= beta0 else fixed.quantile / inverse_normal(0.01 * beta0)  # eq. (40)
    if clear and fixed.rare_curve <= fixed.curve:  # less curvature: cleared all the more
        ldb = edge_db(rare_nu, d * 1e-3)
    else:
        ldb, _ = delta_db(rare_nu, tx, rx, fixed.rare_curve, fixed, steps)
    return Before(
        lbfs, lbfs + enhancement * fixed.lapse, ld50, ld50 + fi * (ldb - ld50), beta0, fi, enhancement
    )  # eqs. (9), (10), (41)


@njit(cache=True, error_model="numpy", inline="always")
def wants_ducting(ends: Ends, before: Before, fixed: Fixed, d_m: float) -> bool:
    """Return whether ducting can matter.

    By (60) and (61) it does not where L_ba is not less than L_bd. L_ba is bounded from below by leaving out the
    shielding of the horizons, and by beta_0 in the place of beta <= beta_0: the time term grows as beta falls.
    """
    if not fixed.atmosphere or before.ldp <= 0.0:
        return False
    by_time = fixed.least_time_db
    if fixed.rare or d_m > LONG_M:
        if not fixed.rare:
            return True
        by_time = time_db(math.log(before.beta0), d_m * 1e-3, ends.log_d - LN1000, fixed)
    angle = 2e3 * fixed.curve * d_m + 1e3 * (min(ends.theta_tx, 0.0) + min(ends.theta_rx, 0.0))
    least = fixed.duct_db + DB20 * math.log(ends.dlt_m + ends.dlr_m) + 5e-5 * fixed.radius_km * fixed.f3 * angle
    return least + by_time < before.lb0p + before.ldp


@njit(cache=True, error_model="numpy", forceinline=True)
def time_db(log_beta: float, d_km: float, log_d: float, fixed: Fixed) -> float:
    """Return the time term A(p) of ducting (dB) from the logarithms of beta (%) and distance (km); eqs. (53), (53a)."""
    ten = log_beta / LN10
    fall = (9.51 - 4.8 * ten + 0.198 * ten * ten) * 1e-6 * math.exp(1.13 * log_d)
    gamma = 1.076 * math.exp(-1.012 * math.log(2.0058 - ten) - fall)
    log_ratio = fixed.lapse + LN50 - log_beta
    return -12.0 + (1.2 + 3.7e-3 * d_km) * log_ratio / LN10 + 12.0 * math.exp(gamma * log_ratio)


@njit(cache=True, error_model="numpy", inline="always")
def ducting_over_land_db(
    ends: Ends, roughness_m: float, beta0: float, latitude_deg: float, fixed: Fixed, d_m: float
) -> float:
    """Return L_ba (dB) of a path over land; eqs. (46)-(56)."""
    radius, d_km = fixed.radius_km, d_m * 1e-3
    if math.isnan(beta0):
        beta0 = beta0_over_land(latitude_deg, d_km)
    tx_mrad, rx_mrad = 1e3 * arctangent(ends.theta_tx), 1e3 * arctangent(ends.theta_rx)
    coupling = fixed.duct_db + DB20 * math.log(ends.dlt_m + ends.dlr_m)
    coupling += _shield_db(tx_mrad, ends.dlt_m, fixed) + _shield_db(rx_mrad, ends.dlr_m, fixed)
    angle = 1e3 * d_km / radius + min(tx_mrad, 1e-4 * ends.dlt_m) + min(rx_mrad, 1e-4 * ends.dlr_m)  # eq. (52)
    log_d = ends.log_d - LN1000
    # eqs. (54)-(56): mu_2 and mu_3 in logarithms
    alpha = -0.6 - 3.5e-9 * math.exp(3.1 * log_d) * (1.0 - math.exp(-4.12e-4 * math.exp(2.41 * log_d)))
    tx = ends.tx_m - min(ends.fitted_tx_m, ends.ground_tx_m)  # eqs. (92a), (92b)
    rx = ends.rx_m - min(ends.fitted_rx_m, ends.ground_rx_m)
    roots = math.sqrt(tx) + math.sqrt(rx)
    log_mu = min(max(alpha, -3.4) * math.log(500.0 / radius * d_km * d_km / (roots * roots)), 0.0)
    if roughness_m > 10.0:
        between = min(d_km - (ends.dlt_m + ends.dlr_m) * 1e-3, 40.0)
        log_mu -= 4.6e-5 * (roughness_m - 10.0) * (43.0 + 6.0 * between)
    log_beta = math.log(beta0) + log_mu
    by_time = time_db(log_beta, d_km, log_d, fixed)
    return coupling + 5e-5 * radius * fixed.f3 * angle + by_time


@njit(cache=True, error_model="numpy", forceinline=True)
def _shield_db(theta_mrad: float, horizon_m: float, fixed: Fixed) -> float:
    """Return A_s (dB); eq. (48)."""
    km = horizon_m * 1e-3
    theta = theta_mrad - 0.1 * km
    if theta <= 0.0:
        return 0.0
    return DB20 * math.log(1.0 + 0.361 * theta * math.sqrt(fixed.f_ghz * km)) + 0.264 * theta * fixed.f3


@njit(cache=True, error_model="numpy", inline="always")
def total_db(ends: Ends, before: Before, ducting_db: float, sigma_db: float, fixed: Fixed, d_m: float) -> float:
    """Return L_b (dB) from all mechanisms; eqs. (57)-(69).

    Args:
        ends: of the path.
        before: what is known without ducting.
        ducting_db: L_ba (dB); infinite where it cannot matter.
        sigma_db: location variability at the receiver (dB), (67).
        fixed: of the frequency.
        d_m: path length (m).
    """
    lbd = before.lb0p + before.ldp
    local = fixed.location * sigma_db
    if not fixed.atmosphere:
        return max(before.lb0p, lbd + local)
    lbd50 = before.lbfs + before.ld50
    least = lbd50  # eq. (59)
    if fixed.rare:
        if fixed.percent < before.beta0:
            least = lbd
        else:
            lb0b = before.lbfs + before.enhancement * math.log(before.beta0 / 50.0)
            least = lbd50 + (lb0b + before.ldp - lbd50) * before.fi
    with_ducts = lbd
    if ducting_db < lbd:  # else (60) is larger still
        apart = abs(ducting_db - before.lb0p)
        anomalous = max(ducting_db, before.lb0p) + 2.5 * math.log(1.0 + math.exp(-apart / 2.5))  # eq. (60)
        if anomalous <= lbd:  # eq. (61)
            fk = 1.0 / (1.0 + math.exp(0.15 * (d_m * 1e-3 - 20.0)))  # eq. (58), its tanh as an exponential
            with_ducts = anomalous + (lbd - anomalous) * fk
    theta = 1e3 * (2.0 * fixed.curve * d_m + arctangent(ends.theta_tx) + arctangent(ends.theta_rx))  # eq. (82)
    near = with_ducts
    if with_ducts != least:
        fj = 1.0 / (1.0 + math.exp(16.0 * (theta - 0.3)))  # eq. (57), its tanh as an exponential
        near += (least - with_ducts) * fj  # eq. (62)
    scatter = fixed.scatter_db + DB20 * ends.log_d + 0.573 * theta  # eq. (44)
    apart = abs(scatter - near)
    median = min(scatter, near)
    if apart < FAR_DB:
        median -= 0.25 * DB20 * math.log(1.0 + math.exp(-0.2 * LN10 * apart))  # eq. (63)
    return max(before.lb0p, median + local)  # eq. (69)
