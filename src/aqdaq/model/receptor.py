"""Places where people are exposed to the fields of base stations: windows, roofs, yards, the grounds of schools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

#: Kinds of receptors, in the order in which they are listed.
KINDS: Final = ("window", "facade", "balcony", "roof", "yard", "school", "hospital", "given")


@dataclass(frozen=True, slots=True)
class Receptors:
    """Receptors as columns of equal length n.

    Attributes:
        id: (n,) unique, made of the building, the floor and a number.
        kind: (n,) one of ``KINDS``: ``window`` where somebody gave the window itself, ``facade`` a point before a wall.
        at_m: (n, 3) x and y in the CRS of the grid and height above the datum of the terrain (m).
        height_m: (n,) above the ground (m).
        building: (n,) id of the building; empty in the open.
        planned: (n,) whether that building is still to be built on the day.
        floor: (n,) counted from 1 at the ground; 0 where there is none.
        facade_deg: (n,) outward direction of the wall, clockwise from grid north (deg); NaN without a wall.
        flat: (n,) number or name of the flat behind; empty where nobody gave one.
        people: (n,) residents behind the receptor, those of the building shared evenly; NaN where nobody said.
    """

    id: tuple[str, ...]
    kind: tuple[str, ...]
    at_m: Float
    height_m: Float
    building: tuple[str, ...]
    planned: NDArray[np.bool_]
    floor: NDArray[np.int64]
    facade_deg: Float
    flat: tuple[str, ...]
    people: Float

    def __len__(self) -> int:
        """Number of receptors."""
        return len(self.id)
