"""A cell's figures fitted to rows that vary together: the cost is that of their joint normal distribution.

    cost = |W (y - f(b))|^2 / 2 + sum of ((b - mean) / sd)^2 / 2          W' W: inverse of the rows' covariance

``engine.trend`` fits rows as if each stood alone, which is quick and robust; the difference of two costs is evidence
only where the rows' covariance is in it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.trend import FIGURES, gradient, reported_dbm

Array = NDArray[np.float64]

#: Most steps of a fit, and the gain (nats) at which it stops.
STEPS: Final = 30
CLOSE: Final = 1e-3


@njit(cache=True, error_model="numpy", nogil=True)
def _cost(rows: Array, white: Array, facts: Array, b: Array, mean: Array, sd: Array) -> float:
    left = np.empty(len(rows))
    for i in range(len(rows)):
        left[i] = rows[i, 4] - reported_dbm(rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], facts, b)
    apart = white @ left
    total = 0.5 * np.dot(apart, apart)
    for k in range(FIGURES):
        if sd[k] > 0.0:
            total += 0.5 * ((b[k] - mean[k]) / sd[k]) ** 2
    return total


@njit(cache=True, error_model="numpy", nogil=True)
def _normal_equations(rows: Array, white: Array, facts: Array, b: Array, mean: Array, sd: Array) -> tuple[Array, Array]:
    """Return (13, 13) curvature and (13,) slope of the cost; figures that are held fast have a curvature of 1."""
    left, slopes = np.empty(len(rows)), np.empty((len(rows), FIGURES))
    for i in range(len(rows)):
        level = gradient(rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], facts, b, True, slopes[i])
        left[i] = rows[i, 4] - level
    apart, steep = white @ left, white @ slopes
    hessian, slope = steep.T @ steep, -(steep.T @ apart)
    for k in range(FIGURES):
        if sd[k] > 0.0:
            hessian[k, k] += 1.0 / sd[k] ** 2
            slope[k] += (b[k] - mean[k]) / sd[k] ** 2
        else:
            hessian[k, :], hessian[:, k], slope[k] = 0.0, 0.0, 0.0
            hessian[k, k] = 1.0
    return hessian, slope


@njit(cache=True, error_model="numpy", nogil=True)
def fit_whitened(
    rows: Array, white: Array, facts: Array, start: Array, mean: Array, sd: Array
) -> tuple[Array, Array, float]:
    """Return (13,) the most probable figures of a cell, (13, 13) their covariance, and the cost (nats).

    Args:
        rows: (n, 5) iso (dBm), dx, dy (m), below (deg), level (dBm).
        white: (n, n) W, so that W times what is left has unit variance and no covariance.
        facts: (5,) of the cell.
        start: (13,) figures to begin with.
        mean: (13,) expected before any measurement.
        sd: (13,) their standard deviations; 0 holds a figure at its mean.
    """
    b = np.where(sd > 0.0, start, mean)
    cost = _cost(rows, white, facts, b, mean, sd)
    damping = 1e-2
    hessian, slope = _normal_equations(rows, white, facts, b, mean, sd)
    for _ in range(STEPS):
        gain = 0.0
        for _ in range(8):
            damped = hessian.copy()
            for k in range(FIGURES):
                damped[k, k] *= 1.0 + damping
            moved = b - np.linalg.solve(damped, slope)
            new = _cost(rows, white, facts, moved, mean, sd)
            if new <= cost:
                gain, b, cost, damping = cost - new, moved, new, 0.2 * damping
                break
            damping *= 5.0
        hessian, slope = _normal_equations(rows, white, facts, b, mean, sd)
        if gain < CLOSE:
            break
    covariance = np.linalg.inv(hessian)
    for k in range(FIGURES):
        if sd[k] == 0.0:
            covariance[k, k] = 0.0
    return b, np.asarray(covariance), cost
