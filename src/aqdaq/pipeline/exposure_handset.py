"""``aqdaq exposure handset``: how strongly phones transmit at receptors without and with a site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.exposure.handset import (
    OPEN_LOOP,
    HandsetChange,
    PowerControl,
    control_assumed,
    handset_change,
)
from aqdaq.analysis.lower_bound import out_of_range
from aqdaq.base.errors import Fault, InputError
from aqdaq.model.network import Cell, Network
from aqdaq.model.project import ExposureSection
from aqdaq.model.receptor import Receptors
from aqdaq.model.results import Assumption
from aqdaq.pipeline.entry_classes import typical_loss_db
from aqdaq.pipeline.exposure_receptors import candidate_network
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project

Float = NDArray[np.float64]

#: Receptors behind which a phone is indoors.
INDOORS: Final = ("window", "facade", "given")
NOT_OPEN_LOOP: Final = "phones of this technology are steered in a closed loop, from figures that no map knows"
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
        others: layers of the network that the site does not carry: their phones do not change.
    """

    site: str
    receptors: Receptors
    cells: tuple[Cell, ...]
    changes: tuple[HandsetChange, ...]
    control: PowerControl
    entry_db: Float
    assumed: tuple[Assumption, ...]
    notes: tuple[str, ...]
    others: tuple[str, ...] = ()


def power_control(section: ExposureSection) -> tuple[PowerControl, frozenset[str]]:
    """Return the power control of ``[exposure]``, and the names of the figures that the project states."""
    control = PowerControl(**{ours: getattr(section, key) for key, ours in _KEYS.items()})
    return control, frozenset(ours for key, ours in _KEYS.items() if key in section.model_fields_set)


def handsets_at(project: Project, inputs: Inputs, receptors: Receptors, site: str, reporter: Reporter) -> Handsets:
    """Return how strongly phones transmit at receptors without and with a site, whatever its dates.

    Levels are those of the prediction, not fitted to measurements, so that both networks are treated alike. At windows
    and facades the phone is indoors: the entry loss of the first indoor definition lies between. Only layers that the
    site carries are looked at: phones of others do not change.

    Args:
        project: opened.
        inputs: on the day.
        receptors: where phones are.
        site: id, of the network or of the table of candidates.
        reporter: of progress.

    Raises:
        InputError: there is no such site.
    """
    whole = network_with(project, inputs, site)
    network = _layers_of(whole, site)
    entry, entry_note = _entry_db(inputs, network.cells)
    level, lacking = _levels(project, replace(inputs, network=network), receptors, reporter)
    indoors = np.array([kind in INDOORS for kind in receptors.kind], dtype=np.bool_)
    level = level - np.where(indoors[None, :], entry[:, None], 0.0)
    control, given = power_control(project.config.exposure)
    changes = tuple(handset_change(layer, network.cells, level, lacking, site, control) for layer in network.layers())
    notes = [entry_note, "heights of phones are taken in steps of 3 m; measurements play no part"]
    notes += [f"{c.layer}: {NOT_OPEN_LOOP}" for c in changes if c.layer.technology not in OPEN_LOOP]
    others = [str(layer) for layer in whole.layers() if layer not in network.layers()]
    notes += [f"phones of {', '.join(others)} do not change: {site} carries no cell of theirs"] if others else []
    assumed = control_assumed(control, given, network.cells)
    return Handsets(site, receptors, network.cells, changes, control, entry, assumed, tuple(notes), tuple(others))


def network_with(project: Project, inputs: Inputs, site: str) -> Network:
    """Return the network on air and all cells of a site; of a site that is lost for good, those that it had.

    Raises:
        InputError: there is no such site.
    """
    ever, day = inputs.network_ever, inputs.surface.date
    own = [c for c in ever.cells if c.site_id == site]
    own = [c for c in own if c.off_air is None or c.off_air > day] or own
    sites = list(ever.sites)
    if not own:
        table = candidate_network(project, inputs)
        own = [c for c in table.cells if c.site_id == site]
        sites += table.sites
    if not own:
        known = ", ".join(s.id for s in sites)
        raise InputError(Fault("--candidate", f"there is no site {site!r} with a cell", f"one of: {known}"))
    cells = (*(c for c in inputs.network.cells if c.site_id != site), *own)
    carrying = {c.site_id for c in cells}
    return Network(tuple(s for s in sites if s.id in carrying), cells)


def _layers_of(network: Network, site: str) -> Network:
    """Return the cells of the layers that a site carries."""
    mine = {c.layer for c in network.cells if c.site_id == site}
    cells = tuple(c for c in network.cells if c.layer in mine)
    carrying = {c.site_id for c in cells}
    return Network(tuple(s for s in network.sites if s.id in carrying), cells)


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
