"""Measurements beside the engine's prediction at their own places, as the fit takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.analysis.forecast import Links, Observed
from aqdaq.analysis.fusion.facts import CellFacts, Scene, in_sight, seen
from aqdaq.analysis.placed import PlacedCell
from aqdaq.model.measurements import Measurements, Silent
from aqdaq.model.surface import Surface
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.progress import Reporter

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Where a phone had no service, so many of the nearest cells of a layer are known not to have been heard.
SILENT_CELLS: Final = 6
#: Level (dBm) below which a phone has no service, where nobody said (TS 36.304 and its kin leave it to the network).
NO_SERVICE_DBM: Final = {"RSRP": -124.0, "RSCP": -115.0, "RxLev": -108.0, "RSSI": -130.0}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows whose level is to be predicted, all arrays of length n.

    Attributes:
        cell: number of the cell.
        x_m: easting (m).
        y_m: northing (m).
        date: day, YYYY-MM-DD or empty.
        level_dbm: level, or bound where not heard (dBm).
        heard: whether a level was heard.
        weight: 0 < w <= 1.
        route: name of the drive.
        row: row of the measurement table; -1 of a place without service.
    """

    cell: Ints
    x_m: Floats
    y_m: Floats
    date: NDArray[np.object_]
    level_dbm: Floats
    heard: Bools
    weight: Floats
    route: NDArray[np.object_]
    row: Ints

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.cell)


def scene_of(predictor: Predictor) -> Scene:
    """Return the cells of a project as the fit takes them."""
    surface = predictor.surface

    def relief(x_m: Floats, y_m: Floats) -> Floats:
        row, col, inside = surface.grid.index(x_m, y_m)
        ground = surface.ground_m[np.where(inside, row, 0), np.where(inside, col, 0)].astype(np.float64)
        return np.where(inside, ground, np.nan)

    return Scene.of([facts_of(p) for p in predictor.placed()], relief)


def facts_of(placed: PlacedCell) -> CellFacts:
    """Return a cell as the fit takes it."""
    cell = placed.cell
    return CellFacts(
        cell.id,
        cell.site_id,
        str(cell.layer),
        placed.x_m,
        placed.y_m,
        placed.grid_azimuth_deg,
        cell.downtilt_deg,
        cell.height_m,
        cell.antenna,
        cell.quantity,
        cell.reference_eirp_dbm,
        cell.frequency_mhz,
    )


def wanted_of(measurements: Measurements, silent: Silent, placed: Sequence[PlacedCell]) -> Wanted:
    """Return the rows of the measurements, then those of the places without service."""
    table, number = measurements.table, {p.cell.id: i for i, p in enumerate(placed)}
    own = Wanted(
        np.array([number[c] for c in table["cell"]], dtype=np.int64),
        table["x_m"].to_numpy(dtype=np.float64),
        table["y_m"].to_numpy(dtype=np.float64),
        table["date"].to_numpy(dtype=object),
        table["level_dbm"].to_numpy(dtype=np.float64),
        table["heard"].to_numpy(dtype=np.bool_),
        table["weight"].to_numpy(dtype=np.float64),
        table["route"].to_numpy(dtype=object),
        np.arange(len(table), dtype=np.int64),
    )
    more = [part for layer in _layers(placed) if (part := _unheard(silent, layer)) is not None]
    columns = [np.concatenate([getattr(part, name) for part in (own, *more)]) for name in Wanted.__slots__]
    return Wanted(*columns)


