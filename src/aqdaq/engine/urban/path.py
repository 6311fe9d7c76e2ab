"""The loss of one path of the city model, from its geometry, its street and the frequency.

Over the roofs: free space, delta-Bullington up to the row beside the receiver, L_rts down into the street; or
delta-Bullington straight to the receiver where that loses less (near the shadow's edge, in wide streets). Along the
streets where the transmitter is one among them. Both are added as power. No loss is below that of the line of sight.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from aqdaq.base.units import WAVELENGTH_M_GHZ
from aqdaq.engine.diffraction import bullington_db, delta_bullington_db, spherical_earth_db
from aqdaq.engine.free_space import free_space_db
from aqdaq.engine.urban.canyon import street_los_db, street_nlos_db, street_share
from aqdaq.engine.urban.geometry import Ends, Geometry
from aqdaq.engine.urban.rooftops import rooftop_to_street_db


class Medium(NamedTuple):
    """Effective radius (m), relative permittivity and conductivity (S/m) of the ground, and the polarization."""

    effective_radius_m: float
    permittivity: float
    conductivity_s_m: float
    vertical: bool


class UrbanLoss(NamedTuple):
    """The loss and its parts (dB); NaN where a part does not exist.

    Attributes:
        loss_db: basic transmission loss.
        free_db: free space.
        diffraction_db: over the surface, straight to the receiver.
        roofs_db: diffraction up to the row beside the receiver.
        street_db: L_rts, from there down into the street.
        over_db: the path over the roofs.
        canyon_db: the path along the streets.
    """

    loss_db: float
    free_db: float
    diffraction_db: float
    roofs_db: float
    street_db: float
    over_db: float
    canyon_db: float


@njit(cache=True, error_model="numpy")
def _diffraction_db(
    nu: float, smooth_nu: float, heights_m: tuple[float, float], d_m: float, f_ghz: float, medium: Medium
) -> float:
    """Return the delta-Bullington loss (dB) of a part of the path; 0 where nothing lies between its ends."""
    if smooth_nu == -math.inf:
        return 0.0
    if math.isnan(smooth_nu):  # the smooth earth adds nothing
        return bullington_db(nu * (1.0 / math.sqrt(WAVELENGTH_M_GHZ / f_ghz)), d_m)
    electrical = (medium.permittivity, medium.conductivity_s_m)
    tx_m, rx_m = heights_m
    sphere = spherical_earth_db(d_m, tx_m, rx_m, medium.effective_radius_m, f_ghz, electrical, medium.vertical)
    return delta_bullington_db(nu, smooth_nu, sphere, d_m, f_ghz)


@njit(cache=True, error_model="numpy")
def _mixed_db(share: float, one_db: float, other_db: float) -> float:
    """Return the loss of two paths, the first with ``share`` of the power, the second with the rest (dB)."""
    return -10.0 * math.log10(share * 10.0 ** (-0.1 * one_db) + (1.0 - share) * 10.0 ** (-0.1 * other_db))


@njit(cache=True, error_model="numpy")
def urban_loss(shape: Geometry, ends: Ends, f_ghz: float, medium: Medium) -> UrbanLoss:
    """Return the loss of one path and its parts (dB).

    Args:
        shape: from ``urban_geometry``.
        ends: the antennas and the street.
        f_ghz: frequency (GHz).
        medium: the body and the polarization.
    """
    free = free_space_db(shape.slant_m, f_ghz)
    smooth = (shape.tx_m, shape.rx_m)
    straight = _diffraction_db(shape.nu, shape.smooth_nu, smooth, shape.distance_m, f_ghz, medium)
    over, roofs, street, grazing = free + straight, math.nan, math.nan, 0.0
    if (
        shape.nu >= 0.0
    ):  # what would be lost were the obstacle exactly on the line: the rest of ``straight`` is above it
        edge = bullington_db(shape.nu * math.sqrt(f_ghz / WAVELENGTH_M_GHZ), shape.distance_m)
        grazing = free + straight - edge + bullington_db(0.0, shape.distance_m)
    if shape.row_share > 0.0:
        smooth = (shape.row_tx_m, shape.row_rx_m)
        roofs = _diffraction_db(shape.row_nu, shape.row_smooth_nu, smooth, shape.row_m, f_ghz, medium)
        street = rooftop_to_street_db(f_ghz * 1e3, ends.width_m, shape.drop_m, ends.angle_deg)
        down = min(over, max(free + roofs + street, grazing))
        over += shape.row_share * (down - over)
    if shape.feeding == 0.0:
        return UrbanLoss(over, free, straight, roofs, street, over, math.nan)
    seen = street_los_db(shape.slant_m, f_ghz, ends.tx_height_m, ends.rx_height_m)
    if shape.nu < 0.0:
        return UrbanLoss(_mixed_db(shape.feeding, seen, over), free, straight, roofs, street, over, seen)
    canyon = street_nlos_db(shape.slant_m, f_ghz)
    share = shape.feeding * street_share(shape.slant_m)
    both = -10.0 * math.log10(share * 10.0 ** (-0.1 * canyon) + 10.0 ** (-0.1 * over))
    loss = max(both, _mixed_db(shape.feeding, seen, grazing))
    return UrbanLoss(loss, free, straight, roofs, street, over, canyon)
