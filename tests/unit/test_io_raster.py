"""Rasters onto the grid and back, and people without loss."""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import Transformer
from rasterio.errors import NotGeoreferencedWarning
from scipy.ndimage import map_coordinates

from aqdaq.base.errors import InputError, OutputError, UsageError
from aqdaq.io.people import read_people
from aqdaq.io.raster import read_grid_raster, read_onto, write_cog
from aqdaq.model.grid import Grid

GRID = Grid("EPSG:32643", 655_000.0, 4_795_000.0, 10.0, 120, 90)
WGS84 = Affine(0.001, 0.0, 76.88, 0.0, -0.001, 43.32)


def write_tif(path: Path, values: np.ndarray, transform: Affine, crs: str | None = "EPSG:4326", **profile: Any) -> Path:
    rows, cols = values.shape
    options = {"driver": "GTiff", "height": rows, "width": cols, "count": 1, "dtype": values.dtype.name, **profile}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", crs=crs, transform=transform, **options) as target:
            target.write(values, 1)
    return path


def plane(x0: float, y0: float, step: float, rows: int, cols: int) -> np.ndarray:
    x = x0 + (np.arange(cols) + 0.5) * step
    y = y0 - (np.arange(rows) + 0.5) * step
    return (0.01 * (x[None, :] - 655_000.0) + 0.02 * (y[:, None] - 4_795_000.0) + 800.0).astype("float32")


def at(col: int, step: float = 10.0) -> Affine:
    return Affine(step, 0.0, GRID.x_min_m + col * step, 0.0, -step, GRID.y_max_m)


def fault_of(err: pytest.ExceptionInfo[InputError]) -> str:
    return "\n".join(map(str, err.value.faults))


def test_bilinear_keeps_a_plane(tmp_path: Path) -> None:
    source = write_tif(
        tmp_path / "dem.tif",
        plane(654_000, 4_796_000, 25, 160, 140),
        Affine(25, 0, 654_000, 0, -25, 4_796_000),
        GRID.crs,
    )
    expected = plane(GRID.x_min_m, GRID.y_max_m, 10, *GRID.shape)
    assert np.allclose(read_onto([source], GRID), expected, atol=1e-2)


def test_reprojection_puts_a_value_where_it_belongs(tmp_path: Path) -> None:
    # The value of each pixel is its longitude: any shift shows.
    lon = 76.88 + (np.arange(400) + 0.5) * 0.001
    source = write_tif(tmp_path / "lon.tif", np.tile(lon, (200, 1)).astype("float64"), WGS84)
    found = read_onto([source], GRID)
    x, y = np.meshgrid(*GRID.centres())
    expected, _ = Transformer.from_crs(GRID.crs, "EPSG:4326", always_xy=True).transform(x, y)
    assert np.abs(found - expected).max() < 2e-5  # 0.02 of a source pixel, float32


def test_mosaic_first_file_wins_and_gaps_are_nan(tmp_path: Path) -> None:
    left = write_tif(tmp_path / "l.tif", np.full((120, 40), 1.0, "float32"), GRID.transform, GRID.crs)
    middle = write_tif(tmp_path / "m.tif", np.full((120, 40), 2, "int16"), at(20), GRID.crs)
    found = read_onto([left, middle], GRID, resampling="nearest")
    assert (found[:, :40] == 1).all()
    assert (found[:, 40:60] == 2).all()
    assert np.isnan(found[:, 60:]).all()


def test_sum_adds_what_lies_in_a_pixel_over_files(tmp_path: Path) -> None:
    left = write_tif(tmp_path / "l.tif", np.ones((240, 89), "float32"), at(0, 5.0), GRID.crs)
    right = write_tif(tmp_path / "r.tif", np.ones((240, 91), "float32"), at(89, 5.0), GRID.crs)
    assert np.allclose(read_onto([left, right], GRID, resampling="sum"), 4.0)


