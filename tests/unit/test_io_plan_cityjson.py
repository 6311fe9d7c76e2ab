"""Plans in CityJSON: footprints, heights, parts, systems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aqdaq.base.errors import InputError
from aqdaq.io.plan_document import read_plan

CRS = "EPSG:28992"
X, Y = 85_000.0, 446_000.0
RD_NAP = "https://www.opengis.net/def/crs/EPSG/0/7415"


class City:
    """Puts boxes together; coordinates in millimetres above the corner, as files have them."""

    def __init__(self) -> None:
        self.vertices: list[list[int]] = []
        self.objects: dict[str, Any] = {}

    def box(self, west: float, south: float, wide: float, deep: float, low: float, high: float) -> list[Any]:
        start = len(self.vertices)
        for z in (low, high):
            corners = [(west, south), (west + wide, south), (west + wide, south + deep), (west, south + deep)]
            self.vertices += [[round(1000 * x), round(1000 * y), round(1000 * z)] for x, y in corners]
        a, b, c, d, e, f, g, h = range(start, start + 8)
        return [[[a, d, c, b]], [[e, f, g, h]], [[a, b, f, e]], [[b, c, g, f]], [[c, d, h, g]], [[d, a, e, h]]]

    def add(self, key: str, kind: str, faces: list[Any] | None, **more: Any) -> None:
        geometry = [{"type": "Solid", "lod": "1.2", "boundaries": [faces]}] if faces else []
        self.objects[key] = {"type": kind, "geometry": geometry, **more}

    def save(self, path: Path, system: str | None = RD_NAP) -> Path:
        data = {
            "type": "CityJSON",
            "version": "2.0",
            "transform": {"scale": [0.001, 0.001, 0.001], "translate": [X, Y, 0.0]},
            "metadata": {"referenceSystem": system} if system else {},
            "CityObjects": self.objects,
            "vertices": self.vertices,
        }
        path.write_text(json.dumps(data))
        return path


def test_a_box_by_its_attributes_and_by_its_model(tmp_path: Path) -> None:
    city = City()
    city.add(
        "B1",
        "Building",
        city.box(0, 0, 40, 20, 3, 48),
        attributes={"measuredHeight": 45.2, "storeysAboveGround": 15, "function": "residential", "residents": 300},
    )
    city.add("B2", "Building", city.box(60, 0, 10, 10, 3, 12.5))
    plan = read_plan(city.save(tmp_path / "plan.city.json"), crs=CRS)
    first, second = plan.objects
    assert (first.kind, first.id, first.height_m, first.floors) == ("building", "B1", 45.2, 15)
    assert (first.use, first.residents, first.where) == ("residential", 300.0, "plan.city.json:Building:B1")
    assert first.geometry.bounds == pytest.approx((X, Y, X + 40, Y + 20))
    assert (second.id, second.height_m, second.geometry.area) == ("B2", 9.5, pytest.approx(100.0))
    assert "plan.city.json: Building: height of 1 taken from the model, from its lowest to its top" in plan.notes


def test_ground_surfaces_are_the_footprint_where_they_are_named(tmp_path: Path) -> None:
    city = City()
    faces = city.box(0, 0, 10, 10, 0, 6)
    roof = city.box(-1, -1, 12, 12, 6, 6.5)  # juts out by a metre
    city.objects["B1"] = {
        "type": "Building",
        "geometry": [
            {"type": "MultiSurface", "lod": "1", "boundaries": [city.box(0, 0, 99, 99, 0, 3)[0]]},
            {
                "type": "MultiSurface",
                "lod": "2.2",
                "boundaries": [*faces, *roof],
                "semantics": {
                    "surfaces": [{"type": "GroundSurface"}, {"type": "RoofSurface"}],
                    "values": [0, *[None] * 5, *[1] * 6],
                },
            },
        ],
    }
    assert read_plan(city.save(tmp_path / "a.city.json"), crs=CRS).objects[0].geometry.area == pytest.approx(100.0)
    del city.objects["B1"]["geometry"][1]["semantics"]  # then the lowest faces are
    assert read_plan(city.save(tmp_path / "b.city.json"), crs=CRS).objects[0].geometry.area == pytest.approx(100.0)


def test_a_shell_without_a_floor_covers_what_its_roof_covers(tmp_path: Path) -> None:
    city = City()
    city.add("B1", "Building", city.box(0, 0, 10, 10, 0, 6)[1:])
    found = read_plan(city.save(tmp_path / "plan.city.json"), crs=CRS).objects[0]
    assert (found.geometry.area, found.height_m) == (pytest.approx(100.0), 6.0)


def test_parts_share_what_belongs_to_the_whole(tmp_path: Path) -> None:
    city = City()
    whole = {"residents": 400, "function": "residential", "start": "2027-01-01", "measuredHeight": 60.0}
    city.add("B", "Building", None, children=["B-tower", "B-podium"], attributes=whole)
    city.add("B-tower", "BuildingPart", city.box(0, 0, 10, 10, 0, 60), parents=["B"])
    city.add("B-podium", "BuildingPart", city.box(10, 0, 20, 10, 0, 10), parents=["B"])
    plan = read_plan(city.save(tmp_path / "plan.city.json"), crs=CRS)
    assert [(o.id, o.height_m, o.use) for o in plan.objects] == [
        ("B-tower", 60.0, "residential"),
        ("B-podium", 10.0, "residential"),
    ]
    assert [o.residents for o in plan.objects] == [300.0, 100.0]  # 6000 to 2000 m3
    assert str(plan.objects[0].start) == "2027-01-01"


def test_other_types(tmp_path: Path) -> None:
    city = City()
    city.add("Z", "LandUse", [city.box(0, 0, 50, 50, 0, 1)[0]], attributes={"function": "school"})
    city.add("R", "Road", [city.box(0, 50, 50, 5, 0, 1)[0]])
    city.add("T", "SolitaryVegetationObject", city.box(5, 5, 1, 1, 0, 8))
    plan = read_plan(city.save(tmp_path / "plan.json"), crs=CRS)  # CityJSON without its double suffix
    assert [(o.kind, o.id, o.use) for o in plan.objects] == [("zone", "Z", "school"), ("road", "R", None)]
    assert [a.value for a in plan.set_aside] == ["SolitaryVegetationObject: 1 features"]


def test_without_a_system_it_is_a_local_frame(tmp_path: Path) -> None:
    city = City()
    city.add("B1", "Building", city.box(0, 0, 10, 10, 0, 6))
    path = city.save(tmp_path / "plan.city.json", system=None)
    with pytest.raises(InputError, match=r"plan\.city\.json:Building: has no CRS"):
        read_plan(path, crs=CRS)
    assert read_plan(path, crs=CRS, source_crs=CRS).objects[0].geometry.area == pytest.approx(100.0)
    with pytest.raises(InputError, match=r"CRS '.*9999999' is not known"):
        read_plan(city.save(path, system="urn:ogc:def:crs:EPSG::9999999"), crs=CRS)


def test_a_vertex_that_is_not_there_is_named_with_the_object(tmp_path: Path) -> None:
    city = City()
    city.add("B1", "Building", [[[0, 1, 99]]])
    city.vertices = [[0, 0, 0], [1, 0, 0]]
    with pytest.raises(InputError, match=r"plan\.city\.json:Building:B1: geometry cannot be read"):
        read_plan(city.save(tmp_path / "plan.city.json"), crs=CRS)


@pytest.mark.parametrize(
    "text", ['{"type": "CityJSON"}', '{"type": "CityJSON", "CityObjects": {}}', '{"type": "CityJSON", ']
)
def test_json_that_is_no_city(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.city.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"is not CityJSON|no city object|is not JSON"):
        read_plan(path, crs=CRS)
