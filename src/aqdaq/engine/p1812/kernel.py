"""Basic transmission loss of one path by ITU-R P.1812: the kernel that joins the mechanisms.

Equation numbers of P.1812-6 Annex 1. Without an atmosphere what remains is free space, diffraction with the body's
own radius, and the variability with location.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.free_space import free_space_db
from aqdaq.engine.p1812.combine import (
    angle_factor,
    distance_factor,
    power_sum_db,
    soft_maximum_db,
    time_factor,
    toward_diffraction_db,
)
from aqdaq.engine.p1812.diffraction import Wave, diffract
from aqdaq.engine.p1812.ducting import Duct, ducting_db
from aqdaq.engine.p1812.location import location_db, location_sigma_db
from aqdaq.engine.p1812.los import multipath_db
from aqdaq.engine.p1812.parameters import beta0_percent
from aqdaq.engine.p1812.path import SmoothEarth, Zones, find_horizons, roughness_m, smooth_earth
from aqdaq.engine.p1812.troposcatter import troposcatter_db
from aqdaq.engine.p1812.tuples import Link1812, Loss1812


class _Geometry(NamedTuple):
    d: float
    tx_m: float
    rx_m: float
    dlt: float
    dlr: float
    theta_tx: float
    theta_rx: float
    theta: float
    smooth: SmoothEarth
    hm: float


class _Sight(NamedTuple):
    lbfs: float
    lb0p: float
    lb0b: float


class _Bent(NamedTuple):
    lbulla: float
    lbulls: float
    ldsph: float
    ld50: float
    ldb: float
    ldp: float
    fi: float


class _Joined(NamedTuple):
    lminb0p: float
    lba: float
    lminbap: float
    lbda: float
    lbam: float
    lbs: float
    lbc: float
    fj: float
    fk: float


@njit(cache=True, error_model="numpy")
def p1812_kernel(
    distance_m: NDArray[np.float64],
    ground_m: NDArray[np.float64],
    surface_m: NDArray[np.float64],
    flat_m: NDArray[np.float64],
    n: int,
    zones: Zones,
    link: Link1812,
) -> Loss1812:
    """Return the basic transmission loss of one path and its parts. Allocates nothing and checks nothing.

    Args:
        distance_m: (>= n,) distances from the transmitter, ascending from 0 (m).
        ground_m: (>= n,) bare ground (m above sea level).
        surface_m: (>= n,) ground plus clutter (m above sea level); the ends are not used.
        flat_m: (>= n,) zeros.
        n: number of samples, at least 4.
        zones: of the path.
        link: antennas, frequency, percentages and the body.
    """
    geometry = _measure(distance_m, ground_m, n, link)
    beta0 = beta0_percent(link.latitude_deg, zones.dtm_m, zones.dlm_m) if link.atmosphere else math.nan
    sight = _see(geometry, link, beta0)
    bent = _bend(distance_m, surface_m, flat_m, n, geometry, zones, link, beta0)
    joined = _join(geometry, sight, bent, zones, link, beta0)
    lloc = 0.0
    if not zones.rx_at_sea:
        sigma = location_sigma_db(link.f_ghz, link.pixel_width_m, link.rx_height_m, link.rx_clutter_m)
        lloc = location_db(link.location_percent, sigma)
    return _list(geometry, sight, bent, joined, zones, link, beta0, lloc)


@njit(cache=True, error_model="numpy")
def _measure(distance_m: NDArray[np.float64], ground_m: NDArray[np.float64], n: int, link: Link1812) -> _Geometry:
    """Return the geometry of the path; Attachment 1."""
    d = distance_m[n - 1]
    tx_m, rx_m = ground_m[0] + link.tx_height_m, ground_m[n - 1] + link.rx_height_m
    horizons = find_horizons(distance_m, ground_m, n, tx_m, rx_m, link.median_radius_m)
    smooth = smooth_earth(distance_m, ground_m, n, tx_m, rx_m)
    return _Geometry(
        d,
        tx_m,
        rx_m,
        distance_m[horizons.tx_index],
        d - distance_m[horizons.rx_index],
        horizons.theta_tx_mrad,
        horizons.theta_rx_mrad,
        1e3 * d / link.median_radius_m + horizons.theta_tx_mrad + horizons.theta_rx_mrad,  # eq. (82)
        smooth,
        roughness_m(distance_m, ground_m, n, smooth, horizons),
    )


@njit(cache=True, error_model="numpy")
def _see(geometry: _Geometry, link: Link1812, beta0: float) -> _Sight:
    """Return free space and line of sight; section 4.2."""
    slant_m = math.sqrt(geometry.d**2 + (geometry.tx_m - geometry.rx_m) ** 2)
    lbfs = free_space_db(slant_m, link.f_ghz)  # eq. (8)
    if not link.atmosphere:
        return _Sight(lbfs, lbfs, math.nan)
    to_horizons = geometry.dlt + geometry.dlr
    return _Sight(lbfs, lbfs + multipath_db(to_horizons, link.time_percent), lbfs + multipath_db(to_horizons, beta0))


@njit(cache=True, error_model="numpy")
def _bend(
    distance_m: NDArray[np.float64],
    surface_m: NDArray[np.float64],
    flat_m: NDArray[np.float64],
    n: int,
    geometry: _Geometry,
    zones: Zones,
    link: Link1812,
    beta0: float,
) -> _Bent:
    """Return the diffraction for half of the time, for beta_0 and for p; section 4.3."""
    tx_m, rx_m, smooth = geometry.tx_m, geometry.rx_m, geometry.smooth
    wave = Wave(link.f_ghz, link.vertical, link.permittivity, link.conductivity_s_m, zones.omega)
    median = diffract(distance_m, surface_m, flat_m, n, tx_m, rx_m, smooth, link.median_radius_m, wave)
    ld50 = median.loss_db
    fi = time_factor(link.time_percent, beta0) if link.atmosphere else 0.0
    if fi == 0.0 and not (link.every_part and link.atmosphere):
        return _Bent(median.surface_db, median.smooth_db, median.sphere_db, ld50, math.nan, ld50, fi)
    rare = diffract(distance_m, surface_m, flat_m, n, tx_m, rx_m, smooth, link.beta_radius_m, wave)
    ldp = ld50 + fi * (rare.loss_db - ld50)  # eq. (41)
    return _Bent(rare.surface_db, rare.smooth_db, rare.sphere_db, ld50, rare.loss_db, ldp, fi)


@njit(cache=True, error_model="numpy")
def _join(geometry: _Geometry, sight: _Sight, bent: _Bent, zones: Zones, link: Link1812, beta0: float) -> _Joined:
    """Return ducting, scatter and the combination of all; sections 4.4 to 4.6."""
    fj, fk = angle_factor(geometry.theta), distance_factor(geometry.d)
    lbd50, lbd = sight.lbfs + bent.ld50, sight.lb0p + bent.ldp
    if not link.atmosphere:
        return _Joined(math.nan, math.nan, math.nan, lbd, lbd, math.nan, lbd, fj, fk)
    over_land = (1.0 - zones.omega) * bent.ldp
    if link.time_percent < beta0:  # eq. (59)
        lminb0p = sight.lb0p + over_land
    else:
        lminb0p = lbd50 + (sight.lb0b + over_land - lbd50) * bent.fi
    lba = ducting_db(_duct(geometry, zones, link, beta0))
    lminbap = soft_maximum_db(lba, sight.lb0p)
    lbda = toward_diffraction_db(lbd, lminbap, fk)
    lbam = lbda + (lminb0p - lbda) * fj  # eq. (62)
    lbs = troposcatter_db(link.f_ghz, geometry.d, geometry.theta, link.n0, link.time_percent)
    return _Joined(lminb0p, lba, lminbap, lbda, lbam, lbs, power_sum_db(lbs, lbam), fj, fk)


@njit(cache=True, error_model="numpy")
def _duct(geometry: _Geometry, zones: Zones, link: Link1812, beta0: float) -> Duct:
    """Return what ducting depends on."""
    return Duct(
        link.f_ghz,
        link.time_percent,
        geometry.d,
        geometry.dlt,
        geometry.dlr,
        geometry.theta_tx,
        geometry.theta_rx,
        geometry.tx_m,
        geometry.rx_m,
        geometry.smooth.effective_tx_m,
        geometry.smooth.effective_rx_m,
        geometry.hm,
        link.coast_tx_m,
        link.coast_rx_m,
        zones.omega,
        zones.dlm_m,
        link.median_radius_m,
        beta0,
    )


@njit(cache=True, error_model="numpy")
def _list(
    geometry: _Geometry,
    sight: _Sight,
    bent: _Bent,
    joined: _Joined,
    zones: Zones,
    link: Link1812,
    beta0: float,
    lloc: float,
) -> Loss1812:
    """Return everything under the symbols of the Recommendation."""
    smooth = geometry.smooth
    return Loss1812(
        loss_db=max(sight.lb0p, joined.lbc + lloc),  # eq. (69)
        lbfs=sight.lbfs,
        lb0p=sight.lb0p,
        lb0b=sight.lb0b,
        lbulla=bent.lbulla,
        lbulls=bent.lbulls,
        ldsph=bent.ldsph,
        ld50=bent.ld50,
        ldb=bent.ldb,
        ldp=bent.ldp,
        lbd50=sight.lbfs + bent.ld50,
        lbd=sight.lb0p + bent.ldp,
        lminb0p=joined.lminb0p,
        lba=joined.lba,
        lminbap=joined.lminbap,
        lbda=joined.lbda,
        lbam=joined.lbam,
        lbs=joined.lbs,
        lbc=joined.lbc,
        lloc=lloc,
        fi=bent.fi,
        fj=joined.fj,
        fk=joined.fk,
        theta=geometry.theta,
        theta_tx=geometry.theta_tx,
        theta_rx=geometry.theta_rx,
        dlt=geometry.dlt,
        dlr=geometry.dlr,
        hts=geometry.tx_m,
        hrs=geometry.rx_m,
        hst_fitted=smooth.fitted_tx_m,
        hsr_fitted=smooth.fitted_rx_m,
        hst=smooth.tx_m,
        hsr=smooth.rx_m,
        hstd=smooth.lowered_tx_m,
        hsrd=smooth.lowered_rx_m,
        htc=smooth.diffraction_tx_m,
        hrc=smooth.diffraction_rx_m,
        hte=smooth.effective_tx_m,
        hre=smooth.effective_rx_m,
        hm=geometry.hm,
        omega=zones.omega,
        dtm=zones.dtm_m,
        dlm=zones.dlm_m,
        beta0=beta0,
        ae=link.median_radius_m,
    )
