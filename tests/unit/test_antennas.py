"""Antenna patterns: the table's own points, and a true rotation."""

from __future__ import annotations

import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.base.errors import ValidityError
from aqdaq.engine.antennas import antenna_frame, horizontal_gain_db, pattern_gain_db, pattern_parameters
from aqdaq.engine.link import received_level_dbm
from aqdaq.model.antenna import ParametricAntenna, TableAntenna
from aqdaq.pipeline.hashing import canonical_json
from tests.antenna_text import across, down

PATTERN = pattern_parameters(ParametricAntenna())
NARROW = ParametricAntenna(vertical_beamwidth_deg=10.0)
TABLE = TableAntenna("t", 18.0, tuple(v for _, v in across()), tuple(v for _, v in down()))
TABLE_PATTERN = pattern_parameters(TABLE)


@pytest.mark.parametrize(("off_deg", "gain_db"), [(0.0, 0.0), (32.5, -3.0), (65.0, -12.0), (180.0, -30.0)])
def test_element_of_table_7_3_1(off_deg: float, gain_db: float) -> None:
    assert pattern_gain_db(off_deg, 0.0, 0.0, 0.0, PATTERN) == pytest.approx(gain_db, abs=1e-9)
    assert pattern_gain_db(-off_deg, 0.0, 0.0, 0.0, PATTERN) == pytest.approx(gain_db, abs=1e-9)


def test_no_seam_at_north() -> None:
    across = [pattern_gain_db(b, 0.0, 350.0, 0.0, PATTERN) for b in (359.999, 360.0, 0.0, 0.001)]
    assert np.ptp(across) < 1e-3


def test_downtilt_points_below_the_horizon_in_front_and_above_it_behind() -> None:
    assert antenna_frame(40.0, -6.0, 40.0, 6.0) == pytest.approx((0.0, 0.0), abs=1e-9)
    phi, theta = antenna_frame(220.0, 6.0, 40.0, 6.0)
    assert abs(phi) == pytest.approx(180.0, abs=1e-9)
    assert theta == pytest.approx(0.0, abs=1e-9)


def test_sideways_a_tilt_does_not_change_the_elevation() -> None:
    phi, theta = antenna_frame(90.0, 0.0, 0.0, 10.0)
    assert (phi, theta) == pytest.approx((90.0, 0.0), abs=1e-9)


def test_omni_has_no_loss_in_azimuth_but_a_vertical_pattern() -> None:
    omni = pattern_parameters(ParametricAntenna(omni=True, vertical_beamwidth_deg=10.0))
    assert pattern_gain_db(123.0, 0.0, 0.0, 0.0, omni) == pytest.approx(0.0, abs=1e-9)
    assert pattern_gain_db(123.0, 5.0, 0.0, 0.0, omni) == pytest.approx(-3.0, abs=1e-9)


def test_impossible_beamwidth_is_refused() -> None:
    with pytest.raises(ValidityError, match="impossible"):
        ParametricAntenna(horizontal_beamwidth_deg=0.0)


