"""Service definitions: when a place counts as served."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from aqdaq.base.errors import Fault, RulebookError
from aqdaq.base.rulebook import Rulebook
from aqdaq.model.definition_figures import DEFAULTED, Figures
from aqdaq.model.definition_parts import ChallengeRule, Selection, ServiceClass, Throughput, Unit
from aqdaq.model.network import Layer

#: What a project can do about a definition that cannot be predicted.
_STATE_IT = "state it in [service].overrides, or choose another definition"


@dataclass(frozen=True, slots=True)
class ServiceDefinition:
    """The rule that says whether a grid point is served by a layer. What its source does not give is None or empty.

    Attributes:
        id: of the rulebook.
        title: in words.
        threshold_dbm: lowest reference level (dBm) per technology; other technologies are not judged. It follows from
            the classes or the selection criterion where these are given.
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
        probability_of: what the probability is of: a ``place``, every place up to the ``cell-edge``, or an ``area`` as
            a whole.
        entry_model: ``constant``, or ``p2109``: the distribution of ITU-R P.2109.
        building_class: ``traditional``, ``thermally-efficient`` or ``mixed``, for ``p2109``.
        efficient_share: share of thermally efficient buildings, 0..1, for ``mixed``.
        unit: the piece of ground that is judged as one.
        classes: named levels of service, the best first; empty: served or not.
        served_class: the lowest of them that counts as served.
        throughput: data rates that are asked for.
        selection: the criterion by which a phone may camp.
        challenge: when failed tests challenge the coverage.
        not_stated: names of the figures that the source is silent about and that take a default.
    """

    id: str
    title: str
    threshold_dbm: dict[str, float]
    probability: float | None
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
    probability_of: str = "place"
    entry_model: str = "constant"
    building_class: str | None = None
    efficient_share: float | None = None
    unit: Unit = field(default_factory=Unit)
    classes: tuple[ServiceClass, ...] = ()
    served_class: str | None = None
    throughput: Throughput | None = None
    selection: Selection | None = None
    challenge: ChallengeRule | None = None
    not_stated: tuple[str, ...] = ()

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
            figures = Figures.model_validate({**book.figures, **overrides})
        except ValidationError as err:
            raise RulebookError([_fault(book.id, e["loc"], e["msg"]) for e in err.errors()]) from err
        stated = {name: getattr(figures, name) for name in Figures.model_fields}
        return cls(
            id=book.id,
            title=book.title,
            source=book.source,
            verified=book.verified,
            valid_from=book.valid_from,
            valid_to=book.valid_to,
            not_stated=tuple(name for name in DEFAULTED if name not in figures.model_fields_set),
            **{**stated, "threshold_dbm": figures.levels_dbm},
        )

    @property
    def cannot_predict(self) -> str:
        """Why no map can be judged by this definition; empty when one can."""
        if not self.threshold_dbm:
            return f"it states no level threshold{self._instead}"
        if self.probability is None:
            return "it states no probability with which the level must be reached"
        if self.probability_of == "area":
            return f"its probability of {self.probability:g} is of an area as a whole, not of a place"
        return ""

    @property
    def _instead(self) -> str:
        if self.selection is not None:
            return " (Qrxlevmin is broadcast by the network)"
        if self.classes:
            return " (its classes have no bounds in dBm)"
        if self.throughput is not None:
            return " (it asks for a data rate, and how far the SINR of a place varies is not known)"
        return ""

    @property
    def bound(self) -> float:
        """The probability below which a place fails.

        Raises:
            RulebookError: the definition cannot be predicted.
        """
        self.check_predictable()
        assert self.probability is not None
        return self.probability

    @property
    def strict(self) -> bool:
        """Whether a level must exceed the threshold; else it may equal it."""
        return self.selection is not None

    def check_predictable(self) -> None:
        """Refuse to judge a prediction by a definition that does not say enough.

        Raises:
            RulebookError: saying what is missing.
        """
        if self.cannot_predict:
            where = f"service definition {self.id}"
            raise RulebookError(Fault(where, f"cannot be predicted: {self.cannot_predict}", _STATE_IT))

    @property
    def plain(self) -> bool:
        """Whether the level at the receiver is asked as it is, with no entry loss on the way."""
        return self.environment == "outdoor" and self.entry_loss_db == 0.0 and self.entry_model == "constant"

    def judges(self, layer: Layer) -> bool:
        """Return whether the definition can say of a prediction of ``layer`` whether it serves."""
        return layer.technology in self.threshold_dbm and not self.cannot_predict


def definition_notes(definitions: tuple[ServiceDefinition, ...]) -> tuple[str, ...]:
    """Return in words which definitions judge no prediction, and why."""
    return tuple(f"{d.id} cannot be predicted: {d.cannot_predict}" for d in definitions if d.cannot_predict)


def _fault(book: str, where: tuple[int | str, ...], what: str) -> Fault:
    key = ".".join(map(str, where)) or "figures"
    return Fault(f"rulebook service/{book} {key}", what.removeprefix("Value error, "), "see docs/rulebooks.md")
