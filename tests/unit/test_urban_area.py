"""The city model over areas: each receiver is its own path, in any order, and says why where it does not answer."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.area import delta_bullington_area
from aqdaq.engine.area_registry import get_area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Streets, Terrain, Transmitter
from aqdaq.engine.profiles import bilinear, nearest, sample_count
from aqdaq.engine.registry import PathInput, get_model
from aqdaq.engine.urban.area import roofs_around_m, urban_surface_area
from aqdaq.engine.urban.rooftops import angle_between_deg
from aqdaq.engine.urban.streets import street_rasters
from aqdaq.model.body import EARTH, MOON

N, RES = 120, 5.0
SITE = (61.0, 58.0)


def city(seed: int = 2) -> Terrain:
    """Return blocks of houses of several heights with streets of 20 m between them, on gently rolling ground."""
    rng = np.random.default_rng(seed)
    above = np.zeros((N, N), dtype=np.float32)
    for r in range(0, N, 12):
        for c in range(0, N, 14):
            above[r : r + 8, c : c + 10] = rng.choice([0.0, 9.0, 15.0, 21.0, 30.0], p=[0.2, 0.2, 0.3, 0.2, 0.1])
    above[60:68, 56:66] = 15.0  # the house of the site
    rows, cols = np.mgrid[:N, :N]
    ground = (100 + 4 * np.sin(rows / 25) + 3 * np.cos(cols / 31)).astype(np.float32)
    return Terrain(ground, above, RES, street_rasters(above, ground, RES))


def predict(
    terrain: Terrain,
    rows: np.ndarray,
    cols: np.ndarray,
    heights: tuple[float, ...] = (28.0, 28.0, 8.0),
    f_mhz: tuple[float, ...] = (1800.0, 3500.0, 2600.0),
    **more: float,
) -> AreaLoss:
    setting = AreaSetting(**{"rx_height_m": 1.5, "step_m": 5.0, "sphere": EARTH.sphere, **more})  # type: ignore[arg-type]
    tx = Transmitter(*SITE, np.array(heights), np.array(f_mhz))
    return urban_surface_area(terrain, tx, rows, cols, setting)


def everywhere() -> tuple[np.ndarray, np.ndarray]:
    rows, cols = np.mgrid[:N:3, :N:2]
    return rows.ravel().astype(float), cols.ravel().astype(float)


def profile(terrain: Terrain, row: float, col: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return distance, ground and clutter from the site to a receiver, by numpy."""
    length = math.hypot(row - SITE[0], col - SITE[1]) * RES
    share = np.linspace(0.0, 1.0, sample_count(length, 5.0))
    points = [(SITE[0] + (row - SITE[0]) * s, SITE[1] + (col - SITE[1]) * s) for s in share]
    ground = np.array([bilinear(terrain.ground_m, r, c) for r, c in points])
    clutter = np.array([float(nearest(terrain.above_m, r, c)) for r, c in points])
    return length * share, ground, clutter


def alone(terrain: Terrain, row: int, col: int, height: float, f_mhz: float) -> float:
    """Return the loss of the path model with the street of the receiver's pixel."""
    assert terrain.streets is not None
    distance, ground, clutter = profile(terrain, row, col)
    options = {}
    width, roof, direction = (float(raster[row, col]) for raster in terrain.streets)
    if not math.isnan(width):
        # The path model takes the height of the roofs from the ground of its own profile.
        options = {"street_width_m": width, "roof_height_m": roof}
        if not math.isnan(direction):
            bearing = math.degrees(math.atan2(col - SITE[1], SITE[0] - row))
            options["street_angle_deg"] = angle_between_deg(bearing, direction)
    path = PathInput(
        f_mhz, height, 1.5, distance, ground, clutter, np.full(len(distance), 4, dtype=np.int8), options=options
    )
    return get_model("urban_surface").predict(path, EARTH.sphere).loss_db


