"""The command that answers at points."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import asdict
from pathlib import Path

import click

from aqdaq.cli.options import date_option, echo_json, json_option, overwrite_option, project_argument


@click.command()
@project_argument
@click.option(
    "--points", "points_file", required=True, type=click.Path(path_type=Path), help="CSV with columns lon,lat[,cell]."
)
@click.option(
    "--below", "below_dbm", type=float, multiple=True, help="Also P(level < this), dBm, outdoors. May be repeated."
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the CSV here instead of to stdout.")
@date_option
@overwrite_option
@json_option
def predict(
    project: Path,
    points_file: Path,
    below_dbm: tuple[float, ...],
    out: Path | None,
    date: dt.date | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Predict at points: level, spread, 90 % interval, evidence, probability per definition, best server.

    One row per input row and layer (the best server's cell), or per input row when it names a cell.
    """
    from aqdaq.base.errors import ExistsError, OutputError
    from aqdaq.io.points import read_points
    from aqdaq.pipeline.points import predict_points
    from aqdaq.pipeline.progress import Reporter
    from aqdaq.pipeline.project import Project
    from aqdaq.pipeline.quick import fitted

    if out is not None and out.exists() and not overwrite:
        raise ExistsError(f"{out} is there already; add --overwrite to replace it")
    opened = Project.open(project)
    points = read_points(points_file)
    with Reporter() as reporter:
        inputs, predictor, calibrated = fitted(opened, opened.date(date), reporter)
        found = predict_points(opened, inputs, predictor, calibrated, points, reporter, below_dbm)
    for aside in (*points.set_aside, *found.set_aside):
        click.echo(f"{aside.source}:{aside.row}: {aside.reason} ({aside.value})", err=True)
    synthetic = opened.config.project.synthetic
    if as_json:
        aside_rows = [asdict(aside) for aside in (*points.set_aside, *found.set_aside)]
        echo_json(
            {"ok": True, "synthetic": synthetic, "columns": found.columns, "rows": found.rows, "set_aside": aside_rows}
        )
    elif out is None:
        found.write_csv(sys.stdout)
    else:
        try:
            with out.open("w", encoding="utf-8", newline="") as stream:
                found.write_csv(stream)
        except OSError as err:
            raise OutputError(f"{out}: cannot be written: {err.strerror} -> choose another place") from err
