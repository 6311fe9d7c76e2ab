"""Speed and memory of area coverage: `python benchmarks/area_coverage.py [--json] [--quick] [--size N] [--only ...]`.

Prints one JSON object (``--json``) or tables. Every figure comes from a process of its own, on one thread. Points per
CPU-second: receivers whose loss is known, by the fastest of some calls after a warm-up; ``spread`` says how much longer
the slowest call took. Nothing else heavy may run beside it. docs/benchmarks.md says what each key means.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final

from children import JobFailedError, run_job
from machine import machine, versions

SCRIPT: Final = Path(__file__).resolve()
#: The model of the headline, the terrains and the shares of time it is measured at.
MAIN: Final = "p1812"
TERRAINS: Final = ("hills", "mountains", "worst")
PERCENTS: Final = (50.0, 10.0, 1.0)
SMALL: Final = 300
#: Pixels of 5 m along a side of the sample city.
CITY_SIZE: Final = 800
MODES: Final = ("sweep", "exact")
#: Models that are asked for by name, so that it shows when one is missing.
EXPECTED: Final = (MAIN, "urban_surface", "delta_bullington")
PEER: Final = "pycraf.pathprof.atten_map_fast"
#: Every so many rows of the full map, where all of it would take too long.
EXACT_STRIDE: Final = 10
PEER_STRIDE: Final = 8
PEER_PERCENTS: Final = (50.0, 10.0)
#: The peer is measured at our step and at its own: it takes three samples to a pixel.
PEER_STEPS_M: Final = {"same_step": 30.0, "own_step": 10.0}
#: What runs may be chosen from beside the names of models.
PARTS: Final = ("peer", "threads", "start")
ONE_THREAD: Final = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

Job = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure.

    Attributes:
        size: rows and columns of the full map.
        quick: one repeat, and only one share of time and one size.
        only: names of models and of ``PARTS``; empty for all.
    """

    size: int = 1000
    quick: bool = False
    only: tuple[str, ...] = ()

    @property
    def repeats(self) -> int:
        """How often a call is timed."""
        return 1 if self.quick else 3

    @property
    def percents(self) -> tuple[float, ...]:
        """Shares of time."""
        return PERCENTS[:1] if self.quick else PERCENTS

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sizes of the maps, without repetition."""
        return (self.size,) if self.quick or self.size <= SMALL else (self.size, SMALL)

    def wants(self, name: str) -> bool:
        """Return whether a model or part was asked for."""
        return not self.only or name in self.only


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--size", type=int, default=1000, help="rows and columns of the full map")
    parser.add_argument("--quick", action="store_true", help="each call once, p = 50 %% only")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help=f"models, or {', '.join(PARTS)}")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        job = {**json.loads(args.job), "began_s": time.perf_counter()}
        from area_jobs import JOBS

        print(json.dumps(JOBS[job["kind"]](job)))
        return
    result = run(Options(args.size, args.quick, tuple(args.only)))
    if args.json:
        print(json.dumps(result))
    else:
        from area_tables import as_text

        print(as_text(result))


def run(options: Options) -> dict[str, Any]:
    """Return all figures."""
    before = machine()  # the load of the machine is that before the first job
    models: dict[str, bool] = run_job(SCRIPT, {"kind": "registered"})["models"]
    peers, no_peer = _peers(options)
    entries, skipped = _areas(options, models)
    for entry in entries:
        entry.update(_beside_peer(entry, peers))
    threads, start = _extras(options, models, skipped)
    return {
        "benchmark": "area_coverage",
        "size": options.size,
        "quick": options.quick,
        "registered": models,
        "models": entries,
        "peer": peers or None,
        "peer_missing": no_peer,
        "threads": threads,
        "start": start,
        "skipped": skipped,
        "versions": versions(),
        "machine": before,
    }


def _areas(options: Options, models: dict[str, bool]) -> tuple[list[Job], list[Job]]:
    """Return the figures of all models and modes, and what was left out and why."""
    entries: list[Job] = []
    skipped = [
        {"model": name, "mode": None, "reason": "not registered as an area model"}
        for name in dict.fromkeys((*EXPECTED, *options.only))
        if name not in models and name not in PARTS and options.wants(name)
    ]
    for job in _area_jobs(options, models):
        _say(f"{job['model']} {job['mode']}, {job['terrain']}, {job['size']}, p = {job['time_percent']:g} %")
        try:
            entries.append(_with_rate({**job, **run_job(SCRIPT, job, env=ONE_THREAD)}))
        except JobFailedError as err:
            skipped.append({**{k: job[k] for k in ("model", "mode", "terrain", "size")}, "reason": str(err)})
    return entries, skipped


def _area_jobs(options: Options, models: dict[str, bool]) -> Iterator[Job]:
    """Yield the jobs: the main model on open terrain, all others in the city."""
    for name, has_sweep in models.items():
        if not options.wants(name):
            continue
        for mode in MODES if has_sweep else MODES[1:]:
            for terrain, size, percent in _cases(options, name):
                stride = EXACT_STRIDE if mode == "exact" and size > SMALL else 1
                yield _job("area", name, mode, terrain, size, percent, stride, options.repeats)


def _cases(options: Options, name: str) -> Iterator[tuple[str, int, float]]:
    if name != MAIN:
        yield "city", min(options.size, CITY_SIZE), PERCENTS[0]
        return
    for size in options.sizes:
        for terrain in TERRAINS:
            for percent in options.percents:
                yield terrain, size, percent


def _job(kind: str, model: str, mode: str, terrain: str, size: int, percent: float, stride: int, repeats: int) -> Job:
    return {
        "kind": kind,
        "model": model,
        "mode": mode,
        "terrain": terrain,
        "size": size,
        "time_percent": percent,
        "stride": stride,
        "repeats": repeats,
    }


def _with_rate(entry: Job) -> Job:
    """Return a figure with points per CPU-second by its fastest call, and how much longer the slowest took."""
    best, worst = min(entry["cpu_s"]), max(entry["cpu_s"])
    rate = round(entry["points"] / best) if best > 0.0 and entry["points"] else None
    spread = round(worst / best - 1.0, 3) if best > 0.0 else None
    plain = {key: value for key, value in entry.items() if key not in ("kind", "repeats")}
    return {**plain, "cpu_s": [round(s, 4) for s in entry["cpu_s"]], "points_per_cpu_s": rate, "spread": spread}


def _peers(options: Options) -> tuple[list[Job], str | None]:
    """Return the figures of the peer, or none and why."""
    if not options.wants("peer"):
        return [], "not asked for"
    missing = [name for name in ("pycraf", "astropy") if importlib.util.find_spec(name) is None]
    if missing:
        return [], f"not installed: {', '.join(missing)}; see requirements/benchmark.txt"
    found: list[Job] = []
    for step, percent, size in product(PEER_STEPS_M, PEER_PERCENTS[: 1 if options.quick else None], options.sizes):
        stride = PEER_STRIDE if size > SMALL else 1
        job = _job("peer", PEER, "kernel", "hills", size, percent, stride, options.repeats)
        _say(f"peer, {step}, hills, {size}, p = {percent:g} %")
        try:
            ran = run_job(SCRIPT, {**job, "step_m": PEER_STEPS_M[step]}, env=ONE_THREAD)
        except JobFailedError as err:
            return found, str(err)
        found.append({"sampling": step, **_with_rate({**job, **ran})})
    return found, None


def _beside_peer(entry: Job, peers: list[Job]) -> Job:
    """Return the peer on the same terrain, size and share of time, and the ratios; None where there is none."""
    same = ("terrain", "size", "time_percent")
    rates = {p["sampling"]: p["points_per_cpu_s"] for p in peers if all(p[k] == entry[k] for k in same)}
    out: Job = {}
    for step in PEER_STEPS_M:
        rate, own = rates.get(step), entry["points_per_cpu_s"]
        out[f"peer_{step}_points_per_cpu_s"] = rate
        out[f"ratio_to_peer_{step}"] = round(own / rate, 2) if rate and own else None
    return out


def _extras(options: Options, models: dict[str, bool], skipped: list[Job]) -> tuple[list[Job], list[Job]]:
    """Return two threads against one, and cold and cached starts, of the main model or of the first one asked for."""
    name = next((n for n in (MAIN, *models) if n in models and options.wants(n)), None)
    asked = [part for part in PARTS[1:] if options.wants(part)]
    if name is None:
        skipped += [{"model": None, "mode": None, "reason": f"{part}: no area model to measure"} for part in asked]
        return [], []
    modes = MODES if models[name] else MODES[1:]
    threads: list[Job] = []
    start: list[Job] = []
    for mode in modes:
        try:
            if "threads" in asked:
                threads.append(_threads(options, name, mode))
            if "start" in asked:
                start.append(_start(name, mode))
        except JobFailedError as err:
            skipped.append({"model": name, "mode": mode, "reason": str(err)})
    return threads, start


def _threads(options: Options, name: str, mode: str) -> Job:
    size = options.size if name == MAIN else min(options.size, CITY_SIZE)
    stride = EXACT_STRIDE // 2 if mode == "exact" and size > SMALL else 1
    job = _job("threads", name, mode, _terrain(name), size, 50.0, stride, options.repeats)
    _say(f"{name} {mode}, two threads against one")
    found = run_job(SCRIPT, job, env={"NUMBA_NUM_THREADS": "2"})
    one, two = min(found["wall_1_s"]), min(found["wall_2_s"])
    return {
        **{key: job[key] for key in ("model", "mode", "terrain", "size", "stride")},
        "wall_1_s": [round(s, 4) for s in found["wall_1_s"]],
        "wall_2_s": [round(s, 4) for s in found["wall_2_s"]],
        "speedup": round(one / two, 3),
    }


def _start(name: str, mode: str) -> Job:
    """Return the first call with an empty kernel cache and in the next process, with that cache."""
    job = _job("start", name, mode, _terrain(name), 40, 50.0, 1, 1)
    _say(f"{name} {mode}, cold and cached start")
    with tempfile.TemporaryDirectory(prefix="aqdaq-bench-") as cache:
        env = {"XDG_CACHE_HOME": cache, "NUMBA_CACHE_DIR": ""}
        cold, cached = (run_job(SCRIPT, job, env=env) for _ in range(2))
    return {"model": name, "mode": mode, "cold": cold, "cached": cached}


def _terrain(name: str) -> str:
    return "hills" if name == MAIN else "city"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
