"""Stage ``fuse``: one coverage map a layer, kept as Cloud Optimized GeoTIFFs and handed on as files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.cell_levels import CellLevels
from aqdaq.analysis.fusion.conformal import Z95
from aqdaq.analysis.layer import Levels, LevelSource, fuse_layer
from aqdaq.analysis.lower_bound import hold_back
from aqdaq.analysis.placed import PlacedCell
from aqdaq.analysis.uncertainty import enough_samples, evidence_rule
from aqdaq.io.raster import write_cog
from aqdaq.model.coverage import CoverageMap
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.network import Layer
from aqdaq.pipeline.calibration import Calibrated
from aqdaq.pipeline.chain import links_of, modes_of
from aqdaq.pipeline.dated import still_valid
from aqdaq.pipeline.entry_classes import server_frequency_mhz
from aqdaq.pipeline.fuse_changes import Before, SomePixels, patched, whole_squares
from aqdaq.pipeline.hashing import content_key
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.made_by import MadeBy, lacking_cells, made_by, model_tags
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.predict_grid import GridLevels
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.store import Store
from aqdaq.pipeline.stored import StoredCoverage

#: Part of the key, raised when the figures or the files change.
FUSE_VERSION = "expected-maximum/2"

#: Side of the squares of pixels that share the measurements they are told from: at most so many pixels, and so wide (m)
GROUP_PIXELS: Final = 4
GROUP_M: Final = 40.0


def fuse_project(
    project: Project,
    inputs: Inputs,
    predictor: Predictor,
    levels: GridLevels,
    calibrated: Calibrated,
    store: Store,
    reporter: Reporter,
    *,
    fresh: bool,
    before: Before | None = None,
) -> tuple[tuple[StoredCoverage, ...], Path]:
    """Combine the cells of each layer; return the maps, read when asked, and the folder that holds their files.

    With the map of another day ``before``, by the same fit, only what changed since is computed; the result is the
    same.
    """
    key = content_key(
        FUSE_VERSION,
        calibrated.key,
        levels.keys,
        [asdict(d) for d in inputs.definitions],
        asdict(inputs.grid),
        inputs.entry.key if inputs.entry is not None else None,
        project.config.prediction.noise_figure_db,
        project.config.project.synthetic,
    )
    layers = inputs.network.layers()
    if fresh or not store.has("fuse", key, ""):
        placed, section = predictor.placed(), project.config.prediction
        meaning = model_tags(links_of(section), modes_of(section, inputs.grid.resolution_m))

        def fill(folder: Path) -> None:
            for layer in reporter.steps(list(layers), "fuse, layers"):
                cells = [p for p in placed if p.cell.layer == layer]
                scene = FuseScene(inputs, calibrated, section.noise_figure_db)
                coverage, made = _one_layer(layer, cells, scene, levels, before)
                write_coverage(coverage, made, folder, meaning=meaning, synthetic=project.config.project.synthetic)
                del coverage, made  # before the next layer comes

        store.write_folder("fuse", key, fill)
    folder = store.path("fuse", key, "")
    return tuple(stored_coverage(layer, inputs, folder) for layer in layers), folder


@dataclass(frozen=True, slots=True)
class FuseScene:
    """What all layers are fused by.

    Attributes:
        inputs: of the day.
        calibrated: the fit.
        noise_figure_db: of the receiver (dB).
    """

    inputs: Inputs
    calibrated: Calibrated
    noise_figure_db: float

    @property
    def group_m(self) -> float:
        """Side of the squares whose pixels share the measurements they are told from (m)."""
        return min(GROUP_PIXELS * self.inputs.grid.resolution_m, GROUP_M)

    def measured(self, layer: Layer) -> NDArray[np.bool_]:
        """Return (rows, cols) where enough places were measured on a layer."""
        return measured_near(self.inputs, layer, self.calibrated)

    def fused(
        self, layer: Layer, cells: Sequence[PlacedCell], source: LevelSource, measured: NDArray[np.bool_]
    ) -> CoverageMap:
        """Return the coverage of a layer from the levels of a source, no cell out of its model's range looked for."""
        return fuse_layer(
            layer,
            Levels(cells, source, cell_levels(self.calibrated, self.group_m)),
            grid=self.inputs.grid,
            definitions=self.inputs.definitions,
            measured=measured,
            noise_figure_db=self.noise_figure_db,
            judge=_PixelJudge(self.inputs, cells),
        )


def _one_layer(
    layer: Layer, cells: Sequence[PlacedCell], scene: FuseScene, levels: GridLevels, before: Before | None
) -> tuple[CoverageMap, MadeBy]:
    """Return the coverage of a layer, and what made it."""
    inputs, measured = scene.inputs, scene.measured(layer)
    lacking = lacking_cells(cells, levels, inputs.grid)
    if before is None:
        coverage = scene.fused(layer, cells, levels, measured)
    else:
        changed = before.changed(cells, levels, inputs.entry, inputs.grid)
        mask = whole_squares(changed if lacking is None else changed | lacking, inputs.grid, scene.group_m)
        coverage = scene.fused(layer, cells, SomePixels(levels, mask), measured)
        coverage = patched(coverage, before.of(cells), mask, measured)
    if lacking is None:
        return coverage, made_by(cells, levels, coverage)
    made = made_by(cells, levels, coverage, hold_back(coverage, inputs.definitions, lacking))
    coverage.best_server[lacking] = -1  # another cell may be the best where the known ones serve
    return coverage, made


