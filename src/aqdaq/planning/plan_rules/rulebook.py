"""The rules of a rulebook of kind ``plan-rules``, checked: every fault at once."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError

from aqdaq.base.errors import Fault, RulebookError
from aqdaq.base.rulebook import Rulebook
from aqdaq.planning.plan_rules.registry import CHECKS
from aqdaq.planning.plan_rules.rules import Applies, Part, PlanRule


class _Written(Part):
    """A rule as the rulebook writes it."""

    id: str = Field(min_length=1)
    check: str
    title: str = Field(min_length=1)
    clause: str = Field(min_length=1)
    source: str = Field(min_length=1)
    verified: bool
    applies: Applies = Applies()
    figures: dict[str, Any] = Field(default_factory=dict)


def rules_of(book: Rulebook) -> tuple[PlanRule, ...]:
    """Return the rules of a rulebook in its order.

    Raises:
        RulebookError: there is none, an id stands twice, a check is not known, or a figure is missing, unknown or
            impossible; every fault with its rule.
    """
    where, faults, found = f"rulebook {book.kind}/{book.id}", list[Fault](), list[PlanRule]()
    written = book.figures.get("rules")
    if set(book.figures) != {"rules"} or not isinstance(written, list) or not written:
        raise RulebookError(Fault(f"{where} figures", "holds no rules", "write [[figures.rules]], see the template"))
    for number, one in enumerate(written, start=1):
        name = one.get("id", number) if isinstance(one, dict) else number
        try:
            rule = _Written.model_validate(one)
            check = CHECKS.get(rule.check)
            if check is None:
                what, known = f"check {rule.check!r} is not known", ", ".join(sorted(CHECKS))
                faults.append(Fault(f"{where} rule {name}", what, f"use one of: {known}"))
                continue
            figures = check.figures.model_validate(rule.figures)
        except ValidationError as err:
            faults += [_fault(f"{where} rule {name}", problem) for problem in err.errors()]
            continue
        found.append(
            PlanRule(rule.id, rule.check, rule.title, rule.clause, rule.source, rule.verified, rule.applies, figures)
        )
    faults += [Fault(f"{where} rule {key}", "stands there twice", "make the ids differ") for key in _twice(found)]
    if faults:
        raise RulebookError(faults)
    return tuple(found)


def _fault(where: str, problem: Any) -> Fault:
    return Fault(f"{where} {'.'.join(map(str, problem['loc']))}", problem["msg"], "see docs/planfile.md")


def _twice(rules: list[PlanRule]) -> list[str]:
    ids = [rule.id for rule in rules]
    return sorted({key for key in ids if ids.count(key) > 1})
