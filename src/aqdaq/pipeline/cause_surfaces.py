"""The eight surfaces of the causes: ground, old and new buildings, each there or not; and the losses over them."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.causes.coalitions import SURFACES
from aqdaq.engine.area_types import Terrain, Transmitter
from aqdaq.engine.chain import chain_loss
from aqdaq.engine.directions import Directions, directions
from aqdaq.engine.urban.streets import street_rasters
from aqdaq.io.buildings import rasterize_buildings
from aqdaq.model.building import Building
from aqdaq.model.network import Site
from aqdaq.model.surface import Surface
from aqdaq.pipeline.chain import BY_RASTERS, links_of, setting_of
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.tasks import MARGIN_PIXELS

Array = NDArray[np.float64]
#: Rows and columns of pixels on the grid of the results.
Pixels = tuple[NDArray[np.int64], NDArray[np.int64]]

#: Bits of a surface: what is taken away.
NO_TERRAIN, NO_OLD, NO_NEW = 1, 2, 4
_BARE: Final = NO_OLD | NO_NEW


@dataclass(frozen=True, slots=True)
class Antenna:
    """Where a site radiates from: one height and frequency.

    Attributes:
        height_m: above ground (m).
        frequency_mhz: of the carrier (MHz).
    """

    height_m: float
    frequency_mhz: float


@dataclass(frozen=True, slots=True)
class Spot:
    """The pixels of a white spot that are computed.

    Attributes:
        x_m: (n,) easting (m).
        y_m: (n,) northing (m).
        rows: (n,) on the surface (pixels).
        cols: (n,) on the surface (pixels).
        weight: (n,) they sum to 1.
    """

    x_m: Array
    y_m: Array
    rows: Array
    cols: Array
    weight: Array

    @property
    def middle_m(self) -> tuple[float, float]:
        """Weighted middle, x and y (m)."""
        return float(self.weight @ self.x_m), float(self.weight @ self.y_m)


@dataclass(frozen=True)
class Surfaces:
    """The city as it is and without its parts; each surface is made when it is first asked for.

    Attributes:
        predictor: the engine on the city as it is.
        old: buildings that stand and are older than the date.
        new: those that stand and are not.
        made: surfaces that were made.
        latitudes_deg: of the sites that were asked for (deg).
    """

    predictor: Predictor
    old: tuple[Building, ...]
    new: tuple[Building, ...]
    made: dict[int, Terrain] = field(default_factory=dict, repr=False)
    latitudes_deg: dict[str, float] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, predictor: Predictor, buildings: tuple[Building, ...], new_since: dt.date) -> Surfaces:
        """Return the surfaces of a predictor; buildings that do not stand on its day are left out."""
        standing = [b for b in buildings if b.stands(predictor.surface.date)]
        new = tuple(b for b in standing if b.built is not None and b.built >= new_since)
        ids = {b.id for b in new}
        return cls(predictor, tuple(b for b in standing if b.id not in ids), new)

    @property
    def surface(self) -> Surface:
        """The city as it is."""
        return self.predictor.surface

    def terrain(self, number: int) -> Terrain:
        """Return a surface as the engine takes it; ``number`` is the sum of what is taken away."""
        if number not in self.made:
            self.made[number] = self._make(number)
        return self.made[number]

    def _make(self, number: int) -> Terrain:
        if number == 0:
            return self.predictor.terrain()
        if number & NO_TERRAIN:
            like = self.terrain(number & ~NO_TERRAIN)
            ground = np.full_like(like.ground_m, np.float32(np.nanmedian(self.surface.ground_m)))
            return Terrain(ground, like.above_m, like.resolution_m, like.streets)
        left = {NO_OLD: self.new, NO_NEW: self.old, _BARE: ()}[number]
        return self._on_ground(rasterize_buildings(left, self.surface.grid))

    def _on_ground(self, above_m: NDArray[np.float32]) -> Terrain:
        ground_m, resolution_m = self.surface.ground_m, self.surface.grid.resolution_m
        needed = any(link.model in BY_RASTERS for link in links_of(self.predictor.section))
        streets = street_rasters(above_m, ground_m, resolution_m) if needed else None
        return Terrain(ground_m, above_m, resolution_m, streets)

    def matters(self, site: Site, spot: Spot) -> list[int]:
        """Return the surfaces, but the one as it is, that differ from it between a site and a white spot."""
        here = self._window(site, spot)
        ground, above = self.surface.ground_m[here], self.surface.above_ground_m[here]
        bits = [NO_TERRAIN] if np.ptp(ground) > 0.0 else []
        for bit, own in ((NO_OLD, self.old), (NO_NEW, self.new)):
            if own and (self.terrain(bit).above_m[here] != above).any():
                bits.append(bit)
        return [number for number in range(1, SURFACES) if number & ~sum(bits) == 0]

    def _window(self, site: Site, spot: Spot) -> tuple[slice, slice]:
        row, col = (float(v) for v in self.surface.grid.fractional(site.x_m, site.y_m))
        shape = self.surface.ground_m.shape
        return (_reach(row, spot.rows, shape[0]), _reach(col, spot.cols, shape[1]))

    def loss_db(self, site: Site, antennas: list[Antenna], spot: Spot, number: int) -> Array:
        """Return (k, n) losses from a site to the pixels of a white spot on a surface (dB), NaN where unknown."""
        lifted = self._lift_m(site, spot) if number & NO_TERRAIN else 0.0
        return self.loss_over(self.terrain(number), site, antennas, spot, lifted_m=lifted)

    def loss_over(
        self, terrain: Terrain, site: Site, antennas: list[Antenna], spot: Spot, *, lifted_m: float = 0.0
    ) -> Array:
        """Return (k, n) losses over any surface (dB), the antennas lifted by so many metres."""
        predictor = self.predictor
        setting = setting_of(
            predictor.section,
            predictor.body,
            rx_height_m=predictor.rx_height_m,
            latitude_deg=self._latitude_deg(site),
        )
        transmitter = self._transmitter(site, antennas, lifted_m)
        links = links_of(predictor.section)
        found = chain_loss(links, terrain, transmitter, spot.rows, spot.cols, setting, "exact").loss_db
        return found.astype(np.float64)

    def _latitude_deg(self, site: Site) -> float:
        if site.id not in self.latitudes_deg:
            self.latitudes_deg[site.id] = self.predictor.latitude_deg(site)
        return self.latitudes_deg[site.id]

    def directions(self, site: Site, antennas: list[Antenna], spot: Spot) -> Directions:
        """Return where the pixels of a white spot lie as seen from the antennas of a site."""
        return directions(
            self.terrain(0),
            self._transmitter(site, antennas, 0.0),
            spot.rows,
            spot.cols,
            rx_height_m=self.predictor.rx_height_m,
            effective_radius_m=self.predictor.body.sphere.effective_radius_m,
        )

    def _transmitter(self, site: Site, antennas: list[Antenna], lifted_m: float) -> Transmitter:
        row, col = self.surface.grid.fractional(site.x_m, site.y_m)
        heights = np.array([a.height_m + lifted_m for a in antennas])
        return Transmitter(float(row), float(col), heights, np.array([a.frequency_mhz for a in antennas]))

    def _lift_m(self, site: Site, spot: Spot) -> float:
        """Return how far the ground of a site lies above that of a white spot (m): its height over it is kept."""
        ground, grid = self.surface.ground_m, self.surface.grid
        row, col, _ = grid.index(site.x_m, site.y_m)
        below = float(spot.weight @ ground[np.rint(spot.rows).astype(int), np.rint(spot.cols).astype(int)])
        lift = float(ground[row, col]) - below
        return max(lift, 0.0) if math.isfinite(lift) else 0.0


def _reach(place: float, places: Array, size: int) -> slice:
    low, high = min(place, float(places.min())), max(place, float(places.max()))
    return slice(max(math.floor(low) - MARGIN_PIXELS, 0), min(math.ceil(high) + MARGIN_PIXELS + 1, size))
