"""Numbers in and numbers out of the ITU-R P.1812 kernel. Equation numbers of P.1812-6 Annex 1."""

from __future__ import annotations

from typing import NamedTuple


class Link1812(NamedTuple):
    """What the kernel is told beside the profile: numbers only.

    Attributes:
        f_ghz: frequency (GHz).
        time_percent: p (%).
        location_percent: p_L (%).
        vertical: vertical polarization.
        tx_height_m: transmitting antenna above ground (m).
        rx_height_m: receiving antenna above ground (m).
        rx_clutter_m: representative clutter at the receiver (m).
        pixel_width_m: w_a (m).
        coast_tx_m: from the transmitter to the coast (m).
        coast_rx_m: from the receiver to the coast (m).
        latitude_deg: of the path centre (deg).
        n0: sea-level surface refractivity (N-units).
        atmosphere: whether there is air.
        median_radius_m: effective radius for half of the time, a_e (m).
        beta_radius_m: effective radius for beta_0 per cent of the time, a_beta (m).
        permittivity: relative permittivity of the land.
        conductivity_s_m: conductivity of the land (S/m).
        every_part: compute also what does not bear on the loss at p = 50 %: the diffraction at beta_0.
    """

    f_ghz: float
    time_percent: float
    location_percent: float
    vertical: bool
    tx_height_m: float
    rx_height_m: float
    rx_clutter_m: float
    pixel_width_m: float
    coast_tx_m: float
    coast_rx_m: float
    latitude_deg: float
    n0: float
    atmosphere: bool
    median_radius_m: float
    beta_radius_m: float
    permittivity: float
    conductivity_s_m: float
    every_part: bool


class Loss1812(NamedTuple):
    """Basic transmission loss and everything on the way to it, under the symbols of the Recommendation.

    Losses in dB, distances and heights in metres, angles in milliradians, time in per cent. NaN stands for what does
    not exist: ducting, scatter and the values at beta_0 without an atmosphere.

    Attributes:
        loss_db: L_b, eq. (69).
        lbfs: free space, (8).
        lb0p: line of sight for p, (10).
        lb0b: line of sight for beta_0, (11).
        lbulla: Bullington over the surface, of the pass at beta_0 (of the median if there is no such pass), (21).
        lbulls: Bullington over the smooth surface, same pass, (21).
        ldsph: spherical earth, same pass, (27).
        ld50: diffraction for half of the time, (39).
        ldb: diffraction for beta_0, (39).
        ldp: diffraction for p, (41).
        lbd50: free space and median diffraction, (42).
        lbd: line of sight and diffraction for p, (43).
        lminb0p: (59).
        lba: ducting, (46).
        lminbap: (60).
        lbda: (61).
        lbam: (62).
        lbs: troposcatter, (44).
        lbc: median over locations, (63).
        lloc: location variability.
        fi: (40).
        fj: (57).
        fk: (58).
        theta: path angular distance, (82).
        theta_tx: elevation of the transmitter's horizon.
        theta_rx: elevation of the receiver's horizon.
        dlt: from the transmitter to its horizon, (78).
        dlr: from the receiver to its horizon, (81a).
        hts: transmitting antenna above sea level.
        hrs: receiving antenna above sea level.
        hst_fitted: (85).
        hsr_fitted: (86).
        hst: (90a).
        hsr: (90b).
        hstd: (89).
        hsrd: (89).
        htc: effective height for diffraction at the transmitter, (37a).
        hrc: at the receiver, (37b).
        hte: effective height for ducting at the transmitter, (92a).
        hre: at the receiver, (92b).
        hm: roughness, (93).
        omega: share of the path over sea.
        dtm: longest stretch over land.
        dlm: longest stretch inland.
        beta0: (5).
        ae: median effective radius, (7a).
    """

    loss_db: float
    lbfs: float
    lb0p: float
    lb0b: float
    lbulla: float
    lbulls: float
    ldsph: float
    ld50: float
    ldb: float
    ldp: float
    lbd50: float
    lbd: float
    lminb0p: float
    lba: float
    lminbap: float
    lbda: float
    lbam: float
    lbs: float
    lbc: float
    lloc: float
    fi: float
    fj: float
    fk: float
    theta: float
    theta_tx: float
    theta_rx: float
    dlt: float
    dlr: float
    hts: float
    hrs: float
    hst_fitted: float
    hsr_fitted: float
    hst: float
    hsr: float
    hstd: float
    hsrd: float
    htc: float
    hrc: float
    hte: float
    hre: float
    hm: float
    omega: float
    dtm: float
    dlm: float
    beta0: float
    ae: float
