"""Line of sight over an area: whether the surface on the way to each receiver leaves the direct ray free."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.engine.area import CHUNK, longest_profile
from aqdaq.engine.area_types import AreaSetting, Terrain, Transmitter
from aqdaq.engine.directions import offset_m
from aqdaq.engine.models.tr38901_formulas import sees
from aqdaq.engine.profiles import cut_profile, receiver_at_the_wall, sample_count, transmitter_at_the_wall

#: What ``sight`` says of a receiver.
HIDDEN: Final = 0
SEEN: Final = 1
UNKNOWN: Final = 2


class _Setting(NamedTuple):
    resolution_m: float
    rx_height_m: float
    step_m: float
    effective_radius_m: float
    longest: int


def sight(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> NDArray[np.uint8]:
    """Return (k, n) ``HIDDEN``, ``SEEN`` or, where the ground is unknown along the profile, ``UNKNOWN``.

    The surface is the ground and what stands on it. A receiver inside a building is judged at the wall that faces the
    site, an antenna below the roof of its own pixel hangs at the wall, as for every model that cuts profiles.

    Args:
        terrain: the surface.
        transmitter: the site.
        rows: (n,) of the receivers (pixels).
        cols: (n,) of the receivers (pixels).
        setting: of the area.
    """
    out = np.full((len(transmitter.heights_m), len(rows)), UNKNOWN, dtype=np.uint8)
    if len(rows):
        _sight(
            terrain.ground_m,
            terrain.above_m,
            (float(transmitter.row), float(transmitter.col)),
            np.ascontiguousarray(transmitter.heights_m, dtype=np.float64),
            np.ascontiguousarray(rows, dtype=np.float64),
            np.ascontiguousarray(cols, dtype=np.float64),
            _Setting(
                float(terrain.resolution_m),
                float(setting.rx_height_m),
                float(setting.step_m),
                setting.sphere.effective_radius_m,
                longest_profile(terrain, transmitter, rows, cols, setting.step_m),
            ),
            out,
        )
    return out


@njit(cache=True, parallel=True, error_model="numpy")
def _sight(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    site: tuple[float, float],
    heights_m: NDArray[np.float64],
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: _Setting,
    out: NDArray[np.uint8],
) -> None:
    """Fill ``out``; each chunk owns a profile buffer."""
    n = rows.shape[0]
    for block in prange((n + CHUNK - 1) // CHUNK):
        profile = np.empty((4, setting.longest))
        for i in range(block * CHUNK, min((block + 1) * CHUNK, n)):
            distance = offset_m(site, rows[i], cols[i], setting.resolution_m)[2]
            samples = sample_count(distance, setting.step_m)
            if cut_profile(ground_m, above_m, site, (rows[i], cols[i]), distance, samples, profile):
                _one_receiver(profile, samples, heights_m, setting.rx_height_m, setting.effective_radius_m, out, i)


@njit(cache=True, error_model="numpy")
def _one_receiver(
    profile: NDArray[np.float64],
    n: int,
    heights_m: NDArray[np.float64],
    rx_height_m: float,
    effective_radius_m: float,
    out: NDArray[np.uint8],
    i: int,
) -> None:
    """Fill column ``i`` of ``out`` from its profile."""
    roof_m = profile[2, 0] - profile[1, 0]
    receiver_at_the_wall(profile, n, rx_height_m)
    if roof_m > heights_m.min():
        transmitter_at_the_wall(profile, n)
    rx_m = profile[1, n - 1] + rx_height_m
    for j in range(heights_m.shape[0]):
        surface = profile[3] if roof_m > heights_m[j] else profile[2]
        free = sees(profile[0], surface, n, profile[1, 0] + heights_m[j], rx_m, effective_radius_m)
        out[j, i] = SEEN if free else HIDDEN
