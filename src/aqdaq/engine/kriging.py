"""Simple kriging of what the trend leaves, from the nearest measurements of the same and of other cells.

    k(i, j) = P exp(-r / Lp) + [same site] S exp(-r / Ls) + [same cell] (C exp(-r / Ls) + D exp(-r / Ld)) + [r = 0] Q
    mean    = k' K^-1 e                                 e: what the trend leaves at the neighbours, K with their noise
    var     = k(0) - k' K^-1 k + t' V t                 t = j - J' K^-1 k, V: covariance of the cell's figures

P is what the surroundings of the receiver do to every cell alike, S what lies on the way from one site, C and D what a
cell has alone, near and far; Q is the same at one place for all cells. The last term carries how well the figures of
the trend are known to places where the neighbours do not settle the level anyway.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Columns of the spread of a field: variances P, S, C, D, Q and noise (dB2), then ranges Lp, Ls, Ld (m).
SURROUNDINGS, SITE, CELL, FAR, PLACE, NOISE, SURROUNDINGS_M, NEAR_M, FAR_M = range(9)
SPREADS: Final = 9

#: Places nearer than this (m) are the same place.
SAME_M: Final = 0.5


class Known(NamedTuple):
    """Measurements as the kernel takes them; arrays of length n.

    Attributes:
        x_m: easting (m).
        y_m: northing (m).
        cell: number of the cell.
        site: number of its site.
        left_db: what the trend leaves (dB).
        noise: variance of the row itself, as a multiple of that of the field's noise.
        slopes: (n, figures) derivatives of the trend.
    """

    x_m: Array
    y_m: Array
    cell: Ints
    site: Ints
    left_db: Array
    noise: Array
    slopes: Array


class Asked(NamedTuple):
    """Links whose level is asked; arrays of length m.

    Attributes:
        x_m: easting (m).
        y_m: northing (m).
        cell: number of the cell.
        site: number of its site.
        slopes: (m, figures) derivatives of the trend.
    """

    x_m: Array
    y_m: Array
    cell: Ints
    site: Ints
    slopes: Array


@njit(cache=True, error_model="numpy", inline="always")
def _covariance(r: float, same_site: bool, same_cell: bool, spread: Array) -> float:
    k = spread[SURROUNDINGS] * math.exp(-r / spread[SURROUNDINGS_M])
    if same_site:
        near = math.exp(-r / spread[NEAR_M])
        k += spread[SITE] * near
        if same_cell:
            k += spread[CELL] * near + spread[FAR] * math.exp(-r / spread[FAR_M])
    if r < SAME_M:
        k += spread[PLACE]
    return k


@njit(cache=True, error_model="numpy")
def total_variance_db2(spread: Array) -> float:
    """Return the variance of a level around the trend (dB2), the noise of one row included."""
    return spread[SURROUNDINGS] + spread[SITE] + spread[CELL] + spread[FAR] + spread[PLACE] + spread[NOISE]


@njit(cache=True, error_model="numpy")
def _factor(rows: Ints, x_m: Array, y_m: Array, cell: Ints, site: Ints, noise: Array, spread: Array, out: Array) -> int:
    """Fill the Cholesky factor of the neighbours' covariance; return how many there are."""
    n = 0
    while n < len(rows) and rows[n] >= 0:
        n += 1
    for a in range(n):
        i = rows[a]
        for b in range(a + 1):
            j = rows[b]
            r = math.hypot(x_m[i] - x_m[j], y_m[i] - y_m[j])
            out[a, b] = _covariance(r, site[i] == site[j], cell[i] == cell[j], spread)
        out[a, a] += noise[i] * spread[NOISE]
    for a in range(n):
        for b in range(a + 1):
            total = out[a, b]
            for c in range(b):
                total -= out[a, c] * out[b, c]
            out[a, b] = math.sqrt(max(total, 1e-9)) if a == b else total / out[b, b]
    return n


@njit(cache=True, error_model="numpy")
def _forward(factor: Array, n: int, v: Array) -> None:
    """Solve L z = v in place."""
    for a in range(n):
        total = v[a]
        for c in range(a):
            total -= factor[a, c] * v[c]
        v[a] = total / factor[a, a]


@njit(cache=True, error_model="numpy")
def _beside(
    x: float, y: float, cell: int, site: int, rows: Ints, n: int, known: Known, spread: Array, out: Array
) -> None:
    """Fill (n,) the covariance of a link with its neighbours (dB2)."""
    for a in range(n):
        row = rows[a]
        r = math.hypot(x - known.x_m[row], y - known.y_m[row])
        out[a] = _covariance(r, site == known.site[row], cell == known.cell[row], spread)


