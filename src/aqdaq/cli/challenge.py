"""The command that tests predicted coverage with measurements: challenge."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from aqdaq.cli.options import date_option, echo_json, json_option, overwrite_option, project_argument

if TYPE_CHECKING:
    from aqdaq.pipeline.challenge import Challenge, ChallengeResult

#: Refuted units that are named one by one.
_NAMED: Final = 20


@click.command()
@project_argument
@click.option("--definition", metavar="ID", help="Test this definition alone; all of the project when left out.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the units with their verdicts to this GeoJSON.")
@date_option
@overwrite_option
@json_option
def challenge(
    project: Path, definition: str | None, out: Path | None, date: dt.date | None, overwrite: bool, as_json: bool
) -> None:
    """Say which predicted coverage of PROJECT its measurements refute, unit by unit, with the confidence.

    The coverage is that of the run at the date; it is made when it is not there.
    """
    from aqdaq.base.errors import ExistsError, OutputError
    from aqdaq.pipeline.challenge import challenge_project
    from aqdaq.pipeline.project import Project

    if out is not None and out.exists() and not overwrite:
        raise ExistsError(f"{out} is there already; add --overwrite to replace it")
    opened = Project.open(project)
    found = challenge_project(opened, opened.date(date), definition)
    synthetic = opened.config.project.synthetic
    if out is not None:
        text = json.dumps(found.as_geojson(synthetic=synthetic), ensure_ascii=False) + "\n"
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as err:
            raise OutputError(f"{out}: cannot be written: {err.strerror} -> choose another place") from err
    if as_json:
        echo_json(
            {
                "ok": True,
                "synthetic": synthetic,
                "run": found.run,
                "notes": found.notes,
                "refused": found.refused,
                "definitions": [result.as_dict() for result in found.results],
                "classified": [row for table in found.classified for row in table.to_dict("records")],
            }
        )
        return
    _say(found, synthetic=synthetic)


def _say(found: Challenge, *, synthetic: bool) -> None:
    if synthetic:
        click.echo("SYNTHETIC measurements and network.")
    for note in found.notes:
        click.echo(f"note: {note}")
    for result in found.results:
        _say_one(result)
    for key, why in found.refused.items():
        click.echo(f"{key} cannot be tested: {why}")
    for table in found.classified:
        for row in table.itertuples():
            click.echo(f"{row.definition} {row.layer} {row[3]}: {row.tests} tests, {row.places} places")


def _say_one(result: ChallengeResult) -> None:
    from aqdaq.analysis.challenge import CONFIDENCE, DECORRELATION_M, REFUTED

    click.echo(
        f"{result.definition.id}: promised with {result.promised:.0%}, judged by {result.unit}; tests within "
        f"{DECORRELATION_M:g} m count as one; confidence {CONFIDENCE:.0%}"
    )
    for row in result.classes.to_dict("records"):
        click.echo(f"  {row['layer']} {row['class']}: {row['tests']} tests, {row['places']} places")
    for one in result.layers:
        e = one.found
        units = ", ".join(f"{count} {verdict}" for verdict, count in one.units.items())
        click.echo(
            f"  {one.layer}: {e.tests} tests where service is predicted, {e.failures} failed; {e.effective_tests} "
            f"independent, {e.effective_failures} failed: {e.verdict} (p = {e.p_value:.3g}, "
            f"{e.success_low:.1%} to {e.success_high:.1%} succeed); units: {units}"
        )
    refuted = [one for one in result.units if one.found.verdict == REFUTED]
    refuted.sort(key=lambda one: (one.found.p_value, one.layer, one.unit))
    for unit in refuted[:_NAMED]:
        e = unit.found
        click.echo(
            f"  refuted {unit.layer} {unit.unit}: {e.effective_failures} of {e.effective_tests} independent tests "
            f"failed, p = {e.p_value:.3g}, adjusted for all units {unit.q_value:.3g}"
        )
    if len(refuted) > _NAMED:
        click.echo(f"  {len(refuted) - _NAMED} more refuted units: --json or --out names them")
    met = [one for one in result.units if one.rule is not None and one.rule.met]
    if result.definition.challenge is not None:
        click.echo(f"  {len(met)} units meet the definition's own rule of challenges")
