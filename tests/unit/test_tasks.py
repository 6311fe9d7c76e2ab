"""Tasks stand alone: their part of the surface is all they read, and gives the very bytes that the whole gives."""

from __future__ import annotations

import mmap
import pickle
from pathlib import Path

import numpy as np
import pytest

from aqdaq.engine.area_types import AreaSetting, Streets, Terrain
from aqdaq.engine.chain import ChainLink, Links
from aqdaq.engine.urban.streets import street_rasters
from aqdaq.model.body import EARTH
from aqdaq.model.grid import Grid, Window
from aqdaq.model.network import Cell, Layer
from aqdaq.pipeline.executors import ThisProcess, open_executor
from aqdaq.pipeline.tasks import SiteLevels, SiteTask, Station, TerrainPart, part_around, run_task

RESOLUTION_M = 10.0
FRAME = Grid("EPSG:32643", 650_000.0, 4_786_000.0, RESOLUTION_M, 190, 170)
GRID = Grid("EPSG:32643", 650_200.0, 4_785_900.0, RESOLUTION_M, 160, 140)
CHAINS: dict[str, Links] = {
    "delta_bullington": (ChainLink("delta_bullington", 0.0, 300.0),),
    "p1812": (ChainLink("two_ray", 0.0, 260.0), ChainLink("p1812", 260.0, 420.0)),
    "urban_surface": (ChainLink("urban_surface", 0.0, 300.0),),
}
#: Row and column on the surface: inside, in a corner, beyond the grid of the results, between pixels.
SITES = {"inside": (90.0, 80.0), "corner": (11.2, 21.9), "outside": (5.5, 60.25), "beside": (100.37, 168.6)}


def terrain(*, streets: bool = False) -> Terrain:
    rng = np.random.default_rng(3)
    ground = (700.0 + 10.0 * rng.random(FRAME.shape)).astype(np.float32)
    above = np.zeros(FRAME.shape, dtype=np.float32)
    for row in range(4, FRAME.rows - 8, 12):
        for col in range(4, FRAME.cols - 8, 12):
            above[row : row + 6, col : col + 7] = rng.choice([0.0, 9.0, 24.0])
    rasters = street_rasters(above, ground, RESOLUTION_M) if streets else None
    return Terrain(ground, above, RESOLUTION_M, rasters)


def station(chain: str, site: str, mode: str = "auto") -> Station:
    cells = tuple(
        Cell(f"c{i}", "s", Layer("A", "LTE"), mhz, 20.0, azimuth, 4.0, 25.0, 44.0, resource_blocks=100)
        for i, (mhz, azimuth) in enumerate(((1815.0, 0.0), (1815.0, 120.0), (2655.0, 240.0)))
    )
    setting = AreaSetting(rx_height_m=1.5, step_m=RESOLUTION_M, sphere=EARTH.sphere, latitude_deg=43.0)
    azimuths = tuple(cell.azimuth_deg for cell in cells)
    return Station(*SITES[site], cells, azimuths, CHAINS[chain], setting, mode)  # type: ignore[arg-type]


def site_task(chain: str, site: str, mode: str = "auto") -> tuple[SiteTask, Terrain]:
    whole, at = terrain(streets=chain == "urban_surface"), station(chain, site, mode)
    x_m, y_m = FRAME.x_min_m + (at.col + 0.5) * RESOLUTION_M, FRAME.y_max_m - (at.row + 0.5) * RESOLUTION_M
    window = GRID.window_around(x_m, y_m, at.links[-1].to_m)
    part = TerrainPart.cut(whole, part_around(at, GRID, window, FRAME))
    return SiteTask("k", at, GRID, window, FRAME, part), whole


def directly(task: SiteTask, surface: Terrain) -> SiteLevels:
    """The same levels with no part cut."""
    x, y = GRID.centres()
    rows, cols = task.window.slices
    gx, gy = np.meshgrid(x[cols], y[rows])
    return task.station.levels(surface, *FRAME.fractional(gx.ravel(), gy.ravel()))


def assert_same(found: SiteLevels, wanted: SiteLevels) -> None:
    assert found.level_dbm.tobytes() == wanted.level_dbm.tobytes()
    assert found.reason.tobytes() == wanted.reason.tobytes()
    assert found.link.tobytes() == wanted.link.tobytes()


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize(
    ("chain", "mode"),
    [("delta_bullington", "auto"), ("p1812", "sweep"), ("p1812", "exact"), ("urban_surface", "auto")],
)
def test_the_part_gives_the_bytes_of_the_whole(chain: str, mode: str, site: str) -> None:
    if mode == "sweep":
        mode = "auto"  # two-ray has no sweep; on a grid the chain takes that of P.1812
    task, whole = site_task(chain, site, mode)
    found = run_task(task)
    assert np.isfinite(found.level_dbm).any()
    assert found.level_dbm.shape == (3, *task.window.shape)
    assert found.link.shape == task.window.shape
    assert_same(found, directly(task, whole))


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("chain", CHAINS)
def test_nothing_beyond_the_part_is_read(chain: str, site: str) -> None:
    task, whole = site_task(chain, site)
    outside = np.ones(FRAME.shape, dtype=np.bool_)
    outside[task.part.window.slices] = False
    assert outside.any()
    ground, above = whole.ground_m.copy(), whole.above_m.copy()
    ground[outside], above[outside] = np.nan, 500.0
    streets = None
    if whole.streets is not None:
        streets = Streets(*(np.where(outside, np.float32(777.0), raster) for raster in whole.streets))
    assert_same(run_task(task), directly(task, Terrain(ground, above, RESOLUTION_M, streets)))


def test_a_task_travels_with_its_part_only() -> None:
    task, whole = site_task("delta_bullington", "corner")
    packed = pickle.dumps(task, protocol=5)
    rows, cols = task.part.window.shape
    assert rows * cols < whole.ground_m.size / 3
    assert len(packed) < 2 * 4 * rows * cols + 10_000
    assert_same(run_task(pickle.loads(packed)), run_task(task))  # noqa: S301 - packed here


def test_a_part_shares_memory_with_its_surface() -> None:
    task, whole = site_task("delta_bullington", "inside")
    assert np.shares_memory(task.part.terrain.ground_m, whole.ground_m)


def test_the_part_is_clipped_to_the_surface() -> None:
    for site in SITES:
        task, _ = site_task("delta_bullington", site)
        part = task.part.window
        assert 0 <= part.row0 < part.row1 <= FRAME.rows
        assert 0 <= part.col0 < part.col1 <= FRAME.cols


def test_a_placed_part_takes_no_memory_for_the_rest() -> None:
    size, side = 20_000, 64  # the whole would take 3 GiB
    small = np.ones((side, side), dtype=np.float32)
    part = TerrainPart((size, size), Window(9_000, 9_000 + side, 100, 100 + side), Terrain(small, small, 5.0))
    before = resident_bytes()
    placed = part.placed()
    assert resident_bytes() - before < 32 * 2**20
    assert placed.ground_m.shape == (size, size)
    assert placed.ground_m[9_000:9_064, 100:164].all()
    assert placed.ground_m[8_999, 100] == placed.ground_m[9_064, 163] == 0.0


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * mmap.PAGESIZE


def test_this_process_yields_in_the_order_of_the_tasks() -> None:
    tasks = [site_task("delta_bullington", site)[0] for site in SITES]
    with open_executor(None, None) as executor:
        assert isinstance(executor, ThisProcess)
        found = list(executor.run(tasks))
    for task, levels in zip(tasks, found, strict=True):
        assert_same(levels, run_task(task))
