"""The chain of a project: as the engine takes it, what is wrong with it, what it leaves open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aqdaq.base.errors import ConfigError, InputError
from aqdaq.engine.area_types import AreaSetting, Reason
from aqdaq.engine.chain import ChainLink
from aqdaq.engine.registry import get_model
from aqdaq.io.project_file import read_project_file
from aqdaq.model.body import EARTH, MOON, Body
from aqdaq.model.network import Layer
from aqdaq.model.project import PredictionSection, ProjectConfig
from aqdaq.pipeline.chain import chain_assumptions, check_chain, known_models, links_of, modes_of, setting_of
from aqdaq.pipeline.made_by import MadeBy, model_shares, model_tags, reason_word, unknown_shares
from tests.tiny_project import PROJECT

HALF = [{"name": "two_ray", "to_m": 250.0}, {"name": "uma"}]


def section(**more: Any) -> PredictionSection:
    return PredictionSection.model_validate({"radius_m": 900.0, "profile_step_m": 20.0, **more})


def config(*, buildings: bool = True, **prediction: Any) -> ProjectConfig:
    return ProjectConfig.model_validate(
        {
            "project": {"name": "Town"},
            "grid": {"crs": "EPSG:32643", "resolution_m": 10.0},
            "buildings": [{"file": "b.gpkg"}] if buildings else [],
            "network": {"cells": "cells.csv"},
            "service": {"definitions": ["kz-4g-outdoor"]},
            "prediction": {"radius_m": 900.0, "profile_step_m": 20.0, **prediction},
        }
    )


def open_figures(body: Body = EARTH, **more: Any) -> dict[str, str]:
    return {a.item: a.value for a in chain_assumptions(config(**more), body)}


def test_without_models_it_is_the_one_of_before() -> None:
    assert links_of(section()) == (ChainLink("delta_bullington", 0.0, 900.0),)
    assert modes_of(section(), 10.0) == ("exact",)


def test_each_model_begins_where_the_one_before_ends() -> None:
    models = [*HALF[:1], {"name": "rma", "to_m": 600, "options": {"street_width_m": 30}}, {"name": "rma"}]
    assert links_of(section(models=models)) == (
        ChainLink("two_ray", 0.0, 250.0),
        ChainLink("rma", 250.0, 600.0, {"street_width_m": 30}),
        ChainLink("rma", 600.0, 900.0),
    )


def test_what_the_project_leaves_open_is_as_the_engine_has_it() -> None:
    made = setting_of(section(), EARTH, rx_height_m=1.5, latitude_deg=43.0)
    assert made == AreaSetting(1.5, 20.0, EARTH.sphere, latitude_deg=43.0)
    given = section(time_percent=10, location_percent=90, delta_n=60, n0=310, polarization="horizontal")
    assert setting_of(given, EARTH, rx_height_m=3.0, latitude_deg=-5.0) == AreaSetting(
        3.0, 20.0, EARTH.sphere, 10.0, 90.0, 60.0, 310.0, latitude_deg=-5.0, vertical=False
    )


class TestAssumptions:
    def test_figures_are_named_only_where_a_model_uses_them(self) -> None:
        assert open_figures() == {"polarization": "vertical"}
        assert open_figures(polarization="vertical") == {}
        assert open_figures(models=[{"name": "free_space"}]) == {}
        assert open_figures(models=[{"name": "free_space"}], time_percent=10.0) == {}

    def test_options_of_a_link_are_named_with_their_values(self) -> None:
        models: list[Any] = [{"name": "okumura_hata"}]
        assert open_figures(models=models) == {
            "area": "urban",
            "base_effective_height_m": "height of the antenna above ground",
        }
        models = [{"name": "rma", "options": {"street_width_m": 30.0}}]
        assert open_figures(models=models) == {"building_height_m": "5"}

    def test_line_of_sight_is_assumed_only_where_no_building_is_given(self) -> None:
        assert "line of sight" not in open_figures(models=[{"name": "uma"}])
        assert open_figures(models=[{"name": "uma"}], buildings=False) == {"line of sight": "by probability"}
        models = [{"name": "uma", "options": {"los": "no"}}]
        assert open_figures(models=models, buildings=False) == {}

    def test_each_figure_is_named_once_for_all_models_that_use_it(self) -> None:
        models = [{"name": "two_ray", "to_m": 250.0}, {"name": "delta_bullington"}]
        [found] = chain_assumptions(config(models=models), EARTH)
        assert found.applies_to == "paths of two_ray, delta_bullington"
        assert "[prediction].polarization" in found.reason


#: What [prediction].models says -> where the fault stands, words of it.
BAD_MODELS = {
    "an unknown name": ('[{ name = "two_rays" }]', ".models.0.name", "did you mean 'two_ray'?"),
    "no name": ("[{ to_m = 250.0 }]", ".models.0.name", "required key 'name' is missing"),
    "an unknown key": ('[{ name = "uma", from_m = 10.0 }]', ".models.0.from_m", "key 'from_m' is not known"),
    "no end inside": ('[{ name = "uma" }, { name = "umi" }]', ".models.0.to_m", "'uma' has no end"),
    "a range that falls": (
        '[{ name = "two_ray", to_m = 300.0 }, { name = "uma", to_m = 200.0 }, { name = "umi" }]',
        ".models.1.to_m",
        "'uma' begins at 300 m and would end at 200 m",
    ),
    "a range of nothing": (
        '[{ name = "two_ray", to_m = 300.0 }, { name = "uma", to_m = 300.0 }, { name = "umi" }]',
        ".models.1.to_m",
        "begins at 300 m",
    ),
    "an inner end at the radius": (
        '[{ name = "two_ray", to_m = 900.0 }, { name = "uma" }]', ".models.1", "begins at 900 m",
    ),
    "a gap before the radius": ('[{ name = "uma", to_m = 800.0 }]', ".models.0.to_m", "leaves a gap"),
    "an end beyond the radius": ('[{ name = "uma", to_m = 901.0 }]', ".models.0.to_m", "beyond radius_m = 900"),
    "a negative end": ('[{ name = "uma", to_m = -1.0 }]', ".models.0.to_m", "greater than 0"),
    "an end that is a word": ('[{ name = "uma", to_m = "far" }]', ".models.0.to_m", "must be a valid number"),
    "an option that is a list": ('[{ name = "uma", options = { los = ["no"] } }]', ".options.los", "must be a text"),
    "no list": ('"uma"', ".models", "must be a valid array"),
    "names alone": ('["uma"]', ".models.0", "must be a valid table"),
    "far too many": (
        "[" + ", ".join(f'{{ name = "uma", to_m = {n}.0 }}' for n in range(1, 30)) + ', { name = "umi" }]',
        ".models.20", "more than can be meant",
    ),
}  # fmt: skip

#: The same, for what can be known only by asking the model.
BAD_FIGURES = {
    "an unknown option": ('[{ name = "uma", options = { lot = "no" } }]', ".models.0.options.lot", "no option 'lot'"),
    "an option of none": ('[{ name = "free_space", options = { a = 1 } }]', ".options.a", "no option 'a'"),
    "an unknown word": ('[{ name = "uma", options = { los = "maybe" } }]', ".models.0", "'maybe' is not known"),
    "a figure out of range": ('[{ name = "rma", options = { street_width_m = 3 } }]', ".models.0", "outside 5 to 50 m"),
    "a figure that is a word": (
        '[{ name = "okumura_hata", options = { base_effective_height_m = "tall" } }]', ".models.0", "not a number",
    ),
}  # fmt: skip


def written(folder: Path, models: str, extra: str = "") -> Path:
    file = folder / "project.toml"
    text = PROJECT.replace("profile_step_m = 20.0", f"profile_step_m = 20.0\nmodels = {models}\n{extra}")
    file.write_text(text, encoding="utf-8")
    return file


class TestFaults:
    @pytest.mark.parametrize("case", BAD_MODELS)
    def test_reading_the_file_names_the_line_and_the_key(self, case: str, tmp_path: Path) -> None:
        models, where, what = BAD_MODELS[case]
        with pytest.raises(ConfigError) as caught:
            read_project_file(written(tmp_path, models), area_models=known_models())
        here = "project.toml:39 [prediction]"
        hits = [f for f in caught.value.faults if f.where.startswith(here) and where in f.where]
        assert hits, str(caught.value)
        assert any(what in str(fault) for fault in hits), hits

    @pytest.mark.parametrize("case", BAD_FIGURES)
    def test_the_models_themselves_are_asked(self, case: str, tmp_path: Path) -> None:
        models, where, what = BAD_FIGURES[case]
        file = written(tmp_path, models)
        with pytest.raises(InputError) as caught:
            check_chain(read_project_file(file), EARTH, file, rx_height_m=1.5)
        [fault] = caught.value.faults
        assert fault.where.startswith("project.toml:39 [prediction]")
        assert where in fault.where
        assert what in fault.what
        assert fault.mend

    def test_ranges_are_checked_beside_faults_of_other_sections(self, tmp_path: Path) -> None:
        file = written(tmp_path, '[{ name = "uma", to_m = 800.0 }]')
        file.write_text(file.read_text(encoding="utf-8").replace('name = "Tiny town"', "name = 3"), encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            read_project_file(file)
        assert len(caught.value.faults) == 2

    def test_a_good_chain_is_let_through(self, tmp_path: Path) -> None:
        file = written(tmp_path, '[{ name = "two_ray", to_m = 250.0 }, { name = "uma", options = { los = "no" } }]')
        read = read_project_file(file, area_models=known_models())
        check_chain(read, EARTH, file, rx_height_m=1.5)
        assert [link.model for link in links_of(read.prediction)] == ["two_ray", "uma"]

    def test_a_model_of_the_earth_is_refused_on_the_moon(self, tmp_path: Path) -> None:
        file = written(tmp_path, '[{ name = "two_ray", to_m = 250.0 },\n{ name = "uma" }]')
        with pytest.raises(InputError, match=r"project.toml:40 \[prediction\].models.1: uma: .* Earth"):
            check_chain(read_project_file(file), MOON, file, rx_height_m=1.5)

    def test_a_sweep_of_a_model_that_has_none(self, tmp_path: Path) -> None:
        file = written(tmp_path, '[{ name = "uma" }]', 'mode = "sweep"')
        with pytest.raises(InputError, match=r"project.toml:40 \[prediction\].mode: no sweep of uma"):
            check_chain(read_project_file(file), EARTH, file, rx_height_m=1.5)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("mode", '"fast"'),
            ("time_percent", "0.5"),
            ("time_percent", "51"),
            ("location_percent", "100"),
            ("delta_n", "157"),
            ("n0", "0"),
            ("polarization", '"circular"'),
        ],
    )
    def test_figures_outside_their_range(self, key: str, value: str, tmp_path: Path) -> None:
        file = written(tmp_path, '[{ name = "uma" }]', f"{key} = {value}")
        with pytest.raises(ConfigError, match=rf"project.toml:40 \[prediction\].{key}"):
            read_project_file(file)


class TestMadeBy:
    def test_shares_count_every_pixel_once(self) -> None:
        links = (ChainLink("two_ray", 0.0, 250.0), ChainLink("uma", 250.0, 900.0))
        model = np.array([[0, 1, 1, -1], [1, -1, -1, -1]], dtype=np.int16)
        reason = np.array([[0, 0, 0, Reason.DISTANCE], [0, Reason.NO_TERRAIN, Reason.NO_TERRAIN, 0]], dtype=np.int16)
        layer, made = Layer("A", "LTE"), MadeBy(model, reason)
        shares = model_shares(layer, made, links, ("exact", "sweep"))
        assert [(s.layer, s.model, s.from_m, s.to_m, s.mode, s.pixels, s.share) for s in shares] == [
            ("A/LTE", "two_ray", 0.0, 250.0, "exact", 1, 0.125),
            ("A/LTE", "uma", 250.0, 900.0, "sweep", 3, 0.375),
        ]
        unknown = unknown_shares(layer, made)
        assert [(u.reason, u.pixels) for u in unknown] == [("unsaid", 1), ("no_terrain", 2), ("distance", 1)]
        assert sum(s.pixels for s in shares) + sum(u.pixels for u in unknown) == model.size

    def test_the_model_whose_range_was_left_is_named(self) -> None:
        links = (ChainLink("two_ray", 0.0, 250.0), ChainLink("uma", 250.0, 900.0))
        reason = np.array([[Reason.DISTANCE, Reason.DISTANCE, Reason.FREQUENCY, Reason.NO_TERRAIN, 0]], dtype=np.int16)
        model, beyond = np.full((1, 5), -1, dtype=np.int16), np.array([[0, 1, 1, -1, -1]], dtype=np.int16)
        unknown = unknown_shares(Layer("A", "LTE"), MadeBy(model, reason, beyond), links)
        assert [(u.reason, u.model, u.pixels) for u in unknown] == [
            ("unsaid", "", 1),
            ("no_terrain", "", 1),
            ("distance", "two_ray", 1),
            ("distance", "uma", 1),
            ("frequency", "uma", 1),
        ]
        assert unknown[-1].validity == get_model("uma").validity
        assert unknown[0].validity == ""

    def test_tags_name_every_number(self) -> None:
        tags = model_tags((ChainLink("two_ray", 0.0, 250.0), ChainLink("uma", 250.0, 900.0)), ("exact", "sweep"))
        assert tags["MODEL"] == "-1 unknown, 0 two_ray 0-250 m exact, 1 uma 250-900 m sweep"
        assert tags["REASON"].startswith("0 known, 1 no_terrain, 2 out_of_reach")
        assert len({reason_word(reason) for reason in Reason}) == len(Reason)
