"""What the rows of a log say of their cells: technology, operator and identity, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.io.measurement_table import LogTable
from aqdaq.io.tables import to_numbers
from aqdaq.model.measurement_presets import TECHNOLOGY_NAMES
from aqdaq.model.network import LEVEL_QUANTITY
from aqdaq.model.project import MeasurementSource

Ints = NDArray[np.int64]

#: Nobody said.
NONE: Final = -1
#: An operator that the network does not have.
FOREIGN: Final = "?"

#: Columns of ``Seen.frame`` that hold numbers.
NUMBERS: Final = ("mcc", "mnc", "area", "node", "local", "ci", "code", "arfcn")

#: What the columns of a log may hold beside their general names, by the technology of the row.
_SPECIAL: Final = {
    "code": (("pci", ("LTE", "NR")), ("psc", ("UMTS",)), ("bsic", ("GSM",))),
    "area": (("tac", ("LTE", "NR")), ("lac", ("GSM", "UMTS"))),
}

#: Largest number of a cell in its node: above it a log that calls it local writes the whole identity.
_LARGEST_LOCAL: Final = {"LTE": 255, "UMTS": 65_535}


@dataclass(frozen=True, slots=True)
class Seen:
    """What each row says of its cell.

    Attributes:
        frame: (n,) columns ``technology`` (our name, empty: nobody said), ``operator`` (of the network, empty: nobody
            said, ``FOREIGN``: another one) and ``NUMBERS`` (``NONE``: nobody said).
        readable: (n,) whether the technology, where one is named, is one that we know.
        foreign: names of operators that the network does not have, with their rows.
    """

    frame: pd.DataFrame
    readable: NDArray[np.bool_]
    foreign: dict[str, int]

    def words(self, rows: Ints) -> NDArray[np.object_]:
        """Return the identities of rows in words: ``LTE, A, mcc 401, mnc 1, ci 128003, code 12``."""
        some = self.frame.iloc[rows]
        operator = some["operator"].to_numpy(dtype=object)
        parts = [some["technology"].to_numpy(dtype=object), np.where(operator == FOREIGN, "", operator)]
        for name in NUMBERS:
            numbers = some[name].to_numpy()
            said = np.array([f"{name} {number}" for number in numbers.tolist()], dtype=object)
            parts.append(np.where(numbers != NONE, said, ""))
        text = np.full(len(some), "", dtype=object)
        for part in parts:
            between = np.where((text != "") & (part != ""), ", ", "").astype(object)
            text = text + between + part
        return text


def read_seen(source: MeasurementSource, log: LogTable, operators: list[str]) -> Seen:
    """Return what the rows say of their cells.

    Args:
        source: maps the columns and the names.
        log: the table.
        operators: those of the network.
    """
    technology, readable = _technologies(source, log)
    numbers = _numbers(log, technology)
    operator, foreign = _operators(source, log, operators, numbers)
    return Seen(pd.DataFrame({"technology": technology, "operator": operator, **numbers}), readable, foreign)


def _technologies(source: MeasurementSource, log: LogTable) -> tuple[pd.Series, NDArray[np.bool_]]:
    if not log.has("technology_column"):
        name = source.technology or ""
        return pd.Series([name] * len(log), dtype="str"), np.ones(len(log), dtype=np.bool_)
    own = {theirs.upper(): ours for theirs, ours in source.technologies.items()}
    codes, unique = pd.factorize(log.text("technology_column"))
    names = [own.get(text.upper(), TECHNOLOGY_NAMES.get(text.upper(), "")) for text in unique]
    names = [
        name or (source.technology or "") if text == "" else name for name, text in zip(names, unique, strict=True)
    ]
    known = np.array([name != "" for name in names], dtype=np.bool_)
    return pd.Series(np.array(names, dtype=object)[codes], dtype="str"), known[codes]


def _operators(
    source: MeasurementSource, log: LogTable, operators: list[str], numbers: dict[str, Ints]
) -> tuple[pd.Series, dict[str, int]]:
    """Return the operator of each row as the network calls it, and the names that it does not have."""
    ours = {name.casefold(): name for name in operators}
    own = {theirs.casefold(): ours.get(name.casefold(), FOREIGN) for theirs, name in source.operators.items()}
    codes, unique = pd.factorize(log.text("operator_column"))
    fixed = ours.get((source.operator or "").casefold(), "")
    names = [fixed if text == "" else own.get(text.casefold(), ours.get(text.casefold(), FOREIGN)) for text in unique]
    by_name = np.array(names, dtype=object)[codes]
    by_code = _by_network_code(own, numbers)
    operator = np.where(by_code != "", by_code, by_name)
    lost = pd.Series(log.text("operator_column").to_numpy(dtype=object)[operator == FOREIGN]).value_counts()
    return pd.Series(operator, dtype="str"), {str(name): int(count) for name, count in sorted(lost.items())}


def _by_network_code(own: dict[str, str], numbers: dict[str, Ints]) -> NDArray[np.object_]:
    """Return the operator of rows whose network code stands in ``operators`` ("40101" or "401-01"); else empty."""
    named = np.full(len(numbers["mcc"]), "", dtype=object)
    for text, operator in own.items():
        digits = text.replace("-", "")
        if digits.isdecimal() and len(digits) in (5, 6):
            here = (numbers["mcc"] == int(digits[:3])) & (numbers["mnc"] == int(digits[3:]))
            named[here] = operator
    return named


def _numbers(log: LogTable, technology: pd.Series) -> dict[str, Ints]:
    nobody = np.full(len(log), NONE, dtype=np.int64)
    numbers = {
        name: whole_numbers(log.text(f"identity.{name}")) if log.has(f"identity.{name}") else nobody for name in NUMBERS
    }
    named = technology.to_numpy(dtype=object)
    for name, columns in _SPECIAL.items():
        for column, technologies in columns:
            if not log.has(f"identity.{column}"):
                continue
            special = whole_numbers(log.text(f"identity.{column}"))
            take = (special != NONE) & np.isin(named, technologies)
            numbers[name] = np.where(take, special, numbers[name])
    if log.has("identity.plmn"):
        mcc, mnc = _network_codes(log.text("identity.plmn"))
        for name, part in (("mcc", mcc), ("mnc", mnc)):
            numbers[name] = np.where(numbers[name] == NONE, part, numbers[name])
    return _whole_identities(numbers, named)


def whole_numbers(texts: pd.Series) -> Ints:
    """Return (n,) whole numbers from 0; ``NONE`` where a text is none."""
    values = to_numbers(texts)
    good = np.isfinite(values) & (values >= 0.0) & (values == np.round(values)) & (values < 2.0**40)
    return np.where(good, values, NONE).astype(np.int64)


def _network_codes(texts: pd.Series) -> tuple[Ints, Ints]:
    """Return country and network code of texts like ``40101`` or ``401-01``."""
    codes, unique = pd.factorize(texts)
    digits = [str(text).replace("-", "").replace(" ", "") for text in unique]
    good = [text.isdecimal() and len(text) in (5, 6) for text in digits]
    mcc = np.array([int(text[:3]) if ok else NONE for text, ok in zip(digits, good, strict=True)], dtype=np.int64)
    mnc = np.array([int(text[3:]) if ok else NONE for text, ok in zip(digits, good, strict=True)], dtype=np.int64)
    return mcc[codes], mnc[codes]


def _whole_identities(numbers: dict[str, Ints], technology: NDArray[np.object_]) -> dict[str, Ints]:
    """Return the numbers with the whole identity made of node and local cell where nobody gives it."""
    node, local = numbers["node"], numbers["local"]
    ci = numbers["ci"].copy()
    for name in LEVEL_QUANTITY:
        here = (technology == name) & (ci == NONE) & (local != NONE)
        largest = _LARGEST_LOCAL.get(name)
        if name == "GSM":
            ci[here] = local[here]
        elif largest is not None:
            split = here & (local <= largest) & (node > 0)
            ci[split] = node[split] * (largest + 1) + local[split]
            whole = here & (local > largest)
            ci[whole] = local[whole]
    return {**numbers, "ci": ci}
