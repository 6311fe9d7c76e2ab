"""Site and cell tables: what is read, what is assumed, and every fault with its row."""

from __future__ import annotations

import datetime as dt
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.network import NetworkRead, read_network
from aqdaq.io.network_quantities import QUANTITIES
from aqdaq.model.network import Cell
from aqdaq.model.project import CELL_COLUMNS, NetworkSection

CRS = "EPSG:32643"
SITES = "id,lat,lon,structure,owners\nS1,43.20,76.90,rooftop,OA-1\nS2,43.21,76.92,mast,\n"
HEADER = "id,site,operator,technology,frequency_mhz,bandwidth_mhz,azimuth_deg,downtilt_deg,height_m,eirp_dbm\n"
A1 = "A1,S1,A,LTE,1815,20,0,4,30,60\n"
A2 = "A2,S2,A,LTE,1815,20,120,4,30,60\n"

needs_reference = pytest.mark.skipif(
    "AQDAQ_REFERENCE_DATA" not in os.environ, reason="AQDAQ_REFERENCE_DATA is not set: no reference data to read"
)


def section(**more: Any) -> NetworkSection:
    return NetworkSection.model_validate({"cells": "cells.csv", **more})


def read(tmp_path: Path, cells: str, sites: str | None = SITES, **more: Any) -> NetworkRead:
    (tmp_path / "cells.csv").write_text(cells, encoding="utf-8")
    if sites is not None:
        (tmp_path / "sites.csv").write_text(sites, encoding="utf-8")
        more["sites"] = "sites.csv"
    return read_network(section(**more), tmp_path, crs=CRS)


def faults(tmp_path: Path, cells: str, sites: str | None = SITES, **more: Any) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, cells, sites, **more)
    assert caught.value.exit_code == 3
    assert all(fault.where and fault.what for fault in caught.value.faults)
    return caught.value.faults


def only(tmp_path: Path, cells: str, sites: str | None = SITES, **more: Any) -> Fault:
    found = faults(tmp_path, cells, sites, **more)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


def test_two_tables(tmp_path: Path) -> None:
    got = read(tmp_path, HEADER + A1 + A2)
    assert [(s.id, s.structure, s.owners) for s in got.network.sites] == [
        ("S1", "rooftop", "OA-1"),
        ("S2", "mast", None),
    ]
    site = got.network.site("S1")
    assert (site.x_m, site.y_m) == pytest.approx((654378.6, 4784889.5), abs=200.0)
    cell = got.network.cells[1]
    assert (cell.id, cell.site_id, str(cell.layer), cell.resource_blocks) == ("A2", "S2", "A/LTE", 100)
    assert cell.assumed == {"load", "antenna"}
    assert [(a.item, a.value, a.applies_to) for a in got.assumed] == [
        ("load", "0.5", "2 cells"),
        ("antenna pattern", "65 deg x 65 deg, 30 dB front to back", "2 cells"),
    ]


def test_everything_given_assumes_nothing(tmp_path: Path) -> None:
    header = HEADER.strip() + (
        ",band,load,horizontal_beamwidth_deg,vertical_beamwidth_deg,front_to_back_db,omni,on_air,off_air,scs_khz\n"
    )
    row = "N1,S1,A,NR,3500,100,350,6,25,70,n78,0.3,70,8,25,no,2025-01-01,2026-01-01,30\n"
    got = read(tmp_path, header + row, split_bands=True)
    (cell,) = got.network.cells
    assert str(read(tmp_path, header + row).network.cells[0].layer) == "A/NR"
    assert got.assumed == ()
    assert cell.assumed == frozenset()
    assert (cell.layer.band, cell.load, cell.resource_blocks, cell.scs_khz) == ("n78", 0.3, 273, 30.0)
    assert (cell.antenna.horizontal_beamwidth_deg, cell.antenna.vertical_beamwidth_deg) == (70.0, 8.0)
    assert (cell.on_air, cell.off_air) == (dt.date(2025, 1, 1), dt.date(2026, 1, 1))
    assert got.notes == ("sites without cells: S2",)


