"""The sweep of the city model: on the samples that it takes it is the exact model, and nothing else changes it."""

from __future__ import annotations

import itertools
import math

import numba
import numpy as np
import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.area_registry import get_area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.chain import ChainLink, chain_loss
from aqdaq.engine.diffraction import spherical_earth_db
from aqdaq.engine.p1812.binning import radial_direction, radial_of
from aqdaq.engine.profiles import bilinear, nearest
from aqdaq.engine.urban.area import roofs_around_m, urban_surface_area
from aqdaq.engine.urban.geometry import Ends, Geometry, clear_the_ends, urban_geometry, wall_index
from aqdaq.engine.urban.path import Medium, urban_loss
from aqdaq.engine.urban.rooftops import angle_between_deg
from aqdaq.engine.urban.streets import street_rasters
from aqdaq.engine.urban.sweep_area import field_of, sweep_loss, urban_surface_sweep
from aqdaq.engine.urban.sweep_own import make_plan, place_samples
from aqdaq.model.body import EARTH, MOON
from tests.unit.test_urban_area import RES, SITE, N, city

MEDIUM = Medium(
    EARTH.sphere.effective_radius_m, EARTH.sphere.permittivity, EARTH.sphere.conductivity_s_m, vertical=True
)
REACH_M = 400.0


def setting(**more: float) -> AreaSetting:
    given = {"rx_height_m": 1.5, "step_m": 5.0, "sphere": EARTH.sphere, "reach_m": REACH_M, **more}
    return AreaSetting(**given)  # type: ignore[arg-type]


def transmitter(heights: tuple[float, ...], f_mhz: tuple[float, ...]) -> Transmitter:
    return Transmitter(*SITE, np.array(heights), np.array(f_mhz))


def sweep(terrain: Terrain, rows: np.ndarray, cols: np.ndarray, tx: Transmitter, **more: float) -> AreaLoss:
    return urban_surface_sweep(terrain, tx, rows, cols, setting(**more))


