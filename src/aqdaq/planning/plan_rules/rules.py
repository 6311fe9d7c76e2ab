"""A rule of a plan: the clause it stands for, where it applies, and its figures."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import field_missing
from aqdaq.planning.plan_rules.findings import Missing


class Part(BaseModel):
    """A part of a rule: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Applies(Part):
    """Where a rule applies; what is left out does not narrow it.

    Attributes:
        uses: of the object itself.
    """

    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanRule:
    """One rule of a rulebook.

    Attributes:
        id: unique in the rulebook.
        check: name of the kind of check.
        title: what it asks for, in words.
        clause: that it stands for.
        source: where the clause stands.
        verified: whether the text of the clause was read.
        applies: to which objects.
        figures: of the kind of check, as its own type.
    """

    id: str
    check: str
    title: str
    clause: str
    source: str
    verified: bool
    applies: Applies
    figures: BaseModel

    def applies_to(self, o: PlanObject) -> bool | Missing:
        """Return whether the rule is about an object, or what is missing to tell."""
        if not self.applies.uses:
            return True
        if o.use is None:
            return field_missing(o, "use")
        return word(o.use) in {word(use) for use in self.applies.uses}


def word(text: str) -> str:
    """Return a word of a plan or rule so that it can be compared."""
    return " ".join(text.casefold().replace("_", " ").split())
