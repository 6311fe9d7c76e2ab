"""Okumura-Hata and COST-231-Hata over an area: distance and heights alone; the kind of area is an option."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.area_models.common import Ranges, find_ends, outside
from aqdaq.engine.area_registry import area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.models.common import choice, number, require_atmosphere
from aqdaq.engine.models.hata import (
    AREAS,
    COST,
    COST_AREAS,
    DEFAULT_AREA,
    HATA,
    cost231_hata_db,
    okumura_hata_db,
)


@area_model("okumura_hata")
def okumura_hata_area(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return (k, n) median losses (dB) of the kind of area that the option ``area`` names; Hata 1980.

    Raises:
        ValidityError: a body without an atmosphere, or an unknown option.
    """
    require_atmosphere(setting.sphere, HATA)
    kind = AREAS.index(choice(setting, "area", DEFAULT_AREA, AREAS))
    f_mhz = transmitter.frequencies_mhz[:, None]
    wrong = outside(f_mhz, 150.0, 1500.0)
    if kind == AREAS.index("large_city"):
        wrong |= (f_mhz > 200.0) & (f_mhz < 400.0)
    return _median(terrain, transmitter, rows, cols, setting, wrong, kind)


@area_model("cost231_hata")
def cost231_hata_area(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return (k, n) median losses (dB) of the kind of city that the option ``area`` names; COST 231 eq. (4.4.3).

    Raises:
        ValidityError: a body without an atmosphere, or an unknown option.
    """
    require_atmosphere(setting.sphere, COST)
    kind = COST_AREAS.index(choice(setting, "area", DEFAULT_AREA, COST_AREAS))
    wrong = outside(transmitter.frequencies_mhz[:, None], 1500.0, 2000.0)
    return _median(terrain, transmitter, rows, cols, setting, wrong, len(AREAS) + kind)


def _median(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
    wrong_frequency: NDArray[np.bool_],
    kind: int,
) -> AreaLoss:
    """Return the losses; ``kind`` counts through the areas of Hata and then those of COST 231."""
    ends = find_ends(terrain, transmitter, rows, cols)
    heights = np.ascontiguousarray(transmitter.heights_m, dtype=np.float64)
    if "base_effective_height_m" in setting.options:
        heights = np.full_like(heights, number(setting, "base_effective_height_m", 0.0))
    ranges = Ranges((len(heights), len(rows)))
    ranges.note(~ends.known, Reason.NO_TERRAIN)
    ranges.note(wrong_frequency, Reason.FREQUENCY)
    ranges.note(outside(heights[:, None], 30.0, 200.0), Reason.TX_HEIGHT)
    ranges.note_all(not 1.0 <= setting.rx_height_m <= 10.0, Reason.RX_HEIGHT)
    ranges.note(outside(ends.distance_m, 1e3, 20e3), Reason.DISTANCE)
    f_mhz = np.ascontiguousarray(transmitter.frequencies_mhz, dtype=np.float64)
    return ranges.result(_fill(ends.distance_m, f_mhz, heights, float(setting.rx_height_m), kind, ranges.open))


@njit(cache=True, error_model="numpy")
def _fill(
    distance_m: NDArray[np.float64],
    f_mhz: NDArray[np.float64],
    heights_m: NDArray[np.float64],
    rx_height_m: float,
    kind: int,
    wanted: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return (k, n) losses (dB), NaN where not ``wanted``."""
    out = np.full(wanted.shape, np.nan)
    for j in range(wanted.shape[0]):
        for i in range(wanted.shape[1]):
            if wanted[j, i]:
                d_km = distance_m[i] * 1e-3
                if kind < 4:
                    out[j, i] = okumura_hata_db(d_km, f_mhz[j], heights_m[j], rx_height_m, kind)
                else:
                    out[j, i] = cost231_hata_db(d_km, f_mhz[j], heights_m[j], rx_height_m, kind == 5)
    return out
