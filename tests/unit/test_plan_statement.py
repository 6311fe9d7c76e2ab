"""The statement on a plan: its words, its page, its document, its map; the same check is the same bytes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pyogrio
import pytest
from matplotlib.ft2font import FT2Font
from PIL import Image

from aqdaq.base.errors import ExistsError, UsageError
from aqdaq.pipeline.planfile_files import FILES, as_json, claim, write_check
from aqdaq.planning.plan_rules.findings import Figure, Verdict
from aqdaq.report.plan_html import statement_html
from aqdaq.report.plan_map import COLOURS, plan_map
from aqdaq.report.plan_pdf import statement_pages, statement_pdf
from aqdaq.report.plan_sections import MOST_ROWS
from aqdaq.report.plan_statement import make_statement
from aqdaq.report.plan_words import figure_words
from aqdaq.report.texts import Texts
from tests.unit.plan_checked import KAZAKH, RULES, every_check, outcome
from tests.unit.plan_made import case, obj, point, rule

EN = Texts("en")


@pytest.fixture(scope="module")
def checks() -> list:
    return every_check()


@pytest.fixture(scope="module")
def picture(checks: list) -> bytes:
    return plan_map(checks[0], EN)


def test_the_crowded_plan_meets_every_verdict_of_most_rules(checks: list) -> None:
    found = {(f.rule, f.verdict.value) for f in checks[0].judgement.findings}
    assert {verdict for _, verdict in found} == {"pass", "fail", "unknown"}
    assert {rule for rule, _ in found} == {rule.id for rule in RULES}
    assert checks[0].judgement.verdict == "fail"


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (Figure("sites", 1.0, 3.0), "places reserved for sites: 1, at least 3"),
        (Figure("duct_distance", 78.04, 50.0, "at most", "m"), "distance to the nearest duct: 78.0 m, at most 50.0 m"),
        (Figure("road_distance", math.inf, 50.0, "at most", "m"), "distance to the nearest road: none, at most 50.0 m"),
        (Figure("probability", 0.5, 0.9, about="after"), "probability of service (after): 50.0 %, at least 90.0 %"),
        (Figure("probability", None, None), "probability of service: not known"),
        (Figure("indoor_system", 0.0, 1.0, about="24000 m2"), "indoor system foreseen (24000 m2): no"),
        (Figure("power_density", 0.13, 0.1, "at most", "W/m2"),
         "power density, by screening: 0.1300 W/m2, at most 0.1000 W/m2"),
    ],
)  # fmt: skip
def test_figures_in_words(figure: Figure, words: str) -> None:
    assert figure_words(figure, EN) == words


def test_the_statement_says_verdict_rules_failures_what_is_unknown_and_the_proposal(checks: list) -> None:
    made = make_statement(checks[0], EN, "0")
    assert made.verdict_text.startswith("The plan fails: ")
    assert [one.anchor for one in made.sections] == [
        "map",
        "rules",
        "failing",
        "unknown",
        "proposal",
        "limits",
        "findings",
    ]
    rules, unknown, proposal = made.sections[1].tables[0], made.sections[3].tables[0], made.sections[4]
    assert len(rules.rows) == len(RULES)
    assert any("the plan does not say height_m" in row[1] for row in unknown.rows)
    assert len(proposal.tables[0].rows) == len(checks[0].proposal.sites) > 0
    assert any("screening" in item for item in made.sections[5].items)
    assert made.banner.startswith("SYNTHETIC")
    assert "NOT VERIFIED" in rules.rows[0][1]


def test_objects_that_fail_alike_share_a_row_and_a_long_table_counts_what_it_leaves_out(checks: list) -> None:
    table = make_statement(checks[1], EN, "0").sections[2].tables[0]
    # 80 low lamps without known power: their spacing is 9 m, so the height is what fails.
    assert table.rows == (("lamp L0, lamp L1, lamp L2 ...", "80", "height: 4.0 m, at least 9.0 m"),)
    heights = [obj("lamp", f"L{n}", point(9.0 * n, 0.0), height_m=1.0 + n / 10.0) for n in range(60)]
    rules = (rule("lamps", least_height_m=9.0),)
    table = make_statement(outcome(case(*heights), rules), EN, "0").sections[2].tables[0]
    assert len(table.rows) == MOST_ROWS
    assert table.note == "20 more rows stand in result.json."


def test_the_page_is_whole_and_asks_nothing_of_others(checks: list, picture: bytes) -> None:
    page = statement_html(make_statement(checks[0], EN, "0"), picture)
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert KAZAKH in page
    assert 'alt="Map of the plan' in page
    assert "<script" not in page
    assert "http://" not in page
    assert page.count("<table>") == page.count("</table>") >= 5


def test_text_from_a_plan_cannot_break_the_page(picture: bytes) -> None:
    evil = outcome(
        case(obj("lamp", "<script>x</script>", point(0, 0), height_m=1.0)), (rule("lamps", least_height_m=9.0),)
    )
    page = statement_html(make_statement(evil, EN, "0"), picture)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert statement_pdf(make_statement(evil, EN, "0"), picture).startswith(b"%PDF")


def test_the_document_is_accessible_and_the_same_each_time(checks: list, picture: bytes) -> None:
    made = make_statement(checks[0], EN, "0")
    once, again = statement_pdf(made, picture), statement_pdf(made, picture)
    assert once == again
    assert once.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in once
    assert b"/Lang (en)" in once or b"/Lang(en)" in once
    assert b"2026-06-01" in once or b"D:20260601" in once


def test_kazakh_letters_have_glyphs_and_are_drawn(checks: list, picture: bytes) -> None:
    font = FT2Font(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"))
    assert {ord(letter) for letter in KAZAKH} <= set(font.get_charmap())
    pages = statement_pages(make_statement(checks[0], EN, "0"), picture, dpi=40)
    assert len(pages) >= 2
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_the_map_shows_the_verdicts_in_their_colours(tmp_path: Path, picture: bytes) -> None:
    (tmp_path / "map.png").write_bytes(picture)
    with Image.open(tmp_path / "map.png") as image:
        pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    for verdict in (Verdict.PASS, Verdict.FAIL):  # the map, or its legend
        wanted = [int(COLOURS[verdict][i : i + 2], 16) for i in (1, 3, 5)]
        assert (np.abs(pixels.astype(int) - wanted).max(axis=1) <= 12).sum() > 50, verdict


def test_the_files_of_a_check(tmp_path: Path, checks: list) -> None:
    paths = write_check(checks[0], tmp_path / "out")
    assert tuple(path.name for path in paths) == FILES
    again = write_check(checks[0], tmp_path / "again")
    assert [a.read_bytes() for a in paths] == [b.read_bytes() for b in again]
    found = json.loads(paths[0].read_text(encoding="utf-8"))
    assert found == as_json(checks[0])
    assert all(bool(one["missing"]) == (one["verdict"] == "unknown") for one in found["findings"])
    assert sum(one["counts"]["fail"] for one in found["rules"]) == sum(
        f["verdict"] == "fail" for f in found["findings"]
    )
    layers = {str(name): pyogrio.read_dataframe(paths[1], layer=name) for name, _ in pyogrio.list_layers(paths[1])}
    assert set(layers) == {"objects", "findings", "proposal"}
    by_colour = {row.verdict: row.colour for row in layers["objects"].itertuples()}
    assert set(by_colour) >= {"fail", "unknown"}
    assert by_colour.items() <= {verdict.value: COLOURS[verdict] for verdict in Verdict}.items()
    assert len(layers["proposal"]) == len(found["proposal"]["sites"]) > 0
    assert str(layers["objects"].crs) == "EPSG:32643"


def test_nothing_is_replaced_without_being_asked(tmp_path: Path, checks: list) -> None:
    write_check(checks[2], tmp_path)
    with pytest.raises(ExistsError, match=r"result\.json is there already"):
        claim(tmp_path, overwrite=False)
    claim(tmp_path, overwrite=True)
    with pytest.raises(ExistsError, match="is a file"):
        claim(tmp_path / "result.json", overwrite=True)
    with pytest.raises(UsageError, match="no texts in language 'xx'"):
        write_check(checks[2], tmp_path, language="xx")


def test_an_empty_plan_has_a_statement_too(checks: list) -> None:
    empty = checks[3]
    made = make_statement(empty, EN, "0")
    assert made.verdict == "unknown"
    assert statement_pdf(made, plan_map(empty, EN)).startswith(b"%PDF")
