"""What a check says: in words, with how many rows, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.screen.log import Log

Kind = Literal[
    "units",
    "duplicate",
    "clock",
    "one moment",
    "stuck position",
    "position jump",
    "position error",
    "quantised",
    "capped",
    "device",
    "moved cell",
]
KINDS: Final[tuple[Kind, ...]] = (
    "units", "duplicate", "clock", "one moment", "stuck position", "position jump", "position error", "quantised",
    "capped", "device", "moved cell",
)  # fmt: skip

#: ``censored``: the level is kept as a bound only (``heard`` becomes False); ``said``: nothing is done to the rows.
Action = Literal["set aside", "downweighted", "censored", "said"]
ACTIONS: Final[tuple[Action, ...]] = ("set aside", "downweighted", "censored", "said")

#: A check names this many logs one by one, those with most rows first; the others share a line.
MOST_NAMED: Final = 20
#: A list of names in one line stops after so many.
MOST_LISTED: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with the measurements.

    Attributes:
        kind: which check found it.
        what: in words, with the log, device or cell.
        rows: how many rows it concerns.
        action: what becomes of them.
        figures: what was found, by name; names end with the unit.
    """

    kind: Kind
    what: str
    rows: int
    action: Action
    figures: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the finding as a JSON-ready mapping."""
        return {
            "kind": self.kind,
            "what": self.what,
            "rows": self.rows,
            "action": self.action,
            "figures": dict(self.figures),
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """A finding and what it does to rows of the table.

    Attributes:
        finding: in words.
        rows: (n,) rows of the table, by position.
        weight: (n,) or one factor for all; None leaves the weights alone.
        reason: why the rows are set aside; empty when they stay.
        untimed: their time is not known any more.
    """

    finding: Finding
    rows: NDArray[np.int64]
    weight: NDArray[np.float64] | float | None = None
    reason: str = ""
    untimed: bool = False


#: Makes the judgement of some rows: their mask in the log, how many there are, and the name of where they are.
Word = Callable[[NDArray[np.bool_], int, str], Judgement]


def by_log(log: Log, found: NDArray[np.bool_], word: Word) -> list[Judgement]:
    """Return a judgement for each log that holds rows of a mask, the logs with most rows one by one.

    Args:
        log: the rows looked at.
        found: (n,) rows that a check found.
        word: makes the judgement of some of them.
    """
    counts = np.bincount(log.route[found], minlength=len(log.names.route))
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    made = []
    for route in sorted(order[:MOST_NAMED].tolist()):
        mask = found & (log.route == route)
        made.append(word(mask, int(counts[route]), log.names.route[route]))
    rest = order[MOST_NAMED:]
    if len(rest):
        mask = found & np.isin(log.route, rest)
        made.append(word(mask, int(counts[rest].sum()), f"{len(rest)} more logs"))
    return made


def listed(names: list[str]) -> str:
    """Return names as a list in words; of many, the first few and how many more."""
    shown = ", ".join(names[:MOST_LISTED])
    return f"{shown} and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else shown