class TestTables:
    """A pattern of two cuts, against the parametric one that it was made of, and against its own cuts."""

    @pytest.mark.parametrize("off_deg", [-179.5, -90.0, -32.4, 0.0, 10.7, 60.0, 120.0, 180.0])
    def test_horizontal_cut_of_the_parametric_pattern(self, off_deg: float) -> None:
        expected = pattern_gain_db(off_deg, 0.0, 0.0, 0.0, pattern_parameters(NARROW))
        assert pattern_gain_db(off_deg, 0.0, 0.0, 0.0, TABLE_PATTERN) == pytest.approx(expected, abs=0.2)

    @pytest.mark.parametrize("elevation_deg", [-90.0, -12.3, -5.0, 0.0, 4.5, 20.0, 90.0])
    def test_vertical_cut_of_the_parametric_pattern(self, elevation_deg: float) -> None:
        expected = pattern_gain_db(0.0, elevation_deg, 0.0, 0.0, pattern_parameters(NARROW))
        assert pattern_gain_db(0.0, elevation_deg, 0.0, 0.0, TABLE_PATTERN) == pytest.approx(expected, abs=0.2)

    def test_degrees_run_clockwise_and_downwards(self) -> None:
        losses = tuple(float(d % 360) / 10.0 for d in range(360))
        skew = pattern_parameters(TableAntenna("t", 0.0, losses, (0.0,) * 360))
        assert pattern_gain_db(90.0, 0.0, 0.0, 0.0, skew) == pytest.approx(-9.0 + 0.5 * 18.0)  # H(180) bends to V(180)
        falling = tuple(float(d) / 10.0 for d in range(360))
        dropped = pattern_parameters(TableAntenna("t", 0.0, (0.0,) * 360, falling))
        assert pattern_gain_db(0.0, -30.0, 0.0, 0.0, dropped) == pytest.approx(-3.0)
        assert pattern_gain_db(0.0, 30.0, 0.0, 0.0, dropped) == pytest.approx(-33.0)
        assert pattern_gain_db(180.0, -30.0, 0.0, 0.0, dropped) == pytest.approx(-15.0)
        assert pattern_gain_db(180.0, 30.0, 0.0, 0.0, dropped) == pytest.approx(-21.0)

    def test_between_degrees_and_between_cuts_by_hand(self) -> None:
        # 60 deg off and 20 deg down: a third of the way back. V(20) = 30, V(160) = 30, H(60) = 10.22, H(180) = 30.
        bend = 12.0 * (60.0 / 65.0) ** 2 - 30.0 / 3.0
        expected = 30.0 + math.cos(math.radians(20.0)) * bend
        assert pattern_gain_db(60.0, -20.0, 0.0, 0.0, TABLE_PATTERN) == pytest.approx(-expected, abs=1e-9)
        assert horizontal_gain_db(TABLE, np.array([0.5]))[0] == pytest.approx(-0.5 * TABLE.horizontal_loss_db[1])

    def test_a_pattern_turns_and_tilts_as_a_whole(self) -> None:
        assert pattern_gain_db(40.0, -6.0, 40.0, 6.0, TABLE_PATTERN) == pytest.approx(0.0, abs=1e-9)
        assert pattern_gain_db(40.0, -11.0, 40.0, 6.0, TABLE_PATTERN) == pytest.approx(-3.0, abs=1e-9)
        for bearing, elevation in ((77.0, 3.0), (200.0, -12.0), (350.0, 1.0)):
            phi, theta = antenna_frame(bearing, elevation, 40.0, 6.0)
            straight = pattern_gain_db(phi, theta, 0.0, 0.0, TABLE_PATTERN)
            assert pattern_gain_db(bearing, elevation, 40.0, 6.0, TABLE_PATTERN) == pytest.approx(straight, abs=1e-9)

    def test_no_seam_ahead_behind_and_at_the_poles(self) -> None:
        for azimuth, bearings in ((350.0, (359.999, 360.0, 0.0, 0.001)), (180.0, (359.999, 0.0, 0.001))):
            assert np.ptp([pattern_gain_db(b, -3.0, azimuth, 2.0, TABLE_PATTERN) for b in bearings]) < 1e-2
        for pole in (-89.9999, 89.9999):
            around = [pattern_gain_db(float(b), pole, 0.0, 0.0, TABLE_PATTERN) for b in range(0, 360, 15)]
            assert np.ptp(around) < 1e-2

    @given(st.floats(0.0, 360.0), st.floats(-89.0, 89.0), st.floats(0.0, 360.0), st.floats(-10.0, 30.0))
    def test_near_directions_have_near_gains(self, bearing: float, up: float, azimuth: float, tilt: float) -> None:
        here = pattern_gain_db(bearing, up, azimuth, tilt, TABLE_PATTERN)
        assert -62.0 < here <= 0.0
        for turn, rise in ((1e-6, 0.0), (-1e-6, 0.0), (0.0, 1e-6)):
            near = pattern_gain_db(bearing + turn, up + rise, azimuth, tilt, TABLE_PATTERN)
            assert near == pytest.approx(here, abs=2e-3)

    def test_an_unknown_direction_has_no_gain(self) -> None:
        assert math.isnan(pattern_gain_db(math.nan, 0.0, 0.0, 0.0, TABLE_PATTERN))
        assert math.isnan(pattern_gain_db(0.0, math.nan, 0.0, 0.0, PATTERN))

    def test_levels_take_either_pattern(self) -> None:
        loss, bearing, up = (np.array(v, dtype=np.float32) for v in ([100.0, np.nan], [65.0, 65.0], [0.0, 0.0]))
        for pattern in (PATTERN, TABLE_PATTERN):
            level = received_level_dbm(loss, bearing, up, 30.0, 0.0, 0.0, pattern)
            assert level[0] == pytest.approx(-82.0, abs=1e-4)
            assert np.isnan(level[1])

    def test_antennas_are_keys_by_content(self) -> None:
        other = replace(TABLE, vertical_loss_db=(*TABLE.vertical_loss_db[:-1], 9.0))
        assert len({TABLE, replace(TABLE), other}) == 2
        assert canonical_json(asdict(TABLE)) == canonical_json(asdict(replace(TABLE)))
        assert canonical_json(asdict(TABLE)) != canonical_json(asdict(other))
