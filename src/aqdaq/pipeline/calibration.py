"""Stage ``calibrate``: measurements beside predictions at the same places, the fit, and its score on unseen blocks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.calibrate import COEFFICIENTS, Calibration, Geometry, Samples, calibrate, uncalibrated
from aqdaq.analysis.uncertainty import PlacedCell, geometry
from aqdaq.analysis.validate import cross_validate
from aqdaq.model.measurements import Measurements, SetAside
from aqdaq.model.project import ProjectConfig
from aqdaq.model.results import BlockScore, CellFit, Validation
from aqdaq.model.surface import Surface
from aqdaq.pipeline.hashing import content_key
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.store import Store

#: Part of the key, raised when the fit's figures change.
FIT_VERSION = "pooled-offset-slope-direction-pattern/2"

#: Reason of a measurement where the engine has nothing to compare it with.
NO_LEVEL = "beyond the radius, outside a model's range or on unknown ground"


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The outcome of the stage.

    Attributes:
        calibration: coefficients of all cells.
        fits: the same in words, one a cell.
        validation: None when nothing was measured.
        set_aside: measurements where the engine knows no level (beyond the radius, outside a model's
            range, ground unknown).
        key: content key, for the stages after it.
    """

    calibration: Calibration
    fits: tuple[CellFit, ...]
    validation: Validation | None
    set_aside: tuple[SetAside, ...]
    key: str


def calibrate_project(
    predictor: Predictor,
    measurements: Measurements,
    then: dict[str, Surface],
    config: ProjectConfig,
    store: Store,
    reporter: Reporter,
    *,
    fresh: bool = False,
) -> Calibrated:
    """Fit all cells to the measurements, or take the fit from the store.

    Args:
        predictor: the engine on the project's surface.
        measurements: usable rows of cells on air.
        then: surfaces of the days on which other buildings stood.
        config: of the project.
        store: where the fit is kept.
        reporter: of progress.
        fresh: fit anew.
    """
    table, placed = measurements.table, predictor.placed()
    key = content_key(
        FIT_VERSION,
        predictor.key([[asdict(p.cell), p.x_m, p.y_m, p.grid_azimuth_deg] for p in placed]),
        config.calibration.model_dump(),
        config.prediction.sd_db,
        *(
            table[name].to_numpy() if table[name].dtype.kind in "if" else table[name].to_list()
            for name in table.columns
        ),
    )
    if fresh or not store.has("calibrate", key, ".json"):
        store.write_json("calibrate", key, _compute(predictor, measurements, then, placed, config, reporter))
    return _read(store.read_json("calibrate", key), placed, key)


def _compute(
    predictor: Predictor,
    measurements: Measurements,
    then: dict[str, Surface],
    placed: tuple[PlacedCell, ...],
    config: ProjectConfig,
    reporter: Reporter,
) -> dict[str, Any]:
    sd = config.prediction.sd_db
    if not config.calibration.enabled or len(measurements) == 0:
        fit, validation, aside = uncalibrated(len(placed), sd), None, []
    else:
        samples, unknown = samples_of(predictor, measurements, then, placed, reporter)
        rows = measurements.table[unknown]
        aside = [
            [source, int(row), NO_LEVEL, cell]
            for source, row, cell in zip(rows["source"], rows["row"], rows["cell"], strict=True)
        ]
        fit = calibrate(samples, len(placed), prior_sd_db=sd)
        ids = tuple(p.cell.id for p in placed)
        validation = cross_validate(samples, ids, config.calibration, prior_sd_db=sd)
        fit = fit.widened(validation.spread_factor)
    return {
        "mean": fit.mean.tolist(),
        "covariance": fit.covariance.tolist(),
        "residual_sd_db": fit.residual_sd_db.tolist(),
        "samples": fit.samples.tolist(),
        "validation": asdict(validation) if validation is not None else None,
        "set_aside": aside,
    }


