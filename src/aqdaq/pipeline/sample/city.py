"""The buildings of the synthetic city: which block holds what, who lives there, and what is planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize
from shapely import Polygon

from aqdaq.pipeline.sample import forms
from aqdaq.pipeline.sample.frame import SIDE_M, Rng
from aqdaq.pipeline.sample.streets import Block, StreetPlan

#: Height of a floor (m).
FLOOR_M: Final = 3.0

#: The two planned developments: their names, the day on which they stand and when their land is cleared.
DEVELOPMENTS: Final = (
    ("P1", dt.date(2027, 6, 1), dt.date(2026, 10, 1)),
    ("P2", dt.date(2028, 9, 1), dt.date(2027, 5, 1)),
)

#: Around how many persons live in the city (low, high), and in a private house.
POPULATION: Final = (80_000, 95_000)
HOUSEHOLD: Final = (2, 7)

#: Share of the buildings whose height nobody gave (their floors are known).
NO_HEIGHT_SHARE: Final = 0.03


@dataclass(frozen=True, slots=True)
class Structure:
    """A building of the sample.

    Attributes:
        id: unique.
        outline: local coordinates (m); may have holes.
        floors: number of floors.
        height_known: False: the file gives the floors only.
        material: of the outer walls.
        use: residential, school, hospital, office, commercial or industrial.
        kind: what was drawn on its block: perimeter, slabs, towers, houses ...
        block: id of the block.
        built: first day on which it stands.
        demolished: first day on which it no longer stands, or None.
        residents: persons who live there.
        owners: id of the owners' association, or None.
    """

    id: str
    outline: Polygon
    floors: int
    height_known: bool
    material: str
    use: str
    kind: str
    block: str
    built: dt.date
    demolished: dt.date | None = None
    residents: int = 0
    owners: str | None = None

    @property
    def height_m(self) -> float:
        """Height above ground (m)."""
        return self.floors * FLOOR_M

    def stands(self, date: dt.date) -> bool:
        """Return whether the building stands on ``date``."""
        return self.built <= date and (self.demolished is None or date < self.demolished)


@dataclass(frozen=True, slots=True)
class City:
    """Buildings that stand or stood, those planned, and the owners' associations with what they decided so far."""

    buildings: tuple[Structure, ...]
    planned: tuple[Structure, ...]
    owners: tuple[tuple[str, str, str], ...]


#: Kind of block -> years in which its buildings went up, and materials.
AGES: Final[dict[str, tuple[int, int]]] = {
    "perimeter": (1948, 1966), "slabs5": (1960, 1976), "slabs9": (1972, 1992), "towers": (2006, 2025),
    "houses": (1948, 2016), "school": (1955, 2015), "hospital": (1958, 2005), "offices": (1985, 2022),
    "halls": (1952, 1990),
}  # fmt: skip
MATERIALS: Final[dict[str, tuple[str, ...]]] = {
    "perimeter": ("brick",), "slabs5": ("panel", "panel", "brick"), "slabs9": ("panel",), "towers": ("concrete",),
    "houses": ("adobe", "brick", "wood"), "school": ("brick",), "hospital": ("brick", "panel"),
    "offices": ("glass", "concrete"), "halls": ("metal", "concrete"),
}  # fmt: skip
DRAW: Final[dict[str, Callable[[Rng, Polygon], list[forms.Form]]]] = {
    "perimeter": forms.perimeter,
    "slabs5": partial(forms.slabs, floors=(5, 5, 5, 5, 9)),
    "slabs9": partial(forms.slabs, floors=(9, 9, 9, 5)),
    "towers": forms.towers,
    "houses": partial(forms.houses, share=0.62),
    "school": forms.school,
    "hospital": forms.hospital,
    "offices": forms.offices,
    "halls": forms.halls,
}


