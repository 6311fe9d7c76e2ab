"""Scores of forecasts that were made out of fold: per cell, per group, of the best server, per definition."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from aqdaq.analysis import scores
from aqdaq.analysis.forecast import Group, Links, Observed
from aqdaq.analysis.out_of_fold import Network, OutOfFold, Places
from aqdaq.model.validation import ALL, DefinitionScore, LevelScore, ReliabilityBin

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Nearer than this to the foot of the antenna (m) the vertical pattern rules.
NEAR_MAST_M: Final = 100.0
#: Ends of the classes of distance to the nearest measurement of the fit (m).
DATA_EDGES_M: Final = (0.0, 100.0, 250.0, 500.0, 1000.0, math.inf)


def groups_of(links: Links, to_mast_m: Array, indoor: Mask | None = None) -> tuple[Group, ...]:
    """Return the groups in which forecasts are scored apart from each other.

    Args:
        links: (n,) of the measurements.
        to_mast_m: (n,) distance to the site of the cell (m).
        indoor: (n,) which of them were taken indoors; None where nobody said, and then there is no such group.
    """
    groups = [
        Group("sight", links.sight == 1.0),
        Group("no-sight", links.sight == 0.0),
        Group("near-mast", to_mast_m < NEAR_MAST_M),
    ]
    return (*groups, *([Group("indoor", indoor)] if indoor is not None else []))


def data_groups(nearest_m: Array) -> tuple[Group, ...]:
    """Return the classes of distance to the nearest measurement of the fit (m), named ``data:LOW:HIGH``."""
    return tuple(
        Group(f"data:{low:g}:{'' if math.isinf(high) else f'{high:g}'}", (nearest_m >= low) & (nearest_m < high))
        for low, high in pairwise(DATA_EDGES_M)
    )


def cell_scores(observed: Observed, said: OutOfFold, network: Network) -> tuple[LevelScore, ...]:
    """Return one row a cell that was scored, the row over all cells last; none where nothing was."""
    cell, scored = observed.links.cell, said.scored
    present = [c for c in range(len(network.cells)) if bool(np.any(scored & (cell == c)))]
    rows = [level_score(network.cells[c], observed, said, cell == c) for c in present]
    return (*rows, *([level_score(ALL, observed, said, scored)] if present else []))


def group_scores(observed: Observed, said: OutOfFold, groups: Sequence[Group]) -> tuple[LevelScore, ...]:
    """Return one row a group that holds a scored row, those by distance to the data last."""
    every = (*groups, *data_groups(said.nearest_m))
    return tuple(level_score(g.name, observed, said, g.rows) for g in every if bool(np.any(g.rows & said.scored)))


def level_score(name: str, observed: Observed, said: OutOfFold, rows: Mask) -> LevelScore:
    """Return the scores of the rows of a mask that have a forecast."""
    rows = rows & said.scored
    heard, quiet = rows & observed.heard, rows & ~observed.heard
    level = observed.level_dbm
    raw = level[heard] - observed.links.predicted_dbm[heard]
    ends = said.low_dbm[heard], said.high_dbm[heard]
    crps = np.concatenate(
        [
            scores.crps_normal(level[heard], said.mean_dbm[heard], said.sd_db[heard]),
            scores.crps_normal_below(level[quiet], said.mean_dbm[quiet], said.sd_db[quiet]),
        ]
    )
    return LevelScore(
        name=name,
        samples=int(heard.sum()),
        unheard=int(quiet.sum()),
        crps_db=known(float(crps.mean()) if len(crps) else math.nan),
        interval_90_coverage=known(scores.coverage(level[heard], *ends)),
        interval_90_width_db=known(scores.mean_width(*ends)),
        uncalibrated_rmse_db=known(scores.rmse(raw)),
        **_errors(level[heard] - said.mean_dbm[heard]),
    )


def best_score(layer: str, places: Places) -> LevelScore:
    """Return the scores of the best server of a layer where it is known; elsewhere it only counts as not heard."""
    rows = places.known & np.isfinite(places.mean_dbm)
    level, mean, sd = places.heard_dbm[rows], places.mean_dbm[rows], places.sd_db[rows]
    ends = mean - scores.Z90 * sd, mean + scores.Z90 * sd
    crps = scores.crps_normal(level, mean, sd)
    return LevelScore(
        name=layer,
        samples=len(level),
        unheard=int(np.sum(~places.known)),
        crps_db=known(float(crps.mean()) if len(crps) else math.nan),
        interval_90_coverage=known(scores.coverage(level, *ends)),
        interval_90_width_db=known(scores.mean_width(*ends)),
        **_errors(level - mean),
    )


def _errors(error: Array) -> dict[str, float | None]:
    return {
        "rmse_db": known(scores.rmse(error)),
        "bias_db": known(scores.bias(error)),
        "mae_db": known(scores.mae(error)),
    }


def definition_scores(said: OutOfFold, network: Network) -> tuple[DefinitionScore, ...]:
    """Return one row a definition and layer; then, where it judges several layers, one over all of them."""
    return tuple(
        row
        for definition in dict.fromkeys(t.definition for t in network.thresholds)
        for row in _one_definition(definition, said, network)
    )


def _one_definition(definition: str, said: OutOfFold, network: Network) -> Iterator[DefinitionScore]:
    parts: list[tuple[float, Array, Mask, int]] = []
    for threshold in (t for t in network.thresholds if t.definition == definition):
        places, level = said.places[threshold.layer], threshold.level_dbm
        below = places.below[:, network.levels_dbm(threshold.layer).index(level)]
        weak, decided = places.weak(level)
        rows = decided & np.isfinite(below)
        parts.append((level, below[rows], weak[rows], int(np.sum(~decided))))
        yield definition_score(definition, network.layers[threshold.layer], *parts[-1])
    if len(parts) > 1:
        levels = {level for level, *_ in parts}
        joined = (np.concatenate([part[1] for part in parts]), np.concatenate([part[2] for part in parts]))
        undecided = sum(part[3] for part in parts)
        yield definition_score(definition, ALL, levels.pop() if len(levels) == 1 else None, *joined, undecided)


def definition_score(
    definition: str, layer: str, threshold_dbm: float | None, below: Array, weak: Mask, undecided: int
) -> DefinitionScore:
    """Return the scores of the probability of lying below a threshold.

    Args:
        definition: id.
        layer: as text, or ``all``.
        threshold_dbm: asked (dBm).
        below: (places,) probability that the best server lies below it, 0..1.
        weak: (places,) whether it does.
        undecided: places where that cannot be told.
    """
    below = np.clip(below, 0.0, 1.0)
    table = scores.reliability(1.0 - below, ~weak)
    columns = (getattr(table, name).tolist() for name in scores.Reliability.__slots__)
    bins = tuple(
        ReliabilityBin(low, high, int(count), known(forecast), known(share), begin, end)
        for low, high, count, forecast, share, begin, end in zip(*columns, strict=True)
    )
    return DefinitionScore(
        definition=definition,
        layer=layer,
        threshold_dbm=threshold_dbm,
        places=len(weak),
        undecided=undecided,
        weak=int(weak.sum()),
        brier=known(scores.brier(below, weak)),
        brier_skill=known(scores.brier_skill(below, weak)),
        precision_at_recall_90=known(scores.precision_at_recall(below, weak)),
        auc=known(scores.auc(below, weak)),
        reliability=bins,
    )


def pit_shares(observed: Observed, said: OutOfFold) -> tuple[float, ...]:
    """Return the shares of scored rows by the place of the level in its forecast distribution; none without rows."""
    rows = said.scored
    if not rows.any():
        return ()
    place = ndtr((observed.level_dbm[rows] - said.mean_dbm[rows]) / said.sd_db[rows])
    return tuple(scores.pit_histogram(place, observed.heard[rows]).tolist())


def known(value: float) -> float | None:
    """Return a score, or None where it has no meaning."""
    return value if math.isfinite(value) else None
