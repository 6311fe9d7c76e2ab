"""What must hold of ITU-R P.1812 for any path."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aqdaq.engine.p1812 import (
    Path1812,
    basic_transmission_loss,
    link_of,
    p1812_kernel,
    summarize_zones,
)
from aqdaq.model.body import EARTH, MOON, Sphere

bodies = st.sampled_from([EARTH.sphere, MOON.sphere])


@st.composite
def paths(draw: st.DrawFn, longest_m: float = 300e3) -> Path1812:
    """Draw a path over any ground, clutter and zones."""
    n = draw(st.integers(4, 40))
    ground = np.array(draw(st.lists(st.floats(0, 500), min_size=n, max_size=n)))
    steps = np.array(draw(st.lists(st.floats(0.2, 1.0), min_size=n - 1, max_size=n - 1)))
    length = draw(st.floats(300.0, longest_m))
    d = np.concatenate([[0.0], np.cumsum(steps)])
    return Path1812(
        distance_m=d * (length / d[-1]),
        ground_m=ground,
        clutter_m=np.array(draw(st.lists(st.sampled_from([0.0, 4.0, 15.0]), min_size=n, max_size=n))),
        zone=np.array(draw(st.lists(st.sampled_from([1, 3, 4]), min_size=n, max_size=n)), dtype=np.int8),
        tx_height_m=draw(st.floats(1, 200)),
        rx_height_m=draw(st.floats(1, 200)),
        frequency_ghz=draw(st.sampled_from([0.03, 0.09, 0.7, 1.8, 3.5, 6.0])),
        time_percent=draw(st.floats(1, 50)),
        vertical=draw(st.booleans()),
        latitude_mid_deg=draw(st.floats(-80, 80)),
        coast_tx_m=draw(st.sampled_from([0.0, 2e3, 500e3])),
        coast_rx_m=draw(st.sampled_from([0.0, 2e3, 500e3])),
    )


def turned(path: Path1812) -> Path1812:
    """Return the way back."""
    changed: dict[str, Any] = {
        "distance_m": (path.distance_m[-1] - path.distance_m)[::-1].copy(),
        "tx_height_m": path.rx_height_m,
        "rx_height_m": path.tx_height_m,
        "coast_tx_m": path.coast_rx_m,
        "coast_rx_m": path.coast_tx_m,
    }
    for name in ("ground_m", "clutter_m", "zone"):
        changed[name] = getattr(path, name)[::-1].copy()
    return dataclasses.replace(path, **changed)


@settings(deadline=None)
@given(paths(), bodies)
def test_the_way_back_loses_as_much(path: Path1812, sphere: Sphere) -> None:
    there, back = basic_transmission_loss(path, sphere), basic_transmission_loss(turned(path), sphere)
    assert math.isfinite(there.loss_db)
    # A tie between two samples may fall to the other one on the way back: then only what ducting takes differs.
    if math.isclose(there.dlt, back.dlr, abs_tol=1e-3) and math.isclose(there.dlr, back.dlt, abs_tol=1e-3):
        assert math.isclose(there.loss_db, back.loss_db, abs_tol=1e-6)
    assert math.isclose(there.ld50, back.ld50, abs_tol=1e-6)


@settings(deadline=None)
@given(paths(), bodies, st.floats(1, 50), st.floats(1, 50))
def test_more_time_never_loses_less(path: Path1812, sphere: Sphere, one: float, other: float) -> None:
    rare, often = (
        basic_transmission_loss(dataclasses.replace(path, time_percent=p), sphere).loss_db for p in sorted((one, other))
    )
    # The approximation of the quantile is not quite zero at its middle.
    assert often >= rare - 1e-2
    half = basic_transmission_loss(dataclasses.replace(path, time_percent=50.0), sphere).loss_db
    first = basic_transmission_loss(dataclasses.replace(path, time_percent=1.0), sphere).loss_db
    assert half >= first - 1e-9


@settings(deadline=None)
@given(paths(), bodies, st.floats(1, 99), st.floats(1, 99))
def test_more_locations_never_lose_less(path: Path1812, sphere: Sphere, one: float, other: float) -> None:
    few, many = (
        basic_transmission_loss(dataclasses.replace(path, location_percent=p), sphere).loss_db
        for p in sorted((one, other))
    )
    # The approximation of the quantile leaps by 1e-3 around its middle.
    assert many >= few - 1e-2


@settings(deadline=None)
@given(paths(), bodies)
def test_never_below_enhanced_free_space(path: Path1812, sphere: Sphere) -> None:
    loss = basic_transmission_loss(path, sphere)
    assert loss.loss_db >= loss.lb0p
    assert loss.lb0p <= loss.lbfs
    assert 0.0 <= loss.omega <= 1.0 + 1e-12
    assert loss.dlm <= loss.dtm <= path.distance_m[-1] * (1 + 1e-12)


@settings(deadline=None)
@given(st.lists(paths(), min_size=1, max_size=4), bodies)
def test_many_paths_in_one_buffer_equal_each_alone(several: list[Path1812], sphere: Sphere) -> None:
    buffer, flat = np.full((3, 64), math.nan), np.zeros(64)
    for path in several:
        n = len(path.distance_m)
        for row, values in enumerate((path.distance_m, path.ground_m, path.surface_m)):
            buffer[row, :n] = values
        zones = summarize_zones(path.distance_m, path.zone, n)
        together = p1812_kernel(buffer[0], buffer[1], buffer[2], flat, n, zones, link_of(path, sphere))
        np.testing.assert_array_equal(together, basic_transmission_loss(path, sphere))


@settings(deadline=None)
@given(paths(longest_m=30e3), st.data())
def test_a_higher_obstacle_beyond_sight_never_helps_the_diffraction(path: Path1812, data: st.DataObject) -> None:
    top = int(np.argmax(path.ground_m[1:-1])) + 1
    raised = path.clutter_m.copy()
    raised[top] = raised.max() + 600.0  # towers over both antennas, whatever the ground
    higher = raised.copy()
    higher[top] += data.draw(st.floats(1, 200))
    low, high = (
        basic_transmission_loss(dataclasses.replace(path, clutter_m=c), EARTH.sphere).ld50 for c in (raised, higher)
    )
    assert high >= low - 1e-9
