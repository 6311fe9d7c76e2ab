"""What is expected of networks that nobody measured."""

from __future__ import annotations

import numpy as np
import pytest

from aqdaq.analysis.forecast import Links
from aqdaq.analysis.fusion.facts import CellFacts, Scene
from aqdaq.analysis.fusion.typical import LESSONS, OTHER, TECHNOLOGIES, Typical, technology_of, typical
from aqdaq.analysis.fusion.untaught import UntaughtModel, reported
from aqdaq.model.antenna import ParametricAntenna

NOWHERE = (0.0, 0.0)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("GSM1800", "GSM"), ("LTE-800", "LTE"), ("lte", "LTE"), ("NB-IoT", "NBIOT"), ("nb_iot", "NBIOT"),
        ("5G NR", "NR"), ("WCDMA 2100", "UMTS"), ("LoRaWAN", "LORAWAN"), ("Sigfox", "SIGFOX"),
    ],
)  # fmt: skip
def test_names_as_tables_write_them(name: str, key: str) -> None:
    assert technology_of(name) is TECHNOLOGIES[key]


@pytest.mark.parametrize("name", ["", "WIMAX", "?", "800"])
def test_other_names(name: str) -> None:
    assert technology_of(name) is OTHER


@pytest.mark.parametrize(
    ("name", "mhz", "place", "city"),
    [("GSM1800", 1877.0, (-8.05, -34.95), "Recife"), ("NB-IoT", 800.0, (49.2, 16.6), "Brno"),
     ("LoRaWAN", 868.0, (49.2, 16.6), "Brno"), ("LoRaWAN", 868.0, (65.0, 25.5), "Oulu")],
)  # fmt: skip
def test_no_city_teaches_itself(name: str, mhz: float, place: tuple[float, float], city: str) -> None:
    here = typical(name, *place, frequency_mhz=mhz, eirp_known=False)
    away = typical(name, *NOWHERE, frequency_mhz=mhz, eirp_known=False)
    assert not any(city in source for source in here.sources)
    assert any(city in source for source in away.sources)


def test_every_lesson_is_heard_somewhere() -> None:
    heard: set[str] = set()
    for name, mhz in (("LoRaWAN", 868.0), ("LTE", 1800.0)):
        heard |= set(typical(name, *NOWHERE, frequency_mhz=mhz, eirp_known=True).sources)
    assert heard == {lesson.source for lesson in LESSONS}


def test_an_unknown_eirp_widens() -> None:
    known, unknown = (typical("LTE", *NOWHERE, frequency_mhz=1800.0, eirp_known=k) for k in (True, False))
    assert unknown.offset_sd_db > known.offset_sd_db >= 5.0
    assert unknown.offset_db == known.offset_db


def expectation(**change: float | bool) -> Typical:
    figures: dict[str, float | bool] = {
        "offset_db": 0.0, "offset_sd_db": 1e-6, "slope_db": 0.0, "slope_sd_db": 0.0, "sensitivity_dbm": -137.0,
        "serving_only": False,
    }  # fmt: skip
    return Typical(**(figures | change), sources=())  # type: ignore[arg-type]


def test_far_above_the_sensitivity_nothing_changes() -> None:
    mean, sd, low, high = reported(np.array([-80.0]), np.array([8.0]), None, expectation())
    assert mean[0] == pytest.approx(-80.0, abs=0.05)
    assert sd[0] == pytest.approx(8.0, abs=0.05)
    assert low[0] == pytest.approx(-80.0 - 1.645 * 8.0, abs=0.3)
    assert high[0] == pytest.approx(-80.0 + 1.645 * 8.0, abs=0.3)


def test_reported_levels_flatten_out_at_the_sensitivity() -> None:
    """With a probit cut of spread t the mean is m + s^2 / r phi(a) / Phi(a), r = hypot(s, t), a = (m - T) / r."""
    mean_dbm = np.array([-120.0, -137.0, -150.0])
    mean = reported(mean_dbm, np.full(3, 8.0), None, expectation())[0]
    r = np.hypot(8.0, 3.0)
    a = (mean_dbm + 137.0) / r
    from scipy.stats import norm

    np.testing.assert_allclose(mean, mean_dbm + 64.0 / r * norm.pdf(a) / norm.cdf(a), atol=0.15)
    assert np.all(np.diff(mean) < 0.0)
    assert mean[2] > -140.0


def test_who_serves_is_stronger_than_the_others() -> None:
    """Of two alike the expected maximum lies s / sqrt(pi) above their mean."""
    rivals = np.array([[-80.0]]), np.array([[8.0]])
    mean = reported(np.array([-80.0]), np.array([8.0]), rivals, expectation())[0]
    assert mean[0] == pytest.approx(-80.0 + 8.0 / np.sqrt(np.pi), abs=0.1)


def two_cells(*, serving_only: bool) -> tuple[UntaughtModel, Links]:
    cells = [
        CellFacts(f"c{n}", f"s{n}", "L", 1000.0 * n, 0.0, None, 0.0, 30.0, ParametricAntenna(omni=True), "RSRP")
        for n in range(2)
    ]
    x = np.array([100.0, 900.0, 2500.0])

    def predict(cell: np.ndarray, x_m: np.ndarray, _y_m: np.ndarray) -> np.ndarray:
        return -60.0 - 38.0 * np.log10(np.abs(x_m - 1000.0 * cell) / 100.0)

    cell = np.zeros(3, dtype=np.int64)
    links = Links(cell, x, np.zeros(3), predict(cell, x, x), np.full(3, np.nan))
    return UntaughtModel(Scene.of(cells), expectation(serving_only=serving_only), predict), links


def test_a_named_cell_beside_the_mast_of_another_is_stronger_than_expected() -> None:
    serving, links = two_cells(serving_only=True)
    alike, _ = two_cells(serving_only=False)
    lift = serving.levels(links).mean_dbm - alike.levels(links).mean_dbm
    assert lift[0] < 1.0
    assert lift[1] > 8.0
    best = serving.best(links, np.array([0, 1, 1]), (-90.0, -70.0))
    assert best.below.shape == (2, 2)
    assert np.all(best.below[:, 0] <= best.below[:, 1])


def test_unknown_predictions_stay_unknown() -> None:
    model, links = two_cells(serving_only=False)
    links.predicted_dbm[1] = np.nan
    said = model.levels(links)
    assert np.isnan(said.mean_dbm).tolist() == [False, True, False]
    assert np.isfinite(said.low_dbm[[0, 2]]).all()
