"""Planned buildings in building models: outline, height, storeys, place on the map."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import shapely

from aqdaq.base.errors import InputError
from aqdaq.io.plan_document import read_plan
from aqdaq.io.plan_mapping import PlanMapping

pytest.importorskip("ifcopenshell")

CRS = "EPSG:32643"
X, Y = 652_000.0, 4_782_000.0


class Model:
    """A model of IFC 4 with one building; lengths in the unit of the model."""

    def __init__(self, *, milli: bool = False, height_of_zero: float = 0.0) -> None:
        import ifcopenshell
        import ifcopenshell.guid

        self.file = ifcopenshell.file(schema="IFC4")
        self.scale = 1000.0 if milli else 1.0
        make = self.file.create_entity
        self.guid = ifcopenshell.guid.compress
        metre = make("IfcSIUnit", UnitType="LENGTHUNIT", Name="METRE", Prefix="MILLI" if milli else None)
        self.context = make(
            "IfcGeometricRepresentationContext",
            ContextType="Model",
            CoordinateSpaceDimension=3,
            Precision=1e-5,
            WorldCoordinateSystem=self.axes(0, 0, 0),
        )
        self.project = make(
            "IfcProject",
            GlobalId=self.id(1),
            Name="Model",
            RepresentationContexts=[self.context],
            UnitsInContext=make("IfcUnitAssignment", Units=[metre]),
        )
        zero = make("IfcLocalPlacement", RelativePlacement=self.axes(0, 0, height_of_zero))
        self.building = make("IfcBuilding", GlobalId=self.id(2), Name="House 7", ObjectPlacement=zero)
        make("IfcRelAggregates", GlobalId=self.id(3), RelatingObject=self.project, RelatedObjects=[self.building])
        self.number = 10

    def id(self, number: int) -> str:
        return str(self.guid(f"{number:032x}"))

    def point(self, *places: float) -> Any:
        return self.file.create_entity("IfcCartesianPoint", Coordinates=[float(p) * self.scale for p in places])

    def axes(self, x: float, y: float, z: float) -> Any:
        return self.file.create_entity("IfcAxis2Placement3D", Location=self.point(x, y, z))

    def storeys(self, *elevations: float) -> None:
        made = []
        for z in elevations:
            self.number += 1
            made.append(
                self.file.create_entity("IfcBuildingStorey", GlobalId=self.id(self.number), Elevation=z * self.scale)
            )
        self.number += 1
        self.file.create_entity(
            "IfcRelAggregates", GlobalId=self.id(self.number), RelatingObject=self.building, RelatedObjects=made
        )

    def add(self, kind: str, west: float, south: float, wide: float, deep: float, low: float, high: float) -> None:
        """Add a box."""
        make = self.file.create_entity
        corners = [
            (west, south),
            (west + wide, south),
            (west + wide, south + deep),
            (west, south + deep),
            (west, south),
        ]
        line = make("IfcPolyline", Points=[self.point(*c) for c in corners])
        solid = make(
            "IfcExtrudedAreaSolid",
            SweptArea=make("IfcArbitraryClosedProfileDef", ProfileType="AREA", OuterCurve=line),
            Position=self.axes(0, 0, low),
            ExtrudedDirection=make("IfcDirection", DirectionRatios=[0.0, 0.0, 1.0]),
            Depth=(high - low) * self.scale,
        )
        shape = make(
            "IfcShapeRepresentation",
            ContextOfItems=self.context,
            RepresentationIdentifier="Body",
            RepresentationType="SweptSolid",
            Items=[solid],
        )
        self.number += 2
        element = make(
            kind,
            GlobalId=self.id(self.number),
            ObjectPlacement=make("IfcLocalPlacement", RelativePlacement=self.axes(0, 0, 0)),
            Representation=make("IfcProductDefinitionShape", Representations=[shape]),
        )
        make(
            "IfcRelContainedInSpatialStructure",
            GlobalId=self.id(self.number + 1),
            RelatingStructure=self.building,
            RelatedElements=[element],
        )

    def on_the_map(
        self, name: str = CRS, scale: float | None = None, abscissa: float = 1.0, ordinate: float = 0.0
    ) -> None:
        make = self.file.create_entity
        make(
            "IfcMapConversion",
            SourceCRS=self.context,
            TargetCRS=make("IfcProjectedCRS", Name=name),
            Eastings=X,
            Northings=Y,
            OrthogonalHeight=700.0,
            XAxisAbscissa=abscissa,
            XAxisOrdinate=ordinate,
            Scale=scale,
        )

    def save(self, path: Path) -> Path:
        self.file.write(str(path))
        return path


def house(*, milli: bool = False) -> Model:
    """Two slabs of 20 m by 10 m, 0 m to 9.3 m above ground, a cellar below, a table beside the house."""
    model = Model(milli=milli)
    model.storeys(-3.0, 0.0, 3.0, 6.0, 9.0)
    model.add("IfcSlab", 0, 0, 20, 10, -3.3, -3.0)
    model.add("IfcSlab", 0, 0, 20, 10, 9.0, 9.3)
    model.add("IfcWall", 0, 0, 20, 0.3, 0.0, 9.0)
    model.add("IfcFurniture", 50, 50, 1, 1, 0.0, 30.0)
    return model


def test_outline_height_and_storeys(tmp_path: Path) -> None:
    model = house()
    model.on_the_map()
    plan = read_plan(model.save(tmp_path / "plan.ifc"), crs=CRS)
    found = plan.objects[0]
    assert (found.kind, found.id, found.name) == ("building", model.building.GlobalId, "House 7")
    assert shapely.hausdorff_distance(found.geometry, shapely.box(X, Y, X + 20, Y + 10)) < 1e-3
    assert (found.height_m, found.floors) == (9.3, 3)  # without the cellar, and without the roof's level
    assert found.where == f"plan.ifc:IfcBuilding:{found.id}"
    assert any("outline and height taken from 3 elements" in note for note in plan.notes)


@pytest.mark.parametrize("scale", [0.001, None, 1.0])
def test_a_model_in_millimetres_with_and_without_its_scale(tmp_path: Path, scale: float | None) -> None:
    model = house(milli=True)
    model.on_the_map(scale=scale)
    found = read_plan(model.save(tmp_path / "plan.ifc"), crs=CRS).objects[0]
    assert shapely.hausdorff_distance(found.geometry, shapely.box(X, Y, X + 20, Y + 10)) < 1e-3
    assert found.height_m == pytest.approx(9.3)


def test_a_model_that_is_turned(tmp_path: Path) -> None:
    model = house()
    model.on_the_map(abscissa=0.0, ordinate=1.0)  # its x axis points north
    found = read_plan(model.save(tmp_path / "plan.ifc"), crs=CRS).objects[0]
    assert found.geometry.bounds == pytest.approx((X - 10, Y, X, Y + 20), abs=1e-3)


def test_a_model_without_a_place_is_a_local_frame(tmp_path: Path) -> None:
    path = house().save(tmp_path / "plan.ifc")
    with pytest.raises(
        InputError, match=r"plan\.ifc:IfcBuilding: has no CRS: its coordinates are those of a local frame"
    ):
        read_plan(path, crs=CRS)
    points = ((0.0, 0.0, X, Y), (20.0, 0.0, X + 20.0, Y))
    found = read_plan(path, crs=CRS, mapping=PlanMapping(control_points=points)).objects[0]
    assert found.geometry.bounds == pytest.approx((X, Y, X + 20, Y + 10), abs=1e-3)
    model = house()
    model.on_the_map("Site grid")
    with pytest.raises(InputError, match="IfcProjectedCRS 'Site grid' is not known"):
        read_plan(model.save(path), crs=CRS)


def test_the_terrain_moves_the_ground(tmp_path: Path) -> None:
    model = house()
    model.building.ElevationOfRefHeight, model.building.ElevationOfTerrain = 700.0, 698.5
    model.on_the_map()
    assert read_plan(model.save(tmp_path / "plan.ifc"), crs=CRS).objects[0].height_m == pytest.approx(10.8)


def test_spaces_stand_in_for_elements_and_properties_are_columns(tmp_path: Path) -> None:
    model = Model()
    model.add("IfcSpace", 0, 0, 10, 10, 0, 45)
    make = model.file.create_entity
    values = {
        "NumberOfStoreys": make("IfcInteger", 15),
        "residents": make("IfcReal", 300.0),
        "start": make("IfcLabel", "2027"),
    }
    properties = [make("IfcPropertySingleValue", Name=n, NominalValue=v) for n, v in values.items()]
    defined = make("IfcPropertySet", GlobalId=model.id(90), Name="Pset_BuildingCommon", HasProperties=properties)
    make(
        "IfcRelDefinesByProperties",
        GlobalId=model.id(91),
        RelatedObjects=[model.building],
        RelatingPropertyDefinition=defined,
    )
    model.on_the_map()
    found = read_plan(model.save(tmp_path / "plan.ifc"), crs=CRS).objects[0]
    assert (found.floors, found.residents, str(found.start), found.height_m) == (15, 300.0, "2027-01-01", 45.0)


def test_a_building_without_shape_is_set_aside(tmp_path: Path) -> None:
    model = Model()
    model.on_the_map()
    plan = read_plan(model.save(tmp_path / "plan.ifc"), crs=CRS)
    assert (plan.objects, [a.reason for a in plan.set_aside]) == ((), ["has no geometry"])


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = house().save(tmp_path / "plan.ifc")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"IFC needs ifcopenshell, which is not installed -> install aqdaq\[ifc\]"):
        read_plan(path, crs=CRS)


def test_what_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "plan.ifc"
    path.write_text("no model")
    with pytest.raises(InputError, match="is not IFC"):
        read_plan(path, crs=CRS)
