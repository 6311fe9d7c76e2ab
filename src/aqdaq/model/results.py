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
class BlockScore:
    """Error on blocks of the map that the fit did not see.

    Attributes:
        cell: id, or ``all``.
        samples: measurements scored.
        rmse_db: root mean squared error (dB).
        bias_db: mean of measured minus predicted (dB).
        uncalibrated_rmse_db: the same without measurements, by prediction alone (dB).
        interval_90_coverage: share of the measurements inside the central 90 % interval, 0..1.
    """

    cell: str
    samples: int
    rmse_db: float
    bias_db: float
    uncalibrated_rmse_db: float
    interval_90_coverage: float


@dataclass(frozen=True, slots=True)
class Validation:
    """Blocked cross-validation of a run.

    Attributes:
        tile_m: side of a tile (m).
        buffer_m: no training sample lies within this distance of a test tile (m).
        folds: number of folds.
        scores: one row a cell, the row ``all`` last; intervals are widened as the other folds ask.
        spread_factor: by which the stated spread is widened so that it holds on unseen blocks; at least 1.
        unscored: samples that no fold could score, with the reason in ``note``.
        note: in words, or empty.
    """

    tile_m: float
    buffer_m: float
    folds: int
    scores: tuple[BlockScore, ...]
    spread_factor: float = 1.0
    unscored: int = 0
    note: str = ""


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
