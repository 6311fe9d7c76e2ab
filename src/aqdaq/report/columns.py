"""What the name of a column says: its unit, and with it the decimals that mean something."""

from __future__ import annotations

from typing import Final

import pandas as pd

#: Ending of a column name -> decimals in files, decimals on the page.
_DIGITS: Final[tuple[tuple[str, int, int], ...]] = (
    ("_ha", 4, 2),
    ("_dbm", 2, 1),
    ("_db", 2, 1),
    ("_db_decade", 2, 1),
    ("_percent", 2, 1),
    ("_deg", 6, 5),
    ("_m", 2, 1),
    ("people", 2, 0),
    ("whitespots", 0, 0),
    ("brier", 4, 3),
    ("skill", 4, 2),
    ("auc", 4, 2),
    ("probability", 4, 2),
    ("probability_from", 4, 2),
    ("probability_to", 4, 2),
)


def file_digits(column: str) -> int:
    """Return the decimals of ``column`` in CSV and XLSX."""
    return next((digits for ending, digits, _ in _DIGITS if column.endswith(ending)), 4)


def page_digits(column: str) -> int:
    """Return the decimals of ``column`` on the page."""
    return next((digits for ending, _, digits in _DIGITS if column.endswith(ending)), 1)


def is_number(column: pd.Series) -> bool:
    """Return whether the column holds numbers (truth values are words, not numbers)."""
    return bool(pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column))
