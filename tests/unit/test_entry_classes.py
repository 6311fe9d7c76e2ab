"""Where people are indoors and how the buildings there are made: materials, pixels, assumptions, refusals."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely.geometry import Polygon, box

from aqdaq.analysis.entry_loss import EntryLoss, summary
from aqdaq.base.errors import InputError, RulebookError
from aqdaq.base.rulebook import Rulebook, load_rulebook
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.body import EARTH, MOON
from aqdaq.model.building import Building
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid
from aqdaq.model.network import Cell, Layer
from aqdaq.pipeline import entry_classes as module
from aqdaq.pipeline.entry_classes import (
    INDOORS_WITHIN_M,
    UNSAID,
    EntryClasses,
    check_entry_models,
    entry_assumptions,
    entry_classes,
    losses_db,
    server_frequency_mhz,
    typical_loss_db,
)
from aqdaq.pipeline.entry_materials import KIND, Materials, load_materials

from .indoor_made import definition, mixed, one_class

DAY = dt.date(2026, 6, 1)
RESOLUTION_M = 10.0
GRID = Grid("EPSG:32643", 0.0, 400.0, RESOLUTION_M, 40, 60)
MATERIALS = load_materials(DAY)


def house(name: str, x: float, y: float, material: str | None = None, side: float = 30.0, **more: Any) -> Building:
    """Return a square building by its south-western corner (m)."""
    return Building(name, box(x, y, x + side, y + side), **{"height_m": 10.0, "material": material, **more})


def cell(name: str, frequency_mhz: float, technology: str = "LTE") -> Cell:
    return Cell(
        name, "s", Layer("A", technology), frequency_mhz=frequency_mhz, bandwidth_mhz=20.0, azimuth_deg=0.0,
        downtilt_deg=0.0, height_m=30.0, eirp_dbm=60.0, resource_blocks=100, load=0.5,
        antenna=ParametricAntenna(omni=True),
    )  # fmt: skip


def at(code: np.ndarray, x_m: float, y_m: float) -> float:
    row, col, inside = GRID.index(x_m, y_m)
    assert inside
    return float(code[row, col])


class TestMaterials:
    @pytest.mark.parametrize(
        ("material", "share"),
        [
            ("brick", 0.0), (" Cement Block ", 0.0), ("кирпич", 0.0), ("темірбетон", 0.0), ("panel", 0.0),
            ("glass", 1.0), ("sandwich-panel", 1.0), ("сэндвич-панель", 1.0), ("thermally-efficient", 1.0),
            ("glass;concrete", 0.5), ("glass; plaster", 1.0),
            ("plaster", None), ("", None), (None, None), (";", None),
        ],
    )  # fmt: skip
    def test_a_word_is_a_class_or_nothing(self, material: str | None, share: float | None) -> None:
        assert MATERIALS.share(material) == share

    def test_the_materials_of_the_sample_city_are_known(self) -> None:
        from aqdaq.pipeline.sample.city import MATERIALS as SAMPLE

        assert all(MATERIALS.share(name) is not None for names in SAMPLE.values() for name in names)

    def test_the_table_is_spelt_as_it_is_read(self) -> None:
        text = (resources.files("aqdaq.data") / "rulebooks" / KIND / "p2109-materials.toml").read_text("utf-8")
        words = re.findall(r'"([^"\n]+)"', text.split("[figures]")[1])
        assert len(words) == len(set(words)) == len(MATERIALS.efficient)

    def test_a_project_may_hold_its_own(self, tmp_path: Path) -> None:
        folder = tmp_path / KIND
        folder.mkdir()
        (folder / "mine.toml").write_text(
            'id = "p2109-materials"\nkind = "entry-classes"\ntitle = ""\nvalid_from = 2020-01-01\nsource = ""\n'
            'verified = false\n[figures]\ntraditional = ["yurt"]\nthermally_efficient = ["brick"]\n',
            encoding="utf-8",
        )
        mine = load_materials(DAY, tmp_path)
        assert (mine.share("yurt"), mine.share("brick"), mine.share("wood")) == (0.0, 1.0, None)

    @pytest.mark.parametrize(
        ("figures", "what"),
        [
            ({"traditional": ["brick"]}, "thermally_efficient"),
            ({"traditional": ["Cement block"], "thermally_efficient": ["cement-block"]}, "both classes: cement_block"),
            ({"traditional": [], "thermally_efficient": [], "more": 1}, "more"),
        ],
    )
    def test_a_faulty_table_is_refused(self, figures: dict[str, Any], what: str) -> None:
        book = Rulebook(id="b", kind=KIND, title="", valid_from=DAY, source="", verified=False, figures=figures)
        with pytest.raises(RulebookError, match=what):
            Materials.from_rulebook(book)


class TestPixels:
    def test_a_building_and_what_is_near_it(self) -> None:
        found = entry_classes([house("a", 100.0, 100.0, "brick")], GRID, MATERIALS, None)
        x, y = GRID.centres()
        inside = np.clip(y[:, None], 105.0, 125.0), np.clip(x[None, :], 105.0, 125.0)  # pixels of the house
        distance = np.hypot(y[:, None] - inside[0], x[None, :] - inside[1])
        np.testing.assert_array_equal(found.code, np.where(distance <= INDOORS_WITHIN_M, 0.0, np.nan))
        assert (found.buildings, found.unsaid) == (1, 0)

    def test_between_two_the_nearest_counts(self) -> None:
        two = [
            house("a", 100.0, 100.0, "brick"),
            house("b", 200.0, 100.0, "glass"),
            house("c", 400.0, 300.0, "plaster"),
        ]
        code = entry_classes(two, GRID, MATERIALS, None).code
        assert (at(code, 115.0, 115.0), at(code, 145.0, 115.0)) == (0.0, 0.0)
        assert (at(code, 185.0, 115.0), at(code, 215.0, 115.0)) == (1.0, 1.0)
        assert (at(code, 415.0, 315.0), at(code, 445.0, 315.0)) == (UNSAID, UNSAID)

    def test_the_highest_wins_where_they_overlap(self) -> None:
        both = [house("a", 100.0, 100.0, "glass", height_m=40.0), house("b", 100.0, 100.0, "brick")]
        for order in (both, both[::-1]):
            assert at(entry_classes(order, GRID, MATERIALS, None).code, 115.0, 115.0) == 1.0

    def test_a_hut_between_the_centres_has_its_pixel_unless_a_house_has_it(self) -> None:
        hut = house("hut", 101.0, 101.0, "glass", side=3.0)
        assert at(entry_classes([hut], GRID, MATERIALS, None).code, 105.0, 105.0) == 1.0
        both = entry_classes([hut, house("a", 90.0, 90.0, "brick")], GRID, MATERIALS, None)
        assert at(both.code, 105.0, 105.0) == 0.0

    def test_bands_change_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rng = np.random.default_rng(2)
        names = ["brick", "glass", None]
        many = [house(str(i), *rng.uniform(0, 350, 2), names[i % 3], side=12.0) for i in range(12)]
        whole = entry_classes(many, GRID, MATERIALS, None)
        monkeypatch.setattr(module, "_BAND_PIXELS", 3 * GRID.cols)
        banded = entry_classes(many, GRID, MATERIALS, None)
        assert np.isnan(whole.code).any()
        np.testing.assert_array_equal(np.isnan(whole.code), np.isnan(banded.code))
        ties = whole.code != banded.code
        assert (ties & ~np.isnan(whole.code)).mean() < 0.02  # two buildings equally near: either is right

    def test_who_lives_far_from_any_known_building_is_judged_too(self) -> None:
        people = np.zeros(GRID.shape, dtype=np.float32)
        people[2, 50] = 0.4
        found = entry_classes([house("a", 100.0, 100.0, "brick")], GRID, MATERIALS, people)
        assert found.code[2, 50] == UNSAID
        assert np.isnan(found.code[2, 51])

    @pytest.mark.parametrize("elsewhere", [[], [house("far", 5000.0, 5000.0, "brick")]])
    def test_without_buildings_every_pixel_is_judged(self, elsewhere: list[Building]) -> None:
        found = entry_classes(elsewhere, GRID, MATERIALS, None)
        assert (found.code == UNSAID).all()
        assert found.buildings == 0

    def test_a_building_reaching_over_the_edge_without_a_point_on_the_map(self) -> None:
        sliver = Building("s", Polygon([(-80, 100), (2, 100), (2, 101), (-80, 101)]), height_m=5.0, material="brick")
        assert entry_classes([sliver], GRID, MATERIALS, None).buildings == 1

    def test_the_key_follows_the_content(self) -> None:
        one, same = (entry_classes([house("a", 100.0, 100.0, "brick")], GRID, MATERIALS, None) for _ in range(2))
        other = entry_classes([house("a", 100.0, 100.0, "glass")], GRID, MATERIALS, None)
        assert one.key == same.key != other.key


class TestShare:
    CLASSES = EntryClasses(np.array([[0.0, 1.0, UNSAID, np.nan]], dtype=np.float32), 3, 1, "t")

    def test_what_nobody_knows_takes_the_share_of_the_definition(self) -> None:
        found = self.CLASSES.share(mixed(0.3))
        assert found is not None
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, np.array([[0.0, 1.0, 0.3, np.nan]], dtype=np.float32))

    def test_a_constant_only_asks_where_people_are_indoors(self) -> None:
        found = self.CLASSES.share(definition(environment="indoor", entry_loss_db=12.0))
        assert found is not None
        assert np.isnan(found).tolist() == [[False, False, False, True]]

    def test_outdoors_every_pixel_counts(self) -> None:
        assert self.CLASSES.share(definition()) is None


class TestServers:
    def test_one_carrier_is_one_figure(self) -> None:
        assert server_frequency_mhz(np.array([0, -1]), [cell("a", 1800.0), cell("b", 1800.0)]) == 1800.0

    def test_several_are_those_of_the_pixels(self) -> None:
        found = server_frequency_mhz(np.array([[1, -1], [0, 1]]), [cell("a", 800.0), cell("b", 1800.0)])
        np.testing.assert_array_equal(found, [[1800.0, np.nan], [800.0, 1800.0]])

    def test_the_loss_of_a_layer_in_one_figure(self) -> None:
        cells = [cell("a", 800.0), cell("b", 2600.0), cell("c", 2600.0)]
        expected = np.mean([summary(EntryLoss(f, 0.5)).median_db for f in (800.0, 2600.0)])
        classes = EntryClasses(np.array([[0.0, 1.0, np.nan]], dtype=np.float32), 2, 0, "t")
        assert typical_loss_db(mixed(0.1), cells, classes) == pytest.approx(expected)
        assert typical_loss_db(definition(entry_loss_db=12.0), cells, classes) == 12.0
        nobody = replace(classes, code=np.full((1, 1), np.nan, dtype=np.float32))
        assert typical_loss_db(mixed(0.1), cells, nobody) == typical_loss_db(mixed(0.1), cells, None)

    def test_the_losses_of_the_layers_that_are_judged(self) -> None:
        found = losses_db(mixed(0.1), [cell("a", 800.0), cell("g", 900.0, "GSM")], None)
        assert found == {"A/LTE": pytest.approx(summary(EntryLoss(800.0, 0.1)).median_db)}


class TestRefusals:
    def test_all_faults_at_once(self) -> None:
        cells = [cell("low", 60.0), cell("good", 900.0), cell("other", 60.0, "GSM")]
        with pytest.raises(InputError) as caught:
            check_entry_models([definition(), mixed()], cells, MOON)
        first, second = caught.value.faults
        assert "on moon" in first.what
        assert second.what.endswith("outside lie low")

    def test_what_holds_passes(self) -> None:
        check_entry_models([definition(), mixed()], [cell("a", 900.0)], EARTH)
        check_entry_models([definition(environment="indoor", entry_loss_db=9.0)], [cell("a", 60.0)], MOON)


class TestAssumptions:
    def test_unknown_materials_are_listed(self) -> None:
        found = entry_assumptions([definition(), mixed(0.3)], EntryClasses(np.zeros((1, 1), np.float32), 9, 4, "t"))
        assert [(a.item, a.value, a.applies_to) for a in found] == [
            ("elevation of the path at the wall", "0 deg", "entry loss of mixed"),
            ("share of thermally efficient buildings", "30%", "4 of 9 buildings"),
            ("people indoors", "within 50 m of a building, and where people live", "the whole area"),
        ]

    def test_a_map_without_buildings(self) -> None:
        found = entry_assumptions([mixed(0.3)], EntryClasses(np.zeros((1, 1), np.float32), 0, 0, "t"))
        assert [a.applies_to for a in found][1] == "all buildings"
        assert found[2].value == "everywhere"

    def test_a_stated_class_or_known_buildings_assume_no_share(self) -> None:
        known = EntryClasses(np.zeros((1, 1), np.float32), 9, 0, "t")
        for d in (one_class("traditional"), mixed()):
            assert [a.item for a in entry_assumptions([d], known)] == [
                "elevation of the path at the wall",
                "people indoors",
            ]

    def test_outdoors_nothing_is_assumed(self) -> None:
        assert entry_assumptions([definition()], EntryClasses(np.zeros((1, 1), np.float32), 9, 4, "t")) == ()


def test_the_shipped_indoor_definition_is_read() -> None:
    book = load_rulebook("service", "kz-4g-indoor", DAY)
    found = ServiceDefinition.from_rulebook(book)
    assert not found.verified
    assert (found.environment, found.entry_model, found.building_class) == ("indoor", "p2109", "mixed")
    assert found.efficient_share == 0.3
    assert found.judges(Layer("A", "LTE"))
