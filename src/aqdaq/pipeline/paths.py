"""``aqdaq path``: one model over paths that were given point by point."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine import models  # noqa: F401 - importing the package registers the models
from aqdaq.engine.registry import PathInput, PropagationModel, check_profile
from aqdaq.io.path_lines import PathLine
from aqdaq.model.body import Sphere

#: Field of a line -> field of a path that it becomes part of. Those not named here keep their name.
_BECOMES: Final = {
    "distance_km": "distance_m",
    "height_m": "ground_m",
    "polarization": "vertical",
    "coast_tx_km": "coast_tx_m",
    "coast_rx_km": "coast_rx_m",
    "tx_lat": "tx_lat_lon_deg",
    "tx_lon": "tx_lat_lon_deg",
    "rx_lat": "rx_lat_lon_deg",
    "rx_lon": "rx_lat_lon_deg",
}

#: Fields of a line that stand for their defaults when they are left out, and so are assumed.
_DEFAULTED: Final = (
    "time_percent", "location_percent", "delta_n", "n0", "coast_tx_km", "coast_rx_km", "polarization", "zone",
    "clutter_m",
)  # fmt: skip
INLAND: Final = 4


def path_input(line: PathLine) -> PathInput:
    """Return the path that a line without faults describes; what it leaves out takes the model's defaults."""
    n, numbers, arrays = len(line.arrays["distance_km"]), line.numbers, line.arrays
    more: dict[str, Any] = {
        name: numbers[name] for name in ("time_percent", "location_percent", "delta_n", "n0") if name in numbers
    }
    more |= {f"{name}_m": numbers[f"{name}_km"] * 1e3 for name in ("coast_tx", "coast_rx") if f"{name}_km" in numbers}
    for end in ("tx", "rx"):
        if f"{end}_lat" in numbers:
            more[f"{end}_lat_lon_deg"] = (numbers[f"{end}_lat"], numbers[f"{end}_lon"])
    if line.vertical is not None:
        more["vertical"] = line.vertical
    return PathInput(
        frequency_mhz=numbers["frequency_mhz"],
        tx_height_m=numbers["tx_height_m"],
        rx_height_m=numbers["rx_height_m"],
        distance_m=arrays["distance_km"] * 1e3,
        ground_m=arrays["height_m"],
        clutter_m=arrays.get("clutter_m", np.zeros(n)),
        zone=arrays.get("zone", np.full(n, INLAND)).astype(np.int8),
        options=line.options,
        **more,
    )


def answer(line: PathLine, model: PropagationModel, sphere: Sphere) -> dict[str, Any]:
    """Return the answer to one line, JSON-ready: the loss and its parts, or the faults; never nothing.

    The answer names the fields that were given and not used, and those that were assumed.
    """
    if line.faults:
        return _refused(line, line.faults)
    try:
        path = path_input(line)
        check_profile(path)
        found = model.predict(path, sphere)
    except ValidityError as err:
        return _refused(line, tuple(Fault(f"{line.where} {f.where}", f.what, f.mend) for f in err.faults))
    used = {name for name in line.given if _BECOMES.get(name, name) in model.uses}
    assumed = [n for n in _DEFAULTED if n not in line.given and _BECOMES.get(n, n) in model.uses]
    return {
        "id": line.id,
        "loss_db": found.loss_db,
        "parts": {name: value if math.isfinite(value) else None for name, value in found.parts.items()},
        "not_used": sorted(line.given - used),
        "assumed": assumed,
    }


def _refused(line: PathLine, faults: tuple[Fault, ...]) -> dict[str, Any]:
    return {"id": line.id, "loss_db": None, "faults": [fault.as_dict() for fault in faults]}
