"""What the children of the benchmarks do: run one area model on one terrain and say what it took."""

from __future__ import annotations

import importlib
import pkgutil
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numba
import numpy as np

from aqdaq import engine
from aqdaq.engine.area_registry import AreaModel, get_area_model
from aqdaq.engine.area_types import AreaLoss, AreaPredict, AreaSetting, Terrain, Transmitter
from aqdaq.engine.urban.streets import street_rasters
from aqdaq.model.body import EARTH
from terrains import Place, place

FREQUENCY_MHZ: Final = 1800.0
RX_HEIGHT_M: Final = 1.5
#: Models that take streets from rasters beside the surface.
NEED_STREETS: Final = ("urban_surface",)


def load_models() -> None:
    """Import every module of the engine, so that every area model is registered."""
    for module in pkgutil.walk_packages(engine.__path__, f"{engine.__name__}."):
        importlib.import_module(module.name)


def mode_of(model: AreaModel, mode: str) -> AreaPredict:
    """Return one way of computing a model.

    Raises:
        ValueError: it has no sweep.
    """
    predict = model.sweep if mode == "sweep" else model.exact
    if predict is None:
        raise ValueError(f"{model.name} has no sweep")
    return predict


class Task:
    """One model on one terrain: everything but the call is made beforehand.

    Attributes:
        setting: of the area.
        rows: (n,) of the receivers (pixels).
        cols: (n,) of the receivers (pixels).
    """

    def __init__(self, model: str, mode: str, where: Place, *, time_percent: float, stride: int = 1) -> None:
        self._predict = mode_of(get_area_model(model), mode)
        self._terrain = Terrain(where.ground_m, where.above_m, where.resolution_m)
        if model in NEED_STREETS:
            self._terrain = replace(
                self._terrain, streets=street_rasters(where.above_m, where.ground_m, where.resolution_m)
            )
        self._transmitter = Transmitter(
            where.row, where.col, np.array([where.height_m]), np.array([FREQUENCY_MHZ], dtype=np.float64)
        )
        self.setting = AreaSetting(RX_HEIGHT_M, where.resolution_m, EARTH.sphere, time_percent=time_percent)
        n_rows, n_cols = where.ground_m.shape
        rows, cols = np.meshgrid(
            np.arange(stride // 2, n_rows, stride, dtype=np.float64), np.arange(n_cols, dtype=np.float64), indexing="ij"
        )
        self.rows, self.cols = rows.ravel(), cols.ravel()

    def __call__(self) -> AreaLoss:
        """Run the model once over all receivers."""
        return self._predict(self._terrain, self._transmitter, self.rows, self.cols, self.setting)


def cpu_seconds(call: Callable[[], object], repeats: int) -> list[float]:
    """Return the CPU seconds of each of some calls."""
    found = []
    for _ in range(repeats):
        begin = time.process_time()
        call()
        found.append(time.process_time() - begin)
    return found


def wall_seconds(call: Callable[[], object]) -> float:
    """Return how long one call takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def area(job: dict[str, Any]) -> dict[str, Any]:
    """Time one model and mode on one thread: a warm-up, then the repeats.

    ``points`` counts only receivers whose loss is known; ``asked`` counts all.
    """
    load_models()
    numba.set_num_threads(1)
    where = place(job["terrain"], job["size"])
    task = Task(job["model"], job["mode"], where, time_percent=job["time_percent"], stride=job["stride"])
    found = task()  # compiles what is not in the cache
    known = int(np.count_nonzero(found.reason[0] == 0))
    return {
        "asked": len(task.rows),
        "points": known,
        "step_m": task.setting.step_m,
        "mean_samples": mean_samples(task, where),
        "cpu_s": cpu_seconds(task, job["repeats"]),
    }


def mean_samples(task: Task, where: Place) -> float:
    """Return how many samples the profiles of the receivers have on average."""
    distance = np.hypot(task.rows - where.row, task.cols - where.col) * where.resolution_m
    return round(float(np.mean(np.maximum(np.ceil(distance / task.setting.step_m - 1e-9), 1.0) + 1.0)), 1)


def threads(job: dict[str, Any]) -> dict[str, Any]:
    """Time the same work on one thread and on two, in turn, by the clock on the wall."""
    load_models()
    where = place(job["terrain"], job["size"])
    task = Task(job["model"], job["mode"], where, time_percent=job["time_percent"], stride=job["stride"])
    task()
    walls: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(job["repeats"]):
        for count, seconds in walls.items():
            numba.set_num_threads(count)
            seconds.append(wall_seconds(task))
    return {"wall_1_s": walls[1], "wall_2_s": walls[2]}


def start(job: dict[str, Any]) -> dict[str, Any]:
    """Time the imports, and the first and the second call of a model in this process, on a small map."""
    load_models()
    imported = time.perf_counter() - job["began_s"]  # a clock that was read before the first of our imports
    task = Task(job["model"], job["mode"], place(job["terrain"], job["size"]), time_percent=job["time_percent"])
    return {
        "import_s": round(imported, 3),
        "first_call_s": round(wall_seconds(task), 3),
        "second_call_s": round(wall_seconds(task), 4),
    }


def peer(job: dict[str, Any]) -> dict[str, Any]:
    """Time the kernel of pycraf on the same map.

    Raises:
        ImportError: pycraf or astropy is not installed.
    """
    from peer_pycraf import measure

    where = place(job["terrain"], job["size"])
    return measure(
        where,
        step_m=job["step_m"],
        frequency_mhz=FREQUENCY_MHZ,
        rx_height_m=RX_HEIGHT_M,
        time_percent=job["time_percent"],
        stride=job["stride"],
        repeats=job["repeats"],
    )


def registered() -> dict[str, Any]:
    """Return the area models there are, and which of them have a sweep."""
    from aqdaq.engine.area_registry import area_model_names

    load_models()
    return {"models": {name: get_area_model(name).sweep is not None for name in area_model_names()}}


JOBS: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "area": area,
    "threads": threads,
    "start": start,
    "peer": peer,
    "registered": lambda _job: registered(),
}
