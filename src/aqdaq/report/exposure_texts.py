"""The words of the evidence pack in Kazakh, Russian and English, and numbers as each language writes them."""

from __future__ import annotations

import datetime as dt
import math
from functools import cached_property
from importlib import resources
from typing import Final

from babel.numbers import format_decimal
from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import ast
from fluent.syntax.parser import FluentParser

from aqdaq.base.errors import UsageError
from aqdaq.model.exposure_limit import ExposureLimit

#: The languages of a pack.
LANGUAGES: Final = ("kk", "ru", "en")

_FOLDER: Final = resources.files("aqdaq.data") / "locales" / "exposure"
#: Below this a number says only that it is smaller.
_LEAST: Final = 1e-4
_DIGITS: Final = 4


class ExposureTexts:
    """The words of one language.

    Args:
        language: ``kk``, ``ru`` or ``en``.

    Raises:
        UsageError: another language.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise UsageError(f"no evidence pack in language {language!r}; there are: {', '.join(LANGUAGES)}")
        self.language = language
        self._source = (_FOLDER / f"{language}.ftl").read_text(encoding="utf-8")
        self._bundle = FluentBundle([language], use_isolating=False)
        self._bundle.add_resource(FluentResource(self._source))

    @cached_property
    def messages(self) -> dict[str, ast.Message]:
        """The messages of the language by key, as they were parsed."""
        body = FluentParser().parse(self._source).body
        return {entry.id.name: entry for entry in body if isinstance(entry, ast.Message)}

    def say(self, key: str, **args: str) -> str:
        """Return the message ``key`` with its arguments filled in.

        Raises:
            KeyError: no such message.
            ValueError: an argument is missing.
        """
        if not self._bundle.has_message(key):
            raise KeyError(f"no message {key!r} in exposure/{self.language}.ftl")
        value = self._bundle.get_message(key).value
        assert value is not None
        text, errors = self._bundle.format_pattern(value, args)
        if errors:
            raise ValueError(f"message {key!r}: {'; '.join(map(str, errors))}")
        return str(text)

    def limit(self, limit: ExposureLimit) -> str:
        """Return the short name of a limit; a rulebook that the language does not know keeps its own title."""
        key = f"limit-{limit.id}"
        return self.say(key) if self._bundle.has_message(key) else limit.title

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number with so many decimals; a dash where there is none."""
        if value is None or not math.isfinite(value):
            return "–"
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return str(format_decimal(round(float(value), digits) + 0.0, format=pattern, locale=self.language))

    def figure(self, value: float | None) -> str:
        """Return a figure with three significant digits, at most four decimals; a dash where it is unknown.

        Around a hundred two decimals tell what is above a limit from what is below it.
        """
        if value is None or not math.isfinite(value):
            return "–"
        if 0.0 < value < _LEAST:
            return f"< {self.number(_LEAST, _DIGITS)}"
        if value == 0.0:
            return self.number(0.0)
        digits = min(max(2 - math.floor(math.log10(value) + 1e-12), 0), _DIGITS)
        return self.number(value, max(digits, 2) if 99.0 < value < 101.0 else digits)

    def percent(self, ratio: float | None) -> str:
        """Return a ratio in per cent, without the sign."""
        return self.figure(None if ratio is None else 100.0 * ratio)

    def day(self, day: dt.date) -> str:
        """Return a day as the language writes it in figures."""
        return day.isoformat() if self.language == "en" else day.strftime("%d.%m.%Y")

    def listed(self, names: list[str] | tuple[str, ...], most: int = 40) -> str:
        """Return names side by side; of very many the first ones, and how many more."""
        more = [f"... +{len(names) - most}"] if len(names) > most else []
        return self.say("separator").join([*names[:most], *more])
