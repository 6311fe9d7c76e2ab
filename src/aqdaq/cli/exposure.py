"""The commands on the exposure to the fields of base stations."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from aqdaq.cli.options import date_option, echo_json, json_option, overwrite_option, project_argument

F = TypeVar("F", bound=Callable[..., Any])


@click.group()
def exposure() -> None:
    """Compute the exposure to the fields of the base stations of a project, beside the limits of several rules."""


def setting_options(function: F) -> F:
    """Add the options that say how exposure is computed."""
    limits = "Ids of limits, parted by commas; `all` for every one. See docs/exposure.md."
    reflection = "Factor on the power density: 1 none, 2.56 realistic, 4 worst case."
    sight = "Whether buildings attenuate; free space is the worst case."
    function = click.option("--far-field", is_flag=True, help="Take every antenna as a point, near to it as well.")(
        function
    )
    function = click.option("--line-of-sight/--free-space", default=False, show_default=True, help=sight)(function)
    function = click.option(
        "--reflection", type=click.FloatRange(1.0, 4.0), default=1.0, show_default=True, help=reflection
    )(function)
    return click.option("--limits", default="kz,icnirp2020", show_default=True, help=limits)(function)


@exposure.command()
@project_argument
@click.option(
    "--points", "points_file", required=True, type=click.Path(path_type=Path),
    help="CSV with columns id,x,y,z (metres) or id,lon,lat,height_m (above ground) [,material].",
)  # fmt: skip
@setting_options
@click.option("--out", type=click.Path(path_type=Path), help="Write the CSV here instead of to stdout.")
@date_option
@overwrite_option
@json_option
def at(
    project: Path,
    points_file: Path,
    out: Path | None,
    date: dt.date | None,
    overwrite: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Say what all cells together make at given receptors, as theoretical and as actual maximum.

    Per receptor: power density, field strength, ratio to each limit, the cell that adds most and its share.
    """
    from aqdaq.base.errors import ExistsError, OutputError
    from aqdaq.io.receptors import read_receptors
    from aqdaq.pipeline.exposure import field_of
    from aqdaq.pipeline.exposure_at import at_receptors
    from aqdaq.pipeline.project import Project

    if out is not None and out.exists() and not overwrite:
        raise ExistsError(f"{out} is there already; add --overwrite to replace it")
    opened = Project.open(project)
    receptors = read_receptors(points_file)
    setting = _setting(opened, **how)
    field = field_of(opened, opened.date(date), setting)
    found = at_receptors(opened, field, receptors)
    _say(field, found.set_aside)
    if as_json:
        echo_json({"ok": True, "synthetic": opened.config.project.synthetic, **found.as_json()})
    elif out is None:
        found.write_csv(sys.stdout)
    else:
        try:
            with out.open("w", encoding="utf-8", newline="") as stream:
                found.write_csv(stream)
        except OSError as err:
            raise OutputError(f"{out}: cannot be written: {err.strerror} -> choose another place") from err


def _setting(opened: Any, *, limits: str, reflection: float, line_of_sight: bool, far_field: bool) -> Any:
    """Return the setting of the options.

    Raises:
        UsageError: no limit is named.
    """
    from aqdaq.base.errors import UsageError
    from aqdaq.pipeline.exposure import Setting
    from aqdaq.pipeline.exposure_limits import known_limits

    ids = tuple(part.strip() for part in limits.split(",") if part.strip())
    if not ids:
        raise UsageError(f"--limits names none; use one of: {', '.join(known_limits(opened))}")
    if ids == ("all",):
        ids = known_limits(opened)
    return Setting(ids, reflection, line_of_sight, not far_field)


def _say(field: Any, set_aside: Any) -> None:
    """Write to stderr how it was computed, what is assumed and what was left out."""
    click.echo(f"{field.setting.way}, reflection {field.setting.reflection:g}, on {field.date}", err=True)
    for note in field.notes:
        click.echo(note, err=True)
    for a in field.assumed:
        click.echo(f"assumed: {a.item} = {a.value} for {a.applies_to} ({a.reason})", err=True)
    for aside in set_aside:
        click.echo(f"{aside.source}:{aside.row}: {aside.reason} ({aside.value})", err=True)
