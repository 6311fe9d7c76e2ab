"""Route planner against random routes of the same length on sample cities.

    python benchmarks/measure_next.py [--seeds 20] [--first 0] [--length-km 10] [--known-km 15] [--json]

For each seed: a sample city, a first drive along random streets, a fit, and the planned route. The phones then
"measure" the true levels of the city along the planned route and along random ones of the same length, everything is
fitted anew, and the people are counted for whom the map says something else than the true level of their best server
there, layer by layer. Figures are the people for whom it said so before and does not any more.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import BestForecast, Links, Observed
from aqdaq.analysis.fusion.model import FusedModel, fit_model
from aqdaq.analysis.measure_next.ground import LayerView, make_ground
from aqdaq.analysis.measure_next.route import RouteWish, plan_route
from aqdaq.analysis.measure_next.spread import FieldSpread
from aqdaq.analysis.measure_next.streets import StreetGraph
from aqdaq.analysis.measure_next.survey import Survey
from aqdaq.analysis.measure_next.ways import Ways
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.network import Layer
from measure_next_city import SampleCity, make_sample_city

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Random routes of each kind for each seed.
RANDOM: Final = 2


#: Cells that lie this far below the best at a place (dB) do not serve there, as in a run.
FAINT_DB: Final = 25.0


def best_server(model: FusedModel, links: Links, place: NDArray[np.int64], threshold_dbm: float) -> BestForecast:
    """Return the best server of each place as the maps of a run show it."""
    about = model.trend_dbm(links)
    best = np.full(int(place.max()) + 1, -np.inf)
    np.maximum.at(best, place, about)
    near = about >= best[place] - FAINT_DB
    mean, sd = model.map_levels(links.subset(near))
    return model.strongest(mean, sd, place[near], [threshold_dbm])


def judged(city: SampleCity) -> list[tuple[ServiceDefinition, Layer]]:
    """Return every definition of the project with every layer that it judges."""
    layers = sorted({p.cell.layer for p in city.placed})
    return [(d, layer) for d in city.inputs.definitions for layer in layers if d.judges(layer)]


@dataclass(frozen=True)
class Map:
    """What a fit says of the homes.

    Attributes:
        layers: for each judged layer the probability of service and the standard deviation of the level (dB).
        model: that says so.
    """

    layers: tuple[tuple[Array, Array], ...]
    model: FusedModel


def forecast(city: SampleCity, train: Observed, first: FusedModel | None = None) -> Map:
    """Return the map that these measurements make.

    Args:
        city: to be mapped.
        train: the measurements.
        first: fit of a first drive: how far and how strongly levels vary together and how wide intervals must be is
            kept from it, all figures of the cells are fitted anew.
    """
    if first is None:
        model = fit_model(city.scene, train)
    else:
        model = fit_model(city.scene, train, spread=first.spread, start=first.figures.mean, conformal=False)
        model = replace(model, conformal=first.conformal)
    out = []
    for definition, layer in judged(city):
        links, place = city.homes_of(layer)
        chance, sd = np.full(len(city.people), np.nan), np.full(len(city.people), np.nan)
        known, number = np.unique(place, return_inverse=True)
        best = best_server(model, links, number, definition.threshold_dbm[layer.technology])
        chance[known], sd[known] = 1.0 - best.below[:, 0], best.sd_db
        out.append((chance, sd))
    return Map(tuple(out), model)


def misclassified(city: SampleCity, found: Map) -> float:
    """Return the people for whom the map is wrong, each layer counted; unknown places are not."""
    total = 0.0
    for (definition, layer), (chance, _) in zip(judged(city), found.layers, strict=True):
        served = city.best_true_dbm(layer) >= definition.threshold_dbm[layer.technology]
        wrong = np.isfinite(chance) & ((chance >= definition.probability) != served)
        total += float(city.people[wrong].sum())
    return total


def survey_of(city: SampleCity, found: Map, known: Mask) -> tuple[Survey, float]:
    """Return the survey of the map, and the people misclassified as the map expects them."""
    grid, people = city.inputs.grid, city.inputs.people
    assert people is not None
    typical = float(np.median([np.nanmedian(sd) for _, sd in found.layers]))
    spread, views = FieldSpread.of_fit(found.model.spread, typical), []
    for (definition, layer), (chance, sd) in zip(judged(city), found.layers, strict=True):
        on_map = [np.full(grid.shape, np.nan) for _ in range(2)]
        on_map[0][city.home], on_map[1][city.home] = chance, sd
        assert definition.probability is not None
        views.append(LayerView(str(layer), on_map[0], on_map[1], 0.0, definition.probability))
    ground, now = make_ground(grid, views, people, spread)
    xy, piece_of = city.graph.samples(spread.range_m / 3.0)
    already = city.drive_xy_m[known[city.piece_of]]
    return Survey.build([(ground, already)], xy, piece_of, len(city.graph), spread), sum(now.values())


def random_walk(graph: StreetGraph, length_m: float, rng: np.random.Generator) -> Mask:
    """Return the pieces of a walk that turns at random at each junction, and back only in a dead end."""
    at_node: dict[int, list[int]] = {}
    for piece, ends in enumerate(graph.ends.tolist()):
        for node in set(ends):
            at_node.setdefault(node, []).append(piece)
    parts = graph.parts()
    node = int(rng.choice(np.flatnonzero(parts == np.bincount(parts).argmax())))
    driven, before, run = np.zeros(len(graph), dtype=np.bool_), -1, 0.0
    while True:
        choice = [p for p in at_node[node] if p != before] or at_node[node]
        piece = int(rng.choice(choice))
        run += float(graph.length_m[piece])
        if run > length_m:
            return driven
        driven[piece], before = True, piece
        a, b = graph.ends[piece].tolist()
        node = b if node == a else a


def random_tour(graph: StreetGraph, length_m: float, rng: np.random.Generator) -> Mask:
    """Return the pieces of shortest ways from one random junction to the next."""
    ways, parts = Ways(graph, 1e9), graph.parts()
    nodes = np.flatnonzero(parts == np.bincount(parts).argmax())
    node, run, driven = int(rng.choice(nodes)), 0.0, np.zeros(len(graph), dtype=np.bool_)
    while True:
        goal = int(rng.choice(nodes))
        for piece, _ in ways.pieces(node, goal):
            run += float(graph.length_m[piece])
            if run > length_m:
                return driven
            driven[piece] = True
        node = goal


def one_seed(seed: int, length_m: float, known_m: float, resolution_m: float) -> dict[str, Any]:
    """Return the figures of one city."""
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        city = make_sample_city(Path(folder) / "city", seed, resolution_m)
    rng = np.random.default_rng([seed, 2])
    known = random_tour(city.graph, known_m, rng)
    first = city.observed(known, 0)
    found = forecast(city, first)
    before = misclassified(city, found)
    survey, expected = survey_of(city, found, known)
    planning = time.perf_counter()
    route = plan_route(city.graph, survey, RouteWish(length_m))
    planned = time.perf_counter() - planning
    mask = np.zeros(len(city.graph), dtype=np.bool_)
    mask[[piece for piece, _ in route.driven]] = True
    routes = [("planned", mask)]
    routes += [("walk", random_walk(city.graph, route.length_m, rng)) for _ in range(RANDOM)]
    routes += [("tour", random_tour(city.graph, route.length_m, rng)) for _ in range(RANDOM)]
    gains: dict[str, list[float]] = {}
    promised: dict[str, list[float]] = {}
    for name, driven in routes:
        after = misclassified(city, forecast(city, joined(first, city.observed(driven & ~known, 1)), found.model))
        gains.setdefault(name, []).append(before - after)
        promised.setdefault(name, []).append(survey.all_of(np.flatnonzero(driven).tolist()).gain)
    return {
        "seed": seed,
        "km": round(route.length_m / 1e3, 2),
        "before": round(before),
        "expected_before": round(expected),
        **{f"gain_{name}": round(float(np.mean(g))) for name, g in gains.items()},
        **{f"promised_{name}": round(float(np.mean(g))) for name, g in promised.items()},
        "plan_s": round(planned, 1),
        "all_s": round(time.perf_counter() - begin, 1),
    }


def joined(a: Observed, b: Observed) -> Observed:
    """Return the rows of both."""
    links = type(a.links)(*(np.concatenate([getattr(o.links, n) for o in (a, b)]) for n in type(a.links).__slots__))
    rest = (np.concatenate([getattr(o, n) for o in (a, b)]) for n in ("level_dbm", "heard", "weight", "route"))
    return Observed(links, *rest)


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the ratio of the reductions, over all cities together, with its spread over cities."""
    out: dict[str, Any] = {"cities": len(rows)}
    planned = np.array([row["gain_planned"] for row in rows], dtype=np.float64)
    rng = np.random.default_rng(1)
    draws = rng.integers(0, len(rows), (10_000, len(rows)))
    for name in ("walk", "tour"):
        other = np.array([row[f"gain_{name}"] for row in rows], dtype=np.float64)
        ratios = planned[draws].sum(axis=1) / other[draws].sum(axis=1)
        out[name] = {
            "ratio": round(float(planned.sum() / other.sum()), 3),
            "ratio_90": [round(float(v), 3) for v in np.quantile(ratios, (0.05, 0.95))],
            "cities_better": int((planned > other).sum()),
            "cities_30_better": int((planned >= 1.3 * other).sum()),
        }
    return out


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--length-km", type=float, default=10.0)
    parser.add_argument("--known-km", type=float, default=15.0)
    parser.add_argument("--resolution", type=float, default=20.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for seed in range(args.first, args.first + args.seeds):
        rows.append(one_seed(seed, args.length_km * 1e3, args.known_km * 1e3, args.resolution))
        if not args.json:
            if len(rows) == 1:
                print("  ".join(f"{name:>16}" for name in rows[0]))
            print("  ".join(f"{value:>16}" for value in rows[-1].values()), flush=True)
    found = summary(rows)
    print(json.dumps({"rows": rows, **found} if args.json else found))


if __name__ == "__main__":
    main()
