"""What stands beside the computed figures of a pack: measurements of the field, and the phone in the hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from aqdaq.analysis.exposure.handset import LEAST_DBM, OPEN_LOOP, HandsetChange
from aqdaq.analysis.exposure.receptor_columns import taken
from aqdaq.model.receptor import Receptors
from aqdaq.pipeline.exposure_candidate import Proposal
from aqdaq.pipeline.exposure_compare import compare, own_measurements
from aqdaq.pipeline.exposure_handset import Handsets, handsets_at, power_control
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.report.exposure_content import HandsetRow, HandsetTerms, MeasuredRow

#: Receptors before a wall, those that somebody gave first.
_BEFORE_WALLS = (("window", "balcony"), ("facade",))


def measured_beside(project: Project, proposal: Proposal, within_m: float) -> tuple[MeasuredRow, ...]:
    """Return the measurements of the neighbourhood beside what was computed for their phase; none where none are given.

    Args:
        project: opened.
        proposal: the candidate; what was measured before it stands beside the existing state.
        within_m: distance from it (m).

    Raises:
        InputError: the measurements are wrong.
    """
    if project.config.exposure.measurements is None:
        return ()
    measurements = own_measurements(project, None)
    days = [p.cell.on_air for p in proposal.cells if p.cell.on_air is not None]
    on_air = min(days, default=None)
    before, after = (
        compare(project, f, measurements, on_air=on_air)[0] for f in (proposal.existing, proposal.proposed)
    )
    site, found = proposal.cells[0], []
    for row, later in zip(before, after, strict=True):
        if row["x_m"] is None or math.hypot(row["x_m"] - site.x_m, row["y_m"] - site.y_m) > within_m:
            continue
        found.append(_row(later if row["phase"] == "after" else row))
    return tuple(found)


def _row(row: dict[str, Any]) -> MeasuredRow:
    measured = row["measured"]

    def number(value: float | None) -> float:
        return math.nan if value is None else value

    return MeasuredRow(
        row["id"], row["time"][:10], row["phase"], row["kind"], number(measured["e_v_m"]),
        number(measured["e_low_v_m"]), number(measured["e_high_v_m"]), measured["below_detection"],
        row["theoretical"]["e_v_m"], row["actual"]["e_v_m"],
    )  # fmt: skip


def handsets_beside(
    project: Project, proposal: Proposal, receptors: Receptors, chosen: tuple[str, ...], reporter: Reporter
) -> tuple[tuple[HandsetRow, ...], HandsetTerms | None]:
    """Return the transmit power of phones behind the windows of buildings, without and with the candidate.

    The terms are what the estimate starts from; None where no building has a window.

    Args:
        project: opened.
        proposal: the candidate.
        receptors: of the neighbourhood.
        chosen: ids of the buildings.
        reporter: of progress.
    """
    found, terms = [], None
    for building in chosen:
        places = _windows(receptors, building)
        if not len(places):
            continue
        phones = handsets_at(project, proposal.existing.inputs, taken(receptors, places), proposal.site, reporter)
        found += [_phones(building, change) for change in phones.changes if change.layer.technology in OPEN_LOOP]
        terms = _terms(project, phones)
    return tuple(found), terms


def _phones(building: str, change: HandsetChange) -> HandsetRow:
    before, after = (_median(values) for values in (change.before_dbm, change.after_dbm))
    db = change.change_db
    lower, same, higher = (int(np.count_nonzero(which)) for which in (db < 0.0, db == 0.0, db > 0.0))
    return HandsetRow(building, str(change.layer), before, after, lower, same, higher, len(db) - lower - same - higher)


def _terms(project: Project, phones: Handsets) -> HandsetTerms:
    """Return what an estimate starts from."""
    control, given = phones.control, power_control(project.config.exposure)[1]
    entry = [
        float(loss_db)
        for cell, loss_db in zip(phones.cells, phones.entry_db, strict=True)
        if cell.layer.technology in OPEN_LOOP
    ]
    losses = sorted({round(min(entry), 1), round(max(entry), 1)}) if any(entry) else []
    names = ("p0_dbm", "alpha", "blocks", "max_dbm", "gain_dbi")
    closed = tuple(str(c.layer) for c in phones.changes if c.layer.technology not in OPEN_LOOP)
    return HandsetTerms(
        control.p0_dbm, control.alpha, control.blocks, control.max_dbm, LEAST_DBM, control.gain_dbi, tuple(losses),
        tuple(name for name in names if name not in given), closed, phones.others,
    )  # fmt: skip


def _windows(receptors: Receptors, building: str) -> Any:
    """Return the numbers of the windows of a building; where nobody gave any, of the places before its walls."""
    mine = np.array([name == building for name in receptors.building], dtype=np.bool_)
    for kinds in _BEFORE_WALLS:
        places = np.flatnonzero(mine & np.isin(receptors.kind, kinds))
        if len(places):
            return places
    return np.zeros(0, dtype=np.int64)


def _median(values: Any) -> float | None:
    """Return the median; None where one of them is unknown, because nobody knows on which side it lies."""
    return float(np.median(values)) if len(values) and np.isfinite(values).all() else None
