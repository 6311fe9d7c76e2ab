"""Options that several commands share."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class DateType(click.ParamType["dt.date"]):
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """Return the date.

        Raises:
            click.BadParameter: it is not a date.
        """
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date; write YYYY-MM-DD, for example 2026-05-31", param, ctx)


def project_argument(function: F) -> F:
    """Add the argument PROJECT."""
    return click.argument("project", type=click.Path(path_type=Path))(function)


def date_option(function: F) -> F:
    """Add ``--date``."""
    text = "Date that selects buildings, cells and rulebooks (YYYY-MM-DD); today when left out."
    return click.option("--date", type=DateType(), default=None, help=text)(function)


def json_option(function: F) -> F:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Write the result to stdout as JSON.")(function)


def overwrite_option(function: F) -> F:
    """Add ``--overwrite``."""
    return click.option("--overwrite", is_flag=True, help="Replace what is there.")(function)


def echo_json(value: Any) -> None:
    """Write a value to stdout as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
