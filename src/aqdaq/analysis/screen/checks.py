"""All checks one after the other: what each sets aside, the next does not see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.analysis.screen.clock import clock, one_moment
from aqdaq.analysis.screen.devices import DeviceOffset, devices
from aqdaq.analysis.screen.duplicates import REPEATED, duplicates
from aqdaq.analysis.screen.findings import Finding, Judgement
from aqdaq.analysis.screen.log import Log, PlacedLike, read_log
from aqdaq.analysis.screen.moved import MOVED, moved_cells
from aqdaq.analysis.screen.position import GOOD_ERROR_M, INEXACT, JUMPED, MOST_ERROR_M, jumps, position_errors
from aqdaq.analysis.screen.steps import scales
from aqdaq.analysis.screen.stuck import FROZEN, stuck
from aqdaq.analysis.screen.units import IMPOSSIBLE_LEVEL, OTHER_UNIT, units
from aqdaq.model.measurements import Measurements, SetAside

#: Why rows are set aside here.
REASONS: Final = (IMPOSSIBLE_LEVEL, OTHER_UNIT, REPEATED, FROZEN, JUMPED, INEXACT, MOVED)

#: However doubtful, a row that stays keeps this weight: zero would be dropping it in silence.
LEAST_WEIGHT: Final = 0.01


@dataclass(frozen=True, slots=True)
class Limits:
    """What a project may set.

    Attributes:
        good_error_m: a stated position error up to here costs nothing (m).
        most_error_m: beyond it a row is set aside (m).
    """

    good_error_m: float = GOOD_ERROR_M
    most_error_m: float = MOST_ERROR_M


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Screened:
    """The outcome. Rows in are the rows of ``measurements`` and of ``set_aside`` together.

    Attributes:
        measurements: rows that stay, in their order, with the weights that the checks left them.
        findings: what was wrong, in the order of the checks.
        set_aside: rows that do not stay, in their order; the value is the cell.
        offsets: how much devices read high or low, of all that could be compared.
        kept: (n,) positions in the table that was given of the rows that stay.
        downweighted: how many of the rows that stay count less than before.
    """

    measurements: Measurements
    findings: tuple[Finding, ...]
    set_aside: tuple[SetAside, ...]
    offsets: tuple[DeviceOffset, ...]
    kept: NDArray[np.int64]
    downweighted: int


class _State:
    """The table on its way through the checks."""

    def __init__(self, log: Log, table: pd.DataFrame) -> None:
        self.log = log
        self.weight = table["weight"].to_numpy(dtype=np.float64, copy=True)
        self.heard = table["heard"].to_numpy(dtype=np.bool_, copy=True)
        self.time_s = table["time_s"].to_numpy(dtype=np.float64, copy=True)
        self.untimed = np.zeros(len(table), dtype=np.bool_)
        self.reason = np.full(len(table), -1, dtype=np.int64)
        self.findings: list[Finding] = []

    def apply(self, made: list[Judgement]) -> None:
        """Do to the rows what a check says, then take what it set aside out of the log."""
        for judged in made:
            rows = judged.rows[self.reason[judged.rows] < 0]
            self.findings.append(judged.finding)
            if judged.reason:
                self.reason[rows] = REASONS.index(judged.reason)
            if judged.weight is not None:
                self.weight[judged.rows] *= judged.weight
            if judged.untimed:
                self.untimed[rows] = True
            if judged.finding.action == "censored":
                self.heard[rows] = False
        if made:
            self.time_s[self.untimed] = np.nan
            live = self.log.subset(self.reason[self.log.row] < 0)
            self.log = replace(live, time_s=self.time_s[live.row], heard=self.heard[live.row])


def screen(
    measurements: Measurements,
    cells: Sequence[PlacedLike],
    *,
    residual_db: NDArray[np.float64] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Screened:
    """Return the measurements with each row judged: fine, counting less, or set aside with its reason.

    Args:
        measurements: n rows; those of one file in the order of the file.
        cells: the network, to find cells that moved; rows of other cells are not judged by it.
        residual_db: (n,) measured minus predicted level (dB), NaN where nobody predicted; with it devices are also
            compared that share no place with another. None: nobody predicted.
        limits: what the project sets.
    """
    if len(measurements) == 0:
        return Screened(measurements, (), (), (), np.zeros(0, dtype=np.int64), 0)
    state = _State(read_log(measurements, residual_db), measurements.table)
    simple: tuple[Callable[[Log], list[Judgement]], ...] = (units, duplicates, clock, stuck, jumps)
    for check in simple:
        state.apply(check(state.log))
    state.apply(position_errors(state.log, limits.good_error_m, limits.most_error_m))
    for check in (one_moment, scales):
        state.apply(check(state.log))
    state.apply(moved_cells(state.log, cells))
    judged, offsets = devices(state.log)
    state.apply(judged)
    return _screened(measurements, state, offsets)


def _screened(measurements: Measurements, state: _State, offsets: tuple[DeviceOffset, ...]) -> Screened:
    table = measurements.table
    stays = state.reason < 0
    before = table["weight"].to_numpy(dtype=np.float64)
    weight = np.maximum(state.weight, np.minimum(LEAST_WEIGHT, before))
    changed = table.assign(weight=weight, heard=state.heard, time_s=state.time_s, date=_dates(table, state.untimed))
    left = table.loc[~stays, ["source", "row", "cell"]]
    aside = tuple(
        SetAside(str(source), int(row), REASONS[why], str(cell))
        for source, row, cell, why in zip(
            left["source"], left["row"], left["cell"], state.reason[~stays].tolist(), strict=True
        )
    )
    return Screened(
        Measurements(changed[stays].reset_index(drop=True)),
        tuple(state.findings),
        aside,
        offsets,
        np.flatnonzero(stays).astype(np.int64),
        int((weight < before)[stays].sum()),
    )


def _dates(table: pd.DataFrame, untimed: NDArray[np.bool_]) -> pd.Series:
    """Return the day of each row; where the clock is wrong, the day of the rows around it if they agree."""
    if not untimed.any():
        return table["date"]
    log = [table["source"], table["route"], table["device"]]
    known = table["date"].where(~untimed)
    before, after = known.groupby(log, sort=False).ffill(), known.groupby(log, sort=False).bfill()
    # At an end of a log there are rows on one side only.
    before, after = before.fillna(after), after.fillna(before)
    agreed = before.where(before == after).fillna("")
    return table["date"].where(~untimed, agreed).astype("str")
