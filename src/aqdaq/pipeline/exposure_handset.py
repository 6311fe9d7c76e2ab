"""``aqdaq exposure handset``: how strongly phones transmit at receptors without and with a site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.exposure.handset import (
    FORMULA,
    LEAST_DBM,
    OPEN_LOOP,
    SOURCE,
    HandsetChange,
    PowerControl,
    control_assumed,
    handset_change,
)
from aqdaq.analysis.lower_bound import out_of_range
from aqdaq.base.errors import Fault, InputError
from aqdaq.io.candidates import read_candidates
from aqdaq.io.receptors import ReceptorsRead
from aqdaq.model.measurements import SetAside
from aqdaq.model.network import Cell, Network
from aqdaq.model.project import ExposureSection
from aqdaq.model.receptor import KINDS, Receptors
from aqdaq.model.results import Assumption
from aqdaq.pipeline.entry_classes import typical_loss_db
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.exposure_at import placed_receptors
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project

Float = NDArray[np.float64]

STATEMENT: Final = (
    "An estimate from the predicted path loss by open-loop power control; what phones really send also follows "
    "commands of the network and what they are used for."
)
#: Receptors behind which a phone is indoors.
INDOORS: Final = ("window", "facade", "given")
NOT_OPEN_LOOP: Final = "phones of this technology are steered in a closed loop, from figures that no map knows"
NO_CELL_BEFORE: Final = "no known cell reaches the place without the site"
NO_CELL: Final = "no known cell reaches the place, or a model does not hold there"
#: Heights of receivers are taken in steps of a floor (m), from this one up (m).
_STEP_M: Final = 3.0
_LOWEST_M: Final = 1.5

_KEYS: Final = {
    "handset_p0_dbm": "p0_dbm",
    "handset_alpha": "alpha",
    "handset_max_dbm": "max_dbm",
    "handset_blocks": "blocks",
    "antenna_gain_dbi": "gain_dbi",
}


@dataclass(frozen=True, slots=True)
class Handsets:
    """Phones at receptors without and with a site.

    Attributes:
        site: id.
        receptors: where they are.
        cells: numbered as the best servers are.
        changes: one a layer.
        control: of the network and the phones.
        entry_db: (c,) entry loss of buildings for each cell (dB).
        assumed: figures that nobody gave.
        notes: what else must be known, in words.
    """

    site: str
    receptors: Receptors
    cells: tuple[Cell, ...]
    changes: tuple[HandsetChange, ...]
    control: PowerControl
    entry_db: Float
    assumed: tuple[Assumption, ...]
    notes: tuple[str, ...]


def power_control(section: ExposureSection) -> tuple[PowerControl, frozenset[str]]:
    """Return the power control of ``[exposure]``, and the names of the figures that the project states."""
    control = PowerControl(**{ours: getattr(section, key) for key, ours in _KEYS.items()})
    return control, frozenset(ours for key, ours in _KEYS.items() if key in section.model_fields_set)


def handsets_at(project: Project, inputs: Inputs, receptors: Receptors, site: str, reporter: Reporter) -> Handsets:
    """Return how strongly phones transmit at receptors without and with a site, whatever its dates.

    Levels are those of the prediction, not fitted to measurements, so that both networks are treated alike. At windows
    and facades the phone is indoors: the entry loss of the first indoor definition lies between.

    Args:
        project: opened.
        inputs: on the day.
        receptors: where phones are.
        site: id, of the network or of the table of candidates.
        reporter: of progress.

    Raises:
        InputError: there is no such site.
    """
    network = network_with(project, inputs, site)
    entry, entry_note = _entry_db(inputs, network.cells)
    level, lacking = _levels(project, replace(inputs, network=network), receptors, reporter)
    indoors = np.array([kind in INDOORS for kind in receptors.kind], dtype=np.bool_)
    level = level - np.where(indoors[None, :], entry[:, None], 0.0)
    control, given = power_control(project.config.exposure)
    changes = tuple(handset_change(layer, network.cells, level, lacking, site, control) for layer in network.layers())
    notes = [entry_note, "heights of phones are taken in steps of 3 m; measurements play no part"]
    notes += [f"{c.layer}: {NOT_OPEN_LOOP}" for c in changes if c.layer.technology not in OPEN_LOOP]
    assumed = control_assumed(control, given, network.cells)
    return Handsets(site, receptors, network.cells, changes, control, entry, assumed, tuple(notes))


def network_with(project: Project, inputs: Inputs, site: str) -> Network:
    """Return the network on air and all cells of a site; of a site that is lost for good, those that it had.

    Raises:
        InputError: there is no such site.
    """
    ever, day = inputs.network_ever, inputs.surface.date
    own = [c for c in ever.cells if c.site_id == site]
    own = [c for c in own if c.off_air is None or c.off_air > day] or own
    sites = list(ever.sites)
    name = project.config.exposure.candidates
    if not own and name is not None:
        crs = project.config.grid.crs
        table = read_candidates(name, project.config.network, project.folder, crs=crs, network=ever).network
        own = [c for c in table.cells if c.site_id == site]
        sites += table.sites
    if not own:
        known = ", ".join(s.id for s in sites)
        raise InputError(Fault("--candidate", f"there is no site {site!r} with a cell", f"one of: {known}"))
    cells = (*(c for c in inputs.network.cells if c.site_id != site), *own)
    carrying = {c.site_id for c in cells}
    return Network(tuple(s for s in sites if s.id in carrying), cells)


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


def _entry_db(inputs: Inputs, cells: Sequence[Cell]) -> tuple[Float, str]:
    """Return (c,) the entry loss of buildings for each cell (dB), and in words where it comes from."""
    indoor = [d for d in inputs.definitions if d.environment == "indoor"]
    if not indoor:
        return np.zeros(len(cells)), "no indoor definition gives an entry loss: phones are taken to stand at the window"
    loss = {
        (c.layer, c.frequency_mhz): typical_loss_db(indoor[0], [c], inputs.entry)
        for c in cells
        if c.layer.technology in OPEN_LOOP
    }
    entry = np.array([loss.get((c.layer, c.frequency_mhz), 0.0) for c in cells], dtype=np.float64)
    return entry, f"at windows and facades phones are indoors: median entry loss of {indoor[0].id}"


def _levels(
    project: Project, inputs: Inputs, receptors: Receptors, reporter: Reporter
) -> tuple[Float, NDArray[np.bool_]]:
    """Return (c, n) levels outdoors (dBm), NaN where unknown, and where no model holds."""
    x, y = receptors.at_m[:, 0], receptors.at_m[:, 1]
    _, _, inside = inputs.surface.grid.index(x, y)
    storey = np.maximum(np.round((receptors.height_m - _LOWEST_M) / _STEP_M), 0.0)
    cells = inputs.network.cells
    level = np.full((len(cells), len(receptors)), np.nan)
    lacking = np.zeros(level.shape, dtype=np.bool_)
    terrains: dict[int, Any] = {}
    for step in reporter.steps(np.unique(storey[np.isfinite(storey)]).tolist(), "handset, floors"):
        use = np.flatnonzero((storey == step) & inside)
        height_m = _LOWEST_M + _STEP_M * step
        predictor = Predictor(
            inputs.surface, inputs.network, project.config.prediction, project.body, height_m, terrains
        )
        placed = predictor.placed()
        for site in inputs.network.sites:
            here = [p for p in placed if p.cell.site_id == site.id]
            azimuths = [p.grid_azimuth_deg for p in here]
            found = predictor.predicted(site, [p.cell for p in here], azimuths, x[use], y[use], mode="exact")
            place = np.ix_(np.array([p.index for p in here]), use)
            level[place], lacking[place] = found.level_dbm, out_of_range(found.reason)
    return level, lacking


def _number(value: Any, digits: int = 4) -> float | None:
    number = float(value)
    return round(number, digits) if np.isfinite(number) else None


def _significant(value: Any) -> float | None:
    number = float(value)
    return float(f"{number:.5g}") if np.isfinite(number) else None
