"""Zones: a sphere around a source that radiates alike everywhere, drawings and solids read back."""

from __future__ import annotations

import json
import math
import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import ezdxf
import numpy as np
import pytest
from shapely.geometry import box

from aqdaq.analysis.exposure.evaluate import exposure_at
from aqdaq.analysis.exposure.zones import Zone, area_of, entered_by, vertical_section, zone_around
from aqdaq.io.zone_files import DrawnArea, DrawnOutlines, Solid, write_dxf, write_glb
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.building import Building
from tests.unit.exposure_made import cell, flat, limit, made

KZ = limit("kz")
OMNI = ParametricAntenna(omni=True, front_to_back_db=0.0, side_lobe_db=0.0)
#: 1 kW EIRP meets 0.1 W/m2 at this distance (m).
RADIUS_M = math.sqrt(1000.0 / (4.0 * math.pi * 0.1))


def ratio_of(antenna_m: float) -> Callable[[np.ndarray], np.ndarray]:
    sources = made(cell("a", antenna=OMNI, height_m=antenna_m))
    return lambda at: exposure_at(at, sources, [KZ]).theoretical.ratio[0]


def sphere(height_m: float = 40.0, step_m: float = 1.0, ground_m: float = 700.0, reach_m: float = 35.0) -> Zone:
    sources = made(cell("a", antenna=OMNI, height_m=height_m + ground_m))
    return zone_around(
        lambda at: exposure_at(at, sources, [KZ]).theoretical.ratio[0],
        flat(ground_m),
        (0.0, 0.0),
        height_m,
        reach_m,
        step_m,
    )


def test_the_zone_of_a_source_alike_everywhere_is_a_sphere() -> None:
    zone = sphere()
    assert zone.foot_m == 700.0
    assert not zone.sanitary.any()
    full = np.flatnonzero(zone.levels.any(axis=(1, 2)))
    assert (zone.heights_m[full[0]], zone.heights_m[full[-1]]) == (
        math.ceil(40.0 - RADIUS_M), math.floor(40.0 + RADIUS_M),
    )  # fmt: skip
    for height in (40.0, 50.0, 20.0):
        radius = math.sqrt(RADIUS_M**2 - (height - 40.0) ** 2)
        section = zone.polygon(zone.levels[int(height) - 2])
        assert section.area == pytest.approx(math.pi * radius**2, rel=0.12)
        assert section.area > math.pi * radius**2  # drawn too large, never too small
        assert section.covers(box(-0.6 * radius, -0.6 * radius, 0.6 * radius, 0.6 * radius))


def test_a_low_source_has_a_sanitary_zone_that_follows_the_ground() -> None:
    radius = math.sqrt(RADIUS_M**2 - 8.0**2)
    assert sphere(height_m=10.0).sanitary.sum() == pytest.approx(math.pi * radius**2, rel=0.12)
    sloped = zone_around(ratio_of(31.0), lambda x, _: 0.8 * x, (0.0, 0.0), 31.0, 35.0, 1.0)
    east = np.flatnonzero(sloped.sanitary.any(axis=0)) + sloped.x_m
    assert east.min() > 0.0


def test_a_zone_grows_until_its_border_is_free_and_is_refused_when_it_does_not_end() -> None:
    assert sphere(reach_m=5.0).levels.any(axis=0).sum() == sphere().levels.any(axis=0).sum()
    with pytest.raises(ValueError, match="does not end"):
        zone_around(lambda at: np.full(len(at), np.nan), flat(), (0.0, 0.0), 5.0, 1500.0, 300.0)


def falling(x_m: np.ndarray, _: np.ndarray) -> np.ndarray:
    """A slope of 45 degrees down to the east, level to the west."""
    return np.where(x_m > 0.0, -x_m, 0.0)


