"""Site data that the measurements contradict: azimuths, exchanged cells, tilts, places and levels."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import Observed
from aqdaq.analysis.fusion.evidence import Evidence, evidence_of, figure_error, merged_rows
from aqdaq.analysis.fusion.facts import Scene
from aqdaq.analysis.fusion.pooled import Figures
from aqdaq.engine.threads import in_threads
from aqdaq.engine.trend import AZIMUTH, EAST, NORTH, OFFSET, TILT
from aqdaq.model.suspect import Suspect

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Nothing is said of a cell with fewer measurements than this.
SAMPLES: Final = 50
#: Nor of one measured in fewer directions: sectors of 30 degrees with at least so many blocks each. From one direction
#: a turned antenna looks like a weak one.
SECTOR_DEG: Final = 30.0
SECTORS: Final = 3
SECTOR_BLOCKS: Final = 2
#: An azimuth is named that differs by more than this (deg): less is within what streets and reflections do.
TURNED_DEG: Final = 25.0
#: Evidence (nats) it takes. Bounds are above what cells with right tables reach in synthetic cities, where the engine's
#: errors stand in for those of any model, and far above what chance alone does.
TURNED_NATS: Final = 6.5
#: The azimuth must explain this much more than a weak cell, and than any other direction.
CLEARER_NATS: Final = 2.0
#: Its standard error must lie below this (deg).
TURNED_ERROR_DEG: Final = 25.0
#: A tilt is named that differs by more than this (deg), known within so much, with so much evidence. Tilts show in few
#: decibels near the mast and in level far away; there is less evidence to be had. Of cells with right tables in
#: synthetic cities ten times as many seem flatter than seem steeper, so that flatter takes more.
TILTED_DEG: Final = 4.0
TILTED_ERROR_DEG: Final = 3.0
STEEPER_NATS: Final = 2.5
FLATTER_NATS: Final = 4.5
#: Nobody hangs an antenna so that it looks farther up or down than this (deg): such a fit is no tilt.
TILT_BOUNDS_DEG: Final = (-2.0, 25.0)
#: A level is named that differs by more than this (dB), with so much evidence.
LEVEL_DB: Final = 10.0
LEVEL_NATS: Final = 6.0
#: A site is named that fits farther away than this (m), with so much evidence from so many of its cells.
MOVED_M: Final = 100.0
MOVED_NATS: Final = 20.0
MOVED_CELLS: Final = 2
#: Two cells are exchanged where each fits this near (deg) to the azimuth that the table gives the other.
SWAPPED_DEG: Final = 25.0


class Fitted(Protocol):
    """What is asked of a fitted model."""

    @property
    def scene(self) -> Scene:
        """The cells."""
        ...

    @property
    def figures(self) -> Figures:
        """Of all cells."""
        ...

    @property
    def spread(self) -> Array:
        """(9,) of the field."""
        ...


def suspects(model: Fitted, observed: Observed, north_deg: Array | None = None) -> tuple[Suspect, ...]:
    """Return the site data that the measurements contradict, those with the most evidence first.

    Args:
        model: fitted to the measurements.
        observed: the measurements.
        north_deg: (cells,) direction of true north at each cell, clockwise from grid north (deg); None: the same.
    """
    scene, figures = model.scene, model.figures
    turn = np.zeros(len(scene)) if north_deg is None else north_deg
    samples = np.bincount(observed.links.cell[observed.heard], minlength=len(scene))
    rows = merged_rows(scene, figures, observed)
    of_site = {int(s): rows.subset(np.flatnonzero(scene.site[rows.cell] == s)) for s in np.unique(scene.site)}
    asked = np.flatnonzero(samples >= SAMPLES)
    found: dict[int, Evidence] = {}

    def one(c: int) -> None:
        found[c] = evidence_of(c, of_site[int(scene.site[c])], scene, figures, model.spread)

    in_threads(one, asked.tolist())
    named = {c: _suspect(c, found[c], model, float(turn[c]), int(samples[c])) for c in sorted(found)}
    cells = _swapped({c: one for c, one in named.items() if one is not None}, scene)
    sites = _sites(found, cells, scene, samples)
    moved = {s for s, _ in sites}
    kept = [one for c, one in cells.items() if int(scene.site[c]) not in moved]
    return tuple(sorted([*(one for _, one in sites), *kept], key=lambda one: (-one.evidence, one.cell)))


def _suspect(cell: int, evidence: Evidence, model: Fitted, north_deg: float, samples: int) -> Suspect | None:
    """Return which figure of a cell explains its measurements best, if any is beyond its bounds."""
    made = [
        _azimuth(cell, evidence, model.scene, north_deg, samples),
        _tilt(cell, evidence, model, samples),
        _level(cell, evidence, model, samples),
    ]
    return max((one for one in made if one is not None), key=lambda one: one.evidence, default=None)


def _azimuth(cell: int, evidence: Evidence, scene: Scene, north_deg: float, samples: int) -> Suspect | None:
    fit, facts = evidence.azimuth, scene.cells[cell]
    if fit is None or facts.azimuth_deg is None or _sectors(evidence.bearings_deg) < SECTORS:
        return None
    gain, error = evidence.gain(fit), figure_error(fit, AZIMUTH)
    turn = _turn(fit.figures[AZIMUTH])
    clearer = gain - max(evidence.gain(evidence.level), evidence.right.cost - fit.rival)
    if gain < TURNED_NATS or abs(turn) < TURNED_DEG or clearer < CLEARER_NATS or error > TURNED_ERROR_DEG:
        return None
    stated = (facts.azimuth_deg - north_deg) % 360.0
    return Suspect(facts.id, "azimuth", stated, (stated + turn) % 360.0, error, gain, samples, evidence.blocks)


def _tilt(cell: int, evidence: Evidence, model: Fitted, samples: int) -> Suspect | None:
    fit, facts = evidence.tilt, model.scene.cells[cell]
    if fit is None:
        return None
    gain, error = evidence.gain(fit), figure_error(fit, TILT)
    # The average cell's figure is how the pattern is drawn, not how antennas hang.
    by = float(fit.figures[TILT] - model.figures.expected[cell, TILT])
    fitted = facts.tilt_deg + by
    if gain < (STEEPER_NATS if by > 0.0 else FLATTER_NATS) or abs(by) < TILTED_DEG or error > TILTED_ERROR_DEG:
        return None
    if not TILT_BOUNDS_DEG[0] <= fitted <= TILT_BOUNDS_DEG[1]:
        return None
    return Suspect(facts.id, "downtilt", facts.tilt_deg, fitted, error, gain, samples, evidence.blocks)


def _level(cell: int, evidence: Evidence, model: Fitted, samples: int) -> Suspect | None:
    fit = evidence.level
    gain, by = evidence.gain(fit), float(fit.figures[OFFSET] - model.figures.expected[cell, OFFSET])
    if gain < LEVEL_NATS or abs(by) < LEVEL_DB:
        return None
    name = model.scene.cells[cell].id
    return Suspect(name, "level", 0.0, by, figure_error(fit, OFFSET), gain, samples, evidence.blocks)


def _sectors(bearings_deg: Array) -> int:
    """Return in how many sectors there are enough blocks."""
    count = np.bincount((bearings_deg % 360.0 // SECTOR_DEG).astype(np.int64))
    return int((count >= SECTOR_BLOCKS).sum())


def _turn(deg: float) -> float:
    return float((deg + 180.0) % 360.0 - 180.0)


def _swapped(named: dict[int, Suspect], scene: Scene) -> dict[int, Suspect]:
    """Return the suspects, pairs of one site and layer named as exchanged where each fits the other's azimuth."""
    out = dict(named)
    turned = [c for c, one in named.items() if one.what == "azimuth"]
    for c in turned:
        for o in turned:
            beside = scene.site[c] == scene.site[o] and scene.cells[c].layer == scene.cells[o].layer
            if c < o and beside and _exchanged(named[c], named[o]) and out[c].what == out[o].what == "azimuth":
                out[c] = replace(named[c], what="swapped", other=named[o].cell)
                out[o] = replace(named[o], what="swapped", other=named[c].cell)
    return out


