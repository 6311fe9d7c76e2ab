"""Forms of buildings on a block: rings around a courtyard, slabs, towers, schools, halls, houses.

Every function takes land whose streets run along x and y, and returns outlines with a number of floors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import shapely
from shapely import Polygon, affinity, box
from shapely.geometry.polygon import orient
from shapely.ops import unary_union

from aqdaq.pipeline.sample.frame import Rng, polygon

Form = tuple[Polygon, int, str]

#: Land (m2) from which on a quarter of slabs has a school of its own.
SCHOOL_QUARTER_M2: Final = 30_000.0


def perimeter(rng: Rng, land: Polygon) -> list[Form]:
    """Return a closed or broken ring of 5 to 9 floors around a courtyard."""
    depth = rng.uniform(13.0, 16.0)
    ring = land.buffer(-depth / 2.0, join_style="mitre").buffer(depth / 2.0, join_style="mitre").intersection(land)
    yard = ring.buffer(-depth, join_style="mitre")
    if not isinstance(yard, Polygon) or yard.area < 900.0 or not isinstance(ring, Polygon):
        return slabs(rng, land, (5, 5, 9))
    if yard.area > 12_000.0:
        return _two_rings(rng, land)
    body = Polygon(ring.exterior, [yard.exterior])
    if rng.random() < 0.5:
        return [(body, int(rng.choice((5, 6, 7, 9))), "residential")]
    x0, y0, x1, y1 = body.bounds
    middle_y = (y0 + y1) / 2.0
    middle_x = x0 + rng.uniform(0.35, 0.65) * (x1 - x0)
    gaps = [box(middle_x - 8.0, y0, middle_x + 8.0, y1)]
    if rng.random() < 0.5:
        gaps.append(box(x0, middle_y - 7.0, x1, middle_y + 7.0))
    parts = shapely.get_parts(body.difference(unary_union(gaps)))
    floors = rng.choice((5, 5, 7, 9), len(parts))
    return [(part, int(n), "residential") for part, n in zip(parts, floors, strict=True) if part.area > 250.0]


def _two_rings(rng: Rng, land: Polygon) -> list[Form]:
    """Return the rings of a block that is too large for one: a passage of 20 m divides it."""
    x0, y0, x1, y1 = land.bounds
    if x1 - x0 > y1 - y0:
        passage = box((x0 + x1) / 2.0 - 10.0, y0, (x0 + x1) / 2.0 + 10.0, y1)
    else:
        passage = box(x0, (y0 + y1) / 2.0 - 10.0, x1, (y0 + y1) / 2.0 + 10.0)
    halves = [half for half in shapely.get_parts(land.difference(passage)) if half.area > 2000.0]
    return [form for half in halves for form in (perimeter(rng, half) if half.area < 0.6 * land.area else [])]


def slabs(rng: Rng, land: Polygon, floors: Sequence[int]) -> list[Form]:
    """Return rows of slabs, some of them L-shaped; large land has a school in its middle."""
    forms: list[Form] = []
    if land.area > SCHOOL_QUARTER_M2:
        forms = [form for form in school(rng, land) if rng.random() < 0.6]
    turned = rng.random() < 0.5
    ground = affinity.rotate(land, 90.0, origin=(0.0, 0.0)) if turned else land
    x0, y0, x1, y1 = ground.bounds
    depth, gap = rng.uniform(12.0, 14.5), rng.uniform(38.0, 52.0)
    y = y0 + 2.0
    while y + depth < y1:
        x = x0 + rng.uniform(0.0, 18.0)
        while x < x1 - 30.0:
            length = float(rng.choice((48.0, 62.0, 76.0, 92.0)))
            _try_slab(rng, ground, (x, y, length, depth), forms, floors, turned=turned)
            x += length + rng.uniform(16.0, 28.0)
        y += depth + gap
    return forms


def _try_slab(
    rng: Rng,
    ground: Polygon,
    place: tuple[float, float, float, float],
    forms: list[Form],
    floors: Sequence[int],
    *,
    turned: bool,
) -> None:
    """Add one slab to ``forms`` if it lies on the land and clear of the others; a long one may be shortened."""
    x, y, length, depth = place
    wing, skip, storeys = rng.random() < 0.14, rng.random() < 0.2, int(rng.choice(floors))
    if skip:
        return
    for share in (1.0, 0.7, 0.5):
        shape = box(x, y, x + length * share, y + depth)
        if wing:
            shape = polygon(shape.union(box(x, y, x + depth, y + 34.0)))
        if not ground.contains(shape):
            continue
        outline = affinity.rotate(shape, -90.0, origin=(0.0, 0.0)) if turned else shape
        if all(outline.distance(other) > 14.0 for other, _, _ in forms):
            forms.append((outline, storeys, "residential"))
            return


def towers(rng: Rng, land: Polygon, low: int = 16, high: int = 25) -> list[Form]:
    """Return point towers of ``low`` to ``high`` floors with cut corners, not all of one height."""
    return [
        (_chamfered(x, y, rng.uniform(22.0, 29.0), rng.uniform(22.0, 27.0)), int(rng.integers(low, high + 1)), use)
        for x, y, use in _lattice(rng, land, 72.0, 24.0, "residential")
    ]


def _chamfered(x: float, y: float, width: float, depth: float) -> Polygon:
    a, b, cut = width / 2.0, depth / 2.0, 4.0
    corners = [(-a + cut, -b), (a - cut, -b), (a, -b + cut), (a, b - cut)]
    corners += [(a - cut, b), (-a + cut, b), (-a, b - cut), (-a, -b + cut)]
    return Polygon([(x + dx, y + dy) for dx, dy in corners])


def _lattice(rng: Rng, land: Polygon, step: float, clear: float, use: str) -> list[tuple[float, float, str]]:
    """Return jittered places on a lattice from which ``clear`` metres of land reach to every side."""
    x0, y0, x1, y1 = land.bounds
    places = []
    for x in np.arange(x0 + clear, x1, step):
        for y in np.arange(y0 + clear, y1, step):
            px, py = x + rng.uniform(-5.0, 5.0), y + rng.uniform(-5.0, 5.0)
            if land.contains(box(px - 15.0, py - 14.0, px + 15.0, py + 14.0)):
                places.append((px, py, use))
    return places


def school(rng: Rng, land: Polygon) -> list[Form]:
    """Return a school of three floors around a yard, in the middle of the land."""
    middle = land.centroid
    width, depth = rng.uniform(52.0, 66.0), rng.uniform(40.0, 50.0)
    outer = box(middle.x - width / 2, middle.y - depth / 2, middle.x + width / 2, middle.y + depth / 2)
    inner = outer.buffer(-13.0, join_style="mitre")
    body = Polygon(outer.exterior, [inner.exterior])
    if rng.random() < 0.4:
        body = polygon(outer.difference(box(inner.bounds[0], inner.bounds[1], inner.bounds[2], outer.bounds[3] + 1.0)))
    return [(body, 3, "school")] if land.contains(outer) else []


def hospital(rng: Rng, land: Polygon) -> list[Form]:
    """Return a hospital: a long house with wings, and a low annexe."""
    middle = land.centroid
    half = rng.uniform(42.0, 50.0)
    spine = box(middle.x - half, middle.y - 8.0, middle.x + half, middle.y + 8.0)
    wings = [
        box(middle.x + at - 8.0, middle.y - 8.0, middle.x + at + 8.0, middle.y + 40.0) for at in (-30.0, 0.0, 30.0)
    ]
    body = polygon(unary_union([spine, *wings]))
    annexe = box(middle.x - 26.0, middle.y - 48.0, middle.x + 12.0, middle.y - 26.0)
    forms: list[Form] = [(body, int(rng.integers(5, 8)), "hospital"), (annexe, 2, "hospital")]
    return [form for form in forms if land.contains(form[0])]


def offices(rng: Rng, land: Polygon) -> list[Form]:
    """Return a shopping hall or a few office houses of 7 to 14 floors."""
    middle = land.centroid
    hall = box(middle.x - 48.0, middle.y - 34.0, middle.x + 48.0, middle.y + 34.0)
    if rng.random() < 0.35 and land.contains(hall):
        return [(hall, 3, "commercial")]
    forms: list[Form] = []
    for x, y, use in _lattice(rng, land, 70.0, 26.0, "office"):
        width, depth = rng.uniform(24.0, 36.0), rng.uniform(20.0, 28.0)
        outline = box(x - width / 2, y - depth / 2, x + width / 2, y + depth / 2)
        if rng.random() < 0.6 and land.contains(outline):
            forms.append((outline, int(rng.integers(7, 15)), use))
    return forms


def halls(rng: Rng, land: Polygon) -> list[Form]:
    """Return works and stores: large halls of two or three floors' height."""
    forms: list[Form] = []
    x0, y0, x1, y1 = land.bounds
    for x in np.arange(x0 + 4.0, x1, 88.0):
        for y in np.arange(y0 + 4.0, y1, 58.0):
            width, depth = rng.uniform(44.0, 76.0), rng.uniform(24.0, 42.0)
            outline = box(x, y, x + width, y + depth)
            if rng.random() < 0.75 and land.contains(outline):
                forms.append((outline, int(rng.integers(2, 4)), "industrial"))
    return forms


