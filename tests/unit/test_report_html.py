"""The page: one file that needs nothing else, escapes what users wrote, and keeps the unknown apart."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from aqdaq.base.errors import OutputError, UsageError
from aqdaq.model.measurements import SetAside
from aqdaq.model.project import ProjectConfig
from aqdaq.report.html import report_html, write_report
from aqdaq.report.html_parts import table
from aqdaq.report.map_sections import MAX_ROWS
from aqdaq.report.texts import Texts
from tests.unit import report_fixture as made

VOID = {"meta", "img", "br"}


class Reader(HTMLParser):
    """Collects tags, attributes and text, and checks that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def page() -> str:
    return report_html(made.small_content(), Texts("en"))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pictures out where only words are read."""
    monkeypatch.setattr("aqdaq.report.maps.png", lambda _sheet: made.NO_PICTURE)


def test_write_report_gives_the_same_bytes_twice(tmp_path: Path, page: str) -> None:
    path = write_report(made.small_content(), tmp_path / "report")
    assert path == tmp_path / "report" / "index.html"
    assert path.read_bytes().decode("utf-8") == page


def test_the_page_asks_nothing_of_any_other_place(page: str) -> None:
    reader = read(page)
    tags = {tag for tag, _ in reader.seen}
    assert not tags & {"script", "link", "iframe", "object"}
    sources = [attributes["src"] or "" for tag, attributes in reader.seen if tag == "img"]
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    links = [attributes["href"] or "" for tag, attributes in reader.seen if tag == "a"]
    anchors = {attributes["id"] for tag, attributes in reader.seen if tag == "section"}
    assert {link.removeprefix("#") for link in links} == anchors
    assert not re.search(r"https?://|url\(|@import", page)


def test_every_picture_has_words_and_size_and_a_table(page: str) -> None:
    reader = read(page)
    images = [attributes for tag, attributes in reader.seen if tag == "img"]
    # One of the white spots; level, probability, evidence and SINR of two layers.
    assert len(images) == 9
    assert all(len(image["alt"] or "") > 40 for image in images)
    assert all(int(image["width"] or 0) > 300 and int(image["height"] or 0) > 300 for image in images)
    pairs = [attributes for tag, attributes in reader.seen if tag == "div" and attributes.get("class") == "pair"]
    assert len(pairs) == 8
    tables = sum(tag == "table" for tag, _ in reader.seen)
    assert tables == sum(tag == "caption" for tag, _ in reader.seen)


def test_the_page_says_what_was_found(page: str) -> None:
    words = read(page).words
    assert "385 people affected, 126 of them served by no operator" in words
    assert "13.4 ha, 11.2 % of the area" in words
    assert "A/LTE: 1.7 %" in words
    assert "NOT VERIFIED" in words
    assert "Read: 44. Used: 40. Set aside: 4. Read = used + set aside." in words
    assert "1 figure had to be assumed" in words


@pytest.mark.usefixtures("undrawn")
def test_synthetic_is_said_aloud_and_only_then(page: str) -> None:
    reader = read(page)
    assert "SYNTHETIC" in reader.words
    assert all("Synthetic data" in (a["alt"] or "") for tag, a in reader.seen if tag == "img")
    real = report_html(made.small_content(config=made.config(synthetic=False)), Texts("en"))
    assert "SYNTHETIC" not in real
    assert "ynthetic" not in real


@pytest.mark.usefixtures("undrawn")
def test_what_users_wrote_is_escaped() -> None:
    nasty = '<script>alert("x")</script>'
    content = made.small_content(
        config=made.config(nasty),
        definitions=(made.definition(title=nasty, source=f"{nasty}&"),),
        set_aside=(SetAside(nasty, 2, nasty, nasty),) * 4,
    )
    page = report_html(content, Texts("en"))
    assert "<script" not in page
    assert nasty in read(page).words


@pytest.mark.usefixtures("undrawn")
def test_where_nobody_knows_the_people_no_figure_of_people_stands() -> None:
    content = made.small_content(knows_people=False)
    words = read(report_html(content, Texts("en"))).words
    assert "Nobody knows the people here" in words
    assert "people affected" not in words
    assert "People in the district" not in words


@pytest.mark.usefixtures("undrawn")
def test_counts_that_do_not_add_up_are_said_to() -> None:
    words = read(report_html(made.small_content(rows_read=50), Texts("en"))).words
    assert "These do not add up: 50 is not 40 + 4." in words


@pytest.mark.usefixtures("undrawn")
def test_long_tables_of_white_spots_are_cut_and_say_so() -> None:
    content = made.small_content()
    spots = tuple(
        made.spot(content.grid, n + 1, (n % 40, n % 40 + 1, n // 40, n // 40 + 1), content.people) for n in range(73)
    )
    words = read(report_html(made.small_content(whitespots={"kz-4g-outdoor": spots}), Texts("en"))).words
    assert f"{73 - MAX_ROWS} more white spots stand in whitespots.csv." in words
    assert "WS-0050" in words
    assert "WS-0051" not in words


@pytest.mark.usefixtures("undrawn")
def test_a_run_that_found_nothing_says_so() -> None:
    words = read(report_html(made.small_content(whitespots={}), Texts("en"))).words
    assert "No white spot was found under this definition. Unknown places were not judged." in words


def test_missing_values_are_a_dash_and_totals_stand_out() -> None:
    import pandas as pd

    frame = pd.DataFrame({"district": ["A", None], "people": [12.0, float("nan")]})
    shown = table(frame, "t", Texts("en"), emphasised=[1])
    assert '<tr class="total"><td>–</td><td class="n">–</td></tr>' in shown
    assert '<td>A</td><td class="n">12</td>' in shown


def test_the_language_of_the_project_is_used(tmp_path: Path) -> None:
    config = made.config()
    klingon = ProjectConfig.model_validate(
        config.model_dump() | {"project": config.project.model_dump() | {"language": "tlh"}}
    )
    with pytest.raises(UsageError, match="'tlh'"):
        write_report(made.small_content(config=klingon), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        write_report(made.small_content(), tmp_path / "file")


@pytest.mark.slow
def test_a_city_of_six_layers_stays_small(tmp_path: Path) -> None:
    path = write_report(made.city_content(), tmp_path)
    assert path.stat().st_size < 6_000_000
    read(path.read_text(encoding="utf-8"))
