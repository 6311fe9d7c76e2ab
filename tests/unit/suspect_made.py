"""One suspect of each kind, in no city."""

from __future__ import annotations

from aqdaq.model.suspect import Suspect


def every_suspect() -> tuple[Suspect, ...]:
    return (
        Suspect("A-1", "azimuth", 0.0, 118.2, 5.1, 41.0, 180, 120),
        Suspect("A-2", "swapped", 120.0, 238.0, 6.0, 33.0, 90, 70, "A<3>"),
        Suspect("A-4", "downtilt", 4.0, 10.3, 1.9, 5.5, 77, 60),
        Suspect("S-7", "position", 0.0, 310.0, 40.0, 28.0, 400, 300, "", 45.0),
        Suspect("A-5", "level", 0.0, -14.2, 2.0, 9.0, 120, 80),
    )
