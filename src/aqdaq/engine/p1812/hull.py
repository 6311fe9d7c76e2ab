"""Upper hulls of the samples of a radial: the tangent from the receiver and the extreme in a direction.

Samples arrive in order of distance, so the hull is a stack: each sample is pushed once and popped at most once. A
point to the right of all of them sees the hull under slopes that rise to the tangent and then fall, which is what the
searches below rest on.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.vector import larger

Float = NDArray[np.float64]


@njit(cache=True, error_model="numpy", forceinline=True)
def push(w: Float, x: int, z: int, top: int, new_x: float, new_z: float) -> int:
    """Put a sample on the hull, right of all others, and return the new number of vertices.

    Args:
        w: (rows, n) working array.
        x: row with the distances of the vertices, rising (m).
        z: row with their heights (m).
        top: number of vertices.
        new_x: distance of the sample (m).
        new_z: its height (m).
    """
    while top >= 2:
        ax, az = w[x, top - 1] - w[x, top - 2], w[z, top - 1] - w[z, top - 2]
        if (new_z - w[z, top - 1]) * ax < az * (new_x - w[x, top - 1]):
            break
        top -= 1
    w[x, top], w[z, top] = new_x, new_z
    return top + 1


@njit(cache=True, error_model="numpy", forceinline=True)
def _left_is_better(w: Float, x: int, z: int, j: int, from_x: float, from_z: float) -> bool:
    """Return whether vertex ``j - 1`` is seen under a larger slope than vertex ``j``; equal is not larger."""
    return (w[z, j - 1] - from_z) * (from_x - w[x, j]) > (w[z, j] - from_z) * (from_x - w[x, j - 1])


@njit(cache=True, error_model="numpy", forceinline=True)
def tangent(w: Float, x: int, z: int, top: int, from_x: float, from_z: float) -> int:
    """Return the vertex that a point right of the hull sees highest, the last where several are in line.

    Maximizes (z - from_z) / (from_x - x).

    Args:
        w: (rows, n) working array.
        x: row with the distances of the vertices, rising (m).
        z: row with their heights (m).
        top: number of vertices, at least 1.
        from_x: distance of the point (m).
        from_z: its height (m).
    """
    left, length = 0, top
    while length > 1:  # without branches that nobody can foresee
        half = length // 2
        middle = left + half
        left = left if _left_is_better(w, x, z, middle, from_x, from_z) else middle
        length -= half
    return left


@njit(cache=True, error_model="numpy", forceinline=True)
def extreme(w: Float, x: int, z: int, top: int, slope: float) -> float:
    """Return the largest z - slope x over the hull (m).

    Args:
        w: (rows, n) working array.
        x: row with the distances of the vertices, rising (m).
        z: row with their heights (m).
        top: number of vertices, at least 1.
        slope: of the direction.
    """
    left, length = 0, top
    while length > 1:
        half = length // 2
        middle = left + half
        left = middle if w[z, middle] - w[z, middle - 1] > slope * (w[x, middle] - w[x, middle - 1]) else left
        length -= half
    return w[z, left] - slope * w[x, left]


@njit(cache=True, error_model="numpy", forceinline=True)
def first_from(w: Float, x: int, top: int, least: float) -> int:
    """Return the first vertex that is not nearer than ``least`` (m); the last vertex if all are."""
    left, length = 0, top
    while length > 1:
        half = length // 2
        left = left + half if w[x, left + half - 1] < least else left
        length -= half
    return left


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def highest_between(w: Float, x: int, z: int, first: int, last: int, curve: float, slope: float) -> float:
    """Return the largest ground - slope distance over some vertices of a curved hull (m); -1e300 if there are none.

    The hull holds z = ground - curve x^2. Between two samples that the whole path has on its hull, the vertices hold
    the extreme in every direction of all samples between them.

    Args:
        w: (rows, n) working array.
        x: row with the distances of the vertices, rising (m).
        z: row with their heights, the curvature taken off (m).
        first: first vertex.
        last: last vertex.
        curve: 1 / (2 radius) (1/m).
        slope: of the direction.
    """
    highest = -1e300
    for j in range(first, last + 1):
        highest = larger(highest, w[z, j] + (curve * w[x, j] - slope) * w[x, j])
    return highest
