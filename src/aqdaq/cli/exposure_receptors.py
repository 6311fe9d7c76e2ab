"""The commands on the people around a site: where they are, and what their phones send."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from aqdaq.cli.options import date_option, echo_json, json_option, overwrite_option, project_argument


@click.command()
@project_argument
@click.option("--near", help="Around this place: LON,LAT in degrees.")
@click.option("--site", help="Around this site.")
@click.option("--building", "buildings", multiple=True, help="Around this building; may be repeated.")
@click.option(
    "--within", type=click.FloatRange(0.0, 5000.0),
    help="Distance (m). Left out with --building: only these buildings, no yards.",
)  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path), help="CSV or GeoPackage to write, by suffix.")
@click.option(
    "--floor-height", type=click.FloatRange(2.0, 10.0), default=3.0, show_default=True,
    help="From floor to floor (m), where floors and height do not say it.",
)  # fmt: skip
@click.option(
    "--step", type=click.FloatRange(0.25, 50.0), default=3.0, show_default=True, help="Between points on a wall (m)."
)
@date_option
@overwrite_option
@json_option
def receptors(
    project: Path, within: float | None, out: Path, floor_height: float, step: float, date: dt.date | None,
    overwrite: bool, as_json: bool, **place: Any,
) -> None:  # fmt: skip
    """Write every window, roof and yard around a place as receptors, planned buildings too.

    The CSV is what `exposure at --points` takes. What gives no receptors is listed with a reason.
    """
    from aqdaq.pipeline.exposure import Setting, field_of
    from aqdaq.pipeline.exposure_receptors import (
        around_record,
        free_place,
        receptors_around,
        where_of,
        write_receptors,
    )
    from aqdaq.pipeline.project import Project

    free_place(out, overwrite=overwrite)
    opened = Project.open(project)
    field = field_of(opened, opened.date(date), Setting(()))
    where = where_of(opened, field, **place)
    around = receptors_around(opened, field, where, within, floor_height_m=floor_height, facade_step_m=step)
    write_receptors(out, around.found.receptors, opened.config.grid.crs)
    record = around_record(field, around, where, within)
    _say_receptors(record)
    if as_json:
        synthetic = opened.config.project.synthetic
        echo_json({"ok": True, "synthetic": synthetic, **record, "files": [out.name]})
        return
    kinds = ", ".join(f"{count} {kind}" for kind, count in record["kinds"].items())
    click.echo(f"{record['receptors']} receptors of {record['buildings']} buildings: {kinds or 'none'}")


@click.command()
@project_argument
@click.option(
    "--points", "points_file", required=True, type=click.Path(path_type=Path),
    help="Receptors, as of `exposure at`; a column `kind` says which are indoors.",
)  # fmt: skip
@click.option(
    "--candidate", required=True, help="Id of a site, whatever its dates: the network without it and with it."
)
@date_option
@json_option
def handset(project: Path, points_file: Path, candidate: str, date: dt.date | None, as_json: bool) -> None:
    """Estimate how strongly phones transmit at receptors, without a site and with it.

    Open-loop power control of LTE and NR from the predicted path loss; [exposure] holds its figures.
    """
    from aqdaq.io.receptors import read_receptors
    from aqdaq.pipeline.exposure import Setting, field_of
    from aqdaq.pipeline.exposure_handset import handsets_at
    from aqdaq.pipeline.exposure_phones import handset_record, receptors_given
    from aqdaq.pipeline.progress import Reporter
    from aqdaq.pipeline.project import Project

    opened = Project.open(project)
    read = read_receptors(points_file)
    field = field_of(opened, opened.date(date), Setting(()))
    places, set_aside = receptors_given(opened, field, read)
    with Reporter() as reporter:
        record = handset_record(handsets_at(opened, field.inputs, places, candidate, reporter))
    for aside in set_aside:
        click.echo(f"{aside.source}:{aside.row}: {aside.reason} ({aside.value})", err=True)
    if as_json:
        rows = [{"source": a.source, "row": a.row, "reason": a.reason, "value": a.value} for a in set_aside]
        head = {"ok": True, "synthetic": opened.config.project.synthetic, "date": str(field.date)}
        echo_json({**head, **record, "set_aside": rows})
        return
    _tell_handset(record)


def _say_receptors(record: dict[str, Any]) -> None:
    """Write to stderr what is not complete and what was assumed."""
    if record["incomplete"]:
        click.echo("INCOMPLETE: there are people here of whom nothing can be said", err=True)
    for row in record["without_facade"]:
        click.echo(f"building {row['building']}: no receptors on its facades: {row['reason']}", err=True)
    for key, words in (("walled_up", "inside a building: no window"), ("below_ground", "below the ground")):
        if record[key]:
            click.echo(f"{sum(record[key].values())} facade points of {len(record[key])} buildings {words}", err=True)
    for a in record["set_aside"]:
        click.echo(f"{a['source']}:{a['row']}: {a['reason']} ({a['value']})", err=True)
    _say_assumed(record)


def _say_assumed(record: dict[str, Any]) -> None:
    for a in record["assumed"]:
        click.echo(f"assumed: {a['item']} = {a['value']} for {a['applies_to']} ({a['reason']})", err=True)


def _tell_handset(record: dict[str, Any]) -> None:
    """Write the estimate in words."""
    click.echo(record["statement"])
    click.echo(f"{record['formula']} ({record['source']})")
    for note in record["notes"]:
        click.echo(note, err=True)
    _say_assumed(record)
    for layer in record["layers"]:
        median = layer["median_change_db"]
        middle = "" if median is None else f", median change {median:+.1f} dB"
        click.echo(
            f"{layer['layer']}: with {record['candidate']} phones send less at {layer['lower']}, the same at "
            f"{layer['same']}, more at {layer['higher']} receptors{middle}; unknown at {layer['unknown']}"
        )
