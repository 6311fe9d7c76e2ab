"""What must hold of P.1812 over an area, whatever the terrain."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aqdaq.engine.area_types import AreaPredict, AreaSetting, Terrain, Transmitter
from aqdaq.engine.p1812.area import air_of, field_of, p1812_exact, p1812_sweep
from aqdaq.engine.p1812.exact import exact_loss
from aqdaq.model.body import EARTH, MOON, Sphere

N, RESOLUTION_M = 40, 60.0
MODELS = {"exact": p1812_exact, "sweep": p1812_sweep}

seeds = st.integers(0, 2**32 - 1)
percents = st.sampled_from([50.0, 10.0, 1.0])
spheres = st.sampled_from([EARTH.sphere, MOON.sphere])


def country(seed: int) -> tuple[Terrain, np.random.Generator]:
    """Return rolling ground with clutter here and there, and the numbers that follow."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:N, 0:N]
    waves = rng.uniform(3.0, 20.0, 4)
    ground = 200.0 + rng.uniform(0.0, 60.0) * (
        np.sin(x / waves[0] + y / waves[1]) + np.cos(x / waves[2] - y / waves[3])
    )
    ground += rng.normal(0.0, 2.0, (N, N))
    above = np.where(rng.random((N, N)) < 0.2, rng.uniform(3.0, 25.0, (N, N)), 0.0)
    return Terrain(ground.astype(np.float32), above.astype(np.float32), RESOLUTION_M), rng


def setting(sphere: Sphere, percent: float, rx_height_m: float = 1.5, latitude_deg: float = 45.0) -> AreaSetting:
    return AreaSetting(
        rx_height_m, 50.0, sphere, time_percent=percent, latitude_deg=latitude_deg, reach_m=N * RESOLUTION_M
    )


def loss_db(terrain: Terrain, tx: Transmitter, rx: tuple[float, float], own: AreaSetting) -> float:
    """Return the loss to one receiver in double precision (dB)."""
    field = field_of(terrain, tx, np.array([rx[0]]), np.array([rx[1]]), own)
    return float(exact_loss(field, tx.heights_m, tx.frequencies_mhz * 1e-3, air_of(own))[0, 0])


@settings(max_examples=40, deadline=None)
@given(seeds, percents, spheres)
def test_the_way_back_loses_as_much(seed: int, percent: float, sphere: Sphere) -> None:
    """With half of the locations: clutter at the ends counts for the location variability alone."""
    terrain, rng = country(seed)
    here, there = rng.uniform(0.0, 12.0, 2), rng.uniform(20.0, N - 1.0, 2)
    heights, f_mhz = rng.uniform(1.0, 60.0, 2), np.array([rng.choice([150.0, 900.0, 3500.0])])
    north_deg = float(np.degrees((here[0] - there[0]) * RESOLUTION_M / sphere.radius_m))
    forth = loss_db(
        terrain,
        Transmitter(here[0], here[1], heights[:1], f_mhz),
        (there[0], there[1]),
        setting(sphere, percent, heights[1], 45.0),
    )
    back = loss_db(
        terrain,
        Transmitter(there[0], there[1], heights[1:], f_mhz),
        (here[0], here[1]),
        setting(sphere, percent, heights[0], 45.0 + north_deg),
    )
    assert forth == pytest.approx(back, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(seeds, percents, spheres)
def test_an_obstacle_that_rises_beyond_line_of_sight_never_makes_the_loss_smaller(
    seed: int, percent: float, sphere: Sphere
) -> None:
    terrain, rng = country(seed)
    tx = Transmitter(5.0, 5.0, np.array([rng.uniform(5.0, 50.0)]), np.array([900.0]))
    last = -np.inf
    for height in np.linspace(80.0, 300.0, 12):
        above = terrain.above_m.copy()
        above[18:22, 18:22] = height  # the path crosses it in its middle
        now = loss_db(Terrain(terrain.ground_m, above, RESOLUTION_M), tx, (35.0, 35.0), setting(sphere, percent))
        assert now >= last - 1e-9
        last = now


@pytest.mark.parametrize("mode", MODELS)
@settings(max_examples=15, deadline=None)
@given(seed=seeds, percent=percents, sphere=spheres)
def test_windows_threads_and_order_do_not_change_a_bit(mode: str, seed: int, percent: float, sphere: Sphere) -> None:
    terrain, rng = country(seed)
    model, own = MODELS[mode], setting(sphere, percent)
    terrain.ground_m[3, 30] = np.nan
    tx = Transmitter(17.3, 22.0, np.array([30.0, 30.0, 8.0]), np.array([900.0, 2600.0, 900.0]))
    rows, cols = (v.ravel().astype(float) for v in np.mgrid[0:N, 0:N])
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        whole = run(model, terrain, tx, (rows, cols), own)
        numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
        assert np.array_equal(run(model, terrain, tx, (rows, cols), own), whole)
        order = rng.permutation(len(rows))
        assert np.array_equal(run(model, terrain, tx, (rows[order], cols[order]), own), whole[:, order])
        cut = int(rng.integers(1, len(rows)))
        parts = [run(model, terrain, tx, (rows[part], cols[part]), own) for part in (slice(cut), slice(cut, None))]
        assert np.array_equal(np.concatenate(parts, axis=1), whole)
    finally:
        numba.set_num_threads(threads)
    assert (whole >> 32 == 0).mean() > 0.8


def run(
    model: AreaPredict, terrain: Terrain, tx: Transmitter, at: tuple[np.ndarray, np.ndarray], own: AreaSetting
) -> np.ndarray:
    """Return the bits of losses and reasons in one array."""
    found = model(terrain, tx, *at, own)
    return (found.reason.astype(np.uint64) << np.uint64(32)) | found.loss_db.view(np.uint32)
