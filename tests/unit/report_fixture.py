"""Finished runs made by hand: a small one with known figures, and one of the size of a city."""

from __future__ import annotations

import datetime as dt
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rasterio.features import shapes
from scipy.ndimage import gaussian_filter, label
from scipy.special import ndtr
from shapely.geometry import box, shape

from aqdaq.engine.area_types import Reason
from aqdaq.model.coverage import CoverageMap, Evidence
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import Measurements, SetAside
from aqdaq.model.network import Cell, Layer, Network, Site
from aqdaq.model.project import ProjectConfig
from aqdaq.model.results import Assumption, CellFit, ModelShare, UnknownShare
from aqdaq.model.surface import Surface
from aqdaq.model.whitespot import LayerDeficit, SmallAreas, WhiteSpot
from aqdaq.pipeline.made_by import reason_word
from aqdaq.report.content import ReportContent

DATE = dt.date(2026, 3, 1)
CRS = "EPSG:32643"

#: Head of a PNG of 800 x 700 dots: stands for a picture where a test reads only words.
NO_PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x03\x20\x00\x00\x02\xbc"


def definition(id_: str = "kz-4g-outdoor", **changes: Any) -> ServiceDefinition:
    figures: dict[str, Any] = {
        "id": id_,
        "title": "4G outdoors, working definition",
        "threshold_dbm": {"LTE": -110.0},
        "probability": 0.9,
        "receiver_height_m": 1.5,
        "environment": "outdoor",
        "entry_loss_db": 0.0,
        "entry_loss_sd_db": 0.0,
        "minimum_area_m2": 10_000.0,
        "measured_within_m": 50.0,
        "minimum_samples": 3,
        "source": "Working figures; the text was not read",
        "verified": False,
        "valid_from": dt.date(2024, 1, 1),
        "valid_to": None,
    }
    return ServiceDefinition(**{**figures, **changes})


def config(name: str = "Small Town", *, synthetic: bool = True, people: str = "buildings") -> ProjectConfig:
    raster = {"raster": "people.tif"} if people == "raster" else {}
    return ProjectConfig.model_validate(
        {
            "project": {"name": name, "synthetic": synthetic, "description": "Two operators and three holes."},
            "grid": {"crs": CRS, "resolution_m": 20.0},
            "network": {"cells": "cells.csv"},
            "people": {"source": people, **raster},
            "service": {"definitions": ["kz-4g-outdoor"]},
            "prediction": {"radius_m": 2000.0, "profile_step_m": 20.0},
        }
    )


