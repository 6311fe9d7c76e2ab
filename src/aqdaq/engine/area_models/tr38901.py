"""3GPP TR 38.901 (v17.0.0) over an area: urban macro, urban micro and rural macro cells; Table 7.4.1-1.

Option ``los`` says how line of sight is decided, as for single paths. Without it the surface decides where buildings
are known, and the probability of Table 7.4.2-1 where none are: then the loss is the mean of both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.engine.area_models import sight
from aqdaq.engine.area_models.common import Ranges, find_ends, outside
from aqdaq.engine.area_registry import area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.models import tr38901_formulas as formulas
from aqdaq.engine.models.common import choice, number, require_atmosphere
from aqdaq.engine.models.tr38901 import DEFAULT_BUILDING_M, DEFAULT_STREET_M, LOS_WAYS, SOURCE, TABLE, mixed
from aqdaq.engine.registry import check_range

#: Scenarios, by the number that the kernels take.
_UMA: Final = 0
_UMI: Final = 1
_RMA: Final = 2


@dataclass(frozen=True, slots=True)
class _Range:
    """What a scenario states: frequency (MHz), distance (m), heights of base and terminal (m)."""

    scenario: int
    frequency_mhz: tuple[float, float]
    farthest_m: float
    tx_height_m: tuple[float, float]
    rx_height_m: tuple[float, float]


_URBAN_HEIGHTS: Final = ((1.5, math.inf), (1.5, 22.5))
_NEAREST_M: Final = 10.0
#: Farthest rural path without line of sight (m).
_RURAL_HIDDEN_M: Final = 5000.0


@area_model("uma")
def uma_area(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return (k, n) losses (dB) of urban macro cells.

    Raises:
        ValidityError: a body without an atmosphere, or an unknown option.
    """
    return _losses(terrain, transmitter, rows, cols, setting, _Range(_UMA, (500.0, 100e3), 5000.0, *_URBAN_HEIGHTS))


@area_model("umi")
def umi_area(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return (k, n) losses (dB) of urban micro cells in street canyons.

    Raises:
        ValidityError: a body without an atmosphere, or an unknown option.
    """
    return _losses(terrain, transmitter, rows, cols, setting, _Range(_UMI, (500.0, 100e3), 5000.0, *_URBAN_HEIGHTS))


@area_model("rma")
def rma_area(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return (k, n) losses (dB) of rural macro cells; options ``building_height_m`` and ``street_width_m``.

    Raises:
        ValidityError: a body without an atmosphere, an unknown option, or one outside its range.
    """
    own = _Range(_RMA, (500.0, 30e3), 10e3, (10.0, 150.0), (1.0, 10.0))
    return _losses(terrain, transmitter, rows, cols, setting, own)


def _losses(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
    own: _Range,
) -> AreaLoss:
    require_atmosphere(setting.sphere, SOURCE)
    roof_m, street_m = _rural_options(setting) if own.scenario == _RMA else (DEFAULT_BUILDING_M, DEFAULT_STREET_M)
    way = _way(terrain, setting)
    ends = find_ends(terrain, transmitter, rows, cols)
    ranges = Ranges((len(transmitter.heights_m), len(rows)))
    ranges.note(~ends.known, Reason.NO_TERRAIN)
    share = np.full(ranges.reason.shape, {"yes": 1.0, "no": 0.0}.get(way, math.nan))
    if way == "profile":
        seen = sight.sight(terrain, transmitter, rows, cols, setting)
        ranges.note(seen == sight.UNKNOWN, Reason.NO_TERRAIN)
        share = np.asarray(seen == sight.SEEN, dtype=np.float64)
    ranges.note(outside(transmitter.frequencies_mhz[:, None], *own.frequency_mhz), Reason.FREQUENCY)
    ranges.note(outside(transmitter.heights_m[:, None], *own.tx_height_m), Reason.TX_HEIGHT)
    ranges.note_all(not own.rx_height_m[0] <= setting.rx_height_m <= own.rx_height_m[1], Reason.RX_HEIGHT)
    ranges.note(outside(ends.distance_m, _NEAREST_M, own.farthest_m), Reason.DISTANCE)
    if own.scenario == _RMA:  # a probability is below 1 so far out
        ranges.note((ends.distance_m > _RURAL_HIDDEN_M) & ~(share == 1.0), Reason.DISTANCE)
    heights, f_ghz = (
        np.ascontiguousarray(v, dtype=np.float64) for v in (transmitter.heights_m, transmitter.frequencies_mhz * 1e-3)
    )
    loss = np.full(share.shape, np.nan)
    _fill(
        own.scenario,
        ends.distance_m,
        f_ghz,
        heights,
        float(setting.rx_height_m),
        (roof_m, street_m),
        share,
        ranges.open,
        loss,
    )
    return ranges.result(loss)


def _way(terrain: Terrain, setting: AreaSetting) -> str:
    """Return how line of sight is decided: as the option says, else by what is known of the place."""
    known = "profile" if np.any(terrain.above_m > 0.0) else "probability"
    return choice(setting, "los", known, LOS_WAYS)


def _rural_options(setting: AreaSetting) -> tuple[float, float]:
    """Return height of buildings and width of streets (m).

    Raises:
        ValidityError: outside the table.
    """
    found = []
    for name, default in (("building_height_m", DEFAULT_BUILDING_M), ("street_width_m", DEFAULT_STREET_M)):
        found.append(number(setting, name, default))
        check_range(name, found[-1], 5.0, 50.0, unit="m", source=TABLE)
    return found[0], found[1]


@njit(cache=True, error_model="numpy")
def _both(
    scenario: int, d_m: float, f_ghz: float, bs_m: float, ut_m: float, roof_m: float, street_m: float
) -> tuple[float, float, float]:
    """Return the losses with and without line of sight (dB), and its probability."""
    if scenario == _UMA:
        return (
            formulas.uma_los_db(d_m, f_ghz, bs_m, ut_m),
            formulas.uma_nlos_db(d_m, f_ghz, bs_m, ut_m),
            formulas.uma_los_probability(d_m, ut_m),
        )
    if scenario == _UMI:
        return (
            formulas.umi_los_db(d_m, f_ghz, bs_m, ut_m),
            formulas.umi_nlos_db(d_m, f_ghz, bs_m, ut_m),
            formulas.umi_los_probability(d_m),
        )
    return (
        formulas.rma_los_db(d_m, f_ghz, bs_m, ut_m, roof_m),
        formulas.rma_nlos_db(d_m, f_ghz, bs_m, ut_m, roof_m, street_m),
        formulas.rma_los_probability(d_m),
    )


@njit(cache=True, parallel=True, error_model="numpy")
def _fill(
    scenario: int,
    distance_m: NDArray[np.float64],
    f_ghz: NDArray[np.float64],
    heights_m: NDArray[np.float64],
    rx_height_m: float,
    roofs_and_streets_m: tuple[float, float],
    share: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    out: NDArray[np.float64],
) -> None:
    """Fill (k, n) losses where ``wanted``; a ``share`` in sight that is NaN is the probability of the table."""
    for i in prange(distance_m.shape[0]):
        for j in range(heights_m.shape[0]):
            if wanted[j, i]:
                figures = (distance_m[i], f_ghz[j], heights_m[j], rx_height_m)
                los, nlos, p = _both(scenario, *figures, *roofs_and_streets_m)
                if not math.isnan(share[j, i]):
                    p = share[j, i]
                out[j, i] = mixed(los, nlos, p, 0.0, 0.0)[0]
