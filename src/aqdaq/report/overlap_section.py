"""The section of the report that sets the white spots of several definitions side by side."""

from __future__ import annotations

from aqdaq.report import html_parts as h
from aqdaq.report.html_parts import Html
from aqdaq.report.sections import Writer


def overlap(w: Writer) -> Html:
    """Return what each pair of definitions has in common; nothing where there is but one."""
    say, frame, links = w.say, w.rows("overlap"), w.rows("overlap_links")
    if frame.empty:
        return h.NOTHING
    if w.content.people is None:
        frame = frame.drop(columns="jaccard_people_percent")
    parts = [h.paragraph(say("overlap-lead")), h.table(frame, say("overlap-table"), w.texts)]
    if len(links):
        render = {"same_place": lambda v: h.text(say("yes" if v else "no"))}
        inside = h.table(links, say("overlap-links-table"), w.texts, render)
        parts.append(h.details(say("overlap-links-show", count=len(links)), inside))
    return h.section("overlap", say("overlap-title"), *parts)
