"""Cross-validation: whole blocks, drives or sites are kept from the fit, with a strip around them, never points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import Fit, Group, Observed
from aqdaq.analysis.out_of_fold import Network, OutOfFold, out_of_fold
from aqdaq.analysis.score_tables import best_score, cell_scores, definition_scores, group_scores, pit_shares
from aqdaq.analysis.splits import (
    Fold,
    SplitName,
    SplitSettings,
    leave_block_out,
    leave_route_out,
    leave_site_out,
)
from aqdaq.model.validation import Figure, SplitScore


def cross_validate_fit(
    observed: Observed,
    fit: Fit,
    split: SplitName,
    settings: SplitSettings,
    *,
    network: Network,
    site: NDArray[np.int64],
    groups: Sequence[Group] = (),
) -> SplitScore:
    """Score a way of fitting on measurements that it did not see.

    Args:
        observed: all measurements.
        fit: called once a fold with its training rows only, whatever it estimates it estimates from them.
        split: how rows are kept apart.
        settings: of the split.
        network: whose cells they are, with the thresholds that are asked.
        site: (cells,) number of the site of each cell.
        groups: in which rows are scored apart; classes of distance to the data are added.
    """
    said = out_of_fold(observed, fit, folds_of(observed, split, settings, site), network)
    return split_score(observed, said, split, settings, network=network, groups=groups)


def folds_of(observed: Observed, split: SplitName, settings: SplitSettings, site: NDArray[np.int64]) -> Iterator[Fold]:
    """Return the (train, test) masks of a split.

    Args:
        observed: all measurements.
        split: ``block``, ``route`` or ``site``.
        settings: of the split.
        site: (cells,) number of the site of each cell.
    """
    links = observed.links
    if split == "block":
        return leave_block_out(links.x_m, links.y_m, settings)
    if split == "route":
        return leave_route_out(links.x_m, links.y_m, observed.route, settings)
    return leave_site_out(links.x_m, links.y_m, site[links.cell], settings)


def split_score(
    observed: Observed,
    said: OutOfFold,
    split: SplitName,
    settings: SplitSettings,
    *,
    network: Network,
    groups: Sequence[Group] = (),
) -> SplitScore:
    """Return all scores of forecasts that were made out of fold; arguments as for ``cross_validate_fit``."""
    unscored = int(np.sum(~said.scored))
    return SplitScore(
        split=split,
        settings=_figures(split, settings),
        fits=said.fits,
        unscored=unscored,
        note=("no-fit" if said.fits == 0 else "some") if unscored else "",
        cells=cell_scores(observed, said, network),
        groups=group_scores(observed, said, groups),
        best=tuple(
            best_score(layer, places)
            for layer, places in zip(network.layers, said.places, strict=True)
            if len(places.mean_dbm)
        ),
        definitions=definition_scores(said, network),
        pit=pit_shares(observed, said),
    )


def _figures(split: SplitName, settings: SplitSettings) -> tuple[Figure, ...]:
    tile = () if split == "route" else (Figure("tile_m", settings.tile_m, "m"),)
    return (*tile, Figure("buffer_m", settings.buffer_m, "m"), Figure("folds", float(settings.folds)))
