"""What cannot be true of a map is refused, with what it is and how to mend it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from aqdaq.base.errors import InputError
from aqdaq.io.buildings import NO_AREA, BuildingsRead
from aqdaq.model.body import EARTH, MOON
from aqdaq.model.building import Building
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import SetAside
from aqdaq.model.project import ProjectConfig
from aqdaq.pipeline.plausible import checked_grid, checked_ground, notes_on_places

UTM = Grid("EPSG:32643", 650_000.0, 4_786_000.0, 20.0, 50, 50)
CONFIG = ProjectConfig.model_validate(
    {
        "project": {"name": "p"},
        "grid": {"crs": "EPSG:32643", "resolution_m": 20.0},
        "network": {"cells": "cells.csv"},
        "service": {"definitions": ["kz-4g-outdoor"]},
        "prediction": {"radius_m": 1000.0, "profile_step_m": 20.0},
        "buildings": [{"file": "houses.gpkg"}],
        "districts": {"file": "districts.geojson"},
    }
)


def house(x: float, y: float) -> Building:
    return Building(f"{x}-{y}", box(x, y, x + 20, y + 20), 9.0)


def test_utm_metres_are_metres_and_mercator_metres_are_not() -> None:
    assert checked_grid(UTM, EARTH) is UTM
    mercator = Grid("EPSG:3857", 8_560_000.0, 5_350_000.0, 20.0, 50, 50)
    with pytest.raises(InputError, match=r"1 m on the ground 1\.3\d+ m.*UTM"):
        checked_grid(mercator, EARTH)


def test_a_polar_grid_of_the_moon_is_taken() -> None:
    polar = (
        'PROJCS["Moon_South_Pole",GEOGCS["Moon",DATUM["D",SPHEROID["S",1737400,0]],PRIMEM["Reference",0],'
        'UNIT["degree",0.0174532925199433]],PROJECTION["Polar_Stereographic"],PARAMETER["latitude_of_origin",-90],'
        'PARAMETER["central_meridian",0],PARAMETER["false_easting",0],PARAMETER["false_northing",0],'
        'UNIT["metre",1],AXIS["Easting",NORTH],AXIS["Northing",NORTH]]'
    )
    grid = Grid(polar, 10_000.0, 10_000.0, 5.0, 100, 100)
    assert checked_grid(grid, MOON) is grid


def test_more_pixels_than_can_be_computed() -> None:
    with pytest.raises(InputError, match="resolution_m"):
        checked_grid(Grid("EPSG:32643", 650_000.0, 4_786_000.0, 0.01, 100_000, 100_000), EARTH)


@pytest.mark.parametrize("hole", [-32768.0, -9999.0, 65535.0])
def test_an_undeclared_hole_is_no_ground(hole: float) -> None:
    ground = np.full((4, 4), 700.0, dtype=np.float32)
    assert checked_ground(ground, EARTH) is ground
    ground[1, 1] = hole
    with pytest.raises(InputError, match=rf"1 pixels lie outside.*{hole:g} m.*nodata"):
        checked_ground(ground, EARTH)


def test_a_declared_hole_and_a_deep_crater_are_fine() -> None:
    ground = np.full((4, 4), np.nan, dtype=np.float32)
    ground[0, 0] = -8878.5
    assert checked_ground(ground, MOON) is ground


def test_off_the_map_is_counted_and_all_off_it_is_a_fault() -> None:
    inside, outside = house(650_100, 4_785_500), house(0, 0)
    districts = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(*UTM.bounds_m)], crs=UTM.crs)
    read = BuildingsRead((inside, outside), (), 0, 0)
    assert notes_on_places(CONFIG, [read], districts, UTM) == (
        "houses.gpkg: 1 of 2 buildings lie off the map and are left out",
    )
    with pytest.raises(InputError, match=r"no building lies on the map.*swapped") as caught:
        notes_on_places(
            CONFIG, [BuildingsRead((outside,), (), 0, 0)], districts.translate(9e5).to_frame("geometry"), UTM
        )
    assert [fault.where for fault in caught.value.faults] == ["houses.gpkg", "districts.geojson"]


def test_points_given_as_buildings_are_too_many_bad_rows() -> None:
    aside = (SetAside("houses.gpkg", 2, NO_AREA, "Point"),) * 3
    with pytest.raises(InputError, match=r"3 features \(75%\) are no areas"):
        notes_on_places(CONFIG, [BuildingsRead((house(650_100, 4_785_500),), aside, 0, 0)], None, UTM)
