"""The power of phones: the formula of 3GPP by hand, its limits, and what a nearer site does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.analysis.exposure.handset import (
    HandsetChange,
    PowerControl,
    control_assumed,
    handset_change,
    numerology,
    open_loop_dbm,
    port_power_dbm,
)
from aqdaq.model.antenna import TableAntenna
from aqdaq.model.network import Cell, Layer
from tests.unit.exposure_made import cell

LTE = Layer("A", "LTE")


def made(name: str, **more: Any) -> Cell:
    """Return an LTE cell of 100 resource blocks."""
    return cell(name, **{"resource_blocks": 100, **more}).cell


def changed(cells: list[Cell], level: list[list[float]], site: str, layer: Layer = LTE, **more: Any) -> HandsetChange:
    levels = np.array(level, dtype=np.float64)
    lacking = more.get("lacking", np.zeros(levels.shape, dtype=np.bool_))
    return handset_change(layer, cells, levels, lacking, site, PowerControl())


@pytest.mark.parametrize(
    ("loss_db", "power_dbm"),
    [
        (100.0, 10.0),  # -80 + 0.8 x 100 + 10
        (110.0, 18.0),
        (120.0, 23.0),  # 26 is more than a phone can
        (37.5, -40.0),  # exactly the least: -80 + 30 + 10
        (20.0, -40.0),
    ],
)
def test_closed_forms(loss_db: float, power_dbm: float) -> None:
    assert open_loop_dbm(np.array([loss_db]), PowerControl()) == pytest.approx([power_dbm])


def test_full_compensation_brings_the_wanted_power_to_the_station() -> None:
    control = PowerControl(p0_dbm=-106.0, alpha=1.0, blocks=1)
    losses = np.array([80.0, 100.0, 120.0])
    assert open_loop_dbm(losses, control) - losses == pytest.approx([-106.0] * 3)


def test_ten_times_the_blocks_are_ten_decibels_and_wider_subcarriers_three() -> None:
    loss = np.array([80.0])
    plain = open_loop_dbm(loss, PowerControl(blocks=1))
    assert open_loop_dbm(loss, PowerControl(blocks=10)) - plain == pytest.approx([10.0])
    assert open_loop_dbm(loss, PowerControl(blocks=1), mu=1) - plain == pytest.approx([3.0103], abs=1e-4)


def test_unknown_stays_unknown() -> None:
    assert np.isnan(open_loop_dbm(np.array([np.nan]), PowerControl())).all()


@given(st.floats(0.0, 250.0), st.floats(0.0, 250.0), st.sampled_from([0.0, 0.4, 0.8, 1.0]), st.integers(1, 275))
def test_more_loss_is_never_less_power_and_never_beyond_what_a_phone_can(
    one: float, other: float, alpha: float, blocks: int
) -> None:
    low, high = open_loop_dbm(np.sort([one, other]), PowerControl(alpha=alpha, blocks=blocks))
    assert -40.0 <= low <= high <= 23.0


@pytest.mark.parametrize("figures", [{"alpha": 1.1}, {"alpha": -0.1}, {"blocks": 0}, {"max_dbm": -41.0}])
def test_impossible_control(figures: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="impossible power control"):
        PowerControl(**figures)


def test_the_power_at_the_port_is_that_of_one_resource_element_without_the_gain() -> None:
    # 43 dBm + 17 dBi over 1200 subcarriers
    assert port_power_dbm(made("a"), PowerControl()) == pytest.approx(43.0 - 30.7918, abs=1e-4)
    table = TableAntenna("t", 15.0, (0.0,) * 360, (0.0,) * 360)
    assert port_power_dbm(made("a", antenna=table), PowerControl()) == pytest.approx(45.0 - 30.7918, abs=1e-4)


@pytest.mark.parametrize(
    ("technology", "scs", "mu"), [("NR", 15.0, 0), ("NR", 30.0, 1), ("NR", 60.0, 2), ("LTE", 15.0, 0)]
)
def test_numerology(technology: str, scs: float, mu: int) -> None:
    assert numerology(made("a", layer=Layer("A", technology), scs_khz=scs)) == mu


def test_a_nearer_site_lowers_the_power_of_phones() -> None:
    """Free space at 1800 MHz: ten times nearer is 20 dB less loss, 16 dB less power with alpha 0.8."""
    cells = [made("far"), made("new")]
    port = port_power_dbm(cells[0], PowerControl())
    found = changed(cells, [[port - 110.0], [port - 90.0]], "new")
    assert found.loss_before_db == pytest.approx([110.0])
    assert found.loss_after_db == pytest.approx([90.0])
    assert found.before_dbm == pytest.approx([18.0])
    assert found.after_dbm == pytest.approx([2.0])
    assert found.change_db == pytest.approx([-16.0])
    assert found.ratio == pytest.approx([10.0**-1.6])
    assert (found.server_before.tolist(), found.server_after.tolist()) == ([0], [1])


def test_a_farther_site_changes_nothing() -> None:
    found = changed([made("near"), made("new")], [[-80.0, -80.0], [-95.0, np.nan]], "new")
    assert found.change_db.tolist() == [0.0, 0.0]
    assert found.server_after.tolist() == [0, 0]


def test_the_site_of_another_operator_changes_nothing() -> None:
    found = changed([made("a"), made("b", layer=Layer("B", "LTE"))], [[-100.0], [-60.0]], "b")
    assert found.change_db.tolist() == [0.0]


def test_without_coverage_before_there_is_no_change_but_a_power_after() -> None:
    found = changed([made("far"), made("new")], [[np.nan], [-80.0]], "new")
    assert np.isnan(found.before_dbm).all()
    assert np.isfinite(found.after_dbm).all()
    assert np.isnan(found.change_db).all()
    assert (found.server_before.tolist(), found.server_after.tolist()) == ([-1], [1])


def test_where_a_model_does_not_hold_for_a_cell_nothing_is_said() -> None:
    lacking = np.array([[False, False], [True, False]])
    found = changed([made("far"), made("new")], [[-100.0, -100.0], [np.nan, -80.0]], "new", lacking=lacking)
    assert np.isfinite(found.before_dbm).all()
    assert np.isnan(found.after_dbm).tolist() == [True, False]


@pytest.mark.parametrize("technology", ["GSM", "UMTS"])
def test_closed_loops_are_unknown(technology: str) -> None:
    layer = Layer("A", technology)
    found = changed([made("a", layer=layer), made("new", layer=layer)], [[-90.0], [-60.0]], "new", layer)
    assert np.isnan(found.before_dbm).all()
    assert np.isnan(found.after_dbm).all()


def test_what_nobody_gave_is_said_and_what_a_project_states_is_not() -> None:
    items = [a.item for a in control_assumed(PowerControl(), frozenset(), [made("a")])]
    assert items == [
        "P_0 of phones",
        "alpha of phones",
        "largest power of phones",
        "resource blocks of phones",
        "gain of antennas",
    ]
    given_all = frozenset({"p0_dbm", "alpha", "max_dbm", "blocks", "gain_dbi"})
    assert control_assumed(PowerControl(), given_all, [made("a")]) == ()
