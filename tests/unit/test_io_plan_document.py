"""Plan documents: layers, fields, places, shapes and faults, in vector files."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon, box

from aqdaq.base.errors import InputError
from aqdaq.io.plan_document import read_plan
from aqdaq.io.plan_fields import READERS, USUAL
from aqdaq.io.plan_mapping import PlanMapping, made_mapping, read_mapping
from aqdaq.io.plan_names import kind_of_name
from aqdaq.io.plan_place import helmert
from aqdaq.io.vector import write_vector
from aqdaq.model.plan_document import KINDS, PlanObject
from aqdaq.model.project import PLAN_FIELDS

CRS = "EPSG:32643"
X, Y = 652_000.0, 4_782_000.0


def at(west: float, south: float, width: float = 40.0, depth: float = 20.0) -> Polygon:
    return box(X + west, Y + south, X + west + width, Y + south + depth)


def save(path: Path, shapes: list[Any], layer: str | None = None, crs: str | None = CRS, **columns: Any) -> Path:
    write_vector(path, gpd.GeoDataFrame(columns, geometry=shapes, crs=crs or CRS), layer=layer)
    if crs is None:
        path.with_suffix(".prj").unlink()
    return path


def faults(err: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [str(fault) for fault in err.value.faults]


def whole_plan(path: Path) -> Path:
    save(path, [at(0, 0, 500, 500)], "boundary", name=["District 7"])
    save(path, [at(0, 0, 250, 500), at(250, 0, 250, 500)], "zones", id=["Z1", "Z2"], use=["residential", "public"])
    save(path, [at(10, 10, 200, 200)], "blocks", id=["K1"], residents=[1200.0])
    save(
        path,
        [at(20, 20), at(100, 20)],
        "planned_buildings",
        id=["B1", "B2"],
        name=["House", "School"],
        use=["residential", "school"],
        height_m=[45.0, None],
        floors=[15, 3],
        floor_area_m2=[12_000.0, 2_400.0],
        residents=[300.0, None],
        seats=[None, 600.0],
        start=[dt.date(2027, 4, 1), dt.date(2028, 1, 1)],
        end=["2029-09-01", "2029"],
        phase=["1", "2"],
    )
    save(path, [Point(X + 60, Y + 60)], "reserved_sites", id=["R1"], structure=["mast"], owner=["A"], powered=["yes"])
    save(path, [LineString([(X, Y), (X + 300, Y)])], "ducts")
    save(path, [Point(X + 5, Y + 5)], "power")
    save(path, [LineString([(X, Y), (X + 300, Y)])], "roads")
    save(path, [LineString([(X, Y + 3), (X + 300, Y + 3)])], "lamp_rows", spacing_m=[30.0], height_m=[9.0])
    return path


# What is read.


def test_every_kind_and_field_of_a_geopackage(tmp_path: Path) -> None:
    path = whole_plan(tmp_path / "plan.gpkg")
    plan = read_plan(path, crs=CRS)
    assert (plan.source, plan.crs) == ("plan.gpkg", CRS)
    assert plan.checksum == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [o.kind for o in plan.objects] == [
        "boundary", "zone", "zone", "block", "building", "building", "reserved_site", "duct", "power", "road", "lamp",
    ]  # fmt: skip
    assert plan.kinds == {o.kind for o in plan.objects}
    house, school = plan.of("building")
    assert (house.id, house.name, house.use, house.height_m, house.floors) == ("B1", "House", "residential", 45.0, 15)
    assert (house.floor_area_m2, house.residents, house.seats, house.phase) == (12_000.0, 300.0, None, "1")
    assert (house.start, house.end) == (dt.date(2027, 4, 1), dt.date(2029, 9, 1))
    assert (house.where, house.assumed) == ("plan.gpkg:planned_buildings:1", frozenset())
    assert house.geometry.area == pytest.approx(800.0)
    assert (school.height_m, school.assumed, school.seats) == (9.0, {"height_m"}, 600.0)
    assert school.end == dt.date(2029, 1, 1)
    site, lamp = plan.of("reserved_site")[0], plan.of("lamp")[0]
    assert (site.structure, site.owner, site.powered) == ("mast", "A", True)
    assert (lamp.spacing_m, lamp.height_m, lamp.powered, lamp.id) == (30.0, 9.0, None, "plan/lamp_rows/1")
    assert (plan.of("boundary")[0].name, plan.set_aside, plan.notes) == ("District 7", (), ())


def test_height_of_a_floor_is_as_said(tmp_path: Path) -> None:
    path = save(tmp_path / "buildings.gpkg", [at(0, 0)], floors=[3])
    assert read_plan(path, crs=CRS, floor_height_m=3.5).objects[0].height_m == 10.5
    mapped = made_mapping(floor_height_m=2.8)
    assert read_plan(path, crs=CRS, mapping=mapped).objects[0].height_m == pytest.approx(8.4)


@pytest.mark.parametrize("suffix", [".geojson", ".shp", ".fgb", ".parquet", ".csv"])
def test_other_vector_formats_lie_where_the_geopackage_does(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"buildings{suffix}", [at(20, 20)], id=["B1"], floors=[5])
    found = read_plan(path, crs=CRS).objects[0]
    assert (found.kind, found.id, found.floors, found.height_m) == ("building", "B1", 5, 15.0)
    assert shapely.hausdorff_distance(found.geometry, at(20, 20)) < 0.05
    assert found.where == f"buildings{suffix}:{2 if suffix == '.csv' else 1}"


def test_a_geojson_of_several_kinds_says_them_in_a_column(tmp_path: Path) -> None:
    shapes = [at(0, 0), Point(X, Y), LineString([(X, Y), (X + 9, Y)]), Point(X, Y)]
    path = save(
        tmp_path / "plan.geojson", shapes, kind=["building", "фонарь", "road", "tree"], floors=[5, None, None, None]
    )
    plan = read_plan(path, crs=CRS)
    assert [o.kind for o in plan.objects] == ["building", "lamp", "road"]
    assert plan.kinds == {"building", "lamp", "road"}
    assert [(a.row, a.reason, a.value) for a in plan.set_aside] == [(4, "kind is not known", "tree")]


def test_an_empty_layer_is_there(tmp_path: Path) -> None:
    path = save(tmp_path / "plan.gpkg", [at(0, 0)], "buildings")
    gpd.GeoDataFrame({"id": []}, geometry=gpd.GeoSeries([], crs=CRS)).to_file(path, layer="ducts", driver="GPKG")
    plan = read_plan(path, crs=CRS)
    assert plan.kinds == {"building", "duct"}
    assert plan.of("duct") == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Planned buildings", "building"), ("жилые_дома", "building"), ("Gebäude", "building"),
        ("ғимараттар", "building"), ("zoning", "zone"), ("LandUse", "zone"), ("Функциональные зоны", "zone"),
        ("аймақтар", "zone"), ("Baugebiete", "zone"), ("blocks", "block"), ("Кварталы", "block"),
        ("street_lamps", "lamp"), ("освещение", "lamp"), ("Straßenleuchten", "road"), ("streets", "road"),
        ("улицы", "road"), ("көшелер", "road"), ("cable_ducts", "duct"), ("Leerrohre", "duct"),
        ("канализация связи", "duct"), ("power_lines", "power"), ("ЛЭП 110", "power"),
        ("граница проекта", "boundary"), ("reserved_sites", "reserved_site"),
        ("мачты связи", "reserved_site"), ("trees", None), ("красные линии", None), ("0", None), ("", None),
    ],
)  # fmt: skip
def test_names_of_layers(name: str, kind: str | None) -> None:
    assert kind_of_name(name) == kind


def test_usual_names_of_columns_are_taken_and_said(tmp_path: Path) -> None:
    path = save(tmp_path / "buildings.gpkg", [at(0, 0)], Этажность=[9], жители=[100], NAME=["A"])
    plan = read_plan(path, crs=CRS)
    assert (plan.objects[0].floors, plan.objects[0].residents, plan.objects[0].name) == (9, 100.0, "A")
    assert plan.notes == (
        "buildings.gpkg: buildings: took Этажность for floors, жители for residents; [columns] says otherwise",
    )


# Mapping.


def test_a_mapping_names_layers_columns_and_values(tmp_path: Path) -> None:
    path = save(tmp_path / "plan.gpkg", [at(0, 0)], "L1", H=[12.0])
    save(path, [at(90, 0)], "buildings")
    (tmp_path / "map.toml").write_text(
        'columns = { height_m = "H" }\n[layers]\n'
        'L1 = { kind = "building", values = { use = "school", start = 2027-01-01 } }\n'
    )
    mapping = read_mapping(tmp_path / "map.toml")
    assert mapping.kinds == {"L1": "building"}
    plan = read_plan(path, crs=CRS, mapping=mapping)
    assert [(o.height_m, o.use, o.start) for o in plan.objects] == [(12.0, "school", dt.date(2027, 1, 1))]
    assert [(a.reason, a.value) for a in plan.set_aside] == [("layer is not part of the plan", "buildings: 1 features")]
    assert read_plan(path, crs=CRS, layers={"L1": "block"}, mapping=mapping).objects[0].kind == "block"


def test_a_mapped_layer_or_column_that_is_not_there(tmp_path: Path) -> None:
    path = save(tmp_path / "plan.gpkg", [at(0, 0)], "L1")
    with pytest.raises(InputError) as err:
        read_plan(path, crs=CRS, layers={"L-1": "building", "Q": "road"})
    assert faults(err) == [
        "plan.gpkg: has no layer 'L-1', which the mapping names -> did you mean 'L1'? there are: L1",
        "plan.gpkg: has no layer 'Q', which the mapping names -> there are: L1",
    ]
    with pytest.raises(InputError, match=r"has no column 'H' \(mapped to height_m\)"):
        read_plan(path, crs=CRS, layers={"L1": "building"}, mapping=PlanMapping(columns={"height_m": "H"}))


def test_faults_of_a_mapping_file_name_the_line(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('source_crs = "EPSG:1"\nheigth = 3\n[layers]\nA = "bilding"\nB = { kind = "road", hight = 1 }\n')
    with pytest.raises(InputError) as err:
        read_mapping(path)
    assert faults(err) == [
        "map.toml:4 layers.A.kind: 'bilding' is no kind of object; did you mean 'building'? -> see docs/plans.md",
        "map.toml:5 layers.B.hight: key 'hight' is not known -> did you mean 'height'?",
        "map.toml:1 source_crs: CRS 'EPSG:1' is not known; give an EPSG code such as EPSG:32643 -> see docs/plans.md",
        (
            "map.toml:2 heigth: key 'heigth' is not known -> one of: "
            "layers, columns, source_crs, unit_m, control_points, height_unit, floor_height_m, mend_outlines"
        ),
    ]
    path.write_text("control_points = [[0, 0, 1, 1]]")
    with pytest.raises(InputError, match="give two or more"):
        read_mapping(path)


def test_no_layer_is_known(tmp_path: Path) -> None:
    path = save(tmp_path / "plan.gpkg", [at(0, 0)], "L1")
    with pytest.raises(InputError) as err:
        read_plan(path, crs=CRS)
    assert faults(err) == [
        "plan.gpkg: no layer is known by its name: L1 -> say in a mapping file what they are; see docs/plans.md"
    ]


# Shapes.


def test_an_outline_that_crosses_itself_is_a_fault_with_the_id(tmp_path: Path) -> None:
    bow = Polygon([(X, Y), (X + 20, Y + 20), (X + 20, Y), (X, Y + 20)])
    with pytest.raises(InputError) as err:
        read_plan(save(tmp_path / "buildings.gpkg", [bow, at(90, 0)], id=["bow", "B2"]), crs=CRS)
    assert len(err.value.faults) == 1
    assert "buildings.gpkg:1: building 'bow': outline crosses itself (Self-intersection[" in faults(err)[0]
    assert "mend_outlines = true" in faults(err)[0]


def test_an_outline_that_crosses_itself_is_mended_when_asked_and_said(tmp_path: Path) -> None:
    bow = Polygon([(X, Y), (X + 20, Y + 20), (X + 20, Y), (X, Y + 20)])
    file = save(tmp_path / "buildings.gpkg", [bow, at(90, 0)], id=["bow", "B2"])
    plan = read_plan(file, crs=CRS, mapping=made_mapping(mend_outlines=True))
    assert [o.id for o in plan.objects] == ["bow", "B2"]
    assert plan.objects[0].geometry.area == pytest.approx(200.0)  # two triangles of 20 by 10 by 1/2
    assert plan.objects[0].geometry.is_valid
    assert [(a.row, a.reason) for a in plan.set_aside] == [(1, "outline crossed itself: mended")]


def test_an_outline_without_area_is_a_fault_with_the_id(tmp_path: Path) -> None:
    line = Polygon([(X, Y), (X + 20, Y), (X + 10, Y), (X, Y)])
    with pytest.raises(InputError) as err:
        read_plan(save(tmp_path / "buildings.gpkg", [at(0, 0), line], id=["B1", "flat"]), crs=CRS)
    assert len(err.value.faults) == 1
    assert "buildings.gpkg:2: building 'flat': outline encloses no area" in faults(err)[0]


def test_points_on_a_layer_of_areas_are_set_aside_and_closed_lines_are_areas(tmp_path: Path) -> None:
    ring = LineString(at(0, 0).exterior.coords)
    path = save(tmp_path / "buildings.gpkg", [Point(X, Y), ring, ring, None], id=["P", "R", "S", "N"])
    plan = read_plan(path, crs=CRS)
    assert [(o.id, o.geometry.area) for o in plan.objects] == [("R", 800.0), ("S", 800.0)]
    assert [(a.row, a.reason) for a in plan.set_aside] == [
        (1, "is no area"),
        (2, "closed line taken as an outline"),
        (3, "closed line taken as an outline"),
        (4, "has no geometry"),
    ]


# Values.


def test_all_bad_values_are_named_with_the_id(tmp_path: Path) -> None:
    path = save(
        tmp_path / "buildings.gpkg",
        [at(0, 0), at(50, 0), at(100, 0)],
        id=["B1", "B2", "B1"],
        height_m=["tall", "12", "9"],
        residents=[-4.0, 5.0, 1.0],
        start=["2029-01-01", "2027-01-01", None],
        end=["2028-01-01", "2028-01-01", "soon"],
    )
    with pytest.raises(InputError) as err:
        read_plan(path, crs=CRS)
    assert [f.split(" -> ")[0] for f in faults(err)] == [
        "buildings.gpkg:1: building 'B1': height_m: 'tall' is not a height",
        "buildings.gpkg:1: building 'B1': residents: -4 is negative",
        "buildings.gpkg:1: building 'B1': end 2028-01-01 is before start 2029-01-01",
        "buildings.gpkg:3: building 'B1': end: 'soon' is not a date",
    ]
    path = save(tmp_path / "houses.gpkg", [at(0, 0), at(50, 0)], id=["B1", "B1"])
    with pytest.raises(InputError, match=r"houses\.gpkg:2: building 'B1' is given already at houses\.gpkg:1"):
        read_plan(path, crs=CRS)


def test_floors_written_as_metres_are_told_with_both_readings(tmp_path: Path) -> None:
    path = save(
        tmp_path / "buildings.gpkg",
        [at(0, 0), at(50, 0), at(100, 0)],
        id=["B1", "B2", "B3"],
        height_m=[15.0, 45.0, 148.0],
        floors=[15, 15, 15],
    )
    plan = read_plan(path, crs=CRS)
    assert [o.height_m for o in plan.objects] == [15.0, 45.0, 148.0]  # as given: nothing is changed in silence
    assert plan.notes == (
        (
            "buildings.gpkg:1: building 'B1': height 15 m with 15 floors is 1.0 m a floor: two readings, 15 m as given "
            '(taken), or 45 m if these are 15 floors; height_unit = "floors" says so'
        ),
        (
            "buildings.gpkg:3: building 'B3': height 148 m with 15 floors is 9.9 m a floor: two readings, 148 m as "
            'given (taken), or 45.1 m if these are feet; height_unit = "ft" says so'
        ),
    )


def test_floors_follow_from_the_floor_area_where_none_are_given(tmp_path: Path) -> None:
    path = save(tmp_path / "buildings.gpkg", [at(0, 0)], id=["B1"], height_m=[15.0], floor_area_m2=[12_000.0])
    assert "15 floors (floor area over footprint) is 1.0 m a floor" in read_plan(path, crs=CRS).notes[0]


@pytest.mark.parametrize(
    ("heights", "doubted"),
    [([1.0, 5.0, 9.0], True), ([9.0, 12.0, 15.0], False), ([2.5, 5.0, 9.0], False), ([1.0, 5.0], False)],
)
def test_a_column_of_whole_and_low_heights_may_be_floors(tmp_path: Path, heights: list[float], doubted: bool) -> None:
    shapes = [at(50.0 * i, 0) for i in range(len(heights))]
    plan = read_plan(save(tmp_path / "buildings.gpkg", shapes, height_m=heights), crs=CRS)
    assert any("so low that they may be floors" in note for note in plan.notes) == doubted


@pytest.mark.parametrize(
    ("unit", "written", "height_m"),
    [("m", 45.0, 45.0), ("ft", 150.0, 45.72), ("floors", 15.0, 45.0), ("m", "150 ft", 45.72), ("ft", "12 m", 12.0)],
)
def test_units_of_height(tmp_path: Path, unit: str, written: float | str, height_m: float) -> None:
    path = save(tmp_path / "buildings.gpkg", [at(0, 0)], height_m=[written], floors=[15])
    plan = read_plan(path, crs=CRS, mapping=made_mapping(height_unit=unit))
    assert plan.objects[0].height_m == pytest.approx(height_m)


# Places.


def test_a_plan_in_a_local_frame_is_a_fault_that_says_how_to_mend_it(tmp_path: Path) -> None:
    path = save(tmp_path / "buildings.shp", [box(0, 0, 10, 10)], crs=None, id=["B1"])
    with pytest.raises(InputError) as err:
        read_plan(path, crs=CRS)
    assert faults(err) == [
        (
            "buildings.shp: has no CRS: its coordinates are those of a local frame -> name the system of its "
            'coordinates (source_crs = "EPSG:..."), or place it by two control points in a mapping file'
        ),
    ]


def test_source_crs_names_the_system(tmp_path: Path) -> None:
    path = save(tmp_path / "buildings.shp", [at(0, 0)], crs=None, id=["B1"])
    found = read_plan(path, crs="EPSG:32644", source_crs=CRS).objects[0].geometry
    there = gpd.GeoSeries([at(0, 0)], crs=CRS).to_crs("EPSG:32644")[0]
    assert shapely.hausdorff_distance(found, there) < 1e-6


def test_two_control_points_turn_scale_and_move_a_local_frame(tmp_path: Path) -> None:
    # A frame in millimetres whose x axis points north: (0, 0) -> (X, Y), (1000, 0) -> (X, Y + 1).
    path = save(tmp_path / "buildings.shp", [box(0, 0, 40_000, 20_000)], crs=None, id=["B1"])
    points = ((0.0, 0.0, X, Y), (1000.0, 0.0, X, Y + 1.0))
    plan = read_plan(path, crs=CRS, mapping=PlanMapping(control_points=points))
    assert shapely.hausdorff_distance(plan.objects[0].geometry, box(X - 20, Y, X, Y + 40)) < 1e-6
    assert plan.notes == (
        "buildings.shp: placed by 2 control points, one unit is 0.001 m, turned by 90.00 deg, largest residual 0.00 m",
    )


def test_more_control_points_share_their_errors() -> None:
    # Turned by 90 degrees and doubled: (x, y) -> (-2 y, 2 x). One point of four is 0.4 m off.
    plan = [(0.0, 0.0), (0.0, 100.0), (100.0, 0.0), (100.0, 100.0)]
    points = tuple((x, y, -2.0 * y, 2.0 * x) for x, y in plan)
    exact = helmert(points, "plan")
    assert (exact.factor, exact.shift) == (pytest.approx(2j), pytest.approx(0.0))
    assert exact.residual_m == pytest.approx(0.0, abs=1e-9)
    off = helmert((*points[:3], (100.0, 100.0, -200.0, 200.4)), "plan")
    assert abs(off.factor) == pytest.approx(2.0, abs=0.003)
    assert 0.05 < off.residual_m < 0.4


def test_control_points_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "buildings.shp", [box(0, 0, 40, 20)], crs=None, id=["B1"])
    wrong = ((0.0, 0.0, X, Y), (100.0, 0.0, X + 100, Y), (0.0, 100.0, X, Y - 100.0))  # mirrored
    with pytest.raises(InputError, match="do not fit together"):
        read_plan(path, crs=CRS, mapping=PlanMapping(control_points=wrong))
    same = ((5.0, 5.0, X, Y), (5.0, 5.0, X + 1, Y))
    with pytest.raises(InputError, match="all lie on one point"):
        read_plan(path, crs=CRS, mapping=PlanMapping(control_points=same))


def test_metres_in_a_geojson_are_no_degrees(tmp_path: Path) -> None:
    shape = {"type": "Polygon", "coordinates": [[[0, 0], [400, 0], [400, 200], [0, 0]]]}
    feature = {"type": "Feature", "properties": {"id": "B1"}, "geometry": shape}
    path = tmp_path / "buildings.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(
        InputError, match=r"buildings\.geojson:1: coordinates 0, 0 are no degrees.*local frame|source_crs"
    ):
        read_plan(path, crs=CRS)
    plan = read_plan(path, crs=CRS, mapping=PlanMapping(control_points=((0.0, 0.0, X, Y), (1.0, 0.0, X + 1, Y))))
    assert plan.objects[0].geometry.bounds == pytest.approx((X, Y, X + 400, Y + 200))


@pytest.mark.parametrize("content", [b"", b"no geodata", b"\x00\x01" * 50])
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plan.gpkg"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"plan\.gpkg: (is empty|cannot be read)"):
        read_plan(path, crs=CRS)
    with pytest.raises(InputError, match="there is no such file"):
        read_plan(tmp_path / "other.gpkg", crs=CRS)


# The page.


def page_column(heading: str) -> list[str]:
    """Return the names in the first column of the table below a heading of the page on plans."""
    text = (Path(__file__).parents[2] / "docs" / "plans.md").read_text(encoding="utf-8")
    below = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [line.split("`")[1] for line in below.splitlines() if line.startswith("| `")]


def test_the_page_names_every_kind_field_and_key() -> None:
    assert page_column("Kinds of objects") == list(KINDS)
    assert page_column("Fields") == list(PLAN_FIELDS)
    assert page_column("Mapping files") == list(PlanMapping.model_fields)


def test_every_field_of_an_object_can_be_read() -> None:
    assert set(PLAN_FIELDS) == {f.name for f in fields(PlanObject)} - {"geometry", "where", "assumed"}
    assert set(READERS) | {"height_m"} == set(USUAL) == set(PLAN_FIELDS)


def test_the_mapping_of_the_page_is_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "plans.md").read_text(encoding="utf-8")
    (tmp_path / "map.toml").write_text(text.split("```toml\n", 1)[1].split("```", 1)[0], encoding="utf-8")
    mapping = read_mapping(tmp_path / "map.toml")
    assert mapping.kinds == {"E-LAMP": "lamp", "A-BLDG-9": "building", "A-BLDG-X": "building"}
    assert mapping.layers["A-BLDG-9"].values == {"floors": 9, "use": "residential", "start": dt.date(2027, 4, 1)}
