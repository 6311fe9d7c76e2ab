"""Which limits a project compares exposure with, and what practice says beside them, on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from aqdaq.base.rulebook import list_rulebooks, load_rulebook
from aqdaq.model.exposure_limit import KIND, ExposureLimit
from aqdaq.model.exposure_practice import FACTORS, MATERIALS, AdaptiveFactors, Attenuation
from aqdaq.pipeline.project import Project

#: Limits that are compared with when nobody says which.
USUAL: Final = ("kz", "icnirp2020")


def load_limits(project: Project, ids: Sequence[str], date: dt.date) -> tuple[ExposureLimit, ...]:
    """Return limits by their ids; one whose time is over is returned too, and says so.

    Args:
        project: its own rulebooks come first.
        ids: of rulebooks of kind ``exposure``, in order; repeats count once.
        date: for which they are used.

    Raises:
        RulebookError: an id is not known, not yet in force, or a rulebook is malformed.
    """
    return tuple(_one(project, limit_id, date) for limit_id in dict.fromkeys(ids))


def known_limits(project: Project) -> tuple[str, ...]:
    """Return the ids of all limits that a project can compare with, in order."""
    return tuple(dict.fromkeys(book.id for book in list_rulebooks(KIND, _folder(project))))


def load_practice(project: Project, date: dt.date) -> tuple[Attenuation, AdaptiveFactors]:
    """Return the attenuation of materials and the factors of adaptive antennas in force on a day.

    Raises:
        RulebookError: none is in force, or it is malformed.
    """
    folder = _folder(project)
    return (
        Attenuation.from_rulebook(load_rulebook(*MATERIALS, date, folder)),
        AdaptiveFactors.from_rulebook(load_rulebook(*FACTORS, date, folder)),
    )


def _one(project: Project, limit_id: str, date: dt.date) -> ExposureLimit:
    books = [book for book in list_rulebooks(KIND, _folder(project)) if book.id == limit_id]
    over = [book for book in books if book.valid_to is not None and book.valid_to < date]
    if over and not any(book.in_force(date) for book in books):
        return ExposureLimit.from_rulebook(over[-1], date)
    return ExposureLimit.from_rulebook(load_rulebook(KIND, limit_id, date, _folder(project)), date)


def _folder(project: Project) -> Path:
    return project.folder / "data" / "rulebooks"
