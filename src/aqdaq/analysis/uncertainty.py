"""From calibrated cells to one layer: best server, spread, probability of service, evidence class, SINR."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.calibrate import Calibration, Geometry
from aqdaq.analysis.service import probability_of_service
from aqdaq.base.units import noise_dbm
from aqdaq.engine.antennas import horizontal_gain_db
from aqdaq.engine.link import best_server, sinr_db
from aqdaq.model.coverage import CoverageMap, Evidence
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid, Window
from aqdaq.model.network import Cell, Layer

#: Grid rows worked on at once, at most.
BAND_ROWS: Final = 256
#: Levels worked on at once, at most: rows of a band times columns times cells of the layer.
BAND_LEVELS: Final = 1 << 23

#: Evidence rule of a layer that no definition judges.
DEFAULT_WITHIN_M, DEFAULT_SAMPLES = 50.0, 3

Float32 = NDArray[np.float32]


class LevelSource(Protocol):
    """Where the predicted level of a cell on a window of the grid comes from (a file, an array)."""

    def __call__(self, cell_id: str) -> tuple[Window, Float32]:
        """Return the window of the cell and its predicted level on it (dBm), NaN where unknown."""


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell with what the grid knows of it.

    Attributes:
        cell: the cell.
        x_m: easting of its site (m).
        y_m: northing of its site (m).
        grid_azimuth_deg: of the boresight, clockwise from grid north (deg).
        index: of the cell in the calibration.
    """

    cell: Cell
    x_m: float
    y_m: float
    grid_azimuth_deg: float
    index: int


