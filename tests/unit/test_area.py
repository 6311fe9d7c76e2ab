"""Area prediction: free space, shadows on the right side, buildings, unknown ground, and independence of the order."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.area import PathLoss, Transmitter, path_loss
from aqdaq.model.body import EARTH, MOON

N, RES = 81, 10.0


def flat() -> tuple[np.ndarray, np.ndarray]:
    return np.full((N, N), 100.0, dtype=np.float32), np.zeros((N, N), dtype=np.float32)


def predict(
    ground: np.ndarray, above: np.ndarray, rows: object = None, cols: object = None, **more: object
) -> PathLoss:
    if rows is None:
        r, c = np.meshgrid(np.arange(N, dtype=float), np.arange(N, dtype=float), indexing="ij")
        rows, cols = r.ravel(), c.ravel()
    tx = Transmitter(40.0, 40.0, np.array([30.0, 30.0]), np.array([1800.0, 3500.0]))
    settings = {"rx_height_m": 1.5, "radius_m": 390.0, "step_m": 5.0, "sphere": EARTH.sphere, **more}
    return path_loss(ground, above, RES, tx, (rows, cols), **settings)  # type: ignore[arg-type]


def test_in_the_open_it_is_free_space() -> None:
    found = predict(*flat(), np.array([40.0]), np.array([50.0]))
    slant = math.hypot(100.0, 28.5)
    for j, f in enumerate((1800.0, 3500.0)):
        assert found.loss_db[j, 0] == pytest.approx(32.4 + 20 * math.log10(f) + 20 * math.log10(slant / 1e3), abs=1e-3)
    assert found.bearing_deg[0] == pytest.approx(90.0)
    assert found.elevation_deg[0, 0] == pytest.approx(-math.degrees(math.atan2(28.5, 100.0)), abs=1e-2)


@pytest.mark.parametrize(
    ("wall", "shadow", "bright", "bearing"),
    [
        ((slice(30, 32), slice(38, 43)), (20, 40), (60, 40), 0.0),
        ((slice(38, 43), slice(49, 51)), (40, 60), (40, 20), 90.0),
        ((slice(49, 51), slice(38, 43)), (60, 40), (20, 40), 180.0),
        ((slice(38, 43), slice(30, 32)), (40, 20), (40, 60), 270.0),
    ],
    ids=["north", "east", "south", "west"],
)
def test_the_shadow_lies_behind_the_wall(
    wall: tuple[slice, slice], shadow: tuple[int, int], bright: tuple[int, int], bearing: float
) -> None:
    ground, above = flat()
    above[wall] = 60.0
    found = predict(ground, above)
    loss, direction = found.loss_db[0].reshape(N, N), found.bearing_deg.reshape(N, N)
    assert loss[shadow] - loss[bright] > 15.0
    assert direction[shadow] == pytest.approx(bearing)


def test_a_receiver_in_a_building_is_judged_in_front_of_it() -> None:
    ground, above = flat()
    above[38:43, 55:60] = 40.0
    loss = predict(ground, above).loss_db[0].reshape(N, N)
    assert loss[40, 57] - predict(*flat()).loss_db[0].reshape(N, N)[40, 57] < 1.0  # its own walls do not shade it
    assert loss[40, 65] - loss[40, 15] > 15.0  # the place behind it is shaded


def test_an_antenna_below_the_roof_hangs_at_the_wall() -> None:
    ground, above = flat()
    above[38:43, 38:43] = 45.0
    loss = predict(ground, above).loss_db[0].reshape(N, N)
    assert loss[40, 60] == pytest.approx(predict(*flat()).loss_db[0].reshape(N, N)[40, 60], abs=0.5)


def test_a_long_building_still_shades_its_far_end() -> None:
    ground, above = flat()
    above[38:43, 45:75] = 15.0
    loss = predict(ground, above).loss_db[0].reshape(N, N)
    assert loss[40, 74] - loss[40, 46] > 20.0
    assert loss[40, 74] - loss[40, 76] > -10.0  # it is not much better off than the street behind


def test_a_cell_does_not_change_its_siblings() -> None:
    ground, above = flat()
    above[38:43, 38:43] = 20.0
    rows, cols = np.array([40.0]), np.array([75.0])
    more = {"rx_height_m": 1.5, "radius_m": 390.0, "step_m": 5.0, "sphere": EARTH.sphere}
    alone = Transmitter(40.0, 40.0, np.array([21.0]), np.array([1800.0]))
    beside = Transmitter(40.0, 40.0, np.array([5.0, 21.0]), np.array([1800.0, 1800.0]))
    high = path_loss(ground, above, RES, alone, (rows, cols), **more).loss_db[0, 0]
    both = path_loss(ground, above, RES, beside, (rows, cols), **more).loss_db[:, 0]
    assert both[1] == high
    assert both[0] != high


def test_unknown_ground_and_the_radius_give_unknown() -> None:
    ground, above = flat()
    ground[:, 60] = np.nan
    loss = predict(ground, above).loss_db[0].reshape(N, N)
    assert np.isnan(loss[40, 65])
    assert np.isfinite(loss[40, 50])
    assert np.isnan(loss[0, 0])


def test_neither_threads_nor_order_nor_windows_change_a_bit() -> None:
    rng = np.random.default_rng(3)
    ground = rng.normal(100, 5, (N, N)).astype(np.float32)
    above = np.where(rng.random((N, N)) < 0.2, 20, 0).astype(np.float32)
    whole = predict(ground, above).loss_db
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        assert np.array_equal(whole, predict(ground, above).loss_db, equal_nan=True)
    finally:
        numba.set_num_threads(before)
    some = np.array([7, 4000, 3300, 3271])
    piece = predict(ground, above, (some // N).astype(float), (some % N).astype(float)).loss_db
    assert np.array_equal(whole[:, some], piece, equal_nan=True)


def test_a_higher_wall_never_helps() -> None:
    losses = []
    for height in (0.0, 10.0, 20.0, 40.0, 80.0):
        ground, above = flat()
        above[35:46, 50:52] = height
        losses.append(predict(ground, above, np.array([40.0]), np.array([65.0])).loss_db[0, 0])
    assert (np.diff(losses) >= -1e-4).all()
    assert losses[-1] - losses[0] > 20.0


def test_the_moon_has_a_nearer_horizon() -> None:
    ground, above = np.zeros((3, 2001), dtype=np.float32), np.zeros((3, 2001), dtype=np.float32)
    tx = Transmitter(1.0, 0.0, np.array([10.0]), np.array([2579.0]))
    cols = np.array([400.0, 1000.0])
    found = {
        body.name: path_loss(
            ground, above, 10.0, tx, (np.ones(2), cols), rx_height_m=2.0, radius_m=2e4, step_m=50.0, sphere=body.sphere
        ).loss_db[0]
        for body in (EARTH, MOON)
    }
    assert found["moon"][1] - found["earth"][1] > 10.0


@pytest.mark.parametrize("bad", [{"rx_height_m": 0.0}, {"radius_m": -1.0}, {"step_m": 0.0}])
def test_impossible_settings_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValidityError):
        predict(*flat(), **bad)


def test_a_frequency_outside_the_range_is_refused() -> None:
    with pytest.raises(ValidityError, match="30 to 100000"):
        Transmitter(0.0, 0.0, np.array([10.0]), np.array([5.0]))
