"""What the classes of plans in GML are: INSPIRE Planned Land Use and XPlanGML."""

from __future__ import annotations

from typing import Any, Final

from aqdaq.io.building_fields import read_floors, read_number
from aqdaq.io.safe_xml import Node

#: Kind of a class; "" where it is none of a plan's objects, "column" where its purpose says it.
CLASSES: Final[dict[str, str]] = {
    # INSPIRE Planned Land Use
    "SpatialPlan": "boundary",
    "ZoningElement": "zone",
    "SupplementaryRegulation": "",
    "OfficialDocumentation": "",
    # XPlanGML, Bebauungsplan
    "BP_Plan": "boundary",
    "BP_BaugebietsTeilFlaeche": "zone",
    "BP_GemeinbedarfsFlaeche": "zone",
    "BP_GruenFlaeche": "zone",
    "BP_SpielSportanlagenFlaeche": "zone",
    "BP_UeberbaubareGrundstuecksFlaeche": "block",
    "BP_StrassenVerkehrsFlaeche": "road",
    "BP_VerkehrsflaecheBesondererZweckbestimmung": "road",
    "BP_VerEntsorgung": "column",
    # XPlanGML, Flaechennutzungsplan
    "FP_Plan": "boundary",
    "FP_BebauungsFlaeche": "zone",
    "FP_Gemeinbedarf": "zone",
    "FP_Gruen": "zone",
    "FP_SpielSportanlage": "zone",
    "FP_Strassenverkehr": "road",
    "FP_VerEntsorgung": "column",
}
#: Other classes of XPlanGML are none of a plan's objects: labels, texts, rasters, regulations.
_XPLAN: Final = ("BP_", "FP_", "XP_", "SO_", "LP_", "RP_")

#: Purposes of supply (XP_ZweckbestimmungVerEntsorgung) that are electricity, or cables of telecommunication.
_PURPOSES: Final[dict[str, str]] = {
    **dict.fromkeys(("1000", "10000", "10001", "10005", "10008", "10009", "100010"), "power"),
    **dict.fromkeys(("2600", "26002"), "duct"),
}

#: General (XP_AllgArtDerBaulNutzung) and particular (XP_BesondereArtDerBaulNutzung) kind of use.
_GENERAL_USE: Final = {"1000": "residential", "2000": "mixed", "3000": "commercial", "4000": "special"}
_PARTICULAR_USE: Final = {
    **dict.fromkeys(("1000", "1100", "1200", "1300"), "residential"),
    **dict.fromkeys(("1400", "1500", "1550", "1600"), "mixed"),
    "1700": "commercial",
    "1800": "industrial",
}
_CLASS_USE: Final = {
    "BP_GemeinbedarfsFlaeche": "public",
    "FP_Gemeinbedarf": "public",
    "BP_GruenFlaeche": "green",
    "FP_Gruen": "green",
    "BP_SpielSportanlagenFlaeche": "sport",
    "FP_SpielSportanlage": "sport",
}
#: Beginnings of codes of INSPIRE's HILUCS, the longer ones first.
_HILUCS: Final = (
    ("3_1", "commercial"),
    ("3_3", "public"),
    ("4_1", "transport"),
    ("2", "industrial"),
    ("5", "residential"),
)

#: References (XP_ArtHoehenbezug) of a height above ground, street or a level nearby; the others are above the sea.
_RELATIVE: Final = frozenset({"2000", "2500", "3000", "3500"})
#: Points (XP_ArtHoehenbezugspunkt) that are the top of a building.
_TOPS: Final = frozenset({"1000", "2000", "3000", "5000", "6000", "6500"})


def kind_of_class(name: str) -> str | None:
    """Return the kind of a class, "" for none, None where its name must be looked at."""
    if name in CLASSES:
        return CLASSES[name].replace("column", "")
    return "" if name.startswith(_XPLAN) else None


def kind_of_purpose(name: str, feature: Node) -> str | None:
    """Return the kind that the purpose of a feature says; None where its class says it, or nothing."""
    if CLASSES.get(name) != "column":
        return None
    purposes = [n.text for p in feature.children if p.tag == "zweckbestimmung" for n in p.walk() if n.text]
    return next((_PURPOSES[text] for text in purposes if text in _PURPOSES), f"zweckbestimmung {', '.join(purposes)}")


def values_of_class(name: str, feature: Node) -> dict[str, Any]:
    """Return what a feature says in the ways of INSPIRE and XPlanGML, by our fields."""
    found: dict[str, Any] = {"id": feature.attributes.get("id"), "use": _use(name, feature)}
    local = feature.first("localId")
    if local is not None and local.text:
        found["id"] = local.text
    found["name"] = next((c.text for c in feature.children if c.tag in {"name", "officialTitle"} and c.text), None)
    storeys = next((c.text for c in feature.children if c.tag in {"Zzwingend", "Z", "Zmax"} and c.text), None)
    area = next((c.text for c in feature.children if c.tag in {"GF", "GFmax"} and c.text), None)
    found["floors"] = _quietly(read_floors, storeys)
    found["floor_area_m2"] = _quietly(read_number, area)
    found["height_m"] = _height_m(feature)
    return found


def _use(name: str, feature: Node) -> str | None:
    texts = {c.tag: c.text or c.attributes.get("href", "").rpartition("/")[2] for c in feature.children}
    if "besondereArtDerBaulNutzung" in texts and texts["besondereArtDerBaulNutzung"] in _PARTICULAR_USE:
        return _PARTICULAR_USE[texts["besondereArtDerBaulNutzung"]]
    if "allgArtDerBaulNutzung" in texts:
        return _GENERAL_USE.get(texts["allgArtDerBaulNutzung"])
    hilucs = texts.get("hilucsLandUse", "")
    for code, use in _HILUCS:
        if hilucs == code or hilucs.startswith(f"{code}_"):
            return use
    return _CLASS_USE.get(name) or hilucs or None


def _height_m(feature: Node) -> float | None:
    """Return the height of the top above ground (m) that XPlanGML allows or demands; None where it says none."""
    for node in feature.walk():
        if node.tag != "XP_Hoehenangabe":
            continue
        said = {c.tag: c.text for c in node.children}
        if said.get("hoehenbezug") in _RELATIVE and said.get("bezugspunkt") in _TOPS:
            height = next((said[key] for key in ("hZwingend", "hMax", "h") if said.get(key)), None)
            number = _quietly(read_number, height)
            if number is not None and 0.0 < number <= 1000.0:
                return float(number)
    return None


def _quietly(read: Any, text: str | None) -> Any:
    """Return what a text says, None when it cannot be read: these fields only fill in what columns do not say."""
    try:
        return read(text)
    except ValueError:
        return None
