"""The models of TR 38.901 against values worked by hand."""

from __future__ import annotations

import math

import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.models import tr38901_formulas as formulas
from aqdaq.engine.models.tr38901 import o2i_high_db, o2i_low_db
from aqdaq.engine.registry import PathResult, get_model
from aqdaq.model.body import EARTH, MOON
from tests.model_paths import flat_path

URBAN = (1000.0, 2000.0, 25.0, 1.5)


def predict(name: str, *figures: float, **options: float | str) -> PathResult:
    return get_model(name).predict(flat_path(*figures, **options), EARTH.sphere)


def test_uma_by_hand() -> None:
    # 1000 m, 2 GHz, 25 and 1.5 m: d_BP = 4 x 24 x 0.5 x 2e9 / 3e8 = 320 m; d_3D = sqrt(1e6 + 23.5^2), log 3.00011989.
    # LOS behind it: 28 + 40 x 3.00011989 + 20 log 2 - 9 log(320^2 + 23.5^2)
    #     = 28 + 120.004796 + 6.020600 - 9 x 5.012636 = 108.911672
    # NLOS: 13.54 + 39.08 x 3.00011989 + 6.020600 - 0 = 136.805285
    # P = 0.018 + 0.982 x exp(-1000 / 63) = 0.018 + 0.982 x 1.2779e-7 = 0.0180001
    parts = predict("uma", *URBAN).parts
    assert parts["d_BP"] == pytest.approx(320.0)
    assert parts["PL_LOS"] == pytest.approx(108.911672, abs=1e-5)
    assert parts["PL_NLOS"] == pytest.approx(136.805285, abs=1e-5)
    assert parts["Pr_LOS"] == pytest.approx(0.0180001, abs=1e-7)
    # Before the breakpoint, 200 m: 28 + 22 x 0.5 log(40552.25) + 6.020600 = 28 + 22 x 2.304007 + 6.020600 = 84.708759
    assert predict("uma", 200.0, *URBAN[1:]).parts["PL_LOS"] == pytest.approx(84.70876, abs=2e-4)


def test_umi_by_hand() -> None:
    # 100 m, 3.5 GHz, 10 and 1.5 m: d_BP = 4 x 9 x 0.5 x 3.5e9 / 3e8 = 210 m; 0.5 log(10072.25) = 2.0015632.
    # LOS: 32.4 + 21 x 2.0015632 + 20 x 0.5440680 = 32.4 + 42.032827 + 10.881361 = 85.314188
    # NLOS: 22.4 + 35.3 x 2.0015632 + 21.3 x 0.5440680 = 22.4 + 70.655181 + 11.588649 = 104.643830
    # P = 0.18 + 0.82 x exp(-100 / 36) = 0.18 + 0.82 x 0.0621765 = 0.2309847
    parts = predict("umi", 100.0, 3500.0, 10.0, 1.5).parts
    assert parts["d_BP"] == pytest.approx(210.0)
    assert parts["PL_LOS"] == pytest.approx(85.314188, abs=2e-5)
    assert parts["PL_NLOS"] == pytest.approx(104.643830, abs=2e-5)
    assert parts["Pr_LOS"] == pytest.approx(0.2309847, abs=1e-6)


def test_rma_by_hand() -> None:
    # 1000 m, 0.7 GHz, 35 and 1.5 m, h = 5, W = 20: d_BP = 2 pi x 35 x 1.5 x 0.7e9 / 3e8 = 769.6902 m.
    # 5^1.72 = 15.9305. PL1(d_BP) = 20 log(40 pi x 769.6902 x 0.7 / 3) + 0.477915 x log 769.6902 - 0.700942
    #     + 0.002 x 0.698970 x 769.6902 = 87.07010 + 1.37941 - 0.70094 + 1.07598 = 88.82455
    # LOS: + 40 log(1000.56097 / 769.6902) = 4.55695, so 93.38150
    # NLOS: 161.04 - 7.1 x 1.301030 + 7.5 x 0.698970 - (24.37 - 3.7 / 49) x 1.544068 + (43.42 - 3.1 x 1.544068)
    #     x 0.000243541 + 20 log 0.7 - (3.2 x 1.246129^2 - 4.97)
    #     = 161.04 - 9.237313 + 5.242275 - 37.512344 + 0.009409 - 3.098039 + 0.000921 = 116.444909
    # P = exp(-990 / 1000) = 0.3715767
    parts = predict("rma", 1000.0, 700.0, 35.0, 1.5).parts
    assert parts["d_BP"] == pytest.approx(769.6902, abs=1e-4)
    assert parts["PL_LOS"] == pytest.approx(93.3815, abs=2e-4)
    assert parts["PL_NLOS"] == pytest.approx(116.44491, abs=2e-4)
    assert parts["Pr_LOS"] == pytest.approx(0.3715767, abs=1e-7)


