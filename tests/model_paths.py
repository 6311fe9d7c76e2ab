"""Paths over flat ground for the tests of the propagation models."""

from __future__ import annotations

import numpy as np

from aqdaq.engine.registry import PathInput


def flat_path(
    length_m: float,
    frequency_mhz: float,
    tx_height_m: float,
    rx_height_m: float,
    *,
    clutter: dict[int, float] | None = None,
    vertical: bool = True,
    samples: int = 11,
    **options: float | str,
) -> PathInput:
    """Return a path over flat ground with equal steps; ``clutter`` gives heights (m) by the number of the sample."""
    above = np.zeros(samples)
    for i, height in (clutter or {}).items():
        above[i] = height
    return PathInput(
        frequency_mhz=frequency_mhz,
        tx_height_m=tx_height_m,
        rx_height_m=rx_height_m,
        distance_m=np.linspace(0.0, length_m, samples),
        ground_m=np.zeros(samples),
        clutter_m=above,
        zone=np.full(samples, 4, dtype=np.int8),
        vertical=vertical,
        options=options,
    )
