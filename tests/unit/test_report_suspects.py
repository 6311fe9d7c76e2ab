"""Site data that does not fit stands in the report in words and figures, and in the text of ``evaluate``."""

from __future__ import annotations

import pytest

from aqdaq.cli.evaluate_text import suspect_lines
from aqdaq.model.suspect import Suspect
from aqdaq.report.html import report_html
from aqdaq.report.sections import Writer
from aqdaq.report.suspects import sentence, suspects
from aqdaq.report.tables import tables
from aqdaq.report.texts import Texts
from tests.unit import report_fixture as made
from tests.unit.suspect_made import every_suspect

ENGLISH = Texts("en")


def page(found: tuple[Suspect, ...] | None) -> str:
    return suspects(Writer(made.small_content(suspects=found), ENGLISH))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "Azimuth of cell A-1 fits at 118 degrees (± 5), the table says 0; 180 measurements."),
        (1, "that is the azimuth of A<3>, and the other way round"),
        (2, "Downtilt of cell A-4 fits at 10.3 degrees (± 1.9), the table says 4.0; 77 measurements."),
        (3, "Site S-7 fits 310 m (± 40) away from where the table has it, towards 45 degrees"),
        (4, "Cell A-5 is received -14 dB (± 2) off"),
    ],
)
def test_each_kind_has_its_sentence(number: int, words: str) -> None:
    assert words in sentence(every_suspect()[number], ENGLISH)


def test_the_section_holds_every_suspect_escaped() -> None:
    html = page(every_suspect())
    for one in every_suspect():
        assert sentence(one, ENGLISH).replace("<", "&lt;").replace(">", "&gt;") in html
    assert "A<3>" not in html


def test_a_clean_network_is_said_to_be_clean_and_one_nobody_looked_at_is_not_mentioned() -> None:
    assert "contradicted by the measurements" in page(())
    assert page(None) == ""
    assert 'id="suspects"' not in report_html(made.small_content(), ENGLISH)
    whole = report_html(made.small_content(suspects=every_suspect()), ENGLISH)
    assert 'href="#suspects"' in whole
    assert 'id="suspects"' in whole


def test_the_table_holds_the_figures_with_their_unit() -> None:
    frame = tables(made.small_content(suspects=every_suspect()))["suspects"]
    assert frame["unit"].tolist() == ["deg", "deg", "deg", "m", "dB"]
    assert frame["fitted"].tolist() == pytest.approx([118.2, 238.0, 10.3, 310.0, -14.2])
    assert frame["toward"].isna().tolist() == [True, True, True, False, True]
    assert tables(made.small_content())["suspects"].empty


def test_evaluate_prints_the_same_sentences() -> None:
    lines = list(suspect_lines(every_suspect(), ENGLISH))
    assert [f"- {sentence(one, ENGLISH)}" for one in every_suspect()] == lines[2:]
    assert list(suspect_lines((), ENGLISH))[2].startswith("- No azimuth")


def test_a_suspect_survives_json() -> None:
    assert tuple(Suspect.from_dict(one.as_dict()) for one in every_suspect()) == every_suspect()
