"""Where people are indoors, and how the buildings there are made: what indoor definitions ask of the map.

An indoor definition judges the pixels of buildings and those within 50 m of one (the outline of a building is seldom
known to the metre, and a white spot is an area, not a set of roofs), and wherever people are known to live. Elsewhere
nobody is indoors: not judged. A pixel without a building takes the nearest one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy import ndimage

from aqdaq.analysis.entry_loss import summary
from aqdaq.analysis.service import loss_of
from aqdaq.base.errors import Fault, InputError
from aqdaq.engine.models.entry_p2109 import SOURCE
from aqdaq.model.body import Body
from aqdaq.model.building import Building
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid
from aqdaq.model.network import Cell
from aqdaq.model.results import Assumption
from aqdaq.pipeline.entry_materials import Materials
from aqdaq.pipeline.hashing import content_key

Float32 = NDArray[np.float32]

#: Pixels within this distance (m) of a building are judged by indoor definitions.
INDOORS_WITHIN_M: Final = 50.0
#: Share of a building of which nobody knows how it is made.
UNSAID: Final = -1.0
#: Frequencies (MHz) of P.2109.
_RANGE_MHZ: Final = (80.0, 100_000.0)
#: Pixels whose nearest building is looked for at once.
_BAND_PIXELS: Final = 1 << 21


@dataclass(frozen=True, slots=True)
class EntryClasses:
    """The classes of the buildings on the grid.

    Attributes:
        code: (rows, cols) float32: share of thermally efficient buildings, 0..1; ``UNSAID`` where nobody knows it; NaN
            where nobody is indoors.
        buildings: on the grid.
        unsaid: of these, buildings whose material says nothing.
        materials: id of the table.
    """

    code: Float32
    buildings: int
    unsaid: int
    materials: str

    @property
    def key(self) -> str:
        """Short name of the content, for the keys of what is computed from it."""
        return content_key(self.code)

    def share(self, definition: ServiceDefinition) -> Float32 | None:
        """Return (rows, cols) shares for ``probability_of_service``: as the buildings say, else as the definition does.

        NaN where nobody is indoors. None for an outdoor definition: it judges every pixel.
        """
        if definition.environment != "indoor":
            return None
        stated = 0.0 if definition.efficient_share is None else definition.efficient_share
        return np.where(self.code == np.float32(UNSAID), np.float32(stated), self.code)


def entry_classes(
    buildings: Sequence[Building], grid: Grid, materials: Materials, people: Float32 | None
) -> EntryClasses:
    """Return the classes of the buildings on the grid.

    A pixel belongs to the building that holds its centre, the highest where several do; a building that holds none gets
    the pixel of a point inside it. On a map without any building every pixel is judged, and nobody knows the class.

    Args:
        buildings: that stand on the date, in the CRS of the grid.
        grid: of the results.
        materials: what a material says of the class.
        people: (rows, cols) persons per pixel, or None where nobody knows.
    """
    near = sorted(_on_grid(buildings, grid), key=lambda b: (b.height_m, b.id))  # the last one burnt stays
    if not near:
        return EntryClasses(np.full(grid.shape, UNSAID, dtype=np.float32), 0, 0, materials.source)
    shares = [materials.share(building.material) for building in near]
    codes = [UNSAID if share is None else share for share in shares]
    own = _burnt(near, codes, grid)
    code = np.empty(grid.shape, dtype=np.float32)
    for rows, part, inner in _bands(own, grid):
        code[rows] = _spread(part, grid.resolution_m)[inner]
    if people is not None:
        code[np.isnan(code) & (people > 0.0)] = UNSAID
    return EntryClasses(code, len(near), sum(share is None for share in shares), materials.source)


def server_frequency_mhz(best_server: NDArray[np.integer], cells: Sequence[Cell]) -> NDArray[np.float32] | float:
    """Return the frequency (MHz) of the best server for ``probability_of_service``.

    Args:
        best_server: index into ``cells``, any shape; -1 where unknown (NaN).
        cells: of the layer.

    Returns:
        One figure where all cells have the same carrier, else an array of the shape.
    """
    carriers = {cell.frequency_mhz for cell in cells}
    if len(carriers) == 1:
        return carriers.pop()
    by_index: Float32 = np.array([*(cell.frequency_mhz for cell in cells), np.nan], dtype=np.float32)
    return np.asarray(by_index[best_server])


def typical_loss_db(definition: ServiceDefinition, cells: Sequence[Cell], classes: EntryClasses | None) -> float:
    """Return the median entry loss (dB) of the buildings of the map, for what is said of an area as a whole.

    Args:
        definition: indoor or outdoor.
        cells: of the layer; the mean over their carriers is taken.
        classes: of the buildings, or None where nobody looked.

    Raises:
        ValidityError: outside the range of P.2109.
    """
    if definition.entry_model == "constant":
        return definition.entry_loss_db
    share = None if classes is None else classes.share(definition)
    mean = None if share is None or np.isnan(share).all() else float(np.nanmean(share, dtype=np.float64))
    carriers = sorted({cell.frequency_mhz for cell in cells})
    losses = [summary(loss_of(definition, frequency_mhz=f, efficient_share=mean)).median_db for f in carriers]
    return float(np.mean(losses))


def losses_db(definition: ServiceDefinition, cells: Sequence[Cell], classes: EntryClasses | None) -> dict[str, float]:
    """Return the median entry loss (dB) by layer name, for the deficits of white spots.

    Args:
        definition: layers that it does not judge are left out.
        cells: of all layers.
        classes: of the buildings, or None where nobody looked.
    """
    layers = sorted({cell.layer for cell in cells if definition.judges(cell.layer)}, key=str)
    return {
        str(layer): typical_loss_db(definition, [c for c in cells if c.layer == layer], classes) for layer in layers
    }


def check_entry_models(definitions: Sequence[ServiceDefinition], cells: Sequence[Cell], body: Body) -> None:
    """Refuse the entry loss of P.2109 where it does not hold, before anything is computed.

    Raises:
        InputError: the body has no atmosphere, or a cell that is judged lies outside its frequencies; all faults.
    """
    faults = []
    for definition in definitions:
        if definition.entry_model != "p2109":
            continue
        where = f"service definition {definition.id}"
        if not body.sphere.atmosphere:
            what = f"entry_model p2109 on {body.name}: {SOURCE} holds on Earth"
            faults.append(Fault(where, what, "use entry_model constant with a stated loss"))
        low, high = _RANGE_MHZ
        odd = [c.id for c in cells if definition.judges(c.layer) and not low <= c.frequency_mhz <= high]
        if odd:
            what = f"entry_model p2109 holds from {low:g} to {high:g} MHz; outside lie {', '.join(odd)}"
            faults.append(Fault(where, what, "use entry_model constant with a stated loss"))
    if faults:
        raise InputError(faults)


def entry_assumptions(definitions: Sequence[ServiceDefinition], classes: EntryClasses) -> tuple[Assumption, ...]:
    """Return what indoor definitions take for granted, in words."""
    found = []
    for definition in definitions:
        if definition.entry_model != "p2109":
            continue
        found.append(
            Assumption("elevation of the path at the wall", "0 deg", f"entry loss of {definition.id}", "a level path")
        )
        if definition.building_class != "mixed" or (classes.buildings and not classes.unsaid):
            continue
        share = definition.efficient_share or 0.0
        who = f"{classes.unsaid} of {classes.buildings} buildings" if classes.buildings else "all buildings"
        reason = f"no material that {classes.materials} knows; efficient_share of {definition.id}"
        found.append(Assumption("share of thermally efficient buildings", f"{share:.0%}", who, reason))
    if any(d.environment == "indoor" for d in definitions):
        reason = "an indoor definition judges no other; decision 0016"
        where = f"within {INDOORS_WITHIN_M:g} m of a building, and where people live"
        found.append(
            Assumption("people indoors", where if classes.buildings else "everywhere", "the whole area", reason)
        )
    return tuple(found)


def _on_grid(buildings: Sequence[Building], grid: Grid) -> list[Building]:
    if not buildings:
        return []
    bounds = shapely.bounds(np.array([b.footprint for b in buildings], dtype=object)).reshape(-1, 4)
    x_min, y_min, x_max, y_max = grid.bounds_m
    near = (bounds[:, 0] < x_max) & (bounds[:, 2] > x_min) & (bounds[:, 1] < y_max) & (bounds[:, 3] > y_min)
    return [building for building, close in zip(buildings, near, strict=True) if close]


def _burnt(buildings: Sequence[Building], codes: Sequence[float], grid: Grid) -> Float32:
    """Return (rows, cols) code of the building at each pixel, NaN where there is none."""
    burnt = rasterize(
        ((b.footprint, code) for b, code in zip(buildings, codes, strict=True)),
        out_shape=grid.shape,
        transform=grid.transform,
        fill=np.nan,
        dtype="float32",
    )
    own = np.asarray(burnt, dtype=np.float32)
    points = shapely.point_on_surface(np.array([b.footprint for b in buildings], dtype=object))
    row, col, inside = grid.index(shapely.get_x(points), shapely.get_y(points))
    bare = inside & np.isnan(own[row, col])
    own[row[bare], col[bare]] = np.asarray(codes, dtype=np.float32)[bare]
    return own


def _bands(own: Float32, grid: Grid) -> Iterator[tuple[slice, Float32, slice]]:
    """Yield rows of the grid, what lies on them and as far above and below as matters, and the rows within that."""
    reach, height = int(INDOORS_WITHIN_M / grid.resolution_m) + 1, max(_BAND_PIXELS // grid.cols, 1)
    for top in range(0, grid.rows, height):
        stop, first = min(top + height, grid.rows), max(top - reach, 0)
        yield slice(top, stop), own[first : stop + reach], slice(top - first, stop - first)


def _spread(own: Float32, resolution_m: float) -> Float32:
    """Return the codes with those of the nearest building where there is none but one is near enough."""
    bare = np.isnan(own)
    if bare.all():
        return own
    distance, (row, col) = ndimage.distance_transform_edt(bare, sampling=resolution_m, return_indices=True)
    return np.where(distance <= INDOORS_WITHIN_M, own[row, col], np.float32(np.nan))
