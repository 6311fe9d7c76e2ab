"""Cross-validation of a project's fit against its own measurements, and the model card that holds the scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq import __version__
from aqdaq.analysis.forecast import Group, Observed
from aqdaq.analysis.fusion.field import described
from aqdaq.analysis.fusion.model import FusedModel, fit_model
from aqdaq.analysis.model_card import data_counts, known_limits
from aqdaq.analysis.out_of_fold import Network, Threshold
from aqdaq.analysis.placed import PlacedCell
from aqdaq.analysis.score_tables import groups_of
from aqdaq.analysis.splits import SplitName, SplitSettings
from aqdaq.analysis.validate import cross_validate_fit
from aqdaq.base.errors import Fault, InputError
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.project import ProjectConfig
from aqdaq.model.validation import Figure, ModelCard
from aqdaq.pipeline.calibration import FIT_VERSION, Calibrated
from aqdaq.pipeline.definitions import read_definitions
from aqdaq.pipeline.hashing import content_key
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.store import Store

#: Part of the key, raised when the scores or the card change.
EVALUATE_VERSION: Final = "model-card/2"


def evaluate_project(
    project: Project,
    inputs: Inputs,
    predictor: Predictor,
    calibrated: Calibrated,
    reporter: Reporter,
    *,
    splits: Sequence[SplitName] = ("block",),
    definitions: tuple[ServiceDefinition, ...] | None = None,
    fresh: bool = False,
) -> ModelCard | None:
    """Return the model card of a project, computed or from the store; None where there is nothing to score.

    Args:
        project: opened.
        inputs: of the run.
        predictor: the engine on the project's surface.
        calibrated: the outcome of the stage before.
        reporter: of progress.
        splits: ways of keeping measurements from the fit, each once.
        definitions: whose thresholds are asked; those of the project when left out.
        fresh: compute anew.
    """
    model, observed = calibrated.model, calibrated.observed
    if model is None or not observed.heard.any():
        return None
    asked = inputs.definitions if definitions is None else definitions
    store, thresholds = Store(project.cache), _thresholds(asked, inputs)
    key = content_key(
        EVALUATE_VERSION,
        calibrated.key,
        list(splits),
        [[t.definition, t.layer, t.level_dbm] for t in thresholds],
        [d.environment for d in asked],
        len(inputs.set_aside) + len(calibrated.set_aside),
        project.config.project.synthetic,
    )
    if fresh or not store.has("evaluate", key, ".json"):
        network = _network(inputs, predictor.placed(), thresholds)
        card = _card(project.config, inputs, calibrated, model, network, predictor.placed(), asked)
        scored = _scored(card, splits, project.config, observed, network, model, predictor.placed(), reporter)
        store.write_json("evaluate", key, scored.as_dict())
    return ModelCard.from_dict(store.read_json("evaluate", key))


def definitions_named(project: Project, inputs: Inputs, names: Sequence[str]) -> tuple[ServiceDefinition, ...]:
    """Return the definitions of these ids in force at the date of the inputs; those of the project without any.

    Raises:
        InputError: one is unknown or malformed, or is about another height than the levels that were predicted.
    """
    if not names:
        return inputs.definitions
    service = project.config.service.model_copy(update={"definitions": tuple(dict.fromkeys(names))})
    asking = replace(project, config=project.config.model_copy(update={"service": service}))
    found = read_definitions(asking, inputs.surface.date)
    height = inputs.definitions[0].receiver_height_m
    faults = [
        Fault(
            f"--definition {d.id}",
            f"is about a receiver at {d.receiver_height_m:g} m; the levels of the project are at {height:g} m",
            "evaluate it in a project of that height",
        )
        for d in found
        if d.receiver_height_m != height
    ]
    if faults:
        raise InputError(faults)
    return found


def _thresholds(definitions: tuple[ServiceDefinition, ...], inputs: Inputs) -> tuple[Threshold, ...]:
    """Return the levels asked outdoors; nobody measures indoors, so indoor definitions ask nothing here."""
    return tuple(
        Threshold(d.id, number, d.threshold_dbm[layer.technology])
        for d in definitions
        if d.environment == "outdoor"
        for number, layer in enumerate(inputs.network.layers())
        if layer.technology in d.threshold_dbm
    )


def _network(inputs: Inputs, placed: tuple[PlacedCell, ...], thresholds: tuple[Threshold, ...]) -> Network:
    layers = inputs.network.layers()
    number = {layer: k for k, layer in enumerate(layers)}
    layer = np.array([number[p.cell.layer] for p in placed], dtype=np.int64)
    return Network(tuple(p.cell.id for p in placed), tuple(str(k) for k in layers), layer, thresholds)


def _sites(placed: tuple[PlacedCell, ...]) -> NDArray[np.int64]:
    """Return (cells,) the number of the site of each cell."""
    return pd.factorize(pd.Series([p.cell.site_id for p in placed]), sort=True)[0].astype(np.int64)


def _groups(observed: Observed, placed: tuple[PlacedCell, ...]) -> tuple[Group, ...]:
    mast = np.array([[p.x_m, p.y_m] for p in placed])[observed.links.cell]
    return groups_of(observed.links, np.hypot(observed.links.x_m - mast[:, 0], observed.links.y_m - mast[:, 1]))


def _card(
    config: ProjectConfig,
    inputs: Inputs,
    calibrated: Calibrated,
    model: FusedModel,
    network: Network,
    placed: tuple[PlacedCell, ...],
    definitions: tuple[ServiceDefinition, ...],
) -> ModelCard:
    """Return the card without scores."""
    table = inputs.screened.measurements.table.iloc[calibrated.row[calibrated.row >= 0]]
    data = data_counts(
        calibrated.observed,
        network,
        _sites(placed),
        thinned=int((table["count"] - 1).sum()),
        set_aside=len(inputs.set_aside) + len(calibrated.set_aside),
    )
    days = sorted(day for day in table["date"].unique() if day)
    first, last = (days[0], days[-1]) if days else ("", "")
    limits = known_limits(
        data,
        first_day=first,
        last_day=last,
        indoor=any(d.environment == "indoor" for d in definitions),
        synthetic=config.project.synthetic,
    )
    models = ", ".join(link.name for link, _, _ in config.prediction.rings)
    methods = (Figure("aqdaq", __version__), Figure("prediction", models), Figure("calibration", FIT_VERSION))
    return ModelCard(methods, data, (), limits, hyperparameters(model), first, last)


def hyperparameters(model: FusedModel) -> tuple[Figure, ...]:
    """Return what was learned of the field and the intervals, as the card lists it."""
    units = {"db": "dB", "m": "m"}
    named = described(model.spread).items()
    field = tuple(Figure(name, round(value, 2), units[name.rsplit("_", 1)[1]]) for name, value in named)
    return (
        *field,
        Figure("scatter_db", round(model.figures.scatter_db, 2), "dB"),
        Figure("together", round(model.together, 3)),
    )


def _scored(
    card: ModelCard,
    splits: Sequence[SplitName],
    config: ProjectConfig,
    observed: Observed,
    network: Network,
    model: FusedModel,
    placed: tuple[PlacedCell, ...],
    reporter: Reporter,
) -> ModelCard:
    """Return the card with the scores of all splits; everything is fitted anew to the rows of each fold."""
    section, groups, site = config.calibration, _groups(observed, placed), _sites(placed)
    settings = SplitSettings(section.tile_m, section.buffer_m, section.folds)

    def fit(train: Observed) -> FusedModel:
        return fit_model(model.scene, train)

    scores = tuple(
        cross_validate_fit(observed, fit, split, settings, network=network, site=site, groups=groups)
        for split in reporter.steps(list(dict.fromkeys(splits)), "evaluate, splits")
    )
    return replace(card, splits=scores)
