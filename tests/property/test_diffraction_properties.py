"""What must hold for any profile: reciprocity, no gain by a higher obstacle, no loss below zero."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.engine.diffraction import (
    bullington_nu,
    delta_bullington_db,
    smooth_earth_heights,
    spherical_earth_db,
)
from aqdaq.model.body import EARTH, MOON

heights = st.lists(st.floats(0, 400), min_size=3, max_size=40)
antennas = st.tuples(st.floats(1, 100), st.floats(1, 100))
frequencies = st.sampled_from([0.09, 0.7, 1.8, 3.5, 26.0])
bodies = st.sampled_from([EARTH, MOON])


def loss_db(ground: np.ndarray, tx: float, rx: float, f_ghz: float, radius_m: float, step_m: float = 100.0) -> float:
    """Return the delta-Bullington loss over equally spaced ground (dB)."""
    n = len(ground)
    d = np.arange(n) * step_m
    top, foot = ground[0] + tx, ground[-1] + rx
    nu = bullington_nu(d, ground, n, top, foot, radius_m)
    hte, hre = smooth_earth_heights(d, ground, n, top, foot)
    smooth = bullington_nu(d, np.zeros(n), n, hte, hre, radius_m)
    sphere = spherical_earth_db(d[-1], hte, hre, radius_m, f_ghz, (22.0, 0.003), True)  # noqa: FBT003
    return delta_bullington_db(nu, smooth, sphere, d[-1], f_ghz)


@given(heights, antennas, frequencies, bodies)
def test_there_and_back_are_the_same(
    profile: list[float], ends: tuple[float, float], f_ghz: float, body: object
) -> None:
    ground, radius = np.array(profile), body.sphere.effective_radius_m  # type: ignore[attr-defined]
    there = loss_db(ground, *ends, f_ghz, radius)
    back = loss_db(ground[::-1].copy(), *ends[::-1], f_ghz, radius)
    assert math.isfinite(there)
    assert there >= 0.0
    assert math.isclose(there, back, rel_tol=1e-9, abs_tol=1e-7)


@given(st.integers(5, 40), st.data(), frequencies)
def test_raising_the_highest_obstacle_never_helps(n: int, data: st.DataObject, f_ghz: float) -> None:
    # One edge on flat ground, beyond line of sight, so that nothing but its height changes.
    at = data.draw(st.integers(1, n - 2))
    low, more = data.draw(st.floats(60, 200)), data.draw(st.floats(0, 200))
    d = np.arange(n) * 200.0
    losses = []
    for height in (low, low + more):
        surface = np.zeros(n)
        surface[at] = height
        losses.append(bullington_nu(d, surface, n, 30.0, 1.5, EARTH.sphere.effective_radius_m))
    assert losses[1] >= losses[0] - 1e-9


@given(heights, antennas)
def test_effective_heights_are_never_below_the_antennas(profile: list[float], ends: tuple[float, float]) -> None:
    ground = np.array(profile)
    d = np.arange(len(ground)) * 50.0
    hte, hre = smooth_earth_heights(d, ground, len(ground), ground[0] + ends[0], ground[-1] + ends[1])
    assert hte >= ends[0] - 1e-9
    assert hre >= ends[1] - 1e-9
