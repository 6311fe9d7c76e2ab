"""The graph of the streets: where they meet, pieces, parts, shortest ways; and the free ground where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import LineString

from aqdaq.analysis.measure_next.streets import PIECE_M, StreetGraph, along, graph_of_free_ground, graph_of_lines
from aqdaq.analysis.measure_next.ways import Ways

from .measure_town import GRID, town_graph

X, Y = 500_000.0, 4_800_000.0


def graph(*lines: list[tuple[float, float]], join_crossings: bool = False) -> StreetGraph:
    axes = [LineString([(X + x, Y + y) for x, y in line]) for line in lines]
    names = [f"s{n}" for n in range(len(lines))]
    return graph_of_lines(axes, names, GRID, join_crossings=join_crossings)


def test_the_town_has_its_crossings_and_blocks() -> None:
    town = town_graph()
    assert len(town.node_xy_m) == 36
    assert len(town) == 60
    assert town.length_m == pytest.approx(100.0)
    assert set(town.parts().tolist()) == {0}
    for piece, line in enumerate(town.lines):
        assert town.node_xy_m[town.ends[piece, 0]] == pytest.approx(line[0])
        assert town.node_xy_m[town.ends[piece, 1]] == pytest.approx(line[-1])


def test_streets_meet_where_they_share_a_vertex() -> None:
    found = graph([(100, 100), (200, 100), (300, 100)], [(200, 50), (200, 100), (200, 150)])
    assert len(found) == 4
    assert len(found.node_xy_m) == 5
    assert found.names == ("s0", "s0", "s1", "s1")


def test_a_bridge_is_no_crossing_unless_asked_for() -> None:
    lines = [(100.0, 100.0), (300.0, 100.0)], [(200.0, 50.0), (200.0, 150.0)]
    assert len(np.unique(graph(*map(list, lines)).parts())) == 2
    joined = graph(*map(list, lines), join_crossings=True)
    assert len(np.unique(joined.parts())) == 1
    assert len(joined) == 4


def test_a_street_that_ends_on_another_meets_it() -> None:
    found = graph([(100, 100), (300, 100)], [(180, 100.3), (180, 200)])
    assert len(np.unique(found.parts())) == 1
    assert sorted(found.length_m.round().tolist()) == [80.0, 100.0, 120.0]


def test_long_streets_are_cut_and_keep_their_length() -> None:
    found = graph([(0, 10), (250, 10), (250, 300)])
    assert len(found) == 3
    assert found.length_m.max() <= PIECE_M
    assert found.length_m.sum() == pytest.approx(540.0)
    assert len(np.unique(found.parts())) == 1


def test_a_ring_is_three_pieces() -> None:
    found = graph([(100, 100), (130, 100), (130, 130), (100, 130), (100, 100)])
    assert len(found) == 3
    assert len(found.node_xy_m) == 3
    assert found.length_m.sum() == pytest.approx(120.0)
    assert (found.ends[:, 0] != found.ends[:, 1]).all()


def test_streets_off_the_map_are_left_out() -> None:
    assert len(graph([(5000, 100), (5100, 100)])) == 0
    assert len(graph([(100, 100), (150, 100)], [(5000, 100), (5100, 100)])) == 1


def test_samples_lie_on_their_pieces_evenly() -> None:
    town = town_graph()
    xy, piece_of = town.samples(20.0)
    assert (np.bincount(piece_of) == 5).all()
    assert xy[:5] == pytest.approx(along(town.lines[0], np.array([0.1, 0.3, 0.5, 0.7, 0.9])))
    assert (np.diff(piece_of) >= 0).all()


def test_free_ground_is_a_lattice_that_is_marked_as_assumed() -> None:
    free = np.ones(GRID.shape, dtype=bool)
    free[:, 30:36] = False  # a wall of buildings from north to south
    found = graph_of_free_ground(GRID, free, 60.0)
    assert found.assumed
    assert len(found.node_xy_m) == 90
    assert len(np.unique(found.parts())) == 2
    assert found.length_m == pytest.approx(60.0)
    assert len(graph_of_free_ground(GRID, np.zeros(GRID.shape, dtype=bool), 60.0)) == 0


def test_shortest_ways_and_their_sums() -> None:
    town = town_graph()
    ways = Ways(town, 1e9)
    a, b = (int(np.argmin(np.hypot(*(town.node_xy_m - [X + x, Y + y]).T))) for x, y in ((50, 50), (550, 350)))
    assert ways.distance_m(a, b) == pytest.approx(800.0)
    driven = ways.pieces(a, b)
    assert len(driven) == 8
    at = a
    for piece, forward in driven:
        first, last = town.ends[piece] if forward else town.ends[piece][::-1]
        assert first == at
        at = int(last)
    assert at == b
    figures = np.random.default_rng(0).random(len(town))
    assert ways.row(a).summed(figures)[b] == pytest.approx(sum(figures[piece] for piece, _ in driven))
    assert ways.row(a).summed(figures)[a] == 0.0
    assert ways.pieces(a, a) == []


def test_of_two_pieces_between_two_nodes_the_shorter_is_the_way() -> None:
    found = graph([(100, 100), (200, 100)], [(100, 100), (150, 140), (200, 100)])
    ways = Ways(found, 1e9)
    assert ways.distance_m(0, 1) == pytest.approx(100.0)
    assert [found.names[piece] for piece, _ in ways.pieces(0, 1)] == ["s0"]


def test_no_way_leads_to_another_part() -> None:
    found = graph([(100, 100), (200, 100)], [(100, 300), (200, 300)])
    assert np.isinf(Ways(found, 1e9).row(0).length_m).sum() == 2
