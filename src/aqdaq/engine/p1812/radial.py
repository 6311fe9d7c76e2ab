"""One radial of the P.1812 sweep: its samples, and what all receivers on it share.

Heights along the radial are flattened by the parabola of the curvature. What the transmitter sees is a running
maximum; what a receiver sees is the tangent to the upper hull of the samples before it; sums are prefix sums.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.fetch import all_known, fetch_rows
from aqdaq.engine.p1812.hull import push
from aqdaq.engine.p1812.sight import BLOCK, BLOCK_BITS

Float = NDArray[np.float64]
#: Samples on the pixel's own line next to the transmitter and before the receiver.
NEAR: Final = 4
TAIL: Final = 32


# Rows of the working array of a radial; index i stands for the distance i spacing_m unless something else is said.
GROUND: Final = 0  # heights of the ground (m)
SURFACE: Final = 1  # ground and clutter (m)
INVERSE: Final = 2  # 1 / distance (1/m)
V1: Final = 3  # prefix sum of (83)
V2: Final = 4  # prefix sum of (84)
U: Final = 5  # of the surface for a_e, as in ``sight``
RARE_U: Final = 6  # of the surface for a_beta
GROUND_U: Final = 7  # of the ground for a_e
BLOCK_U: Final = 8  # block maxima of the three
BLOCK_RARE_U: Final = 9
BLOCK_GROUND_U: Final = 10
AX: Final = 11  # hull of the surface for a_e: distances and heights of its vertices (m)
AZ: Final = 12
BX: Final = 13  # hull of the ground for a_e
BZ: Final = 14
CX: Final = 15  # hull of the ground without curvature
CZ: Final = 16
RX: Final = 17  # hull of the surface for a_beta
RZ: Final = 18
OWN_X: Final = 19  # a receiver's own samples, those next to the transmitter first: distances (m)
OWN_GROUND: Final = 20  # their ground (m)
OWN_SURFACE: Final = 21  # their ground and clutter (m)
ROWS: Final = 22


class Seen(NamedTuple):
    """What is known of the radial up to a sample.

    Attributes:
        last: index of the sample.
        u: largest so far.
        rare_u: largest so far.
        ground_u: largest so far.
        ground_at: first distance that has it (m).
        bare_slope: largest (ground - tx) / x so far.
        a: vertices on the hull of the surface for a_e.
        b: on that of the ground.
        c: on that without curvature.
        r: on that of the surface for a_beta.
    """

    last: int
    u: float
    rare_u: float
    ground_u: float
    ground_at: float
    bare_slope: float
    a: int
    b: int
    c: int
    r: int


@njit(cache=True, error_model="numpy")
def make_scratch(n: int, spacing_m: float) -> Float:
    """Return a working array for radials of up to ``n`` samples at a spacing (m).

    One array and not many: numba counts references to each array that it hands on.
    """
    w = np.zeros((ROWS, n))
    for i in range(1, n):
        w[INVERSE, i] = 1.0 / (i * spacing_m)
    return w


@njit(cache=True, error_model="numpy", forceinline=True)
def sample_radial(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    shape: tuple[int, int],
    start: tuple[float, float],
    step: tuple[float, float],
    n: int,
    spacing_m: float,
    w: Float,
) -> int:
    """Fill the heights and prefix sums of samples 0..n-1 and return how many are known.

    Args:
        ground_m: (rows * cols,) ground (m).
        above_m: (rows * cols,) height above ground (m).
        shape: rows and columns of the arrays.
        start: row and column of the transmitter (pixels).
        step: rows and columns for each sample.
        n: samples.
        spacing_m: between them (m).
        w: takes the samples.
    """
    fetch_rows(ground_m, above_m, shape, start, step, 0, n, 0, w, GROUND, SURFACE)
    known = n
    if not all_known(w, GROUND, n):
        known = 0
        while not math.isnan(w[GROUND, known]):
            known += 1
    v1 = v2 = 0.0
    for i in range(1, known):
        near, far = w[GROUND, i - 1], w[GROUND, i]
        x = 3.0 * i
        v1 += far + near
        v2 += far * (x - 1.0) + near * (x - 2.0)
        w[V1, i], w[V2, i] = v1 * spacing_m, v2 * spacing_m * spacing_m
    return known


@njit(cache=True, error_model="numpy", forceinline=True)
def empty_radial() -> Seen:
    """Return what is known before the first sample."""
    low = -math.inf
    return Seen(NEAR, low, low, low, 0.0, low, 0, 0, 0, 0)


@njit(cache=True, error_model="numpy", forceinline=True)
def advance(seen: Seen, last: int, tx_m: float, spacing_m: float, curves: tuple[float, float], w: Float) -> Seen:
    """Take the samples up to ``last`` into the running maxima and the hulls.

    Args:
        seen: so far.
        last: index of the last sample to take.
        tx_m: transmitting antenna above sea level (m).
        spacing_m: between samples (m).
        curves: 1 / (2 a_e) and 1 / (2 a_beta); the second is 0 where it is not needed (1/m).
        w: working array of the radial.
    """
    curve, rare = curves
    largest, largest_rare, largest_ground = seen.u, seen.rare_u, seen.ground_u
    ground_at, bare = seen.ground_at, seen.bare_slope
    a, b, c, r = seen.a, seen.b, seen.c, seen.r
    for i in range(seen.last + 1, last + 1):
        x, inverse, ground, surface = i * spacing_m, w[INVERSE, i], w[GROUND, i], w[SURFACE, i]
        fall = curve * x * x
        slope, bare_slope = (surface - tx_m) * inverse, (ground - tx_m) * inverse
        u, ground_u = slope - curve * x, bare_slope - curve * x
        w[U, i], w[GROUND_U, i] = u, ground_u
        block = i >> BLOCK_BITS
        begins = (i & (BLOCK - 1)) == 0 or i == NEAR + 1
        if begins:
            w[BLOCK_U, block], w[BLOCK_GROUND_U, block] = u, ground_u
        else:
            w[BLOCK_U, block] = max(w[BLOCK_U, block], u)
            w[BLOCK_GROUND_U, block] = max(w[BLOCK_GROUND_U, block], ground_u)
        largest, bare = max(largest, u), max(bare, bare_slope)
        if ground_u > largest_ground:
            largest_ground, ground_at = ground_u, x
        a = push(w, AX, AZ, a, x, surface - fall)
        b = push(w, BX, BZ, b, x, ground - fall)
        c = push(w, CX, CZ, c, x, ground)
        if rare > 0.0:
            rare_u = slope - rare * x
            w[RARE_U, i] = rare_u
            w[BLOCK_RARE_U, block] = rare_u if begins else max(w[BLOCK_RARE_U, block], rare_u)
            largest_rare = max(largest_rare, rare_u)
            r = push(w, RX, RZ, r, x, surface - rare * x * x)
    return Seen(max(last, seen.last), largest, largest_rare, largest_ground, ground_at, bare, a, b, c, r)
