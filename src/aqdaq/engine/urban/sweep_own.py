"""A receiver's own samples in the city sweep: next to the transmitter, and before the receiver up to its wall."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.fetch import at_position
from aqdaq.engine.p1812.steps import Steps
from aqdaq.engine.profiles import WALL_REACH_M, sample_count
from aqdaq.engine.urban.sweep_radial import OWN_GROUND, OWN_SURFACE, OWN_U, OWN_X

Float = NDArray[np.float64]
#: Samples on the pixel's own line next to the transmitter and before the receiver, at least.
NEAR: Final = 4
TAIL: Final = 24
#: Shorter profiles than both and this many samples more are the receiver's own.
MORE: Final = 4


class Plan(NamedTuple):
    """How many samples of a path are its own.

    Attributes:
        step_m: largest distance between samples (m).
        near: from the transmitter on.
        tail: before the receiver.
        most: with no more than this many samples between the ends a path has only its own.
    """

    step_m: float
    near: int
    tail: int
    most: int


@njit(cache=True, error_model="numpy")
def make_plan(step_m: float, inside: bool) -> Plan:
    """Return how many samples are a path's own: the walls of both ends always lie among them.

    Args:
        step_m: largest distance between samples (m).
        inside: whether the antenna hangs below the roof of its own pixel.
    """
    near = max(NEAR, int(WALL_REACH_M / step_m)) if inside else NEAR
    # The own spacing is shorter than the step by no more than one part in most.
    tail = max(TAIL, math.ceil(WALL_REACH_M / step_m * (1.0 + 1.0 / (NEAR + TAIL + MORE))) + 1)
    return Plan(step_m, near, tail, near + tail + MORE)


@njit(cache=True, error_model="numpy", forceinline=True)
def place_samples(distance_m: float, plan: Plan) -> tuple[Steps, int]:
    """Return where the samples of a path of this length (m) lie, and its intervals were they all its own."""
    intervals = sample_count(distance_m, plan.step_m) - 1
    own = distance_m / intervals
    if intervals - 1 <= plan.most:
        return Steps(distance_m, own, intervals - 1, plan.step_m, intervals - 1, 0), intervals
    last = math.ceil((distance_m - plan.tail * own) / plan.step_m - 1e-9) - 1
    return Steps(distance_m, own, plan.near, plan.step_m, last, plan.tail), intervals


@njit(cache=True, error_model="numpy", forceinline=True)
def sample_own(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    shape: tuple[int, int],
    start: tuple[float, float],
    offset: tuple[float, float],
    intervals: int,
    steps: Steps,
    w: Float,
) -> bool:
    """Fill distances and heights; return whether all are known.

    Args:
        ground_m: (rows * cols,) ground (m).
        above_m: (rows * cols,) height above ground (m).
        shape: rows and columns of the arrays.
        start: row and column of the transmitter (pixels).
        offset: rows and columns from there to the receiver.
        intervals: of the path, at its own spacing.
        steps: where the samples lie.
        w: takes them.
    """
    near, n = steps.near, steps.near + steps.tail
    total = 0.0
    for j in range(n):
        k = j + 1 if j < near else intervals - n + j
        share = k / intervals  # the very positions of profiles.cut_profile: a tie between two pixels falls the same way
        row, col = start[0] + offset[0] * share, start[1] + offset[1] * share
        ground, w[OWN_SURFACE, j] = at_position(ground_m, above_m, shape, row, col)
        w[OWN_GROUND, j] = ground
        w[OWN_X, j] = steps.length_m * share
        total += ground
    return not math.isnan(total)


@njit(cache=True, error_model="numpy", forceinline=True)
def clear_receiver(w: Float, n: int, d: float) -> int:
    """Take the building that holds the receiver off its samples; return how many steps before it it is judged.

    As ``profiles.receiver_at_the_wall`` and ``geometry.wall_index`` do, once the receiver's own sample is known to lie
    in a building. The step after the first sample is the transmitter's.

    Args:
        w: the samples.
        n: how many.
        d: length of the path (m).
    """
    back = 1
    while back <= n:
        j = n - back
        if not (w[OWN_SURFACE, j] > w[OWN_GROUND, j] and d - w[OWN_X, j] <= WALL_REACH_M):
            break
        w[OWN_SURFACE, j] = w[OWN_GROUND, j]
        back += 1
    return back


@njit(cache=True, error_model="numpy", forceinline=True)
def clear_transmitter(w: Float, n: int) -> None:
    """Take the building that holds the transmitter off the first ``n`` samples."""
    for j in range(n):
        if not (w[OWN_SURFACE, j] > w[OWN_GROUND, j] and w[OWN_X, j] <= WALL_REACH_M):
            break
        w[OWN_SURFACE, j] = w[OWN_GROUND, j]


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def look_at_own(w: Float, n: int, tx_m: float, curve: float) -> None:
    """Fill ``u`` of ``n`` samples for an antenna above sea level (m) and 1 / (2 effective radius) (1/m)."""
    for j in range(n):
        w[OWN_U, j] = (w[OWN_SURFACE, j] - tx_m) / w[OWN_X, j] - curve * w[OWN_X, j]


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def own_steepest(w: Float, n: int) -> float:
    """Return the largest ``u`` of the first ``n`` samples; -1e300 if there are none."""
    best = -1e300
    for j in range(n):
        best = max(best, w[OWN_U, j])
    return best


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def own_steepest_back(w: Float, first: int, end: int, from_x: float, from_m: float, curve: float) -> float:
    """Return the largest (surface - from) / (from_x - x) + curve x of samples first..end-1; -1e300 without any."""
    best = -1e300
    for j in range(first, end):
        best = max(best, (w[OWN_SURFACE, j] - from_m) / (from_x - w[OWN_X, j]) + curve * w[OWN_X, j])
    return best


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def own_closest(w: Float, n: int, d: float, b: float) -> float:
    """Return the smallest q of ``sweep_radial.closest`` over the first ``n`` samples; 1e300 if there are none."""
    least = 1e300
    for j in range(n):
        over = w[OWN_U, j] + b
        least = min(least, over * over * w[OWN_X, j] / (d - w[OWN_X, j]))
    return least