def test_a_high_terminal_sees_more_by_hand() -> None:
    # 22.5 m: C = 0.95^1.5 x 1.25 x (d / 100)^3 exp(-d / 150); at 100 m
    # 0.925945 x 1.25 x 0.513417 = 0.594245; (0.18 + 0.82 x exp(-100 / 63)) x 1.594245 = 0.347668 x 1.594245 = 0.554268
    assert formulas.uma_los_probability(100.0, 22.5) == pytest.approx(0.55427, abs=2e-5)
    assert formulas.uma_los_probability(18.01, 22.5) <= 1.0


def test_a_high_terminal_has_the_mean_of_the_environments_by_hand() -> None:
    # 15 m: the environment is 1 m with 1 / (1 + C), else 12 m, the only step of 3 up to 13.5.
    # 400 m, 0.7 GHz, base 25: C = 0.2^1.5 x 1.25 x 64 x exp(-400 / 150) = 0.0894427 x 80 x 0.0694835 = 0.497187.
    # Environment 1 m: d_BP = 4 x 24 x 14 x 7 / 3 = 3136 m, so 28 + 22 log d_3D + 20 log 0.7.
    # Environment 12 m: d_BP = 4 x 13 x 3 x 7 / 3 = 364 m, so 28 + 40 log d_3D + 20 log 0.7 - 9 log(364^2 + 10^2).
    # d_3D = sqrt(160100), log 2.602196; 20 log 0.7 = -3.098039; log(132596) = 5.122530
    # 28 + 57.248312 - 3.098039 = 82.150273; 28 + 104.087840 - 3.098039 - 46.102770 = 82.887031
    # (82.150273 + 0.497187 x 82.887031) / 1.497187 = 82.394939
    assert formulas.uma_los_db(400.0, 0.7, 25.0, 15.0) == pytest.approx(82.39494, abs=5e-5)


def test_the_ways_to_decide_line_of_sight() -> None:
    yes, no, mean = (predict("uma", *URBAN, los=way) for way in ("yes", "no", "probability"))
    p = mean.parts["Pr_LOS"]
    assert yes.loss_db == mean.parts["PL_LOS"]
    assert no.loss_db == mean.parts["PL_NLOS"]
    assert mean.loss_db == pytest.approx(p * yes.loss_db + (1 - p) * no.loss_db, abs=1e-12)
    assert predict("uma", *URBAN).loss_db == mean.loss_db
    assert (yes.parts["sigma_SF"], no.parts["sigma_SF"]) == (4.0, 6.0)
    # Variance of the two together: the mean of the variances and the spread between the means.
    step = no.loss_db - yes.loss_db
    assert mean.parts["sigma_SF"] ** 2 == pytest.approx(p * 16 + (1 - p) * 36 + p * (1 - p) * step**2)
    with pytest.raises(ValidityError, match="use one of: yes, no, probability, profile"):
        predict("uma", *URBAN, los="maybe")


def test_the_profile_decides() -> None:
    # The line falls from 25 to 1.5 m; at sample 5 it is at 13.25 m, the bulge of the Earth there is 1.5 cm.
    model = get_model("uma")
    for height, share in ((0.0, 1.0), (13.2, 1.0), (13.3, 0.0)):
        path = flat_path(*URBAN, clutter={5: height}, los="profile")
        assert model.predict(path, EARTH.sphere).parts["share_LOS"] == share
    # What holds an antenna does not hide it.
    path = flat_path(*URBAN, clutter={0: 40.0, 10: 40.0}, los="profile")
    assert model.predict(path, EARTH.sphere).parts["share_LOS"] == 1.0


