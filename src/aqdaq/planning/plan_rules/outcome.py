"""The outcome of a check: what was judged, by what, what was found, and what is proposed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from aqdaq.base.rulebook import Rulebook
from aqdaq.model.plan_document import PlanDocument
from aqdaq.planning.plan_rules.case import PlanCase
from aqdaq.planning.plan_rules.judge import Judgement
from aqdaq.planning.plan_rules.proposal import Proposal


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """What was found.

    Attributes:
        date: of the check.
        plan: as read.
        book: the rulebook.
        case: what was judged.
        judgement: what the rules say.
        proposal: places that would help, and what the rules say with them.
        project: name of the project; None without one.
        synthetic: whether that project is.
        assumed: figures that nobody gave, in words.
        notes: of the readers, in words.
    """

    date: dt.date
    plan: PlanDocument
    book: Rulebook
    case: PlanCase
    judgement: Judgement
    proposal: Proposal
    project: str | None
    synthetic: bool
    assumed: tuple[str, ...]
    notes: tuple[str, ...]
