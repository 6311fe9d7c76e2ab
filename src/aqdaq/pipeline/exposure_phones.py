"""What is said of phones without and with a site: at each receptor and of each layer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.exposure.handset import FORMULA, LEAST_DBM, OPEN_LOOP, SOURCE, HandsetChange
from aqdaq.io.receptors import ReceptorsRead
from aqdaq.model.measurements import SetAside
from aqdaq.model.receptor import KINDS, Receptors
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.exposure_at import placed_receptors
from aqdaq.pipeline.exposure_handset import NOT_OPEN_LOOP, Handsets
from aqdaq.pipeline.project import Project

Float = NDArray[np.float64]

STATEMENT: Final = (
    "An estimate from the predicted path loss by open-loop power control; what phones really send also follows "
    "commands of the network and what they are used for."
)
NO_CELL_BEFORE: Final = "no known cell reaches the place without the site"
NO_CELL: Final = "no known cell reaches the place, or a model does not hold there"


def receptors_given(project: Project, field: Field, read: ReceptorsRead) -> tuple[Receptors, tuple[SetAside, ...]]:
    """Return the receptors of a table and the rows that have no place.

    Args:
        project: opened.
        field: of the project on the day.
        read: the table; its column ``kind`` says who is indoors, all where it is silent.

    Raises:
        InputError: no receptor has a place.
    """
    at, aside = placed_receptors(project, field, read)
    good = np.flatnonzero(np.isfinite(at).all(axis=1))
    ground = field.ground(at[good, 0], at[good, 1])
    n = len(good)

    def texts(name: str) -> list[str]:
        column = read.further.get(name)
        return [column[i] for i in good.tolist()] if column is not None else [""] * n

    found = Receptors(
        tuple(read.id[i] for i in good.tolist()), tuple(kind if kind in KINDS else "given" for kind in texts("kind")),
        at[good], at[good, 2] - ground, tuple(texts("building")),
        np.array([text == "yes" for text in texts("planned")], dtype=np.bool_),
        np.array([int(text) if text.isdecimal() else 0 for text in texts("floor")], dtype=np.int64),
        np.full(n, np.nan), tuple(texts("flat")), np.full(n, np.nan),
    )  # fmt: skip
    return found, tuple(sorted((*read.set_aside, *aside), key=lambda a: a.row))


def handset_record(found: Handsets) -> dict[str, Any]:
    """Return the whole answer, JSON-ready; None where unknown."""
    return {
        "candidate": found.site,
        "statement": STATEMENT,
        "formula": FORMULA,
        "source": SOURCE,
        "control": {**asdict(found.control), "least_dbm": LEAST_DBM},
        "entry_loss_db": {c.id: _number(v) for c, v in zip(found.cells, found.entry_db, strict=True)},
        "assumed": [asdict(a) for a in found.assumed],
        "notes": list(found.notes),
        "layers": [_summary(change) for change in found.changes],
        "receptors": [row for change in found.changes for row in _rows(found, change)],
    }


def _summary(change: HandsetChange) -> dict[str, Any]:
    db = change.change_db
    known = db[np.isfinite(db)]
    return {
        "layer": str(change.layer),
        "known": len(known),
        "unknown": len(db) - len(known),
        "lower": int((known < 0.0).sum()),
        "same": int((known == 0.0).sum()),
        "higher": int((known > 0.0).sum()),
        "median_change_db": _number(np.median(known)) if len(known) else None,
        "first_covered": int((np.isfinite(change.after_dbm) & ~np.isfinite(change.before_dbm)).sum()),
    }


def _rows(found: Handsets, change: HandsetChange) -> list[dict[str, Any]]:
    names = [*(cell.id for cell in found.cells), None]  # -1 is the last one
    return [
        {
            "id": found.receptors.id[i],
            "layer": str(change.layer),
            "server_before": names[change.server_before[i]],
            "server_after": names[change.server_after[i]],
            "loss_before_db": _number(change.loss_before_db[i]),
            "loss_after_db": _number(change.loss_after_db[i]),
            "before_dbm": _number(change.before_dbm[i]),
            "after_dbm": _number(change.after_dbm[i]),
            "change_db": _number(change.change_db[i]),
            "ratio": _significant(change.ratio[i]),
            "reason": _reason(change, i),
        }
        for i in range(len(found.receptors))
    ]


def _reason(change: HandsetChange, i: int) -> str:
    if change.layer.technology not in OPEN_LOOP:
        return NOT_OPEN_LOOP
    if np.isfinite(change.change_db[i]):
        return ""
    return NO_CELL_BEFORE if np.isfinite(change.after_dbm[i]) else NO_CELL


def _number(value: Any, digits: int = 4) -> float | None:
    number = float(value)
    return round(number, digits) if np.isfinite(number) else None


def _significant(value: Any) -> float | None:
    number = float(value)
    return float(f"{number:.5g}") if np.isfinite(number) else None
