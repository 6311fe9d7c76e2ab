"""Sums over sources, ratios to limits, the two maxima, and what buildings take away."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from shapely.geometry import box

from aqdaq.analysis.exposure.city import city_walls
from aqdaq.analysis.exposure.evaluate import exposure_at, exposure_in_blocks
from aqdaq.analysis.exposure.sources import assumptions_of, whole_eirp_w
from aqdaq.base.rulebook import load_rulebook
from aqdaq.engine.antennas import pattern_gains_db, pattern_parameters
from aqdaq.engine.exposure.formulas import power_density_w_m2
from aqdaq.model.antenna import ParametricAntenna, TableAntenna
from aqdaq.model.building import Building
from aqdaq.model.exposure_practice import MATERIALS, Attenuation
from aqdaq.model.network import Emission, Layer
from tests.unit.exposure_made import DATE, cell, factors, flat, limit, made

KZ, ICNIRP, CH, RU = limit("kz"), limit("icnirp2020"), limit("ch"), limit("ru")
NR = Layer("A", "NR")


def at(*points: tuple[float, float, float]) -> np.ndarray:
    return np.array(points, dtype=np.float64)


# --- by hand


def test_two_carriers_add_their_powers_and_each_has_its_own_limit() -> None:
    low, high = cell("low", frequency_mhz=900.0), cell("high", frequency_mhz=2100.0, eirp_dbm=63.0103)
    sources = made(low, high)
    found = exposure_at(at((0, 100, 30)), sources, [KZ, ICNIRP])
    one, two = (float(power_density_w_m2(power, 100.0)) for power in (1000.0, 2000.0))
    assert found.theoretical.s_w_m2[0] == pytest.approx(one + two, rel=1e-5)
    assert found.theoretical.ratio[0, 0] == pytest.approx((one + two) / 0.1, rel=1e-5)
    assert found.theoretical.ratio[1, 0] == pytest.approx(one / 4.5 + two / 10.0, rel=1e-5)
    assert found.theoretical.field_percent[0, 0] == pytest.approx(100.0 * math.sqrt((one + two) / 0.1), rel=1e-5)
    assert found.theoretical.e_v_m[0] == pytest.approx(math.sqrt(90_000.0) / 100.0, rel=1e-5)
    assert sources.cells[found.largest[0]].cell.id == "high"
    assert found.largest_share[0] == pytest.approx(2.0 / 3.0, rel=1e-4)


def test_an_installation_limit_takes_the_worst_site_alone() -> None:
    cells = [
        cell("a1", site="a"),
        cell("a2", site="a"),
        cell("b1", y_m=-10.0, site="b"),
        cell("c1", y_m=-20.0, site="c"),
    ]
    found = exposure_at(at((0, 100, 30)), made(*cells), [CH, KZ])
    alone = exposure_at(at((0, 100, 30)), made(*cells[:2]), [CH, KZ])
    assert found.theoretical.ratio[0, 0] == pytest.approx(alone.theoretical.ratio[0, 0], rel=1e-12)
    assert found.theoretical.ratio[1, 0] > 1.5 * alone.theoretical.ratio[1, 0]


def test_a_frequency_of_which_a_limit_says_nothing_makes_its_ratio_unknown() -> None:
    radio = cell("radio", frequency_mhz=100.0, site="z")
    found = exposure_at(at((0, 100, 30)), made(cell("a"), radio, cell("zz")), [KZ, RU, CH])
    assert np.isnan(found.theoretical.ratio[0, 0])
    assert np.isnan(found.theoretical.ratio[2, 0])
    assert np.isfinite(found.theoretical.ratio[1, 0])
    assert np.isfinite(found.theoretical.s_w_m2[0])


def test_ports_and_reflection_multiply_the_power() -> None:
    single = cell("a").cell
    assert whole_eirp_w(single) == pytest.approx(1000.0)
    assert whole_eirp_w(cell("a", emission=Emission(ports=4)).cell) == pytest.approx(4000.0)
    plain = exposure_at(at((0, 100, 30)), made(cell("a")), [KZ]).theoretical.s_w_m2[0]
    more = exposure_at(at((0, 100, 30)), made(cell("a", emission=Emission(ports=2)), reflection=2.56), [KZ])
    assert more.theoretical.s_w_m2[0] == pytest.approx(5.12 * plain)


def test_reference_signal_and_load_play_no_part() -> None:
    plain = exposure_at(at((0, 100, 30)), made(cell("a")), [KZ]).theoretical.s_w_m2[0]
    other = cell("a", resource_blocks=100, load=0.1, ssb_eirp_dbm=20.0)
    assert exposure_at(at((0, 100, 30)), made(other), [KZ]).theoretical.s_w_m2[0] == plain


@pytest.mark.parametrize(
    ("emission", "share"),
    [
        (Emission(), 1.0),
        (Emission(tdd_duty=0.75), 0.75),
        (Emission(power_reduction=0.5), 0.5),
        (Emission(sub_arrays=7), 1.0),
        (Emission(sub_arrays=8), 0.40),
        (Emission(sub_arrays=16), 0.20),
        (Emission(sub_arrays=31), 0.20),
        (Emission(sub_arrays=32), 0.13),
        (Emission(sub_arrays=64), 0.10),
        (Emission(tdd_duty=0.75, sub_arrays=16, power_reduction=0.8), 0.12),
    ],
)
def test_the_actual_maximum_stands_beside_the_theoretical_one(emission: Emission, share: float) -> None:
    found = exposure_at(at((0, 100, 30)), made(cell("a", emission=emission)), [KZ])
    plain = exposure_at(at((0, 100, 30)), made(cell("a")), [KZ])
    assert found.theoretical.s_w_m2[0] == plain.theoretical.s_w_m2[0]
    assert found.actual.s_w_m2[0] == pytest.approx(share * plain.theoretical.s_w_m2[0])
    assert found.actual.ratio[0, 0] == pytest.approx(share * plain.theoretical.ratio[0, 0])


def test_a_receptor_inside_an_antenna_is_unknown_and_says_whose() -> None:
    found = exposure_at(at((0, 0.1, 30), (0, 50, 30)), made(cell("a"), cell("b", x_m=40.0)), [KZ])
    assert np.isnan(found.theoretical.s_w_m2).tolist() == [True, False]
    assert np.isnan(found.theoretical.ratio[0]).tolist() == [True, False]
    assert np.isnan(found.actual.s_w_m2).tolist() == [True, False]
    assert found.inside.tolist() == [0, -1]


def test_nothing_on_air_makes_nothing() -> None:
    found = exposure_at(at((0, 100, 30)), made(), [KZ])
    assert found.theoretical.s_w_m2.tolist() == [0.0]
    assert found.largest.tolist() == [-1]
    assert np.isnan(found.largest_share[0])


# --- against plain numpy


def test_many_sources_against_a_sum_in_numpy() -> None:
    rng = np.random.default_rng(5)
    antennas = [ParametricAntenna(), ParametricAntenna(65.0, 8.0, 28.0), ParametricAntenna(360.0, 10.0, omni=True)]
    cells = [
        cell(
            f"c{i}", *rng.uniform(0, 800, 2).tolist(), site=f"s{i % 7}", azimuth_deg=float(rng.uniform(0, 360)),
            downtilt_deg=float(rng.uniform(0, 10)), height_m=float(rng.choice([20.0, 30.0])),
            frequency_mhz=float(rng.choice([900.0, 1800.0, 3500.0])), eirp_dbm=float(rng.uniform(50, 65)),
            antenna=antennas[i % 3],
            emission=Emission(ports=int(rng.integers(1, 4)), tdd_duty=float(rng.uniform(0.2, 1))),
        )
        for i in range(24)
    ]  # fmt: skip
    points = np.column_stack([rng.uniform(0, 800, (3000, 2)), rng.uniform(1, 60, 3000)])
    found = exposure_at(points, made(*cells, near_field=False), [ICNIRP])
    total, actual, ratio = np.zeros(3000), np.zeros(3000), np.zeros(3000)
    best = np.zeros(3000)
    for p in cells:
        c = p.cell
        d = points - [p.x_m, p.y_m, c.height_m]
        gain = pattern_gains_db(
            np.degrees(np.arctan2(d[:, 0], d[:, 1])), np.degrees(np.arctan2(d[:, 2], np.hypot(d[:, 0], d[:, 1]))),
            c.azimuth_deg, c.downtilt_deg, pattern_parameters(c.antenna),
        )  # fmt: skip
        power = whole_eirp_w(c) * 10 ** (gain / 10) / (4 * np.pi * (d**2).sum(axis=1))
        total, actual = total + power, actual + power * (c.emission.tdd_duty or 1.0)
        ratio += power / (ICNIRP.power_density_w_m2(c.frequency_mhz) or np.nan)
        best = np.maximum(best, power)
    np.testing.assert_allclose(found.theoretical.s_w_m2, total, rtol=1e-6)
    np.testing.assert_allclose(found.actual.s_w_m2, actual, rtol=1e-6)
    np.testing.assert_allclose(found.theoretical.ratio[0], ratio, rtol=1e-6)
    np.testing.assert_allclose(found.largest_share, best / total, rtol=1e-6)


def test_blocks_and_threads_do_not_change_a_bit() -> None:
    rng = np.random.default_rng(6)
    points = np.column_stack([rng.uniform(0, 500, (5000, 2)), rng.uniform(1, 40, 5000)])
    sources = made(*(cell(f"c{i}", 50.0 * i, 30.0 * i) for i in range(6)))
    whole = exposure_at(points, sources, [KZ, CH])
    pieces = list(exposure_in_blocks(iter(np.split(points, [7, 1500, 4321])), sources, [KZ, CH]))
    joined = np.concatenate([piece.theoretical.ratio for piece in pieces], axis=1)
    assert joined.tobytes() == whole.theoretical.ratio.tobytes()
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = exposure_at(points, sources, [KZ, CH])
    finally:
        numba.set_num_threads(before)
    assert alone.theoretical.s_w_m2.tobytes() == whole.theoretical.s_w_m2.tobytes()


# --- buildings


def city(*buildings: Building):  # type: ignore[no-untyped-def] # noqa: ANN201
    return city_walls(buildings, flat(), Attenuation.from_rulebook(load_rulebook(*MATERIALS, DATE))).walls


def test_buildings_attenuate_what_passes_through_them_and_not_what_is_in_them() -> None:
    between = Building("between", box(-20, 40, 20, 60), 50.0, material="concrete")
    sources = made(cell("a"))
    points = at((0, 100, 10), (0, 50, 10), (0, 39, 10), (100, 100, 10))
    free = exposure_at(points, sources, [KZ]).theoretical.s_w_m2
    seen = exposure_at(points, sources, [KZ], walls=city(between))
    assert (seen.theoretical.s_w_m2 / free).tolist() == pytest.approx([10**-1.5, 1.0, 1.0, 1.0])
    assert seen.largest_loss_db.tolist() == [15.0, 0.0, 0.0, 0.0]
    own = exposure_at(points[1:2], sources, [KZ], walls=city(between), indoor_loss_db=np.array([5.0]))
    assert own.theoretical.s_w_m2[0] / free[1] == pytest.approx(10**-0.5)


def test_an_antenna_below_the_roof_of_its_own_building_is_not_shaded_by_it() -> None:
    own = Building("own", box(-20, -20, 20, 20), 50.0, material="concrete")
    sources = made(cell("a"))
    free = exposure_at(at((0, 100, 10)), sources, [KZ]).theoretical.s_w_m2
    assert exposure_at(at((0, 100, 10)), sources, [KZ], walls=city(own)).theoretical.s_w_m2 == pytest.approx(free)


# --- what is assumed is said


def test_what_nobody_gave_is_listed() -> None:
    bare = TableAntenna("t", 17.0, (0.0,) * 360, (0.0,) * 360, gain_unit_given=False)
    cells = [
        cell("a").cell,
        cell("b", layer=NR, frequency_mhz=3500.0, assumed=frozenset({"eirp_dbm"}), emission=Emission(ports=2)).cell,
        cell("c", antenna=bare, emission=Emission(ports=2, sub_arrays=16)).cell,
    ]
    rows = {row.item: row for row in assumptions_of(cells, factors())}
    assert rows["EIRP of all ports"].applies_to == "1 cell"
    assert rows["EIRP"].applies_to == "1 cell"
    assert rows["TDD duty"].value == "1"
    assert rows["unit of the antenna gain"].value == "dBd"
    assert "NOT VERIFIED" in rows["factor of adaptive antennas"].reason
    assert rows["load"].applies_to == "3 cells"
    full = cell("d", emission=Emission(ports=2)).cell
    assert [row.item for row in assumptions_of([full], factors())] == ["load"]
