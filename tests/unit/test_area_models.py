"""Area models against the models of single paths on the same profiles, and what lies outside their ranges."""

from __future__ import annotations

import numpy as np
import pytest

import aqdaq.engine.area_models
import aqdaq.engine.models  # noqa: F401 - registers the models of paths
from aqdaq.base.errors import UsageError, ValidityError
from aqdaq.engine.area_registry import area_model, area_model_names, get_area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.profiles import cut_profile, receiver_at_the_wall, sample_count, transmitter_at_the_wall
from aqdaq.engine.registry import PathInput, get_model
from aqdaq.model.body import EARTH, MOON

N, RES, STEP = 121, 25.0, 20.0
SITE = (60.25, 58.5)
MINE = ("cost231_hata", "delta_bullington", "free_space", "okumura_hata", "rma", "two_ray", "uma", "umi")


def hills(*, built: bool = True) -> Terrain:
    rng = np.random.default_rng(11)
    y, x = np.mgrid[0:N, 0:N]
    ground = (200.0 + 15.0 * np.sin(x / 17.0) + 10.0 * np.cos(y / 11.0)).astype(np.float32)
    above = np.where(rng.random((N, N)) < 0.02, rng.uniform(4.0, 30.0, (N, N)), 0.0)
    return Terrain(ground, (above if built else 0.0 * above).astype(np.float32), RES)


def site(heights: tuple[float, ...], frequencies: tuple[float, ...]) -> Transmitter:
    return Transmitter(*SITE, np.array(heights), np.array(frequencies))


def setting(rx_height_m: float = 1.5, **more: object) -> AreaSetting:
    return AreaSetting(rx_height_m, STEP, EARTH.sphere, **more)  # type: ignore[arg-type]


