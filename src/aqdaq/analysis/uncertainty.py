"""What a layer's coverage rests on beside its levels: interference, and where measurements are evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.units import noise_dbm
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid
from aqdaq.model.network import Cell, Layer

#: Evidence rule of a layer that no definition judges.
DEFAULT_WITHIN_M, DEFAULT_SAMPLES = 50.0, 3


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
