"""From the geometry of a path of the city sweep to its loss: the equations of ``path.py``, powers without logarithms.

Along the streets the loss falls with a power of the distance, so its power is a fraction and needs no logarithm; what
is the same for all receivers of an antenna is taken once.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from numba import njit

from aqdaq.base.units import WAVELENGTH_M_GHZ
from aqdaq.engine.diffraction import bullington_db, spherical_earth_db
from aqdaq.engine.free_space import free_space_db
from aqdaq.engine.p1812.finish import edge_db
from aqdaq.engine.urban.canyon import NLOS_NEAREST_M, breakpoint_m, street_los_db, street_nlos_db, street_share
from aqdaq.engine.urban.geometry import CLEAR
from aqdaq.engine.urban.path import Medium
from aqdaq.engine.urban.rooftops import orientation_db
from aqdaq.engine.urban.sweep_far import Smooth, no_smooth

#: From natural logarithms to decibels.
DB10: Final = 10.0 / math.log(10.0)
_EDGE_0_DB: Final = 6.9 + 20.0 * math.log10(math.sqrt(1.01) - 0.1)
#: Bullington loss of an edge exactly on the line (dB): at distance 0, and for each metre.
GRAZING_DB: Final = _EDGE_0_DB + (1.0 - math.exp(-_EDGE_0_DB / 6.0)) * 10.0
GRAZING_DB_PER_M: Final = (1.0 - math.exp(-_EDGE_0_DB / 6.0)) * 0.02e-3


class Tone(NamedTuple):
    """What an antenna height and a frequency fix.

    Attributes:
        f_ghz: frequency (GHz).
        scale: 1 / sqrt(wavelength) (m^-1/2).
        free_db: free space at 1 m (dB).
        free: its power.
        street_db: L_rts of a street and a drop of 1 m, without its direction (dB).
        turn_m: R_bp of the line of sight along a street (m).
        los: power along the street in line of sight at R_bp.
        nlos: power round the corners at 1 m, by the law that holds from ``NLOS_NEAREST_M`` on.
    """

    f_ghz: float
    scale: float
    free_db: float
    free: float
    street_db: float
    turn_m: float
    los: float
    nlos: float


class Down(NamedTuple):
    """The way over the last row of buildings and down into the street; see ``geometry.Geometry``.

    Attributes:
        share: how far the row counts.
        row_m: distance of its edge (m).
        nu: Bullington parameter up to there, times the square root of the wavelength.
        fall: drop^2 / width of the street (m).
        angle_deg: between street and path (deg).
        smooth: the smooth earth up to there.
    """

    share: float
    row_m: float
    nu: float
    fall: float
    angle_deg: float
    smooth: Smooth


class Shape(NamedTuple):
    """What a receiver's profile gives before the frequency is known; see ``geometry.Geometry``.

    Attributes:
        d: length along the ground (m); NaN where the ground is not known.
        slant2: square of the distance between the antennas, at least 1 m (m^2).
        nu: Bullington parameter times the square root of the wavelength; below 0 the antennas see each other.
        feeding: how far the transmitter is one among the streets.
        smooth: the smooth earth under the path.
        down: over the last row and down.
    """

    d: float
    slant2: float
    nu: float
    feeding: float
    smooth: Smooth
    down: Down


@njit(cache=True, error_model="numpy", forceinline=True)
def no_down() -> Down:
    """Return the way down where there is none."""
    return Down(0.0, 0.0, CLEAR, 1.0, 0.0, no_smooth())


@njit(cache=True, error_model="numpy")
def make_tone(f_ghz: float, tx_height_m: float, rx_height_m: float) -> Tone:
    """Return what a frequency (GHz) and the heights of the antennas above ground (m) fix."""
    turn = breakpoint_m(f_ghz, tx_height_m, rx_height_m)
    free = free_space_db(1.0, f_ghz)
    los, nlos = street_los_db(turn, f_ghz, tx_height_m, rx_height_m), street_nlos_db(NLOS_NEAREST_M, f_ghz)
    return Tone(
        f_ghz,
        1.0 / math.sqrt(WAVELENGTH_M_GHZ / f_ghz),
        free,
        10.0 ** (-0.1 * free),
        -8.2 + 10.0 * math.log10(f_ghz * 1e3),
        turn,
        10.0 ** (-0.1 * los),
        10.0 ** (-0.1 * nlos) * NLOS_NEAREST_M**4,
    )


@njit(cache=True, error_model="numpy")
def _smooth_db(smooth: Smooth, d_m: float, tone: Tone, medium: Medium) -> float:
    """Return max(L_dsph - L_bulls, 0) (dB), what the smooth earth adds over a distance (m); P.526-15 section 4.5.3."""
    electrical = (medium.permittivity, medium.conductivity_s_m)
    sphere = spherical_earth_db(
        d_m, smooth.tx_m, smooth.rx_m, medium.effective_radius_m, tone.f_ghz, electrical, medium.vertical
    )
    return max(sphere - bullington_db(smooth.nu * tone.scale, d_m), 0.0)


@njit(cache=True, error_model="numpy", forceinline=True)
def _roofs_db(shape: Shape, over_db: float, grazing_db: float, tone: Tone, medium: Medium) -> float:
    """Return the loss over the roofs (dB) above free space, the way down from the row taken in."""
    roofs = edge_db(shape.down.nu * tone.scale, shape.down.row_m * 1e-3)
    if shape.down.smooth.counts:
        roofs += _smooth_db(shape.down.smooth, shape.down.row_m, tone, medium)
    street = max(tone.street_db + DB10 * math.log(shape.down.fall) + orientation_db(shape.down.angle_deg), 0.0)
    down = min(over_db, max(roofs + street, grazing_db))
    return over_db + shape.down.share * (down - over_db)


@njit(cache=True, error_model="numpy", forceinline=True)
def loss_of(shape: Shape, tone: Tone, medium: Medium) -> float:
    """Return the basic transmission loss (dB); ``path.urban_loss``."""
    over, excess, grazing = edge_db(shape.nu * tone.scale, shape.d * 1e-3), 0.0, 0.0
    if shape.smooth.counts:
        excess = _smooth_db(shape.smooth, shape.d, tone, medium)
        over += excess
    if shape.nu >= 0.0:
        grazing = excess + GRAZING_DB + GRAZING_DB_PER_M * shape.d
        if shape.down.share > 0.0:
            over = _roofs_db(shape, over, grazing, tone, medium)
    if shape.feeding == 0.0:
        return tone.free_db + DB10 * math.log(shape.slant2) + over
    free, turn2 = tone.free / shape.slant2, tone.turn_m * tone.turn_m / shape.slant2
    seen = tone.los * (turn2 if turn2 >= 1.0 else turn2 * turn2)
    power = shape.feeding * seen + (1.0 - shape.feeding) * free * math.exp(
        -(over if shape.nu < 0.0 else grazing) / DB10
    )
    if shape.nu >= 0.0:
        share = shape.feeding * street_share(math.sqrt(shape.slant2))
        corners = tone.nlos / (max(shape.slant2, NLOS_NEAREST_M**2) * shape.slant2)
        power = min(power, share * corners + free * math.exp(-over / DB10))
    return -DB10 * math.log(power)