def test_a_zone_on_a_slope_reaches_below_the_ground_of_its_site() -> None:
    # 12 m above the local ground and 8 m below the ground of the site, 25.6 m from an antenna 8 m high
    lit, air = ratio_of(8.0), np.array([[20.0, 0.0, -8.0]])
    assert lit(air)[0] > 1.0
    zone = zone_around(lit, falling, (0.0, 0.0), 8.0, 35.0, 1.0)
    assert zone.heights_m[0] <= -RADIUS_M + 2.0
    assert (zone.heights_m[0] - 2.0) % 3.0 == 0.0
    row, col = int(0.0 - zone.y_m), int(20.0 - zone.x_m)
    slab = int((air[0, 2] - zone.foot_m - zone.first_m) // 3.0)
    assert zone.slabs()[slab, row, col]
    for x, z in ((15.5, -5.5), (20.5, -10.5), (14.5, -12.0), (5.5, 1.0)):
        over = float(lit(np.array([[x, 0.5, z]]))[0])
        inside = bool(zone.slabs()[int((z - zone.first_m) // 3.0), int(0.5 - zone.y_m), int(x - zone.x_m)])
        assert inside is (over > 1.0)
    # no level reaches more than a metre and a square below 2 m above the local ground
    for height, level in zip(zone.heights_m.tolist(), zone.levels, strict=True):
        cols = np.flatnonzero(level.any(axis=0)) + zone.x_m
        assert not cols.size or (cols > 1.0 - height - 2.0).all() or height > 0.0
    # to the west the ground is level: nothing of the zone lies below 2 m there
    assert not zone.levels[zone.heights_m < 1.0][:, :, : int(-zone.x_m) - 1].any()


def test_a_building_down_a_slope_enters_the_zone() -> None:
    lit = ratio_of(8.0)
    zone = zone_around(lit, falling, (0.0, 0.0), 8.0, 35.0, 1.0)
    tower, hut = Building("tower", box(16, -3, 20, 3), 14.0), Building("hut", box(16, 6, 20, 9), 1.0)
    (found,) = entered_by(zone, [tower, hut], falling)
    assert found.building.id == "tower"
    assert found.to_m == -6.0  # its roof is 14 m above the ground at x = 20
    assert found.from_m < found.to_m
    section = vertical_section(lit, falling, zone, (0.0, 0.0), 90.0)
    assert min(outline[:, 2].min() for outline in section.outlines) < -10.0


def test_a_zone_up_a_slope_holds_nothing_of_the_inside_of_the_hill() -> None:
    zone = zone_around(ratio_of(8.0), lambda x, _: np.maximum(x, 0.0), (0.0, 0.0), 8.0, 35.0, 1.0)
    assert zone.first_m == 2.0
    low = zone.levels[zone.heights_m == 5.0][0]
    assert low.any()
    assert np.flatnonzero(low.any(axis=0)).max() + zone.x_m <= 4.0  # from x = 4 on, 5 m lie below 2 m above the ground


def test_the_slabs_hold_every_level() -> None:
    zone = sphere()
    slabs = zone.slabs()
    for n, level in enumerate(zone.levels):
        assert not (level & ~slabs[min(n // 3, len(slabs) - 1)]).any()
    assert len(slabs) * 3 >= len(zone.levels) - 1


def test_a_vertical_section_is_a_circle() -> None:
    zone = sphere()
    section = vertical_section(ratio_of(740.0), flat(700.0), zone, (0.0, 0.0), 90.0)
    (outline,) = section.outlines
    assert np.abs(outline[:, 1]).max() < 1e-9  # to the east: all in the plane y = 0
    assert np.abs(outline[:, 0]).max() == pytest.approx(RADIUS_M, abs=1.0)
    assert outline[:, 2].max() == pytest.approx(740.0 + RADIUS_M, abs=1.0)


def test_area_of_squares_has_holes() -> None:
    ring = np.ones((3, 3), dtype=bool)
    ring[1, 1] = False
    found = area_of(ring, 10.0, 20.0, 2.0)
    assert found.equals(box(10, 20, 16, 26).difference(box(12, 22, 14, 24)))
    assert area_of(np.zeros((2, 2), dtype=bool), 0.0, 0.0, 1.0).is_empty


def test_buildings_enter_a_zone_where_they_are_high_enough() -> None:
    zone = sphere()
    low, high = Building("low", box(-5, -5, 5, 5), 11.0), Building("high", box(20, -5, 30, 5), 30.0)
    far = Building("far", box(60, 0, 70, 10), 90.0)
    (found,) = entered_by(zone, [low, high, far], flat(700.0))
    assert found.building.id == "high"
    # at 20 m to the side the sphere reaches down to 40 - sqrt(28.2^2 - 20^2) = 20.1 m
    assert found.from_m == pytest.approx(20.0, abs=1.01)
    assert found.to_m == 30.0
    assert 0.0 < found.area_m2 <= 100.0


# --- files


def test_a_drawing_holds_closed_polylines_at_their_heights(tmp_path: Path) -> None:
    zone = sphere()
    items = [
        DrawnArea("SECTION", zone.polygon(zone.levels[38]), 740.0),
        DrawnOutlines("VERTICAL", (np.array([[0, 0, 1], [2, 0, 1], [2, 0, 3], [0, 0, 1.0]]),)),
    ]
    write_dxf(tmp_path / "a.dxf", items)
    write_dxf(tmp_path / "b.dxf", items)
    assert (tmp_path / "a.dxf").read_bytes() == (tmp_path / "b.dxf").read_bytes()
    drawing = ezdxf.readfile(tmp_path / "a.dxf")
    (area,) = drawing.modelspace().query("LWPOLYLINE")
    assert (area.dxf.layer, area.dxf.elevation, area.closed) == ("SECTION", 740.0, True)
    (outline,) = drawing.modelspace().query("POLYLINE")
    assert outline.is_closed
    assert [tuple(v.dxf.location) for v in outline.vertices] == [(0, 0, 1), (2, 0, 1), (2, 0, 3)]
    assert drawing.units == ezdxf.units.M


def parse_glb(path: Path) -> tuple[dict, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    data = path.read_bytes()
    magic, version, length = struct.unpack_from("<III", data)
    assert (magic, version, length) == (0x46546C67, 2, len(data))
    size, kind = struct.unpack_from("<II", data, 12)
    assert kind == 0x4E4F534A
    scene = json.loads(data[20 : 20 + size])
    body = data[20 + size + 8 :]
    views, (corners, triangles) = scene["bufferViews"], scene["accessors"]
    first = np.frombuffer(body, "<f4", corners["count"] * 3, views[0]["byteOffset"]).reshape(-1, 3)
    second = np.frombuffer(body, "<u4", triangles["count"], views[1]["byteOffset"]).reshape(-1, 3)
    assert first.min(axis=0).tolist() == corners["min"]
    return scene, first.astype(np.float64), second


def test_a_solid_is_closed_turned_outwards_and_as_large_as_its_boxes(tmp_path: Path) -> None:
    slabs = sphere(step_m=2.0).slabs()
    solid = Solid("zone", slabs, (652000.0, 4782000.0, 702.0), (2.0, 2.0, 3.0))
    write_glb(tmp_path / "a.glb", [solid], (652000.0, 4782000.0, 700.0), {"synthetic": True})
    scene, corners, triangles = parse_glb(tmp_path / "a.glb")
    assert scene["asset"]["extras"] == {"synthetic": True, "origin_m": [652000.0, 4782000.0, 700.0]}
    one, two, three = (corners[triangles[:, n]] for n in range(3))
    volume = float(np.einsum("ij,ij->i", one, np.cross(two, three)).sum()) / 6.0
    assert volume == pytest.approx(slabs.sum() * 12.0, rel=1e-5)
    ways = Counter((a, b) for t in triangles.tolist() for a, b in zip(t, [*t[1:], t[0]], strict=True))
    assert all(ways[b, a] == n for (a, b), n in ways.items())  # closed: each edge is met from both sides alike
    assert corners[:, 1].min() >= 2.0  # y is up
    assert scene["nodes"] == [{"name": "zone", "mesh": 0}]


def test_a_file_without_a_solid_is_a_scene_without_a_node(tmp_path: Path) -> None:
    write_glb(tmp_path / "e.glb", [Solid("e", np.zeros((1, 2, 2), dtype=bool), (0, 0, 0), (1, 1, 1))], (0, 0, 0), {})
    data = (tmp_path / "e.glb").read_bytes()
    assert json.loads(data[20:])["scenes"] == [{"nodes": []}]
