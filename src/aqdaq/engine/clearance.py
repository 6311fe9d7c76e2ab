"""How free the straight line between two antennas is: first Fresnel zone, what rises into it, horizons of both ends.

ITU-R P.526-15 section 2: the radius of the zone is eq. (2b), and a path counts as free of diffraction when 0.6 of it is
free. Heights are taken over the chord, so the curvature stands on the ground as d_1 d_2 / (2 a).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aqdaq.base.units import wavelength_m
from aqdaq.engine.registry import PathInput

Array = NDArray[np.float64]

#: Share of the radius of the first Fresnel zone that has to be free; ITU-R P.526-15 section 2.2.1.
FREE_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Clearance:
    """What stands between two antennas, sample by sample; arrays have shape (n,), the transmitter first.

    Attributes:
        bulge_m: height of the round body above the chord (m), 0 at both ends.
        ray_m: height of the straight line between the antennas (m).
        fresnel_m: radius of the first Fresnel zone (m), 0 at both ends.
        clearance_m: from the surface up to the ray (m); negative where the surface stands above it. At the ends the
            surface is the ground: what stands there carries the antenna.
        main: number of the main obstacle: the sample that leaves the smallest share of the zone free; None without a
            sample between the ends.
        tx_horizon: number of the sample that the transmitter sees highest; None in line of sight.
        rx_horizon: the same for the receiver.
    """

    bulge_m: Array
    ray_m: Array
    fresnel_m: Array
    clearance_m: Array
    main: int | None
    tx_horizon: int | None
    rx_horizon: int | None

    @property
    def in_sight(self) -> bool:
        """Whether every sample between the ends stays below the ray."""
        return self.tx_horizon is None

    @property
    def into_zone(self) -> NDArray[np.bool_]:
        """Which samples (n,) between the ends rise into 0.6 of the first Fresnel zone."""
        inside = self.clearance_m < FREE_SHARE * self.fresnel_m
        inside[[0, -1]] = False
        return inside

    @property
    def above_ray(self) -> NDArray[np.bool_]:
        """Which samples (n,) between the ends reach the ray or rise above it."""
        above = self.clearance_m <= 0.0
        above[[0, -1]] = False
        return above


def fresnel_radius_m(from_tx_m: ArrayLike, from_rx_m: ArrayLike, frequency_mhz: float) -> Array:
    """Return the radius of the first Fresnel zone (m); P.526-15 eq. (2b) without its rounded constant.

    Args:
        from_tx_m: along the path from the transmitter (m).
        from_rx_m: along the path from the receiver (m).
        frequency_mhz: carrier (MHz).
    """
    one, other = np.asarray(from_tx_m, dtype=np.float64), np.asarray(from_rx_m, dtype=np.float64)
    return np.asarray(np.sqrt(wavelength_m(frequency_mhz) * one * other / (one + other)))


def clearance(path: PathInput, effective_radius_m: float) -> Clearance:
    """Return how free a path is.

    Args:
        path: a profile that ``check_profile`` accepts; clutter counts between the ends.
        effective_radius_m: k times the radius of the body (m).
    """
    d, length = path.distance_m, path.length_m
    rest = length - d
    bulge = d * rest / (2.0 * effective_radius_m)
    tx_m, rx_m = float(path.ground_m[0]) + path.tx_height_m, float(path.ground_m[-1]) + path.rx_height_m
    ray = (tx_m * rest + rx_m * d) / length
    surface = path.ground_m + path.clutter_m
    surface[[0, -1]] = path.ground_m[[0, -1]]
    free = ray - surface - bulge
    fresnel = fresnel_radius_m(d, rest, path.frequency_mhz)
    if len(d) < 3:
        return Clearance(bulge, ray, fresnel, free, None, None, None)
    between = slice(1, -1)
    main = 1 + int(np.argmin(free[between] / fresnel[between]))
    blocked = bool(np.any(free[between] <= 0.0))
    # Seen from an end, the surface at distance x stands (surface + bulge - antenna) / x steep, over the same chord.
    from_tx = (surface + bulge - tx_m)[between] / d[between]
    from_rx = (surface + bulge - rx_m)[between] / rest[between]
    tx_horizon = 1 + int(np.argmax(from_tx)) if blocked else None
    rx_horizon = len(from_rx) - int(np.argmax(from_rx[::-1])) if blocked else None
    return Clearance(bulge, ray, fresnel, free, main, tx_horizon, rx_horizon)
