"""What a run says beside its maps: what was assumed, how cells were fitted, how well that does on unseen blocks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumption:
    """A figure that nobody gave.

    Attributes:
        item: what was filled in, ``antenna height``.
        value: with its unit, ``30 m``.
        applies_to: which objects, ``9 cells``.
        reason: why it had to be assumed, and where the value comes from.
    """

    item: str
    value: str
    applies_to: str
    reason: str


@dataclass(frozen=True, slots=True)
class CellFit:
    """How measurements corrected one cell.

    Attributes:
        cell: id.
        samples: measurements used.
        offset_db: correction at the reference distance (dB).
        slope_db_decade: further correction per decade of distance (dB).
        residual_sd_db: standard deviation of what remains (dB).
        pooled: True when the cell has no measurement of its own and takes the average of the others.
    """

    cell: str
    samples: int
    offset_db: float
    slope_db_decade: float
    residual_sd_db: float
    pooled: bool


@dataclass(frozen=True, slots=True)
class ModelShare:
    """What one model of the chain made of one layer.

    Attributes:
        layer: name of the layer.
        model: name of the model.
        from_m: where its ring around each site begins (m).
        to_m: where it ends (m).
        mode: ``exact`` or ``sweep``.
        pixels: whose best server it predicted.
        share: of all pixels of the grid, 0..1.
    """

    layer: str
    model: str
    from_m: float
    to_m: float
    mode: str
    pixels: int
    share: float


@dataclass(frozen=True, slots=True)
class UnknownShare:
    """Why pixels of one layer are unknown.

    Attributes:
        layer: name of the layer.
        reason: in one word, of the nearest cell of the layer that has the pixel in its window.
        pixels: that are unknown for it.
        share: of all pixels of the grid, 0..1.
        model: whose range is the reason; empty for other reasons.
        validity: its range in words; empty where nobody wrote it down.
    """

    layer: str
    reason: str
    pixels: int
    share: float
    model: str = ""
    validity: str = ""
