"""Values of a building's attributes, as they come out of vector files: numbers, texts, dates, or nothing."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

import pandas as pd

MAX_HEIGHT_M: Final = 1000.0
MAX_FLOORS: Final = 330.0


def read_text(value: Any) -> str | None:
    """Return a text without blanks around it; whole numbers lose their ``.0``; nothing is None."""
    if _nothing(value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def read_number(value: Any) -> float | None:
    """Return a number; nothing is None, a comma may be the decimal sign.

    Raises:
        ValueError: it is no finite number.
    """
    if _nothing(value):
        return None
    try:
        number = float(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is not a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not a number")
    return number


def read_height_m(value: Any) -> float | None:
    """Return a height (m) above 0 and up to 1000, or None.

    Raises:
        ValueError: no number, or outside.
    """
    return _within(read_number(value), MAX_HEIGHT_M, "m")


def read_floors(value: Any) -> int | None:
    """Return a number of floors above 0 and up to 330, or None; half a floor counts as a whole one.

    Raises:
        ValueError: no number, or outside.
    """
    number = _within(read_number(value), MAX_FLOORS, "floors")
    return None if number is None else math.ceil(number)


def read_residents(value: Any) -> float | None:
    """Return a number of persons, not negative, or None.

    Raises:
        ValueError: no number, or negative.
    """
    number = read_number(value)
    if number is not None and number < 0:
        raise ValueError(f"{number:g} is negative")
    return number


def read_date(value: Any) -> dt.date | None:
    """Return a date: ISO 8601, a date with time, or a year (its first of January); nothing is None.

    Raises:
        ValueError: it is none of them.
    """
    if _nothing(value):
        return None
    if isinstance(value, dt.datetime):  # a pandas timestamp is one
        return value.date()
    if isinstance(value, dt.date):
        return value
    text = read_text(value) or ""
    try:
        return dt.date(int(text), 1, 1) if len(text) == 4 else dt.datetime.fromisoformat(text).date()
    except ValueError:
        raise ValueError(f"{value!r} is not a date") from None


def _within(number: float | None, most: float, unit: str) -> float | None:
    if number is not None and not 0.0 < number <= most:
        raise ValueError(f"{number:g} lies outside 0 to {most:g} {unit}")
    return number


def _nothing(value: Any) -> bool:
    return value is None or bool(pd.isna(value)) or (isinstance(value, str) and not value.strip())
