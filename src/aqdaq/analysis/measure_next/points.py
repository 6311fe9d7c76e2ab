"""Single places instead of a route: each the one that gains the most beside those chosen before."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.measure_next.survey import Survey, Taken

Array = NDArray[np.float64]

#: Why no further point is chosen: all are there; the next one would gain less than the bound; nothing that fits
#: would gain anything; the walk would be too long.
PointStop = Literal["points", "gain", "nothing", "length"]


@dataclass(frozen=True, slots=True)
class PointWish:
    """What is asked for.

    Attributes:
        count: number of points.
        apart_m: least distance between two of them (m).
        least_gain: a point that gains less is not worth it (people).
        length_m: longest walk from point to point as the crow flies (m); None: any.
        start_xy_m: where the walk begins (m), or None.
        loop: the walk ends where it began.
    """

    count: int
    apart_m: float
    least_gain: float = 0.0
    length_m: float | None = None
    start_xy_m: tuple[float, float] | None = None
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """Places in the order of the walk.

    Attributes:
        places: numbers of the chosen places.
        gains: of each, beside those chosen before it (people).
        order: rank of each as chosen: 1 gains the most.
        length_m: of the walk as the crow flies (m).
        gain: of all together (people).
        stop: why there are no more.
        next_gain: what the next point would have gained (people); None where there is none.
    """

    places: tuple[int, ...]
    gains: tuple[float, ...]
    order: tuple[int, ...]
    length_m: float
    gain: float
    stop: PointStop
    next_gain: float | None


def choose_points(survey: Survey, place_xy_m: Array, wish: PointWish) -> Points:
    """Return the points.

    Args:
        survey: of single places: each piece of it is one place.
        place_xy_m: (places, 2) where they lie (m).
        wish: number, distance, bound and walk.
    """
    taken, queue = survey.nothing(), _Queue(survey.alone)
    free = np.ones(len(place_xy_m), dtype=np.bool_)
    walk: list[int] = []
    gains: dict[int, float] = {}
    stop: PointStop = "nothing"
    while len(walk) < wish.count and (found := queue.best(survey, taken, free)) is not None:
        place, gain = found
        if gain < wish.least_gain:
            stop = "gain"
            return _result(walk, gains, taken.gain, stop, gain, place_xy_m, wish)
        at, length_m = _insertion(walk, place, place_xy_m, wish)
        if wish.length_m is not None and length_m > wish.length_m:
            stop = "length"
            continue
        survey.change(taken, frozenset([place]), frozenset())
        walk.insert(at, place)
        gains[place] = gain
        free &= np.hypot(*(place_xy_m - place_xy_m[place]).T) >= wish.apart_m
    stop = "points" if len(walk) == wish.count else stop
    return _result(walk, gains, taken.gain, stop, None, place_xy_m, wish)


class _Queue:
    """Places by what they would gain at most; a gain is made sure of when its turn comes."""

    def __init__(self, most: Array) -> None:
        self._heap = [(-gain, place) for place, gain in enumerate(most.tolist()) if gain > 0.0]
        heapq.heapify(self._heap)

    def best(self, survey: Survey, taken: Taken, free: NDArray[np.bool_]) -> tuple[int, float] | None:
        """Take the best free place out and return it with its gain; None where no place gains anything."""
        while self._heap:
            place = heapq.heappop(self._heap)[1]
            gain = survey.added(taken, place) if free[place] else 0.0
            if gain <= 0.0:
                continue
            if not self._heap or gain >= -self._heap[0][0]:
                return place, gain
            heapq.heappush(self._heap, (-gain, place))  # another one may be better now
        return None


def _insertion(walk: list[int], place: int, place_xy_m: Array, wish: PointWish) -> tuple[int, float]:
    """Return where in the walk a place makes it the least longer, and the length of the walk then (m)."""
    tried = [[*walk[:at], place, *walk[at:]] for at in range(len(walk) + 1)]
    lengths = [_walk_m(one, place_xy_m, wish) for one in tried]
    at = int(np.argmin(lengths))
    return at, lengths[at]


def _walk_m(walk: list[int], place_xy_m: Array, wish: PointWish) -> float:
    """Return the length of a walk as the crow flies (m)."""
    xy = place_xy_m[walk]
    if wish.start_xy_m is not None:
        xy = np.concatenate([[wish.start_xy_m], xy])
    if wish.loop:
        xy = np.concatenate([xy, xy[:1]])
    return float(np.hypot(*np.diff(xy, axis=0).T).sum())


def _result(
    walk: list[int],
    gains: dict[int, float],
    gain: float,
    stop: PointStop,
    next_gain: float | None,
    place_xy_m: Array,
    wish: PointWish,
) -> Points:
    rank = {place: number for number, place in enumerate(gains, start=1)}
    length_m = _walk_m(walk, place_xy_m, wish) if walk else 0.0
    order = tuple(rank[place] for place in walk)
    return Points(tuple(walk), tuple(gains[p] for p in walk), order, length_m, gain, stop, next_gain)
