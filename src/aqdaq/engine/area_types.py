"""What every area model is given and what it gives back. Arrays and numbers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.p1812.inputs import DEFAULT_DELTA_N, DEFAULT_N0, DEFAULT_PIXEL_WIDTH_M
from aqdaq.model.body import Sphere

#: Loosest range of frequencies of any area model (MHz).
FREQUENCY_RANGE_MHZ: Final = (30.0, 100e3)


class Reason(IntEnum):
    """Why a loss is unknown; KNOWN where it is not."""

    KNOWN = 0
    NO_TERRAIN = 1
    OUT_OF_REACH = 2
    DISTANCE = 3
    FREQUENCY = 4
    TX_HEIGHT = 5
    RX_HEIGHT = 6


@dataclass(frozen=True, slots=True)
class Transmitter:
    """Where a site radiates from: one entry for each distinct pair of antenna height and frequency.

    Attributes:
        row: of the site in the surface arrays (pixels).
        col: of the site in the surface arrays (pixels).
        heights_m: (k,) antenna heights above ground (m).
        frequencies_mhz: (k,) carrier frequencies (MHz).
    """

    row: float
    col: float
    heights_m: NDArray[np.float64]
    frequencies_mhz: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse what no model can use.

        Raises:
            ValidityError: a frequency outside 30 MHz to 100 GHz, or a height not above ground.
        """
        low, high = FREQUENCY_RANGE_MHZ
        if not np.all((self.frequencies_mhz >= low) & (self.frequencies_mhz <= high)):
            raise ValidityError(
                Fault("frequency_mhz", f"{self.frequencies_mhz}", f"the models hold from {low:g} to {high:g}")
            )
        if not np.all(self.heights_m > 0.0):
            raise ValidityError(Fault("height_m", f"{self.heights_m}", "an antenna stands above the ground"))


class Streets(NamedTuple):
    """Rasters of the streets, each (rows, cols) float32, NaN where there is no street or no building beside it.

    Attributes:
        width_m: between the building fronts on both sides (m).
        roof_m: mean height of the roofs around above the ground (m).
        direction_deg: of the street, clockwise from grid north, 0 to 180 (deg).
    """

    width_m: NDArray[np.float32]
    roof_m: NDArray[np.float32]
    direction_deg: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Terrain:
    """The surface as the engine sees it.

    Attributes:
        ground_m: (rows, cols) float32 ground (m), NaN where unknown.
        above_m: (rows, cols) float32 height above ground of buildings and clutter (m).
        resolution_m: side of a pixel (m).
        streets: rasters of the streets between the buildings, for the models that need them.
    """

    ground_m: NDArray[np.float32]
    above_m: NDArray[np.float32]
    resolution_m: float
    streets: Streets | None = None


@dataclass(frozen=True, slots=True)
class AreaSetting:
    """What holds for a whole area.

    Attributes:
        rx_height_m: of the receivers above ground (m).
        step_m: largest distance between samples of a profile (m).
        sphere: of the body.
        time_percent: share of an average year in which the loss is not exceeded (%).
        location_percent: share of locations in which it is not exceeded (%).
        delta_n: median lapse rate of refractivity (N-units/km).
        n0: sea-level surface refractivity (N-units).
        latitude_deg: of the transmitter (deg).
        pixel_width_m: side of the square that the locations lie in (m).
        vertical: vertical polarization.
        reach_m: half side of the square around the site that a sweep is laid out for (m); None: as far as the
            receivers lie. With it given, the result at a receiver does not depend on which others there are.
        options: further figures that single models take, by name.
    """

    rx_height_m: float
    step_m: float
    sphere: Sphere
    time_percent: float = 50.0
    location_percent: float = 50.0
    delta_n: float = DEFAULT_DELTA_N
    n0: float = DEFAULT_N0
    latitude_deg: float = 45.0
    pixel_width_m: float = DEFAULT_PIXEL_WIDTH_M
    vertical: bool = True
    reach_m: float | None = None
    options: Mapping[str, float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse heights and steps that are not positive.

        Raises:
            ValidityError: saying which.
        """
        if not (self.rx_height_m > 0.0 and self.step_m > 0.0):
            raise ValidityError(Fault("prediction", f"height {self.rx_height_m}, step {self.step_m}", "give > 0"))


@dataclass(frozen=True, slots=True)
class AreaLoss:
    """Losses from one site to n receivers.

    Attributes:
        loss_db: (k, n) float32 basic transmission loss for each height and frequency (dB); NaN where unknown.
        reason: (k, n) uint8 a ``Reason``: 0 where the loss is known.
    """

    loss_db: NDArray[np.float32]
    reason: NDArray[np.uint8]


class AreaPredict(Protocol):
    """An area model: losses from one site to receivers at (n,) rows and columns of the terrain (pixels)."""

    def __call__(
        self,
        terrain: Terrain,
        transmitter: Transmitter,
        rows: NDArray[np.float64],
        cols: NDArray[np.float64],
        setting: AreaSetting,
    ) -> AreaLoss:
        """Return (k, n) losses and reasons; receivers in any order, positions need not be whole numbers."""
        ...
