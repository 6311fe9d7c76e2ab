"""What several area models need: the two ends of each path, and ranges that become reasons."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.engine.area_types import AreaLoss, Reason, Terrain, Transmitter
from aqdaq.engine.directions import offset_m
from aqdaq.engine.profiles import bilinear


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of n paths from one site.

    Attributes:
        distance_m: (n,) horizontal distance (m).
        tx_ground_m: ground below the site (m); NaN where unknown.
        rx_ground_m: (n,) ground below the receivers (m); NaN where unknown.
    """

    distance_m: NDArray[np.float64]
    tx_ground_m: float
    rx_ground_m: NDArray[np.float64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """(n,) whether the ground is known at both ends."""
        return np.isfinite(self.rx_ground_m + self.tx_ground_m)


def find_ends(terrain: Terrain, transmitter: Transmitter, rows: NDArray[np.float64], cols: NDArray[np.float64]) -> Ends:
    """Return the ends of the paths from a site to receivers at (n,) rows and columns (pixels)."""
    site = (float(transmitter.row), float(transmitter.col))
    distance, ground = np.empty(len(rows)), np.empty(len(rows))
    _fill(
        terrain.ground_m,
        float(terrain.resolution_m),
        site,
        np.ascontiguousarray(rows, dtype=np.float64),
        np.ascontiguousarray(cols, dtype=np.float64),
        distance,
        ground,
    )
    return Ends(distance, float(bilinear(terrain.ground_m, *site)), ground)


@njit(cache=True, parallel=True, error_model="numpy")
def _fill(
    ground_m: NDArray[np.float32],
    resolution_m: float,
    site: tuple[float, float],
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    distance_m: NDArray[np.float64],
    rx_ground_m: NDArray[np.float64],
) -> None:
    """Fill distance and ground of each receiver."""
    for i in prange(rows.shape[0]):
        distance_m[i] = offset_m(site, rows[i], cols[i], resolution_m)[2]
        rx_ground_m[i] = bilinear(ground_m, site[0] + (rows[i] - site[0]), site[1] + (cols[i] - site[1]))


class Ranges:
    """Collects why losses are unknown; the first reason that is noted for a pair and a receiver stays.

    Args:
        shape: (k, n) pairs of height and frequency, receivers.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.reason = np.zeros(shape, dtype=np.uint8)

    def note(self, wrong: NDArray[np.bool_], why: Reason) -> None:
        """Note ``why`` where ``wrong``, which is of shape (k, n), (k, 1) or (n,), and nothing was noted before."""
        self.reason[np.broadcast_to(wrong, self.reason.shape) & (self.reason == Reason.KNOWN)] = why

    def note_all(self, wrong: bool, why: Reason) -> None:
        """Note ``why`` for all pairs and receivers when ``wrong``."""
        if wrong:
            self.reason[self.reason == Reason.KNOWN] = why

    @property
    def open(self) -> NDArray[np.bool_]:
        """(k, n) where nothing was noted."""
        return self.reason == Reason.KNOWN

    def result(self, loss_db: NDArray[np.float64], undefined: Reason = Reason.DISTANCE) -> AreaLoss:
        """Return losses (k, n), NaN where a reason was noted; a NaN without one is ``undefined``."""
        self.note(np.isnan(loss_db), undefined)
        return AreaLoss(np.where(self.open, loss_db, np.nan).astype(np.float32), self.reason)


def outside(value: NDArray[np.float64], low: float, high: float) -> NDArray[np.bool_]:
    """Return where values lie outside a range that holds its ends."""
    return np.asarray(~((value >= low) & (value <= high)))


@njit(cache=True, error_model="numpy")
def slant_m(distance_m: float, rise_m: float, nearest_m: float) -> float:
    """Return the distance in space (m) over a horizontal distance and a rise, at least ``nearest_m``."""
    return max(math.hypot(distance_m, rise_m), nearest_m)
