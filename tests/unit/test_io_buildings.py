"""Buildings from files, and what they are on the grid."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapely.affinity

from aqdaq.base.errors import InputError
from aqdaq.io.buildings import people_from_buildings, rasterize_buildings, read_buildings
from aqdaq.io.vector import write_vector
from aqdaq.model.building import Building
from aqdaq.model.grid import Grid
from aqdaq.model.project import BuildingSource
from tests.unit.osm_pbf import Extract

CRS = "EPSG:32643"
GRID = Grid(CRS, 655_000.0, 4_795_000.0, 10.0, 100, 120)


def box(col: float, row: float, cols: float = 2.0, rows: float = 2.0) -> shapely.Polygon:
    """Return a rectangle given in pixels of the grid."""
    x, y = GRID.x_min_m + 10.0 * col, GRID.y_max_m - 10.0 * row
    return shapely.box(x, y - 10.0 * rows, x + 10.0 * cols, y)


def house(name: str, shape: Any, height_m: float = 9.0, residents: float | None = None) -> Building:
    return Building(name, shape, height_m, residents=residents)


def save(path: Path, shapes: list[Any], **columns: list[Any]) -> Path:
    write_vector(path, gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS))
    return path


def faults(err: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [str(fault) for fault in err.value.faults]


# Reading.


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet", ".shp", ".kml", ".csv"])
def test_fields_come_through_every_format(tmp_path: Path, suffix: str) -> None:
    save(
        tmp_path / f"b{suffix}",
        [box(1, 1), box(5, 5)],
        code=["a1", "a2"],
        height_m=[12.5, None],
        floors=[4, 9],
        material=["brick", None],
        use=["school", "residential"],
        residents=[0.0, 210.5],
        built=[None, dt.date(2027, 9, 1)],
        demolished=[dt.date(2030, 1, 1), None],
        owners=["oa-1", None],
    )
    found = read_buildings(BuildingSource(file=f"b{suffix}", columns={"id": "code"}), tmp_path, crs=CRS)
    first, second = found.buildings
    assert (first.id, first.height_m, first.floors, first.material, first.use) == ("a1", 12.5, 4, "brick", "school")
    assert (first.residents, first.built, first.demolished, first.owners) == (0.0, None, dt.date(2030, 1, 1), "oa-1")
    assert first.assumed == frozenset()
    assert (second.height_m, second.assumed, second.residents) == (27.0, frozenset({"height_m"}), 210.5)
    assert (second.built, second.material, second.owners) == (dt.date(2027, 9, 1), None, None)
    assert (found.from_floors_count, found.assumed_height_count, found.set_aside) == (1, 0, ())
    assert first.footprint.area == pytest.approx(400.0, rel=1e-3)


def test_heights_assumed_and_ids_made_up(tmp_path: Path) -> None:
    save(
        tmp_path / "old.town.geojson", [box(1, 1), box(5, 5), box(9, 9)], H=["8,5", None, ""], levels=[None, "3", None]
    )
    source = BuildingSource(
        file="old.town.geojson", columns={"height_m": "H", "floors": "levels"}, floor_height_m=2.8, default_height_m=7.0
    )
    found = read_buildings(source, tmp_path, crs=CRS)
    assert [b.height_m for b in found.buildings] == [8.5, pytest.approx(8.4), 7.0]
    assert [b.id for b in found.buildings] == ["old/1", "old/2", "old/3"]
    assert (found.from_floors_count, found.assumed_height_count) == (1, 1)


def test_crossed_outlines_are_mended_and_other_shapes_set_aside(tmp_path: Path) -> None:
    bow = shapely.Polygon([(655_100, 4_794_900), (655_140, 4_794_940), (655_140, 4_794_900), (655_100, 4_794_940)])
    flat = shapely.Polygon([(655_300, 4_794_900), (655_340, 4_794_900), (655_300, 4_794_900)])
    shapes = [box(1, 1), bow, shapely.Point(655_200, 4_794_800), None, flat]
    frame = gpd.GeoDataFrame({"id": list("abcde")}, geometry=shapes, crs=CRS)
    frame.to_parquet(tmp_path / "b.parquet")
    found = read_buildings(BuildingSource(file="b.parquet"), tmp_path, crs=CRS)
    assert [b.id for b in found.buildings] == ["a", "b"]
    assert found.buildings[1].footprint.is_valid
    assert found.buildings[1].footprint.area == pytest.approx(800.0)
    assert [(note.row, note.reason, note.value) for note in found.set_aside if note.row != 2] == [
        (3, "is no area", "Point"),
        (4, "has no geometry", ""),
        (5, "is no area", "Polygon"),
    ]
    assert "outline crossed itself: mended" in [note.reason for note in found.set_aside if note.row == 2]


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    save(
        tmp_path / "b.gpkg",
        [box(i * 3, 1) for i in range(9)],
        id=["a", "b", "a", "d", "e", "f", "g", "h", "i"],
        height_m=["0", "1001", "12", "high", "5", "5", "5", "-3", "inf"],
        residents=[1.0, 2.0, 3.0, 4.0, -5.0, 6.0, 7.0, 8.0, 9.0],
        built=[None, None, None, None, None, "2030-01-01", "soon", None, None],
        demolished=[None, None, None, None, None, "2029-12-31", None, None, None],
        floors=["3", "3", "3", "3", "3", "3", "3", "0", "3"],
    )
    with pytest.raises(InputError) as err:
        read_buildings(BuildingSource(file="b.gpkg"), tmp_path, crs=CRS)
    found = [line.split(" -> ")[0] for line in faults(err)]
    assert found == [
        "b.gpkg:1: height_m: 0 lies outside 0 to 1000 m",
        "b.gpkg:2: height_m: 1001 lies outside 0 to 1000 m",
        "b.gpkg:4: height_m: 'high' is not a number",
        "b.gpkg:5: residents: -5 is negative",
        "b.gpkg:6: demolished 2029-12-31 before it was built 2030-01-01",
        "b.gpkg:7: built: 'soon' is not a date",
        "b.gpkg:8: height_m: -3 lies outside 0 to 1000 m",
        "b.gpkg:8: floors: 0 lies outside 0 to 330 floors",
        "b.gpkg:9: height_m: 'inf' is not a number",
        "b.gpkg:3: id 'a' is given already at b.gpkg:1",
    ]


def test_rows_of_a_csv_count_its_header(tmp_path: Path) -> None:
    save(tmp_path / "b.csv", [box(1, 1), box(5, 5)], height_m=[5, -1])
    with pytest.raises(InputError, match=r"b\.csv:3: height_m"):
        read_buildings(BuildingSource(file="b.csv"), tmp_path, crs=CRS)


def test_mapping_that_does_not_fit(tmp_path: Path) -> None:
    save(tmp_path / "b.gpkg", [box(1, 1)], H=[5.0])
    with pytest.raises(InputError) as err:
        read_buildings(BuildingSource(file="b.gpkg", columns={"height_m": "height", "colour": "H"}), tmp_path, crs=CRS)
    assert faults(err) == [
        (
            "b.gpkg colour: is not a field of a building -> use one of: id, height_m, floors, material, use, "
            "residents, built, demolished, owners"
        ),
        "b.gpkg: has no column 'height' (mapped to height_m) -> use one of: H",
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [("1975", dt.date(1975, 1, 1)), ("2027-05-01", dt.date(2027, 5, 1)), ("2027-05-01T12:00:00", dt.date(2027, 5, 1))],
)
def test_dates_that_can_be_read(tmp_path: Path, given: str, expected: dt.date) -> None:
    save(tmp_path / "b.gpkg", [box(1, 1)], built=[given])
    assert read_buildings(BuildingSource(file="b.gpkg"), tmp_path, crs=CRS).buildings[0].built == expected


def test_whole_numbers_as_ids_and_years(tmp_path: Path) -> None:
    save(tmp_path / "b.gpkg", [box(1, 1), box(4, 4)], id=[7.0, 8.0], built=[1975.0, None])
    first, second = read_buildings(BuildingSource(file="b.gpkg"), tmp_path, crs=CRS).buildings
    assert (first.id, first.built, second.id, second.built) == ("7", dt.date(1975, 1, 1), "8", None)


def test_openstreetmap(tmp_path: Path) -> None:
    osm = Extract()
    osm.square(1, 1, 76.9, 43.28, 0.0004, building="yes", height="20 m")
    osm.square(2, 11, 76.901, 43.28, 0.0004, building="school", building__levels="3")
    osm.square(3, 21, 76.902, 43.28, 0.0004, building="yes", height="low")
    osm.write_pbf(tmp_path / "town.osm.pbf")
    found = read_buildings(BuildingSource(file="town.osm.pbf"), tmp_path, crs=CRS)
    assert [(b.id, b.height_m, b.use) for b in found.buildings] == [
        ("way/1", 20.0, None),
        ("way/2", 9.0, "school"),
        ("way/3", 9.0, None),
    ]
    assert (found.from_floors_count, found.assumed_height_count) == (1, 1)
    assert [note.value for note in found.set_aside] == ["low"]


# On the grid.


def test_heights_on_the_grid() -> None:
    court = box(10, 10, 6, 6).difference(box(12, 12, 2, 2))
    found = rasterize_buildings(
        [house("a", court, 20.0), house("b", box(15, 10, 3, 2), 9.5), house("far", box(-50, 0))], GRID
    )
    expected = np.zeros(GRID.shape, "float32")
    expected[10:12, 16:18] = 9.5
    expected[10:16, 10:16] = 20.0
    expected[12:14, 12:14] = 0.0
    assert np.array_equal(found, expected)
    assert found.dtype == np.float32


def test_the_highest_wins_whatever_the_order() -> None:
    low, high = house("low", box(3, 3, 4, 4), 5.0), house("high", box(5, 5, 4, 4), 50.0)
    assert np.array_equal(rasterize_buildings([low, high], GRID), rasterize_buildings([high, low], GRID))
    assert rasterize_buildings([high, low], GRID)[6, 6] == 50.0


def test_no_buildings_no_height_no_people() -> None:
    assert not rasterize_buildings([], GRID).any()
    assert not people_from_buildings([], GRID).any()
    assert not people_from_buildings([house("a", box(1, 1), residents=None)], GRID).any()


def test_people_lie_evenly_where_the_centres_are() -> None:
    found = people_from_buildings([house("a", box(10, 10, 4, 2), residents=80.0)], GRID)
    assert (found[10:12, 10:14] == 10.0).all()
    assert found.sum() == 80.0


def test_overlapping_and_tiny_buildings_lose_nobody() -> None:
    homes = [
        house("big", box(10, 10, 4, 4), residents=160.0),
        house("over", box(12, 12, 4, 4), residents=32.0),
        house("same", box(12, 12, 4, 4), residents=16.0),
        house("tiny", box(30.1, 30.1, 0.2, 0.2), residents=5.0),
        house("tiny too", box(30.7, 30.7, 0.2, 0.2), residents=4.0),
        house("inside", box(10.1, 10.1, 0.2, 0.2), residents=3.0),
    ]
    found = people_from_buildings(homes, GRID)
    assert found.sum() == pytest.approx(220.0)
    assert found[30, 30] == 9.0
    assert found[10, 10] == 13.0
    assert found[11, 11] == 10.0
    assert found[13, 13] == 13.0
    assert found[15, 15] == 3.0


def test_a_building_over_the_edge_counts_by_its_part() -> None:
    found = people_from_buildings(
        [house("a", box(-2, 50, 8, 2), residents=160.0), house("b", box(118, 98, 9, 9), residents=81.0)], GRID
    )
    assert found[50:52, :6].sum() == pytest.approx(120.0)
    assert found[98:, 118:].sum() == pytest.approx(4.0)
    assert found.sum() == pytest.approx(124.0)


def test_total_of_a_thousand_random_buildings() -> None:
    rng = np.random.default_rng(11)
    homes = []
    for i in range(1000):
        col, row, cols, rows = rng.uniform(5, 110), rng.uniform(5, 90), *rng.uniform(0.1, 4.0, 2)
        shape = shapely.affinity.rotate(box(col, row, cols, rows), rng.uniform(0, 90))
        homes.append(house(str(i), shape, residents=float(rng.integers(0, 300))))
    total = sum(b.residents or 0.0 for b in homes)
    found = people_from_buildings(homes, GRID)
    assert found.sum(dtype=float) == pytest.approx(total, rel=1e-6)
    assert (found >= 0).all()
    # The same one by one: overlaps change nothing.
    alone = sum(people_from_buildings([home], GRID).astype(float) for home in homes)
    assert np.allclose(found, alone, atol=1e-3)


@pytest.mark.reference
def test_munich() -> None:
    folder = os.environ.get("AQDAQ_REFERENCE_DATA")
    if not folder:
        pytest.skip("AQDAQ_REFERENCE_DATA is not set")
    source = BuildingSource(file="munich_buildings/munich_buildings.geojson", columns={"height_m": "height"})
    found = read_buildings(source, Path(folder), crs="EPSG:32632")
    assert len(found.buildings) + sum("mended" not in note.reason for note in found.set_aside) == 1168
    assert len(found.buildings) > 1150
    assert found.assumed_height_count == found.from_floors_count == 0
    assert np.median([b.height_m for b in found.buildings]) == pytest.approx(16.4, abs=0.1)
    bounds = np.array([b.footprint.bounds for b in found.buildings])
    grid = Grid.from_bounds("EPSG:32632", (*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)), 2.0)
    heights = rasterize_buildings(found.buildings, grid)
    area = shapely.union_all([b.footprint for b in found.buildings]).area
    assert (heights > 0).sum() * grid.pixel_area_m2 == pytest.approx(area, rel=0.005)
    assert heights.max() == pytest.approx(max(b.height_m for b in found.buildings))
