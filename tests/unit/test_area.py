"""Area prediction: free space, shadows on the right side, buildings, unknown ground, and independence of the order."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.area import delta_bullington_area
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.directions import Directions, directions
from aqdaq.model.body import EARTH, MOON, Body

N, RES = 81, 10.0
TX = Transmitter(40.0, 40.0, np.array([30.0, 30.0]), np.array([1800.0, 3500.0]))


def everywhere() -> tuple[np.ndarray, np.ndarray]:
    r, c = np.meshgrid(np.arange(N, dtype=float), np.arange(N, dtype=float), indexing="ij")
    return r.ravel(), c.ravel()


def setting(rx_height_m: float = 1.5, step_m: float = 5.0, body: Body = EARTH, **more: object) -> AreaSetting:
    return AreaSetting(rx_height_m, step_m, body.sphere, **more)  # type: ignore[arg-type]


def flat() -> tuple[np.ndarray, np.ndarray]:
    return np.full((N, N), 100.0, dtype=np.float32), np.zeros((N, N), dtype=np.float32)


def predict(
    ground: np.ndarray, above: np.ndarray, rows: np.ndarray | None = None, cols: np.ndarray | None = None
) -> AreaLoss:
    if rows is None or cols is None:
        rows, cols = everywhere()
    return delta_bullington_area(Terrain(ground, above, RES), TX, rows, cols, setting())


def seen_from(rows: np.ndarray, cols: np.ndarray, ground: np.ndarray | None = None) -> Directions:
    terrain = Terrain(flat()[0] if ground is None else ground, flat()[1], RES)
    return directions(terrain, TX, rows, cols, rx_height_m=1.5, effective_radius_m=EARTH.sphere.effective_radius_m)


def test_in_the_open_it_is_free_space() -> None:
    found = predict(*flat(), np.array([40.0]), np.array([50.0]))
    slant = math.hypot(100.0, 28.5)
    for j, f in enumerate((1800.0, 3500.0)):
        assert found.loss_db[j, 0] == pytest.approx(32.4 + 20 * math.log10(f) + 20 * math.log10(slant / 1e3), abs=1e-3)
    assert not found.reason.any()


def test_directions_of_a_receiver_in_the_east() -> None:
    seen = seen_from(np.array([40.0]), np.array([50.0]))
    assert seen.distance_m[0] == 100.0
    assert seen.bearing_deg[0] == pytest.approx(90.0)
    assert seen.elevation_deg[0, 0] == pytest.approx(-math.degrees(math.atan2(28.5, 100.0)), abs=1e-2)


def test_directions_need_the_ground_at_both_ends_only() -> None:
    ground, _ = flat()
    ground[:, 60] = np.nan
    seen = seen_from(np.array([40.0, 40.0, 40.0]), np.array([50.0, 60.0, 70.0]), ground)
    assert np.isfinite(seen.elevation_deg[:, [0, 2]]).all()
    assert np.isnan(seen.elevation_deg[:, 1]).all()
    assert np.isfinite(seen.bearing_deg).all()


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
    loss, direction = found.loss_db[0].reshape(N, N), seen_from(*everywhere()).bearing_deg.reshape(N, N)
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
    rows, cols, terrain = np.array([40.0]), np.array([75.0]), Terrain(ground, above, RES)
    alone = Transmitter(40.0, 40.0, np.array([21.0]), np.array([1800.0]))
    beside = Transmitter(40.0, 40.0, np.array([5.0, 21.0]), np.array([1800.0, 1800.0]))
    high = delta_bullington_area(terrain, alone, rows, cols, setting()).loss_db[0, 0]
    both = delta_bullington_area(terrain, beside, rows, cols, setting()).loss_db[:, 0]
    assert both[1] == high
    assert both[0] != high


def test_unknown_ground_on_the_way_gives_unknown_with_the_reason() -> None:
    ground, above = flat()
    ground[:, 60] = np.nan
    found = predict(ground, above)
    loss, reason = found.loss_db[0].reshape(N, N), found.reason[0].reshape(N, N)
    assert np.isnan(loss[40, 65])
    assert reason[40, 65] == Reason.NO_TERRAIN
    assert np.isfinite(loss[40, 50])
    assert np.array_equal(np.isnan(found.loss_db), found.reason != Reason.KNOWN)


def test_polarization_counts_near_the_ground_of_the_sphere() -> None:
    ground, above = np.zeros((3, 2001), dtype=np.float32), np.zeros((3, 2001), dtype=np.float32)
    low = Transmitter(1.0, 0.0, np.array([2.0]), np.array([40.0]))
    terrain, where = Terrain(ground, above, 10.0), (np.array([1.0]), np.array([1900.0]))
    vertical, horizontal = (
        delta_bullington_area(terrain, low, *where, setting(step_m=50.0, vertical=v)).loss_db[0, 0]
        for v in (True, False)
    )
    assert horizontal - vertical > 1.0


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
        body.name: delta_bullington_area(
            Terrain(ground, above, 10.0), tx, np.ones(2), cols, setting(2.0, 50.0, body)
        ).loss_db[0]
        for body in (EARTH, MOON)
    }
    assert found["moon"][1] - found["earth"][1] > 10.0


def test_no_receiver_gives_no_loss() -> None:
    found = predict(*flat(), np.empty(0), np.empty(0))
    assert found.loss_db.shape == found.reason.shape == (2, 0)


@pytest.mark.parametrize("bad", [{"rx_height_m": 0.0}, {"step_m": 0.0}])
def test_impossible_settings_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValidityError):
        setting(**bad)  # type: ignore[arg-type]


def test_a_frequency_outside_the_range_is_refused() -> None:
    with pytest.raises(ValidityError, match="30 to 100000"):
        Transmitter(0.0, 0.0, np.array([10.0]), np.array([5.0]))
