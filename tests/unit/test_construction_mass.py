"""Masses and antennas: free space by hand, patterns, rays."""

from __future__ import annotations

import math

import numpy as np
import pytest
from shapely.geometry import MultiPolygon, Polygon, box

from aqdaq.analysis.construction.mass import (
    ASSUMED_LIMIT_W_M2,
    ASSUMED_PORTS,
    envelope,
    power_density_w_m2,
    reach_m,
    shadowed,
    total_eirp_w,
)
from aqdaq.analysis.placed import PlacedCell
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.network import Cell, Layer


def placed(azimuth_deg: float = 90.0, eirp_dbm: float = 60.0, *, omni: bool = False) -> PlacedCell:
    antenna = ParametricAntenna(vertical_beamwidth_deg=10.0, omni=omni)
    layer = Layer("A", "LTE")
    cell = Cell("A-1", "S", layer, 1800.0, 20.0, azimuth_deg, 0.0, 30.0, eirp_dbm, antenna=antenna)
    return PlacedCell(cell, 0.0, 0.0, azimuth_deg, 0)


def test_the_limit_lies_where_free_space_says() -> None:
    """1 kW EIRP meets 0.1 W/m2 at sqrt(1000 / (0.4 pi)) = 28.2 m."""
    assert reach_m(1000.0) == pytest.approx(28.209479, abs=1e-5)
    assert total_eirp_w([placed(), placed()]) == pytest.approx(2 * ASSUMED_PORTS * 1000.0)


def test_density_ahead_behind_and_below() -> None:
    away = reach_m(ASSUMED_PORTS * 1000.0)
    at = np.array([[away, 0.0, 130.0], [-away, 0.0, 130.0], [away, 0.0, 100.0], [2 * away, 0.0, 130.0]])
    ahead, behind, below, twice = power_density_w_m2([placed()], 100.0, at).tolist()
    assert ahead == pytest.approx(ASSUMED_LIMIT_W_M2)
    assert behind == pytest.approx(ASSUMED_LIMIT_W_M2 / 1000.0)  # 30 dB front to back
    assert below < 0.01 * ahead
    assert twice == pytest.approx(ASSUMED_LIMIT_W_M2 / 4.0)


def test_cells_add_up() -> None:
    at = np.array([[50.0, 0.0, 130.0]])
    one = power_density_w_m2([placed(omni=True)], 100.0, at)
    assert power_density_w_m2([placed(omni=True)] * 3, 100.0, at) == pytest.approx(3 * one)


def test_the_envelope_reaches_from_the_foot_to_the_roof() -> None:
    yard = Polygon(box(0, 0, 30, 30).exterior, [box(10, 10, 20, 20).exterior])
    points = envelope(MultiPolygon([yard, box(50, 0, 60, 10)]), 100.0, 21.0)
    assert points[:, 2].min() == 100.0
    assert points[:, 2].max() == 121.0
    assert {10.0, 20.0, 30.0, 60.0} <= set(points[:, 0].tolist())
    steps = np.diff(np.unique(points[:, 2]))
    assert steps.max() <= 3.0


def test_rays_meet_what_stands_between() -> None:
    x, y = np.array([100.0, 100.0, 20.0, -100.0]), np.array([0.0, 80.0, 0.0, 0.0])
    assert shadowed(box(40, -10, 60, 10), (0.0, 0.0), x, y).tolist() == [True, False, False, False]
    assert shadowed(box(40, -10, 60, 10), (0.0, 0.0), x[:0], y[:0]).tolist() == []


def test_no_far_field_is_taken_nearer_than_a_metre() -> None:
    at = np.array([[0.01, 0.0, 130.0]])
    near = power_density_w_m2([placed(omni=True)], 100.0, at)
    assert near[0] == pytest.approx(ASSUMED_PORTS * 1000.0 / (4.0 * math.pi))