def houses(rng: Rng, land: Polygon, share: float) -> list[Form]:
    """Return private houses of one or two floors on plots along the lanes; ``share`` of the plots are built on."""
    forms: list[Form] = []
    x0, y0, x1, y1 = land.bounds
    for x in np.arange(x0 + 14.0, x1 - 4.0, 27.0):
        for y in np.arange(y0 + 12.0, y1 - 4.0, 31.0):
            px, py, turn = x + rng.uniform(-5.0, 5.0), y + rng.uniform(-6.0, 6.0), rng.uniform(-6.0, 6.0)
            width, depth = rng.uniform(9.0, 14.0), rng.uniform(8.0, 11.0)
            outline = box(px - width / 2, py - depth / 2, px + width / 2, py + depth / 2)
            if rng.random() < 0.35:
                outline = outline.union(box(px - width / 2, py, px - width / 2 + 6.0, py + depth / 2 + 5.0))
            outline = affinity.rotate(outline, turn, origin=(px, py))
            floors = int(rng.choice((1, 1, 2)))
            if rng.random() < share and land.contains(outline):
                forms.append((outline, floors, "residential"))
    return forms


def on_block(angle_deg: float, land: Polygon, draw: Callable[[Polygon], list[Form]]) -> list[Form]:
    """Return what ``draw`` makes of the land when its streets are turned to run along x and y."""
    origin = (land.centroid.x, land.centroid.y)
    straight = affinity.rotate(land, -angle_deg, origin=origin)
    forms = draw(straight)
    turned = [(orient(affinity.rotate(outline, angle_deg, origin=origin)), n, use) for outline, n, use in forms]
    return [form for form in turned if form[0].is_valid]