def make_city(rng: Rng, planned_rng: Rng, plan: StreetPlan) -> City:
    """Return the buildings of one city on the blocks of ``plan``."""
    kinds = _kinds(rng, plan)
    drafts: list[Structure] = []
    for block in plan.blocks:
        kind = kinds[block.id]
        if kind != "park":
            drafts += _on_block(rng, block, kind, len(drafts))
    drafts, owners = _with_owners(rng, _with_residents(rng, drafts))
    cleared, planned = _developments(planned_rng, plan, kinds)
    buildings = [replace(s, demolished=cleared.get(s.block, s.demolished)) for s in drafts]
    return City(tuple(_with_losses(rng, buildings)), tuple(planned), owners)


def heights_raster_m(structures: tuple[Structure, ...], resolution_m: float) -> NDArray[np.float32]:
    """Return the height above ground (m) of ``structures`` on pixels of the city, row 0 in the north."""
    count = round(SIDE_M / resolution_m)
    shapes = [(s.outline, s.height_m) for s in sorted(structures, key=lambda s: s.floors)]
    raster: NDArray[np.float32] = rasterize(
        shapes,
        (count, count),
        fill=0.0,
        transform=Affine(resolution_m, 0.0, 0.0, 0.0, -resolution_m, SIDE_M),
        dtype="float32",
    )
    return raster


