"""The gain of measuring a set of pieces of street: people no longer misclassified, to be expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from aqdaq.analysis.measure_next.ground import Ground
from aqdaq.analysis.measure_next.learnt import Learnt
from aqdaq.analysis.measure_next.spread import FieldSpread

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Gains kept of pieces beside what was driven around them, at most.
_KEPT: Final = 400_000


@dataclass(slots=True)
class Taken:
    """What is measured so far.

    Attributes:
        pieces: (pieces,) which pieces.
        samples: (samples,) which samples.
        people: per field (cells,) people misclassified in each cell.
        gain: people no longer misclassified, of all fields.
    """

    pieces: NDArray[np.bool_]
    samples: NDArray[np.bool_]
    people: list[Array]
    gain: float = 0.0


@dataclass(frozen=True, slots=True)
class _Field:
    """Layers that were measured at the same places so far: their cells, and the cells that each piece reaches."""

    ground: Ground
    learnt: Learnt
    reach: csr_matrix

    def cells_of(self, pieces: Iterable[int]) -> Ints:
        """Return the cells that any of the pieces reaches, rising."""
        start, cells = self.reach.indptr, self.reach.indices
        found = [cells[start[p] : start[p + 1]] for p in pieces]
        return np.unique(np.concatenate(found)).astype(np.int64) if found else np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Survey:
    """Pieces of street, or single places, that can be measured.

    Attributes:
        fields: the cells of the map, layers that were measured alike together.
        piece_of: (samples,) piece of each sample, rising.
        pieces: number of pieces.
        alone: (pieces,) gain of each piece when no other is measured.
    """

    fields: tuple[_Field, ...]
    piece_of: Ints
    pieces: int
    alone: Array
    _beside: csr_matrix
    _kept: dict[tuple[int, bytes], float] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls,
        grounds: Sequence[tuple[Ground, Array]],
        sample_xy_m: Array,
        piece_of: Ints,
        pieces: int,
        spread: FieldSpread,
    ) -> Survey:
        """Return the survey of a map.

        Args:
            grounds: cells of layers, and the (n, 2) places where these layers were measured already (m).
            sample_xy_m: (samples, 2) places that can be measured (m).
            piece_of: (samples,) number of the piece of each, rising.
            pieces: how many there are.
            spread: of the map's error.
        """
        fields = []
        for ground, already in grounds:
            learnt = Learnt.build(spread, np.stack([ground.x_m, ground.y_m], axis=1), sample_xy_m, already)
            fields.append(_Field(ground, learnt, _reach(learnt, piece_of, pieces)))
        beside = sum((f.reach @ f.reach.T for f in fields), start=csr_matrix((pieces, pieces)))
        alone = np.sum([_alone(f, piece_of, pieces) for f in fields], axis=0) if fields else np.zeros(pieces)
        return cls(tuple(fields), piece_of, pieces, alone, csr_matrix(beside))

    def nothing(self) -> Taken:
        """Return that nothing is measured yet."""
        people = [f.ground.curves[:, 0].copy() for f in self.fields]
        return Taken(np.zeros(self.pieces, np.bool_), np.zeros(len(self.piece_of), np.bool_), people)

    def all_of(self, pieces: Iterable[int]) -> Taken:
        """Return that these pieces are measured and no others."""
        taken = self.nothing()
        self.change(taken, frozenset(pieces), frozenset())
        return taken

    def added(self, taken: Taken, piece: int) -> float:
        """Return what one more piece would gain."""
        if taken.pieces[piece]:
            return 0.0
        near = self._beside.indices[self._beside.indptr[piece] : self._beside.indptr[piece + 1]]
        key = (piece, taken.pieces[near].tobytes())
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = self.changed(taken, frozenset([piece]), frozenset())
        return self._kept[key]

    def changed(self, taken: Taken, add: frozenset[int], leave: frozenset[int]) -> float:
        """Return what it would gain to measure some pieces and to leave out others."""
        return self._apply(taken, add, leave)[0]

    def change(self, taken: Taken, add: frozenset[int], leave: frozenset[int]) -> None:
        """Measure some pieces and leave out others."""
        gain, samples, found = self._apply(taken, add, leave)
        for people, (cells, value) in zip(taken.people, found, strict=True):
            people[cells] = value
        taken.pieces[list(add)], taken.samples[:] = True, samples
        taken.pieces[list(leave)] = False
        taken.gain += gain

    def beside(self, piece: int) -> NDArray[np.int32]:
        """Return the pieces that reach some of the same cells."""
        return np.asarray(self._beside.indices[self._beside.indptr[piece] : self._beside.indptr[piece + 1]])

    def _apply(
        self, taken: Taken, add: frozenset[int], leave: frozenset[int]
    ) -> tuple[float, NDArray[np.bool_], list[tuple[Ints, Array]]]:
        """Return the gain of a change, the samples after it, and per field the cells it touches and their people."""
        samples = taken.samples.copy()
        for piece in add:
            samples[self._samples_of(piece)] = True
        for piece in leave:
            samples[self._samples_of(piece)] = False
        gain, found = 0.0, []
        for f, people in zip(self.fields, taken.people, strict=True):
            cells = f.cells_of(sorted(add | leave))
            value = f.ground.people(cells, f.learnt.share(cells, samples))
            gain += float((people[cells] - value).sum())
            found.append((cells, value))
        return gain, samples, found

    def _samples_of(self, piece: int) -> slice:
        begin, end = np.searchsorted(self.piece_of, [piece, piece + 1])
        return slice(int(begin), int(end))


def _reach(learnt: Learnt, piece_of: Ints, pieces: int) -> csr_matrix:
    """Return (pieces, cells) 1 where a sample of a piece is near enough to a cell to teach it anything."""
    cell, at = np.nonzero(learnt.near < learnt.samples)
    piece = piece_of[learnt.near[cell, at]]
    shape = (pieces, len(learnt.cell_xy_m))
    reach = csr_matrix((np.ones(len(cell)), (piece, cell)), shape=shape)
    reach.sum_duplicates()
    return reach


def _alone(f: _Field, piece_of: Ints, pieces: int) -> Array:
    """Return (pieces,) the gain of each piece when no other is measured."""
    pairs = f.reach.tocoo()
    piece, cells = pairs.row.astype(np.int64), pairs.col.astype(np.int64)
    after = f.ground.people(cells, f.learnt.share_alone(cells, piece, piece_of))
    return np.asarray(np.bincount(piece, f.ground.curves[cells, 0] - after, minlength=pieces), dtype=np.float64)
