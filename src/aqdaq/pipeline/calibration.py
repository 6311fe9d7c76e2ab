"""Stage ``calibrate``: measurements beside predictions at the same places, and the model fitted to them."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from aqdaq.analysis.cell_levels import TOGETHER
from aqdaq.analysis.forecast import Links, Observed
from aqdaq.analysis.fusion.conformal import Conformal
from aqdaq.analysis.fusion.facts import Scene
from aqdaq.analysis.fusion.left import Left
from aqdaq.analysis.fusion.model import FusedModel, fit_model
from aqdaq.analysis.fusion.pooled import Figures
from aqdaq.analysis.fusion.typical import Typical, typical
from aqdaq.analysis.fusion.untaught_levels import UntaughtLevels
from aqdaq.analysis.placed import PlacedCell
from aqdaq.engine.kriging import total_variance_db2
from aqdaq.engine.trend import OFFSET, SLOPE
from aqdaq.model.measurements import Measurements, SetAside
from aqdaq.model.project import ProjectConfig
from aqdaq.model.results import Assumption, CellFit
from aqdaq.pipeline.hashing import content_key
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.observed import observed_at, scene_of, wanted_of
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.store import Store

#: Part of the key, raised when the fit's figures change.
FIT_VERSION = "trend-and-field/1"

#: So many levels that are all the same are no measurement.
STUCK_ROWS: Final = 10

#: Reason of a measurement where the engine has nothing to compare it with.
NO_LEVEL = "beyond the radius, outside a model's range or on unknown ground"


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The outcome of the stage.

    Attributes:
        model: fitted to the measurements; None where there is nothing to fit to, or nothing is wanted.
        observed: what it was fitted to; empty without a model.
        row: (n,) row of the thinned measurements of each row of ``observed``, -1 of a place without service.
        sd_db: standard deviation of a level where there is no model (dB).
        fits: the figures of all cells in words.
        set_aside: measurements where the engine knows no level (beyond the radius, outside a model's range, ground
            unknown).
        key: content key, for the stages after it.
        refused: why nothing was fitted although there are measurements; empty otherwise.
        untaught: levels by what other cities teach, where nothing was fitted and the project asks for them.
    """

    model: FusedModel | None
    observed: Observed
    row: NDArray[np.int64]
    sd_db: float
    fits: tuple[CellFit, ...]
    set_aside: tuple[SetAside, ...]
    key: str
    refused: str = ""
    untaught: UntaughtLevels | None = None

    @property
    def correlation_m(self) -> float:
        """Distance (m) over which levels were found to be correlated; infinite where nothing was fitted."""
        return math.inf if self.model is None else self.model.correlation_m


def calibrate_project(
    predictor: Predictor,
    inputs: Inputs,
    config: ProjectConfig,
    store: Store,
    reporter: Reporter,
    *,
    fresh: bool = False,
) -> Calibrated:
    """Fit all cells to the measurements, or take the fit from the store.

    Args:
        predictor: the engine on the project's surface.
        inputs: with the measurements of cells on air.
        config: of the project.
        store: where the fit is kept.
        reporter: of progress.
        fresh: fit anew.
    """
    placed, scene = predictor.placed(), scene_of(predictor)
    key = content_key(
        FIT_VERSION,
        predictor.key([[asdict(p.cell), p.x_m, p.y_m, p.grid_azimuth_deg] for p in placed]),
        config.calibration.model_dump(),
        config.screening.model_dump(),
        config.prediction.sd_db,
        _table_key(inputs.measurements.table),
        _table_key(inputs.silent.table),
    )
    if fresh or not (store.has("calibrate", key, "") and store.has("calibrate", key, ".json")):
        model, observed, row, aside = _compute(predictor, inputs, scene, config, reporter)
        store.write_members("calibrate", key, _arrays(model, observed, row))
        about = {"fitted": model is not None, "scatter_db": model.figures.scatter_db if model else 0.0}
        store.write_json("calibrate", key, {**about, "set_aside": [list(asdict(a).values()) for a in aside]})
    found = _read(store, key, scene, placed, config.prediction.sd_db)
    if found.model is None and config.calibration.without_measurements == "other_cities":
        return replace(found, untaught=taught_elsewhere(predictor, scene))
    return found


