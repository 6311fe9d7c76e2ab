"""A small grid, a definition and a cell for tests of layers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid
from aqdaq.model.network import Cell, Layer

GRID = Grid("EPSG:32643", 650000.0, 4785200.0, 10.0, 20, 30)
LTE = Layer("A", "LTE")
SD_DB = 8.0


def definition(**more: Any) -> ServiceDefinition:
    figures: dict[str, Any] = {
        "id": "d", "title": "d", "threshold_dbm": {"LTE": -110.0}, "probability": 0.9, "receiver_height_m": 1.5,
        "environment": "outdoor", "entry_loss_db": 0.0, "entry_loss_sd_db": 0.0, "minimum_area_m2": 0.0,
        "measured_within_m": 50.0, "minimum_samples": 3, "source": "", "verified": False,
        "valid_from": dt.date(2020, 1, 1), "valid_to": None,
    }  # fmt: skip
    return ServiceDefinition(**{**figures, **more})


def cell(name: str = "c", **more: Any) -> Cell:
    figures: dict[str, Any] = {
        "frequency_mhz": 1815.0, "bandwidth_mhz": 20.0, "azimuth_deg": 0.0, "downtilt_deg": 0.0, "height_m": 30.0,
        "eirp_dbm": 60.0, "resource_blocks": 100, "load": 0.5, "antenna": ParametricAntenna(omni=True),
    }  # fmt: skip
    return Cell(name, "s", LTE, **{**figures, **more})
