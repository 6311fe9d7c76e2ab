"""White spots of several definitions side by side: where they lie on each other, and which are the same place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.whitespots import WhiteSpotsFound

#: Two white spots are the same place when they share at least half of the ground that either covers.
SAME_PLACE: Final = 0.5

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SpotLink:
    """Two white spots of different definitions that share ground.

    Attributes:
        first: id of the white spot of the first definition.
        second: id of that of the second.
        shared_m2: ground in both (m2).
        of_first: share of the first that lies in the second, 0..1.
        of_second: share of the second that lies in the first, 0..1.
        jaccard: shared ground by the ground of either, 0..1.
    """

    first: str
    second: str
    shared_m2: float
    of_first: float
    of_second: float
    jaccard: float

    @property
    def same_place(self) -> bool:
        """Whether the two are one place under two definitions."""
        return self.jaccard >= SAME_PLACE


@dataclass(frozen=True, slots=True)
class Part:
    """Ground, and the people on it; None where nobody knows the people."""

    area_m2: float
    people: float | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """The white spots of two definitions.

    Attributes:
        first: id of a definition.
        second: id of another.
        both: white under both.
        first_only: white under the first alone.
        second_only: white under the second alone.
        jaccard: ground white under both by the ground white under either, 0..1; None where neither has any.
        jaccard_people: the same of the people; None where nobody knows them, or none are there.
        links: pairs of white spots that share ground, in the order of their ranks.
    """

    first: str
    second: str
    both: Part
    first_only: Part
    second_only: Part
    jaccard: float | None
    jaccard_people: float | None
    links: tuple[SpotLink, ...]


def overlaps(
    found: Mapping[str, WhiteSpotsFound], pixel_area_m2: float, people: NDArray[np.float32] | None
) -> tuple[Overlap, ...]:
    """Return each pair of definitions, in their order.

    Args:
        found: white spots per definition, all on one grid.
        pixel_area_m2: area of a pixel (m2).
        people: (rows, cols) persons per pixel, or None where nobody knows.
    """
    return tuple(
        _pair(one, other, (found[one], found[other]), pixel_area_m2, people) for one, other in combinations(found, 2)
    )


def same_places(pairs: tuple[Overlap, ...]) -> dict[str, tuple[str, ...]]:
    """Return per id of a white spot the ids of those of other definitions that are the same place."""
    partners: dict[str, list[str]] = {}
    for link in (link for pair in pairs for link in pair.links if link.same_place):
        partners.setdefault(link.first, []).append(link.second)
        partners.setdefault(link.second, []).append(link.first)
    return {key: tuple(sorted(ids)) for key, ids in sorted(partners.items())}


def _pair(
    one: str,
    other: str,
    found: tuple[WhiteSpotsFound, WhiteSpotsFound],
    pixel_area_m2: float,
    people: NDArray[np.float32] | None,
) -> Overlap:
    a, b = found[0].labels > 0, found[1].labels > 0
    both, first, second = (_part(where, pixel_area_m2, people) for where in (a & b, a & ~b, b & ~a))
    persons = None
    if both.people is not None and first.people is not None and second.people is not None:
        persons = _share(both.people, both.people + first.people + second.people)
    return Overlap(
        first=one,
        second=other,
        both=both,
        first_only=first,
        second_only=second,
        jaccard=_share(both.area_m2, both.area_m2 + first.area_m2 + second.area_m2),
        jaccard_people=persons,
        links=_links(*found, pixel_area_m2),
    )


def _part(where: Mask, pixel_area_m2: float, people: NDArray[np.float32] | None) -> Part:
    persons = None if people is None else float(people[where].sum(dtype=np.float64))
    return Part(float(where.sum()) * pixel_area_m2, persons)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0.0 else None


def _links(a: WhiteSpotsFound, b: WhiteSpotsFound, pixel_area_m2: float) -> tuple[SpotLink, ...]:
    """Return the pairs of white spots that share a pixel; a label is the rank, and ranks count the spots from 1."""
    shared = (a.labels > 0) & (b.labels > 0)
    ranks, pixels = np.unique(np.stack([a.labels[shared], b.labels[shared]]), axis=1, return_counts=True)
    sizes = [np.bincount(one.labels.ravel(), minlength=len(one.spots) + 1) for one in (a, b)]
    links = []
    for i, j, count in zip(*ranks.tolist(), pixels.tolist(), strict=True):
        first, second = int(sizes[0][i]), int(sizes[1][j])
        links.append(
            SpotLink(
                first=a.spots[i - 1].id,
                second=b.spots[j - 1].id,
                shared_m2=count * pixel_area_m2,
                of_first=count / first,
                of_second=count / second,
                jaccard=count / (first + second - count),
            )
        )
    return tuple(links)
