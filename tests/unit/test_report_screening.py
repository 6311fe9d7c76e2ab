"""The section on doubtful measurements says every finding, escaped, and what became of the rows."""

from __future__ import annotations

import pytest

from aqdaq.analysis.screen import ScreeningSummary
from aqdaq.report.html import report_html
from aqdaq.report.screening import screening
from aqdaq.report.sections import Writer
from aqdaq.report.tables import tables
from aqdaq.report.texts import Texts
from tests.unit import report_fixture as made
from tests.unit.screen_fixture import summaries


def page(summary: ScreeningSummary | None) -> str:
    return screening(Writer(made.small_content(screening=summary), Texts("en")))


def test_every_finding_stands_there_with_its_action() -> None:
    full, clean = summaries()
    html = page(full)
    for finding in full.findings:
        assert finding.what.replace("<", "&lt;").replace(">", "&gt;") in html
    assert "<of a log>" not in html
    assert "Looked at: 5,000 rows. Set aside: 40. Used: 4,960, of which 300 count less" in html
    assert "4,960 rows became 1,200" in html
    assert "upper bounds only" in html
    assert "-10.0" in html
    assert "Nothing was found to doubt." in page(clean)
    assert "became" not in page(clean)


def test_without_screening_there_is_no_section() -> None:
    assert page(None) == ""
    whole = report_html(made.small_content(), Texts("en"))
    assert 'id="screening"' not in whole
    assert 'href="#screening"' not in whole


def test_the_contents_of_the_page_name_the_section() -> None:
    whole = report_html(made.small_content(screening=summaries()[0]), Texts("en"))
    assert 'href="#screening"' in whole
    assert 'id="screening"' in whole


def test_the_tables_hold_the_same() -> None:
    full = summaries()[0]
    frames = tables(made.small_content(screening=full))
    assert frames["screening"]["rows"].tolist() == [finding.rows for finding in full.findings]
    assert frames["device_offsets"]["device"].tolist() == ["phone 1", "phone 2"]
    assert frames["device_offsets"]["offset_db"].tolist() == pytest.approx([9.0, -10.0])


def test_a_summary_survives_json() -> None:
    for summary in summaries():
        assert ScreeningSummary.from_dict(summary.as_dict()) == summary
