"""The city model for one path: free space and diffraction to the roofs, down into the street, along the streets."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.models.common import number, require_atmosphere
from aqdaq.engine.registry import PathInput, PathResult, check_profile, check_range, propagation_model
from aqdaq.engine.urban.geometry import Ends, Geometry, clear_the_ends, urban_geometry, wall_index
from aqdaq.engine.urban.path import Medium, urban_loss
from aqdaq.engine.urban.rooftops import (
    FREQUENCY_RANGE_MHZ,
    LONGEST_M,
    RX_HEIGHT_RANGE_M,
    SOURCE,
    check_street,
)
from aqdaq.engine.urban.streets import BUILDING_M
from aqdaq.model.body import Sphere

#: What is known of the street of the receiver.
OPTIONS: Final = ("street_width_m", "roof_height_m", "street_angle_deg")
#: What stands for an option where nothing is known of the street.
NO_STREET: Final = "none"

#: What to use for the bands that the model leaves out.
OTHER_BANDS: Final = "below it use delta_bullington, or two_ray to 250 m and p1812 from there on; above it umi"


def _street(path: PathInput) -> tuple[float, float, float]:
    """Return width (m), height of the roofs (m) and angle to the path (deg) of the street; NaN where not given.

    Raises:
        ValidityError: one that cannot be, or a width without roofs.
    """
    given = [name for name in OPTIONS if path.options.get(name, NO_STREET) != NO_STREET]
    missing = [name for name in OPTIONS[:2] if name not in given]
    if given and missing:
        what = f"is missing beside {', '.join(given)}: {' and '.join(OPTIONS[:2])} belong together"
        raise ValidityError(Fault(missing[0], what, "give both or neither"))
    width, roof, angle = (number(path, name, 0.0) if name in given else math.nan for name in OPTIONS)
    if given:
        check_street(width, roof, angle if OPTIONS[2] in given else None)
    return width, roof, angle


def _street_or_likely(path: PathInput) -> tuple[float, float, float]:
    """Return the street; where none is given one with the roofs of the path, to ask whether one would bear on it."""
    street = _street(path)
    if not math.isnan(street[0]):
        return street
    return BUILDING_M, max(BUILDING_M, path.rx_height_m + 1.0, float(np.max(path.clutter_m))), math.nan


def _check(path: PathInput) -> None:
    """Refuse a path outside the range of the model.

    Raises:
        ValidityError: naming the range.
    """
    check_profile(path)
    check_range("frequency_mhz", path.frequency_mhz, *FREQUENCY_RANGE_MHZ, unit="MHz", source=SOURCE, mend=OTHER_BANDS)
    check_range("rx_height_m", path.rx_height_m, *RX_HEIGHT_RANGE_M, unit="m", source=SOURCE)
    check_range("tx_height_m", path.tx_height_m, 1.0, math.inf, unit="m", source="ITU-R P.1411-12 section 4.1.2")
    check_range("distance_km", path.length_m * 1e-3, 0.0, LONGEST_M * 1e-3, unit="km", source=SOURCE)


def _shape(path: PathInput, sphere: Sphere, street: tuple[float, float, float]) -> tuple[Ends, Geometry]:
    """Return ends and geometry of a path, both ends judged at the walls of their buildings."""
    width, roof, angle = street
    n = len(path.distance_m)
    profile = np.empty((4, n))
    profile[:3] = path.distance_m, path.ground_m, path.ground_m + path.clutter_m
    at = wall_index(profile, n, path.rx_height_m)
    surface = profile[3] if clear_the_ends(profile, n, path.rx_height_m, path.tx_height_m) else profile[2]
    own = float(path.clutter_m[0])
    around = roof if own < BUILDING_M and math.isfinite(roof) else own
    ends = Ends(path.tx_height_m, path.rx_height_m, around, width, roof, angle)
    shape = urban_geometry(profile[0], profile[1], surface, np.zeros(n), n, at, ends, sphere.effective_radius_m)
    return ends, shape


def _idle(path: PathInput, sphere: Sphere) -> frozenset[str]:
    """Return the options of the street where neither the way down into it nor the one along it counts.

    Where no street is given, it is asked whether one with the roofs that stand on the path would count.
    """
    shape = _shape(path, sphere, _street_or_likely(path))[1]
    return frozenset() if shape.row_share > 0.0 or shape.feeding > 0.0 else frozenset(OPTIONS)


@propagation_model(
    "urban_surface",
    title="City: over the roofs and along the streets",
    source="ITU-R P.525-4, ITU-R P.526-15 section 4.5, ITU-R P.1411-12 sections 4.1.1, 4.1.2 and 4.2.2.1",
    uses="tx_height_m rx_height_m ground_m clutter_m vertical street_width_m roof_height_m street_angle_deg",
    validity="800 MHz to 26 GHz, to 5 km, receiver 1 to 3 m above the street",
    defaults=dict.fromkeys(OPTIONS, NO_STREET),
    units={
        "Lbfs": "db",
        "Ld": "db",
        "Ld_roofs": "db",
        "Lrts": "db",
        "Lroof": "db",
        "Lcanyon": "db",
        "line_of_sight": "",
    },
    idle=_idle,
)
def urban_surface(path: PathInput, sphere: Sphere) -> PathResult:
    """Return the median loss in a city; clutter of 3 m and more is a building.

    Options: ``street_width_m`` and ``roof_height_m`` of the receiver's street, together, and ``street_angle_deg``
    between it and the path (90: it crosses the path). Without a street there is no rooftop-to-street term and no path
    along the streets.

    Raises:
        ValidityError: outside the range of the model, a street that cannot be, or a body without an atmosphere.
    """
    require_atmosphere(sphere, SOURCE)
    _check(path)
    ends, shape = _shape(path, sphere, _street(path))
    medium = Medium(sphere.effective_radius_m, sphere.permittivity, sphere.conductivity_s_m, path.vertical)
    found = urban_loss(shape, ends, path.frequency_mhz * 1e-3, medium)
    parts = {
        "Lbfs": found.free_db,
        "Ld": found.diffraction_db,
        "Ld_roofs": found.roofs_db,
        "Lrts": found.street_db,
        "Lroof": found.over_db,
        "Lcanyon": found.canyon_db,
        "line_of_sight": float(shape.nu < 0.0),
    }
    return PathResult(found.loss_db, parts)
