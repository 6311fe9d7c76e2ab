"""ITU-R P.1812 over an area: the sweep, with what it is told and why a loss is unknown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqdaq.engine.area_registry import area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.p1812.fixed import Air
from aqdaq.engine.p1812.inputs import SHORTEST_M
from aqdaq.engine.p1812.parameters import K_BETA0, median_k
from aqdaq.engine.p1812.sweep import DENSITY, Field, Layout, sweep_loss


def air_of(setting: AreaSetting) -> Air:
    """Return body and percentages as the kernels take them."""
    sphere = setting.sphere
    k50 = median_k(setting.delta_n, sphere.radius_m) if sphere.atmosphere else 1.0
    return Air(
        float(setting.time_percent),
        float(setting.location_percent),
        bool(sphere.atmosphere),
        k50 * sphere.radius_m,
        (K_BETA0 if sphere.atmosphere else 1.0) * sphere.radius_m,
        float(sphere.permittivity),
        float(sphere.conductivity_s_m),
        float(setting.n0),
        float(setting.pixel_width_m),
        bool(setting.vertical),
        float(setting.latitude_deg),
    )


def field_of(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> Field:
    """Return surface and receivers as the kernels take them."""
    row, col = float(transmitter.row), float(transmitter.col)
    rows, cols = (np.ascontiguousarray(v, dtype=np.float64) for v in (rows, cols))
    if setting.reach_m is not None:
        half = setting.reach_m / terrain.resolution_m
    else:
        half = max(np.abs(rows - row).max(initial=1.0), np.abs(cols - col).max(initial=1.0))
    layout = Layout(
        terrain.ground_m.shape[0],
        terrain.ground_m.shape[1],
        float(terrain.resolution_m),
        float(setting.rx_height_m),
        row,
        col,
        float(setting.step_m),
        float(setting.latitude_deg),
        float(np.degrees(1.0 / setting.sphere.radius_m)),
        max(int(np.ceil(DENSITY * half - 1e-9)), 1),
    )
    ground, above = (np.ascontiguousarray(a, dtype=np.float32) for a in (terrain.ground_m, terrain.above_m))
    return Field(ground, above, rows, cols, layout)


@area_model("p1812", "sweep")
def p1812_sweep(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return the losses to receivers along shared radials."""
    field = field_of(terrain, transmitter, rows, cols, setting)
    heights = np.ascontiguousarray(transmitter.heights_m, dtype=np.float64)
    f_ghz = np.ascontiguousarray(transmitter.frequencies_mhz, dtype=np.float64) * 1e-3
    loss = sweep_loss(field, heights, f_ghz, air_of(setting))
    return AreaLoss(loss, reasons(loss, field))


def reasons(loss: NDArray[np.float32], field: Field) -> NDArray[np.uint8]:
    """Return why losses are unknown: the path is shorter than the Recommendation covers, or ground is missing."""
    out = np.where(np.isnan(loss), Reason.NO_TERRAIN, Reason.KNOWN).astype(np.uint8)
    layout = field.layout
    away = np.hypot(field.rows - layout.tx_row, field.cols - layout.tx_col) * layout.resolution_m
    short = away < SHORTEST_M
    out[:, short] = Reason.DISTANCE
    return out
