"""The formulas of ITU-R P.1411 that the city model takes, against figures worked by hand."""

from __future__ import annotations

import math

import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.urban.canyon import (
    breakpoint_m,
    feeding_share,
    street_los_bounds_db,
    street_los_loss_db,
    street_nlos_db,
    street_nlos_loss_db,
    street_share,
)
from aqdaq.engine.urban.rooftops import (
    angle_between_deg,
    orientation_db,
    rooftop_to_street_db,
    rooftop_to_street_loss_db,
)


@pytest.mark.parametrize(
    ("angle", "by_hand"),
    [(0.0, -10.0), (20.0, -2.92), (34.0, 2.036), (35.0, 2.5), (45.0, 3.25), (55.0, 4.0), (90.0, 0.01)],
)
def test_street_orientation(angle: float, by_hand: float) -> None:
    assert orientation_db(angle) == pytest.approx(by_hand, abs=1e-9)


def test_a_street_without_direction_takes_the_mean_of_all_directions() -> None:
    # -10 to 2.39 over 35 deg, 2.5 to 4 over 20 deg, 4 to 0.01 over 35 deg: -133.175 + 65 + 70.175 = 2.0 over 90 deg.
    mean = (35 * (-10 + 2.39) / 2 + 20 * (2.5 + 4) / 2 + 35 * (4 + 0.01) / 2) / 90
    assert mean == pytest.approx(0.0222, abs=1e-4)
    assert orientation_db(math.nan) == 0.0


@pytest.mark.parametrize(
    ("f_mhz", "width", "roof", "angle", "by_hand"),
    [
        # -8.2 - 10 log 20 + 10 log 1800 + 20 log 13.5 + 0.01 = -8.2 - 13.0103 + 32.5527 + 22.6067 + 0.01
        (1800.0, 20.0, 15.0, 90.0, 33.9591),
        # the same street 20 deg off the path: 33.9591 - 0.01 - 2.92
        (1800.0, 20.0, 15.0, 20.0, 31.0291),
        # -8.2 - 10 log 30 + 10 log 3500 + 20 log 22.5 + 3.25 = -8.2 - 14.7712 + 35.4407 + 27.0437 + 3.25
        (3500.0, 30.0, 24.0, 45.0, 42.7632),
        # -8.2 - 10 log 12 + 10 log 800 + 20 log 4.5 + 0 = -8.2 - 10.7918 + 29.0309 + 13.0643
        (800.0, 12.0, 6.0, None, 23.1034),
    ],
)
def test_rooftop_to_street(f_mhz: float, width: float, roof: float, angle: float | None, by_hand: float) -> None:
    assert rooftop_to_street_loss_db(f_mhz, width, roof, 1.5, angle) == pytest.approx(by_hand, abs=1e-3)


def test_a_low_roof_over_a_wide_street_adds_nothing() -> None:
    # -8.2 - 20 + 29.0309 - 20 = -19.17: never a gain.
    assert rooftop_to_street_db(800.0, 100.0, 0.1, 90.0) == 0.0


@pytest.mark.parametrize(
    ("bearing", "street", "angle"),
    [(10.0, 100.0, 90.0), (350.0, 10.0, 20.0), (-170.0, 10.0, 0.0), (271.0, 90.0, 1.0), (45.0, 0.0, 45.0)],
)
def test_angle_between_path_and_street(bearing: float, street: float, angle: float) -> None:
    assert angle_between_deg(bearing, street) == pytest.approx(angle, abs=1e-9)
    assert math.isnan(angle_between_deg(bearing, math.nan))


def test_line_of_sight_in_a_street() -> None:
    # 2 GHz, 6 m and 1.5 m: lambda = 0.1499 m, R_bp = 36 / 0.1499 = 240.1601 m,
    # L_bp = 20 log(8 pi 9 / 0.1499^2) = 20 log(226.1947 / 0.02247001) = 20 log 10066.51 = 80.0576 dB.
    assert breakpoint_m(2.0, 6.0, 1.5) == pytest.approx(240.1601, abs=1e-4)
    # 100 m: 20 log(100 / 240.1601) = -7.6100, 25 log = -9.5125
    assert street_los_bounds_db(100.0, 2.0, 6.0, 1.5) == pytest.approx((72.4476, 78.4476, 90.5451), abs=1e-3)
    # 480.3202 m, twice R_bp: 40 log 2 = 12.0412
    assert street_los_bounds_db(480.3202, 2.0, 6.0, 1.5) == pytest.approx((92.0988, 98.0988, 112.0988), abs=1e-3)


def test_above_3_ghz_the_traffic_is_the_mirror() -> None:
    # 3.5 GHz: (6 - 0.5) (1.5 - 0.5) 4 x 3.5 / 0.2998 = 256.8379 m
    assert breakpoint_m(3.5, 6.0, 1.5) == pytest.approx(256.8379, abs=1e-3)


def test_round_the_corners() -> None:
    # 100 m, 2 GHz: 80 + 10.2 + 23.6 x 0.30103 = 97.3043; 15 m: the value at 30 m, 76.3891, less 6.0206.
    assert street_nlos_loss_db(2000.0, 100.0) == pytest.approx(97.3043, abs=1e-3)
    assert street_nlos_db(15.0, 2.0) == pytest.approx(40 * math.log10(30) + 10.2 + 7.1043 - 6.0206, abs=1e-3)


def test_shares_fade() -> None:
    assert [street_share(d) for d in (100.0, 715.0, 857.5, 1000.0, 3000.0)] == pytest.approx([1, 1, 0.5, 0, 0])
    assert [feeding_share(h, 15.0) for h in (4.0, 15.0, 17.0, 20.0, 40.0)] == pytest.approx([1, 1, 0.6, 0, 0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rooftop_to_street_loss_db(700.0, 20.0, 15.0, 1.5), "800 to 26000 MHz"),
        (lambda: rooftop_to_street_loss_db(1800.0, 20.0, 15.0, 8.0), "1 to 3 m"),
        (lambda: rooftop_to_street_loss_db(1800.0, 0.0, 15.0, 1.5), "not above 0"),
        (lambda: rooftop_to_street_loss_db(1800.0, 20.0, 1.2, 1.5), "not above the receiver"),
        (lambda: rooftop_to_street_loss_db(1800.0, 20.0, 15.0, 1.5, 91.0), "0 to 90"),
        (lambda: street_los_loss_db(200.0, 100.0, 6.0, 1.5), "300 to 15000 MHz"),
        (lambda: street_los_loss_db(2000.0, 1500.0, 6.0, 1.5), "1000 m"),
        (lambda: street_los_loss_db(2000.0, 100.0, 0.4, 1.5), "tx_height_m"),
        (lambda: street_nlos_loss_db(700.0, 100.0), "800 to 82000 MHz"),
        (lambda: street_nlos_loss_db(2000.0, 20.0), "30 to 715 m"),
    ],
)
def test_outside_the_ranges(call: object, words: str) -> None:
    with pytest.raises(ValidityError, match=words):
        call()  # type: ignore[operator]
