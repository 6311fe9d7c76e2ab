"""Tiles of Ookla's open data: where mobile data was used, and never a level."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from aqdaq.base.errors import InputError
from aqdaq.io.measurements import MeasurementsRead, measured_places, read_measurements
from aqdaq.model.grid import Grid
from aqdaq.model.project import MeasurementSource

GRID = Grid.from_bounds("EPSG:32643", (650_000.0, 4_780_000.0, 660_000.0, 4_790_000.0), 10.0)
NAME = "2026-01-01_performance_mobile_tiles.parquet"


def quadkey(lon: float, lat: float, level: int = 16) -> str:
    """Return the key of the tile that holds a place, digit by digit."""
    x = (lon + 180.0) / 360.0
    y = (1.0 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2.0
    return "".join(str((int(x * 2**step) & 1) + 2 * (int(y * 2**step) & 1)) for step in range(1, level + 1))


def write(path: Path, keys: list[str], **changes: Any) -> None:
    n = len(keys)
    columns = {
        "quadkey": keys, "tile": ["POLYGON EMPTY"] * n, "avg_d_kbps": [20_000] * n, "avg_u_kbps": [5_000] * n,
        "avg_lat_ms": [30] * n, "tests": list(range(1, n + 1)), "devices": [1] * n,
    } | changes  # fmt: skip
    pd.DataFrame({name: values for name, values in columns.items() if values is not None}).to_parquet(path)


def read(tmp_path: Path, **more: Any) -> MeasurementsRead:
    source = MeasurementSource.model_validate({"file": NAME, "preset": "ookla", **more})
    return read_measurements(source, tmp_path, grid=GRID, cells=())


def test_tiles_that_touch_the_grid(tmp_path: Path) -> None:
    write(tmp_path / NAME, [quadkey(76.9, 43.2), quadkey(-8.5, 51.9), quadkey(76.9, 43.2, 14), "4x", ""])
    got = read(tmp_path)
    table = got.data_use.table
    assert table["row"].tolist() == [1, 3]
    assert table["tests"].tolist() == [1, 3]
    assert table["date"].tolist() == ["2026-01-01"] * 2
    assert table["down_kbps"].tolist() == [20_000.0] * 2
    across = 40_075_016.7 * math.cos(math.radians(43.2)) / 2**16
    assert table["side_m"].tolist() == pytest.approx([across, 4.0 * across], rel=1e-2)
    x, y = Transformer.from_crs("EPSG:4326", GRID.crs, always_xy=True).transform(76.9, 43.2)
    assert np.hypot(table["x_m"][0] - x, table["y_m"][0] - y) <= across * 0.71
    assert [(a.row, a.reason, a.value) for a in got.set_aside] == [(4, "no tile", "4x"), (5, "no tile", "")]
    assert "2 of 5 tiles" in got.notes[0]


def test_they_are_no_measurements_and_lay_no_grid(tmp_path: Path) -> None:
    write(tmp_path / NAME, [quadkey(76.9, 43.2)])
    got = read(tmp_path, date="2026-02-01")
    assert (len(got.measurements), got.rows_read, got.bad) == (0, 0, 0)
    assert got.data_use.table["date"].tolist() == ["2026-02-01"]
    source = MeasurementSource.model_validate({"file": NAME, "preset": "ookla"})
    assert [len(part) for part in measured_places(source, tmp_path, crs=GRID.crs)] == [0, 0]


def test_no_tile_near_is_an_empty_table(tmp_path: Path) -> None:
    write(tmp_path / NAME, [quadkey(-8.5, 51.9)])
    assert len(read(tmp_path).data_use) == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"devices": None, "tests": None}, ["column 'tests' is missing", "column 'devices' is missing"]),
        ({"tests": [None]}, ["column 'tests' holds 1 empty values"]),
    ],
)
def test_columns_at_fault(tmp_path: Path, changes: dict[str, Any], words: list[str]) -> None:
    write(tmp_path / NAME, [quadkey(76.9, 43.2)], **changes)
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert [fault.what for fault in caught.value.faults] == words


def test_a_file_that_is_no_parquet(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"PK\x03\x04 a ZIP of shapes")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read(tmp_path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the file is not there"):
        read(tmp_path)
