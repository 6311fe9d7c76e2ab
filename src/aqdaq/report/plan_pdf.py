"""The statement on a plan as a PDF for people and for readers of the screen (PDF/UA), made by Typst."""

from __future__ import annotations

import datetime as dt
import json
import math
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

import matplotlib as mpl

from aqdaq.report.plan_statement import Statement
from aqdaq.report.plan_words import Table

#: Letters beyond which a column shares the width of the page instead of taking what it needs.
_SHORT: Final = 18


def statement_pdf(statement: Statement, picture: bytes) -> bytes:
    """Return the document; the same statement gives the same bytes.

    Args:
        statement: what it says.
        picture: the map as PNG.
    """
    return _compiled(statement, picture, "pdf")[0]


def statement_pages(statement: Statement, picture: bytes, *, dpi: float = 80.0) -> list[bytes]:
    """Return the pages of the document as pictures (PNG), to look at.

    Args:
        statement: what it says.
        picture: the map as PNG.
        dpi: dots per inch of the pictures.
    """
    return _compiled(statement, picture, "png", dpi)


def _compiled(statement: Statement, picture: bytes, kind: Literal["pdf", "png"], dpi: float = 80.0) -> list[bytes]:
    import typst  # a compiler: only those who ask for a document wait for it

    template = (resources.files("aqdaq.data") / "templates" / "statement.typ").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "main.typ").write_text(template, encoding="utf-8")
        (folder / "data.json").write_text(json.dumps(_data(statement), ensure_ascii=False), encoding="utf-8")
        (folder / "map.png").write_bytes(picture)
        made: Any = typst.compile(
            folder / "main.typ",
            root=folder,
            format=kind,
            ppi=dpi,
            font_paths=[Path(mpl.get_data_path()) / "fonts" / "ttf"],
            ignore_system_fonts=True,
            timestamp=int(dt.datetime.fromisoformat(statement.date).replace(tzinfo=dt.UTC).timestamp()),
            pdf_standards=["ua-1"] if kind == "pdf" else [],
        )
    return made if isinstance(made, list) else [made]


def _data(statement: Statement) -> dict[str, Any]:
    day = dt.date.fromisoformat(statement.date)
    return {
        "language": statement.language,
        "title": statement.title,
        "banner": statement.banner,
        "verdict": statement.verdict.value,
        "verdict_text": statement.verdict_text,
        "facts": [list(pair) for pair in statement.facts],
        "sections": [
            {
                "title": one.title,
                "paragraphs": list(one.paragraphs),
                "picture": one.picture,
                "items": list(one.items),
                "tables": [_table(table) for table in one.tables],
            }
            for one in statement.sections
        ],
        "footer": statement.footer,
        "alt": statement.alt,
        "caption": statement.caption,
        "words": statement.words,
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "head": list(table.head),
        "rows": [list(row) for row in table.rows],
        "note": table.note,
        "verdicts": list(table.verdict_columns),
        "widths": [_width(table, number) for number in range(len(table.head))],
    }


def _width(table: Table, number: int) -> float:
    """Return 0 for a column of short words, else its share of the width."""
    longest = max((len(row[number]) for row in table.rows), default=0)
    if number in table.verdict_columns or max(longest, len(table.head[number])) <= _SHORT:
        return 0.0
    return math.sqrt(min(longest, 90))
