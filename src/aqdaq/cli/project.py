"""Commands that make and check projects: init, sample, check."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from aqdaq.cli.options import date_option, echo_json, json_option, overwrite_option, project_argument


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@overwrite_option
@json_option
def init(folder: Path, overwrite: bool, as_json: bool) -> None:
    """Make a commented project.toml and empty folders in FOLDER."""
    from aqdaq.pipeline.init import init_project

    made = init_project(folder, overwrite=overwrite)
    if as_json:
        echo_json({"ok": True, "made": [str(path) for path in made]})
    else:
        click.echo(f"Made {made[0]}. Edit it, put your files into {made[1]}, then: aqdaq check {folder}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another city.")
@click.option(
    "--resolution", type=float, default=10.0, show_default=True, help="Side of a pixel of the results, metres."
)
@overwrite_option
@json_option
def sample(folder: Path, seed: int, resolution: float, overwrite: bool, as_json: bool) -> None:
    """Make a complete SYNTHETIC city project in FOLDER."""
    from aqdaq.pipeline.sample import write_sample

    summary = write_sample(folder, seed=seed, resolution_m=resolution, overwrite=overwrite)
    if as_json:
        echo_json({"ok": True, "folder": str(folder), "synthetic": True, **asdict(summary)})
        return
    click.echo(f"Made a SYNTHETIC city in {folder}:")
    click.echo(
        f"  {summary.buildings:,} buildings and {summary.planned} planned ones, {summary.residents:,} residents, "
        f"{summary.streets} streets, {summary.lamps:,} lamp posts\n"
        f"  {summary.sites} sites and {summary.cells} cells of three operators, {summary.districts} districts, "
        f"{summary.owners} owners' associations\n"
        f"  a drive test of {summary.rows:,} rows, {summary.bad} of them spoiled on purpose"
    )
    click.echo(f"Next: aqdaq run {folder}")


@click.command()
@project_argument
@date_option
@json_option
def check(project: Path, date: dt.date | None, as_json: bool) -> int:
    """Read all inputs of PROJECT; list every fault, every row set aside, every figure assumed."""
    from aqdaq.pipeline.exposure_compare import own_measurements
    from aqdaq.pipeline.inputs import read_inputs
    from aqdaq.pipeline.measure_ways import streets_of
    from aqdaq.pipeline.out_of_range import out_of_range_warnings
    from aqdaq.pipeline.project import Project
    from aqdaq.pipeline.screening import screening_lines

    opened = Project.open(project)
    inputs = read_inputs(opened, opened.date(date), tolerate_bad_rows=True)
    warnings = out_of_range_warnings(
        opened.config.prediction, inputs.network, opened.body, rx_height_m=inputs.definitions[0].receiver_height_m
    )
    notes = (*inputs.notes, *(streets_of(opened, inputs)[1] if opened.config.streets is not None else ()))
    if opened.config.exposure.measurements is not None:
        notes = (*notes, f"{len(own_measurements(opened, None))} measured fields")
    reasons = Counter(aside.reason for aside in inputs.set_aside)
    share = inputs.bad_rows / inputs.rows_read if inputs.rows_read else 0.0
    if as_json:
        echo_json(
            {
                "ok": share <= opened.config.limits.max_bad_share,
                "synthetic": opened.config.project.synthetic,
                "date": inputs.surface.date,
                "cells": len(inputs.network.cells),
                "sites": len(inputs.network.sites),
                "rows_read": inputs.rows_read,
                "rows_used": len(inputs.measurements),
                "bounds_only": len(inputs.measurements) - len(inputs.measurements.levels),
                "without_service": len(inputs.silent),
                "tiles_of_data_use": len(inputs.data_use),
                "bad_rows": inputs.bad_rows,
                "screening": inputs.screened.summary.as_dict(),
                "notes": notes,
                "warnings": warnings,
                "set_aside": [asdict(aside) for aside in inputs.set_aside],
                "assumed": [asdict(assumption) for assumption in inputs.assumptions],
            }
        )
    else:
        for aside in inputs.set_aside:
            value = f" ({aside.value})" if aside.value else ""
            click.echo(f"{aside.source}:{aside.row}: {aside.reason}{value}")
        for assumption in inputs.assumptions:
            click.echo(f"assumed: {assumption.item} {assumption.value}, {assumption.applies_to}: {assumption.reason}")
        for line in screening_lines(inputs.screened.summary):
            click.echo(line)
        for note in notes:
            click.echo(f"note: {note}")
        for warning in warnings:
            click.echo(f"warning: {warning}")
        mended = {reason: count for reason, count in reasons.items() if reason.endswith(": mended")}  # these are used
        left = {reason: count for reason, count in reasons.items() if reason not in mended}
        counts = ", ".join(f"{count} {reason}" for reason, count in sorted(left.items())) or "none"
        counts += "".join(f"; {count} {reason}" for reason, count in sorted(mended.items()))
        click.echo(
            f"{len(inputs.network.cells)} cells on {len(inputs.network.sites)} sites at {inputs.surface.date}; "
            f"{len(inputs.measurements)} of {inputs.rows_read} measurements usable; set aside: {counts}"
        )
    if share > opened.config.limits.max_bad_share:
        click.echo(f"too many bad rows: {share:.1%} > {opened.config.limits.max_bad_share:.0%}", err=True)
        return 3
    return 0
