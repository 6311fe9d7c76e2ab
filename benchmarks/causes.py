"""Causes of white spots: how long they take, and whether they find what was planted.

    python benchmarks/causes.py [--towns 20] [--first 0] [--spots 50] [--part time|truth|all] [--json]

``time``: causes of so many white spots of the sample city, nine factors, three layers (the LTE of three operators);
where it has fewer, the largest are cut in two.
``truth``: towns in which one cause was planted, ``--towns`` of each kind; how often its factor has the largest share.
The service definition of a town is such that all but two in a hundred of its pixels are served before; judged is the
largest white spot of which at least four fifths are served before, and towns are drawn until there is one.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.whitespots import WhiteSpotsFound
from aqdaq.model.cause import FACTORS, SpotCauses
from aqdaq.model.project import CausesSection
from aqdaq.pipeline.causes import explain
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.sample import write_sample
from aqdaq.pipeline.state import State, state_at
from cause_town_files import write_town
from cause_towns import DATE, KINDS, Town, make_town, plant
from machine import machine, versions

#: So much of a white spot must be served without what was planted.
SERVED_WITHOUT: Final = 0.8
#: Share of the pixels of a town that are not served before anything is planted.
UNSERVED_PERCENT: Final = 2.0
#: Quantile of the probability of 90 % that the towns' definition asks for.
_Z90: Final = 1.2816
#: Towns that are drawn for one in which the planted cause opens a white spot.
DRAWS: Final = 20


@dataclass(frozen=True)
class Case:
    """One town with one planted cause.

    Attributes:
        kind: what was planted.
        seed: of the town.
        drawn: towns until it opened a white spot.
        causes: of the largest white spot that is not there without it.
    """

    kind: str
    seed: int
    drawn: int
    causes: SpotCauses

    @property
    def found(self) -> str:
        """The factor with the largest share."""
        return self.causes.main.factor if self.causes.main is not None else "none"

    @property
    def right(self) -> bool:
        """Whether that is the planted one."""
        return self.found == KINDS[self.kind]


def planted_case(kind: str, seed: int, folder: Path) -> Case:
    """Return the causes in a town with a planted cause; towns are drawn until it opens a white spot."""
    rng = np.random.default_rng([sorted(KINDS).index(kind), seed])
    for drawn in range(1, DRAWS + 1):
        before, after = plant(make_town(rng), kind, rng)
        found = _opened(before, after, folder / f"{kind}-{seed}-{drawn}")
        if found is not None:
            return Case(kind, seed, drawn, found)
    raise RuntimeError(f"{kind} {seed}: no white spot in {DRAWS} towns")


def _opened(before: Town, after: Town, folder: Path) -> SpotCauses | None:
    write_town(before, folder / "before", threshold_dbm=-110.0)
    state = _state(folder / "before")
    level = state.coverage[0].mean_dbm
    least = float(np.nanpercentile(level, UNSERVED_PERCENT))
    write_town(after, folder / "after", threshold_dbm=least - _Z90 * float(np.nanmedian(state.coverage[0].sd_db)))
    served = level > least
    state = _state(folder / "after")
    rank = _spot(state, served)
    if rank is None:
        return None
    with Reporter(folder / "causes.log", quiet=True) as reporter:
        told = explain(CausesSection(most=rank), state, reporter)
    return next((one for one in told if one.rank == rank), None)


def _state(folder: Path) -> State:
    with Reporter(folder / "state.log", quiet=True) as reporter:
        return state_at(Project.open(folder), DATE, reporter)


def _spot(state: State, served: NDArray[np.bool_]) -> int | None:
    """Return the rank of the largest white spot that is served without what was planted; None: there is none."""
    found = state.found[state.inputs.definitions[0].id]
    for spot in sorted(found.spots, key=lambda one: -one.area_m2):
        inside = found.labels == spot.rank
        if served[inside].mean() >= SERVED_WITHOUT:
            return spot.rank
    return None


def truth(kinds: Sequence[str], seeds: Iterable[int]) -> Iterator[Case]:
    """Yield the towns of these kinds and seeds."""
    for kind, seed in itertools.product(kinds, list(seeds)):
        with tempfile.TemporaryDirectory() as folder:
            case = planted_case(kind, seed, Path(folder))
        yield case


def confusion(cases: list[Case]) -> dict[str, dict[str, int]]:
    """Return per planted kind how often each factor had the largest share."""
    return {
        kind: {f: n for f in (*FACTORS, "none") if (n := sum(c.kind == kind and c.found == f for c in cases))}
        for kind in KINDS
    }


def measure_time(spots: int) -> dict[str, Any]:
    """Return how long the causes of the white spots of the sample city take, and how well the shares add up."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_sample(folder / "city", seed=1)
        with Reporter(folder / "state.log", quiet=True) as reporter:
            state = state_at(Project.open(folder / "city"), DATE, reporter)
            explain(CausesSection(most=1), state, reporter)  # compiles
            state = _split(_of_lte(state), spots)
            wall, cpu = time.perf_counter(), time.process_time()
            told = explain(CausesSection(most=spots), state, reporter)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "white_spots": len({one.spot for one in told}),
        "layers": len({one.layer for one in told}),
        "explained": len(told),
        "factors": len(FACTORS),
        "wall_s": round(wall, 2),
        "cpu_s": round(cpu, 2),
        "largest_error_of_a_sum_db": max(abs(sum(s.part_db for s in one.shares) - one.deficit_db) for one in told),
        "main_causes": dict(Counter(one.main.factor if one.main else "none" for one in told).most_common()),
        "remedies": dict(Counter(one.remedies[0][0] for one in told).most_common()),
    }