def geometry(placed: PlacedCell, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> Geometry:
    """Return where (n,) points (m) lie as seen from a cell."""
    dx, dy = x_m - placed.x_m, y_m - placed.y_m
    off = (np.degrees(np.arctan2(dx, dy)) - placed.grid_azimuth_deg + 180.0) % 360.0 - 180.0
    return Geometry(np.hypot(dx, dy), off, horizontal_gain_db(placed.cell.antenna, off))


def interference(cells: Sequence[Cell], noise_figure_db: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (cells, cells) interference shares and (cells,) noise (dBm) for ``engine.link.sinr_db``.

    The share of an interferer is the part of the serving carrier that it overlaps, times its load.
    """
    share = np.zeros((len(cells), len(cells)))
    for s, serving in enumerate(cells):
        half = serving.bandwidth_mhz / 2
        for c, other in enumerate(cells):
            reach = half + other.bandwidth_mhz / 2 - abs(serving.frequency_mhz - other.frequency_mhz)
            if c != s and reach > 0:
                overlap = min(reach, serving.bandwidth_mhz, other.bandwidth_mhz) / serving.bandwidth_mhz
                share[s, c] = overlap * other.load
    return share, np.array([noise_dbm(cell.noise_bandwidth_hz, noise_figure_db) for cell in cells])


def enough_samples(
    grid: Grid, x_m: NDArray[np.float64], y_m: NDArray[np.float64], *, within_m: float, samples: int
) -> NDArray[np.bool_]:
    """Return (rows, cols) where at least ``samples`` distinct measured places lie within ``within_m``.

    Places are counted by the pixel that holds them; a phone that lay still counts once.
    """
    places = np.unique(np.stack([x_m, y_m], axis=1), axis=0)
    row, col, inside = grid.index(places[:, 0], places[:, 1])
    reach = int(within_m / grid.resolution_m)
    offset = np.arange(-reach, reach + 1) * grid.resolution_m
    disc = np.hypot(offset[:, None], offset[None, :]) <= within_m
    # Each place adds one to the runs of pixels that make up its disc: where a run begins, and off again where it ends.
    near = np.zeros((grid.rows, grid.cols + 1), dtype=np.int32)
    row, col = row[inside], col[inside]
    for down, width in zip(range(-reach, reach + 1), disc.sum(axis=1), strict=True):
        half, on_map = width // 2, (row + down >= 0) & (row + down < grid.rows) & (width > 0)
        into, middle = row[on_map] + down, col[on_map]
        np.add.at(near, (into, np.maximum(middle - half, 0)), 1)
        np.add.at(near, (into, np.minimum(middle + half + 1, grid.cols)), -1)
    np.cumsum(near, axis=1, out=near)
    return near[:, : grid.cols] >= samples


def evidence_rule(definitions: Sequence[ServiceDefinition], layer: Layer) -> tuple[float, int]:
    """Return distance (m) and number of samples of the strictest definition that judges ``layer``."""
    judging = [d for d in definitions if d.judges(layer)]
    if not judging:
        return DEFAULT_WITHIN_M, DEFAULT_SAMPLES
    return min(d.measured_within_m for d in judging), max(d.minimum_samples for d in judging)


def fuse_layer(
    layer: Layer,
    cells: Sequence[PlacedCell],
    levels: LevelSource,
    calibration: Calibration,
    *,
    grid: Grid,
    definitions: Sequence[ServiceDefinition],
    measured: NDArray[np.bool_],
    noise_figure_db: float,
) -> CoverageMap:
    """Combine the cells of a layer into its coverage.

    Args:
        layer: operator and technology.
        cells: its cells.
        levels: predicted level of each cell.
        calibration: of all cells of the project.
        grid: of the results.
        definitions: those that judge the layer give probabilities.
        measured: (rows, cols) where enough samples are near.
        noise_figure_db: of the receiver (dB).
    """
    mean, sd, sinr = (np.full(grid.shape, np.nan, dtype=np.float32) for _ in range(3))
    server = np.full(grid.shape, -1, dtype=np.int16)
    share, noise = interference([placed.cell for placed in cells], noise_figure_db)
    for band in _bands(cells, levels, calibration, grid):
        server[band.rows], mean[band.rows], sd[band.rows], sinr[band.rows] = _best_of(band, share, noise)
    evidence = np.full(grid.shape, Evidence.UNKNOWN, dtype=np.uint8)
    known = np.isfinite(mean)
    evidence[known] = Evidence.PREDICTED
    evidence[known & measured] = Evidence.MEASURED
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
        probability={
            d.id: probability_of_service(d, layer.technology, mean, sd) for d in definitions if d.judges(layer)
        },
    )


@dataclass(frozen=True, slots=True)
class _Band:
    """Rows of the grid with the cells that can reach them.

    Attributes:
        rows: of the grid.
        cells: (k,) numbers of these cells in the layer, rising.
        level: (k, rows, cols) calibrated level (dBm), NaN where unknown.
        spread: (k, rows, cols) its standard deviation (dB).
    """

    rows: slice
    cells: NDArray[np.int64]
    level: Float32
    spread: Float32


def _best_of(
    band: _Band, share: NDArray[np.float64], noise_dbm: NDArray[np.float64]
) -> tuple[NDArray[np.int16], Float32, Float32, Float32]:
    """Return (rows, cols) best server (number in the layer), its level (dBm), spread (dB) and SINR (dB)."""
    shape, number = band.level.shape[1:], len(band.cells)
    if number == 0:
        nothing = np.full(shape, np.nan, dtype=np.float32)
        return np.full(shape, -1, dtype=np.int16), nothing, nothing, nothing
    flat, spread = band.level.reshape(number, -1), band.spread.reshape(number, -1)
    best = best_server(flat)
    known = best >= 0
    pick, column = np.where(known, best, np.int16(0)), np.arange(flat.shape[1])
    mean, sd = flat[pick, column], spread[pick, column]
    mean[~known], sd[~known] = np.nan, np.nan
    found = sinr_db(flat, best, np.ascontiguousarray(share[np.ix_(band.cells, band.cells)]), noise_dbm[band.cells])
    server = np.where(known, band.cells[pick], -1).astype(np.int16)
    return server.reshape(shape), mean.reshape(shape), sd.reshape(shape), found.reshape(shape)


def _bands(cells: Sequence[PlacedCell], levels: LevelSource, calibration: Calibration, grid: Grid) -> Iterator[_Band]:
    """Yield the grid from the top down; only one band is held at a time."""
    height = min(max(BAND_LEVELS // (grid.cols * max(len(cells), 1)), 1), BAND_ROWS)
    for top in range(0, grid.rows, height):
        yield _band(slice(top, min(top + height, grid.rows)), cells, levels, calibration, grid)


def _band(rows: slice, cells: Sequence[PlacedCell], levels: LevelSource, calibration: Calibration, grid: Grid) -> _Band:
    """Return one band."""
    found = [(k, placed, *levels(placed.cell.id)) for k, placed in enumerate(cells)]
    reaching = [
        (k, placed, window, predicted)
        for k, placed, window, predicted in found
        if max(rows.start, window.row0) < min(rows.stop, window.row1) and not window.empty
    ]
    shape = (len(reaching), rows.stop - rows.start, grid.cols)
    level, spread = np.full(shape, np.nan, dtype=np.float32), np.full(shape, np.nan, dtype=np.float32)
    x, y = grid.centres()
    for n, (_, placed, window, predicted) in enumerate(reaching):
        row0, row1 = max(rows.start, window.row0), min(rows.stop, window.row1)
        piece = predicted[row0 - window.row0 : row1 - window.row0]
        gx, gy = np.meshgrid(x[window.col0 : window.col1], y[row0:row1])
        shift, sd = calibration.correction(placed.index, geometry(placed, gx.ravel(), gy.ravel()))
        target = (n, slice(row0 - rows.start, row1 - rows.start), slice(window.col0, window.col1))
        level[target] = piece + shift.reshape(piece.shape)
        spread[target] = sd.reshape(piece.shape)
    return _Band(rows, np.array([k for k, *_ in reaching], dtype=np.int64), level, spread)
