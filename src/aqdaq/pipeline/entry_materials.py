"""Materials of outer walls, in the words of the data, and the classes of buildings of ITU-R P.2109 they stand for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from aqdaq.base.errors import Fault, RulebookError
from aqdaq.base.rulebook import Rulebook, load_rulebook

#: Kind and id of the rulebook; a project may hold its own of the same id.
KIND: Final = "entry-classes"
RULEBOOK: Final = "p2109-materials"


class _Figures(BaseModel):
    """What a rulebook of kind ``entry-classes`` must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    traditional: tuple[str, ...]
    thermally_efficient: tuple[str, ...]

    @model_validator(mode="after")
    def _one_class_each(self) -> _Figures:
        both = {_word(name) for name in self.traditional} & {_word(name) for name in self.thermally_efficient}
        if both:
            raise ValueError(f"in both classes: {', '.join(sorted(both))}")
        return self


@dataclass(frozen=True, slots=True)
class Materials:
    """What a material says of the class of a building.

    Attributes:
        source: id of the rulebook.
        efficient: per material, whether it stands for a thermally efficient building, else a traditional one.
    """

    source: str
    efficient: dict[str, bool]

    @classmethod
    def from_rulebook(cls, book: Rulebook) -> Materials:
        """Build the table from a rulebook of kind ``entry-classes``.

        Raises:
            RulebookError: a list is missing, or a material stands in both.
        """
        try:
            figures = _Figures.model_validate(book.figures)
        except ValidationError as err:
            where = f"rulebook {KIND}/{book.id}"
            faults = [Fault(f"{where} {'.'.join(map(str, e['loc']))}".rstrip(), e["msg"]) for e in err.errors()]
            raise RulebookError(faults) from err
        words = {_word(name): False for name in figures.traditional}
        return cls(book.id, words | {_word(name): True for name in figures.thermally_efficient})

    def share(self, material: str | None) -> float | None:
        """Return the share of thermally efficient parts of an outer wall, 0..1; None where nobody can tell.

        Args:
            material: as the data say it; several, parted by ``;``, count alike, and unknown ones not at all.
        """
        known = [self.efficient[word] for word in map(_word, (material or "").split(";")) if word in self.efficient]
        return sum(known) / len(known) if known else None


def load_materials(date: dt.date, *folders: Path) -> Materials:
    """Return the table in force on a date.

    Args:
        date: of the run.
        folders: folders with rulebooks of the project.

    Raises:
        RulebookError: none is in force, or it is malformed.
    """
    return Materials.from_rulebook(load_rulebook(KIND, RULEBOOK, date, *folders))


def _word(text: str) -> str:
    """Return a material as the table spells it: lower case, with ``_`` for blanks and hyphens."""
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
