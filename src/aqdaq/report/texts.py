"""The words of a report: Fluent messages by key, and numbers written as the language writes them."""

from __future__ import annotations

import math
from functools import cached_property
from importlib import resources
from typing import Final

from babel.numbers import format_decimal
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import ast
from fluent.syntax.parser import FluentParser

from aqdaq.base.errors import UsageError

_LOCALES: Final = resources.files("aqdaq.data") / "locales"


def languages() -> tuple[str, ...]:
    """Return the languages that reports can be written in, as codes, in order."""
    return tuple(sorted(file.name[:-4] for file in _LOCALES.iterdir() if file.name.endswith(".ftl")))


class Texts:
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
        self.language = language
        self._source = (_LOCALES / f"{language}.ftl").read_text(encoding="utf-8")
        self._bundle = FluentBundle([language], use_isolating=False)
        self._bundle.add_resource(FluentResource(self._source))

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of all messages of the language."""
        body = FluentParser().parse(self._source).body
        return frozenset(entry.id.name for entry in body if isinstance(entry, ast.Message))

    def say(self, key: str, **args: str | int) -> str:
        """Return the message ``key`` with its arguments filled in.

        Args:
            key: as it stands in the ``.ftl`` file.
            args: text, or a whole number where the message chooses a plural by it.

        Raises:
            KeyError: no such message.
            ValueError: the message needs an argument that was not given.
        """
        if not self._bundle.has_message(key):
            raise KeyError(f"no message {key!r} in {self.language}.ftl")
        value = self._bundle.get_message(key).value
        if value is None:
            raise KeyError(f"message {key!r} in {self.language}.ftl has no text")
        text, errors = self._bundle.format_pattern(value, args)
        if errors:
            raise ValueError(f"message {key!r}: {'; '.join(map(str, errors))}")
        return str(text)

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return ``value`` with exactly ``digits`` decimals; a dash where there is no value."""
        if value is None or math.isnan(value):
            return "–"
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        # Adding zero turns a rounded minus zero into zero.
        return str(format_decimal(round(float(value), digits) + 0.0, format=pattern, locale=self.language))
