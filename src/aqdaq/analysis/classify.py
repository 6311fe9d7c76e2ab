"""Measurements classified by a service definition; what a definition needs for that, and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.analysis.field_tests import FieldTests
from aqdaq.base.errors import Fault, RulebookError
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.network import level_quantity

#: Classes of a definition that names none.
SERVED, NOT_SERVED = "served", "not served"

#: Of a test that the definition does not judge: another technology, or another quantity.
NOT_JUDGED: Final = -1

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Classified:
    """Tests by class.

    Attributes:
        definition: id.
        names: classes, the best first.
        served: how many of them, from the first on, count as served.
        code: (n,) number of the class of each test, ``NOT_JUDGED`` where the definition says nothing of it.
    """

    definition: str
    names: tuple[str, ...]
    served: int
    code: Codes

    @property
    def judged(self) -> NDArray[np.bool_]:
        """(n,) whether the definition says something of the test."""
        known: NDArray[np.bool_] = self.code != NOT_JUDGED
        return known

    @property
    def failed(self) -> NDArray[np.bool_]:
        """(n,) whether the test was judged and not served."""
        bad: NDArray[np.bool_] = self.code >= self.served
        return bad


def cannot_classify(definition: ServiceDefinition) -> str:
    """Return why no measurement can be classified by a definition; empty when one can."""
    if definition.threshold_dbm:
        if definition.entry_model == "p2109":
            return "its entry loss is a distribution, which turns no single level outdoors into one indoors"
        return ""
    if definition.throughput is not None:
        return "" if _rate(definition) else "it asks for a data rate and states no map from SINR to rate"
    return f"{definition.cannot_predict}, and it asks for no data rate"


def classify(definition: ServiceDefinition, tests: FieldTests) -> Classified:
    """Return the class of each test.

    What was not heard is of the last class. Indoors a constant entry loss is taken off the level measured outdoors.

    Args:
        definition: with bounds in dBm, or with a data rate and a map from SINR to it.
        tests: of any layer and quantity.

    Raises:
        RulebookError: the definition needs something that is not stated.
    """
    why = cannot_classify(definition)
    if why:
        where = f"service definition {definition.id}"
        raise RulebookError(Fault(where, f"cannot classify: {why}", "state it in [service].overrides"))
    names, served = _names(definition)
    code = np.full(len(tests), NOT_JUDGED, dtype=np.int64)
    table = tests.table
    heard, level = table["heard"].to_numpy(dtype=np.bool_), table["level_dbm"].to_numpy(dtype=np.float64)
    if definition.threshold_dbm:
        for technology in definition.threshold_dbm:
            own = ((table["technology"] == technology) & (table["quantity"] == level_quantity(technology))).to_numpy()
            code[own] = np.where(heard[own], _level_classes(definition, technology, level[own]), len(names) - 1)
    else:
        assert definition.throughput is not None
        own = (table["quantity"] == "SINR").to_numpy()
        enough = definition.throughput.mbps(level[own]) >= (definition.throughput.download_mbps or 0.0)
        code[own] = np.where(heard[own] & enough, 0, 1)
    return Classified(definition.id, names, served, code)


def class_table(found: Classified, tests: FieldTests, place: NDArray[np.int64]) -> pd.DataFrame:
    """Return tests and places per layer and class, the best class first.

    A place is of the class of its median test; of two in the middle the worse one counts.

    Args:
        found: class of each test.
        tests: the same tests.
        place: (n,) number of the place of each test, any numbers.
    """
    judged = found.judged
    frame = pd.DataFrame(
        {"layer": tests.table["layer"].to_numpy()[judged], "place": place[judged], "code": found.code[judged]}
    )
    rows = []
    for layer, own in frame.groupby("layer", sort=True):
        by_place = own.groupby("place")["code"].agg(lambda codes: int(np.sort(codes)[len(codes) // 2]))
        for code, name in enumerate(found.names):
            rows.append(
                {
                    "definition": found.definition,
                    "layer": str(layer),
                    "class": name,
                    "served": code < found.served,
                    "tests": int((own["code"] == code).sum()),
                    "places": int((by_place == code).sum()),
                }
            )
    return pd.DataFrame(rows, columns=["definition", "layer", "class", "served", "tests", "places"])


def _rate(definition: ServiceDefinition) -> bool:
    rates = definition.throughput
    return rates is not None and rates.has_map and rates.download_mbps is not None


def _names(definition: ServiceDefinition) -> tuple[tuple[str, ...], int]:
    if not definition.classes or not definition.threshold_dbm:
        return (SERVED, NOT_SERVED), 1
    names = tuple(one.name for one in definition.classes)
    return names, names.index(str(definition.served_class)) + 1


def _level_classes(definition: ServiceDefinition, technology: str, level_dbm: NDArray[np.float64]) -> Codes:
    """Return the number of the class of each (n,) level of a technology."""
    level = level_dbm - definition.entry_loss_db
    bounds = [one.least_dbm[technology] for one in definition.classes if one.least_dbm]
    bounds = bounds or [definition.threshold_dbm[technology]]
    edge = np.array(bounds)
    below = level[:, None] <= edge if definition.strict else level[:, None] < edge
    return np.asarray(below.sum(axis=1), dtype=np.int64)
