"""Power density, field strength, patterns and near field: figures from outside first, then what must hold always."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aqdaq.engine.antennas import pattern_gains_db, pattern_parameters
from aqdaq.engine.exposure import formulas as f
from aqdaq.engine.exposure.near_field import near_gain_m2, panel_of, vertical_width_deg
from aqdaq.engine.exposure.power import INSIDE_M, source_power
from aqdaq.engine.exposure.source import Column, pattern_rows, source_row
from aqdaq.model.antenna import Antenna, ParametricAntenna, TableAntenna

FLAT = tuple(0.0 for _ in range(360))
PANEL = ParametricAntenna(horizontal_beamwidth_deg=65.0, vertical_beamwidth_deg=7.0)


def cut(width_deg: float, limit_db: float, lobe_deg: float = 0.0) -> tuple[float, ...]:
    off = (np.arange(360) - lobe_deg + 180.0) % 360.0 - 180.0
    return tuple(np.minimum(12.0 * (off / width_deg) ** 2, limit_db).tolist())


TABLE = TableAntenna("made", 17.0, cut(65.0, 30.0), cut(8.0, 28.0, 4.0), 1800.0, 4.0)


def power_of(
    antenna: Antenna, at: np.ndarray, *, eirp_w: float = 1000.0, azimuth: float = 0.0, tilt: float = 0.0,
    near_field: bool = False, frequency_mhz: float = 1800.0,
) -> np.ndarray:  # fmt: skip
    source = source_row(eirp_w, azimuth, tilt, 0, antenna, frequency_mhz, near_field=near_field)
    out = np.zeros(len(at))
    x, y, z = np.ascontiguousarray(at.T, dtype=np.float64)
    source_power(x, y, z, np.zeros(3), source, pattern_rows([antenna])[0], out)
    return out


# --- figures from outside


def test_site_sheet_of_nine_beams() -> None:
    distance = np.array([69.59, 69.10, 68.41] * 3)
    erp_w = np.array([300, 450, 700, 875, 1125, 1445, 350, 500, 600])
    attenuation_db = np.minimum([22.1, 15.7, 0.1, 30, 15.8, 0.7, 30, 15.6, 2.0], 30.0)
    fields = f.site_sheet_field_v_m(erp_w, distance, attenuation_db)
    assert math.sqrt(float((fields**2).sum())) == pytest.approx(4.96, abs=0.01)


@pytest.mark.parametrize(
    ("power_w", "gain_dbi", "distance_m", "reflection", "mw_cm2"),
    [(123.0, 2.0, 10.0, f.REFLECTION_REALISTIC, 0.0398), (1500.0, 2.2, 2.0, f.REFLECTION_NONE, 4.9525)],
)
def test_cases_of_the_fcc(power_w: float, gain_dbi: float, distance_m: float, reflection: float, mw_cm2: float) -> None:
    eirp_w = power_w * 10.0 ** (gain_dbi / 10.0)
    found = float(f.power_density_w_m2(eirp_w, distance_m, reflection)) / 10.0
    assert found == pytest.approx(mw_cm2, rel=0.01)


def test_distance_at_which_200_w_fall_to_10_w_m2() -> None:
    assert float(f.distance_of_limit_m(200.0, 10.0)) == pytest.approx(1.26, abs=0.005)


def test_3_kw_need_49_m_under_a_tenth_of_a_watt_and_a_tenth_of_that_under_icnirp() -> None:
    assert float(f.distance_of_limit_m(3000.0, 0.1)) == pytest.approx(49.0, abs=0.2)
    assert float(f.distance_of_limit_m(3000.0, 10.0)) == pytest.approx(4.9, abs=0.05)


@pytest.mark.parametrize(("angle_deg", "gain_db"), [(0.0, 0.0), (32.5, -3.0), (65.0, -12.0), (180.0, -30.0)])
def test_3gpp_element(angle_deg: float, gain_db: float) -> None:
    phi = math.radians(angle_deg)
    at = np.array([[100.0 * math.sin(phi), 100.0 * math.cos(phi), 0.0]])
    relative = power_of(ParametricAntenna(), at)[0] / float(f.power_density_w_m2(1000.0, 100.0))
    assert 10.0 * math.log10(relative) == pytest.approx(gain_db, abs=1e-6)


# --- what must hold always


@given(st.floats(1e-3, 1e6), st.floats(0.1, 1e5))
@settings(deadline=None)
def test_field_and_power_density_agree(eirp_w: float, distance_m: float) -> None:
    field = float(f.field_of_eirp_v_m(eirp_w, distance_m))
    assert float(f.field_v_m(f.power_density_w_m2(eirp_w, distance_m))) == pytest.approx(field, rel=1e-12)
    back = float(f.power_density_of_field_w_m2(field))
    assert back == pytest.approx(float(f.power_density_w_m2(eirp_w, distance_m)), rel=1e-12)


def test_field_percent_is_the_root_of_the_power_ratio() -> None:
    assert float(f.field_percent(0.25)) == 50.0
    assert float(f.field_percent(1.0)) == 100.0


@pytest.mark.parametrize(
    "antenna",
    [PANEL, ParametricAntenna(), ParametricAntenna(65.0, 20.0, 22.0, 18.0), ParametricAntenna(omni=True), TABLE],
)
def test_far_field_has_the_gains_of_the_other_kernels(antenna: Antenna) -> None:
    rng = np.random.default_rng(3)
    at = rng.normal(size=(4000, 3)) * 300.0
    at[:4] = [[0, 10, 0], [0, -10, 0], [0, 0, 10], [1e-9, 0, -10]]
    flat, r2 = np.hypot(at[:, 0], at[:, 1]), (at**2).sum(axis=1)
    bearing, elevation = np.degrees(np.arctan2(at[:, 0], at[:, 1])), np.degrees(np.arctan2(at[:, 2], flat))
    gains = pattern_gains_db(bearing, elevation, 37.0, 6.0, pattern_parameters(antenna))
    found = power_of(antenna, at, azimuth=37.0, tilt=6.0)
    np.testing.assert_allclose(found, 1000.0 * 10.0 ** (gains / 10.0) / (4.0 * np.pi * r2), rtol=1e-7)


# --- near field


def boresight(distance_m: float) -> np.ndarray:
    return np.array([[0.0, distance_m, 0.0]])


def test_length_of_a_panel_follows_from_its_beam() -> None:
    panel = panel_of(PANEL, 1800.0)
    assert panel.length_m == pytest.approx(50.8 / 7.0 * 0.2998 / 1.8)
    assert panel.near_m == pytest.approx(2.0 * panel.length_m**2 * 1.8 / 0.2998)
    assert panel.spacing_m <= 0.7 * 0.2998 / 1.8
    assert panel_of(ParametricAntenna(), 1800.0).near_m == 0.0
    assert vertical_width_deg(TABLE) == pytest.approx(8.0, abs=0.1)


def row_gain(at: np.ndarray, antenna: Antenna = PANEL, frequency_mhz: float = 1800.0) -> float:
    panel = panel_of(antenna, frequency_mhz)
    tilt = math.sin(math.radians(antenna.electrical_tilt_deg))
    forward, right, up = at[0, 1], at[0, 0], at[0, 2]
    pattern = pattern_rows([antenna])[0]
    return near_gain_m2(forward, right, up, panel.elements, panel.spacing_m, panel.wave_number, tilt, pattern)


def test_sub_sources_meet_the_far_field() -> None:
    reach = panel_of(PANEL, 1800.0).near_m
    errors = [abs(row_gain(boresight(n * reach)) * (n * reach) ** 2 - 1.0) for n in (1.0, 2.0, 10.0, 100.0)]
    assert errors[0] < 0.04
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-5


def test_the_beam_of_the_sub_sources_is_as_wide_as_the_panel_says() -> None:
    half = math.radians(3.5)
    at = 1e5 * np.array([[0.0, math.cos(half), math.sin(half)]])
    assert 10.0 * math.log10(row_gain(at) * 1e10) == pytest.approx(-3.0, abs=0.15)


def test_an_electrical_tilt_leans_the_beam_of_the_sub_sources() -> None:
    tilt = math.radians(TABLE.electrical_tilt_deg)
    down = 1e5 * np.array([[0.0, math.cos(tilt), -math.sin(tilt)]])
    assert row_gain(down, TABLE) * 1e10 == pytest.approx(1.0, abs=1e-3)
    assert row_gain(down * [1, 1, -1], TABLE) * 1e10 < 0.2


def test_near_to_a_panel_there_is_less_than_a_point_would_make_and_nothing_jumps() -> None:
    reach = panel_of(PANEL, 1800.0).near_m
    distances = np.geomspace(0.5, 3.0 * reach, 4000)
    at = np.column_stack([np.zeros_like(distances), distances, np.zeros_like(distances)])
    near, far = power_of(PANEL, at, near_field=True), power_of(PANEL, at)
    np.testing.assert_allclose(near[distances >= reach], far[distances >= reach], rtol=1e-12)
    assert (near[distances < reach / 10.0] < 0.6 * far[distances < reach / 10.0]).all()
    assert np.abs(np.diff(np.log(near))).max() < 0.05


def test_above_the_beam_close_to_a_panel_there_is_more_than_a_point_would_make() -> None:
    beside = np.array([[0.0, 1.0, 0.4]])
    assert power_of(PANEL, beside, near_field=True)[0] > 10.0 * power_of(PANEL, beside)[0]


def test_the_cylinder_meets_the_near_and_the_far_end() -> None:
    length, width, directivity = 1.2, 65.0, 17.0
    far = float(f.cylindrical_w_m2(1000.0, 1e4, length, width, directivity))
    assert far == pytest.approx(float(f.power_density_w_m2(1000.0, 1e4)), rel=1e-3)
    power_w = 1000.0 / 10.0**1.7
    close = float(f.cylindrical_w_m2(1000.0, 0.05, length, width, directivity))
    assert close == pytest.approx(power_w / (math.radians(width) * 0.05 * length), rel=1e-3)


def test_cylinder_and_sub_sources_agree_along_the_middle_of_a_panel() -> None:
    panel = panel_of(PANEL, 1800.0)
    directivity = 10.0 * math.log10(4.0 * math.pi / (math.radians(65.0) * math.radians(7.0)) * 0.886)
    rises = np.linspace(-0.35, 0.35, 41) * panel.length_m
    for distance in (1.0, 2.0, 4.0):
        at = np.column_stack([np.zeros(41), np.full(41, distance), rises])
        mean = power_of(PANEL, at, near_field=True).mean()
        cylinder = float(f.cylindrical_w_m2(1000.0, distance, panel.length_m, 65.0, directivity))
        assert 10.0 * math.log10(mean / cylinder) == pytest.approx(0.0, abs=2.0)


def test_inside_the_antenna_nothing_is_known() -> None:
    half = panel_of(PANEL, 1800.0).length_m / 2.0
    at = np.array(
        [[0.0, 0.1, 0.0], [0.0, 0.1, half + 0.9 * INSIDE_M], [0.0, 0.1, half + 1.1 * INSIDE_M], [0.0, 0.31, 0.0]]
    )
    for antenna in (PANEL, ParametricAntenna()):
        found = power_of(antenna, at, near_field=True)
        assert math.isnan(found[0])
        assert math.isfinite(found[3])
    assert np.isnan(power_of(PANEL, at, near_field=True)).tolist() == [True, True, False, False]


def test_columns_of_a_source() -> None:
    row = source_row(500.0, 90.0, 30.0, 3, PANEL, 1800.0, 0.25)
    assert row[Column.EIRP_W] == 500.0
    assert row[Column.ACTUAL] == 0.25
    assert row[Column.PATTERN] == 3
    assert row[Column.SIN_AZIMUTH] == pytest.approx(1.0)
    assert row[Column.SIN_TILT] == pytest.approx(0.5)
    assert source_row(1.0, 0.0, 0.0, 0, PANEL, 1800.0, near_field=False)[Column.NEAR_M] == 0.0
