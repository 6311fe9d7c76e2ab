"""What area runs of P.1812 leave out: it could not have changed the result."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from aqdaq.engine.p1812.finish import Before, Ends, ducting_over_land_db, sphere_db, wants_ducting
from aqdaq.engine.p1812.finish import beta0_over_land as beta0_percent
from aqdaq.engine.p1812.fixed import Air, Fixed, fix

RADIUS_M = 6371e3
ghz = st.floats(0.03, 6.0)
#: Logarithms of lengths and heights (m).
lengths, heights = st.floats(2.4, 5.0), st.floats(0.0, 3.4)


def fixed(f_ghz: float, percent: float, k50: float = 157.0 / 112.0, latitude_deg: float = 45.0) -> Fixed:
    air = Air(
        percent=percent,
        location_percent=50.0,
        atmosphere=True,
        median_radius_m=k50 * RADIUS_M,
        beta_radius_m=3.0 * RADIUS_M,
        permittivity=22.0,
        conductivity_s_m=0.003,
        n0=325.0,
        pixel_width_m=100.0,
        vertical=True,
        latitude_deg=latitude_deg,
    )
    return fix(f_ghz, air)


@settings(deadline=None, max_examples=500)
@given(ghz, st.floats(1.0, 3.0), lengths, heights, heights)
def test_a_path_that_clears_the_sphere_clears_a_larger_one(
    f: float, k50: float, d: float, tx: float, rx: float
) -> None:
    terms = fixed(f, 10.0, k50)
    path = (10.0**d, 10.0**tx, 10.0**rx)
    if sphere_db(*path, terms.curve, terms) < 0.0:
        assert sphere_db(*path, terms.rare_curve, terms) < 0.0


@settings(deadline=None, max_examples=500)
@given(
    ghz,
    st.sampled_from([1.0, 5.0, 10.0, 30.0, 49.0, 50.0]),
    st.floats(-80.0, 80.0),
    lengths,
    st.tuples(st.floats(0.001, 0.999), st.floats(0.001, 0.999)),
    st.tuples(st.floats(-0.05, 0.3), st.floats(-0.05, 0.3)),
    st.floats(-100.0, 1000.0),
    st.floats(0.0, 80.0),
)
def test_ducting_that_is_left_out_would_not_have_counted(
    f: float,
    percent: float,
    latitude: float,
    log_length: float,
    shares: tuple[float, float],
    thetas: tuple[float, float],
    rough: float,
    diffraction: float,
) -> None:
    d = 10.0**log_length
    near, far = sorted(shares)
    ends = Ends(130.0, 110.0, 100.0, 108.5, 90.0, 95.0, 90.0, 95.0, *thetas, near * d, (1.0 - far) * d, math.log(d))
    terms = fixed(f, percent, latitude_deg=latitude)
    beta0 = beta0_percent(latitude, d * 1e-3)
    lbfs = terms.free_db + 20.0 * math.log10(d)
    before = Before(lbfs, lbfs, diffraction, diffraction, beta0, 0.5, 0.1)
    if not wants_ducting(ends, before, terms, d) and diffraction > 0.0:
        found = ducting_over_land_db(ends, rough, beta0, latitude, terms, d)
        assert found >= lbfs + diffraction - 1e-9
