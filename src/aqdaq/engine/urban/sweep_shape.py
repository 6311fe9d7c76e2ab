"""The path to one receiver of the city sweep: its samples, its street, and what they give without the frequency."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.fetch import at_position
from aqdaq.engine.p1812.steps import Steps
from aqdaq.engine.urban.geometry import CLEAR, NEAREST_M
from aqdaq.engine.urban.rooftops import angle_between_deg
from aqdaq.engine.urban.sphere import is_clear
from aqdaq.engine.urban.sweep_far import no_smooth, smooth_earth, write_out
from aqdaq.engine.urban.sweep_finish import Down, Shape, no_down
from aqdaq.engine.urban.sweep_own import (
    Plan,
    clear_receiver,
    clear_transmitter,
    look_at_own,
    place_samples,
    sample_own,
)
from aqdaq.engine.urban.sweep_radial import OWN_GROUND, OWN_X, Float, Links
from aqdaq.engine.urban.sweep_receiver import (
    Path,
    distance_of,
    find_row,
    ground_of,
    is_seen,
    row_nu,
    row_share,
    surface_nu,
)

Raster = NDArray[np.float32]


class Layout(NamedTuple):
    """Numbers that hold for all receivers.

    Attributes:
        n_rows: of the surface.
        n_cols: of the surface.
        resolution_m: side of a pixel (m).
        rx_height_m: of the receivers above ground (m).
        tx_row: of the transmitter (pixels).
        tx_col: of the transmitter (pixels).
        tx_ground_m: ground at its foot (m).
        tx_surface_m: with what stands there (m).
        tx_roof_m: height of the roofs around it (m).
        step_m: largest distance between samples (m).
        half: half side of the square that the radials end on, in their own unit.
        longest_m: to the farthest receiver (m).
    """

    n_rows: int
    n_cols: int
    resolution_m: float
    rx_height_m: float
    tx_row: float
    tx_col: float
    tx_ground_m: float
    tx_surface_m: float
    tx_roof_m: float
    step_m: float
    half: int
    longest_m: float


class Mast(NamedTuple):
    """One antenna height.

    Attributes:
        height_m: above the ground (m).
        inside: whether it hangs below the roof of its own pixel.
        surface_m: what stands at its foot above sea level, the ground where it hangs at a wall (m).
        feeding: how far it is one among the streets.
        curve: 1 / (2 effective radius) (1/m).
        least: see ``sweep_receiver.Path`` (m).
        f_ghz: lowest frequency (GHz).
        clear_m: up to this distance the smooth earth adds nothing (m).
    """

    height_m: float
    inside: bool
    surface_m: float
    feeding: float
    curve: float
    least: float
    f_ghz: float
    clear_m: float


class Street(NamedTuple):
    """The street of a receiver, and where it is judged.

    Attributes:
        back: steps from the receiver to the sample that it is judged at.
        judged_m: distance of that sample (m).
        width_m: of the street (m), NaN where there is none.
        roof_m: of the roofs above sea level (m).
        direction_deg: of the street (deg).
    """

    back: int
    judged_m: float
    width_m: float
    roof_m: float
    direction_deg: float


@njit(cache=True, error_model="numpy", forceinline=True)
def _street(
    streets: tuple[Raster, Raster, Raster],
    layout: Layout,
    offset: tuple[float, float],
    ends: tuple[float, float, float, int],
    n: int,
    w: Float,
) -> Street:
    """Return the street of a receiver.

    Args:
        streets: (rows * cols,) rasters of width, roofs and direction.
        layout: of the area.
        offset: rows and columns from the transmitter to it (pixels).
        ends: length of the path (m), ground at the receiver (m), share of the path to the sample that it is judged at,
            and steps back to there.
        n: own samples.
        w: holds them.
    """
    d, ground, share, back = ends
    judged_m = d
    if back > 0:
        ground = w[OWN_GROUND, n - back] if back <= n else layout.tx_ground_m
        judged_m = w[OWN_X, n - back] if back <= n else 0.0
    row, col = layout.tx_row + offset[0] * share, layout.tx_col + offset[1] * share
    r = min(max(math.floor(row + 0.5), 0), layout.n_rows - 1)
    c = min(max(math.floor(col + 0.5), 0), layout.n_cols - 1)
    k = r * layout.n_cols + c
    return Street(back, judged_m, streets[0][k], ground + streets[1][k], streets[2][k])


@njit(cache=True, error_model="numpy", forceinline=True)
def _way_down(
    layout: Layout,
    mast: Mast,
    street: Street,
    steps: Steps,
    path: Path,
    offset: tuple[float, float],
    w: Float,
    v: Links,
    flat_m: Float,
) -> Down:
    """Return the way over the last row of buildings and down to a receiver that does not see the antenna."""
    n = steps.near + steps.tail
    judged = n + steps.last - steps.near + 1 - max(street.back, 1)
    row = find_row(w, v, steps, judged, (layout.tx_ground_m, mast.surface_m))
    if row.first < 0:
        return no_down()
    roof = max(street.roof_m, row.top_m)
    share = row_share(street.judged_m, distance_of(w, steps, row.last))
    if share == 0.0 or not is_seen(w, n, steps, row, roof, path):
        return no_down()
    edge, drop, nu, smooth = distance_of(w, steps, row.first), roof - path.rx_m, CLEAR, no_smooth()
    if row.first > 0:  # as in geometry.urban_geometry
        drop += max((roof - path.tx_m) / edge, 0.0) * 0.5 * street.width_m
    if row.first > 1:
        nu = row_nu(w, v, steps, row.first, Path(edge, path.tx_m, roof, path.curve, path.least))
        radius = 0.5 / path.curve
        if edge > mast.clear_m and not is_clear(
            edge, mast.height_m, roof - ground_of(w, steps, row.first), mast.f_ghz, radius
        ):
            smooth = smooth_earth(w, flat_m, row.first + 1, path.tx_m, roof, radius)
    angle = angle_between_deg(math.degrees(math.atan2(offset[1], -offset[0])), street.direction_deg)
    return Down(share, edge, nu, drop * drop / street.width_m, angle, smooth)


@njit(cache=True, error_model="numpy", forceinline=True)
def path_shape(
    surface: tuple[Raster, Raster],
    streets: tuple[Raster, Raster, Raster],
    layout: Layout,
    rx: tuple[float, float],
    mast: Mast,
    plan: Plan,
    known: int,
    w: Float,
    v: Links,
    flat_m: Float,
) -> Shape:
    """Return the shape of the path to a receiver (row, column); its length is NaN where its ground is not known."""
    offset = rx[0] - layout.tx_row, rx[1] - layout.tx_col
    d = math.sqrt(offset[0] * offset[0] + offset[1] * offset[1]) * layout.resolution_m
    steps, intervals = place_samples(d, plan)
    n, n_rows_cols = steps.near + steps.tail, (layout.n_rows, layout.n_cols)
    ground, top = at_position(surface[0], surface[1], n_rows_cols, rx[0], rx[1])
    start = layout.tx_row, layout.tx_col
    if (
        not (-0.5 <= rx[0] <= layout.n_rows - 0.5 and -0.5 <= rx[1] <= layout.n_cols - 0.5)
        or math.isnan(ground)
        or (steps.last > steps.near and steps.last >= known)
        or not sample_own(surface[0], surface[1], n_rows_cols, start, offset, intervals, steps, w)
    ):
        return Shape(math.nan, 1.0, CLEAR, 0.0, no_smooth(), no_down())
    back = 0
    if top - ground > layout.rx_height_m:
        back = clear_receiver(w, n, d)
    if mast.inside:
        clear_transmitter(w, steps.near)
    tx_m, rx_m = layout.tx_ground_m + mast.height_m, ground + layout.rx_height_m
    slant2 = max(d * d + (tx_m - rx_m) ** 2, NEAREST_M * NEAREST_M)
    street = _street(streets, layout, offset, (d, ground, (intervals - back) / intervals, back), n, w)
    in_street = street.width_m > 0.0 and street.roof_m > rx_m
    feeding = mast.feeding if in_street else 0.0
    if n == 0:
        return Shape(d, slant2, CLEAR, feeding, no_smooth(), no_down())
    look_at_own(w, n, tx_m, mast.curve)
    path = Path(d, tx_m, rx_m, mast.curve, mast.least)
    nu, smooth, down = surface_nu(w, v, n, steps, steps.last, path), no_smooth(), no_down()
    if d > mast.clear_m:
        samples = write_out(w, n, steps, (layout.tx_ground_m, ground))
        smooth = smooth_earth(w, flat_m, samples, tx_m, rx_m, 0.5 / mast.curve)
    if nu >= 0.0 and in_street:
        down = _way_down(layout, mast, street, steps, path, offset, w, v, flat_m)
    return Shape(d, slant2, nu, feeding, smooth, down)
