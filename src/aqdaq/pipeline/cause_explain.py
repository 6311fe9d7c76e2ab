"""Why one layer fails in one white spot."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.causes.coalitions import Deficits, deficits, relevant
from aqdaq.analysis.causes.needed import lacking_probability, needed_dbm
from aqdaq.analysis.causes.parts import parts_of
from aqdaq.analysis.causes.pixels import spread_pixels
from aqdaq.analysis.causes.spread import share_spread
from aqdaq.analysis.cell_levels import CellLevels
from aqdaq.analysis.layer import LevelSource
from aqdaq.analysis.whitespots import failing
from aqdaq.model.cause import (
    CLOSED_SHARE,
    FACTORS,
    AzimuthCulprit,
    Factor,
    FactorShare,
    LostCulprit,
    MissingCulprit,
    Relief,
    Remedy,
    SpotCauses,
)
from aqdaq.model.coverage import Coverage
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid
from aqdaq.model.whitespot import WhiteSpot
from aqdaq.pipeline.cause_cells import LayerCells, candidates
from aqdaq.pipeline.cause_paths import Ideal, Judged, Scene, make_scene
from aqdaq.pipeline.cause_surfaces import Pixels, Spot, Surfaces
from aqdaq.pipeline.culprits import BuildingSearch, azimuth_culprit, lost_culprit, missing_culprit
from aqdaq.pipeline.entry_classes import server_frequency_mhz
from aqdaq.pipeline.fuse import GROUP_PIXELS, cell_levels
from aqdaq.pipeline.state import State

Array = NDArray[np.float64]

#: Pixels of a white spot that are computed at most.
MOST_PIXELS: Final = 300
#: A site is imagined as near as so many of the served places have one (told from so many), and at least so far (m).
SERVED_SHARE, SERVED_PLACES, LEAST_NEAR_M = 0.5, 20_000, 200.0
#: What can be changed without a new site.
_AT_SITES: Final[tuple[Factor, ...]] = ("antenna", "power", "lost_site", "missing_layer")


@dataclass(frozen=True, slots=True)
class Patch:
    """A white spot on the grid.

    Attributes:
        spot: what is said of it.
        window: of the grid, that holds it.
        inside: its pixels in the window.
    """

    spot: WhiteSpot
    window: tuple[slice, ...]
    inside: NDArray[np.bool_]


@dataclass(frozen=True)
class LayerView:
    """The coverage of a layer as one definition sees it, each array read once.

    Attributes:
        coverage: of the layer.
        fails: (rows, cols) where it fails.
        mean_dbm: (rows, cols) level (dBm).
        sd_db: (rows, cols) its spread (dB).
        server: (rows, cols) best server, index into its cells.
        near_m: distance (m) from the operator's nearest site within which half of the served places lie.
    """

    coverage: Coverage
    fails: NDArray[np.bool_]
    mean_dbm: NDArray[np.float32]
    sd_db: NDArray[np.float32]
    server: NDArray[np.int16]
    near_m: float

    @classmethod
    def of(cls, coverage: Coverage, definition: ServiceDefinition, cells: LayerCells) -> LayerView:
        """Return the view of a definition that judges the layer."""
        fails, mean, server = failing(coverage, definition), coverage.mean_dbm, coverage.best_server
        near_m = usual_distance_m(~fails & np.isfinite(mean), coverage.grid, cells)
        return cls(coverage, fails, mean, coverage.sd_db, server, near_m)

    def where(self, patch: Patch) -> Pixels:
        """Return the pixels of a white spot in which the layer fails."""
        rows, cols = np.nonzero(patch.inside & self.fails[patch.window])
        return rows + patch.window[0].start, cols + patch.window[1].start


def usual_distance_m(served: NDArray[np.bool_], grid: Grid, cells: LayerCells) -> float:
    """Return the distance from the operator's nearest site within which ``SERVED_SHARE`` of the served places lie (m).

    It is at least ``LEAST_NEAR_M``.

    Args:
        served: (rows, cols) where the layer serves.
        grid: of these.
        cells: of the layer.
    """
    places = np.flatnonzero(served)
    if places.size == 0:
        return LEAST_NEAR_M
    rows, cols = np.unravel_index(places[:: max(places.size // SERVED_PLACES, 1)], served.shape)
    x, y = grid.centres()
    return max(float(np.quantile(cells.nearest_m(x[cols], y[rows]), SERVED_SHARE)), LEAST_NEAR_M)


@dataclass(frozen=True)
class Explainer:
    """Explains one layer of one white spot after the other.

    Attributes:
        state: of the run.
        since: buildings that stand since this day or later are new.
        surfaces: the eight.
        search: for the building.
        cells: of each layer, by its name.
        levels: of the cells by the engine, on the grid.
    """

    state: State
    since: dt.date
    surfaces: Surfaces
    search: BuildingSearch
    cells: dict[str, LayerCells]
    levels: LevelSource

    def explain(self, definition: ServiceDefinition, view: LayerView, patch: Patch) -> SpotCauses | None:
        """Return why a layer fails in a white spot; None where no cell of it is known there.

        Args:
            definition: of the white spot.
            view: of the layer.
            patch: the white spot.
        """
        everywhere, people = view.where(patch), self.state.inputs.people
        living = None if people is None else people[everywhere].astype(np.float64)
        weight = np.ones(everywhere[0].size) if living is None else living
        chosen, weight = spread_pixels(*everywhere, weight, MOST_PIXELS)
        pixels = everywhere[0][chosen], everywhere[1][chosen]
        fitted = cell_levels(self.state.calibrated, GROUP_PIXELS * self.state.inputs.grid.resolution_m)
        scene = self._scene(definition, view, pixels, weight, fitted)
        if scene is None:
            return None
        about = _About(
            definition.id,
            patch.spot,
            str(view.coverage.layer),
            None if living is None else float(living.sum()),
            everywhere[0].size,
            self.since,
            view.near_m,
        )
        return self._told(about, scene, fitted.together, indoor=definition.environment == "indoor")

    def _scene(
        self, definition: ServiceDefinition, view: LayerView, pixels: Pixels, weight: Array, fitted: CellLevels
    ) -> Scene | None:
        state, own = self.state, self.cells[str(view.coverage.layer)]
        x, y = state.inputs.grid.centres()
        gx, gy = x[pixels[1]], y[pixels[0]]
        place = Spot(gx, gy, *self.surfaces.surface.grid.fractional(gx, gy), weight)
        radius_m = state.predictor.section.radius_m
        radiators = candidates(own, state.inputs.network, self.levels, fitted, place, pixels, radius_m)
        if all(r.needs for r in radiators):
            return None
        ideal = Ideal(own.beyond_db(gx, gy, view.near_m), own.full_dbm, definition.bound)
        judged = self._judged(definition, view, pixels)
        return make_scene(radiators, place, pixels, judged, self.surfaces, self.levels, fitted, ideal)

    def _judged(self, definition: ServiceDefinition, view: LayerView, pixels: Pixels) -> Judged:
        layer, inputs = view.coverage.layer, self.state.inputs
        share = inputs.entry.share(definition) if inputs.entry is not None else None
        sd = np.maximum(view.sd_db[pixels].astype(np.float64), 0.1)
        more: dict[str, Any] = {
            "frequency_mhz": server_frequency_mhz(view.server[pixels], inputs.network.cells_of(layer)),
            "efficient_share": None if share is None else share[pixels],
        }
        needed = needed_dbm(definition, layer.technology, sd, **more)
        lacking = lacking_probability(definition, layer.technology, needed, sd, **more)
        return Judged(view.mean_dbm[pixels].astype(np.float64), needed, lacking)

    def _told(self, about: _About, scene: Scene, together: float, *, indoor: bool) -> SpotCauses:
        players = relevant(scene.paths, indoor=indoor)
        found = deficits(scene.paths, players)
        shares = _shares(found, players, share_spread(scene.paths, players, scene.sd_db, together))
        azimuth, lost, missing = azimuth_culprit(scene), lost_culprit(scene), missing_culprit(scene)
        blocked = any(one.part_db > 0.0 for one in shares if one.factor in ("old_buildings", "new_buildings"))
        return SpotCauses(
            definition=about.definition,
            rank=about.spot.rank,
            spot=about.spot.id,
            layer=about.layer,
            people=about.people,
            weighted_by="people" if about.people else "area",
            pixels=about.pixels,
            pixels_used=scene.paths.weight.size,
            deficit_db=float(found.deficit_db[0]),
            deficit_probability=found.probability,
            left_db=max(float(found.deficit_db[0] - found.gain_db[-1]), 0.0),
            new_since=about.since.isoformat(),
            near_m=about.near_m,
            shares=shares,
            building=self.search.culprit(scene, about.spot.geometry) if blocked else None,
            lost=lost,
            azimuth=azimuth,
            missing=missing,
            power=_alone(found, "power"),
            remedies=remedies(found, azimuth, lost, missing),
        )


@dataclass(frozen=True, slots=True)
class _About:
    """What is told and not computed here."""

    definition: str
    spot: WhiteSpot
    layer: str
    people: float | None
    pixels: int
    since: dt.date
    near_m: float


def remedies(
    found: Deficits, azimuth: AzimuthCulprit | None, lost: LostCulprit | None, missing: MissingCulprit | None
) -> tuple[tuple[Remedy, float], ...]:
    """Return what closes half of the people or area, each with the share that it closes.

    Each change that does it alone; else all changes at the sites that are there together; else a new site, with the
    share that all these changes leave open.
    """
    alone: list[tuple[Remedy, float]] = [
        ("antenna", azimuth.relief.closed_share if azimuth is not None else 0.0),
        ("power", _alone(found, "power").closed_share if "power" in found.players else 0.0),
        ("lost_site", lost.relief.closed_share if lost is not None else 0.0),
        ("missing_layer", missing.relief.closed_share if missing is not None else 0.0),
    ]
    closing = tuple((name, share) for name, share in alone if share >= CLOSED_SHARE)
    if closing:
        return closing
    together = float(found.closed[found.number(_AT_SITES)])
    return (("together", together),) if together >= CLOSED_SHARE else (("new_site", 1.0 - together),)


def _shares(found: Deficits, players: tuple[Factor, ...], spread: Array) -> tuple[FactorShare, ...]:
    whole, chance = float(found.deficit_db[0]), found.probability
    parts = parts_of(whole, found.gain_db, players)
    chances = parts_of(chance, found.probability_gain, players)
    return tuple(
        FactorShare(
            factor,
            float(parts[i]),
            float(parts[i] / whole) if whole > 0.0 else 0.0,
            float(spread[i]),
            float(chances[i] / chance) if chance > 0.0 else 0.0,
        )
        for i, factor in enumerate(FACTORS)
    )


def _alone(found: Deficits, factor: Factor) -> Relief:
    number = found.number((factor,))
    return Relief(float(found.deficit_db[0] - found.deficit_db[number]), float(found.closed[number]))
