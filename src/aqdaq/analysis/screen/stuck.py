"""Positions that stay the same while the log goes on: a receiver that froze, or a car that stands.

Frozen, when the device states a speed, when the position then leaps to catch up, or when the level of one cell varies
as only a moving phone's does. Then the place of all but the first row is wrong: they are set aside. Otherwise the car
stood: its rows are right but are one place, so the row with the median level keeps its weight and the others share
the weight of one.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from aqdaq.analysis.screen.clock import JITTER_S
from aqdaq.analysis.screen.findings import Finding, Judgement, by_log
from aqdaq.analysis.screen.log import Bools, Floats, Ints, Log, medians, numbered, spreads

FROZEN: Final = "the position is stuck"

#: So many rows of one cell at the very same coordinates, one after the other.
STUCK_ROWS: Final = 10
#: A device that states more than this (m/s) is moving.
MOVING_M_S: Final = 1.5
#: A leap of more than this (m), at more than this speed (m/s), right after the standstill.
LEAP_M: Final = 100.0
LEAP_M_S: Final = 30.0
#: Spread (dB) of a cell's level at one place: fast fading of an averaged level stays below it.
STANDING_SD_DB: Final = 6.0


def stuck(log: Log) -> list[Judgement]:
    """Return the rows at positions that do not change, log by log."""
    if len(log) < STUCK_ROWS:
        return []
    run = _runs(log)
    series = numbered(run, log.cell)
    many = np.bincount(series) >= STUCK_ROWS
    long = np.zeros(int(run[-1]) + 1, dtype=np.bool_)
    np.logical_or.at(long, run, many[series])
    if not long.any():
        return []
    frozen = long & _frozen(log, run, series, long)
    first = _first_rows(series)
    aside = frozen[run] & ~first
    standing = (long & ~frozen)[run] & many[series]
    keeper = _median_rows(log, series, standing)
    share = 1.0 / np.maximum(np.bincount(series) - 1, 1)[series]

    def set_aside(mask: Bools, rows: int, name: str) -> Judgement:
        what = f"{name}: the position is stuck; the first row of each cell stays, {rows} rows are set aside"
        return Judgement(Finding("stuck position", what, rows, "set aside"), log.row[mask], reason=FROZEN)

    def downweight(mask: Bools, rows: int, name: str) -> Judgement:
        what = f"{name}: the device stands still; beside a median row per cell, {rows} rows share the weight of one"
        figures = {"least_weight": float(share[mask].min())}
        return Judgement(Finding("stuck position", what, rows, "downweighted", figures), log.row[mask], share[mask])

    return [*by_log(log, aside, set_aside), *by_log(log, standing & ~keeper, downweight)]


def _runs(log: Log) -> Ints:
    """Return (n,) the number of the run of equal coordinates that a row belongs to."""
    new = (np.diff(log.track) != 0) | (np.diff(log.x_m) != 0.0) | (np.diff(log.y_m) != 0.0)
    return np.concatenate(([0], np.cumsum(new))).astype(np.int64)


def _first_rows(series: Ints) -> Bools:
    found = np.zeros(len(series), dtype=np.bool_)
    found[np.unique(series, return_index=True)[1]] = True
    return found


def _frozen(log: Log, run: Ints, series: Ints, long: Bools) -> Bools:
    """Return (runs,) whether a long run shows signs of motion."""
    runs = int(run[-1]) + 1
    stated = np.isfinite(log.speed_m_s)
    speed = np.nan_to_num(medians(run[stated], log.speed_m_s[stated], runs), nan=0.0)
    heard = log.heard & long[run]
    spread = np.nan_to_num(spreads(series[heard], log.level_dbm[heard], int(series.max()) + 1), nan=0.0)
    widest = np.zeros(runs)
    enough = np.bincount(series[heard], minlength=len(spread)) >= STUCK_ROWS
    np.maximum.at(widest, run[heard], (spread * enough)[series[heard]])
    return (speed > MOVING_M_S) | (widest > STANDING_SD_DB) | _leaps(log, run, runs)


def _leaps(log: Log, run: Ints, runs: int) -> Bools:
    """Return (runs,) whether the position leaps when the run ends."""
    ends = np.flatnonzero(np.diff(run) != 0)
    step_m = np.hypot(log.x_m[ends + 1] - log.x_m[ends], log.y_m[ends + 1] - log.y_m[ends])
    step_s = np.maximum(log.time_s[ends + 1] - log.time_s[ends], 0.0) + JITTER_S / 2.0
    same = log.track[ends + 1] == log.track[ends]
    with np.errstate(invalid="ignore"):
        leap = same & (step_m > LEAP_M) & (step_m / step_s > LEAP_M_S)
    found = np.zeros(runs, dtype=np.bool_)
    found[run[ends]] = leap
    return found


def _median_rows(log: Log, series: Ints, wanted: Bools) -> Bools:
    """Return, for each series, the one row whose level lies nearest its median."""
    groups = int(series.max()) + 1
    level: Floats = np.where(wanted, log.level_dbm, 0.0)
    away = np.abs(level - medians(series, level, groups)[series])
    order = np.lexsort((np.arange(len(series)), away, series))
    found = np.zeros(len(series), dtype=np.bool_)
    found[order[np.unique(series[order], return_index=True)[1]]] = True
    return found & wanted
