"""Which candidates give what is asked for: greedy cover, then a local improvement.

What the others make superfluous is dropped, two places give way to one where one will do, and a place gives way to one
that is to be preferred. A good choice, not a proof that fewer would not do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from aqdaq.planning.plan_rules.registry import Demand

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

#: Gains nearer than this are the same.
_SAME = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """All that is asked for, every object with the weight 1, however many units it asks for.

    Attributes:
        serves: (candidates, units) which candidate gives which unit.
        weight: (units,) of each unit.
        inside: (candidates, counts) which candidate counts for which number of places.
        asked: (counts,) how many places are asked for.
    """

    serves: Bool
    weight: Float
    inside: Bool
    asked: NDArray[np.int64]

    @classmethod
    def of(cls, demands: Sequence[Demand], candidates: int) -> Cover:
        """Return what some demands ask of so many candidates, the better candidates first."""
        units = [d for d in demands if not d.any_unit]
        counts = [d for d in demands if d.any_unit]
        empty = np.zeros((candidates, 0), dtype=np.bool_)
        return cls(
            np.concatenate([empty, *(d.serves for d in units)], axis=1),
            np.concatenate([np.zeros(0), *(np.full(d.units, 1.0 / d.units) for d in units)]),
            np.concatenate([empty, *(d.serves[:, :1] for d in counts)], axis=1),
            np.array([d.units for d in counts], dtype=np.int64),
        )

    def satisfied(self, chosen: Iterable[int]) -> float:
        """Return how many objects are cured, those in part by the share of their units."""
        rows = list(chosen)
        units = float(self.weight[self.serves[rows].any(axis=0)].sum())
        there = np.minimum(self.inside[rows].sum(axis=0), self.asked)
        return units + float((there / self.asked).sum())

    def gain(self, chosen: Iterable[int]) -> Float:
        """Return (candidates,) by how much each would raise what a choice gives."""
        rows = list(chosen)
        still = ~self.serves[rows].any(axis=0)
        is_open = self.inside[rows].sum(axis=0) < self.asked
        gain = self.serves[:, still] @ self.weight[still] + self.inside[:, is_open] @ (1.0 / self.asked[is_open])
        gain[rows] = 0.0
        return np.asarray(gain, dtype=np.float64)


def choose(cover: Cover) -> list[int]:
    """Return candidates, each giving most of what is still asked for; among equals the first is taken."""
    chosen: list[int] = []
    while True:
        gain = cover.gain(chosen)
        highest = float(gain.max(initial=0.0))
        if highest <= _SAME:
            return chosen
        chosen.append(int(np.flatnonzero(gain > highest - _SAME)[0]))


def improve(cover: Cover, chosen: Sequence[int]) -> list[int]:
    """Return a choice that gives no less, with fewer places or places that are to be preferred; sorted."""
    kept, goal = sorted(chosen), cover.satisfied(chosen)
    while True:
        better = _dropped(cover, kept, goal) or _merged(cover, kept, goal) or _preferred(cover, kept, goal)
        if better is None:
            return kept
        kept = better


def _dropped(cover: Cover, kept: list[int], goal: float) -> list[int] | None:
    """Return the choice without one place that it does not need, the least preferred first."""
    for out in reversed(kept):
        rest = [i for i in kept if i != out]
        if cover.satisfied(rest) >= goal - _SAME:
            return rest
    return None


def _merged(cover: Cover, kept: list[int], goal: float) -> list[int] | None:
    """Return the choice with one place instead of two."""
    for pair in combinations(kept, 2):
        rest = [i for i in kept if i not in pair]
        found = _first_that_fills(cover, rest, goal)
        if found is not None:
            return sorted([*rest, found])
    return None


def _preferred(cover: Cover, kept: list[int], goal: float) -> list[int] | None:
    """Return the choice with one place exchanged for an earlier candidate."""
    for out in reversed(kept):
        rest = [i for i in kept if i != out]
        found = _first_that_fills(cover, rest, goal)
        if found is not None and found < out:
            return sorted([*rest, found])
    return None


def _first_that_fills(cover: Cover, rest: list[int], goal: float) -> int | None:
    """Return the first candidate that, added to ``rest``, gives what the goal asks for."""
    able = np.flatnonzero(cover.gain(rest) >= goal - cover.satisfied(rest) - _SAME)
    return int(able[0]) if len(able) else None
