"""ITU-R P.1812 as a model of the registry."""

from __future__ import annotations

from typing import Final

from aqdaq.engine.models.common import number
from aqdaq.engine.p1812 import Path1812, basic_transmission_loss, mid_path_latitude_deg
from aqdaq.engine.p1812.inputs import DEFAULT_PIXEL_WIDTH_M, EDITION, FEWEST_SAMPLES
from aqdaq.engine.p1812.tuples import Loss1812
from aqdaq.engine.registry import PathInput, PathResult, check_profile, propagation_model
from aqdaq.model.body import Sphere

#: Parts of the answer by their unit; the rest are numbers alone.
_IN: Final = {
    "db": "lbfs lb0p lb0b lbulla lbulls ldsph ld50 ldb ldp lbd50 lbd lminb0p lba lminbap lbda lbam lbs lbc lloc",
    "mrad": "theta theta_tx theta_rx",
    "m": "dlt dlr hts hrs hst_fitted hsr_fitted hst hsr hstd hsrd htc hrc hte hre hm dtm dlm ae",
    "percent": "beta0",
}
_UNITS: Final = {
    part: next((unit for unit, parts in _IN.items() if part in parts.split()), "")
    for part in Loss1812._fields
    if part != "loss_db"
}
#: What only air brings in.
_AIR: Final = frozenset(
    {"time_percent", "delta_n", "n0", "coast_tx_m", "coast_rx_m", "tx_lat_lon_deg", "rx_lat_lon_deg"}
)


def _idle(path: PathInput, sphere: Sphere) -> frozenset[str]:
    """Return what does not bear on the loss: the pixel for the median of locations, air where there is none."""
    pixel: frozenset[str] = frozenset({"pixel_width_m"}) if path.location_percent == 50.0 else frozenset()
    return pixel if sphere.atmosphere else pixel | _AIR


@propagation_model(
    "p1812",
    title="ITU-R P.1812: point-to-area, terrain and clutter",
    source="ITU-R P.1812-7, troposcatter by edition 6 eq. (44)",
    uses="tx_height_m rx_height_m ground_m clutter_m zone time_percent location_percent vertical delta_n n0 "
    "coast_tx_m coast_rx_m tx_lat_lon_deg rx_lat_lon_deg pixel_width_m",
    validity="30 MHz to 6 GHz, 0.25 to 3000 km, antennas 1 to 3000 m, 1 to 50 % of time, 1 to 99 % of locations",
    defaults={"pixel_width_m": DEFAULT_PIXEL_WIDTH_M},
    units=_UNITS,
    idle=_idle,
)
def p1812(path: PathInput, sphere: Sphere) -> PathResult:
    """Return the loss not exceeded for the time and the locations asked for."""
    check_profile(path, least_points=FEWEST_SAMPLES, source=EDITION)
    latitude = mid_path_latitude_deg(path.tx_lat_lon_deg, path.rx_lat_lon_deg, path.length_m, sphere.radius_m)
    found = basic_transmission_loss(
        Path1812(
            distance_m=path.distance_m,
            ground_m=path.ground_m,
            clutter_m=path.clutter_m,
            zone=path.zone,
            tx_height_m=path.tx_height_m,
            rx_height_m=path.rx_height_m,
            frequency_ghz=path.frequency_mhz * 1e-3,
            time_percent=path.time_percent,
            latitude_mid_deg=latitude,
            location_percent=path.location_percent,
            vertical=path.vertical,
            delta_n=path.delta_n,
            n0=path.n0,
            coast_tx_m=path.coast_tx_m,
            coast_rx_m=path.coast_rx_m,
            pixel_width_m=number(path, "pixel_width_m", DEFAULT_PIXEL_WIDTH_M),
        ),
        sphere,
    )
    parts = {name: float(value) for name, value in found._asdict().items() if name != "loss_db"}
    return PathResult(float(found.loss_db), parts)
