"""Cells, networks and buildings in time; reference levels by hand; bodies, antennas, definitions, measurements."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from aqdaq.base.errors import InputError, RulebookError, ValidityError
from aqdaq.base.rulebook import Rulebook
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.body import EARTH, MOON, Sphere
from aqdaq.model.building import Building
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.measurements import SCHEMA, UNSTATED, Measurements
from aqdaq.model.network import (
    Cell,
    Layer,
    Network,
    Site,
    duplicate_ids,
    eirp_from_parts,
    level_quantity,
    resource_blocks,
)

FIRST, LAST = dt.date(2025, 1, 1), dt.date(2026, 1, 1)
ONE_DAY = dt.timedelta(days=1)


def cell(name: str = "c", site: str = "s", technology: str = "LTE", **more: Any) -> Cell:
    figures: dict[str, Any] = {
        "frequency_mhz": 1800.0, "bandwidth_mhz": 20.0, "azimuth_deg": 0.0, "downtilt_deg": 0.0, "height_m": 30.0,
        "eirp_dbm": 60.0,
    }  # fmt: skip
    return Cell(name, site, Layer("A", technology), **{**figures, **more})


WHEN = [
    (None, None, FIRST, True),
    (FIRST, None, FIRST - ONE_DAY, False),
    (FIRST, None, FIRST, True),  # the first day counts
    (None, LAST, LAST - ONE_DAY, True),
    (None, LAST, LAST, False),  # the last one is the first day without
    (FIRST, LAST, dt.date(2025, 6, 1), True),
    (FIRST, FIRST, FIRST, False),
]


@pytest.mark.parametrize(("begin", "end", "day", "there"), WHEN)
def test_cells_and_buildings_in_time(begin: dt.date | None, end: dt.date | None, day: dt.date, there: bool) -> None:
    assert cell(on_air=begin, off_air=end).transmits(day) is there
    assert Building("b", box(0, 0, 1, 1), 9.0, built=begin, demolished=end).stands(day) is there


class TestNetwork:
    network = Network(
        (Site("s", 0.0, 0.0), Site("t", 9.0, 0.0)),
        (cell("b", "t"), cell("a", "s", off_air=LAST), cell("n", "s", "NR", off_air=LAST)),
    )

    def test_at_a_date_keeps_cells_on_air_and_their_sites(self) -> None:
        assert [c.id for c in self.network.at(FIRST).cells] == ["b", "a", "n"]
        later = self.network.at(LAST)
        assert [c.id for c in later.cells] == ["b"]
        assert [s.id for s in later.sites] == ["t"]

    def test_layers_and_groups(self) -> None:
        lte, nr = Layer("A", "LTE"), Layer("A", "NR")
        assert self.network.layers() == (lte, nr)
        assert [c.id for c in self.network.cells_of(lte)] == ["b", "a"]
        assert {k: [c.id for c in v] for k, v in self.network.cells_by_site().items()} == {"s": ["a", "n"], "t": ["b"]}
        assert self.network.site("t").x_m == 9.0

    def test_names_of_layers(self) -> None:
        assert str(Layer("A", "LTE")) == "A/LTE"
        assert str(Layer("A", "LTE", "B3")) == "A/LTE/B3"

    def test_twice(self) -> None:
        assert duplicate_ids(["a", "b", "a", "c", "b", "a"]) == ["a", "b"]
        assert duplicate_ids(["a", "b"]) == []


class TestReferenceLevel:
    def test_lte_spreads_a_port_over_the_subcarriers(self) -> None:
        assert cell(resource_blocks=100).reference_eirp_dbm == pytest.approx(60.0 - 10.0 * math.log10(1200.0))

    def test_nr_takes_the_ssb_when_given(self) -> None:
        nr = cell(technology="NR", resource_blocks=273, ssb_eirp_dbm=35.0)
        assert nr.reference_eirp_dbm == 35.0
        assert replace(nr, ssb_eirp_dbm=None).reference_eirp_dbm == pytest.approx(60.0 - 10.0 * math.log10(3276.0))

    def test_gsm_is_the_whole_carrier(self) -> None:
        gsm = cell(technology="GSM", bandwidth_mhz=0.2)
        assert gsm.reference_eirp_dbm == 60.0
        assert gsm.noise_bandwidth_hz == pytest.approx(200e3)
        assert cell(resource_blocks=100).noise_bandwidth_hz == 15e3

    def test_names(self) -> None:
        names = [level_quantity(t) for t in ("LTE", "NR", "UMTS", "GSM", "LoRa")]
        assert names == ["RSRP", "RSRP", "RSCP", "RxLev", "RSSI"]

    def test_parts(self) -> None:
        assert eirp_from_parts(49.0, 17.0, 2, 2.0) == pytest.approx(64.0 - 10.0 * math.log10(2.0))

    def test_resource_blocks(self) -> None:
        assert resource_blocks("LTE", 20.0, 15.0) == 100
        assert resource_blocks("NR", 100.0, 30.0) == 273
        with pytest.raises(ValidityError, match="LTE has no 7 MHz at 15 kHz"):
            resource_blocks("LTE", 7.0, 15.0)


def test_types_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        cell().height_m = 3.0  # type: ignore[misc]


class TestBodies:
    def test_effective_radius(self) -> None:
        assert EARTH.sphere.effective_radius_m == pytest.approx(8_494_667.0, abs=1.0)
        assert MOON.sphere.effective_radius_m == MOON.sphere.radius_m
        assert not MOON.sphere.atmosphere

    @pytest.mark.parametrize(
        "figures", [(0.0, 1.0, True, 22.0, 0.0), (1e6, -1.0, True, 22.0, 0.0), (1e6, 1.0, True, 0.5, 0.0)]
    )
    def test_impossible(self, figures: tuple[float, float, bool, float, float]) -> None:
        with pytest.raises(ValidityError, match="impossible"):
            Sphere(*figures)

    def test_no_refraction_without_air(self) -> None:
        with pytest.raises(ValidityError, match="without an atmosphere"):
            Sphere(1_737_400.0, 4 / 3, atmosphere=False, permittivity=3.0, conductivity_s_m=0.0)


@pytest.mark.parametrize("figures", [{"horizontal_beamwidth_deg": 0.0}, {"front_to_back_db": -1.0}])
def test_impossible_antennas(figures: dict[str, float]) -> None:
    with pytest.raises(ValidityError, match="impossible"):
        ParametricAntenna(**figures)  # type: ignore[arg-type]


def book(**figures: Any) -> Rulebook:
    return Rulebook(
        id="d", kind="service", title="t", valid_from=FIRST, source="s", verified=False,
        figures={"threshold_dbm": {"LTE": -110.0}, "probability": 0.9, **figures},
    )  # fmt: skip


class TestDefinition:
    def test_a_project_states_a_figure_itself(self) -> None:
        found = ServiceDefinition.from_rulebook(book(), probability=0.8)
        assert (found.probability, found.receiver_height_m, found.minimum_samples) == (0.8, 1.5, 3)
        assert found.valid_from == FIRST

    def test_judges_only_what_it_has_a_threshold_for(self) -> None:
        found = ServiceDefinition.from_rulebook(book())
        assert found.judges(Layer("A", "LTE", "B3"))
        assert not found.judges(Layer("A", "NR"))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"probability": 1.0}, {"probability": 0.0}, {"threshold_dbm": {}}, {"environment": "cellar"},
            {"entry_loss_db": -1.0}, {"minimum_samples": 0}, {"tolerance": 3},
        ],
    )  # fmt: skip
    def test_impossible_figures(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(RulebookError) as caught:
            ServiceDefinition.from_rulebook(book(**wrong))
        assert caught.value.faults[0].where == f"rulebook service/d {next(iter(wrong))}"
        with pytest.raises(RulebookError):
            ServiceDefinition.from_rulebook(book(), **wrong)


class TestMeasurements:
    row: dict[str, Any] = {  # noqa: RUF012
        "source": "f.csv", "row": 2, "x_m": 1.0, "y_m": 2.0, "cell": "c", "quantity": "RSRP", "level_dbm": -90.0,
        "date": "2026-03-01", "time_s": 1772323200.0, "device": "phone", "speed_m_s": 8.0, "accuracy_m": 4.0,
        "route": "f.csv", "count": 3, "spread_db": 2.5, "weight": 0.5, "heard": True, "confidence": 0.8,
    }  # fmt: skip

    def test_the_schema(self) -> None:
        assert len(Measurements(pd.DataFrame([self.row]))) == 1
        assert len(Measurements.empty()) == 0
        assert list(Measurements.empty().table.columns) == list(SCHEMA)

    def test_a_missing_or_a_further_column(self) -> None:
        with pytest.raises(InputError, match="columns"):
            Measurements(pd.DataFrame([self.row]).drop(columns="row"))
        with pytest.raises(InputError, match="columns"):
            Measurements(pd.DataFrame([{**self.row, "more": 1}]))

    @pytest.mark.parametrize("column", ["x_m", "level_dbm", "cell"])
    def test_no_missing_value(self, column: str) -> None:
        with pytest.raises(InputError, match=rf"measurements.{column}: 1 missing"):
            Measurements(pd.DataFrame([self.row, {**self.row, column: None}]))

    @pytest.mark.parametrize("column", UNSTATED)
    def test_what_nobody_said(self, column: str) -> None:
        assert len(Measurements(pd.DataFrame([{**self.row, column: np.nan}]))) == 1

    @pytest.mark.parametrize(
        ("column", "value"), [("route", ""), ("count", 0), ("weight", 0.0), ("weight", 1.5), ("confidence", -0.1)]
    )
    def test_ranges(self, column: str, value: object) -> None:
        with pytest.raises(InputError, match=rf"measurements.{column}: 1 impossible"):
            Measurements(pd.DataFrame([self.row, {**self.row, column: value}]))

    def test_defaults_of_a_table_that_says_little(self) -> None:
        little = pd.DataFrame([{name: self.row[name] for name in list(SCHEMA)[:7]}])
        table = Measurements.filled(little).table
        assert list(table.columns) == list(SCHEMA)
        assert table.loc[0, ["date", "device", "route", "count", "weight", "heard", "confidence"]].tolist() == [
            "", "", "f.csv", 1, 1.0, True, 1.0,
        ]  # fmt: skip
        with pytest.raises(InputError, match="columns"):
            Measurements.filled(little.drop(columns="cell"))
        with pytest.raises(InputError, match="columns"):
            Measurements.filled(little.assign(colour="red"))

    def test_levels_are_the_rows_that_were_heard(self) -> None:
        rows = pd.DataFrame([{**self.row, "row": 2 + i, "heard": i % 2 == 0} for i in range(4)])
        assert Measurements(rows).levels.table["row"].tolist() == [2, 4]
        whole = Measurements(rows.assign(heard=True))
        assert whole.levels is whole

    @pytest.mark.parametrize(
        ("column", "value"), [("row", 2.5), ("level_dbm", "weak"), ("x_m", 3), ("heard", 1), ("count", 1.0)]
    )
    def test_kinds(self, column: str, value: object) -> None:
        with pytest.raises(InputError, match=f"measurements.{column}: has type"):
            Measurements(pd.DataFrame([{**self.row, column: value}]))
