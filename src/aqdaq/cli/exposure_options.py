"""Options that the commands on exposure share, and what they all say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def setting_options(function: F) -> F:
    """Add the options that say how exposure is computed."""
    limits = "Ids of limits, parted by commas; `all` for every one. See docs/exposure.md."
    reflection = "Factor on the power density: 1 none, 2.56 realistic, 4 worst case."
    sight = "Whether buildings attenuate; in free space none does. Reflections are a factor apart."
    function = click.option("--far-field", is_flag=True, help="Take every antenna as a point, near to it as well.")(
        function
    )
    function = click.option("--line-of-sight/--free-space", default=False, show_default=True, help=sight)(function)
    function = click.option(
        "--reflection", type=click.FloatRange(1.0, 4.0), default=1.0, show_default=True, help=reflection
    )(function)
    return click.option("--limits", default="kz,icnirp2020", show_default=True, help=limits)(function)


def candidate_option(function: F) -> F:
    """Add the option that counts a site as on air that is not yet."""
    text = "Id of a site that is planned or in the table of candidates: its cells count as on air."
    return click.option("--candidate", help=text)(function)


def setting_of(opened: Any, *, limits: str, reflection: float, line_of_sight: bool, far_field: bool) -> Any:
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


def say_field(field: Any, set_aside: Any) -> None:
    """Write to stderr how it was computed, what is assumed and what was left out."""
    click.echo(f"{field.setting.way}, reflection {field.setting.reflection:g}, on {field.date}", err=True)
    for note in field.notes:
        click.echo(note, err=True)
    for a in field.assumed:
        click.echo(f"assumed: {a.item} = {a.value} for {a.applies_to} ({a.reason})", err=True)
    for aside in set_aside:
        click.echo(f"{aside.source}:{aside.row}: {aside.reason} ({aside.value})", err=True)
