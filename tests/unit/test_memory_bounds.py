"""What keeps the memory of a large city bounded changes no figure: bands of rows, layers in files, near changes."""

from __future__ import annotations

import datetime as dt
import pickle
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from aqdaq.analysis import layer as layers
from aqdaq.analysis.cell_levels import CellLevels
from aqdaq.analysis.layer import Levels, fuse_layer
from aqdaq.analysis.placed import PlacedCell
from aqdaq.analysis.uncertainty import enough_samples
from aqdaq.analysis.whitespots import find_white_spots
from aqdaq.base.errors import Fault, InputError, ValidityError
from aqdaq.model.body import EARTH
from aqdaq.model.coverage import CoverageMap
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid, Window
from aqdaq.model.measurements import SCHEMA, Measurements
from aqdaq.model.network import Cell, Layer, Network
from aqdaq.model.project import PredictionSection
from aqdaq.model.surface import Surface
from aqdaq.pipeline.dated import still_valid
from aqdaq.pipeline.fuse import file_stem, write_coverage
from aqdaq.pipeline.made_by import MadeBy
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.stored import StoredCoverage

GRID = Grid("EPSG:32643", 650_000.0, 4_786_000.0, 10.0, 90, 70)
LTE, NR = Layer("A", "LTE"), Layer("B", "NR")
DEFINITION = ServiceDefinition(
    id="d", title="d", threshold_dbm={"LTE": -100.0, "NR": -100.0}, probability=0.8, receiver_height_m=1.5,
    environment="outdoor", entry_loss_db=0.0, entry_loss_sd_db=0.0, minimum_area_m2=400.0, measured_within_m=50.0,
    minimum_samples=1, source="", verified=False, valid_from=dt.date(2020, 1, 1), valid_to=None,
)  # fmt: skip


def layer_of(layer: Layer, seed: int, number: int = 9) -> CoverageMap:
    """A layer of cells with windows all over the grid, one of them empty."""
    rng = np.random.default_rng(seed)
    cells, levels = [], {}
    for k in range(number):
        row, col = (int(v) for v in rng.integers((-10, -10), GRID.shape))
        window = Window(max(row, 0), min(row + 30, GRID.rows), max(col, 0), min(col + 25, GRID.cols))
        if k == 3:
            window = Window(40, 40, 10, 20)
        cell = Cell(f"{layer}{k}", "s", layer, 1815.0, 20.0, 40.0 * k, 3.0, 30.0, 44.0, resource_blocks=100)
        cells.append(PlacedCell(cell, 650_300.0 + 10.0 * k, 4_785_500.0, 40.0 * k, k))
        predicted = rng.uniform(-120.0, -80.0, window.shape).astype(np.float32)
        predicted[rng.random(window.shape) < 0.1] = np.nan
        levels[cell.id] = (window, predicted)
    measured = rng.random(GRID.shape) < 0.3
    return fuse_layer(
        layer, Levels(cells, levels.__getitem__, CellLevels(None, 8.0)), grid=GRID, definitions=[DEFINITION],
        measured=measured, noise_figure_db=7.0, judge=lambda _definition, _server: {},
    )  # fmt: skip


def as_bytes(coverage: Any) -> list[bytes]:
    arrays = [coverage.mean_dbm, coverage.sd_db, coverage.sinr_db, coverage.best_server, coverage.evidence]
    return [array.tobytes() for array in (*arrays, coverage.probability["d"])]


