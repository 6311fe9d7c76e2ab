"""Made-up networks, whose levels are drawn from the very model that is fitted to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aqdaq.analysis.forecast import Links, Observed
from aqdaq.analysis.fusion.facts import CellFacts, Scene, seen
from aqdaq.analysis.fusion.field import EXPECTED
from aqdaq.analysis.fusion.pooled import before
from aqdaq.engine.kriging import CELL, FAR, FAR_M, NEAR_M, NOISE, PLACE, SITE, SURROUNDINGS, SURROUNDINGS_M
from aqdaq.engine.trend import FLOOR, trend
from aqdaq.model.antenna import ParametricAntenna

#: A floor (dBm) that nothing comes near.
NO_FLOOR_DBM = -300.0


def cell(name: str, site: str, x_m: float, y_m: float, azimuth_deg: float | None, quantity: str = "RSRP") -> CellFacts:
    return CellFacts(name, site, "L", x_m, y_m, azimuth_deg, 4.0, 30.0, ParametricAntenna(), quantity)


def network(sites: int = 2, side_m: float = 3000.0, quantity: str = "RSRP") -> Scene:
    """Return sites of three sectors each, along the diagonal."""
    at = (np.arange(sites) + 0.5) / sites * side_m
    return Scene.of(
        [cell(f"{s}{k}", str(s), float(a), float(a), 120.0 * k, quantity) for s, a in enumerate(at) for k in range(3)]
    )


def links_at(scene: Scene, x_m: np.ndarray, y_m: np.ndarray, cells: list[int] | None = None) -> Links:
    """Return all cells (or some) at all places, with 35 dB a decade and the antenna of the table."""
    numbers = np.arange(len(scene)) if cells is None else np.array(cells)
    number = np.tile(numbers, len(x_m))
    x, y = np.repeat(x_m, len(numbers)), np.repeat(y_m, len(numbers))
    bare = Links(number, x, y, np.zeros(len(x)), np.where(np.arange(len(x)) % 2 == 0, 1.0, 0.0))
    sx, sy = scene.places
    away = np.maximum(np.hypot(x - sx[number], y - sy[number]), 10.0)
    gain = -seen(scene, bare).iso_dbm
    return replace(bare, predicted_dbm=-40.0 - 35.0 * np.log10(away / 10.0) + gain)


def measured(links: Links, level_dbm: np.ndarray) -> Observed:
    n = len(links)
    return Observed(links, level_dbm, np.ones(n, dtype=np.bool_), np.ones(n), np.zeros(n, dtype=np.int64))


def nothing(scene: Scene) -> Observed:
    return measured(links_at(scene, np.empty(0), np.empty(0)), np.empty(0))


def trend_of(scene: Scene, links: Links, figures: np.ndarray) -> np.ndarray:
    view = seen(scene, links)
    at = (view.iso_dbm, view.dx_m, view.dy_m, view.below_deg)
    return np.asarray(trend(links.cell, *at, scene.table, figures, floored=False)[0])


def figures_of(scene: Scene, **by_column: float) -> np.ndarray:
    """Return what is expected of the cells, with the given columns of ``engine.trend`` shifted for all."""
    figures, _ = before(scene, NO_FLOOR_DBM)
    for name, value in by_column.items():
        figures[:, int(name[1:])] += value
    return figures


def drawn_figures(scene: Scene, seed: int, share: float = 1.0) -> np.ndarray:
    """Return figures of cells drawn from their expectation, ``share`` of its spread."""
    mean, sd = before(scene, NO_FLOOR_DBM)
    out = mean + share * sd * np.random.default_rng(seed).normal(size=mean.shape)
    out[:, FLOOR] = NO_FLOOR_DBM
    return np.asarray(out)


def drawn_field(scene: Scene, x_m: np.ndarray, y_m: np.ndarray, seed: int, spread: np.ndarray = EXPECTED) -> np.ndarray:
    """Return (places * cells,) draws of the field and of the rows' noise, in the order of ``links_at``."""
    rng, n, cells = np.random.default_rng(seed), len(x_m), len(scene)
    r = np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m)
    around, near, far = (
        np.linalg.cholesky(np.exp(-r / spread[k]) + 1e-9 * np.eye(n)) for k in (SURROUNDINGS_M, NEAR_M, FAR_M)
    )
    sd = np.sqrt(spread[: NOISE + 1])
    out = sd[SURROUNDINGS] * around @ rng.normal(size=(n, 1)) + sd[PLACE] * rng.normal(size=(n, 1))
    out = out + sd[SITE] * (near @ rng.normal(size=(n, int(scene.site.max()) + 1)))[:, scene.site]
    out = out + sd[CELL] * near @ rng.normal(size=(n, cells)) + sd[FAR] * far @ rng.normal(size=(n, cells))
    return np.asarray(out + sd[NOISE] * rng.normal(size=(n, cells))).ravel()


def drive(scene: Scene, places: int, seed: int = 0, side_m: float = 3000.0, share: float = 0.5) -> Observed:
    """Return every cell measured at random places, its level drawn from the model."""
    x, y = np.random.default_rng(seed).uniform(0.0, side_m, (2, places))
    links = links_at(scene, x, y)
    level = trend_of(scene, links, drawn_figures(scene, seed, share)) + drawn_field(scene, x, y, seed + 1)
    return measured(links, level)
