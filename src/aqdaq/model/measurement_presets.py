"""What well-known apps and data sets write: the keys of ``[[measurements]]`` that a preset fills in.

A key that project.toml gives itself wins. A column that a preset names may be missing from a file, but for position
and level: the apps write more and fewer columns from version to version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: Texts of an Android app for a figure that the phone does not report: the largest integer, and words.
_ANDROID_UNKNOWN: Final = ("null", "NULL", "NaN", "N/A", "-", "--", "2147483647", "-2147483648", "9223372036854775807")

#: Per preset, key of ``[[measurements]]`` -> value.
PRESETS: Final[dict[str, dict[str, Any]]] = {
    "gnettrack": {
        "separator": "\t",
        "lat_column": "Latitude",
        "lon_column": "Longitude",
        "cell_column": None,
        "level_column": "Level",
        "rsrq_column": "Qual",
        "sinr_column": "SNR",
        "technology_column": "NetworkTech",
        "operator_column": "Operatorname",
        "time_column": "Timestamp",
        "time_format": "%Y.%m.%d_%H.%M.%S",
        "device_column": "Device",
        "speed_column": "Speed",
        "speed_unit": "km/h",
        "accuracy_column": "Accuracy",
        "identity": {
            "plmn": "Operator", "area": "LAC", "node": "Node", "local": "CellID", "code": "PSC", "arfcn": "ARFCN",
        },
        "missing_values": _ANDROID_UNKNOWN,
        "no_service_column": "NetworkTech",
        "no_service_values": ("NO SERVICE", "NOSERVICE", "NO_SERVICE", "OUT OF SERVICE", "NONE", "UNKNOWN"),
    },
    "netmonitor": {
        "separator": ";",
        "lat_column": "lat",
        "lon_column": "long",
        "cell_column": None,
        "level_column": "rssi",
        "rsrq_column": "rsrq",
        "sinr_column": "rssnr",
        "sinr_step_db": 0.1,
        "technology_column": "tech",
        "operator_column": "net_op_name",
        "time_column": "sys_time",
        "time_format": "%Y%m%d%H%M%S",
        "accuracy_column": "accuracy",
        "fix_column": "gps",
        "no_fix_values": ("0",),
        "identity": {
            "mcc": "mcc", "mnc": "mnc", "area": "lac_tac", "node": "node_id", "local": "cid", "code": "psc_pci",
            "arfcn": "arfcn",
        },
        "missing_values": _ANDROID_UNKNOWN,
        "missing_levels": ("0",),
        "no_service_column": "svc_state",
        "no_service_values": ("OUT_OF_SERVICE", "EMERGENCY_ONLY", "POWER_OFF"),
    },
    "opencellid": {
        "lat_column": "lat",
        "lon_column": "lon",
        "cell_column": None,
        "level_column": "signal",
        "unit": "dBm or ASU",
        "technology_column": "radio",
        "time_column": "measured",
        "speed_column": "speed",
        "speed_unit": "m/s",
        "accuracy_column": "rating",
        "device_column": "devn",
        "identity": {
            "mcc": "mcc", "mnc": "net", "area": "area", "tac": "tac", "ci": "cell", "pci": "pci", "psc": "psc",
        },
        "missing_values": ("null", "NULL", "-1"),
        "missing_levels": ("0",),
    },
    "ookla": {"format": "tiles"},
}  # fmt: skip

#: Other names of a column that a preset names, from other versions of the app: taken where the first is not there.
OTHER_NAMES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "gnettrack": {
        "Level": ("RSRP",),
        "Qual": ("RSRQ",),
        "NetworkTech": ("NetworkMode", "Technology"),
        "Operatorname": ("OperatorName",),
        "PSC": ("PCI", "PSC/PCI"),
        "Device": ("DeviceName", "IMEI"),
    },
    "netmonitor": {"long": ("lon",), "lat": ("latitude",), "tech": ("net_type",)},
    "opencellid": {
        "measured": ("measured_at", "created"),
        "net": ("mnc",),
        "area": ("lac",),
        "cell": ("cellid", "cid"),
        "radio": ("act",),
    },
    "ookla": {},
}

#: What apps call the technologies, in capitals -> our name. What is not here is not guessed: ``5G NSA`` has its
#: level from the LTE anchor on one phone and from NR on another.
TECHNOLOGY_NAMES: Final[dict[str, str]] = {
    **dict.fromkeys(("2G", "GSM", "GPRS", "EDGE"), "GSM"),
    **dict.fromkeys(
        ("3G", "UMTS", "WCDMA", "HSPA", "HSDPA", "HSUPA", "HSPA+", "HSPAP", "DC-HSPA", "DC-HSPA+", "DC-HSDPA"), "UMTS"
    ),
    **dict.fromkeys(("4G", "LTE", "LTE-A", "LTE_CA", "LTE-CA", "LTE+", "E-UTRA"), "LTE"),
    **dict.fromkeys(("5G", "NR", "5G SA", "5G-SA", "5G_SA", "NR SA", "NR_SA", "NR-SA"), "NR"),
}
