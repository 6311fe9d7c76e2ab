"""Antenna patterns: the table's own points, and a true rotation."""

from __future__ import annotations

import numpy as np
import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.antennas import antenna_frame, pattern_gain_db, pattern_parameters
from aqdaq.model.antenna import ParametricAntenna

PATTERN = pattern_parameters(ParametricAntenna())


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