def test_one_table_with_mapping_and_defaults(tmp_path: Path) -> None:
    cells = "grp;name;lat;lon;az;cch\n1;B1;43.2;76.9;0;865\n1;B2;43.2;76.9;120;866\n2;B3;43.25;76.9;;867\n"
    got = read(
        tmp_path,
        cells,
        None,
        separator=";",
        columns={"id": "name", "site": "grp", "azimuth_deg": "az"},
        defaults={
            "operator": "G", "technology": "gsm", "frequency_mhz": 1877, "height_m": 30, "downtilt_deg": 0,
            "eirp_dbm": 55.59, "azimuth_deg": 240,
        },
    )  # fmt: skip
    assert [s.id for s in got.network.sites] == ["1", "2"]
    assert [c.azimuth_deg for c in got.network.cells] == [0.0, 120.0, 240.0]
    assert {c.quantity for c in got.network.cells} == {"RxLev"}
    rows = {a.item: (a.value, a.applies_to, a.reason) for a in got.assumed}
    assert rows["antenna height"] == ("30 m", "3 cells", "not in the table; [network.defaults]")
    assert rows["azimuth"] == ("240 deg", "1 cell", "not in the table; [network.defaults]")
    assert rows["bandwidth"][0] == "0.2 MHz"
    assert "azimuth_deg" not in got.network.cells[0].assumed
    assert {"azimuth_deg", "height_m", "bandwidth_mhz"} <= got.network.cells[2].assumed
    assert got.notes == ("cells.csv: columns not used: cch",)


def test_cells_at_the_same_place_form_a_site(tmp_path: Path) -> None:
    header = HEADER.replace("site,", "x,y,")
    rows = "A1,5,7,A,LTE,1815,20,0,4,30,60\nA2,9,7,A,LTE,1815,20,0,4,30,60\nA3,5,7,A,LTE,1815,20,9,4,30,60\n"
    got = read(tmp_path, header + rows, None)
    assert [(s.id, s.x_m, s.y_m) for s in got.network.sites] == [("site-1", 5.0, 7.0), ("site-2", 9.0, 7.0)]
    assert [c.site_id for c in got.network.cells] == ["site-1", "site-2", "site-1"]
    assert any("no column for the site" in note for note in got.notes)


def test_cells_of_one_site_far_apart(tmp_path: Path) -> None:
    header = HEADER.replace("site,", "site,x,y,")
    rows = "A1,S,0,0,A,LTE,1815,20,0,4,30,60\nA2,S,900,0,A,LTE,1815,20,0,4,30,60\n"
    fault = only(tmp_path, header + rows, None)
    assert fault.where == "cells.csv:3"
    assert "900 m" in fault.what


def test_eirp_of_its_parts(tmp_path: Path) -> None:
    header = HEADER.replace("eirp_dbm", "power_dbm,ports,losses_db,gain_dbi")
    (cell,) = read(tmp_path, header + A1.replace("60\n", "46,2,1,17\n")).network.cells
    assert cell.eirp_dbm == pytest.approx(46.0 - 10.0 * math.log10(2) - 1.0 + 17.0)
    got = read(tmp_path, header + A1.replace("60\n", "46,,,17\n"))
    assert got.network.cells[0].eirp_dbm == 63.0
    assert {"antenna ports", "feeder losses"} <= {a.item for a in got.assumed}


def test_eirp_that_its_parts_contradict(tmp_path: Path) -> None:
    header = HEADER.strip() + ",power_dbm,ports,losses_db,gain_dbi\n"
    assert read(tmp_path, header + A1.strip() + ",46,1,3,17.4\n").network.cells[0].eirp_dbm == pytest.approx(60.4)
    fault = only(tmp_path, header + A1.strip() + ",46,1,3,18\n")
    assert fault.what == "EIRP 60 dBm, but its parts make 61.0 dBm"


def test_parts_too_strong_together(tmp_path: Path) -> None:
    header = HEADER.replace("eirp_dbm", "power_dbm,ports,losses_db,gain_dbi")
    assert "gigawatt" in only(tmp_path, header + A1.replace("60\n", "70,1,0,50\n")).what