def test_nodata_mask_scale_and_offset(tmp_path: Path) -> None:
    values = np.full(GRID.shape, 10, "int16")
    values[:5] = -9999
    path = write_tif(tmp_path / "s.tif", values, GRID.transform, GRID.crs, nodata=-9999)
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = (0.5,), (100.0,)
    found = read_onto([path], GRID)
    assert np.isnan(found[:5]).all()
    assert (found[5:] == 105.0).all()


def test_missing_not_raster_no_crs_no_place_all_at_once(tmp_path: Path) -> None:
    text = tmp_path / "notes.tif"
    text.write_text("no raster")
    empty = tmp_path / "empty.tif"
    empty.touch()
    bare = write_tif(tmp_path / "bare.tif", np.ones((5, 5), "float32"), WGS84, None)
    nowhere = write_tif(tmp_path / "nowhere.tif", np.ones((5, 5), "float32"), Affine.identity(), GRID.crs)
    with pytest.raises(InputError) as err:
        read_onto([tmp_path / "gone.tif", text, empty, bare, nowhere, tmp_path], GRID)
    text_of = fault_of(err)
    for part in (
        "gone.tif: there is no such file",
        "notes.tif: is not a raster",
        "empty.tif: is empty",
        "bare.tif: raster has no CRS -> assign",
        "nowhere.tif: raster has no place",
        "is a folder",
    ):
        assert part in text_of
    assert err.value.exit_code == 3


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("kind", ["strips", "cog"])
def test_a_cut_raster_is_found_even_beyond_the_grid(tmp_path: Path, share: float, kind: str) -> None:
    # The grid lies under the first rows only: a reader that looks no further would not see the cut.
    values = np.random.default_rng(3).normal(size=(600, 200)).astype("float32")
    options: dict[str, Any] = {"driver": "COG"} if kind == "cog" else {"compress": "deflate", "blockysize": 16}
    whole = write_tif(tmp_path / "whole.tif", values, GRID.transform, GRID.crs, **options).read_bytes()
    cut = tmp_path / "cut.tif"
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match=r"cut\.tif: raster is cut or damaged"):
        read_onto([cut], GRID)


def test_a_damaged_block_is_an_input_error(tmp_path: Path) -> None:
    values = np.random.default_rng(3).normal(size=GRID.shape).astype("float32")
    path = write_tif(tmp_path / "bad.tif", values, GRID.transform, GRID.crs, compress="deflate", blockysize=16)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 400] = b"\xff" * 400
    path.write_bytes(raw)
    with pytest.raises(InputError, match="damaged"):
        read_onto([path], GRID)


def test_no_overlap_and_other_body(tmp_path: Path) -> None:
    far = write_tif(tmp_path / "far.tif", np.ones((50, 50), "float32"), Affine(0.001, 0, 10.0, 0, -0.001, 50.0))
    with pytest.raises(InputError, match="holds no value on the grid"):
        read_onto([far], GRID)
    moon = "+proj=eqc +R=1737400 +units=m +no_defs"
    other = write_tif(tmp_path / "moon.tif", np.ones((50, 50), "float32"), GRID.transform, moon)
    with pytest.raises(InputError, match="same body"):
        read_onto([other], GRID)


def test_cog_comes_back_with_names_grid_and_the_same_bytes(tmp_path: Path) -> None:
    grid = Grid(GRID.crs, 655_000.0, 4_795_000.0, 10.0, 700, 600)
    level = np.random.default_rng(1).normal(-90, 10, grid.shape).astype("float32")
    level[:3] = np.nan
    bands = {"level_dbm": level, "ақ дақ": np.zeros(grid.shape, "float32")}
    write_cog(tmp_path / "a.tif", grid, bands, tags={"UNIT": "dBm", "A": "1"})
    time.sleep(1.1)
    write_cog(tmp_path / "b.tif", grid, bands, tags={"UNIT": "dBm", "A": "1"})
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    back, arrays = read_grid_raster(tmp_path / "a.tif")
    assert back == grid
    assert list(arrays) == list(bands)
    assert np.array_equal(arrays["level_dbm"], level, equal_nan=True)
    with rasterio.open(tmp_path / "a.tif") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.tags()["UNIT"] == "dBm"
        assert np.isnan(source.nodata)


