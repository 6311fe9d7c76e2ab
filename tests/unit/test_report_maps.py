"""The maps: the unknown keeps its own colour, classes keep theirs, numbers do not overlap."""

from __future__ import annotations

import io
from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from PIL import Image

from aqdaq.report import palette
from aqdaq.report.classes import class_label, classify, edge_labels, level_edges_dbm, probability_edges
from aqdaq.report.drawing import scale_length_m
from aqdaq.report.labels import Box, place_labels
from aqdaq.report.maps import MapMaker, level_colours, probability_colours
from aqdaq.report.texts import Texts
from tests.unit import report_fixture as made


def pixels(png: bytes) -> NDArray[np.int16]:
    with Image.open(io.BytesIO(png)) as picture:
        assert "date" not in picture.info
        assert "Software" not in picture.info
        return np.asarray(picture.convert("RGB"), dtype=np.int16)


def share(picture: NDArray[np.int16], colour: str) -> float:
    wanted = np.round(np.array(to_rgb(colour)) * 255).astype(np.int16)
    return float((np.abs(picture - wanted).max(axis=2) <= 6).mean())


def test_total_partial_and_unknown_have_colours_of_their_own() -> None:
    content = made.small_content()
    picture = MapMaker(content, Texts("en")).whitespots(content.definitions[0])
    seen = pixels(picture.png)
    for colour in (palette.TOTAL, palette.PARTIAL, palette.UNKNOWN, palette.UNKNOWN_STRIPE, palette.BUILDING):
        assert share(seen, colour) > 0.001, colour
    assert len({palette.TOTAL, palette.PARTIAL, palette.UNKNOWN, palette.OPEN_GROUND, palette.BUILDING}) == 5
    assert "2 of them with a place that no operator serves" in picture.alt
    assert "Synthetic data" in picture.alt
    assert "RSRP of at least -110 dBm" in picture.caption


def test_a_map_of_nothing_but_unknown_shows_no_class() -> None:
    content = made.small_content()
    blank = np.full(content.grid.shape, np.nan)
    layer = made.coverage_map(content.coverage[0].layer, content.grid, blank, content.definitions)
    maps = MapMaker(content, Texts("en"))
    colours = level_colours(level_edges_dbm(layer, content.definitions))
    seen = pixels(maps.level(layer).png)
    assert share(seen, palette.UNKNOWN) > 0.3
    for colour in colours:
        assert share(seen, colour) < 0.01


def test_pictures_are_the_same_each_time_whatever_the_users_style() -> None:
    import matplotlib as mpl

    content = made.small_content()
    first = MapMaker(content, Texts("en")).level(content.coverage[0]).png
    with mpl.rc_context({"font.size": 20.0, "axes.facecolor": "red"}):
        second = MapMaker(content, Texts("en")).level(content.coverage[0]).png
    assert first == second


@pytest.mark.parametrize("name", ["Cost $5 and $6 \\alpha", "村", "<b>&"])
def test_names_are_drawn_as_they_are(name: str) -> None:
    content = made.small_content(config=made.config(name))
    assert MapMaker(content, Texts("en")).evidence(content.coverage[0]).png.startswith(b"\x89PNG")


@pytest.mark.parametrize(("rows", "cols"), [(10, 200), (200, 10), (1, 1)])
def test_any_shape_of_grid_makes_a_map(rows: int, cols: int) -> None:
    content = made.small_content()
    grid = made.Grid(made.CRS, 650_000.0, 4_791_000.0, 20.0, rows, cols)
    layer = made.coverage_map(content.coverage[0].layer, grid, np.full(grid.shape, -100.0), content.definitions)
    narrow = made.small_content(grid=grid, whitespots={}, coverage=(layer,))
    seen = pixels(MapMaker(narrow, Texts("en")).level(layer).png)
    assert seen.shape[1] < 900


def test_classes_put_the_edge_into_the_upper_class_and_nan_into_none() -> None:
    values = np.array([-111.0, -110.0, -105.0, np.nan, 0.0], dtype=np.float32)
    assert classify(values, (-110.0, -105.0)).tolist() == [1, 2, 3, 0, 3]


def test_thresholds_and_bounds_are_ends_of_classes() -> None:
    content = made.small_content(definitions=(made.definition(threshold_dbm={"LTE": -105.5}, probability=0.92),))
    assert -105.5 in level_edges_dbm(content.coverage[0], content.definitions)
    assert 0.92 in probability_edges(content.definitions[0])
    edges = probability_edges(content.definitions[0])
    assert len(probability_colours(content.definitions[0])) == len(edges) + 1


def test_classes_in_words() -> None:
    texts = Texts("en")
    assert edge_labels((-110.0, -105.5), "dBm", texts) == [
        "below -110 dBm",
        "-110 to -105.5 dBm",
        "-105.5 dBm and more",
    ]
    assert class_label(None, None, "dBm", texts) == "unknown"


@pytest.mark.parametrize(
    ("width_m", "length_m"), [(4000.0, 1000.0), (1200.0, 200.0), (50.0, 10.0), (90_000.0, 20_000.0)]
)
def test_the_scale_bar_is_round(width_m: float, length_m: float) -> None:
    assert scale_length_m(width_m) == pytest.approx(length_m)


def test_labels_do_not_overlap_and_say_when_there_is_no_room() -> None:
    frame = Box(0.0, 0.0, 60.0, 60.0)
    sizes = [(12.0, 10.0)] * 40
    places = place_labels([(30.0, 30.0)] * 40, sizes, frame)
    boxes = [Box.around(*place, 12.0, 10.0) for place in places if place is not None]
    assert places[0] == (30.0, 30.0)
    assert 5 < len(boxes) < 40
    assert all(box.within(frame) for box in boxes)
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
