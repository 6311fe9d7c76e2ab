"""What a model says of itself is what it does: defaults of its options, units of its parts, what it does not use."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from aqdaq.base.errors import UsageError, ValidityError
from aqdaq.engine import models
from aqdaq.engine.registry import (
    PathInput,
    PathResult,
    PropagationModel,
    field_names,
    get_model,
    model_names,
    propagation_model,
)
from aqdaq.model.body import EARTH, MOON, Sphere
from tests.model_paths import flat_path

#: Another value for every field and option that may have no effect.
OTHER: dict[str, Any] = {
    "ground_m": np.linspace(0.0, 30.0, 11), "clutter_m": np.full(11, 40.0), "time_percent": 3.0, "delta_n": 60.0,
    "n0": 310.0, "coast_tx_m": 1e3, "coast_rx_m": 2e3, "tx_lat_lon_deg": (10.0, 3.0), "rx_lat_lon_deg": (11.0, 3.0),
    "pixel_width_m": 500.0, "street_width_m": 18.0, "roof_height_m": 16.0, "street_angle_deg": 40.0,
}  # fmt: skip


def good_path(name: str, **options: float | str) -> PathInput:
    """Return a path that a model accepts."""
    frequency = {"cost231_hata": 1800.0}.get(name, 900.0)
    return flat_path(3000.0, frequency, 35.0, 1.5, clutter={4: 20.0}, **options)


def options_of(model: PropagationModel) -> set[str]:
    return set(model.uses) - set(field_names())


@pytest.mark.parametrize("name", model_names())
def test_every_option_has_a_default_that_the_model_takes(name: str) -> None:
    model, path = get_model(name), good_path(name)
    assert set(model.defaults) == options_of(model)
    found = model.predict(path, EARTH.sphere)
    said = dataclasses.replace(path, options=model.assumed_options(path, EARTH.sphere))
    again = model.predict(said, EARTH.sphere)
    assert again.loss_db == found.loss_db
    assert again.parts == pytest.approx(found.parts, rel=0.0, abs=0.0, nan_ok=True)
    assert model.assumed_options(said, EARTH.sphere) == {}


@pytest.mark.parametrize("name", model_names())
def test_every_part_is_named_with_its_unit_in_order(name: str) -> None:
    model = get_model(name)
    parts = model.predict(good_path(name), EARTH.sphere).parts
    assert list(parts) == list(model.units)
    assert set(model.units.values()) <= {"db", "m", "mrad", "percent", ""}


@pytest.mark.parametrize("name", model_names())
@pytest.mark.parametrize("sphere", [EARTH.sphere, MOON.sphere], ids=["earth", "moon"])
def test_what_is_called_idle_bears_on_nothing(name: str, sphere: Sphere) -> None:
    model, path = get_model(name), good_path(name)
    try:
        loss = model.predict(path, sphere).loss_db
    except ValidityError:
        assert sphere is MOON.sphere  # statistics of the Earth
        return
    idle = model.uses - model.used(path, sphere)
    for field in idle & set(field_names()):
        assert model.predict(dataclasses.replace(path, **{field: OTHER[field]}), sphere).loss_db == loss, field
    options = {option: OTHER[option] for option in idle - set(field_names())}
    assert model.predict(dataclasses.replace(path, options=options), sphere).loss_db == loss


def test_defaults_of_the_models() -> None:
    assert models is not None
    taken = {name: get_model(name).assumed_options(good_path(name), EARTH.sphere) for name in model_names()}
    assert taken["okumura_hata"] == taken["cost231_hata"] == {"area": "urban", "base_effective_height_m": 35.0}
    assert taken["uma"] == taken["umi"] == {"los": "probability"}
    assert taken["rma"] == {"los": "probability", "building_height_m": 5.0, "street_width_m": 20.0}
    assert taken["free_space"] == taken["two_ray"] == taken["delta_bullington"] == {}


def test_a_street_is_missed_where_it_would_bear_on_the_loss() -> None:
    model, none = get_model("urban_surface"), {"street_width_m": "none", "roof_height_m": "none"}
    angle = {"street_angle_deg": "none"}
    row = {9: 15.0}
    shadow = flat_path(400.0, 1800.0, 30.0, 1.5, clutter=row)
    assert model.assumed_options(shadow, EARTH.sphere) == {**none, **angle}
    street = flat_path(400.0, 1800.0, 30.0, 1.5, clutter=row, street_width_m=20.0, roof_height_m=15.0)
    assert model.assumed_options(street, EARTH.sphere) == angle
    pole = flat_path(400.0, 1800.0, 6.0, 1.5)
    assert model.assumed_options(pole, EARTH.sphere) == {**none, **angle}
    assert model.assumed_options(flat_path(400.0, 1800.0, 30.0, 1.5), EARTH.sphere) == {}


def test_an_option_without_effect_is_not_assumed() -> None:
    model = get_model("p1812")
    middle = good_path("p1812")
    assert model.assumed_options(middle, EARTH.sphere) == {}
    edge = dataclasses.replace(middle, location_percent=90.0)
    assert model.assumed_options(edge, EARTH.sphere) == {"pixel_width_m": 100.0}
    assert model.assumed_options(dataclasses.replace(edge, options={"pixel_width_m": 50.0}), EARTH.sphere) == {}


def test_an_option_that_is_no_number() -> None:
    with pytest.raises(ValidityError, match="pixel_width_m: 'wide' is not a number"):
        get_model("p1812").predict(good_path("p1812", pixel_width_m="wide"), EARTH.sphere)


def test_the_profile_is_used_when_it_decides_on_line_of_sight() -> None:
    model = get_model("uma")
    assert {"ground_m", "clutter_m"} & model.used(good_path("uma"), EARTH.sphere) == set()
    assert {"ground_m", "clutter_m"} <= model.used(good_path("uma", los="profile"), EARTH.sphere)


def test_a_name_is_taken_once() -> None:
    def predict(path: PathInput, sphere: Sphere) -> PathResult:
        raise AssertionError

    with pytest.raises(UsageError, match="two models are called 'free_space'"):
        propagation_model("free_space", title="t", source="s", uses="", validity="v")(predict)


def test_a_model_that_states_no_defaults_assumes_none() -> None:
    bare = PropagationModel("x", "t", "s", frozenset({"los"}), "v", get_model("free_space").predict)
    assert bare.assumed_options(good_path("x"), EARTH.sphere) == {}
    assert bare.used(good_path("x"), EARTH.sphere) == {"los"}
