"""The field of what the trend leaves: how strongly and how far levels vary together, chosen by their likelihood."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from aqdaq.analysis.fusion.neighbours import Index
from aqdaq.engine.kriging import (
    CELL,
    FAR,
    FAR_M,
    NEAR_M,
    SITE,
    SPREADS,
    SURROUNDINGS,
    SURROUNDINGS_M,
    Known,
    conditional_cost,
)

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: What is expected of a town before any measurement: variances (dB2) of surroundings, site, cell near and far, place
#: and row, then ranges (m) of surroundings, near and far.
EXPECTED: Final = np.array([3.0**2, 2.0**2, 3.5**2, 4.0**2, 2.0**2, 4.0**2, 400.0, 150.0, 1500.0])
#: How surely, as the standard deviation of the logarithm of each.
DOUBT: Final = np.array([0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.5, 0.7, 0.5])
#: The search stays within this many doubts of what is expected.
BOUNDS: Final = [(-2.5, 2.5)] * SPREADS
#: Rows whose density chooses the spread, and how many that come before them each is conditioned on.
ROWS: Final = 800
BEFORE: Final = 16
#: Rows that agree with their neighbours are no independent witnesses; this many count as one.
ALIKE: Final = 4.0


def fit_spread(known: Known, seed: int = 1) -> Array:
    """Return (9,) the spread of the field, as ``engine.kriging`` takes it.

    The most probable one under independent log-normal expectations and Vecchia's approximation of the likelihood.

    Args:
        known: measurements with what the trend leaves.
        seed: of the order in which rows are taken.
    """
    if len(known.cell) < 2:
        return EXPECTED.copy()
    order, before = _ordered(known, seed)

    def cost(z: Array) -> float:
        spread = EXPECTED * np.exp(DOUBT * z)
        return conditional_cost(order, before, known, spread) * len(order) / ALIKE + 0.5 * float(z @ z)

    found = minimize(cost, np.zeros(SPREADS), method="L-BFGS-B", bounds=BOUNDS, options={"maxiter": 20})
    return np.asarray(EXPECTED * np.exp(DOUBT * found.x), dtype=np.float64)


def _ordered(known: Known, seed: int) -> tuple[Ints, Ints]:
    """Return some rows in random order and the nearest rows before each of them, half of them of its own cell."""
    rng = np.random.default_rng(seed)
    rank = rng.permutation(len(known.cell))
    order = np.argsort(rank)[::-1][:ROWS]
    order = np.asarray(order[: len(known.cell) - 1], dtype=np.int64)
    before = np.full((len(order), BEFORE), -1, dtype=np.int64)
    index = Index(known.x_m, known.y_m, known.cell)
    for cell in np.unique(known.cell[order]):
        own = np.flatnonzero(known.cell[order] == cell)
        near = index.near(known.x_m[order[own]], known.y_m[order[own]], int(cell))
        earlier = (near >= 0) & (rank[near] < rank[order[own]][:, None])
        mine = known.cell[near] == cell
        beyond_half = np.cumsum(earlier & mine, axis=1) > BEFORE // 2
        rest = np.select([~earlier, ~mine, beyond_half], [3, 1, 2], 0)
        packed = np.take_along_axis(np.where(earlier, near, -1), np.argsort(rest, axis=1, kind="stable"), axis=1)
        before[own] = packed[:, :BEFORE]
    return order, before


def described(spread: Array) -> dict[str, float]:
    """Return the spread in words: standard deviations (dB) and ranges (m)."""
    names = ("surroundings_db", "site_db", "cell_near_db", "cell_far_db", "place_db", "row_db")
    out = {name: float(np.sqrt(value)) for name, value in zip(names, spread, strict=False)}
    ranges = {"surroundings_m": SURROUNDINGS_M, "near_m": NEAR_M, "far_m": FAR_M}
    return out | {name: float(spread[k]) for name, k in ranges.items()}


def correlation_m(spread: Array) -> float:
    """Return the distance (m) at which two levels of a cell around its trend are correlated by 1/e, at most 10 km.

    What belongs to one place alone and the noise of a row are left out: they say nothing of any distance.
    """
    parts = (
        (spread[SURROUNDINGS], spread[SURROUNDINGS_M]),
        (spread[SITE] + spread[CELL], spread[NEAR_M]),
        (spread[FAR], spread[FAR_M]),
    )
    whole = sum(variance for variance, _ in parts)
    away = np.geomspace(0.1, 10_000.0, 2001)
    shared = sum(variance * np.exp(-away / max(reach, 1e-6)) for variance, reach in parts)
    return float(away[int(np.argmax(shared <= whole / np.e))]) if whole > 0.0 else 0.0
