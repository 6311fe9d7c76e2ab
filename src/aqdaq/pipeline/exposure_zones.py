"""``aqdaq exposure zones``: where around a site a limit is exceeded, as maps, drawings and solids."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon

from aqdaq.analysis.exposure.inverse import standoff_m
from aqdaq.analysis.exposure.zone_ratio import SiteRatio
from aqdaq.analysis.exposure.zones import (
    SECTION_M,
    Entered,
    VerticalSection,
    Zone,
    entered_by,
    vertical_section,
    zone_around,
)
from aqdaq.analysis.placed import PlacedCell
from aqdaq.base.errors import ExistsError, Fault, InfeasibleError, InputError, OutputError
from aqdaq.io.vector import write_vector
from aqdaq.io.zone_files import DrawnArea, DrawnOutlines, Solid, write_dxf, write_glb
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.exposure_at import limit_record
from aqdaq.pipeline.exposure_candidate import not_on_air
from aqdaq.pipeline.project import Project

Float = NDArray[np.float64]

FILES: Final = ("zones.gpkg", "zones.dxf", "zones.glb", "zones.json")

#: The first field of squares reaches this far beyond the standoff of the strongest direction: a share, and metres.
_SPARE: Final = 1.1
_SPARE_M: Final = 10.0


@dataclass(frozen=True, slots=True)
class SiteZone:
    """The zone of a site under one limit.

    Attributes:
        site: id.
        limit: id.
        zone: its squares.
        vertical: sections along the beams of its cells.
        entered: buildings, standing and planned, that enter it.
    """

    site: str
    limit: str
    zone: Zone
    vertical: tuple[VerticalSection, ...]
    entered: tuple[Entered, ...]


def check_sites(project: Project, field: Field, sites: Sequence[str]) -> None:
    """Refuse sites without a cell on air, and name those there are.

    Raises:
        InputError: a site has none.
    """
    on_air = {p.cell.site_id for p in field.sources.cells}
    faults = [not_on_air(project, field, site) for site in sites if site not in on_air]
    if faults:
        raise InputError(faults)


def zones_of(field: Field, sites: Sequence[str], step_m: float) -> tuple[SiteZone, ...]:
    """Return the zones of sites under every limit.

    Args:
        field: of the project on the day.
        sites: ids; none: all that are on air.
        step_m: side of a square (m).

    Raises:
        InputError: a site is not known.
        InfeasibleError: a limit says nothing of a carrier, or a zone has no end.
    """
    on_air = list(dict.fromkeys(p.cell.site_id for p in field.sources.cells))
    unknown = [site for site in sites if site not in on_air]
    if unknown:
        known = ", ".join(on_air)
        what = [f"no cell of {site!r} is on air on {field.date}" for site in unknown]
        raise InputError([Fault("--site", words, f"one of: {known}") for words in what])
    for limit in field.limits:
        silent = sorted({f for f in field.sources.frequencies_mhz.tolist() if limit.power_density_w_m2(f) is None})
        if silent:
            names = ", ".join(f"{f:g} MHz" for f in silent)
            raise InfeasibleError(f"limit {limit.id} says nothing about {names}: its zone is unknown")
    return tuple(_one(field, site, n, step_m) for site in sites or on_air for n in range(len(field.limits)))


def _one(field: Field, site: str, n: int, step_m: float) -> SiteZone:
    limit = field.limits[n]
    cells = [p for p in field.sources.cells if p.cell.site_id == site]
    walls = field.city.walls if field.city is not None else None

    ratio = SiteRatio.of(field.sources, limit, site, walls)
    place = (cells[0].x_m, cells[0].y_m)
    try:
        zone = zone_around(
            ratio, field.ground, place, _highest_m(cells), _SPARE * _reach_m(field, cells, n) + _SPARE_M, step_m
        )
    except ValueError as err:
        raise InfeasibleError(f"site {site}, limit {limit.id}: {err}") from err
    azimuths = sorted({round(p.grid_azimuth_deg, 3) for p in cells})
    vertical = tuple(vertical_section(ratio, field.ground, zone, place, azimuth) for azimuth in azimuths)
    there = [b for b in field.inputs.buildings if b.demolished is None or b.demolished > field.date]
    return SiteZone(site, limit.id, zone, vertical, entered_by(zone, there, field.ground))


def _highest_m(cells: Sequence[PlacedCell]) -> float:
    return max(p.cell.height_m for p in cells)


def _reach_m(field: Field, cells: Sequence[PlacedCell], n: int) -> float:
    """Return the standoff of the cells that look the same way, of the strongest way (m)."""
    eirp = dict(zip((p.cell.id for p in field.sources.cells), field.sources.eirp_w, strict=True))
    ways: dict[float, list[PlacedCell]] = {}
    for p in cells:
        ways.setdefault(p.cell.azimuth_deg, []).append(p)
    reflection = field.setting.reflection
    limit = field.limits[n].for_installation([p.cell.frequency_mhz for p in cells])
    return max(
        float(
            standoff_m(
                np.array([eirp[p.cell.id] for p in way]), np.array([p.cell.frequency_mhz for p in way]),
                limit, reflection=reflection,
            )
        )
        for way in ways.values()
    )  # fmt: skip


# --- what is said and written


def zone_record(field: Field, found: SiteZone) -> dict[str, Any]:
    """Return the figures of a zone, JSON-ready."""
    zone = found.zone
    full = np.flatnonzero(zone.levels.any(axis=(1, 2)))
    area = float(zone.step_m**2)
    return {
        "site": found.site,
        "limit": found.limit,
        "ground_m": round(zone.foot_m, 2),
        "step_m": zone.step_m,
        "sanitary_area_m2": round(float(zone.sanitary.sum()) * area, 1),
        "restriction_from_m": float(zone.heights_m[full[0]]) if full.size else None,
        "restriction_to_m": float(zone.heights_m[full[-1]]) if full.size else None,
        "restriction_area_m2": round(float(zone.levels.any(axis=0).sum()) * area, 1),
        "entered": [_entered_record(field, entered) for entered in found.entered],
    }


def _entered_record(field: Field, entered: Entered) -> dict[str, Any]:
    building = entered.building
    return {
        "building": building.id,
        "planned": not building.stands(field.date),
        "built": str(building.built) if building.built else None,
        "height_m": building.height_m,
        "height_assumed": "height_m" in building.assumed,
        "from_m": entered.from_m,
        "to_m": entered.to_m,
        "area_m2": round(entered.area_m2, 1),
    }


def zones_record(project: Project, field: Field, zones: Sequence[SiteZone]) -> dict[str, Any]:
    """Return all that is known of zones, JSON-ready."""
    return {
        "synthetic": project.config.project.synthetic,
        "date": str(field.date),
        "crs": field.inputs.grid.crs,
        "way": field.setting.way,
        "reflection": field.setting.reflection,
        "maximum": "theoretical",
        "heights": "restriction_from_m, restriction_to_m, from_m and to_m are above the ground of the site, ground_m; "
        "negative below it",
        "limits": [limit_record(limit) for limit in field.limits],
        "incomplete": field.incomplete,
        "notes": list(field.notes),
        "assumed": [f"{a.item} = {a.value} for {a.applies_to} ({a.reason})" for a in field.assumed],
        "zones": [zone_record(field, found) for found in zones],
    }


def write_zones(
    folder: Path, project: Project, field: Field, zones: Sequence[SiteZone], *, overwrite: bool
) -> tuple[Path, ...]:
    """Write zones as GeoPackage, DXF, GLB and JSON; return the files.

    Raises:
        ExistsError: one of them is there already.
        OutputError: one cannot be written.
    """
    files = tuple(folder / name for name in FILES)
    there = [path for path in files if path.exists()]
    if there and not overwrite:
        raise ExistsError(f"{there[0]} is there already; add --overwrite to replace it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files[0].unlink(missing_ok=True)  # a GeoPackage that is there keeps its other layers
    except OSError as err:
        raise OutputError(f"{folder}: cannot be written: {err.strerror} -> choose another place") from err
    record = zones_record(project, field, zones)
    for layer, frame in _frames(field, zones):
        write_vector(files[0], frame, layer=layer)
    write_dxf(files[1], [item for found in zones for item in _drawn(found)])
    origin = (zones[0].zone.x_m, zones[0].zone.y_m, zones[0].zone.foot_m)
    about = {key: record[key] for key in ("synthetic", "date", "crs", "way", "maximum")}
    write_glb(files[2], [_solid(found) for found in zones], origin, about)
    files[3].write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return files


def _sections(zone: Zone) -> list[tuple[float, MultiPolygon]]:
    """Return the sections every 3 m that are not empty: height above the site's ground (m) and area."""
    per = round(SECTION_M)
    return [
        (float(zone.heights_m[n]), zone.polygon(zone.levels[n]))
        for n in range(0, len(zone.levels), per)
        if zone.levels[n].any()
    ]


