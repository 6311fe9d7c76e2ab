"""The section on site data that the measurements contradict: a sentence each, and the figures in a table."""

from __future__ import annotations

from aqdaq.model.suspect import Suspect
from aqdaq.report import html_parts as h
from aqdaq.report.html_parts import Html
from aqdaq.report.sections import Writer
from aqdaq.report.texts import Texts


def sentence(one: Suspect, texts: Texts) -> str:
    """Return a suspect in words."""
    digits = 1 if one.what == "downtilt" else 0
    args: dict[str, str | int] = {
        "cell": one.cell,
        "stated": texts.number(one.stated, digits),
        "fitted": texts.number(one.fitted, digits),
        "error": texts.number(one.error, digits),
        "samples": one.samples,
        "other": one.other,
        "toward": texts.number(one.toward_deg),
    }
    return texts.say(f"suspect-{one.what}", **args)


def suspects(w: Writer) -> Html:
    """Return what does not fit, or that everything does; nothing where nobody looked."""
    found, say = w.content.suspects, w.say
    if found is None:
        return h.NOTHING
    if not found:
        return h.section("suspects", say("suspects-title"), h.paragraph(say("suspects-none")))
    items = [h.element("li", h.text(sentence(one, w.texts))) for one in found]
    frame = w.rows("suspects")
    table = h.table(frame, say("suspects-table"), w.texts, {"kind": lambda v: h.text(say(f"suspects-kind-{v}"))})
    return h.section(
        "suspects",
        say("suspects-title"),
        h.paragraph(say("suspects-lead")),
        h.element("ul", h.join(items)),
        w.folded(frame, table),
        h.paragraph(say("suspects-note"), "note"),
    )
