"""Sum the power density of many sources at many receptors, and its ratios to limits, block by block.

Sources stand at places; those of a place share its line of sight. A block of receptors is done with all sources before
the next, so the memory for the pairs does not grow with their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.exposure.elementary import power_kept
from aqdaq.engine.exposure.power import source_power
from aqdaq.engine.exposure.sight import buildings_around, buildings_around_all, loss_between_db
from aqdaq.engine.exposure.source import Column
from aqdaq.engine.exposure.walls import NONE, Walls, no_walls
from aqdaq.engine.threads import in_threads

Float = NDArray[np.float64]
Int = NDArray[np.int64]

#: Receptors that a thread takes at a time.
BLOCK: Final = 1024
#: Below this power density (W/m2) of a whole place in free space nobody asks what stands in between: it counts in full.
FAINT_W_M2: Final = 1e-8

_ACTUAL, _PATTERN = int(Column.ACTUAL), int(Column.PATTERN)


@dataclass(frozen=True, slots=True)
class Emitters:
    """Sources by place, places by installation.

    Attributes:
        places_m: (p, 3) x, y and height of the antennas (m).
        first: (p + 1,) first source of each place.
        installation: (p,) number of the installation of each place, not falling.
        sources: (s, 13) rows of ``source_row``, in the order of the places.
        patterns: (k, 724) from ``pattern_rows``.
    """

    places_m: Float
    first: Int
    installation: Int
    sources: Float
    patterns: Float


class Sums(NamedTuple):
    """What all sources make at n receptors.

    Attributes:
        s_w_m2: (n,) power density, theoretical maximum (W/m2); NaN inside an antenna.
        actual_w_m2: (n,) power density, actual maximum (W/m2).
        largest: (n,) source that adds most to the theoretical maximum; -1 for none.
        largest_w_m2: (n,) what it adds (W/m2).
        largest_loss_db: (n,) what buildings take away from it (dB).
        inside: (n,) source whose antenna holds the receptor; -1 for none.
        ratio: (r, n) exposure ratio to each limit, theoretical maximum; NaN where the limit says nothing.
        actual_ratio: (r, n) the same, actual maximum.
    """

    s_w_m2: Float
    actual_w_m2: Float
    largest: Int
    largest_w_m2: Float
    largest_loss_db: Float
    inside: Int
    ratio: Float
    actual_ratio: Float


def sum_sources(
    at_m: Float,
    emitters: Emitters,
    weights_m2_w: Float,
    per_installation: NDArray[np.bool_],
    *,
    walls: Walls | None = None,
    indoor_loss_db: Float | None = None,
) -> Sums:
    """Return what all sources make together at receptors.

    Args:
        at_m: (n, 3) x, y and height of the receptors (m).
        emitters: the sources.
        weights_m2_w: (r, s) for each limit one over the power density allowed at the frequency of each source (m2/W);
            NaN where it says nothing.
        per_installation: (r,) whether a limit is one for each installation: then the worst installation counts.
        walls: of the city; None: free space.
        indoor_loss_db: (n,) what stands around the receptor itself (dB); None: nothing.
    """
    n, r = len(at_m), len(weights_m2_w)
    x, y, z = np.ascontiguousarray(np.asarray(at_m, dtype=np.float64).T)
    indoor = np.ones(n) if indoor_loss_db is None else np.power(10.0, -np.asarray(indoor_loss_db) / 10.0)
    city, blind = (no_walls(), True) if walls is None else (walls, False)
    spared = buildings_around_all(city, *emitters.places_m.T)  # a building that holds the antenna is not in its way
    nobody = np.full((2, n), NONE, dtype=np.int64)
    out = Sums(
        np.zeros(n), np.zeros(n), nobody[0], np.zeros(n), np.zeros(n), nobody[1], np.zeros((r, n)), np.zeros((r, n))
    )

    def work(block: int) -> None:
        _sum_block(
            block * BLOCK, min((block + 1) * BLOCK, n), x, y, z, indoor, emitters.places_m, emitters.first,
            emitters.installation, emitters.sources, emitters.patterns, weights_m2_w, per_installation, city, spared,
            blind, out,
        )  # fmt: skip

    in_threads(work, range((n + BLOCK - 1) // BLOCK))
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _note_largest(begin: int, s: int, power: Float, lost_db: Float, out: Sums) -> None:
    """Keep for each receptor of a block the source that adds most, and note whose antenna it lies in."""
    for i in range(len(power)):
        if power[i] > out.largest_w_m2[begin + i]:
            out.largest_w_m2[begin + i] = power[i]
            out.largest[begin + i] = s
            out.largest_loss_db[begin + i] = lost_db[i]
        elif power[i] != power[i]:
            out.inside[begin + i] = s


@njit(cache=True, nogil=True, error_model="numpy")
def shade(x: Float, y: Float, z: Float, places: Float, spared: Int, walls: Walls, free: Float, lost_db: Float) -> None:
    """Write what buildings take away on the way from each place (dB); nothing where it is faint in free space.

    One receptor after the other, with all places: their segments pass through the same squares at its end.

    Args:
        x: (n,) easting of the receptors (m).
        y: (n,) northing (m).
        z: (n,) height (m).
        places: (p, 3) of the sources (m).
        spared: (p, 2) buildings that hold an antenna.
        walls: of the city.
        free: (p, n) power density in free space (W/m2).
        lost_db: (p, n) zeros, to fill.
    """
    for i in range(len(x)):
        one, two = buildings_around(walls, x[i], y[i], z[i])
        for p in range(len(places)):
            if free[p, i] > FAINT_W_M2:
                lost_db[p, i] = loss_between_db(
                    walls, (x[i], y[i], z[i]), (places[p, 0], places[p, 1], places[p, 2]),
                    (one, two, spared[p, 0], spared[p, 1]),
                )  # fmt: skip


@njit(inline="always", error_model="numpy")
def _larger(one: float, two: float) -> float:
    """Return the larger of two numbers; unknown when one of them is."""
    return one + two if one + two != one + two else max(one, two)


@njit(cache=True, nogil=True, error_model="numpy")
def _ratios(
    power: Float, sources: Float, first: Int, installation: Int, weights: Float, each: bool, ratio: Float, actual: Float
) -> None:
    """Fill the ratios of a block to one limit: the sum over all sources, or the largest sum of an installation.

    A source of which the limit says nothing makes the ratio unknown: a number plus NaN is NaN, and stays it.
    """
    n = len(ratio)
    part, part_actual = np.zeros(n), np.zeros(n)
    for p in range(len(installation)):
        if each and p > 0 and installation[p] != installation[p - 1]:
            part[:] = 0.0
            part_actual[:] = 0.0
        for s in range(first[p], first[p + 1]):
            weight, share = weights[s], sources[s, _ACTUAL]
            for i in range(n):
                part[i] += power[s, i] * weight
                part_actual[i] += power[s, i] * weight * share
        for i in range(n):
            ratio[i] = _larger(part[i], ratio[i])
            actual[i] = _larger(part_actual[i], actual[i])


@njit(cache=True, nogil=True, error_model="numpy")
def _sum_block(
    begin: int, end: int, xs: Float, ys: Float, zs: Float, indoor: Float, places: Float, first: Int, installation: Int,
    sources: Float, patterns: Float, weights: Float, each: NDArray[np.bool_], walls: Walls, spared: Int, blind: bool,
    out: Sums,
) -> None:  # fmt: skip
    """Fill what all sources make at the receptors from ``begin`` to ``end``."""
    n = end - begin
    x, y, z = xs[begin:end], ys[begin:end], zs[begin:end]
    power, free, lost_db = np.empty((len(sources), n)), np.zeros((len(places), n)), np.zeros((len(places), n))
    for p in range(len(places)):
        for s in range(first[p], first[p + 1]):
            source_power(x, y, z, places[p], sources[s], patterns[int(sources[s, _PATTERN])], power[s])
            free[p] += power[s]
    if not blind:
        shade(x, y, z, places, spared, walls, free, lost_db)
    for p in range(len(places)):
        for s in range(first[p], first[p + 1]):
            for i in range(n):
                power[s, i] *= indoor[begin + i] * power_kept(lost_db[p, i])
                out.s_w_m2[begin + i] += power[s, i]
                out.actual_w_m2[begin + i] += power[s, i] * sources[s, _ACTUAL]
            _note_largest(begin, s, power[s], lost_db[p], out)
    for k in range(weights.shape[0]):
        _ratios(
            power, sources, first, installation, weights[k], each[k], out.ratio[k, begin:end],
            out.actual_ratio[k, begin:end],
        )  # fmt: skip