@njit(cache=True, error_model="numpy")
def _own_slopes(cell: int, rows: Ints, n: int, known: Known, factor: Array) -> Array:
    """Return L^-1 J (n, figures) of the neighbours that are of the cell itself; of the others nothing is asked."""
    out = np.zeros((n, known.slopes.shape[1]))
    for a in range(n):
        if known.cell[rows[a]] == cell:
            out[a] = known.slopes[rows[a]]
    for f in range(out.shape[1]):
        column = out[:, f].copy()
        _forward(factor, n, column)
        out[:, f] = column
    return out


@njit(cache=True, error_model="numpy")
def _doubt(slopes: Array, own: Array, k: Array, uncertain: Array) -> float:
    """Return t' V t (dB2), t = j - J' K^-1 k; ``own`` and ``k`` are already divided by the factor."""
    t = slopes.copy()
    for f in range(len(t)):
        for a in range(len(k)):
            t[f] -= own[a, f] * k[a]
    total = 0.0
    for f in range(len(t)):
        for h in range(len(t)):
            total += t[f] * uncertain[f, h] * t[h]
    return total


@njit(cache=True, parallel=True, error_model="numpy")
def krige(
    asked: Asked,
    group: Ints,
    neighbours: Ints,
    known: Known,
    spread: Array,
    uncertain: Array,
) -> tuple[Array, Array]:
    """Return (m,) what to add to the trend (dB) and (m,) the variance of the level (dB2), one row's noise included.

    Args:
        asked: links, those of one group beside each other and of one cell.
        group: (groups + 1,) where the links of each group begin.
        neighbours: (groups, most) rows of ``known`` near a group, -1 after the last.
        known: measurements.
        spread: (9,) of the field.
        uncertain: (cells, figures, figures) covariance of the figures of each cell.
    """
    mean, variance = np.zeros(len(asked.cell)), np.empty(len(asked.cell))
    most, total = neighbours.shape[1], total_variance_db2(spread)
    for g in prange(len(group) - 1):
        factor, rows = np.empty((most, most)), neighbours[g]
        n = _factor(rows, known.x_m, known.y_m, known.cell, known.site, known.noise, spread, factor)
        e, k = np.empty(n), np.empty(n)
        for a in range(n):
            e[a] = known.left_db[rows[a]]
        _forward(factor, n, e)
        cell = asked.cell[group[g]]
        own = _own_slopes(cell, rows, n, known, factor)
        for i in range(group[g], group[g + 1]):
            _beside(asked.x_m[i], asked.y_m[i], cell, asked.site[i], rows, n, known, spread, k)
            _forward(factor, n, k)
            told = explained = 0.0
            for a in range(n):
                told += k[a] * e[a]
                explained += k[a] * k[a]
            mean[i] = told
            variance[i] = max(total - explained, 0.0) + _doubt(asked.slopes[i], own, k, uncertain[cell])
    return mean, variance


@njit(cache=True, parallel=True, error_model="numpy")
def _conditional_costs(order: Ints, neighbours: Ints, known: Known, spread: Array) -> Array:
    """Return (m,) -ln p of rows given their neighbours, as ``conditional_cost``."""
    most, total = neighbours.shape[1], total_variance_db2(spread) - spread[NOISE]
    cost = np.empty(len(order))
    for q in prange(len(order)):
        i, rows = order[q], neighbours[q]
        factor = np.empty((most, most))
        n = _factor(rows, known.x_m, known.y_m, known.cell, known.site, known.noise, spread, factor)
        k, e = np.empty(n), np.empty(n)
        _beside(known.x_m[i], known.y_m[i], known.cell[i], known.site[i], rows, n, known, spread, k)
        for a in range(n):
            e[a] = known.left_db[rows[a]]
        _forward(factor, n, k)
        _forward(factor, n, e)
        mean, explained = 0.0, 0.0
        for a in range(n):
            mean += k[a] * e[a]
            explained += k[a] * k[a]
        variance = max(total - explained, 0.0) + known.noise[i] * spread[NOISE]
        cost[q] = 0.5 * ((known.left_db[i] - mean) ** 2 / variance + math.log(variance))
    return cost


def conditional_cost(order: Ints, neighbours: Ints, known: Known, spread: Array) -> float:
    """Return the mean of -ln p of rows given their neighbours (Vecchia's approximation), for choosing the spread.

    The sum is taken outside the kernel: in it, each thread would sum its own part, and the last digit of the spread,
    and with it every map, would depend on how many threads there are.

    Args:
        order: (m,) rows whose density is asked.
        neighbours: (m, most) rows that come before each of them, -1 after the last.
        known: measurements.
        spread: (9,) of the field.
    """
    return float(np.mean(_conditional_costs(order, neighbours, known, spread)))
