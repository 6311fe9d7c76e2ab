"""What must hold of the city model in any street: higher houses never help, wider streets never hurt."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aqdaq.engine.area_types import AreaSetting, Terrain, Transmitter
from aqdaq.engine.models.urban import OPTIONS
from aqdaq.engine.registry import get_model
from aqdaq.engine.urban.area import urban_surface_area
from aqdaq.engine.urban.canyon import breakpoint_m, street_los_bounds_db, street_los_db, street_nlos_db
from aqdaq.engine.urban.rooftops import orientation_db, rooftop_to_street_db
from aqdaq.engine.urban.streets import street_rasters
from aqdaq.model.body import EARTH
from tests.model_paths import flat_path

mhz = st.floats(800.0, 26e3)
widths = st.floats(5.0, 110.0)
angles = st.one_of(st.floats(0.0, 90.0), st.just(math.nan))


def loss_db(
    clutter: dict[int, float], f_mhz: float, tx_m: float, street: tuple[float, float, float], samples: int = 61
) -> float:
    options = {name: value for name, value in zip(OPTIONS, street, strict=True) if not math.isnan(value)}
    path = flat_path(5.0 * (samples - 1), f_mhz, tx_m, 1.5, clutter=clutter, samples=samples, **options)
    return get_model("urban_surface").predict(path, EARTH.sphere).loss_db


@settings(deadline=None)  # the first example compiles
@given(mhz, widths, st.floats(1.0, 1.9), st.floats(0.5, 80.0), angles)
def test_a_wider_street_loses_less(f: float, width: float, more: float, drop: float, angle: float) -> None:
    assert rooftop_to_street_db(f, width * more, drop, angle) <= rooftop_to_street_db(f, width, drop, angle)
    assert rooftop_to_street_db(f, width, drop * more, angle) >= rooftop_to_street_db(f, width, drop, angle)
    assert -10.0 <= orientation_db(angle) <= 4.0


@settings(deadline=None)
@given(mhz, widths, st.floats(1.0, 1.9), st.floats(16.0, 60.0), angles, st.integers(40, 57))
def test_a_wider_street_never_hurts(f: float, width: float, more: float, tx: float, angle: float, at: int) -> None:
    row = dict.fromkeys(range(at - 2, at + 1), 15.0)
    narrow, wide = (loss_db(row, f, tx, (w, 15.0, angle)) for w in (width, width * more))
    assert wide <= narrow + 1e-9


@settings(deadline=None)
@given(mhz, st.floats(4.0, 60.0), widths, angles, st.integers(3, 58), st.floats(3.0, 60.0), st.floats(0.0, 40.0))
def test_a_higher_house_never_helps(
    f: float, tx: float, width: float, angle: float, at: int, height: float, more: float
) -> None:
    # One house on flat ground: nothing but its height changes.
    low, high = (loss_db({at: h, at + 1: h}, f, tx, (width, 12.0, angle)) for h in (height, height + more))
    assert high >= low - 1e-6


@settings(deadline=None)
@given(mhz, st.floats(4.0, 60.0), widths, angles, st.integers(3, 50), st.floats(3.0, 40.0), st.floats(0.0, 40.0))
def test_a_higher_house_before_the_last_row_never_helps(
    f: float, tx: float, width: float, angle: float, at: int, height: float, more: float
) -> None:
    row = dict.fromkeys((56, 57), 18.0)
    low, high = (loss_db({**row, at: h}, f, tx, (width, 18.0, angle)) for h in (height, height + more))
    assert high >= low - 1e-6


@settings(deadline=None)
@given(mhz, st.floats(1.0, 60.0), st.tuples(widths, st.floats(4.0, 40.0), angles), st.data())
def test_it_lies_between_free_space_and_the_way_straight(
    f: float, tx: float, street: tuple[float, float, float], data: st.DataObject
) -> None:
    clutter = data.draw(st.dictionaries(st.integers(1, 58), st.floats(3.0, 50.0), max_size=12))
    bare = (math.nan, math.nan, math.nan)
    found, straight = loss_db(clutter, f, tx, street), loss_db(clutter, f, tx, bare)
    free = 92.4 + 20 * math.log10(f / 1e3) + 20 * math.log10(math.hypot(300.0, tx - 1.5) / 1e3)
    # In a street P.1411 is 0.02 dB below free space; beyond its breakpoint it may lose more than the way straight.
    assert found >= free - 0.05
    street_db = street_los_db(math.hypot(300.0, tx - 1.5), f / 1e3, tx, 1.5)
    assert found <= max(straight, street_db) + 1e-9


@settings(deadline=None)
@given(mhz, st.floats(1.0, 1000.0), st.floats(1.0, 40.0), st.floats(1.0, 3.0))
def test_streets_lose_more_farther_away(f: float, d: float, tx: float, rx: float) -> None:
    lower, median, upper = street_los_bounds_db(d, f / 1e3, tx, rx)
    assert lower < median
    assert street_los_db(d * 1.01, f / 1e3, tx, rx) > median
    assert street_nlos_db(d * 1.01, f / 1e3) > street_nlos_db(d, f / 1e3)
    assert street_nlos_db(d, f / 1e3) > 92.4 + 20 * math.log10(f / 1e3) + 20 * math.log10(d / 1e3)
    # the bounds lie 20 + 5 log10(d / R_bp) dB apart: they cross nearer than a ten-thousandth of the breakpoint
    assert upper > lower or d < 1.001e-4 * breakpoint_m(f / 1e3, tx, rx)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31), st.floats(4.0, 40.0), st.floats(800.0, 6000.0))
def test_a_city_has_no_holes(seed: int, tx: float, f: float) -> None:
    rng = np.random.default_rng(seed)
    above = np.where(rng.random((40, 40)) < 0.3, rng.uniform(3, 40, (40, 40)), 0).astype(np.float32)
    ground = rng.normal(0, 4, (40, 40)).astype(np.float32)
    terrain = Terrain(ground, above, 5.0, street_rasters(above, ground, 5.0))
    rows, cols = (v.ravel().astype(float) for v in np.mgrid[:40, :40])
    site = Transmitter(17.3, 20.8, np.array([tx]), np.array([f]))
    found = urban_surface_area(terrain, site, rows, cols, AreaSetting(1.5, 5.0, EARTH.sphere))
    assert not found.reason.any()
    assert np.isfinite(found.loss_db).all()
    order = rng.permutation(rows.size)
    again = urban_surface_area(terrain, site, rows[order], cols[order], AreaSetting(1.5, 5.0, EARTH.sphere))
    assert np.array_equal(found.loss_db[:, order], again.loss_db)
