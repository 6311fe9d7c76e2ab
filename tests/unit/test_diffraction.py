"""Diffraction against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aqdaq.engine.diffraction import (
    bullington_db,
    bullington_nu,
    delta_bullington_db,
    first_term_db,
    knife_edge_db,
    smooth_earth_heights,
    spherical_earth_db,
)
from aqdaq.model.body import EARTH, MOON

LAND = (22.0, 0.003)
FLAT_RADIUS_M = 1e12
VERTICAL = True


def fresnel_loss_db(nu: float) -> float:
    """Return the exact knife-edge loss (dB) from the Fresnel integrals, ITU-R P.526 eq. (30)."""
    from scipy.special import fresnel

    s, c = fresnel(nu)
    return -20 * math.log10(math.sqrt((1 - c - s) ** 2 + (c - s) ** 2) / 2)


@pytest.mark.parametrize("nu", [-0.5, 0.0, 0.5, 1.0, 2.4, 5.0, 20.0])
def test_knife_edge_follows_the_fresnel_integral(nu: float) -> None:
    assert knife_edge_db(nu) == pytest.approx(fresnel_loss_db(nu), abs=0.3)


def test_knife_edge_figures_of_the_formula() -> None:
    assert knife_edge_db(0.0) == pytest.approx(6.9 + 20 * math.log10(math.sqrt(1.01) - 0.1), abs=1e-12)
    assert knife_edge_db(-0.78) == 0.0
    assert knife_edge_db(-5.0) == 0.0


def test_a_single_knife_edge_gives_its_own_parameter() -> None:
    d = np.array([0.0, 1000.0, 3000.0])
    wavelength = 0.2998 / 0.9
    nu = bullington_nu(d, np.array([0.0, 80.0, 0.0]), 3, 30.0, 30.0, FLAT_RADIUS_M) / math.sqrt(wavelength)
    assert nu == pytest.approx(50.0 * math.sqrt(2 * 3000.0 / (wavelength * 1000.0 * 2000.0)), rel=1e-6)


def test_two_equal_edges_meet_in_the_middle() -> None:
    # Edges of 30 m above the antennas at a quarter and three quarters: the tangents cross at 60 m half way.
    d = np.array([0.0, 1000.0, 3000.0, 4000.0])
    nu = bullington_nu(d, np.array([0.0, 40.0, 40.0, 0.0]), 4, 10.0, 10.0, FLAT_RADIUS_M)
    assert nu == pytest.approx(60.0 * math.sqrt(2 * 4000.0 / (2000.0 * 2000.0)), rel=1e-6)


def test_an_edge_exactly_on_the_line_grazes() -> None:
    d = np.array([0.0, 1000.0, 2000.0])
    assert bullington_nu(d, np.array([0.0, 30.0, 0.0]), 3, 30.0, 30.0, 1e30) == pytest.approx(0.0, abs=1e-9)


def test_bullington_correction_grows_with_distance() -> None:
    edge = knife_edge_db(2.0)
    expected = edge + (1 - math.exp(-edge / 6)) * (10 + 0.02 * 50)
    assert bullington_db(2.0, 50_000.0) == pytest.approx(expected, abs=1e-12)


def test_flat_ground_gives_the_antennas_own_heights() -> None:
    d = np.linspace(0, 5000, 101)
    hte, hre = smooth_earth_heights(d, np.full(101, 250.0), 101, 280.0, 251.5)
    assert hte == pytest.approx(30.0, abs=1e-9)
    assert hre == pytest.approx(1.5, abs=1e-9)


def test_a_slope_is_its_own_smooth_surface() -> None:
    d = np.linspace(0, 5000, 101)
    ground = 100 + d * 0.02
    hte, hre = smooth_earth_heights(d, ground, 101, ground[0] + 20, ground[-1] + 2)
    assert (hte, hre) == pytest.approx((20.0, 2.0), abs=1e-9)


def test_a_sample_exactly_on_the_line_is_no_obstruction() -> None:
    d = np.array([0.0, 1000.0, 2000.0])
    hte, hre = smooth_earth_heights(d, np.array([90.0, 100.0, 90.0]), 3, 100.0, 100.0)
    assert np.isfinite([hte, hre]).all()


def test_beyond_the_horizon_the_sphere_is_the_first_term() -> None:
    radius = EARTH.sphere.effective_radius_m
    d = 60_000.0
    direct = first_term_db(60.0, radius * 1e-3, 30.0, 1.5, 0.9, LAND, VERTICAL)
    assert spherical_earth_db(d, 30.0, 1.5, radius, 0.9, LAND, VERTICAL) == pytest.approx(direct, abs=1e-12)


def test_well_inside_line_of_sight_the_sphere_costs_nothing() -> None:
    assert spherical_earth_db(1000.0, 100.0, 100.0, EARTH.sphere.effective_radius_m, 3.5, LAND, VERTICAL) == 0.0


@pytest.mark.parametrize(
    ("distance_km", "expected_db"), [(5, 11.03), (8, 20.95), (10, 27.49), (15, 44.00), (20, 61.02)]
)
def test_the_moon_is_smaller(distance_km: float, expected_db: float) -> None:
    sphere = MOON.sphere
    ground = (sphere.permittivity, sphere.conductivity_s_m)
    loss = spherical_earth_db(distance_km * 1e3, 10.0, 2.0, sphere.effective_radius_m, 2.579, ground, VERTICAL)
    assert loss == pytest.approx(expected_db, abs=0.05)


def test_delta_takes_the_larger_of_sphere_and_smooth_edge() -> None:
    nu = 3.0 * math.sqrt(0.2998 / 1.8)
    alone = delta_bullington_db(nu, -10.0, 0.0, 5000.0, 1.8)
    assert alone == pytest.approx(bullington_db(3.0, 5000.0), abs=1e-12)
    assert delta_bullington_db(nu, -10.0, 7.0, 5000.0, 1.8) == pytest.approx(alone + 7.0, abs=1e-12)
