"""Celestial bodies and what the engine is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aqdaq.base.errors import Fault, ValidityError


@dataclass(frozen=True, slots=True)
class Sphere:
    """What the engine is told of a body: numbers only.

    Attributes:
        radius_m: mean radius (m).
        k: median effective-radius factor; 1 without an atmosphere.
        atmosphere: whether there is air to refract and absorb.
        permittivity: relative permittivity of the ground.
        conductivity_s_m: conductivity of the ground (S/m).
    """

    radius_m: float
    k: float
    atmosphere: bool
    permittivity: float
    conductivity_s_m: float

    def __post_init__(self) -> None:
        """Refuse what no body can have.

        Raises:
            ValidityError: radius or k not positive, or k other than 1 without an atmosphere.
        """
        if not (self.radius_m > 0 and self.k > 0 and self.permittivity >= 1 and self.conductivity_s_m >= 0):
            raise ValidityError(Fault("sphere", f"impossible figures: {self}", "radius and k must be positive"))
        if not self.atmosphere and self.k != 1.0:
            raise ValidityError(Fault("sphere", f"k = {self.k} without an atmosphere", "use k = 1"))

    @property
    def effective_radius_m(self) -> float:
        """Effective radius k times R (m)."""
        return self.k * self.radius_m


@dataclass(frozen=True, slots=True)
class Body:
    """A celestial body: its sphere and the family of its coordinate systems."""

    name: str
    sphere: Sphere
    geographic_crs: str


#: Earth: radius and ground of ITU-R P.1812 (average ground 22, 0.003 S/m); k = 4/3, the median of ITU-R P.310.
EARTH: Final = Body(
    "earth",
    Sphere(radius_m=6_371_000.0, k=4.0 / 3.0, atmosphere=True, permittivity=22.0, conductivity_s_m=0.003),
    "EPSG:4326",
)

#: Moon: IAU mean radius; dry regolith near 3, loss tangent about 0.01 at 2 GHz (assumed).
MOON: Final = Body(
    "moon",
    Sphere(radius_m=1_737_400.0, k=1.0, atmosphere=False, permittivity=3.0, conductivity_s_m=0.0003),
    "IAU_2015:30100",
)

BODIES: Final = {body.name: body for body in (EARTH, MOON)}
