"""Model cards made by hand and by cross-validation of a made-up drive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aqdaq.analysis.out_of_fold import Network, Threshold
from aqdaq.analysis.score_tables import groups_of
from aqdaq.analysis.splits import SplitName, SplitSettings
from aqdaq.analysis.validate import cross_validate_fit
from aqdaq.model.validation import DataCounts, Figure, LevelScore, ModelCard, SplitScore

from .fusion_stub import Constant, ConstantFit, drive

SETTINGS = SplitSettings(400.0, 100.0, 5)
SITE = np.array([0, 0, 1, 1])
NETWORK = Network(
    ("a1", "a2", "b1", "b2"),
    ("A/LTE", "B/LTE"),
    np.array([0, 1, 0, 1]),
    (Threshold("kz-4g-outdoor", 0, -85.0), Threshold("kz-4g-outdoor", 1, -85.0), Threshold("own", 0, -95.0)),
)
LIMITS = (
    "synthetic", "normal", "neighbours", "indoor", "selection", "undated", "one-day", "one-route", "few-cells",
)  # fmt: skip


def split(name: SplitName = "block") -> SplitScore:
    """Return the scores of a made-up drive of which not all was heard; the fit knows the truth."""
    observed = drive()
    heard = observed.level_dbm >= -92.0
    censored = replace(observed, heard=heard, level_dbm=np.where(heard, observed.level_dbm, -92.0))
    truth: Constant = ConstantFit([])(observed)
    away = np.where(observed.links.sight == 1.0, 60.0, 700.0)
    indoor = np.arange(len(observed)) % 10 == 0
    groups = groups_of(observed.links, away, indoor)
    return cross_validate_fit(censored, lambda _train: truth, name, SETTINGS, network=NETWORK, site=SITE, groups=groups)


def card() -> ModelCard:
    """Return a card with all splits, on which every kind of row and note stands."""
    far = LevelScore("data:1000:", 3, 0, 9.0, 1.0, 7.0, 5.0, 0.8, 20.0, 12.0)
    block = split()
    block = replace(block, groups=(*block.groups, far), unscored=2, note="some")
    route = replace(split("route"), unscored=3, note="no-fit")
    return ModelCard(
        methods=(Figure("prediction", "p1812"), Figure("calibration", "pooled/2")),
        data=DataCounts(1580, 20, 12, 4, 4, 1, 2, 7),
        splits=(block, route, split("site")),
        limits=LIMITS,
        hyperparameters=(Figure("range", 83.5, "m"), Figure("share", 0.25), Figure("kernel", "Matern 3/2")),
        first_day="2025-05-01",
        last_day="2025-05-03",
    )


def bare_card() -> ModelCard:
    """Return a card on which little is known: no days, no fitted figures, nothing scored."""
    empty = SplitScore("block", (Figure("tile_m", 400.0, "m"),), 0, 9, "no-fit", (), (), (), (), ())
    return ModelCard((), DataCounts(9, 0, 0, 0, 1, 3, 1, 1), (empty,))
