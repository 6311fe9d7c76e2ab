"""Messages of one language by key (Fluent), and numbers written as that language writes them."""

from __future__ import annotations

import math
from functools import cached_property
from importlib.resources.abc import Traversable

from babel.numbers import format_decimal
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import ast
from fluent.syntax.parser import FluentParser


class Catalogue:
    """The messages of one file.

    Args:
        language: code such as ``"en"``.
        file: its ``.ftl`` file.
    """

    def __init__(self, language: str, file: Traversable) -> None:
        self.language = language
        self._name = file.name
        self._source = file.read_text(encoding="utf-8")
        self._bundle = FluentBundle([language], use_isolating=False)
        self._bundle.add_resource(FluentResource(self._source))

    @cached_property
    def messages(self) -> dict[str, ast.Message]:
        """The messages of the language by key, as they were parsed."""
        body = FluentParser().parse(self._source).body
        return {entry.id.name: entry for entry in body if isinstance(entry, ast.Message)}

    def has(self, key: str) -> bool:
        """Return whether there is such a message."""
        return bool(self._bundle.has_message(key))

    def say(self, key: str, **args: str | int) -> str:
        """Return the message ``key`` with its arguments filled in.

        Args:
            key: as it stands in the ``.ftl`` file.
            args: text, or a whole number where the message chooses a plural by it.

        Raises:
            KeyError: no such message.
            ValueError: the message needs an argument that was not given.
        """
        if not self.has(key):
            raise KeyError(f"no message {key!r} in {self._name}")
        value = self._bundle.get_message(key).value
        if value is None:
            raise KeyError(f"message {key!r} in {self._name} has no text")
        text, errors = self._bundle.format_pattern(value, args)
        if errors:
            raise ValueError(f"message {key!r}: {'; '.join(map(str, errors))}")
        return str(text)

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return ``value`` with exactly ``digits`` decimals; a dash where there is no value."""
        if value is None or not math.isfinite(value):
            return "–"
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        # Adding zero turns a rounded minus zero into zero.
        return str(format_decimal(round(float(value), digits) + 0.0, format=pattern, locale=self.language))
