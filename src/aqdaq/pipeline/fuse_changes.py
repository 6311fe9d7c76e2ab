"""What a map of another day leaves to do: only pixels where a level changed are fused anew, the others are kept.

The result is the same to the last bit: measurements are asked for squares of pixels, and a square of which any pixel
changed is done whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.layer import LevelSource
from aqdaq.analysis.placed import PlacedCell
from aqdaq.model.coverage import CoverageMap, Evidence
from aqdaq.model.grid import Grid, Window
from aqdaq.pipeline.entry_classes import EntryClasses
from aqdaq.pipeline.predict_grid import GridLevels
from aqdaq.pipeline.stored import StoredCoverage

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Before:
    """The map of another day, by the same fit of the same cells and under the same definitions.

    Attributes:
        coverage: of each layer.
        levels: it was made of.
        entry: classes of the buildings then; None without any.
    """

    coverage: Sequence[StoredCoverage]
    levels: GridLevels
    entry: EntryClasses | None

    def of(self, cells: Sequence[PlacedCell]) -> StoredCoverage:
        """Return the map of the layer of some cells."""
        return next(c for c in self.coverage if c.cells == tuple(p.cell.id for p in cells))

    def changed(self, cells: Sequence[PlacedCell], levels: GridLevels, entry: EntryClasses | None, grid: Grid) -> Mask:
        """Return (rows, cols) where the level of a cell, or how buildings are made, is not as it was."""
        out = np.zeros(grid.shape, dtype=np.bool_)
        for placed in cells:
            window, was = self.levels(placed.cell.id)
            _, now = levels(placed.cell.id)
            out[window.slices] |= _differ(np.asarray(was), np.asarray(now))
        if (self.entry is None) != (entry is None):
            out[:] = True
        elif self.entry is not None and entry is not None:
            out |= _differ(self.entry.code, entry.code)
        return out


@dataclass(frozen=True, slots=True)
class SomePixels:
    """A source of levels that knows them on some pixels only.

    Attributes:
        source: that knows all.
        mask: (rows, cols) of the grid.
    """

    source: LevelSource
    mask: Mask

    def __call__(self, cell_id: str) -> tuple[Window, NDArray[np.float32]]:
        """Return the window of a cell and its level on it (dBm), NaN where it is not asked."""
        window, level = self.source(cell_id)
        return window, np.where(self.mask[window.slices], level, np.float32(np.nan))


def whole_squares(mask: Mask, grid: Grid, side_m: float) -> Mask:
    """Return (rows, cols) all pixels of the squares that share their measurements of which one is marked.

    Args:
        mask: (rows, cols) marked pixels.
        grid: where they lie.
        side_m: of the squares (m); see ``CellLevels``.
    """
    x, y = grid.centres()
    row = np.unique(np.floor(y / side_m), return_inverse=True)[1]
    col = np.unique(np.floor(x / side_m), return_inverse=True)[1]
    squares = np.zeros((int(row.max()) + 1, int(col.max()) + 1), dtype=np.bool_)
    r, c = np.nonzero(mask)
    squares[row[r], col[c]] = True
    return squares[np.ix_(row, col)]


def patched(new: CoverageMap, old: StoredCoverage, mask: Mask, measured: Mask) -> CoverageMap:
    """Return a map that is new on some pixels and as it was on the others, with the evidence of today.

    Args:
        new: known on the mask only.
        old: of another day.
        mask: (rows, cols) what is new.
        measured: (rows, cols) where enough samples are near.
    """
    mean = np.where(mask, new.mean_dbm, old.mean_dbm)
    known = np.isfinite(mean)
    evidence = np.full(mask.shape, Evidence.UNKNOWN, dtype=np.uint8)
    evidence[known] = Evidence.PREDICTED
    evidence[known & measured] = Evidence.MEASURED
    probability: Mapping[str, NDArray[np.float32]] = old.probability
    return replace(
        new,
        mean_dbm=mean,
        sd_db=np.where(mask, new.sd_db, old.sd_db),
        sinr_db=np.where(mask, new.sinr_db, old.sinr_db),
        best_server=np.where(mask, new.best_server, old.best_server),
        evidence=evidence,
        probability={key: np.where(mask, p, probability[key]) for key, p in new.probability.items()},
    )


def _differ(a: NDArray[np.float32], b: NDArray[np.float32]) -> Mask:
    different: Mask = (a != b) & ~(np.isnan(a) & np.isnan(b))
    return different
