"""What construction does to coverage: foresee."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from aqdaq.cli.options import DateType, echo_json, json_option, overwrite_option, project_argument


class DatesType(click.ParamType["tuple[dt.date, ...]"]):
    """Dates as YYYY-MM-DD,YYYY-MM-DD."""

    name = "D1,D2,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[dt.date, ...]:
        """Return the dates.

        Raises:
            click.BadParameter: one of them is not a date.
        """
        if isinstance(value, tuple):
            return value
        return tuple(DateType().convert(part.strip(), param, ctx) for part in str(value).split(","))


@click.command()
@project_argument
@click.option(
    "--dates", type=DatesType(), help="Dates of the forecast, rising; left out: when planned buildings begin and end."
)
@click.option(
    "--scenario",
    type=click.Path(path_type=Path),
    help="Growth scenario (TOML): dates, planned buildings, changes of the network.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder that takes the page, tables and outlines."
)
@click.option(
    "--date",
    type=DateType(),
    default=None,
    help="Day on which the forecast begins (YYYY-MM-DD); the first of the dates, else today, when left out.",
)
@overwrite_option
@json_option
def foresee(
    project: Path,
    dates: tuple[dt.date, ...] | None,
    scenario: Path | None,
    out: Path,
    date: dt.date | None,
    *,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Foresee what construction does to coverage in PROJECT: white spots before, during and after the works."""
    from aqdaq.base.errors import UsageError
    from aqdaq.pipeline.foresee import ForeseeWish
    from aqdaq.pipeline.foresee import foresee as look_ahead
    from aqdaq.pipeline.foresee_files import claim, summary, write_forecast
    from aqdaq.pipeline.foresee_words import words
    from aqdaq.pipeline.project import Project

    if dates is not None and scenario is not None:
        raise UsageError("--dates and --scenario exclude each other: the scenario names its dates")
    opened = Project.open(project)
    claim(out, overwrite=overwrite)
    forecast = look_ahead(opened, ForeseeWish(dates or (), scenario, date))
    files = write_forecast(forecast, out)
    if as_json:
        echo_json({"ok": True, **summary(forecast), "files": [str(path) for path in files]})
        return
    for line in (*words(forecast), *(f"Written: {path}" for path in files)):
        click.echo(line)
