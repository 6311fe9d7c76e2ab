"""The commands on the exposure to the fields of base stations."""

from __future__ import annotations

import datetime as dt
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import click

from aqdaq.cli.exposure_options import candidate_option, say_field, setting_of, setting_options
from aqdaq.cli.exposure_pack import pack
from aqdaq.cli.exposure_receptors import handset, receptors
from aqdaq.cli.options import DateType, date_option, echo_json, json_option, overwrite_option, project_argument


@click.group()
def exposure() -> None:
    """Compute the exposure to the fields of the base stations of a project, beside the limits of several rules."""


exposure.add_command(receptors)
exposure.add_command(handset)
exposure.add_command(pack)


@exposure.command()
@project_argument
@click.option(
    "--points", "points_file", required=True, type=click.Path(path_type=Path),
    help="CSV with columns id,x,y,z (metres) or id,lon,lat,height_m (above ground) [,material].",
)  # fmt: skip
@candidate_option
@setting_options
@click.option("--out", type=click.Path(path_type=Path), help="Write the CSV here instead of to stdout.")
@date_option
@overwrite_option
@json_option
def at(
    project: Path,
    points_file: Path,
    candidate: str | None,
    out: Path | None,
    date: dt.date | None,
    overwrite: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Say what all cells together make at given receptors, as theoretical and as actual maximum.

    Per receptor: power density, field strength, ratio to each limit, the cell that adds most and its share.
    """
    from aqdaq.io.receptors import read_receptors
    from aqdaq.pipeline.exposure import field_of
    from aqdaq.pipeline.exposure_at import at_receptors
    from aqdaq.pipeline.exposure_candidate import with_candidate
    from aqdaq.pipeline.project import Project

    _check_free(out, overwrite=overwrite)
    opened = Project.open(project)
    receptors = read_receptors(points_file)
    setting = setting_of(opened, **how)
    field = with_candidate(opened, field_of(opened, opened.date(date), setting), candidate)
    found = at_receptors(opened, field, receptors)
    say_field(field, found.set_aside)
    if as_json:
        echo_json({"ok": True, "synthetic": opened.config.project.synthetic, **found.as_json()})
    elif out is None:
        found.write_csv(sys.stdout)
    else:
        _write(out, found.write_csv)


@exposure.command()
@project_argument
@click.option(
    "--points", "points_file", required=True, type=click.Path(path_type=Path),
    help="Receptors that must keep the limits; as of `exposure at`.",
)  # fmt: skip
@click.option("--site", help="Id of the site whose cells are looked at; left out: the candidate.")
@candidate_option
@click.option(
    "--share", type=click.FloatRange(0.0, 1.0, min_open=True), default=1.0, show_default=True,
    help="Share of every limit that may be used up: 0.5 leaves half of the power as a margin.",
)  # fmt: skip
@click.option("--building", help="Id of a building: try positions along the edge of its roof as well.")
@click.option("--above-roof", default="3", show_default=True, help="Heights above the roof to try (m), by commas.")
@click.option("--downtilts", default="", help="Downtilts to try (deg), by commas; left out: each cell as it is.")
@setting_options
@date_option
@json_option
def solve(
    project: Path, points_file: Path, date: dt.date | None, as_json: bool, **how: Any
) -> None:  # fmt: skip
    """Say how strong a site may be, how far its beams must stay away, and where on a roof it has most room.

    The other cells on air stay as they are. Figures are theoretical maxima.
    """
    from aqdaq.base.errors import UsageError
    from aqdaq.io.receptors import read_receptors
    from aqdaq.pipeline.exposure import field_of
    from aqdaq.pipeline.exposure_candidate import with_candidate
    from aqdaq.pipeline.exposure_solve import Wish
    from aqdaq.pipeline.exposure_solve import solve as solved
    from aqdaq.pipeline.project import Project

    candidate = how.pop("candidate")
    site = how.pop("site") or candidate
    if not site:
        raise UsageError("name a site: --site ID of one on air, or --candidate ID of one that is not yet")
    opened = Project.open(project)
    wish = Wish(
        site, how.pop("share"), how.pop("building"), _numbers("--above-roof", how.pop("above_roof")),
        _numbers("--downtilts", how.pop("downtilts")),
    )  # fmt: skip
    receptors = read_receptors(points_file)
    field = with_candidate(opened, field_of(opened, opened.date(date), setting_of(opened, **how)), candidate)
    found = solved(opened, field, receptors, wish)
    say_field(field, found.set_aside)
    if as_json:
        echo_json({"ok": True, "synthetic": opened.config.project.synthetic, "date": str(field.date), **found.record})
    else:
        _tell(found.record)


@exposure.command()
@project_argument
@click.option(
    "--site", "sites", multiple=True,
    help="Id of a site; may be repeated. Left out: the candidate, or all of them.",
)  # fmt: skip
@candidate_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the files.")
@click.option("--step", type=click.FloatRange(0.25, 20.0), default=2.0, show_default=True, help="Side of a square (m).")
@setting_options
@date_option
@overwrite_option
@json_option
def zones(
    project: Path,
    sites: tuple[str, ...],
    candidate: str | None,
    out: Path,
    step: float,
    date: dt.date | None,
    overwrite: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Draw where around sites a limit is exceeded, at theoretical maximum, and say which buildings enter there.

    The sanitary protection zone at 2 m above the ground, and the building restriction zone above it: sections every
    3 m, along the beams, and solids. Writes zones.gpkg, zones.dxf, zones.glb and zones.json.
    """
    from aqdaq.pipeline.exposure import field_of
    from aqdaq.pipeline.exposure_candidate import with_candidate
    from aqdaq.pipeline.exposure_zones import check_sites, write_zones, zones_of, zones_record
    from aqdaq.pipeline.project import Project

    opened = Project.open(project)
    field = with_candidate(opened, field_of(opened, opened.date(date), setting_of(opened, **how)), candidate)
    sites = sites or ((candidate,) if candidate else ())
    check_sites(opened, field, sites)
    found = zones_of(field, sites, step)
    files = write_zones(out, opened, field, found, overwrite=overwrite)
    say_field(field, ())
    record = zones_record(opened, field, found)
    if as_json:
        echo_json({"ok": True, **record, "files": [path.name for path in files]})
        return
    for zone in record["zones"]:
        reach = "nowhere above the ground"
        if zone["restriction_from_m"] is not None:
            reach = (
                f"from {zone['restriction_from_m']:g} to {zone['restriction_to_m']:g} m above the ground of the site"
            )
        ground = f"{zone['sanitary_area_m2']:g} m2 at 2 m above the ground"
        click.echo(f"{zone['site']}, {zone['limit']}: exceeded on {ground}, and {reach}")
        for row in zone["entered"]:
            kind = "planned building" if row["planned"] else "building"
            click.echo(f"  {kind} {row['building']} enters it from {row['from_m']:g} to {row['to_m']:g} m")


@exposure.command()
@project_argument
@click.option(
    "--measurements", "measured_file", type=click.Path(path_type=Path),
    help="Measured fields, CSV or GeoPackage; left out: as project.toml says. See docs/exposure.md.",
)  # fmt: skip
@click.option(
    "--on-air", type=DateType(),
    help="Day on which a candidate goes on air: parts before from after where the file is silent.",
)  # fmt: skip
@candidate_option
@setting_options
@click.option("--out", type=click.Path(path_type=Path), help="Write the CSV here instead of to stdout.")
@click.option("--picture", type=click.Path(path_type=Path), help="Draw it as well: a .png or .svg.")
@date_option
@overwrite_option
@json_option
def compare(
    project: Path, measured_file: Path | None, on_air: dt.date | None, candidate: str | None, out: Path | None,
    picture: Path | None, date: dt.date | None, overwrite: bool, as_json: bool, **how: Any,
) -> None:  # fmt: skip
    """Set measured fields beside what was computed for their places, with their uncertainty, before and after.

    Each is compared with the network that was on air on its day; with --date all are with that of one day. With
    --candidate rows of phase before are with the network without that site, and rows of phase after with it.
    """
    from aqdaq.pipeline.exposure_campaign import compared, picture_kind, write_picture
    from aqdaq.pipeline.exposure_compare import own_measurements
    from aqdaq.pipeline.project import Project

    kind = picture_kind(picture) if picture is not None else None
    _check_free(out, picture, overwrite=overwrite)
    opened = Project.open(project)
    setting = setting_of(opened, **how)
    measurements = own_measurements(opened, measured_file)
    found = compared(opened, measurements, setting, date=date, on_air=on_air, candidate=candidate)
    say_field(found.fields[-1], found.set_aside)
    for note in found.notes:
        click.echo(note, err=True)
    if picture is not None and kind is not None:
        write_picture(picture, found, opened.config.project.name, kind)
    if as_json:
        echo_json({"ok": True, "synthetic": opened.config.project.synthetic, **found.as_json()})
    elif out is None:
        found.write_csv(sys.stdout)
    else:
        _write(out, found.write_csv)


def _check_free(*files: Path | None, overwrite: bool) -> None:
    """Refuse to replace files that are there.

    Raises:
        ExistsError: one is there already.
    """
    from aqdaq.base.errors import ExistsError

    for file in files:
        if file is not None and file.exists() and not overwrite:
            raise ExistsError(f"{file} is there already; add --overwrite to replace it")


def _write(file: Path, write: Callable[[TextIO], None]) -> None:
    """Write a text file.

    Raises:
        OutputError: it cannot be written.
    """
    from aqdaq.base.errors import OutputError

    try:
        with file.open("w", encoding="utf-8", newline="") as stream:
            write(stream)
    except OSError as err:
        raise OutputError(f"{file}: cannot be written: {err.strerror} -> choose another place") from err


def _tell(record: dict[str, Any]) -> None:
    """Write the answer of ``solve`` in words."""
    scale = "no limit" if record["scale"] is None else f"{record['scale']:g}"
    decides = f", decided by limit {record['limit']} at {record['receptor']}" if record["receptor"] else ""
    click.echo(f"{record['site']}: power may be multiplied by {scale}{decides}{_beyond(record)}")
    for band in record["bands"]:
        alone, together = ("no limit" if band[key] is None else f"{band[key]:g} W" for key in ("alone_w", "together_w"))
        click.echo(f"{band['frequency_mhz']:g} MHz: EIRP {band['eirp_w']:g} W; at most {together}, alone {alone}")
    for row in record["standoff"]:
        reach = ", ".join(_away(limit, distance) for limit, distance in row["distance_m"].items())
        click.echo(f"{row['cell']}: in its beam, alone and in free space, stay {reach}")
    cells = [row["cell"] for row in record["standoff"]]
    for n, row in enumerate(record["positions"], start=1):
        scale = "no limit" if row["scale"] is None else f"{row['scale']:g}"
        place = f"{row['x_m']:.1f}, {row['y_m']:.1f}, {row['above_roof_m']:g} m above the roof"
        tilts = ", ".join(f"{cell} {tilt:g} deg" for cell, tilt in zip(cells, row["downtilt_deg"], strict=True))
        click.echo(f"{n}. {place}, downtilt {tilts}: factor {scale}{_beyond(row)}")


def _away(limit: str, distance_m: float | None) -> str:
    """Return how far to stay away, rounded up to a metre."""
    if distance_m is None:
        return f"away, nobody can say how far (limit {limit})"
    return f"at least {math.ceil(distance_m)} m away (limit {limit})"


def _beyond(row: dict[str, Any]) -> str:
    """Return that a limit is exceeded even with the best a place offers; empty where none is."""
    if row["within"] or row["scale"] is None:
        return ""
    if row["scale"] <= 0.0:
        return ": EXCEEDED, there is no room for any power"
    return (
        f": EXCEEDED, the site is {_times(row['scale'])} times as strong there as limit {row['limit']} leaves room for"
    )


def _times(scale: float) -> str:
    return f"{math.ceil(100.0 / scale) / 100.0:g}" if scale > 0.01 else f"{1.0 / scale:.3g}"


def _numbers(option: str, text: str) -> tuple[float, ...]:
    """Return the numbers of an option, parted by commas.

    Raises:
        UsageError: one is no number.
    """
    from aqdaq.base.errors import UsageError

    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError as err:
        raise UsageError(f"{option} {text!r}: numbers, parted by commas") from err