def cell_levels(calibrated: Calibrated, group_m: float = 0.0) -> CellLevels:
    """Return the levels of all cells as the measurements left them; ``group_m`` as of ``CellLevels``."""
    return CellLevels(calibrated.model or calibrated.untaught, calibrated.sd_db, group_m)


class _PixelJudge:
    """Tells indoor definitions the carrier and the buildings of each pixel."""

    def __init__(self, inputs: Inputs, cells: Sequence[PlacedCell]) -> None:
        self._entry, self._cells = inputs.entry, [placed.cell for placed in cells]

    def __call__(self, definition: ServiceDefinition, server: NDArray[np.int16]) -> dict[str, object]:
        """Return frequency and share of thermally efficient buildings."""
        return {
            "frequency_mhz": server_frequency_mhz(server, self._cells),
            "efficient_share": self._entry.share(definition) if self._entry is not None else None,
        }


def measured_near(inputs: Inputs, layer: Layer, calibrated: Calibrated) -> NDArray[np.bool_]:
    """Return (rows, cols) where enough places were measured on a layer.

    Near is what the strictest definition calls so, but no farther than levels were found to be correlated.
    """
    ids = {cell.id for cell in inputs.network.cells_of(layer)}
    table = inputs.measurements.table
    own = (table["cell"].isin(ids) & table["heard"]).to_numpy(dtype=np.bool_)
    within, samples = evidence_rule(inputs.definitions, layer)
    within = min(within, calibrated.correlation_m)
    own = own & still_valid(inputs.measurements, inputs.surface, inputs.surfaces_then, within_m=within)
    x, y = table["x_m"].to_numpy(dtype=np.float64)[own], table["y_m"].to_numpy(dtype=np.float64)[own]
    return enough_samples(inputs.grid, x, y, within_m=within, samples=samples)


def file_stem(layer: Layer) -> str:
    """Return the name of a layer's files: letters, digits, dots and dashes of its name, joined by ``_``."""
    return re.sub(r"[^\w.-]+", "_", str(layer))


def write_coverage(
    coverage: CoverageMap, made: MadeBy, folder: Path, *, meaning: Mapping[str, str], synthetic: bool
) -> None:
    """Write the figures of a layer to ``STEM.tif`` (float32) and its classes to ``STEM.classes.tif`` (int16).

    Args:
        coverage: of the layer.
        made: what made it.
        folder: that takes the files.
        meaning: of the numbers of ``made``, as tags.
        synthetic: whether the project is.
    """
    stem = file_stem(coverage.layer)
    tags = {"LAYER": str(coverage.layer), "QUANTITY": coverage.quantity, "CELLS": ",".join(coverage.cells)}
    if synthetic:
        tags["SYNTHETIC"] = "yes: not a real place or network"
    figures: Mapping[str, NDArray[np.float32]] = {
        "mean_dbm": coverage.mean_dbm,
        "sd_db": coverage.sd_db,
        "sinr_db": coverage.sinr_db,
        "lo90_dbm": coverage.mean_dbm - np.float32(Z95) * coverage.sd_db,
        "hi90_dbm": coverage.mean_dbm + np.float32(Z95) * coverage.sd_db,
        **{f"p_{key}": value for key, value in coverage.probability.items()},
    }
    write_cog(folder / f"{stem}.tif", coverage.grid, figures, tags=tags)
    classes = {
        "best_server": coverage.best_server,
        "evidence": coverage.evidence.astype(np.int16),
        "model": made.model,
        "reason": made.reason,
    }
    if made.beyond is not None:
        classes["beyond_model"] = made.beyond
        tags["BEYOND_MODEL"] = "number of the model whose range an unknown pixel lies out of, -1 none"
    tags |= {
        "EVIDENCE": "0 unknown, 1 predicted, 2 measured",
        "BEST_SERVER": "index into CELLS, -1 none",
        **meaning,
    }
    write_cog(folder / f"{stem}.classes.tif", coverage.grid, classes, tags=tags, nodata=None)


def stored_coverage(layer: Layer, inputs: Inputs, folder: Path) -> StoredCoverage:
    """Return the coverage of a layer in the files that ``write_coverage`` wrote."""
    cells, stem = inputs.network.cells_of(layer), file_stem(layer)
    return StoredCoverage(
        layer=layer,
        grid=inputs.grid,
        quantity=cells[0].quantity,
        cells=tuple(cell.id for cell in cells),
        definitions=tuple(d.id for d in inputs.definitions if d.judges(layer)),
        figures=folder / f"{stem}.tif",
        classes=folder / f"{stem}.classes.tif",
    )
