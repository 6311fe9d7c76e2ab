"""A tour: pieces of street in an order, joined by shortest ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.measure_next.ways import Ways

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A piece and whether it is driven from its first node to its second.
Driven = tuple[int, bool]


@dataclass(frozen=True, slots=True)
class Insertions:
    """The cheapest place of each piece in a tour; arrays have shape (pieces,).

    Attributes:
        extra_m: by how much the tour would grow (m); infinite where no way leads.
        gap: before which stop.
        forward: driven from its first node to its second.
        on_the_way: (pieces,) sum of the figures of the pieces on the longer of the two ways there and back.
    """

    extra_m: Array
    gap: Ints
    forward: NDArray[np.bool_]
    on_the_way: Array


class Tour:
    """Stops that must be driven, in order.

    Args:
        ways: on the graph of the streets.
        start: node where the tour begins, or None: anywhere.
        loop: the tour ends where it began.
    """

    def __init__(self, ways: Ways, start: int | None, *, loop: bool) -> None:
        self.ways, self.start, self.loop = ways, start, loop
        self.stops: list[Driven] = []

    def copy(self) -> Tour:
        """Return the same tour, to be changed on its own."""
        new = Tour(self.ways, self.start, loop=self.loop)
        new.stops = list(self.stops)
        return new

    def insert(self, gap: int, stop: Driven) -> None:
        """Put a stop before the stop ``gap``."""
        self.stops.insert(gap, stop)

    def driven(self) -> list[Driven]:
        """Return all pieces in the order in which they are driven."""
        out: list[Driven] = []
        for gap, (a, b) in enumerate(self._gaps()):
            if a is not None and b is not None:
                out += self.ways.pieces(a, b)
            if gap < len(self.stops):
                out.append(self.stops[gap])
        return out

    def length_m(self) -> float:
        """Return the length (m)."""
        length = self.ways.graph.length_m
        legs = sum(self.ways.distance_m(a, b) for a, b in self._gaps() if a is not None and b is not None)
        return legs + float(sum(length[piece] for piece, _ in self.stops))

    def leg(self, gap: int) -> list[Driven]:
        """Return the pieces driven between two stops, before the stop ``gap``."""
        a, b = self._gaps()[gap]
        return [] if a is None or b is None else self.ways.pieces(a, b)

    def detour(self, gap: int, stop: Driven) -> list[Driven]:
        """Return the pieces that would be driven in the place of ``leg`` with one more stop."""
        a, b = self._gaps()[gap]
        enter, leave = self._nodes(stop)
        first = [] if a is None else self.ways.pieces(a, enter)
        if b is not None:
            return [*first, stop, *self.ways.pieces(leave, b)]
        if self.loop and not self.stops and self.start is None:
            return [*first, stop, *self.ways.pieces(leave, enter)]
        return [*first, stop]

    def replaced(self, gap: int, stop: Driven, times: Counter[int]) -> tuple[frozenset[int], frozenset[int]]:
        """Return the pieces that one more stop would bring into the tour, and those that would drop out of it.

        Args:
            gap: before which stop.
            stop: the piece.
            times: how often each piece is driven now.
        """
        lost, new = Counter(p for p, _ in self.leg(gap)), {p for p, _ in self.detour(gap, stop)}
        return (
            frozenset(p for p in new if not times[p]),
            frozenset(p for p, n in lost.items() if times[p] == n and p not in new),
        )

    def insertions(self, figures: Array) -> Insertions:
        """Return where each piece fits best.

        Args:
            figures: (pieces,) summed along the ways there and back.
        """
        length = self.ways.graph.length_m
        gap_of, forward = np.zeros(len(length), dtype=np.int64), np.ones(len(length), dtype=np.bool_)
        if not self.stops and self.start is None:
            # Out and back at the most: the true way back is looked for when the piece is chosen.
            return Insertions(length * (2.0 if self.loop else 1.0), gap_of, forward, np.zeros(len(length)))
        best = np.full(len(length), np.inf)
        gaps = self._gaps()
        for gap, (a, b) in enumerate(gaps):
            if a is None and b is None:
                continue
            for way in (True, False):
                extra = self._extra_m(a, b, way)
                better = extra < best - 1e-9
                best[better], gap_of[better], forward[better] = extra[better], gap, way
        return Insertions(np.maximum(best, 1.0), gap_of, forward, self._on_the_way(gaps, gap_of, forward, figures))

    def _extra_m(self, a: int | None, b: int | None, way: bool) -> Array:
        """Return (pieces,) by how much the way between two nodes grows over each piece (m)."""
        ends = self.ways.graph.ends
        enter, leave = (ends[:, 0], ends[:, 1]) if way else (ends[:, 1], ends[:, 0])
        extra = self.ways.graph.length_m
        if a is not None:
            extra = extra + self.ways.row(a).length_m[enter]
        if b is not None:
            extra = extra + self.ways.row(b).length_m[leave]
        return extra - (self.ways.distance_m(a, b) if a is not None and b is not None else 0.0)

    def _on_the_way(
        self,
        gaps: Sequence[tuple[int | None, int | None]],
        gap_of: Ints,
        forward: NDArray[np.bool_],
        figures: Array,
    ) -> Array:
        """Return (pieces,) the larger sum of a figure along the two ways to the best place of each piece."""
        ends, out = self.ways.graph.ends, np.zeros(len(figures))
        for gap in np.unique(gap_of).tolist():
            for node, first in zip(gaps[gap], (True, False), strict=True):
                if node is not None:
                    here = np.flatnonzero(gap_of == gap)
                    at = ends[here, np.where(forward[here] == first, 0, 1)]
                    out[here] = np.maximum(out[here], self.ways.row(node).summed(figures)[at])
        return out

    def _nodes(self, stop: Driven) -> tuple[int, int]:
        """Return where a stop is entered and left."""
        a, b = self.ways.graph.ends[stop[0]]
        return (int(a), int(b)) if stop[1] else (int(b), int(a))

    def _gaps(self) -> Sequence[tuple[int | None, int | None]]:
        """Return from where to where each way leads that joins two stops; None: it is an open end."""
        nodes = [self._nodes(stop) for stop in self.stops]
        enter: list[int | None] = [a for a, _ in nodes]
        leave: list[int | None] = [b for _, b in nodes]
        if not self.loop:
            return list(zip([self.start, *leave], [*enter, None], strict=True))
        if self.start is not None or not nodes:
            return list(zip([self.start, *leave], [*enter, self.start], strict=True))
        # A loop without a start closes from the last stop to the first: its first gap has no place of its own.
        return [(None, None), *zip(leave, [*enter[1:], enter[0]], strict=True)]
