"""The two-ray model against closed forms."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.models.two_ray import fresnel_reflection, reflection_point_m, two_ray_gain_db
from aqdaq.engine.registry import get_model
from aqdaq.model.body import EARTH, MOON
from tests.model_paths import flat_path

FLAT_M = 1e15
METAL = (1.0, 1e12)
HORIZONTAL, VERTICAL = False, True


def test_a_metal_plane_turns_the_horizontal_wave_round() -> None:
    # d = 1000, h = 30 and 1.5: direct sqrt(1e6 + 28.5^2) = 1000.406043, reflected sqrt(1e6 + 31.5^2) = 1000.496002,
    # 0.089959 m longer. Where that is half a wavelength (0.179918 m, 1.66631 GHz) both rays add:
    # 1 + 1000.406 / 1000.496 = 1.99991, 6.0202 dB; where it is a whole one they all but cancel: 1 - 0.99991, -80.9 dB.
    gains = [
        two_ray_gain_db(1000.0, 30.0, 1.5, FLAT_M, f, METAL, HORIZONTAL) for f in (0.2998 / 0.179918, 0.2998 / 0.089959)
    ]
    assert gains[0] == pytest.approx(6.0202, abs=1e-4)
    assert gains[1] < -75.0


def test_far_away_the_loss_is_that_of_the_plane_earth() -> None:
    # 40 log d - 20 log(h1 h2): 40 log 20000 - 20 log 45 = 172.0412 - 33.0643 = 138.9769 dB at any frequency.
    # Free space of P.525 is rounded to 32.4 (exact: 32.4478), the wavelength is 0.2998 / f: 0.04 dB.
    path = flat_path(20e3, 700.0, 30.0, 1.5, vertical=False)
    sphere = replace(EARTH.sphere, radius_m=FLAT_M)
    assert get_model("two_ray").predict(path, sphere).loss_db == pytest.approx(138.9769, abs=0.06)


def test_reflection_coefficients_by_hand() -> None:
    # Straight down on permittivity 4: (1 - 2) / (1 + 2) = -1/3 horizontal, (4 - 2) / (4 + 2) = 1/3 vertical.
    assert fresnel_reflection(1.0, 1.0, (4.0, 0.0), HORIZONTAL) == pytest.approx(-1.0 / 3.0)
    assert fresnel_reflection(1.0, 1.0, (4.0, 0.0), VERTICAL) == pytest.approx(1.0 / 3.0)
    # At Brewster's angle, sine 1 / sqrt(1 + 4), nothing vertical comes back; grazing, both turn round.
    assert abs(fresnel_reflection(1.0 / math.sqrt(5.0), 1.0, (4.0, 0.0), VERTICAL)) < 1e-12
    for vertical in (HORIZONTAL, VERTICAL):
        assert fresnel_reflection(1e-9, 1.0, (22.0, 0.003), vertical) == pytest.approx(-1.0, abs=1e-6)


def test_the_reflection_point_by_hand() -> None:
    # A plane: in the ratio of the heights, 4000 x 30 / 40 = 3000. Equal heights: the middle, on any sphere.
    assert reflection_point_m(4000.0, 30.0, 10.0, FLAT_M) == pytest.approx(3000.0, rel=1e-6)
    assert reflection_point_m(9000.0, 20.0, 20.0, MOON.sphere.effective_radius_m) == pytest.approx(4500.0, rel=1e-12)


def test_no_factor_four_thirds_on_the_moon() -> None:
    path = flat_path(6e3, 2579.0, 30.0, 2.0)
    moon = get_model("two_ray").predict(path, MOON.sphere)
    earth = get_model("two_ray").predict(path, EARTH.sphere)
    # The cubic of the reflection point, with the mean radius itself: (h1 - d1^2 / 2R) / d1 = (h2 - d2^2 / 2R) / d2.
    d1, r = moon.parts["d1"], 1_737_400.0
    assert (30 - d1**2 / 2 / r) / d1 == pytest.approx((2 - (6e3 - d1) ** 2 / 2 / r) / (6e3 - d1), rel=1e-9)
    assert abs(moon.loss_db - earth.loss_db) > 1.0


def test_sloping_ground_is_the_mirror() -> None:
    level = flat_path(1000.0, 900.0, 30.0, 1.5)
    slope = replace(level, ground_m=np.linspace(0.0, 10.0, 11))
    one, other = (get_model("two_ray").predict(p, EARTH.sphere).parts["gain"] for p in (level, slope))
    assert one == pytest.approx(other, abs=0.01)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ((1000.0, 29.0, 30.0, 10.0), "30 to 100000 MHz"),
        ((1000.0, 30.0, 30.0, 1.5), "half a wavelength"),
        ((30e3, 900.0, 30.0, 1.5), "horizon"),
    ],
)
def test_outside_the_range(figures: tuple[float, ...], words: str) -> None:
    with pytest.raises(ValidityError, match=words):
        get_model("two_ray").predict(flat_path(*figures), EARTH.sphere)
