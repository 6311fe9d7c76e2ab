"""The picture of a path: its words, what it marks, and that it stays readable for odd paths."""

from __future__ import annotations

import dataclasses
import io
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from aqdaq.engine.clearance import clearance
from aqdaq.engine.registry import PathInput
from aqdaq.model.body import BODIES
from aqdaq.report.path_picture import PathScene, _Drawing, draw_path
from aqdaq.report.texts import Texts
from tests.model_paths import flat_path

TEXTS = Texts("en")


def scene(path: PathInput, body: str = "earth", name: str = "p") -> PathScene:
    sphere = BODIES[body].sphere
    return PathScene(name, path, 123.456, "Free space", body, sphere.k, clearance(path, sphere.effective_radius_m))


def every_scene() -> list[PathScene]:
    """Return scenes that together say every word a picture knows."""
    hill = flat_path(10e3, 1000.0, 30.0, 30.0, clutter={3: 60.0, 5: 25.0, 7: 60.0})
    sea = dataclasses.replace(
        flat_path(40e3, 1000.0, 30.0, 30.0, samples=81), zone=np.where(np.arange(81) < 20, 4, 1).astype(np.int8)
    )
    return [
        scene(hill),
        scene(sea),
        scene(flat_path(10e3, 1000.0, 30.0, 30.0, clutter={5: 60.0})),
        scene(flat_path(10e3, 1000.0, 30.0, 30.0, clutter={5: 20.0}), "moon"),
        scene(flat_path(400.0, 1000.0, 30.0, 1.5)),
    ]


@pytest.mark.parametrize("number", range(5))
def test_the_legend_has_room_for_its_entries(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    real = _Drawing._bytes

    def keep(self: _Drawing, figure: Any, kind: Any) -> bytes:
        drawn.append(figure)
        return real(self, figure, kind)

    monkeypatch.setattr(_Drawing, "_bytes", keep)
    shown = every_scene()[number]
    draw_path(shown, TEXTS)
    (figure,) = drawn
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert len(labels) == len(set(labels)) == _Drawing(shown, TEXTS).legend_entries
    axes = figure.axes[0]
    figure.canvas.draw()
    assert figure.legends[0].get_window_extent().y1 < axes.xaxis.label.get_window_extent().y0
    assert figure.legends[0].get_window_extent().y0 >= 0.0
    frame = figure.bbox
    for text in (*figure.texts, *axes.texts, *figure.legends[0].get_texts()):
        box = text.get_window_extent()
        assert frame.x0 <= box.x0, text.get_text()
        assert box.x1 <= frame.x1, text.get_text()


def test_words_of_a_blocked_path() -> None:
    drawing = _Drawing(scene(flat_path(10e3, 1842.5, 30.0, 30.0, clutter={2: 60.0}), name="ridge"), TEXTS)
    assert drawing.title == "ridge: 123.5 dB at 1842.5 MHz (Free space)"
    # 2 km x 8 km / (2 x 8494.67 km) = 0.94 m of curvature: 60 + 0.94 - 30 = 30.9 m above the ray.
    assert drawing.words == (
        "Path of 10.00 km. No line of sight. Main obstacle at 2.00 km: 30.9 m above the ray. "
        "Curvature of the Earth drawn with k = 1.33."
    )


def test_words_of_a_path_that_is_touched_and_of_a_free_one() -> None:
    touched = _Drawing(scene(flat_path(10e3, 1000.0, 30.0, 30.0, clutter={5: 20.0}), "moon"), TEXTS).words
    # 5 km x 5 km / (2 x 1737.4 km) = 7.19 m.
    assert "Line of sight, but something rises into 0.6 of the first Fresnel zone." in touched
    assert "Main obstacle at 5.00 km: 2.8 m below the ray." in touched
    assert touched.endswith("Curvature of the Moon drawn with k = 1.00.")
    free = _Drawing(scene(flat_path(400.0, 1000.0, 30.0, 25.0)), TEXTS).words
    assert free.startswith("Path of 400 m. Line of sight, and 0.6 of the first Fresnel zone is free. Nearest to")


def test_the_curvature_of_each_body_is_drawn_with_its_own_radius() -> None:
    path = flat_path(20e3, 1000.0, 50.0, 50.0)
    tops = {body: _Drawing(scene(path, body), TEXTS).ground.max() for body in BODIES}
    assert tops["earth"] == pytest.approx(1e8 / (2.0 * 4.0 / 3.0 * 6_371_000.0))
    assert tops["moon"] == pytest.approx(1e8 / (2.0 * 1_737_400.0))


def test_png_and_svg_carry_words_and_no_date() -> None:
    shown = scene(flat_path(3e3, 900.0, 30.0, 1.5), name="<a> & $b$")
    svg = draw_path(shown, TEXTS, "svg")
    assert svg == draw_path(shown, TEXTS, "svg")
    text = svg.decode()
    assert "<title>&lt;a&gt; &amp; $b$: 123.5 dB" in text
    assert re.search(r"<dc:date>|20\d\d-\d\d-\d\d", text) is None
    png = draw_path(shown, TEXTS)
    assert png == draw_path(shown, TEXTS)
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.info["Title"].startswith("<a> & $b$: 123.5 dB")
        assert picture.info["Description"].startswith("Path of 3.00 km.")
        assert "Software" not in picture.info
        assert picture.size[0] > 1000


def test_what_blocks_is_coloured() -> None:
    def dots(clutter_m: float) -> int:
        path = flat_path(10e3, 1000.0, 30.0, 30.0, clutter=dict.fromkeys(range(1, 100), clutter_m), samples=101)
        with Image.open(io.BytesIO(draw_path(scene(path), TEXTS))) as picture:
            colours = np.asarray(picture.convert("RGB")).reshape(-1, 3)
        return int((np.abs(colours.astype(int) - (0x7A, 0x0C, 0x3E)).sum(axis=1) < 30).sum())

    assert dots(0.0) == 0
    assert dots(45.0) > 1000


@pytest.mark.parametrize(
    "path",
    [
        flat_path(500.0, 900.0, 30.0, 1.5, samples=2),
        flat_path(1.0, 900.0, 1.0, 1.0, samples=3),
        flat_path(1000e3, 30.0, 3000.0, 1.0, samples=2000),
        dataclasses.replace(flat_path(5e3, 900.0, 30.0, 1.5), zone=np.ones(11, dtype=np.int8)),
        dataclasses.replace(flat_path(5e3, 900.0, 30.0, 1.5), ground_m=np.linspace(-8000.0, 8000.0, 11)),
    ],
    ids=["two points", "a metre", "1000 km", "all sea", "steep"],
)
def test_odd_paths_are_drawn(path: PathInput) -> None:
    assert draw_path(scene(path, name="Жол " + "long " * 40), TEXTS).startswith(b"\x89PNG")
