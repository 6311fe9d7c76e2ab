"""The city model for areas: one exact profile for each receiver, shared by all antennas and frequencies of a site."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.engine.area_registry import area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Streets, Terrain, Transmitter
from aqdaq.engine.fetch import at_position
from aqdaq.engine.models.common import require_atmosphere
from aqdaq.engine.profiles import cut_profile, nearest, sample_count
from aqdaq.engine.urban.geometry import Ends, clear_the_ends, urban_geometry, wall_index
from aqdaq.engine.urban.path import Medium, urban_loss
from aqdaq.engine.urban.rooftops import (
    FREQUENCY_RANGE_MHZ,
    LONGEST_M,
    RX_HEIGHT_RANGE_M,
    SOURCE,
    angle_between_deg,
)
from aqdaq.engine.urban.sphere import clear_reach_m
from aqdaq.engine.urban.streets import BUILDING_M, street_rasters

Float = NDArray[np.float64]

#: Receivers that share a profile buffer.
CHUNK: Final = 256
#: Fewest rows and columns of a surface between whose pixels ``fetch`` can interpolate.
SMALLEST: Final = 2
#: Lowest antenna (m): the road's mirror must lie below it.
LOWEST_TX_M: Final = 1.0

_KNOWN: Final = int(Reason.KNOWN)
_NO_TERRAIN: Final = int(Reason.NO_TERRAIN)


class _Surface(NamedTuple):
    ground_m: NDArray[np.float32]
    above_m: NDArray[np.float32]
    width_m: NDArray[np.float32]
    roof_m: NDArray[np.float32]
    direction_deg: NDArray[np.float32]
    resolution_m: float


class _Site(NamedTuple):
    row: float
    col: float
    roof_m: float
    heights_m: NDArray[np.float64]
    f_ghz: NDArray[np.float64]


class _Setting(NamedTuple):
    rx_height_m: float
    step_m: float
    longest_m: float
    clear_m: float  # up to there the smooth earth adds nothing for any antenna of the site


def roofs_around_m(terrain: Terrain, streets: Streets, row: float, col: float) -> float:
    """Return the height of the roofs around a site above its ground (m): its own building, else those of its street.

    Args:
        terrain: the surface.
        streets: its rasters.
        row: of the site (pixels).
        col: of the site (pixels).

    Returns:
        0 where no building is near, or the site lies outside the surface.
    """
    r, c = math.floor(row + 0.5), math.floor(col + 0.5)
    if not (0 <= r < terrain.above_m.shape[0] and 0 <= c < terrain.above_m.shape[1]):
        return 0.0
    own = float(terrain.above_m[r, c])
    if own >= BUILDING_M:
        return own
    around = float(streets.roof_m[r, c])
    return max(around, 0.0) if math.isfinite(around) else 0.0


@area_model("urban_surface", "exact")
def urban_surface_area(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return the loss of the city model from one site to many receivers; the median in time, of one place.

    Without ``terrain.streets`` the rasters of the streets are made here, each time: give them where there are more
    sites than one.

    Args:
        terrain: the surface.
        transmitter: the site, its antennas and frequencies (k).
        rows: (n,) of the receivers (pixels).
        cols: (n,) of the receivers (pixels).
        setting: what holds for the area.

    Raises:
        ValidityError: the body has no atmosphere.
    """
    require_atmosphere(setting.sphere, SOURCE)
    streets = terrain.streets
    if streets is None:
        streets = street_rasters(terrain.above_m, terrain.ground_m, terrain.resolution_m)
    rows, cols = (np.ascontiguousarray(v, dtype=np.float64) for v in (rows, cols))
    heights, f_ghz = (
        np.ascontiguousarray(v, dtype=np.float64) for v in (transmitter.heights_m, transmitter.frequencies_mhz / 1e3)
    )
    loss = np.full((len(heights), len(rows)), np.nan, dtype=np.float32)
    away = np.hypot(rows - transmitter.row, cols - transmitter.col) * terrain.resolution_m
    reason = range_reasons(transmitter, away, setting)
    sphere, longest = setting.sphere, float(np.max(away, initial=0.0, where=away <= LONGEST_M))
    ground, above = np.ascontiguousarray(terrain.ground_m), np.ascontiguousarray(terrain.above_m)
    _predict(
        _Surface(ground, above, *streets, float(terrain.resolution_m)),
        _Site(
            float(transmitter.row),
            float(transmitter.col),
            roofs_around_m(terrain, streets, transmitter.row, transmitter.col),
            heights,
            f_ghz,
        ),
        rows,
        cols,
        _Setting(
            float(setting.rx_height_m),
            float(setting.step_m),
            longest,
            clear_reach_m(longest, heights.min(), float(setting.rx_height_m), f_ghz.min(), sphere.effective_radius_m),
        ),
        Medium(sphere.effective_radius_m, sphere.permittivity, sphere.conductivity_s_m, setting.vertical),
        loss,
        reason,
    )
    return AreaLoss(loss, reason)


