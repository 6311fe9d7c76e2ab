"""Figures, missing things and tables of a statement in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from aqdaq.planning.plan_rules.findings import Figure, Missing
from aqdaq.report.texts import Texts

#: Digits by unit.
_DIGITS: Final = {"m": 1, "W/m2": 4, "people": 1, "m2": 0}
#: Figures that have no number: what they say is their name.
_BARE: Final = frozenset({"objects", "access", "lamps"})
_YES_OR_NO: Final = frozenset({"power", "indoor_system"})


@dataclass(frozen=True, slots=True)
class Table:
    """A table of words.

    Attributes:
        caption: what it shows.
        head: names of the columns.
        rows: of cells, as text.
        note: below it; empty: none.
        verdict_columns: columns that hold a verdict, as its word in English.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    verdict_columns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the statement.

    Attributes:
        anchor: its name in the page.
        title: of it.
        paragraphs: of words.
        tables: below them.
        items: a list below these.
        picture: whether the map stands in it, before the tables.
    """

    anchor: str
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    items: tuple[str, ...] = ()
    picture: bool = False


def figure_words(figure: Figure, texts: Texts) -> str:
    """Return a figure with its bound in words."""
    name = texts.say(f"plan-figure-{figure.name.replace('_', '-')}")
    about = f" ({figure.about})" if figure.about else ""
    if figure.name in _BARE:
        return f"{name}{about}"
    value = _value(figure.value, figure, texts)
    if figure.bound is None or figure.name in _YES_OR_NO:
        return f"{name}{about}: {value}"
    bound = texts.say(f"plan-{figure.sense.replace(' ', '-')}", bound=_value(figure.bound, figure, texts))
    return f"{name}{about}: {value}, {bound}"


def missing_words(missing: Missing, texts: Texts) -> str:
    """Return what is missing in words."""
    return texts.say(f"plan-missing-{missing.kind}", name=missing.name)


def _value(value: float | None, figure: Figure, texts: Texts) -> str:
    if value is None:
        return texts.say("plan-not-known")
    if math.isinf(value):
        return texts.say("plan-none-there")
    if figure.name in _YES_OR_NO:
        return texts.say("yes" if value else "no")
    if figure.name in {"probability", "share_in_reach"}:
        return f"{texts.number(value * 100.0, 1)} %"
    return f"{texts.number(value, _DIGITS.get(figure.unit, 0))} {figure.unit}".strip()


def kind_word(kind: str, texts: Texts) -> str:
    """Return the word for a kind of object."""
    return texts.say(f"plan-kind-{kind.replace('_', '-')}")
