"""The front half of a run, for commands that need the fit but no maps."""

from __future__ import annotations

import datetime as dt

from aqdaq.pipeline.calibration import Calibrated, calibrate_project
from aqdaq.pipeline.inputs import Inputs, read_inputs
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.store import Store


def fitted(project: Project, date: dt.date, reporter: Reporter) -> tuple[Inputs, Predictor, Calibrated]:
    """Read the inputs and fit the cells, or take the fit of a former run.

    Raises:
        InputError: an input is wrong.
    """
    inputs = read_inputs(project, date)
    predictor = Predictor(
        inputs.surface, inputs.network, project.config.prediction, project.body, inputs.definitions[0].receiver_height_m
    )
    store = Store(project.cache)
    return (
        inputs,
        predictor,
        calibrate_project(predictor, inputs, project.config, store, reporter),
    )
