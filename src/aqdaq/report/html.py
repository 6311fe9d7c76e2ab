"""The report as one HTML file that needs nothing else: pictures and style inside, no script, no outside request."""

from __future__ import annotations

from html import escape
from importlib import resources
from pathlib import Path
from typing import Final

from aqdaq.base.errors import OutputError
from aqdaq.base.settings import settings
from aqdaq.report import causes as cause_section
from aqdaq.report import html_parts as h
from aqdaq.report import map_sections, model_card, overlap_section, screening, sections, suspects, validation
from aqdaq.report.content import ReportContent
from aqdaq.report.html_parts import Html
from aqdaq.report.maps import MapMaker
from aqdaq.report.sections import Writer
from aqdaq.report.texts import Texts

#: Nothing may be fetched; style and pictures stand in the page itself.
POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def write_report(content: ReportContent, folder: Path) -> Path:
    """Write ``folder/index.html`` and return its path. The same content gives the same bytes.

    Args:
        content: the finished run; the project names the language, else the settings do.
        folder: made when it is not there.

    Raises:
        UsageError: there are no texts in the language.
        OutputError: the file cannot be written.
    """
    page = report_html(content, Texts(content.config.project.language or settings().language))
    path = folder / "index.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as err:
        raise OutputError(f"{path}: cannot be written: {err}") from err
    return path


def report_html(content: ReportContent, texts: Texts) -> str:
    """Return the whole page.

    Args:
        content: the finished run.
        texts: the language.
    """
    writer, maps = Writer(content, texts), MapMaker(content, texts)
    spots = [
        map_sections.whitespots(writer, maps, number, definition)
        for number, definition in enumerate(content.predicted, start=1)
    ]
    body = h.join(
        [
            sections.head(writer),
            _contents(writer),
            sections.summary(writer),
            sections.reading(writer),
            sections.definitions(writer),
            *spots,
            cause_section.causes(writer),
            overlap_section.overlap(writer),
            sections.districts(writer),
            map_sections.layers(writer, maps),
            sections.models(writer),
            validation.validation(writer),
            model_card.model_card(writer),
            sections.calibration(writer),
            suspects.suspects(writer),
            screening.screening(writer),
            sections.set_aside(writer),
            sections.assumptions(writer),
            h.element("footer", h.paragraph(_footer(writer))),
        ]
    )
    return _page(writer, body)


def _contents(w: Writer) -> Html:
    say = w.say
    entries = [
        ("summary", say("summary-title")),
        ("reading", say("reading-title")),
        ("definitions", say("definitions-title")),
        *(
            (f"whitespots-{number}", say("whitespots-title", definition=definition.title))
            for number, definition in enumerate(w.content.predicted, start=1)
        ),
        *([("causes", say("causes-title"))] if w.content.causes is not None else []),
        *([("overlap", say("overlap-title"))] if w.content.overlaps else []),
        ("districts", say("districts-title")),
        ("layers", say("layers-title")),
        ("models", say("models-title")),
        ("validation", say("validation-title")),
        *([("model-card", say("model-card-title"))] if w.content.card is not None else []),
        ("calibration", say("calibration-title")),
        *([("suspects", say("suspects-title"))] if w.content.suspects is not None else []),
        *([("screening", say("screening-title"))] if w.content.screening is not None else []),
        ("set-aside", say("aside-title")),
        ("assumptions", say("assumptions-title")),
    ]
    items = [h.element("li", h.element("a", h.text(title), href=f"#{anchor}")) for anchor, title in entries]
    return h.element("nav", h.element("ul", h.join(items)), aria_label=say("contents"))


def _footer(w: Writer) -> str:
    content = w.content
    return w.say("footer", version=content.version, run=content.run_id, date=content.date.isoformat())


def _page(w: Writer, body: Html) -> str:
    style = (resources.files("aqdaq.data") / "templates" / "report.css").read_text(encoding="utf-8")
    word = f"{w.say('synthetic-word')}: " if w.content.config.project.synthetic else ""
    title = h.text(word + w.say("title", project=w.content.config.project.name))
    return (
        f'<!DOCTYPE html>\n<html lang="{w.texts.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY, quote=True)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
