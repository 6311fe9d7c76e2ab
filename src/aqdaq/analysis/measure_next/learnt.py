"""What samples teach of the cells around them: kriging variances from the nearest samples.

With the correlation r of the part that neighbours share, and the noise tau of a sample (its nugget over that part),
samples S take the share

    q(S) = r_S' (R_SS + tau I)^-1 r_S                                                                            (1)

of the shared variance of a cell away, where r_S are the correlations of the cell with the samples and R_SS those
among them. Samples that are there already, K, are in the map; new ones, M, take of what is left the share

    w(M) = (q(K u M) - q(K)) / (1 - q(K)).                                                                       (2)

Equation (1) is exact for the samples that it is given. A cell is given its nearest ``NEAREST`` within ``REACH``
ranges: the ones behind them add next to nothing, and leaving them out never promises too much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from aqdaq.analysis.measure_next.spread import FieldSpread

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Samples that a cell listens to, within so many ranges, out of so many that it knows of.
NEAREST: Final = 8
REACH: Final = 2.0
KNOWN_OF: Final = 96
#: Cells worked on at once.
_BATCH: Final = 20_000


@dataclass(frozen=True, slots=True)
class Learnt:
    """Cells and the samples near them.

    Attributes:
        spread: of the map's error.
        cell_xy_m: (cells, 2) centres (m).
        place_xy_m: (samples + already, 2) places of the samples that could be taken, then of those there already (m).
        near: (cells, k) numbers of the places within reach of each cell, nearest first; ``len(place_xy_m)``: none.
        samples: number of samples that could be taken.
        before: (cells,) share q(K) that is gone already.
    """

    spread: FieldSpread
    cell_xy_m: Array
    place_xy_m: Array
    near: NDArray[np.int32]
    samples: int
    before: Array

    @classmethod
    def build(cls, spread: FieldSpread, cell_xy_m: Array, sample_xy_m: Array, already_xy_m: Array) -> Learnt:
        """Return what is needed to judge any choice of samples.

        Args:
            spread: of the map's error.
            cell_xy_m: (cells, 2) centres (m).
            sample_xy_m: (samples, 2) places that could be measured (m).
            already_xy_m: (n, 2) places that were measured (m); places closer than a third of the range count once.
        """
        places = np.concatenate([sample_xy_m, thinned(already_xy_m, spread.range_m / 3.0)])
        near = np.full((len(cell_xy_m), 1), len(places), dtype=np.int32)
        if len(places) and len(cell_xy_m):
            k = min(KNOWN_OF, len(places))
            reach = REACH * spread.range_m
            found = cKDTree(places).query(cell_xy_m, k=range(1, k + 1), distance_upper_bound=reach)[1]
            near = np.asarray(found, dtype=np.int32).reshape(len(cell_xy_m), k)
        new = cls(spread, cell_xy_m, places, near, len(sample_xy_m), np.zeros(len(cell_xy_m)))
        new.before[:] = new.gone(np.arange(len(cell_xy_m)), np.zeros(len(sample_xy_m), dtype=np.bool_))
        return new

    def share(self, cells: Ints, taken: Mask) -> Array:
        """Return (n,) the share w, equation (2), that samples take of what is left in cells.

        Args:
            cells: (n,) numbers of cells.
            taken: (samples,) which samples are taken.
        """
        before = self.before[cells]
        return np.clip((self.gone(cells, taken) - before) / np.maximum(1.0 - before, 1e-9), 0.0, 1.0)

    def gone(self, cells: Ints, taken: Mask) -> Array:
        """Return (n,) the share q, equation (1), of samples taken and those there already; arguments of ``share``."""
        there = np.ones(len(self.place_xy_m) + 1, dtype=np.bool_)
        there[: self.samples] = taken
        there[-1] = False
        parts = [self._of(batch, there[self.near[batch]]) for batch in _batches(cells)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def share_alone(self, cells: Ints, group: Ints, group_of: Ints) -> Array:
        """Return (n,) the share w that the samples of one group alone take of what is left in a cell.

        Args:
            cells: (n,) numbers of cells.
            group: (n,) the group beside each.
            group_of: (samples,) group of each sample.
        """
        already = np.full(len(self.place_xy_m) - self.samples, -1, dtype=np.int64)
        of = np.concatenate([group_of, already, [-2]])
        out = np.zeros(len(cells))
        for rows in _batches(np.arange(len(cells))):
            whose = of[self.near[cells[rows]]]
            out[rows] = self._of(cells[rows], (whose == group[rows, None]) | (whose == -1))
        before = self.before[cells]
        return np.clip((out - before) / np.maximum(1.0 - before, 1e-9), 0.0, 1.0)

    def _of(self, cells: Ints, use: Mask) -> Array:
        """Return (n,) the share q of the places of ``near`` that are in use."""
        near = self.near[cells]
        keep = min(NEAREST, int(use.sum(axis=1).max(initial=0)))
        out = np.zeros(len(cells))
        if keep == 0:
            return out
        order = np.argsort(~use, axis=1, kind="stable")[:, :keep]  # stable: the nearest come first
        some = np.flatnonzero(use.any(axis=1))
        chosen = np.take_along_axis(near, order, axis=1)[some]
        there_are = np.take_along_axis(use, order, axis=1)[some]
        chosen = np.where(there_are, chosen, 0)
        xy = self.place_xy_m[chosen]
        pairs = there_are[:, :, None] & there_are[:, None, :]
        matrix = np.where(pairs, self.spread.correlation(_distance(xy[:, :, None, :], xy[:, None, :, :])), 0.0)
        matrix[:, np.arange(keep), np.arange(keep)] = 1.0 + max(self.spread.noise, 1e-6)
        with_cell = self.spread.correlation(_distance(xy, self.cell_xy_m[cells[some]][:, None, :])) * there_are
        out[some] = np.einsum("ni,ni->n", with_cell, np.linalg.solve(matrix, with_cell[:, :, None])[:, :, 0])
        return out


def thinned(xy_m: Array, step_m: float) -> Array:
    """Return one place for each square of ``step_m`` that holds any: the first one, in the order of the squares.

    Args:
        xy_m: (n, 2) places (m).
        step_m: side of the squares (m).
    """
    if len(xy_m) == 0:
        return np.zeros((0, 2))
    first = np.unique(np.floor(xy_m / step_m).astype(np.int64), axis=0, return_index=True)[1]
    return np.asarray(xy_m[first], dtype=np.float64)


def _batches(numbers: Ints) -> list[Ints]:
    return [numbers[i : i + _BATCH] for i in range(0, len(numbers), _BATCH)]


def _distance(a: Array, b: Array) -> Array:
    apart = a - b
    return np.asarray(np.sqrt(np.einsum("...i,...i->...", apart, apart)))
