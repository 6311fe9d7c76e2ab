"""Check ``indoor_system``: large buildings foresee a system for coverage indoors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import Field, model_validator

from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import PlanCase, field_missing
from aqdaq.planning.plan_rules.common import (
    figure_missing,
    figures_as,
    finding,
    nothing_to_judge,
    plan_finding,
    sort_out,
)
from aqdaq.planning.plan_rules.findings import Figure, Finding
from aqdaq.planning.plan_rules.registry import plan_check
from aqdaq.planning.plan_rules.rules import Part, PlanRule, word

NAME: Final = "indoor_system"
#: A size of a building -> unit.
SIZES: Final = {"floor_area_m2": "m2", "seats": "", "floors": ""}
_FIGURES: Final = {"floor_area_m2": "floor_area", "seats": "seats", "floors": "floors"}
_UNITS: Final = {"floor_area_m2": "m2", "seats": "seats", "floors": "floors"}


class SizeClass(Part):
    """Buildings of some uses from one size on.

    Attributes:
        uses: of the building; empty: all uses that no class before names.
        floor_area_m2: gross floor area from which the system is needed (m2).
        seats: number of seats from which it is needed.
        floors: number of floors from which it is needed.
    """

    uses: tuple[str, ...] = ()
    floor_area_m2: float | None = Field(default=None, gt=0.0)
    seats: float | None = Field(default=None, gt=0.0)
    floors: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_size(self) -> SizeClass:
        if sum(getattr(self, name) is not None for name in SIZES) != 1:
            raise ValueError(f"a class needs exactly one of {', '.join(SIZES)}")
        return self

    @property
    def size(self) -> str:
        """The field by which its buildings are measured."""
        return next(name for name in SIZES if getattr(self, name) is not None)


class IndoorSystem(Part):
    """Figures of the check.

    Attributes:
        classes: the first one that names the use of a building is its own.
    """

    classes: tuple[SizeClass, ...] = ()


@plan_check("indoor_system", IndoorSystem)
def judge(rule: PlanRule, case: PlanCase) -> Iterator[Finding]:
    """Yield whether each building that is large enough foresees an indoor system."""
    figures = figures_as(rule, IndoorSystem)
    blank = Figure(NAME, None, None)
    lacking = [*case.lacking("building"), *(() if figures.classes else [figure_missing("classes")])]
    if lacking:
        yield plan_finding(rule, case, blank, lacking)
        return
    buildings, unknown = sort_out(rule, case.of("building"), blank)
    yield from unknown
    if not buildings and not unknown:
        yield nothing_to_judge(rule, case)
    for building in buildings:
        yield _building(rule, figures.classes, building)


def _building(rule: PlanRule, classes: tuple[SizeClass, ...], building: PlanObject) -> Finding:
    if building.indoor_system:  # foreseen: whether it is needed need not be known
        return finding(rule, building, Figure(NAME, 1.0, 1.0))
    own = _classes_of(classes, building)
    if not own:
        return finding(rule, building, Figure("objects", 0.0, 0.0))
    large = [_is_large(one, building) for one in own]
    if all(large):  # the plan does not say that it is foreseen, so it is not
        return finding(rule, building, Figure(NAME, 0.0, 1.0, about=_about(own[0], building)))
    if not any(one is None or one for one in large):
        return finding(rule, building, _size(own[0], building))
    unclear = [field_missing(building, "use")] if len(own) > 1 else []
    unclear += [field_missing(building, one.size) for one, known in zip(own, large, strict=True) if known is None]
    return finding(rule, building, _size(own[0], building), unclear)


def _classes_of(classes: tuple[SizeClass, ...], building: PlanObject) -> list[SizeClass]:
    """Return the class of a building; every class that it may be in where nobody says what it is for."""
    if building.use is None:
        return list(classes)
    use = word(building.use)
    own = [one for one in classes if not one.uses or use in {word(name) for name in one.uses}]
    return own[:1]


def _is_large(one: SizeClass, building: PlanObject) -> bool | None:
    value = getattr(building, one.size)
    return None if value is None else bool(value >= getattr(one, one.size))


def _size(one: SizeClass, building: PlanObject) -> Figure:
    """Return the size of a building against that from which the system is needed."""
    value, bound = getattr(building, one.size), getattr(one, one.size)
    return Figure(_FIGURES[one.size], None if value is None else float(value), float(bound), "at most", SIZES[one.size])


def _about(one: SizeClass, building: PlanObject) -> str:
    return f"{getattr(building, one.size):.0f} {_UNITS[one.size]}"