def coverage_map(
    layer: Layer, grid: Grid, mean: NDArray[np.float64], definitions: tuple[ServiceDefinition, ...], sd_db: float = 8.0
) -> CoverageMap:
    mean_dbm = mean.astype(np.float32)
    known = np.isfinite(mean_dbm)
    evidence = np.where(known, Evidence.PREDICTED, Evidence.UNKNOWN).astype(np.uint8)
    rows = (np.arange(grid.rows) % 12 < 2)[:, None] & (np.arange(grid.cols) > grid.cols // 3)[None, :]
    evidence[rows & known] = Evidence.MEASURED
    return CoverageMap(
        layer=layer,
        grid=grid,
        quantity="RSRP",
        mean_dbm=mean_dbm,
        sd_db=np.where(known, sd_db, np.nan).astype(np.float32),
        best_server=np.where(known, 0, -1).astype(np.int16),
        sinr_db=((mean_dbm + 100.0) / 2.0).astype(np.float32),
        evidence=evidence,
        cells=("S1-1",),
        probability={
            d.id: ndtr((mean_dbm - d.threshold_dbm[layer.technology]) / sd_db).astype(np.float32)
            for d in definitions
            if d.judges(layer)
        },
    )


def measurements(count: int) -> Measurements:
    number = np.arange(count)
    return Measurements.filled(
        pd.DataFrame(
            {
                "source": "drive.csv",
                "row": number + 2,
                "x_m": 650_000.0 + number,
                "y_m": 4_790_000.0 - number,
                "cell": "S1-1",
                "quantity": "RSRP",
                "level_dbm": -90.0 - number % 10,
                "date": "",
            }
        )
    )


def spot(  # a white spot of given pixels, with the people that live on them
    grid: Grid, rank: int, pixels: tuple[int, int, int, int], living: NDArray[np.float32] | None, **changes: Any
) -> WhiteSpot:
    row0, row1, col0, col1 = pixels
    side, x, y = grid.resolution_m, grid.x_min_m, grid.y_max_m
    geometry = box(x + col0 * side, y - row1 * side, x + col1 * side, y - row0 * side)
    affected = None if living is None else float(living[row0:row1, col0:col1].sum())
    given: dict[str, Any] = {
        "id": f"WS-{rank:04d}",
        "definition": "kz-4g-outdoor",
        "rank": rank,
        "ranked_by": "area" if living is None else "people",
        "geometry": geometry,
        "lon_deg": 76.9 + rank / 1000,
        "lat_deg": 43.2,
        "area_m2": geometry.area,
        "total_area_m2": geometry.area / 2 if rank == 1 else 0.0,
        "people": affected,
        "total_people": None if affected is None else (affected / 2 if rank == 1 else 0.0),
        "kind": ("total", "mixed", "partial")[min(rank, 3) - 1],
        "layers": (
            LayerDeficit("A/LTE", geometry.area, affected, -116.0, 6.0, 0.31),
            LayerDeficit("B/LTE", geometry.area / 2, None if affected is None else affected / 2, -109.0, -1.0, 0.62),
        )[: 2 if rank == 1 else 1],
        "measured_share": 0.25,
        "district": "North",
    }
    return WhiteSpot(**{**given, **changes})


def small_content(**changes: Any) -> ReportContent:
    """60 x 50 pixels, two layers, three white spots, a hole where nothing is known."""
    grid = Grid(CRS, 650_000.0, 4_791_000.0, 20.0, 50, 60)
    definitions = changes.pop("definitions", (definition(),))
    knows_people = changes.pop("knows_people", True)
    people = np.zeros(grid.shape, dtype=np.float32)
    people[::3, ::2] = 7.0
    y, x = np.mgrid[0 : grid.rows, 0 : grid.cols]
    mean_a = -80.0 - 0.9 * np.hypot(x - 40, y - 15)
    mean_b = -80.0 - 0.8 * np.hypot(x - 10, y - 40)
    mean_a[45:, 50:] = np.nan
    mean_b[:6, :8] = np.nan
    layers = (Layer("A", "LTE"), Layer("B", "LTE"))
    site = Site("S1", 650_800.0, 4_790_700.0)
    other = Site("S2", 650_200.0, 4_790_200.0)
    above = np.zeros(grid.shape, dtype=np.float32)
    above[10:14, 20:28] = 15.0
    known = people if knows_people else None
    given: dict[str, Any] = {
        "config": config(people="buildings" if knows_people else "none"),
        "version": "0.1.0",
        "run_id": "abc123",
        "date": DATE,
        "grid": grid,
        "surface": Surface(grid, DATE, np.zeros(grid.shape, dtype=np.float32), above),
        "network": Network(
            (site, other),
            tuple(
                Cell(f"{s.id}-1", s.id, layer, 1800.0, 20.0, 0.0, 4.0, 30.0, 60.0, 100)
                for s, layer in zip((site, other), layers, strict=True)
            ),
        ),
        "definitions": definitions,
        "coverage": (
            coverage_map(layers[0], grid, mean_a, definitions),
            coverage_map(layers[1], grid, mean_b, definitions),
        ),
        "whitespots": {
            "kz-4g-outdoor": (
                spot(grid, 1, (30, 42, 2, 20), known),
                spot(grid, 2, (8, 16, 25, 35), known),
                spot(grid, 3, (1, 6, 52, 60), known, district=None),
            )
        },
        "people": known,
        "districts": gpd.GeoDataFrame(
            {"name": ["North", "South"]},
            geometry=[
                box(650_000, 4_790_500, 650_600, 4_791_000),
                box(650_000, 4_790_000, 650_600, 4_790_500),
            ],
            crs=CRS,
        ),
        "measurements": measurements(40),
        "rows_read": 44,
        "set_aside": (
            SetAside("drive.csv", 5, "outside the grid", "76.1, 43.0"),
            SetAside("drive.csv", 9, "outside the grid", "76.2, 43.0"),
            SetAside("drive.csv", 12, "level is impossible", "=-20"),
            SetAside("drive.csv", 30, "outside the grid"),
        ),
        "assumptions": (Assumption("antenna height", "30 m", "1 cell", "not in the cell table"),),
        "fits": (
            CellFit("S1-1", 40, 1.25, -0.4, 6.1, pooled=False),
            CellFit("S2-1", 0, 1.25, -0.4, 7.0, pooled=True),
        ),
        "unknown_share": {"A/LTE": 0.0166, "B/LTE": 0.016},
        "models": (
            ModelShare("A/LTE", "two_ray", 0.0, 250.0, "exact", 400, 400 / 3000),
            ModelShare("A/LTE", "p1812", 250.0, 2000.0, "sweep", 2550, 2550 / 3000),
        ),
        "unknown": tuple(
            UnknownShare("A/LTE", reason_word(reason), 50 - reason, (50 - reason) / 3000) for reason in Reason
        ),
        "small_areas": {definitions[0].id: SmallAreas(2, 800.0, 14.0 if knows_people else None)},
    }
    return ReportContent(**{**given, **changes})


def city_content(size: int = 400, seed: int = 7) -> ReportContent:
    """Six layers of three operators on ``size`` x ``size`` pixels of 10 m, with correlated holes."""
    rng = np.random.default_rng(seed)
    grid = Grid(CRS, 650_000.0, 4_794_000.0, 10.0, size, size)
    definitions = (
        definition(threshold_dbm={"LTE": -105.0}),
        definition("kz-5g-outdoor", title="5G outdoors, working definition", threshold_dbm={"NR": -110.0}),
    )
    base = small_content()
    y, x = np.mgrid[0:size, 0:size]
    sites, cells, maps = [], [], []
    for operator in "ABC":
        spread = np.linspace(0.08, 0.92, 4) * size
        places = [(px + rng.normal(0, 25), py + rng.normal(0, 25)) for px in spread for py in spread[::2]]
        own = [
            Site(f"{operator}{n:02d}", 650_000.0 + px * 10, 4_794_000.0 - py * 10) for n, (px, py) in enumerate(places)
        ]
        sites += own
        nearest = np.min([np.hypot(x - px, y - py) for px, py in places], axis=0) * 10.0
        for technology, level in (("LTE", -30.0), ("NR", -31.0)):
            layer = Layer(operator, technology)
            shadow = gaussian_filter(rng.normal(size=(size, size)), 8) * 16 * 7
            mean = level - 20.0 * np.log10(np.maximum(nearest, 30.0)) + shadow
            mean[np.hypot(x - 10, y - 380) < 45] = np.nan
            maps.append(coverage_map(layer, grid, mean, definitions))
            cells += [
                Cell(f"{s.id}-{technology}-{k}", s.id, layer, 1800.0, 20.0, 120.0 * k, 4.0, 30.0, 60.0, 100)
                for s in own
                for k in range(3)
            ]
    above = np.zeros(grid.shape, dtype=np.float32)
    above[((y // 6) % 3 == 1) & ((x // 6) % 3 == 1)] = 15.0
    people = np.where(above > 0, rng.gamma(1.0, 2.0, grid.shape), 0.0).astype(np.float32)
    half = size * 5.0
    quarters = [
        box(650_000 + i * half, 4_794_000 - (j + 1) * half, 650_000 + (i + 1) * half, 4_794_000 - j * half)
        for i in (0, 1)
        for j in (0, 1)
    ]
    return ReportContent(
        config=config("Sample city"),
        version="0.1.0",
        run_id="9f2c41aa07",
        date=DATE,
        grid=grid,
        surface=Surface(grid, DATE, np.zeros(grid.shape, dtype=np.float32), above),
        network=Network(tuple(sites), tuple(cells)),
        definitions=definitions,
        coverage=tuple(maps),
        whitespots={d.id: _find(d, grid, maps, people) for d in definitions},
        people=people,
        districts=gpd.GeoDataFrame({"name": ["Alatau", "Medeu", "Talgar", "Nauryz"]}, geometry=quarters, crs=CRS),
        measurements=measurements(9000),
        rows_read=9004,
        set_aside=base.set_aside,
        assumptions=base.assumptions * 6,
        fits=tuple(CellFit(c.id, 120, 0.5, -1.0, 6.0, pooled=False) for c in cells),
        unknown_share={str(m.layer): float((m.evidence == 0).mean()) for m in maps},
    )


def _find(
    d: ServiceDefinition, grid: Grid, maps: list[CoverageMap], people: NDArray[np.float32]
) -> tuple[WhiteSpot, ...]:
    judged = [m for m in maps if d.id in m.probability]
    fails = np.array([np.nan_to_num(m.probability[d.id], nan=1.0) < d.probability for m in judged])
    areas, count = label(fails.any(axis=0))
    every = fails.all(axis=0)
    found = []
    for number in range(1, count + 1):
        inside = areas == number
        if inside.sum() * grid.pixel_area_m2 < d.minimum_area_m2:
            continue
        outline = next(shape(g) for g, v in shapes(inside.astype(np.uint8), inside, 4, grid.transform) if v)
        parts = tuple(
            LayerDeficit(
                str(m.layer), float((f & inside).sum() * 100), float(people[f & inside].sum()),
                float(m.mean_dbm[f & inside].mean()), float(-105 - m.mean_dbm[f & inside].mean()),
                float(m.probability[d.id][f & inside].mean()),
            )
            for m, f in zip(judged, fails, strict=True)
            if (f & inside).any()
        )  # fmt: skip
        everyone = float(people[inside].sum())
        found.append((everyone, outline, inside, parts))
    found.sort(key=lambda item: -item[0])
    return tuple(
        WhiteSpot(
            f"WS-{rank:06d}", d.id, rank, "people", outline, 76.9, 43.2, float(inside.sum() * 100),
            float((inside & every).sum() * 100), everyone, float(people[inside & every].sum()),
            "total" if (inside & every).sum() > 100 else "partial", parts, 0.1, "Medeu",
        )
        for rank, (everyone, outline, inside, parts) in enumerate(found, start=1)
    )  # fmt: skip
