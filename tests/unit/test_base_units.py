"""Conversions against figures that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.base import units


@pytest.mark.parametrize(("db", "ratio"), [(0.0, 1.0), (10.0, 10.0), (-30.0, 1e-3), (3.0, 1.9952623)])
def test_decibels(db: float, ratio: float) -> None:
    assert units.db_to_linear(db) == pytest.approx(ratio, rel=1e-7)
    assert units.linear_to_db(ratio) == pytest.approx(db, abs=1e-6)


@given(st.floats(-200.0, 200.0))
def test_there_and_back(level: float) -> None:
    assert units.linear_to_db(units.db_to_linear(level)) == pytest.approx(level, abs=1e-9)
    assert units.w_to_dbm(units.dbm_to_w(level)) == pytest.approx(level, abs=1e-9)


def test_watts() -> None:
    assert units.dbm_to_w(43.0) == pytest.approx(19.953, abs=1e-3)
    assert units.w_to_dbm(1.0) == pytest.approx(30.0)


def test_no_power_is_minus_infinity_without_a_warning() -> None:
    assert units.linear_to_db(0.0) == -np.inf
    assert units.sum_dbm([-np.inf, -90.0]) == pytest.approx(-90.0)


def test_powers_add_not_levels() -> None:
    assert units.sum_dbm([-90.0, -90.0]) == pytest.approx(-90.0 + 10.0 * math.log10(2.0))
    both = units.sum_dbm(np.array([[-90.0, -80.0], [-90.0, -200.0]]), axis=0)
    assert both == pytest.approx([-86.9897, -80.0], abs=1e-4)


def test_thermal_noise_of_a_subcarrier() -> None:
    boltzmann = 10.0 * math.log10(1.380649e-23 * 290.0 * 1e3)
    assert pytest.approx(boltzmann, abs=2e-3) == units.THERMAL_NOISE_DBM_HZ
    assert units.noise_dbm(15e3, 7.0) == pytest.approx(-125.2, abs=0.05)


def test_wavelength() -> None:
    assert units.wavelength_m(2998.0) == pytest.approx(0.1)
