"""Paths for the models, one JSON object a line: bytes to what the engine takes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.hints import did_you_mean

#: Lists of one value a point. Heights and clutter in metres, distance in kilometres.
ARRAYS: Final = ("distance_km", "height_m", "clutter_m", "zone")
NUMBERS: Final = (
    "frequency_mhz", "time_percent", "location_percent", "tx_lat", "tx_lon", "rx_lat", "rx_lon",
    "tx_height_m", "rx_height_m", "delta_n", "n0", "coast_tx_km", "coast_rx_km",
)  # fmt: skip
NEEDED: Final = ("frequency_mhz", "tx_height_m", "rx_height_m", "distance_km", "height_m")
#: Least and largest of the coordinates (deg); longitudes count from -180 or from 0.
PLACES: Final = {"tx_lat": (-90.0, 90.0), "rx_lat": (-90.0, 90.0), "tx_lon": (-180.0, 360.0), "rx_lon": (-180.0, 360.0)}
KNOWN: Final = ("id", "polarization", "options", *NUMBERS, *ARRAYS)


@dataclass(frozen=True, slots=True)
class PathLine:
    """One line of the file.

    Attributes:
        where: file and line.
        id: as given, or the number of the line.
        numbers: single figures that were given.
        arrays: one value a point; those that were given.
        vertical: polarization; None when not given.
        options: further figures for single models.
        faults: what is wrong with the line; empty when it can be used.
    """

    where: str
    id: Any
    numbers: dict[str, float]
    arrays: dict[str, NDArray[np.float64]]
    vertical: bool | None
    options: dict[str, float | str]
    faults: tuple[Fault, ...]

    @property
    def given(self) -> frozenset[str]:
        """Names of the fields that the line gives, beside its id."""
        extra = {"polarization"} if self.vertical is not None else set()
        return frozenset({*self.numbers, *self.arrays, *self.options, *extra})


def read_path_lines(path: Path) -> list[PathLine]:
    """Read a file of paths; a bad line is kept with its faults, so that every line gets an answer.

    Raises:
        InputError: the file is missing, empty or not text.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as err:
        raise InputError(Fault(str(path), f"cannot be read: {err.strerror}", "mend the path")) from err
    except UnicodeDecodeError as err:
        raise InputError(Fault(str(path), "is not text in UTF-8", "save it as UTF-8")) from err
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise InputError(Fault(str(path), "holds no path", "write one JSON object a line"))
    return [_line(f"{path.name}:{number}", number, line) for number, line in lines]


def _line(where: str, number: int, line: str) -> PathLine:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as err:
        return _unusable(where, number, f"is not JSON: {err.msg}", "write one JSON object a line")
    if not isinstance(found, dict):
        return _unusable(where, number, "is not a JSON object", "write { ... } with one field a figure")
    faults = [
        Fault(f"{where} {name}", "is missing", "every path needs it") for name in NEEDED if found.get(name) is None
    ]
    faults += [
        Fault(f"{where} {name}", "is no field of a path", did_you_mean(str(name), KNOWN))
        for name in found
        if name not in KNOWN
    ]
    numbers = {n: _number(where, n, found[n], faults) for n in NUMBERS if found.get(n) is not None}
    arrays = {n: _array(where, n, found[n], faults) for n in ARRAYS if found.get(n) is not None}
    faults += [*_outside_the_world(where, numbers), *_below_the_ground(where, arrays)]
    faults += [
        Fault(f"{where} {end}_lon", f"{end}_lat and {end}_lon belong together", "give both or neither")
        for end in ("tx", "rx")
        if (f"{end}_lat" in numbers) != (f"{end}_lon" in numbers)
    ]
    lengths = {name: len(values) for name, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        words = ", ".join(f"{name} {n}" for name, n in lengths.items())
        faults.append(Fault(where, f"lists of different length: {words}", "give one value a point"))
    options = found.get("options") or {}
    if not isinstance(options, dict):
        faults.append(Fault(f"{where} options", "is not an object", 'write "options": { "name": value }'))
        options = {}
    vertical = _polarization(where, found.get("polarization"), faults)
    return PathLine(where, found.get("id", number), numbers, arrays, vertical, options, tuple(faults))


def _unusable(where: str, number: int, what: str, mend: str) -> PathLine:
    return PathLine(where, number, {}, {}, None, {}, (Fault(where, what, mend),))


def _number(where: str, name: str, value: Any, faults: list[Fault]) -> float:
    if not _is_finite(value):
        faults.append(Fault(f"{where} {name}", f"{value!r} is not a number", "write a finite number"))
        return math.nan
    return float(value)


def _array(where: str, name: str, values: Any, faults: list[Fault]) -> NDArray[np.float64]:
    if not isinstance(values, list):
        faults.append(Fault(f"{where} {name}", "is not a list", "write [ ... ] with one value a point"))
        return np.zeros(0)
    bad = [i for i, v in enumerate(values) if not _is_finite(v)]
    if bad:
        what = f"{values[bad[0]]!r} is not a number{_and_more(len(bad))}"
        value = "height" if name.endswith("_m") else "number"
        faults.append(Fault(f"{where} {name}[{bad[0]}]", what, f"give a finite {value}, or leave the sample out"))
        return np.zeros(len(values))
    return np.array(values, dtype=np.float64)


def _is_finite(value: Any) -> bool:
    """Return whether a JSON value is a number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _and_more(found: int) -> str:
    """Return how many samples share a fault, where it is not one alone."""
    return f" ({found} samples are so)" if found > 1 else ""


def _outside_the_world(where: str, numbers: dict[str, float]) -> Iterator[Fault]:
    """Yield the coordinates that no place has; what is not a number has its fault already."""
    for name, (least, largest) in PLACES.items():
        value = numbers.get(name, math.nan)
        if value < least or value > largest:
            what = f"{value:g} deg is outside {least:g} to {largest:g} deg"
            yield Fault(f"{where} {name}", what, "give degrees, latitude and longitude in their own fields")


def _below_the_ground(where: str, arrays: dict[str, NDArray[np.float64]]) -> Iterator[Fault]:
    """Yield clutter of negative height."""
    clutter = arrays.get("clutter_m", np.zeros(0))
    below = np.flatnonzero(clutter < 0.0)
    if len(below):
        what = f"{clutter[below[0]]:g} m is below the ground{_and_more(len(below))}"
        yield Fault(
            f"{where} clutter_m[{below[0]}]", what, "clutter counts from the ground: give 0 where there is none"
        )


def _polarization(where: str, value: Any, faults: list[Fault]) -> bool | None:
    if value is None:
        return None
    if value not in ("horizontal", "vertical"):
        faults.append(Fault(f"{where} polarization", f"{value!r}", 'write "horizontal" or "vertical"'))
        return None
    return bool(value == "vertical")
