"""A document on exposure as words, tables and pictures, before Typst sets it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackTable:
    """A table of words.

    Attributes:
        caption: what it shows.
        head: names of the columns.
        rows: of cells.
        groups: names above columns and how many of them each spans; empty: none.
        note: below it.
        numbers: columns that hold numbers, which stand at the right.
        pairs: whether two rows belong together, as the two maxima do; the first cell of the second is empty.
        widths: share of the width of each column; 0: what it needs.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    groups: tuple[tuple[str, int], ...] = ()
    note: str = ""
    numbers: tuple[int, ...] = ()
    pairs: bool = False
    widths: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture.

    Attributes:
        png: its bytes.
        alt: what it shows, for those who do not see it.
        caption: below it.
        width: share of the width of the page, 0..1.
    """

    png: bytes
    alt: str
    caption: str
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class PackSection:
    """A section.

    Attributes:
        title: of it; empty on the first page, where the document's own stands.
        paragraphs: of words.
        items: a list below them.
        pictures: below that.
        tables: below these.
        wide: whether it stands on pages that lie on their side.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[PackTable, ...] = ()
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document.

    Attributes:
        language: code.
        title: of it.
        banner: over everything, for synthetic projects.
        caution: limits that are not verified or over; it stands on every page.
        alarms: what is incomplete, title first; empty: nothing.
        verdict_title: above the verdicts.
        verdicts: kind and words.
        verdict_note: below them.
        facts: terms and values.
        sections: in order; the first one shares the first page.
        footer: on every page.
        date: YYYY-MM-DD.
    """

    language: str
    title: str
    banner: str
    caution: str
    alarms: tuple[str, ...]
    verdict_title: str
    verdicts: tuple[tuple[str, str], ...]
    verdict_note: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[PackSection, ...]
    footer: str
    date: str

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures in order."""
        return tuple(picture for section in self.sections for picture in section.pictures)
