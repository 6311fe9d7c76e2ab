"""The synthetic city: complete, labelled, repeatable, and like a city."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import tomllib
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from pyproj import Transformer

from aqdaq.base.errors import ExistsError, OutputError, UsageError
from aqdaq.base.rulebook import load_rulebook
from aqdaq.model.network import duplicate_ids
from aqdaq.model.project import ProjectConfig
from aqdaq.pipeline import sample as sample_module
from aqdaq.pipeline.sample import SampleSummary, write_sample
from aqdaq.pipeline.sample.forms import perimeter, slabs
from aqdaq.pipeline.sample.frame import LABEL, ORIGIN_M, SIDE_M, streams, to_lon_lat
from aqdaq.pipeline.sample.streets import WIDTH_M
from aqdaq.pipeline.sample.truth import FIELD_PIXEL_M, SHADOWING_SD_DB, _shadowing_db, _shadowing_spectrum

TODAY = dt.date(2026, 1, 1)
DRIVE_DAY = dt.date(2026, 3, 2)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    return write_sample(tmp_path_factory.mktemp("sample") / "city", seed=1)


@pytest.fixture(scope="module")
def world() -> sample_module._World:
    return sample_module._make(1)


@pytest.fixture(scope="module")
def buildings(city: SampleSummary) -> gpd.GeoDataFrame:
    return gpd.read_file(city.folder / "data/buildings.gpkg")


@pytest.fixture(scope="module")
def planned(city: SampleSummary) -> gpd.GeoDataFrame:
    return gpd.read_file(city.folder / "data/planned.gpkg")


@pytest.fixture(scope="module")
def sites(city: SampleSummary) -> list[dict[str, str]]:
    return rows_of(city.folder / "data/sites.csv")


@pytest.fixture(scope="module")
def cells(city: SampleSummary) -> list[dict[str, str]]:
    return rows_of(city.folder / "data/cells.csv")


@pytest.fixture(scope="module")
def drive_test(city: SampleSummary) -> list[dict[str, str]]:
    return rows_of(city.folder / "data/drive_test.csv")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def checksums(summary: SampleSummary) -> dict[str, str]:
    return {name: hashlib.sha256((summary.folder / name).read_bytes()).hexdigest() for name in summary.files}


def in_crs(rows: list[dict[str, str]]) -> np.ndarray:
    back = Transformer.from_crs("EPSG:4326", "EPSG:32643", always_xy=True)
    return np.column_stack(back.transform([float(r["lon"]) for r in rows], [float(r["lat"]) for r in rows]))


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# --- the folder


def test_the_summary_lists_the_files_that_are_there(city: SampleSummary) -> None:
    there = sorted(str(path.relative_to(city.folder)) for path in city.folder.rglob("*") if path.is_file())
    assert there == list(city.files)


def test_one_seed_is_one_city_byte_for_byte_and_another_seed_another(city: SampleSummary, tmp_path: Path) -> None:
    again = checksums(write_sample(tmp_path / "again", seed=1))
    other = checksums(write_sample(tmp_path / "other", seed=2))
    assert again == checksums(city)
    assert all(other[name] != again[name] for name in other)


def test_the_resolution_changes_the_project_file_and_no_data(
    city: SampleSummary, world: sample_module._World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_module, "_make", lambda _seed: world)
    fine, coarse = checksums(write_sample(tmp_path, seed=1, resolution_m=5.0)), checksums(city)
    assert {name for name in fine if fine[name] != coarse[name]} == {"project.toml"}
    config = ProjectConfig.model_validate(tomllib.loads((tmp_path / "project.toml").read_text(encoding="utf-8")))
    assert config.grid.resolution_m == 5.0
    assert config.prediction.profile_step_m == 5.0


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExistsError, match="not empty"):
        write_sample(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(ExistsError, match="is a file"):
        write_sample(tmp_path / "mine.txt", overwrite=True)


def test_overwrite_replaces_only_the_sample(
    city: SampleSummary, world: sample_module._World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_module, "_make", lambda _seed: world)
    (tmp_path / "data").mkdir()
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "data/lamps.gpkg").write_text("old", encoding="utf-8")
    summary = write_sample(tmp_path, seed=1, overwrite=True)
    assert checksums(summary) == checksums(city)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("figures", [{"seed": -1}, {"resolution_m": 4.9}, {"resolution_m": 51.0}])
def test_impossible_wishes_are_refused_before_anything_is_written(tmp_path: Path, figures: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        write_sample(tmp_path / "new", **figures)  # type: ignore[arg-type]
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(sample_module, "_make", lambda seed: pytest.fail(f"made city {seed} for nothing"))
    with pytest.raises(OutputError, match="cannot be made"):
        write_sample(tmp_path / "file" / "below")


# --- labels


def test_every_file_says_synthetic(city: SampleSummary) -> None:
    for name in city.files:
        path = city.folder / name
        if path.suffix == ".gpkg":
            for layer, _ in pyogrio.list_layers(path):
                assert LABEL in pyogrio.read_info(path, layer=layer)["layer_metadata"]["DESCRIPTION"], name
                assert gpd.read_file(path, layer=layer)["source"].astype(str).str.contains(LABEL).all(), name
        elif path.suffix == ".csv":
            assert all(LABEL in str(list(row.values())[-1]) for row in rows_of(path)), name
        elif path.suffix == ".tif":
            with rasterio.open(path) as file:
                assert LABEL in file.tags()["source"]
        else:
            assert LABEL in path.read_text(encoding="utf-8"), name


# --- project.toml


def test_the_project_file_is_valid_and_names_files_that_are_there(city: SampleSummary) -> None:
    text = (city.folder / "project.toml").read_text(encoding="utf-8")
    config = ProjectConfig.model_validate(tomllib.loads(text))
    assert config.project.synthetic
    assert LABEL in config.project.name
    assert config.grid.bounds == (*ORIGIN_M, ORIGIN_M[0] + SIDE_M, ORIGIN_M[1] + SIDE_M)
    named = [*config.terrain.files, *(b.file for b in config.buildings), config.network.sites, config.network.cells]
    named += [m.file for m in config.measurements] + [config.districts.file if config.districts else ""]
    assert all((city.folder / str(name)).is_file() for name in named)
    for definition in config.service.definitions:
        assert load_rulebook("service", definition, TODAY).id == definition


def test_every_key_of_the_project_file_is_explained(city: SampleSummary) -> None:
    for line in (city.folder / "project.toml").read_text(encoding="utf-8").splitlines():
        assert "=" not in line or "# " in line, line


# --- ground and streets


def test_the_ground_rises_to_the_south_and_reaches_beyond_the_city(city: SampleSummary) -> None:
    with rasterio.open(city.folder / "data/terrain.tif") as file:
        ground = file.read(1)
        assert file.crs.to_epsg() == 32643
        assert file.res == (10.0, 10.0)
        assert file.bounds.left == ORIGIN_M[0] - 500.0
        assert file.bounds.top == ORIGIN_M[1] + SIDE_M + 500.0
    inside = ground[50:-50, 50:-50]
    assert ground.shape == (500, 500)
    assert np.isfinite(ground).all()
    assert abs(inside[0].mean() - 650.0) < 15.0
    assert abs(inside[-1].mean() - 900.0) < 30.0


def test_streets_have_classes_and_lamps_stand_beside_them(city: SampleSummary) -> None:
    streets = gpd.read_file(city.folder / "data/streets.gpkg")
    lamps = gpd.read_file(city.folder / "data/lamps.gpkg")
    assert set(streets["class"]) == set(WIDTH_M)
    assert duplicate_ids(streets["id"]) == duplicate_ids(lamps["id"]) == []
    assert set(lamps["height_m"]) == {9.0}
    tree = shapely.STRtree(streets.geometry.values)
    _, distance = tree.query_nearest(lamps.geometry.values, return_distance=True, all_matches=False)
    assert distance.max() < 17.0
    assert 25.0 < streets.length.sum() / len(lamps) < 45.0


def test_districts_share_out_the_city(city: SampleSummary) -> None:
    collection = json.loads((city.folder / "data/districts.geojson").read_text(encoding="utf-8"))
    names = [feature["properties"]["name"] for feature in collection["features"]]
    districts = gpd.read_file(city.folder / "data/districts.geojson").to_crs("EPSG:32643")
    assert len(set(names)) == city.districts == 4
    assert districts.area.sum() == pytest.approx(SIDE_M**2, rel=1e-3)
    assert districts.union_all().area == pytest.approx(SIDE_M**2, rel=1e-3)


# --- buildings and people


def test_buildings_are_of_all_kinds(buildings: gpd.GeoDataFrame) -> None:
    flats = buildings[buildings["owners"].notna()]
    assert duplicate_ids(buildings["id"]) == []
    assert 300 <= len(buildings) <= 3500
    assert {5, 9} <= set(flats["floors"])
    assert ((buildings["floors"] >= 16) & (buildings["floors"] <= 25)).sum() > 20
    assert {"residential", "school", "hospital", "office", "commercial", "industrial"} == set(buildings["use"])
    assert buildings.is_valid.all()
    assert (shapely.get_num_interior_rings(buildings.geometry.to_numpy()) > 0).sum() >= 20


def test_heights_follow_the_floors_and_a_few_are_missing(buildings: gpd.GeoDataFrame) -> None:
    known = buildings[buildings["height_m"].notna()]
    assert (known["height_m"] == 3.0 * known["floors"]).all()
    assert 0.01 < buildings["height_m"].isna().mean() < 0.06
    assert (buildings["floors"] >= 1).all()


def test_buildings_stand_clear_of_streets_and_of_each_other(city: SampleSummary, buildings: gpd.GeoDataFrame) -> None:
    streets = gpd.read_file(city.folder / "data/streets.gpkg")
    roads = streets.geometry.buffer(streets["width_m"].to_numpy() / 2.0, cap_style="flat").union_all()
    shapes = buildings.geometry.to_numpy()
    assert not shapely.intersects(roads, shapes).any()
    first, second = shapely.STRtree(shapes).query(shapes, "overlaps")
    assert len(first) == len(second) == 0


def test_residents_live_in_homes_only_and_fill_a_town(city: SampleSummary, buildings: gpd.GeoDataFrame) -> None:
    homes = buildings["use"] == "residential"
    assert 60_000 <= city.residents <= 100_000
    assert (buildings.loc[~homes, "residents"] == 0).all()
    assert (buildings.loc[homes, "residents"] > 0).all()
    stands = buildings["demolished"].isna() | (buildings["demolished"] > DRIVE_DAY.isoformat())
    assert buildings.loc[stands, "residents"].sum() == city.residents


def test_dates_parse_and_only_planned_buildings_lie_in_the_future(
    buildings: gpd.GeoDataFrame, planned: gpd.GeoDataFrame
) -> None:
    assert all(dt.date.fromisoformat(day) < TODAY for day in buildings["built"])
    gone = [dt.date.fromisoformat(day) for day in buildings["demolished"].dropna()]
    assert any(day < TODAY for day in gone)
    assert {dt.date.fromisoformat(day) for day in planned["built"]} == {dt.date(2027, 6, 1), dt.date(2028, 9, 1)}


def test_planned_towers_are_high_inhabited_and_on_land_that_is_cleared_first(
    buildings: gpd.GeoDataFrame, planned: gpd.GeoDataFrame
) -> None:
    assert planned["floors"].between(20, 25).all()
    assert (planned["residents"] > 50).all()
    assert not set(planned["id"]) & set(buildings["id"])
    for _, tower in planned.iterrows():
        below = buildings[buildings.intersects(tower.geometry)]
        assert all(day is not None and day < tower["built"] for day in below["demolished"])


def test_every_block_of_flats_has_an_owners_association(city: SampleSummary, buildings: gpd.GeoDataFrame) -> None:
    owners = rows_of(city.folder / "data/owners.csv")
    ids = [row["id"] for row in owners]
    assert duplicate_ids(ids) == []
    assert {row["consent_history"] for row in owners} == {"none", "consented", "refused"}
    flats = buildings[(buildings["use"] == "residential") & (buildings["floors"] >= 5)]
    assert set(flats["owners"]) == set(ids)


# --- network


def test_three_operators_with_twelve_sites_and_six_cells_each(
    sites: list[dict[str, str]], cells: list[dict[str, str]]
) -> None:
    assert len(sites) == 36
    assert duplicate_ids(row["id"] for row in sites) == duplicate_ids(row["id"] for row in cells) == []
    assert set(Counter(row["site"] for row in cells).values()) == {6}
    assert Counter((row["operator"], row["technology"]) for row in cells) == {
        (operator, technology): 36 for operator in "ABC" for technology in ("LTE", "NR")
    }
    for technology, low, high in (("LTE", 1805.0, 1880.0), ("NR", 3400.0, 3800.0)):
        carriers = {(r["operator"], float(r["frequency_mhz"])) for r in cells if r["technology"] == technology}
        assert len({mhz for _, mhz in carriers}) == 3
        assert all(low < mhz < high for _, mhz in carriers)


def test_cells_are_possible_and_point_in_three_directions(cells: list[dict[str, str]]) -> None:
    assert all(0.0 <= float(row["azimuth_deg"]) < 360.0 and 3.0 <= float(row["downtilt_deg"]) <= 8.0 for row in cells)
    for site in {row["site"] for row in cells}:
        azimuths = sorted(float(r["azimuth_deg"]) for r in cells if r["site"] == site and r["technology"] == "LTE")
        gaps = np.diff([*azimuths, azimuths[0] + 360.0])
        assert gaps.min() >= 95.0
    assert all((row["technology"] == "NR") == bool(row["ssb_power_dbm"]) for row in cells)


def test_a_cell_left_the_air_and_others_are_to_come(cells: list[dict[str, str]]) -> None:
    off = [dt.date.fromisoformat(row["off_air"]) for row in cells if row["off_air"]]
    on = [dt.date.fromisoformat(row["on_air"]) for row in cells if row["on_air"]]
    assert [day.year for day in off] == [2025]
    assert on
    assert min(on) > DRIVE_DAY


def test_rooftop_sites_stand_on_roofs_that_stay(
    buildings: gpd.GeoDataFrame, sites: list[dict[str, str]], cells: list[dict[str, str]]
) -> None:
    height = {row["site"]: float(row["height_m"]) for row in cells}
    places = in_crs(sites)
    tree = shapely.STRtree(buildings.geometry.values)
    for site, (x, y) in zip(sites, places, strict=True):
        below = buildings.iloc[tree.query(shapely.Point(x, y), predicate="within")]
        if site["structure"] == "mast":
            assert below.empty
            assert height[site["id"]] == 30.0
            continue
        assert len(below) == 1
        roof = below.iloc[0]
        assert height[site["id"]] == 3.0 * roof["floors"] + 3.0
        assert (roof["owners"] or "") == site["owners"] or not isinstance(roof["owners"], str)
        assert not isinstance(roof["demolished"], str)
    assert Counter(site["structure"] for site in sites)["mast"] >= 3


# --- drive test and truth


def test_drive_test_rows_are_sane(city: SampleSummary, drive_test: list[dict[str, str]]) -> None:
    assert 20_000 <= len(drive_test) == city.rows <= 40_000
    levels = np.asarray([float(row["level_dbm"]) for row in drive_test if is_number(row["level_dbm"])])
    assert levels.min() > -125.0
    assert levels.max() < -30.0
    assert ((levels > -120.0) & (levels < -50.0)).mean() > 0.85
    assert np.allclose(levels * 10.0, np.round(levels * 10.0))
    times = [dt.datetime.fromisoformat(row["time"]) for row in drive_test]
    assert times == sorted(times)
    assert times[0].date() == DRIVE_DAY


def test_the_bad_rows_are_those_that_were_made(
    city: SampleSummary, drive_test: list[dict[str, str]], cells: list[dict[str, str]]
) -> None:
    known = {row["id"] for row in cells}
    places = in_crs(drive_test)
    outside = ((places < ORIGIN_M) | (places > np.asarray(ORIGIN_M) + SIDE_M)).any(axis=1)
    unknown = np.asarray([row["cell"] not in known for row in drive_test])
    no_number = np.asarray([not is_number(row["level_dbm"]) for row in drive_test])
    assert outside.any()
    assert unknown.any()
    assert no_number.any()
    assert (outside | unknown | no_number).sum() == city.bad
    assert 0.002 < city.bad / city.rows < 0.01


def test_phones_hear_only_cells_on_air_and_at_most_four_of_a_layer(
    drive_test: list[dict[str, str]], cells: list[dict[str, str]]
) -> None:
    day = DRIVE_DAY.isoformat()
    silent = {r["id"] for r in cells if (r["on_air"] and r["on_air"] > day) or (r["off_air"] and r["off_air"] <= day)}
    assert silent
    assert not silent & {row["cell"] for row in drive_test}
    heard = Counter((row["time"], row["operator"], row["cell"][-2]) for row in drive_test if "-99-" not in row["cell"])
    assert max(heard.values()) <= 4


def test_most_streets_are_covered_but_not_all(drive_test: list[dict[str, str]]) -> None:
    best: dict[tuple[str, str], float] = {}
    for row in drive_test:
        if is_number(row["level_dbm"]) and "-L" in row["cell"]:
            key = (row["operator"], row["time"])
            best[key] = max(best.get(key, -999.0), float(row["level_dbm"]))
    places = len({row["time"] for row in drive_test})
    for operator in "ABC":
        good = sum(level >= -110.0 for (name, _), level in best.items() if name == operator)
        assert 0.9 < good / places < 1.0


def test_truth_names_cells_whose_table_is_wrong(city: SampleSummary, cells: list[dict[str, str]]) -> None:
    truth = json.loads((city.folder / "data/truth.json").read_text(encoding="utf-8"))
    table = {row["id"]: row for row in cells}
    assert truth["synthetic"] is True
    assert len(truth["wrong_azimuths"]) == len(truth["wrong_downtilts"]) == 6
    for wrong in truth["wrong_azimuths"]:
        turn = abs((wrong["true_deg"] - wrong["table_deg"] + 180.0) % 360.0 - 180.0)
        assert 60.0 <= turn <= 180.0
        assert float(table[wrong["cell"]]["azimuth_deg"]) == wrong["table_deg"]
    assert all(abs(wrong["true_deg"] - wrong["table_deg"]) >= 5.0 for wrong in truth["wrong_downtilts"])
    assert 2.4 < np.std(list(truth["bias_db"].values())) < 3.6


def test_shadowing_has_the_stated_deviation_and_fades_with_distance() -> None:
    rng, spectrum = streams(5)["truth"], _shadowing_spectrum()
    axis = (np.arange(256) + 0.5) * FIELD_PIXEL_M
    x, y = np.meshgrid(axis, axis)
    field = _shadowing_db(rng, spectrum, np.column_stack([x.ravel(), y.ravel()])).reshape(x.shape)
    lag = 4
    correlation = np.corrcoef(field[:, :-lag].ravel(), field[:, lag:].ravel())[0, 1]
    assert field.std() == pytest.approx(SHADOWING_SD_DB, rel=0.08)
    assert correlation == pytest.approx(np.exp(-lag * FIELD_PIXEL_M / 60.0), abs=0.06)


# --- parts


def test_a_ring_has_a_courtyard_and_tiny_land_gets_none() -> None:
    rng = streams(1)["buildings"]
    rings = [form for _ in range(12) for form in perimeter(rng, shapely.box(0.0, 0.0, 110.0, 90.0))]
    assert any(outline.interiors for outline, _, _ in rings)
    assert all(not outline.interiors for outline, _, _ in perimeter(rng, shapely.box(0.0, 0.0, 40.0, 30.0)))


def test_slabs_keep_their_distance() -> None:
    forms = slabs(streams(3)["buildings"], shapely.box(0.0, 0.0, 200.0, 150.0), (5, 9))
    assert len(forms) >= 3
    outlines = [outline for outline, _, _ in forms]
    assert all(a.distance(b) > 14.0 for n, a in enumerate(outlines) for b in outlines[:n])


def test_local_coordinates_lie_where_the_city_is_said_to_lie() -> None:
    lon, lat = to_lon_lat(SIDE_M / 2.0, SIDE_M / 2.0)
    assert float(lon) == pytest.approx(76.9, abs=0.02)
    assert float(lat) == pytest.approx(43.2, abs=0.02)
