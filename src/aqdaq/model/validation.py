"""How good a run's figures are on measurements it did not see, and the card that says what it was made from.

All of it is plain values: ``ModelCard.as_dict`` gives what JSON holds, ``ModelCard.from_dict`` takes it back. A score
that has no meaning (no rows, an event that never happens) is None, never a number that looks like one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

#: Name of the row over all cells, groups or layers.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Figure:
    """A named value with its unit: a setting, a fitted hyperparameter, the version of a method.

    Attributes:
        name: of the figure.
        value: a number, or text.
        unit: of the number; empty for text and for numbers without.
    """

    name: str
    value: float | str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class LevelScore:
    """Errors of forecast levels, out of fold.

    Attributes:
        name: cell, group or layer; ``all`` for all rows.
        samples: rows with a level that was heard; errors, interval and width are of these.
        unheard: rows of which only an upper bound is known; the CRPS counts what lies above the bound.
        rmse_db: root mean squared error (dB).
        bias_db: mean of measured minus predicted (dB).
        mae_db: mean size of the error (dB).
        crps_db: continuous ranked probability score of the normal forecast (dB).
        interval_90_coverage: share of the levels inside their 90 % interval, 0..1.
        interval_90_width_db: mean width of that interval (dB).
        uncalibrated_rmse_db: error of the engine alone, without measurements (dB); None where it is not asked.
    """

    name: str
    samples: int
    unheard: int
    rmse_db: float | None
    bias_db: float | None
    mae_db: float | None
    crps_db: float | None
    interval_90_coverage: float | None
    interval_90_width_db: float | None
    uncalibrated_rmse_db: float | None = None


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """One bin of a reliability table.

    Attributes:
        low: lower edge of the probability, 0..1.
        high: its upper edge.
        count: places in it.
        forecast: mean probability that was said; None in an empty bin.
        observed: share of the places that were served; None in an empty bin.
        observed_low: lower end of the 95 % interval of Wilson of that share.
        observed_high: its upper end.
    """

    low: float
    high: float
    count: int
    forecast: float | None
    observed: float | None
    observed_low: float
    observed_high: float


@dataclass(frozen=True, slots=True)
class DefinitionScore:
    """How well the probability of service holds at places, out of fold.

    A place is weak where its best measured server lies below the threshold.

    Attributes:
        definition: id.
        layer: as text, or ``all``.
        threshold_dbm: that was asked (dBm); None where the layers of a sum have different ones.
        places: judged.
        undecided: places left out, because what was not heard there may lie on either side of the threshold.
        weak: of the places judged.
        brier: mean square of probability minus truth.
        brier_skill: against always saying the share of weak places; 1 perfect, 0 no better.
        precision_at_recall_90: share of truly weak places in the shortest list that holds 90 % of them.
        auc: chance that a weak place looks weaker than one that is not.
        reliability: bins of the probability of service.
    """

    definition: str
    layer: str
    threshold_dbm: float | None
    places: int
    undecided: int
    weak: int
    brier: float | None
    brier_skill: float | None
    precision_at_recall_90: float | None
    auc: float | None
    reliability: tuple[ReliabilityBin, ...]

    @property
    def weak_share(self) -> float | None:
        """Share of weak places, 0..1: what a list of all places would have as its precision."""
        return self.weak / self.places if self.places else None


@dataclass(frozen=True, slots=True)
class SplitScore:
    """All scores under one way of keeping measurements from the fit.

    Attributes:
        split: ``block``, ``route`` or ``site``.
        settings: tile side, buffer, number of folds.
        fits: folds that were fitted.
        unscored: rows that no fold could score.
        note: why, in one word; empty when all were scored.
        cells: one row a cell, the row ``all`` last.
        groups: one row a group, in a fixed order.
        best: the best server of places, one row a layer.
        definitions: one row a definition and layer, and one over all layers where there are several.
        pit: shares of rows by the place of the level in its forecast distribution, ten bins.
    """

    split: str
    settings: tuple[Figure, ...]
    fits: int
    unscored: int
    note: str
    cells: tuple[LevelScore, ...]
    groups: tuple[LevelScore, ...]
    best: tuple[LevelScore, ...]
    definitions: tuple[DefinitionScore, ...]
    pit: tuple[float, ...]

    @property
    def overall(self) -> LevelScore | None:
        """The row over all cells; None when nothing was scored."""
        return self.cells[-1] if self.cells else None


@dataclass(frozen=True, slots=True)
class DataCounts:
    """What the fit was made from.

    Attributes:
        measured: rows with a level.
        unheard: rows of which only an upper bound is known.
        thinned: rows that were read and merged into others.
        set_aside: rows that were read and not used.
        cells: cells with a measurement.
        cells_without: cells on air without any.
        sites: sites with a measurement.
        routes: drives, logs or campaigns.
    """

    measured: int
    unheard: int
    thinned: int
    set_aside: int
    cells: int
    cells_without: int
    sites: int
    routes: int


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a run's figures were made from, and how good they are.

    Attributes:
        methods: names and versions of what predicted, calibrated and fused.
        data: counts.
        splits: scores, the split of every run first.
        limits: what is known not to hold, one word each; the report has the sentences.
        hyperparameters: fitted to the measurements.
        first_day: of the measurements, YYYY-MM-DD; empty where nobody said.
        last_day: of the measurements.
    """

    methods: tuple[Figure, ...]
    data: DataCounts
    splits: tuple[SplitScore, ...]
    limits: tuple[str, ...] = ()
    hyperparameters: tuple[Figure, ...] = ()
    first_day: str = ""
    last_day: str = ""

    @property
    def unseen_rmse_db(self) -> float | None:
        """Error of levels on measurements that the fit did not see (dB), by the first split; None without a score."""
        overall = self.splits[0].overall if self.splits else None
        return None if overall is None else overall.rmse_db

    def as_dict(self) -> dict[str, Any]:
        """Return the card as JSON holds it."""
        return dict(asdict(self))

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> ModelCard:
        """Return the card that ``as_dict`` wrote, from memory or from JSON.

        Raises:
            pydantic.ValidationError: it is no model card.
        """
        return _adapter().validate_python(dict(kept))


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[ModelCard]:
    return TypeAdapter(ModelCard)
