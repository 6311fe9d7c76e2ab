"""Whether forecasts of construction come true, in generated towns.

For each town: white spots are forecast for the end of each phase from a project that plans the buildings; then computed
from one in which they stand since their day. They must be the same, pixel by pixel and figure by figure. Then phones
measure in the town as it became, at places drawn at random in each white spot that was forecast:

* a white spot is **confirmed** for a layer where the share of measured places that the layer serves lies below the
  probability that the definition asks for; it is confirmed when every layer that was forecast to fail is;
* the **stated** probability of service there, its mean over the same places, is set beside the share that was measured.

    python benchmarks/foresee.py [--towns 20] [--json]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from aqdaq.analysis.whitespots import failing
from aqdaq.pipeline.foresee_states import read_on, state_on
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.state import State, state_at
from foresee_towns import MEASURED, NOW, PHASES, WORKS, Town, Truth, drive_before, levels_at, make_town, write_town
from machine import machine, versions

#: Places measured in each white spot, at most; white spots of fewer pixels than this are not judged.
PLACES: Final = 60
LEAST_PIXELS: Final = 10


@dataclass(frozen=True)
class Spot:
    """A forecast white spot under one layer: places measured, share served there, probability stated, confirmed."""

    spot: str
    layer: str
    new: bool
    places: int
    served: float
    stated: float
    confirmed: bool


def forecast(folder: Path) -> list[State]:
    """Return the states of a project now and at the end of each phase."""
    project, quiet = Project.open(folder), Reporter(quiet=True)
    states: list[State] = []
    for day in (NOW, *(p + WORKS for p in PHASES)):
        now, last = (states[0], states[-1]) if states else (None, None)
        states.append(state_on(project, read_on(project, day, (), NOW), now, last, quiet))
    return states


def same(forecast_: State, after: State) -> bool:
    """Return whether two states agree to the last bit: labels, white spots, levels, probabilities, people."""
    for key, found in forecast_.found.items():
        other = after.found[key]
        if not np.array_equal(found.labels, other.labels) or found.small != other.small:
            return False
        if [replace(s, geometry=None) for s in found.spots] != [replace(s, geometry=None) for s in other.spots]:  # type: ignore[arg-type]
            return False
    for a, b in zip(forecast_.coverage, after.coverage, strict=True):
        pairs = [(a.mean_dbm, b.mean_dbm), (a.sd_db, b.sd_db), (a.evidence, b.evidence)]
        pairs += [(a.probability[d], b.probability[d]) for d in a.definitions]
        if not all(np.array_equal(x, y, equal_nan=True) for x, y in pairs):
            return False
    return True


def measured(town: Town, now: State, last: State, truth: Truth) -> list[Spot]:
    """Return what phones find in the white spots that were forecast for the last day."""
    rng = np.random.default_rng((41, town.seed))
    grid, out = last.inputs.grid, []
    x, y = grid.centres()
    for definition in last.inputs.definitions:
        found, before = last.found[definition.id], now.found[definition.id].labels > 0
        for coverage in last.coverage:
            fails, p = failing(coverage, definition), coverage.probability[definition.id]
            for spot in found.spots:
                inside = (found.labels == spot.rank) & fails
                rows, cols = np.nonzero(inside)
                if len(rows) < LEAST_PIXELS:
                    continue
                some = rng.permutation(len(rows))[:PLACES]
                at = x[cols[some]], y[rows[some]]
                levels = levels_at(last.predictor, *at)
                own = [truth.level_dbm(c, levels[c], *at) for c in coverage.cells]
                best = np.max(np.where(np.isfinite(own), own, -np.inf), axis=0)
                served = float(np.mean(best >= definition.threshold_dbm[coverage.layer.technology]))
                stated = float(p[rows[some], cols[some]].mean())
                new = not (before & (found.labels == spot.rank)).any()
                out.append(
                    Spot(spot.id, str(coverage.layer), new, len(some), served, stated, served < definition.bound)
                )
    return out


def one_town(seed: int, folder: Path) -> dict[str, Any]:
    """Return what came of the forecast of one town."""
    begin = time.perf_counter()
    town = make_town(seed)
    empty = write_town(town, folder / "empty", built=False)
    state = state_at(Project.open(empty), MEASURED, Reporter(quiet=True))
    truth = Truth(town, [c for c, *_ in town.cells])
    rows = drive_before(town, state, truth)
    states = forecast(write_town(town, folder / "planned", built=False, rows=rows))
    stands, quiet = Project.open(write_town(town, folder / "built", built=True, rows=rows)), Reporter(quiet=True)
    after = [state_at(stands, s.date, quiet) for s in states]
    spots = measured(town, states[0], states[-1], truth)
    by_spot: dict[str, bool] = {}
    for s in spots:
        by_spot[s.spot] = by_spot.get(s.spot, True) and s.confirmed
    return {
        "seed": seed,
        "rows": len(rows),
        "planned": len(town.planned),
        "white_spots": [len(s.found["kz-4g-outdoor"].spots) for s in states],
        "identical": [same(a, b) for a, b in zip(states, after, strict=True)],
        "judged": len(by_spot),
        "confirmed": sum(by_spot.values()),
        "places": sum(s.places for s in spots),
        "served": sum(s.served * s.places for s in spots),
        "stated": sum(s.stated * s.places for s in spots),
        "new_judged": len({s.spot for s in spots if s.new}),
        "new_confirmed": sum(by_spot[key] for key in {s.spot for s in spots if s.new}),
        "wall_s": round(time.perf_counter() - begin, 1),
    }


def summed(towns: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of all towns together."""
    judged, places = sum(t["judged"] for t in towns), sum(t["places"] for t in towns)
    new = sum(t["new_judged"] for t in towns)
    return {
        "towns": len(towns),
        "days": sum(len(t["identical"]) for t in towns),
        "days_identical": sum(sum(t["identical"]) for t in towns),
        "white_spots_judged": judged,
        "confirmed_share": round(sum(t["confirmed"] for t in towns) / judged, 4) if judged else None,
        "new_white_spots_judged": new,
        "new_confirmed_share": round(sum(t["new_confirmed"] for t in towns) / new, 4) if new else None,
        "places": places,
        "served_share": round(sum(t["served"] for t in towns) / places, 4) if places else None,
        "stated_probability": round(sum(t["stated"] for t in towns) / places, 4) if places else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--towns", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    towns = []
    for seed in range(1, asked.towns + 1):
        with tempfile.TemporaryDirectory() as folder:
            towns.append(one_town(seed, Path(folder)))
    found = {"summary": summed(towns), "towns": towns, "versions": versions(), "machine": machine()}
    if asked.json:
        print(json.dumps(found, indent=1))
        return
    for t in towns:
        new = f"(new: {t['new_confirmed']} of {t['new_judged']})"
        told = f"identical {all(t['identical'])}, confirmed {t['confirmed']} of {t['judged']} {new}"
        print(f"town {t['seed']:2d}: white spots {t['white_spots']}, {told}, {t['wall_s']} s")
    for key, value in found["summary"].items():
        print(f"{key}: {value}")


if __name__ == "__main__":
    main()
