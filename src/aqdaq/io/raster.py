"""GeoTIFF and COG: any raster onto the grid, and the grid's own rasters out and in again."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
from rasterio.io import MemoryFile
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform as transform_points
from rasterio.windows import Window

from aqdaq.base.errors import Fault, InputError, OutputError, UsageError
from aqdaq.io.geofile import check_file, short_reason
from aqdaq.model.grid import Grid

#: What rasterio raises when a file is not what it should be; GDAL's own errors slip through in places.
RASTER_ERRORS: Final = (RasterioError, CPLE_BaseError)

_STRIP_PIXELS = 4_000_000
_WARP_MEMORY_MB = 64
#: Error (in pixels) allowed when GDAL interpolates the transformation between exactly computed points.
_TOLERANCE_PIXELS = 0.01
#: The CRS as the grid spells it: a GeoTIFF keeps a CRS of another body only approximately in words.
_CRS_TAG = "GRID_CRS"


@contextmanager
def open_raster(path: Path) -> Iterator[Any]:
    """Open a raster that has a CRS and a place, and is all there; errors while it is read become InputError.

    Args:
        path: a file that GDAL can read.

    Raises:
        InputError: missing, empty, not a raster, cut, without CRS or without a place on the ground.
    """
    check_file(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # said as a fault below
            dataset = rasterio.open(path)
    except RASTER_ERRORS as err:
        raise InputError(_unreadable(path, err)) from err
    with dataset:
        _check_place(dataset, path.name)
        _check_whole(dataset, path)
        try:
            yield dataset
        except RASTER_ERRORS as err:
            raise InputError(_damaged(path.name, short_reason(err))) from err


def read_onto(
    paths: Sequence[Path],
    grid: Grid,
    *,
    resampling: Literal["bilinear", "nearest", "average", "sum"] = "bilinear",
) -> NDArray[np.float32]:
    """Warp band 1 of one or more rasters onto the grid, in strips so that memory stays bounded.

    Where files overlap the one named first wins; with ``"sum"`` they add up. Scale and offset of the band are applied.
    Counts of people go through ``aqdaq.io.people.read_people``, which preserves them better than ``"sum"``.

    Args:
        paths: GeoTIFF, COG or another format of GDAL, in any CRS of the same body.
        grid: where the result lies.
        resampling: how pixels are made from those of the file.

    Returns:
        (rows, cols) float32, NaN where there is no data.

    Raises:
        InputError: a file is missing, no raster, cut or without CRS (all faults of all files), or none of them holds
            a value on the grid.
    """
    out = np.full(grid.shape, np.nan, dtype=np.float32)
    faults: list[Fault] = []
    for path in paths:
        try:
            with open_raster(path) as source:
                _lay(source, grid, Resampling[resampling], out)
        except InputError as err:
            faults.extend(err.faults)
    if not faults and np.isnan(out).all():
        names = ", ".join(path.name for path in paths) or "no raster"
        faults.append(Fault(names, "holds no value on the grid", "check that both lie in the same place"))
    if faults:
        raise InputError(faults)
    return out


def write_cog(
    path: Path,
    grid: Grid,
    bands: Mapping[str, NDArray[Any]],
    *,
    tags: Mapping[str, str] | None = None,
    nodata: float | None = math.nan,
) -> None:
    """Write arrays on the grid as one Cloud Optimized GeoTIFF, the same bytes for the same arrays.

    Args:
        path: the file to write; its folder exists.
        grid: where the arrays lie.
        bands: (rows, cols) arrays of one type by name; the names become the band descriptions. Booleans are
            written as 0 and 1.
        tags: further metadata of the file.
        nodata: value that means no data; NaN is left out where the type has none.

    Raises:
        OutputError: the file cannot be written.
        UsageError: no band, an array that does not lie on the grid, or arrays of different types.
    """
    arrays = _checked_bands(grid, bands)
    dtype = arrays[0].dtype
    floating = np.issubdtype(dtype, np.floating)
    if nodata is not None and math.isnan(nodata) and not floating:
        nodata = None
    profile = {
        "driver": "COG",
        "width": grid.cols,
        "height": grid.rows,
        "count": len(arrays),
        "dtype": dtype.name,
        "crs": CRS.from_user_input(grid.crs),
        "transform": grid.transform,
        "nodata": nodata,
        "compress": "DEFLATE",
        "predictor": "YES",
        "overview_resampling": "average" if floating else "nearest",
    }
    # In memory first: a full disk then raises here, not inside GDAL, where it may pass unseen.
    with MemoryFile() as memory:
        with memory.open(**profile) as target:
            for index, (name, array) in enumerate(zip(bands, arrays, strict=True), start=1):
                target.write(array, index)
                target.set_band_description(index, name)
            target.update_tags(**{**(tags or {}), _CRS_TAG: grid.crs})
        try:
            path.write_bytes(memory.getbuffer())
        except OSError as err:
            raise OutputError(f"{path.name} cannot be written: {short_reason(err)}") from err


def read_grid_raster(path: Path) -> tuple[Grid, dict[str, NDArray[Any]]]:
    """Read a raster that ``write_cog`` wrote.

    Args:
        path: the file.

    Returns:
        The grid, and the (rows, cols) arrays by band description (``band_1`` ... where there is none).

    Raises:
        InputError: the file is damaged, its pixels are not square and north up, or two bands share a name.
    """
    with open_raster(path) as source:
        grid = _grid_of(source, path.name)
        names = [name or f"band_{index}" for index, name in enumerate(source.descriptions, start=1)]
        if len(set(names)) < len(names):
            raise InputError(Fault(path.name, f"bands share a name: {', '.join(names)}", "give each its own"))
        return grid, {name: source.read(index) for index, name in enumerate(names, start=1)}


def read_grid_band(path: Path, name: str) -> tuple[Grid, NDArray[Any]]:
    """Read one band of a raster that ``write_cog`` wrote.

    Args:
        path: the file.
        name: description of the band.

    Returns:
        The grid and the (rows, cols) array.

    Raises:
        InputError: the file is damaged, its pixels are not square and north up, or it has no such band.
    """
    with open_raster(path) as source:
        names = list(source.descriptions)
        if name not in names:
            raise InputError(Fault(path.name, f"has no band {name!r}", "it was written by another version"))
        return _grid_of(source, path.name), source.read(names.index(name) + 1)


def band_names(path: Path) -> list[str]:
    """Return the descriptions of the bands of a raster, in order; empty for a band without one.

    Raises:
        InputError: the file is damaged.
    """
    with open_raster(path) as source:
        return [name or "" for name in source.descriptions]


def _lay(source: Any, grid: Grid, method: Resampling, out: NDArray[np.float32]) -> None:
    """Add the values of a source to ``out`` where it holds none (or to the sum)."""
    step = max(1, _STRIP_PIXELS // grid.cols)
    scale, offset = source.scales[0], source.offsets[0]
    with _warped(source, grid, method) as view:
        for row in range(0, grid.rows, step):
            rows = min(step, grid.rows - row)
            values = view.read(1, window=Window(0, row, grid.cols, rows))
            values[~np.isfinite(values)] = np.nan
            if (scale, offset) != (1.0, 0.0):
                values = (values * scale + offset).astype(np.float32)
            strip = out[row : row + rows]
            if method is Resampling.sum:
                both = ~np.isnan(strip) & ~np.isnan(values)
                values[both] += strip[both]
                np.copyto(strip, values, where=~np.isnan(values))
            else:
                np.copyto(strip, values, where=np.isnan(strip))


@contextmanager
def _warped(source: Any, grid: Grid, method: Resampling) -> Iterator[Any]:
    try:
        view = WarpedVRT(
            source,
            crs=CRS.from_user_input(grid.crs),
            transform=grid.transform,
            width=grid.cols,
            height=grid.rows,
            resampling=method,
            dtype="float32",
            nodata=math.nan,
            tolerance=_TOLERANCE_PIXELS,
            warp_mem_limit=_WARP_MEMORY_MB,
        )
    except (*RASTER_ERRORS, CRSError) as err:
        name = Path(source.name).name
        what = f"its CRS cannot be brought to {grid.crs[:40]}: {short_reason(err)[:60]}"
        raise InputError(Fault(name, what, "use a raster of the same body as the grid")) from err
    with view:
        yield view


def _check_place(source: Any, name: str) -> None:
    if source.crs is None:
        raise InputError(
            Fault(name, "raster has no CRS", "assign the one it was made in, e.g. gdal_edit.py -a_srs EPSG:32643")
        )
    if source.transform.is_identity:
        raise InputError(Fault(name, "raster has no place on the ground", "georeference it, e.g. with gdalwarp"))


def _check_whole(source: Any, path: Path) -> None:
    """Refuse a GeoTIFF whose table of blocks points beyond its end, without reading them all."""
    if source.driver != "GTiff":
        return
    size = path.stat().st_size
    for band in source.indexes:
        for (row, col), _ in source.block_windows(band):
            key = f"{col}_{row}"
            start = source.get_tag_item(f"BLOCK_OFFSET_{key}", "TIFF", bidx=band)
            length = source.get_tag_item(f"BLOCK_SIZE_{key}", "TIFF", bidx=band)
            if start is not None and length is not None and int(start) + int(length) > size:
                raise InputError(
                    _damaged(path.name, f"{size} bytes are there, a block ends at {int(start) + int(length)}")
                )


def _unreadable(path: Path, err: BaseException) -> Fault:
    with path.open("rb") as file:
        tiff = file.read(4) in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}
    if tiff:
        return _damaged(path.name, short_reason(err))
    return Fault(path.name, "is not a raster that can be read", "give a GeoTIFF")


def _damaged(name: str, reason: str) -> Fault:
    return Fault(name, f"raster is cut or damaged: {reason}", "copy it again from where it came")


def _checked_bands(grid: Grid, bands: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
    arrays = [array.astype(np.uint8) if array.dtype == np.bool_ else array for array in bands.values()]
    if not arrays:
        raise UsageError("a raster needs at least one band")
    for name, array in zip(bands, arrays, strict=True):
        if array.shape != grid.shape:
            raise UsageError(f"band {name!r} has shape {array.shape}, the grid {grid.shape}")
        if array.dtype != arrays[0].dtype:
            raise UsageError(f"band {name!r} is {array.dtype}, the first one {arrays[0].dtype}")
    return arrays


def _grid_of(source: Any, name: str) -> Grid:
    step = source.transform
    if step.b or step.d or step.a <= 0 or not math.isclose(step.a, -step.e, rel_tol=1e-9):
        raise InputError(Fault(name, "pixels are not square and north up", "give a raster that a run wrote"))
    crs = source.tags().get(_CRS_TAG)
    if crs is None or not _same_place(crs, source):
        crs = source.crs.to_string()
    return Grid(crs, step.c, step.f, step.a, source.height, source.width)


def _same_place(crs: str, source: Any) -> bool:
    """Return whether the corners of the source have the same coordinates in ``crs`` as in its own."""
    left, bottom, right, top = source.bounds
    try:
        x, y = transform_points(source.crs, CRS.from_user_input(crs), [left, right], [bottom, top])
    except (*RASTER_ERRORS, CRSError):
        return False
    return bool(np.allclose([*x, *y], [left, right, bottom, top], rtol=0.0, atol=1e-3))
