"""How the white spots of two days belong together, and what became of them.

Two white spots of one definition are the same place on two days when they share at least a quarter of the smaller of
the two. What hangs together so, directly or over others, is one change:

    appeared    a later one, no earlier one         merged      several earlier ones, one later one
    vanished    an earlier one, no later one        split       one earlier one, several later ones
    rearranged  several earlier and later ones

and of one earlier and one later one:

    moved       they share less than half of what either covers, and neither holds three quarters of the other
    grown       else, the later one is larger by 5 % or more
    shrunk      else, it is smaller by 5 % or more
    deepened    else, the ground that layers do not serve in it, added up over the layers, grew by 5 % or more
    eased       else, it shrank by 5 % or more
    unchanged   else

Every white spot of either day is in exactly one change, so that areas and people add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Labels = NDArray[np.integer]
Mask = NDArray[np.bool_]

#: Kinds of change, those that make ground white first.
KINDS: Final = (
    "appeared",
    "grown",
    "deepened",
    "merged",
    "moved",
    "split",
    "rearranged",
    "shrunk",
    "eased",
    "vanished",
    "unchanged",
)

#: Share of the smaller of two white spots that must be common ground.
LINKED: Final = 0.25
#: Share of the ground of either that two white spots must have in common, else the place has moved ...
STAYED: Final = 0.5
#: ... unless one of them holds so much of the other.
HELD: Final = 0.75
#: Growth or loss of area from which on it is said.
STEADY: Final = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """White spots that belong together.

    Attributes:
        kind: one of ``KINDS``.
        before: labels of the earlier day, rising.
        after: labels of the later day, rising.
    """

    kind: str
    before: tuple[int, ...]
    after: tuple[int, ...]


def steady_kind(failing_before: float, failing_after: float) -> str:
    """Return what became of a white spot whose outline is steady.

    Args:
        failing_before: ground that layers did not serve in it, added up over the layers.
        failing_after: the same of the later day.
    """
    if failing_after >= (1.0 + STEADY) * failing_before:
        return "deepened"
    return "eased" if failing_after <= (1.0 - STEADY) * failing_before else "unchanged"


def changes(before: Labels, after: Labels) -> tuple[Change, ...]:
    """Return what became of the white spots of a day, in the order of the labels: later ones first, then vanished ones.

    Args:
        before: (rows, cols) label of the white spot at each pixel of the earlier day, 0 elsewhere.
        after: the same of the later day.
    """
    n, m = int(before.max(initial=0)), int(after.max(initial=0))
    if n + m == 0:
        return ()
    size_before, size_after = (np.bincount(a.ravel(), minlength=k + 1) for a, k in ((before, n), (after, m)))
    pairs, shared = _shared(before, after)
    smaller = np.minimum(size_before[pairs[0]], size_after[pairs[1]])
    linked = shared >= LINKED * smaller
    group = _groups(pairs[:, linked], n, m)
    common = {(int(i), int(j)): int(s) for (i, j), s in zip(pairs.T, shared, strict=True)}
    found = []
    for number in dict.fromkeys([*group[n:].tolist(), *group[:n].tolist()]):
        old = tuple(int(i) + 1 for i in np.flatnonzero(group[:n] == number) if size_before[i + 1])
        new = tuple(int(j) + 1 for j in np.flatnonzero(group[n:] == number) if size_after[j + 1])
        if old or new:
            found.append(Change(_kind(old, new, common, size_before, size_after), old, new))
    return tuple(found)


def _shared(before: Labels, after: Labels) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (2, k) pairs of labels that share pixels, and (k,) how many."""
    both = (before > 0) & (after > 0)
    if not both.any():
        return np.zeros((2, 0), dtype=np.int64), np.zeros(0, dtype=np.int64)
    stacked = np.stack([before[both], after[both]]).astype(np.int64)
    pairs, count = np.unique(stacked, axis=1, return_counts=True)
    return pairs, count.astype(np.int64)


def _groups(pairs: NDArray[np.int64], n: int, m: int) -> NDArray[np.int32]:
    """Return (n + m,) the component of each label, earlier ones first."""
    rows, cols = pairs[0] - 1, pairs[1] - 1 + n
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, cols)), shape=(n + m, n + m))
    _, group = connected_components(graph, directed=False)
    found: NDArray[np.int32] = group
    return found


def _kind(
    old: Sequence[int],
    new: Sequence[int],
    common: dict[tuple[int, int], int],
    size_before: NDArray[np.integer],
    size_after: NDArray[np.integer],
) -> str:
    if not old or not new:
        return "appeared" if new else "vanished"
    if len(old) > 1 or len(new) > 1:
        return "rearranged" if len(old) > 1 and len(new) > 1 else "merged" if len(old) > 1 else "split"
    was, now = int(size_before[old[0]]), int(size_after[new[0]])
    shared = common[old[0], new[0]]
    if shared < STAYED * (was + now - shared) and shared < HELD * min(was, now):
        return "moved"
    if now >= (1.0 + STEADY) * was:
        return "grown"
    return "shrunk" if now <= (1.0 - STEADY) * was else "unchanged"
