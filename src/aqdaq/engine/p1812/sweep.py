"""The P.1812 sweep: area prediction along radials that share their samples.

A receiver's profile is made of the samples of the nearest radial and of its own near both ends, at the spacing that
the exact prediction uses; the rest of the geometry is exact for that profile. What differs from the exact prediction
is where the samples in the middle lie: at most half a pixel to the side.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.engine.p1812.binning import assign, group, order_by, radial_count, radial_direction
from aqdaq.engine.p1812.fixed import Air, Fixed, fix
from aqdaq.engine.p1812.inputs import FEWEST_SAMPLES, SHORTEST_M
from aqdaq.engine.p1812.own import MOST, Own, make_own, sample_own
from aqdaq.engine.p1812.radial import NEAR, TAIL, Scratch, Seen, advance, empty_radial, make_scratch, sample_radial
from aqdaq.engine.p1812.receiver import receiver_loss_db
from aqdaq.engine.p1812.steps import Steps
from aqdaq.engine.profiles import bilinear, nearest, sample_count

#: Neighbouring radials that one thread takes at a time, with one set of working arrays.
BATCH: Final = 16


class Field(NamedTuple):
    """The surface and the receivers: arrays and numbers.

    Attributes:
        ground_m: (rows, cols) ground (m).
        above_m: (rows, cols) height above ground (m).
        resolution_m: side of a pixel (m).
        rows: (n,) of the receivers (pixels).
        cols: (n,) of the receivers (pixels).
        rx_height_m: of the receivers above ground (m).
        tx_row: of the transmitter (pixels).
        tx_col: of the transmitter (pixels).
        step_m: between the samples (m).
        latitude_deg: of the transmitter (deg).
        degrees_per_m: of latitude, along the ground (deg/m).
        half: half side of the square that the radials end on (pixels).
    """

    ground_m: NDArray[np.float32]
    above_m: NDArray[np.float32]
    resolution_m: float
    rows: NDArray[np.float64]
    cols: NDArray[np.float64]
    rx_height_m: float
    tx_row: float
    tx_col: float
    step_m: float
    latitude_deg: float
    degrees_per_m: float
    half: int


@njit(cache=True, error_model="numpy")
def place_samples(distance_m: float, step_m: float) -> Steps:
    """Return where the samples of a path of this length (m) lie."""
    n = max(sample_count(distance_m, step_m), FEWEST_SAMPLES)
    own, interior = distance_m / (n - 1), n - 2
    if interior <= MOST:
        return Steps(distance_m, own, interior, step_m, interior, 0)
    last = math.ceil((distance_m - TAIL * own) / step_m - 1e-9) - 1
    return Steps(distance_m, own, NEAR, step_m, max(last, NEAR), TAIL)


@njit(cache=True, error_model="numpy")
def _distance_m(field: Field, i: int) -> float:
    down, right = field.rows[i] - field.tx_row, field.cols[i] - field.tx_col
    return math.sqrt(down * down + right * right) * field.resolution_m


@njit(cache=True, error_model="numpy", forceinline=True)
def _receiver(
    field: Field,
    i: int,
    steps: Steps,
    s: Scratch,
    own: Own,
    seen: Seen,
    tx_ground: float,
    tx_height: float,
    fixed: Fixed,
) -> float:
    """Return the loss (dB) of receiver ``i``, NaN where its ground is not known."""
    ground = bilinear(field.ground_m, field.rows[i], field.cols[i])
    start, offset = (field.tx_row, field.tx_col), (field.rows[i] - field.tx_row, field.cols[i] - field.tx_col)
    flat_ground, flat_above, shape = field.ground_m.ravel(), field.above_m.ravel(), field.ground_m.shape
    if math.isnan(ground) or not sample_own(flat_ground, flat_above, shape, start, offset, steps, own):
        return math.nan
    north_m = -offset[0] * field.resolution_m
    latitude = field.latitude_deg + 0.5 * north_m * field.degrees_per_m
    sigma = 0.0
    if fixed.location != 0.0:
        clutter = nearest(field.above_m, field.rows[i], field.cols[i])
        sigma = fixed.sigma_db * min(max(1.0 - (field.rx_height_m - clutter) / 10.0, 0.0), 1.0)  # eq. (67)
    antennas = (tx_ground + tx_height, ground + field.rx_height_m)
    return receiver_loss_db(s, own, seen, steps, antennas, (tx_ground, ground), latitude, sigma, fixed)


@njit(cache=True, error_model="numpy")
def _radial(
    field: Field,
    radial: int,
    members: NDArray[np.int32],
    tx: tuple[float, float, Fixed],
    s: Scratch,
    own: Own,
    ranks: NDArray[np.int32],
    counts: NDArray[np.int64],
    order: NDArray[np.int32],
    loss_db: NDArray[np.float32],
) -> None:
    """Fill the losses of all receivers of one radial for one antenna."""
    tx_ground, tx_height, fixed = tx
    down, right = radial_direction(radial, field.half)
    step = field.step_m / field.resolution_m
    far = 0
    for k in range(members.shape[0]):
        ranks[k] = place_samples(_distance_m(field, members[k]), field.step_m).last
        far = max(far, ranks[k])
    known = sample_radial(
        field.ground_m.ravel(),
        field.above_m.ravel(),
        field.ground_m.shape,
        (field.tx_row, field.tx_col),
        (down * step, right * step),
        far + 1,
        field.step_m,
        s,
    )
    order_by(members, ranks[: members.shape[0]], counts, order)
    seen = nothing = empty_radial()
    curves = (fixed.curve, fixed.rare_curve if fixed.rare else 0.0)
    for k in range(members.shape[0]):
        i = members[order[k]]
        distance = _distance_m(field, i)
        if distance < SHORTEST_M:
            continue
        steps = place_samples(distance, field.step_m)
        if steps.last > steps.near:
            if steps.last >= known:
                continue
            seen = advance(seen, steps.last, tx_ground + tx_height, field.step_m, curves, s)
            loss_db[i] = _receiver(field, i, steps, s, own, seen, tx_ground, tx_height, fixed)
        else:
            loss_db[i] = _receiver(field, i, steps, s, own, nothing, tx_ground, tx_height, fixed)


@njit(cache=True, parallel=True, error_model="numpy")
def _all_radials(
    field: Field,
    begin: NDArray[np.int64],
    members: NDArray[np.int32],
    heights_m: NDArray[np.float64],
    f_ghz: NDArray[np.float64],
    air: Air,
    longest: int,
    most: int,
    loss_db: NDArray[np.float32],
) -> None:
    """Run all radials; each is computed by one thread, so the result does not depend on their number."""
    radials = begin.shape[0] - 1
    batches = (radials + BATCH - 1) // BATCH
    tx_ground = bilinear(field.ground_m, field.tx_row, field.tx_col)
    for batch in prange(batches):
        s, own = make_scratch(longest, field.step_m), make_own()
        ranks, order = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int32)
        counts = np.empty(longest + 2, dtype=np.int64)
        first = (batch // 2 + (batch % 2) * ((batches + 1) // 2)) * BATCH
        for radial in range(first, min(first + BATCH, radials)):
            if begin[radial + 1] > begin[radial]:
                for j in range(heights_m.shape[0]):
                    _radial(
                        field,
                        radial,
                        members[begin[radial] : begin[radial + 1]],
                        (tx_ground, heights_m[j], fix(f_ghz[j], air)),
                        s,
                        own,
                        ranks,
                        counts,
                        order,
                        loss_db[j],
                    )


def sweep_loss(field: Field, heights_m: NDArray[np.float64], f_ghz: NDArray[np.float64], air: Air) -> NDArray[np.float32]:
    """Return (k, n) losses (dB) of k antennas to n receivers, NaN where the ground or the distance does not allow one.

    Args:
        field: surface and receivers.
        heights_m: (k,) of the antennas above ground (m).
        f_ghz: (k,) frequencies (GHz).
        air: body and percentages.
    """
    loss = np.full((len(heights_m), len(field.rows)), np.nan, dtype=np.float32)
    if len(field.rows) == 0:
        return loss
    radials = assign(field.rows, field.cols, field.tx_row, field.tx_col, field.half)
    begin, members = group(radials, radial_count(field.half))
    reach = np.hypot(np.abs(field.rows - field.tx_row).max(), np.abs(field.cols - field.tx_col).max())
    longest = int(reach * field.resolution_m / field.step_m) + NEAR + TAIL + 8
    _all_radials(field, begin, members, heights_m, f_ghz, air, longest, int(np.diff(begin).max()), loss)
    return loss
