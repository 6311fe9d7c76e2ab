"""Where another cell could only add to the level: what stays, and what is unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aqdaq.analysis.lower_bound import hold_back, out_of_range, served_anyway
from aqdaq.engine.area_types import Reason
from aqdaq.model.coverage import CoverageMap, Evidence
from aqdaq.model.network import Layer
from tests.unit import report_fixture as made

GRID = made.small_content().grid
[DEFINITION, *_] = made.small_content().definitions


def coverage(*definitions: str) -> CoverageMap:
    """A layer that serves in its first row and nowhere else."""
    p = np.full(GRID.shape, DEFINITION.probability - 0.01, dtype=np.float32)
    p[0] = np.float32(DEFINITION.probability)
    figures = [np.full(GRID.shape, value, dtype=np.float32) for value in (-90.0, 8.0, 5.0)]
    return CoverageMap(
        layer=Layer("A", "LTE"),
        grid=GRID,
        quantity="RSRP",
        mean_dbm=figures[0],
        sd_db=figures[1],
        best_server=np.zeros(GRID.shape, dtype=np.int16),
        sinr_db=figures[2],
        evidence=np.full(GRID.shape, Evidence.MEASURED, dtype=np.uint8),
        cells=("A-1",),
        probability={key: p.copy() for key in definitions},
    )


def test_only_what_the_model_does_not_hold_for_is_out_of_range() -> None:
    wanted = {Reason.DISTANCE, Reason.FREQUENCY, Reason.TX_HEIGHT, Reason.RX_HEIGHT}
    found = out_of_range(np.array(list(Reason), dtype=np.uint8))
    assert {reason for reason, left in zip(Reason, found, strict=True) if left} == wanted


def test_a_place_that_is_served_anyway_keeps_its_level_and_the_others_lose_all() -> None:
    found = coverage(DEFINITION.id)
    lacking = np.zeros(GRID.shape, dtype=np.bool_)
    lacking[:2] = True
    gone = hold_back(found, [DEFINITION], lacking)
    assert gone[1].all()
    assert gone.sum() == GRID.shape[1]
    assert (found.evidence == np.where(gone, Evidence.UNKNOWN, Evidence.MEASURED)).all()
    for figures in (found.mean_dbm, found.sd_db, found.probability[DEFINITION.id]):
        assert np.array_equal(np.isnan(figures), gone)
    assert np.array_equal(np.isnan(found.sinr_db), lacking)
    assert np.array_equal(found.best_server == -1, gone)


def test_every_definition_must_hold() -> None:
    strict = replace(DEFINITION, id="strict", probability=1.0)
    found = coverage(DEFINITION.id, "strict")
    assert not served_anyway([DEFINITION, strict], found.probability, GRID.shape).any()
    assert served_anyway([DEFINITION], found.probability, GRID.shape)[0].all()


def test_without_a_definition_nothing_is_served() -> None:
    found = coverage()
    assert hold_back(found, [DEFINITION], np.ones(GRID.shape, dtype=np.bool_)).all()
    assert (found.evidence == Evidence.UNKNOWN).all()
