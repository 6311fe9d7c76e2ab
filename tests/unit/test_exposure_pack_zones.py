"""Heights of the sections through a zone in the annex."""

from __future__ import annotations

import numpy as np

from aqdaq.pipeline.exposure_pack_zones import _heights_m
from aqdaq.report.exposure_content import ZoneFigures


def test_sections_lie_every_3_m_and_hold_the_whole_zone() -> None:
    heights = _heights_m(ZoneFigures("kz", 1.0, 7.0, 22.0, 50.0, ()), [18.0])
    np.testing.assert_allclose(heights, [5.0, 8.0, 11.0, 14.0, 17.0, 20.0, 23.0])


def test_without_a_zone_they_lie_around_the_antennas() -> None:
    nothing = ZoneFigures("kz", 0.0, None, None, 0.0, ())
    for zone in (nothing, None):
        heights = _heights_m(zone, [18.0, 30.0])
        assert heights[0] <= 15.0 < heights[1]
        assert heights[-2] < 33.0 <= heights[-1]
