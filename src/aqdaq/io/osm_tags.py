"""Values of OpenStreetMap tags: free text that mostly follows a rule."""

from __future__ import annotations

import math
import re
from typing import Final

#: Heights (m) outside are slips of the pen.
HEIGHT_RANGE_M: Final = (1.0, 1000.0)
#: No building has more floors.
MAX_FLOORS: Final = 200

_FOOT_M: Final = 0.3048
# A comma with three digits behind it may mean thousands: not read.
_NUMBER = r"(\d+(?:\.\d+|,\d{1,2})?)"
_METRES: Final = re.compile(_NUMBER + r"\s*(?:m|metres?|meters?|м)?\.?", re.IGNORECASE)
_FEET: Final = re.compile(_NUMBER + r"\s*(?:ft|feet|foot|'|′)\.?", re.IGNORECASE)
_FEET_INCHES: Final = re.compile(r"(\d+)\s*(?:ft|'|′)\s*(\d+(?:\.\d+)?)\s*(?:in|\"|''|″)", re.IGNORECASE)
_LEVELS: Final = re.compile(_NUMBER)


def parse_height_m(text: str) -> float:
    """Return a height in metres: ``12``, ``12 m``, ``12,5``, ``40 ft``, ``40'6"``.

    Raises:
        ValueError: it cannot be read, or lies outside 1 to 1000 m.
    """
    value = text.strip()
    if found := _METRES.fullmatch(value):
        height_m = _number(found[1])
    elif found := _FEET_INCHES.fullmatch(value):
        height_m = (float(found[1]) + float(found[2]) / 12.0) * _FOOT_M
    elif found := _FEET.fullmatch(value):
        height_m = _number(found[1]) * _FOOT_M
    else:
        raise ValueError("is not a height")
    if not HEIGHT_RANGE_M[0] <= height_m <= HEIGHT_RANGE_M[1]:
        raise ValueError(f"lies outside {HEIGHT_RANGE_M[0]:g} to {HEIGHT_RANGE_M[1]:g} m")
    return height_m


def parse_floors(text: str) -> float:
    """Return a number of floors; a half (an attic) counts as a whole one.

    Raises:
        ValueError: it cannot be read, or lies outside 1 to 200.
    """
    found = _LEVELS.fullmatch(text.strip())
    if not found:
        raise ValueError("is not a number of floors")
    floors = math.ceil(_number(found[1]))
    if not 1 <= floors <= MAX_FLOORS:
        raise ValueError(f"lies outside 1 to {MAX_FLOORS} floors")
    return float(floors)


def _number(text: str) -> float:
    return float(text.replace(",", "."))
