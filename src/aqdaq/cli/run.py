"""The main job: run."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from aqdaq.cli.options import date_option, echo_json, json_option, overwrite_option, project_argument
from aqdaq.pipeline.stages import STAGES

#: Share of the area that is unknown from which on it is said at the end of a run.
_WORTH_SAYING: Final = 0.01


@click.command()
@project_argument
@date_option
@click.option("--from", "first", type=click.Choice(STAGES), help="Compute this stage and those after it anew.")
@click.option("--to", "last", type=click.Choice(STAGES), default="report", show_default=True, help="Stop after it.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; read the inputs, compute and write nothing.")
@overwrite_option
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Threads of the kernels, or processes of --scheduler local; all cores when left out.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Predict on a Dask cluster: the address of its scheduler, or local for processes on this machine.",
)
@json_option
def run(
    project: Path,
    date: dt.date | None,
    first: str | None,
    last: str,
    dry_run: bool,
    overwrite: bool,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Run PROJECT: predict, calibrate, find white spots, report. What is there already is not computed again."""
    from aqdaq.pipeline.dry_run import dry_run as describe
    from aqdaq.pipeline.project import Project
    from aqdaq.pipeline.run import RunPlan
    from aqdaq.pipeline.run import run as run_project

    opened = Project.open(project)
    plan = RunPlan(opened, opened.date(date), first, last, overwrite, workers, scheduler)
    if dry_run:
        steps = describe(plan)
        if as_json:
            echo_json({"ok": True, "steps": steps})
        else:
            click.echo("\n".join(steps))
        return
    result = run_project(plan)
    if as_json:
        echo_json({"ok": True, "synthetic": opened.config.project.synthetic, **asdict(result)})
        return
    if result.already_done:
        click.echo(f"This run is finished already: {result.folder} (--overwrite computes it anew)")
    elif not result.finished:
        click.echo(f"Stopped after {last}, as asked; what is computed is kept and the next run goes on from it.")
        return
    for key, count in (result.white_spots or {}).items():
        click.echo(f"{key}: {count} white spot{'' if count == 1 else 's'}")
    unknown = {layer: share for layer, share in (result.unknown_share or {}).items() if share >= _WORTH_SAYING}
    if unknown:
        shares = ", ".join(f"{layer} {share:.1%}" for layer, share in unknown.items())
        click.echo(f"Unknown, neither served nor white: {shares} of the area (tables/unknown.csv says why)")
    if result.blocked_rmse_db is not None:
        click.echo(f"Error on tiles that the fit did not see: {result.blocked_rmse_db:.2f} dB (RMSE)")
    click.echo(f"Results: {result.folder}")
    click.echo(f"Report:  {result.folder / 'report' / 'index.html'}")