def taught_elsewhere(predictor: Predictor, scene: Scene) -> UntaughtLevels:
    """Return the levels of a project's cells by what other cities and published laws teach."""
    x, y = (float(np.mean([getattr(s, name) for s in predictor.network.sites])) for name in ("x_m", "y_m"))
    back = Transformer.from_crs(predictor.surface.grid.crs, predictor.body.geographic_crs, always_xy=True)
    lon, lat = back.transform(x, y)
    technology = {str(cell.layer): cell.layer.technology for cell in predictor.network.cells}

    def expected(layer: str, frequency_mhz: float) -> Typical:
        return typical(technology[layer], lat, lon, frequency_mhz=frequency_mhz, eirp_known=True)

    return UntaughtLevels.of(scene, expected)


def _table_key(table: pd.DataFrame) -> list[Any]:
    return [
        table[name].to_numpy() if table[name].dtype.kind in "biuf" else table[name].to_list() for name in table.columns
    ]


def _compute(
    predictor: Predictor, inputs: Inputs, scene: Scene, config: ProjectConfig, reporter: Reporter
) -> tuple[FusedModel | None, Observed, NDArray[np.int64], list[SetAside]]:
    thinned = inputs.screened.measurements
    wanted = wanted_of(thinned, inputs.silent, predictor.placed())
    if not config.calibration.enabled or len(wanted) == 0:
        return None, _nothing(), np.zeros(0, dtype=np.int64), []
    observed, known = observed_at(predictor, wanted, inputs.surfaces_then, reporter)
    lost = np.zeros(len(thinned), dtype=np.bool_)
    lost[wanted.row[~known & (wanted.row >= 0)]] = True
    rows = inputs.measurements.table[lost[inputs.screened.of_row]]
    columns = (rows["source"], rows["row"].tolist(), rows["cell"])
    aside = [SetAside(source, row, NO_LEVEL, cell) for source, row, cell in zip(*columns, strict=True)]
    if refusal(observed):
        return None, observed, wanted.row[known], aside
    return fit_model(scene, observed), observed, wanted.row[known], aside


def refusal(observed: Observed) -> str:
    """Return why measurements cannot carry a fit; empty where they can, one of them already does."""
    levels = observed.level_dbm[observed.heard]
    if len(observed) == 0:
        return ""
    if len(levels) == 0:
        return "no level was heard: bounds alone do not say how strong a cell is"
    if len(levels) >= STUCK_ROWS and float(np.ptp(levels)) == 0.0:
        return f"all {len(levels)} levels are {levels[0]:g} dBm: the receiver was stuck or capped"
    return ""


def fit_assumptions(calibrated: Calibrated) -> tuple[Assumption, ...]:
    """Return what is taken for granted where measurements say nothing."""
    if calibrated.model is None:
        why = calibrated.refused or "nothing was measured, or calibration is off"
        if calibrated.untaught is not None:
            heard = f"{why}: TR 38.901 UMa, corrected by {'; '.join(calibrated.untaught.sources)}"
            return (Assumption("levels and their spread", "as in other cities", "all cells", heard),)
        return (
            Assumption("spread of a level", f"{calibrated.sd_db:g} dB", "all cells", why),
            Assumption("correlation of the errors of two cells", f"{TOGETHER:g}", "all places", why),
        )
    rest = [fit for fit in calibrated.fits if fit.pooled]
    if not rest:
        return ()
    offset = float(np.median([fit.offset_db for fit in rest]))
    told = len(calibrated.fits) - len(rest)
    reason = f"no measurement of their own: the average of the {told} cells that were measured"
    return (Assumption("correction of levels", f"{offset:.1f} dB", f"{len(rest)} cells", reason),)


