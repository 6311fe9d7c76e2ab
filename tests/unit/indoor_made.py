"""Definitions for the tests of indoor service."""

from __future__ import annotations

import datetime as dt
from typing import Any

from aqdaq.model.definition import ServiceDefinition

THRESHOLD_DBM = -110.0


def definition(**more: Any) -> ServiceDefinition:
    """Return an outdoor definition of LTE, with changes."""
    figures: dict[str, Any] = {
        "id": "d", "title": "d", "threshold_dbm": {"LTE": THRESHOLD_DBM}, "probability": 0.9, "receiver_height_m": 1.5,
        "environment": "outdoor", "entry_loss_db": 0.0, "entry_loss_sd_db": 0.0, "minimum_area_m2": 0.0,
        "measured_within_m": 50.0, "minimum_samples": 3, "source": "", "verified": False,
        "valid_from": dt.date(2020, 1, 1), "valid_to": None,
    }  # fmt: skip
    return ServiceDefinition(**{**figures, **more})


def mixed(share: float = 0.3) -> ServiceDefinition:
    """Return an indoor definition by P.2109 for buildings of both classes."""
    return definition(
        id="mixed", environment="indoor", entry_model="p2109", building_class="mixed", efficient_share=share
    )


def one_class(building_class: str) -> ServiceDefinition:
    """Return an indoor definition by P.2109 for buildings of one class."""
    return definition(id=building_class, environment="indoor", entry_model="p2109", building_class=building_class)