@pytest.mark.parametrize(("height", "f_mhz"), [(28.0, 1800.0), (40.0, 3500.0), (8.0, 2600.0)])
def test_the_batch_is_each_path_alone(height: float, f_mhz: float) -> None:
    terrain = city()
    assert terrain.above_m[61, 58] >= 3.0  # the roofs around the site are those of its house, on the path too
    outdoors = np.argwhere(terrain.above_m == 0.0)
    picks = outdoors[:: len(outdoors) // 40]
    rows, cols = picks.T.astype(float)
    batch = predict(terrain, rows, cols, (height,), (f_mhz,)).loss_db[0]
    for (row, col), loss in zip(picks, batch, strict=True):
        assert loss == pytest.approx(alone(terrain, row, col, height, f_mhz), abs=1e-4)


def test_neither_threads_nor_order_nor_pieces_change_a_bit() -> None:
    terrain, (rows, cols) = city(), everywhere()
    whole = predict(terrain, rows, cols)
    assert (whole.reason == Reason.KNOWN).all()
    assert np.isfinite(whole.loss_db).all()
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        assert np.array_equal(whole.loss_db, predict(terrain, rows, cols).loss_db)
    finally:
        numba.set_num_threads(before)
    some = np.array([7, 1999, 300, 1271])
    assert np.array_equal(whole.loss_db[:, some], predict(terrain, rows[some], cols[some]).loss_db)
    one = predict(terrain, rows, cols, (28.0,), (3500.0,)).loss_db[0]
    assert np.array_equal(whole.loss_db[1], one)


def test_without_rasters_they_are_made() -> None:
    terrain, (rows, cols) = city(), everywhere()
    bare = Terrain(terrain.ground_m, terrain.above_m, RES)
    assert np.array_equal(predict(terrain, rows, cols).loss_db, predict(bare, rows, cols).loss_db)


def test_without_buildings_it_is_free_space_with_diffraction() -> None:
    ground = city().ground_m
    terrain = Terrain(ground, np.zeros_like(ground), RES)
    rows, cols = everywhere()
    tx = Transmitter(*SITE, np.array([28.0, 8.0]), np.array([1800.0, 3500.0]))
    setting = AreaSetting(1.5, 5.0, EARTH.sphere)
    plain = delta_bullington_area(terrain, tx, rows, cols, setting)
    found = get_area_model("urban_surface").exact(terrain, tx, rows, cols, setting)
    assert np.array_equal(plain.loss_db, found.loss_db)


def test_a_house_gets_the_level_of_its_front() -> None:
    above, ground = np.zeros((N, N), np.float32), np.zeros((N, N), np.float32)
    above[:, 80:86], above[:, 90:96] = 15.0, 15.0
    terrain = Terrain(ground, above, RES, street_rasters(above, ground, RES))
    loss = predict(terrain, np.full(2, 61.0), np.array([89.0, 91.0]), (30.0,), (1800.0,)).loss_db[0]
    assert abs(loss[1] - loss[0]) < 1.0


def test_unknown_ground_is_unknown() -> None:
    terrain = city()
    terrain.ground_m[:, 100] = np.nan
    found = predict(terrain, np.array([60.0, 60.0, 60.0]), np.array([110.0, 90.0, 500.0]))
    assert found.reason[0].tolist() == [Reason.NO_TERRAIN, Reason.KNOWN, Reason.NO_TERRAIN]
    assert np.isnan(found.loss_db[:, [0, 2]]).all()
    assert np.isfinite(found.loss_db[:, 1]).all()


def test_out_of_range_says_why() -> None:
    terrain, rows, cols = city(), np.array([30.0]), np.array([30.0])
    one = predict(terrain, rows, cols, (28.0, 0.5, 28.0, 28.0), (1800.0, 1800.0, 700.0, 28e3))
    assert one.reason[:, 0].tolist() == [Reason.KNOWN, Reason.TX_HEIGHT, Reason.FREQUENCY, Reason.FREQUENCY]
    assert np.isfinite(one.loss_db[:, 0]).tolist() == [True, False, False, False]
    high = predict(terrain, rows, cols, rx_height_m=20.0)
    assert (high.reason == Reason.RX_HEIGHT).all()
    assert np.isnan(high.loss_db).all()
    far = predict(terrain, np.array([61.0]), np.array([58.0 + 1001.0]))
    assert (far.reason == Reason.DISTANCE).all()
    assert predict(terrain, rows[:0], cols[:0]).loss_db.shape == (3, 0)


def test_the_antenna_stands_in_its_own_place() -> None:
    terrain = city()
    assert np.isfinite(predict(terrain, np.array([61.0]), np.array([58.0])).loss_db).all()


def test_roofs_around_a_site() -> None:
    terrain = city()
    assert terrain.streets is not None
    assert roofs_around_m(terrain, terrain.streets, -5.0, 3.0) == 0.0
    house = np.argwhere(terrain.above_m == 21.0)[0]
    assert roofs_around_m(terrain, terrain.streets, *house) == 21.0
    row, col = np.argwhere(np.isfinite(terrain.streets.roof_m))[500]
    assert roofs_around_m(terrain, terrain.streets, row, col) == pytest.approx(terrain.streets.roof_m[row, col])
    nothing = Streets(*(np.full((N, N), np.nan, np.float32) for _ in range(3)))
    assert roofs_around_m(Terrain(terrain.ground_m, np.zeros((N, N), np.float32), RES), nothing, 5.0, 5.0) == 0.0


def test_there_are_no_cities_on_the_moon() -> None:
    with pytest.raises(ValidityError, match="Earth"):
        predict(city(), np.array([3.0]), np.array([3.0]), sphere=MOON.sphere)  # type: ignore[arg-type]
