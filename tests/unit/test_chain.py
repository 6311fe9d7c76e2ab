"""Chains of models: who makes which ring, what lies on the borders, which way is taken."""

from __future__ import annotations

import numpy as np
import pytest

from aqdaq.base.errors import UsageError
from aqdaq.engine import area_registry
from aqdaq.engine.area_registry import area_model, get_area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.chain import NO_LINK, ChainLink, Mode, chain_loss, chain_modes, chain_versions, link_of
from aqdaq.model.body import EARTH

N, RES = 41, 25.0
TX = Transmitter(20.0, 20.0, np.array([30.0, 30.0]), np.array([900.0, 1800.0]))
SETTING = AreaSetting(1.5, 20.0, EARTH.sphere)
CHAIN = (ChainLink("free_space", 0.0, 100.0), ChainLink("two_ray", 100.0, 300.0), ChainLink("uma", 300.0, 450.0))

#: What the model of these tests was asked: way, receivers, setting.
Asked = list[tuple[str, int, AreaSetting]]


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """A model with both ways, known for one test; it writes down what it is asked."""
    monkeypatch.setattr(area_registry, "_MODELS", dict(area_registry._MODELS))
    monkeypatch.setattr(area_registry, "_VERSIONS", dict(area_registry._VERSIONS))
    asked: Asked = []

    def make(way: area_registry.Mode, version: int) -> None:
        def predict(
            terrain: Terrain, transmitter: Transmitter, rows: np.ndarray, cols: np.ndarray, setting: AreaSetting
        ) -> AreaLoss:
            asked.append((way, len(rows), setting))
            shape = (len(transmitter.heights_m), len(rows))
            return AreaLoss(np.full(shape, 100.0, dtype=np.float32), np.zeros(shape, dtype=np.uint8))

        area_model("both_ways", way, version=version)(predict)

    make("exact", 4)
    make("sweep", 7)
    return asked


def terrain() -> Terrain:
    rng = np.random.default_rng(1)
    ground = rng.normal(100.0, 3.0, (N, N)).astype(np.float32)
    return Terrain(ground, np.where(rng.random((N, N)) < 0.1, 12.0, 0.0).astype(np.float32), RES)


def pixels() -> tuple[np.ndarray, np.ndarray]:
    rows, cols = np.meshgrid(np.arange(N, dtype=float), np.arange(N, dtype=float), indexing="ij")
    return rows.ravel(), cols.ravel()


def test_each_model_makes_its_ring_as_it_would_alone() -> None:
    rows, cols = pixels()
    found = chain_loss(CHAIN, terrain(), TX, rows, cols, SETTING)
    away = np.hypot(rows - 20.0, cols - 20.0) * RES
    for number, (link, low, high) in enumerate(zip(CHAIN, (0, 100, 300), (100, 300, 450.1), strict=True)):
        ring = (away >= low) & (away < high)
        assert (found.link[ring] == number).all()
        alone = get_area_model(link.model).exact(terrain(), TX, rows[ring], cols[ring], SETTING)
        assert np.array_equal(found.loss_db[:, ring], alone.loss_db, equal_nan=True)
        assert np.array_equal(found.reason[:, ring], alone.reason)
    beyond = away > 450.0
    assert beyond.any()
    assert (found.link[beyond] == NO_LINK).all()
    assert np.isnan(found.loss_db[:, beyond]).all()
    assert (found.reason[:, beyond] == Reason.OUT_OF_REACH).all()
    assert found.modes == ("exact", "exact", "exact")


def test_a_border_belongs_to_the_farther_link_and_the_end_to_the_last() -> None:
    away = np.array([0.0, 99.999, 100.0, 299.999, 300.0, 450.0, 450.001])
    assert link_of(CHAIN, away).tolist() == [0, 0, 1, 1, 2, 2, NO_LINK]


def test_neither_order_nor_windows_change_a_bit() -> None:
    rows, cols = pixels()
    whole = chain_loss(CHAIN, terrain(), TX, rows, cols, SETTING)
    some = np.random.default_rng(4).permutation(N * N)[:500]
    part = chain_loss(CHAIN, terrain(), TX, rows[some], cols[some], SETTING)
    assert np.array_equal(whole.loss_db[:, some], part.loss_db, equal_nan=True)
    assert np.array_equal(whole.reason[:, some], part.reason)
    assert np.array_equal(whole.link[some], part.link)