def test_cog_of_whole_numbers_booleans_and_a_moon_grid(tmp_path: Path) -> None:
    moon = Grid("+proj=stere +lat_0=-90 +R=1737400 +units=m +no_defs +type=crs", 75_360.0, 39_640.0, 5.0, 20, 30)
    write_cog(tmp_path / "m.tif", moon, {"served": np.ones(moon.shape, bool)})
    back, arrays = read_grid_raster(tmp_path / "m.tif")
    assert back == moon
    assert arrays["served"].dtype == np.uint8
    assert (arrays["served"] == 1).all()


def test_cog_refuses_what_does_not_fit_and_what_cannot_be_written(tmp_path: Path) -> None:
    good = np.zeros(GRID.shape, "float32")
    with pytest.raises(UsageError, match="shape"):
        write_cog(tmp_path / "x.tif", GRID, {"a": good[:5]})
    with pytest.raises(UsageError, match="float64"):
        write_cog(tmp_path / "x.tif", GRID, {"a": good, "b": good.astype("float64")})
    with pytest.raises(UsageError, match="at least one"):
        write_cog(tmp_path / "x.tif", GRID, {})
    with pytest.raises(OutputError, match="cannot be written"):
        write_cog(tmp_path / "no" / "x.tif", GRID, {"a": good})
    assert not (tmp_path / "x.tif").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_cog_on_a_full_disk() -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_cog(Path("/dev/full"), GRID, {"a": np.zeros(GRID.shape, "float32")})


def test_grid_raster_must_be_square_and_names_unique(tmp_path: Path) -> None:
    flat = write_tif(tmp_path / "flat.tif", np.ones((5, 5), "float32"), Affine(10, 0, 0, 0, -20, 0), GRID.crs)
    with pytest.raises(InputError, match="not square"):
        read_grid_raster(flat)
    twice = tmp_path / "twice.tif"
    with rasterio.open(
        twice, "w", driver="GTiff", height=5, width=5, count=2, dtype="uint8", crs=GRID.crs, transform=GRID.transform
    ) as target:
        target.write(np.ones((2, 5, 5), "uint8"))
        target.descriptions = ("a", "a")
    with pytest.raises(InputError, match="share a name"):
        read_grid_raster(twice)


# People.


def test_people_on_the_grid_come_as_they_are(tmp_path: Path) -> None:
    counts = np.random.default_rng(5).gamma(0.5, 4.0, GRID.shape).astype("float32")
    write_cog(tmp_path / "p.tif", GRID, {"people": counts})
    assert np.array_equal(read_people(tmp_path / "p.tif", GRID), counts)


@pytest.mark.parametrize("step_deg", [0.00004, 0.0001, 0.0003, 0.001, 0.004])
def test_people_total_is_preserved_from_finer_and_coarser(tmp_path: Path, step_deg: float) -> None:
    # A blob of people in the middle of the grid, in a raster turned against it by the convergence of the meridians.
    lon, lat = Transformer.from_crs(GRID.crs, "EPSG:4326", always_xy=True).transform(655_450.0, 4_794_400.0)
    n = max(int(0.0025 / step_deg), 1)
    total = 12_345.0
    inside = np.random.default_rng(7).gamma(0.5, 1.0, (n, n))
    counts = np.zeros((n + 4, n + 4))
    counts[2:-2, 2:-2] = inside / inside.sum() * total
    half = (n + 4) / 2 * step_deg
    path = write_tif(tmp_path / "p.tif", counts, Affine(step_deg, 0, lon - half, 0, -step_deg, lat + half))
    found = read_people(path, GRID)
    assert found.sum() == pytest.approx(total, rel=1e-3)
    # And they are where they were: the centre of gravity does not move by more than a small part of a pixel.
    x, y = np.meshgrid(*GRID.centres())
    mass = counts / counts.sum()
    col, row = np.meshgrid(np.arange(n + 4) + 0.5, np.arange(n + 4) + 0.5)
    to_grid = Transformer.from_crs("EPSG:4326", GRID.crs, always_xy=True)
    gx, gy = to_grid.transform(
        (lon - half + (mass * col).sum() * step_deg), (lat + half - (mass * row).sum() * step_deg)
    )
    assert (found * x).sum() / found.sum() == pytest.approx(gx, abs=1.0)
    assert (found * y).sum() / found.sum() == pytest.approx(gy, abs=1.0)


