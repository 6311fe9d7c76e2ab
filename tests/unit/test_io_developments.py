"""Planned buildings of a project: heights, dates, and what they replace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import pytest
import shapely
from shapely.geometry import Polygon, box

from aqdaq.base.errors import InputError
from aqdaq.io.developments import read_developments
from aqdaq.io.vector import write_vector
from aqdaq.model.building import Building
from aqdaq.model.project import DevelopmentSource
from aqdaq.pipeline.developments import development_assumptions, overlaps_of_files, with_developments

CRS = "EPSG:32643"
START, END = dt.date(2027, 1, 1), dt.date(2029, 1, 1)


def at(west: float, south: float, width: float = 40.0, depth: float = 20.0) -> Polygon:
    return box(652_000 + west, 4_782_000 + south, 652_000 + west + width, 4_782_000 + south + depth)


def read(folder: Path, shapes: list[Any], existing: tuple[Building, ...] = (), key: Any = None, **columns: Any) -> Any:
    write_vector(folder / "new.gpkg", gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS), layer="buildings")
    source = DevelopmentSource(file="new.gpkg", **(key or {}))
    return read_developments(source, folder, crs=CRS, existing=existing)


def faults(err: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [str(fault).split(" -> ")[0] for fault in err.value.faults]


def test_all_fields(tmp_path: Path) -> None:
    found = read(
        tmp_path, [at(0, 0)], id=["D1"], name=["House"], height_m=[45.0], floors=[15], use=["residential"],
        residents=[300.0], phase=["1"], start=[START], end=[END],
    ).developments[0]  # fmt: skip
    assert (found.id, found.name, found.height_m, found.floors, found.use) == ("D1", "House", 45.0, 15, "residential")
    assert (found.residents, found.phase, found.start, found.end) == (300.0, "1", START, END)
    assert (found.where, found.assumed, found.replaces) == ("new.gpkg:buildings:1", frozenset(), ())
    assert shapely.hausdorff_distance(found.footprint, at(0, 0)) < 1e-6


def test_mass_stands_from_the_start_and_people_come_with_the_end(tmp_path: Path) -> None:
    found = read(tmp_path, [at(0, 0)], id=["D1"], height_m=[45.0], residents=[300.0], start=[START], end=[END])
    day = dt.timedelta(days=1)
    for date, stands, residents in (
        (START - day, False, None),
        (START, True, None),
        (END - day, True, None),
        (END, True, 300.0),
    ):
        (building,) = with_developments((), found.developments, date)
        assert (building.stands(date), building.residents) == (stands, residents)


def test_what_is_not_given_is_filled_in_and_listed(tmp_path: Path) -> None:
    key = {"floor_height_m": 3.5, "default_height_m": 27.0, "works_days": 100}
    found = read(
        tmp_path,
        [at(0, 0), at(50, 0), at(100, 0)],
        key=key,
        floors=[4, None, None],
        height_m=[None, None, 30.0],
        start=["2027-01-01", None, "2027-01-01"],
        end=[None, "2027-12-31", "2028-01-01"],
    )
    assert [(d.id, d.height_m, str(d.start), str(d.end), sorted(d.assumed)) for d in found.developments] == [
        ("new/buildings/1", 14.0, "2027-01-01", "2027-04-11", ["end", "height_m"]),
        ("new/buildings/2", 27.0, "2027-09-22", "2027-12-31", ["height_m", "start"]),
        ("new/buildings/3", 30.0, "2027-01-01", "2028-01-01", []),
    ]
    listed = development_assumptions(DevelopmentSource(file="new.gpkg", **key), found)
    assert [(a.item, a.value, a.applies_to) for a in listed] == [
        ("height of planned buildings", "floors x height of a floor, 27 m", "2 developments of new.gpkg"),
        ("start of works", "100 days before the end", "1 developments of new.gpkg"),
        ("first day of use", "100 days after the start", "1 developments of new.gpkg"),
    ]


def test_dates_of_all(tmp_path: Path) -> None:
    found = read(tmp_path, [at(0, 0)], key={"start": START, "end": END}, height_m=[9.0])
    assert (found.developments[0].start, found.developments[0].end) == (START, END)
    late = read(tmp_path, [at(0, 0)], key={"start": START, "end": END}, height_m=[9.0], start=["2029-06-01"])
    assert str(late.developments[0].end) == "2031-06-01"  # a later phase does not end before it begins


def test_faults_name_the_object(tmp_path: Path) -> None:
    with pytest.raises(InputError) as err:
        read(
            tmp_path, [at(0, 0), at(50, 0), at(90, 0)], id=["A", "B", "C"], height_m=[None, 9.0, 9.0],
            start=["2027-01-01", None, "2027-01-01"],
        )  # fmt: skip
    assert faults(err) == [
        "new.gpkg:buildings:1: building 'A' has neither height nor floors",
        "new.gpkg:buildings:2: building 'B' has no date",
    ]
    with pytest.raises(InputError) as err:
        read(tmp_path, [at(0, 0)], id=["A"], height_m=[9.0], start=["2029-01-01"], end=["2027-01-01"])
    assert faults(err) == ["new.gpkg:buildings:1: building 'A': end 2027-01-01 is before start 2029-01-01"]
    with pytest.raises(InputError) as err:
        read(tmp_path, [at(0, 0)], key={"start": "2029-01-01"}, id=["A"], height_m=[9.0], end=["2027-01-01"])
    assert faults(err) == ["new.gpkg:buildings:1: building 'A' end 2027-01-01 is before start 2029-01-01"]
    with pytest.raises(ValueError, match="end 2027-01-01 is before start 2029-01-01"):
        DevelopmentSource(file="x", start=dt.date(2029, 1, 1), end=dt.date(2027, 1, 1))


# What is there already.


def old(name: str, shape: Polygon, **dates: dt.date) -> Building:
    return Building(name, shape, 9.0, residents=20.0, **dates)


def test_what_lies_under_a_development_for_the_greater_part_gives_way(tmp_path: Path) -> None:
    existing = (
        old("under", at(5, 5, 10, 10)),
        old("mostly", at(34, 0, 10, 20)),  # 6 of its 10 m
        old("partly", at(0, 16, 10, 10)),  # 4 of its 10 m
        old("touches", at(40, 0, 10, 10)),
        old("gone", at(20, 5, 5, 5), demolished=dt.date(2026, 6, 1)),
        old("later", at(20, 5, 5, 5), built=dt.date(2028, 1, 1)),
        old("until", at(25, 5, 5, 5), demolished=dt.date(2030, 1, 1)),
    )
    found = read(tmp_path, [at(0, 0)], existing, id=["D1"], height_m=[45.0], start=[START], end=[END])
    assert found.developments[0].replaces == ("under", "mostly", "until")
    head = "new.gpkg:buildings:1: development 'D1'"
    gone = "(9 m), which is taken as demolished on 2027-01-01:"
    assert found.notes == (
        f"{head} replaces building 'under' {gone} 100% of it lies under the development",
        f"{head} replaces building 'mostly' {gone} 60% of it lies under the development",
        f"{head} overlaps building 'partly' by 40% of its footprint: both stand",
        f"{head} stands where building 'later' is planned from 2028-01-01: given twice?",
        f"{head} replaces building 'until' {gone} 100% of it lies under the development",
    )
    whole = with_developments(existing, found.developments, START)
    assert {b.id: b.demolished for b in whole if b.demolished} == {
        "under": START,
        "mostly": START,
        "until": START,
        "gone": dt.date(2026, 6, 1),
    }
    assert [b.id for b in whole if b.stands(START)] == ["partly", "touches", "D1"]


def test_the_first_of_two_developments_takes_the_place(tmp_path: Path) -> None:
    existing = (old("B", at(0, 0, 10, 10)),)
    found = read(
        tmp_path, [at(0, 0), at(0, 0, 40, 10)], existing, id=["D1", "D2"], height_m=[9.0, 30.0],
        start=["2028-01-01", "2027-01-01"],
    )  # fmt: skip
    for planned in (found.developments, found.developments[::-1]):
        assert with_developments(existing, planned, START)[0].demolished == START
    assert found.notes[-1] == (
        "new.gpkg:buildings:1: development 'D1' overlaps development 'D2' by 100% of the smaller: "
        "the higher one counts where both are"
    )
    assert overlaps_of_files([found]) == []
    other = read(tmp_path, [at(30, 0)], id=["E1"], height_m=[9.0], start=[START])
    assert ["'D1' overlaps development 'E1' by 25%" in n for n in overlaps_of_files([found, other])] == [True, False]


def test_many_notes_are_counted(tmp_path: Path) -> None:
    existing = tuple(old(f"B{i}", at(i * 0.1, 0, 0.05, 5)) for i in range(300))
    found = read(tmp_path, [at(0, 0)], existing, id=["D1"], height_m=[9.0], start=[START])
    assert len(found.developments[0].replaces) == 300
    assert (len(found.notes), found.notes[-1]) == (
        201,
        "new.gpkg: 300 buildings replaced; 100 more replaced or overlapping",
    )


# Layers and formats.


def test_layers_are_named_or_known_or_the_only_one(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"height_m": [9.0], "start": ["2027"]}, geometry=[at(0, 0)], crs=CRS)
    path = tmp_path / "plan.gpkg"

    def ids(**key: Any) -> list[str]:
        source = DevelopmentSource(file="plan.gpkg", **key)
        return [d.id for d in read_developments(source, tmp_path, crs=CRS, existing=()).developments]

    write_vector(path, frame, layer="phase 1")
    assert ids() == ["plan/phase 1/1"]
    write_vector(path, frame, layer="phase 2")
    with pytest.raises(InputError, match="no layer is known to hold a building: phase 1, phase 2"):
        ids()
    assert ids(layers=("phase 2",)) == ["plan/phase 2/1"]
    write_vector(path, frame, layer="new buildings")
    write_vector(path, frame, layer="zones")
    assert ids() == ["plan/new buildings/1"]


def test_a_drawing_by_its_mapping(tmp_path: Path) -> None:
    drawing = ezdxf.new("R2010")
    drawing.header["$INSUNITS"] = 6
    for name in ("NEW-9", "ROAD"):
        drawing.modelspace().add_lwpolyline(at(0, 0).exterior.coords[:-1], close=True, dxfattribs={"layer": name})
    drawing.saveas(tmp_path / "plan.dxf")
    (tmp_path / "map.toml").write_text(
        f'source_crs = "{CRS}"\n[layers]\nROAD = "road"\n'
        '"NEW-9" = { kind = "building", values = { floors = 9, start = 2027-01-01 } }\n'
    )
    source = DevelopmentSource(file="plan.dxf", mapping="map.toml")
    (found,) = read_developments(source, tmp_path, crs=CRS, existing=()).developments
    assert (found.height_m, found.floors, found.start) == (27.0, 9, START)
    with pytest.raises(InputError, match="has no layer 'NEW-5', which the mapping names"):
        read_developments(source.model_copy(update={"layers": ("NEW-5",)}), tmp_path, crs=CRS, existing=())


def test_a_file_without_planned_buildings_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no planned building"):
        read(tmp_path, [shapely.Point(0, 0)], height_m=[9.0], start=["2027"])
