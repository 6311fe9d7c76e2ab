"""Variability with location: ITU-R P.1812-6 sections 4.7 and 4.9."""

from __future__ import annotations

from numba import njit

from aqdaq.engine.p1812.parameters import inverse_normal


@njit(cache=True, error_model="numpy")
def location_sigma_db(f_ghz: float, pixel_width_m: float, rx_height_m: float, rx_clutter_m: float) -> float:
    """Return the standard deviation (dB) of the loss over the locations inside a pixel; eqs. (66) and (67).

    Args:
        f_ghz: frequency (GHz).
        pixel_width_m: w_a, width of the square within which the locations lie (m).
        rx_height_m: receiving antenna above ground (m).
        rx_clutter_m: height of the representative clutter at the receiver (m).
    """
    sigma = (0.52 + 0.024 * f_ghz) * pixel_width_m**0.28  # eq. (66)
    over_clutter = (rx_height_m - rx_clutter_m) / 10.0
    return sigma * min(max(1.0 - over_clutter, 0.0), 1.0)  # u_h, eq. (67)


@njit(cache=True, error_model="numpy")
def location_db(location_percent: float, sigma_db: float) -> float:
    """Return what to add to the median loss (dB) so that it is not exceeded at p_L per cent of the locations."""
    if location_percent == 50.0:
        return 0.0
    return -inverse_normal(0.01 * location_percent) * sigma_db