def _of_lte(state: State) -> State:
    """Return a state that judges the LTE of the three operators alone."""
    definition = next(d for d in state.inputs.definitions if "LTE" in d.threshold_dbm)
    return replace(state, inputs=replace(state.inputs, definitions=(definition,)))


def _split(state: State, spots: int) -> State:
    """Return a state with so many white spots: the largest are cut in two by a line until there are enough."""
    definition = state.inputs.definitions[0]
    found = state.found[definition.id]
    labels, number = found.labels.copy(), len(found.spots)
    told = {spot.rank: spot for spot in found.spots}
    while len(told) < spots:
        rank = int(np.bincount(labels[labels > 0]).argmax())
        cols = np.nonzero(labels == rank)[1]
        number += 1
        labels[(labels == rank) & (np.arange(labels.shape[1]) > np.median(cols))] = number
        told[number] = replace(told[rank], rank=number, id=f"{told[rank].id}-{number}")
    cut = WhiteSpotsFound(tuple(told[rank] for rank in sorted(told)), labels, found.small)
    return replace(state, found={definition.id: cut})


def _shown(case: Case) -> str:
    shares = ", ".join(f"{s.factor} {s.share:.2f}" for s in case.causes.ordered[:4])
    mark = "  " if case.right else "!!"
    return f"{case.kind:9} {case.seed:3} {mark} {case.causes.deficit_db:5.1f} dB  {shares} (town {case.drawn})"


def _table(matrix: dict[str, dict[str, int]]) -> str:
    columns = [f for f in (*FACTORS, "none") if any(f in row for row in matrix.values())]
    lines = [f"{'planted':10}" + "".join(f"{name:>15}" for name in columns)]
    lines += [f"{kind:10}" + "".join(f"{row.get(name, 0):15}" for name in columns) for kind, row in matrix.items()]
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--towns", type=int, default=20, help="of each kind")
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--spots", type=int, default=50)
    parser.add_argument("--part", choices=("time", "truth", "all"), default="all")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main() -> None:
    args = _arguments()
    result: dict[str, Any] = {"versions": versions(), "machine": machine()}
    if args.part != "truth":
        result["time"] = measure_time(args.spots)
        if not args.json:
            print(json.dumps(result["time"], indent=1))
    if args.part != "time":
        cases = []
        for case in truth(args.kinds.split(","), range(args.first, args.first + args.towns)):
            cases.append(case)
            if not args.json:
                print(_shown(case), flush=True)
        right = sum(case.right for case in cases)
        result["truth"] = {"right": right, "towns": len(cases), "confusion": confusion(cases)}
        if not args.json:
            print(f"{right} of {len(cases)}\n{_table(result['truth']['confusion'])}")
    if args.json:
        print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
