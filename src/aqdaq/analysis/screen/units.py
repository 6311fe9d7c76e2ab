"""Levels in another unit than the rest of their file: dBW, reporting values, doubled, halved, without their sign.

Three signs, in this order: a level that no receiver can report; a group of levels apart from all others, which a known
conversion carries among them; levels that differ from those around them by what a known conversion explains.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from aqdaq.analysis.screen.findings import Finding, Judgement, by_log
from aqdaq.analysis.screen.log import Bools, Floats, Ints, Log, medians, numbered, pixels
from aqdaq.model.measurements import POSSIBLE_DBM

IMPOSSIBLE_LEVEL: Final = "no receiver reports this level"
OTHER_UNIT: Final = "the level looks like another unit"

#: dBm of reporting value 0, and dB per step: TS 36.133 and TS 38.133, TS 25.133, TS 45.008; RSSI as phones give ASU.
REPORTED: Final = {"RSRP": (-140.5, 1.0), "RSCP": (-115.5, 1.0), "RxLev": (-110.5, 1.0), "RSSI": (-113.0, 2.0)}

#: Fewer rows than this say nothing of a unit.
LEAST_ROWS: Final = 5
#: A group of levels is apart when no level lies in a gap as wide as this (dB), in a log of so many rows.
GAP_DB: Final = 12.0
GAP_LOG_ROWS: Final = 50
#: Levels of one cell within this distance (m) are alike to within ``ALIKE_DB``; so many must be there to say so.
TILE_M: Final = 100.0
TILE_ROWS: Final = 5
ALIKE_DB: Final = 8.0
#: Such levels must be so many, this share of a log, and so many times those that deviate almost as much.
LOCAL_ROWS: Final = 20
LOCAL_SHARE: Final = 0.01
LOCAL_RATIO: Final = 2.0

Conversion = Callable[[Floats], Floats]


def conversions(quantity: str) -> dict[str, Conversion]:
    """Return, by name, what turns a level in another unit into dBm."""
    zero_dbm, step_db = REPORTED.get(quantity, REPORTED["RSSI"])
    return {
        "dBW": lambda v: v + 30.0,
        "reporting values": lambda v: zero_dbm + step_db * v,
        "dBm without the sign": lambda v: -v,
        "twice the dBm": lambda v: v / 2.0,
        "half the dBm": lambda v: v * 2.0,
    }


def units(log: Log) -> list[Judgement]:
    """Return the rows whose level cannot be dBm, log by log."""
    heard = log.subset(log.heard)
    if not len(heard):
        return []
    wrong = _impossible(heard)
    made = by_log(heard, wrong, lambda mask, rows, name: _word(heard, mask, rows, name, ~wrong))
    rest = heard.subset(~wrong)
    if not len(rest):
        return made
    apart = _apart(rest)
    local = _local(rest, ~apart)
    for found in (apart, local):
        good = ~(apart | local)
        made += by_log(
            rest,
            found,
            lambda mask, rows, name, good=good: _word(rest, mask, rows, name, good),  # type: ignore[misc]
        )
    return made


def _impossible(log: Log) -> Bools:
    low, high = (
        np.array([POSSIBLE_DBM.get(name, POSSIBLE_DBM["RSSI"])[end] for name in log.names.quantity]) for end in (0, 1)
    )
    return np.asarray((log.level_dbm < low[log.quantity]) | (log.level_dbm > high[log.quantity]))


def _word(log: Log, mask: Bools, rows: int, name: str, good: Bools) -> Judgement:
    """Return the judgement of rows in another unit; says which one when it can be told from the good rows."""
    here = good & np.isin(log.route, np.unique(log.route[mask]))
    quantity = log.names.quantity[int(log.quantity[mask][0])]
    unit = fitting_unit(log.level_dbm[mask], log.level_dbm[here], quantity)
    low, high = float(log.level_dbm[mask].min()), float(log.level_dbm[mask].max())
    looks = f"they look like {unit}" if unit else "of no unit that is known"
    what = f"{name}: {rows} levels between {low:g} and {high:g} are not the dBm of the others, {looks}; set aside"
    reason = OTHER_UNIT if unit else IMPOSSIBLE_LEVEL
    figures = {"lowest": low, "highest": high}
    return Judgement(Finding("units", what, rows, "set aside", figures), log.row[mask], reason=reason)


def fitting_unit(strange: Floats, good_dbm: Floats, quantity: str) -> str:
    """Return the unit that carries strange levels nearest the middle of good ones, or nothing.

    Args:
        strange: (n,) levels apart from the others.
        good_dbm: (m,) levels of the same log (dBm); without any, -120 to -60 dBm.
        quantity: RSRP, RSCP, RxLev or RSSI.
    """
    if len(strange) < LEAST_ROWS:
        return ""
    good = good_dbm if len(good_dbm) >= LEAST_ROWS else np.array([-120.0, -90.0, -60.0])
    low, middle, high = np.quantile(good, (0.02, 0.5, 0.98))
    found = {}
    for name, convert in conversions(quantity).items():
        ends = np.quantile(convert(strange), (0.1, 0.5, 0.9))
        if ends.min() >= low - ALIKE_DB and ends.max() <= high + ALIKE_DB:
            found[name] = abs(float(ends[1] - middle))
    return min(found, key=lambda name: found[name], default="")


def _apart(log: Log) -> Bools:
    """Return the rows of groups of levels apart from the others of their log that a conversion carries among them."""
    found = np.zeros(len(log), dtype=np.bool_)
    group = numbered(log.route, log.quantity)
    order = np.lexsort((log.level_dbm, group))
    level, of = log.level_dbm[order], group[order]
    gaps = (np.diff(level) >= GAP_DB) & (of[1:] == of[:-1])
    for one in np.unique(of[1:][gaps]).tolist():
        first, last = np.searchsorted(of, (one, one + 1))
        if last - first < GAP_LOG_ROWS:
            continue
        quantity = log.names.quantity[int(log.quantity[order[first]])]
        for cut in (np.flatnonzero(gaps[first : last - 1]) + first + 1).tolist():
            few, many = sorted((slice(first, cut), slice(cut, last)), key=lambda part: part.stop - part.start)
            if fitting_unit(level[few], level[many], quantity):
                found[order[few]] = True
    return found


def _local(log: Log, looked_at: Bools) -> Bools:
    """Return the rows that differ from those around them by what one conversion explains, where they pile up there."""
    found = np.zeros(len(log), dtype=np.bool_)
    away = _deviation(log, looked_at)
    known = np.isfinite(away)
    rows = np.bincount(log.route[known], minlength=len(log.names.route))
    for name, convert in conversions("").items():
        if name in {"reporting values", "dBm without the sign"}:
            continue  # these are positive, far from every dBm: seen above
        expected = log.level_dbm - convert(log.level_dbm)
        side = known & (np.sign(away) == np.sign(expected)) & (np.abs(expected) > 2.0 * ALIKE_DB)
        fits = side & (np.abs(away - expected) <= ALIKE_DB)
        short = np.abs(expected) - np.abs(away)
        flank = side & (short > ALIKE_DB) & (short <= 2.0 * ALIKE_DB)
        fitting, beside = (np.bincount(log.route[mask], minlength=len(rows)) for mask in (fits, flank))
        enough = (fitting >= np.maximum(LOCAL_ROWS, LOCAL_SHARE * rows)) & (fitting >= LOCAL_RATIO * beside)
        found |= fits & enough[log.route]
    return found


def _deviation(log: Log, looked_at: Bools) -> Floats:
    """Return (n,) how far a level lies from those of its cell around it (dB), NaN where there are too few."""
    predicted = looked_at & np.isfinite(log.residual_db)
    group, value = log.cell, log.residual_db
    if not predicted.any():
        group, value = numbered(log.cell, log.quantity, pixels(log, TILE_M)), log.level_dbm
        predicted = looked_at
    return _from_median(group, value, predicted)


def _from_median(group: Ints, value: Floats, rows: Bools) -> Floats:
    away = np.full(len(group), np.nan)
    groups = int(group.max()) + 1
    middle = medians(group[rows], value[rows], groups)
    middle[np.bincount(group[rows], minlength=groups) < TILE_ROWS] = np.nan
    away[rows] = value[rows] - middle[group[rows]]
    return away