def test_nr_ssb_power_and_beam_gain(tmp_path: Path) -> None:
    header = HEADER.strip() + ",ssb_power_dbm,ssb_beam_gain_dbi\n"
    row = "N1,S1,A,NR,3500,100,0,6,25,,17.8,24\n"
    got = read(tmp_path, header + row)
    (cell,) = got.network.cells
    assert cell.ssb_eirp_dbm == pytest.approx(41.8)
    assert cell.reference_eirp_dbm == pytest.approx(41.8)
    assert cell.eirp_dbm == pytest.approx(41.8 + 10 * math.log10(12 * 273), abs=1e-5)
    assert {"eirp_dbm", "scs_khz"} <= cell.assumed
    assert "only one" in only(tmp_path, header + "N1,S1,A,NR,3500,100,0,6,25,70,17.8,\n").what
    assert "only NR" in only(tmp_path, header + A1.strip() + ",17.8,24\n").mend


def test_omni_needs_no_azimuth(tmp_path: Path) -> None:
    header = HEADER.strip() + ",omni\n"
    (cell,) = read(tmp_path, header + A1.replace(",0,4,", ",,4,").strip() + ",yes\n").network.cells
    assert cell.antenna.omni
    assert cell.azimuth_deg == 0.0
    assert "neither yes nor no" in only(tmp_path, header + A1.strip() + ",maybe\n").what


def test_technology_names(tmp_path: Path) -> None:
    got = read(tmp_path, HEADER + A1.replace("LTE", "4G") + "L1,S1,A,LoRaWAN,868,0.125,0,0,30,16\n")
    assert [c.layer.technology for c in got.network.cells] == ["LTE", "LoRaWAN"]
    assert got.network.cells[1].quantity == "RSSI"
    assert "cells.csv: technology '4G' is read as LTE" in got.notes


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("1815,20,0,", "1815,20,361,"), "azimuth 361 deg is outside 0 to 360"),
        (("1815,20,0,", "1815,20,north,"), "azimuth 'north' is not a number"),
        (("1815,20,0,", "1815,20,nan,"), "azimuth 'nan' is not a number"),
        (("1815,20,0,", "1815,20,,"), "azimuth is empty"),
        ((",4,30,", ",91,30,"), "downtilt 91 deg is outside -30 to 90"),
        ((",4,30,", ",4,0,"), "antenna is below ground"),
        ((",4,30,", ",4,-2,"), "antenna is below ground"),
        ((",4,30,", ",4,850,"), "antenna height 850 m is outside"),
        ((",30,60", ",30,120"), "EIRP 120 dBm looks wrong: 120 dBm is a gigawatt"),
        ((",30,60", ",30,-21"), "EIRP -21 dBm is outside"),
        ((",30,60", ",30,"), "neither the EIRP nor its parts"),
        (("1815,20", "1.815,20"), "carrier frequency 1.815 MHz is outside"),
        (("1815,20", "1815,17"), "LTE has no 17 MHz at 15 kHz"),
        (("1815,20", "1815,"), "bandwidth of LTE is not given"),
        (("LTE", ""), "technology is empty"),
        ((",A,LTE", ",,LTE"), "operator is empty"),
        (("A1,S1", ",S1"), "the cell has no id"),
        (("A1,S1", "A2,S1"), "cell id 'A2' occurs twice, first in row 2"),
        (("A1,S1", "A1,S3"), "site 'S3' is not in sites.csv"),
        (("A1,S1", "A1,"), "site is empty"),
    ],
)
def test_bad_value_names_its_row(tmp_path: Path, change: tuple[str, str], what: str) -> None:
    assert change[0] in A1
    found = faults(tmp_path, HEADER + A2 + A1.replace(*change))
    assert any(f.where == "cells.csv:3" and what in f.what and f.mend for f in found), [str(f) for f in found]


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("load", "70", "load 70 is outside 0 to 1"),
        ("on_air", "31.12.2025", "is not a date"),
        ("scs_khz", "30", "LTE has no 20 MHz at 30 kHz"),
        ("vertical_beamwidth_deg", "0", "vertical beamwidth 0 deg is outside"),
        ("front_to_back_db", "-3", "front-to-back ratio -3 dB is outside"),
    ],
)
def test_bad_optional_value(tmp_path: Path, column: str, value: str, what: str) -> None:
    fault = only(tmp_path, f"{HEADER.strip()},{column}\n{A1.strip()},{value}\n")
    assert fault.where == "cells.csv:2"
    assert what in fault.what


