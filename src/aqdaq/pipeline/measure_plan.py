"""What may be asked of a plan of measurements, and what a plan is."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.measure_next.spread import FieldSpread
from aqdaq.base.errors import UsageError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MeasureWish:
    """What is asked for.

    Attributes:
        length_m: longest drive, or walk from point to point as the crow flies (m); None: any, with ``points`` only.
        points: number of single places; None: a drive.
        start: longitude and latitude where it begins (deg), or None: anywhere.
        loop: it ends where it began.
        least_gain: it ends where the next kilometre, or point, would gain less than this.
        definition: id of a service definition of the project; None: its first one.
        apart_m: least distance between two points (m); None: twice the range of the field.
    """

    length_m: float | None = None
    points: int | None = None
    start: tuple[float, float] | None = None
    loop: bool = False
    least_gain: float = 0.0
    definition: str | None = None
    apart_m: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: neither length nor points, or a figure that is not positive or no number.
        """
        if self.length_m is None and self.points is None:
            raise UsageError("nothing to plan: give --length-km, or --points")
        if self.length_m is not None and not (math.isfinite(self.length_m) and self.length_m > 0.0):
            raise UsageError(f"a length of {self.length_m / 1e3:g} km leaves nothing to drive: give more than 0")
        if self.points is not None and self.points < 1:
            raise UsageError(f"{self.points} points are none: give 1 or more")
        if not (math.isfinite(self.least_gain) and self.least_gain >= 0.0):
            raise UsageError(f"a least gain of {self.least_gain:g} cannot be meant: give 0 or more")
        if self.apart_m is not None and not (math.isfinite(self.apart_m) and self.apart_m >= 0.0):
            raise UsageError(f"points {self.apart_m:g} m apart cannot be meant: give 0 or more")


@dataclass(frozen=True, slots=True)
class Leg:
    """A piece of street of the drive.

    Attributes:
        xy_m: (k, 2) in the order of the drive, in the CRS of the grid (m).
        street: its name; empty: none.
        from_m: along the drive (m).
        gain: of this piece beside those driven before it; 0 where it is driven again.
    """

    xy_m: Array
    street: str
    from_m: float
    gain: float

    @property
    def length_m(self) -> float:
        """Length (m)."""
        return float(np.hypot(*np.diff(self.xy_m, axis=0).T).sum())


@dataclass(frozen=True, slots=True)
class PlannedPoint:
    """A single place: coordinates in the CRS of the grid (m), rank (1 gains the most), gain beside those before it."""

    x_m: float
    y_m: float
    rank: int
    gain: float


@dataclass(frozen=True, slots=True)
class LayerGain:
    """One layer: people misclassified before, and to be expected after the measurement."""

    layer: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class MeasurePlan:
    """What to measure and what it is worth.

    Attributes:
        kind: ``route`` or ``points``.
        run_id: run whose map it was made of.
        date: of that run.
        synthetic: whether the project is.
        definition: id of the service definition.
        unit: what is counted: ``people``, or ``m2`` where nobody knows the people; each layer counts by itself.
        crs: of the coordinates.
        geographic_crs: of longitude and latitude on this body.
        layers: before and after.
        length_m: of the drive, or of the walk as the crow flies (m).
        legs: of the drive, in its order.
        points: in the order of the walk.
        stop: why it ends: ``length``, ``points``, ``gain`` or ``nothing``.
        next_gain: what the next kilometre or point would have gained, where that is why it ends.
        spread: of the map's error.
        notes: what was assumed or left out, in words.
    """

    kind: str
    run_id: str
    date: dt.date
    synthetic: bool
    definition: str
    unit: str
    crs: str
    geographic_crs: str
    layers: tuple[LayerGain, ...]
    length_m: float
    legs: tuple[Leg, ...]
    points: tuple[PlannedPoint, ...]
    stop: str
    next_gain: float | None
    spread: FieldSpread
    notes: tuple[str, ...]

    @property
    def before(self) -> float:
        """People misclassified before, over all layers."""
        return sum(layer.before for layer in self.layers)

    @property
    def gain(self) -> float:
        """People no longer misclassified, to be expected, over all layers."""
        return sum(layer.before - layer.after for layer in self.layers)
