"""Measurements as tests in the field, and their class under a definition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from aqdaq.analysis.classify import NOT_JUDGED, cannot_classify, class_table, classify
from aqdaq.analysis.field_tests import FieldTests, field_tests
from aqdaq.base.errors import RulebookError
from aqdaq.model.measurements import DEFAULTS, SCHEMA, Measurements, Quality, Silent
from aqdaq.model.network import Layer
from tests.unit.test_definition import MAP, THREE, definition, shipped

LAYERS = {"a1": Layer("A", "LTE"), "a2": Layer("A", "LTE"), "b1": Layer("B", "NR"), "g1": Layer("A", "GSM")}


def measured(*rows: dict[str, Any]) -> Measurements:
    given = {"source": "f.csv", "x_m": 0.0, "y_m": 0.0, "quantity": "RSRP", "route": "f.csv", **DEFAULTS}
    table = pd.DataFrame([{**given, "row": 2 + n, **row} for n, row in enumerate(rows)], columns=list(SCHEMA))
    return Measurements(table)


def made_tests(*rows: dict[str, Any]) -> FieldTests:
    return field_tests(measured(*rows), LAYERS)


class TestFieldTests:
    def test_the_strongest_cell_of_a_layer_counts_as_for_a_phone(self) -> None:
        found = made_tests(
            {"cell": "a1", "level_dbm": -120.0}, {"cell": "a2", "level_dbm": -90.0}, {"cell": "b1", "level_dbm": -70.0}
        )
        assert found.table[["layer", "level_dbm", "rows"]].to_numpy().tolist() == [
            ["A/LTE", -90.0, 2],
            ["B/NR", -70.0, 1],
        ]

    def test_another_time_or_place_is_another_test(self) -> None:
        rows = [
            {"cell": "a1", "level_dbm": -90.0, "time_s": float(t), "x_m": float(x)} for t in (0, 60) for x in (0, 9)
        ]
        assert len(made_tests(*rows)) == 4

    def test_a_cell_that_comes_again_is_a_second_visit_where_no_time_is_said(self) -> None:
        found = made_tests(
            {"cell": "a1", "level_dbm": -90.0}, {"cell": "a2", "level_dbm": -95.0}, {"cell": "a1", "level_dbm": -111.0}
        )
        assert found.table["level_dbm"].tolist() == [-90.0, -111.0]

    def test_heard_when_any_cell_was(self) -> None:
        found = made_tests(
            {"cell": "a1", "level_dbm": -100.0, "heard": False}, {"cell": "a2", "level_dbm": -118.0},
            {"cell": "b1", "level_dbm": -120.0, "heard": False},
        )  # fmt: skip
        assert found.table[["layer", "level_dbm", "heard"]].to_numpy().tolist() == [
            ["A/LTE", -118.0, True], ["B/NR", -120.0, False],
        ]  # fmt: skip

    def test_what_no_layer_has_is_counted(self) -> None:
        found = made_tests({"cell": "zz", "level_dbm": -90.0}, {"cell": "a1", "level_dbm": -90.0})
        assert (len(found), found.left_out) == (1, 1)

    def test_a_place_without_service_is_a_failed_test_of_what_was_not_there(self) -> None:
        given = {
            "source": "f",
            "row": 2,
            "x_m": 5.0,
            "y_m": 5.0,
            "date": "",
            "time_s": np.nan,
            "device": "",
            "route": "f",
        }
        silent = Silent(
            pd.DataFrame(
                [
                    {**given, "operator": "A", "technology": "", "floor_dbm": -125.0},
                    {**given, "operator": "", "technology": "NR", "floor_dbm": np.nan},
                ]
            )[
                [
                    "source",
                    "row",
                    "x_m",
                    "y_m",
                    "operator",
                    "technology",
                    "floor_dbm",
                    "date",
                    "time_s",
                    "device",
                    "route",
                ]
            ]
        )
        found = field_tests(Measurements.empty(), LAYERS, silent)
        assert found.table["layer"].tolist() == ["A/GSM", "A/LTE", "B/NR"]
        assert not found.table["heard"].any()
        assert found.table["quantity"].tolist() == ["RxLev", "RSRP", "RSRP"]
        assert classify(definition(threshold_dbm={"LTE": -110.0, "NR": -110.0}), found).code.tolist() == [-1, 1, 1]

    def test_a_ratio_is_a_test_of_its_own_at_the_place_of_its_level(self) -> None:
        levels = measured({"cell": "a1", "level_dbm": -90.0, "x_m": 7.0})
        ratio = {"source": "f.csv", "row": 2, "cell": "a1", "quantity": "SINR", "value_db": 3.0}
        found = field_tests(levels, LAYERS, None, Quality(pd.DataFrame([ratio])))
        assert found.table[["quantity", "x_m", "level_dbm"]].to_numpy().tolist() == [
            ["RSRP", 7.0, -90.0], ["SINR", 7.0, 3.0],
        ]  # fmt: skip

    def test_no_measurement(self) -> None:
        assert len(field_tests(Measurements.empty(), LAYERS)) == 0


def codes(d: Any, *levels: float, **more: Any) -> list[int]:
    return classify(
        d, made_tests(*({"cell": "a1", "level_dbm": v, "x_m": float(n), **more} for n, v in enumerate(levels)))
    ).code.tolist()


class TestClassify:
    def test_published_bounds_of_acma(self) -> None:
        # -95, -105 and -115 dBm belong to the better class.
        d = shipped("acma-2026")
        assert codes(d, -94.9, -95.0, -95.1, -105.0, -105.1, -115.0, -115.1) == [0, 0, 1, 1, 2, 2, 3]
        assert codes(d, -60.0, heard=False) == [3]

    def test_cell_selection_must_be_exceeded_and_a_threshold_reached(self) -> None:
        selection = definition(selection={"qrxlevmin_dbm": {"LTE": -120.0}, "offset_db": 2.0})
        assert codes(selection, -118.0, -117.9) == [1, 0]
        assert codes(definition(threshold_dbm={"LTE": -118.0}), -118.0, -118.1) == [0, 1]

    def test_other_technologies_and_quantities_are_not_judged(self) -> None:
        found = classify(
            definition(threshold_dbm={"LTE": -110.0}),
            made_tests(
                {"cell": "a1", "level_dbm": -9.0, "quantity": "RSRQ"}, {"cell": "b1", "level_dbm": -70.0},
                {"cell": "a1", "level_dbm": -111.0},
            ),
        )  # fmt: skip
        assert found.code.tolist().count(NOT_JUDGED) == 2
        assert (int(found.judged.sum()), int(found.failed.sum())) == (1, 1)

    def test_indoors_the_walls_come_off(self) -> None:
        d = definition(threshold_dbm={"LTE": -110.0}, environment="indoor", entry_loss_db=15.0)
        assert codes(d, -95.0, -95.1) == [0, 1]

    def test_a_data_rate_judges_the_sinr(self) -> None:
        d = definition(throughput={"download_mbps": 6.0, **MAP})
        assert codes(d, 0.0, -0.1, quantity="SINR") == [0, 1]
        assert codes(d, -80.0) == [NOT_JUDGED]
        assert codes(shipped("kz-4g-speed"), -1.0, -1.2, quantity="SINR") == [0, 1]

    @pytest.mark.parametrize(
        ("figures", "why"),
        [
            ({}, "no level threshold"),
            ({"throughput": {"download_mbps": 5.0}}, "no map from SINR"),
            ({"classes": [{"name": "a"}, {"name": "b"}], "served_class": "a"}, "no bounds"),
            ({"threshold_dbm": {"LTE": -110.0}, "environment": "indoor", "entry_model": "p2109",
              "building_class": "traditional"}, "distribution"),
        ],
    )  # fmt: skip
    def test_refuses_what_it_cannot_know(self, figures: dict[str, Any], why: str) -> None:
        d = definition(**figures)
        assert why in cannot_classify(d)
        with pytest.raises(RulebookError, match=f"service definition d: cannot classify: .*{why}"):
            classify(d, made_tests({"cell": "a1", "level_dbm": -90.0}))


def test_places_take_the_class_of_their_median_test() -> None:
    d = definition(classes=THREE, served_class="fair")
    levels = [-90.0, -100.0, -100.0, -90.0, -120.0]
    tests = made_tests(*({"cell": "a1", "level_dbm": v, "x_m": float(n)} for n, v in enumerate(levels)))
    found = class_table(classify(d, tests), tests, np.array([0, 0, 0, 1, 1]))
    assert found["class"].tolist() == ["good", "fair", "none"]
    assert found["tests"].tolist() == [2, 2, 1]
    # Place 0: good, fair, fair; place 1: good, none, of which the worse counts.
    assert found["places"].tolist() == [0, 1, 1]
    assert found["served"].tolist() == [True, True, False]
