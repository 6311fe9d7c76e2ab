"""The level of a cell as a smooth function of the place: what a handful of figures a cell can correct.

    base  = iso + b0 + b1 l + G(phi, theta) - 35 (log10 d' - log10 d) + h(phi_north)
    G     = -A {1 - exp[-(12 (phi / w)^2 + 12 ((theta - tilt) / v)^2) / A]}
    level = F + s ln(1 + exp[(base - F) / s])

iso is the engine's level without its antenna pattern, l = log10(d' / 500 m), d' and phi are seen from the moved site
and the turned antenna, w = w_table exp(b3), A = b4 the front-to-back ratio, tilt = tilt_table + b8, h two harmonics of
the direction for cells whose azimuth nobody knows. F = b5 is the floor below which a receiver reports nothing, or noise
and interference: the mean of what is *reported* flattens out there. s = 10 / ln 10 dB makes it a sum of powers.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: Figures of a cell: offset (dB), slope (dB per decade), azimuth (deg), ln of the beamwidth's factor, front-to-back
#: ratio (dB), floor (dBm), site's error east and north (m), tilt (deg), two harmonics of the direction (dB).
OFFSET, SLOPE, AZIMUTH, WIDTH, FRONT_TO_BACK, FLOOR, EAST, NORTH, TILT, COS1, SIN1, COS2, SIN2 = range(13)
FIGURES: Final = 13

#: Columns of a cell's facts: azimuth (deg from grid north), tilt (deg), beamwidths (deg), 1 where it has a direction.
FACT_AZIMUTH, FACT_TILT, FACT_WIDTH, FACT_HEIGHT, FACT_DIRECTED = range(5)
FACTS: Final = 5

#: Distance (m) at which the offset holds, and the nearest that counts in the slope.
REFERENCE_M: Final = 500.0
NEAREST_M: Final = 30.0
#: Loss by distance (dB per decade) by which a moved site shifts the level.
MOVED_SLOPE: Final = 35.0
#: Width of the soft floor (dB): that of a sum of powers.
SOFT_DB: Final = 10.0 / math.log(10.0)

#: Steps of the differences that make the Jacobian, one a figure.
_STEP: Final = np.array([0.1, 0.1, 1.0, 0.02, 0.2, 0.1, 2.0, 2.0, 0.2, 0.1, 0.1, 0.1, 0.1])

#: Most iterations of a fit; the step (in prior standard deviations) at which it stops.
ITERATIONS: Final = 40
CLOSE: Final = 1e-3
#: Residuals beyond this many standard deviations pull with constant force (Huber).
HUBER: Final = 3.0
#: Below this many standard deviations the normal distribution is taken by its asymptote.
FAR_OUT: Final = -30.0


@njit(cache=True, error_model="numpy")
def base_dbm(iso_dbm: float, dx_m: float, dy_m: float, below_deg: float, facts: Array, b: Array) -> float:
    """Return the level (dBm) of one link above any floor.

    Args:
        iso_dbm: level by the engine without antenna pattern (dBm).
        dx_m: east of the site as the table has it (m).
        dy_m: north of it (m).
        below_deg: angle of the place below the antenna's horizon (deg).
        facts: (5,) of the cell.
        b: (13,) figures of the cell.
    """
    east, north = dx_m - b[EAST], dy_m - b[NORTH]
    decades = 0.5 * math.log10(max(east * east + north * north, NEAREST_M * NEAREST_M))
    stated = 0.5 * math.log10(max(dx_m * dx_m + dy_m * dy_m, NEAREST_M * NEAREST_M))
    level = iso_dbm + b[OFFSET] + b[SLOPE] * (decades - math.log10(REFERENCE_M)) - MOVED_SLOPE * (decades - stated)
    bearing = math.atan2(east, north)
    if facts[FACT_DIRECTED] > 0.0:
        off = (math.degrees(bearing) - facts[FACT_AZIMUTH] - b[AZIMUTH] + 180.0) % 360.0 - 180.0
        most = max(b[FRONT_TO_BACK], 1.0)
        across = off / (facts[FACT_WIDTH] * math.exp(b[WIDTH]))
        down = (below_deg - facts[FACT_TILT] - b[TILT]) / facts[FACT_HEIGHT]
        level -= most * (1.0 - math.exp(-12.0 * (across * across + down * down) / most))
    one, two = math.cos(bearing), math.sin(bearing)
    return level + b[COS1] * one + b[SIN1] * two + b[COS2] * (one * one - two * two) + b[SIN2] * 2.0 * one * two


@njit(cache=True, error_model="numpy")
def floored_dbm(base: float, floor_dbm: float) -> float:
    """Return the mean level that is reported (dBm) where the level without a floor is ``base``."""
    over = (base - floor_dbm) / SOFT_DB
    return max(base, floor_dbm) + SOFT_DB * math.log1p(math.exp(-abs(over)))


@njit(cache=True, error_model="numpy")
def reported_dbm(iso_dbm: float, dx_m: float, dy_m: float, below_deg: float, facts: Array, b: Array) -> float:
    """Return the mean level (dBm) that is reported on one link; arguments as ``base_dbm``."""
    return floored_dbm(base_dbm(iso_dbm, dx_m, dy_m, below_deg, facts, b), b[FLOOR])


@njit(cache=True, error_model="numpy")
def gradient(
    iso_dbm: float, dx_m: float, dy_m: float, below_deg: float, facts: Array, b: Array, floored: bool, out: Array
) -> float:
    """Fill (13,) the derivatives of the level by the figures; return the level (dBm)."""
    if floored:
        level = reported_dbm(iso_dbm, dx_m, dy_m, below_deg, facts, b)
    else:
        level = base_dbm(iso_dbm, dx_m, dy_m, below_deg, facts, b)
    for k in range(FIGURES):
        out[k] = 0.0
        if (facts[FACT_DIRECTED] == 0.0 and AZIMUTH <= k <= FRONT_TO_BACK) or (k == FLOOR and not floored):
            continue
        kept = b[k]
        b[k] = kept + _STEP[k]
        if floored:
            moved = reported_dbm(iso_dbm, dx_m, dy_m, below_deg, facts, b)
        else:
            moved = base_dbm(iso_dbm, dx_m, dy_m, below_deg, facts, b)
        b[k] = kept
        out[k] = (moved - level) / _STEP[k]
    return level


@njit(cache=True, parallel=True, error_model="numpy")
def trend(
    cell: NDArray[np.int64],
    iso_dbm: Array,
    dx_m: Array,
    dy_m: Array,
    below_deg: Array,
    facts: Array,
    figures: Array,
    floored: bool,
) -> tuple[Array, Array]:
    """Return (n,) the level of links (dBm) and (n, 13) its derivatives by the figures of their cells.

    Args:
        cell: (n,) number of the cell.
        iso_dbm: (n,) level by the engine without antenna pattern (dBm).
        dx_m: (n,) east of the site (m).
        dy_m: (n,) north of the site (m).
        below_deg: (n,) angle below the antenna's horizon (deg).
        facts: (cells, 5) of the cells.
        figures: (cells, 13) of the cells.
        floored: whether what is reported is asked, or the level without a floor.
    """
    n = len(cell)
    level, slopes = np.empty(n), np.empty((n, FIGURES))
    for i in prange(n):
        b = figures[cell[i]].copy()
        level[i] = gradient(iso_dbm[i], dx_m[i], dy_m[i], below_deg[i], facts[cell[i]], b, floored, slopes[i])
    return level, slopes


@njit(cache=True, error_model="numpy")
def _hazard(z: float) -> float:
    """Return phi(z) / Phi(z) of the standard normal, by its asymptote far out."""
    if z < FAR_OUT:
        return -z - 1.0 / z
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) / (0.5 * math.erfc(-z / math.sqrt(2.0)))


@njit(cache=True, error_model="numpy")
def _pull(level: float, measured: float, heard: bool, sd: float) -> tuple[float, float, float]:
    """Return the cost of one row, its derivative by the level, and its curvature."""
    if heard:
        z = (level - measured) / sd
        if abs(z) <= HUBER:
            return 0.5 * z * z, z / sd, 1.0 / (sd * sd)
        size = abs(z)
        return HUBER * (size - 0.5 * HUBER), math.copysign(HUBER, z) / sd, HUBER / size / (sd * sd)
    z = (measured - level) / sd
    hazard = _hazard(z)
    if z < FAR_OUT:
        cost = 0.5 * z * z + math.log(-z * math.sqrt(2.0 * math.pi))
    else:
        cost = -math.log(0.5 * math.erfc(-z / math.sqrt(2.0)))
    return cost, hazard / sd, max(hazard * (z + hazard), 1e-3) / (sd * sd)


@njit(cache=True, error_model="numpy")
def _cost(
    rows: Array, heard: NDArray[np.bool_], facts: Array, b: Array, mean: Array, sd: Array, scatter: float
) -> float:
    total = 0.0
    for i in range(len(rows)):
        level = reported_dbm(rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], facts, b)
        total += rows[i, 5] * _pull(level, rows[i, 4], heard[i], scatter)[0]
    for k in range(FIGURES):
        if sd[k] > 0.0:
            total += 0.5 * ((b[k] - mean[k]) / sd[k]) ** 2
    return total


@njit(cache=True, error_model="numpy")
def _normal_equations(
    rows: Array, heard: NDArray[np.bool_], facts: Array, b: Array, mean: Array, sd: Array, scatter: float
) -> tuple[Array, Array]:
    """Return (13, 13) curvature and (13,) slope of the cost; figures that are held fast have a curvature of 1."""
    hessian, slope, slopes = np.zeros((FIGURES, FIGURES)), np.zeros(FIGURES), np.empty(FIGURES)
    for i in range(len(rows)):
        level = gradient(rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], facts, b, True, slopes)
        _, first, second = _pull(level, rows[i, 4], heard[i], scatter)
        for k in range(FIGURES):
            slope[k] += rows[i, 5] * first * slopes[k]
            for j in range(k + 1):
                hessian[k, j] += rows[i, 5] * second * slopes[k] * slopes[j]
    for k in range(FIGURES):
        for j in range(k):
            hessian[j, k] = hessian[k, j]
    for k in range(FIGURES):
        if sd[k] > 0.0:
            hessian[k, k] += 1.0 / sd[k] ** 2
            slope[k] += (b[k] - mean[k]) / sd[k] ** 2
        else:
            hessian[k, :], hessian[:, k], slope[k] = 0.0, 0.0, 0.0
            hessian[k, k] = 1.0
    return hessian, slope


@njit(cache=True, error_model="numpy")
def _step(
    rows: Array,
    heard: NDArray[np.bool_],
    facts: Array,
    b: Array,
    mean: Array,
    sd: Array,
    scatter: float,
    hessian: Array,
    slope: Array,
    cost: float,
    damping: float,
) -> tuple[Array, float, float, float]:
    """Return figures after a step that does not raise the cost, that cost, the damping, and the longest move (sd)."""
    for _ in range(8):
        damped = hessian.copy()
        for k in range(FIGURES):
            damped[k, k] *= 1.0 + damping
        step = np.linalg.solve(damped, slope)
        new = _cost(rows, heard, facts, b - step, mean, sd, scatter)
        if new <= cost:
            longest = 0.0
            for k in range(FIGURES):
                if sd[k] > 0.0:
                    longest = max(longest, abs(step[k]) / sd[k])
            return b - step, new, 0.2 * damping, longest
        damping *= 5.0
    return b, cost, damping, 0.0


@njit(cache=True, error_model="numpy", nogil=True)
def fit_figures(
    rows: Array,
    heard: NDArray[np.bool_],
    facts: Array,
    start: Array,
    mean: Array,
    sd: Array,
    scatter_db: float,
) -> tuple[Array, Array, float]:
    """Return (13,) the most probable figures of one cell, (13, 13) their covariance, and the cost.

    Levenberg-Marquardt on sum of w rho(residual / scatter) + sum of ((b - mean) / sd)^2 / 2, rho of Huber for levels
    that were heard and -ln Phi for those that were not.

    Args:
        rows: (n, 6) iso (dBm), dx, dy (m), below (deg), level (dBm), weight.
        heard: (n,) False where the level is only an upper bound.
        facts: (5,) of the cell.
        start: (13,) figures to begin with.
        mean: (13,) expected before any measurement.
        sd: (13,) their standard deviations; 0 holds a figure at its mean.
        scatter_db: standard deviation of a row around the trend (dB).
    """
    b = np.where(sd > 0.0, start, mean)
    cost = _cost(rows, heard, facts, b, mean, sd, scatter_db)
    damping = 1e-2
    for _ in range(ITERATIONS):
        hessian, slope = _normal_equations(rows, heard, facts, b, mean, sd, scatter_db)
        b, new, damping, moved = _step(rows, heard, facts, b, mean, sd, scatter_db, hessian, slope, cost, damping)
        cost = new
        if moved < CLOSE:
            break
    hessian, _ = _normal_equations(rows, heard, facts, b, mean, sd, scatter_db)
    covariance = np.linalg.inv(hessian)
    for k in range(FIGURES):
        if sd[k] == 0.0:
            covariance[k, k] = 0.0
    return b, np.asarray(covariance), cost
