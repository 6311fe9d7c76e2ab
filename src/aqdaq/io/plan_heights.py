"""Heights that may not be what they say: feet or floors that were written down as metres."""

from __future__ import annotations

from typing import Final

from aqdaq.io.plan_mapping import FOOT_M, PlanMapping
from aqdaq.model.plan_document import PlanObject

#: Metres a floor below which a height is not believed: nobody stands upright in it.
LEAST_FLOOR_M: Final = 2.0
#: Metres a floor from which on a height looks like feet: 2.7 m to 4.0 m a floor are 9 to 13 ft.
FEET_FLOOR: Final = (9.0, 13.2)
#: Metres a floor above which a height is not believed either.
MOST_FLOOR_M: Final = 8.0


def doubtful_height(found: PlanObject, mapping: PlanMapping) -> str | None:
    """Return both readings of a height that does not fit the floors, in words; None when nothing is wrong.

    The floors are those given, else the gross floor area over the area of the footprint.
    """
    if found.height_m is None or "height_m" in found.assumed:
        return None
    floors, of = _floors(found)
    if floors is None:
        return None
    each_m = found.height_m / floors
    says = f"height {found.height_m:g} m with {floors:g} floors{of} is {each_m:.1f} m a floor"
    if each_m < LEAST_FLOOR_M:
        other_m = found.height_m * mapping.floor_height_m
        return (
            f"{says}: two readings, {found.height_m:g} m as given (taken), or {other_m:g} m if these are "
            f'{found.height_m:g} floors; height_unit = "floors" says so'
        )
    if FEET_FLOOR[0] <= each_m <= FEET_FLOOR[1]:
        return (
            f"{says}: two readings, {found.height_m:g} m as given (taken), or {found.height_m * FOOT_M:.1f} m if these "
            f'are feet; height_unit = "ft" says so'
        )
    if each_m > MOST_FLOOR_M and of == "":
        return f"{says}: check the height and the floors"
    return None


def _floors(found: PlanObject) -> tuple[float | None, str]:
    if found.floors is not None:
        return float(found.floors), ""
    if found.floor_area_m2 and found.geometry.area > 0.0:
        floors = round(found.floor_area_m2 / found.geometry.area)
        if floors >= 2:
            return float(floors), " (floor area over footprint)"
    return None, ""


def all_may_be_floors(heights_m: list[float]) -> str | None:
    """Return why all heights of a file may be numbers of floors, where no floors are given; None when they are not.

    Whole numbers alone say nothing; a building of one or two metres among them does.
    """
    whole = all(height == round(height) for height in heights_m)
    if len(heights_m) < 3 or not whole or min(heights_m) > 2.0 or max(heights_m) > 60.0:
        return None
    return (
        f"all {len(heights_m)} heights are whole numbers from {min(heights_m):g} to {max(heights_m):g} m, so low that "
        'they may be floors; height_unit = "floors" says so'
    )
