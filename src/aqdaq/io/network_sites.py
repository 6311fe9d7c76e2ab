"""Where the sites stand: coordinates to the CRS of the grid, and what cannot be true about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from scipy.spatial import cKDTree

from aqdaq.base.errors import Fault
from aqdaq.io.hints import shown
from aqdaq.io.network_fields import NamedTable
from aqdaq.io.tables import to_numbers
from aqdaq.model.network import Site

#: A site farther than this from every other one is a slip in its coordinates (m).
FAR_M: Final = 300_000.0

#: Cells of one site farther apart than this do not stand on one structure (m).
SITE_SPREAD_M: Final = 100.0

#: Degrees around the area of use of a CRS in which it may still serve.
_AREA_SLACK_DEG: Final = 6.0

_EARTH_RADII_M: Final = (6.3e6, 6.4e6)

Floats = NDArray[np.float64]

COMMA_MEND: Final = 'set decimal = "," in [network]'


@dataclass(frozen=True, slots=True)
class PlacedSite:
    """A site and the row that says where it stands; x and y are NaN where they are at fault."""

    site: Site
    row: int


def geographic_crs(crs: str) -> CRS:
    """Return the CRS of latitudes and longitudes on the body of ``crs``: WGS 84 on Earth."""
    projected = CRS.from_user_input(crs)
    radius_m = projected.ellipsoid.semi_major_metre if projected.ellipsoid is not None else 0.0
    if _EARTH_RADII_M[0] < radius_m < _EARTH_RADII_M[1] or projected.geodetic_crs is None:
        return CRS.from_epsg(4326)
    return projected.geodetic_crs


def positions(table: NamedTable, crs: str, faults: list[Fault]) -> tuple[Floats, Floats]:
    """Return x and y (m, in ``crs``) of the rows of a table; NaN where a fault was added.

    Args:
        table: with lat and lon (deg), or x and y (m, in the CRS of the grid).
        crs: of the grid.
        faults: to add to.
    """
    if table.has("lat", "lon"):
        return _from_degrees(table, crs, faults)
    if table.has("x", "y"):
        return _numbers(table, "x", faults), _numbers(table, "y", faults)
    pair = ("x", "y") if table.has("x") or table.has("y") else ("lat", "lon")
    faults.extend(table.missing(*pair))
    return np.full(len(table.frame), np.nan), np.full(len(table.frame), np.nan)


def sites_of_table(table: NamedTable, crs: str, faults: list[Fault]) -> list[PlacedSite]:
    """Return the sites of a site table; faults for ids that are empty or occur twice."""
    faults.extend(table.missing("id"))
    x_m, y_m = positions(table, crs, faults)
    if not table.has("id"):
        return []
    first: dict[str, int] = {}
    placed = []
    for i, (row, values) in enumerate(_rows(table)):
        site_id = values["id"]
        if not site_id:
            faults.append(Fault(table.where(row), "the site has no id", "give every site an id of its own"))
        elif site_id in first:
            what = f"site id {site_id!r} occurs twice, first in row {first[site_id]}"
            faults.append(Fault(table.where(row), what, "give every site an id of its own"))
        else:
            first[site_id] = row
            placed.append(_placed(site_id, x_m[i], y_m[i], row, [values]))
    return placed


def sites_of_cells(
    table: NamedTable, site_ids: Sequence[str], xy_m: tuple[Floats, Floats], faults: list[Fault]
) -> list[PlacedSite]:
    """Return the sites of a table that holds both: each at the place of its first cell.

    Args:
        table: the cell table.
        site_ids: the site of each row; ``""`` where there is none.
        xy_m: x and y of each row (m).
        faults: added to where cells of one site stand apart.
    """
    rows = _rows(table)
    members: dict[str, list[int]] = {}
    for i, site_id in enumerate(site_ids):
        if site_id:
            members.setdefault(site_id, []).append(i)
    placed = []
    for site_id, group in members.items():
        at = next((i for i in group if np.isfinite(xy_m[0][i] + xy_m[1][i])), group[0])
        for i in group:
            apart = float(np.hypot(xy_m[0][i] - xy_m[0][at], xy_m[1][i] - xy_m[1][at]))
            if apart > SITE_SPREAD_M:
                what = f"site {site_id!r} stands {apart:.0f} m from where row {rows[at][0]} puts it"
                faults.append(Fault(table.where(rows[i][0]), what, "mend the coordinates or the site"))
        placed.append(_placed(site_id, xy_m[0][at], xy_m[1][at], rows[at][0], [rows[i][1] for i in group]))
    return placed


def ids_by_place(x_m: Floats, y_m: Floats) -> list[str]:
    """Return ``site-1``, ``site-2`` ... for rows at the same place (to a decimetre); ``""`` where it is unknown."""
    number: dict[tuple[float, float], int] = {}
    ids = []
    for x, y in zip(x_m.round(1).tolist(), y_m.round(1).tolist(), strict=True):
        ids.append(f"site-{number.setdefault((x, y), len(number) + 1)}" if np.isfinite(x + y) else "")
    return ids


def lonely_sites(table: NamedTable, placed: Sequence[PlacedSite]) -> list[Fault]:
    """Return a fault for each site that stands more than ``FAR_M`` from every other one."""
    good = [p for p in placed if np.isfinite(p.site.x_m + p.site.y_m)]
    if len(good) < 2:
        return []
    xy_m = np.array([(p.site.x_m, p.site.y_m) for p in good])
    nearest_m = np.asarray(cKDTree(xy_m).query(xy_m, k=2)[0], dtype=np.float64)[:, 1]
    return [
        Fault(
            table.where(p.row),
            f"site {p.site.id!r} lies {distance / 1e3:,.0f} km from the nearest other site",
            "mend its coordinates: are lat and lon swapped, or a sign lost?",
        )
        for p, distance in zip(good, nearest_m.tolist(), strict=True)
        if distance > FAR_M
    ]


def _placed(site_id: str, x_m: float, y_m: float, row: int, values: Sequence[dict[str, str]]) -> PlacedSite:
    structure = next((v["structure"] for v in values if v.get("structure")), "unknown")
    owners = next((v["owners"] for v in values if v.get("owners")), None)
    return PlacedSite(Site(site_id, float(x_m), float(y_m), structure, owners), row)


def _rows(table: NamedTable) -> list[tuple[int, dict[str, str]]]:
    return list(zip(table.frame.index.tolist(), table.frame.to_dict("records"), strict=True))  # type: ignore[arg-type]


def _numbers(table: NamedTable, name: str, faults: list[Fault]) -> Floats:
    numbers = to_numbers(table.frame[name])
    for i in np.flatnonzero(np.isnan(numbers)).tolist():
        found = table.frame[name].iloc[i]
        what = f"{table.label(name)} {shown(found)} is not a number" if found else f"{table.label(name)} is empty"
        faults.append(
            Fault(
                table.where(int(table.frame.index[i])),
                what,
                COMMA_MEND if "," in found else "give every site its coordinates",
            )
        )
    return numbers


def _from_degrees(table: NamedTable, crs: str, faults: list[Fault]) -> tuple[Floats, Floats]:
    lat_deg, lon_deg = _numbers(table, "lat", faults), _numbers(table, "lon", faults)
    impossible = (np.abs(lat_deg) > 90.0) | (np.abs(lon_deg) > 360.0)
    outside, swapped = _outside_area(crs, lat_deg, lon_deg)
    swapped = (swapped & outside) | ((np.abs(lat_deg) > 90.0) & (np.abs(lon_deg) <= 90.0))
    bad = impossible | outside
    if swapped.sum() > len(lat_deg) / 2:
        what = (
            f"lat and lon look swapped: {int(swapped.sum())} of {len(lat_deg)} rows make sense only the other way round"
        )
        faults.append(Fault(table.file, what, "exchange the two columns, or their names in project.toml"))
    else:
        for i in np.flatnonzero(bad).tolist():
            place = f"lat {lat_deg[i]:g}, lon {lon_deg[i]:g}"
            what = "cannot be" if impossible[i] else f"lies far outside the area of {crs}"
            mend = "are lat and lon swapped?" if swapped[i] else "mend the coordinates, or [grid].crs"
            faults.append(Fault(table.where(int(table.frame.index[i])), f"{place} {what}", mend))
    x_m, y_m = Transformer.from_crs(geographic_crs(crs), CRS.from_user_input(crs), always_xy=True).transform(
        np.where(bad, np.nan, lon_deg), np.where(bad, np.nan, lat_deg)
    )
    x_m, y_m = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    lost = ~np.isfinite(x_m + y_m)
    for i in np.flatnonzero(lost & ~bad & np.isfinite(lat_deg + lon_deg)).tolist():
        what = f"lat {lat_deg[i]:g}, lon {lon_deg[i]:g} cannot be projected to {crs}"
        faults.append(Fault(table.where(int(table.frame.index[i])), what, "mend the coordinates, or [grid].crs"))
    return np.where(lost, np.nan, x_m), np.where(lost, np.nan, y_m)


def _outside_area(crs: str, lat_deg: Floats, lon_deg: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which points lie far outside the area of use of a CRS, and which of all lie in it when swapped."""
    area = CRS.from_user_input(crs).area_of_use
    nowhere = np.zeros(len(lat_deg), dtype=bool)
    if area is None or area.west > area.east:
        return nowhere, nowhere

    def inside(lat: Floats, lon: Floats, slack: float) -> NDArray[np.bool_]:
        lon = (lon + 180.0) % 360.0 - 180.0
        in_lat = (lat >= area.south - slack) & (lat <= area.north + slack)
        return np.asarray(in_lat & (lon >= area.west - slack) & (lon <= area.east + slack))

    finite = np.isfinite(lat_deg + lon_deg)
    return finite & ~inside(lat_deg, lon_deg, _AREA_SLACK_DEG), inside(lon_deg, lat_deg, 0.0)
