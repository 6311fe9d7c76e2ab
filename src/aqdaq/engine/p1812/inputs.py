"""What ITU-R P.1812 is told of one path, checked against the ranges that the Recommendation states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.p1812.parameters import critical_lapse
from aqdaq.engine.p1812.path import COASTAL, INLAND, SEA
from aqdaq.model.body import Sphere

EDITION: Final = "ITU-R P.1812-7"
#: Fewest samples of a profile: both ends and two between, so that both antennas can have a horizon of their own.
FEWEST_SAMPLES: Final = 4
#: Field, least, largest, unit: the ranges of Table 1 and of the scope.
RANGES: Final = (
    ("frequency_ghz", 0.03, 6.0, "GHz"),
    ("time_percent", 1.0, 50.0, "%"),
    ("location_percent", 1.0, 99.0, "%"),
    ("tx_height_m", 1.0, 3000.0, "m"),
    ("rx_height_m", 1.0, 3000.0, "m"),
    ("latitude_mid_deg", -90.0, 90.0, "deg"),
)
#: Fields that the paths of users give under another name: that name, the factor to its unit, the unit.
_GIVEN_AS: Final = {"frequency_ghz": ("frequency_mhz", 1e3, "MHz")}
SHORTEST_M: Final = 250.0
LONGEST_M: Final = 3_000e3

#: Refractivity without a map: assumed, values in the middle of temperate climates.
DEFAULT_DELTA_N: Final = 45.0
DEFAULT_N0: Final = 325.0
#: Far from any coast.
DEFAULT_COAST_M: Final = 500e3
#: Side of the square that a percentage of locations refers to (ITU-R P.1144: 100 to 200 m); assumed.
DEFAULT_PIXEL_WIDTH_M: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Path1812:
    """One path from a transmitter to a receiver.

    Attributes:
        distance_m: (n,) distances from the transmitter, from 0, ascending (m).
        ground_m: (n,) bare ground (m above sea level).
        clutter_m: (n,) height of the representative clutter above ground (m); at the ends it is not added to the
            ground, at the receiver it decides on the location variability.
        zone: (n,) 1 sea, 3 coastal land, 4 inland.
        tx_height_m: of the transmitting antenna above ground (m).
        rx_height_m: of the receiving antenna above ground (m).
        frequency_ghz: frequency (GHz).
        time_percent: share of an average year in which the loss is not exceeded (%).
        latitude_mid_deg: latitude of the path centre (deg).
        location_percent: share of locations at which the loss is not exceeded (%).
        vertical: vertical polarization.
        delta_n: median lapse rate of refractivity in the lowest kilometre (N-units/km).
        n0: median sea-level surface refractivity (N-units).
        coast_tx_m: from the transmitter over land to the coast along the path (m).
        coast_rx_m: from the receiver (m).
        pixel_width_m: side of the square within which the locations lie (m).
    """

    distance_m: NDArray[np.float64]
    ground_m: NDArray[np.float64]
    clutter_m: NDArray[np.float64]
    zone: NDArray[np.int8]
    tx_height_m: float
    rx_height_m: float
    frequency_ghz: float
    time_percent: float
    latitude_mid_deg: float
    location_percent: float = 50.0
    vertical: bool = False
    delta_n: float = DEFAULT_DELTA_N
    n0: float = DEFAULT_N0
    coast_tx_m: float = DEFAULT_COAST_M
    coast_rx_m: float = DEFAULT_COAST_M
    pixel_width_m: float = DEFAULT_PIXEL_WIDTH_M

    @property
    def surface_m(self) -> NDArray[np.float64]:
        """(n,) ground plus clutter, bare at both ends (m above sea level)."""
        surface = np.asarray(self.ground_m + self.clutter_m, dtype=np.float64)
        surface[0], surface[-1] = self.ground_m[0], self.ground_m[-1]
        return surface


def check_path(path: Path1812, sphere: Sphere) -> None:
    """Refuse a path outside what the Recommendation covers.

    Args:
        path: the path.
        sphere: of the body; without an atmosphere the refractivity is not looked at.

    Raises:
        ValidityError: with one fault for each thing that is wrong.
    """
    faults = [*_scalar_faults(path), *_profile_faults(path)]
    if sphere.atmosphere:
        faults += _air_faults(path, sphere)
    if faults:
        raise ValidityError(faults)


def _scalar_faults(path: Path1812) -> Iterator[Fault]:
    for name, least, largest, unit in RANGES:
        value = getattr(path, name)
        if not least <= value <= largest:
            shown, factor, in_unit = _GIVEN_AS.get(name, (name, 1.0, unit))
            reach = f"from {least * factor:g} to {largest * factor:g} {in_unit}"
            yield Fault(shown, f"{value * factor:g} {in_unit}", f"{EDITION} holds {reach}")
    for end, coast_m in (("tx", path.coast_tx_m), ("rx", path.coast_rx_m)):
        if not coast_m >= 0.0:
            yield Fault(f"coast_{end}_km", f"{coast_m * 1e-3:g} km", "a distance to the coast is 0 or more")
    if not 0.0 < path.pixel_width_m < np.inf:
        yield Fault("pixel_width_m", f"{path.pixel_width_m:g} m", "give a width above 0")


def _air_faults(path: Path1812, sphere: Sphere) -> Iterator[Fault]:
    limit = critical_lapse(sphere.radius_m)
    if not 0.0 < path.delta_n < limit:
        yield Fault("delta_n", f"{path.delta_n:g} N-units/km", f"{EDITION} holds above 0 and below {limit:g}")
    if not 0.0 < path.n0 < np.inf:
        yield Fault("n0", f"{path.n0:g} N-units", "give the sea-level refractivity, near 325 on the Earth")


def _profile_faults(path: Path1812) -> Iterator[Fault]:
    n = len(path.distance_m)
    for name in ("ground_m", "clutter_m", "zone"):
        if np.shape(getattr(path, name)) != (n,):
            yield Fault(name, f"shape {np.shape(getattr(path, name))} beside {n} distances", "give one for each sample")
            return
    if n < FEWEST_SAMPLES:
        yield Fault("distance_m", f"{n} samples", f"{EDITION} needs a profile of at least {FEWEST_SAMPLES}")
        return
    yield from _distance_faults(path.distance_m)
    for name in ("ground_m", "clutter_m"):
        wrong = np.flatnonzero(~np.isfinite(getattr(path, name)))
        if len(wrong):
            yield Fault(f"{name}[{wrong[0]}]", f"no height at {len(wrong)} of {n} samples", "give every height")
    below = np.flatnonzero(path.clutter_m < 0.0)
    if len(below):
        yield Fault(f"clutter_m[{below[0]}]", f"{path.clutter_m[below[0]]:g} m", "clutter stands on the ground")
    unknown = np.flatnonzero(~np.isin(path.zone, (SEA, COASTAL, INLAND)))
    if len(unknown):
        known = f"{EDITION} knows {SEA} (sea), {COASTAL} (coastal land) and {INLAND} (inland)"
        yield Fault(f"zone[{unknown[0]}]", f"zone {path.zone[unknown[0]]}", known)


def _distance_faults(distance_m: NDArray[np.float64]) -> Iterator[Fault]:
    if not np.all(np.isfinite(distance_m)):
        yield Fault("distance_m", "not every distance is a number", "give every distance")
        return
    back = np.flatnonzero(np.diff(distance_m) <= 0.0)
    if len(back):
        i = int(back[0]) + 1
        what = f"{distance_m[i]:g} m after {distance_m[i - 1]:g} m"
        yield Fault(f"distance_m[{i}]", what, "distances ascend from the transmitter to the receiver")
    if distance_m[0] != 0.0:
        yield Fault("distance_m[0]", f"{distance_m[0]:g} m", "the first sample is the transmitter, at 0")
    if not SHORTEST_M <= distance_m[-1] <= LONGEST_M:
        what, reach = f"path of {distance_m[-1] * 1e-3:g} km", f"from {SHORTEST_M * 1e-3:g} to {LONGEST_M * 1e-3:g} km"
        yield Fault("distance_km", what, f"{EDITION} holds {reach}")
