"""The words of a report: Fluent messages by key, and numbers written as the language writes them."""

from __future__ import annotations

from importlib import resources
from typing import Final

from aqdaq.base.errors import UsageError
from aqdaq.report.catalogue import Catalogue

_LOCALES: Final = resources.files("aqdaq.data") / "locales"


def languages() -> tuple[str, ...]:
    """Return the languages that reports can be written in, as codes, in order."""
    return tuple(sorted(file.name[:-4] for file in _LOCALES.iterdir() if file.name.endswith(".ftl")))


class Texts(Catalogue):
    """The messages of one language.

    Args:
        language: code such as ``"en"``.

    Raises:
        UsageError: there are no texts in that language; those there are stand in the message.
    """

    def __init__(self, language: str) -> None:
        known = languages()
        if language not in known:
            raise UsageError(f"no texts in language {language!r}; there are: {', '.join(known)}")
        super().__init__(language, _LOCALES / f"{language}.ftl")

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all messages of the language."""
        return frozenset(self.messages)