def observed_at(
    predictor: Predictor, wanted: Wanted, then: dict[str, Surface], reporter: Reporter
) -> tuple[Observed, Bools]:
    """Return measurements beside predictions at their own places, and (n,) which rows the engine knows a level for.

    A measurement of a day on which other buildings stood is predicted among those.

    Args:
        predictor: the engine on the project's surface.
        wanted: n rows.
        then: surfaces of the days on which other buildings stood.
        reporter: of progress.
    """
    predicted, placed = np.full(len(wanted), np.nan), predictor.placed()
    surface_of = np.array([id(then[day]) if day in then else 0 for day in wanted.date], dtype=np.int64)
    for key in np.unique(surface_of):
        surface = next((s for s in then.values() if id(s) == key), predictor.surface)
        rows = np.flatnonzero(surface_of == key)
        at = replace(predictor, surface=surface)
        predicted[rows] = _levels_at(at, wanted.cell[rows], wanted.x_m[rows], wanted.y_m[rows], placed, reporter)
    known = np.isfinite(predicted)
    route = pd.factorize(wanted.route, sort=True)[0].astype(np.int64)
    links = Links(wanted.cell, wanted.x_m, wanted.y_m, predicted, np.full(len(wanted), np.nan))
    scene = scene_of(predictor)
    links = replace(links, sight=in_sight(scene, links, seen(scene, links)))
    return Observed(links, wanted.level_dbm, wanted.heard, wanted.weight, route).subset(known), known


def _layers(placed: Sequence[PlacedCell]) -> list[list[tuple[int, PlacedCell]]]:
    layers: dict[str, list[tuple[int, PlacedCell]]] = {}
    for number, p in enumerate(placed):
        layers.setdefault(str(p.cell.layer), []).append((number, p))
    return list(layers.values())


def _unheard(silent: Silent, members: list[tuple[int, PlacedCell]]) -> Wanted | None:
    """Return the nearest cells of one layer at the places where it gave no service: none of them was heard."""
    layer, quantity = members[0][1].cell.layer, members[0][1].cell.quantity
    table = silent.table
    own = table["operator"].isin(["", layer.operator]) & table["technology"].isin(["", layer.technology])
    table = table[own.to_numpy(dtype=np.bool_)]
    if len(table) == 0:
        return None
    x, y = table["x_m"].to_numpy(dtype=np.float64), table["y_m"].to_numpy(dtype=np.float64)
    away = np.hypot(x[:, None] - [p.x_m for _, p in members], y[:, None] - [p.y_m for _, p in members])
    near = np.argsort(away, axis=1, kind="stable")[:, :SILENT_CELLS]
    each = near.shape[1]
    floor = table["floor_dbm"].fillna(NO_SERVICE_DBM[quantity]).to_numpy(dtype=np.float64)
    n = each * len(table)
    return Wanted(
        np.array([number for number, _ in members], dtype=np.int64)[near].reshape(-1),
        np.repeat(x, each),
        np.repeat(y, each),
        np.repeat(table["date"].to_numpy(dtype=object), each),
        np.repeat(floor, each),
        np.zeros(n, dtype=np.bool_),
        np.ones(n),
        np.repeat(table["route"].to_numpy(dtype=object), each),
        np.full(n, -1, dtype=np.int64),
    )


def _levels_at(
    predictor: Predictor, cell: Ints, x: Floats, y: Floats, placed: tuple[PlacedCell, ...], reporter: Reporter
) -> Floats:
    """Return (n,) the predicted level of the cell of each row at its place (dBm)."""
    predicted = np.full(len(cell), np.nan)
    members: dict[str, list[int]] = {}
    for number, p in enumerate(placed):
        members.setdefault(p.cell.site_id, []).append(number)
    sites = [s for s in predictor.network.sites if np.isin(cell, members.get(s.id, [])).any()]
    for site in reporter.steps(sites, "calibrate, sites"):
        here = members[site.id]
        rows = np.flatnonzero(np.isin(cell, here))
        # A place measured on several cells of the site needs one profile only.
        spots, back = np.unique(np.stack([x[rows], y[rows]]), axis=1, return_inverse=True)
        cells = [placed[i].cell for i in here]
        level = predictor.levels(site, cells, [placed[i].grid_azimuth_deg for i in here], spots[0], spots[1])
        predicted[rows] = level[np.searchsorted(np.array(here), cell[rows]), back.reshape(-1)]
    return predicted
