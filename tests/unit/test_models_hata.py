"""Okumura-Hata and COST-231-Hata against values worked by hand."""

from __future__ import annotations

import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.models.hata import mobile_height_db
from aqdaq.engine.registry import get_model
from aqdaq.model.body import EARTH, MOON
from tests.model_paths import flat_path


def loss_db(name: str, *figures: float, **options: float | str) -> float:
    return get_model(name).predict(flat_path(*figures, **options), EARTH.sphere).loss_db


# 900 MHz, 10 km, base 30 m, mobile 1.5 m. log 900 = 2.954243, log 30 = 1.477121.
# 69.55 + 26.16 x 2.954243 = 146.83299;  - 13.82 x 1.477121 = - 20.41382;  (44.9 - 6.55 x 1.477121) x log 10 = 35.22486
# a_hm = (1.1 x 2.954243 - 0.7) x 1.5 - (1.56 x 2.954243 - 0.8) = 3.82450 - 3.80862 = 0.01588
# urban 146.83299 - 20.41382 + 35.22486 - 0.01588 = 161.62815
# large city: a_hm = 3.2 x (log 17.625)^2 - 4.97 = 3.2 x 1.552837 - 4.97 = -0.00092, so 161.64403 + 0.00092 = 161.64495
# suburban: - 2 x (log(900 / 28))^2 - 5.4 = - 2 x 2.271305 - 5.4 = - 9.94261, so 151.68554
# open: - 4.78 x 8.727552 + 18.33 x 2.954243 - 40.94 = - 28.50643, so 133.12172
@pytest.mark.parametrize(
    ("area", "by_hand"),
    [("urban", 161.62815), ("large_city", 161.64495), ("suburban", 151.68554), ("open", 133.12172)],
)
def test_okumura_hata_by_hand(area: str, by_hand: float) -> None:
    assert loss_db("okumura_hata", 10e3, 900.0, 30.0, 1.5, area=area) == pytest.approx(by_hand, abs=2e-5)


def test_large_city_below_200_mhz_by_hand() -> None:
    # 8.29 x (log(1.54 x 3))^2 - 1.1 = 8.29 x 0.664642^2 - 1.1 = 8.29 x 0.441749 - 1.1 = 2.56210
    assert mobile_height_db(160.0, 3.0, True) == pytest.approx(2.56210, abs=2e-5)  # noqa: FBT003 - a kernel


# 1800 MHz, 5 km, base 50 m, mobile 1.5 m. log 1800 = 3.255273, log 50 = 1.698970, log 5 = 0.698970.
# 46.3 + 33.9 x 3.255273 = 156.65374;  - 13.82 x 1.698970 = - 23.47977;  (44.9 - 6.55 x 1.698970) x 0.698970 = 23.60544
# a_hm = (1.1 x 3.255273 - 0.7) x 1.5 - (1.56 x 3.255273 - 0.8) = 4.32120 - 4.27823 = 0.04297
@pytest.mark.parametrize(("area", "by_hand"), [("urban", 156.73645), ("metropolitan", 159.73645)])
def test_cost231_hata_by_hand(area: str, by_hand: float) -> None:
    assert loss_db("cost231_hata", 5e3, 1800.0, 50.0, 1.5, area=area) == pytest.approx(by_hand, abs=3e-5)


def test_the_effective_height_takes_the_place_of_the_mast() -> None:
    other = loss_db("okumura_hata", 5e3, 900.0, 20.0, 1.5, base_effective_height_m=60.0)
    assert other == loss_db("okumura_hata", 5e3, 900.0, 60.0, 1.5)


@pytest.mark.parametrize(
    ("name", "figures", "words"),
    [
        ("okumura_hata", (5e3, 149.0, 30.0, 1.5), "150 to 1500 MHz"),
        ("okumura_hata", (5e3, 1501.0, 30.0, 1.5), "150 to 1500 MHz"),
        ("okumura_hata", (999.0, 900.0, 30.0, 1.5), "1 to 20 km"),
        ("okumura_hata", (20.1e3, 900.0, 30.0, 1.5), "1 to 20 km"),
        ("okumura_hata", (5e3, 900.0, 29.0, 1.5), "30 to 200 m"),
        ("okumura_hata", (5e3, 900.0, 30.0, 10.5), "1 to 10 m"),
        ("cost231_hata", (5e3, 1499.0, 30.0, 1.5), "1500 to 2000 MHz"),
        ("cost231_hata", (5e3, 2001.0, 30.0, 1.5), "1500 to 2000 MHz"),
    ],
)
def test_outside_the_range(name: str, figures: tuple[float, ...], words: str) -> None:
    with pytest.raises(ValidityError, match=words) as caught:
        loss_db(name, *figures)
    assert ("Hata 1980" if name == "okumura_hata" else "COST 231") in str(caught.value)


def test_no_large_city_between_200_and_400_mhz() -> None:
    with pytest.raises(ValidityError, match="between 200 and 400 MHz"):
        loss_db("okumura_hata", 5e3, 300.0, 30.0, 1.5, area="large_city")
    assert loss_db("okumura_hata", 5e3, 300.0, 30.0, 1.5) > 0


@pytest.mark.parametrize("name", ["okumura_hata", "cost231_hata"])
def test_bad_options_and_bodies(name: str) -> None:
    frequency = 900.0 if name == "okumura_hata" else 1800.0
    with pytest.raises(ValidityError, match="use one of: urban"):
        loss_db(name, 5e3, frequency, 30.0, 1.5, area="jungle")
    with pytest.raises(ValidityError, match="not a number"):
        loss_db(name, 5e3, frequency, 30.0, 1.5, base_effective_height_m="tall")
    with pytest.raises(ValidityError, match="without an atmosphere"):
        get_model(name).predict(flat_path(5e3, frequency, 30.0, 1.5), MOON.sphere)
