"""What the page of a forecast is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.development import Development
from aqdaq.model.foresight import DateFigures, ForeseenMap, Foresight
from aqdaq.model.grid import Grid


@dataclass(frozen=True, slots=True)
class ForeseeContent:
    """A forecast.

    Attributes:
        project: its name.
        synthetic: whether it is made up.
        version: of the program.
        grid: where the maps lie.
        definitions: those that were judged.
        developments: planned on the first day.
        foresight: the result.
        maps: of each date and definition.
    """

    project: str
    synthetic: bool
    version: str
    grid: Grid
    definitions: Sequence[ServiceDefinition]
    developments: Sequence[Development]
    foresight: Foresight
    maps: Sequence[ForeseenMap]

    def figures(self, definition: str) -> list[DateFigures]:
        """Return the figures of a definition by date."""
        return [f for f in self.foresight.figures if f.definition == definition]

    def shown(self, definition: str) -> list[ForeseenMap]:
        """Return the maps of now, of the day on which most is in works, and of the last day; each once."""
        figures = self.figures(definition)
        between = figures[1:-1]
        most = max(between, key=lambda f: (f.in_works, -between.index(f))) if between else figures[0]
        days = dict.fromkeys((figures[0].date, most.date, figures[-1].date))
        return [m for day in days for m in self.maps if m.definition == definition and m.date == day]