def _nothing() -> Observed:
    none, empty = np.zeros(0, dtype=np.int64), np.zeros(0)
    links = Links(none, empty, empty, empty, empty)
    return Observed(links, empty, np.zeros(0, dtype=np.bool_), empty, none)


def _arrays(model: FusedModel | None, observed: Observed, row: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Return everything that makes the model and what it was fitted to, by the names of files."""
    out: dict[str, NDArray[Any]] = {"row.npy": row}
    parts: list[tuple[str, object, tuple[str, ...]]] = [
        ("links", observed.links, Links.__slots__),
        ("observed", observed, ("level_dbm", "heard", "weight", "route")),
    ]
    if model is not None:
        out["spread.npy"] = model.spread
        parts += [
            ("figures", model.figures, _FIGURES),
            ("left", model.left, Left.__slots__),
            ("conformal", model.conformal, Conformal.__slots__),
        ]
    for prefix, part, names in parts:
        out |= {f"{prefix}.{name}.npy": getattr(part, name) for name in names}
    return out


#: The arrays of ``Figures``, in order around its one scalar.
_FIGURES = ("mean", "covariance", "expected", "spread", "rows", "blocks")


def _read(store: Store, key: str, scene: Scene, placed: tuple[PlacedCell, ...], sd_db: float) -> Calibrated:
    about = store.read_json("calibrate", key)

    def array(name: str) -> NDArray[Any]:
        return np.array(store.read_member("calibrate", key, f"{name}.npy"))

    def part(prefix: str, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
        return {name: array(f"{prefix}.{name}") for name in names}

    observed = Observed(
        Links(**part("links", Links.__slots__)), **part("observed", ("level_dbm", "heard", "weight", "route"))
    )
    model = None
    if about["fitted"]:
        figures = Figures(scatter_db=about["scatter_db"], **part("figures", _FIGURES))
        left, conformal = Left(**part("left", Left.__slots__)), Conformal(**part("conformal", Conformal.__slots__))
        model = FusedModel.of(scene, figures, array("spread"), left, conformal)
    return Calibrated(
        model,
        observed,
        array("row"),
        sd_db,
        cell_fits(model, placed),
        tuple(SetAside(*row) for row in about["set_aside"]),
        key,
        "" if model is not None else refusal(observed),
    )


def cell_fits(model: FusedModel | None, placed: tuple[PlacedCell, ...]) -> tuple[CellFit, ...]:
    """Return the figures of all cells in words; none where nothing was fitted."""
    if model is None:
        return ()
    figures, left, whole = model.figures, model.left, float(total_variance_db2(model.spread))
    out = []
    for i, p in enumerate(placed):
        own = left.reported_db[left.cell == i]
        # Drawn to the spread of the field by some twenty measurements, so that one alone says little.
        variance = (20.0 * whole + float((own**2).sum())) / (20.0 + len(own))
        out.append(
            CellFit(
                cell=p.cell.id,
                samples=int(figures.rows[i]),
                offset_db=float(figures.mean[i, OFFSET]),
                slope_db_decade=float(figures.mean[i, SLOPE]),
                residual_sd_db=float(np.sqrt(variance)),
                pooled=bool(figures.rows[i] == 0),
            )
        )
    return tuple(out)


def used_rows(measurements: Measurements, aside: tuple[SetAside, ...]) -> Measurements:
    """Return the measurements that remain when those that the fit set aside are taken out."""
    if not aside:
        return measurements
    left, table = {(row.source, row.row, row.value) for row in aside}, measurements.table
    places = zip(table["source"], table["row"].tolist(), table["cell"], strict=True)
    keep = np.array([place not in left for place in places], dtype=np.bool_)
    return Measurements(table[keep].reset_index(drop=True))
