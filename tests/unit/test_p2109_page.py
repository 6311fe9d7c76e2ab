"""The figures on the page of the entry loss are those of the code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aqdaq.analysis.entry_loss import EntryLoss, summary
from aqdaq.analysis.service import probability_of_service
from aqdaq.pipeline.entry_classes import INDOORS_WITHIN_M

from .indoor_made import THRESHOLD_DBM, mixed

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "models" / "p2109.md").read_text(encoding="utf-8")
SHARES = {"traditional": 0.0, "30 % efficient": 0.3, "thermally efficient": 1.0}


def served(margin_db: float, share: float, carrier: float) -> float:
    level = np.array([THRESHOLD_DBM + margin_db])
    found = probability_of_service(mixed(share), "LTE", level, np.array([8.0]), frequency_mhz=carrier)
    return float(found[0])


def test_the_table_of_losses() -> None:
    table = PAGE.split("needed for 80 % |")[1].split("\n\n")[0]
    rows = [[part.strip() for part in line.strip("|").split("|")] for line in table.strip().splitlines()[1:]]
    assert len(rows) == 9
    for carrier, buildings, median, ends, mean, sd, needed in rows:
        found = summary(EntryLoss(float(carrier), SHARES[buildings]))
        figures = (found.median_db, found.low_db, found.high_db, found.mean_db, found.sd_db)
        low, high = ends.split(" to ")
        assert figures == pytest.approx([float(v) for v in (median, low, high, mean, sd)], abs=0.051), buildings
        assert served(float(needed), SHARES[buildings], float(carrier)) == pytest.approx(0.8, abs=0.002), buildings


def test_what_a_constant_would_ask_for() -> None:
    margin = summary(EntryLoss(1800.0)).median_db + 0.8416212 * 8.0
    assert f"would ask for {margin:.1f} dB at 1800 MHz" in PAGE
    assert f"leave {100.0 * (1.0 - served(margin, 0.0, 1800.0)):.0f} % of the rooms" in PAGE


def test_how_far_from_a_building() -> None:
    for name in ("usage.md", "models/p2109.md", "decisions/0016-indoors-is-where-buildings-are.md"):
        assert f"within {INDOORS_WITHIN_M:g} m" in " ".join((DOCS / name).read_text(encoding="utf-8").split()), name
