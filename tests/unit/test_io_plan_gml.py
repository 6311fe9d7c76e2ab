"""Plans in GML: classes of INSPIRE and XPlanGML, geometry with arcs, order of axes, and XML that is refused."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import shapely
from pyproj import Transformer

from aqdaq.base.errors import InputError
from aqdaq.io.gml_geometry import crs_of_name, geometry_of, inherit_dimension
from aqdaq.io.plan_document import read_plan
from aqdaq.io.plan_mapping import PlanMapping
from aqdaq.io.safe_xml import read_xml

CRS = "EPSG:25832"
GML = 'xmlns:gml="http://www.opengis.net/gml/3.2"'
SQUARE = "0 0 100 0 100 50 0 50 0 0"


def polygon(places: str, srs_name: str | None = None) -> str:
    said = f' srsName="{srs_name}"' if srs_name else ""
    ring = f"<gml:LinearRing><gml:posList>{places}</gml:posList></gml:LinearRing>"
    return f"<gml:Polygon{said}><gml:exterior>{ring}</gml:exterior></gml:Polygon>"


def moved(places: str, x: float = 567_000.0, y: float = 5_937_000.0) -> str:
    return " ".join(repr(float(n) + (y if i % 2 else x)) for i, n in enumerate(places.split()))


def xplan(path: Path, *features: str, srs_name: str = CRS) -> Path:
    members = "".join(f"<gml:featureMember>{f}</gml:featureMember>" for f in features)
    path.write_text(
        f'<?xml version="1.0" encoding="utf-8"?><xplan:XPlanAuszug {GML} xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'xmlns:xplan="http://www.xplanung.de/xplangml/5/4"><gml:boundedBy><gml:Envelope srsName="{srs_name}">'
        f"<gml:lowerCorner>0 0</gml:lowerCorner></gml:Envelope></gml:boundedBy>{members}</xplan:XPlanAuszug>",
        encoding="utf-8",
    )
    return path


def feature(tag: str, name: str, inner: str = "", place: str = SQUARE, holder: str = "position") -> str:
    shape = f"<xplan:{holder}>{polygon(moved(place))}</xplan:{holder}>" if place else ""
    return f'<xplan:{tag} gml:id="{name}">{inner}{shape}</xplan:{tag}>'


# XPlanGML.


def test_classes_of_a_bebauungsplan(tmp_path: Path) -> None:
    height = (
        "<xplan:hoehenangabe><xplan:XP_Hoehenangabe><xplan:hoehenbezug>{}</xplan:hoehenbezug>"
        '<xplan:bezugspunkt>6000</xplan:bezugspunkt><xplan:hMax uom="m">18.5</xplan:hMax>'
        "</xplan:XP_Hoehenangabe></xplan:hoehenangabe>"
    )
    purpose = "<xplan:zweckbestimmung>{}</xplan:zweckbestimmung>"
    path = xplan(
        tmp_path / "plan.gml",
        feature("BP_Plan", "P", "<xplan:name>Am Hang</xplan:name>", holder="raeumlicherGeltungsbereich"),
        feature("BP_BaugebietsTeilFlaeche", "Z1", "<xplan:allgArtDerBaulNutzung>1000</xplan:allgArtDerBaulNutzung>"),
        feature("BP_UeberbaubareGrundstuecksFlaeche", "K1", "<xplan:Z>5</xplan:Z>" + height.format("2000")),
        feature("BP_UeberbaubareGrundstuecksFlaeche", "K2", height.format("1000")),
        feature("BP_StrassenVerkehrsFlaeche", "S1"),
        feature("BP_VerEntsorgung", "V1", purpose.format("10001")),
        feature("BP_VerEntsorgung", "V2", purpose.format("26002")),
        feature("BP_VerEntsorgung", "V3", purpose.format("16001")),
        feature("BP_StrassenbegrenzungsLinie", "L1"),
        feature("XP_Nutzungsschablone", "N1"),
    )
    plan = read_plan(path, crs=CRS)
    assert [(o.kind, o.id) for o in plan.objects] == [
        ("boundary", "P"), ("zone", "Z1"), ("block", "K1"), ("block", "K2"), ("road", "S1"), ("power", "V1"),
        ("duct", "V2"),
    ]  # fmt: skip
    assert (plan.objects[0].name, plan.objects[1].use) == ("Am Hang", "residential")
    assert (plan.objects[2].floors, plan.objects[2].height_m) == (5, 18.5)
    assert plan.objects[3].height_m is None  # above the sea: says nothing of the height above ground
    assert plan.objects[0].geometry.bounds == (567_000.0, 5_937_000.0, 567_100.0, 5_937_050.0)
    assert plan.objects[2].where == "plan.gml:BP_UeberbaubareGrundstuecksFlaeche:K1"
    assert [(a.reason, a.value) for a in plan.set_aside] == [
        ("kind is not known", "BP_VerEntsorgung:V3 zweckbestimmung 16001"),
        ("layer is not part of the plan", "BP_StrassenbegrenzungsLinie: 1 features"),
        ("layer is not part of the plan", "XP_Nutzungsschablone: 1 features"),
    ]


def test_purposes_inside_a_complex_element_are_found(tmp_path: Path) -> None:
    inner = (
        "<xplan:zweckbestimmung><xplan:BP_KomplexeZweckbestVerEntsorgung><xplan:allgemein>1000</xplan:allgemein>"
        "</xplan:BP_KomplexeZweckbestVerEntsorgung></xplan:zweckbestimmung>"
    )
    path = xplan(tmp_path / "plan.gml", feature("FP_VerEntsorgung", "V", inner))
    assert [o.kind for o in read_plan(path, crs=CRS).objects] == ["power"]


def test_a_mapping_makes_buildings_of_building_areas(tmp_path: Path) -> None:
    path = xplan(tmp_path / "plan.gml", feature("BP_UeberbaubareGrundstuecksFlaeche", "K1", "<xplan:Z>5</xplan:Z>"))
    found = read_plan(path, crs=CRS, layers={"BP_UeberbaubareGrundstuecksFlaeche": "building"}).objects[0]
    assert (found.kind, found.height_m, found.assumed) == ("building", 15.0, {"height_m"})


# INSPIRE.


def test_classes_of_planned_land_use(tmp_path: Path) -> None:
    lat_lon = "50.0 10.0 50.0 10.001 50.001 10.001 50.0 10.0"
    srs = "http://www.opengis.net/def/crs/EPSG/0/4258"
    base = 'xmlns:plu="http://inspire.ec.europa.eu/schemas/plu/4.0" xmlns:base="http://inspire.ec.europa.eu/schemas/base/3.3"'
    ident = "<plu:inspireId><base:Identifier><base:localId>{}</base:localId></base:Identifier></plu:inspireId>"
    use = '<plu:hilucsLandUse xlink:href="http://inspire.ec.europa.eu/codelist/HILUCSValue/{}"/>'
    path = tmp_path / "plu.gml"
    path.write_text(
        f'<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" {GML} {base} '
        'xmlns:xlink="http://www.w3.org/1999/xlink"><wfs:member><wfs:FeatureCollection>'
        f'<wfs:member><plu:SpatialPlan gml:id="a">{ident.format("SP1")}<plu:officialTitle>Plan 7</plu:officialTitle>'
        f"<plu:extent>{polygon(lat_lon, srs)}</plu:extent></plu:SpatialPlan></wfs:member>"
        f'<wfs:member><plu:ZoningElement gml:id="b">{ident.format("ZE1")}{use.format("5_1_PermanentResidentialUse")}'
        f"<plu:geometry>{polygon(lat_lon, srs)}</plu:geometry></plu:ZoningElement></wfs:member>"
        "</wfs:FeatureCollection></wfs:member></wfs:FeatureCollection>"
    )
    plan = read_plan(path, crs="EPSG:32632")
    assert [(o.kind, o.id, o.name, o.use) for o in plan.objects] == [
        ("boundary", "SP1", "Plan 7", None),
        ("zone", "ZE1", None, "residential"),
    ]
    x, y = Transformer.from_crs("EPSG:4258", "EPSG:32632", always_xy=True).transform(10.0, 50.0)
    assert plan.objects[0].geometry.bounds[:2] == pytest.approx((x, y), abs=2.0)
    assert plan.notes == ()


@pytest.mark.parametrize(
    ("name", "code", "y_first"),
    [
        ("EPSG:25832", 25832, False),
        ("urn:ogc:def:crs:EPSG::25832", 25832, False),  # its axes are east, north
        ("urn:ogc:def:crs:EPSG::4326", 4326, True),
        ("EPSG:4326", 4326, False),
        ("http://www.opengis.net/def/crs/EPSG/0/31467", 31467, True),  # Gauss-Krueger: north first
        ("EPSG:31467", 31467, False),
        ("urn:adv:crs:ETRS89_UTM33", 25833, False),
        ("urn:adv:crs:DE_DHDN_3GK3", 31467, False),
    ],
)
def test_systems_and_their_axes(name: str, code: int, y_first: bool) -> None:
    crs, first = crs_of_name(name)
    assert (crs.to_epsg(), first) == (code, y_first)


def test_axes_that_cannot_be_are_exchanged_and_said(tmp_path: Path) -> None:
    east_first = moved(SQUARE, 3_567_000.0, 5_537_000.0)
    shape = polygon(east_first, "http://www.opengis.net/def/crs/EPSG/0/31467")  # which has north first
    path = tmp_path / "plan.gml"
    inner = f'<a:zone gml:id="z"><a:geometry>{shape}</a:geometry></a:zone>'
    path.write_text(f'<a:C xmlns:a="urn:a" {GML}><gml:featureMember>{inner}</gml:featureMember></a:C>')
    plan = read_plan(path, crs="EPSG:31467")
    assert plan.objects[0].geometry.bounds[0] == pytest.approx(3_567_000.0)
    assert "only with the axes exchanged" in plan.notes[0]


# Geometry.


def shape_of(tmp_path: Path, text: str) -> shapely.Geometry:
    path = tmp_path / "shape.gml"
    path.write_text(text.replace(">", f" {GML}>", 1) if "xmlns:gml" not in text else text)
    node = read_xml(path)
    inherit_dimension(node)
    return geometry_of(node)


def test_a_polygon_with_a_hole_and_three_coordinates(tmp_path: Path) -> None:
    ring = "<gml:LinearRing><gml:posList>{}</gml:posList></gml:LinearRing>"
    text = (
        '<gml:MultiSurface srsDimension="3"><gml:surfaceMember><gml:Polygon>'
        f"<gml:exterior>{ring.format('0 0 5 10 0 5 10 10 5 0 10 5 0 0 5')}</gml:exterior>"
        f"<gml:interior>{ring.format('2 2 5 4 2 5 4 4 5 2 4 5 2 2 5')}</gml:interior>"
        "</gml:Polygon></gml:surfaceMember></gml:MultiSurface>"
    )
    assert shape_of(tmp_path, text).area == 96.0


def test_arcs_and_circles(tmp_path: Path) -> None:
    half = (
        "<gml:Curve><gml:segments><gml:Arc><gml:posList>0 0 5 5 10 0</gml:posList></gml:Arc></gml:segments></gml:Curve>"
    )
    for places, side in (("0 0 5 5 10 0", 1), ("10 0 5 5 0 0", 1), ("0 0 5 -5 10 0", -1), ("10 0 5 -5 0 0", -1)):
        arc = shape_of(tmp_path, half.replace("0 0 5 5 10 0", places))
        assert arc.length == pytest.approx(math.pi * 5.0, rel=1e-3)
        assert side * arc.interpolate(0.5, normalized=True).y == pytest.approx(5.0)
    ring = (
        "<gml:Surface><gml:patches><gml:PolygonPatch><gml:exterior><gml:Ring><gml:curveMember><gml:Curve><gml:segments>"
        "<gml:Circle><gml:posList>5 0 0 5 4 -3</gml:posList></gml:Circle>"
        "</gml:segments></gml:Curve></gml:curveMember></gml:Ring></gml:exterior></gml:PolygonPatch></gml:patches></gml:Surface>"
    )
    assert shape_of(tmp_path, ring).area == pytest.approx(math.pi * 25.0, rel=2e-3)


def test_gml_2(tmp_path: Path) -> None:
    text = (
        "<gml:Polygon><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>0,0 4,0 4,3 0,0</gml:coordinates>"
        "</gml:LinearRing></gml:outerBoundaryIs></gml:Polygon>"
    )
    assert shape_of(tmp_path, text).area == 6.0
    assert shape_of(tmp_path, "<gml:Point><gml:pos>3 4</gml:pos></gml:Point>").coords[0] == (3.0, 4.0)


def test_what_cannot_be_read_is_named_with_the_object(tmp_path: Path) -> None:
    path = xplan(tmp_path / "plan.gml", feature("BP_Plan", "P1", place="0 0 1 1"), feature("BP_Plan", "P2"))
    path.write_text(path.read_text().replace("567100.0", "east"))
    with pytest.raises(InputError) as err:
        read_plan(path, crs=CRS)
    assert [str(f) for f in err.value.faults] == [
        "plan.gml:BP_Plan:P1: geometry: a ring of less than three points -> export it anew",
        "plan.gml:BP_Plan:P2: geometry: could not convert string to float: 'east' -> export it anew",
    ]


def test_no_system_is_a_local_frame(tmp_path: Path) -> None:
    path = tmp_path / "plan.gml"
    inner = f'<a:zone gml:id="z"><a:geometry>{polygon(SQUARE)}</a:geometry></a:zone>'
    path.write_text(f'<a:C xmlns:a="urn:a" {GML}><gml:featureMember>{inner}</gml:featureMember></a:C>')
    with pytest.raises(InputError, match=r"plan\.gml:zone: has no CRS"):
        read_plan(path, crs=CRS)
    assert read_plan(path, crs=CRS, source_crs=CRS).objects[0].geometry.area == 5000.0
    with pytest.raises(InputError, match="srsName 'EPSG:1' is not known"):
        read_plan(xplan(path, feature("BP_Plan", "P"), srs_name="EPSG:1"), crs=CRS, mapping=PlanMapping())


# XML from strangers.


def test_entities_are_refused_before_they_unfold(tmp_path: Path) -> None:
    path = tmp_path / "plan.gml"
    path.write_text('<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;">]><a>&z;</a>')
    with pytest.raises(InputError, match="declares a document type or entities"):
        read_plan(path, crs=CRS)
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    path.write_text(f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>')
    with pytest.raises(InputError, match="declares a document type"):
        read_plan(path, crs=CRS)


@pytest.mark.parametrize("text", ["<a>", "no xml", "<a/>", "<a>" * 300 + "</a>" * 300, "<a>&x;</a>"])
def test_xml_that_is_no_plan(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.gml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"not well-formed|no feature|nests more"):
        read_plan(path, crs=CRS)
