"""The P.1812 sweep: area prediction along radials that share their samples.

A receiver's profile is made of the samples of the nearest radial and of its own near both ends, at the spacing that
the exact prediction uses; the rest of the geometry is exact for that profile. What differs from the exact prediction
is where the samples in the middle lie: less than a pixel to the side.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.fetch import at_position
from aqdaq.engine.p1812.binning import assign, group, order_by, radial_count, radial_direction
from aqdaq.engine.p1812.fixed import Air, Fixed, fix
from aqdaq.engine.p1812.inputs import FEWEST_SAMPLES, SHORTEST_M
from aqdaq.engine.p1812.own import MOST, sample_own
from aqdaq.engine.p1812.radial import NEAR, TAIL, Seen, advance, empty_radial, make_scratch, sample_radial
from aqdaq.engine.p1812.receiver import receiver_loss_db
from aqdaq.engine.p1812.steps import Steps
from aqdaq.engine.profiles import sample_count
from aqdaq.engine.threads import arrays_apart, in_threads

Float = NDArray[np.float64]

#: Neighbouring radials that one thread takes at a time, with one working array.
BATCH: Final = 64
#: Radials for each pixel on the border of the square that they end on.
DENSITY: Final = 0.85


class Layout(NamedTuple):
    """Where everything lies: numbers only.

    Attributes:
        n_rows: of the surface.
        n_cols: of the surface.
        resolution_m: side of a pixel (m).
        rx_height_m: of the receivers above ground (m).
        tx_row: of the transmitter (pixels).
        tx_col: of the transmitter (pixels).
        step_m: between the samples (m).
        latitude_deg: of the transmitter (deg).
        degrees_per_m: of latitude, along the ground (deg/m).
        half: half side of the square that the radials end on, in radials.
    """

    n_rows: int
    n_cols: int
    resolution_m: float
    rx_height_m: float
    tx_row: float
    tx_col: float
    step_m: float
    latitude_deg: float
    degrees_per_m: float
    half: int


class Field(NamedTuple):
    """The surface and the receivers.

    Attributes:
        ground_m: (rows, cols) ground (m).
        above_m: (rows, cols) height above ground (m).
        rows: (n,) of the receivers (pixels).
        cols: (n,) of the receivers (pixels).
        layout: where they lie.
    """

    ground_m: NDArray[np.float32]
    above_m: NDArray[np.float32]
    rows: Float
    cols: Float
    layout: Layout


@njit(cache=True, error_model="numpy", forceinline=True)
def place_samples(distance_m: float, step_m: float) -> Steps:
    """Return where the samples of a path of this length (m) lie."""
    n = max(sample_count(distance_m, step_m), FEWEST_SAMPLES)
    own, interior = distance_m / (n - 1), n - 2
    if interior <= MOST:
        return Steps(distance_m, own, interior, step_m, interior, 0)
    last = math.ceil((distance_m - TAIL * own) / step_m - 1e-9) - 1
    return Steps(distance_m, own, NEAR, step_m, max(last, NEAR), TAIL)


@njit(cache=True, error_model="numpy", forceinline=True)
def _distance_m(layout: Layout, row: float, col: float) -> float:
    down, right = row - layout.tx_row, col - layout.tx_col
    return math.sqrt(down * down + right * right) * layout.resolution_m


@njit(cache=True, error_model="numpy", inline="always")
def _receiver(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    layout: Layout,
    row: float,
    col: float,
    steps: Steps,
    w: Float,
    seen: Seen,
    tx: tuple[float, float],
    fixed: Fixed,
) -> float:
    """Return the loss (dB) of a receiver, NaN where its ground is not known."""
    shape = layout.n_rows, layout.n_cols
    if not (-0.5 <= row <= shape[0] - 0.5 and -0.5 <= col <= shape[1] - 0.5):
        return math.nan
    ground, surface = at_position(ground_m, above_m, shape, row, col)
    start, offset = (layout.tx_row, layout.tx_col), (row - layout.tx_row, col - layout.tx_col)
    if not sample_own(ground_m, above_m, shape, start, offset, steps, w) or math.isnan(ground):
        return math.nan
    latitude = layout.latitude_deg - 0.5 * offset[0] * layout.resolution_m * layout.degrees_per_m
    sigma = fixed.sigma_db * min(max(1.0 - (layout.rx_height_m - surface + ground) / 10.0, 0.0), 1.0)  # eq. (67)
    antennas = (tx[0] + tx[1], ground + layout.rx_height_m)
    return receiver_loss_db(w, seen, steps, antennas, (tx[0], ground), latitude, sigma, fixed)


@njit(cache=True, error_model="numpy", inline="always")
def _radial(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    layout: Layout,
    radial: int,
    rows: Float,
    cols: Float,
    members: NDArray[np.int32],
    tx: tuple[float, float],
    fixed: Fixed,
    w: Float,
    working: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]],
    loss_db: NDArray[Any],
) -> None:
    """Fill the losses of all receivers of one radial for one antenna."""
    ranks, order, counts = working
    step = layout.step_m
    far, m = 0, members.shape[0]
    for k in range(m):
        i = members[k]
        ranks[k] = place_samples(_distance_m(layout, rows[i], cols[i]), step).last
        far = max(far, ranks[k])
    order_by(members, ranks[:m], counts, order)
    down, right = radial_direction(radial, layout.half)
    along = down * step / layout.resolution_m, right * step / layout.resolution_m
    known = sample_radial(
        ground_m, above_m, (layout.n_rows, layout.n_cols), (layout.tx_row, layout.tx_col), along, far + 1, step, w
    )
    seen = nothing = empty_radial()
    curves = (fixed.curve, fixed.rare_curve if fixed.rare else 0.0)
    for k in range(m):
        i = members[order[k]]
        row, col = rows[i], cols[i]
        distance = _distance_m(layout, row, col)
        steps = place_samples(distance, step)
        own_only = steps.last == steps.near
        if distance < SHORTEST_M or (steps.last >= known and not own_only):
            continue
        if not own_only:
            seen = advance(seen, steps.last, tx[0] + tx[1], step, curves, w)
        here = nothing if own_only else seen
        loss_db[i] = _receiver(ground_m, above_m, layout, row, col, steps, w, here, tx, fixed)


@arrays_apart
@njit(cache=True, nogil=True, error_model="numpy")
def _batch(
    batch: int,
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    layout: Layout,
    rows: Float,
    cols: Float,
    begin: NDArray[np.int64],
    members: NDArray[np.int32],
    heights_m: Float,
    f_ghz: Float,
    air: Air,
    longest: int,
    most: int,
    loss_db: NDArray[Any],
) -> None:
    """Run ``BATCH`` radials with one working array."""
    radials = begin.shape[0] - 1
    tx_ground, _ = at_position(ground_m, above_m, (layout.n_rows, layout.n_cols), layout.tx_row, layout.tx_col)
    w = make_scratch(longest, layout.step_m)
    working = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int32), np.empty(longest + 2, dtype=np.int64)
    for radial in range(batch * BATCH, min(batch * BATCH + BATCH, radials)):
        if begin[radial + 1] > begin[radial]:
            here = members[begin[radial] : begin[radial + 1]]
            for j in range(heights_m.shape[0]):
                _radial(
                    ground_m,
                    above_m,
                    layout,
                    radial,
                    rows,
                    cols,
                    here,
                    (tx_ground, heights_m[j]),
                    fix(f_ghz[j], air),
                    w,
                    working,
                    loss_db[j],
                )


def sweep_loss(field: Field, heights_m: Float, f_ghz: Float, air: Air, dtype: type = np.float32) -> NDArray[Any]:
    """Return (k, n) losses (dB) of k antennas to n receivers, NaN where ground or distance does not allow one.

    Args:
        field: surface and receivers.
        heights_m: (k,) of the antennas above ground (m).
        f_ghz: (k,) frequencies (GHz).
        air: body and percentages.
        dtype: of the result.
    """
    layout, rows, cols = field.layout, field.rows, field.cols
    loss: NDArray[Any] = np.full((len(heights_m), len(rows)), np.nan, dtype=dtype)
    inside = -0.5 <= layout.tx_row <= layout.n_rows - 0.5 and -0.5 <= layout.tx_col <= layout.n_cols - 0.5
    if len(rows) == 0 or not inside:
        return loss
    begin, members = group(assign(rows, cols, layout.tx_row, layout.tx_col, layout.half), radial_count(layout.half))
    reach = np.hypot(np.abs(rows - layout.tx_row).max(), np.abs(cols - layout.tx_col).max())
    longest = max(int(reach * layout.resolution_m / layout.step_m), MOST) + NEAR + TAIL + 8
    most = int(np.diff(begin).max())
    ground, above = field.ground_m.ravel(), field.above_m.ravel()
    given = (ground, above, layout, rows, cols, begin, members, heights_m, f_ghz, air, longest, most, loss)
    in_threads(lambda batch: _batch(batch, *given), range(-(-(len(begin) - 1) // BATCH)))
    return loss
