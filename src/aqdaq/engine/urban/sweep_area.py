"""The city model for areas by sweep: what the kernels are told, and why a loss is unknown."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aqdaq.engine.area_registry import area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.models.common import require_atmosphere
from aqdaq.engine.p1812.binning import assign, group, radial_count
from aqdaq.engine.profiles import bilinear, nearest
from aqdaq.engine.urban.area import SMALLEST, range_reasons, roofs_around_m, urban_surface_area
from aqdaq.engine.urban.path import Medium
from aqdaq.engine.urban.rooftops import SOURCE
from aqdaq.engine.urban.streets import street_rasters
from aqdaq.engine.urban.sweep import sweep_radials
from aqdaq.engine.urban.sweep_radial import Float
from aqdaq.engine.urban.sweep_shape import Layout, Raster

#: Radials for each pixel on the border of the square that they end on.
DENSITY: Final = 1.5


class Field(NamedTuple):
    """The surface and the receivers.

    Attributes:
        surface: (rows * cols,) ground and height above ground (m).
        streets: (rows * cols,) rasters of width (m), roofs (m) and direction (deg).
        rows: (n,) of the receivers (pixels).
        cols: (n,) of the receivers (pixels).
        layout: where they lie.
    """

    surface: tuple[Raster, Raster]
    streets: tuple[Raster, Raster, Raster]
    rows: Float
    cols: Float
    layout: Layout


def field_of(terrain: Terrain, transmitter: Transmitter, rows: Float, cols: Float, setting: AreaSetting) -> Field:
    """Return surface and receivers as the kernels take them.

    Args:
        terrain: the surface.
        transmitter: the site.
        rows: (n,) of the receivers (pixels), at least one.
        cols: (n,) of the receivers (pixels).
        setting: what holds for the area.
    """
    row, col, resolution = float(transmitter.row), float(transmitter.col), float(terrain.resolution_m)
    rows, cols = (np.ascontiguousarray(v, dtype=np.float64) for v in (rows, cols))
    down, right = float(np.abs(rows - row).max()), float(np.abs(cols - col).max())
    half = max(down, right) if setting.reach_m is None else setting.reach_m / resolution
    streets = terrain.streets
    if streets is None:
        streets = street_rasters(terrain.above_m, terrain.ground_m, terrain.resolution_m)
    ground, above, width, roof, direction = (
        np.ascontiguousarray(v, dtype=np.float32).ravel() for v in (terrain.ground_m, terrain.above_m, *streets)
    )
    foot = float(bilinear(terrain.ground_m, row, col))
    layout = Layout(
        terrain.ground_m.shape[0],
        terrain.ground_m.shape[1],
        resolution,
        float(setting.rx_height_m),
        row,
        col,
        foot,
        foot + float(nearest(terrain.above_m, row, col)),
        roofs_around_m(terrain, streets, row, col),
        float(setting.step_m),
        max(math.ceil(half * DENSITY - 1e-9), 1),
        math.hypot(down, right) * resolution,
    )
    return Field((ground, above), (width, roof, direction), rows, cols, layout)


def sweep_loss(field: Field, heights_m: Float, f_ghz: Float, medium: Medium, dtype: type = np.float32) -> NDArray[Any]:
    """Return (k, n) losses (dB) of k antennas to n receivers, NaN where the ground is not known.

    Args:
        field: surface and receivers.
        heights_m: (k,) of the antennas above ground (m).
        f_ghz: (k,) frequencies (GHz).
        medium: the body and the polarization.
        dtype: of the result.
    """
    layout, rows, cols = field.layout, field.rows, field.cols
    loss: NDArray[Any] = np.full((len(heights_m), len(rows)), np.nan, dtype=dtype)
    if math.isnan(layout.tx_ground_m):
        return loss
    order = np.lexsort((f_ghz, heights_m))  # the antennas of one height share its geometry
    sorted_loss = np.full_like(loss, np.nan)
    begin, members = group(assign(rows, cols, layout.tx_row, layout.tx_col, layout.half), radial_count(layout.half))
    sweep_radials(
        *field.surface,
        *field.streets,
        layout,
        rows,
        cols,
        begin,
        members,
        heights_m[order],
        f_ghz[order],
        medium,
        sorted_loss,
    )
    loss[order] = sorted_loss
    return loss


@area_model("urban_surface", "sweep")
def urban_surface_sweep(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return the loss of the city model from one site to many receivers along shared radials.

    Without ``terrain.streets`` the rasters of the streets are made here, each time. A surface of a single row or column
    has no radials: there it is exact.

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
    if min(terrain.ground_m.shape) < SMALLEST:
        return urban_surface_area(terrain, transmitter, rows, cols, setting)
    heights = np.ascontiguousarray(transmitter.heights_m, dtype=np.float64)
    f_ghz = np.ascontiguousarray(transmitter.frequencies_mhz, dtype=np.float64) * 1e-3
    away = np.hypot(rows - transmitter.row, cols - transmitter.col) * terrain.resolution_m
    reason = range_reasons(transmitter, away, setting)
    loss = np.full(reason.shape, np.nan, dtype=np.float32)
    known = reason == Reason.KNOWN
    antennas, receivers = np.flatnonzero(known.any(axis=1)), np.flatnonzero(known.any(axis=0))
    if len(receivers) == 0:
        return AreaLoss(loss, reason)
    field = field_of(terrain, transmitter, rows[receivers], cols[receivers], setting)
    sphere = setting.sphere
    medium = Medium(sphere.effective_radius_m, sphere.permittivity, sphere.conductivity_s_m, bool(setting.vertical))
    loss[np.ix_(antennas, receivers)] = sweep_loss(field, heights[antennas], f_ghz[antennas], medium)
    reason[known & np.isnan(loss)] = Reason.NO_TERRAIN
    return AreaLoss(loss, reason)
