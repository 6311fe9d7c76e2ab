"""What a model card says beside the scores: counts of the data, and what is known not to hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import Observed
from aqdaq.analysis.out_of_fold import Network
from aqdaq.model.validation import DataCounts


def data_counts(
    observed: Observed, network: Network, site: NDArray[np.int64], *, thinned: int, set_aside: int
) -> DataCounts:
    """Return what a fit was made from.

    Args:
        observed: all measurements that the fit takes.
        network: all cells on air.
        site: (cells,) number of the site of each cell.
        thinned: rows that were merged into others.
        set_aside: rows that were not used.
    """
    measured = np.unique(observed.links.cell)
    return DataCounts(
        measured=int(observed.heard.sum()),
        unheard=int((~observed.heard).sum()),
        thinned=thinned,
        set_aside=set_aside,
        cells=len(measured),
        cells_without=len(network.cells) - len(measured),
        sites=len(np.unique(site[measured])),
        routes=len(np.unique(observed.route)),
    )


def known_limits(data: DataCounts, *, first_day: str, last_day: str, indoor: bool, synthetic: bool) -> tuple[str, ...]:
    """Return, one word each, what is known not to hold of the scores of a run; the report has the sentences.

    Args:
        data: counts.
        first_day: of the measurements; empty where nobody said.
        last_day: of the measurements.
        indoor: a definition of indoor service was asked.
        synthetic: nothing was really measured.
    """
    found = {
        "synthetic": synthetic,
        "normal": True,
        "neighbours": True,
        "indoor": indoor,
        "selection": data.unheard == 0,
        "undated": not first_day,
        "one-day": bool(first_day) and first_day == last_day,
        "one-route": data.routes == 1,
        "few-cells": data.cells < data.cells_without,
    }
    return tuple(name for name, holds in found.items() if holds)
