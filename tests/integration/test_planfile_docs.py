"""The page on plan documents names what the program does: files, columns, checks and their figures."""

from __future__ import annotations

import re

import pytest

from aqdaq.pipeline.planfile_files import _FINDINGS, _OBJECTS, _PROPOSAL, FILES
from aqdaq.planning.plan_rules.candidates import KINDS
from aqdaq.planning.plan_rules.findings import Verdict
from aqdaq.planning.plan_rules.registry import CHECKS
from tests.integration.test_docs import first_column, names, read, section, table
from tests.unit.plan_made import case, judge, obj, rule, square

PAGE = "docs/planfile.md"


def test_files_and_columns_are_on_the_page() -> None:
    text = section(read(PAGE), "## What is written")
    assert first_column(text, 0) == list(FILES)
    assert [first_column(text, n) for n in (1, 2, 3)] == [list(_OBJECTS), list(_FINDINGS), list(_PROPOSAL)]
    kinds = next(row[1] for row in table(text, 3) if row[0] == "`kind`")
    assert names(kinds) == list(KINDS)


def test_every_check_is_on_the_page() -> None:
    shown = re.findall(r"^### `(\w+)`$", section(read(PAGE), "## Rules are rulebooks"), flags=re.MULTILINE)
    assert sorted(shown) == sorted(CHECKS)


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_figures_of_every_check_are_on_the_page(name: str) -> None:
    text = section(read(PAGE), f"### `{name}`")
    assert first_column(text) == list(CHECKS[name].figures.model_fields)


def test_the_check_of_the_page_works() -> None:
    code = re.findall(r"```python\n(.*?)```", read(PAGE), flags=re.DOTALL)[0]
    try:
        exec(compile(code, "page", "exec"), {"__name__": "page"})  # noqa: S102 - the example of the page itself
        made = case(*(obj("building", f"H{n}", square(0, 0), floors=n or None) for n in (0, 5, 9)))
        found = judge(rule("most_floors", most_floors=5), made)
    finally:
        CHECKS.pop("most_floors", None)
    assert [f.verdict for f in found] == [Verdict.UNKNOWN, Verdict.PASS, Verdict.FAIL]
