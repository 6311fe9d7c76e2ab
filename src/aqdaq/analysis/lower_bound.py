"""Where a cell that would cover a place cannot be predicted: the best of the others is only a lower bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.engine.area_types import Reason
from aqdaq.model.coverage import CoverageMap, Evidence
from aqdaq.model.definition import ServiceDefinition

Mask = NDArray[np.bool_]

#: Reasons of a cell that may well be heard, and that its model cannot say how strongly.
OUT_OF_RANGE: Final = (Reason.DISTANCE, Reason.FREQUENCY, Reason.TX_HEIGHT, Reason.RX_HEIGHT)


def out_of_range(reason: NDArray[np.integer]) -> Mask:
    """Return where a level is unknown because the model does not hold, of (...) codes of ``Reason``."""
    return np.isin(reason, [int(why) for why in OUT_OF_RANGE])


def served_anyway(
    definitions: Sequence[ServiceDefinition], probability: dict[str, NDArray[np.float32]], shape: tuple[int, ...]
) -> Mask:
    """Return where every definition that judges a layer holds already by the cells that are known.

    Args:
        definitions: those without a probability are left out; when none is left, nothing is served.
        probability: per definition, of the shape, NaN where unknown.
        shape: of the result.
    """
    judging = [d for d in definitions if d.id in probability]
    holds = np.full(shape, bool(judging))
    for d in judging:
        holds &= probability[d.id] >= np.float32(d.bound)
    return holds


def hold_back(coverage: CoverageMap, definitions: Sequence[ServiceDefinition], lacking: Mask) -> Mask:
    """Make unknown, in place, what a cell out of its model's range could turn; return where that was done.

    Another cell could only add to the level. So a pixel where the service holds by the known cells keeps its level, a
    lower bound; elsewhere nothing is known. The SINR is unknown wherever a cell is lacking: it may serve or interfere.

    Args:
        coverage: of the layer, from the cells that are known; its arrays are changed.
        definitions: those that judge the layer decide what is served.
        lacking: (rows, cols) where a cell of the layer is out of its model's range.
    """
    gone = lacking & ~served_anyway(definitions, coverage.probability, lacking.shape)
    for figures in (coverage.mean_dbm, coverage.sd_db, *coverage.probability.values()):
        figures[gone] = np.nan
    coverage.sinr_db[lacking] = np.nan
    coverage.best_server[gone] = -1
    coverage.evidence[gone] = Evidence.UNKNOWN
    return gone