def test_dates_in_the_wrong_order(tmp_path: Path) -> None:
    fault = only(tmp_path, f"{HEADER.strip()},on_air,off_air\n{A1.strip()},2025-05-01,2025-04-01\n")
    assert "before it is on air" in fault.what


def test_ports_must_be_whole(tmp_path: Path) -> None:
    header = HEADER.replace("eirp_dbm", "power_dbm,ports,gain_dbi")
    assert "not a whole number" in only(tmp_path, header + A1.replace("60\n", "46,1.5,17\n")).what


@pytest.mark.parametrize("column", ["id", "site", "operator", "technology", "frequency_mhz", "height_m", "azimuth_deg"])
def test_missing_column(tmp_path: Path, column: str) -> None:
    header = HEADER.replace(column, f"{column}x") if column != "id" else HEADER.replace("id,", "idx,", 1)
    fault = next(f for f in faults(tmp_path, header + A1) if f"column {column!r} is missing" in f.what)
    assert fault.where == "cells.csv:1"
    assert f"did you mean '{column}x'?" in fault.mend


def test_missing_power_names_both_ways(tmp_path: Path) -> None:
    fault = only(tmp_path, HEADER.replace("eirp_dbm", "watts") + A1)
    assert "'eirp_dbm' is missing" in fault.what
    assert "power_dbm and gain_dbi" in fault.mend


def test_mapped_column_that_the_file_lacks(tmp_path: Path) -> None:
    fault = only(tmp_path, HEADER + A1, columns={"load": "Load"})
    assert "'Load' is missing" in fault.what
    assert "[network].columns.load" in fault.what


def test_bad_default_is_reported_once(tmp_path: Path) -> None:
    cells = (HEADER + A1 + A2).replace(",30,60", ",60").replace("height_m,", "")
    fault = only(tmp_path, cells, defaults={"height_m": -1})
    assert fault.where == "project.toml [network.defaults].height_m"


def test_swapped_columns(tmp_path: Path) -> None:
    fault = only(tmp_path, HEADER + A1, SITES.replace("lat,lon", "lon,lat"))
    assert fault.where == "sites.csv"
    assert "lat and lon look swapped: 2 of 2" in fault.what


def test_swapped_beyond_the_pole(tmp_path: Path) -> None:
    sites = "id,lat,lon\nS1,-104.99,39.74\nS2,-104.98,39.75\n"
    assert "look swapped" in only(tmp_path, HEADER + A1, sites).what


def test_one_site_swapped(tmp_path: Path) -> None:
    sites = SITES + "S3,43.3,76.8,mast,\nS4,76.9,43.3,mast,\n"
    fault = only(tmp_path, HEADER + A1, sites)
    assert fault.where == "sites.csv:5"
    assert fault.mend == "are lat and lon swapped?"


def test_site_far_from_the_others(tmp_path: Path) -> None:
    fault = only(tmp_path, HEADER + A1, SITES + "S3,43.2,70.9,mast,\n")
    assert fault.where == "sites.csv:4"
    assert "km from the nearest other site" in fault.what


@pytest.mark.parametrize(
    ("sites", "where", "what"),
    [
        (SITES + "S1,43.2,76.9,mast,\n", "sites.csv:4", "site id 'S1' occurs twice, first in row 2"),
        (SITES + ",43.2,76.9,mast,\n", "sites.csv:4", "no id"),
        (SITES.replace("76.92", "east"), "sites.csv:3", "lon 'east' is not a number"),
        (SITES.replace("76.92", ""), "sites.csv:3", "lon is empty"),
        (SITES.replace("43.21", "-143.21"), "sites.csv:3", "cannot be"),
        ("id,structure\nS1,mast\n", "sites.csv:1", "column 'lat' is missing"),
        ("id,x\nS1,5\n", "sites.csv:1", "column 'y' is missing"),
        ("", "sites.csv", "is empty"),
    ],
)
def test_bad_site_table(tmp_path: Path, sites: str, where: str, what: str) -> None:
    found = faults(tmp_path, HEADER + A1, sites)
    assert any(f.where == where and what in f.what and f.mend for f in found), [str(f) for f in found]


