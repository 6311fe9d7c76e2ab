"""Words that help to mend an input: the nearest known name, and lists that stay readable."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Final

from aqdaq.base.errors import Fault

#: More faults of one kind than this are counted in one last fault instead of listed.
MOST_LISTED: Final = 200


def nearest(found: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like ``found``, or None when none does. Case is ignored first."""
    names = list(dict.fromkeys(known))
    for name in names:
        if name.casefold() == found.casefold():
            return name
    close = difflib.get_close_matches(found, names, n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """Return a mend that names the nearest known name, else the known ones."""
    names = list(dict.fromkeys(known))
    close = nearest(found, names)
    if close is not None:
        return f"did you mean {close!r}?"
    return f"one of: {listed(names)}" if names else ""


def listed(names: Iterable[str], most: int = 20) -> str:
    """Return the names in one line, the count of the rest when there are more than ``most``."""
    all_names = [str(name) for name in names]
    shown = ", ".join(all_names[:most])
    return shown if len(all_names) <= most else f"{shown} and {len(all_names) - most} more"


def shown(value: object, most: int = 60) -> str:
    """Return a value as it may stand in a message: quoted, and cut when it is long."""
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."


def capped(faults: Sequence[Fault], where: str, most: int = MOST_LISTED) -> list[Fault]:
    """Return the faults, those beyond ``most`` counted in one last fault."""
    if len(faults) <= most:
        return list(faults)
    return [*faults[:most], Fault(where, f"{len(faults) - most} more faults of the same kind", faults[0].mend)]
