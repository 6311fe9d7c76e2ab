"""Rows of the tables that say how good a run's figures are on measurements it did not see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aqdaq.model.validation import ALL, DefinitionScore, LevelScore, SplitScore
from aqdaq.report.content import ReportContent

Rows = list[dict[str, Any]]


def cells(content: ReportContent) -> Rows:
    """Return the error on unseen measurements per cell, under the split of every run."""
    if content.card is None:
        return []
    return [
        {
            "cell": score.name,
            "samples": score.samples,
            "rmse_db": score.rmse_db,
            "bias_db": score.bias_db,
            "uncalibrated_rmse_db": score.uncalibrated_rmse_db,
            "interval_90_percent": percent(score.interval_90_coverage),
        }
        for split in content.card.splits[:1]
        for score in split.cells
    ]


def levels(content: ReportContent) -> Rows:
    """Return one row a split and cell, group or layer: errors of levels."""
    return [
        {
            "split": split.split,
            "of": kind,
            "name": score.name,
            "samples": score.samples,
            "unheard": score.unheard,
            "rmse_db": score.rmse_db,
            "bias_db": score.bias_db,
            "mae_db": score.mae_db,
            "crps_db": score.crps_db,
            "uncalibrated_rmse_db": score.uncalibrated_rmse_db,
            "interval_90_percent": percent(score.interval_90_coverage),
            "interval_90_width_db": score.interval_90_width_db,
        }
        for split in _splits(content)
        for kind, score in _kinds(split)
    ]


def _kinds(split: SplitScore) -> Iterator[tuple[str, LevelScore]]:
    for score in split.cells:
        yield (ALL if score.name == ALL else "cell"), score
    for score in split.groups:
        yield "group", score
    for score in split.best:
        yield "best", score


def definitions(content: ReportContent) -> Rows:
    """Return one row a split, definition and layer: how well the probability of service holds."""
    return [
        {
            "split": split.split,
            "definition": score.definition,
            "layer": score.layer,
            "threshold_dbm": score.threshold_dbm,
            "places": score.places,
            "undecided": score.undecided,
            "weak": score.weak,
            "weak_percent": percent(score.weak_share),
            "brier": score.brier,
            "brier_skill": score.brier_skill,
            "precision_at_recall_90_percent": percent(score.precision_at_recall_90),
            "auc": score.auc,
        }
        for split, score in _judged(content)
    ]


def reliability(content: ReportContent) -> Rows:
    """Return one row a split, definition, layer and bin of the probability of service."""
    return [
        {
            "split": split.split,
            "definition": score.definition,
            "layer": score.layer,
            "from_percent": percent(one.low),
            "to_percent": percent(one.high),
            "places": one.count,
            "said_percent": percent(one.forecast),
            "served_percent": percent(one.observed),
            "served_low_percent": percent(one.observed_low) if one.count else None,
            "served_high_percent": percent(one.observed_high) if one.count else None,
        }
        for split, score in _judged(content)
        for one in score.reliability
    ]


def pit(content: ReportContent) -> Rows:
    """Return one row a split and tenth of the forecast distribution: the share of measurements in it."""
    return [
        {
            "split": split.split,
            "from_percent": 100.0 * number / len(split.pit),
            "to_percent": 100.0 * (number + 1) / len(split.pit),
            "share_percent": percent(share),
        }
        for split in _splits(content)
        for number, share in enumerate(split.pit)
    ]


def model_card(content: ReportContent) -> Rows:
    """Return the model card without its scores, one row a figure; ``part`` names the part of the card."""
    card = content.card
    if card is None:
        return []
    data = card.data
    counts = {name: getattr(data, name) for name in type(data).__slots__}
    found: Rows = [_figure("method", f.name, f.value, f.unit) for f in card.methods]
    found += [_figure("data", name, value, "") for name, value in counts.items()]
    found += [_figure("data", "first_day", card.first_day, ""), _figure("data", "last_day", card.last_day, "")]
    found += [_figure("fitted", f.name, f.value, f.unit) for f in card.hyperparameters]
    found += [_figure(f"split {split.split}", f.name, f.value, f.unit) for split in card.splits for f in split.settings]
    return found + [_figure("limit", limit, "", "") for limit in card.limits]


def _figure(part: str, name: str, value: float | str, unit: str) -> dict[str, Any]:
    return {"part": part, "name": name, "value": value if isinstance(value, str) else f"{value:.6g}", "unit": unit}


def percent(share: float | None) -> float | None:
    """Return a share as a percentage; None where there is none."""
    return None if share is None else 100.0 * share


def _splits(content: ReportContent) -> tuple[SplitScore, ...]:
    return content.card.splits if content.card is not None else ()


def _judged(content: ReportContent) -> list[tuple[SplitScore, DefinitionScore]]:
    return [(split, score) for split in _splits(content) for score in split.definitions]
