"""The city model on one path: the vectors of docs/models/urban-surface.md, worked here by hand once more."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.models.urban import OPTIONS
from aqdaq.engine.registry import PathInput, PathResult, get_model
from aqdaq.model.body import EARTH, MOON
from tests.model_paths import flat_path

log = math.log10
STREET = {"street_width_m": 20.0, "roof_height_m": 15.0, "street_angle_deg": 90.0}


def ask(path: PathInput) -> PathResult:
    return get_model("urban_surface").predict(path, EARTH.sphere)


def row(first_m: float, last_m: float, height: float = 15.0) -> dict[int, float]:
    """Return clutter at steps of 5 m from one distance to another."""
    return dict.fromkeys(range(round(first_m / 5), round(last_m / 5) + 1), height)


def over_one_row(f_mhz: float = 1800.0, height: float = 15.0, **options: float) -> PathInput:
    return flat_path(400.0, f_mhz, 30.0, 1.5, clutter=row(370, 385, height), samples=81, **(options or STREET))


def test_a_mast_over_one_row() -> None:
    # Free space over sqrt(400^2 + 28.5^2) = 401.0140 m: 92.4 + 5.1055 - 7.9368 = 89.5686.
    free = 92.4 + 20 * log(1.8) + 20 * log(math.sqrt(400.0**2 + 28.5**2) / 1e3)
    # Nothing comes near the line to the roof's edge; L_rts = -8.2 - 13.0103 + 32.5527 + 22.6067 + 0.01 = 33.9591.
    street = -8.2 - 10 * log(20) + 10 * log(1800) + 20 * log(13.5) + 0.01
    found = ask(over_one_row())
    assert free + street == pytest.approx(123.53, abs=0.005)
    assert found.loss_db == pytest.approx(free + street, abs=1e-6)
    assert found.parts["Ld_roofs"] == 0.0
    assert found.parts["Lrts"] == pytest.approx(33.9591, abs=1e-4)


def test_straight_to_the_receiver_by_hand() -> None:
    # The same path without a street: Bullington's edge is that of the row, 385 m off, 15 m before the receiver.
    bulge = 0.5 * 385.0 * 15.0 / (6371e3 * 4 / 3)
    rise = 15.0 + bulge - (30.0 * 15.0 + 1.5 * 385.0) / 400.0  # 12.4316 m above the line
    nu = rise * math.sqrt(2 * 400.0 / (0.2998 / 1.8 * 385.0 * 15.0))  # 11.337
    edge = 6.9 + 20 * log(math.sqrt((nu - 0.1) ** 2 + 1) + nu - 0.1)  # 33.951
    loss = edge + (1 - math.exp(-edge / 6)) * (10 + 0.02 * 0.4)  # 43.924
    found = ask(replace(over_one_row(), options={}))
    assert found.parts["Ld"] == pytest.approx(loss, abs=1e-4)
    assert found.loss_db == pytest.approx(89.5686 + 43.924, abs=0.01)
    assert math.isnan(found.parts["Lrts"])


def test_a_street_along_the_path() -> None:
    # L_ori = -10 + 0.354 x 20 = -2.92 instead of 0.01: 123.5277 - 2.93 = 120.5977.
    assert ask(over_one_row(**{**STREET, "street_angle_deg": 20.0})).loss_db == pytest.approx(120.5977, abs=1e-3)


def test_an_antenna_below_the_roofs_round_the_corner() -> None:
    # 12 m, 2 GHz, 300 m, one row of 15 m from 270 to 285 m.
    slant = math.sqrt(300.0**2 + 10.5**2)  # 300.1837 m
    free = 92.4 + 20 * log(2.0) + 20 * log(slant / 1e3)  # 87.9683
    # The wave climbs (15 - 12) / 270 = 0.01111; half a street on it is 0.1111 m higher: drop 13.6111 m.
    street = -8.2 - 10 * log(20) + 10 * log(2000) + 20 * log(13.5 + 3.0 / 270.0 * 10.0) + 0.01  # 34.4879
    canyon = 40 * log(slant) + 10.2 + 23.6 * log(2.0)  # 116.3998
    both = -10 * log(10 ** (-(free + street) / 10) + 10 ** (-canyon / 10))  # 122.4562 and 116.3998
    found = ask(flat_path(300.0, 2000.0, 12.0, 1.5, clutter=row(270, 285), samples=61, **STREET))
    assert found.parts["Lroof"] == pytest.approx(122.4562, abs=1e-3)
    assert found.parts["Lcanyon"] == pytest.approx(116.3998, abs=1e-3)
    assert both == pytest.approx(115.44, abs=0.005)
    assert found.loss_db == pytest.approx(both, abs=1e-6)


def test_a_pole_in_the_same_street() -> None:
    # 6 m, 2 GHz, 300 m, sqrt(300^2 + 4.5^2) = 300.0337 m, beyond R_bp = 240.1601 m:
    # 80.0576 + 6 + 40 log(300.0337 / 240.1601) = 86.0576 + 3.8668 = 89.9244.
    found = ask(flat_path(300.0, 2000.0, 6.0, 1.5, samples=61, **STREET))
    by_hand = 20 * log(8 * math.pi * 9 / 0.1499**2) + 6 + 40 * log(math.sqrt(300.0**2 + 4.5**2) / (36 / 0.1499))
    assert by_hand == pytest.approx(89.92, abs=0.005)
    assert found.loss_db == pytest.approx(by_hand, abs=1e-6)
    assert found.parts["line_of_sight"] == 1.0


def test_two_metres_above_the_roofs_and_far_along() -> None:
    # 17 m beside roofs of 15 m: 0.6 of the power; 857.5 m of slant: half of it. 30 % of the path along the streets.
    slant = 857.5
    length = math.sqrt(slant**2 - 15.5**2)
    clutter = dict.fromkeys((97, 98), 15.0)  # 97 and 98 % of the way
    found = ask(flat_path(length, 2000.0, 17.0, 1.5, clutter=clutter, samples=101, **STREET))
    canyon = 40 * log(slant) + 10.2 + 23.6 * log(2.0)
    over = found.parts["Lroof"]
    by_hand = -10 * log(0.3 * 10 ** (-canyon / 10) + 10 ** (-over / 10))
    assert found.parts["Lcanyon"] == pytest.approx(canyon, abs=1e-9)
    assert found.loss_db == pytest.approx(by_hand, abs=1e-9)


def test_in_sight_there_is_no_way_down_from_the_roofs() -> None:
    path = flat_path(400.0, 1800.0, 30.0, 1.5, clutter=row(150, 165), samples=81, **STREET)
    found = ask(path)
    assert found.parts["line_of_sight"] == 1.0
    assert math.isnan(found.parts["Lrts"])
    assert found.loss_db == get_model("delta_bullington").predict(path, EARTH.sphere).loss_db


def test_the_last_row_is_not_counted_twice() -> None:
    # However deep the row, only its edge towards the mast ends the diffraction: no roof of its own grazes.
    thin, deep = (
        ask(flat_path(400.0, 1800.0, 30.0, 1.5, clutter=row(a, 385), samples=81, **STREET)) for a in (385, 330)
    )
    assert thin.parts["Ld_roofs"] == deep.parts["Ld_roofs"] == 0.0
    assert thin.loss_db == pytest.approx(deep.loss_db, abs=1e-9)


def test_another_row_before_counts_in_the_diffraction() -> None:
    low = ask(over_one_row())
    path = flat_path(400.0, 1800.0, 30.0, 1.5, clutter={**row(330, 345, 22.0), **row(370, 385)}, samples=81, **STREET)
    # An edge of 22 m, 25 m before Q at 370 m and 15 m: above the line by 22 - (30 x 25 + 15 x 345) / 370 = 5.9865 m.
    rise = 22.0 - (30.0 * 25.0 + 15.0 * 345.0) / 370.0 + 0.5 * 345.0 * 25.0 / (6371e3 * 4 / 3)
    nu = rise * math.sqrt(2 * 370.0 / (0.2998 / 1.8 * 345.0 * 25.0))
    edge = 6.9 + 20 * log(math.sqrt((nu - 0.1) ** 2 + 1) + nu - 0.1)
    roofs = edge + (1 - math.exp(-edge / 6)) * (10 + 0.02 * 0.37)
    found = ask(path)
    assert found.parts["Ld_roofs"] == pytest.approx(roofs, abs=1e-3)
    assert found.parts["Lrts"] == low.parts["Lrts"]
    assert found.loss_db > low.loss_db


def test_a_higher_row_is_the_roof_of_its_street() -> None:
    # 25 m crossed where the street's roofs are 15 m: drop 23.5 m.
    street = -8.2 - 10 * log(20) + 10 * log(1800) + 20 * log(23.5) + 0.01
    assert ask(over_one_row(height=25.0)).parts["Lrts"] == pytest.approx(street, abs=1e-6)


def test_at_the_edge_of_the_shadow_the_loss_has_no_step() -> None:
    heights = np.arange(2.0, 15.0, 0.02)
    losses = np.array([ask(over_one_row(height=float(h))).loss_db for h in heights])
    assert np.abs(np.diff(losses)).max() < 0.5


def test_a_row_far_up_the_street_fades() -> None:
    losses = []
    for at in range(60, 330, 5):
        street = {**STREET, "street_angle_deg": 0.0}
        path = flat_path(600.0, 1800.0, 30.0, 1.5, clutter=row(600 - at, 600 - at), samples=121, **street)
        losses.append(ask(path).loss_db)
    assert np.abs(np.diff(losses)).max() < 1.5


def test_a_hill_before_the_receiver_counts() -> None:
    path = flat_path(400.0, 1800.0, 30.0, 1.5, clutter=row(200, 215), samples=81, **STREET)
    ground = np.zeros(81)
    ground[72:77] = 60.0
    hill = ask(replace(path, ground_m=ground))
    assert hill.loss_db == get_model("delta_bullington").predict(replace(path, ground_m=ground), EARTH.sphere).loss_db
    assert math.isnan(hill.parts["Lrts"])


def test_a_receiver_in_a_building_stands_before_its_wall() -> None:
    street = over_one_row()
    inside = replace(street, clutter_m=np.where(np.arange(81) >= 79, 12.0, street.clutter_m))
    assert ask(inside).loss_db == ask(street).loss_db


def test_an_antenna_below_the_roof_of_its_building_hangs_at_the_wall() -> None:
    pole = flat_path(300.0, 2000.0, 6.0, 1.5, samples=61, **STREET)
    housed = replace(pole, clutter_m=np.where(np.arange(61) <= 2, 12.0, 0.0))
    assert ask(housed).loss_db == ask(pole).loss_db


def test_a_mast_on_the_row_of_the_street() -> None:
    # The row begins at the mast: no diffraction before it, the way down alone.
    found = ask(flat_path(40.0, 1800.0, 18.0, 1.5, clutter=row(0, 30), samples=9, **STREET))
    assert found.parts["Ld_roofs"] == 0.0
    assert found.parts["line_of_sight"] == 0.0
    assert found.loss_db < ask(
        flat_path(40.0, 1800.0, 18.0, 1.5, clutter=row(0, 30), samples=9)
    ).loss_db  # fmt: skip


@pytest.mark.parametrize("samples", [2, 3])
def test_a_path_of_few_points(samples: int) -> None:
    assert math.isfinite(ask(flat_path(5.0, 1800.0, 6.0, 1.5, samples=samples, **STREET)).loss_db)


@pytest.mark.parametrize(
    ("figures", "options", "words"),
    [
        ((400.0, 700.0, 30.0, 1.5), STREET, "800 to 26000 MHz"),
        ((400.0, 28e3, 30.0, 1.5), STREET, "800 to 26000 MHz"),
        ((400.0, 1800.0, 30.0, 10.0), STREET, "1 to 3 m"),
        ((400.0, 1800.0, 0.5, 1.5), STREET, "tx_height_m"),
        ((400.0, 796.0, 30.0, 1.5), STREET, "use delta_bullington, or two_ray to 250 m and p1812"),
        ((6e3, 1800.0, 30.0, 1.5), STREET, "0 to 5 km"),
        ((400.0, 1800.0, 30.0, 1.5), {**STREET, "street_width_m": -1.0}, "street_width_m"),
        ((400.0, 1800.0, 30.0, 1.5), {**STREET, "street_angle_deg": 100.0}, "0 to 90"),
        ((400.0, 1800.0, 30.0, 1.5), {"street_width_m": 20.0}, "roof_height_m: is missing.*give both or neither"),
        ((400.0, 1800.0, 30.0, 1.5), {"street_angle_deg": 20.0}, "street_width_m: is missing.*give both or neither"),
        ((400.0, 1800.0, 30.0, 1.5), {**STREET, "street_width_m": "wide"}, "not a number"),
        ((400.0, 1800.0, 30.0, 1.5), {**STREET, "street_width_m": math.nan}, "street_width_m: nan is not a number"),
    ],
)
def test_outside_the_range(figures: tuple[float, ...], options: dict[str, float], words: str) -> None:
    with pytest.raises(ValidityError, match=words):
        ask(flat_path(*figures, **options))


def test_there_are_no_cities_on_the_moon() -> None:
    with pytest.raises(ValidityError, match="Earth"):
        get_model("urban_surface").predict(over_one_row(), MOON.sphere)


def test_the_street_is_not_used_where_it_does_not_matter() -> None:
    model = get_model("urban_surface")
    assert set(STREET) == set(OPTIONS)
    assert set(STREET) <= model.used(over_one_row(), EARTH.sphere)
    open_path = flat_path(400.0, 1800.0, 30.0, 1.5, samples=81, **STREET)
    assert not set(STREET) & model.used(open_path, EARTH.sphere)
    assert set(model.units) == set(ask(over_one_row()).parts)
