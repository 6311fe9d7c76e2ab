"""The people of a map on coarse cells: how many are misclassified, as a curve over what is learnt of the cell.

What a sample teaches varies over tens of metres, so all pixels of a cell of a third of that share one figure: the
share ``w`` of the variance that neighbours share and that nothing has taken away yet. For each cell the expected
number of people misclassified is summed over its pixels and layers at a few values of ``w`` once; a route is judged
on these curves, not on pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.measure_next.misclassified import margin_in_sd, wrong_after, wrong_now
from aqdaq.analysis.measure_next.spread import FieldSpread
from aqdaq.model.grid import Grid

Array = NDArray[np.float64]

#: Where the curves are kept: dense near 0, where they may be steep.
KNOTS: Final[Array] = np.linspace(0.0, 1.0, 13) ** 2
#: Pixels that are wrong less often than this have nothing to gain, and are left out of the curves.
WORTH: Final = 1e-4
#: Pixels worked on at once.
_BATCH: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class LayerView:
    """One layer of a map as a definition judges it; arrays have the shape of the grid.

    Attributes:
        name: of the layer.
        probability: that the level is reached; NaN where unknown.
        sd_db: standard deviation of the level (dB).
        other_sd_db: further standard deviation of what is judged that no measurement outdoors lowers, such as the
            entry loss of a house (dB).
        bound: probability that the definition asks for.
    """

    name: str
    probability: NDArray[np.floating]
    sd_db: NDArray[np.floating]
    other_sd_db: float
    bound: float


@dataclass(frozen=True, slots=True)
class Ground:
    """Cells where something can be gained.

    Attributes:
        x_m: (cells,) easting of the centres (m).
        y_m: (cells,) northing of the centres (m).
        curves: (cells, knots) people misclassified when the share ``KNOTS`` of the variance is taken away.
        number: (rows, cols) int32 number of the cell of each pixel of the grid; -1 where nothing can be gained.
    """

    x_m: Array
    y_m: Array
    curves: Array
    number: NDArray[np.int32]

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.x_m)

    def people(self, cells: NDArray[np.int64], share: Array) -> Array:
        """Return (n,) people misclassified in cells when a share of the variance, 0..1, is taken away there."""
        at = np.sqrt(np.clip(share, 0.0, 1.0)) * (len(KNOTS) - 1)
        low = np.minimum(at.astype(np.int64), len(KNOTS) - 2)
        part = at - low
        return np.asarray((1.0 - part) * self.curves[cells, low] + part * self.curves[cells, low + 1])


def cell_side(grid: Grid, spread: FieldSpread) -> int:
    """Return the side of a cell in pixels: about a third of the range, at least one."""
    return max(1, math.floor(spread.range_m / 3.0 / grid.resolution_m))


def make_ground(
    grid: Grid, layers: Iterable[LayerView], people: NDArray[np.floating], spread: FieldSpread
) -> tuple[Ground, dict[str, float]]:
    """Return the cells of a map where something can be gained, and the people misclassified now per layer.

    Args:
        grid: of the arrays.
        layers: asked for one after the other; unknown pixels are in none of the figures.
        people: (rows, cols) persons per pixel, or whatever else is counted.
        spread: of the map's error.
    """
    side = cell_side(grid, spread)
    cols = -(-grid.cols // side)
    count = cols * -(-grid.rows // side)
    inhabited = np.flatnonzero((people > 0.0).ravel())
    block = (inhabited // grid.cols // side) * cols + inhabited % grid.cols // side
    weight = people.ravel()[inhabited].astype(np.float64)
    curves, now = np.zeros((count, len(KNOTS))), {}
    for layer in layers:
        now[layer.name] = _add_layer(curves, layer, inhabited, block, weight, spread)
    worth = np.flatnonzero(curves.max(axis=1) > 0.0)
    number = np.full(count, -1, dtype=np.int32)
    number[worth] = np.arange(len(worth), dtype=np.int32)
    half, step = 0.5 * side, grid.resolution_m
    x: Array = grid.x_min_m + (worth % cols * side + half).astype(np.float64) * step
    y: Array = grid.y_max_m - (worth // cols * side + half).astype(np.float64) * step
    rows_of, cols_of = np.arange(grid.rows) // side, np.arange(grid.cols) // side
    return Ground(x, y, curves[worth], number[rows_of[:, None] * cols + cols_of[None, :]]), now


def _add_layer(
    curves: Array,
    layer: LayerView,
    inhabited: NDArray[np.int64],
    block: NDArray[np.int64],
    weight: Array,
    spread: FieldSpread,
) -> float:
    """Add one layer to the curves and return its people misclassified now."""
    total = 0.0
    chance, sd = layer.probability.ravel()[inhabited], layer.sd_db.ravel()[inhabited]
    for begin in range(0, len(inhabited), _BATCH):
        part = slice(begin, begin + _BATCH)
        known = np.isfinite(chance[part]) & np.isfinite(sd[part])
        z, persons, cells = margin_in_sd(chance[part][known]), weight[part][known], block[part][known]
        wrong = wrong_now(z, layer.bound)
        total += float(persons @ wrong)
        use = wrong > WORTH
        share = movable_share(sd[part][known][use], layer.other_sd_db, spread)
        for k, knot in enumerate(KNOTS):
            after = wrong_after(z[use], layer.bound, knot * share)
            curves[:, k] += np.bincount(cells[use], persons[use] * after, minlength=len(curves))
    return total


def movable_share(sd_db: NDArray[np.floating], other_sd_db: float, spread: FieldSpread) -> Array:
    """Return the share of the variance of what is judged that samples nearby could take away altogether, 0..1.

    The map's own variance less the nugget: where the map used measurements, their part is gone from it already.

    Args:
        sd_db: (n,) standard deviation of the level (dB).
        other_sd_db: as of ``LayerView`` (dB).
        spread: of the map's error.
    """
    variance = np.asarray(sd_db, dtype=np.float64) ** 2
    movable = np.maximum(variance - spread.nugget_db**2, 0.0)
    return np.asarray(movable / np.maximum(variance + other_sd_db**2, 1e-12))


def wrong_people(
    layer: LayerView, people: NDArray[np.floating], spread: FieldSpread, ground: Ground, learnt: Sequence[float] | Array
) -> float:
    """Return the people misclassified in one layer, pixel by pixel, after a share was learnt of each cell.

    Args:
        layer: of the map.
        people: (rows, cols) persons per pixel.
        spread: of the map's error.
        ground: the cells.
        learnt: (cells,) share of the variance that neighbours share and that is taken away, 0..1.
    """
    use = (people > 0.0) & np.isfinite(layer.probability) & np.isfinite(layer.sd_db)
    share = np.append(np.asarray(learnt, dtype=np.float64), 0.0)[ground.number[use]]
    share *= movable_share(layer.sd_db[use], layer.other_sd_db, spread)
    wrong = wrong_after(margin_in_sd(layer.probability[use]), layer.bound, share)
    return float(people[use].astype(np.float64) @ wrong)
