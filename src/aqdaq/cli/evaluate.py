"""The command that scores a project against its own measurements."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from aqdaq.cli.options import date_option, echo_json, json_option, project_argument


@click.command()
@project_argument
@click.option(
    "--split",
    "splits",
    multiple=True,
    type=click.Choice(["block", "route", "site"]),
    help="What is held back from the fit: tiles of the map (the default), whole drives, or whole sites. Repeatable.",
)
@click.option(
    "--definition",
    "definitions",
    multiple=True,
    metavar="ID",
    help="Service definition whose probability is scored; those of the project when left out. Repeatable.",
)
@date_option
@json_option
def evaluate(
    project: Path, splits: tuple[Any, ...], definitions: tuple[str, ...], date: dt.date | None, as_json: bool
) -> None:
    """Score PROJECT on measurements that the fit did not see: errors, intervals, probability of service."""
    from aqdaq.base.errors import Fault, InputError
    from aqdaq.base.settings import settings
    from aqdaq.cli.evaluate_text import card_lines, suspect_lines
    from aqdaq.pipeline.evaluate import definitions_named, evaluate_project
    from aqdaq.pipeline.progress import Reporter
    from aqdaq.pipeline.project import Project
    from aqdaq.pipeline.quick import fitted
    from aqdaq.pipeline.site_data import doubted_site_data
    from aqdaq.pipeline.store import Store
    from aqdaq.report.texts import Texts

    opened = Project.open(project)
    with Reporter() as reporter:
        inputs, predictor, calibrated = fitted(opened, opened.date(date), reporter)
        asked = definitions_named(opened, inputs, definitions)
        card = evaluate_project(
            opened, inputs, predictor, calibrated, reporter, splits=splits or ("block",), definitions=asked
        )
        doubted = doubted_site_data(predictor, calibrated, Store(opened.cache)) or ()
    if card is None:
        raise InputError(
            Fault("[[measurements]]", "there is nothing to score: no measurements, or calibration is off", "add some")
        )
    synthetic = opened.config.project.synthetic
    if as_json:
        first, found = card.splits[0], card.as_dict()
        scores = [
            {"cell": row["name"], **{k: v for k, v in row.items() if k != "name"}}
            for row in found["splits"][0]["cells"]
        ]
        suspects = [one.as_dict() for one in doubted]
        result = {"scores": scores, "unscored": first.unscored, "suspects": suspects, "card": found}
        echo_json({"ok": True, "synthetic": synthetic, **result})
        return
    if synthetic:
        click.echo("SYNTHETIC measurements: these errors say that the code works, not that the model is accurate.")
    texts = Texts(opened.config.project.language or settings().language)
    for line in (*card_lines(card, texts), *suspect_lines(doubted, texts)):
        click.echo(line)