def _exchanged(a: Suspect, b: Suspect) -> bool:
    return max(abs(_turn(a.fitted - b.stated)), abs(_turn(b.fitted - a.stated))) < SWAPPED_DEG


def _sites(
    found: dict[int, Evidence], cells: dict[int, Suspect], scene: Scene, samples: Ints
) -> list[tuple[int, Suspect]]:
    """Return sites that fit elsewhere, with their numbers: all cells together, against each cell's own explanation."""
    out = []
    for site in np.unique(scene.site[sorted(found)]) if found else []:
        own = [c for c in sorted(found) if scene.site[c] == site]
        fits = [found[c].place for c in own]
        gains = np.array([found[c].gain(found[c].place) for c in own])
        inverse = [np.linalg.inv(fit.covariance[np.ix_((EAST, NORTH), (EAST, NORTH))]) for fit in fits]
        each = [fit.figures[[EAST, NORTH]] for fit in fits]
        covariance = np.linalg.inv(np.sum(inverse, axis=0))
        together = covariance @ np.sum([v @ d for v, d in zip(inverse, each, strict=True)], axis=0)
        # Each cell gives up what it gained by standing where the others do not.
        lost = sum(0.5 * float((d - together) @ v @ (d - together)) for v, d in zip(inverse, each, strict=True))
        gain, far = float(gains.sum()) - lost, float(np.hypot(*together))
        rivals = sum(cells[c].evidence for c in own if c in cells)
        witnesses = int((gains > CLEARER_NATS).sum())
        if far < MOVED_M or gain < max(MOVED_NATS, rivals + CLEARER_NATS) or witnesses < MOVED_CELLS:
            continue
        error = float(np.sqrt(together @ covariance @ together) / far)
        toward = float(np.degrees(np.arctan2(*together)) % 360.0)
        count, blocks = int(samples[own].sum()), sum(found[c].blocks for c in own)
        name = scene.cells[own[0]].site
        out.append((int(site), Suspect(name, "position", 0.0, far, error, gain, count, blocks, "", toward)))
    return out
