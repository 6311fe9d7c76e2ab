"""The statement on a plan as one HTML file that needs nothing else."""

from __future__ import annotations

from html import escape
from importlib import resources

from aqdaq.report import html_parts as h
from aqdaq.report.html import POLICY
from aqdaq.report.html_parts import Html
from aqdaq.report.plan_statement import Statement
from aqdaq.report.plan_words import Section, Table


def statement_html(statement: Statement, picture: bytes) -> str:
    """Return the whole page.

    Args:
        statement: what it says.
        picture: the map as PNG.
    """
    style = (resources.files("aqdaq.data") / "templates" / "report.css").read_text(encoding="utf-8")
    body = h.join(
        [
            h.element("h1", h.text(statement.title)),
            h.paragraph(statement.banner, "banner") if statement.banner else h.NOTHING,
            h.element("p", h.chip(statement.words[statement.verdict.value], statement.verdict.value), h.text(" "),
                      h.text(statement.verdict_text), class_="lead"),
            h.pairs(statement.facts),
            *(_section(statement, one, picture) for one in statement.sections),
            h.element("footer", h.paragraph(statement.footer)),
        ]
    )  # fmt: skip
    return (
        f'<!DOCTYPE html>\n<html lang="{statement.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY, quote=True)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{h.text(statement.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


def _section(statement: Statement, section: Section, picture: bytes) -> Html:
    parts = [h.paragraph(words) for words in section.paragraphs]
    if section.picture:
        parts.append(h.figure(picture, statement.alt, statement.caption))
    parts += [_table(statement, table) for table in section.tables]
    if section.items:
        parts.append(h.element("ul", h.join([h.element("li", h.text(item)) for item in section.items])))
    return h.section(section.anchor, section.title, *parts)


def _table(statement: Statement, table: Table) -> Html:
    head = h.join([h.element("th", h.text(name), scope="col") for name in table.head])
    rows = []
    for row in table.rows:
        cells = [
            h.chip(statement.words[cell], cell) if number in table.verdict_columns else h.text(cell)
            for number, cell in enumerate(row)
        ]
        rows.append(h.element("tr", *(h.element("td", cell) for cell in cells)))
    note = h.paragraph(table.note, "note") if table.note else h.NOTHING
    inside = h.element(
        "table",
        h.element("caption", h.text(table.caption)),
        h.element("thead", h.element("tr", head)),
        h.element("tbody", h.join(rows)),
    )
    return h.join(
        [h.element("div", inside, class_="scroll", tabindex="0", role="region", aria_label=table.caption), note]
    )
