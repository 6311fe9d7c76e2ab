"""One receiver of the P.1812 sweep: the radial joined with the samples on the pixel's own line.

Order of the samples: ``steps.near`` own ones from the transmitter on, those of the radial, ``steps.tail`` own ones
before the receiver. Equation numbers of P.1812-6 Annex 1.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.p1812.finish import Ends, before_ducting, ducting_over_land_db, total_db, wants_ducting
from aqdaq.engine.p1812.fixed import Fixed
from aqdaq.engine.p1812.hull import extreme, first_from, highest_between, tangent
from aqdaq.engine.p1812.own import equal_steps, own_closeness, own_maxima
from aqdaq.engine.p1812.radial import (
    AX,
    AZ,
    BLOCK_GROUND_U,
    BLOCK_RARE_U,
    BLOCK_U,
    BX,
    BZ,
    CX,
    CZ,
    GROUND,
    GROUND_U,
    OWN_GROUND,
    OWN_SURFACE,
    OWN_X,
    RARE_U,
    RX,
    RZ,
    V1,
    V2,
    Seen,
    U,
)
from aqdaq.engine.p1812.sight import nearest_in_blocks, nu_of
from aqdaq.engine.p1812.steps import Steps

Float = NDArray[np.float64]
#: Diffraction parameter at and below which an edge causes no loss; P.1812-6 section 4.3.1.
NO_LOSS_NU = -0.78
#: Slopes that differ by less are the same: they were computed in another order.
NEARLY = 1e-13


@njit(cache=True, error_model="numpy")
def receiver_loss_db(
    w: Float,
    seen: Seen,
    steps: Steps,
    antennas_m: tuple[float, float],
    grounds_m: tuple[float, float],
    latitude_deg: float,
    sigma_db: float,
    fixed: Fixed,
) -> float:
    """Return the basic transmission loss (dB) of one receiver.

    Args:
        w: working array with the radial and the receiver's own samples.
        seen: of the radial up to ``steps.last``; nothing if there is none of it.
        steps: where the samples lie.
        antennas_m: transmitting and receiving antenna above sea level (m).
        grounds_m: ground at both ends (m).
        latitude_deg: of the path centre (deg).
        sigma_db: location variability (dB).
        fixed: of the frequency.
    """
    tx_m, rx_m = antennas_m
    d, log_d = steps.length_m, math.log(steps.length_m)
    mine = own_maxima(w, steps.near + steps.tail, d, tx_m, rx_m, fixed.curve, fixed.rare_curve)
    up, rare_up = max(mine.up, seen.u), max(mine.rare_up, seen.rare_u)
    nu = _surface_nu(up, mine.back, w, U, BLOCK_U, AX, AZ, seen.a, steps, antennas_m, fixed.curve, fixed.scale)
    rare_nu = nu
    if fixed.rare and (nu > -1.0 or fixed.rare_curve > fixed.curve):  # less curvature leaves more clearance
        rare_nu = _surface_nu(
            rare_up, mine.rare_back, w, RARE_U, BLOCK_RARE_U, RX, RZ, seen.r, steps, antennas_m,
            fixed.rare_curve, fixed.scale,
        )  # fmt: skip
    fitted_tx, fitted_rx = _fitted(w, steps, grounds_m)
    lower_tx, lower_rx = 0.0, 0.0
    at_tx = max(mine.bare_up, seen.bare_slope) - (rx_m - tx_m) / d
    if at_tx > 0.0:
        lower_tx, lower_rx = _lowered_by(w, seen, steps, antennas_m, at_tx, mine.bare_back, mine.over)
    theta_tx, theta_rx = (rx_m - tx_m) / d - d * fixed.curve, (tx_m - rx_m) / d - d * fixed.curve
    from_tx = max(mine.ground_up, seen.ground_u)
    near_x, far_x, beyond = d, d, from_tx > theta_tx
    if beyond:
        on_hull, hull_at = -math.inf, 0.0
        if seen.b > 0:
            from_z = rx_m - fixed.curve * d * d
            vertex = tangent(w, BX, BZ, seen.b, d, from_z)
            on_hull = (w[BZ, vertex] - from_z) / (d - w[BX, vertex]) - 2.0 * d * fixed.curve
            hull_at = w[BX, vertex]
        theta_tx, theta_rx = from_tx, max(mine.ground_back, on_hull)  # eqs. (76), (80)
        near_x = _first_horizon(mine.ground_up, seen, w, steps, tx_m, fixed.curve)
        far_x = max(_last_horizon(mine.ground_back, on_hull, hull_at, w, steps, rx_m, fixed.curve), near_x)
    ends = Ends(
        tx_m, rx_m, grounds_m[0], grounds_m[1], fitted_tx, fitted_rx, fitted_tx - lower_tx, fitted_rx - lower_rx,
        theta_tx, theta_rx, near_x, d - far_x, log_d,
    )  # fmt: skip
    before = before_ducting(ends, nu, rare_nu, latitude_deg, fixed, steps)
    ducting = math.inf
    if wants_ducting(ends, before, fixed, d):
        if not beyond:
            near_x = far_x = _nearest_to_the_ray(w, steps, antennas_m, fixed.curve)
        rough = _roughness(w, seen, steps, ends, near_x, far_x, fixed.curve)
        ends = Ends(
            tx_m, rx_m, grounds_m[0], grounds_m[1], fitted_tx, fitted_rx, ends.lowered_tx_m, ends.lowered_rx_m,
            theta_tx, theta_rx, near_x, d - far_x, log_d,
        )  # fmt: skip
        ducting = ducting_over_land_db(ends, rough, before.beta0, latitude_deg, fixed, d)
    return total_db(ends, before, ducting, sigma_db, fixed, d)


@njit(cache=True, error_model="numpy", forceinline=True)
def _surface_nu(
    steepest: float,
    own_back: float,
    w: Float,
    u: int,
    block_u: int,
    hull_x: int,
    hull_z: int,
    top: int,
    steps: Steps,
    antennas_m: tuple[float, float],
    curve: float,
    scale: float,
) -> float:
    """Return the Bullington parameter of the surface for one radius, -1 where it causes no loss; eqs. (14)-(20)."""
    tx_m, rx_m = antennas_m
    d = steps.length_m
    b = d * curve - (rx_m - tx_m) / d
    if steepest + b < 0.0:
        none = NO_LOSS_NU * NO_LOSS_NU / (2.0 * d * scale * scale)
        best = min(none, own_closeness(w, OWN_SURFACE, steps.near + steps.tail, d, tx_m, curve, b))
        if steps.last > steps.near:
            best, _ = nearest_in_blocks(w, u, block_u, steps.near + 1, steps.last, steps.radial_m, d, b, best)
        return -1.0 if best == none else nu_of(best, d) * scale
    back = own_back  # S_rim, eq. (18)
    if top > 0:
        from_z = rx_m - curve * d * d
        p = tangent(w, hull_x, hull_z, top, d, from_z)
        back = max(back, (w[hull_z, p] - from_z) / (d - w[hull_x, p]) - d * curve)
    forth = steepest + d * curve
    if forth + back <= 0.0:  # a sample exactly on the line: grazing
        return 0.0
    db = (rx_m - tx_m + back * d) / (forth + back)  # eq. (19)
    above = tx_m + forth * db - (tx_m * (d - db) + rx_m * db) / d  # eq. (20)
    return above * math.sqrt(2.0 * d / (db * (d - db))) * scale


@njit(cache=True, error_model="numpy", inline="always")
def _first_horizon(own_steepest: float, seen: Seen, w: Float, steps: Steps, tx_m: float, curve: float) -> float:
    """Return the distance (m) of the first sample that the transmitter sees highest; eq. (78)."""
    if own_steepest < seen.ground_u:
        return seen.ground_at
    least = own_steepest - NEARLY
    for j in range(steps.near + steps.tail):
        if j == steps.near and seen.ground_u >= least:
            return seen.ground_at
        if (w[OWN_GROUND, j] - tx_m) / w[OWN_X, j] - curve * w[OWN_X, j] >= least:
            return w[OWN_X, j]
    return w[OWN_X, steps.near + steps.tail - 1]


@njit(cache=True, error_model="numpy", inline="always")
def _last_horizon(
    own_steepest: float, on_hull: float, hull_at: float, w: Float, steps: Steps, rx_m: float, curve: float
) -> float:
    """Return the distance (m) of the last sample that the receiver sees highest; eq. (81)."""
    if own_steepest < on_hull:
        return hull_at
    least = own_steepest - NEARLY
    for j in range(steps.near + steps.tail - 1, -1, -1):
        if j == steps.near - 1 and on_hull >= least:
            return hull_at
        rest = steps.length_m - w[OWN_X, j]
        if (w[OWN_GROUND, j] - rx_m) / rest - curve * rest >= least:
            return w[OWN_X, j]
    return w[OWN_X, 0]


@njit(cache=True, error_model="numpy", inline="always")
def _fitted(w: Float, steps: Steps, grounds_m: tuple[float, float]) -> tuple[float, float]:
    """Return the least-squares smooth surface at both ends (m); eqs. (83)-(86)."""
    d, step = steps.length_m, steps.own_m
    v1, v2 = equal_steps(w, 0, steps.near, grounds_m[0])
    v1, v2 = v1 * step, v2 * step * step
    x, low = steps.near * step, w[OWN_GROUND, steps.near - 1]
    if steps.last > steps.near:
        first = steps.near + 1
        far, high = first * steps.radial_m, w[GROUND, first]
        v1 += (far - x) * (high + low) + w[V1, steps.last] - w[V1, first]
        v2 += (far - x) * (high * (2.0 * far + x) + low * (far + 2.0 * x)) + w[V2, steps.last] - w[V2, first]
        x, low = steps.last * steps.radial_m, w[GROUND, steps.last]
    if steps.tail > 0:
        far, high = w[OWN_X, steps.near], w[OWN_GROUND, steps.near]
        v1 += (far - x) * (high + low)
        v2 += (far - x) * (high * (2.0 * far + x) + low * (far + 2.0 * x))
        tail1, tail2 = equal_steps(w, steps.near + 1, steps.tail - 1, high)
        v1 += tail1 * step  # a sum that starts at far and not at 0 has 3 far (83) on top in (84)
        v2 += tail2 * step * step + 3.0 * far * tail1 * step
        x, low = d - step, w[OWN_GROUND, steps.near + steps.tail - 1]
    high = grounds_m[1]
    v1 += (d - x) * (high + low)
    v2 += (d - x) * (high * (2.0 * d + x) + low * (d + 2.0 * x))
    return (2.0 * v1 * d - v2) / (d * d), (v2 - v1 * d) / (d * d)


@njit(cache=True, error_model="numpy", inline="always")
def _lowered_by(
    w: Float, seen: Seen, steps: Steps, antennas_m: tuple[float, float], at_tx: float, own_back: float, over: float
) -> tuple[float, float]:
    """Return by how much obstructions lower the smooth surface at both ends (m); eqs. (87)-(89)."""
    tx_m, rx_m = antennas_m
    d = steps.length_m
    slope = (rx_m - tx_m) / d
    at_rx, highest = own_back + slope, over
    if seen.c > 0:
        p = tangent(w, CX, CZ, seen.c, d, rx_m)
        at_rx = max(at_rx, (w[CZ, p] - rx_m) / (d - w[CX, p]) + slope)
        highest = max(highest, extreme(w, CX, CZ, seen.c, slope) - tx_m)
    # A sample exactly on the line gives an obstruction of rounding size and slopes whose sum may be zero.
    if highest <= 0.0 or at_rx <= 0.0:
        return 0.0, 0.0
    return highest * at_tx / (at_tx + at_rx), highest * at_rx / (at_tx + at_rx)


@njit(cache=True, error_model="numpy", inline="always")
def _nearest_to_the_ray(w: Float, steps: Steps, antennas_m: tuple[float, float], curve: float) -> float:
    """Return the distance (m) of the ground sample with the largest nu on a line-of-sight path, the last of equals."""
    tx_m, rx_m = antennas_m
    d, n = steps.length_m, steps.near + steps.tail
    b = d * curve - (rx_m - tx_m) / d
    best = own_closeness(w, OWN_GROUND, n, d, tx_m, curve, b)
    at = w[OWN_X, n - 1]
    for j in range(n - 1, -1, -1):
        x = w[OWN_X, j]
        above = w[OWN_GROUND, j] - tx_m + (b - curve * x) * x
        if above * above / (x * (d - x)) <= best * (1.0 + 1e-12):
            at = w[OWN_X, j]
            break
    if steps.last > steps.near:
        _, index = nearest_in_blocks(
            w, GROUND_U, BLOCK_GROUND_U, steps.near + 1, steps.last, steps.radial_m, d, b, best
        )
        if index >= 0:
            at = index * steps.radial_m
    return at


@njit(cache=True, error_model="numpy", inline="always")
def _roughness(w: Float, seen: Seen, steps: Steps, ends: Ends, near_x: float, far_x: float, curve: float) -> float:
    """Return h_m (m), how far the ground between two distances (m) rises over the smooth earth; eqs. (90)-(93)."""
    at_tx = min(ends.fitted_tx_m, ends.ground_tx_m)
    slope = (min(ends.fitted_rx_m, ends.ground_rx_m) - at_tx) / steps.length_m
    highest = -math.inf
    for j in range(steps.near + steps.tail):
        if near_x <= w[OWN_X, j] <= far_x:
            highest = max(highest, w[OWN_GROUND, j] - slope * w[OWN_X, j] - at_tx)
    if near_x < far_x:
        if seen.b == 0:
            return highest
        first, last = first_from(w, BX, seen.b, near_x), seen.b - 1
        if w[BX, last] > far_x:
            last = first_from(w, BX, seen.b, far_x)
            last -= w[BX, last] > far_x
        if w[BX, first] < near_x:
            return highest
        return max(highest, highest_between(w, BX, BZ, first, last, curve, slope) - at_tx)
    i = round(near_x / steps.radial_m)
    if steps.near < i <= steps.last and i * steps.radial_m == near_x:
        return max(highest, w[GROUND, i] - slope * near_x - at_tx)
    return highest