def _kinds(rng: Rng, plan: StreetPlan) -> dict[str, str]:
    """Return what each block holds, by where it lies and by chance; two hospitals and a large park are sure."""
    rise = [rng.uniform((0.16, 0.42), (0.28, 0.56)), rng.uniform((0.74, 0.36), (0.86, 0.5))]
    kinds = {block.id: _kind_of(rng, plan, block, rise) for block in plan.blocks}
    town = [b for b in plan.blocks if b.area.centroid.y > plan.foothill_y_m and b.area.area > 14_000.0]
    cx, cy = plan.centre_m
    by_distance = sorted(town, key=lambda b: (b.area.centroid.x - cx - 420.0) ** 2 + (b.area.centroid.y - cy) ** 2)
    for block in by_distance[:3]:
        kinds[block.id] = "park"
    for at in (len(by_distance) // 4, 2 * len(by_distance) // 3):
        kinds[by_distance[at].id] = "hospital"
    return kinds


def _kind_of(rng: Rng, plan: StreetPlan, block: Block, rise: list[NDArray[np.float64]]) -> str:
    """Return what one block holds."""
    x, y = block.area.centroid.x, block.area.centroid.y
    chance = rng.random()
    if y < plan.foothill_y_m:
        hillside = np.clip(0.55 - y / 900.0, 0.06, 0.6)
        return "park" if chance < hillside else "houses"
    if x < 0.2 * SIDE_M and y > 0.78 * SIDE_M:
        return "halls" if chance < 0.85 else "park"
    if np.hypot(x - 0.93 * SIDE_M, y - 0.95 * SIDE_M) < 520.0:
        return "houses" if chance < 0.85 else "school"
    if min(float(np.hypot(x - SIDE_M * u, y - SIDE_M * v)) for u, v in rise) < 380.0:
        return _pick(chance, (("towers", 0.66), ("offices", 0.8), ("school", 0.9), ("park", 1.0)))
    if np.hypot(x - plan.centre_m[0], y - plan.centre_m[1]) < 620.0:
        return _pick(chance, (("perimeter", 0.62), ("offices", 0.84), ("slabs5", 0.94), ("school", 1.0)))
    shares = (("slabs5", 0.5), ("slabs9", 0.7), ("perimeter", 0.76), ("towers", 0.81), ("school", 0.87))
    return _pick(chance, (*shares, ("offices", 0.93), ("park", 1.0)))


def _pick(chance: float, shares: tuple[tuple[str, float], ...]) -> str:
    return next(name for name, upper in shares if chance <= upper)


def _on_block(rng: Rng, block: Block, kind: str, before: int) -> list[Structure]:
    """Return the buildings of one block."""
    drawn = forms.on_block(block.angle_deg, block.area, partial(DRAW[kind], rng))
    first, last = AGES[kind]
    year = int(rng.integers(first, last + 1))
    out: list[Structure] = []
    for outline, floors, use in drawn:
        own_year = int(np.clip(year + rng.integers(-3, 4), first, last))
        built = dt.date(own_year, int(rng.integers(1, 13)), 1)
        known, material = bool(rng.random() >= NO_HEIGHT_SHARE), str(rng.choice(MATERIALS[kind]))
        number = f"BLD-{before + len(out) + 1:04d}"
        out.append(Structure(number, outline, floors, known, material, use, kind, block.id, built))
    return out


def _with_residents(rng: Rng, drafts: list[Structure]) -> list[Structure]:
    """Return the buildings with residents: households in houses, by floor area in blocks of flats."""
    people = rng.integers(HOUSEHOLD[0], HOUSEHOLD[1] + 1, len(drafts))
    total = rng.uniform(*POPULATION) - sum(int(n) for s, n in zip(drafts, people, strict=True) if s.kind == "houses")
    flats = [s for s in drafts if s.use == "residential" and s.kind != "houses"]
    density = total / sum(s.outline.area * s.floors for s in flats)
    spread = rng.uniform(0.85, 1.15, len(drafts))
    out = []
    for structure, household, factor in zip(drafts, people, spread, strict=True):
        residents = 0
        if structure.use == "residential":
            flat = round(float(structure.outline.area) * structure.floors * density * factor)
            residents = int(household) if structure.kind == "houses" else flat
        out.append(replace(structure, residents=residents))
    return out


def _with_owners(rng: Rng, drafts: list[Structure]) -> tuple[list[Structure], tuple[tuple[str, str, str], ...]]:
    """Return blocks of flats with one owners' association a block, and the associations with their consent history."""
    blocks = sorted({s.block for s in drafts if s.use == "residential" and s.kind != "houses"})
    ids = {block: f"OA-{number:03d}" for number, block in enumerate(blocks, start=1)}
    history = rng.choice(("none", "consented", "refused"), len(blocks), p=(0.55, 0.25, 0.2))
    owners = tuple(
        (ids[block], f"Owners' association {number}", str(word))
        for number, (block, word) in enumerate(zip(blocks, history, strict=True), start=1)
    )
    flats = [s.use == "residential" and s.kind != "houses" for s in drafts]
    return [replace(s, owners=ids[s.block] if f else None) for s, f in zip(drafts, flats, strict=True)], owners


def _with_losses(rng: Rng, buildings: list[Structure]) -> list[Structure]:
    """Return the buildings with a few old houses pulled down in 2024."""
    old = [n for n, s in enumerate(buildings) if s.kind == "houses" and s.demolished is None and s.built.year < 1980]
    gone = set(rng.choice(old, min(6, len(old)), replace=False).tolist())
    return [replace(s, demolished=dt.date(2024, 6, 1)) if n in gone else s for n, s in enumerate(buildings)]


def _developments(rng: Rng, plan: StreetPlan, kinds: dict[str, str]) -> tuple[dict[str, dt.date], list[Structure]]:
    """Return the blocks that are cleared and when, and the towers planned on them."""
    works = [b for b in plan.blocks if kinds[b.id] == "halls"]
    hills = [b for b in plan.blocks if kinds[b.id] == "houses" and 0.12 * SIDE_M < b.area.centroid.y < 0.24 * SIDE_M]
    cleared: dict[str, dt.date] = {}
    planned: list[Structure] = []
    for (name, built, clearing), candidates in zip(DEVELOPMENTS, (works, hills), strict=True):
        largest = max(candidates or plan.blocks, key=lambda b: b.area.area)
        pair = sorted(candidates or plan.blocks, key=lambda b: b.area.distance(largest.area.centroid))[:2]
        for block in pair:
            cleared[block.id] = clearing
            drawn = forms.on_block(block.angle_deg, block.area, partial(forms.towers, rng, low=20, high=25))
            for outline, floors, use in drawn:
                residents = round(float(outline.area) * floors / 48.0)
                number = f"PLN-{len(planned) + 1:03d}"
                tower = Structure(
                    number, outline, floors, height_known=True, material="concrete", use=use, kind=name,
                    block=block.id, built=built, residents=residents,
                )  # fmt: skip
                planned.append(tower)
    return cleared, planned
