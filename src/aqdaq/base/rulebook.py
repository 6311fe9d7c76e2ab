"""Rulebooks: dated data files of rules from outside, found by kind, id and date.

A rulebook is one TOML file::

    id = "kz-4g-outdoor"
    kind = "service"                 # the folder it lies in
    title = "..."
    valid_from = 2025-01-01
    valid_to = 2026-12-31            # may be left out: still in force
    source = "where the rule stands"
    verified = false                 # true only when the text itself was read
    [figures]                        # what the kind needs

Several files may share an id with validity periods that do not overlap: the date of the run picks one.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from aqdaq.base.errors import Fault, RulebookError
from aqdaq.base.settings import settings


class Rulebook(BaseModel):
    """A dated file of rules from outside, with its source and whether the source was read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    title: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    source: str
    verified: bool
    notes: str = ""
    figures: dict[str, Any]

    @model_validator(mode="after")
    def _dates_in_order(self) -> Rulebook:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} is before valid_from {self.valid_from}")
        return self

    def in_force(self, date: dt.date) -> bool:
        """Return whether the rulebook is in force on ``date``, both ends included."""
        return self.valid_from <= date and (self.valid_to is None or date <= self.valid_to)


def load_rulebook(kind: str, rulebook_id: str, date: dt.date, *folders: Path) -> Rulebook:
    """Return the rulebook ``rulebook_id`` of ``kind`` that is in force on ``date``.

    Args:
        kind: the family, for example ``"service"``.
        rulebook_id: the id inside the file, not its name.
        date: the date of the run.
        folders: folders searched before those of the user and of the package (a project's own rulebooks).

    Raises:
        RulebookError: unknown id (the known ones are named), not in force, two in force, or malformed.
    """
    found = [book for book in list_rulebooks(kind, *folders) if book.id == rulebook_id]
    where = f"rulebook {kind}/{rulebook_id}"
    if not found:
        known = ", ".join(sorted({book.id for book in list_rulebooks(kind, *folders)})) or "none"
        raise RulebookError(Fault(where, "is not known", f"use one of: {known}"))
    in_force = [book for book in found if book.in_force(date)]
    if not in_force:
        periods = "; ".join(f"{book.valid_from} to {book.valid_to or 'further notice'}" for book in found)
        raise RulebookError(
            Fault(where, f"is not in force on {date} (it is from {periods})", "choose another --date or id")
        )
    if len(in_force) > 1:
        raise RulebookError(
            Fault(where, f"{len(in_force)} files are in force on {date}", "end one before the next begins")
        )
    return in_force[0]


def list_rulebooks(kind: str, *folders: Path) -> list[Rulebook]:
    """Return all rulebooks of ``kind``; a nearer folder hides the same id in a farther one."""
    books: dict[str, list[Rulebook]] = {}
    for root in _roots(*folders):
        here: dict[str, list[Rulebook]] = {}
        for book in _read_folder(root, kind):
            here.setdefault(book.id, []).append(book)
        for key, value in here.items():
            books.setdefault(key, value)
    return [book for key in sorted(books) for book in sorted(books[key], key=lambda b: b.valid_from)]


def read_rulebook(path: Path | Traversable) -> Rulebook:
    """Read one rulebook file.

    Raises:
        RulebookError: the file is not TOML, or a field is missing, unknown or of the wrong type.
    """
    try:
        return Rulebook.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
        raise RulebookError(Fault(path.name, f"cannot be read: {err}", "mend the TOML")) from err
    except ValidationError as err:
        faults = [
            Fault(f"{path.name} {'.'.join(map(str, e['loc']))}", e["msg"], "see docs/rulebooks.md")
            for e in err.errors()
        ]
        raise RulebookError(faults) from err


def _roots(*folders: Path) -> Iterator[Path | Traversable]:
    yield from folders
    user = settings().rulebooks
    if user is not None:
        yield user
    yield resources.files("aqdaq.data") / "rulebooks"


def _read_folder(root: Path | Traversable, kind: str) -> list[Rulebook]:
    if isinstance(root, Path):
        return _read_files(root / kind)
    return list(_packaged(kind))


@lru_cache(maxsize=16)
def _packaged(kind: str) -> tuple[Rulebook, ...]:
    return tuple(_read_files(resources.files("aqdaq.data") / "rulebooks" / kind))


def _read_files(folder: Path | Traversable) -> list[Rulebook]:
    if not folder.is_dir():
        return []
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    books = [read_rulebook(f) for f in files]
    for file, book in zip(files, books, strict=True):
        if book.kind != folder.name:
            raise RulebookError(
                Fault(f"{file.name} kind", f"{book.kind!r} lies in the folder {folder.name!r}", "move the file")
            )
    return books
