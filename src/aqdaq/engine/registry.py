"""The propagation models by name: a model registers itself, and says which of a path's figures it uses.

Add your own: write a function that takes a ``PathInput`` and a ``Sphere`` and returns a ``PathResult``, and put
``@propagation_model(...)`` above it, in a module that ``engine.models`` imports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, UsageError, ValidityError
from aqdaq.model.body import Sphere

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PathInput:
    """One path. Arrays have shape (n,), the transmitter first; figures that a model does not use are ignored by it.

    Attributes:
        frequency_mhz: carrier (MHz).
        tx_height_m: of the transmitting antenna above ground (m).
        rx_height_m: of the receiving antenna above ground (m).
        distance_m: from the transmitter, rising, the first 0 (m).
        ground_m: height of the ground (m).
        clutter_m: height of clutter and buildings above the ground (m).
        zone: 1 sea, 3 coastal land, 4 inland, as in ITU-R P.1812.
        time_percent: of the average year for which the loss is not exceeded (%).
        location_percent: of the locations (%).
        vertical: vertical polarization.
        delta_n: average radio-refractivity lapse-rate through the lowest kilometre (N-units/km).
        n0: sea-level surface refractivity (N-units).
        coast_tx_m: over-land distance from the transmitter to the coast along the path (m).
        coast_rx_m: the same for the receiver (m).
        tx_lat_lon_deg: latitude and longitude of the transmitter (deg).
        rx_lat_lon_deg: latitude and longitude of the receiver (deg).
        options: further figures that single models take, by name.
    """

    frequency_mhz: float
    tx_height_m: float
    rx_height_m: float
    distance_m: Array
    ground_m: Array
    clutter_m: Array
    zone: NDArray[np.int8]
    time_percent: float = 50.0
    location_percent: float = 50.0
    vertical: bool = True
    delta_n: float = 45.0
    n0: float = 325.0
    coast_tx_m: float = 500e3
    coast_rx_m: float = 500e3
    tx_lat_lon_deg: tuple[float, float] = (45.0, 0.0)
    rx_lat_lon_deg: tuple[float, float] = (45.0, 0.0)
    options: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def length_m(self) -> float:
        """Length of the path (m)."""
        return float(self.distance_m[-1])


@dataclass(frozen=True, slots=True)
class PathResult:
    """What a model says of a path.

    Attributes:
        loss_db: basic transmission loss (dB).
        parts: intermediate figures by the names of their source.
    """

    loss_db: float
    parts: dict[str, float]


Predict = Callable[[PathInput, Sphere], PathResult]

#: An option's value where none is given, or how it follows from the path.
Default = float | str | Callable[[PathInput], float]
#: Says which of a model's fields and options bear on nothing for this path on this body.
Idle = Callable[[PathInput, Sphere], frozenset[str]]


@dataclass(frozen=True, slots=True)
class PropagationModel:
    """A registered model.

    Attributes:
        name: on the command line and in project files.
        title: in words.
        source: the text it comes from, with edition.
        uses: names of the fields of ``PathInput`` and of the options that it uses.
        validity: its stated range, in words.
        predict: the model itself.
        defaults: what the model takes for each of its options that a path leaves out.
        units: the parts of its results in order, each with its unit as it ends the name of a column (``db``, ``m``);
            empty for a part without a unit.
        idle: which of ``uses`` bear on nothing for a path; None where all always do.
    """

    name: str
    title: str
    source: str
    uses: frozenset[str]
    validity: str
    predict: Predict
    defaults: Mapping[str, Default] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    idle: Idle | None = None

    def used(self, path: PathInput, sphere: Sphere) -> frozenset[str]:
        """Return the names of the fields and options that bear on the result of this path."""
        return self.uses if self.idle is None else self.uses - self.idle(path, sphere)

    def assumed_options(self, path: PathInput, sphere: Sphere) -> dict[str, float | str]:
        """Return the options that bear on the result and that the path leaves out, with the values taken for them."""
        used = self.used(path, sphere)
        return {
            name: default(path) if callable(default) else default
            for name, default in self.defaults.items()
            if name in used and name not in path.options
        }


_MODELS: Final[dict[str, PropagationModel]] = {}

#: Every model needs these; they need not be named in ``uses``.
ALWAYS_USED: Final = frozenset({"frequency_mhz", "distance_m"})


def propagation_model(
    name: str,
    *,
    title: str,
    source: str,
    uses: str,
    validity: str,
    defaults: Mapping[str, Default] | None = None,
    units: Mapping[str, str] | None = None,
    idle: Idle | None = None,
) -> Callable[[Predict], Predict]:
    """Register a model under ``name``.

    Args:
        name: on the command line and in project files.
        title: in words.
        source: the text it comes from, with edition.
        uses: names of the fields and options it uses, separated by spaces.
        validity: its stated range, in words.
        defaults: what it takes for each of its options where a path gives none.
        units: the parts of its results in order, each with its unit (``db``, ``m``) or an empty text.
        idle: says which of ``uses`` bear on nothing for a path.
    """

    def register(predict: Predict) -> Predict:
        if name in _MODELS:
            raise UsageError(f"two models are called {name!r}")
        _MODELS[name] = PropagationModel(
            name, title, source, ALWAYS_USED | set(uses.split()), validity, predict, defaults or {}, units or {}, idle
        )
        return predict

    return register


def get_model(name: str) -> PropagationModel:
    """Return a model by name.

    Raises:
        UsageError: there is none; the names there are stand in the message.
    """
    if name not in _MODELS:
        raise UsageError(f"unknown model {name!r}; the models are: {', '.join(sorted(_MODELS))}")
    return _MODELS[name]


def model_names() -> list[str]:
    """Return the names of all models, sorted."""
    return sorted(_MODELS)


def field_names() -> list[str]:
    """Return the names of the fields of a path, in order."""
    return [f.name for f in fields(PathInput)]


def check_profile(path: PathInput, *, least_points: int = 2, source: str = "") -> None:
    """Refuse a path that no model can use; ``source`` is the text that asks for ``least_points``.

    Raises:
        ValidityError: too few points, distances that do not rise from 0, heights that are not numbers, an antenna at or
            below the ground, no frequency, or arrays of different length.
    """
    faults = []
    if not path.frequency_mhz > 0.0:
        faults.append(Fault("frequency_mhz", f"{path.frequency_mhz:g} MHz is no frequency", "give it in MHz"))
    n = len(path.distance_m)
    lengths = {len(path.ground_m), len(path.clutter_m), len(path.zone), n}
    if len(lengths) > 1:
        faults.append(Fault("profile", f"arrays of different length: {sorted(lengths)}", "give one value a point"))
    if n < least_points:
        faults.append(
            Fault("profile", f"{n} points", f"at least {least_points} are needed{f' ({source})' if source else ''}")
        )
    elif path.distance_m[0] != 0.0 or not np.all(np.diff(path.distance_m) > 0.0):
        faults.append(Fault("distance_km", "does not rise from 0", "order the points from the transmitter on"))
    for name, heights in (("height_m", path.ground_m), ("clutter_m", path.clutter_m)):
        gaps = np.flatnonzero(~np.isfinite(heights))
        if len(gaps):
            what = f"{heights[gaps[0]]:g} is not a height"
            faults.append(Fault(f"{name}[{gaps[0]}]", what, "give a finite height, or leave the sample out"))
    for name, height in (("tx_height_m", path.tx_height_m), ("rx_height_m", path.rx_height_m)):
        if not height > 0.0:
            faults.append(Fault(name, f"{height:g} m is not above the ground", "heights count from the ground"))
    if faults:
        raise ValidityError(faults)


def check_range(
    name: str, value: float, low: float, high: float, *, unit: str, source: str, mend: str = "use another model"
) -> None:
    """Refuse a figure outside the range that a model states; ``mend`` says what to do instead.

    Raises:
        ValidityError: naming the range and the text it stands in.
    """
    if not low <= value <= high:
        raise ValidityError(Fault(name, f"{value:g} {unit} is outside {low:g} to {high:g} {unit} ({source})", mend))
