"""The words of the evidence pack in Kazakh, Russian and English, and numbers as each language writes them."""

from __future__ import annotations

import datetime as dt
import math
from importlib import resources
from typing import Final

from aqdaq.base.errors import UsageError
from aqdaq.model.exposure_limit import ExposureLimit
from aqdaq.report.catalogue import Catalogue

#: The languages of a pack.
LANGUAGES: Final = ("kk", "ru", "en")

_FOLDER: Final = resources.files("aqdaq.data") / "locales" / "exposure"
#: Below this a number says only that it is smaller.
_LEAST: Final = 1e-4
_DIGITS: Final = 4


class ExposureTexts(Catalogue):
    """The words of one language.

    Args:
        language: ``kk``, ``ru`` or ``en``.

    Raises:
        UsageError: another language.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise UsageError(f"no evidence pack in language {language!r}; there are: {', '.join(LANGUAGES)}")
        super().__init__(language, _FOLDER / f"{language}.ftl")

    def limit(self, limit: ExposureLimit) -> str:
        """Return the short name of a limit; a rulebook that the language does not know keeps its own title."""
        key = f"limit-{limit.id}"
        return self.say(key) if self.has(key) else limit.title

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