def everywhere(every: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rows, cols = np.mgrid[:N:every, :N:every]
    return rows.ravel().astype(float), cols.ravel().astype(float)


def hills(seed: int, spread_m: float, built: float, rough_m: float) -> Terrain:
    """Return ground that may rise into any line, with single houses on a share of it."""
    rng = np.random.default_rng(seed)
    rows, cols = np.mgrid[:N, :N]
    ground = spread_m * (np.sin(rows / 17) + np.cos(cols / 13)) + rng.uniform(0, rough_m, (N, N))
    above = np.where(rng.random((N, N)) < built, rng.choice([2.0, 3.0, 6.0, 12.0, 40.0], (N, N)), 0.0)
    ground, above = ground.astype(np.float32), above.astype(np.float32)
    return Terrain(ground, above, RES, street_rasters(above, ground, RES))


def samples(terrain: Terrain, row: float, col: float, half: int, step_m: float, *, inside: bool) -> np.ndarray:
    """Return (3, n) distance, ground and surface (m) of the samples that the sweep should take, by their positions."""
    down, right = row - SITE[0], col - SITE[1]
    length = math.hypot(down, right) * terrain.resolution_m
    steps, intervals = place_samples(length, make_plan(step_m, inside))
    toward = radial_direction(radial_of(down, right, half), half)
    on_radial = step_m / terrain.resolution_m
    points = [(0.0, *SITE)]
    own = [(j / intervals) for j in range(1, steps.near + 1)]
    points += [(length * share, SITE[0] + down * share, SITE[1] + right * share) for share in own]
    points += [
        (i * step_m, SITE[0] + i * (toward[0] * on_radial), SITE[1] + i * (toward[1] * on_radial))
        for i in range(steps.near + 1, steps.last + 1)
    ]
    own = [(j / intervals) for j in range(intervals - steps.tail, intervals)]
    points += [(length * share, SITE[0] + down * share, SITE[1] + right * share) for share in own]
    points.append((length, row, col))
    assert all(a[0] < b[0] for a, b in itertools.pairwise(points))
    ground = np.array([bilinear(terrain.ground_m, r, c) for _, r, c in points])
    above = np.array([float(nearest(terrain.above_m, r, c)) for _, r, c in points])
    return np.array([[x for x, _, _ in points], ground, ground + above])


def joined(
    terrain: Terrain, row: float, col: float, height: float, f_mhz: float, half: int, **more: float
) -> tuple[float, Geometry]:
    """Return what the exact kernels of one path make of the samples of the sweep (dB), and their geometry."""
    given = setting(**more)
    assert terrain.streets is not None
    inside = float(nearest(terrain.above_m, *SITE)) > height
    taken = samples(terrain, row, col, half, given.step_m, inside=inside)
    n = taken.shape[1]
    profile = np.zeros((4, n))
    profile[:3] = taken
    at = wall_index(profile, n, given.rx_height_m)
    back = n - 1 - at
    _, intervals = place_samples(profile[0, -1], make_plan(given.step_m, inside))
    share = (intervals - back) / intervals
    at_row, at_col = SITE[0] + (row - SITE[0]) * share, SITE[1] + (col - SITE[1]) * share
    width, roof, direction = (float(nearest(raster, at_row, at_col)) for raster in terrain.streets)
    angle = angle_between_deg(math.degrees(math.atan2(col - SITE[1], SITE[0] - row)), direction)
    surface = profile[3] if clear_the_ends(profile, n, given.rx_height_m, height) else profile[2]
    ends = Ends(height, given.rx_height_m, roofs_around_m(terrain, terrain.streets, *SITE), width, roof, angle)
    shape = urban_geometry(profile[0], profile[1], surface, np.zeros(n), n, at, ends, MEDIUM.effective_radius_m)
    return urban_loss(shape, ends, f_mhz * 1e-3, MEDIUM).loss_db, shape


def compared(
    terrain: Terrain,
    height: float,
    f_mhz: float,
    receivers: tuple[np.ndarray, np.ndarray],
    **more: float,
) -> list[Geometry]:
    """Assert that the sweep is the exact model on its own samples, and return the geometries met."""
    tx = transmitter((height,), (f_mhz,))
    field = field_of(terrain, tx, *receivers, setting(**more))
    found = sweep_loss(field, tx.heights_m, tx.frequencies_mhz * 1e-3, MEDIUM, np.float64)[0]
    met = []
    for row, col, loss in zip(*receivers, found, strict=True):
        expected, shape = joined(terrain, row, col, height, f_mhz, field.layout.half, **more)
        assert loss == pytest.approx(expected, abs=1e-6), (row, col, shape)
        met.append(shape)
    return met


@pytest.mark.parametrize(
    ("height", "f_mhz"), [(28.0, 1800.0), (18.0, 800.0), (16.0, 3500.0), (8.0, 2600.0), (1.0, 26e3)]
)
def test_on_the_same_samples_it_is_the_exact_model(height: float, f_mhz: float) -> None:
    met = compared(city(), height, f_mhz, everywhere(2))
    rows = [shape for shape in met if shape.row_share > 0.0]
    assert len(rows) > 300
    assert any(shape.nu < 0.0 for shape in met) or height < 5.0
    assert any(shape.row_nu >= 0.0 for shape in rows)
    assert any(shape.row_m < 300.0 for shape in rows)
    assert (height < 20.0) == any(shape.feeding > 0.0 for shape in met)


@pytest.mark.parametrize(
    ("seed", "spread_m", "built", "rough_m", "height", "f_mhz"),
    [
        (1, 0.0, 0.004, 0.0, 12.0, 800.0),
        (2, 6.0, 0.01, 0.5, 6.0, 900.0),
        (3, 25.0, 0.02, 2.0, 30.0, 2100.0),
        (4, 1.0, 0.1, 0.2, 2.0, 800.0),
        (5, 12.0, 0.3, 1.0, 45.0, 5800.0),
    ],
)
def test_it_is_so_among_single_houses_and_hills(
    seed: int, spread_m: float, built: float, rough_m: float, height: float, f_mhz: float
) -> None:
    compared(hills(seed, spread_m, built, rough_m), height, f_mhz, everywhere(3))


@pytest.mark.parametrize("step_m", [2.0, 7.5, 20.0])
def test_it_is_so_for_every_step(step_m: float) -> None:
    compared(city(5), 24.0, 1800.0, everywhere(3), step_m=step_m)
    compared(city(5), 8.0, 1800.0, everywhere(4), step_m=step_m)


@pytest.mark.parametrize(("hill_m", "shares"), [(0.0, True), (25.0, False)])
def test_a_hill_hides_a_row_far_up_the_street(hill_m: float, *, shares: bool) -> None:
    ground, above = np.zeros((N, N), dtype=np.float32), np.zeros((N, N), dtype=np.float32)
    above[57:59, 110:], above[64:66, 110:] = 9.0, 9.0  # the street of the receivers, along their path
    above[40:80, 66:68] = 15.0
    ground[:, 79:82] = hill_m
    terrain = Terrain(ground, above, RES, street_rasters(above, ground, RES))
    rows, cols = (v.ravel().astype(float) for v in np.mgrid[60:63, 114:119])
    met = compared(terrain, 12.0, 1800.0, (rows, cols))
    assert all(shape.nu > 0.0 for shape in met)
    assert all((shape.row_share > 0.0) == shares for shape in met)


def test_low_antennas_over_a_plain_meet_the_smooth_earth_before_the_row() -> None:
    ground, above = np.zeros((N, N), dtype=np.float32), np.zeros((N, N), dtype=np.float32)
    above[:, 110:112], above[:, 117:119] = 3.5, 3.5
    terrain = Terrain(ground, above, RES, street_rasters(above, ground, RES))
    rows, cols = (v.ravel().astype(float) for v in np.mgrid[40:80:3, 112:117])
    for shape in compared(terrain, 1.0, 800.0, (rows, cols)):
        assert shape.row_share == 1.0
        sphere = spherical_earth_db(
            shape.row_m, shape.row_tx_m, shape.row_rx_m, MEDIUM.effective_radius_m, 0.8, MEDIUM[1:3], vertical=True
        )
        assert sphere > 1.0


def test_neither_threads_nor_order_nor_pieces_change_a_bit() -> None:
    terrain, (rows, cols) = city(), everywhere(2)
    tx = transmitter((28.0, 8.0, 28.0), (3500.0, 2600.0, 1800.0))
    whole = sweep(terrain, rows, cols, tx)
    assert (whole.reason == Reason.KNOWN).all()
    assert np.isfinite(whole.loss_db).all()
    before = numba.get_num_threads()
    try:
        for count in (1, 2):
            numba.set_num_threads(min(count, numba.config.NUMBA_NUM_THREADS))
            assert np.array_equal(whole.loss_db, sweep(terrain, rows, cols, tx).loss_db)
    finally:
        numba.set_num_threads(before)
    upside_down = np.random.default_rng(1).permutation(len(rows))
    assert np.array_equal(
        whole.loss_db[:, upside_down], sweep(terrain, rows[upside_down], cols[upside_down], tx).loss_db
    )
    for part in (rows < 40, (rows >= 40) & (cols < 33), (rows >= 40) & (cols >= 33)):
        assert np.array_equal(whole.loss_db[:, part], sweep(terrain, rows[part], cols[part], tx).loss_db)
    for j in range(3):
        one = transmitter((float(tx.heights_m[j]),), (float(tx.frequencies_mhz[j]),))
        assert np.array_equal(whole.loss_db[j], sweep(terrain, rows, cols, one).loss_db[0])


def test_unknown_ground_is_unknown() -> None:
    terrain = city()
    terrain.ground_m[:, 100] = np.nan
    tx = transmitter((28.0, 8.0), (1800.0, 1800.0))
    rows, cols = np.array([60.0, 60.0, 60.0, 60.0, 60.0]), np.array([110.0, 90.0, 119.7, -0.4, 98.0])
    found = sweep(terrain, rows, cols, tx)
    assert found.reason[0].tolist() == [Reason.NO_TERRAIN, 0, Reason.NO_TERRAIN, 0, 0]
    assert np.array_equal(np.isnan(found.loss_db), found.reason > 0)
    everyone = everywhere(3)
    exact = urban_surface_area(terrain, tx, *everyone, setting())
    swept = sweep(terrain, *everyone, tx)
    assert np.array_equal(exact.reason, swept.reason)
    terrain.ground_m[60:63, 57:60] = np.nan
    assert (sweep(terrain, *everyone, tx).reason == Reason.NO_TERRAIN).all()


def test_out_of_range_says_what_exact_says() -> None:
    terrain, rows, cols = city(), np.array([30.0, 61.0, 30.0]), np.array([30.0, 58.0 + 1001.0, 70.0])
    tx = transmitter((28.0, 0.5, 28.0, 28.0), (1800.0, 1800.0, 700.0, 28e3))
    for more in ({}, {"rx_height_m": 20.0}):
        found, exact = (
            sweep(terrain, rows, cols, tx, **more),
            urban_surface_area(terrain, tx, rows, cols, setting(**more)),
        )
        assert np.array_equal(found.reason, exact.reason)
        assert np.array_equal(np.isnan(found.loss_db), np.isnan(exact.loss_db))
    assert sweep(terrain, rows[:0], cols[:0], tx).loss_db.shape == (4, 0)
    off = Transmitter(-5.0, 10.0, np.array([28.0]), np.array([1800.0]))
    assert (sweep(terrain, rows, cols, off).reason == [Reason.NO_TERRAIN, Reason.DISTANCE, Reason.NO_TERRAIN]).all()
    with pytest.raises(ValidityError, match="Earth"):
        sweep(terrain, rows, cols, tx, sphere=MOON.sphere)  # type: ignore[arg-type]


def test_short_paths_are_exact() -> None:
    terrain, (rows, cols) = city(), everywhere()
    near = np.hypot(rows - SITE[0], cols - SITE[1]) * RES < 160.0
    tx = transmitter((28.0, 8.0), (1800.0, 1800.0))
    exact = urban_surface_area(terrain, tx, rows[near], cols[near], setting())
    swept = sweep(terrain, rows[near], cols[near], tx)
    assert np.max(np.abs(exact.loss_db - swept.loss_db)) < 1e-4


def test_farther_off_it_lies_close_to_exact() -> None:
    terrain, (rows, cols) = city(), everywhere()
    tx = transmitter((28.0,), (1800.0,))
    difference = np.abs(
        urban_surface_area(terrain, tx, rows, cols, setting()).loss_db - sweep(terrain, rows, cols, tx).loss_db
    )
    assert difference.mean() < 0.5
    assert np.percentile(difference, 90) < 0.5


def test_a_chain_takes_it_for_maps() -> None:
    assert get_area_model("urban_surface").sweep is urban_surface_sweep
    terrain, (rows, cols) = city(), everywhere(4)
    tx = transmitter((28.0,), (1800.0,))
    links = (ChainLink("urban_surface", 0.0, REACH_M),)
    found = chain_loss(links, terrain, tx, rows, cols, setting())
    assert found.modes == ("sweep",)
    inside = np.hypot(rows - SITE[0], cols - SITE[1]) * RES <= REACH_M
    assert np.array_equal(found.loss_db[:, inside], sweep(terrain, rows, cols, tx).loss_db[:, inside])
    fine = chain_loss(links, terrain, tx, rows, cols, setting(step_m=2.0))
    assert fine.modes == ("exact",)
