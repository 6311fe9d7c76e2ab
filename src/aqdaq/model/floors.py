"""Coverage of a building floor by floor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FloorBand:
    """Some floors of a building under one layer.

    Attributes:
        building: its id.
        first_floor: lowest floor of the band, the ground floor is 1.
        last_floor: its highest floor.
        height_m: of the receiver above ground, at the middle floor of the band (m).
        layer: operator and technology, as ``str(Layer)``.
        level_dbm: expected level outside the facade at that height, mean over the facade (dBm); None where unknown.
        sd_db: its standard deviation (dB); None where unknown.
        cell: best server of most points; None where unknown.
        probability: per service definition that judges the layer, mean over the facade; None where unknown.
        residents: persons of the band; None when nobody said.
        assumed: whether the number of floors was taken from the height.
    """

    building: str
    first_floor: int
    last_floor: int
    height_m: float
    layer: str
    level_dbm: float | None
    sd_db: float | None
    cell: str | None
    probability: Mapping[str, float | None]
    residents: float | None
    assumed: bool = False
