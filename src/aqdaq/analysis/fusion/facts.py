"""What the tables say of each cell, as the fit takes it, and the links as seen from there."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import Links
from aqdaq.engine.antennas import pattern_gains_db, pattern_parameters
from aqdaq.engine.free_space import free_space_db_of
from aqdaq.engine.trend import FACTS
from aqdaq.model.antenna import Antenna, ParametricAntenna

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Height of ground (m) at (n,) eastings and northings (m).
Relief = Callable[[Array, Array], Array]

#: Quantities of the whole received power: noise and interference are in them, so that they truly have a floor.
TOTAL_POWER: Final = frozenset({"RxLev", "RSSI"})

#: Loss beyond free space (dB) up to which a path counts as in sight.
SIGHT_DB: Final = 6.0
#: Height of the receiver above ground (m) in the angle below the antenna.
RECEIVER_M: Final = 1.5

#: Beamwidths (deg) of an omnidirectional antenna stand for none; of table antennas they are read off at 3 dB.
HALF_POWER_DB: Final = 3.0


@dataclass(frozen=True, slots=True)
class CellFacts:
    """One cell of the fit.

    Attributes:
        id: of the cell.
        site: of the cell: those of one site share its shadowing.
        layer: name of the layer that it serves.
        x_m: easting of the site (m).
        y_m: northing (m).
        azimuth_deg: of the boresight, clockwise from grid north (deg); None: nobody knows, or there is none.
        tilt_deg: of the main lobe below the horizon (deg).
        height_m: of the antenna above ground (m).
        antenna: its pattern, which the predicted levels hold.
        quantity: RSRP, RSCP, RxLev or RSSI.
        eirp_dbm: of the reference signal at the maximum of the pattern (dBm); NaN: nobody knows.
        frequency_mhz: of the carrier (MHz); NaN: nobody knows.
    """

    id: str
    site: str
    layer: str
    x_m: float
    y_m: float
    azimuth_deg: float | None
    tilt_deg: float
    height_m: float
    antenna: Antenna
    quantity: str
    eirp_dbm: float = math.nan
    frequency_mhz: float = math.nan

    @property
    def directed(self) -> bool:
        """Whether the cell has a known direction."""
        omni = isinstance(self.antenna, ParametricAntenna) and self.antenna.omni
        return self.azimuth_deg is not None and not omni


@dataclass(frozen=True, slots=True)
class Scene:
    """All cells of a fit, as arrays.

    Attributes:
        cells: in the order of their numbers.
        site: (cells,) number of the site.
        table: (cells, 5) facts as ``engine.trend`` takes them.
        patterns: of each cell as the engine's antennas take them.
        relief: height of the ground; None: flat.
    """

    cells: tuple[CellFacts, ...]
    site: Ints
    table: Array
    patterns: tuple[Array, ...]
    relief: Relief | None = None

    @classmethod
    def of(cls, cells: Sequence[CellFacts], relief: Relief | None = None) -> Scene:
        """Return the scene of ``cells``."""
        sites = {name: number for number, name in enumerate(dict.fromkeys(cell.site for cell in cells))}
        table = np.array([_facts(cell) for cell in cells], dtype=np.float64).reshape(-1, FACTS)
        return cls(
            tuple(cells),
            np.array([sites[cell.site] for cell in cells], dtype=np.int64),
            table,
            tuple(pattern_parameters(cell.antenna) for cell in cells),
            relief,
        )

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.cells)

    @property
    def places(self) -> tuple[Array, Array]:
        """(cells,) easting and northing of the sites (m)."""
        return np.array([c.x_m for c in self.cells]), np.array([c.y_m for c in self.cells])

    @property
    def total_power(self) -> NDArray[np.bool_]:
        """(cells,) whether the level holds noise and interference."""
        return np.array([cell.quantity in TOTAL_POWER for cell in self.cells], dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class Seen:
    """Links as seen from their cells; all arrays have shape (n,).

    Attributes:
        iso_dbm: level by the engine without the antenna's pattern (dBm).
        dx_m: east of the site (m).
        dy_m: north of it (m).
        below_deg: below the antenna's horizon (deg).
    """

    iso_dbm: Array
    dx_m: Array
    dy_m: Array
    below_deg: Array


def seen(scene: Scene, links: Links) -> Seen:
    """Return how links look from their cells."""
    (x, y), height = scene.places, np.array([c.height_m for c in scene.cells])
    dx, dy = links.x_m - x[links.cell], links.y_m - y[links.cell]
    rise = height[links.cell] - RECEIVER_M
    if scene.relief is not None:
        foot = scene.relief(x, y)[links.cell]
        rise = rise + np.nan_to_num(foot - scene.relief(links.x_m, links.y_m))
    below = np.degrees(np.arctan2(rise, np.hypot(dx, dy)))
    gain = np.zeros(len(links))
    for number in np.unique(links.cell):
        cell = scene.cells[number]
        if not cell.directed:  # the trend has no pattern to put in its place
            continue
        own = links.cell == number
        bearing = np.degrees(np.arctan2(dx[own], dy[own]))
        tilt = cell.tilt_deg - cell.antenna.electrical_tilt_deg
        gain[own] = pattern_gains_db(bearing, -below[own], cell.azimuth_deg, tilt, scene.patterns[number])
    return Seen(links.predicted_dbm - gain, dx, dy, below)


def in_sight(scene: Scene, links: Links, view: Seen) -> Array:
    """Return (n,) 1 where the engine finds a path nearly free, 0 where something stands in it, NaN where unknown.

    Free is what loses at most ``SIGHT_DB`` more than free space: an edge that touches the line of sight loses 6 dB.
    """
    eirp, carrier = (np.array([getattr(c, name) for c in scene.cells]) for name in ("eirp_dbm", "frequency_mhz"))
    rise = np.hypot(view.dx_m, view.dy_m) * np.tan(np.radians(np.clip(view.below_deg, -89.0, 89.0)))
    distance = np.maximum(np.sqrt(view.dx_m**2 + view.dy_m**2 + rise**2), 1.0)
    free = eirp[links.cell] - free_space_db_of(distance, carrier[links.cell] / 1000.0)
    return np.where(np.isfinite(free + view.iso_dbm), (view.iso_dbm >= free - SIGHT_DB).astype(np.float64), np.nan)


def _facts(cell: CellFacts) -> list[float]:
    across, down, _ = pattern_figures(cell.antenna)
    azimuth = cell.azimuth_deg if cell.azimuth_deg is not None else 0.0
    return [azimuth, cell.tilt_deg, across, down, float(cell.directed)]


def pattern_figures(antenna: Antenna) -> tuple[float, float, float]:
    """Return half-power beamwidths in azimuth and elevation (deg) and the front-to-back ratio (dB) of a pattern."""
    if isinstance(antenna, ParametricAntenna):
        return antenna.horizontal_beamwidth_deg, antenna.vertical_beamwidth_deg, antenna.front_to_back_db
    horizontal, vertical = np.array(antenna.horizontal_loss_db), np.array(antenna.vertical_loss_db)
    behind = float(np.median(horizontal[150:211]))
    return _width(horizontal), _width(vertical), max(behind, 1.0)


def _width(loss_db: Array) -> float:
    """Return the width (deg) of the lobe around the least loss of a cut, one value a degree."""
    ahead = int(np.argmin(loss_db))
    turned = np.roll(loss_db, -ahead) - loss_db[ahead]
    right = int(np.argmax(turned > HALF_POWER_DB)) or len(turned)
    left = int(np.argmax(turned[::-1] > HALF_POWER_DB)) or len(turned)
    return float(min(max(right + left, 5), 360))
