"""Receivers put in order for a sweep: which radial each belongs to, and how far out it lies.

Radials run from the transmitter to the pixels on the border of a square around it, so their number follows from the
square alone and a receiver's radial does not depend on which other receivers there are.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, error_model="numpy")
def radial_count(half: int) -> int:
    """Return the number of radials of a square with this half side (pixels)."""
    return 4 * (2 * half + 1)


@njit(cache=True, error_model="numpy")
def radial_of(down: float, right: float, half: int) -> int:
    """Return the radial next to a receiver at an offset from the transmitter (pixels)."""
    width = 2 * half + 1
    if abs(right) >= abs(down):
        side, share = (0 if right > 0 else 1), down / right if right != 0.0 else 0.0
    else:
        side, share = (2 if down > 0 else 3), right / down
    return side * width + math.floor((share + 1.0) * half + 0.5)


@njit(cache=True, error_model="numpy")
def radial_direction(radial: int, half: int) -> tuple[float, float]:
    """Return the direction of a radial as rows and columns of a vector of length 1."""
    width = 2 * half + 1
    side, j = radial // width, radial % width
    share = (j - half) / half
    length = math.sqrt(1.0 + share * share)
    sign = 1.0 if side in {0, 2} else -1.0
    if side < 2:
        return sign * share / length, sign / length
    return sign / length, sign * share / length


@njit(cache=True, error_model="numpy")
def assign(
    rows: NDArray[np.float64], cols: NDArray[np.float64], tx_row: float, tx_col: float, half: int
) -> NDArray[np.int32]:
    """Return (n,) the radial of each receiver.

    Args:
        rows: (n,) of the receivers (pixels).
        cols: (n,) of the receivers (pixels).
        tx_row: of the transmitter (pixels).
        tx_col: of the transmitter (pixels).
        half: half side of the square (pixels).
    """
    out = np.empty(rows.shape[0], dtype=np.int32)
    for i in range(rows.shape[0]):
        out[i] = radial_of(rows[i] - tx_row, cols[i] - tx_col, half)
    return out


@njit(cache=True, error_model="numpy")
def group(keys: NDArray[np.int32], n_keys: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return where each key's members begin, (n_keys + 1,), and the members in order, (n,): a counting sort."""
    begin = np.zeros(n_keys + 1, dtype=np.int64)
    for key in keys:
        begin[key + 1] += 1
    for key in range(n_keys):
        begin[key + 1] += begin[key]
    at = begin[:-1].copy()
    members = np.empty(keys.shape[0], dtype=np.int32)
    for i in range(keys.shape[0]):
        members[at[keys[i]]] = i
        at[keys[i]] += 1
    return begin, members


@njit(cache=True, error_model="numpy")
def order_by(
    members: NDArray[np.int32], ranks: NDArray[np.int32], counts: NDArray[np.int64], out: NDArray[np.int32]
) -> None:
    """Fill ``out`` with the members in rising order of their rank; equal ranks keep their order.

    Args:
        members: (m,) receivers of one radial.
        ranks: (m,) rank of each, from 0.
        counts: (> largest rank + 1,) working space.
        out: (>= m,) takes positions within ``members``.
    """
    top = 0
    for rank in ranks:
        top = max(top, rank)
    counts[: top + 2] = 0
    for rank in ranks:
        counts[rank + 1] += 1
    for rank in range(top):
        counts[rank + 1] += counts[rank]
    for i in range(members.shape[0]):
        out[counts[ranks[i]]] = i
        counts[ranks[i]] += 1
