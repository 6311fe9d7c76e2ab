"""Places for the numbers on a map, so that no two lie on each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Where a number may stand beside its point, in units of the offset: on it, then around it.
_AROUND: Final = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
_OFFSETS_PT: Final = (11.0, 19.0, 28.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the picture (points): left, bottom, right, top."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def around(cls, x_pt: float, y_pt: float, width_pt: float, height_pt: float) -> Box:
        """Return the box of that size around a point."""
        return cls(x_pt - width_pt / 2, y_pt - height_pt / 2, x_pt + width_pt / 2, y_pt + height_pt / 2)

    def meets(self, other: Box) -> bool:
        """Return whether the two boxes share more than an edge."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.top <= other.bottom or other.top <= self.bottom)

    def within(self, other: Box) -> bool:
        """Return whether this box lies inside ``other``."""
        return (
            other.left <= self.left
            and other.bottom <= self.bottom
            and self.right <= other.right
            and self.top <= other.top
        )


def place_labels(
    points_pt: list[tuple[float, float]], sizes_pt: list[tuple[float, float]], frame: Box
) -> list[tuple[float, float] | None]:
    """Return where each label stands (its middle), or None where there is no room for it.

    Labels that come first choose first. Each tries its own point, then places around it farther and farther.

    Args:
        points_pt: what each label belongs to (points).
        sizes_pt: width and height of each label (points).
        frame: the labels stay inside it.
    """
    occupied: list[Box] = []
    found: list[tuple[float, float] | None] = []
    for (x, y), (width, height) in zip(points_pt, sizes_pt, strict=True):
        candidates = [(x, y), *((x + dx * off, y + dy * off) for off in _OFFSETS_PT for dx, dy in _AROUND)]
        boxes = [(place, Box.around(*place, width, height)) for place in candidates]
        free = next(((p, b) for p, b in boxes if b.within(frame) and not any(b.meets(o) for o in occupied)), None)
        if free is not None:
            occupied.append(free[1])
        found.append(None if free is None else free[0])
    return found
