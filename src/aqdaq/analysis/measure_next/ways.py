"""Distances and shortest ways on the graph of the streets."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from aqdaq.analysis.measure_next.streets import StreetGraph

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Pieces of a way that are summed: each doubling looks twice as far.
_DOUBLINGS: Final = 6
LAST: Final = 2**_DOUBLINGS
#: Numbers that the kept rows may hold altogether.
_KEPT: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """All shortest ways from one node.

    Attributes:
        length_m: (nodes,) to each node (m), infinite where none leads.
        before: (nodes,) the node before each on its way; the node itself at the start and where no way leads.
        piece: (nodes,) the piece from there; -1 at the start and where no way leads.
    """

    length_m: Array
    before: Ints
    piece: Ints

    def summed(self, figures: Array) -> Array:
        """Return (nodes,) the sum of a figure of each piece, (pieces,), over the last ``LAST`` pieces of each way."""
        total: Array = np.append(figures, 0.0)[self.piece]
        at = self.before
        for _ in range(_DOUBLINGS):
            total, at = total + total[at], at[at]
        return total


class Ways:
    """Shortest ways, kept for the nodes that were asked for last.

    Args:
        graph: of the streets.
        limit_m: ways longer than this are of no use (m).
    """

    def __init__(self, graph: StreetGraph, limit_m: float) -> None:
        self.graph = graph
        self._limit_m = limit_m
        nodes = len(graph.node_xy_m)
        low, high = graph.ends.min(axis=1), graph.ends.max(axis=1)
        order = np.lexsort((np.arange(len(graph)), graph.length_m, high, low))
        pair = low[order] * nodes + high[order]
        first = order[np.unique(pair, return_index=True)[1]]  # of several pieces between two nodes, the shortest
        first = first[low[first] != high[first]]
        self._pairs, self._pieces = low[first] * nodes + high[first], first
        self._links = csr_matrix((graph.length_m[first], (low[first], high[first])), shape=(nodes, nodes))
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._most = max(64, _KEPT // max(nodes, 1))

    def row(self, node: int) -> Row:
        """Return the shortest ways from a node."""
        if node in self._rows:
            self._rows.move_to_end(node)
            return self._rows[node]
        found = dijkstra(self._links, directed=False, indices=[node], return_predecessors=True, limit=self._limit_m)
        length, before = found[0][0], found[1][0]
        nodes = np.arange(len(length))
        start = before < 0
        at = np.where(start, nodes, before).astype(np.int64)
        pair = np.searchsorted(self._pairs, np.minimum(at, nodes) * len(nodes) + np.maximum(at, nodes))
        piece = np.where(start, -1, self._pieces[np.minimum(pair, len(self._pieces) - 1)])
        self._rows[node] = Row(length, at, piece)
        if len(self._rows) > self._most:
            self._rows.popitem(last=False)
        return self._rows[node]

    def distance_m(self, a: int, b: int) -> float:
        """Return the length of the shortest way (m)."""
        return float(self.row(a).length_m[b])

    def pieces(self, a: int, b: int) -> list[tuple[int, bool]]:
        """Return the pieces of the shortest way and whether each is driven from its first node to its second."""
        row, out, at = self.row(a), [], b
        while at != a:
            piece, at = int(row.piece[at]), int(row.before[at])
            out.append((piece, int(self.graph.ends[piece, 0]) == at))
        return out[::-1]
