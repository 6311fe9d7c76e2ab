"""The page of a forecast: what it says, what it never says, and the same bytes."""

from __future__ import annotations

import re

import pytest

from aqdaq.report.foresee_page import foresee_html
from aqdaq.report.foresee_pictures import draw_maps, draw_timeline
from aqdaq.report.foresee_rows import changes, main_cause, mass, shortened
from aqdaq.report.texts import Texts
from tests.unit import foresight_made as made

TEXTS = Texts("en")


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>|data:image[^\"]+", " ", page, flags=re.DOTALL))


def test_the_same_forecast_is_the_same_page() -> None:
    one, two = (foresee_html(made.content(made.foresight()), TEXTS) for _ in range(2))
    assert one == two
    assert "http" not in one.replace("http-equiv", "")


def test_it_says_who_makes_it_worse_and_marks_what_is_assumed() -> None:
    said = words(foresee_html(made.content(made.foresight(), synthetic=True), TEXTS))
    assert "T1 (93 % of the worse ground, 120 m away)" in said
    assert "cell A-1 leaves the air (43 % of the worse ground)" in said
    assert "T1, T2, T3 and 1 more together (100 % of the worse ground)" in said
    assert "no single new building nor cell" in said
    assert "not looked for" in said
    assert "ASSUMED, SCREENING ONLY" in said
    assert "SYNTHETIC" in said


def test_where_nobody_knows_the_people_none_are_named() -> None:
    page = foresee_html(made.content(made.bare()), TEXTS)
    said = words(page)
    assert "People affected" not in re.sub(r".*?<h2>", "", page, count=0).split("<table>", 1)[1]
    assert "None" not in said
    assert "nan" not in said
    assert "Nothing changes by 5 % or more: 1 white spot stays as it is" in said


def test_three_maps_show_now_the_works_and_after() -> None:
    content = made.content(made.foresight())
    definition = content.definitions[0]
    assert [m.date for m in content.shown(definition.id)] == list(made.DAYS)
    alt = draw_maps(content, definition, TEXTS).alt
    assert all(day.isoformat() in alt for day in made.DAYS)
    assert draw_timeline(content, definition, TEXTS).png[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("causes", "name"),
    [
        (None, None),
        ((), None),
        ((made.CAUSES[0], made.CAUSES[2]), "T1"),
        ((made.CAUSES[1], made.CAUSES[2]), "T1;T2;T3;T4"),  # less than half by itself: together they make it
        ((made.CAUSES[1],), "A-1"),
    ],
)
def test_the_cause_that_is_named(causes: tuple[made.ChangeCause, ...] | None, name: str | None) -> None:
    found = main_cause(made.change("grown", causes))
    assert (None if found is None else found.id) == name


def test_tables_hold_every_row() -> None:
    found = made.foresight()
    assert len(changes(found)) == len(found.changes)
    assert mass(found)["kind"].value_counts().to_dict() == {"roof": 7, "shadow": 2, "exposure": 1}
    assert shortened("a;b;c;d") == "a, b, c and 1 more"
    assert shortened("a") == "a"
