"""Service definitions: what a rulebook may hold, what it leaves empty, and what it then refuses."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aqdaq.base.errors import RulebookError
from aqdaq.base.rulebook import Rulebook, list_rulebooks, load_rulebook, read_rulebook
from aqdaq.model.definition import ServiceDefinition, definition_notes
from aqdaq.model.definition_parts import Throughput
from aqdaq.model.network import Layer

FIRST = dt.date(2020, 1, 1)
DAY = dt.date(2026, 10, 1)
LTE = Layer("A", "LTE")
THREE = [
    {"name": "good", "least_dbm": {"LTE": -95.0}},
    {"name": "fair", "least_dbm": {"LTE": -115.0}},
    {"name": "none"},
]
HEXAGONS = {"kind": "h3", "resolution": 8}
RULE = {"child_resolution": 9, "children": 4, "tests_per_child": 2, "failures_per_child": 2}
MAP = {
    "bandwidth_mhz": 10.0,
    "attenuation": 0.6,
    "sinr_min_db": -10.0,
    "efficiency_cap": 4.4,
    "map_source": "TR 36.942",
}


def definition(**figures: Any) -> ServiceDefinition:
    book = Rulebook(
        id="d", kind="service", title="t", valid_from=FIRST, source="s", verified=False, figures=figures
    )  # fmt: skip
    return ServiceDefinition.from_rulebook(book)


def shipped(key: str, **overrides: Any) -> ServiceDefinition:
    return ServiceDefinition.from_rulebook(load_rulebook("service", key, DAY), **overrides)


class TestWhatIsNotStated:
    def test_stays_empty_and_is_named(self) -> None:
        found = definition(threshold_dbm={"LTE": -110.0})
        assert found.probability is None
        assert found.throughput is None
        assert found.not_stated == ("receiver_height_m", "minimum_area_m2", "measured_within_m", "minimum_samples")
        assert definition(threshold_dbm={"LTE": -110.0}, minimum_area_m2=0.0).not_stated == (
            "receiver_height_m", "measured_within_m", "minimum_samples",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("figures", "why"),
        [
            ({}, "no level threshold"),
            ({"threshold_dbm": {"LTE": -110.0}}, "no probability"),
            ({"threshold_dbm": {"LTE": -110.0}, "probability": 0.98, "probability_of": "area"}, "0.98 is of an area"),
            ({"selection": {}, "probability": 0.9}, "Qrxlevmin is broadcast"),
            ({"throughput": {"download_mbps": 5.0}, "probability": 0.9}, "data rate"),
            ({"classes": [{"name": "a"}, {"name": "b"}], "served_class": "a", "probability": 0.9}, "no bounds in dBm"),
        ],
    )
    def test_refuses_a_prediction_and_says_why(self, figures: dict[str, Any], why: str) -> None:
        found = definition(**figures)
        assert why in found.cannot_predict
        assert not found.judges(LTE)
        with pytest.raises(RulebookError, match=r"service definition d: cannot be predicted: .*" + why):
            _ = found.bound
        assert definition_notes((found,)) == (f"d cannot be predicted: {found.cannot_predict}",)

    def test_a_whole_definition_is_in_no_note(self) -> None:
        found = definition(threshold_dbm={"LTE": -110.0}, probability=0.9)
        assert (found.cannot_predict, found.bound, definition_notes((found,))) == ("", 0.9, ())
        assert found.judges(LTE)
        assert not found.judges(Layer("A", "NR"))


class TestThreshold:
    def test_of_classes_is_the_bound_of_the_served_one(self) -> None:
        assert definition(classes=THREE, served_class="fair").threshold_dbm == {"LTE": -115.0}
        assert definition(classes=THREE, served_class="good").threshold_dbm == {"LTE": -95.0}

    def test_of_cell_selection_is_srxlev_zero(self) -> None:
        # Srxlev = level - (qrxlevmin + offset) - compensation - temporary offset > 0.
        found = definition(
            selection={"qrxlevmin_dbm": {"LTE": -120.0}, "offset_db": 2.0, "compensation_db": 3.0,
                       "temporary_offset_db": 1.0},
            probability=0.9,
        )  # fmt: skip
        assert found.threshold_dbm == {"LTE": -114.0}
        assert found.strict
        assert found.judges(LTE)


class TestThroughput:
    rates = Throughput(download_mbps=5.0, **MAP)  # type: ignore[arg-type]

    def test_the_truncated_shannon_bound(self) -> None:
        # 0 dB: 0.6 * log2(2) * 10 MHz; far up: the cap; below the floor: nothing.
        np.testing.assert_allclose(self.rates.mbps([0.0, 40.0, -10.01]), [6.0, 44.0, 0.0])
        assert self.rates.mbps(-10.0) == pytest.approx(10 * 0.6 * np.log2(1.1))
        # The cap of 4.4 bit/s/Hz is reached at 22.05 dB, where TR 36.942 puts it.
        assert self.rates.mbps(22.0) < 44.0 == self.rates.mbps(22.06)

    def test_without_a_map_there_is_no_rate(self) -> None:
        with pytest.raises(ValueError, match="no map"):
            Throughput(download_mbps=5.0).mbps(0.0)


@pytest.mark.parametrize(
    ("figures", "where", "what"),
    [
        ({"probability": 1.0}, "probability", "less than 1"),
        ({"threshold_dbm": {"LTE": -110.0}, "classes": THREE, "served_class": "fair"}, "figures", "give one of them"),
        ({"classes": THREE}, "figures", "served_class"),
        ({"classes": THREE, "served_class": "none"}, "figures", "not the last"),
        ({"classes": THREE[:1], "served_class": "good"}, "figures", "two or more"),
        ({"classes": [*THREE[1::-1], THREE[2]], "served_class": "good"}, "figures", "must fall"),
        ({"classes": [THREE[0], {"name": "x"}, THREE[2]], "served_class": "x"}, "figures", "all but the last"),
        ({"unit": {"kind": "square"}}, "unit", "side_m"),
        ({"unit": {"kind": "pixel", "resolution": 8}}, "unit", "resolution"),
        ({"unit": {"kind": "h3", "resolution": 16}}, "unit.resolution", "less than or equal to 15"),
        ({"unit": {"kind": "county"}}, "unit.kind", "pixel"),
        ({"throughput": {}}, "throughput", "download_mbps"),
        ({"throughput": {"download_mbps": 5.0, "attenuation": 0.6}}, "throughput", "needs bandwidth_mhz"),
        ({"throughput": {"download_mbps": 5.0, **MAP, "map_source": ""}}, "throughput", "map_source"),
        ({"challenge": RULE}, "figures", "challenge needs unit"),
        ({"unit": HEXAGONS, "challenge": {**RULE, "child_resolution": 10}}, "figures", "one above"),
        ({"unit": HEXAGONS, "challenge": {**RULE, "failures_per_child": 3}}, "challenge", "more than tests_per_child"),
        ({"building_class": "mixed"}, "figures", "p2109"),
        ({"entry_model": "p2109", "building_class": "traditional"}, "figures", "indoor"),
        ({"entry_model": "p2109", "environment": "indoor"}, "figures", "building_class"),
        (
            {"entry_model": "p2109", "environment": "indoor", "building_class": "mixed"},
            "figures", "efficient_share",
        ),
        (
            {"entry_model": "p2109", "environment": "indoor", "building_class": "traditional", "entry_loss_db": 9.0},
            "figures", "constant",
        ),
        ({"selection": {"compensation_db": -1.0}}, "selection.compensation_db", "greater than or equal to 0"),
        ({"tolerance": 3}, "tolerance", "not permitted"),
    ],
)  # fmt: skip
def test_impossible_figures(figures: dict[str, Any], where: str, what: str) -> None:
    with pytest.raises(RulebookError) as caught:
        definition(**figures)
    fault = caught.value.faults[0]
    assert fault.where == f"rulebook service/d {where}"
    assert what in fault.what
    assert "Value error" not in fault.what


def test_indoors_by_the_class_of_the_buildings() -> None:
    found = definition(
        threshold_dbm={"LTE": -110.0}, probability=0.9, environment="indoor", entry_model="p2109",
        building_class="mixed", efficient_share=0.3,
    )  # fmt: skip
    assert (found.entry_model, found.building_class, found.efficient_share) == ("p2109", "mixed", 0.3)


class TestShipped:
    @pytest.mark.parametrize("book", list_rulebooks("service"), ids=lambda book: book.id)
    def test_every_one_is_sound_and_names_its_source(self, book: Rulebook) -> None:
        found = ServiceDefinition.from_rulebook(book)
        assert len(found.source) > 10
        assert asdict(found)["id"] == book.id

    def test_published_bounds(self) -> None:
        acma = shipped("acma-2026")
        bounds = {one.name: one.least_dbm.get("LTE") for one in acma.classes}
        assert bounds == {"good": -95.0, "moderate": -105.0, "basic": -115.0, "none": None}
        assert acma.threshold_dbm == {"LTE": -115.0, "NR": -115.0}
        ofcom = shipped("ofcom-4g-outdoor")
        assert (ofcom.threshold_dbm, ofcom.probability) == ({"LTE": -105.0}, 0.95)
        fcc = shipped("fcc-bdc-4g")
        assert (fcc.probability, fcc.probability_of, fcc.unit.resolution) == (0.9, "cell-edge", 8)
        assert fcc.challenge is not None
        assert (fcc.challenge.children, fcc.challenge.tests_per_child, fcc.challenge.child_resolution) == (4, 2, 9)
        assert shipped("bnetza-100m").unit.side_m == 100.0
        assert len(shipped("arcep-4g-internet").classes) == 4
        assert shipped("3gpp-high-quality-plmn").threshold_dbm == {"LTE": -110.0}

    def test_what_cannot_be_predicted_says_so_until_the_project_states_it(self) -> None:
        silent = {b.id for b in list_rulebooks("service") if ServiceDefinition.from_rulebook(b).cannot_predict}
        assert silent == {
            "3gpp-cell-selection", "3gpp-high-quality-plmn", "acma-2026", "arcep-4g-internet", "bnetza-100m",
            "fcc-bdc-4g", "kz-4g-speed",
        }  # fmt: skip
        assert not shipped("acma-2026", probability=0.9).cannot_predict
        selection = {"qrxlevmin_dbm": {"LTE": -122.0}}
        assert not shipped("3gpp-cell-selection", selection=selection, probability=0.9).cannot_predict

    def test_only_what_was_read_is_verified(self) -> None:
        assert [b.id for b in list_rulebooks("service") if b.verified] == ["3gpp-high-quality-plmn"]

    def test_no_standard_before_it_took_effect(self) -> None:
        with pytest.raises(RulebookError, match="not in force"):
            load_rulebook("service", "acma-2026", dt.date(2026, 6, 29))


HEAD = 'id = "x"\nkind = "service"\ntitle = "t"\nvalid_from = 2025-01-01\nsource = "s"\n'


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('id = "x"\n', "Field required"),
        ("id = ", "cannot be read"),
        (HEAD + 'verified = "perhaps"\n[figures]\n', "boolean"),
        (HEAD + "verified = false\nvalid_to = 2024-01-01\n[figures]\n", "before valid_from"),
    ],
)
def test_files_that_are_no_rulebooks(tmp_path: Path, text: str, what: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RulebookError, match=what):
        read_rulebook(file)
