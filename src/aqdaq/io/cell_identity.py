"""Finds the cell of a log's row by what the phone read of it, and says how sure that is.

Three classes, the first that finds a cell wins:

1. The whole cell identity (eCI, NCI, eNB and cell, LAC and CI): confidence 1.
2. The code that far cells share (PCI, scrambling code, BSIC) on the same channel: up to 0.95.
3. The code alone, where the row or the table does not know the channel: up to 0.7.

Several cells with the same code stand in one network, so the nearest is taken and the confidence falls with the
others: each candidate counts with the inverse fourth power of its distance, and a cell that nobody listed counts as
one more, 10 km away. A second cell as near as the first halves the confidence. Technology and operator must agree.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.io.measurement_identity import FOREIGN, NONE, NUMBERS, Seen
from aqdaq.model.network import Cell, Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BY_ID: Final = "cell id of the table"
BY_IDENTITY: Final = "cell identity"
BY_CODE_AND_CHANNEL: Final = "PCI and channel"
BY_CODE: Final = "PCI alone"
#: Classes of a match, the surest first.
CLASSES: Final = (BY_ID, BY_IDENTITY, BY_CODE_AND_CHANNEL, BY_CODE)

#: Confidence of a class when no second cell is near.
BEST: Final = {BY_IDENTITY: 1.0, BY_CODE_AND_CHANNEL: 0.95, BY_CODE: 0.7}

#: How fast the confidence falls with a second candidate: the power of the distance, about that of the path gain.
POWER: Final = 4.0
#: Distances below this count as this (m): so near, two cells of one place cannot be told apart by distance.
NEAREST_M: Final = 50.0
#: Where a cell of the same code that no table lists is supposed to stand (m).
UNLISTED_M: Final = 10_000.0

#: Why a row has no cell.
UNKNOWN: Final = 0
OTHER_OPERATOR: Final = 1
FOUND: Final = 2

_GNB_BITS: Final = range(22, 33)  # lengths of a gNB's number in the 36 bits of an NCI, TS 38.413 section 9.3.1.6
_NCI_BITS: Final = 36


@dataclass(frozen=True, slots=True)
class Matches:
    """The cell of each row; all arrays have shape (n,).

    Attributes:
        cell: index in ``network.cells``, -1 where none was found.
        confidence: 0..1, 0 where none was found.
        how: index in ``CLASSES``, -1 where none was found.
        outcome: ``FOUND``, ``UNKNOWN`` or ``OTHER_OPERATOR``.
    """

    cell: Ints
    confidence: Floats
    how: NDArray[np.int8]
    outcome: NDArray[np.int8]


def match_cells(seen: Seen, x_m: Floats, y_m: Floats, network: Network, day: pd.Series | None = None) -> Matches:
    """Return the cell of each row.

    Args:
        seen: (n,) what the rows say.
        x_m: (n,) easting of the rows (m), NaN where unknown: then several candidates cannot be told apart.
        y_m: (n,) northing (m).
        network: sites in the same CRS, cells of any date.
        day: (n,) days as YYYY-MM-DD, empty where unknown: of several candidates those on air on the day count.
    """
    n = len(seen.frame)
    cell, confidence = np.full(n, NONE, dtype=np.int64), np.zeros(n)
    how, outcome = np.full(n, -1, dtype=np.int8), np.full(n, UNKNOWN, dtype=np.int8)
    lookup = _Lookup(network)
    frame = seen.frame.assign(day="" if day is None else day.to_numpy())
    numbers = frame.groupby(["technology", "operator", *NUMBERS, "day"], sort=False).ngroup().to_numpy()
    order = np.argsort(numbers, kind="stable")
    rows_of = np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1) if n else []
    first = frame.iloc[[int(rows[0]) for rows in rows_of]].to_dict("records")
    for rows, one in zip(rows_of, first, strict=True):
        look = _Look(one["technology"], one["operator"], one["day"], {name: int(one[name]) for name in NUMBERS})
        candidates, kind, state = lookup.find(look)
        outcome[rows] = state
        if candidates:
            chosen, share = _nearest(lookup.places[candidates], x_m[rows], y_m[rows], kind)
            cell[rows] = np.array(candidates)[chosen]
            confidence[rows] = share * BEST[kind]
            how[rows] = CLASSES.index(kind)
    return Matches(cell, confidence, how, outcome)


def _nearest(places: Floats, x_m: Floats, y_m: Floats, kind: str) -> tuple[Ints, Floats]:
    """Return which of the candidates is nearest to each row, and its share of the weights."""
    if len(places) == 1 and kind == BY_IDENTITY:
        return np.zeros(len(x_m), dtype=np.int64), np.ones(len(x_m))
    distance_m = np.hypot(x_m[:, None] - places[None, :, 0], y_m[:, None] - places[None, :, 1])
    distance_m = np.where(np.isfinite(distance_m), np.maximum(distance_m, NEAREST_M), UNLISTED_M)
    weight = distance_m**-POWER
    chosen = np.argmax(weight, axis=1)
    unlisted = 0.0 if kind == BY_IDENTITY else UNLISTED_M**-POWER
    share = weight[np.arange(len(chosen)), chosen] / (weight.sum(axis=1) + unlisted)
    return chosen.astype(np.int64), share


@dataclass(frozen=True, slots=True)
class _Look:
    """What one row says."""

    technology: str
    operator: str
    day: str
    numbers: dict[str, int]


class _Lookup:
    """The cells of a network by all that a phone may read of them."""

    def __init__(self, network: Network) -> None:
        self.cells = network.cells
        nowhere = (np.nan, np.nan)
        sites = {site.id: (site.x_m, site.y_m) for site in network.sites}
        self.places = np.array([sites.get(cell.site_id, nowhere) for cell in network.cells], dtype=np.float64).reshape(
            -1, 2
        )
        self.by_whole: dict[tuple[str, int], list[int]] = defaultdict(list)
        self.by_parts: dict[tuple[str, int, int], list[int]] = defaultdict(list)
        self.by_code: dict[tuple[str, int], list[int]] = defaultdict(list)
        self.codes = {(cell.identity.mcc, cell.identity.mnc) for cell in network.cells if cell.identity.mcc is not None}
        for i, cell in enumerate(network.cells):
            self._add(i, cell)

    def _add(self, i: int, cell: Cell) -> None:
        technology, identity = cell.layer.technology, cell.identity
        whole = identity.whole(technology)
        if whole is not None:
            self.by_whole[technology, whole].append(i)
            if technology == "UMTS":  # old logs hold the last 16 bits only
                self.by_whole[technology, whole % 65_536].append(i)
        if identity.node is not None and identity.local is not None:
            self.by_parts[technology, identity.node, identity.local].append(i)
        elif technology == "NR" and whole is not None:
            for bits in _GNB_BITS:
                cells = 1 << (_NCI_BITS - bits)
                self.by_parts[technology, whole // cells, whole % cells].append(i)
        if identity.code is not None:
            self.by_code[technology, identity.code].append(i)

    def find(self, look: _Look) -> tuple[list[int], str, int]:
        """Return the candidates of a row, the class of the match, and what came of it."""
        if look.operator == FOREIGN or self._other_network(look):
            return [], "", OTHER_OPERATOR
        whole = list(dict.fromkeys(self._by_whole(look)))
        agreeing = [i for i in whole if self._agrees(i, look)]
        if agreeing:
            return self._on_air(agreeing, look), BY_IDENTITY, FOUND
        if whole:
            return [], "", OTHER_OPERATOR
        code = look.numbers["code"]
        same = self.by_code.get((look.technology, code), []) if code != NONE else []
        same = [i for i in same if self._agrees(i, look) and not self._is_another(i, look)]
        on_channel = [i for i in same if self._channel(i) == look.numbers["arfcn"] != NONE]
        if on_channel:
            return self._on_air(on_channel, look), BY_CODE_AND_CHANNEL, FOUND
        anywhere = [i for i in same if look.numbers["arfcn"] == NONE or self._channel(i) == NONE]
        return (self._on_air(anywhere, look), BY_CODE, FOUND) if anywhere else ([], "", UNKNOWN)

    def _by_whole(self, look: _Look) -> Iterator[int]:
        numbers, technologies = look.numbers, [look.technology] if look.technology else ["LTE", "NR", "UMTS", "GSM"]
        for technology in technologies:
            if numbers["ci"] != NONE:
                yield from self._in_area(self.by_whole.get((technology, numbers["ci"]), []), technology, numbers)
            if numbers["node"] != NONE and numbers["local"] != NONE:
                yield from self.by_parts.get((technology, numbers["node"], numbers["local"]), [])

    def _in_area(self, found: Iterable[int], technology: str, numbers: dict[str, int]) -> Iterator[int]:
        """Yield the cells in the row's area: the CI of GSM, and the short one of UMTS, is unique in its area only."""
        for i in found:
            area = self.cells[i].identity.area
            local = technology == "GSM" or (technology == "UMTS" and numbers["ci"] < 65_536)
            if not local or area is None or numbers["area"] in (NONE, area):
                yield i

    def _on_air(self, found: list[int], look: _Look) -> list[int]:
        """Return the cells on air on the day of the row; all of them when none was, or nobody knows the day."""
        if not look.day or len(found) == 1:
            return found
        date = dt.date.fromisoformat(look.day)
        return [i for i in found if self.cells[i].transmits(date)] or found

    def _agrees(self, i: int, look: _Look) -> bool:
        """Return whether the operator of a cell is that of the row, as far as both are known."""
        cell = self.cells[i]
        if look.operator not in ("", cell.layer.operator):
            return False
        pairs = ((look.numbers[name], own) for name, own in (("mcc", cell.identity.mcc), ("mnc", cell.identity.mnc)))
        return all(own is None or said in (NONE, own) for said, own in pairs)

    def _is_another(self, i: int, look: _Look) -> bool:
        """Return whether both know the whole identity: it was not the same, so a like code is chance."""
        own = self.cells[i].identity.whole(self.cells[i].layer.technology)
        return own is not None and look.numbers["ci"] != NONE

    def _channel(self, i: int) -> int:
        number = self.cells[i].identity.arfcn
        return NONE if number is None else number

    def _other_network(self, look: _Look) -> bool:
        """Return whether the row names a network code that no cell of the table has, though all of them say theirs."""
        said = (look.numbers["mcc"], look.numbers["mnc"])
        if NONE in said or not self.codes:
            return False
        stated = all(cell.identity.mcc is not None and cell.identity.mnc is not None for cell in self.cells)
        return stated and said not in self.codes
