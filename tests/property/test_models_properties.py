"""What must hold of the path models at any figures: no seam at a breakpoint, more loss farther away, one meaning."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from aqdaq.engine.models import tr38901_formulas as formulas
from aqdaq.engine.models.clutter_p2108 import height_gain_db, terrestrial_clutter_db
from aqdaq.engine.models.entry_p2109 import building_entry_loss_db
from aqdaq.engine.models.hata import AREAS, cost231_hata_db, okumura_hata_db
from aqdaq.engine.models.two_ray import reflection_point_m, two_ray_gain_db
from aqdaq.engine.registry import get_model
from aqdaq.model.body import EARTH, MOON
from tests.model_paths import flat_path

ghz = st.floats(0.5, 30.0)
bases = st.floats(10.0, 60.0)
LAND = (22.0, 0.003)
VERTICAL, MEDIUM_CITY = True, False


@given(ghz, bases, st.floats(1.5, 13.0))
def test_no_seam_at_the_urban_breakpoints(f: float, bs: float, ut: float) -> None:
    at = formulas.breakpoint_m(f, bs, ut, 1.0)
    for loss in (formulas.uma_los_db, formulas.umi_los_db):
        before, after = (loss(at * share, f, bs, ut) for share in (1.0, 1.0 + 1e-9))
        assert math.isclose(before, after, abs_tol=1e-6)


@given(ghz, st.floats(10.0, 150.0), st.floats(1.0, 10.0), st.floats(5.0, 50.0))
def test_only_a_small_step_at_the_rural_breakpoint(f: float, bs: float, ut: float, roof: float) -> None:
    # The TR takes PL1 at d_BP itself, not at the slant distance there: PL2 begins up to 20 log(d_3D / d_BP) off.
    at = formulas.rma_breakpoint_m(f, bs, ut)
    before, after = (formulas.rma_los_db(at * share, f, bs, ut, roof) for share in (1.0, 1.0 + 1e-9))
    slant = math.log10(math.hypot(at, bs - ut) / at)
    assert abs(after - before) <= 20.0 * slant + 0.01


@given(ghz, bases, st.floats(1.5, 13.0), st.floats(10.0, 4900.0), st.floats(1.001, 1.02))
def test_urban_loss_grows_with_distance(f: float, bs: float, ut: float, d: float, more: float) -> None:
    for los, nlos in ((formulas.uma_los_db, formulas.uma_nlos_db), (formulas.umi_los_db, formulas.umi_nlos_db)):
        assert los(d * more, f, bs, ut) > los(d, f, bs, ut)
        assert nlos(d * more, f, bs, ut) > nlos(d, f, bs, ut)
        assert nlos(d, f, bs, ut) >= los(d, f, bs, ut)
    assert formulas.uma_los_probability(d * more, ut) <= formulas.uma_los_probability(d, ut) <= 1.0
    assert formulas.umi_los_probability(d * more) <= formulas.umi_los_probability(d) <= 1.0


@given(ghz, st.floats(10.0, 150.0), st.floats(1.0, 10.0), st.floats(10.0, 4900.0), st.floats(1.001, 1.02))
def test_rural_loss_grows_with_distance(f: float, bs: float, ut: float, d: float, more: float) -> None:
    assert formulas.rma_los_db(d * more, f, bs, ut, 5.0) > formulas.rma_los_db(d, f, bs, ut, 5.0)
    nlos = formulas.rma_nlos_db(d, f, bs, ut, 5.0, 20.0)
    assert formulas.rma_nlos_db(d * more, f, bs, ut, 5.0, 20.0) > nlos >= formulas.rma_los_db(d, f, bs, ut, 5.0)
    assert formulas.rma_los_probability(d * more) < formulas.rma_los_probability(d) <= 1.0


@given(st.floats(400.0, 1500.0), st.floats(30.0, 200.0), st.floats(1.0, 10.0), st.floats(1.0, 19.0))
def test_hata_grows_with_distance_and_orders_the_areas(f: float, hb: float, hm: float, d: float) -> None:
    urban, _, suburban, country = (okumura_hata_db(d, f, hb, hm, area) for area in range(len(AREAS)))
    assert urban > suburban > country
    for area in range(len(AREAS)):
        assert okumura_hata_db(d * 1.01, f, hb, hm, area) > okumura_hata_db(d, f, hb, hm, area)
    assert cost231_hata_db(d * 1.01, 1800.0, hb, hm, MEDIUM_CITY) > cost231_hata_db(d, 1800.0, hb, hm, MEDIUM_CITY)


@given(st.floats(30.0, 200.0), st.floats(1.0, 10.0), st.floats(1.0, 20.0))
def test_cost_hata_meets_hata_at_1500_mhz(hb: float, hm: float, d: float) -> None:
    # 46.3 + 33.9 log 1500 - (69.55 + 26.16 log 1500) = 7.74 x 3.176091 - 23.25 = 1.33295 dB, whatever the rest.
    step = cost231_hata_db(d, 1500.0, hb, hm, False) - okumura_hata_db(d, 1500.0, hb, hm, 0)  # noqa: FBT003
    assert step == pytest.approx(1.33295, abs=1e-4)


@given(st.floats(2.0, 100.0), st.floats(2.0, 100.0), st.floats(50.0, 30e3), st.sampled_from([EARTH, MOON]))
def test_the_reflection_obeys_the_mirror(tx: float, rx: float, d: float, body: object) -> None:
    radius = body.sphere.effective_radius_m  # type: ignore[attr-defined]
    d1 = reflection_point_m(d, tx, rx, radius)
    d2 = d - d1
    assert 0.0 < d1 < d
    up, down = tx / d1 - d1 / (2 * radius), rx / d2 - d2 / (2 * radius)
    assert math.isclose(up, down, rel_tol=1e-6, abs_tol=1e-9)


@given(st.floats(2.0, 100.0), st.floats(2.0, 100.0), st.floats(50.0, 5e3), st.booleans(), st.sampled_from([0.4, 2.6]))
def test_two_rays_there_and_back(tx: float, rx: float, d: float, vertical: bool, f: float) -> None:
    there, back = (two_ray_gain_db(d, *ends, 1_737_400.0, f, LAND, vertical) for ends in ((tx, rx), (rx, tx)))
    if math.isnan(there):
        assert math.isnan(back)
    else:
        # Where the rays cancel, the decibels magnify the last bits of the phase: compare the fields.
        assert math.isclose(10 ** (there / 20), 10 ** (back / 20), abs_tol=1e-6)
        assert there <= 6.03


@given(st.floats(5.0, 30.0), st.floats(1.0, 3.0), st.booleans(), st.sampled_from([EARTH, MOON]))
def test_two_rays_lose_more_behind_the_breakpoint(tx: float, rx: float, vertical: bool, body: object) -> None:
    f, radius = 1.0, body.sphere.effective_radius_m  # type: ignore[attr-defined]
    at = 4.0 * tx * rx * f / 0.2998
    d = at * 1.01 ** np.arange(400)
    loss = np.array([20 * math.log10(x) - two_ray_gain_db(x, tx, rx, radius, f, LAND, vertical) for x in d])
    loss = loss[~np.isnan(loss)]
    assert np.all(np.diff(loss) > 0)


@given(st.floats(0.03, 3.0), st.floats(1.0, 19.0), st.booleans())
def test_clutter_ends_at_its_top(f: float, height: float, open_ground: bool) -> None:
    loss = height_gain_db(f, height, 20.0, 27.0, open_ground)
    assert height_gain_db(f, height + 0.5, 20.0, 27.0, open_ground) < loss
    assert abs(height_gain_db(f, 20.0 - 1e-9, 20.0, 27.0, open_ground)) < 0.01


@given(st.floats(0.5, 67.0), st.floats(0.25, 10.0), st.floats(-3.0, 3.0))
def test_terrestrial_clutter_does_not_fall_with_distance(f: float, d: float, z: float) -> None:
    # The median rises to 2 km. The spread may fall with distance, so high shares of locations are only bounded.
    assert terrestrial_clutter_db(f, d * 1.01, 0.0) >= terrestrial_clutter_db(f, d, 0.0)
    assert terrestrial_clutter_db(f, d, z) <= terrestrial_clutter_db(f, 2.0, z)


@given(
    st.lists(st.tuples(st.floats(80.0, 100e3), st.floats(0.1, 99.9), st.booleans(), st.floats(-90.0, 90.0)), min_size=1)
)
def test_a_batch_of_entry_losses_is_each_alone(rows: list[tuple[float, float, bool, float]]) -> None:
    f, p, efficient, elevation = (np.array(column) for column in zip(*rows, strict=True))
    batch = building_entry_loss_db(f, p, EARTH.sphere, thermally_efficient=efficient, elevation_deg=elevation)
    for row, loss in zip(rows, batch, strict=True):
        alone = building_entry_loss_db(row[0], row[1], EARTH.sphere, thermally_efficient=row[2], elevation_deg=row[3])
        assert loss == alone


@njit(error_model="numpy")
def _many(d: np.ndarray, radius: float, out: np.ndarray) -> None:
    for i in range(d.size):
        out[0, i] = formulas.uma_nlos_db(d[i], 1.8, 30.0, 1.5)
        out[1, i] = formulas.umi_los_db(d[i], 1.8, 30.0, 1.5)
        out[2, i] = formulas.rma_los_db(d[i], 1.8, 30.0, 1.5, 5.0)
        out[3, i] = cost231_hata_db(d[i] * 1e-3, 1800.0, 30.0, 1.5, MEDIUM_CITY)
        out[4, i] = two_ray_gain_db(d[i], 30.0, 1.5, radius, 1.8, LAND, VERTICAL)


def test_inside_a_kernel_the_loss_is_that_of_the_model() -> None:
    d = np.array([1000.0, 1234.5, 2500.0, 4999.0])
    out = np.empty((5, d.size))
    _many(d, EARTH.sphere.effective_radius_m, out)
    for i, length in enumerate(d):
        path = {los: flat_path(length, 1800.0, 30.0, 1.5, los=los) for los in ("yes", "no")}
        said = [
            get_model("uma").predict(path["no"], EARTH.sphere).loss_db,
            get_model("umi").predict(path["yes"], EARTH.sphere).loss_db,
            get_model("rma").predict(path["yes"], EARTH.sphere).loss_db,
            get_model("cost231_hata").predict(path["yes"], EARTH.sphere).loss_db,
            get_model("two_ray").predict(path["yes"], EARTH.sphere).parts["gain"],
        ]
        np.testing.assert_allclose(out[:, i], said, rtol=0, atol=1e-9)
