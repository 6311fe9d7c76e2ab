"""Clocks that run backwards, leap, stand still, or were never set; and logs that saw only one moment.

The place of such a row is right as far as anybody knows, its time is not: the time becomes unknown. Many loggers take
the place of a level from their clock, so the row also counts for half.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

import numpy as np

from aqdaq.analysis.screen.findings import Finding, Judgement, by_log
from aqdaq.analysis.screen.log import Bools, Floats, Ints, Log, clock_resolution_s

#: No network of today was on air before 1990; clocks that were never set say 1970 or 1980.
EARLIEST_S: Final = 631_152_000.0
#: Loggers with several threads write rows this much out of order (s); that is no fault.
JITTER_S: Final = 2.0
#: A track with more backward steps than this share, and more than three, is simply not in the order of time.
UNORDERED_SHARE: Final = 0.05
UNORDERED_STEPS: Final = 3
#: A drive that goes on within 200 m of where it was, 30 days later, in the same log: the clock leapt.
LEAP_S: Final = 30.0 * 86_400.0
LEAP_M: Final = 200.0
#: What a row with a wrong clock is worth: its place may have been looked up by that time.
CLOCK_WEIGHT: Final = 0.5

#: A log shorter than a minute is one moment of the network's load and of the weather: worth at most ten samples.
MOMENT_S: Final = 60.0
MOMENT_WORTH: Final = 10.0
MOMENT_ROWS: Final = 20
#: Nothing that measures moves faster (m/s): 250 km/h.
MOST_SPEED_M_S: Final = 70.0
#: Places of one moment may lie this far apart by the errors of their fixes (m).
PLACES_M: Final = 100.0


def clock(log: Log) -> list[Judgement]:
    """Return what is wrong with the times, log by log."""
    known = np.isfinite(log.time_s)
    wrong = known & (log.time_s < EARLIEST_S)
    timed = log.subset(known & ~wrong)
    bad, unordered = _wrong_times(timed)
    place = np.flatnonzero(known & ~wrong)
    wrong[place[bad]] = True
    standing = _standing(log, known & ~wrong)
    shuffled = np.zeros(len(log), dtype=np.bool_)
    shuffled[place[unordered]] = True
    return [
        *by_log(log, wrong, lambda mask, rows, name: _untimed(log, mask, rows, f"{name}: the clock jumps")),
        *by_log(log, standing, lambda mask, rows, name: _untimed(log, mask, rows, f"{name}: the clock stands still")),
        *by_log(log, shuffled, _out_of_order),
    ]


def _untimed(log: Log, mask: Bools, rows: int, what: str) -> Judgement:
    words = f"{what}; the time of {rows} rows is taken as unknown and they count for {CLOCK_WEIGHT:g}"
    finding = Finding("clock", words, rows, "downweighted", {"weight": CLOCK_WEIGHT})
    return Judgement(finding, log.row[mask], CLOCK_WEIGHT, untimed=True)


def _out_of_order(mask: Bools, rows: int, name: str) -> Judgement:
    what = f"{name}: rows are not in the order of time, so that clock jumps cannot be seen"
    return Judgement(Finding("clock", what, rows, "said"), np.flatnonzero(mask)[:0].astype(np.int64))


def _wrong_times(log: Log) -> tuple[Bools, Bools]:
    """Return the rows whose time does not fit the others of their track, and those of tracks in no order of time."""
    wrong, unordered = np.zeros(len(log), dtype=np.bool_), np.zeros(len(log), dtype=np.bool_)
    if len(log) < 2:
        return wrong, unordered
    same = log.track[1:] == log.track[:-1]
    step_s = np.diff(log.time_s)
    back = same & (step_s < -JITTER_S)
    near = np.hypot(np.diff(log.x_m), np.diff(log.y_m)) <= LEAP_M
    leap = same & (step_s > LEAP_S) & near
    tracks = int(log.track[-1]) + 1
    backs = np.bincount(log.track[1:], weights=back, minlength=tracks)
    steps = np.bincount(log.track[1:], weights=same & (step_s != 0.0), minlength=tracks)
    loose = backs > np.maximum(UNORDERED_STEPS, UNORDERED_SHARE * steps)
    unordered = loose[log.track]
    for track in np.unique(log.track[1:][back | leap]):
        if not loose[track]:
            first, last = np.searchsorted(log.track, (track, track + 1))
            wrong[first:last] = _off_chain(log.time_s[first:last], log.x_m[first:last], log.y_m[first:last])
    return wrong, unordered


def _off_chain(time_s: Floats, x_m: Floats, y_m: Floats) -> Bools:
    """Return which times of a track have to go so that the others rise and do not leap."""
    kept = longest_rising(time_s)
    chain = np.flatnonzero(kept)
    off = ~kept & ~_within_jitter(time_s, chain)
    near = np.hypot(np.diff(x_m[chain]), np.diff(y_m[chain])) <= LEAP_M
    leaps = (np.diff(time_s[chain]) > LEAP_S) & near
    piece = np.concatenate(([0], np.cumsum(leaps)))
    off[chain[piece != np.argmax(np.bincount(piece))]] = True
    return off


def _within_jitter(time_s: Floats, chain: Ints) -> Bools:
    """Return which rows lie within the jitter of the time that the chain has just before or after them."""
    after = np.clip(np.searchsorted(chain, np.arange(len(time_s))), 0, len(chain) - 1)
    before = np.maximum(after - 1, 0)
    low, high = time_s[chain[before]] - JITTER_S, time_s[chain[after]] + JITTER_S
    return (time_s >= low) & (time_s <= high)


def longest_rising(values: Floats) -> Bools:
    """Return which values make a longest sequence that never falls (patience sorting, n log n)."""
    tails: list[float] = []
    ends: list[int] = []
    before = np.full(len(values), -1, dtype=np.int64)
    for at, value in enumerate(values.tolist()):
        pile = bisect_right(tails, value)
        if pile == len(tails):
            tails.append(value)
            ends.append(at)
        else:
            tails[pile], ends[pile] = value, at
        before[at] = ends[pile - 1] if pile else -1
    kept = np.zeros(len(values), dtype=np.bool_)
    at = ends[-1] if ends else -1
    while at >= 0:
        kept[at] = True
        at = int(before[at])
    return kept


@dataclass(frozen=True, slots=True)
class _Logs:
    """The times of each log as a whole: arrays of shape (routes,).

    Attributes:
        rows: rows with a time.
        span_s: from the first to the last time (s).
        resolution_s: in which the clock writes (s).
        possible: whether a device can be at all its places within the span.
    """

    rows: Ints
    span_s: Floats
    resolution_s: Floats
    possible: Bools


def _logs(log: Log) -> _Logs:
    """Return the times of each log, from rows that have a time."""
    routes = len(log.names.route)
    spans = []
    for value in (log.time_s, log.x_m, log.y_m):
        low, high = np.full(routes, np.inf), np.full(routes, -np.inf)
        np.minimum.at(low, log.route, value)
        np.maximum.at(high, log.route, value)
        spans.append(high - low)
    resolution = clock_resolution_s(log.route, log.time_s)
    resolution = np.pad(resolution, (0, routes - len(resolution)))
    reach_m = PLACES_M + MOST_SPEED_M_S * (spans[0] + resolution)
    return _Logs(
        np.bincount(log.route, minlength=routes), spans[0], resolution, np.hypot(spans[1], spans[2]) <= reach_m
    )


def _standing(log: Log, known: Bools) -> Bools:
    """Return the rows of logs whose times are one moment while their places lie too far apart for it.

    Times that are all one midnight are days, not clocks: their resolution makes every place possible.
    """
    timed = log.subset(known)
    found = np.zeros(len(log), dtype=np.bool_)
    if len(timed):
        logs = _logs(timed)
        found[np.flatnonzero(known)] = ((logs.rows >= 2) & (logs.span_s < MOMENT_S) & ~logs.possible)[timed.route]
    return found


def one_moment(log: Log) -> list[Judgement]:
    """Return the logs whose rows all come from less than a minute: together they are worth ten samples."""
    timed = log.subset(np.isfinite(log.time_s))
    if not len(timed):
        return []
    logs = _logs(timed)
    rows = np.bincount(log.route, minlength=len(logs.rows))
    brief = (logs.span_s < MOMENT_S) & (logs.rows == rows) & (rows >= MOMENT_ROWS) & logs.possible
    made = []
    for route in np.flatnonzero(brief & (logs.resolution_s <= MOMENT_S)).tolist():
        weight = min(1.0, MOMENT_WORTH / int(rows[route]))
        what = (
            f"{log.names.route[route]}: all {rows[route]} rows come from {logs.span_s[route]:.0f} s, evidence of one "
            f"moment; together they count as {MOMENT_WORTH:g}"
        )
        figures = {"span_s": float(logs.span_s[route]), "weight": weight}
        finding = Finding("one moment", what, int(rows[route]), "downweighted", figures)
        made.append(Judgement(finding, log.row[log.route == route], weight))
    return made
