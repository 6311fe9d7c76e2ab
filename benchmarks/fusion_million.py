"""A million measurements of 300 cells on 800 x 800 pixels: `python benchmarks/fusion_million.py [--json]`.

Measures what a run does between the readers and the maps: screening and thinning, the fit of all cells with its field
and its intervals, and the maps of three layers. The network and its levels are made up (synthetic): this measures time
and memory, never accuracy.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from aqdaq.analysis.cell_levels import CellLevels
from aqdaq.analysis.forecast import Links, Observed
from aqdaq.analysis.fusion.facts import Scene
from aqdaq.analysis.fusion.model import fit_model
from aqdaq.analysis.layer import Levels, fuse_layer
from aqdaq.analysis.placed import PlacedCell
from aqdaq.analysis.screen import screen, thin
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.grid import Grid, Window
from aqdaq.model.measurements import Measurements
from aqdaq.model.network import Cell, Layer
from aqdaq.pipeline.observed import facts_of

GRID = Grid("EPSG:32643", 650_000.0, 4_786_000.0, 10.0, 800, 800)
SITES, ROWS, RADIUS_M = 34, 1_150_000, 2_500.0
OPERATORS = ("A", "B", "C")


@dataclass(frozen=True)
class Made:
    """A made-up network: cells, and the level of each by a simple law."""

    placed: tuple[PlacedCell, ...]

    def level_dbm(self, number: int, x_m: np.ndarray, y_m: np.ndarray) -> np.ndarray:
        """Return the predicted level (dBm)."""
        p = self.placed[number]
        dx, dy = x_m - p.x_m, y_m - p.y_m
        off = (np.degrees(np.arctan2(dx, dy)) - p.grid_azimuth_deg + 180.0) % 360.0 - 180.0
        loss = 22.0 + 35.0 * np.log10(np.maximum(np.hypot(dx, dy), 30.0))
        return 30.0 - loss - np.minimum(12.0 * (off / 65.0) ** 2, 25.0)

    def __call__(self, cell_id: str) -> tuple[Window, np.ndarray]:
        """Return window and level of a cell."""
        number = int(cell_id[1:])
        p = self.placed[number]
        window = GRID.window_around(p.x_m, p.y_m, RADIUS_M)
        x, y = GRID.centres()
        gx, gy = np.meshgrid(x[window.col0 : window.col1], y[window.row0 : window.row1])
        return window, self.level_dbm(number, gx, gy).astype(np.float32)


def network(rng: np.random.Generator) -> Made:
    """Return 306 cells of three operators, three a site."""
    placed = []
    for operator in OPERATORS:
        for _ in range(SITES):
            x, y = GRID.x_min_m + rng.uniform(0, 8000), GRID.y_max_m - rng.uniform(0, 8000)
            for sector in range(3):
                n = len(placed)
                cell = Cell(
                    f"c{n}", f"s{n // 3}", Layer(operator, "LTE"), 1815.0, 20.0, 120.0 * sector, 4.0, 30.0, 60.0,
                    resource_blocks=100, antenna=ParametricAntenna(),
                )  # fmt: skip
                placed.append(PlacedCell(cell, x, y, 120.0 * sector, n))
    return Made(tuple(placed[:300]))


def drive(rng: np.random.Generator, made: Made) -> Measurements:
    """Return a million rows along straight streets, each of the cells that are strongest there, with shadowing."""
    masts = np.array([[p.x_m, p.y_m] for p in made.placed])
    cell = rng.integers(0, len(masts), ROWS)
    away, turn = rng.gamma(2.0, 350.0, ROWS), rng.uniform(0.0, 2.0 * np.pi, ROWS)
    x, y = masts[cell, 0] + away * np.sin(turn), masts[cell, 1] + away * np.cos(turn)
    x = np.where(rng.random(ROWS) < 0.5, np.round(x / 100.0) * 100.0 + 5.0, x)
    inside = GRID.index(x, y)[2] & (away < RADIUS_M)
    cell, x, y = cell[inside], x[inside], y[inside]
    level = np.empty(len(x))
    for number in range(len(masts)):
        own = cell == number
        level[own] = made.level_dbm(number, x[own], y[own])
    level += 4.0 * np.sin(x / 170.0) * np.cos(y / 130.0) + rng.normal(0.0, 4.0, len(x))
    order = np.argsort(x + 1e-3 * y, kind="stable")
    frame = pd.DataFrame(
        {
            "source": "drive.csv",
            "row": np.arange(2, len(x) + 2),
            "x_m": x[order],
            "y_m": y[order],
            "cell": np.array([f"c{n}" for n in range(len(masts))])[cell[order]],
            "quantity": "RSRP",
            "level_dbm": np.round(level[order], 1),
            "date": "2026-05-01",
        }
    )
    return Measurements.filled(frame)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rng = np.random.default_rng(7)
    made = network(rng)
    table = drive(rng, made)
    marks = [("begin", time.perf_counter(), time.process_time())]

    def mark(name: str) -> None:
        marks.append((name, time.perf_counter(), time.process_time()))

    thinned = thin(screen(table, made.placed).measurements, GRID).measurements.table
    mark("screen and thin")
    number = {p.cell.id: n for n, p in enumerate(made.placed)}
    cell = thinned["cell"].map(number).to_numpy(dtype=np.int64)
    x, y = thinned["x_m"].to_numpy(), thinned["y_m"].to_numpy()
    predicted = np.empty(len(x))
    for n in range(len(made.placed)):
        predicted[cell == n] = made.level_dbm(n, x[cell == n], y[cell == n])
    links = Links(cell, x, y, predicted, np.full(len(x), np.nan))
    observed = Observed(
        links,
        thinned["level_dbm"].to_numpy(),
        thinned["heard"].to_numpy(dtype=np.bool_),
        thinned["weight"].to_numpy(),
        np.zeros(len(x), dtype=np.int64),
    )
    mark("predictions (not counted)")
    model = fit_model(Scene.of([facts_of(p) for p in made.placed]), observed)
    mark("fit")
    for operator in OPERATORS:
        cells = [p for p in made.placed if p.cell.layer.operator == operator]
        found = fuse_layer(
            Layer(operator, "LTE"),
            Levels(cells, made, CellLevels(model, 8.0, 40.0)),
            grid=GRID,
            definitions=[],
            measured=np.zeros(GRID.shape, dtype=np.bool_),
            noise_figure_db=7.0,
            judge=lambda _definition, _server: {},
        )
        assert np.isfinite(found.mean_dbm).mean() > 0.5
    mark("maps of three layers")
    spans = {
        name: {"wall_s": round(at - before[1], 1), "cpu_s": round(cpu - before[2], 1)}
        for before, (name, at, cpu) in pairwise(marks)
    }
    counted = [span for name, span in spans.items() if "not counted" not in name]
    out = {
        "rows": len(table),
        "thinned": len(thinned),
        "cells": len(made.placed),
        "pixels": GRID.rows * GRID.cols,
        "spans": spans,
        "wall_s": round(sum(s["wall_s"] for s in counted), 1),
        "cpu_s": round(sum(s["cpu_s"] for s in counted), 1),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(out, indent=None if args.json else 2))


if __name__ == "__main__":
    main()
