"""Vector files out and in again, byte for byte, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from aqdaq.base.errors import InputError, OutputError, UsageError
from aqdaq.io.vector import read_vector, write_vector

CRS = "EPSG:32643"
SUFFIXES = [".gpkg", ".geojson", ".parquet", ".fgb", ".shp", ".kml", ".csv"]


def frame() -> gpd.GeoDataFrame:
    ring = shapely.Polygon(
        [(655_000, 4_795_000), (655_000, 4_795_400), (655_400, 4_795_400), (655_400, 4_795_000)],
        holes=[[(655_100, 4_795_100), (655_200, 4_795_100), (655_200, 4_795_200)]],
    )
    two = shapely.MultiPolygon(
        [shapely.box(656_000, 4_795_000, 656_050, 4_795_090), shapely.box(656_100, 4_795_000, 656_150, 4_795_090)]
    )
    return gpd.GeoDataFrame(
        {
            "id": ["w1", "ақ дақ"],
            "rank": [1, 2],
            "area_m2": [155_000.25, 9_000.5],
            "built": [dt.date(2027, 5, 1), None],
            "people": [12.5, None],
        },
        geometry=[ring, two],
        crs=CRS,
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_round_trip_keeps_places_and_values(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"spots{suffix}"
    write_vector(path, frame())
    back = read_vector(path, crs=CRS)
    back = back.sort_values("rank").reset_index(drop=True)
    assert list(back["id"]) == ["w1", "ақ дақ"]
    assert [float(v) for v in back["rank"]] == [1.0, 2.0]
    assert [float(v) for v in back["area_m2"]] == [155_000.25, 9_000.5]
    assert str(back["built"][0])[:10] == "2027-05-01"
    assert back["people"].isna().tolist() == [False, True]
    assert back.crs == CRS
    assert not back.geometry.has_z.any()
    moved = back.geometry.normalize().hausdorff_distance(frame().geometry.normalize())
    assert moved.max() < 0.02


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_features_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_vector(tmp_path / name / f"spots{suffix}", frame(), layer="spots")
        if name == "a":
            time.sleep(1.1)
    first = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir()}
    assert first == {p.name: p.read_bytes() for p in (tmp_path / "b").iterdir()}
    assert all(first.values())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_features_can_be_written_and_are_refused_when_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"none{suffix}"
    write_vector(path, frame().iloc[:0])
    with pytest.raises(InputError, match="holds no feature"):
        read_vector(path, crs=CRS)


def test_the_date_option_of_gdal_is_put_back(tmp_path: Path) -> None:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "1999-01-01T00:00:00.000Z"})
    try:
        write_vector(tmp_path / "a.gpkg", frame())
        assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == "1999-01-01T00:00:00.000Z"
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    write_vector(tmp_path / "b.gpkg", frame())
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_geojson_is_rfc_7946(tmp_path: Path) -> None:
    write_vector(tmp_path / "a.geojson", frame())
    found = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    assert "crs" not in found
    ring = found["features"][0]["geometry"]["coordinates"][0]
    assert all(76.0 < lon < 78.0 and 42.0 < lat < 44.0 for lon, lat in ring)
    assert all(len(str(value).split(".")[1]) <= 7 for point in ring for value in point)
    assert shapely.LinearRing(ring).is_ccw  # outer rings turn left


def test_geopackage_holds_several_layers_and_they_must_be_named(tmp_path: Path) -> None:
    path = tmp_path / "all.gpkg"
    write_vector(path, frame(), layer="total")
    write_vector(path, frame().iloc[:1], layer="partial")
    assert len(read_vector(path, layer="total", crs=CRS)) == 2
    assert len(read_vector(path, layer="partial", crs=CRS)) == 1
    with pytest.raises(InputError, match="has 2 layers -> name one: total, partial"):
        read_vector(path, crs=CRS)
    with pytest.raises(InputError, match="has no layer 'spots' -> use one of: total, partial"):
        read_vector(path, layer="spots", crs=CRS)


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".geojson"])
def test_a_layer_that_the_format_does_not_have(tmp_path: Path, suffix: str) -> None:
    write_vector(tmp_path / f"a{suffix}", frame())
    assert len(read_vector(tmp_path / f"a{suffix}", layer="a", crs=CRS)) == 2
    with pytest.raises(InputError, match="has no layer 'b'"):
        read_vector(tmp_path / f"a{suffix}", layer="b", crs=CRS)


def test_missing_empty_and_unsupported_files(tmp_path: Path) -> None:
    (tmp_path / "zero.gpkg").touch()
    (tmp_path / "plan.docx").write_text("x")
    for name, message in (
        ("gone.gpkg", "there is no such file"),
        ("zero.gpkg", "is empty"),
        ("plan.docx", r"\.docx is not supported -> use \.gpkg, \.geojson"),
    ):
        with pytest.raises(InputError, match=message):
            read_vector(tmp_path / name, crs=CRS)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet", ".fgb", ".kml"])
def test_garbage_and_cut_files_cannot_be_read(tmp_path: Path, suffix: str) -> None:
    many = frame().iloc[[0, 1] * 200].reset_index(drop=True)
    whole = tmp_path / f"whole{suffix}"
    write_vector(whole, many)
    raw = whole.read_bytes()
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(raw[: len(raw) * 6 // 10])
    garbage = tmp_path / f"garbage{suffix}"
    garbage.write_bytes(b"no features here\n" * 30)
    for path in (cut, garbage):
        with pytest.raises(InputError, match="cannot be read"):
            read_vector(path, crs=CRS)


def test_shapefile_needs_its_parts_and_they_must_be_whole(tmp_path: Path) -> None:
    path = tmp_path / "roads.shp"
    many = frame().iloc[[0, 1] * 200].reset_index(drop=True)
    write_vector(path, many)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    table = path.with_suffix(".dbf")
    rows = table.read_bytes()
    table.write_bytes(rows[: len(rows) * 6 // 10])
    with pytest.raises(InputError, match=r"roads\.shp: is cut.*\nroads\.dbf: is cut"):
        read_vector(path, crs=CRS)
    path.write_bytes(whole)
    table.write_bytes(rows)
    path.with_suffix(".prj").unlink()
    with pytest.raises(InputError, match=r"has no CRS: roads\.prj is missing"):
        read_vector(path, crs=CRS)
    path.with_suffix(".shx").unlink()
    with pytest.raises(InputError, match=r"roads\.shx is missing"):
        read_vector(path, crs=CRS)


def test_no_crs_in_other_formats(tmp_path: Path) -> None:
    bare = frame().set_crs(None, allow_override=True)
    bare.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"a\.parquet: has no CRS"):
        read_vector(tmp_path / "a.parquet", crs=CRS)


def test_swapped_coordinates_are_named(tmp_path: Path) -> None:
    swapped = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [43.2, 76.9]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [-8.05, 134.9]}},
    ]}  # fmt: skip
    path = tmp_path / "s.geojson"
    path.write_text(json.dumps(swapped), encoding="utf-8")
    with pytest.raises(InputError, match=r"s\.geojson:2: latitude 134.9 is out of range .*look swapped"):
        read_vector(path, crs=CRS)
    (tmp_path / "s.csv").write_text("lat,lon\n43.2,76.9\n134.9,-8.05\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"s\.csv:3: .*look swapped"):
        read_vector(tmp_path / "s.csv", crs=CRS)


def test_coordinates_that_the_project_crs_cannot_hold(tmp_path: Path) -> None:
    (tmp_path / "pole.csv").write_text("lat,lon\n43.2,76.9\n-90,76.9\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"pole\.csv:3: coordinates cannot be brought to EPSG:2154"):
        read_vector(tmp_path / "pole.csv", crs="EPSG:2154")


def test_csv_with_degrees_types_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "poles.csv"
    path.write_text(
        '\ufeffID,Lon,Lat,height_m,code,note\np1,76.95,43.25,8.5,007,\n\np2,76.96,43.26,,008,"a, b"\n', encoding="utf-8"
    )
    found = read_vector(path, crs="EPSG:4326")
    assert found.geometry.x.tolist() == [76.95, 76.96]
    assert found["code"].tolist() == ["007", "008"]
    assert found["height_m"][0] == 8.5
    assert np.isnan(found["height_m"][1])
    assert found["note"].isna().tolist() == [True, False]


def test_csv_faults_name_every_row(tmp_path: Path) -> None:
    path = tmp_path / "poles.csv"
    path.write_text("lon,lat\n76.9,43.2\nx,43.2\n\n76.9,\n76.8\n", encoding="utf-8")
    with pytest.raises(InputError) as err:
        read_vector(path, crs=CRS)
    assert [fault.where for fault in err.value.faults] == ["poles.csv:3", "poles.csv:5", "poles.csv:6"]
    path.write_text("wkt\nPOINT (76 43)\nPOINT (76\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"poles\.csv:3: 'POINT \(76' is not WKT"):
        read_vector(path, crs=CRS)
    path.write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"poles\.csv:1: columns are x, y -> need lon and lat"):
        read_vector(path, crs=CRS)
    path.write_bytes(b"lon,lat\n76.9,43.2,4,5\n\xff\xfe\n")
    with pytest.raises(InputError, match="cannot be read"):
        read_vector(path, crs=CRS)


def test_shapefile_names_stay_unique_and_long_texts_are_refused(tmp_path: Path) -> None:
    wide = frame().rename(columns={"rank": "population_a", "area_m2": "population_b"})
    write_vector(tmp_path / "a.shp", wide)
    assert {"population", "populatio2"} <= set(read_vector(tmp_path / "a.shp", crs=CRS).columns)
    with pytest.raises(OutputError, match="more than 254 bytes"):
        write_vector(tmp_path / "b.shp", frame().assign(id=["x" * 255, "y"]))


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.docx is not supported"):
        write_vector(tmp_path / "a.docx", frame())
    with pytest.raises(UsageError, match="no CRS"):
        write_vector(tmp_path / "a.gpkg", frame().set_crs(None, allow_override=True))
    for suffix in SUFFIXES:
        with pytest.raises(OutputError, match="cannot be written"):
            write_vector(tmp_path / "no" / f"a{suffix}", frame())


def test_a_table_without_geometry_is_refused(tmp_path: Path) -> None:
    pyogrio.write_dataframe(frame().drop(columns="geometry"), tmp_path / "t.gpkg", layer="t")
    with pytest.raises(InputError, match="has no geometry"):
        read_vector(tmp_path / "t.gpkg", crs=CRS)


@pytest.mark.reference
def test_munich_buildings_and_almaty_districts() -> None:
    folder = os.environ.get("AQDAQ_REFERENCE_DATA")
    if not folder:
        pytest.skip("AQDAQ_REFERENCE_DATA is not set")
    munich = read_vector(Path(folder) / "munich_buildings" / "munich_buildings.geojson", crs="EPSG:32632")
    assert len(munich) == 1168
    # The areas that the file states were computed in the plane, independently of us.
    assert np.median(munich.area / munich["area_m2"]) == pytest.approx(1.0, abs=0.005)
    almaty = read_vector(Path(folder) / "almaty_districts" / "districts.geojson", crs=CRS)
    assert len(almaty) == 8
    assert almaty.area.sum() == pytest.approx(683e6, rel=0.05)  # the city has about 683 km2
