"""The kinds of checks by name: a check registers itself, and says what it needs.

Add your own: write a function that takes a ``PlanRule`` and a ``PlanCase`` and yields ``Finding``, put
``@plan_check(...)`` above it, in a module that ``planning.plan_rules`` imports. docs/planfile.md shows one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from aqdaq.base.errors import UsageError
from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import PlanCase
from aqdaq.planning.plan_rules.findings import Finding
from aqdaq.planning.plan_rules.rules import PlanRule

#: What a check needs of a project, and what is costly to compute.
Need = Literal["project", "floors", "shadow"]


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What more reserved sites could cure in one object.

    Attributes:
        rule: id.
        object_id: of the object that fails.
        serves: (candidates, units) which candidate gives which unit.
        any_unit: a candidate gives one unit, whichever is open, not all that it serves: sites are counted.
    """

    rule: str
    object_id: str
    serves: NDArray[np.bool_]
    any_unit: bool = False

    @property
    def units(self) -> int:
        """How many units are asked for."""
        return int(self.serves.shape[1])


Judge = Callable[[PlanRule, PlanCase], Iterable[Finding]]
Demands = Callable[[PlanRule, PlanCase, Sequence[PlanObject]], Iterable[Demand]]


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of check.

    Attributes:
        name: that rules call it by.
        figures: type of its figures; all may be left out where a source is silent.
        judge: the check itself.
        needs: what it asks of a project.
        demands: what reserved sites could cure; None: they cannot cure anything.
    """

    name: str
    figures: type[BaseModel]
    judge: Judge
    needs: frozenset[Need] = frozenset()
    demands: Demands | None = None


#: All known checks by name.
CHECKS: Final[dict[str, Check]] = {}


def plan_check(
    name: str, figures: type[BaseModel], *, needs: Iterable[Need] = (), demands: Demands | None = None
) -> Callable[[Judge], Judge]:
    """Register a kind of check under ``name``.

    Args:
        name: that rules call it by.
        figures: type of its figures.
        needs: what it asks of a project.
        demands: what reserved sites could cure.

    Raises:
        UsageError: the name is taken.
    """

    def register(judge: Judge) -> Judge:
        if name in CHECKS:
            raise UsageError(f"a check {name!r} is registered already")
        CHECKS[name] = Check(name, figures, judge, frozenset(needs), demands)
        return judge

    return register
