"""What the tables say of a cell and its measurements contradict."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

#: The azimuth, the azimuths of two cells exchanged, the downtilt, where the site stands, or how strong the cell is
#: (EIRP, antenna height, a broken feeder: levels alone do not tell which).
SuspectKind = Literal["azimuth", "swapped", "downtilt", "position", "level"]


@dataclass(frozen=True, slots=True)
class Suspect:
    """One figure of a table that the measurements contradict.

    Attributes:
        cell: id of the cell; of the site where its position is doubted.
        what: which figure.
        stated: what the table says: azimuth from true north, downtilt (deg); 0 m of a position, 0 dB of a level.
        fitted: what the measurements ask for, in the same unit; of a position how far away (m).
        error: standard error of ``fitted``.
        evidence: by how much the measurements are more probable with the fitted figure than with the stated one:
            natural logarithm of the ratio.
        samples: measurements of the cell, or of all cells of the site.
        blocks: squares of 25 m in which they lie.
        other: cell with which the azimuth is exchanged; empty: none.
        toward_deg: direction of the fitted position, clockwise from grid north (deg); None: not about a position.
    """

    cell: str
    what: SuspectKind
    stated: float
    fitted: float
    error: float
    evidence: float
    samples: int
    blocks: int
    other: str = ""
    toward_deg: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Suspect:
        """Return what ``as_dict`` made of a suspect."""
        return cls(**found)
