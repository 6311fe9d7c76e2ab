"""The route: within its length, connected, where there is something to gain, the same each time; and why it ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aqdaq.analysis.measure_next.route import Route, RouteWish, plan_route
from aqdaq.analysis.measure_next.streets import StreetGraph, graph_of_lines
from aqdaq.analysis.measure_next.survey import Survey

from .measure_town import GRID, street_lines, town_graph, town_ground, town_survey, view

TOWN = town_graph()
SURVEY = town_survey(TOWN, town_ground())
EVERYWHERE = town_survey(TOWN, town_ground(everywhere=True))


def nodes_of(graph: StreetGraph, route: Route) -> list[int]:
    """Return the nodes of a route; it must be connected."""
    nodes: list[int] = []
    for piece, forward in route.driven:
        first, last = (int(n) for n in (graph.ends[piece] if forward else graph.ends[piece][::-1]))
        assert not nodes or nodes[-1] == first, "the drive jumps"
        nodes += [last] if nodes else [first, last]
    return nodes


def corner() -> int:
    return int(np.argmin(TOWN.node_xy_m.sum(axis=1)))


@settings(max_examples=8)
@given(st.floats(50.0, 1800.0), st.booleans(), st.sampled_from([None, 0, 17]))
def test_it_is_connected_and_never_too_long(length_m: float, loop: bool, start: int | None) -> None:
    route = plan_route(TOWN, EVERYWHERE, RouteWish(length_m, start, loop))
    nodes = nodes_of(TOWN, route)
    length = sum(float(TOWN.length_m[piece]) for piece, _ in route.driven)
    assert route.length_m == pytest.approx(length)
    assert length <= length_m + 1e-6
    if nodes and start is not None:
        assert nodes[0] == start
    if nodes and loop:
        assert nodes[0] == nodes[-1]
    assert route.gain == pytest.approx(EVERYWHERE.all_of({p for p, _ in route.driven}).gain)


def test_it_goes_where_the_people_are() -> None:
    route = plan_route(TOWN, SURVEY, RouteWish(1500.0))
    middle = np.array([TOWN.lines[piece].mean(axis=0) for piece, _ in route.driven])
    assert (middle[:, 0] > 500_300.0 - 60.0).all()
    assert (middle[:, 1] > 4_800_300.0 - 60.0).all()
    assert len({piece for piece, _ in route.driven}) >= 14  # 15 pieces fit, hardly any is driven twice


def test_from_a_far_start_it_still_gets_there() -> None:
    route = plan_route(TOWN, SURVEY, RouteWish(3000.0, start=corner()))
    assert nodes_of(TOWN, route)[0] == corner()
    assert route.gain > 0.6 * plan_route(TOWN, SURVEY, RouteWish(2300.0)).gain


def test_it_is_close_to_the_best_of_all_short_routes() -> None:
    best = 0.0
    stack = [((int(a),), frozenset[int]()) for a in range(len(TOWN.node_xy_m))]
    beside: dict[int, list[tuple[int, int]]] = {}
    for piece, (a, b) in enumerate(TOWN.ends.tolist()):
        beside.setdefault(a, []).append((piece, b))
        beside.setdefault(b, []).append((piece, a))
    seen: set[frozenset[int]] = set()
    while stack:
        nodes, driven = stack.pop()
        if len(nodes) == 5:
            if driven not in seen:
                seen.add(driven)
                best = max(best, EVERYWHERE.all_of(driven).gain)
            continue
        stack += [((*nodes, node), driven | {piece}) for piece, node in beside[nodes[-1]]]
    assert plan_route(TOWN, EVERYWHERE, RouteWish(400.0)).gain >= 0.95 * best


def test_a_longer_route_gains_more() -> None:
    gains = [plan_route(TOWN, EVERYWHERE, RouteWish(km * 1e3)).gain for km in (0.4, 0.8, 1.6)]
    assert gains == sorted(gains)
    assert gains[2] < 4.0 * gains[0]  # it falls off as neighbours are driven


def test_the_same_input_is_the_same_route() -> None:
    fresh = town_survey(town_graph(), town_ground(everywhere=True))
    wish = RouteWish(1400.0, loop=True)
    assert plan_route(TOWN, EVERYWHERE, wish) == plan_route(town_graph(), fresh, wish)


def test_it_ends_at_its_length() -> None:
    route = plan_route(TOWN, EVERYWHERE, RouteWish(1000.0))
    assert route.stop == "length"
    assert route.length_m == pytest.approx(1000.0)
    assert route.next_gain_per_km is None


def test_it_ends_where_the_next_kilometre_gains_less_than_asked_for() -> None:
    free = plan_route(TOWN, SURVEY, RouteWish(6000.0))
    bound = 0.5 * plan_route(TOWN, SURVEY, RouteWish(500.0)).gain / 0.5
    route = plan_route(TOWN, SURVEY, RouteWish(6000.0, least_gain_per_km=bound))
    assert route.stop == "gain"
    assert route.length_m < 0.75 * free.length_m
    assert route.gain >= bound * route.length_m / 1e3
    assert route.next_gain_per_km is not None
    assert 0.0 < route.next_gain_per_km < bound


def test_no_beginning_is_worth_a_bound_that_is_too_high() -> None:
    route = plan_route(TOWN, SURVEY, RouteWish(2000.0, least_gain_per_km=1e6))
    assert (route.driven, route.gain, route.stop) == ((), 0.0, "gain")
    assert route.next_gain_per_km is not None


@pytest.mark.parametrize("start", [None, 5])
def test_where_nothing_is_to_gain_nothing_is_driven(start: int | None) -> None:
    sure = town_survey(TOWN, town_ground(view(7.0)))
    route = plan_route(TOWN, sure, RouteWish(2000.0, start))
    assert (route.driven, route.length_m, route.gain, route.stop) == ((), 0.0, 0.0, "nothing")


def test_a_length_shorter_than_any_piece_is_no_route() -> None:
    route = plan_route(TOWN, EVERYWHERE, RouteWish(60.0))
    assert (route.driven, route.stop) == ((), "length")


def test_it_never_crosses_to_another_part() -> None:
    lines = street_lines()
    far = [line for n, line in enumerate(lines) if n in (0, 5)]  # two streets that never meet
    graph = graph_of_lines(far, ["a", "b"], GRID)
    survey = town_survey(graph, town_ground(everywhere=True))
    route = plan_route(graph, survey, RouteWish(5000.0))
    parts = graph.parts()
    assert len({int(parts[node]) for node in nodes_of(graph, route)}) == 1
    assert route.stop == "nothing"


def test_what_was_measured_already_is_driven_last() -> None:
    xy, piece_of = TOWN.samples(20.0)
    first = plan_route(TOWN, EVERYWHERE, RouteWish(1500.0))
    known = np.isin(piece_of, [piece for piece, _ in first.driven])
    again: Survey = town_survey(TOWN, town_ground(everywhere=True), xy[known])
    second = plan_route(TOWN, again, RouteWish(1500.0))
    shared = {p for p, _ in first.driven} & {p for p, _ in second.driven}
    assert len(shared) <= 4
    assert again.all_of({p for p, _ in first.driven}).gain < 0.5 * first.gain


def test_driving_a_piece_again_gains_nothing_and_neighbours_gain_less() -> None:
    taken = EVERYWHERE.nothing()
    piece = int(np.argmax(EVERYWHERE.alone))
    EVERYWHERE.change(taken, frozenset([piece]), frozenset())
    assert EVERYWHERE.added(taken, piece) == 0.0
    near = [int(p) for p in EVERYWHERE.beside(piece) if p != piece]
    assert near
    assert sum(EVERYWHERE.added(taken, p) for p in near) < 0.95 * float(EVERYWHERE.alone[near].sum())
    EVERYWHERE.change(taken, frozenset(), frozenset([piece]))
    assert taken.gain == pytest.approx(0.0, abs=1e-9)
