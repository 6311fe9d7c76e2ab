"""Logs of phones: presets, times, what was not received, and files that are not what they should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.measurement_reasons import REASONS
from aqdaq.io.measurements import MeasurementsRead, read_measurements
from aqdaq.model.grid import Grid
from aqdaq.model.measurement_presets import OTHER_NAMES, PRESETS
from aqdaq.model.network import Cell, Identity, Layer, Network, Site
from aqdaq.model.project import MeasurementSource

GRID = Grid.from_bounds("EPSG:32643", (650_000.0, 4_780_000.0, 660_000.0, 4_790_000.0), 10.0)
LAT, LON = "43.20", "76.90"  # of x 654 364, y 4 784 818
SITES = (Site("S1", 654_400.0, 4_784_800.0), Site("S2", 658_000.0, 4_788_000.0))


def cell(cell_id: str, technology: str, site: str = "S1", operator: str = "A", **identity: int) -> Cell:
    made = Cell(cell_id, site, Layer(operator, technology), 1815.0, 20.0, 0.0, 4.0, 30.0, 60.0)
    return replace(made, identity=Identity(**identity))


CELLS = (
    cell("L1", "LTE", mcc=401, mnc=1, area=5, node=500, local=3, code=12, arfcn=1300),
    cell("L2", "LTE", "S2", mcc=401, mnc=1, area=5, node=500, local=4, code=40, arfcn=1300),
    cell("N1", "NR", mcc=401, mnc=1, area=5, ci=4001 * 4096 + 7, code=700),
    cell("U1", "UMTS", mcc=401, mnc=1, area=9, node=12, local=300, code=33),
    cell("G1", "GSM", mcc=401, mnc=1, area=9, local=7, code=5),
)
NETWORK = Network(SITES, CELLS)


def read(tmp_path: Path, text: str, **more: Any) -> MeasurementsRead:
    (tmp_path / "log.txt").write_text(text, encoding="utf-8")
    source = MeasurementSource.model_validate({"file": "log.txt", **more})
    got = read_measurements(source, tmp_path, grid=GRID, cells=CELLS, network=NETWORK)
    assert got.rows_read == len(got.measurements) + len(got.set_aside) + len(got.silent)
    assert sum(got.counts.values()) == len(got.set_aside)
    assert list(got.counts) == list(REASONS)
    return got


def faults(tmp_path: Path, text: str, **more: Any) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text, **more)
    assert all(fault.mend for fault in caught.value.faults)
    return caught.value.faults


def gnet(*rows: str) -> str:
    header = [
        "Timestamp", "Longitude", "Latitude", "Speed", "Operatorname", "Operator", "CGI", "Cellname", "Node", "CellID",
        "LAC", "NetworkTech", "NetworkMode", "Level", "Qual", "SNR", "CQI", "LTERSSI", "ARFCN", "DL_bitrate",
        "UL_bitrate", "PSC", "Altitude", "Height", "Accuracy", "Location", "State",
    ]  # fmt: skip
    lines = ["\t".join(header)]
    for number, row in enumerate(rows):
        given = dict(part.split("=", 1) for part in row.split())
        plain = {
            "Timestamp": f"2026.03.15_14.43.{number:02d}", "Longitude": LON, "Latitude": LAT, "Speed": "36",
            "Operatorname": "A", "Operator": "40101", "Accuracy": "4",
        } | given  # fmt: skip
        lines.append("\t".join(plain.get(name, "") for name in header))
    return "\n".join(lines) + "\n"


LTE = "NetworkTech=4G Node=500 CellID=3 LAC=5 ARFCN=1300 PSC=12 Level=-95 Qual=-9 SNR=12"


class TestGnettrack:
    def test_a_row_with_all_that_it_says(self, tmp_path: Path) -> None:
        got = read(tmp_path, gnet(LTE), preset="gnettrack", time_zone="Asia/Almaty", device="phone 1")
        row = got.measurements.table.iloc[0].to_dict()
        assert (row["cell"], row["quantity"], row["level_dbm"], row["row"]) == ("L1", "RSRP", -95.0, 2)
        assert (row["date"], row["time_s"]) == ("2026-03-15", 1_773_567_780.0)  # Almaty has been UTC+5 since 2024
        assert (row["device"], row["speed_m_s"], row["accuracy_m"]) == ("phone 1", 10.0, 4.0)
        assert (row["route"], row["heard"], row["confidence"], row["count"]) == ("log.txt 2026-03-15", True, 1.0, 1)
        quality = got.quality.table[["row", "cell", "quantity", "value_db"]].to_numpy().tolist()
        assert quality == [[2, "L1", "RSRQ", -9.0], [2, "L1", "SINR", 12.0]]
        assert got.matched == {"cell identity": 1}

    def test_technologies_keep_their_quantities_apart(self, tmp_path: Path) -> None:
        text = gnet(
            LTE,
            "NetworkTech=3G Node=12 CellID=300 LAC=9 PSC=33 Level=-88",
            "NetworkTech=2G CellID=7 LAC=9 Level=-77",
            "NetworkTech=5G Node=4001 CellID=7 PSC=700 Level=-99",
        )
        table = read(tmp_path, text, preset="gnettrack").measurements.table
        assert table[["cell", "quantity", "level_dbm"]].to_numpy().tolist() == [
            ["L1", "RSRP", -95.0],
            ["U1", "RSCP", -88.0],
            ["G1", "RxLev", -77.0],
            ["N1", "RSRP", -99.0],
        ]

    def test_by_pci_and_channel_where_the_phone_hides_the_identity(self, tmp_path: Path) -> None:
        got = read(tmp_path, gnet("NetworkTech=4G ARFCN=1300 PSC=12 Level=-95", "NetworkTech=4G PSC=12 Level=-95"),
                   preset="gnettrack")  # fmt: skip
        table = got.measurements.table
        assert table["cell"].tolist() == ["L1", "L1"]
        assert table["confidence"].tolist() == pytest.approx([0.95, 0.7], abs=0.001)
        assert got.matched == {"PCI and channel": 1, "PCI alone": 1}
        assert any("1 by PCI and channel (confidence 0.95), 1 by PCI alone (confidence 0.70)" in n for n in got.notes)

    @pytest.mark.parametrize(
        ("row", "reason", "value", "bad"),
        [
            ("NetworkTech=4G Node=501 CellID=3 LAC=5 Level=-95", "unknown cell",
             "LTE, A, mcc 401, mnc 1, area 5, node 501, local 3, ci 128259", 0),
            (f"{LTE} Operatorname=Other", "operator not in the network", "Other", 0),
            (f"{LTE} Operator=25001", "operator not in the network",
             "LTE, A, mcc 250, mnc 1, area 5, node 500, local 3, ci 128003, code 12, arfcn 1300", 0),
            (f"{LTE} NetworkTech=WIMAX", "technology not known", "WIMAX", 1),
            (f"{LTE} Level=-", "no level", "", 0),
            (f"{LTE} Level=2147483647", "no level", "", 0),
            (f"{LTE} Level=weak", "not a number", "weak", 1),
            (f"{LTE} Latitude=53.2", "outside the grid", "53.2, 76.90", 0),
            (f"{LTE} Latitude=-", "no position", ", 76.90", 1),
        ],
    )  # fmt: skip
    def test_a_row_that_cannot_be_used(self, tmp_path: Path, row: str, reason: str, value: str, bad: int) -> None:
        got = read(tmp_path, gnet(LTE, row), preset="gnettrack")
        (aside,) = got.set_aside
        assert (aside.row, aside.reason, aside.value) == (3, reason, value)
        assert got.bad == bad

    def test_a_doubtful_cell_is_set_aside_at_the_stated_confidence(self, tmp_path: Path) -> None:
        text = gnet("NetworkTech=4G PSC=12 Level=-95")
        assert read(tmp_path, text, preset="gnettrack", min_confidence=0.65).counts["cell not certain enough"] == 0
        assert read(tmp_path, text, preset="gnettrack", min_confidence=0.75).counts["cell not certain enough"] == 1

    def test_names_of_operators_and_technologies_are_mapped(self, tmp_path: Path) -> None:
        text = gnet(f"{LTE} Operatorname=AlphaKZ NetworkTech=5G-NSA")
        more = {"preset": "gnettrack", "technologies": {"5g-nsa": "LTE"}}
        assert len(read(tmp_path, text, **more, operators={"alphakz": "A"}).measurements) == 1
        assert len(read(tmp_path, text, **more, operators={"401-01": "A"}).measurements) == 1
        got = read(tmp_path, text, **more)
        assert got.counts["operator not in the network"] == 1
        assert any("AlphaKZ (1 rows)" in note for note in got.notes)

    def test_a_place_without_service(self, tmp_path: Path) -> None:
        text = gnet(
            LTE, "NetworkTech=NOSERVICE", "NetworkTech=NoService Latitude=53.2", "NetworkTech=NoService Level=-95"
        )
        got = read(tmp_path, text, preset="gnettrack", receiver_floor_dbm=-125.0)
        silent = got.silent.table
        assert silent[["row", "operator", "technology", "floor_dbm"]].to_numpy().tolist() == [[3, "A", "", -125.0]]
        assert silent["date"].tolist() == ["2026-03-15"]
        assert [(a.row, a.reason) for a in got.set_aside] == [(5, "technology not known"), (4, "outside the grid")]

    def test_older_version_with_other_columns(self, tmp_path: Path) -> None:
        header = ["Timestamp", "Longitude", "Latitude", "Node", "CellID", "NetworkMode", "RSRP"]
        row = ["2026.03.15_14.43.00", LON, LAT, "500", "3", "LTE", "-95"]
        text = "\t".join(header) + "\n" + "\t".join(row) + "\n"
        assert read(tmp_path, text, preset="gnettrack").measurements.table["level_dbm"].tolist() == [-95.0]

    def test_saved_with_commas(self, tmp_path: Path) -> None:
        text = gnet(LTE).replace("\t", ",")
        assert len(read(tmp_path, text, preset="gnettrack", separator=",").measurements) == 1
        found = faults(tmp_path, text, preset="gnettrack")
        assert "separated by ','" in found[0].mend


NETMONITOR = (
    "report;sys_time;sim_state;net_op_name;net_op_code;net_type;tech;mcc;mnc;lac_tac;node_id;cid;psc_pci;rssi;rsrq;"
    "rssnr;slev;gps;accuracy;lat;long;band;arfcn;svc_state;\n"
)


def netmon(rssi: str = "-95", gps: str = "1", service: str = "IN_SERVICE", cid: str = "3") -> str:
    return (
        f"1;20260315144300;READY;A;40101;LTE;LTE;401;1;5;500;{cid};12;{rssi};-9;150;4;{gps};2;{LAT};{LON};1800;1300;"
        f"{service};\n"
    )


class TestNetmonitor:
    def test_levels_and_tenths(self, tmp_path: Path) -> None:
        got = read(tmp_path, NETMONITOR + netmon(), preset="netmonitor")
        row = got.measurements.table.iloc[0]
        assert (row["cell"], row["level_dbm"], row["accuracy_m"], row["date"]) == ("L1", -95.0, 2.0, "2026-03-15")
        assert got.quality.table["value_db"].tolist() == [-9.0, 15.0]

    def test_zero_is_no_level_and_no_fix_is_no_position(self, tmp_path: Path) -> None:
        text = (
            NETMONITOR + netmon() + netmon(rssi="0") + netmon(gps="0") + netmon("2147483647", service="OUT_OF_SERVICE")
        )
        got = read(tmp_path, text, preset="netmonitor")
        assert [(a.row, a.reason) for a in got.set_aside] == [(3, "no level"), (4, "no position")]
        assert got.silent.table["row"].tolist() == [5]
        assert np.isnan(got.silent.table["floor_dbm"]).all()


class TestOpencellid:
    def test_the_database_format(self, tmp_path: Path) -> None:
        text = (
            "mcc,net,area,cell,lon,lat,signal,measured,created,rating,speed,direction,radio,ta,rnc,cid,psc,tac,pci\n"
            f"401,1,5,128003,{LON},{LAT},-95,1773567780000,1773567790000,12.5,5,90,LTE,,,,,,\n"
            f"401,1,5,128003,{LON},{LAT},45,1773567781000,1773567790000,12.5,5,90,LTE,,,,,,\n"
            f"401,1,9,786732,{LON},{LAT},0,1773567782000,1773567790000,12.5,5,90,UMTS,,,,,,\n"
            f"250,1,9,7,{LON},{LAT},-80,1773567783000,1773567790000,12.5,5,90,GSM,,,,,,\n"
        )
        got = read(tmp_path, text, preset="opencellid")
        table = got.measurements.table
        assert table["level_dbm"].tolist() == [-95.0, -95.0]
        assert table["time_s"].tolist() == [1_773_567_780.0, 1_773_567_781.0]
        assert table[["speed_m_s", "accuracy_m"]].to_numpy().tolist() == [[5.0, 12.5], [5.0, 12.5]]
        assert [a.reason for a in got.set_aside] == ["no level", "operator not in the network"]

    def test_the_upload_format(self, tmp_path: Path) -> None:
        text = (
            "lat,lon,mcc,mnc,sid,lac,tac,nid,cellid,bid,psc,pci,signal,ta,measured_at,rating,speed,direction,act,devn\n"
            f'{LAT},{LON},401,1,,,5,,128003,,,12,-95,,"2026-03-15 09:43:00.000Z",4,0,0,LTE,"phone"\n'
            f'{LAT},{LON},401,1,,9,,,7,,,,-80,,"2026-03-15 09:43:01.000Z",4,0,0,GSM,"phone"\n'
        )
        table = read(tmp_path, text, preset="opencellid").measurements.table
        assert table["cell"].tolist() == ["L1", "G1"]
        assert table["time_s"].tolist() == [1_773_567_780.0, 1_773_567_781.0]
        assert set(table["device"]) == {"phone"}


PLAIN = "lat,lon,cell,level_dbm,when,phone,kmh,err,drive\n"


def plain(when: str = "", level: str = "-90", cell_id: str = "L1") -> str:
    return f"{LAT},{LON},{cell_id},{level},{when},p1,36,3,north\n"


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "more", "time_s", "day"),
        [
            ("2026-03-15T09:43:00Z", {}, 1_773_567_780.0, "2026-03-15"),
            ("2026-03-15 14:43:00+05:00", {}, 1_773_567_780.0, "2026-03-15"),
            ("2026-03-15 14:43", {"time_zone": "Asia/Almaty"}, 1_773_567_780.0, "2026-03-15"),
            ("1773567780", {}, 1_773_567_780.0, "2026-03-15"),
            ("1773567780500", {}, 1_773_567_780.5, "2026-03-15"),
            ("1773604800", {"time_zone": "Asia/Almaty"}, 1_773_604_800.0, "2026-03-16"),
            ("15.03.2026 14:43:00", {"time_format": "%d.%m.%Y %H:%M:%S", "time_zone": "Asia/Almaty"},
             1_773_567_780.0, "2026-03-15"),
            ("2026-03-15", {}, np.nan, "2026-03-15"),
            ("2026-03-15 about noon", {}, np.nan, "2026-03-15"),
            ("15.03.2026", {"time_format": "%d.%m.%Y"}, np.nan, "2026-03-15"),
            ("2026-10-25 02:30", {"time_zone": "Europe/Berlin"}, 1_792_891_800.0, "2026-10-25"),
            ("2026-03-29 02:30", {"time_zone": "Europe/Berlin"}, 1_774_746_000.0, "2026-03-29"),
            ("", {"date": "2026-03-15"}, np.nan, "2026-03-15"),
        ],
    )  # fmt: skip
    def test_a_time(self, tmp_path: Path, text: str, more: dict[str, Any], time_s: float, day: str) -> None:
        row = read(tmp_path, PLAIN + plain(text), time_column="when", **more).measurements.table.iloc[0]
        assert row["time_s"] == pytest.approx(time_s, nan_ok=True)
        assert row["date"] == day

    def test_some_times_that_cannot_be_read(self, tmp_path: Path) -> None:
        text = PLAIN + plain("2026-03-15T09:43:00Z") * 2 + plain("yesterday") + plain("2201-03-15T00:00:00Z")
        got = read(tmp_path, text, time_column="when", date="2026-03-14")
        table = got.measurements.table
        assert table["date"].tolist() == ["2026-03-15", "2026-03-15", "2026-03-14", "2201-03-15"]
        assert np.isnan(table["time_s"].to_numpy()[2:]).all()
        assert "log.txt: 1 times cannot be read; these rows are used without one" in got.notes

    def test_most_times_in_another_pattern(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, PLAIN + plain("15/03/2026 1pm") * 3, time_column="when")
        assert fault.where == "log.txt column 'when'"
        assert "3 of 3 times cannot be read, for example '15/03/2026 1pm'" in fault.what
        assert "time_format" in fault.mend

    def test_a_zone_and_a_pattern_that_do_not_exist(self, tmp_path: Path) -> None:
        found = faults(tmp_path, PLAIN + plain(), time_column="when", time_zone="Mars/Base", time_format="%Q")
        assert [fault.where.rsplit(" ", 1)[1] for fault in found] == ["time_zone", "time_format"]

    def test_utc_that_nobody_named_is_noted(self, tmp_path: Path) -> None:
        text = PLAIN + plain("2026-03-15 09:43:00")
        assert any("read as UTC" in note for note in read(tmp_path, text, time_column="when").notes)
        assert not read(tmp_path, text, time_column="when", time_zone="UTC").notes


def test_columns_of_a_plain_table(tmp_path: Path) -> None:
    got = read(
        tmp_path, PLAIN + plain(), device_column="phone", speed_column="kmh", speed_unit="km/h", accuracy_column="err",
        route_column="drive",
    )  # fmt: skip
    row = got.measurements.table.iloc[0]
    assert row[["device", "speed_m_s", "accuracy_m", "route"]].tolist() == ["p1", 10.0, 3.0, "north"]
    assert read(tmp_path, PLAIN + plain()).measurements.table["route"].tolist() == ["log.txt"]


def test_technology_and_operator_of_a_named_cell_must_fit(tmp_path: Path) -> None:
    text = "lat,lon,cell,level_dbm,tech,net\n" + "".join(
        f"{LAT},{LON},L1,-90,{tech},{net}\n" for tech, net in (("LTE", "A"), ("NR", "A"), ("", "A"), ("4g", "B"))
    )
    got = read(tmp_path, text, technology_column="tech", operator_column="net")
    assert got.measurements.table["row"].tolist() == [2]
    assert [(a.reason, a.value) for a in got.set_aside] == [
        ("operator or technology does not fit the cell", "L1"),
        ("technology not known", ""),
        ("operator or technology does not fit the cell", "L1"),
    ]


def test_reported_numbers_by_technology(tmp_path: Path) -> None:
    text = "lat,lon,cell,level_dbm,tech,q,s\n" + "".join(
        f"{LAT},{LON},{row}\n"
        for row in ("L1,51,LTE,22,47", "N1,67,NR,69,47", "U1,26,UMTS,30,", "G1,0,GSM,,", "L1,98,LTE,,")
    )
    got = read(tmp_path, text, technology_column="tech", unit="reported", rsrq_column="q", sinr_column="s")
    table = got.measurements.table
    assert table["level_dbm"].tolist() == [-90.0, -90.0, -90.0, -110.0]
    assert table["heard"].tolist() == [True, True, True, False]
    assert got.quality.table["value_db"].tolist() == [-9.0, -9.0, -9.5, 0.0, 0.0]
    assert [a.reason for a in got.set_aside] == ["impossible level"]


class TestEmptyFields:
    WIDE = f"lat,lon,x,y\n{LAT},{LON},-90,\n{LAT},{LON},,-128\n"

    def test_they_say_nothing_by_default(self, tmp_path: Path) -> None:
        got = read(tmp_path, self.WIDE, format="wide", cells={"x": "L1", "y": "L2"})
        assert (len(got.measurements), got.empty, got.censored) == (2, 2, 0)

    def test_they_lie_below_the_floor_of_a_scanner(self, tmp_path: Path) -> None:
        got = read(tmp_path, self.WIDE, format="wide", cells={"x": "L1", "y": "L2"}, empty="below_floor",
                   receiver_floor_dbm=-125.0)  # fmt: skip
        table = got.measurements.table
        assert table[["cell", "level_dbm", "heard"]].to_numpy().tolist() == [
            ["L1", -90.0, True], ["L2", -125.0, False], ["L1", -125.0, False], ["L2", -125.0, False],
        ]  # fmt: skip
        assert (got.empty, got.censored, got.rows_read) == (0, 3, 4)

    def test_a_long_table_may_have_them_too(self, tmp_path: Path) -> None:
        got = read(tmp_path, PLAIN + plain(level=""), empty="below_floor", receiver_floor_dbm=-125.0)
        assert got.measurements.table[["level_dbm", "heard"]].to_numpy().tolist() == [[-125.0, False]]

    def test_they_need_a_floor(self) -> None:
        with pytest.raises(ValidationError, match="needs receiver_floor_dbm"):
            MeasurementSource.model_validate({"file": "x", "empty": "below_floor"})


class TestMixedUnits:
    def test_a_file_in_another_unit_stops(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, PLAIN + "".join(plain(level=str(v)) for v in (40, 45, 50, -90)))
        assert fault.where == "log.txt column 'level_dbm'"
        assert fault.what == "RSRP: 3 of 4 levels cannot be in dBm, 3 can in ASU, 3 can in dBm without its sign"
        assert "unit" in fault.mend

    def test_some_rows_are_set_aside_and_counted(self, tmp_path: Path) -> None:
        got = read(tmp_path, PLAIN + plain() * 8 + plain(level="96") + plain(level="-300"))
        assert [(a.row, a.reason, a.value) for a in got.set_aside] == [
            (10, "level in another unit", "96"),
            (11, "impossible level", "-300"),
        ]
        assert any("2 of 10 levels cannot be in dBm, 1 can in ASU" in note for note in got.notes)
        assert got.bad == 2

    def test_dbm_in_a_table_of_asu(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, PLAIN + plain() * 3 + plain(level="45"), unit="ASU")
        assert "3 can in dBm" in fault.what


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = f"lat,lon,cell,level_dbm,when\n{LON},{LAT},L1,-90,noon\n"
    found = faults(tmp_path, text, time_column="when")
    assert ["swapped" in found[0].what, "times" in found[1].what] == [True, True]
    found = faults(tmp_path, text, crs="EPSG:0", time_zone="Nowhere", level_column="rsrp", device_column="phone")
    assert len(found) == 4
    assert "column 'phone' is missing" in found[3].what


def test_a_column_twice(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, f"lat,lon,cell,level_dbm,level_dbm\n{LAT},{LON},L1,-90,-91\n")
    assert "column 'level_dbm' occurs twice" in fault.what


def test_a_preset_that_does_not_exist() -> None:
    with pytest.raises(ValidationError, match="gnettrack"):
        MeasurementSource.model_validate({"file": "x", "preset": "gnetrack"})


@pytest.mark.parametrize(
    "keys",
    [
        {"identity": {"eci": "ci"}}, {"no_service_values": ("x",)}, {"preset": "gnettrack", "identity": {}},
        {"format": "wide"}, {"min_confidence": 1.5},
    ],
)  # fmt: skip
def test_keys_that_cannot_be(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MeasurementSource.model_validate({"file": "x", **keys})


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_presets_hold_what_the_project_file_may_say_and_yield_to_it(name: str) -> None:
    source = MeasurementSource.model_validate({"file": "x", "preset": name})
    for key, value in PRESETS[name].items():
        assert getattr(source, key) == value
    assert MeasurementSource.model_validate({"file": "x", "preset": name, "lat_column": "mine"}).lat_column == "mine"
    columns = {*map(str, PRESETS[name].values()), *PRESETS[name].get("identity", {}).values()}
    assert set(OTHER_NAMES[name]) <= columns


def test_a_column_that_the_project_names_must_be_there(tmp_path: Path) -> None:
    found = faults(tmp_path, gnet(LTE), preset="gnettrack", route_column="Drive")
    assert "column 'Drive' is missing" in found[0].what


def test_nothing_is_made_one_by_one_of_rows_that_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Callable[..., object]] = []
    monkeypatch.setattr("aqdaq.io.measurement_reasons.SetAside", lambda *row: made.append(row))  # type: ignore[arg-type]
    read_all = read(tmp_path, PLAIN + plain() * 20_000)
    assert len(read_all.measurements) == 20_000
    assert made == []
