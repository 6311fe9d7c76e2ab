"""Commands that answer with figures: predict, evaluate."""

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
@click.option("--out", type=click.Path(path_type=Path), help="Write the CSV here instead of to stdout.")
@date_option
@overwrite_option
@json_option
def predict(
    project: Path, points_file: Path, out: Path | None, date: dt.date | None, overwrite: bool, as_json: bool
) -> None:
    """Predict at points: level, spread, evidence, probability per definition, best server.

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
        found = predict_points(opened, inputs, predictor, calibrated, points, reporter)
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


@click.command()
@project_argument
@date_option
@json_option
def evaluate(project: Path, date: dt.date | None, as_json: bool) -> None:
    """Score the calibration of PROJECT on tiles of the map that it did not see."""
    from aqdaq.base.errors import Fault, InputError
    from aqdaq.pipeline.progress import Reporter
    from aqdaq.pipeline.project import Project
    from aqdaq.pipeline.quick import fitted

    opened = Project.open(project)
    with Reporter() as reporter:
        _, _, calibrated = fitted(opened, opened.date(date), reporter)
    validation = calibrated.validation
    if validation is None:
        raise InputError(
            Fault("[[measurements]]", "there is nothing to score: no measurements, or calibration is off", "add some")
        )
    if as_json:
        echo_json({"ok": True, "synthetic": opened.config.project.synthetic, **asdict(validation)})
        return
    click.echo(
        f"Tiles of {validation.tile_m:g} m in {validation.folds} folds; nothing within {validation.buffer_m:g} m of a "
        "test tile was used for the fit."
    )
    if opened.config.project.synthetic:
        click.echo("SYNTHETIC measurements: these errors say that the code works, not that the model is accurate.")
    click.echo(
        f"{'cell':<20} {'samples':>8} {'RMSE dB':>8} {'bias dB':>8} {'uncalibrated RMSE dB':>21} "
        f"{'in 90 % interval':>17}"
    )
    for s in validation.scores:
        click.echo(
            f"{s.cell:<20} {s.samples:>8} {s.rmse_db:>8.2f} {s.bias_db:>8.2f} {s.uncalibrated_rmse_db:>21.2f} "
            f"{s.interval_90_coverage:>16.1%}"
        )
    if validation.unscored:
        click.echo(f"{validation.unscored} samples not scored: {validation.note}")
