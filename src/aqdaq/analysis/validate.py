"""Cross-validation: whole blocks, drives or sites are kept from the fit, with a strip around them, never points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.calibrate import Samples, calibrate
from aqdaq.analysis.forecast import Fit, Group, Observed
from aqdaq.analysis.out_of_fold import Network, OutOfFold, out_of_fold
from aqdaq.analysis.score_tables import best_score, cell_scores, definition_scores, group_scores, pit_shares
from aqdaq.analysis.scores import Z90
from aqdaq.analysis.splits import (
    Fold,
    SplitName,
    SplitSettings,
    leave_block_out,
    leave_route_out,
    leave_site_out,
)
from aqdaq.model.project import CalibrationSection
from aqdaq.model.results import BlockScore, Validation
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


def folds(
    x_m: NDArray[np.float64], y_m: NDArray[np.float64], section: CalibrationSection
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield (train, test) masks of whole tiles, see ``splits.leave_block_out``.

    Args:
        x_m: (n,) easting (m).
        y_m: (n,) northing (m).
        section: tile side, buffer and number of folds.
    """
    return leave_block_out(x_m, y_m, SplitSettings(section.tile_m, section.buffer_m, section.folds))


def cross_validate(
    samples: Samples, cells: tuple[str, ...], section: CalibrationSection, *, prior_sd_db: float
) -> Validation:
    """Score the calibration on tiles that it did not see.

    Args:
        samples: measurements beside predictions.
        cells: ids; ``samples.cell`` indexes them.
        section: tile side, buffer and number of folds.
        prior_sd_db: as for ``calibrate`` (dB).
    """
    n = len(samples)
    mean, sd, fold = np.full(n, np.nan), np.full(n, np.nan), np.full(n, -1)
    for number, (train, test) in enumerate(folds(samples.x_m, samples.y_m, section)):
        fold[test] = number
        if not train.any():
            continue
        fit = calibrate(samples.subset(train), len(cells), prior_sd_db=prior_sd_db)
        shift, spread = fit.correction(samples.cell[test], samples.geometry[test])
        mean[test], sd[test] = samples.predicted_dbm[test] + shift, spread
    scored = np.isfinite(mean)
    errors_in_sd = np.abs(samples.measured_dbm - mean) / sd
    for number in np.unique(fold[scored]):  # each fold by what the others say, so that the score stays honest
        sd[scored & (fold == number)] *= spread_factor(errors_in_sd[scored & (fold != number)])
    note = "" if scored.all() else "tiles whose surroundings hold all other samples cannot be scored"
    present = [c for c in range(len(cells)) if np.any(scored & (samples.cell == c))]
    rows = [_score(cells[c], samples, mean, sd, scored & (samples.cell == c)) for c in present]
    if present:
        rows.append(_score("all", samples, mean, sd, scored))
    return Validation(
        section.tile_m,
        section.buffer_m,
        section.folds,
        tuple(rows),
        spread_factor(errors_in_sd[scored]),
        unscored=int(n - scored.sum()),
        note=note,
    )


def spread_factor(errors_in_sd: NDArray[np.float64]) -> float:
    """Return by how much a spread must be widened for nine errors in ten to lie within its 90 % interval; at least 1.

    Args:
        errors_in_sd: (n,) size of the errors on unseen blocks in stated standard deviations.
    """
    return max(1.0, float(np.quantile(errors_in_sd, 0.9)) / Z90) if len(errors_in_sd) else 1.0


def _score(
    name: str, samples: Samples, mean: NDArray[np.float64], sd: NDArray[np.float64], rows: NDArray[np.bool_]
) -> BlockScore:
    error = samples.measured_dbm[rows] - mean[rows]
    raw = samples.measured_dbm[rows] - samples.predicted_dbm[rows]
    return BlockScore(
        cell=name,
        samples=int(rows.sum()),
        rmse_db=float(np.sqrt(np.mean(error**2))),
        bias_db=float(np.mean(error)),
        uncalibrated_rmse_db=float(np.sqrt(np.mean(raw**2))),
        interval_90_coverage=float(np.mean(np.abs(error) <= Z90 * sd[rows])),
    )
