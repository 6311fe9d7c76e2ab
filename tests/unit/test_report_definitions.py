"""The report under several definitions: what each says, what none may say, and where they agree."""

from __future__ import annotations

import pandas as pd
import pytest

from aqdaq.report.html import report_html
from aqdaq.report.phrases import definition_sentences, definition_short
from aqdaq.report.tables import tables
from aqdaq.report.texts import Texts
from tests.unit import report_fixture as made
from tests.unit.definitions_fixture import many, side_by_side

WHY = "No map is judged by this definition: it states no probability with which the level must be reached."


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aqdaq.report.maps.png", lambda _sheet: made.NO_PICTURE)


def test_what_cannot_be_predicted_is_said_and_not_counted_as_none() -> None:
    page = report_html(side_by_side()[0], Texts("en"))
    assert page.count(WHY) == 2  # the card, and what counts as served
    assert "White spots: Classes only" not in page
    assert "Classes only (classes)" in page


def test_a_definition_in_words() -> None:
    texts = Texts("en")
    _, mixed, old, silent = many()
    assert definition_short(silent, texts) == WHY
    said = definition_sentences(silent, texts)
    assert said[0] == "Classes, the best first: good (from LTE -95 dBm), none. Served means good or better."
    assert "no map is stated" in said[1]
    assert said[2] == "Judged as one: square of 100 m."
    assert "receiver_height_m" in said[3]
    assert "P.2109, mixed buildings (" in definition_sentences(mixed, texts)[0]
    assert "1 Mbit/s from the phone. From SINR to rate: TR 36.942." in definition_sentences(mixed, texts)[1]
    assert "edge of a cell" in definition_sentences(old, texts)[1]


def test_definitions_side_by_side() -> None:
    page = report_html(side_by_side()[0], Texts("en"))
    assert "Definitions side by side" in page
    assert 'href="#overlap"' in page
    assert "Same place" in page
    alone = report_html(made.small_content(), Texts("en"))
    assert "Definitions side by side" not in alone
    assert "Same place" not in alone


def test_tables_of_a_pair() -> None:
    found = tables(side_by_side()[0])
    row = found["overlap"].iloc[0]
    assert (row["both_ha"], row["first_only_people"], row["jaccard_percent"], row["same_places"]) == (
        0.04,
        2.0,
        50.0,
        1,
    )
    assert found["overlap_links"]["same_place"].tolist() == [True]
    spots = found["whitespots"].set_index("id")
    assert spots.loc["WS-0001", "same_place"] == "WS-0002"
    assert spots.loc["WS-0002", "same_place"] == "WS-0001"
    nobody = tables(side_by_side()[1])["overlap"].iloc[0]
    assert pd.isna(nobody["both_people"])
    assert pd.isna(nobody["jaccard_percent"])


def test_the_table_of_definitions_says_what_is_not_stated() -> None:
    found = tables(side_by_side()[0])["definitions"].set_index("definition")
    silent = found.loc["classes"]
    assert pd.isna(silent["probability"])
    assert silent["cannot_predict"] == many()[-1].cannot_predict
    assert (silent["classes"], silent["served_class"], silent["unit"]) == ("good; none", "good", "square of 100 m")
    assert found.loc["kz-4g-outdoor", "cannot_predict"] == ""
    assert found.loc["walls", "building_class"] == "mixed"
