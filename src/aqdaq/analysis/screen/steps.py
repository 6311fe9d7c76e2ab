"""Levels written in coarse steps, and levels piled up at the end of a device's scale."""

from __future__ import annotations

from typing import Final

import numpy as np

from aqdaq.analysis.screen.findings import Action, Finding, Judgement, listed
from aqdaq.analysis.screen.log import Bools, Floats, Ints, Log, numbered

#: Steps (dB) that devices write, coarse ones first. One decibel is what 3GPP reports: it is said, and costs nothing.
STEPS_DB: Final = (10.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0)
REPORTED_STEP_DB: Final = 1.0
#: Share of the levels of a device that must lie on the steps, of at least so many, on so many different steps.
ON_STEP: Final = 0.99
LEAST_ROWS: Final = 100
LEAST_STEPS: Final = 4
#: Scatter of a level around any smooth map (dB): what a further error is compared with.
SCATTER_DB: Final = 6.0

#: A pile: so many rows at the very last level, and so many times those of the steps beside it.
PILE_ROWS: Final = 10
PILE_RATIO: Final = 3.0
BESIDE: Final = 5
#: What a row at the upper end is worth: its level is only known to be at least that.
CAPPED_WEIGHT: Final = 0.3


def error_weight(error_db: float) -> float:
    """Return what a row with a further error (dB) is worth: the variance of a good row over its own."""
    return float(SCATTER_DB**2 / (SCATTER_DB**2 + error_db**2))


def scales(log: Log) -> list[Judgement]:
    """Return the devices whose levels come in coarse steps or pile up at an end of their scale."""
    heard = log.subset(log.heard)
    if not len(heard):
        return []
    group = numbered(heard.device, heard.quantity)
    step_db = _steps(group, heard.level_dbm)
    made = [_quantised(heard, (step_db == step)[group], step) for step in np.unique(step_db[step_db > 0.0]).tolist()]
    for top in (False, True):
        piled = _piled(group, heard.level_dbm, np.where(step_db > 0.0, step_db, 1.0), top=top)
        ends = np.unique(heard.level_dbm[piled]).tolist()
        made += [_capped(heard, piled & (heard.level_dbm == level), level, top=top) for level in ends]
    return made


def _steps(group: Ints, level_dbm: Floats) -> Floats:
    """Return (groups,) the coarsest step (dB) on which the levels of a group lie; 0 where there is none."""
    groups = int(group.max()) + 1
    counts = np.bincount(group)
    order = np.lexsort((level_dbm, group))
    middle = level_dbm[order][np.cumsum(counts) - counts + counts // 2]
    found = np.zeros(groups)
    for step in STEPS_DB:
        steps = (level_dbm - middle[group]) / step
        on = np.abs(steps - np.round(steps)) < 1e-3
        share = np.bincount(group, weights=on, minlength=groups) / counts
        used = np.unique(np.stack([group[on], np.round(steps[on]).astype(np.int64)]), axis=1)[0]
        fits = (share >= ON_STEP) & (counts >= LEAST_ROWS) & (np.bincount(used, minlength=groups) >= LEAST_STEPS)
        found = np.where((found == 0.0) & fits, step, found)
    return found


def _devices(log: Log, mask: Bools) -> str:
    return listed([log.names.device[one] for one in np.unique(log.device[mask])])


def _quantised(log: Log, mask: Bools, step_db: float) -> Judgement:
    sd_db, rows = step_db / float(np.sqrt(12.0)), int(mask.sum())
    fine = step_db <= REPORTED_STEP_DB
    weight = 1.0 if fine else error_weight(sd_db)
    worth = "no more than every phone has" if fine else f"{rows} rows count for {weight:.2f}"
    what = f"{_devices(log, mask)}: levels come in steps of {step_db:g} dB, an error of {sd_db:.2f} dB; {worth}"
    figures = {"step_db": step_db, "sd_db": sd_db, "weight": weight}
    if fine:
        return Judgement(Finding("quantised", what, rows, "said", figures), log.row[mask])
    return Judgement(Finding("quantised", what, rows, "downweighted", figures), log.row[mask], weight)


def _piled(group: Ints, level_dbm: Floats, step_db: Floats, *, top: bool) -> Bools:
    """Return the rows at the last level of their group when far more lie there than on the steps beside it."""
    sign = 1.0 if top else -1.0
    end = np.full(len(step_db), -np.inf)
    np.maximum.at(end, group, sign * level_dbm)
    away = (end[group] - sign * level_dbm) / step_db[group]
    at_end = away < 1e-6
    beside = ~at_end & (away <= BESIDE + 0.5)
    piled = np.bincount(group, weights=at_end, minlength=len(step_db))
    near = np.bincount(group, weights=beside, minlength=len(step_db)) / BESIDE
    few = np.bincount(group, minlength=len(step_db)) < LEAST_ROWS
    return at_end & ((piled >= PILE_ROWS) & (piled >= PILE_RATIO * near) & ~few)[group]


def _capped(log: Log, mask: Bools, level_dbm: float, *, top: bool) -> Judgement:
    rows = int(mask.sum())
    action: Action = "downweighted" if top else "censored"
    end = "highest" if top else "lowest"
    then = f"they count for {CAPPED_WEIGHT:g}" if top else "they are taken as upper bounds"
    what = f"{_devices(log, mask)}: {rows} rows pile up at {level_dbm:g} dBm, the {end} level written; {then}"
    finding = Finding("capped", what, rows, action, {"level_dbm": level_dbm})
    return Judgement(finding, log.row[mask], CAPPED_WEIGHT if top else None)
