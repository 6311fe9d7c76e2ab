"""Which model of the chain made which pixels of a layer, and why the others are unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

import aqdaq.engine.models  # noqa: F401 - registers the models of paths
from aqdaq.analysis.lower_bound import out_of_range
from aqdaq.analysis.placed import PlacedCell
from aqdaq.engine.area_types import Reason
from aqdaq.engine.chain import Links
from aqdaq.engine.registry import get_model, model_names
from aqdaq.model.coverage import CoverageMap
from aqdaq.model.grid import Grid, Window
from aqdaq.model.network import Layer
from aqdaq.model.results import ModelShare, UnknownShare
from aqdaq.pipeline.predict_grid import GridLevels

#: Stands in the raster of models where the level is unknown.
NO_MODEL: Final = -1

Codes = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class MadeBy:
    """How the pixels of a layer came about; both rasters have the shape of the grid.

    Attributes:
        model: number of the link of the chain that made the level of the best server; -1 where unknown.
        reason: ``Reason`` why a pixel is unknown: that of the nearest cell that has it in its window, and where known
            cells were held back, that of the nearest cell out of its model's range; 0 where known.
        beyond: number of the link whose range an unknown pixel lies out of, -1 elsewhere; None: -1 everywhere.
    """

    model: Codes
    reason: Codes
    beyond: Codes | None = field(default=None)


def lacking_cells(cells: Sequence[PlacedCell], levels: GridLevels, grid: Grid) -> NDArray[np.bool_] | None:
    """Return (rows, cols) where a cell of the layer is out of its model's range; None: nowhere."""
    lacking: NDArray[np.bool_] | None = None
    for placed in cells:
        window, _, why = levels.reasons(placed.cell.id)
        beyond = out_of_range(why)
        if beyond.any():
            lacking = np.zeros(grid.shape, dtype=np.bool_) if lacking is None else lacking
            lacking[window.slices] |= beyond
    return lacking


def made_by(
    cells: Sequence[PlacedCell], levels: GridLevels, coverage: CoverageMap, held_back: NDArray[np.bool_] | None = None
) -> MadeBy:
    """Return how the pixels of a layer came about.

    Args:
        cells: of the layer, in the order of the numbers of the best servers.
        levels: what the engine said of them.
        coverage: of the layer.
        held_back: (rows, cols) unknown pixels that known cells reach, because another is out of its model's range.
    """
    grid = coverage.grid
    unknown = coverage.best_server < 0
    model = np.full(grid.shape, NO_MODEL, dtype=np.int16)
    reason = np.full(grid.shape, Reason.KNOWN, dtype=np.int16)
    reason[unknown] = Reason.OUT_OF_REACH
    nearest_m = np.full(grid.shape, np.inf, dtype=np.float32)
    beyond: Codes | None = None
    for number, placed in enumerate(cells):
        window, links, why = levels.reasons(placed.cell.id)
        if window.empty:
            continue
        here = window.slices
        own = coverage.best_server[here] == number
        model[here][own] = links[own]
        if unknown[here].any():
            away = _away_m(grid, window, placed)
            nearer, left = unknown[here] & (away < nearest_m[here]), out_of_range(why)
            if held_back is not None:
                nearer &= left | ~held_back[here]
            nearest_m[here][nearer] = away[nearer]
            reason[here][nearer] = why[nearer]
            if beyond is None and (left & nearer).any():
                beyond = np.full(grid.shape, NO_MODEL, dtype=np.int16)
            if beyond is not None:
                beyond[here][nearer] = np.where(left, links.astype(np.int16), NO_MODEL)[nearer]
    return MadeBy(model, reason, beyond)


def _away_m(grid: Grid, window: Window, placed: PlacedCell) -> NDArray[np.float32]:
    """Return (rows, cols) distances of the pixels of a window from a site (m)."""
    x, y = grid.centres()
    rows, cols = window.slices
    return np.hypot(x[None, cols] - placed.x_m, y[rows, None] - placed.y_m).astype(np.float32)


def model_shares(layer: Layer, made: MadeBy, links: Links, modes: Sequence[str]) -> list[ModelShare]:
    """Return one row a link: how many pixels of the layer it made."""
    counts = np.bincount(made.model[made.model >= 0], minlength=len(links))
    return [
        ModelShare(str(layer), link.model, link.from_m, link.to_m, mode, int(count), float(count) / made.model.size)
        for link, mode, count in zip(links, modes, counts, strict=True)
    ]


def unknown_shares(layer: Layer, made: MadeBy, links: Links = ()) -> list[UnknownShare]:
    """Return one row a reason, and a model where its range is the reason: how many pixels of the layer are unknown.

    Args:
        layer: for the rows.
        made: how its pixels came about.
        links: of the chain; without them no model is named.
    """
    unknown = made.model == NO_MODEL
    reason = made.reason[unknown].astype(np.int64)
    beyond = np.full(reason.shape, NO_MODEL) if made.beyond is None else made.beyond[unknown].astype(np.int64)
    counts = np.bincount(reason * (len(links) + 1) + np.minimum(beyond, len(links) - 1) + 1)
    rows = []
    for place in np.flatnonzero(counts):
        code, link = divmod(int(place), len(links) + 1)
        name = links[link - 1].model if link else ""
        count = int(counts[place])
        share = float(count) / made.reason.size
        rows.append(UnknownShare(str(layer), reason_word(code), count, share, name, validity_of(name)))
    return rows


def validity_of(name: str) -> str:
    """Return the range of a model in words; empty where nobody wrote it down."""
    return get_model(name).validity if name in model_names() else ""


def reason_word(code: int) -> str:
    """Return the word of a reason in files; ``unsaid`` for a level that is unknown without one."""
    return "unsaid" if code == Reason.KNOWN else Reason(code).name.lower()


def model_tags(links: Links, modes: Sequence[str]) -> dict[str, str]:
    """Return what the numbers of both rasters mean, as tags of a file."""
    models = (
        f"{number} {link.model} {link.from_m:g}-{link.to_m:g} m {mode}"
        for number, (link, mode) in enumerate(zip(links, modes, strict=True))
    )
    reasons = (f"{int(reason)} {reason.name.lower()}" for reason in Reason)
    return {"MODEL": f"{NO_MODEL} unknown, {', '.join(models)}", "REASON": ", ".join(reasons)}