def test_people_of_a_coarse_pixel_are_spread_by_area_also_over_the_edge(tmp_path: Path) -> None:
    # One source pixel of 400 m, half of it beyond the western edge: half of its people are on the grid, evenly.
    counts = np.full((4, 4), 1600.0)
    path = write_tif(tmp_path / "p.tif", counts, Affine(400, 0, 654_800, 0, -400, 4_795_400), GRID.crs)
    found = read_people(path, GRID)
    assert np.allclose(found, 1.0)


def test_people_nodata_is_nobody_and_outside_is_nobody(tmp_path: Path) -> None:
    counts = np.full((4, 4), 100.0, "float32")
    counts[:, 2] = -200.0
    counts[0, 0] = np.nan
    path = write_tif(tmp_path / "p.tif", counts, Affine(100, 0, 655_000, 0, -100, 4_795_000), GRID.crs, nodata=-200.0)
    found = read_people(path, GRID)
    assert found.sum() == pytest.approx(11 * 100.0)
    assert (found[:, 20:30] == 0).all()
    assert (found[40:] == 0).all()
    assert (found[:10, :10] == 0).all()


def test_people_refuses_negative_counts_and_a_far_raster(tmp_path: Path) -> None:
    counts = np.full((4, 4), 100.0, "float32")
    counts[1, 1] = -200.0
    path = write_tif(tmp_path / "p.tif", counts, Affine(100, 0, 655_000, 0, -100, 4_795_000), GRID.crs)
    with pytest.raises(InputError, match="1 pixels hold a negative number of persons, the lowest -200"):
        read_people(path, GRID)
    far = write_tif(tmp_path / "far.tif", counts, Affine(100, 0, 155_000, 0, -100, 4_795_000), GRID.crs)
    with pytest.raises(InputError, match="does not reach the grid"):
        read_people(far, GRID)


@pytest.mark.reference
def test_terrain_of_cape_town() -> None:
    folder = os.environ.get("AQDAQ_REFERENCE_DATA")
    if not folder:
        pytest.skip("AQDAQ_REFERENCE_DATA is not set")
    # Table Mountain and the sea west of it.
    grid = Grid.from_bounds("EPSG:32734", (252_000.0, 6_236_000.0, 266_000.0, 6_245_000.0), 50.0)
    path = Path(folder) / "terrain" / "srtm3_cape_town.tif"
    found = read_onto([path], grid)
    assert found.min() == 0.0
    assert 1_020.0 < found.max() < 1_086.0  # Maclear's Beacon, the top of it
    # The same by another hand: interpolated between the pixel centres of the source.
    x, y = np.meshgrid(*grid.centres())
    lon, lat = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(x, y)
    with rasterio.open(path) as source:
        row, col = rasterio.transform.rowcol(source.transform, lon.ravel(), lat.ravel(), op=float)
        expected = map_coordinates(source.read(1).astype(float), [row - 0.5, col - 0.5], order=1)
    assert np.abs(found.ravel() - expected).max() < 2.0  # on cliffs, where 0.01 of a pixel is a metre
    assert np.median(np.abs(found.ravel() - expected)) < 0.01
