"""How much room each of many candidates has: by what its power can be multiplied before a receptor meets a limit."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.exposure.elementary import power_kept
from aqdaq.engine.exposure.power import source_power
from aqdaq.engine.exposure.sight import buildings_around_all, loss_between_db
from aqdaq.engine.exposure.source import Column
from aqdaq.engine.exposure.sums import BLOCK, FAINT_W_M2, Emitters
from aqdaq.engine.exposure.walls import NONE, Walls, no_walls
from aqdaq.engine.threads import in_threads

Float = NDArray[np.float64]
Int = NDArray[np.int64]

_PATTERN: Final = int(Column.PATTERN)


class Room(NamedTuple):
    """The room of c candidates.

    Attributes:
        scale: (c,) factor by which the power may be multiplied: below 1 the candidate breaks a limit as it is; infinity
            where it reaches no receptor, 0 where a receptor has no room at all, lies in its antenna or is unknown.
        receptor: (c,) that decides; -1 for none.
        limit: (c,) that decides; -1 for none.
    """

    scale: Float
    receptor: Int
    limit: Int


def room_of(candidates: Emitters, at_m: Float, weights_m2_w: Float, room: Float, *, walls: Walls | None = None) -> Room:
    """Return by what the power of each candidate can be multiplied until the first receptor meets the first limit.

    Args:
        candidates: each an installation of one or more places, their sources at the power that is planned.
        at_m: (n, 3) x, y and height of the receptors (m).
        weights_m2_w: (r, s) for each limit one over the power density allowed at the frequency of each source (m2/W).
        room: (r, n) exposure ratio that is left at each receptor.
        walls: of the city; None: free space.
    """
    bounds = np.searchsorted(candidates.installation, np.arange(_count(candidates) + 1)).astype(np.int64)
    x, y, z = np.ascontiguousarray(np.asarray(at_m, dtype=np.float64).reshape(-1, 3).T)
    city, blind = (no_walls(), True) if walls is None else (walls, False)
    around, homes = buildings_around_all(city, x, y, z), buildings_around_all(city, *candidates.places_m.T)
    count = len(bounds) - 1
    out = Room(np.full(count, np.inf), np.full(count, NONE, dtype=np.int64), np.full(count, NONE, dtype=np.int64))

    def work(c: int) -> None:
        _one(
            c, bounds[c], bounds[c + 1], x, y, z, around, homes, candidates.places_m,
            candidates.first, candidates.sources, candidates.patterns, weights_m2_w, room, city, blind, out,
        )  # fmt: skip

    in_threads(work, range(count))
    return out


def _count(candidates: Emitters) -> int:
    return int(candidates.installation.max(initial=-1)) + 1


@njit(cache=True, nogil=True, error_model="numpy")
def _add_place(
    x: Float, y: Float, z: Float, around: Int, home: Int, place: Float, first: int, last: int, sources: Float,
    patterns: Float, weights: Float, walls: Walls, blind: bool, ratio: Float,
) -> None:  # fmt: skip
    """Add the ratios that the sources of a place make to ``ratio`` (limits, receptors of the block)."""
    n = len(x)
    power, free, kept = np.empty((last - first, n)), np.zeros(n), np.ones(n)
    for s in range(first, last):
        source_power(x, y, z, place, sources[s], patterns[int(sources[s, _PATTERN])], power[s - first])
        free += power[s - first]
    if not blind:
        for i in range(n):
            if free[i] > FAINT_W_M2:
                kept[i] = power_kept(
                    loss_between_db(
                        walls, (x[i], y[i], z[i]), (place[0], place[1], place[2]),
                        (around[i, 0], around[i, 1], home[0], home[1]),
                    )
                )  # fmt: skip
    for k in range(ratio.shape[0]):
        for s in range(first, last):
            for i in range(n):
                ratio[k, i] += power[s - first, i] * kept[i] * weights[k, s]


@njit(cache=True, nogil=True, error_model="numpy")
def _one(
    c: int, begin: int, end: int, xs: Float, ys: Float, zs: Float, around: Int, homes: Int, places: Float, first: Int,
    sources: Float, patterns: Float, weights: Float, room: Float, walls: Walls, blind: bool, out: Room,
) -> None:  # fmt: skip
    """Fill the room of candidate ``c``, which has the places from ``begin`` to ``end``."""
    limits, n = room.shape
    for low in range(0, n, BLOCK):
        high = min(low + BLOCK, n)
        ratio = np.zeros((limits, high - low))
        for p in range(begin, end):
            _add_place(
                xs[low:high], ys[low:high], zs[low:high], around[low:high], homes[p], places[p], first[p],
                first[p + 1], sources, patterns, weights, walls, blind, ratio,
            )  # fmt: skip
        for k in range(limits):
            for i in range(low, high):
                made, left = ratio[k, i - low], room[k, i]
                scale = left / made if made > 0.0 else np.inf
                if not left > 0.0 or math.isnan(made):
                    scale = 0.0
                if scale < out.scale[c]:
                    out.scale[c], out.receptor[c], out.limit[c] = scale, i, k
