"""Link budget: reference levels, best server, SINR."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.base.units import noise_dbm
from aqdaq.engine.link import best_server, sinr_db
from aqdaq.model.network import Cell, Layer, eirp_from_parts, resource_blocks


def cell(technology: str = "LTE", **more: object) -> Cell:
    values: dict[str, object] = {
        "id": "c", "site_id": "s", "layer": Layer("A", technology), "frequency_mhz": 1800.0, "bandwidth_mhz": 20.0,
        "azimuth_deg": 0.0, "downtilt_deg": 0.0, "height_m": 30.0, "eirp_dbm": 58.0, "resource_blocks": 100, **more,
    }  # fmt: skip
    return Cell(**values)  # type: ignore[arg-type]


def test_lte_reference_is_one_subcarrier_of_one_port() -> None:
    eirp = eirp_from_parts(46.0, 17.0, ports=2, losses_db=2.0)
    assert eirp == pytest.approx(57.9897, abs=1e-4)
    assert cell(eirp_dbm=eirp).reference_eirp_dbm == pytest.approx(eirp - 10 * math.log10(1200), abs=1e-12)


def test_nr_takes_the_ssb_when_given_and_gsm_the_carrier() -> None:
    assert cell("NR", ssb_eirp_dbm=33.0, resource_blocks=273).reference_eirp_dbm == 33.0
    assert cell("GSM", resource_blocks=0, eirp_dbm=55.59).reference_eirp_dbm == 55.59


def test_resource_blocks_of_the_tables() -> None:
    assert resource_blocks("LTE", 20.0, 15.0) == 100
    assert resource_blocks("NR", 100.0, 30.0) == 273
    with pytest.raises(ValidityError, match="17"):
        resource_blocks("LTE", 17.0, 15.0)


def test_best_server_takes_the_first_of_equals_and_none_of_unknown() -> None:
    levels = np.array([[-90.0, np.nan, -80.0], [-90.0, np.nan, -70.0]], dtype=np.float32)
    assert best_server(levels).tolist() == [0, -1, 1]


def test_sinr_by_hand() -> None:
    levels = np.array([[-80.0], [-90.0]], dtype=np.float32)
    share = np.array([[0.0, 0.5], [0.5, 0.0]])
    noise = np.array([noise_dbm(15e3, 7.0)] * 2)
    total = 0.5 * 10**-9.0 + 10 ** (noise[0] / 10)
    assert noise[0] == pytest.approx(-125.2, abs=0.05)
    assert sinr_db(levels, np.array([0], dtype=np.int16), share, noise)[0] == pytest.approx(
        -80 - 10 * math.log10(total), abs=1e-3
    )
