"""Where to measure next: measure."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from aqdaq.cli.options import date_option, echo_json, json_option, overwrite_option, project_argument


class PlaceType(click.ParamType["tuple[float, float]"]):
    """A place as LON,LAT in degrees."""

    name = "LON,LAT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Return longitude and latitude.

        Raises:
            click.BadParameter: it is not two numbers.
        """
        if isinstance(value, tuple):
            return value
        parts = str(value).split(",")
        try:
            lon, lat = (float(part) for part in parts)
        except ValueError:
            self.fail(f"{value!r} is not a place; write LON,LAT in degrees, for example 76.95,43.24", param, ctx)
        return lon, lat


@click.command()
@project_argument
@click.option("--length-km", type=float, help="Longest drive; with --points the longest walk, as the crow flies.")
@click.option("--points", type=int, help="Choose so many single places instead of a drive.")
@click.option("--apart", "apart_m", type=float, help="Least distance between two points, metres.")
@click.option("--start", type=PlaceType(), help="Begin here; anywhere when left out.")
@click.option("--loop", is_flag=True, help="End where it begins.")
@click.option(
    "--min-gain", "least_gain", type=float, default=0.0, show_default=True, help="Stop when a km, or point, gains less."
)
@click.option("--definition", help="Id of a service definition of the project; its first one when left out.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder that takes GPX, GeoJSON and JSON.")
@date_option
@overwrite_option
@json_option
def measure(project: Path, out: Path, date: dt.date | None, *, overwrite: bool, as_json: bool, **asked: Any) -> None:
    """Plan where to measure next in PROJECT: the drive, or the places, that leave the fewest people misclassified."""
    from aqdaq.pipeline.measure_files import claim, summary, write_plan
    from aqdaq.pipeline.measure_next import plan_measurement
    from aqdaq.pipeline.measure_plan import MeasureWish
    from aqdaq.pipeline.measure_words import words
    from aqdaq.pipeline.project import Project

    length_km: float | None = asked.pop("length_km")
    wish = MeasureWish(length_m=None if length_km is None else length_km * 1e3, **asked)
    opened = Project.open(project)
    claim(out, overwrite=overwrite)
    plan = plan_measurement(opened, opened.date(date), wish)
    files = write_plan(plan, out)
    if as_json:
        echo_json({"ok": True, **summary(plan), "files": [str(path) for path in files]})
        return
    for line in (*words(plan), *(f"Written: {path}" for path in files)):
        click.echo(line)