def test_faults_of_both_tables_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, HEADER + A1.replace("60", "120") + A2.replace(",120,", ",361,"), SITES + "S1,43,76.9,,\n")
    assert [f.where for f in found] == ["sites.csv:4", "cells.csv:2", "cells.csv:3"]


def test_tables_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_network(section(sites="sites.csv"), tmp_path, crs=CRS)
    assert len(caught.value.faults) == 2


def test_moon_sites_lie_on_the_moon(tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text(HEADER.replace("site,", "lat,lon,") + A1.replace("S1", "-90,0"))
    got = read_network(section(), tmp_path, crs="IAU_2015:30135")
    assert (got.network.sites[0].x_m, got.network.sites[0].y_m) == pytest.approx((0.0, 0.0), abs=1e-6)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                name: st.sampled_from(["", "0", "1", "-5", "60", "361", "x", "LTE", "NR", "43.2"])
                for name in CELL_COLUMNS
            }
        ),
        min_size=1,
        max_size=4,
    )
)
def test_every_row_is_a_cell_or_at_fault(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]) -> None:
    tmp_path = tmp_path_factory.mktemp("n")
    text = ",".join(CELL_COLUMNS) + "\n" + "".join(",".join(row.values()) + "\n" for row in rows)
    filled = [row for row in rows if any(row.values())]
    found: tuple[Fault, ...] = ()
    cells: tuple[Cell, ...] = ()
    try:
        cells = read(tmp_path, text, None).network.cells
    except InputError as err:
        found = err.faults
    assert found or len(cells) == len(filled)


def test_every_column_has_words() -> None:
    assert set(CELL_COLUMNS) - {"id", "lat", "lon", "x", "y"} == set(QUANTITIES)


@pytest.mark.reference
@needs_reference
def test_recife_cells(tmp_path: Path) -> None:
    recife = section(
        cells="$AQDAQ_REFERENCE_DATA/recife_gsm1800/Bts.csv",
        columns={"id": "btsId", "site": "grupo", "azimuth_deg": "azimuth", "eirp_dbm": "Eirp"},
        defaults={
            "operator": "GSM operator", "technology": "GSM", "frequency_mhz": 1877, "height_m": 30, "downtilt_deg": 0,
        },
    )  # fmt: skip
    got = read_network(recife, tmp_path, crs="EPSG:32725")
    assert len(got.network.sites) == 3
    assert len(got.network.cells) == 9
    assert {c.eirp_dbm for c in got.network.cells} == {55.59}
    assert ("antenna height", "30 m", "9 cells") in {(a.item, a.value, a.applies_to) for a in got.assumed}


GSM = "id,site,operator,technology,arfcn,azimuth_deg,downtilt_deg,height_m,eirp_dbm\n"


@pytest.mark.parametrize(("arfcn", "mhz"), [(1, 935.2), (124, 959.8), (975, 925.2), (512, 1805.2), (873, 1877.4)])
def test_a_gsm_channel_number_is_a_carrier(tmp_path: Path, arfcn: int, mhz: float) -> None:
    got = read(tmp_path, GSM + f"G1,S1,A,GSM,{arfcn},0,0,30,55\n")
    assert got.network.cells[0].frequency_mhz == pytest.approx(mhz)


def test_a_channel_number_that_gsm_does_not_have(tmp_path: Path) -> None:
    fault = only(tmp_path, GSM + "G1,S1,A,GSM,300,0,0,30,55\n")
    assert fault.where == "cells.csv:2"
    assert "ARFCN 300" in fault.what
    assert "frequency_mhz" in fault.mend


def test_decimal_commas(tmp_path: Path) -> None:
    cells = (HEADER + A1).replace(",", ";").replace("30;60", "30,5;60,25")
    sites = SITES.replace(",", ";").replace(".", ",")
    got = read(tmp_path, cells, sites, separator=";", decimal=",")
    assert got.network.cells[0].height_m == 30.5
    assert got.network.cells[0].eirp_dbm == 60.25
    found = faults(tmp_path, cells, sites, separator=";")
    assert 'set decimal = "," in [network]' in {fault.mend for fault in found}
