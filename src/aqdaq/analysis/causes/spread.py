"""How far shares are to be trusted: they are computed again under errors as large as the levels are known to have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.causes.coalitions import SURFACES, Paths, deficits
from aqdaq.analysis.causes.parts import parts_of
from aqdaq.model.cause import FACTORS, Factor

Array = NDArray[np.float64]

#: Assumed: what the engine says that an obstacle costs is off by this share of it (standard deviation).
OBSTRUCTION_ERROR: Final = 0.3
#: A draw in which less than this is lacking (dB) says nothing of shares.
LEAST_DB: Final = 1e-3
#: So many draws, from this seed; on so many pixels.
DRAWS: Final = 32
SEED: Final = 20250101
MOST_PIXELS: Final = 64


def share_spread(paths: Paths, players: tuple[Factor, ...], sd_db: Array, together: float) -> Array:
    """Return (9,) the standard deviation of the share of each factor, in the order of ``FACTORS``.

    Each draw moves the levels of the cells by errors of their standard deviations, which correlate between cells, and
    scales what each kind of obstacle costs. A draw in which nothing is lacking says nothing of shares.

    Args:
        paths: of the layer.
        players: as for ``deficits``.
        sd_db: (r,) standard deviation of the level of each cell (dB).
        together: correlation of the errors of two cells.
    """
    few, rng = thinned(paths, MOST_PIXELS), np.random.default_rng(SEED)
    found = []
    for _ in range(DRAWS):
        common, own, cost = rng.standard_normal(), rng.standard_normal(sd_db.size), rng.standard_normal(3)
        offset = sd_db * (np.sqrt(together) * common + np.sqrt(1.0 - together) * own)
        drawn = deficits(_shifted(few, offset, 1.0 + OBSTRUCTION_ERROR * cost), players)
        lacking = float(drawn.deficit_db[0])
        if lacking > LEAST_DB:
            found.append(parts_of(lacking, drawn.gain_db, players) / lacking)
    if len(found) < 2:
        return np.ones(len(FACTORS))
    return np.asarray(np.std(found, axis=0, ddof=1))


def thinned(paths: Paths, most: int) -> Paths:
    """Return the paths to every so-manieth pixel, of which there are at most ``most``."""
    pixels = paths.weight.size
    if pixels <= most:
        return paths
    keep = np.linspace(0, pixels - 1, most).astype(np.int64)
    weight = paths.weight[keep]
    kept: dict[str, Any] = {name: np.ascontiguousarray(getattr(paths, name)[..., keep]) for name in _BY_PIXEL}
    return replace(
        paths,
        **kept,
        lacking=np.ascontiguousarray(paths.lacking[:, keep]),
        weight=weight / weight.sum(),
    )


_BY_PIXEL: Final = ("level_dbm", "surface_db", "near_db", "antenna_db", "mean_dbm", "needed_dbm")


def _shifted(paths: Paths, offset_db: Array, cost: Array) -> Paths:
    """Return the paths with levels moved by (r,) dB and the cost of ground, old and new buildings scaled by (3,)."""
    surface = paths.surface_db.copy()
    for number in range(1, SURFACES):
        members = [i for i in range(3) if number >> i & 1]
        surface[number] *= max(float(np.mean(cost[members])), 0.0)
    level = paths.level_dbm + offset_db[:, None]
    moved = paths.as_it_is(level) - paths.as_it_is()
    return replace(paths, level_dbm=level, surface_db=surface, mean_dbm=paths.mean_dbm + moved)
