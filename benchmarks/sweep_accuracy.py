"""How far the sweep of a model lies from its exact form: `python benchmarks/sweep_accuracy.py [--json] [--model NAME]`.

Both compute every pixel of a map. The difference is that of sampling: the sweep shares radials, and between two of them
it sees what stands on the nearest. Prints a Markdown table, or one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, Final

import numpy as np

from aqdaq.engine.area_registry import area_model_names, get_area_model
from area_jobs import Task, load_models
from area_tables import count, table
from machine import machine, versions
from terrains import NAMES, Place, place

PERCENTS: Final = (50.0, 10.0)
QUANTILES: Final = (95.0, 99.0)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--model", default="p1812")
    parser.add_argument("--size", type=int, default=1000, help="rows and columns of a map")
    parser.add_argument("--terrain", nargs="+", default=list(NAMES), choices=NAMES)
    args = parser.parse_args()
    load_models()
    if args.model not in area_model_names() or get_area_model(args.model).sweep is None:
        raise SystemExit(
            f"{args.model}: no sweep is registered; area models: {', '.join(area_model_names()) or 'none'}"
        )
    entries = [
        {"terrain": name, "time_percent": percent, **difference(args.model, where, percent)}
        for name, where in ((name, place(name, args.size)) for name in args.terrain)
        for percent in PERCENTS
    ]
    result = {"benchmark": "sweep_accuracy", "model": args.model, "size": args.size, "terrains": entries}
    print(json.dumps({**result, "versions": versions(), "machine": machine()}) if args.json else as_table(entries))


def difference(model: str, where: Place, time_percent: float) -> dict[str, Any]:
    """Return how the sweep differs from exact over all pixels that both know (dB).

    Args:
        model: with both modes.
        where: terrain and transmitter.
        time_percent: share of time (%).
    """
    print(f"{model}, {where.ground_m.shape}, p = {time_percent:g} %", file=sys.stderr, flush=True)
    exact, sweep = (Task(model, mode, where, time_percent=time_percent)() for mode in ("exact", "sweep"))
    both = (exact.reason[0] == 0) & (sweep.reason[0] == 0)
    return {
        "pixels": int(both.size),
        "compared": int(both.sum()),
        "known_to_one": int(np.count_nonzero((exact.reason[0] == 0) != (sweep.reason[0] == 0))),
        **summary(sweep.loss_db[0][both].astype(np.float64) - exact.loss_db[0][both]),
    }


def summary(difference_db: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, float | None]:
    """Return mean, mean size, quantiles and largest size of (n,) differences (dB); None where there are none."""
    names = ("mean_db", "mean_abs_db", *(f"p{q:g}_abs_db" for q in QUANTILES), "max_abs_db")
    if not len(difference_db):
        return dict.fromkeys(names)
    size = np.abs(difference_db)
    figures = (difference_db.mean(), size.mean(), *np.percentile(size, QUANTILES), size.max())
    return {name: round(float(value), 4) for name, value in zip(names, figures, strict=True)}


def as_table(entries: list[dict[str, Any]]) -> str:
    """Return the differences as a Markdown table."""
    head = ("terrain", "p (%)", "pixels", "mean (dB)", "mean size (dB)", "95 % (dB)", "99 % (dB)", "largest (dB)")
    keys = ("mean_db", "mean_abs_db", "p95_abs_db", "p99_abs_db", "max_abs_db")
    return table(
        head,
        [
            (e["terrain"], f"{e['time_percent']:g}", count(e["compared"]), *(_db(e[key]) for key in keys))
            for e in entries
        ],
    )


def _db(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