def test_spread_of_each_scenario() -> None:
    assert predict("umi", 100.0, 3500.0, 10.0, 1.5, los="no").parts["sigma_SF"] == 7.82
    spreads = [
        predict("rma", d, 700.0, 35.0, 1.5, los=los).parts["sigma_SF"]
        for d, los in ((700.0, "yes"), (800.0, "yes"), (800.0, "no"))
    ]
    assert spreads == [4.0, 6.0, 8.0]


def test_a_base_at_another_height_is_marked() -> None:
    assert predict("uma", *URBAN).parts["hBS_is_default"] == 1.0
    assert predict("uma", 1000.0, 2000.0, 40.0, 1.5).parts["hBS_is_default"] == 0.0


@pytest.mark.parametrize(
    ("name", "figures", "words"),
    [
        ("uma", (1000.0, 499.0, 25.0, 1.5), "500 to 100000 MHz"),
        ("uma", (9.0, 2000.0, 25.0, 1.5), "0.01 to 5 km"),
        ("uma", (5001.0, 2000.0, 25.0, 1.5), "0.01 to 5 km"),
        ("uma", (1000.0, 2000.0, 25.0, 23.0), "1.5 to 22.5 m"),
        ("umi", (1000.0, 2000.0, 1.0, 1.5), "tx_height_m.*environment of 1 m, 3GPP TR 38.901"),
        ("rma", (1000.0, 31e3, 35.0, 1.5), "500 to 30000 MHz"),
        ("rma", (1000.0, 700.0, 9.0, 1.5), "10 to 150 m"),
        ("rma", (6000.0, 700.0, 35.0, 1.5), "0.01 to 5 km"),
    ],
)
def test_outside_the_range(name: str, figures: tuple[float, ...], words: str) -> None:
    with pytest.raises(ValidityError, match=words):
        predict(name, *figures)


def test_rma_reaches_farther_in_line_of_sight() -> None:
    assert predict("rma", 9000.0, 700.0, 35.0, 1.5, los="yes").loss_db > 100.0
    with pytest.raises(ValidityError, match="building_height_m"):
        predict("rma", 900.0, 700.0, 35.0, 1.5, building_height_m=4.0)


@pytest.mark.parametrize("name", ["uma", "umi", "rma"])
def test_not_on_the_moon(name: str) -> None:
    with pytest.raises(ValidityError, match=r"38\.901.* without an atmosphere"):
        get_model(name).predict(flat_path(1000.0, 2000.0, 25.0, 1.5), MOON.sphere)


def test_into_buildings_by_hand() -> None:
    # 3.5 GHz: glass 2.7 dB, metallised glass 24.05 dB, concrete 19 dB.
    # Low: 5 - 10 log(0.3 x 0.537032 + 0.7 x 0.0125893) = 5 - 10 log 0.169922 = 12.69750
    # High: 5 - 10 log(0.7 x 0.00393550 + 0.3 x 0.0125893) = 5 - 10 log 0.00653163 = 26.84978
    # Depth: half a decibel a metre; the lesser of two draws to 25 m has the mean 25 / 3 and the variance 625 / 18.
    low, high = o2i_low_db("uma", 3500.0, EARTH.sphere, 0.0), o2i_high_db("umi", 3500.0, EARTH.sphere, 10.0)
    assert low == pytest.approx((12.69750, 4.4), abs=2e-5)
    assert high == pytest.approx((26.84978 + 5.0, 6.5), abs=2e-5)
    mean, spread = o2i_low_db("uma", 3500.0, EARTH.sphere)
    assert mean == pytest.approx(12.69750 + 25 / 6, abs=2e-5)
    assert spread == pytest.approx(math.sqrt(4.4**2 + 0.25 * 625 / 18))
    assert o2i_low_db("rma", 3500.0, EARTH.sphere)[0] == pytest.approx(12.69750 + 10 / 6, abs=2e-5)


def test_into_buildings_outside_the_range() -> None:
    with pytest.raises(ValidityError, match="no such loss"):
        o2i_high_db("rma", 3500.0, EARTH.sphere)
    with pytest.raises(ValidityError, match="0 to 25 m"):
        o2i_low_db("uma", 3500.0, EARTH.sphere, 26.0)
    with pytest.raises(ValidityError, match="500 to 30000 MHz"):
        o2i_low_db("rma", 40e3, EARTH.sphere)
    with pytest.raises(ValidityError, match="without an atmosphere"):
        o2i_low_db("uma", 3500.0, MOON.sphere)
