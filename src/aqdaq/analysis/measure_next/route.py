"""The route of the largest gain within a length: greedy insertion with shortest ways, then ruin and recreate.

The gain of a piece of street falls as its neighbours are driven, so this is an orienteering problem with a set
function for its prize. Insertion takes, again and again, the piece and the place in the tour with the most gain per
metre that the tour grows, counting what is driven on the way there and back. It stops at the length, or where the
next kilometre would gain less than is asked for. Then stretches of the tour are taken out and filled anew, by a fixed
stream of chance, and what is better is kept. All of it gives the same route for the same input.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.measure_next.streets import StreetGraph
from aqdaq.analysis.measure_next.survey import Survey, Taken
from aqdaq.analysis.measure_next.tour import Driven, Insertions, Tour
from aqdaq.analysis.measure_next.ways import Ways

Array = NDArray[np.float64]

#: Why a route ends: its length is used up; the next kilometre would gain less than the bound; nothing that can be
#: reached would gain anything (more).
Stop = Literal["length", "gain", "nothing"]

#: Candidates whose gain is made sure of, and whose whole detour is tried, for each insertion.
_LOOK: Final = 16
_TRY: Final = 4
#: Places where a route without a given start is begun; rounds of ruin and recreate, and the most stops of a ruin.
_SEEDS: Final = 3
_ROUNDS: Final = 40
_LONGEST: Final = 24
_SEED: Final = 20_240_229
#: A gain below this share of what is there to gain is none.
_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class RouteWish:
    """What is asked for.

    Attributes:
        length_m: the longest route (m).
        start: node where it begins, or None: anywhere.
        loop: it ends where it began.
        least_gain_per_km: it ends where the next kilometre would gain less than this (people per km).
    """

    length_m: float
    start: int | None = None
    loop: bool = False
    least_gain_per_km: float = 0.0


@dataclass(frozen=True, slots=True)
class Route:
    """A connected drive.

    Attributes:
        driven: pieces in order, each with whether it is driven from its first node to its second.
        length_m: of the drive (m).
        gain: people no longer misclassified, to be expected.
        stop: why it ends.
        next_gain_per_km: what the next kilometre would have gained (people per km); None where there is none.
    """

    driven: tuple[Driven, ...]
    length_m: float
    gain: float
    stop: Stop
    next_gain_per_km: float | None


@dataclass(slots=True)
class _Draft:
    """A tour under way, what it measures, and the gain of one piece more as far as it is known."""

    tour: Tour
    taken: Taken
    times: Counter[int]
    length_m: float
    more: Array
    sure: NDArray[np.bool_]
    stop: Stop = "nothing"
    next_gain: float | None = None

    def copy(self) -> _Draft:
        """Return the same draft, to be changed on its own."""
        t = self.taken
        taken = Taken(t.pieces.copy(), t.samples.copy(), [p.copy() for p in t.people], t.gain)
        more, sure = self.more.copy(), self.sure.copy()
        return _Draft(self.tour.copy(), taken, self.times.copy(), self.length_m, more, sure, self.stop, self.next_gain)


def plan_route(graph: StreetGraph, survey: Survey, wish: RouteWish) -> Route:
    """Return the route.

    Args:
        graph: of the streets.
        survey: of the same pieces.
        wish: length, start, loop and bound.
    """
    ways = Ways(graph, wish.length_m)
    begins = [None] if wish.start is not None else _seeds(graph, survey, wish)
    best: _Draft | None = None
    for seed in begins or [None]:
        draft = _draft(ways, survey, wish)
        if seed is not None:
            _apply(draft, survey, 0, (seed, True))
        _fill(draft, survey, wish)
        if best is None or _worth(draft, wish) > _worth(best, wish):
            best = draft
    assert best is not None
    best = _improve(best, survey, wish)
    if _worth(best, wish) < 0.0:  # not even the best beginning is worth what is asked for
        return Route((), 0.0, 0.0, "gain", best.taken.gain / best.length_m * 1e3)
    return Route(tuple(best.tour.driven()), best.length_m, survey.all_of(best.times).gain, best.stop, best.next_gain)


def _draft(ways: Ways, survey: Survey, wish: RouteWish) -> _Draft:
    tour = Tour(ways, wish.start, loop=wish.loop)
    sure = np.ones(survey.pieces, dtype=np.bool_)
    return _Draft(tour, survey.nothing(), Counter(), 0.0, survey.alone.copy(), sure)


def _seeds(graph: StreetGraph, survey: Survey, wish: RouteWish) -> list[int]:
    """Return pieces to begin with: each the best of a neighbourhood as large as a route can comb, best ones first."""
    middle = np.array([line[len(line) // 2] for line in graph.lines]).reshape(-1, 2)
    fits = graph.length_m * (2.0 if wish.loop else 1.0) <= wish.length_m
    gain = np.where(fits, np.maximum(survey.alone, 0.0), 0.0)
    reach = max(float(np.sqrt(wish.length_m * 90.0 / np.pi)), 200.0)  # a street every 90 m or so
    top = np.argsort(-gain, kind="stable")[:400]
    around = np.array([gain[np.hypot(*(middle - middle[p]).T) <= reach].sum() for p in top])
    chosen: list[int] = []
    for p in top[np.argsort(-around, kind="stable")]:
        apart = all(np.hypot(*(middle[p] - middle[q])) > reach for q in chosen)
        if gain[p] > 0.0 and apart and len(chosen) < _SEEDS:
            chosen.append(int(p))
    return chosen


def _fill(draft: _Draft, survey: Survey, wish: RouteWish) -> None:
    """Insert pieces until the length is used up or the next one is not worth it."""
    nothing = _NOTHING * float(np.abs(survey.alone).sum())
    while True:
        figures = np.where(draft.taken.pieces, 0.0, np.maximum(draft.more, 0.0))
        places = draft.tour.insertions(figures)
        open_ = np.isfinite(places.extra_m) & (figures > nothing)
        fits = open_ & (draft.length_m + places.extra_m <= wish.length_m)
        found = _best(draft, survey, places, fits)
        least_per_m = wish.least_gain_per_km / 1e3
        if found is None or found[1] <= 0.0 or found[1] < least_per_m:
            worth = (figures + places.on_the_way) / places.extra_m
            too_far = bool((open_ & ~fits & (worth >= least_per_m)).any())
            small = found is not None and found[1] > 0.0
            draft.stop = "length" if too_far else "gain" if small else "nothing"
            draft.next_gain = found[1] * 1e3 if found is not None and draft.stop == "gain" else None
            return
        piece = found[0]
        _apply(draft, survey, int(places.gap[piece]), (piece, bool(places.forward[piece])))


def _best(draft: _Draft, survey: Survey, places: Insertions, fits: NDArray[np.bool_]) -> tuple[int, float] | None:
    """Return the piece whose detour gains the most per metre, and that gain; None where none fits."""
    candidates = np.flatnonzero(fits)
    worth = (draft.more[candidates] + places.on_the_way[candidates]) / places.extra_m[candidates]
    ranked = candidates[np.argsort(-worth, kind="stable")]
    best: tuple[int, float] | None = None
    for begin in range(0, len(ranked), _LOOK):
        top = ranked[begin : begin + _LOOK]
        for piece in top[~draft.sure[top]]:
            draft.more[piece], draft.sure[piece] = survey.added(draft.taken, int(piece)), True
        worth = (draft.more[top] + places.on_the_way[top]) / places.extra_m[top]
        for piece in top[np.argsort(-worth, kind="stable")[:_TRY]].tolist():
            add, leave = draft.tour.replaced(int(places.gap[piece]), (piece, bool(places.forward[piece])), draft.times)
            per_m = survey.changed(draft.taken, add, leave) / float(places.extra_m[piece])
            if best is None or per_m > best[1]:
                best = (piece, per_m)
        if best is not None and best[1] > 0.0:  # where the best ones gain nothing, the next ones may
            return best
    return best


def _apply(draft: _Draft, survey: Survey, gap: int, stop: Driven) -> None:
    """Insert a stop and bring all figures up to date."""
    add, leave = draft.tour.replaced(gap, stop, draft.times)
    draft.tour.insert(gap, stop)
    survey.change(draft.taken, add, leave)
    draft.times = Counter(piece for piece, _ in draft.tour.driven())
    draft.length_m = draft.tour.length_m()
    for piece in (*add, *leave):
        draft.sure[survey.beside(piece)] = False
        if piece in leave:  # what was known of its neighbours is too little now
            near = survey.beside(piece)
            draft.more[near] = np.maximum(draft.more[near], survey.alone[near])


def _improve(best: _Draft, survey: Survey, wish: RouteWish) -> _Draft:
    """Take stretches of the tour out and fill it anew; keep what is better."""
    rng = np.random.default_rng(_SEED)
    for _ in range(_ROUNDS):
        stops = len(best.tour.stops)
        if stops < 3:
            return best
        size = int(rng.integers(1, min(max(2, stops // 3), _LONGEST) + 1))
        first = int(rng.integers(0, stops - size + 1))
        draft = _without(best, survey, first, size, wish)
        _fill(draft, survey, wish)
        better = _worth(draft, wish) - _worth(best, wish)
        if better > 1e-9 or (abs(better) <= 1e-9 and draft.length_m < best.length_m - 1e-6):
            best = draft
    return best


def _worth(draft: _Draft, wish: RouteWish) -> float:
    """Return the gain less what its length must gain at least."""
    return draft.taken.gain - wish.least_gain_per_km * draft.length_m / 1e3


def _without(draft: _Draft, survey: Survey, first: int, size: int, wish: RouteWish) -> _Draft:
    """Return the draft without a stretch of its stops."""
    tour = draft.tour.copy()
    del tour.stops[first : first + size]
    times = Counter(piece for piece, _ in tour.driven())
    new = _Draft(tour, survey.all_of(times), times, tour.length_m(), survey.alone.copy(), np.zeros(0, np.bool_))
    touched = [survey.beside(piece) for piece in times]
    new.sure = np.ones(survey.pieces, dtype=np.bool_)
    if touched:
        new.sure[np.concatenate(touched)] = False
    return new if new.length_m <= wish.length_m else draft.copy()
