"""A forecast in a few lines, for the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aqdaq.model.foresight import DateFigures
from aqdaq.pipeline.foresee import Forecast
from aqdaq.report.foresee_rows import main_cause, shortened


def words(forecast: Forecast) -> Iterator[str]:
    """Yield a line a date and definition, the changes, the causes that make most worse, and what new mass does."""
    found = forecast.foresight
    if forecast.project.config.project.synthetic:
        yield "SYNTHETIC: not a real place or network"
    for note in found.notes:
        yield f"Note: {note}"
    for definition in found.definitions:
        yield f"{definition}:"
        for f in found.figures:
            if f.definition == definition:
                yield f"  {f.date}: {_figures(f)}"
        own = [c for c in found.changes if c.definition == definition and c.kind != "unchanged"]
        kinds = Counter(c.kind for c in own)
        if kinds:
            yield f"  changes: {', '.join(f'{kind} {kinds[kind]}' for kind in sorted(kinds))}"
        for c in sorted(own, key=lambda c: -c.worse_m2)[:3]:
            cause = main_cause(c)
            if cause is not None:
                where = ", ".join(c.after)
                worse = f"{cause.share:.0%} of {c.worse_m2 / 1e4:.1f} ha worse ({where})"
                yield f"  {c.date}: {shortened(cause.id)}: {worse}"
    shadowed = len({s.cell for s in found.shadows})
    flagged = len({(e.development, e.site) for e in found.exposure})
    yield (
        f"New mass: shadows {_count(shadowed, 'cell')}, enters the beams of {_count(flagged, 'site')} "
        f"(screening only), offers {_count(len(found.roofs), 'roof')}"
    )


def _figures(f: DateFigures) -> str:
    people = "" if f.people is None else f", {f.people:.0f} people affected"
    new = f" ({f.newcomers_white:.0f} of them in new buildings)" if f.newcomers_white else ""
    floors = f"; new residents by floors: {f.floors_served:.0f} served, {f.floors_affected:.0f} not"
    unknown = f", {f.floors_unknown:.0f} unknown" if f.floors_unknown else ""
    lived = f"{floors}{unknown}" if f.newcomers else ""
    return f"{_count(f.white_spots, 'white spot')}, {f.area_m2 / 1e4:.1f} ha{people}{new}{lived}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
