"""White spots on hand-made maps: what fails, what joins, who is counted, who is first."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from aqdaq.analysis.whitespots import WhiteSpotsFound, find_white_spots, kind_of
from aqdaq.model.coverage import CoverageMap, Evidence
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid
from aqdaq.model.network import Layer

GRID = Grid("EPSG:32643", 650000.0, 4785200.0, 10.0, 20, 30)


def definition(minimum_area_m2: float = 400.0, technologies: tuple[str, ...] = ("LTE",)) -> ServiceDefinition:
    return ServiceDefinition(
        id="d", title="d", threshold_dbm=dict.fromkeys(technologies, -110.0), probability=0.9, receiver_height_m=1.5,
        environment="outdoor", entry_loss_db=0.0, entry_loss_sd_db=0.0, minimum_area_m2=minimum_area_m2,
        measured_within_m=50.0, minimum_samples=3, source="", verified=False,
        valid_from=dt.date(2020, 1, 1), valid_to=None,
    )  # fmt: skip


def layer_map(operator: str, p: np.ndarray, technology: str = "LTE", unknown: np.ndarray | None = None) -> CoverageMap:
    hidden = np.zeros(GRID.shape, dtype=bool) if unknown is None else unknown
    level = np.where(hidden, np.nan, -110 + 20 * (p - 0.5)).astype(np.float32)
    return CoverageMap(
        layer=Layer(operator, technology), grid=GRID, quantity="RSRP", mean_dbm=level,
        sd_db=np.where(hidden, np.nan, 8),
        best_server=np.where(hidden, -1, 0).astype(np.int16), sinr_db=level, cells=("c",),
        evidence=np.where(hidden, Evidence.UNKNOWN, Evidence.PREDICTED).astype(np.uint8),
        probability={"d": np.where(hidden, np.nan, p).astype(np.float32)},
    )  # fmt: skip


def good() -> np.ndarray:
    return np.full(GRID.shape, 0.99)


def find(
    *maps: CoverageMap, people: np.ndarray | None = None, minimum: float = 400.0, **more: object
) -> WhiteSpotsFound:
    return find_white_spots(
        definition(minimum), maps, people=people, districts=more.get("districts"), geographic_crs="EPSG:4326"
    )  # type: ignore[arg-type]


def test_the_deficit_holds_the_entry_loss_of_the_layer() -> None:
    p = good()
    p[2:6, 2:6] = 0.5
    one = layer_map("A", p)
    plain, behind = (
        find_white_spots(
            definition(400.0), [one], people=None, districts=None, geographic_crs="EPSG:4326", loss_db=loss
        ).spots[0].layers[0]
        for loss in (None, {str(one.layer): 18.5})
    )  # fmt: skip
    assert behind.deficit_db == pytest.approx(plain.deficit_db + 18.5)


def test_area_people_and_rank() -> None:
    p, people = good(), np.zeros(GRID.shape, dtype=np.float32)
    p[2:6, 2:6] = 0.5
    p[10:18, 10:20] = 0.2
    people[3, 3], people[12, 12], people[0, 0] = 100, 40, 7
    found = find(layer_map("A", p), people=people)
    first, second = found.spots
    assert (first.rank, first.people, first.area_m2, first.ranked_by) == (1, 100.0, 1600.0, "people")
    assert (second.rank, second.people, second.area_m2) == (2, 40.0, 8000.0)
    assert first.layers[0].deficit_db == pytest.approx(0.0, abs=1e-4)
    assert first.geometry.equals(box(650020, 4785140, 650060, 4785180))
    assert found.labels[3, 3] == 1
    assert found.labels[12, 12] == 2


def test_nobody_known_ranks_by_area() -> None:
    p = good()
    p[2:6, 2:6] = 0.5
    p[10:18, 10:20] = 0.5
    spots = find(layer_map("A", p)).spots
    assert [s.area_m2 for s in spots] == [8000.0, 1600.0]
    assert {s.ranked_by for s in spots} == {"area"}
    assert spots[0].people is None


def test_small_areas_are_counted_apart() -> None:
    p, people = good(), np.ones(GRID.shape, dtype=np.float32)
    p[1, 1:3] = 0.1
    p[10:18, 10:20] = 0.1
    found = find(layer_map("A", p), people=people)
    assert (len(found.spots), found.small.areas, found.small.area_m2, found.small.people) == (1, 1, 200.0, 2.0)
    assert found.labels[1, 1] == 0


def test_unknown_is_never_white() -> None:
    hidden = np.zeros(GRID.shape, dtype=bool)
    hidden[:, 15:] = True
    p = good()
    p[5:10, 10:20] = 0.1
    (spot,) = find(layer_map("A", p, unknown=hidden)).spots
    assert spot.area_m2 == 5 * 5 * 100.0


def test_corners_join() -> None:
    p = good()
    p[2:4, 2:4] = 0.1
    p[4:6, 4:6] = 0.1
    (spot,) = find(layer_map("A", p)).spots
    assert spot.area_m2 == 800.0
    assert spot.geometry.geom_type == "MultiPolygon"
    assert spot.geometry.is_valid


def test_total_where_all_operators_fail_else_partial() -> None:
    a, b = good(), good()
    a[2:8, 2:8] = 0.1
    b[4:8, 4:8] = 0.1
    (total,) = find(layer_map("A", a), layer_map("B", b)).spots
    assert (total.kind, total.total_area_m2, total.area_m2) == ("mixed", 1600.0, 3600.0)  # less than half of it
    assert [(d.layer, d.area_m2) for d in total.layers] == [("A/LTE", 3600.0), ("B/LTE", 1600.0)]
    b[3:8, 2:8] = 0.1
    assert [s.kind for s in find(layer_map("A", a), layer_map("B", b)).spots] == ["total"]
    (partial,) = find(layer_map("A", a), layer_map("B", good())).spots
    assert (partial.kind, partial.total_area_m2) == ("partial", 0.0)


def test_one_good_layer_saves_an_operator() -> None:
    bad = good()
    bad[2:8, 2:8] = 0.1
    maps = (layer_map("A", bad), layer_map("A", good(), "NR"))
    (spot,) = find_white_spots(
        definition(technologies=("LTE", "NR")), maps, people=None, districts=None, geographic_crs="EPSG:4326"
    ).spots
    assert spot.kind == "partial"


def test_district_of_the_larger_part_and_a_stable_name() -> None:
    p = good()
    p[5:10, 10:20] = 0.1
    halves = gpd.GeoDataFrame(
        {"name": ["west", "east"]},
        geometry=[box(650000, 4785000, 650130, 4785200), box(650130, 4785000, 650300, 4785200)],
        crs=GRID.crs,
    )
    (spot,) = find(layer_map("A", p), districts=halves).spots
    assert spot.district == "east"
    assert spot.id == find(layer_map("A", p)).spots[0].id
    assert spot.id.startswith("WS-")


def test_a_layer_that_the_definition_does_not_judge_is_left_out() -> None:
    other = layer_map("A", good(), "GSM")
    object.__setattr__(other, "probability", {})
    assert find(other).spots == ()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([100.0, 500.0, 2000.0]))
def test_every_failing_person_is_counted_once(seed: int, minimum: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.random((2, *GRID.shape))
    people = rng.random(GRID.shape).astype(np.float32)
    found = find(layer_map("A", a), layer_map("B", b), people=people, minimum=minimum)
    failing = (a.astype(np.float32) < np.float32(0.9)) | (b.astype(np.float32) < np.float32(0.9))
    counted = sum(s.people or 0 for s in found.spots) + (found.small.people or 0)
    assert counted == pytest.approx(people[failing].sum(dtype=float), rel=1e-5)
    area = sum(s.area_m2 for s in found.spots) + found.small.area_m2
    assert area == pytest.approx(failing.sum() * 100.0)
    assert all(s.geometry.area == pytest.approx(s.area_m2) for s in found.spots)


@pytest.mark.parametrize(
    ("area", "total", "kind"),
    [
        (1000.0, 501.0, "total"),
        (1000.0, 500.0, "mixed"),
        (1000.0, 400.0, "mixed"),
        (1000.0, 399.0, "partial"),
        (900.0, 0.0, "partial"),
    ],
)
def test_kind_by_the_part_that_nobody_serves(area: float, total: float, kind: str) -> None:
    assert kind_of(area, total, 400.0) == kind
