"""ITU-R P.1812: basic transmission loss of a path, not exceeded for p per cent of time and p_L per cent of locations.

The structure of edition 7, with the tropospheric scatter of edition 6 eq. (44), as the official validation set has it.
"""

from __future__ import annotations

import numpy as np

from aqdaq.engine.p1812.inputs import Path1812, check_path
from aqdaq.engine.p1812.kernel import p1812_kernel
from aqdaq.engine.p1812.parameters import K_BETA0, median_k, mid_path_latitude_deg
from aqdaq.engine.p1812.path import Zones, summarize_zones
from aqdaq.engine.p1812.tuples import Link1812, Loss1812
from aqdaq.model.body import Sphere

__all__ = [
    "Link1812",
    "Loss1812",
    "Path1812",
    "Zones",
    "basic_transmission_loss",
    "check_path",
    "link_of",
    "mid_path_latitude_deg",
    "p1812_kernel",
    "summarize_zones",
]


def link_of(path: Path1812, sphere: Sphere, *, every_part: bool = True) -> Link1812:
    """Return what the kernel is told beside the profile.

    On a body with air the effective radius follows from ``delta_n``, not from the sphere's own k; without air it is
    the radius itself.

    Args:
        path: the path.
        sphere: of the body.
        every_part: compute the diffraction at beta_0 also where p = 50 % does not need it.
    """
    k50 = median_k(path.delta_n, sphere.radius_m) if sphere.atmosphere else 1.0
    return Link1812(
        f_ghz=float(path.frequency_ghz),
        time_percent=float(path.time_percent),
        location_percent=float(path.location_percent),
        vertical=bool(path.vertical),
        tx_height_m=float(path.tx_height_m),
        rx_height_m=float(path.rx_height_m),
        rx_clutter_m=float(path.clutter_m[-1]),
        pixel_width_m=float(path.pixel_width_m),
        coast_tx_m=float(path.coast_tx_m),
        coast_rx_m=float(path.coast_rx_m),
        latitude_deg=float(path.latitude_mid_deg),
        n0=float(path.n0),
        atmosphere=bool(sphere.atmosphere),
        median_radius_m=k50 * sphere.radius_m,
        beta_radius_m=(K_BETA0 if sphere.atmosphere else 1.0) * sphere.radius_m,
        permittivity=float(sphere.permittivity),
        conductivity_s_m=float(sphere.conductivity_s_m),
        every_part=every_part,
    )


def basic_transmission_loss(path: Path1812, sphere: Sphere) -> Loss1812:
    """Predict the basic transmission loss of one path, with every intermediate value.

    Args:
        path: the path.
        sphere: of the body.

    Raises:
        ValidityError: the path is outside what the Recommendation covers; one fault for each thing that is wrong.
    """
    check_path(path, sphere)
    distance, ground = (np.ascontiguousarray(a, dtype=np.float64) for a in (path.distance_m, path.ground_m))
    n, surface = len(distance), np.ascontiguousarray(path.surface_m)
    zones = summarize_zones(distance, np.ascontiguousarray(path.zone, dtype=np.int8), n)
    return p1812_kernel(distance, ground, surface, np.zeros(n), n, zones, link_of(path, sphere))
