"""The inverse: what it allows meets the limit exactly, and closed forms where there are some."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from aqdaq.analysis.exposure.evaluate import exposure_at
from aqdaq.analysis.exposure.inverse import Candidate, band_powers, candidate_room, roof_positions, standoff_m
from aqdaq.analysis.placed import PlacedCell
from aqdaq.model.antenna import ParametricAntenna
from tests.unit.exposure_made import cell, factors, limit, made

KZ, ICNIRP, CH = limit("kz"), limit("icnirp2020"), limit("ch")
OMNI = ParametricAntenna(omni=True, front_to_back_db=0.0, side_lobe_db=0.0)
NOTHING = np.zeros((1, 1))


def at(*points: tuple[float, float, float]) -> np.ndarray:
    return np.array(points, dtype=np.float64)


def candidate(x_m: float = 0.0, y_m: float = 0.0, z_m: float = 30.0, *cells: PlacedCell) -> Candidate:
    return Candidate(x_m, y_m, z_m, cells or (cell("a", antenna=OMNI),))


# --- closed forms


def test_standoff_of_3_kw_under_two_rules() -> None:
    found = standoff_m(np.array([[3000.0], [300.0]]), np.array([2000.0]), KZ)
    assert found.tolist() == pytest.approx([48.86, 48.86 / math.sqrt(10.0)], rel=1e-3)
    assert float(standoff_m(np.array([3000.0]), np.array([2000.0]), ICNIRP)) == pytest.approx(4.886, rel=1e-3)


def test_standoff_adds_bands_and_keeps_a_margin() -> None:
    two = float(standoff_m(np.array([1000.0, 1000.0]), np.array([900.0, 2100.0]), ICNIRP))
    assert two == pytest.approx(math.sqrt((1000.0 / 4.5 + 100.0) / (4.0 * math.pi)))
    half = float(standoff_m(np.array([1000.0, 1000.0]), np.array([900.0, 2100.0]), ICNIRP, share=0.25))
    assert half == pytest.approx(2.0 * two)
    assert math.isnan(float(standoff_m(np.array([1000.0]), np.array([100.0]), KZ)))


def test_room_by_hand() -> None:
    room = candidate_room([candidate()], at((0, 100, 30)), [KZ], NOTHING, factors())
    assert room.scale[0] == pytest.approx(0.1 * 4.0 * math.pi * 100.0**2 / 1000.0, rel=1e-4)
    half = candidate_room(
        [candidate()], at((0, 100, 30)), [KZ], np.array([[0.4]]), factors(), share=0.9, reflection=4.0
    )
    assert half.scale[0] == pytest.approx(room.scale[0] * 0.5 / 4.0)


def test_the_worst_receptor_and_limit_decide() -> None:
    room = candidate_room(
        [candidate(), candidate(y_m=500.0)], at((0, 100, 30), (0, 480, 30)), [ICNIRP, KZ], np.zeros((2, 2)), factors()
    )
    assert room.receptor.tolist() == [0, 1]
    assert room.limit.tolist() == [1, 1]
    assert room.scale[0] == pytest.approx(25.0 * room.scale[1], rel=1e-4)


# --- what must hold always


def test_what_the_room_allows_meets_the_limit_exactly() -> None:
    rng = np.random.default_rng(4)
    points = np.column_stack([rng.uniform(-150, 150, (400, 2)), rng.uniform(1, 40, 400)])
    panels = tuple(
        cell(f"c{i}", azimuth_deg=120.0 * i, frequency_mhz=f, antenna=ParametricAntenna(65.0, 8.0), downtilt_deg=4.0)
        for i, f in enumerate((900.0, 1800.0, 3500.0))
    )
    background = rng.uniform(0.0, 0.3, (2, 400))
    tried = [candidate(float(x), float(y), 45.0, *panels) for x, y in rng.uniform(-50, 50, (12, 2))]
    room = candidate_room(tried, points, [KZ, ICNIRP], background, factors(), share=0.8)
    for one, scale in zip(tried, room.scale.tolist(), strict=True):
        louder = 10.0 * math.log10(scale)
        cells = [
            replace(
                p, x_m=one.x_m, y_m=one.y_m, cell=replace(p.cell, site_id="s", height_m=45.0, eirp_dbm=60.0 + louder)
            )
            for p in one.cells
        ]
        ratio = exposure_at(points, made(*cells), [KZ, ICNIRP]).theoretical.ratio
        assert (ratio + background).max() == pytest.approx(0.8, rel=1e-9)


def test_cells_of_a_candidate_keep_their_heights_among_each_other() -> None:
    pair = (cell("a", antenna=OMNI, height_m=30.0), cell("b", antenna=OMNI, height_m=20.0))
    room = candidate_room([candidate(0.0, 0.0, 50.0, *pair)], at((0, 60, 40)), [KZ], NOTHING, factors())
    made_there = 1000.0 / (4.0 * math.pi) * (1.0 / (60.0**2 + 10.0**2) + 1.0 / 60.0**2)
    assert room.scale[0] == pytest.approx(0.1 / made_there, rel=1e-4)


def test_each_band_alone_may_be_at_least_as_strong_as_together() -> None:
    bands = candidate(
        0.0, 0.0, 30.0, cell("a", antenna=OMNI), cell("b", antenna=OMNI, frequency_mhz=900.0, eirp_dbm=57.0)
    )
    powers, room = band_powers(bands, at((0, 60, 30)), [KZ], NOTHING, factors())
    assert [p.frequency_mhz for p in powers] == [900.0, 1800.0]
    allowed = 0.1 * 4.0 * math.pi * 60.0**2
    assert [p.alone_w for p in powers] == pytest.approx([allowed, allowed], rel=1e-4)
    assert sum(p.together_w for p in powers) == pytest.approx(allowed, rel=1e-4)
    assert powers[1].together_w / powers[0].together_w == pytest.approx(10.0**0.3)
    assert room.scale[0] == pytest.approx(powers[0].together_w / powers[0].eirp_w)


def test_no_room_where_a_receptor_has_none_or_nothing_is_known() -> None:
    full = candidate_room([candidate()], at((0, 100, 30)), [KZ], np.array([[1.0]]), factors())
    assert (full.scale[0], full.receptor[0]) == (0.0, 0)
    inside = candidate_room([candidate()], at((0, 0.1, 30)), [KZ], NOTHING, factors())
    assert inside.scale[0] == 0.0
    radio = candidate(0.0, 0.0, 30.0, cell("fm", antenna=OMNI, frequency_mhz=100.0))
    assert candidate_room([radio], at((0, 100, 30)), [KZ], NOTHING, factors()).scale[0] == 0.0


def test_without_receptors_there_is_all_the_room() -> None:
    room = candidate_room([candidate()], np.zeros((0, 3)), [KZ], np.zeros((1, 0)), factors())
    assert np.isinf(room.scale[0])
    assert room.receptor[0] == -1


def test_a_limit_for_each_installation_knows_no_background() -> None:
    with_others = candidate_room([candidate()], at((0, 100, 30)), [CH], np.array([[5.0]]), factors())
    alone = candidate_room([candidate()], at((0, 100, 30)), [CH], NOTHING, factors())
    assert with_others.scale[0] == alone.scale[0] > 0.0


def test_thousands_of_candidates_at_once() -> None:
    rng = np.random.default_rng(9)
    points = np.column_stack([rng.uniform(0, 300, (300, 2)), rng.uniform(1, 30, 300)])
    tried = [candidate(*xyz) for xyz in np.column_stack([rng.uniform(0, 300, (3000, 2)), np.full(3000, 40.0)]).tolist()]
    candidate_room(tried[:2], points, [KZ], np.zeros((1, 300)), factors())
    begin = time.perf_counter()
    room = candidate_room(tried, points, [KZ], np.zeros((1, 300)), factors())
    assert time.perf_counter() - begin < 10.0
    nearest = np.sqrt(
        ((points[None] - np.array([[c.x_m, c.y_m, c.z_m] for c in tried])[:, None]) ** 2).sum(axis=2)
    ).min(axis=1)
    np.testing.assert_allclose(room.scale, 0.1 * 4.0 * np.pi * nearest**2 / 1000.0, rtol=1e-4)


@given(
    st.lists(st.tuples(st.floats(-200, 200), st.floats(-200, 200), st.floats(1, 60)), min_size=1, max_size=12),
    st.floats(0.1, 1.0),
    st.floats(0.0, 0.09),
)
@settings(deadline=None, max_examples=60)
def test_at_the_eirp_found_the_worst_ratio_is_the_share_and_a_hundredth_more_breaks_it(
    points: list[tuple[float, float, float]], share: float, background: float
) -> None:
    spot = np.array(points) + np.array((0.0, 0.0, 0.013))
    panel = cell("a", antenna=ParametricAntenna(65.0, 8.0), azimuth_deg=40.0, downtilt_deg=3.0, height_m=70.0)
    one = candidate(0.0, 0.0, 70.0, panel)
    powers, room = band_powers(one, spot, [KZ], np.full((1, len(spot)), background), factors(), share=share)
    assert powers[0].alone_w == pytest.approx(powers[0].together_w, rel=1e-12)
    for more in (1.0, 1.01):
        loud = replace(panel, cell=replace(panel.cell, eirp_dbm=10.0 * math.log10(powers[0].alone_w * more) + 30.0))
        worst = float(exposure_at(spot, made(loud), [KZ]).theoretical.ratio.max()) + background
        assert worst == pytest.approx(background + more * (share - background), rel=1e-9)
        assert (worst > share * (1.0 + 1e-9)) == (more > 1.0)
    assert room.scale[0] > 0.0


def test_at_the_standoff_found_the_ratio_is_the_share() -> None:
    for share in (0.25, 1.0):
        away = float(standoff_m(np.array([1000.0]), np.array([1800.0]), KZ, share=share))
        found = exposure_at(at((0.0, away, 30.0), (0.0, 0.99 * away, 30.0)), made(cell("a", antenna=OMNI)), [KZ])
        assert found.theoretical.ratio[0].tolist() == pytest.approx([share, share / 0.99**2], rel=1e-4)


def test_no_position_on_the_roof_beats_the_best_by_brute_force() -> None:
    rng = np.random.default_rng(8)
    points = np.column_stack([rng.uniform(-200, 200, (60, 2)), rng.uniform(1, 45, 60)])
    panels = tuple(cell(f"c{k}", azimuth_deg=120.0 * k, antenna=ParametricAntenna(65.0, 8.0)) for k in range(3))
    tried = roof_positions(
        box(-20, -10, 20, 10), 40.0, panels, step_m=5.0, above_roof_m=(2.0, 4.0, 6.0), downtilts_deg=(0.0, 4.0, 8.0)
    )
    background = rng.uniform(0.0, 0.5, (1, 60))
    room = candidate_room(tried, points, [KZ], background, factors(), share=0.9)
    brute = []
    for one in tried:
        cells = [
            replace(p, x_m=one.x_m, y_m=one.y_m, cell=replace(p.cell, site_id="s", height_m=one.z_m)) for p in one.cells
        ]
        ratio = exposure_at(points, made(*cells), [KZ]).theoretical.ratio
        brute.append(float(((0.9 - background) / ratio).min()))
    assert int(room.scale.argmax()) == int(np.argmax(brute))
    np.testing.assert_allclose(room.scale, brute, rtol=1e-9)


# --- roofs


def test_positions_along_the_edge_of_a_roof() -> None:
    found = roof_positions(
        box(0, 0, 40, 20), 712.0, (cell("a"),), step_m=10.0, above_roof_m=(3.0, 6.0), downtilts_deg=(2.0, 8.0)
    )
    assert len(found) == 12 * 2 * 2
    assert {c.z_m for c in found} == {715.0, 718.0}
    assert {c.cells[0].cell.downtilt_deg for c in found} == {2.0, 8.0}
    assert all(min(abs(c.x_m), abs(c.x_m - 40), abs(c.y_m), abs(c.y_m - 20)) < 1e-9 for c in found)


def test_the_best_position_is_at_the_far_edge_with_the_beam_off_the_window() -> None:
    panels = (cell("a", antenna=ParametricAntenna(65.0, 8.0), azimuth_deg=0.0),)
    tried = roof_positions(
        box(0, 0, 40, 20), 30.0, panels, step_m=10.0, above_roof_m=(3.0, 6.0), downtilts_deg=(0.0, 8.0)
    )
    room = candidate_room(tried, at((20, 400, 30)), [KZ], NOTHING, factors())
    best = tried[int(room.scale.argmax())]
    assert best.y_m == 0.0
    assert (best.z_m, best.cells[0].cell.downtilt_deg) == (33.0, 8.0)  # the beam goes to the ground before it
