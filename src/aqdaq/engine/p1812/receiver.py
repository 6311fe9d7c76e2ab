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
from aqdaq.engine.p1812.hull import extreme, highest_between, tangent
from aqdaq.engine.p1812.radial import Scratch, Seen
from aqdaq.engine.p1812.sight import closeness, nearest_in_blocks, nu_of
from aqdaq.engine.p1812.steps import Steps

Float = NDArray[np.float64]
#: Diffraction parameter at and below which an edge causes no loss; P.1812-6 section 4.3.1.
NO_LOSS_NU = -0.78


@njit(cache=True, error_model="numpy")
def receiver_loss_db(
    s: Scratch,
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
        s: the radial, with the receiver's own samples in ``tail_*``.
        seen: of the radial up to ``steps.last``.
        steps: where the samples lie.
        antennas_m: transmitting and receiving antenna above sea level (m).
        grounds_m: ground at both ends (m).
        latitude_deg: of the path centre (deg).
        sigma_db: location variability (dB).
        fixed: of the frequency.
    """
    tx_m, rx_m = antennas_m
    d = steps.length_m
    nu = _surface_nu(s.u, s.block_u, s.ax, s.az, seen.a, seen.u, s, steps, antennas_m, fixed.curve, fixed.scale)
    rare_nu = nu
    if fixed.rare:
        rare_nu = _surface_nu(
            s.rare_u, s.block_rare_u, s.rx, s.rz, seen.r, seen.rare_u, s, steps, antennas_m, fixed.rare_curve, fixed.scale
        )
    theta_tx, theta_rx, near_x, far_x = _horizons(s, seen, steps, antennas_m, fixed.curve)
    beyond = near_x <= far_x
    fitted_tx, fitted_rx = _fitted(s, steps, grounds_m)
    lower_tx, lower_rx = _lowered_by(s, seen, steps, antennas_m)
    dlt, dlr = (near_x, d - far_x) if beyond else (d, 0.0)
    ends = Ends(
        tx_m, rx_m, grounds_m[0], grounds_m[1], fitted_tx, fitted_rx, fitted_tx - lower_tx, fitted_rx - lower_rx,
        theta_tx, theta_rx, dlt, dlr,
    )  # fmt: skip
    before = before_ducting(ends, nu, rare_nu, latitude_deg, fixed, steps)
    ducting = math.inf
    if wants_ducting(before, fixed):
        if not beyond:
            near_x = far_x = _nearest_to_the_ray(s, steps, antennas_m, fixed.curve)
        ends = Ends(
            tx_m, rx_m, grounds_m[0], grounds_m[1], fitted_tx, fitted_rx, ends.lowered_tx_m, ends.lowered_rx_m,
            theta_tx, theta_rx, near_x, d - far_x,
        )  # fmt: skip
        rough = _roughness(s, seen, steps, ends, near_x, far_x, fixed.curve)
        ducting = ducting_over_land_db(ends, rough, before.beta0, latitude_deg, fixed, d)
    return total_db(ends, before, ducting, sigma_db, fixed, d)


@njit(cache=True, error_model="numpy")
def _surface_nu(
    u: Float,
    block_u: Float,
    hull_x: Float,
    hull_z: Float,
    top: int,
    largest: float,
    s: Scratch,
    steps: Steps,
    antennas_m: tuple[float, float],
    curve: float,
    scale: float,
) -> float:
    """Return the Bullington parameter of the surface for one radius, -1 where it causes no loss; eqs. (14)-(20)."""
    tx_m, rx_m = antennas_m
    d, own = steps.length_m, steps.near + steps.tail
    slope = (rx_m - tx_m) / d
    between = steps.last > steps.near
    steepest = largest if between else -math.inf
    for j in range(own):
        steepest = max(steepest, (s.tail_surface[j] - tx_m) / s.tail_x[j] - curve * s.tail_x[j])
    b = d * curve - slope
    if steepest + b < 0.0:
        none = NO_LOSS_NU * NO_LOSS_NU / (2.0 * d * scale * scale)
        best = none
        for j in range(own):
            x = s.tail_x[j]
            best = min(best, closeness((s.tail_surface[j] - tx_m) / x - curve * x, x, d, b))
        if between:
            best, _ = nearest_in_blocks(u, block_u, steps.near + 1, steps.last, steps.radial_m, d, b, best)
        return -1.0 if best == none else nu_of(best, d) * scale
    back = -math.inf  # S_rim, eq. (18)
    if between:
        p = tangent(hull_x, hull_z, top, d, rx_m - curve * d * d)
        back = (hull_z[p] - rx_m + curve * d * d) / (d - hull_x[p]) - d * curve
    for j in range(own):
        x = s.tail_x[j]
        back = max(back, (s.tail_surface[j] - rx_m) / (d - x) + curve * x)
    steepest += d * curve
    if steepest + back <= 0.0:
        return 0.0
    db = (rx_m - tx_m + back * d) / (steepest + back)  # eq. (19)
    above = tx_m + steepest * db - (tx_m * (d - db) + rx_m * db) / d  # eq. (20)
    return above * math.sqrt(2.0 * d / (db * (d - db))) * scale


@njit(cache=True, error_model="numpy")
def _horizons(
    s: Scratch, seen: Seen, steps: Steps, antennas_m: tuple[float, float], curve: float
) -> tuple[float, float, float, float]:
    """Return the tangents of both horizons and their distances (m); eqs. (76)-(81).

    On a line-of-sight path the first distance is larger than the second.
    """
    tx_m, rx_m = antennas_m
    d, between = steps.length_m, steps.last > steps.near
    from_tx, near_x = -math.inf, 0.0
    for j in range(steps.near):
        u = (s.tail_ground[j] - tx_m) / s.tail_x[j] - curve * s.tail_x[j]
        if u > from_tx:
            from_tx, near_x = u, s.tail_x[j]
    if between and seen.ground_u > from_tx:
        from_tx, near_x = seen.ground_u, seen.ground_at
    for j in range(steps.near, steps.near + steps.tail):
        u = (s.tail_ground[j] - tx_m) / s.tail_x[j] - curve * s.tail_x[j]
        if u > from_tx:
            from_tx, near_x = u, s.tail_x[j]
    direct_tx = (rx_m - tx_m) / d - d * curve
    if from_tx <= direct_tx:
        return direct_tx, (tx_m - rx_m) / d - d * curve, 1.0, 0.0
    from_rx, far_x = -math.inf, 0.0
    for j in range(steps.near):
        rest = d - s.tail_x[j]
        seen_at = (s.tail_ground[j] - rx_m) / rest - curve * rest
        if seen_at >= from_rx:
            from_rx, far_x = seen_at, s.tail_x[j]
    if between:
        p = tangent(s.bx, s.bz, seen.b, d, rx_m - curve * d * d)
        seen_at = (s.bz[p] - rx_m + curve * d * d) / (d - s.bx[p]) - 2.0 * d * curve
        if seen_at >= from_rx:
            from_rx, far_x = seen_at, s.bx[p]
    for j in range(steps.near, steps.near + steps.tail):
        rest = d - s.tail_x[j]
        seen_at = (s.tail_ground[j] - rx_m) / rest - curve * rest
        if seen_at >= from_rx:
            from_rx, far_x = seen_at, s.tail_x[j]
    return from_tx, from_rx, near_x, max(far_x, near_x)


@njit(cache=True, error_model="numpy")
def _fitted(s: Scratch, steps: Steps, grounds_m: tuple[float, float]) -> tuple[float, float]:
    """Return the least-squares smooth surface at both ends (m); eqs. (83)-(86)."""
    d = steps.length_m
    v1 = v2 = x = 0.0
    low = grounds_m[0]
    for j in range(steps.near):
        far, high = s.tail_x[j], s.tail_ground[j]
        v1 += (far - x) * (high + low)
        v2 += (far - x) * (high * (2.0 * far + x) + low * (far + 2.0 * x))
        x, low = far, high
    if steps.last > steps.near:
        first = steps.near + 1
        far, high = first * steps.radial_m, s.ground[first]
        v1 += (far - x) * (high + low) + s.v1[steps.last] - s.v1[first]
        v2 += (far - x) * (high * (2.0 * far + x) + low * (far + 2.0 * x)) + s.v2[steps.last] - s.v2[first]
        x, low = steps.last * steps.radial_m, s.ground[steps.last]
    for j in range(steps.near, steps.near + steps.tail):
        far, high = s.tail_x[j], s.tail_ground[j]
        v1 += (far - x) * (high + low)
        v2 += (far - x) * (high * (2.0 * far + x) + low * (far + 2.0 * x))
        x, low = far, high
    high = grounds_m[1]
    v1 += (d - x) * (high + low)
    v2 += (d - x) * (high * (2.0 * d + x) + low * (d + 2.0 * x))
    return (2.0 * v1 * d - v2) / (d * d), (v2 - v1 * d) / (d * d)


@njit(cache=True, error_model="numpy")
def _lowered_by(
    s: Scratch, seen: Seen, steps: Steps, antennas_m: tuple[float, float]
) -> tuple[float, float]:
    """Return by how much obstructions lower the smooth surface at both ends (m); eqs. (87)-(89)."""
    tx_m, rx_m = antennas_m
    d, own, between = steps.length_m, steps.near + steps.tail, steps.last > steps.near
    slope = (rx_m - tx_m) / d
    at_tx = seen.bare_slope if between else -math.inf
    for j in range(own):
        at_tx = max(at_tx, (s.tail_ground[j] - tx_m) / s.tail_x[j])
    at_tx -= slope
    if at_tx <= 0.0:
        return 0.0, 0.0
    at_rx = highest = -math.inf
    if between:
        p = tangent(s.cx, s.cz, seen.c, d, rx_m)
        at_rx = (s.cz[p] - rx_m) / (d - s.cx[p]) + slope
        highest = extreme(s.cx, s.cz, seen.c, slope) - tx_m
    for j in range(own):
        over = s.tail_ground[j] - tx_m - slope * s.tail_x[j]
        highest, at_rx = max(highest, over), max(at_rx, over / (d - s.tail_x[j]))
    # A sample exactly on the line gives an obstruction of rounding size and slopes whose sum may be zero.
    if highest <= 0.0 or at_rx <= 0.0:
        return 0.0, 0.0
    return highest * at_tx / (at_tx + at_rx), highest * at_rx / (at_tx + at_rx)


@njit(cache=True, error_model="numpy")
def _nearest_to_the_ray(s: Scratch, steps: Steps, antennas_m: tuple[float, float], curve: float) -> float:
    """Return the distance (m) of the ground sample with the largest nu on a line-of-sight path, the last of equals."""
    tx_m, rx_m = antennas_m
    d = steps.length_m
    b = d * curve - (rx_m - tx_m) / d
    best, at = math.inf, s.tail_x[0]
    for j in range(steps.near, steps.near + steps.tail):
        x = s.tail_x[j]
        q = closeness((s.tail_ground[j] - tx_m) / x - curve * x, x, d, b)
        if q <= best:
            best, at = q, x
    for j in range(steps.near):
        x = s.tail_x[j]
        q = closeness((s.tail_ground[j] - tx_m) / x - curve * x, x, d, b)
        if q < best or (q == best and steps.tail == 0):
            best, at = q, x
    if steps.last > steps.near:
        _, index = nearest_in_blocks(
            s.ground_u, s.block_ground_u, steps.near + 1, steps.last, steps.radial_m, d, b, best
        )
        if index >= 0:
            at = index * steps.radial_m
    return at


@njit(cache=True, error_model="numpy")
def _roughness(
    s: Scratch, seen: Seen, steps: Steps, ends: Ends, near_x: float, far_x: float, curve: float
) -> float:
    """Return h_m (m), how far the ground between two distances (m) rises over the smooth earth; eqs. (90)-(93)."""
    at_tx = min(ends.fitted_tx_m, ends.ground_tx_m)
    slope = (min(ends.fitted_rx_m, ends.ground_rx_m) - at_tx) / steps.length_m
    highest = -math.inf
    for j in range(steps.near + steps.tail):
        x = s.tail_x[j]
        if near_x <= x <= far_x:
            highest = max(highest, s.tail_ground[j] - slope * x - at_tx)
    if steps.last > steps.near:
        if near_x == far_x:
            i = round(near_x / steps.radial_m)
            if steps.near < i <= steps.last and i * steps.radial_m == near_x:
                highest = max(highest, s.ground[i] - slope * near_x - at_tx)
        else:
            highest = max(
                highest, highest_between(s.bx, s.bz, seen.b, near_x, far_x, curve, slope, at_tx)
            )
    return highest
