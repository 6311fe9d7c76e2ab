"""P.1812 over an area, exactly: one profile a receiver, cut as for a single path; all antennas of a site share it."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.engine.p1812.exact_scan import (
    Maxima,
    Path,
    Profile,
    fetch_profile,
    first_horizon,
    fitted,
    highest_over,
    last_horizon,
    make_profile,
    maxima,
    moments,
    nearest_to_the_ray,
    surface_nu,
)
from aqdaq.engine.p1812.finish import Ends, before_ducting, ducting_over_land_db, total_db, wants_ducting
from aqdaq.engine.p1812.fixed import Air, Fixed, fix
from aqdaq.engine.p1812.inputs import FEWEST_SAMPLES, LONGEST_M, SHORTEST_M
from aqdaq.engine.p1812.steps import Steps
from aqdaq.engine.p1812.sweep import Field, Layout
from aqdaq.engine.profiles import sample_count

#: Receivers that share working arrays.
CHUNK: Final = 256


class _Geometry(NamedTuple):
    path: Path
    grounds_m: tuple[float, float]
    fitted_m: tuple[float, float]
    found: Maxima


@njit(cache=True, error_model="numpy", forceinline=True)
def _measure(p: Profile, path: Path, fitted_m: tuple[float, float], fixed: Fixed) -> _Geometry:
    """Return what the ends see over a profile; it does not depend on the frequency."""
    square = (path.d / path.m) ** 2
    found = maxima(p, path, fixed.curve * square, fixed.rare_curve * square)
    return _Geometry(path, (p.ground[0], p.ground[path.m]), fitted_m, found)


@njit(cache=True, error_model="numpy", forceinline=True)
def _lowered_by(g: _Geometry) -> tuple[float, float]:
    """Return by how much obstructions lower the smooth surface at both ends (m); eqs. (87)-(89)."""
    slope = (g.path.rx_m - g.path.tx_m) / g.path.m
    at_tx, at_rx, over = g.found.bare_up - slope, g.found.bare_back + slope, g.found.over
    # A sample exactly on the line gives an obstruction of rounding size and slopes whose sum may be zero.
    if over > 0.0 and at_tx > 0.0 and at_rx > 0.0:
        return over * at_tx / (at_tx + at_rx), over * at_rx / (at_tx + at_rx)
    return 0.0, 0.0


@njit(cache=True, error_model="numpy", forceinline=True)
def _ends(g: _Geometry, thetas: tuple[float, float], near: int, far: int) -> Ends:
    """Return the geometry as ``finish`` takes it, with horizons ``near`` and ``far`` steps from the transmitter."""
    path, lower = g.path, _lowered_by(g)
    return Ends(
        path.tx_m,
        path.rx_m,
        g.grounds_m[0],
        g.grounds_m[1],
        g.fitted_m[0],
        g.fitted_m[1],
        g.fitted_m[0] - lower[0],
        g.fitted_m[1] - lower[1],
        thetas[0],
        thetas[1],
        path.d * (near / path.m),
        path.d - path.d * (far / path.m),
        math.log(path.d),
    )


@njit(cache=True, error_model="numpy", forceinline=True)
def _loss_db(p: Profile, g: _Geometry, latitude_deg: float, sigma_db: float, fixed: Fixed) -> float:
    """Return the basic transmission loss (dB) of one antenna over one profile."""
    path, found, m, d = g.path, g.found, g.path.m, g.path.d
    step = d / m
    c, slope = fixed.curve * step * step, (path.rx_m - path.tx_m) / m
    steps = Steps(d, step, m - 1, step, m - 1, 0)
    nu = surface_nu(p, path, found.up, found.back, c) * fixed.scale
    rare_nu = nu
    if fixed.rare:
        rare_nu = surface_nu(p, path, found.rare_up, found.rare_back, fixed.rare_curve * step * step) * fixed.scale
    near = far = m  # in line of sight the sum of both distances is the length, wherever the horizon lies
    thetas = (slope - c * m) / step, (-slope - c * m) / step
    beyond = found.ground_up > slope - c * m
    if beyond:
        thetas = found.ground_up / step, (found.ground_back - c * m) / step
        near = first_horizon(p, path, found.ground_up, c, fixed.curve)
        far = last_horizon(p, path, found.ground_back, c, fixed.curve)
    ends = _ends(g, thetas, near, far)
    before = before_ducting(ends, nu, rare_nu, latitude_deg, fixed, steps)
    ducting = math.inf
    if wants_ducting(ends, before, fixed, d):
        if not beyond:
            near = far = nearest_to_the_ray(p, path, c, fixed.curve)
            ends = _ends(g, thetas, near, far)
        low = min(g.fitted_m[0], g.grounds_m[0])
        rough = highest_over(p.ground, near, far, low, (min(g.fitted_m[1], g.grounds_m[1]) - low) / m)
        ducting = ducting_over_land_db(ends, rough, before.beta0, latitude_deg, fixed, d)
    return total_db(ends, before, ducting, sigma_db, fixed, d)


@njit(cache=True, error_model="numpy", forceinline=True)
def _on_the_arrays(row: float, col: float, shape: tuple[int, int]) -> bool:
    """Return whether a position lies on the surface; the outer half pixel takes the border."""
    return -0.5 <= row <= shape[0] - 0.5 and -0.5 <= col <= shape[1] - 0.5


@njit(cache=True, error_model="numpy", forceinline=True)
def _chunk(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    layout: Layout,
    longest: int,
    chunk: int,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    antennas: NDArray[np.float64],
    air: Air,
    loss_db: NDArray[np.float64],
) -> None:
    """Fill the losses of the receivers of a chunk where distance and ground allow one."""
    start, shape = (layout.tx_row, layout.tx_col), (layout.n_rows, layout.n_cols)
    p = make_profile(longest)
    at, fixed = 0, fix(antennas[0, 1], air)
    for i in range(chunk * CHUNK, min((chunk + 1) * CHUNK, rows.shape[0])):
        offset = rows[i] - start[0], cols[i] - start[1]
        d = math.sqrt(offset[0] * offset[0] + offset[1] * offset[1]) * layout.resolution_m
        if not SHORTEST_M <= d <= LONGEST_M:
            continue
        end = start[0] + offset[0], start[1] + offset[1]
        m = max(sample_count(d, layout.step_m), FEWEST_SAMPLES) - 1
        sums = (math.nan, math.nan)
        if _on_the_arrays(start[0], start[1], shape) and _on_the_arrays(end[0], end[1], shape):
            fetch_profile(ground_m, above_m, shape, start, offset, m, p)
            sums = moments(p.ground, m)
        if math.isnan(sums[0] + p.ground[0] + p.ground[m]):
            continue
        fitted_m = fitted(p.ground, m, sums)
        latitude = layout.latitude_deg - 0.5 * offset[0] * layout.resolution_m * layout.degrees_per_m
        clutter = p.surface[m] - p.ground[m]
        over_clutter = min(max(1.0 - (layout.rx_height_m - clutter) / 10.0, 0.0), 1.0)  # u_h, eq. (67)
        rx_m = p.ground[m] + layout.rx_height_m
        for k in range(antennas.shape[0]):
            j = k if i % 2 == 0 else antennas.shape[0] - 1 - k  # there and back: the last serves the next receiver
            if k == 0 or antennas[j, 0] != antennas[at, 0]:
                g = _measure(p, Path(m, d, p.ground[0] + antennas[j, 0], rx_m), fitted_m, fixed)
            if j != at:
                at, fixed = j, fix(antennas[j, 1], air)
            loss_db[j, i] = _loss_db(p, g, latitude, fixed.sigma_db * over_clutter, fixed)


@njit(cache=True, parallel=True, error_model="numpy")
def _all_receivers(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    layout: Layout,
    longest: int,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    antennas: NDArray[np.float64],
    air: Air,
    loss_db: NDArray[np.float64],
) -> None:
    """Run all receivers; each is computed by itself, so the result does not depend on the threads."""
    for chunk in prange((rows.shape[0] + CHUNK - 1) // CHUNK):
        _chunk(ground_m, above_m, layout, longest, chunk, rows, cols, antennas, air, loss_db)


def exact_loss(
    field: Field, heights_m: NDArray[np.float64], f_ghz: NDArray[np.float64], air: Air
) -> NDArray[np.float64]:
    """Return (k, n) losses (dB) of k antennas to n receivers, NaN where the ground or the distance does not allow one.

    Args:
        field: surface and receivers.
        heights_m: (k,) of the antennas above ground (m).
        f_ghz: (k,) frequencies (GHz).
        air: body and percentages.
    """
    loss = np.full((len(heights_m), len(field.rows)), np.nan)
    if loss.size == 0:
        return loss
    layout = field.layout
    reach = np.hypot(np.abs(field.rows - layout.tx_row).max(), np.abs(field.cols - layout.tx_col).max())
    reach_m = min(float(reach) * layout.resolution_m, LONGEST_M)
    longest = max(sample_count(reach_m, layout.step_m), FEWEST_SAMPLES) + 1
    antennas = np.column_stack([heights_m, f_ghz])
    ground, above = field.ground_m.ravel(), field.above_m.ravel()
    _all_receivers(ground, above, layout, longest, field.rows, field.cols, antennas, air, loss)
    return loss
