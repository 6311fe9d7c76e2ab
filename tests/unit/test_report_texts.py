"""The words: every message that code asks for is there, and none stands there for nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pytest

from aqdaq.base.errors import UsageError
from aqdaq.model.coverage import Evidence
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import Measurements
from aqdaq.pipeline.exposure_campaign import picture
from aqdaq.report.foresee_page import foresee_html
from aqdaq.report.html import report_html
from aqdaq.report.path_picture import draw_path
from aqdaq.report.phrases import definition_sentences, definition_short
from aqdaq.report.plan_map import plan_map
from aqdaq.report.plan_statement import make_statement
from aqdaq.report.texts import Texts, languages
from tests.unit import report_fixture as made
from tests.unit.card_fixture import bare_card, card
from tests.unit.cause_made import causes, every_cause
from tests.unit.definitions_fixture import side_by_side
from tests.unit.field_made import every_comparison
from tests.unit.foresight_made import every_forecast
from tests.unit.plan_checked import every_check
from tests.unit.screen_fixture import summaries
from tests.unit.suspect_made import every_suspect
from tests.unit.test_path_picture import every_scene


def test_an_unknown_language_names_those_there_are() -> None:
    assert languages() == tuple(sorted(languages()))
    assert "en" in languages()
    with pytest.raises(UsageError, match=r"'xx'.*en"):
        Texts("xx")


def test_a_missing_message_raises() -> None:
    with pytest.raises(KeyError, match="no message 'no-such-thing'"):
        Texts("en").say("no-such-thing")


def test_a_missing_argument_raises() -> None:
    with pytest.raises(ValueError, match="summary-unknown"):
        Texts("en").say("summary-unknown", layer="A/LTE")


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [(1234.5, 1, "1,234.5"), (-0.01, 1, "0.0"), (float("nan"), 0, "–"), (None, 2, "–"), (-7.25, 2, "-7.25")],
)
def test_numbers_are_written_as_the_language_does(value: float | None, digits: int, written: str) -> None:
    assert Texts("en").number(value, digits) == written


def test_plurals_follow_the_count() -> None:
    say = Texts("en").say
    assert say("map-numbers-left-out", count=1).startswith("1 number found")
    assert say("map-numbers-left-out", count=2).startswith("2 numbers found")
    assert say("card-spots", count=0, total=0) == "No white spot was found."


def test_the_definition_in_words() -> None:
    texts = Texts("en")
    words = definition_short(made.definition(), texts)
    assert "RSRP of at least -110 dBm (LTE), outdoors, 1.5 m above ground" in words
    assert "at least 90 %" in words
    assert "at least 1 ha" in words
    indoor = made.definition(environment="indoor", entry_loss_db=12.5, entry_loss_sd_db=6.0, minimum_area_m2=0.0)
    assert "any size" in definition_short(indoor, texts)
    assert "12.5 dB" in definition_sentences(indoor, texts)[0]


def _runs() -> list[Any]:
    """Return runs that together meet every branch of the report."""
    book = made.definition(
        "other", verified=True, environment="indoor", minimum_area_m2=0.0, valid_to=dt.date(2027, 1, 1)
    )
    full = made.small_content(definitions=(made.definition(), book))
    raster = made.small_content(
        config=made.config(people="raster"), definitions=(made.definition(threshold_dbm={"NR": -110.0}),)
    )
    bare = made.small_content(
        knows_people=False,
        districts=None,
        measurements=Measurements.empty(),
        rows_read=0,
        set_aside=(),
        assumptions=(),
        fits=(),
        whitespots={},
        models=(),
        unknown=(),
    )
    odd = made.small_content(rows_read=99)
    scored = made.small_content(card=card())
    unscored = made.small_content(card=bare_card(), config=made.config(synthetic=False))
    long = made.small_content(fits=made.small_content().fits * 20)
    grid = Grid(made.CRS, 0.0, 10_000.0, 100.0, 100, 100)
    crowd = tuple(made.spot(grid, n + 1, (n, n + 1, n % 3, n % 3 + 1), None) for n in range(60))
    blank = np.full(grid.shape, np.nan)
    crowded = dataclasses.replace(
        bare,
        grid=grid,
        surface=dataclasses.replace(bare.surface, grid=grid, ground_m=np.zeros(grid.shape, np.float32),
                                    above_ground_m=np.zeros(grid.shape, np.float32)),
        coverage=tuple(made.coverage_map(c.layer, grid, blank, bare.definitions) for c in bare.coverage),
        whitespots={"kz-4g-outdoor": crowd},
    )  # fmt: skip
    levels = made.small_content().measurements.table
    bounds = made.small_content(without_service=2, measurements=Measurements(levels.assign(heard=levels["row"] > 5)))
    doubted = [made.small_content(screening=summary) for summary in summaries()]
    wrong = [made.small_content(suspects=found) for found in ((), every_suspect())]
    explained = [made.small_content(causes=found) for found in ((), every_cause(), every_cause()[:1])]
    crowds = made.small_content(causes=tuple(causes(rank=n, spot=f"WS-{n}") for n in range(1, 12)))
    return [
        *explained,
        crowds,
        full,
        raster,
        bare,
        bounds,
        odd,
        long,
        scored,
        unscored,
        crowded,
        *doubted,
        *wrong,
        *side_by_side(),
    ]


def test_every_message_is_used_and_every_message_asked_for_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    say = Texts.say

    def listen(self: Texts, key: str, **args: str | int) -> str:
        asked.add(key)
        return say(self, key, **args)

    monkeypatch.setattr(Texts, "say", listen)
    monkeypatch.setattr("aqdaq.report.maps.png", lambda _sheet: made.NO_PICTURE)
    monkeypatch.setattr("aqdaq.report.plan_map.png", lambda _sheet: made.NO_PICTURE)
    texts = Texts("en")
    for content in _runs():
        report_html(content, texts)
    for scene in every_scene():
        draw_path(scene, texts)
    for forecast in every_forecast():
        foresee_html(forecast, texts)
    for checked in every_check():
        make_statement(checked, texts, "0")
        plan_map(checked, texts)
    for comparison in every_comparison():
        picture(comparison, "town", texts, "svg")
    assert texts.keys - asked == set()
    assert {f"evidence-{kind.word}" for kind in Evidence} <= texts.keys
