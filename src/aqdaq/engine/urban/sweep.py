"""The sweep of the city model: area prediction along radials that share their samples.

A receiver's profile is made of the samples of the nearest radial and of its own near both ends; the street is that of
its own pixel, and the rest is exact for that profile. What differs from the exact prediction is where the samples in
the middle lie: at most half a pixel to the side.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.p1812.binning import radial_direction
from aqdaq.engine.threads import arrays_apart, in_threads
from aqdaq.engine.urban.canyon import feeding_share
from aqdaq.engine.urban.path import Medium
from aqdaq.engine.urban.sphere import clear_reach_m
from aqdaq.engine.urban.sweep_finish import Tone, loss_of, make_tone
from aqdaq.engine.urban.sweep_own import make_plan
from aqdaq.engine.urban.sweep_radial import Float, Links, look_along, make_scratch, sample_radial
from aqdaq.engine.urban.sweep_receiver import NO_LOSS_NU
from aqdaq.engine.urban.sweep_shape import Layout, Mast, Raster, path_shape

#: Neighbouring radials that one thread takes at a time, with one working array.
BATCH: Final = 64


@njit(cache=True, error_model="numpy")
def _make_mast(layout: Layout, height_m: float, f_ghz: float, radius_m: float) -> Mast:
    """Return an antenna height above ground (m) at the lowest of its frequencies (GHz)."""
    inside = layout.tx_surface_m - layout.tx_ground_m > height_m
    scale = make_tone(f_ghz, height_m, layout.rx_height_m).scale
    return Mast(
        height_m,
        inside,
        layout.tx_ground_m if inside else layout.tx_surface_m,
        feeding_share(height_m, layout.tx_roof_m) if layout.tx_roof_m > 0.0 else 0.0,
        0.5 / radius_m,
        0.5 * NO_LOSS_NU * NO_LOSS_NU / (scale * scale),
        f_ghz,
        clear_reach_m(layout.longest_m, height_m, layout.rx_height_m, f_ghz, radius_m),
    )


@njit(cache=True, error_model="numpy")
def _one_height(
    surface: tuple[Raster, Raster],
    streets: tuple[Raster, Raster, Raster],
    layout: Layout,
    rows: Float,
    cols: Float,
    members: Links,
    mast: Mast,
    tones: Float,
    medium: Medium,
    known: int,
    w: Float,
    v: Links,
    flat_m: Float,
    loss_db: NDArray[Any],
) -> None:
    """Fill the losses of all receivers of one sampled radial for the frequencies of one antenna height."""
    plan = make_plan(layout.step_m, mast.inside)
    look_along(w, v, plan.near + 1, known, layout.tx_ground_m + mast.height_m, mast.curve, layout.step_m)
    for i in members:
        shape = path_shape(surface, streets, layout, (rows[i], cols[i]), mast, plan, known, w, v, flat_m)
        if not math.isnan(shape.d):
            for j in range(tones.shape[0]):
                t = tones[j]
                tone = Tone(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7])
                loss_db[j, i] = loss_of(shape, tone, medium)


@njit(cache=True, error_model="numpy")
def make_tones(rx_height_m: float, heights_m: Float, f_ghz: Float) -> Float:
    """Return (k, 8) ``Tone`` of each height above ground (m) and frequency (GHz)."""
    tones = np.empty((heights_m.shape[0], 8))
    for j in range(heights_m.shape[0]):
        t = make_tone(f_ghz[j], heights_m[j], rx_height_m)
        tones[j] = (t.f_ghz, t.scale, t.free_db, t.free, t.street_db, t.turn_m, t.los, t.nlos)
    return tones


@njit(cache=True, error_model="numpy")
def _samples_of(layout: Layout, rows: Float, cols: Float, members: Links) -> int:
    """Return how many samples of a radial its receivers may ask for."""
    far2 = 0.0
    for i in members:
        down, right = rows[i] - layout.tx_row, cols[i] - layout.tx_col
        far2 = max(far2, down * down + right * right)
    return int(math.sqrt(far2) * layout.resolution_m / layout.step_m) + 2


@arrays_apart
@njit(cache=True, nogil=True, error_model="numpy")
def _batch(
    batch: int,
    surface: tuple[Raster, Raster],
    streets: tuple[Raster, Raster, Raster],
    layout: Layout,
    rows: Float,
    cols: Float,
    begin: NDArray[np.int64],
    members: Links,
    heights_m: Float,
    f_ghz: Float,
    medium: Medium,
    loss_db: NDArray[Any],
) -> None:
    """Run ``BATCH`` radials with one working array."""
    k, tones = heights_m.shape[0], make_tones(layout.rx_height_m, heights_m, f_ghz)
    longest = int(layout.longest_m / layout.step_m) + make_plan(layout.step_m, True).most + 8
    (w, v), flat_m = make_scratch(longest, layout.step_m), np.zeros(longest)
    step = layout.step_m / layout.resolution_m
    for radial in range(batch * BATCH, min((batch + 1) * BATCH, begin.shape[0] - 1)):
        mine = members[begin[radial] : begin[radial + 1]]
        if mine.shape[0] == 0:
            continue
        down, right = radial_direction(radial, layout.half)
        known = sample_radial(
            surface[0],
            surface[1],
            (layout.n_rows, layout.n_cols),
            (layout.tx_row, layout.tx_col),
            (down * step, right * step),
            _samples_of(layout, rows, cols, mine),
            w,
        )
        j = 0
        while j < k:
            end = j + 1
            while end < k and heights_m[end] == heights_m[j]:
                end += 1
            mast = _make_mast(layout, heights_m[j], f_ghz[j], medium.effective_radius_m)
            _one_height(
                surface, streets, layout, rows, cols, mine, mast, tones[j:end], medium, known, w, v, flat_m,
                loss_db[j:end],
            )  # fmt: skip
            j = end


def sweep_radials(
    ground_m: Raster,
    above_m: Raster,
    width_m: Raster,
    roof_m: Raster,
    direction_deg: Raster,
    layout: Layout,
    rows: Float,
    cols: Float,
    begin: NDArray[np.int64],
    members: Links,
    heights_m: Float,
    f_ghz: Float,
    medium: Medium,
    loss_db: NDArray[Any],
) -> None:
    """Run all radials; each is computed by one thread, so the result does not depend on their number.

    Args:
        ground_m: (rows * cols,) ground (m).
        above_m: (rows * cols,) height above ground (m).
        width_m: (rows * cols,) of the streets (m).
        roof_m: (rows * cols,) of the roofs beside them (m).
        direction_deg: (rows * cols,) of the streets (deg).
        layout: of the area.
        rows: (n,) of the receivers (pixels).
        cols: (n,) of the receivers (pixels).
        begin: where the members of each radial begin.
        members: (n,) receivers in the order of their radials.
        heights_m: (k,) of the antennas above ground (m); those of one height together.
        f_ghz: (k,) frequencies (GHz), rising for each height.
        medium: the body and the polarization.
        loss_db: (k, n) takes the losses.
    """
    surface, streets = (ground_m, above_m), (width_m, roof_m, direction_deg)
    given = (surface, streets, layout, rows, cols, begin, members, heights_m, f_ghz, medium, loss_db)
    in_threads(lambda batch: _batch(batch, *given), range(-(-(len(begin) - 1) // BATCH)))
