"""The surfaces of the causes on the tiny project: what is taken away, what the paths gain, who is to blame."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aqdaq.model.network import Site
from aqdaq.pipeline.cause_cells import LayerCells, lost_cells
from aqdaq.pipeline.cause_surfaces import NO_NEW, NO_OLD, NO_TERRAIN, Antenna, Spot, Surfaces
from aqdaq.pipeline.causes import new_since
from aqdaq.pipeline.inputs import Inputs, read_inputs
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.state import predictor_of
from tests.tiny_project import X_MIN, Y_MIN

DAY = dt.date(2026, 6, 1)


@pytest.fixture(scope="module")
def inputs(template: Path) -> Inputs:
    return read_inputs(Project.open(template), DAY)


@pytest.fixture(scope="module")
def predictor(template: Path, inputs: Inputs) -> Predictor:
    return predictor_of(Project.open(template), inputs)


@pytest.fixture
def surfaces(predictor: Predictor, inputs: Inputs) -> Surfaces:
    dated = tuple(replace(b, built=dt.date(2025, 1, 1)) if b.id == "house-4" else b for b in inputs.buildings)
    return Surfaces.of(predictor, dated, dt.date(2024, 6, 1))


def spot_at(surfaces: Surfaces, *places: tuple[float, float]) -> Spot:
    x, y = (np.array(v) for v in zip(*[(X_MIN + a, Y_MIN + b) for a, b in places], strict=True))
    return Spot(x, y, *surfaces.surface.grid.fractional(x, y), np.full(len(places), 1.0 / len(places)))


def site(surfaces: Surfaces, name: str) -> Site:
    return surfaces.predictor.network.site(name)


def test_old_and_new_buildings_that_stand(surfaces: Surfaces) -> None:
    assert [b.id for b in surfaces.new] == ["house-4"]
    assert len(surfaces.old) == 10
    assert "house-11" not in {b.id for b in surfaces.old}  # not built yet


def test_what_is_taken_away_is_gone_and_the_rest_stays(surfaces: Surfaces) -> None:
    whole = surfaces.terrain(0).above_m
    old, new = surfaces.terrain(NO_NEW).above_m, surfaces.terrain(NO_OLD).above_m
    assert (np.maximum(old, new) == whole).all()
    assert new.max() == 18.0
    assert ((old > 0) & (new > 0)).sum() == 0
    assert (surfaces.terrain(NO_OLD | NO_NEW).above_m == 0.0).all()
    flat = surfaces.terrain(NO_TERRAIN)
    assert np.ptp(flat.ground_m) == 0.0
    assert (flat.above_m == whole).all()


def test_only_surfaces_that_differ_on_the_way_are_computed(surfaces: Surfaces) -> None:
    # The slope lies everywhere; within 16 pixels of a path there is an old house everywhere in so small a town.
    assert surfaces.matters(site(surfaces, "S1"), spot_at(surfaces, (700.0, 700.0))) == [1, 2, 3, 4, 5, 6, 7]
    alone = Surfaces(surfaces.predictor, surfaces.old, ())
    assert alone.matters(site(alone, "S1"), spot_at(alone, (700.0, 700.0))) == [1, 2, 3]


def test_a_place_behind_the_new_house_gains_without_it(surfaces: Surfaces) -> None:
    behind = spot_at(surfaces, (610.0, 655.0))  # house-4 stands between it and S2
    antenna = [Antenna(30.0, 1815.0)]
    losses = [surfaces.loss_db(site(surfaces, "S2"), antenna, behind, n)[0, 0] for n in (0, NO_NEW, NO_OLD | NO_NEW)]
    assert losses[0] > losses[1] + 3.0
    assert losses[1] >= losses[2] - 1e-6


def test_an_antenna_keeps_its_height_over_a_place_below_it(surfaces: Surfaces) -> None:
    # The ground falls by 6 m in 100 m to the north: S1 stands 30 m above a place 500 m further north.
    north, south = spot_at(surfaces, (300.0, 960.0)), spot_at(surfaces, (300.0, 60.0))
    assert surfaces._lift_m(site(surfaces, "S1"), north) == pytest.approx(30.0, abs=1.5)
    assert surfaces._lift_m(site(surfaces, "S1"), south) == 0.0


def test_lost_cells_are_those_that_left_the_air(inputs: Inputs) -> None:
    assert [c.id for c in lost_cells(inputs.network_ever, inputs.network, DAY)] == ["B-3"]
    early = inputs.network_ever.at(dt.date(2024, 6, 1))  # B-2 comes on air in 2025, B-3 leaves in 2026
    assert lost_cells(inputs.network_ever, early, dt.date(2024, 6, 1)) == ()


def test_the_nearest_site_counts_whatever_it_carries(predictor: Predictor, inputs: Inputs) -> None:
    ever, now = inputs.network_ever, inputs.network
    layer = next(layer for layer in now.layers() if layer.operator == "A")
    cells = LayerCells.of(layer, predictor.placed(), now, (), ever, predictor.north_deg())
    s1 = now.site("S1")
    away = cells.nearest_m(np.array([s1.x_m, s1.x_m - 300.0]), np.array([s1.y_m, s1.y_m]))
    assert away == pytest.approx([0.0, 300.0])
    beyond = cells.beyond_db(np.array([s1.x_m, s1.x_m - 400.0]), np.array([s1.y_m, s1.y_m]), 200.0)
    assert beyond == pytest.approx([0.0, 6.0206], abs=1e-3)


def test_new_is_two_years_unless_the_project_says_so(template: Path) -> None:
    section = Project.open(template).config.causes
    assert new_since(section, dt.date(2026, 6, 1)) == dt.date(2024, 6, 1)
    assert new_since(section, dt.date(2028, 2, 29)) == dt.date(2026, 2, 28)
    said = section.model_copy(update={"new_since": dt.date(2020, 5, 4)})
    assert new_since(said, dt.date(2026, 6, 1)) == dt.date(2020, 5, 4)