def _frames(field: Field, zones: Sequence[SiteZone]) -> list[tuple[str, gpd.GeoDataFrame]]:
    """Return the layers of the GeoPackage; those without a feature are left out."""
    crs = field.inputs.grid.crs
    rows: dict[str, list[dict[str, Any]]] = {"sanitary": [], "restriction": [], "vertical": [], "entered": []}
    for found in zones:
        zone, known = found.zone, {"site": found.site, "limit_id": found.limit}
        if zone.sanitary.any():
            rows["sanitary"].append({**known, "height_m": 2.0, "geometry": zone.polygon(zone.sanitary)})
        for height, area in _sections(zone):
            raised = shapely.force_3d(area, z=zone.foot_m + height)
            rows["restriction"].append(
                {**known, "height_m": height, "z_m": round(zone.foot_m + height, 2), "geometry": raised}
            )
        rows["vertical"] += [
            {**known, "azimuth_deg": section.azimuth_deg, "geometry": LineString(outline)}
            for section in found.vertical
            for outline in section.outlines
        ]
        rows["entered"] += [
            {**known, **_entered_record(field, entered), "geometry": entered.building.footprint}
            for entered in found.entered
        ]
    return [(layer, gpd.GeoDataFrame(listed, geometry="geometry", crs=crs)) for layer, listed in rows.items() if listed]


def _drawn(found: SiteZone) -> list[DrawnArea | DrawnOutlines]:
    zone, name = found.zone, f"{found.site}_{found.limit}"
    items: list[DrawnArea | DrawnOutlines] = [
        DrawnArea(_layer(f"SANITARY_{name}"), zone.polygon(zone.sanitary), zone.foot_m + 2.0)
    ]
    items += [
        DrawnArea(_layer(f"RESTRICTION_{name}_{height:.0f}M"), area, zone.foot_m + height)
        for height, area in _sections(zone)
    ]
    items += [
        DrawnOutlines(_layer(f"VERTICAL_{name}_{section.azimuth_deg:.0f}DEG"), section.outlines)
        for section in found.vertical
    ]
    return items


def _layer(name: str) -> str:
    """Return a name that a layer of a drawing may have."""
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name)


def _solid(found: SiteZone) -> Solid:
    zone = found.zone
    corner = (zone.x_m, zone.y_m, zone.foot_m + float(zone.heights_m[0]))
    return Solid(f"{found.site} {found.limit}", zone.slabs(), corner, (zone.step_m, zone.step_m, SECTION_M))
