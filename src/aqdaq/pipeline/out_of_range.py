"""Cells that a model of the chain cannot predict anywhere: their frequency or a height is outside its range."""

from __future__ import annotations

from typing import Final

import numpy as np

from aqdaq.engine.area_types import FREQUENCY_RANGE_MHZ, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.chain import ChainLink, run_link
from aqdaq.model.body import Body
from aqdaq.model.network import Cell, Network
from aqdaq.model.project import PredictionSection
from aqdaq.pipeline.chain import links_of, setting_of
from aqdaq.pipeline.made_by import validity_of

_WORDS: Final = {
    Reason.FREQUENCY: "frequency",
    Reason.TX_HEIGHT: "antenna height",
    Reason.RX_HEIGHT: "receiver height",
}
#: How many cells are named.
_NAMED: Final = 5


def out_of_range_warnings(
    section: PredictionSection, network: Network, body: Body, *, rx_height_m: float
) -> tuple[str, ...]:
    """Return, for each model of the chain and reason, which cells it cannot predict, in words.

    Args:
        section: of the project file.
        network: on air.
        body: the celestial body.
        rx_height_m: of the receivers above ground (m).

    Raises:
        ValidityError: a model does not hold on this body at all.
    """
    low, high = FREQUENCY_RANGE_MHZ
    cells = [cell for cell in network.cells if low <= cell.frequency_mhz <= high]
    setting = setting_of(section, body, rx_height_m=rx_height_m, latitude_deg=0.0)
    found = []
    for link in links_of(section):
        reasons = _reasons(link, cells, setting)
        for reason, word in _WORDS.items():
            outside = [cell.id for cell, why in zip(cells, reasons, strict=True) if why == reason]
            if outside:
                found.append(_words(link, word, outside, len(network.cells)))
    return tuple(found)


def _reasons(link: ChainLink, cells: list[Cell], setting: AreaSetting) -> list[int]:
    """Return why each cell is unknown at a receiver beside it; the models look at frequency and heights first."""
    if not cells:
        return []
    flat = np.zeros((2, 2), dtype=np.float32)
    pairs = sorted({(cell.height_m, cell.frequency_mhz) for cell in cells})
    heights, frequencies = (np.array(values, dtype=np.float64) for values in zip(*pairs, strict=True))
    site = Transmitter(0.5, 0.5, heights, frequencies)
    beside = np.array([0.5]), np.array([0.9])
    reason = run_link(link, "exact", Terrain(flat, flat, 10.0), site, *beside, setting).reason[:, 0]
    why = dict(zip(pairs, reason.tolist(), strict=True))
    return [why[cell.height_m, cell.frequency_mhz] for cell in cells]


def _words(link: ChainLink, word: str, cells: list[str], number: int) -> str:
    validity = validity_of(link.model)
    names = ", ".join(cells[:_NAMED]) + (f" and {len(cells) - _NAMED} more" if len(cells) > _NAMED else "")
    stated = f" ({validity})" if validity else ""
    return (
        f"{len(cells)} of {number} cells: {word} outside the range of {link.model}{stated}; "
        f"unknown from {link.from_m:g} m to {link.to_m:g} m: {names}"
    )
