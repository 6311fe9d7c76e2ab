"""Street grid: avenues and lanes that are slightly turned, bent and jittered, and the blocks between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, STRtree
from shapely.ops import linemerge, unary_union

from aqdaq.pipeline.sample.frame import SIDE_M, Rng, polygon
from aqdaq.pipeline.sample.terrain import Terrain

#: Width between the building lines' kerbs per class of street (m).
WIDTH_M: Final = {"main": 34.0, "street": 18.0, "lane": 9.0}

#: Space between the street and the nearest building, from the next block, and between lamp posts along a street (m).
SETBACK_M: Final = 5.0
WALL_M: Final = 4.0
LAMP_SPACING_M: Final = 35.0

#: Every so many lines are a main road.
MAIN_EVERY: Final = 4

CITY: Final = shapely.box(0.0, 0.0, SIDE_M, SIDE_M)


@dataclass(frozen=True, slots=True)
class Street:
    """A street between two ends, all of one class.

    Attributes:
        id: unique.
        name: of the whole line it is a part of.
        klass: main, street or lane.
        line: its axis, local coordinates (m).
    """

    id: str
    name: str
    klass: str
    line: LineString


@dataclass(frozen=True, slots=True)
class Block:
    """Land between streets on which buildings may stand.

    Attributes:
        id: unique.
        area: the land, local coordinates (m).
        angle_deg: direction of its long streets, anticlockwise from east (deg).
        column: column of the street grid.
        row: row of the street grid.
    """

    id: str
    area: Polygon
    angle_deg: float
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class StreetPlan:
    """Streets, blocks and where the foothills begin.

    Attributes:
        streets: in a fixed order.
        blocks: in a fixed order.
        foothill_y_m: south of this northing (m) stand private houses.
        centre_m: middle of the town (m).
    """

    streets: tuple[Street, ...]
    blocks: tuple[Block, ...]
    foothill_y_m: float
    centre_m: tuple[float, float]


Edge = tuple[str, int, int]


def make_streets(rng: Rng, terrain: Terrain) -> StreetPlan:
    """Return the streets and blocks of one city."""
    foothill_y_m = float(rng.uniform(0.25, 0.29) * SIDE_M)
    angle_deg = float(rng.choice((-1.0, 1.0)) * rng.uniform(4.0, 8.0))
    nodes = _nodes(rng, angle_deg)
    edges = _edges(rng, nodes, terrain, foothill_y_m)
    streets = _join(edges, nodes, foothill_y_m)
    blocks = _blocks(nodes, edges, streets, terrain, angle_deg)
    centre = (float(rng.uniform(0.46, 0.56) * SIDE_M), float(rng.uniform(0.58, 0.66) * SIDE_M))
    return StreetPlan(streets, blocks, foothill_y_m, centre)


def lamps(streets: tuple[Street, ...]) -> NDArray[np.float64]:
    """Return (n, 2) places of lamp posts (m): on alternate sides of every street, none on another carriageway."""
    places: list[tuple[float, float]] = []
    roads = STRtree([s.line.buffer(WIDTH_M[s.klass] / 2.0 - 1.5) for s in streets])
    for street in streets:
        offset_m = WIDTH_M[street.klass] / 2.0 - 1.0
        steps = np.arange(LAMP_SPACING_M / 2.0, street.line.length, LAMP_SPACING_M)
        for number, at in enumerate(steps):
            here, ahead = street.line.interpolate(at), street.line.interpolate(min(at + 1.0, street.line.length))
            dx, dy = ahead.x - here.x, ahead.y - here.y
            norm = float(np.hypot(dx, dy)) or 1.0
            side = offset_m if number % 2 == 0 else -offset_m
            post = Point(here.x - side * dy / norm, here.y + side * dx / norm)
            if CITY.contains(post) and not len(roads.query(post, predicate="intersects")):
                places.append((post.x, post.y))
    return np.asarray(places)


def _nodes(rng: Rng, angle_deg: float) -> NDArray[np.float64]:
    """Return (columns, rows, 2) crossings: a turned grid with uneven spacing, bent a little."""
    lines = []
    for _ in range(2):
        steps = np.cumsum(rng.uniform(130.0, 215.0, 40)) - 2.9 * SIDE_M / 4.0
        lines.append(steps[steps < 2.9 * SIDE_M / 4.0])
    u, v = np.meshgrid(lines[0], lines[1], indexing="ij")
    phase = rng.uniform(0.0, 2.0 * np.pi, 2)
    u = u + 28.0 * np.sin(2.0 * np.pi * v / 3600.0 + phase[0]) + rng.uniform(-6.0, 6.0, u.shape)
    v = v + 28.0 * np.sin(2.0 * np.pi * u / 3100.0 + phase[1]) + rng.uniform(-6.0, 6.0, v.shape)
    turn = np.radians(angle_deg)
    x = SIDE_M / 2.0 + u * np.cos(turn) - v * np.sin(turn)
    y = SIDE_M / 2.0 + u * np.sin(turn) + v * np.cos(turn)
    return np.stack([x, y], axis=-1)


def _is_main(edge: Edge) -> bool:
    kind, column, row = edge
    return (column if kind == "v" else row) % MAIN_EVERY == 1


def _edge_line(edge: Edge, nodes: NDArray[np.float64]) -> LineString:
    kind, i, j = edge
    end = nodes[i, j + 1] if kind == "v" else nodes[i + 1, j]
    return LineString([nodes[i, j], end])


def _edges(rng: Rng, nodes: NDArray[np.float64], terrain: Terrain, foothill_y_m: float) -> list[Edge]:
    """Return the edges of the grid that are streets: some are left out to make larger blocks, few cross a ravine."""
    columns, rows, _ = nodes.shape
    all_edges = [("v", i, j) for i in range(columns) for j in range(rows - 1)]
    all_edges += [("h", i, j) for i in range(columns - 1) for j in range(rows)]
    axes = unary_union([ravine.axis() for ravine in terrain.ravines])
    kept: list[Edge] = []
    for edge in all_edges:
        chance = rng.random()
        line = _edge_line(edge, nodes)
        if _is_main(edge):
            kept.append(edge)
            continue
        south = line.centroid.y < foothill_y_m
        leave_out = 0.0 if south else 0.16
        if line.crosses(axes):
            leave_out = 0.75
        elif line.centroid.y < 0.10 * SIDE_M:
            leave_out = 0.55
        if chance >= leave_out:
            kept.append(edge)
    return kept


def _class_of(edge: Edge, line: LineString, foothill_y_m: float) -> str:
    if _is_main(edge):
        return "main"
    return "lane" if line.centroid.y < foothill_y_m else "street"


def _join(edges: list[Edge], nodes: NDArray[np.float64], foothill_y_m: float) -> tuple[Street, ...]:
    """Return edges of one line and class joined into streets, cut at the edge of the city."""
    groups: dict[tuple[str, int, str], list[LineString]] = {}
    for edge in edges:
        line = _edge_line(edge, nodes).intersection(CITY)
        if isinstance(line, LineString) and line.length > 5.0:
            key = (edge[0], edge[1] if edge[0] == "v" else edge[2], _class_of(edge, line, foothill_y_m))
            groups.setdefault(key, []).append(line)
    streets: list[Street] = []
    for (kind, number, klass), lines in sorted(groups.items()):
        merged = linemerge(lines)
        parts = [merged] if isinstance(merged, LineString) else list(merged.geoms)
        word = {"main": "Avenue", "street": "Street", "lane": "Lane"}[klass]
        name = f"{word} {'N' if kind == 'v' else 'E'}{number + 1}"
        for part in sorted(parts, key=lambda p: p.bounds):
            streets.append(Street(f"ST-{len(streets) + 1:04d}", name, klass, part))
    return tuple(streets)


def _blocks(
    nodes: NDArray[np.float64],
    edges: list[Edge],
    streets: tuple[Street, ...],
    terrain: Terrain,
    angle_deg: float,
) -> tuple[Block, ...]:
    """Return the land between the streets, without the belts along the ravines."""
    roads = unary_union([s.line.buffer(WIDTH_M[s.klass] / 2.0 + SETBACK_M, cap_style="flat") for s in streets])
    belts = unary_union([r.axis().buffer(1.3 * r.half_width_m) for r in terrain.ravines])
    blocks: list[Block] = []
    for (column, row), outline in sorted(_merged_quads(nodes, set(edges)).items()):
        land = outline.buffer(-WALL_M).intersection(CITY.buffer(-12.0)).difference(roads).difference(belts).buffer(0.0)
        parts = [land] if isinstance(land, Polygon) else list(shapely.get_parts(land))
        for part in sorted(parts, key=lambda p: -p.area)[:2]:
            if part.area > 2500.0:
                area = polygon(part.simplify(1.0))
                blocks.append(Block(f"B{len(blocks) + 1:03d}", area, angle_deg, column, row))
    return tuple(blocks)


def _merged_quads(nodes: NDArray[np.float64], edges: set[Edge]) -> dict[tuple[int, int], Polygon]:
    """Return the faces of the grid; where the street between two faces is missing they are one, at most two."""
    columns, rows, _ = nodes.shape
    quads = {
        (i, j): Polygon([nodes[i, j], nodes[i + 1, j], nodes[i + 1, j + 1], nodes[i, j + 1]])
        for i in range(columns - 1)
        for j in range(rows - 1)
    }
    merged: dict[tuple[int, int], Polygon] = {}
    taken: set[tuple[int, int]] = set()
    for i, j in sorted(quads):
        if (i, j) in taken:
            continue
        outline = quads[i, j]
        for neighbour, wall in (((i + 1, j), ("v", i + 1, j)), ((i, j + 1), ("h", i, j + 1))):
            if wall not in edges and neighbour in quads and neighbour not in taken:
                joined = outline.union(quads[neighbour])
                taken.add(neighbour)
                outline = joined if isinstance(joined, Polygon) else outline
                break
        merged[i, j] = outline
    return merged
