"""Stage ``fuse``: one coverage map a layer, kept as Cloud Optimized GeoTIFFs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.uncertainty import enough_samples, evidence_rule, fuse_layer
from aqdaq.io.raster import read_grid_raster, write_cog
from aqdaq.model.coverage import CoverageMap
from aqdaq.model.grid import Grid
from aqdaq.model.network import Layer
from aqdaq.pipeline.calibration import Calibrated
from aqdaq.pipeline.chain import links_of, modes_of
from aqdaq.pipeline.dated import still_valid
from aqdaq.pipeline.hashing import content_key
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.made_by import MadeBy, made_by, model_tags
from aqdaq.pipeline.predict import GridLevels, Predictor
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.store import Store

#: Part of the key, raised when the figures or the files change.
FUSE_VERSION = "best-server/3"


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
) -> tuple[tuple[CoverageMap, ...], tuple[MadeBy, ...], Path]:
    """Combine the cells of each layer; return the maps, what made them, and the folder that holds their files."""
    key = content_key(
        FUSE_VERSION,
        calibrated.key,
        levels.keys,
        [asdict(d) for d in inputs.definitions],
        asdict(inputs.grid),
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
                coverage = fuse_layer(
                    layer,
                    cells,
                    levels,
                    calibrated.calibration,
                    grid=inputs.grid,
                    definitions=inputs.definitions,
                    measured=measured_near(inputs, layer),
                    noise_figure_db=project.config.prediction.noise_figure_db,
                )
                made = made_by(cells, levels, coverage)
                write_coverage(coverage, made, folder, meaning=meaning, synthetic=project.config.project.synthetic)

        store.write_folder("fuse", key, fill)
    folder = store.path("fuse", key, "")
    read = [read_coverage(layer, inputs, folder) for layer in layers]
    return tuple(coverage for coverage, _ in read), tuple(made for _, made in read), folder


def measured_near(inputs: Inputs, layer: Layer) -> NDArray[np.bool_]:
    """Return (rows, cols) where enough places were measured on a layer, by the strictest definition."""
    ids = {cell.id for cell in inputs.network.cells_of(layer)}
    table = inputs.measurements.table
    own = table["cell"].isin(ids).to_numpy()
    within, samples = evidence_rule(inputs.definitions, layer)
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
        **{f"p_{key}": value for key, value in coverage.probability.items()},
    }
    write_cog(folder / f"{stem}.tif", coverage.grid, figures, tags=tags)
    classes = {
        "best_server": coverage.best_server,
        "evidence": coverage.evidence.astype(np.int16),
        "model": made.model,
        "reason": made.reason,
    }
    tags |= {
        "EVIDENCE": "0 unknown, 1 predicted, 2 measured",
        "BEST_SERVER": "index into CELLS, -1 none",
        **meaning,
    }
    write_cog(folder / f"{stem}.classes.tif", coverage.grid, classes, tags=tags, nodata=None)


def read_coverage(layer: Layer, inputs: Inputs, folder: Path) -> tuple[CoverageMap, MadeBy]:
    """Read a layer back, and what made it."""
    grid, figures = read_grid_raster(folder / f"{file_stem(layer)}.tif")
    _, classes = read_grid_raster(folder / f"{file_stem(layer)}.classes.tif")
    assert_same_place(grid, inputs.grid)
    cells = inputs.network.cells_of(layer)
    coverage = CoverageMap(
        layer=layer,
        grid=inputs.grid,
        quantity=cells[0].quantity,
        mean_dbm=figures["mean_dbm"],
        sd_db=figures["sd_db"],
        best_server=classes["best_server"],
        sinr_db=figures["sinr_db"],
        evidence=classes["evidence"].astype(np.uint8),
        cells=tuple(cell.id for cell in cells),
        probability={d.id: figures[f"p_{d.id}"] for d in inputs.definitions if d.judges(layer)},
    )
    return coverage, MadeBy(classes["model"], classes["reason"])


def assert_same_place(found: Grid, wanted: Grid) -> None:
    """Refuse a kept raster that does not lie on the grid: the store would be broken.

    Raises:
        RuntimeError: shape or corner differ.
    """
    if found.shape != wanted.shape or abs(found.x_min_m - wanted.x_min_m) > 1e-6:
        raise RuntimeError(f"kept raster lies on {found}, not on {wanted}: delete the folder runs/.cache")
