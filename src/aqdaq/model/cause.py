"""Why a layer fails in a white spot: shares of what it lacks, culprits by name, and what would close it.

All of it is plain values: ``SpotCauses.as_dict`` gives what JSON holds, ``SpotCauses.from_dict`` takes it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from pydantic import TypeAdapter

Factor = Literal[
    "terrain",
    "old_buildings",
    "new_buildings",
    "distance",
    "antenna",
    "power",
    "indoor",
    "lost_site",
    "missing_layer",
]

#: The factors, in the order of their bits in a coalition; the first three make the surface.
FACTORS: Final[tuple[Factor, ...]] = (
    "terrain",
    "old_buildings",
    "new_buildings",
    "distance",
    "antenna",
    "power",
    "indoor",
    "lost_site",
    "missing_layer",
)

Remedy = Literal["antenna", "power", "lost_site", "missing_layer", "together", "new_site"]

#: What may close a white spot, in the order in which it is named: the cheapest first.
REMEDIES: Final[tuple[Remedy, ...]] = ("antenna", "power", "lost_site", "missing_layer", "together", "new_site")

#: A remedy closes a white spot when it closes so much of its people or area.
CLOSED_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class FactorShare:
    """What one factor has of a deficit.

    Attributes:
        factor: which.
        part_db: of the deficit (dB).
        share: of the deficit, 0..1; the shares of a deficit sum to 1.
        share_sd: standard deviation of the share under the uncertainty of the levels.
        probability_share: share of the probability that is missing.
        determined: whether the share is larger than its spread.
    """

    factor: Factor
    part_db: float
    share: float
    share_sd: float
    probability_share: float

    @property
    def determined(self) -> bool:
        """Whether the share is larger than its spread; a share of nothing is certain when it never varies."""
        return self.share_sd <= self.share


@dataclass(frozen=True, slots=True)
class Relief:
    """What one change alone would give.

    Attributes:
        relief_db: by how much the deficit falls (dB).
        closed_share: share of the people or area where nothing is lacking any more, 0..1.
    """

    relief_db: float
    closed_share: float


@dataclass(frozen=True, slots=True)
class BuildingCulprit:
    """The building whose removal would give most.

    Attributes:
        id: of the building.
        height_m: above ground (m).
        distance_m: from its outline to that of the white spot (m).
        new: whether it is newer than the date of the project.
        built: first day on which it stands, YYYY-MM-DD; empty: nobody said.
        relief: without it.
    """

    id: str
    height_m: float
    distance_m: float
    new: bool
    built: str
    relief: Relief


@dataclass(frozen=True, slots=True)
class LostCulprit:
    """The site that left the air and would give most if it came back.

    Attributes:
        site: its id.
        cells: that were lost there, of the layer.
        off_air: first day without the last of them, YYYY-MM-DD.
        distance_m: from the middle of the white spot (m).
        relief: with it.
    """

    site: str
    cells: tuple[str, ...]
    off_air: str
    distance_m: float
    relief: Relief


@dataclass(frozen=True, slots=True)
class AzimuthCulprit:
    """The cell whose antenna would give most if it were turned to the white spot.

    Attributes:
        cell: its id.
        site: that carries it.
        azimuth_deg: as it is, clockwise from true north (deg).
        downtilt_deg: as it is (deg).
        wanted_azimuth_deg: towards the middle of the white spot, clockwise from true north (deg).
        wanted_downtilt_deg: towards it (deg).
        distance_m: of the site from the middle of the white spot (m).
        relief: with this cell alone turned.
    """

    cell: str
    site: str
    azimuth_deg: float
    downtilt_deg: float
    wanted_azimuth_deg: float
    wanted_downtilt_deg: float
    distance_m: float
    relief: Relief


@dataclass(frozen=True, slots=True)
class MissingCulprit:
    """The operator's nearest site without a cell of the layer.

    Attributes:
        site: its id.
        distance_m: from the middle of the white spot (m).
        relief: with a cell there.
    """

    site: str
    distance_m: float
    relief: Relief


@dataclass(frozen=True, slots=True)
class SpotCauses:
    """Why one layer fails in one white spot.

    Attributes:
        definition: id of the service definition.
        rank: of the white spot.
        spot: its id.
        layer: as text, ``A/LTE``.
        people: where the layer fails; None where nobody knows the people.
        weighted_by: ``people``, or ``area`` where nobody lives or nobody knows.
        pixels: where the layer fails.
        pixels_used: of these, computed.
        deficit_db: mean of what is lacking at the places (dB).
        deficit_probability: mean of the probability that is lacking.
        left_db: what would be left of the deficit with every factor at its best (dB); it is counted as distance.
        new_since: buildings that stand since this day or later are new, YYYY-MM-DD.
        near_m: distance (m) of the operator's nearest site that is usual where the layer serves.
        shares: of all factors, in the order of ``FACTORS``.
        building: culprit, None where no building matters.
        lost: culprit, None where no site was lost that would help.
        azimuth: culprit, None where no antenna is better turned.
        missing: culprit, None where no site lacks the layer, or it would not help.
        power: all cells at full power.
        remedies: what would close it, with the share that it closes; ``new_site`` where nothing else does.
    """

    definition: str
    rank: int
    spot: str
    layer: str
    people: float | None
    weighted_by: Literal["people", "area"]
    pixels: int
    pixels_used: int
    deficit_db: float
    deficit_probability: float
    left_db: float
    new_since: str
    near_m: float
    shares: tuple[FactorShare, ...]
    building: BuildingCulprit | None
    lost: LostCulprit | None
    azimuth: AzimuthCulprit | None
    missing: MissingCulprit | None
    power: Relief
    remedies: tuple[tuple[Remedy, float], ...]

    @property
    def ordered(self) -> tuple[FactorShare, ...]:
        """The factors with a share, the largest first."""
        there = [one for one in self.shares if one.share > 0.0]
        return tuple(sorted(there, key=lambda one: (-one.share, FACTORS.index(one.factor))))

    @property
    def main(self) -> FactorShare | None:
        """The factor with the largest share; None where nothing is lacking."""
        return next(iter(self.ordered), None)

    def share(self, factor: Factor) -> FactorShare:
        """Return what a factor has of the deficit."""
        return self.shares[FACTORS.index(factor)]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON holds them."""
        return dict(asdict(self))

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> SpotCauses:
        """Return what ``as_dict`` wrote, from memory or from JSON.

        Raises:
            pydantic.ValidationError: it is no such thing.
        """
        return _adapter().validate_python(dict(kept))


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[SpotCauses]:
    return TypeAdapter(SpotCauses)
