"""The dates of a forecast: as asked, or when planned buildings begin and end."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aqdaq.base.errors import Fault, InputError, UsageError
from aqdaq.model.development import Development
from aqdaq.pipeline.inputs import Inputs

#: Dates of a forecast that names none, at most.
MOST_DATES: Final = 12


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of a forecast.

    Attributes:
        dates: rising; the first is now.
        skipped: dates on which something begins or ends and that were left out.
    """

    dates: tuple[dt.date, ...]
    skipped: tuple[dt.date, ...] = ()


def developments_of(inputs: Inputs, now: dt.date) -> tuple[Development, ...]:
    """Return what is planned or in works: the developments, and buildings that are to be built after ``now``.

    A building with a date in the future is taken as finished on the day on which it stands.
    """
    named = {d.id for d in inputs.developments}
    later = [
        Development(b.id, b.footprint, b.height_m, b.built, b.built, b.floors, b.use, b.residents, assumed=b.assumed)
        for b in inputs.buildings
        if b.built is not None and b.built > now and b.id not in named
    ]
    return (*(d for d in inputs.developments if d.end > now), *later)


def begin_of(asked: Sequence[dt.date], date: dt.date | None, today: dt.date) -> dt.date:
    """Return the first day of a forecast: ``date``; else the first of the dates asked for; else today."""
    return date or (asked[0] if asked else today)


def asked_dates(asked: Sequence[dt.date], begin: dt.date) -> Dates:
    """Return the dates that somebody asks for, the beginning first.

    Raises:
        UsageError: they do not rise, one lies before the beginning, or there is but one.
    """
    for earlier, later in itertools.pairwise(asked):
        if later <= earlier:
            raise UsageError(f"dates are out of order: {later} comes after {earlier}; write them rising")
    if asked and asked[0] < begin:
        raise UsageError(f"{asked[0]} lies before the forecast begins, {begin} (--date)")
    dates = tuple(dict.fromkeys((begin, *asked)))
    if len(dates) < 2:
        raise UsageError(f"{dates[0]} alone is no forecast: give a later date too")
    return Dates(dates)


def own_dates(developments: Iterable[Development], begin: dt.date) -> Dates:
    """Return the beginning, and the days after it on which developments begin and end; of too many, some evenly taken.

    Raises:
        InputError: nothing begins or ends after the beginning.
    """
    later = sorted({day for d in developments for day in (d.start, d.end) if day > begin})
    if not later:
        what = f"nothing is planned after {begin}: no development begins or ends, no building is to be built"
        raise InputError(Fault("[[developments]]", what, "add [[developments]] to project.toml, or give --dates"))
    if len(later) < MOST_DATES:
        return Dates((begin, *later))
    keep = np.unique(np.linspace(0, len(later) - 1, MOST_DATES - 1).round().astype(np.int64))
    kept = [later[i] for i in keep]
    return Dates((begin, *kept), tuple(day for day in later if day not in kept))


def check_measured(inputs: Inputs, dates: Sequence[dt.date]) -> None:
    """Refuse a forecast that begins before the measurements that it rests on.

    Raises:
        InputError: naming the last day of measurement.
    """
    days = [day for day in inputs.measurements.table["date"].unique() if day]
    last = max(days, default="")
    if last and dates[0].isoformat() < last:
        what = f"{dates[0]} lies before the last day of measurement, {last}"
        raise InputError(Fault("dates of the forecast", what, f"begin on {last} or later"))
