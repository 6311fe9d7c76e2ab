"""When the rows of a drive test were taken: ISO, seconds or milliseconds since 1970, or any other pattern."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.hints import shown
from aqdaq.io.tables import to_numbers
from aqdaq.model.project import MeasurementSource

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: No drive test is older or younger (seconds since 1970): 1990 to 2100. What lies outside is no time.
_FIRST_S: Final = 631_152_000.0
_LAST_S: Final = 4_102_444_800.0

#: Numbers from here on are milliseconds since 1970: as seconds they would lie beyond the year 2100.
_MILLISECONDS_FROM: Final = _LAST_S

#: Share of times that cannot be read above which the pattern is wrong, not the rows.
_MOST_UNREAD: Final = 0.5

_OFFSET: Final = r"(?:[Zz]|[+-]\d{2}:?\d{2})$"


@dataclass(frozen=True, slots=True)
class Times:
    """Times of rows.

    Attributes:
        time_s: (n,) seconds since 1970-01-01 UTC, NaN where nobody said.
        day: (n,) the day there, YYYY-MM-DD, empty where nobody said.
        unread: texts that are no time.
        zone_assumed: whether times without a zone were taken for UTC because nobody named one.
    """

    time_s: Floats
    day: pd.Series
    unread: int = 0
    zone_assumed: bool = False


def time_faults(source: MeasurementSource, where: str) -> list[Fault]:
    """Return what is wrong with the time zone and the pattern."""
    faults = []
    try:
        ZoneInfo(source.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        what = f"time zone {source.time_zone!r} is not known"
        faults.append(Fault(f"{where} time_zone", what, 'give a name of the IANA database: "Asia/Almaty", "UTC"'))
    pattern = source.time_format
    if pattern not in (None, "iso", "epoch_s", "epoch_ms"):
        try:
            now = dt.datetime(2026, 3, 15, 12, 30, 5, tzinfo=dt.UTC)
            dt.datetime.strptime(now.strftime(str(pattern)), str(pattern)).date()  # noqa: DTZ007
            readable = "%" in str(pattern)
        except ValueError:
            readable = False
        if not readable:
            mend = '"iso", "epoch_s", "epoch_ms" or a pattern like "%d.%m.%Y %H:%M:%S"'
            faults.append(Fault(f"{where} time_format", f"{shown(pattern)} is no pattern of times", mend))
    return faults


def read_times(source: MeasurementSource, texts: pd.Series, file: str) -> Times:
    """Return the times of rows.

    Args:
        source: says the pattern, the zone, and the day where a row says none.
        texts: (n,) column of the times; empty texts where there is none.
        file: its name.

    Raises:
        InputError: more than half of the texts are no times of that pattern.
    """
    codes, unique = pd.factorize(texts)
    one = pd.Series(unique, dtype="str")
    time_s, days, zoned = _unique_times(source, one)
    given = (texts != "").to_numpy()
    bad = given & (days == "")[codes]
    unread = int(bad.sum())
    if unread > _MOST_UNREAD * given.sum():
        example = shown(str(texts[bad].iloc[0]))
        what = f"{unread} of {int(given.sum())} times cannot be read, for example {example}"
        mend = f"say how they are written: time_format = ... (now {source.time_format or 'iso'})"
        raise InputError(Fault(f"{file} column {source.time_column!r}", what, mend))
    otherwise = source.date.isoformat() if source.date is not None else ""
    day = pd.Series(np.where(days == "", otherwise, days)[codes], dtype="str")
    naive = bool((np.isfinite(time_s) & ~zoned).any())
    return Times(time_s[codes], day, unread, naive and "time_zone" not in source.model_fields_set)


def _unique_times(source: MeasurementSource, texts: pd.Series) -> tuple[Floats, NDArray[np.object_], Bools]:
    """Return seconds since 1970, the local day, and whether the text itself says the zone."""
    pattern = source.time_format
    numbers = to_numbers(texts)
    if pattern in ("epoch_s", "epoch_ms") or (pattern is None and _all_epochs(texts, numbers)):
        milli = pattern == "epoch_ms" or (pattern is None and np.nanmax(numbers) >= _MILLISECONDS_FROM)
        seconds = numbers / 1e3 if milli else numbers
        return _plausible(seconds), _days(_plausible(seconds), source.time_zone), np.ones(len(texts), dtype=np.bool_)
    if pattern in (None, "iso"):
        zoned = texts.str.slice(10).str.contains(_OFFSET, regex=True).to_numpy(dtype=np.bool_)
        stamps = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
        dated = (texts.str.len() <= 10).to_numpy()
    else:
        zoned = np.full(len(texts), "%z" in str(pattern))
        stamps = pd.to_datetime(texts, format=pattern, errors="coerce", utc=True)
        dated = np.full(len(texts), not any(part in str(pattern) for part in ("%H", "%I", "%c", "%X", "%s", "%T")))
    seconds = _seconds(stamps, zoned, source.time_zone)
    days = _days(seconds, source.time_zone)
    if pattern is None:  # a text that only begins with a day still says the day
        first = pd.to_datetime(texts.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
        begun = first.notna().to_numpy() & (days == "")
        days[begun] = texts.str.slice(0, 10).to_numpy(dtype=object)[begun]
    return np.where(dated, np.nan, seconds), days, zoned


def _all_epochs(texts: pd.Series, numbers: Floats) -> bool:
    given = (texts != "").to_numpy()
    return bool(given.any() and np.isfinite(numbers[given]).all() and (numbers[given] >= _FIRST_S).all())


def _seconds(stamps: pd.Series, zoned: Bools, zone: str) -> Floats:
    """Return seconds since 1970 of stamps read as UTC; those that name no zone are times of ``zone``.

    An hour that the clock repeats is the second one, an hour that it skips is the first moment after it.
    """
    known = stamps.notna().to_numpy()
    seconds = np.full(len(stamps), np.nan)
    seconds[known] = stamps[known].to_numpy(dtype="datetime64[ms]").astype(np.int64) / 1e3
    here = known & ~zoned
    if zone != "UTC" and here.any():
        bare = pd.DatetimeIndex(stamps[here]).tz_localize(None)
        there = bare.tz_localize(zone, ambiguous=np.zeros(len(bare), dtype=np.bool_), nonexistent="shift_forward")
        seconds[here] = (
            there.tz_convert("UTC").tz_localize(None).to_numpy(dtype="datetime64[ms]").astype(np.int64) / 1e3
        )
    return _plausible(seconds)


def _plausible(seconds: Floats) -> Floats:
    return np.where((seconds >= _FIRST_S) & (seconds <= _LAST_S), seconds, np.nan)


def _days(seconds: Floats, zone: str) -> NDArray[np.object_]:
    """Return the day in ``zone``, YYYY-MM-DD; empty where there is no time."""
    days = np.full(len(seconds), "", dtype=object)
    known = np.isfinite(seconds)
    if known.any():
        stamps = pd.DatetimeIndex((seconds[known] * 1e3).astype(np.int64).astype("datetime64[ms]"))
        local = stamps.tz_localize("UTC").tz_convert(zone).tz_localize(None).to_numpy(dtype="datetime64[D]")
        codes, unique = pd.factorize(local)
        names = np.asarray(unique).astype("datetime64[D]").astype(str).astype(object)
        days[known] = names[codes]
    return days
