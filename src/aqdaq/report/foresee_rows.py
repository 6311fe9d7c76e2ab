"""The tables of a forecast: as files they hold every figure, on the page the ones that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import pandas as pd

from aqdaq.model.foresight import ChangeCause, Foresight, SpotChange

#: Columns of the tables that hold no probabilities.
TIMELINE: Final = (
    "date", "definition", "planned", "in_works", "finished", "white_spots", "area_m2", "people", "total_people",
    "small_areas", "small_area_m2", "small_people", "people_on_map", "newcomers", "newcomers_on_map", "newcomers_white",
    "floors_served", "floors_affected", "floors_unknown",
)  # fmt: skip
LAYERS: Final = ("date", "definition", "layer", "failing_m2", "failing_people", "unknown_m2")
CHANGES: Final = (
    "since", "date", "definition", "kind", "before", "after", "area_before_m2", "area_after_m2", "gained_m2", "lost_m2",
    "worse_m2", "people_before", "people_after", "newcomers", "failing_layers", "cause", "cause_kind", "cause_share",
    "cause_distance_m", "causes",
)  # fmt: skip
FLOORS: Final = (
    "date", "development", "state", "first_floor", "last_floor", "height_m", "layer", "level_dbm", "sd_db", "cell",
    "residents", "floors_assumed",
)  # fmt: skip
MASS: Final = (
    "kind", "date", "development", "site", "cell", "layer", "area_m2", "people", "mean_db", "most_db", "distance_m",
    "height_m", "density_w_m2", "limit_w_m2", "reach_m", "white_spot", "definition",
)  # fmt: skip


def timeline(found: Foresight) -> pd.DataFrame:
    """Return a row a date and definition."""
    return _frame([_plain(asdict(f)) for f in found.figures], TIMELINE)


def layers(found: Foresight) -> pd.DataFrame:
    """Return a row a date, definition and layer."""
    return _frame([_plain(asdict(f)) for f in found.layer_figures], LAYERS)


def changes(found: Foresight) -> pd.DataFrame:
    """Return a row a change of white spots, with the first of its causes and all of them in words."""
    return _frame([_change(c) for c in found.changes], CHANGES)


def floors(found: Foresight) -> pd.DataFrame:
    """Return a row a date, development, band of floors and layer, with a probability for each definition."""
    rows = []
    for f in found.floors:
        b = f.band
        row = {
            "date": f.date.isoformat(),
            "development": b.building,
            "state": f.state,
            "first_floor": b.first_floor,
            "last_floor": b.last_floor,
            "height_m": b.height_m,
            "layer": b.layer,
            "level_dbm": _round(b.level_dbm, 2),
            "sd_db": _round(b.sd_db, 2),
            "cell": b.cell,
            "residents": _round(b.residents, 2),
            "floors_assumed": b.assumed,
        }
        rows.append({**row, **{f"p_{d}": _round(b.probability.get(d), 4) for d in found.definitions}})
    return _frame(rows, (*FLOORS, *(f"p_{d}" for d in found.definitions)))


def mass(found: Foresight) -> pd.DataFrame:
    """Return what new mass does: shadows, antennas whose beam it enters, roofs; a row each, told apart by ``kind``."""
    rows = [{"kind": "shadow", **_plain(asdict(s))} for s in found.shadows]
    rows += [{"kind": "exposure", **_plain(asdict(e)), "cell": ";".join(e.cells)} for e in found.exposure]
    for roof in found.roofs:
        own = {
            "kind": "roof",
            "date": roof.since.isoformat(),
            "development": roof.development,
            "height_m": roof.height_m,
            "area_m2": _round(roof.area_m2, 1),
        }
        near = [
            {
                "white_spot": r.spot,
                "definition": r.definition,
                "distance_m": _round(r.distance_m, 1),
                "people": _round(r.people, 2),
            }
            for r in roof.reach
        ]
        rows += [{**own, **one} for one in near or [{}]]
    return _frame(rows, MASS)


def failing_layers(change: SpotChange) -> str:
    """Return the failing layers of a change with their area before and after (ha)."""
    return "; ".join(f"{c.layer} {c.before_m2 / 1e4:.2f} -> {c.after_m2 / 1e4:.2f} ha" for c in change.layers)


def main_cause(change: SpotChange) -> ChangeCause | None:
    """Return the cause to name: the first that makes most of it alone, else all developments together."""
    causes = change.causes or ()
    alone = [c for c in causes if c.kind != "developments"]
    together = [c for c in causes if c.kind == "developments"]
    if alone and (alone[0].share >= 0.5 or not together):
        return alone[0]
    return together[0] if together else None


def shortened(ids: str, most: int = 3) -> str:
    """Return the ids of a cause in a few words."""
    names = ids.split(";")
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _change(change: SpotChange) -> dict[str, Any]:
    row = _plain({name: getattr(change, name) for name in CHANGES if hasattr(change, name) and name != "causes"})
    cause = main_cause(change)
    return {
        **row,
        "before": ";".join(change.before),
        "after": ";".join(change.after),
        "failing_layers": failing_layers(change),
        "cause": None if cause is None else cause.id,
        "cause_kind": None if cause is None else cause.kind,
        "cause_share": None if cause is None else _round(cause.share, 4),
        "cause_distance_m": None if cause is None else _round(cause.distance_m, 1),
        "causes": None if change.causes is None else "; ".join(f"{c.id} {c.share:.0%}" for c in change.causes),
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return dates as text and figures with the decimals that mean something."""
    return {key: v.isoformat() if hasattr(v, "isoformat") else _round(v, 4) for key, v in row.items()}


def _round(value: Any, digits: int) -> Any:
    return round(value, digits) + 0.0 if isinstance(value, float) else value


def _frame(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame([{name: row.get(name) for name in columns} for row in rows], columns=list(columns))
