"""One row of a site or cell table: its values, the defaults that fill it, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from aqdaq.base.errors import Fault
from aqdaq.io.hints import listed, shown
from aqdaq.io.network_quantities import QUANTITIES, Assumptions, impossible
from aqdaq.io.tables import missing_columns, read_csv_columns

#: Where a value stands that a project gives for all cells.
DEFAULTS_WHERE: Final = "project.toml [network.defaults]"

FROM_DEFAULTS: Final = "not in the table; [network.defaults]"

_TRUE: Final = frozenset({"true", "yes", "1"})
_FALSE: Final = frozenset({"false", "no", "0"})


@dataclass(slots=True)
class NamedTable:
    """A table under our names.

    Attributes:
        file: name of the file.
        frame: text columns under our names, indexed by the row of the file.
        theirs: our name -> the name in the file.
        unused: columns of the file that have no name of ours.
        faults: columns that were promised and are not there.
    """

    file: str
    frame: pd.DataFrame
    theirs: dict[str, str]
    unused: tuple[str, ...]
    faults: list[Fault]

    def has(self, *names: str) -> bool:
        """Return whether all of these columns are there."""
        return all(name in self.frame.columns for name in names)

    def missing(self, *names: str) -> list[Fault]:
        """Return the faults of the columns that are needed and not there."""
        there = [*(self.theirs.get(str(n), str(n)) for n in self.frame.columns), *self.unused]
        # A column that was mapped to a name that the file lacks is reported already.
        return missing_columns(self.file, there, [n for n in names if not self.has(n) and n not in self.theirs])

    def where(self, row: int) -> str:
        """Return ``cells.csv:12``."""
        return f"{self.file}:{row}"

    def label(self, name: str) -> str:
        """Return how a column is called in messages: our words, and the name in the file when it is another."""
        words = QUANTITIES[name].words if name in QUANTITIES else name
        theirs = self.theirs.get(name, name)
        return words if theirs in (name, words) else f"{words} ({theirs})"


#: Columns of words, dates and files: a comma in them is a comma.
_TEXT: Final = frozenset(
    {"id", "site", "operator", "technology", "band", "structure", "owners", "antenna_file", "on_air", "off_air", "omni"}
)


def read_named_table(
    path: Path, separator: str, theirs: Mapping[str, str], ours: Sequence[str], section: str, *, decimal: str = "."
) -> NamedTable:
    """Read a table and give its columns our names.

    Args:
        path: the CSV file.
        separator: one character.
        theirs: our name -> the name in the file, where they differ.
        ours: the names that mean something to us.
        section: where the mapping stands, for messages.
        decimal: the mark before the decimals of numbers.

    Raises:
        InputError: the file cannot be read as a table.
    """
    frame = read_csv_columns(path, separator=separator)
    there = [str(name) for name in frame.columns]
    faults = [
        Fault(fault.where, f"{fault.what} (named in project.toml {section}.{name})", fault.mend)
        for name, column in theirs.items()
        for fault in missing_columns(path.name, there, [column], separator=separator)
    ]
    names = {name: theirs.get(name, name) for name in ours if theirs.get(name, name) in there}
    named = pd.DataFrame({name: frame[column] for name, column in names.items()}, index=frame.index)
    if decimal != ".":
        numbers = [name for name in names if name not in _TEXT]
        named[numbers] = named[numbers].apply(lambda column: column.str.replace(decimal, ".", regex=False))
    unused = tuple(column for column in there if column not in names.values())
    return NamedTable(path.name, named, dict(theirs), unused, faults)


@dataclass(slots=True)
class Row:
    """One row of a table, read field by field; what is wrong is added to ``faults``.

    Attributes:
        table: where it comes from.
        number: of the row in the file.
        values: text by our names.
        defaults: what the project gives where the table is silent.
        faults: all faults so far, of all rows.
        assumptions: counted over all rows.
        assumed: fields of this row that were filled in.
    """

    table: NamedTable
    number: int
    values: Mapping[str, str]
    defaults: Mapping[str, str | float | bool]
    faults: list[Fault]
    assumptions: Assumptions
    assumed: set[str] = field(default_factory=set)

    @property
    def where(self) -> str:
        """Return ``cells.csv:12``."""
        return self.table.where(self.number)

    def fault(self, what: str, mend: str = "") -> None:
        """Add a fault of this row."""
        self.faults.append(Fault(self.where, what, mend))

    def given(self, *names: str) -> bool:
        """Return whether the table itself holds a value for all of these."""
        return all(self.values.get(name) for name in names)

    def known(self, *names: str) -> bool:
        """Return whether the table or the defaults hold a value for all of these."""
        return all(self.values.get(name) or name in self.defaults for name in names)

    def text(self, name: str, otherwise: str = "") -> str:
        """Return the text of a field: of the table, else the default (then it is assumed), else ``otherwise``."""
        found = self.values.get(name)
        if found:
            return found
        if name in self.defaults:
            return str(self._default(name))
        return otherwise

    def need_text(self, name: str) -> str:
        """Return the text of a field that must be there; a fault when the table has the column and no value."""
        found = self.text(name)
        if not found and self.table.has(name):
            self.fault(f"{self.table.label(name)} is empty", f"fill it in, or give {name} in [network.defaults]")
        return found

    def number_of(self, name: str, otherwise: float = math.nan) -> float:
        """Return a number inside its range; NaN after a fault, ``otherwise`` where nobody gave one."""
        found = self.values.get(name)
        if found:
            return self._checked(name, found, self.where, self.table.label(name))
        if name in self.defaults:
            return self._checked(name, self._default(name), f"{DEFAULTS_WHERE}.{name}", QUANTITIES[name].words)
        return otherwise

    def need_number(self, name: str) -> float:
        """Return a number that must be there; a fault when the table has the column and no value."""
        if not self.known(name) and self.table.has(name):
            self.need_text(name)
        return self.number_of(name)

    def flag(self, name: str) -> bool:
        """Return a yes or no; no where nobody said."""
        found = self.text(name, "no").casefold()
        if found not in _TRUE | _FALSE:
            self.fault(
                f"{self.table.label(name)} {found!r} is neither yes nor no", "one of: true, false, yes, no, 1, 0"
            )
        return found in _TRUE

    def date(self, name: str) -> dt.date | None:
        """Return a date; None where nobody gave one."""
        found = self.text(name)
        if not found:
            return None
        try:
            return dt.date.fromisoformat(found)
        except ValueError:
            self.fault(f"{self.table.label(name)} {found!r} is not a date", "write it as 2025-12-31")
            return None

    def assume(self, name: str, value: float, reason: str) -> float:
        """Return ``value`` for a field that nobody gave, and note that it is assumed."""
        self.assumed.add(name)
        self.assumptions.add(QUANTITIES[name].words, QUANTITIES[name].say(value), reason)
        return value

    def _default(self, name: str) -> str | float | bool:
        value = self.defaults[name]
        if name not in self.assumed:
            self.assumed.add(name)
            self.assumptions.add(QUANTITIES[name].words, QUANTITIES[name].say(value), FROM_DEFAULTS)
        return value

    def _checked(self, name: str, found: str | float | bool, where: str, label: str) -> float:
        quantity = QUANTITIES[name]
        try:
            value = float(str(found).replace("_", "?"))  # Python would read 1_000
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.faults.append(Fault(where, f"{label} {shown(found)} is not a number", quantity.mend))
            return math.nan
        what = impossible(name, value, quantity)
        if what:
            self.faults.append(Fault(where, f"{label} {what}", quantity.mend))
            return math.nan
        return value


def unused_note(table: NamedTable) -> tuple[str, ...]:
    """Return a note on the columns of a table that nothing was made of; ``source`` only says where a row is from."""
    unused = [name for name in table.unused if name != "source"]
    return (f"{table.file}: columns not used: {listed(unused)}",) if unused else ()
