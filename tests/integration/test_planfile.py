"""``aqdaq planfile check``: plans in three formats, with a project and without, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import pytest
from shapely import LineString, Point, Polygon, box

from tests.conftest import Command
from tests.tiny_project import CRS, DATE, X_MIN, Y_MIN, edit_text
from tests.unit.test_io_plan_gml import feature, xplan

RULES = """\
id = "own"
kind = "plan-rules"
title = "Rules of the test"
valid_from = 2020-01-01
source = "the test"
verified = false
"""

RULE = """
[[figures.rules]]
id = "{check}"
check = "{check}"
title = "{check}"
clause = "1"
source = "the test"
verified = false
figures = {figures}
"""


def rulebook(folder: Path, **checks: str) -> Path:
    path = folder / "own.toml"
    body = "".join(RULE.format(check=check, figures=figures) for check, figures in checks.items())
    path.write_text(RULES + body, encoding="utf-8")
    return path


def at(west: float, south: float, wide: float, high: float) -> Polygon:
    return box(X_MIN + west, Y_MIN + south, X_MIN + west + wide, Y_MIN + south + high)


def gpkg(path: Path, **layers: list[dict[str, Any]]) -> Path:
    for name, rows in layers.items():
        frame = gpd.GeoDataFrame([{k: v for k, v in row.items() if k != "at"} for row in rows],
                                 geometry=[row["at"] for row in rows], crs=CRS)  # fmt: skip
        frame.to_file(path, layer=name, driver="GPKG")
    return path


def small_plan(folder: Path) -> Path:
    """A boundary of 12 hectares with one site, a road, a duct and a house."""
    return gpkg(
        folder / "plan.gpkg",
        boundary=[{"id": "B", "at": at(300, 300, 400, 300)}],
        reserved_sites=[{"id": "S", "height_m": 20.0, "at": Point(X_MIN + 350, Y_MIN + 350)}],
        roads=[{"id": "R", "at": LineString([(X_MIN + 300, Y_MIN + 340), (X_MIN + 700, Y_MIN + 340)])}],
        ducts=[{"id": "D", "at": LineString([(X_MIN + 300, Y_MIN + 400), (X_MIN + 700, Y_MIN + 400)])}],
        buildings=[{"id": "H", "height_m": 9.0, "floors": 3, "use": "residential", "at": at(560, 420, 40, 40)}],
    )


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return small_plan(tmp_path)


def verdicts(found: dict[str, Any]) -> dict[str, str]:
    return {rule["id"]: rule["verdict"] for rule in found["rules"]}


def test_a_geopackage_is_judged_and_stated(aqdaq: Command, tmp_path: Path, plan: Path) -> None:
    rules = rulebook(tmp_path, reserved_sites="{ hectares_per_site = 4.0 }", access="{ duct_m = 60.0, road_m = 10.0 }",
                     lamps="{ powered = true }")  # fmt: skip
    out = tmp_path / "out"
    said = aqdaq("planfile", "check", plan, "--rules", rules, "--date", DATE, "--out", out, "--json")
    assert said.code == 0
    assert verdicts(said.json) == {"reserved_sites": "fail", "access": "pass", "lamps": "unknown"}
    assert said.json["verdict"] == "fail"
    assert {f["value"] for f in said.json["findings"] if f["rule"] == "access"} == {50.0, 10.0}
    assert [f["missing"] for f in said.json["findings"] if f["rule"] == "lamps"] == [["layer lamp"]]
    assert said.json["proposal"]["now_pass"] == ["reserved_sites"]
    assert len(said.json["proposal"]["sites"]) == 2
    assert all(
        abs(s["y_m"] - Y_MIN - 340.0) <= 10.0 for s in said.json["proposal"]["sites"]
    )  # at most 10 m from the road
    assert sorted(path.name for path in out.iterdir()) == [
        "result.gpkg",
        "result.json",
        "statement.html",
        "statement.pdf",
    ]
    kept = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert kept == {key: value for key, value in said.json.items() if key not in {"ok", "files"}}


def test_the_same_plan_gives_the_same_bytes(aqdaq: Command, tmp_path: Path, plan: Path) -> None:
    for name in ("one", "two"):
        said = aqdaq(
            "planfile", "check", plan, "--rules", "international-practice", "--date", DATE, "--out", tmp_path / name
        )
        assert said.code == 0
        assert "verdict: unknown\n" in said.out
        assert "note: no project was given: existing buildings" in said.out
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_a_drawing_with_a_mapping(aqdaq: Command, tmp_path: Path) -> None:
    drawing = ezdxf.new(units=6)
    space = drawing.modelspace()
    space.add_lwpolyline([(0, 0), (400, 0), (400, 300), (0, 300)], close=True, dxfattribs={"layer": "G-BNDY"})
    space.add_point((50, 50), dxfattribs={"layer": "T-MAST"})
    space.add_line((0, 40), (400, 40), dxfattribs={"layer": "C-ROAD"})
    drawing.saveas(tmp_path / "plan.dxf")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        f'source_crs = "{CRS}"\ncontrol_points = [[0, 0, {X_MIN}, {Y_MIN}], [100, 0, {X_MIN + 100}, {Y_MIN}]]\n'
        '[layers]\n"G-BNDY" = "boundary"\n"T-MAST" = "reserved_site"\n"C-ROAD" = "road"\n',
        encoding="utf-8",
    )
    rules = rulebook(tmp_path, reserved_sites="{ hectares_per_site = 12.0 }", access="{ road_m = 10.0, power_m = 5.0 }")
    said = aqdaq("planfile", "check", tmp_path / "plan.dxf", "--mapping", mapping, "--rules", rules, "--date", DATE,
                 "--out", tmp_path / "out", "--json")  # fmt: skip
    assert said.code == 0, said.err
    assert said.json["plan"]["crs"] == CRS
    assert verdicts(said.json) == {"reserved_sites": "pass", "access": "unknown"}
    by_figure = {f["figure"]: f for f in said.json["findings"]}
    assert by_figure["road_distance"]["value"] == pytest.approx(10.0, abs=1e-6)
    assert by_figure["power_distance"]["missing"] == ["layer power"]


def test_a_plan_in_gml(aqdaq: Command, tmp_path: Path) -> None:
    big = "0 0 400 0 400 300 0 300 0 0"
    parts = [
        feature("BP_Plan", "P", holder="raeumlicherGeltungsbereich", place=big),
        feature("BP_UeberbaubareGrundstuecksFlaeche", "K", place=big),
        feature("BP_StrassenVerkehrsFlaeche", "R"),
    ]
    path = xplan(tmp_path / "plan.gml", *parts)
    rules = rulebook(
        tmp_path, reach='{ reach_m = 480.0, places = ["reserved_site"] }', reserved_sites="{ hectares_per_site = 20.0 }"
    )
    said = aqdaq("planfile", "check", path, "--rules", rules, "--date", DATE, "--out", tmp_path / "out", "--json")
    assert said.code == 0, said.err
    assert said.json["plan"]["crs"] == "EPSG:25832"
    assert verdicts(said.json) == {"reach": "unknown", "reserved_sites": "unknown"}
    assert said.json["rules"][0]["missing"] == ["layer reserved_site"]
    assert said.json["proposal"]["verdict"] == "pass"  # with a layer of reserved sites there is something to judge


def test_degrees_are_judged_in_their_utm_zone(aqdaq: Command, tmp_path: Path, plan: Path) -> None:
    frame = gpd.read_file(plan, layer="boundary").to_crs("EPSG:4326")
    frame.to_file(tmp_path / "boundary.geojson", driver="GeoJSON")
    rules = rulebook(tmp_path, reserved_sites="{ hectares_per_site = 100.0 }")
    said = aqdaq("planfile", "check", tmp_path / "boundary.geojson", "--rules", rules, "--date", DATE, "--out",
                 tmp_path / "out", "--json")  # fmt: skip
    assert said.code == 0, said.err
    assert said.json["plan"]["crs"] == "EPSG:32643"


def test_strict_says_by_its_exit_code_that_the_plan_does_not_pass(aqdaq: Command, tmp_path: Path, plan: Path) -> None:
    fails = rulebook(tmp_path, reserved_sites="{ hectares_per_site = 4.0 }")
    ask = ("planfile", "check", plan, "--date", DATE, "--out", tmp_path / "out", "--overwrite", "--strict", "--rules")
    assert aqdaq(*ask, fails).code == 1
    assert aqdaq(*ask, rulebook(tmp_path, lamps="{ powered = true }")).code == 1
    assert aqdaq(*ask, rulebook(tmp_path, access="{ road_m = 10.0 }")).code == 0


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"plan": "gone.gpkg"}, 3, "gone.gpkg"),
        ({"--rules": "no-such-rules"}, 3, "china-gb-51456"),
        ({"--rules": "broken.toml"}, 3, "check 'magic' is not known"),
        ({"--rules": "service.toml"}, 3, "of kind 'service'"),
        ({"--date": "1990-01-01", "--rules": "own.toml"}, 3, "not in force on 1990-01-01"),
        ({"--crs": "EPSG:4326"}, 3, "is geographic"),
        ({"--mapping": "gone.toml"}, 3, "gone.toml"),
        ({"--project": "gone"}, 3, "project.toml"),
        ({"--project": "gone", "--crs": "EPSG:32643"}, 2, "leave it out"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    aqdaq: Command, tmp_path: Path, plan: Path, change: dict[str, str], code: int, words: str
) -> None:
    rulebook(tmp_path, magic="{}").rename(tmp_path / "broken.toml")
    rulebook(tmp_path, access="{ road_m = 10.0 }")
    (tmp_path / "service.toml").write_text(RULES.replace("plan-rules", "service") + "[figures]\n", encoding="utf-8")
    asked = {"--rules": "own.toml", "--date": DATE, **{k: v for k, v in change.items() if k != "plan"}}
    for key in ("--rules", "--mapping", "--project"):
        if asked.get(key, "").endswith((".toml", "gone")):
            asked[key] = str(tmp_path / asked[key])
    words_of = [word for pair in asked.items() for word in pair]
    file = tmp_path / change.get("plan", plan.name)
    said = aqdaq("planfile", "check", file, "--out", tmp_path / "out", *words_of)
    assert said.code == code
    assert words in said.err
    assert not (tmp_path / "out").exists()


def test_a_crossing_outline_is_a_fault_with_its_id_unless_it_may_be_mended(aqdaq: Command, tmp_path: Path) -> None:
    x, y = X_MIN + 500, Y_MIN + 400
    bow = Polygon([(x, y), (x + 40, y + 40), (x + 40, y), (x, y + 40)])
    plan = gpkg(tmp_path / "plan.gpkg", buildings=[{"id": "bow", "height_m": 9.0, "floors": 3, "at": bow}])
    call = ("planfile", "check", plan, "--rules", "international-practice", "--date", DATE, "--out", tmp_path / "out")
    said = aqdaq(*call)
    assert said.code == 3
    assert "'bow': outline crosses itself" in said.err
    assert not (tmp_path / "out").exists()
    said = aqdaq(*call, "--mend-outlines")
    assert said.code == 0, said.err
    assert "outline crossed itself: mended (" in said.out
    assert "building 'bow' Self-intersection" in said.out


def test_files_are_not_replaced_without_being_asked(aqdaq: Command, tmp_path: Path, plan: Path) -> None:
    ask = ("planfile", "check", plan, "--rules", "kz-draft", "--date", DATE, "--out", tmp_path / "out")
    assert aqdaq(*ask).code == 0
    refused = aqdaq(*ask)
    assert refused.code == 2
    assert "--overwrite" in refused.err
    assert aqdaq(*ask, "--overwrite").code == 0


def test_rules_of_the_project_come_first(aqdaq: Command, tmp_path: Path, plan: Path, project: Path) -> None:
    folder = project / "data" / "rulebooks" / "plan-rules"
    folder.mkdir(parents=True)
    rulebook(folder, access="{ road_m = 9.0 }")
    edit_text(folder / "own.toml", lambda text: text.replace('id = "own"', 'id = "kz-draft"'))
    said = aqdaq("planfile", "check", plan, "--rules", "kz-draft", "--project", project, "--date", DATE, "--out",
                 tmp_path / "out", "--json")  # fmt: skip
    assert said.code == 0, said.err
    assert verdicts(said.json) == {"access": "fail"}
    assert said.json["project"] == "Tiny town"


WALL = [{"id": "W", "height_m": 75.0, "floors": 25, "use": "residential", "start": "2027-01-01", "end": "2028-01-01"}]


def test_a_wall_before_a_site_takes_service_away_and_its_floors_are_judged(
    aqdaq: Command, tmp_path: Path, project: Path
) -> None:
    # Straight before A-1, which looks north from S1: what is behind it lies in its shadow.
    path = gpkg(
        tmp_path / "wall.gpkg",
        boundary=[{"id": "B", "at": at(100, 400, 900, 700)}],
        buildings=[{**WALL[0], "at": at(180, 560, 240, 20)}],
    )
    rules = rulebook(
        tmp_path,
        shadow="{ most_m2 = 0.0, most_people = 0.0 }",
        floors='{ phases = ["before", "after"], operators = "any" }',
        restriction="{ limit_w_m2 = 0.1 }",
    )
    ask = ("planfile", "check", path, "--rules", rules, "--project", project, "--date", DATE, "--json", "--out")
    said = aqdaq(*ask, tmp_path / "one")
    assert said.code == 0, said.err
    found = said.json["findings"]
    lost = {f["object"]: f for f in found if f["rule"] == "shadow"}
    assert set(lost) == {"S1", "S2"}
    assert lost["S1"]["figure"] == "people_lost"
    assert lost["S1"]["verdict"] == "unknown"  # somebody loses service, and the plan has no layer of reserved sites
    assert lost["S1"]["missing"] == ["layer reserved_site"]
    assert lost["S1"]["value"] > 0.0
    bands = [f["about"] for f in found if f["rule"] == "floors"]
    assert bands[0] == "before, floors 1-5, kz-4g-outdoor"
    assert len(bands) == 2 * 5
    assert [f["verdict"] for f in found if f["rule"] == "restriction"] == ["pass"]  # 25 W on two ports, 100 m away
    assert said.json["assumed"] == []
    again = aqdaq(*ask, tmp_path / "two")
    assert (tmp_path / "one" / "result.json").read_bytes() == (tmp_path / "two" / "result.json").read_bytes()
    assert again.json["verdict"] == said.json["verdict"]
