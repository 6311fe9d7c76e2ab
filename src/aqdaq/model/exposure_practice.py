"""What practice says beside the limits: how much the envelope of a building takes away, how adaptive antennas count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from aqdaq.base.errors import Fault, RulebookError
from aqdaq.base.rulebook import Rulebook

#: Kinds and ids of the rulebooks; a project may hold its own of the same ids.
MATERIALS: Final = ("exposure-materials", "ch-attenuation")
FACTORS: Final = ("exposure-factors", "ch-adaptive")

Loss = Annotated[float, Field(ge=0.0, le=60.0)]
Model = TypeVar("Model", bound=BaseModel)


class _MaterialFigures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    attenuation_db: dict[str, Loss]


class _Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    from_sub_arrays: int = Field(ge=1)
    factor: float = Field(gt=0.0, le=1.0)


class _FactorFigures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    adaptive: tuple[_Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> _FactorFigures:
        counts = [step.from_sub_arrays for step in self.adaptive]
        if counts != sorted(set(counts)) or counts[0] != 1:
            raise ValueError("from_sub_arrays must rise from 1")
        return self


@dataclass(frozen=True, slots=True)
class Attenuation:
    """How much a wall of a material takes away.

    Attributes:
        book: the rulebook.
        loss_db: by material (dB).
    """

    book: Rulebook
    loss_db: dict[str, float]

    @classmethod
    def from_rulebook(cls, book: Rulebook) -> Self:
        """Build the table from a rulebook of kind ``exposure-materials``.

        Raises:
            RulebookError: a figure is missing or impossible.
        """
        figures = _validated(_MaterialFigures, book)
        return cls(book, {_word(name): loss for name, loss in figures.attenuation_db.items()})

    def of(self, material: str | None) -> float | None:
        """Return the attenuation (dB) of a material; None where nobody can tell.

        Args:
            material: as the data say it; of several, parted by ``;``, the lowest holds, and one unknown is unknown.
        """
        words = [_word(name) for name in (material or "").split(";")]
        if any(word not in self.loss_db for word in words):
            return None
        return min(self.loss_db[word] for word in words)


@dataclass(frozen=True, slots=True)
class AdaptiveFactors:
    """By how much the actual maximum of an adaptive antenna is below the theoretical one.

    Attributes:
        book: the rulebook.
        steps: (number of sub-arrays from which it holds, factor), rising.
    """

    book: Rulebook
    steps: tuple[tuple[int, float], ...]

    @classmethod
    def from_rulebook(cls, book: Rulebook) -> Self:
        """Build the table from a rulebook of kind ``exposure-factors``.

        Raises:
            RulebookError: a figure is missing or impossible.
        """
        figures = _validated(_FactorFigures, book)
        return cls(book, tuple((step.from_sub_arrays, step.factor) for step in figures.adaptive))

    def of(self, sub_arrays: int | None) -> float:
        """Return the factor of an antenna with that many sub-arrays; 1 where nobody says how many."""
        if sub_arrays is None:
            return 1.0
        return next(factor for count, factor in reversed(self.steps) if sub_arrays >= count)


def _validated(model: type[Model], book: Rulebook) -> Model:
    try:
        return model.model_validate(book.figures)
    except ValidationError as err:
        where = f"rulebook {book.kind}/{book.id}"
        faults = [_fault(where, dict(e)) for e in err.errors()]
        raise RulebookError(faults) from err


def _fault(where: str, error: dict[str, Any]) -> Fault:
    return Fault(
        f"{where} {'.'.join(map(str, error['loc']))}".rstrip(), str(error["msg"]).removeprefix("Value error, ")
    )


def _word(text: str) -> str:
    """Return a material as the table spells it: lower case, with ``_`` for blanks and hyphens."""
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
