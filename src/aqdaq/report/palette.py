"""Colours of the report. They differ in lightness too, for the colour-blind and for grey print."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex

from aqdaq.model.coverage import Evidence

#: The three kinds of number, on maps and in words alike, and the unknown beside them.
EVIDENCE_COLOURS: Final = {Evidence.MEASURED: "#1b5e9e", Evidence.PREDICTED: "#e6c35c", Evidence.UNKNOWN: "#bdbdbd"}

UNKNOWN: Final = EVIDENCE_COLOURS[Evidence.UNKNOWN]
#: Second colour of the hatch that the unknown is drawn with: no other class is hatched.
UNKNOWN_STRIPE: Final = "#8c8c8c"

TOTAL: Final = "#7a0c3e"
PARTIAL: Final = "#f0803c"
OPEN_GROUND: Final = "#f4f2ec"
BUILDING: Final = "#d3dae3"
SITE: Final = "#111111"
DISTRICT: Final = "#4a6a8a"
INK: Final = "#1c1c1c"
WARNING: Final = "#b00020"


def rising(number: int, name: str = "viridis") -> list[str]:
    """Return ``number`` colours of a map that rises evenly in lightness, low to high."""
    return [to_hex(colour) for colour in colormaps[name](np.linspace(0.04, 0.98, number))]


def around_bound(below: int, above: int) -> list[str]:
    """Return colours for ``below`` classes under a bound (browns) and ``above`` classes over it (violets)."""
    ramp = colormaps["PuOr"]
    return [to_hex(ramp(x)) for x in (*np.linspace(0.08, 0.38, below), *np.linspace(0.64, 0.94, above))]
