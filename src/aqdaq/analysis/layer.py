"""From the cells of a layer to its coverage: the best server as the strongest of levels that vary together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.cell_levels import CellLevels
from aqdaq.analysis.placed import PlacedCell
from aqdaq.analysis.service import probability_of_service
from aqdaq.analysis.uncertainty import interference
from aqdaq.engine.link import best_server, sinr_db
from aqdaq.engine.strongest import strongest
from aqdaq.model.coverage import CoverageMap, Evidence
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid, Window
from aqdaq.model.network import Layer

#: Grid rows worked on at once, at most.
BAND_ROWS: Final = 256
#: Levels worked on at once, at most: rows of a band times columns times cells of the layer.
BAND_LEVELS: Final = 1 << 23
#: Cells whose level lies this far below the best (dB) are not told from measurements, and do not serve.
FAINT_DB: Final = 25.0

Float32 = NDArray[np.float32]


class LevelSource(Protocol):
    """Where the predicted level of a cell on a window of the grid comes from (a file, an array)."""

    def __call__(self, cell_id: str) -> tuple[Window, Float32]:
        """Return the window of the cell and its predicted level on it (dBm), NaN where unknown."""


class Judge(Protocol):
    """What else a definition needs to know of the pixels of a layer."""

    def __call__(self, definition: ServiceDefinition, server: NDArray[np.int16]) -> dict[str, object]:
        """Return frequency and building classes for ``probability_of_service``, by name."""


@dataclass(frozen=True, slots=True)
class Levels:
    """What the coverage of a layer is made of.

    Attributes:
        cells: of the layer.
        source: predicted level of each.
        fitted: what measurements made of it.
    """

    cells: Sequence[PlacedCell]
    source: LevelSource
    fitted: CellLevels


def fuse_layer(
    layer: Layer,
    levels: Levels,
    *,
    grid: Grid,
    definitions: Sequence[ServiceDefinition],
    measured: NDArray[np.bool_],
    noise_figure_db: float,
    judge: Judge,
) -> CoverageMap:
    """Combine the cells of a layer into its coverage.

    Args:
        layer: operator and technology.
        levels: its cells and their levels.
        grid: of the results.
        definitions: those that judge the layer give probabilities.
        measured: (rows, cols) where enough samples are near.
        noise_figure_db: of the receiver (dB).
        judge: what indoor definitions need to know.
    """
    cells = levels.cells
    mean, sd, sinr = (np.full(grid.shape, np.nan, dtype=np.float32) for _ in range(3))
    server = np.full(grid.shape, -1, dtype=np.int16)
    share, noise = interference([placed.cell for placed in cells], noise_figure_db)
    judging = [d for d in definitions if d.judges(layer)]
    outdoor = [d for d in judging if d.plain]
    bounds = np.array([d.threshold_dbm[layer.technology] for d in outdoor], dtype=np.float64)
    served = {d.id: np.full(grid.shape, np.nan, dtype=np.float32) for d in outdoor}
    for band in _bands(levels, grid):
        best = _best_of(band, levels.fitted, share, noise, bounds)
        server[band.rows], mean[band.rows], sd[band.rows], sinr[band.rows] = best[:4]
        for k, d in enumerate(outdoor):
            served[d.id][band.rows] = 1.0 - best[4][..., k]
    evidence = np.full(grid.shape, Evidence.UNKNOWN, dtype=np.uint8)
    known = np.isfinite(mean)
    evidence[known] = Evidence.PREDICTED
    evidence[known & measured] = Evidence.MEASURED
    for d in judging:
        if d.id not in served:
            more = judge(d, server)
            served[d.id] = probability_of_service(d, layer.technology, mean, sd, **more)  # type: ignore[arg-type]
    return CoverageMap(
        layer=layer,
        grid=grid,
        quantity=cells[0].cell.quantity,
        mean_dbm=mean,
        sd_db=sd,
        best_server=server,
        sinr_db=sinr,
        evidence=evidence,
        cells=tuple(placed.cell.id for placed in cells),
        probability={d.id: served[d.id] for d in judging},
    )


@dataclass(frozen=True, slots=True)
class _Band:
    """Rows of the grid with the cells that can reach them.

    Attributes:
        rows: of the grid.
        cells: (k,) numbers of these cells in the layer, rising.
        level: (k, rows, cols) level (dBm), NaN where unknown.
        spread: (k, rows, cols) its standard deviation (dB), NaN where the cell is too faint to serve.
    """

    rows: slice
    cells: NDArray[np.int64]
    level: Float32
    spread: Float32


def _best_of(
    band: _Band,
    fitted: CellLevels,
    share: NDArray[np.float64],
    noise_dbm: NDArray[np.float64],
    bounds_dbm: NDArray[np.float64],
) -> tuple[NDArray[np.int16], Float32, Float32, Float32, NDArray[np.float64]]:
    """Return (rows, cols) best server (number in the layer), its level (dBm), spread (dB), SINR (dB), P(below)."""
    shape, number = band.level.shape[1:], len(band.cells)
    if number == 0:
        nothing = np.full(shape, np.nan, dtype=np.float32)
        return np.full(shape, -1, dtype=np.int16), nothing, nothing, nothing, np.full((*shape, len(bounds_dbm)), np.nan)
    flat, spread = band.level.reshape(number, -1), band.spread.reshape(number, -1)
    serving = np.where(np.isfinite(spread), flat, np.float32(np.nan))
    best = best_server(serving)
    begin = np.arange(flat.shape[1] + 1, dtype=np.int64) * number
    mean, sd, below = strongest(
        begin,
        np.ascontiguousarray(serving.T, dtype=np.float64).reshape(-1),
        np.ascontiguousarray(spread.T, dtype=np.float64).reshape(-1) * fitted.best_factor,
        fitted.together,
        bounds_dbm,
    )
    found = sinr_db(flat, best, np.ascontiguousarray(share[np.ix_(band.cells, band.cells)]), noise_dbm[band.cells])
    server = np.where(best >= 0, band.cells[np.maximum(best, 0)], -1).astype(np.int16)
    return (
        server.reshape(shape),
        mean.astype(np.float32).reshape(shape),
        sd.astype(np.float32).reshape(shape),
        found.reshape(shape),
        below.reshape(*shape, len(bounds_dbm)),
    )


def _bands(levels: Levels, grid: Grid) -> Iterator[_Band]:
    """Yield the grid from the top down; only one band is held at a time."""
    height = min(max(BAND_LEVELS // (grid.cols * max(len(levels.cells), 1)), 1), BAND_ROWS)
    for top in range(0, grid.rows, height):
        yield _band(slice(top, min(top + height, grid.rows)), levels, grid)


@dataclass(frozen=True, slots=True)
class _Reach:
    """One cell on a band: its number in the layer and where on the band its window lies."""

    number: int
    placed: PlacedCell
    target: tuple[slice, slice]
    predicted: Float32


def _band(rows: slice, levels: Levels, grid: Grid) -> _Band:
    """Return one band: first roughly who is heard where, then the levels of those that may serve."""
    reaching = list(_reaching(rows, levels))
    shape = (len(reaching), rows.stop - rows.start, grid.cols)
    level, spread = np.full(shape, np.nan, dtype=np.float32), np.full(shape, np.nan, dtype=np.float32)
    x, y = grid.centres()

    def told(ask: Callable[..., object], reach: _Reach, use: NDArray[np.bool_]) -> object:
        gx, gy = np.meshgrid(x[reach.target[1]], y[rows][reach.target[0]])
        return ask(reach.placed.index, gx[use], gy[use], reach.predicted[use].astype(np.float64))

    for n, reach in enumerate(reaching):
        known = np.isfinite(reach.predicted)
        level[n][reach.target][known] = told(levels.fitted.about, reach, known)
    best = np.max(np.where(np.isfinite(level), level, -np.inf), axis=0, initial=-np.inf)
    for n, reach in enumerate(reaching):
        near = level[n][reach.target] >= best[reach.target] - FAINT_DB
        if near.any():
            found = told(levels.fitted.levels, reach, near)
            level[n][reach.target][near], spread[n][reach.target][near] = found  # type: ignore[misc]
    return _Band(rows, np.array([reach.number for reach in reaching], dtype=np.int64), level, spread)


def _reaching(rows: slice, levels: Levels) -> Iterator[_Reach]:
    for k, placed in enumerate(levels.cells):
        window, predicted = levels.source(placed.cell.id)
        row0, row1 = max(rows.start, window.row0), min(rows.stop, window.row1)
        if row0 >= row1 or window.empty:
            continue
        piece = np.asarray(predicted[row0 - window.row0 : row1 - window.row0])
        target = (slice(row0 - rows.start, row1 - rows.start), slice(window.col0, window.col1))
        yield _Reach(k, placed, target, piece)
