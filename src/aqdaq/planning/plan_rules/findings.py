"""What a rule says of an object of a plan: pass, fail or unknown, with the figure behind it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

from shapely.geometry.base import BaseGeometry

#: Digits that figures are written with: more would pretend what no plan knows.
_DIGITS: Final = 6


class Verdict(StrEnum):
    """Of a rule, an object or a whole plan. Unknown is no pass."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    UNKNOWN = "unknown"


#: What is missing: a layer or a field of the plan, a figure of the rule, or an input beside the plan.
MissingKind = Literal["layer", "field", "figure", "input"]


@dataclass(frozen=True, slots=True, order=True)
class Missing:
    """What keeps a rule from judging.

    Attributes:
        kind: where it is missing.
        name: kind of the layer, name of the field or figure, or word for the input.
        of: the object that lacks the field; empty for others.
    """

    kind: MissingKind
    name: str
    of: str = ""

    def __str__(self) -> str:
        """Return it in words: ``field height_m of building B-1``."""
        return f"{self.kind} {self.name}{f' of {self.of}' if self.of else ''}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that a rule judges by, with its bound.

    Attributes:
        name: word for what it is; the report has its sentence.
        value: as found; None where unknown, infinite where nothing of the kind is there.
        bound: that the rule asks for; None where unknown or not a number.
        sense: side of the bound that passes.
        unit: of both; empty for counts and shares.
        about: what in the object it is about, such as floors or a layer; empty for the whole.
    """

    name: str
    value: float | None
    bound: float | None
    sense: Literal["at least", "at most"] = "at least"
    unit: str = ""
    about: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the value lies on the side that passes; None where one of them is unknown."""
        if self.value is None or self.bound is None:
            return None
        return self.value >= self.bound if self.sense == "at least" else self.value <= self.bound


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one object.

    Attributes:
        rule: its id.
        kind: of the object, one of those of a plan, or ``plan``, ``site``, ``antenna``.
        object_id: its id.
        geometry: of the object; None for the plan as a whole.
        verdict: pass, fail or unknown.
        figure: behind the verdict.
        missing: what would have been needed; names it for every unknown.
        assumed: what was filled in to judge, in words.
        where: file, layer and feature of the object.
    """

    rule: str
    kind: str
    object_id: str
    geometry: BaseGeometry | None
    verdict: Verdict
    figure: Figure
    missing: tuple[Missing, ...] = ()
    assumed: tuple[str, ...] = ()
    where: str = ""

    def __post_init__(self) -> None:
        """Refuse an unknown that does not name what is missing, and a pass that lacks something.

        Raises:
            ValueError: either.
        """
        if (self.verdict is Verdict.UNKNOWN) != bool(self.missing):
            raise ValueError(f"{self.rule}, {self.kind} {self.object_id}: {self.verdict} with missing {self.missing}")

    def as_dict(self) -> dict[str, Any]:
        """Return it JSON-ready, without the geometry."""
        figure = self.figure
        return {
            "rule": self.rule,
            "object_kind": self.kind,
            "object": self.object_id,
            "where": self.where,
            "verdict": self.verdict.value,
            "figure": figure.name,
            "about": figure.about,
            "value": rounded(figure.value),
            "bound": rounded(figure.bound),
            "sense": figure.sense,
            "unit": figure.unit,
            "missing": [str(one) for one in self.missing],
            "assumed": list(self.assumed),
        }


def rounded(value: float | None) -> float | None:
    """Return a figure with the digits that are written; None where there is none, or none at any distance."""
    return None if value is None or not math.isfinite(value) else round(float(value), _DIGITS)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return fail if there is one, else unknown if there is one, else pass; unknown when there is none at all."""
    found = set(verdicts)
    for verdict in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS):
        if verdict in found:
            return verdict
    return Verdict.UNKNOWN


def unique(missing: Iterable[Missing]) -> tuple[Missing, ...]:
    """Return each missing thing once, in the order of appearance."""
    return tuple(dict.fromkeys(missing))


def by_object(findings: Iterable[Finding]) -> Iterator[tuple[tuple[str, str], list[Finding]]]:
    """Yield (kind, id) of each object with what all rules say of it, in the order of appearance."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.kind, finding.object_id), []).append(finding)
    yield from groups.items()
