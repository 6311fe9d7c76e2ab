"""Planning documents: planfile check."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from aqdaq.cli.options import date_option, echo_json, json_option, overwrite_option

if TYPE_CHECKING:
    from aqdaq.planning.plan_rules.outcome import PlanCheck

#: Missing things that are named one by one.
_NAMED: Final = 12


@click.group()
def planfile() -> None:
    """Check planning documents for what mobile networks need."""


@planfile.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--rules", metavar="RULEBOOK", required=True, help="Id of a rulebook of plan rules, or a TOML file.")
@click.option(
    "--project", type=click.Path(path_type=Path), help="Project of the city around; without it some is unknown."
)
@click.option("--mapping", type=click.Path(path_type=Path), help="Mapping file: what the layers of PLAN are.")
@click.option("--crs", help="Judge in this projected system; of the project, or of PLAN, when left out.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for result and statement.")
@click.option("--mend-outlines", is_flag=True, help="Mend outlines that cross themselves; else they are faults.")
@click.option("--strict", is_flag=True, help="Exit with 1 when the verdict is not pass.")
@date_option
@overwrite_option
@json_option
def check(
    plan: Path,
    project: Path | None,
    out: Path,
    date: dt.date | None,
    *,
    strict: bool,
    overwrite: bool,
    as_json: bool,
    **how: Any,
) -> int:
    """Judge PLAN, a master plan or a detailed plan, by a rulebook: pass, fail or unknown, object by object.

    Writes result.json, result.gpkg, statement.html and statement.pdf, with places to reserve that would help.
    """
    from aqdaq.base.errors import UsageError
    from aqdaq.pipeline.guard import interruptible
    from aqdaq.pipeline.planfile import PlanRequest, check_plan
    from aqdaq.pipeline.planfile_files import as_json as result_of
    from aqdaq.pipeline.planfile_files import claim, write_check
    from aqdaq.pipeline.progress import Reporter
    from aqdaq.pipeline.project import Project

    if project is not None and how["crs"] is not None:
        raise UsageError("--crs is that of the project: leave it out")
    claim(out, overwrite=overwrite)
    opened = Project.open(project) if project is not None else None
    day = date if date is not None else dt.datetime.now(tz=dt.UTC).astimezone().date()
    with interruptible(), Reporter() as reporter:
        found = check_plan(PlanRequest(plan, date=day, project=opened, **how), reporter)
        language = opened.config.project.language if opened is not None else None
        files = write_check(found, out, language=language)
    if as_json:
        echo_json({"ok": True, **result_of(found), "files": [str(path) for path in files]})
    else:
        _say(found, files)
    return 1 if strict and found.judgement.verdict != "pass" else 0


def _say(found: PlanCheck, files: tuple[Path, ...]) -> None:
    if found.synthetic:
        click.echo("SYNTHETIC city around the plan.")
    for note in found.notes:
        click.echo(f"note: {note}")
    for aside in found.plan.set_aside:
        value = f" ({aside.value})" if aside.value else ""
        click.echo(f"{aside.source}:{aside.row}: {aside.reason}{value}")
    for text in found.assumed:
        click.echo(f"assumed: {text}")
    judgement, after = found.judgement, found.proposal.after
    for rule in judgement.rules:
        own = judgement.of(rule)
        counts = ", ".join(f"{sum(f.verdict == v for f in own)} {v}" for v in ("pass", "fail", "unknown"))
        missing = list(dict.fromkeys(str(one) for f in own for one in f.missing))
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        why = f"; missing: {', '.join(missing[:_NAMED])}{more}" if missing else ""
        click.echo(f"{judgement.verdict_of(rule).value:8}{rule.id}: {counts}{why}")
    click.echo(f"verdict: {judgement.verdict.value}")
    if count := len(found.proposal.sites):
        cured = ", ".join(found.proposal.changed(judgement)) or "no rule as a whole"
        click.echo(f"proposal: reserve {count} more {'places' if count > 1 else 'place'}; then pass: {cured}")
        left = [f"{rule.id} {after.verdict_of(rule).value}" for rule in after.rules if after.verdict_of(rule) != "pass"]
        still = f"; still: {', '.join(left)}" if left else ""
        click.echo(f"verdict with the proposal: {after.verdict.value}{still}")
    for path in files:
        click.echo(f"Written: {path}")
