"""Measurements of the field: units and intervals by hand first, then every row that is not clear."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point, box

from aqdaq.base.errors import InputError
from aqdaq.engine.exposure.formulas import field_of_eirp_v_m, power_density_w_m2
from aqdaq.io.field_measurements import as_receptors, read_field_measurements
from aqdaq.model.field_measurement import UNITS, FieldMeasurements

HEAD = "id,time,x,y,z,instrument,kind,value,unit"


def table(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "field.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def one(folder: Path, value: float, unit: str, more: str = "", head: str = "") -> FieldMeasurements:
    row = f"a,2026-05-04T10:00,1,2,3,probe,broadband,{value!r},{unit}{more}"
    return read_field_measurements(table(folder, row, head=HEAD + head))


# --- what a value is


@pytest.mark.parametrize(
    ("value", "unit"), [(6.14, "e_v_m"), (0.1, "s_w_m2"), (100.0, "s_mw_m2"), (10.0, "s_uw_cm2"), (0.01, "s_mw_cm2")]
)
def test_a_tenth_of_a_watt_in_every_unit(value: float, unit: str, tmp_path: Path) -> None:
    assert one(tmp_path, value, unit).s_w_m2[0] == pytest.approx(0.1, rel=2e-4)
    assert len(UNITS) == 5


def test_fields_become_powers_as_in_the_engine(tmp_path: Path) -> None:
    field = float(field_of_eirp_v_m(1000.0, 50.0))
    assert one(tmp_path, field, "e_v_m").s_w_m2[0] == pytest.approx(float(power_density_w_m2(1000.0, 50.0)), rel=1e-12)


def interval(found: FieldMeasurements) -> tuple[float, float]:
    low, high = found.interval_w_m2
    return float(low[0]) / float(found.s_w_m2[0]), float(high[0]) / float(found.s_w_m2[0])


@pytest.mark.parametrize("unit", ["e_v_m", "s_w_m2", "s_uw_cm2"])
def test_decibels_are_those_of_the_power_whatever_the_unit(unit: str, tmp_path: Path) -> None:
    found = one(tmp_path, 2.0, unit, ",3", ",uncertainty_db")
    assert interval(found) == pytest.approx((10.0**-0.3, 10.0**0.3), rel=1e-12)


def test_per_cent_are_those_of_the_quantity_that_is_given(tmp_path: Path) -> None:
    field = one(tmp_path, 2.0, "e_v_m", ",20", ",uncertainty_percent")
    assert interval(field) == pytest.approx((0.64, 1.44), rel=1e-12)
    power = one(tmp_path, 2.0, "s_mw_m2", ",20", ",uncertainty_percent")
    assert interval(power) == pytest.approx((0.8, 1.2), rel=1e-12)
    wide = one(tmp_path, 2.0, "e_v_m", ",150", ",uncertainty_percent")
    assert interval(wide) == pytest.approx((0.0, 6.25), rel=1e-12)


def test_without_an_uncertainty_the_interval_is_unknown(tmp_path: Path) -> None:
    low, high = one(tmp_path, 2.0, "e_v_m").interval_w_m2
    assert np.isnan([low[0], high[0]]).all()


def test_below_detection_the_value_is_a_bound(tmp_path: Path) -> None:
    bare = one(tmp_path, 0.2, "e_v_m", ",yes", ",below_detection")
    assert bare.below_detection.tolist() == [True]
    assert interval(bare) == (0.0, 1.0)
    told = one(tmp_path, 0.2, "e_v_m", ",yes,3", ",below_detection,uncertainty_db")
    assert interval(told) == pytest.approx((0.0, 10.0**0.3))


# --- when, where, which frequencies


def test_a_protocol_with_both_kinds(tmp_path: Path) -> None:
    found = read_field_measurements(
        table(
            tmp_path,
            "w1,2026-05-04T10:00+05:00,76.9,43.2,1.5,NBM-550 / EF0392,Broadband,0.8,E_V_M,,0.1,6000,,before",
            "w1,2026-05-04,76.9,43.2,1.5,SRM-3006,selective,0.5,e_v_m,1815,,,no,",
            "w2,2026-07-01,76.9,43.2,1.5,SRM-3006,selective,0.4,e_v_m,,1805,1825,0,after",
            head="id,time,lon,lat,height_m,instrument,kind,value,unit,frequency_mhz,from_mhz,to_mhz,below_detection,phase",
        )
    )
    assert (found.geographic, found.above_ground, len(found)) == (True, True, 3)
    assert found.row.tolist() == [2, 3, 4]
    assert found.selective.tolist() == [False, True, True]
    np.testing.assert_array_equal(found.from_mhz, [0.1, 1815.0, 1805.0])
    np.testing.assert_array_equal(found.to_mhz, [6000.0, 1815.0, 1825.0])
    assert found.instrument[0] == "NBM-550 / EF0392"
    assert found.day == (dt.date(2026, 5, 4), dt.date(2026, 5, 4), dt.date(2026, 7, 1))
    assert found.phase == ("before", "", "after")
    receptors = as_receptors(found)
    assert (receptors.id, receptors.height_m.tolist(), receptors.above_ground) == (("w1", "w1", "w2"), [1.5] * 3, True)


def test_the_day_says_the_phase_where_the_file_is_silent(tmp_path: Path) -> None:
    head = HEAD.replace("unit", "unit,phase")
    rows = [f"a,{day},1,2,3,p,broadband,1,e_v_m,{phase}" for day, phase in (
        ("2026-05-31", ""), ("2026-06-01", ""), ("2026-06-02", "before"),
    )]  # fmt: skip
    found = read_field_measurements(table(tmp_path, *rows, head=head))
    assert found.phases(None) == ("", "", "before")
    assert found.phases(dt.date(2026, 6, 1)) == ("before", "after", "before")


def test_points_of_a_geopackage(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {
            "id": ["a", "b"], "time": ["2026-05-04", "2026-05-05"], "height_m": [1.5, 10.0], "instrument": ["p", "p"],
            "kind": ["broadband", "selective"], "value": [0.5, 0.25], "unit": ["e_v_m", "s_w_m2"],
            "frequency_mhz": [None, 1815.0], "uncertainty_db": [2.5, None],
        },
        geometry=[Point(652100, 4782300), Point(652200, 4782300)], crs="EPSG:32643",
    )  # fmt: skip
    frame.to_file(tmp_path / "field.gpkg", driver="GPKG")
    found = read_field_measurements(tmp_path / "field.gpkg")
    assert found.geographic
    assert found.place[0].tolist() == pytest.approx([76.8732, 43.1777], abs=2e-3)
    assert found.value.tolist() == [0.5, 0.25]
    assert found.row.tolist() == [1, 2]
    assert math.isnan(found.from_mhz[0])
    assert found.uncertainty_db[0] == 2.5
    frame.set_geometry([box(0, 0, 1, 1), Point(1, 1)], crs="EPSG:32643").to_file(tmp_path / "bad.gpkg", driver="GPKG")
    with pytest.raises(InputError, match=r"bad\.gpkg:1: is no point"):
        read_field_measurements(tmp_path / "bad.gpkg")
    frame.drop(columns="unit").to_file(tmp_path / "bare.gpkg", driver="GPKG")
    with pytest.raises(InputError, match="column 'unit' is missing"):
        read_field_measurements(tmp_path / "bare.gpkg")


# --- what is refused


GOOD = {
    "id": "a", "time": "2026-05-04", "x": "1", "y": "2", "z": "3", "instrument": "p", "kind": "broadband", "value": "1",
    "unit": "e_v_m", "frequency_mhz": "", "from_mhz": "", "to_mhz": "", "uncertainty_db": "",
    "uncertainty_percent": "", "below_detection": "", "phase": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"unit": ""}, "unit is missing -> the unit is never guessed"),
        ({"unit": "V/m"}, "unit 'V/m' is not known"),
        ({"unit": "e_vm"}, "did you mean 'e_v_m'"),
        ({"value": ""}, "value is missing -> below the detection limit"),
        ({"value": "0"}, "value is not above 0"),
        ({"value": "0.8 V"}, "value '0.8 V' is no number"),
        ({"kind": "selectiv"}, "did you mean 'selective'"),
        ({"kind": "selective"}, "a selective row without a frequency -> give frequency_mhz"),
        ({"kind": "selective", "frequency_mhz": "x"}, "frequency_mhz 'x' is no number"),
        ({"from_mhz": "100"}, "half of a range"),
        ({"from_mhz": "100", "to_mhz": "90"}, "is no range"),
        ({"from_mhz": "100", "to_mhz": "900", "frequency_mhz": "500"}, "a frequency and a range"),
        ({"uncertainty_db": "3", "uncertainty_percent": "20"}, "given twice"),
        ({"uncertainty_db": "-3"}, "uncertainty_db is impossible"),
        ({"uncertainty_percent": "0"}, "uncertainty_percent is not above 0"),
        ({"below_detection": "maybe"}, "below_detection 'maybe' is not known"),
        ({"phase": "during"}, "phase 'during' is not known"),
        ({"time": ""}, "time is missing"),
        ({"time": "04.05.2026"}, "time '04.05.2026' cannot be read"),
        ({"x": ""}, "x is missing"),
        ({"id": ""}, "id is empty"),
        ({"instrument": ""}, "instrument is empty"),
    ],
)
def test_a_row_that_is_not_clear_is_named_once(changes: dict[str, str], says: str, tmp_path: Path) -> None:
    rows = [",".join(row.values()) for row in (GOOD, {**GOOD, **changes})]
    with pytest.raises(InputError) as err:
        read_field_measurements(table(tmp_path, *rows, head=",".join(GOOD)))
    (fault,) = err.value.faults
    assert fault.where == "field.csv:3"
    assert says in str(fault)
    assert fault.mend


def test_all_faults_are_said_at_once_in_the_order_of_the_rows(tmp_path: Path) -> None:
    bad = [{**GOOD, "value": "x"}, {**GOOD, "unit": ""}, {**GOOD, "time": "", "phase": "x"}]
    with pytest.raises(InputError) as err:
        read_field_measurements(table(tmp_path, *(",".join(row.values()) for row in bad), head=",".join(GOOD)))
    assert [fault.where for fault in err.value.faults] == ["field.csv:2", "field.csv:3", "field.csv:4", "field.csv:4"]


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("id,time,x,y,z,instrument,kind,value", "column 'unit' is missing"),
        ("id,time,x,z,instrument,kind,value,unit", "no columns of a place"),
        ("id,time,x,y,lon,lat,z,instrument,kind,value,unit", "places are given twice"),
        ("id,time,x,y,instrument,kind,value,unit", "no column of a height"),
        ("id,time,x,y,z,height_m,instrument,kind,value,unit", "heights are given twice"),
    ],
)
def test_columns_that_are_not_clear(head: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says):
        read_field_measurements(table(tmp_path, ",".join("1" for _ in head.split(",")), head=head))


@pytest.mark.parametrize(("place", "says"), [("190,43,1", "beyond 180"), ("76,43,-1", "height_m is negative")])
def test_places_that_cannot_be(place: str, says: str, tmp_path: Path) -> None:
    head = "id,time,lon,lat,height_m,instrument,kind,value,unit"
    with pytest.raises(InputError, match=says):
        read_field_measurements(table(tmp_path, f"a,2026-05-04,{place},p,broadband,1,e_v_m", head=head))