@pytest.mark.parametrize(
    ("mode", "resolution_m", "grid", "way"),
    [
        ("auto", 40.0, True, "sweep"),
        ("auto", 40.1, True, "exact"),
        ("auto", 40.0, False, "exact"),
        ("exact", 5.0, True, "exact"),
        ("sweep", 100.0, False, "sweep"),
    ],
)
def test_the_sweep_is_taken_where_it_suits(swept: Asked, mode: Mode, resolution_m: float, grid: bool, way: str) -> None:
    found = chain_modes(
        (ChainLink("both_ways", 0.0, 450.0),),
        resolution_m=resolution_m,
        step_m=20.0,
        mode=mode,
        grid=grid,
    )
    assert found == (way,)


def test_a_model_without_a_sweep_stays_exact_beside_one_that_has_it(swept: Asked) -> None:
    rows, cols = pixels()
    links = (ChainLink("two_ray", 0.0, 100.0), ChainLink("both_ways", 100.0, 450.0))
    found = chain_loss(links, terrain(), TX, rows, cols, SETTING)
    assert found.modes == ("exact", "sweep")
    assert [way for way, *_ in swept] == ["sweep"]
    assert swept[0][1] == (found.link == 1).sum()
    assert chain_versions(links, found.modes) == [("two_ray", "exact", 1), ("both_ways", "sweep", 7)]
    assert chain_versions(links)[1] == ("both_ways", "exact", 4)


def test_receivers_between_the_pixels_are_exact(swept: Asked) -> None:
    links = (ChainLink("both_ways", 0.0, 450.0),)
    assert chain_loss(links, terrain(), TX, np.array([3.0, 20.5]), np.array([21.0, 22.0]), SETTING).modes == ("exact",)
    assert chain_loss(links, terrain(), TX, np.array([13.0, 20.0]), np.array([21.0, 22.0]), SETTING).modes == ("sweep",)


def test_options_reach_their_link_only_and_may_stand_for_a_setting(swept: Asked) -> None:
    rows, cols = pixels()
    links = (
        ChainLink("uma", 0.0, 200.0, {"los": "no"}),
        ChainLink("both_ways", 200.0, 400.0, {"pixel_width_m": 50.0, "colour": "red"}),
    )
    found = chain_loss(links, terrain(), TX, rows, cols, SETTING, "exact")
    [(_, _, own)] = swept
    assert own.options == {"pixel_width_m": 50.0, "colour": "red"}
    assert own.pixel_width_m == 50.0
    assert own.reach_m == 400.0
    assert SETTING.options == {}
    hidden = get_area_model("uma").exact(
        terrain(), TX, rows, cols, AreaSetting(1.5, 20.0, EARTH.sphere, options={"los": "no"})
    )
    near = found.link == 0
    assert np.array_equal(found.loss_db[:, near], hidden.loss_db[:, near], equal_nan=True)


def test_a_model_is_not_asked_for_a_ring_without_receivers(swept: Asked) -> None:
    links = (ChainLink("free_space", 0.0, 100.0), ChainLink("both_ways", 100.0, 450.0))
    chain_loss(links, terrain(), TX, np.array([20.0]), np.array([21.0]), SETTING)
    assert swept == []


def test_no_sweep_where_there_is_none() -> None:
    with pytest.raises(UsageError, match="no sweep of free_space, two_ray, uma"):
        chain_loss(CHAIN, terrain(), TX, *pixels(), SETTING, "sweep")


@pytest.mark.parametrize(
    "links",
    [
        (),
        (ChainLink("free_space", 10.0, 100.0),),
        (ChainLink("free_space", 0.0, 0.0),),
        (ChainLink("free_space", 0.0, np.inf),),
        (ChainLink("free_space", 0.0, 100.0), ChainLink("two_ray", 120.0, 300.0)),
        (ChainLink("free_space", 0.0, 100.0), ChainLink("two_ray", 100.0, 50.0)),
        (ChainLink("no_such_model", 0.0, 100.0),),
    ],
    ids=["empty", "begins late", "nothing", "endless", "gap", "backwards", "unknown"],
)
def test_a_chain_that_means_nothing_is_refused(links: tuple[ChainLink, ...]) -> None:
    with pytest.raises(UsageError):
        chain_loss(links, terrain(), TX, *pixels(), SETTING)
