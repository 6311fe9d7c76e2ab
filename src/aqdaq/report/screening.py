"""The section of the report that says which measurements were doubted, and what became of them."""

from __future__ import annotations

from aqdaq.report import html_parts as h
from aqdaq.report.html_parts import Html
from aqdaq.report.sections import Writer


def screening(w: Writer) -> Html:
    """Return what each check found, with its rows, and the offsets of the devices; nothing where none was run."""
    found, say, number = w.content.screening, w.say, w.texts.number
    if found is None:
        return h.NOTHING
    count = say(
        "screening-count",
        read=number(found.rows_in),
        aside=number(found.set_aside),
        used=number(found.used),
        less=number(found.downweighted),
    )
    parts = [h.paragraph(count)]
    if found.rows_out != found.used:
        parts.append(h.paragraph(say("screening-thinned", used=number(found.used), out=number(found.rows_out))))
    frame = w.rows("screening")
    if frame.empty:
        parts.append(h.paragraph(say("screening-none")))
    else:
        render = {
            "kind": lambda v: h.text(say(f"screening-kind-{_key(v)}")),
            "action": lambda v: h.text(say(f"screening-action-{_key(v)}")),
        }
        parts.append(w.folded(frame, h.table(frame, say("screening-table"), w.texts, render)))
    return h.section("screening", say("screening-title"), *parts, _offsets(w))


def _offsets(w: Writer) -> Html:
    say, frame = w.say, w.rows("device_offsets")
    if frame.empty:
        return h.NOTHING
    render = {
        "against": lambda v: h.text(say(f"screening-against-{v}")),
        "majority": lambda v: h.text(say("yes" if v else "no")),
    }
    table = h.table(frame, say("screening-offsets-table"), w.texts, render)
    return h.join([h.paragraph(say("screening-offsets-lead")), w.folded(frame, table)])


def _key(value: object) -> str:
    return str(value).replace(" ", "-")