def places(count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    return rng.uniform(0.0, N - 1.0, count), rng.uniform(0.0, N - 1.0, count)


def predict(name: str, terrain: Terrain, tx: Transmitter, own: AreaSetting | None = None) -> AreaLoss:
    rows, cols = places()
    return get_area_model(name).exact(terrain, tx, rows, cols, own or setting())


def path_of(terrain: Terrain, tx: Transmitter, pair: int, where: tuple[float, float], own: AreaSetting) -> PathInput:
    """Return the path to one receiver as a profile is cut for it, buildings at its ends taken off."""
    distance = float(np.hypot(where[0] - SITE[0], where[1] - SITE[1])) * RES
    n = sample_count(distance, STEP)
    profile = np.zeros((4, n))
    assert cut_profile(terrain.ground_m, terrain.above_m, SITE, where, distance, n, profile)
    below_roof = profile[2, 0] - profile[1, 0] > tx.heights_m[pair]
    receiver_at_the_wall(profile, n, own.rx_height_m)
    transmitter_at_the_wall(profile, n)
    surface = profile[3] if below_roof else profile[2]
    return PathInput(
        frequency_mhz=float(tx.frequencies_mhz[pair]),
        tx_height_m=float(tx.heights_m[pair]),
        rx_height_m=own.rx_height_m,
        distance_m=profile[0],
        ground_m=profile[1],
        clutter_m=surface - profile[1],
        zone=np.full(n, 4, dtype=np.int8),
        vertical=own.vertical,
        options=own.options,
    )


Pair = tuple[float, float]
Options = dict[str, float | str]

#: Model, heights, frequencies, height of the receivers, options of the area, and those that a path needs beside them.
CASES: dict[str, tuple[str, Pair, Pair, float, Options, Options]] = {
    "free_space": ("free_space", (10.0, 30.0), (700.0, 3500.0), 1.5, {}, {}),
    "two_ray": ("two_ray", (10.0, 30.0), (700.0, 3500.0), 1.5, {}, {}),
    "delta_bullington": ("delta_bullington", (10.0, 30.0), (700.0, 3500.0), 1.5, {}, {}),
    "okumura_hata": ("okumura_hata", (30.0, 60.0), (450.0, 900.0), 1.5, {}, {}),
    "okumura_hata open": ("okumura_hata", (30.0, 60.0), (450.0, 900.0), 3.0, {"area": "open"}, {}),
    "okumura_hata large": ("okumura_hata", (10.0, 30.0), (450.0, 900.0), 1.5,
                           {"area": "large_city", "base_effective_height_m": 80.0}, {}),
    "cost231_hata": ("cost231_hata", (30.0, 60.0), (1500.0, 1800.0), 1.5, {"area": "metropolitan"}, {}),
    "uma by the surface": ("uma", (25.0, 40.0), (700.0, 3500.0), 1.5, {}, {"los": "profile"}),
    "uma high up": ("uma", (25.0, 40.0), (700.0, 3500.0), 20.0, {"los": "probability"}, {}),
    "umi by the surface": ("umi", (8.0, 10.0), (3500.0, 26e3), 1.5, {}, {"los": "profile"}),
    "umi hidden": ("umi", (8.0, 10.0), (3500.0, 26e3), 1.5, {"los": "no"}, {}),
    "rma by the surface": ("rma", (35.0, 60.0), (700.0, 3500.0), 1.5, {}, {"los": "profile"}),
    "rma seen": ("rma", (35.0, 60.0), (700.0, 3500.0), 1.5,
                 {"los": "yes", "building_height_m": 12.0, "street_width_m": 30.0}, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_area_model_is_the_model_of_paths(case: str) -> None:
    name, heights, frequencies, rx_height, options, more = CASES[case]
    terrain, tx, own = hills(), site(heights, frequencies), setting(rx_height, options=options)
    found = predict(name, terrain, tx, own)
    told = setting(rx_height, options={**options, **more})
    compared = 0
    for i, where in enumerate(zip(*places(), strict=True)):
        for pair in range(2):
            path = path_of(terrain, tx, pair, (float(where[0]), float(where[1])), told)
            try:
                loss = get_model(name).predict(path, EARTH.sphere).loss_db
            except ValidityError:
                assert np.isnan(found.loss_db[pair, i])
                assert found.reason[pair, i] == Reason.DISTANCE
                continue
            assert found.loss_db[pair, i] == pytest.approx(loss, abs=3e-5)
            compared += 1
    assert compared > 40
    assert np.array_equal(np.isnan(found.loss_db), found.reason != Reason.KNOWN)


def test_without_buildings_line_of_sight_goes_by_probability() -> None:
    bare, tx = hills(built=False), site((25.0,), (2000.0,))
    by_chance = predict("uma", bare, tx, setting(options={"los": "probability"})).loss_db
    assert np.array_equal(predict("uma", bare, tx).loss_db, by_chance, equal_nan=True)
    built = predict("uma", hills(), tx).loss_db
    assert not np.array_equal(built, by_chance, equal_nan=True)
    by_surface = predict("uma", hills(), tx, setting(options={"los": "profile"})).loss_db
    assert np.array_equal(built, by_surface, equal_nan=True)


#: Model, height, frequency, height of the receivers, reason.
OUT_OF_RANGE = (
    ("okumura_hata", 30.0, 1800.0, 1.5, Reason.FREQUENCY),
    ("okumura_hata", 20.0, 900.0, 1.5, Reason.TX_HEIGHT),
    ("okumura_hata", 30.0, 900.0, 0.9, Reason.RX_HEIGHT),
    ("cost231_hata", 30.0, 900.0, 1.5, Reason.FREQUENCY),
    ("cost231_hata", 201.0, 1800.0, 1.5, Reason.TX_HEIGHT),
    ("uma", 25.0, 450.0, 1.5, Reason.FREQUENCY),
    ("uma", 25.0, 900.0, 1.0, Reason.RX_HEIGHT),
    ("umi", 1.0, 900.0, 1.5, Reason.TX_HEIGHT),
    ("umi", 10.0, 900.0, 23.0, Reason.RX_HEIGHT),
    ("rma", 35.0, 31e3, 1.5, Reason.FREQUENCY),
    ("rma", 9.0, 900.0, 1.5, Reason.TX_HEIGHT),
    ("rma", 35.0, 900.0, 11.0, Reason.RX_HEIGHT),
    ("two_ray", 2.0, 50.0, 10.0, Reason.TX_HEIGHT),
    ("two_ray", 20.0, 50.0, 2.0, Reason.RX_HEIGHT),
)


@pytest.mark.parametrize(("name", "height", "frequency", "rx_height", "why"), OUT_OF_RANGE)
def test_outside_its_range_a_model_says_nothing(
    name: str, height: float, frequency: float, rx_height: float, why: Reason
) -> None:
    found = predict(name, hills(), site((height,), (frequency,)), setting(rx_height))
    assert np.isnan(found.loss_db).all()
    assert (found.reason == why).all()


def test_a_pair_out_of_range_leaves_the_others_alone() -> None:
    both = predict("cost231_hata", hills(), site((30.0, 30.0), (900.0, 1800.0)))
    alone = predict("cost231_hata", hills(), site((30.0,), (1800.0,)))
    assert (both.reason[0] == Reason.FREQUENCY).all()
    assert np.array_equal(both.loss_db[1], alone.loss_db[0], equal_nan=True)
    assert np.isfinite(alone.loss_db).any()


def test_a_large_city_has_a_gap_in_frequency() -> None:
    found = predict(
        "okumura_hata", hills(), site((30.0, 30.0), (300.0, 150.0)), setting(options={"area": "large_city"})
    )
    assert (found.reason[0] == Reason.FREQUENCY).all()
    assert np.isfinite(found.loss_db[1]).any()


def test_ranges_of_distance_hold_their_ends() -> None:
    flat = np.zeros((3, 1101), dtype=np.float32)
    terrain, tx = Terrain(flat, flat, 20.0), Transmitter(1.0, 0.0, np.array([35.0]), np.array([1500.0]))
    metres = np.array([0.0, 9.9, 10.0, 999.0, 1000.0, 5000.0, 5001.0, 10e3, 10.1e3, 20e3, 20.1e3])
    known = {
        "okumura_hata": (1000.0, 20e3),
        "cost231_hata": (1000.0, 20e3),
        "uma": (10.0, 5000.0),
        "umi": (10.0, 5000.0),
        "rma": (10.0, 5000.0),
    }
    for name, (low, high) in known.items():
        found = get_area_model(name).exact(terrain, tx, np.ones(len(metres)), metres / 20.0, setting())
        assert np.isfinite(found.loss_db[0]).tolist() == [low <= m <= high for m in metres], name
        assert (found.reason[0][np.isnan(found.loss_db[0])] == Reason.DISTANCE).all()
    seen = get_area_model("rma").exact(
        terrain, tx, np.ones(len(metres)), metres / 20.0, setting(options={"los": "yes"})
    )
    assert np.isfinite(seen.loss_db[0]).tolist() == [10.0 <= m <= 10e3 for m in metres]


def test_two_rays_end_at_the_horizon_and_hold_below_the_antenna() -> None:
    flat = np.zeros((3, 4001), dtype=np.float32)
    terrain, tx = Terrain(flat, flat, 20.0), Transmitter(1.0, 0.0, np.array([30.0]), np.array([900.0]))
    found = get_area_model("two_ray").exact(terrain, tx, np.ones(3), np.array([0.0, 10.0, 4000.0]), setting())
    assert np.isfinite(found.loss_db[0, :2]).all()
    assert found.reason[0].tolist() == [0, 0, Reason.DISTANCE]


@pytest.mark.parametrize("name", MINE)
def test_unknown_ground_is_unknown(name: str) -> None:
    terrain = hills()
    ground = terrain.ground_m.copy()
    ground[10:30, 40:70] = np.nan
    rows, cols = np.array([20.0, 102.0]), np.array([55.0, 58.0])
    tx = site((35.0,), (1500.0,))
    found = get_area_model(name).exact(Terrain(ground, terrain.above_m, RES), tx, rows, cols, setting())
    assert found.reason[0].tolist() == [Reason.NO_TERRAIN, Reason.KNOWN]
    assert np.isnan(found.loss_db[0, 0])
    assert np.isfinite(found.loss_db[0, 1])


@pytest.mark.parametrize("name", ["okumura_hata", "cost231_hata", "uma", "umi", "rma"])
def test_statistics_of_the_earth_are_refused_elsewhere(name: str) -> None:
    with pytest.raises(ValidityError, match="Earth"):
        predict(name, hills(), site((30.0,), (900.0,)), AreaSetting(1.5, STEP, MOON.sphere))


@pytest.mark.parametrize(
    ("name", "options", "what"),
    [
        ("okumura_hata", {"area": "forest"}, "'forest' is not known"),
        ("okumura_hata", {"base_effective_height_m": "tall"}, "'tall' is not a number"),
        ("cost231_hata", {"area": "suburban"}, "'suburban' is not known"),
        ("uma", {"los": "maybe"}, "'maybe' is not known"),
        ("rma", {"street_width_m": 4.0}, "outside 5 to 50 m"),
    ],
)
def test_options_are_checked_even_without_receivers(name: str, options: dict[str, float | str], what: str) -> None:
    with pytest.raises(ValidityError, match=what):
        get_area_model(name).exact(hills(), site((30.0,), (900.0,)), np.empty(0), np.empty(0), setting(options=options))


@pytest.mark.parametrize("name", MINE)
def test_no_receiver_gives_no_loss(name: str) -> None:
    found = get_area_model(name).exact(hills(), site((30.0,), (900.0,)), np.empty(0), np.empty(0), setting())
    assert found.loss_db.shape == found.reason.shape == (1, 0)


def test_the_registry_names_what_it_has() -> None:
    assert set(MINE) <= set(area_model_names())
    assert get_area_model("delta_bullington").versions["exact"] == 3
    with pytest.raises(UsageError, match=r"'hata'.*okumura_hata"):
        get_area_model("hata")
    with pytest.raises(UsageError, match="two area models"):
        area_model("free_space")(get_area_model("free_space").exact)
