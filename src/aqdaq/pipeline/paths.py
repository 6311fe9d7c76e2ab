"""``aqdaq path``: one model over paths that were given point by point, as JSON, as a table, as a picture."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from aqdaq.base.errors import Fault, UsageError, ValidityError
from aqdaq.engine import models  # noqa: F401 - importing the package registers the models
from aqdaq.engine.registry import PathInput, PathResult, PropagationModel, check_profile
from aqdaq.io.hints import did_you_mean, listed
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
    "clutter_m", "tx_lat", "tx_lon", "rx_lat", "rx_lon",
)  # fmt: skip
INLAND: Final = 4
#: The coordinates of a path; a model asks no more of them than the latitude of the middle.
_PLACES: Final = ("tx_lat", "tx_lon", "rx_lat", "rx_lon")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of one line.

    Attributes:
        line: the line.
        path: what it describes; None when it cannot be used.
        result: loss and parts; None when the line cannot be used.
        not_used: fields and options that were given and bear on nothing, sorted.
        assumed: fields and options that were left out, and the values taken for them.
        faults: why the line cannot be used; empty when it can.
    """

    line: PathLine
    path: PathInput | None = None
    result: PathResult | None = None
    not_used: tuple[str, ...] = ()
    assumed: dict[str, float | str] | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def assumed_words(self) -> list[str]:
        """What was assumed, as ``name=value``."""
        assumed = self.assumed or {}
        return [
            f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}" for name, value in assumed.items()
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the answer JSON-ready: the loss and its parts, or the faults; never nothing."""
        if self.result is None:
            return {"id": self.line.id, "loss_db": None, "faults": [fault.as_dict() for fault in self.faults]}
        return {
            "id": self.line.id,
            "loss_db": self.result.loss_db,
            "parts": {name: value if math.isfinite(value) else None for name, value in self.result.parts.items()},
            "not_used": list(self.not_used),
            "assumed": self.assumed or {},
        }


def path_input(line: PathLine) -> PathInput:
    """Return the path that a line without faults describes; what it leaves out takes the model's defaults."""
    n, numbers, arrays = len(line.arrays["distance_km"]), line.numbers, line.arrays
    more: dict[str, Any] = {
        name: numbers[name] for name in ("time_percent", "location_percent", "delta_n", "n0") if name in numbers
    }
    more |= {f"{name}_m": numbers[f"{name}_km"] * 1e3 for name in ("coast_tx", "coast_rx") if f"{name}_km" in numbers}
    for end, other in (("tx", "rx"), ("rx", "tx")):
        # Where one end alone has a place, the other is taken beside it, not on another continent.
        for named in (end, other):
            if f"{named}_lat" in numbers:
                more[f"{end}_lat_lon_deg"] = (numbers[f"{named}_lat"], numbers[f"{named}_lon"])
                break
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


def answer(line: PathLine, model: PropagationModel, sphere: Sphere) -> Answer:
    """Return the answer to one line; it names the fields that were given and not used, and those that were assumed."""
    if line.faults:
        return Answer(line, faults=line.faults)
    try:
        path = path_input(line)
        check_profile(path)
        found = model.predict(path, sphere)
    except ValidityError as err:
        faults = tuple(Fault(f"{line.where} {f.where}", f.what, f.mend) for f in err.faults)
        return Answer(line, faults=faults)
    used = model.used(path, sphere)
    idle = sorted(name for name in line.given if _BECOMES.get(name, name) not in used)
    left_out = [n for n in _DEFAULTED if n not in line.given and _BECOMES.get(n, n) in used]
    assumed = _assumed_fields(path, left_out) | model.assumed_options(path, sphere)
    return Answer(line, path, found, tuple(idle), assumed)


def _assumed_fields(path: PathInput, left_out: Sequence[str]) -> dict[str, float | str]:
    """Return the values taken for fields left out; a path without any place has one latitude, not four coordinates."""
    taken = {name: _taken(path, name) for name in left_out}
    if not taken.keys() >= set(_PLACES):
        return taken
    latitude = taken["tx_lat"]
    return {name: value for name, value in taken.items() if name not in _PLACES} | {"latitude": latitude}


def _taken(path: PathInput, name: str) -> float | str:
    """Return the value that a path has for a field that its line leaves out, as the line would write it."""
    if name == "polarization":
        return "vertical" if path.vertical else "horizontal"
    if name in ("zone", "clutter_m"):
        return float(getattr(path, name)[0])
    if name.startswith("coast_"):
        return float(getattr(path, _BECOMES[name])) * 1e-3
    value = getattr(path, _BECOMES.get(name, name))
    return float(value[name.endswith("_lon")] if isinstance(value, tuple) else value)


def table_csv(answers: Sequence[Answer], model: PropagationModel) -> str:
    """Return the answers as CSV with a header, one row a path in the order of the file.

    Columns: ``id``, ``loss_db``, the parts of the model with their units, ``not_used``, ``assumed``, ``faults`` (their
    number) and ``reasons`` (the faults in words). What does not exist is empty.
    """
    found = [name for one in answers if one.result for name in one.result.parts]
    parts = list(dict.fromkeys([*model.units, *found]))
    columns = [f"{name}_{model.units[name]}" if model.units.get(name) else name for name in parts]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "loss_db", *columns, "not_used", "assumed", "faults", "reasons"])
    for one in answers:
        values = one.result.parts if one.result else {}
        writer.writerow(
            [
                id_text(one.line.id),
                one.result.loss_db if one.result else "",
                *(values[n] if math.isfinite(values.get(n, math.nan)) else "" for n in parts),
                ";".join(one.not_used),
                ";".join(one.assumed_words),
                len(one.faults),
                " | ".join(str(fault) for fault in one.faults),
            ]
        )
    return out.getvalue()


def id_text(value: Any) -> str:
    """Return an id, which may be any JSON value, as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def chosen(lines: Sequence[PathLine], wanted: str | None) -> PathLine:
    """Return the line with the id ``wanted``, or the only one of the file when no id is named.

    Raises:
        UsageError: no line has this id, several have it, or no id is named and there are several lines.
    """
    ids = [id_text(line.id) for line in lines]
    if wanted is None:
        if len(lines) > 1:
            raise UsageError(f"the file holds {len(lines)} paths and a picture shows one; add --id: {listed(ids)}")
        return lines[0]
    found = [line for line, name in zip(lines, ids, strict=True) if name == wanted]
    if not found:
        raise UsageError(f"no path has the id {wanted!r}; {did_you_mean(wanted, ids)}")
    if len(found) > 1:
        where = ", ".join(line.where for line in found)
        raise UsageError(f"{len(found)} paths have the id {wanted!r} ({where}); give each path its own")
    return found[0]
