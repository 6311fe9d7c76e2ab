"""Districts."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from aqdaq.base.errors import InputError
from aqdaq.io.areas import read_districts
from aqdaq.io.vector import write_vector
from aqdaq.model.project import DistrictsSection

CRS = "EPSG:32643"


def test_names_and_areas(tmp_path: Path) -> None:
    bow = shapely.Polygon([(655_100, 4_794_900), (655_140, 4_794_940), (655_140, 4_794_900), (655_100, 4_794_940)])
    frame = gpd.GeoDataFrame(
        {"ауданы": ["Алатау", " Медеу "]}, geometry=[shapely.box(655_000, 4_795_000, 655_100, 4_795_100), bow], crs=CRS
    )
    write_vector(tmp_path / "d.gpkg", frame, layer="city")
    found = read_districts(DistrictsSection(file="d.gpkg", layer="city", name_column="ауданы"), tmp_path, crs=CRS)
    assert list(found.columns) == ["name", "geometry"]
    assert found["name"].tolist() == ["Алатау", "Медеу"]
    assert found.area.tolist() == pytest.approx([10_000.0, 800.0])
    assert found.is_valid.all()
    assert found.crs == CRS


def test_a_missing_column_names_those_that_are_there(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"nimi": ["x"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=CRS)
    frame.to_parquet(tmp_path / "d.parquet")
    with pytest.raises(InputError, match=r"d\.parquet: has no column 'name' -> set name_column to one of: nimi"):
        read_districts(DistrictsSection(file="d.parquet"), tmp_path, crs=CRS)


def test_every_district_without_name_or_area_is_listed(tmp_path: Path) -> None:
    shapes = [shapely.box(0, 0, 1, 1), shapely.Point(0, 0), None, shapely.LineString([(0, 0), (1, 1)])]
    frame = gpd.GeoDataFrame({"name": ["", "a", "b", None]}, geometry=shapes, crs=CRS)
    frame.to_parquet(tmp_path / "d.parquet")
    with pytest.raises(InputError) as err:
        read_districts(DistrictsSection(file="d.parquet"), tmp_path, crs=CRS)
    assert [(fault.where, fault.what) for fault in err.value.faults] == [
        ("d.parquet:1", "the district has no name"),
        ("d.parquet:2", "the district is a Point, not an area"),
        ("d.parquet:3", "the district has no geometry"),
        ("d.parquet:4", "the district has no name"),
        ("d.parquet:4", "the district is a LineString, not an area"),
    ]


@pytest.mark.reference
def test_districts_of_almaty() -> None:
    folder = os.environ.get("AQDAQ_REFERENCE_DATA")
    if not folder:
        pytest.skip("AQDAQ_REFERENCE_DATA is not set")
    found = read_districts(DistrictsSection(file="almaty_districts/districts.geojson"), Path(folder), crs=CRS)
    assert len(found) == 8
    assert "Alatau" in set(found["name"])
    assert found.is_valid.all()