def _read(kept: dict[str, Any], placed: tuple[PlacedCell, ...], key: str) -> Calibrated:
    fit = Calibration(
        np.array(kept["mean"]).reshape(len(placed), COEFFICIENTS),
        np.array(kept["covariance"]).reshape(len(placed), COEFFICIENTS, COEFFICIENTS),
        np.array(kept["residual_sd_db"]),
        np.array(kept["samples"], dtype=np.int64),
    )
    validation = None
    if kept["validation"] is not None:
        scores = tuple(BlockScore(**score) for score in kept["validation"].pop("scores"))
        validation = Validation(scores=scores, **kept["validation"])
    fits = tuple(
        CellFit(
            cell=p.cell.id,
            samples=int(fit.samples[i]),
            offset_db=float(fit.mean[i, 0]),
            slope_db_decade=float(fit.mean[i, 1]),
            residual_sd_db=float(fit.residual_sd_db[i]),
            pooled=bool(fit.samples[i] == 0),
        )
        for i, p in enumerate(placed)
    )
    return Calibrated(fit, fits, validation, tuple(SetAside(*row) for row in kept["set_aside"]), key)


def used_rows(measurements: Measurements, aside: tuple[SetAside, ...]) -> Measurements:
    """Return the measurements that remain when those that the fit set aside are taken out."""
    if not aside:
        return measurements
    left, table = {(row.source, row.row, row.value) for row in aside}, measurements.table
    places = zip(table["source"], table["row"].tolist(), table["cell"], strict=True)
    keep = np.array([place not in left for place in places], dtype=np.bool_)
    return Measurements(table[keep].reset_index(drop=True))


def samples_of(
    predictor: Predictor,
    measurements: Measurements,
    then: dict[str, Surface],
    placed: tuple[PlacedCell, ...],
    reporter: Reporter,
) -> tuple[Samples, NDArray[np.bool_]]:
    """Return measurements beside predictions at their own places, and which rows the engine knows no level for.

    A measurement of a day on which other buildings stood is predicted among those.
    """
    table = measurements.table
    index = {p.cell.id: i for i, p in enumerate(placed)}
    cell: NDArray[np.int64] = np.array([index[c] for c in table["cell"]], dtype=np.int64)
    x, y = table["x_m"].to_numpy(), table["y_m"].to_numpy()
    predicted = np.full(len(table), np.nan)
    where = Geometry(*(np.zeros(len(table)) for _ in range(3)))
    for i, p in enumerate(placed):
        own = cell == i
        seen = geometry(p, x[own], y[own])
        where.distance_m[own], where.off_boresight_deg[own] = seen.distance_m, seen.off_boresight_deg
        where.horizontal_gain_db[own] = seen.horizontal_gain_db
    surface_of = table["date"].map(lambda day: id(then[day]) if day in then else 0).to_numpy()
    for key in np.unique(surface_of):
        surface = next((s for s in then.values() if id(s) == key), predictor.surface)
        rows = np.flatnonzero(surface_of == key)
        predicted[rows] = _levels_at(
            replace(predictor, surface=surface), cell[rows], x[rows], y[rows], placed, reporter
        )
    known = np.isfinite(predicted)
    measured = table["level_dbm"].to_numpy()
    samples = Samples(cell, x, y, where, predicted, measured).subset(known)
    return samples, ~known


def _levels_at(
    predictor: Predictor,
    cell: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    placed: tuple[PlacedCell, ...],
    reporter: Reporter,
) -> NDArray[np.float64]:
    """Return (n,) the predicted level of the cell of each row at its place (dBm)."""
    predicted = np.full(len(cell), np.nan)
    sites = [s for s in predictor.network.sites if np.isin(cell, _cells_at(placed, s.id)).any()]
    for site in reporter.steps(sites, "calibrate, sites"):
        here = _cells_at(placed, site.id)
        rows = np.flatnonzero(np.isin(cell, here))
        # A place measured on several cells of the site needs one profile only.
        spots, back = np.unique(np.stack([x[rows], y[rows]]), axis=1, return_inverse=True)
        cells = [placed[i].cell for i in here]
        level = predictor.levels(site, cells, [placed[i].grid_azimuth_deg for i in here], spots[0], spots[1])
        predicted[rows] = level[np.searchsorted(np.array(here), cell[rows]), back.reshape(-1)]
    return predicted


def _cells_at(placed: tuple[PlacedCell, ...], site_id: str) -> list[int]:
    return [i for i, p in enumerate(placed) if p.cell.site_id == site_id]
