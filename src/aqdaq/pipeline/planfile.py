"""``aqdaq planfile check``: a plan document read, judged by a rulebook, and what would make it pass."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aqdaq.base.errors import Fault, RulebookError
from aqdaq.base.rulebook import Rulebook, load_rulebook, read_rulebook
from aqdaq.io.plan_document import read_plan
from aqdaq.io.plan_mapping import PlanMapping, made_mapping, read_mapping
from aqdaq.model.plan_document import PlanDocument
from aqdaq.pipeline.guard import alone
from aqdaq.pipeline.planfile_crs import metric_crs_of
from aqdaq.pipeline.planfile_project import project_facts
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.planning.plan_rules.case import PlanCase, ProjectFacts
from aqdaq.planning.plan_rules.judge import judge_plan, needs_of
from aqdaq.planning.plan_rules.outcome import PlanCheck
from aqdaq.planning.plan_rules.proposal import propose
from aqdaq.planning.plan_rules.rulebook import rules_of
from aqdaq.planning.plan_rules.rules import PlanRule

#: Kind of the rulebooks, the name of their folder.
KIND: Final = "plan-rules"


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to check.

    Attributes:
        plan: the file.
        rules: id of a rulebook, or a TOML file.
        date: of the check: selects rulebooks and the city around.
        project: opened; None: what needs one is unknown.
        mapping: mapping file of the plan; None: by the names of its layers.
        crs: that the plan is judged in, projected and in metres; None: that of the project, else of the plan.
        mend_outlines: mend outlines that cross themselves, as the mapping may say too.
    """

    plan: Path
    rules: str
    date: dt.date
    project: Project | None = None
    mapping: Path | None = None
    crs: str | None = None
    mend_outlines: bool = False


#: What a check without a project does not see.
ALONE: Final = "no project was given: existing buildings, sites and coverage were not looked at"


def check_plan(request: PlanRequest, reporter: Reporter) -> PlanCheck:
    """Check a plan document.

    Args:
        request: what to check.
        reporter: of progress.

    Raises:
        InputError: the plan, its mapping or an input of the project is wrong; all faults of a file at once.
        RulebookError: the rulebook is unknown, not in force or malformed.
    """
    book = _book(request)
    rules = rules_of(book)
    mapping = _mapping(request)
    plan = read_plan(request.plan, crs=_crs(request, mapping), mapping=mapping)
    facts, assumed, notes = _facts(request, plan, rules, reporter)
    case = PlanCase(plan, facts)
    with reporter.stage("rules"):
        judgement = judge_plan(rules, case)
    with reporter.stage("proposal"):
        proposal = propose(rules, case)
    project = request.project
    return PlanCheck(
        date=request.date,
        plan=plan,
        book=book,
        case=case,
        judgement=judgement,
        proposal=proposal,
        project=project.config.project.name if project is not None else None,
        synthetic=project is not None and project.config.project.synthetic,
        assumed=(*_assumed(plan), *assumed),
        notes=(*plan.notes, *notes),
    )


def _book(request: PlanRequest) -> Rulebook:
    if not request.rules.endswith(".toml"):
        folders = [request.project.folder / "data" / "rulebooks"] if request.project is not None else []
        return load_rulebook(KIND, request.rules, request.date, *folders)
    book = read_rulebook(Path(request.rules))
    if book.kind != KIND:
        what = f"is a rulebook of kind {book.kind!r}"
        raise RulebookError(Fault(Path(request.rules).name, what, f"give one of kind {KIND!r}"))
    if not book.in_force(request.date):
        what = (
            f"is not in force on {request.date} (it is from {book.valid_from} to {book.valid_to or 'further notice'})"
        )
        raise RulebookError(Fault(Path(request.rules).name, what, "choose another --date"))
    return book


def _mapping(request: PlanRequest) -> PlanMapping | None:
    mapping = read_mapping(request.mapping) if request.mapping is not None else None
    return made_mapping(mapping, mend_outlines=True) if request.mend_outlines else mapping


def _crs(request: PlanRequest, mapping: PlanMapping | None) -> str:
    if request.project is not None:
        return request.project.config.grid.crs
    return metric_crs_of(request.plan, mapping, request.crs)


def _facts(
    request: PlanRequest, plan: PlanDocument, rules: tuple[PlanRule, ...], reporter: Reporter
) -> tuple[ProjectFacts | None, tuple[str, ...], tuple[str, ...]]:
    if request.project is None:
        return None, (), (ALONE,)
    with alone(request.project.runs):
        found = project_facts(request.project, plan, request.date, needs_of(rules), reporter)
    return found.facts, found.assumed, found.notes


def _assumed(plan: PlanDocument) -> tuple[str, ...]:
    """Return which fields of the plan were filled in, and of how many objects."""
    counts: dict[tuple[str, str], int] = {}
    for o in plan.objects:
        for name in sorted(o.assumed):
            counts[o.kind, name] = counts.get((o.kind, name), 0) + 1
    return tuple(f"{name} of {count} objects of kind {kind}" for (kind, name), count in sorted(counts.items()))
