"""Small networks and limits for the tests of exposure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.exposure.sources import Sources, sources_of
from aqdaq.analysis.placed import PlacedCell
from aqdaq.base.rulebook import list_rulebooks, load_rulebook
from aqdaq.model.exposure_limit import KIND, ExposureLimit
from aqdaq.model.exposure_practice import FACTORS, AdaptiveFactors
from aqdaq.model.network import Cell, Layer

DATE = dt.date(2026, 6, 1)
Float = NDArray[np.float64]


def flat(height_m: float = 0.0) -> Callable[[Float, Float], Float]:
    """Return a plain."""
    return lambda x_m, _: np.full(len(x_m), height_m)


def factors() -> AdaptiveFactors:
    """Return the shipped factors of adaptive antennas."""
    return AdaptiveFactors.from_rulebook(load_rulebook(*FACTORS, DATE))


def limit(limit_id: str, date: dt.date = DATE) -> ExposureLimit:
    """Return a shipped limit, in force or not."""
    books = [book for book in list_rulebooks(KIND) if book.id == limit_id]
    return ExposureLimit.from_rulebook(next((b for b in books if b.in_force(date)), books[-1]), date)


def cell(name: str, x_m: float = 0.0, y_m: float = 0.0, site: str = "", **changes: Any) -> PlacedCell:
    """Return a cell of 60 dBm at 1800 MHz, 30 m above the ground, that looks north."""
    azimuth = changes.pop("azimuth_deg", 0.0)
    known: dict[str, Any] = {
        "id": name, "site_id": site or name, "layer": Layer("A", "LTE"), "frequency_mhz": 1800.0,
        "bandwidth_mhz": 20.0, "azimuth_deg": azimuth, "downtilt_deg": 0.0, "height_m": 30.0, "eirp_dbm": 60.0,
    }  # fmt: skip
    return PlacedCell(Cell(**{**known, **changes}), x_m, y_m, azimuth, 0)


def made(*cells: PlacedCell, **how: Any) -> Sources:
    """Return cells as sources on a plain."""
    return sources_of(cells, flat(), factors(), **how)
