"""One radial of the P.1812 sweep: its samples, and what all receivers on it share.

Heights along the radial are flattened by the parabola of the curvature. What the transmitter sees is a running
maximum; what a receiver sees is the tangent to the upper hull of the samples before it; sums are prefix sums.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.fetch import fetch
from aqdaq.engine.p1812.hull import push
from aqdaq.engine.p1812.sight import BLOCK

Float = NDArray[np.float64]
#: Samples on the pixel's own line next to the transmitter and before the receiver.
NEAR = 4
TAIL = 12


class Scratch(NamedTuple):
    """Arrays of one radial, reused for the next; index i stands for the distance i spacing_m.

    Attributes:
        ground: heights of the ground (m).
        surface: ground and clutter (m).
        inverse: 1 / distance (1/m).
        v1: prefix sum of (83).
        v2: prefix sum of (84).
        u: of the surface for a_e, as in ``sight``.
        rare_u: of the surface for a_beta.
        ground_u: of the ground for a_e.
        block_u: block maxima of u.
        block_rare_u: of rare_u.
        block_ground_u: of ground_u.
        ax: hull of the surface for a_e, distances (m).
        az: heights (m).
        bx: hull of the ground for a_e.
        bz: heights (m).
        cx: hull of the ground without curvature.
        cz: heights (m).
        rx: hull of the surface for a_beta.
        rz: heights (m).
    """

    ground: Float
    surface: Float
    inverse: Float
    v1: Float
    v2: Float
    u: Float
    rare_u: Float
    ground_u: Float
    block_u: Float
    block_rare_u: Float
    block_ground_u: Float
    ax: Float
    az: Float
    bx: Float
    bz: Float
    cx: Float
    cz: Float
    rx: Float
    rz: Float


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


@njit(cache=True, error_model="numpy", forceinline=True)
def make_scratch(n: int, spacing_m: float) -> Scratch:
    """Return arrays for radials of up to ``n`` samples at a spacing (m)."""
    w = n // BLOCK + 1
    inverse = np.zeros(n)
    for i in range(1, n):
        inverse[i] = 1.0 / (i * spacing_m)
    return Scratch(
        np.zeros(n), np.zeros(n), inverse, np.zeros(n), np.zeros(n),
        np.zeros(n), np.zeros(n), np.zeros(n),
        np.zeros(w), np.zeros(w), np.zeros(w),
        np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n),
    )  # fmt: skip


@njit(cache=True, error_model="numpy", forceinline=True)
def sample_radial(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    shape: tuple[int, int],
    start: tuple[float, float],
    step: tuple[float, float],
    n: int,
    spacing_m: float,
    s: Scratch,
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
        s: takes the samples.
    """
    total = fetch(ground_m, above_m, shape, start, step, 0, n, 0, s.ground, s.surface)
    known = n
    if math.isnan(total):
        known = 0
        while not math.isnan(s.ground[known]):
            known += 1
    v1 = v2 = 0.0
    for i in range(1, known):
        near, far = s.ground[i - 1], s.ground[i]
        x = 3.0 * i
        v1 += far + near
        v2 += far * (x - 1.0) + near * (x - 2.0)
        s.v1[i], s.v2[i] = v1 * spacing_m, v2 * spacing_m * spacing_m
    return known


@njit(cache=True, error_model="numpy", forceinline=True)
def empty_radial() -> Seen:
    """Return what is known before the first sample."""
    low = -math.inf
    return Seen(NEAR, low, low, low, 0.0, low, 0, 0, 0, 0)


@njit(cache=True, error_model="numpy", forceinline=True)
def advance(seen: Seen, last: int, tx_m: float, spacing_m: float, curves: tuple[float, float], s: Scratch) -> Seen:
    """Take the samples up to ``last`` into the running maxima and the hulls.

    Args:
        seen: so far.
        last: index of the last sample to take.
        tx_m: transmitting antenna above sea level (m).
        spacing_m: between samples (m).
        curves: 1 / (2 a_e) and 1 / (2 a_beta); the second is 0 where it is not needed (1/m).
        s: the radial.
    """
    curve, rare = curves
    largest, largest_rare, largest_ground = seen.u, seen.rare_u, seen.ground_u
    ground_at, bare = seen.ground_at, seen.bare_slope
    a, b, c, r = seen.a, seen.b, seen.c, seen.r
    for i in range(seen.last + 1, last + 1):
        x, inverse, ground, surface = i * spacing_m, s.inverse[i], s.ground[i], s.surface[i]
        fall = curve * x * x
        slope, bare_slope = (surface - tx_m) * inverse, (ground - tx_m) * inverse
        u, ground_u = slope - curve * x, bare_slope - curve * x
        s.u[i], s.ground_u[i] = u, ground_u
        block = i // BLOCK
        if i % BLOCK == 0 or i == NEAR + 1:
            s.block_u[block], s.block_ground_u[block] = u, ground_u
        else:
            s.block_u[block] = max(s.block_u[block], u)
            s.block_ground_u[block] = max(s.block_ground_u[block], ground_u)
        largest, bare = max(largest, u), max(bare, bare_slope)
        if ground_u > largest_ground:
            largest_ground, ground_at = ground_u, x
        a = push(s.ax, s.az, a, x, surface - fall)
        b = push(s.bx, s.bz, b, x, ground - fall)
        c = push(s.cx, s.cz, c, x, ground)
        if rare > 0.0:
            rare_u = slope - rare * x
            s.rare_u[i] = rare_u
            s.block_rare_u[block] = (
                rare_u if i % BLOCK == 0 or i == NEAR + 1 else max(s.block_rare_u[block], rare_u)
            )
            largest_rare = max(largest_rare, rare_u)
            r = push(s.rx, s.rz, r, x, surface - rare * x * x)
    return Seen(max(last, seen.last), largest, largest_rare, largest_ground, ground_at, bare, a, b, c, r)