def range_reasons(transmitter: Transmitter, away_m: NDArray[np.float64], setting: AreaSetting) -> NDArray[np.uint8]:
    """Return (k, n) why a loss is known to be unknown before any profile is cut.

    Args:
        transmitter: the site, with k pairs of height and frequency.
        away_m: (n,) distances of the receivers (m).
        setting: of the area.
    """
    reason = np.full((len(transmitter.heights_m), len(away_m)), Reason.KNOWN, dtype=np.uint8)
    reason[:, ~(away_m <= LONGEST_M)] = Reason.DISTANCE
    low, high = FREQUENCY_RANGE_MHZ
    f_mhz = transmitter.frequencies_mhz
    reason[transmitter.heights_m < LOWEST_TX_M] = Reason.TX_HEIGHT
    reason[(f_mhz < low) | (f_mhz > high)] = Reason.FREQUENCY
    if not RX_HEIGHT_RANGE_M[0] <= setting.rx_height_m <= RX_HEIGHT_RANGE_M[1]:
        reason[:] = Reason.RX_HEIGHT
    return reason


@njit(cache=True, parallel=True, error_model="numpy")
def _predict(
    surface: _Surface,
    site: _Site,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: _Setting,
    medium: Medium,
    loss_db: NDArray[np.float32],
    reason: NDArray[np.uint8],
) -> None:
    """Run all receivers; each chunk owns a profile buffer, so the result does not depend on the threads."""
    n = rows.shape[0]
    longest = sample_count(setting.longest_m, setting.step_m) + 1
    for block in prange((n + CHUNK - 1) // CHUNK):
        profile = np.empty((4, longest))
        flat = np.zeros(longest)
        for i in range(block * CHUNK, min((block + 1) * CHUNK, n)):
            if reason[:, i].min() == _KNOWN:
                known = _one_receiver(surface, site, (rows[i], cols[i]), setting, medium, profile, flat, loss_db[:, i])
                for j in range(loss_db.shape[0]):
                    if reason[j, i] != _KNOWN:
                        loss_db[j, i] = math.nan
                    elif not known:
                        reason[j, i] = _NO_TERRAIN


@njit(cache=True, error_model="numpy", forceinline=True)
def _cut(
    surface: _Surface, tx: tuple[float, float], rx: tuple[float, float], distance_m: float, n: int, out: Float
) -> bool:
    """Do what ``profiles.cut_profile`` does, without a look at each sample."""
    shape, offset = surface.ground_m.shape, (rx[0] - tx[0], rx[1] - tx[1])
    for row, col in (tx, (tx[0] + offset[0], tx[1] + offset[1])):
        if not (-0.5 <= row <= shape[0] - 0.5 and -0.5 <= col <= shape[1] - 0.5):
            return False
    if min(shape) < SMALLEST:
        return cut_profile(surface.ground_m, surface.above_m, tx, rx, distance_m, n, out)
    ground, above, total = surface.ground_m.ravel(), surface.above_m.ravel(), 0.0
    for i in range(n):
        share = i / (n - 1)
        out[0, i] = distance_m * share
        out[1, i], out[2, i] = at_position(ground, above, shape, tx[0] + offset[0] * share, tx[1] + offset[1] * share)
        total += out[1, i]
    return not math.isnan(total)


@njit(cache=True, error_model="numpy")
def _one_receiver(
    surface: _Surface,
    site: _Site,
    rx: tuple[float, float],
    setting: _Setting,
    medium: Medium,
    profile: NDArray[np.float64],
    flat: NDArray[np.float64],
    loss_db: NDArray[np.float32],
) -> bool:
    """Fill the (k,) losses of a receiver; return whether the ground is known along its path."""
    north, east = (site.row - rx[0]) * surface.resolution_m, (rx[1] - site.col) * surface.resolution_m
    distance = math.sqrt(north * north + east * east)
    n = sample_count(distance, setting.step_m)
    tx = (site.row, site.col)
    if not _cut(surface, tx, rx, distance, n, profile):
        return False
    at = wall_index(profile, n, setting.rx_height_m)
    share = at / (n - 1)
    row, col = tx[0] + (rx[0] - tx[0]) * share, tx[1] + (rx[1] - tx[1]) * share
    width, roof = nearest(surface.width_m, row, col), nearest(surface.roof_m, row, col)
    angle = angle_between_deg(math.degrees(math.atan2(east, north)), nearest(surface.direction_deg, row, col))
    own_roof = profile[2, 0] - profile[1, 0]
    clear_the_ends(profile, n, setting.rx_height_m, site.heights_m.min())
    first = Ends(site.heights_m[0], setting.rx_height_m, site.roof_m, width, roof, angle)
    mast = profile[3] if own_roof > site.heights_m[0] else profile[2]
    shape = urban_geometry(profile[0], profile[1], mast, flat, n, at, first, medium.effective_radius_m, setting.clear_m)
    for j in range(site.heights_m.shape[0]):
        height = site.heights_m[j]
        ends = Ends(height, setting.rx_height_m, site.roof_m, width, roof, angle)
        if j > 0 and height != site.heights_m[j - 1]:  # the geometry does not know the frequency
            mast = profile[3] if own_roof > height else profile[2]
            shape = urban_geometry(
                profile[0], profile[1], mast, flat, n, at, ends, medium.effective_radius_m, setting.clear_m
            )
        loss_db[j] = urban_loss(shape, ends, site.f_ghz[j], medium).loss_db
    return True
