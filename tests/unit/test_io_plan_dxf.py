"""Plans drawn in CAD: what entities are, which layer means what, units, heights and places."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
import pytest

from aqdaq.base.errors import InputError
from aqdaq.io.plan_document import read_plan
from aqdaq.io.plan_mapping import PlanMapping, made_mapping

CRS = "EPSG:32643"
X, Y = 652_000.0, 4_782_000.0
SQUARE = [(X, Y), (X + 40, Y), (X + 40, Y + 20), (X, Y + 20)]


def draw(path: Path, make: Callable[[Any], None], insunits: int = 6) -> Path:
    drawing = ezdxf.new("R2010")
    drawing.header["$INSUNITS"] = insunits
    make(drawing)
    drawing.saveas(path)
    return path


def read(path: Path, layers: dict[str, Any], **given: Any) -> Any:
    given.setdefault("source_crs", CRS)
    return read_plan(path, crs=CRS, mapping=PlanMapping.model_validate({"layers": layers, **given}))


def test_what_is_drawn(tmp_path: Path) -> None:
    def make(drawing: Any) -> None:
        space = drawing.modelspace()
        space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "B"})
        space.add_lwpolyline([*SQUARE, SQUARE[0]], dxfattribs={"layer": "B"})  # closed by its last point
        space.add_circle((X, Y), 10.0, dxfattribs={"layer": "B"})
        # A half circle over a diameter of 10 m: bulge 1 is half a turn.
        space.add_lwpolyline([(X, Y, 1.0), (X + 10, Y, 0.0)], format="xyb", close=True, dxfattribs={"layer": "B"})
        hatch = space.add_hatch(dxfattribs={"layer": "B"})
        hatch.paths.add_polyline_path(SQUARE, is_closed=True)
        inner = [(X + 5, Y + 5), (X + 15, Y + 5), (X + 15, Y + 15), (X + 5, Y + 15)]
        hatch.paths.add_polyline_path(inner, is_closed=True, flags=0)
        space.add_line((X, Y), (X + 30, Y), dxfattribs={"layer": "R"})
        space.add_lwpolyline([(X, Y), (X + 3, Y + 4)], dxfattribs={"layer": "R"})
        space.add_point((X + 1, Y + 2), dxfattribs={"layer": "L"})
        space.add_text("note", dxfattribs={"layer": "R"})

    plan = read(draw(tmp_path / "plan.dxf", make), {"B": "building", "R": "road", "L": "lamp"})
    areas = [o.geometry.area for o in plan.of("building")]
    assert areas == pytest.approx([800.0, 800.0, math.pi * 100, math.pi * 12.5, 700.0], rel=0.02)
    assert [o.geometry.length for o in plan.of("road")] == [30.0, 5.0]
    assert plan.of("lamp")[0].geometry.coords[0] == (X + 1, Y + 2)
    assert [(a.reason, a.value) for a in plan.set_aside] == [("entity is not read", "R: 1 TEXT")]
    assert plan.notes == ()
    first = plan.of("building")[0]
    assert first.id == f"plan/B/{first.where.rpartition(':')[2]}"  # the handle, by which CAD finds it
    assert first.height_m is None


def test_blocks_are_outlines_on_areas_and_points_elsewhere(tmp_path: Path) -> None:
    def make(drawing: Any) -> None:
        house = drawing.blocks.new("HOUSE")
        house.add_lwpolyline([(0, 0), (10, 0), (10, 6), (0, 6)], close=True)
        house.add_circle((5, 3), 1.0)
        house.add_attdef("FLOORS", (0, 0))
        mast = drawing.blocks.new("MAST")
        mast.add_circle((0, 0), 1.0)
        space = drawing.modelspace()
        turned = space.add_blockref("HOUSE", (X, Y), dxfattribs={"layer": "B", "rotation": 90.0, "xscale": 2.0})
        turned.add_attrib("FLOORS", "9")
        space.add_blockref("MAST", (X + 7, Y), dxfattribs={"layer": "S"})
        space.add_blockref("MAST", (X, Y), dxfattribs={"layer": "L", "column_count": 3, "column_spacing": 30.0})

    path = draw(tmp_path / "plan.dxf", make)
    plan = read(path, {"B": "building", "S": "reserved_site", "L": "lamp"}, columns={"floors": "FLOORS"})
    house = plan.of("building")[0]
    assert house.geometry.bounds == pytest.approx((X - 6, Y, X, Y + 20))
    assert (house.geometry.area, house.floors, house.height_m) == (pytest.approx(120.0), 9, 27.0)
    assert plan.of("reserved_site")[0].geometry.coords[0] == (X + 7, Y)
    assert [o.geometry.x for o in plan.of("lamp")] == pytest.approx([X, X + 30, X + 60])
    assert len({o.id for o in plan.of("lamp")}) == 3


def test_heights_only_where_the_mapping_says(tmp_path: Path) -> None:
    def make(drawing: Any) -> None:
        space = drawing.modelspace()
        space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "B", "thickness": 45.0, "elevation": 30.0})

    path = draw(tmp_path / "plan.dxf", make)
    assert read(path, {"B": "building"}).objects[0].height_m is None
    assert read(path, {"B": {"kind": "building", "height": "thickness"}}).objects[0].height_m == 45.0
    assert read(path, {"B": {"kind": "building", "height": "elevation"}}).objects[0].height_m == 30.0
    assert read(path, {"B": {"kind": "building", "values": {"floors": 5}}}).objects[0].height_m == 15.0


@pytest.mark.parametrize(
    ("insunits", "scale", "said", "note"),
    [
        (4, 1000.0, None, "its unit is the millimetre"),
        (2, 1 / 0.3048, None, "its unit is the foot"),
        (0, 1.0, None, "does not say its unit, metres are assumed"),
        (4, 1.0, 1.0, None),
        (6, 1.0, None, None),
    ],
)
def test_units_of_the_drawing(
    tmp_path: Path, insunits: int, scale: float, said: float | None, note: str | None
) -> None:
    def make(drawing: Any) -> None:
        places = [(x * scale, y * scale) for x, y in SQUARE]
        drawing.modelspace().add_lwpolyline(places, close=True, dxfattribs={"layer": "B", "thickness": 12.0 * scale})

    path = draw(tmp_path / "plan.dxf", make, insunits)
    plan = read(path, {"B": {"kind": "building", "height": "thickness"}}, unit_m=said)
    assert plan.objects[0].geometry.bounds == pytest.approx((X, Y, X + 40, Y + 20), abs=1e-3)
    assert plan.objects[0].height_m == pytest.approx(12.0)
    assert [note in n for n in plan.notes] == [True] if note else plan.notes == ()


def test_a_local_frame_without_a_place_is_a_fault(tmp_path: Path) -> None:
    def make(drawing: Any) -> None:
        drawing.modelspace().add_lwpolyline([(0, 0), (40, 0), (40, 20)], close=True, dxfattribs={"layer": "B"})

    path = draw(tmp_path / "plan.dxf", make)
    with pytest.raises(InputError) as err:
        read(path, {"B": "building"}, source_crs=None)
    assert str(err.value).startswith("plan.dxf:B: has no CRS: its coordinates are those of a local frame -> name the ")
    points = ((0.0, 0.0, X, Y), (40.0, 0.0, X + 40.0, Y))
    plan = read(path, {"B": "building"}, source_crs=None, control_points=points)
    assert plan.objects[0].geometry.bounds == pytest.approx((X, Y, X + 40, Y + 20))


def test_control_points_are_in_units_of_the_drawing(tmp_path: Path) -> None:
    def make(drawing: Any) -> None:
        places = [(0, 0), (40_000, 0), (40_000, 20_000), (0, 20_000)]
        drawing.modelspace().add_lwpolyline(places, close=True, dxfattribs={"layer": "B", "thickness": 9000.0})

    path = draw(tmp_path / "plan.dxf", make, insunits=4)
    points = ((0.0, 0.0, X, Y), (40_000.0, 0.0, X + 40.0, Y))
    layers = {"B": {"kind": "building", "height": "thickness"}}
    plan = read(path, layers, source_crs=None, control_points=points)
    assert plan.objects[0].geometry.bounds == pytest.approx((X, Y, X + 40, Y + 20))
    assert plan.objects[0].height_m == pytest.approx(9.0)


def test_the_geographic_location_of_a_drawing_places_it(tmp_path: Path) -> None:
    def make(drawing: Any) -> None:
        location = drawing.modelspace().new_geodata()
        location.setup_local_grid(design_point=(0, 0), reference_point=(X, Y), north_direction=(0, 1))
        location.coordinate_system_definition = (
            '<?xml version="1.0"?><Dictionary version="1.0"><Alias id="32643" type="CoordinateSystem">'
            '<ObjectId>UTM84-43N</ObjectId><Namespace>EPSG Code</Namespace></Alias><Axis uom="METER">'
            "<CoordinateSystemAxis><AxisOrder>1</AxisOrder><AxisName>Easting</AxisName>"
            "<AxisAbbreviation>E</AxisAbbreviation></CoordinateSystemAxis></Axis></Dictionary>"
        )
        drawing.modelspace().add_lwpolyline([(0, 0), (40, 0), (40, 20)], close=True, dxfattribs={"layer": "B"})

    plan = read(draw(tmp_path / "plan.dxf", make), {"B": "building"}, source_crs=None)
    assert plan.objects[0].geometry.bounds == pytest.approx((X, Y, X + 40, Y + 20))
    assert "placed by the geographic location of the drawing" in plan.notes[0]


def test_a_mapped_layer_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    path = draw(tmp_path / "plan.dxf", lambda d: d.layers.add("A-BLDG"))
    with pytest.raises(InputError) as err:
        read(path, {"A_BLDG": "building"})
    assert str(err.value).startswith(
        "plan.dxf: has no layer 'A_BLDG', which the mapping names -> did you mean 'A-BLDG'?"
    )
    assert "there are: 0, Defpoints, A-BLDG" in str(err.value) or "there are: 0, A-BLDG" in str(err.value)
    empty = read(path, {"A-BLDG": "building"})
    assert (empty.kinds, empty.objects) == ({"building"}, ())
    with pytest.raises(InputError, match="no layer is known by its name"):
        read_plan(draw(tmp_path / "other.dxf", lambda d: d.layers.add("L1")), crs=CRS, source_crs=CRS)


def test_a_crossing_outline_in_a_drawing_is_a_fault_or_mended_and_said(tmp_path: Path) -> None:
    def make(drawing: Any) -> None:
        bow = [(X, Y), (X + 20, Y + 20), (X + 20, Y), (X, Y + 20)]
        drawing.modelspace().add_lwpolyline(bow, close=True, dxfattribs={"layer": "B"})
        hatch = drawing.modelspace().add_hatch(dxfattribs={"layer": "B"})
        hatch.paths.add_polyline_path(bow, is_closed=True)

    file = draw(tmp_path / "plan.dxf", make)
    with pytest.raises(InputError) as err:
        read(file, {"B": "building"})
    assert len(err.value.faults) == 2
    assert all("outline crosses itself" in fault.what for fault in err.value.faults)
    plan = read(file, {"B": "building"}, mend_outlines=True)
    assert [o.geometry.area for o in plan.objects] == pytest.approx([200.0, 200.0])
    assert [a.reason for a in plan.set_aside] == ["outline crossed itself: mended"] * 2
    assert plan.objects[0].where.split(":")[2] in plan.set_aside[0].value


@pytest.mark.parametrize(("name", "content"), [("plan.dxf", b"0\nSECTION\nrubbish"), ("plan.dwg", b"AC1032")])
def test_drawings_that_cannot_be_read(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=r"as DXF"):
        read_plan(tmp_path / name, crs=CRS, mapping=made_mapping(source_crs=CRS))
