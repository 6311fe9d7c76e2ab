"""Paths of a made-up layer to a made-up white spot."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from aqdaq.analysis.causes.coalitions import MARGINS_DB, SURFACES, Paths

BOUND = 0.9
MARGINS = np.arange(MARGINS_DB[0], MARGINS_DB[1] + 1.0)


def lacking_of(sd_db: float, pixels: int) -> np.ndarray:
    """Return the probability that is lacking at each margin, for a normal level."""
    table = BOUND - ndtr(ndtri(BOUND) + MARGINS / sd_db)
    return np.broadcast_to(table, (2, pixels, MARGINS.size)).copy()


def paths(level_dbm: Any, **changes: Any) -> Paths:
    """Return paths of (r, n) levels that all lack what they lie below -100 dBm; no switch does anything."""
    level = np.array(level_dbm, dtype=np.float64)
    cells, pixels = level.shape
    given: dict[str, Any] = {
        "level_dbm": level,
        "needs": np.zeros(cells, dtype=np.int64),
        "pair": np.arange(cells, dtype=np.int64),
        "surface_db": np.zeros((SURFACES, cells, pixels)),
        "near_db": np.zeros(pixels),
        "antenna_db": np.zeros((cells, pixels)),
        "power_db": np.zeros(cells),
        "mean_dbm": level[np.asarray(changes.get("needs", np.zeros(cells))) == 0].max(axis=0),
        "needed_dbm": np.full((2, pixels), -100.0),
        "lacking": lacking_of(8.0, pixels),
        "weight": np.full(pixels, 1.0 / pixels),
    }
    return Paths(**{**given, **changes})


def random_paths(seed: int, *, cells: int = 4, pixels: int = 7) -> Paths:
    """Return paths with every switch at work: the last two cells are lost and missing."""
    rng = np.random.default_rng(seed)
    level = rng.uniform(-120.0, -101.0, (cells, pixels))
    needs = np.zeros(cells, dtype=np.int64)
    needs[-2:] = (1 << 7, 1 << 8)
    surface = rng.uniform(-3.0, 15.0, (SURFACES, cells, pixels))
    surface[0] = 0.0
    weight = rng.uniform(0.1, 1.0, pixels)
    return paths(
        level,
        needs=needs,
        surface_db=surface,
        near_db=rng.uniform(0.0, 12.0, pixels),
        antenna_db=rng.uniform(-4.0, 12.0, (cells, pixels)),
        power_db=rng.uniform(0.0, 3.0, cells),
        mean_dbm=level[needs == 0].max(axis=0) + 1.5,
        softness_db=4.0,
        needed_dbm=np.stack([rng.uniform(-96.0, -90.0, pixels), np.full(pixels, -105.0)]),
        weight=weight / weight.sum(),
    )
