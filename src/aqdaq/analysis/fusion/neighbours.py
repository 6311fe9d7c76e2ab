"""Which measurements stand beside which links: the nearest of the same cell, and the nearest of any."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: How many measurements of the same cell, and of any other cell, a level is krigged from.
OWN: Final = 32
OTHERS: Final = 16


class Index:
    """Trees over the measurements, one for each cell and one for all.

    Args:
        x_m: (n,) easting (m).
        y_m: (n,) northing (m).
        cell: (n,) number of the cell.
    """

    def __init__(self, x_m: Array, y_m: Array, cell: Ints) -> None:
        self._points = np.stack([x_m, y_m], axis=1)
        self._cell = cell
        self._rows: dict[int, Ints] = {int(c): np.flatnonzero(cell == c) for c in np.unique(cell)}
        self._own = {c: cKDTree(self._points[rows]) for c, rows in self._rows.items()}
        self._all = cKDTree(self._points) if len(cell) else None

    def near(self, x_m: Array, y_m: Array, cell: int) -> Ints:
        """Return (m, 48) rows near (m,) places for one cell, -1 after the last of each.

        Args:
            x_m: (m,) easting (m).
            y_m: (m,) northing (m).
            cell: number of the cell.
        """
        if self._all is None:
            return np.full((len(x_m), OWN + OTHERS), -1, dtype=np.int64)
        points = np.stack([x_m, y_m], axis=1)
        own = self._nearest(self._own.get(cell), self._rows.get(cell), points, OWN)
        # Twice as many as are needed: those of the cell itself are taken out again.
        around = self._nearest(self._all, None, points, 2 * OTHERS)
        around = np.where((around >= 0) & (self._cell[around] != cell), around, -1)
        found = np.concatenate([own, _packed(around)[:, :OTHERS]], axis=1)
        return _packed(found)

    def near_all(self, x_m: Array, y_m: Array, cell: Ints) -> Ints:
        """Return (m, 48) rows near (m,) places for the cell of each, as ``near``."""
        out = np.full((len(cell), OWN + OTHERS), -1, dtype=np.int64)
        for c in np.unique(cell):
            own = np.flatnonzero(cell == c)
            out[own] = self.near(x_m[own], y_m[own], int(c))
        return out

    def distance_m(self, x_m: Array, y_m: Array, cell: int | None = None) -> Array:
        """Return (m,) distance to the nearest measurement (m), of one cell or of any; infinite where there is none."""
        tree = self._all if cell is None else self._own.get(cell)
        if tree is None:
            return np.full(len(x_m), np.inf)
        return np.asarray(tree.query(np.stack([x_m, y_m], axis=1))[0], dtype=np.float64)

    @staticmethod
    def _nearest(tree: cKDTree | None, rows: Ints | None, points: Array, most: int) -> Ints:
        if tree is None:
            return np.full((len(points), most), -1, dtype=np.int64)
        k = min(most, tree.n)
        found = tree.query(points, k=np.arange(1, k + 1))[1]
        out = np.full((len(points), most), -1, dtype=np.int64)
        out[:, :k] = found if rows is None else rows[found]
        return out


def _packed(rows: Ints) -> Ints:
    """Return each row with its entries of -1 at the end."""
    order = np.argsort(rows < 0, axis=1, kind="stable")
    return np.take_along_axis(rows, order, axis=1)
