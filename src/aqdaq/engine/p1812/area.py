"""ITU-R P.1812 over an area: exact and by a sweep, with what both are told and why a loss is unknown."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.area_registry import area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.p1812.exact import exact_loss
from aqdaq.engine.p1812.fixed import Air
from aqdaq.engine.p1812.inputs import EDITION, LONGEST_M, RANGES, SHORTEST_M
from aqdaq.engine.p1812.parameters import K_BETA0, critical_lapse, median_k
from aqdaq.engine.p1812.sweep import DENSITY, Field, Layout, sweep_loss

_LIMITS: Final = {name: (least, largest, unit) for name, least, largest, unit in RANGES}
_DISTANCE: Final = int(Reason.DISTANCE)
_NO_TERRAIN: Final = int(Reason.NO_TERRAIN)

#: Losses (k, n) (dB) to the receivers of a field from antennas at (k,) heights (m) and frequencies (GHz).
Compute = Callable[[Field, NDArray[np.float64], NDArray[np.float64], Air], NDArray[np.floating]]


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


@area_model("p1812", "exact")
def p1812_exact(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return (k, n) losses (dB) to receivers, each over a profile of its own.

    The profile has equal steps of at most ``setting.step_m`` and at least 4 samples. Unknown for paths shorter than
    250 m or longer than 3000 km, where the ground is unknown anywhere on the path, and for antennas outside 30 MHz to
    6 GHz or 1 to 3000 m above ground.

    Raises:
        ValidityError: percentages or air outside what the Recommendation covers, or a terrain of a single row.
    """
    return _losses(exact_loss, transmitter, field_of(terrain, transmitter, rows, cols, setting), setting)


@area_model("p1812", "sweep")
def p1812_sweep(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return (k, n) losses (dB) to receivers along shared radials; unknown and raised as by ``p1812_exact``."""
    return _losses(sweep_loss, transmitter, field_of(terrain, transmitter, rows, cols, setting), setting)


def _losses(compute: Compute, transmitter: Transmitter, field: Field, setting: AreaSetting) -> AreaLoss:
    """Run the antennas that the Recommendation covers and say why the others are unknown."""
    check_setting(setting, field)
    heights = np.ascontiguousarray(transmitter.heights_m, dtype=np.float64)
    f_ghz = np.ascontiguousarray(transmitter.frequencies_mhz, dtype=np.float64) * 1e-3
    refused = refuse(transmitter, setting)
    covered = refused == Reason.KNOWN
    loss = compute(field, heights[covered], f_ghz[covered], air_of(setting)).astype(np.float32, copy=False)
    why = reasons(loss, field)
    if covered.all():
        return AreaLoss(loss, why)
    every_loss = np.full((len(heights), len(field.rows)), np.nan, dtype=np.float32)
    every_why = np.repeat(refused[:, None], len(field.rows), axis=1)
    every_loss[covered], every_why[covered] = loss, why
    return AreaLoss(every_loss, every_why)


def check_setting(setting: AreaSetting, field: Field) -> None:
    """Refuse what holds for the whole area and lies outside what the Recommendation covers.

    Raises:
        ValidityError: with one fault for each thing that is wrong.
    """
    faults = []
    for name in ("time_percent", "location_percent"):
        (least, largest, unit), value = _LIMITS[name], getattr(setting, name)
        if not least <= value <= largest:
            faults.append(Fault(name, f"{value:g} {unit}", f"{EDITION} holds from {least:g} to {largest:g} {unit}"))
    limit = critical_lapse(setting.sphere.radius_m)
    if setting.sphere.atmosphere and not 0.0 < setting.delta_n < limit:
        what = f"{setting.delta_n:g} N-units/km"
        faults.append(Fault("delta_n", what, f"{EDITION} holds above 0 and below {limit:g}"))
    if setting.sphere.atmosphere and not 0.0 < setting.n0 < math.inf:
        faults.append(Fault("n0", f"{setting.n0:g} N-units", "give the sea-level refractivity, near 325 on the Earth"))
    if not 0.0 < setting.pixel_width_m < math.inf:
        faults.append(Fault("pixel_width_m", f"{setting.pixel_width_m:g} m", "give a width above 0"))
    if min(field.ground_m.shape) < 2:
        what = f"{field.ground_m.shape[0]} x {field.ground_m.shape[1]} pixels"
        faults.append(Fault("terrain", what, "give at least two rows and two columns"))
    if faults:
        raise ValidityError(faults)


def refuse(transmitter: Transmitter, setting: AreaSetting) -> NDArray[np.uint8]:
    """Return (k,) why an antenna has no loss anywhere: frequency or a height outside the ranges of Table 1."""
    out = np.zeros(len(transmitter.heights_m), dtype=np.uint8)
    for name, values, why in (
        ("frequency_ghz", transmitter.frequencies_mhz * 1e-3, Reason.FREQUENCY),
        ("tx_height_m", transmitter.heights_m, Reason.TX_HEIGHT),
        ("rx_height_m", np.full(len(out), setting.rx_height_m), Reason.RX_HEIGHT),
    ):
        least, largest, _ = _LIMITS[name]
        out[(out == Reason.KNOWN) & ~((values >= least) & (values <= largest))] = why
    return out


def reasons(loss: NDArray[np.float32], field: Field) -> NDArray[np.uint8]:
    """Return (k, n) why losses are unknown: the Recommendation does not cover the distance, or ground is missing.

    Losses beyond the longest distance are made unknown.
    """
    out = np.zeros(loss.shape, dtype=np.uint8)
    layout = field.layout
    _note(loss, field.rows, field.cols, (layout.tx_row, layout.tx_col), layout.resolution_m, out)
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _note(
    loss_db: NDArray[np.float32],
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    start: tuple[float, float],
    resolution_m: float,
    out: NDArray[np.uint8],
) -> None:
    """Fill the reasons, with the distance as the kernels take it."""
    for i in range(rows.shape[0]):
        down, right = rows[i] - start[0], cols[i] - start[1]
        distance = math.sqrt(down * down + right * right) * resolution_m
        for j in range(loss_db.shape[0]):
            if not SHORTEST_M <= distance <= LONGEST_M:
                loss_db[j, i] = math.nan
                out[j, i] = _DISTANCE
            elif math.isnan(loss_db[j, i]):
                out[j, i] = _NO_TERRAIN