@pytest.mark.parametrize("levels", [1, 9 * 70 * 7, 1 << 30])
def test_bands_of_any_height_give_the_same_bytes(levels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = as_bytes(layer_of(LTE, 1))
    monkeypatch.setattr(layers, "BAND_LEVELS", levels)
    assert as_bytes(layer_of(LTE, 1)) == whole


def test_the_best_of_the_cells_that_reach_a_pixel_is_the_best_of_all() -> None:
    coverage = layer_of(LTE, 2)
    assert (coverage.best_server >= -1).all()
    assert set(np.unique(coverage.best_server)) > {-1, 8}
    assert ((coverage.best_server < 0) == np.isnan(coverage.mean_dbm)).all()


def test_counting_places_takes_no_more_than_a_few_bytes_a_pixel() -> None:
    grid = Grid("EPSG:32643", 650_000.0, 4_786_000.0, 5.0, 1500, 1500)
    rng = np.random.default_rng(5)
    x, y = rng.uniform(650_000.0, 657_500.0, 3000), rng.uniform(4_778_500.0, 4_786_000.0, 3000)
    tracemalloc.start()
    try:
        enough_samples(grid, x, y, within_m=50.0, samples=2)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * grid.rows * grid.cols


@pytest.mark.parametrize("within_m", [0.0, 10.0, 25.0, 60.0])
def test_a_change_is_near_when_its_distance_says_so(within_m: float) -> None:
    rng = np.random.default_rng(11)
    now = np.where(rng.random(GRID.shape) < 0.05, 9.0, 0.0).astype(np.float32)
    then = now.copy()
    then[rng.random(GRID.shape) < 0.01] = 30.0
    ground, day = np.zeros(GRID.shape, dtype=np.float32), dt.date(2026, 1, 1)
    x, y = rng.uniform(650_000.0, 650_700.0, 1000), rng.uniform(4_785_100.0, 4_786_000.0, 1000)
    rows = [("f.csv", 2 + i, x[i], y[i], "c", "RSRP", -90.0, "2026-01-01" if i % 3 else "") for i in range(1000)]
    table = Measurements.filled(pd.DataFrame(rows, columns=list(SCHEMA)[:8]))
    surfaces = {"2026-01-01": Surface(GRID, day, ground, then)}
    found = still_valid(table, Surface(GRID, dt.date(2026, 6, 1), ground, now), surfaces, within_m=within_m)
    away_m = ndimage.distance_transform_edt(then == now) * GRID.resolution_m
    row, col, _ = GRID.index(x, y)
    wanted = (away_m > within_m)[row, col] | (table.table["date"] == "").to_numpy()
    assert 0 < found.sum() < len(found)
    assert found.tolist() == wanted.tolist()


def test_a_change_too_small_for_a_pixel_leaves_all_evidence_valid() -> None:
    flat = np.zeros(GRID.shape, dtype=np.float32)
    row = ("f.csv", 2, 650_005.0, 4_785_995.0, "c", "RSRP", -90.0, "2026-01-01")
    table = Measurements.filled(pd.DataFrame([row], columns=list(SCHEMA)[:8]))
    then = {"2026-01-01": Surface(GRID, dt.date(2026, 1, 1), flat, flat)}
    assert still_valid(table, Surface(GRID, dt.date(2026, 6, 1), flat, flat), then, within_m=50.0).all()


def test_surfaces_of_other_days_do_not_pile_up() -> None:
    flat = np.zeros(GRID.shape, dtype=np.float32)
    days = [Surface(GRID, dt.date(2026, 1, day), flat, flat) for day in range(1, 6)]
    predictor = Predictor(days[0], Network((), ()), PredictionSection(radius_m=500.0, profile_step_m=10.0), EARTH, 1.5)
    own = predictor.terrain()
    for day in days[1:]:
        then = replace(predictor, surface=day)
        assert then.terrain() is then.terrain()
    assert predictor.terrain() is own
    assert len(predictor.terrains) == 2


def stored(coverage: CoverageMap, folder: Path) -> StoredCoverage:
    made = MadeBy(coverage.best_server, coverage.evidence.astype(np.int16))
    write_coverage(coverage, made, folder, meaning={}, synthetic=False)
    stem = file_stem(coverage.layer)
    figures, classes = folder / f"{stem}.tif", folder / f"{stem}.classes.tif"
    return StoredCoverage(coverage.layer, GRID, coverage.quantity, coverage.cells, ("d",), figures, classes)


class TestStoredCoverage:
    def test_files_give_the_arrays_that_were_written(self, tmp_path: Path) -> None:
        coverage = layer_of(LTE, 1)
        read = stored(coverage, tmp_path)
        assert as_bytes(read) == as_bytes(coverage)
        assert (read.made.model == coverage.best_server).all()
        assert (read.made.reason == coverage.evidence).all()

    def test_it_says_which_definitions_judge_it_without_reading(self, tmp_path: Path) -> None:
        read = stored(layer_of(LTE, 1), tmp_path)
        read.figures.unlink()
        assert list(read.probability) == ["d"]
        assert "d" in read.probability
        assert "other" not in read.probability
        with pytest.raises(KeyError):
            read.probability["other"]
        with pytest.raises(InputError):
            read.probability["d"]

    def test_files_of_another_place_are_refused(self, tmp_path: Path) -> None:
        read = stored(layer_of(LTE, 1), tmp_path)
        moved = Grid(GRID.crs, GRID.x_min_m + 10.0, GRID.y_max_m, 10.0, GRID.rows, GRID.cols)
        other = StoredCoverage(read.layer, moved, "RSRP", read.cells, ("d",), read.figures, read.classes)
        with pytest.raises(RuntimeError, match="delete the folder"):
            _ = other.mean_dbm

    def test_white_spots_of_files_are_those_of_arrays(self, tmp_path: Path) -> None:
        layers = [layer_of(LTE, 1), layer_of(NR, 2)]
        people = np.random.default_rng(3).random(GRID.shape).astype(np.float32)
        found = [
            find_white_spots(DEFINITION, source, people=people, districts=None, geographic_crs="EPSG:4326")
            for source in (layers, [stored(c, tmp_path) for c in layers])
        ]
        assert found[0].spots == found[1].spots
        assert len(found[0].spots) > 1
        assert found[0].labels.tobytes() == found[1].labels.tobytes()
        assert found[0].small == found[1].small


@pytest.mark.parametrize("kind", [InputError, ValidityError])
def test_faults_survive_the_way_to_another_process(kind: type[InputError]) -> None:
    error = kind([Fault("a.csv:3", "is not a number", "mend it"), Fault("b.csv:4", "is missing")])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - packed here
    assert type(again) is kind
    assert again.faults == error.faults
    assert str(again) == str(error)
