"""Small pieces of HTML. Every text that comes in is escaped here and nowhere else; ``Html`` is what is escaped."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final, NewType

import pandas as pd

from aqdaq.report.columns import is_number, page_digits
from aqdaq.report.texts import Texts

#: Text that may stand in the page as it is.
Html = NewType("Html", str)

NOTHING: Final = Html("")

#: Turns a value of a column into what stands in its cell.
Render = Callable[[object], Html]


def text(value: object) -> Html:
    """Return ``value`` as escaped text."""
    return Html(escape(str(value), quote=True))


def join(parts: Sequence[Html]) -> Html:
    """Return the pieces one after the other, each on a line of its own."""
    return Html("\n".join(part for part in parts if part))


def element(tag: str, *inside: Html, **attributes: str) -> Html:
    """Return ``<tag ...>inside</tag>``; attributes are written ``class_`` and ``aria_label``."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value, quote=True)}"' for name, value in attributes.items()
    )
    return Html(f"<{tag}{written}>{''.join(inside)}</{tag}>")


def paragraph(words: str, class_: str = "") -> Html:
    """Return a paragraph of plain text."""
    return element("p", text(words), class_=class_) if class_ else element("p", text(words))


def section(anchor: str, title: str, *inside: Html) -> Html:
    """Return a section with its heading."""
    return Html(f'<section id="{escape(anchor, quote=True)}">\n<h2>{text(title)}</h2>\n{join(inside)}\n</section>')


def details(summary: str, *inside: Html, opened: bool = False) -> Html:
    """Return a part that the reader can fold."""
    state = " open" if opened else ""
    return Html(f"<details{state}><summary>{text(summary)}</summary>\n{join(inside)}\n</details>")


def chip(words: str, kind: str) -> Html:
    """Return a small label; ``kind`` names its colour in the style sheet."""
    return element("span", text(words), class_=f"chip {kind}")


def swatch(colour: str, *, unknown: bool = False) -> Html:
    """Return a square in the colour of a class of a map."""
    kind = "swatch unknown" if unknown else "swatch"
    return Html(f'<span class="{kind}" style="background-color:{escape(colour, quote=True)}"></span>')


def figure(png: bytes, alt: str, caption: str) -> Html:
    """Return a picture that carries its own bytes."""
    width, height = struct.unpack(">II", png[16:24])
    data = base64.b64encode(png).decode("ascii")
    image = (
        f'<img src="data:image/png;base64,{data}" width="{width}" height="{height}" alt="{escape(alt, quote=True)}">'
    )
    return Html(f"<figure>{image}<figcaption>{text(caption)}</figcaption></figure>")


def table(
    frame: pd.DataFrame,
    caption: str,
    texts: Texts,
    render: Mapping[str, Render] | None = None,
    emphasised: Sequence[int] = (),
) -> Html:
    """Return a frame as a table with its caption; headings are the messages ``col-<name of the column>``.

    Args:
        frame: what to show, all of it.
        caption: in words.
        texts: the language.
        render: per column, what stands in its cells instead of the plain value.
        emphasised: positions of the rows to set apart, such as totals.
    """
    render = render or {}
    names = [str(column) for column in frame.columns]
    numeric = [is_number(frame[name]) and name not in render for name in names]
    head = "".join(
        f'<th scope="col"{_align(number)}>{text(texts.say("col-" + name.replace("_", "-")))}</th>'
        for name, number in zip(names, numeric, strict=True)
    )
    columns = [_cells(frame[name], texts, render.get(name)) for name in names]
    rows = []
    for position, cells in enumerate(zip(*columns, strict=True)):
        strong = ' class="total"' if position in emphasised else ""
        inside = "".join(f"<td{_align(number)}>{cell}</td>" for cell, number in zip(cells, numeric, strict=True))
        rows.append(f"<tr{strong}>{inside}</tr>")
    body = "\n".join(rows)
    return Html(
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption, quote=True)}"><table>'
        f"<caption>{text(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def pairs(items: Sequence[tuple[str, str]]) -> Html:
    """Return a list of terms and what they are."""
    inside = "\n".join(f"<div><dt>{text(term)}</dt><dd>{text(value)}</dd></div>" for term, value in items)
    return Html(f"<dl>\n{inside}\n</dl>")


def _align(number: bool) -> str:
    return ' class="n"' if number else ""


def _cells(column: pd.Series, texts: Texts, render: Render | None) -> list[Html]:
    if render is not None:
        return [render(value) for value in column]
    if not is_number(column):
        return [text("–" if pd.isna(value) or value == "" else value) for value in column]
    digits = 0 if pd.api.types.is_integer_dtype(column) else page_digits(str(column.name))
    return [text(texts.number(float(value), digits)) for value in column]
