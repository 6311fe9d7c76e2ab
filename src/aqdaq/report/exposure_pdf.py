"""Evidence packs and annexes as PDF for people and for readers of the screen (PDF/UA-1), set by Typst."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

from aqdaq.report.exposure_document import Document

_TEMPLATE: Final = "exposure.typ"


def document_pdf(document: Document) -> bytes:
    """Return the document as PDF; the same document gives the same bytes."""
    import typst  # a compiler: only those who ask for a document wait for it

    with _set(document) as (main, common):
        stamp = dt.datetime.fromisoformat(document.date).replace(tzinfo=dt.UTC)
        made: bytes = typst.compile(
            main, format="pdf", timestamp=int(stamp.timestamp()), pdf_standards=["ua-1"], **common
        )
    return made


def document_pages(document: Document, *, dpi: float = 80.0) -> list[bytes]:
    """Return the pages as pictures (PNG), to look at.

    Args:
        document: what it says.
        dpi: dots per inch.
    """
    import typst

    with _set(document) as (main, common):
        made: Any = typst.compile(main, format="png", ppi=dpi, **common)
    return list(made) if isinstance(made, list) else [made]


def cautions_on_pages(document: Document) -> list[dict[str, Any]]:
    """Return what the head of each page says of limits that are not verified or over, page by page."""
    import typst

    with _set(document) as (main, common):
        found: list[dict[str, Any]] = json.loads(typst.query(main, "<page>", field="value", **common))
    return found


@contextmanager
def _set(document: Document) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Write what Typst reads, and yield the main file and the arguments that every call shares."""
    template = (resources.files("aqdaq.data") / "templates" / _TEMPLATE).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "main.typ").write_text(template, encoding="utf-8")
        (folder / "data.json").write_text(json.dumps(_data(document), ensure_ascii=False), encoding="utf-8")
        for number, picture in enumerate(document.pictures):
            (folder / f"picture-{number}.png").write_bytes(picture.png)
        fonts = [Path(mpl.get_data_path()) / "fonts" / "ttf"]
        yield folder / "main.typ", {"root": folder, "font_paths": fonts, "ignore_system_fonts": True}


def _data(document: Document) -> dict[str, Any]:
    """Return the document as JSON holds it; pictures by the names of their files."""
    number = iter(range(len(document.pictures)))
    sections = [
        {
            "title": section.title,
            "paragraphs": list(section.paragraphs),
            "items": list(section.items),
            "pictures": [
                {"file": f"picture-{next(number)}.png", "alt": p.alt, "caption": p.caption, "width": p.width}
                for p in section.pictures
            ],
            "tables": [asdict(table) for table in section.tables],
            "wide": section.wide,
        }
        for section in document.sections
    ]
    day = dt.date.fromisoformat(document.date)
    plain = {
        key: getattr(document, key)
        for key in ("language", "title", "banner", "caution", "verdict_title", "verdict_note", "footer")
    }
    return {
        **plain,
        "alarms": list(document.alarms),
        "verdicts": [list(pair) for pair in document.verdicts],
        "facts": [list(pair) for pair in document.facts],
        "sections": sections,
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }
