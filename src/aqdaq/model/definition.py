"""Service definitions: when a place counts as served."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aqdaq.base.errors import Fault, RulebookError
from aqdaq.base.rulebook import Rulebook
from aqdaq.model.network import Layer


class _Figures(BaseModel):
    """What a rulebook of kind ``service`` must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold_dbm: dict[str, float] = Field(min_length=1)
    probability: float = Field(gt=0.0, lt=1.0)
    receiver_height_m: float = Field(default=1.5, gt=0.0, le=30.0)
    environment: Literal["outdoor", "indoor"] = "outdoor"
    entry_loss_db: float = Field(default=0.0, ge=0.0, le=60.0)
    entry_loss_sd_db: float = Field(default=0.0, ge=0.0, le=30.0)
    minimum_area_m2: float = Field(default=0.0, ge=0.0)
    measured_within_m: float = Field(default=50.0, gt=0.0)
    minimum_samples: int = Field(default=3, ge=1)


@dataclass(frozen=True, slots=True)
class ServiceDefinition:
    """The rule that says whether a grid point is served by a layer.

    Attributes:
        id: of the rulebook.
        title: in words.
        threshold_dbm: lowest reference level (dBm) per technology; other technologies are not judged.
        probability: the level must be reached with at least this probability.
        receiver_height_m: height of the receiver above ground (m).
        environment: outdoor or indoor.
        entry_loss_db: mean building entry loss when indoor (dB); a constant in this form.
        entry_loss_sd_db: its standard deviation (dB).
        minimum_area_m2: smaller areas are not white spots (m2).
        measured_within_m: a point is ``measured`` when enough samples lie within this distance (m).
        minimum_samples: how many are enough.
        source: where the rule stands.
        verified: whether that text was read.
        valid_from: first day in force.
        valid_to: last day in force, or None.
    """

    id: str
    title: str
    threshold_dbm: dict[str, float]
    probability: float
    receiver_height_m: float
    environment: str
    entry_loss_db: float
    entry_loss_sd_db: float
    minimum_area_m2: float
    measured_within_m: float
    minimum_samples: int
    source: str
    verified: bool
    valid_from: dt.date
    valid_to: dt.date | None

    @classmethod
    def from_rulebook(cls, book: Rulebook, **overrides: Any) -> ServiceDefinition:
        """Build the definition from a rulebook of kind ``service``.

        Args:
            book: the rulebook in force.
            overrides: figures that a project states itself; they go through the same checks.

        Raises:
            RulebookError: a figure is missing, unknown or impossible.
        """
        try:
            figures = _Figures.model_validate({**book.figures, **overrides})
        except ValidationError as err:
            raise RulebookError(
                [Fault(f"rulebook service/{book.id} {'.'.join(map(str, e['loc']))}", e["msg"]) for e in err.errors()]
            ) from err
        return cls(
            id=book.id,
            title=book.title,
            source=book.source,
            verified=book.verified,
            valid_from=book.valid_from,
            valid_to=book.valid_to,
            **figures.model_dump(),
        )

    def judges(self, layer: Layer) -> bool:
        """Return whether the definition has a threshold for the technology of ``layer``."""
        return layer.technology in self.threshold_dbm
