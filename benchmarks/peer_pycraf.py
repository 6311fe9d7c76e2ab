"""The peer: the kernel of pycraf's ``atten_map_fast`` (ITU-R P.452-16) on our own terrain.

pycraf makes its height profiles from SRTM files. Here they are cut from a synthetic terrain instead, by its own scheme:
radials so close that two of them are half a corner pixel apart, and for each pixel the nearest radial and the nearest
sample on it. Only the kernel is timed, not the making of the profiles.
"""

from __future__ import annotations

import importlib
import math
import time
import warnings
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from terrains import Place

#: pycraf leaves pixels nearer than this many samples out; they are not counted.
LEAST_SAMPLES: Final = 4
LATITUDE_DEG: Final = 45.0
#: Degrees of latitude in a metre: pycraf asks for coordinates, its kernel uses them for nothing that costs time.
DEG_PER_M: Final = 1.0 / 111_000.0
DELTA_N: Final = 45.0
N0: Final = 325.0
COAST_KM: Final = 500.0

Float = NDArray[np.float64]


def load() -> Any:
    """Return ``pycraf.pathprof``.

    Raises:
        ImportError: pycraf or astropy is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names functions that astropy is about to drop
        return importlib.import_module("pycraf.pathprof")


def height_data(place: Place, step_m: float, rows: NDArray[np.int64]) -> dict[str, Any]:
    """Return what ``atten_map_fast`` takes as ``hprof_data``, for some rows of a terrain.

    Args:
        place: terrain and transmitter.
        step_m: between two samples of a profile (m).
        rows: of the map that are computed.
    """
    cols = np.arange(place.ground_m.shape[1])
    north = (place.row - rows)[:, None] * place.resolution_m
    east = (cols - place.col)[None, :] * place.resolution_m
    distance = np.hypot(north, east)
    profiles, spacing = radials_m(place, step_m)
    bearing = np.arctan2(east, north) % (2.0 * np.pi)
    radial = np.rint(bearing / spacing).astype(np.int32) % len(profiles)
    end = np.rint(distance / step_m).astype(np.int32)
    km = end * step_m * 1e-3
    _, beta0, _ = _refractivity(km)

    def even(value: float) -> Float:
        return np.full(km.shape, value)

    return {
        "lon_t": 0.0,
        "lat_t": LATITUDE_DEG,
        "xcoords": east[0] * DEG_PER_M,
        "ycoords": LATITUDE_DEG + north[:, 0] * DEG_PER_M,
        "hprof_step": step_m,
        "path_idx_map": radial,
        "dist_end_idx_map": end,
        "dist_map": km,
        "delta_N_map": even(DELTA_N),
        "beta0_map": beta0,
        "N0_map": even(N0),
        "zone_t_map": np.full(km.shape, -1, dtype=np.int32),
        "zone_r_map": np.full(km.shape, -1, dtype=np.int32),
        "d_tm_map": km,
        "d_lm_map": km,
        "d_ct_map": even(COAST_KM),
        "d_cr_map": even(COAST_KM),
        "omega_map": even(0.0),
        "dist_prof": np.arange(profiles.shape[1]) * step_m * 1e-3,
        "height_profs": profiles,
        "zheight_prof": np.zeros(profiles.shape[1]),
    }


def radials_m(place: Place, step_m: float) -> tuple[Float, float]:
    """Return (radials, samples) bilinear ground heights (m) along evenly spaced radials, and their spacing (rad)."""
    from scipy.ndimage import map_coordinates

    shape = place.ground_m.shape
    reach = math.hypot(max(place.row, shape[0] - place.row), max(place.col, shape[1] - place.col)) * place.resolution_m
    count = math.ceil(2.0 * math.pi / (place.resolution_m * math.sqrt(0.5) / reach / 2.0))
    spacing = 2.0 * math.pi / count
    along = np.arange(math.ceil(reach / step_m) + 2) * step_m / place.resolution_m
    heights = np.empty((count, len(along)))
    for i in range(count):
        at = (place.row - along * math.cos(i * spacing), place.col + along * math.sin(i * spacing))
        map_coordinates(place.ground_m, at, output=heights[i], order=1, mode="nearest")
    return heights, spacing


def measure(
    place: Place,
    *,
    step_m: float,
    frequency_mhz: float,
    rx_height_m: float,
    time_percent: float,
    stride: int,
    repeats: int,
) -> dict[str, Any]:
    """Time the kernel on every ``stride``-th row; one thread, which the caller sets by OMP_NUM_THREADS.

    Raises:
        ImportError: pycraf or astropy is not installed.
    """
    pathprof = load()
    u = importlib.import_module("astropy.units")

    rows = np.arange(stride // 2, place.ground_m.shape[0], stride)
    data = height_data(place, step_m, rows)

    def run(some: dict[str, Any]) -> Any:
        return pathprof.atten_map_fast(
            frequency_mhz * u.MHz,
            290.0 * u.K,
            1013.0 * u.hPa,
            place.height_m * u.m,
            rx_height_m * u.m,
            time_percent * u.percent,
            some,
            polarization=1,
        )

    run(_first_rows(data, max(len(rows) // 20, 1)))
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        found = run(data)
        seconds.append(time.process_time() - begin)
    counted = data["dist_end_idx_map"] >= LEAST_SAMPLES
    loss_db = np.asarray(found["L_b"].value)[counted]
    if not np.all(np.isfinite(loss_db) & (loss_db > 0.0)):
        raise ValueError("the peer left pixels out that were to be counted")
    return {
        "asked": int(counted.size),
        "points": int(counted.sum()),
        "step_m": step_m,
        "mean_samples": round(float(data["dist_end_idx_map"][counted].mean()) + 1.0, 1),
        "median_loss_db": round(float(np.median(loss_db)), 2),
        "cpu_s": seconds,
    }


def _first_rows(data: dict[str, Any], count: int) -> dict[str, Any]:
    """Return the data of the first rows of the map."""
    cut = {key: value[:count] for key, value in data.items() if key.endswith("_map")}
    return {**data, **cut, "ycoords": data["ycoords"][:count]}


def _refractivity(km: Float) -> tuple[Any, Float, Any]:
    """Return pycraf's own figures for paths of these lengths, all of it inland; only beta_0 (%) is used."""
    u = importlib.import_module("astropy.units")

    pathprof = load()
    delta_n, beta0, n0 = pathprof.radiomet_data_for_pathcenter(
        np.zeros_like(km) * u.deg, np.full_like(km, LATITUDE_DEG) * u.deg, km * u.km, km * u.km
    )
    return delta_n, np.ascontiguousarray(beta0.value), n0
