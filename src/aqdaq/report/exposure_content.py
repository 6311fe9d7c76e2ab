"""What an evidence pack says, in figures: no words of any language, no files."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from aqdaq.model.exposure_limit import ExposureLimit
from aqdaq.model.measurements import SetAside
from aqdaq.model.receptor import Receptors
from aqdaq.model.results import Assumption

Float = NDArray[np.float64]

#: The two maxima, in the order of the arrays.
MAXIMA: Final = ("theoretical", "actual")
#: Where a candidate comes from.
Origin = Literal["planned", "on_air", "table"]
#: Kinds of places as the first page counts them.
GROUPS: Final = {
    "walls": ("window", "facade", "balcony"),
    "roofs": ("roof",),
    "yards": ("yard",),
    "grounds": ("school", "hospital"),
    "given": ("given",),
}
#: What can be said of a limit. Nothing but ``complies`` says that it is kept.
Verdict = Literal["complies", "below_unverified", "exceeds", "none"]


@dataclass(frozen=True, slots=True)
class Antenna:
    """A cell as the exposure takes it.

    Attributes:
        cell: id.
        site: id.
        operator: of it.
        technology: of it.
        frequency_mhz: carrier (MHz).
        eirp_w: theoretical maximum of all ports (W).
        actual_share: by which the actual maximum is below it, 0..1.
        azimuth_deg: clockwise from grid north (deg).
        downtilt_deg: (deg).
        height_m: above the ground (m).
        z_m: above the datum of the ground (m).
        x_m: easting (m).
        y_m: northing (m).
        horizontal_beamwidth_deg: where the pattern is parametric (deg); None: by a file, or none.
        vertical_beamwidth_deg: the same in elevation (deg).
        candidate: whether it belongs to the candidate.
        on_air: first day on air; None: always, or nobody said.
        true_azimuth_deg: as in the cell table, clockwise from true north (deg).
        power_dbm: of the transmitter, all ports (dBm); None: the EIRP was given.
        gain_dbi: of the antenna (dBi); None: the same.
        losses_db: between them (dB); None: the same.
        ports: antenna ports; None: nobody said.
        eirp_assumed: whether the EIRP follows from default values.
        sub_arrays: of an adaptive antenna; None: nobody said.
        tdd_duty: share of time in which it transmits, 0..1; None: nobody said.
        power_reduction: factor of a power limitation, 0..1; None: nobody said.
        panel_m: length of the panel in the computation (m); 0: a point.
    """

    cell: str
    site: str
    operator: str
    technology: str
    frequency_mhz: float
    eirp_w: float
    actual_share: float
    azimuth_deg: float
    downtilt_deg: float
    height_m: float
    z_m: float
    x_m: float
    y_m: float
    horizontal_beamwidth_deg: float | None
    vertical_beamwidth_deg: float | None
    candidate: bool
    on_air: dt.date | None
    true_azimuth_deg: float = math.nan
    power_dbm: float | None = None
    gain_dbi: float | None = None
    losses_db: float | None = None
    ports: int | None = None
    eirp_assumed: bool = False
    sub_arrays: int | None = None
    tdd_duty: float | None = None
    power_reduction: float | None = None
    panel_m: float = 0.0


@dataclass(frozen=True, slots=True)
class State:
    """Exposure at n receptors with one set of cells on air.

    Attributes:
        s_w_m2: (2, n) power density of both maxima (W/m2); NaN where unknown.
        ratio: (2, limits, n) to each limit; NaN where unknown.
        largest: (n,) cell that adds most; empty for none.
        largest_share: (n,) its share, 0..1; NaN without any.
    """

    s_w_m2: Float
    ratio: Float
    largest: tuple[str, ...]
    largest_share: Float


@dataclass(frozen=True, slots=True)
class Block:
    """A building of the neighbourhood.

    Attributes:
        id: of it.
        footprint: in the CRS of the grid.
        height_m: above ground (m); None: nobody knows.
        floors: number, where known.
        use: residential, school ...; None: nobody knows.
        planned: whether it is still to be built.
    """

    id: str
    footprint: Polygon | MultiPolygon
    height_m: float | None
    floors: int | None
    use: str | None
    planned: bool


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    """The zone of the site under a limit.

    Attributes:
        limit: id.
        sanitary_m2: area 2 m above the ground where the limit is exceeded (m2); None: unknown.
        from_m: height above the ground of the site from which on it is exceeded (m); None: nowhere, or unknown.
        to_m: height up to which (m).
        reach_m: farthest from the site (m).
        entered: buildings that enter it: id, from and to which height (m), whether planned.
    """

    limit: str
    sanitary_m2: float | None
    from_m: float | None
    to_m: float | None
    reach_m: float | None
    entered: tuple[tuple[str, float, float, bool], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A plane through the site with the ratio to the strictest limit, for a picture.

    Attributes:
        kind: ``horizontal`` at the height of the antennas, ``level`` one of those through the zone, ``ground`` at a
            height above the ground, which it follows, or ``vertical`` along an azimuth.
        at: height above the ground of the site, or above the ground (m), or the azimuth (deg).
        across_m: (c,) metres from the site: to the east, or along the azimuth.
        up_m: (r,) metres: to the north from the site, or above the ground of the site.
        ratio: (r, c) theoretical maximum; NaN where unknown.
        ground_m: (c,) height of the ground above that of the site along a vertical section; empty otherwise.
    """

    kind: Literal["horizontal", "level", "ground", "vertical"]
    at: float
    across_m: Float
    up_m: Float
    ratio: Float
    ground_m: Float


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A measurement of the field beside what was computed for its place.

    Attributes:
        id: of the place.
        day: of the measurement.
        phase: ``before`` or ``after`` the site came on air; empty where nobody said.
        kind: ``broadband`` or ``selective``.
        e_v_m: measured field (V/m); the bound, where it is only known to be less.
        low_v_m: lower end of the interval of k = 2 (V/m).
        high_v_m: its upper end (V/m).
        below: whether there is only known to be less than ``e_v_m``.
        computed_v_m: theoretical maximum there, of the state that the phase belongs to (V/m); None: unknown.
        actual_v_m: actual maximum there (V/m).
    """

    id: str
    day: str
    phase: str
    kind: str
    e_v_m: float
    low_v_m: float
    high_v_m: float
    below: bool
    computed_v_m: float | None
    actual_v_m: float | None


@dataclass(frozen=True, slots=True)
class HandsetRow:
    """Estimated transmit power of a phone behind the windows of a building, before and after.

    Attributes:
        building: id.
        operator: and technology, as text.
        before_dbm: median over its receptors (dBm); None: unknown.
        after_dbm: the same with the candidate on air (dBm).
        lower: its receptors at which the phone sends less with the candidate.
        same: receptors at which it sends the same.
        higher: receptors at which it sends more.
        unknown: receptors at which one of the two is unknown.
    """

    building: str
    operator: str
    before_dbm: float | None
    after_dbm: float | None
    lower: int = 0
    same: int = 0
    higher: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class HandsetTerms:
    """What the estimate of the power of phones starts from.

    Attributes:
        p0_dbm: power per resource block that the network wants to receive (dBm).
        alpha: share of the path loss that phones make up for, 0..1.
        blocks: resource blocks that a phone sends on.
        max_dbm: largest power of a phone (dBm).
        least_dbm: least power of one that sends (dBm).
        gain_dbi: of an antenna of which no file gives it (dBi).
        entry_db: entry losses of buildings in use, smallest and largest (dB); empty: phones stand at the window.
        assumed: names of those that the project does not state.
        closed: operators and technologies whose phones are steered in a closed loop: not estimated.
        others: operators and technologies that the candidate does not carry: no change.
    """

    p0_dbm: float
    alpha: float
    blocks: int
    max_dbm: float
    least_dbm: float
    gain_dbi: float
    entry_db: tuple[float, ...]
    assumed: tuple[str, ...]
    closed: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """All that an evidence pack says.

    Attributes:
        project: its name.
        synthetic: whether it is invented.
        version: of the program.
        crs: of the coordinates.
        date: of buildings, cells and limits.
        candidate: id of the site.
        origin: where it comes from.
        place_m: x and y of the site (m).
        foot_m: height of the ground there above the datum (m).
        within_m: radius of the neighbourhood (m).
        line_of_sight: whether buildings attenuate.
        reflection: by which reflections raise the power density.
        near_field: whether panels count as long near to them.
        limits: compared with.
        strictest: number of the limit by which pictures are coloured: the first one that was asked for.
        receptors: of the neighbourhood.
        existing: without the candidate.
        proposed: with it.
        blocks: buildings of the neighbourhood, and those beside it that the plan shows.
        chosen: ids of the buildings with a table of their flats.
        antennas: those of the candidate first.
        without_height: buildings of the neighbourhood whose height nobody knows.
        without_ground: places of which the ground is not known.
        left_out: cells whose ground is not known: they are not counted.
        assumed: figures that nobody gave.
        set_aside: given windows that could not be used.
        without_places: id and reason of buildings without a place before their walls.
        zones: of the site, a limit each.
        sections: pictures of the strictest limit.
        zone_step_m: side of a square of the zones (m).
        measured: beside what was computed.
        own: what the candidate makes alone; None: not computed.
        handset: phones before and after.
        handset_terms: what their estimate starts from; None: there is none.
    """

    project: str
    synthetic: bool
    version: str
    crs: str
    date: dt.date
    candidate: str
    origin: Origin
    place_m: tuple[float, float]
    foot_m: float
    within_m: float
    line_of_sight: bool
    reflection: float
    near_field: bool
    limits: tuple[ExposureLimit, ...]
    strictest: int
    receptors: Receptors
    existing: State
    proposed: State
    blocks: tuple[Block, ...]
    chosen: tuple[str, ...]
    antennas: tuple[Antenna, ...]
    without_height: tuple[str, ...]
    without_ground: tuple[str, ...]
    left_out: tuple[str, ...]
    assumed: tuple[Assumption, ...]
    set_aside: tuple[SetAside, ...] = ()
    without_places: tuple[tuple[str, str], ...] = ()
    zones: tuple[ZoneFigures, ...] = ()
    sections: tuple[Section, ...] = ()
    zone_step_m: float = 0.0
    measured: tuple[MeasuredRow, ...] = ()
    own: State | None = None
    handset: tuple[HandsetRow, ...] = ()
    handset_terms: HandsetTerms | None = None

    @property
    def incomplete(self) -> bool:
        """Whether somebody of the neighbourhood, or a source, could not be computed."""
        return bool(self.without_height or self.without_ground or self.left_out)

    @property
    def states(self) -> tuple[State, State]:
        """Existing and proposed."""
        return self.existing, self.proposed


@dataclass(frozen=True, slots=True)
class Flat:
    """A flat, or a facade of a floor, with the receptor that decides.

    Attributes:
        building: id.
        flat: its name; empty where nobody gave one.
        floor: from 1 at the ground; 0 where there is none.
        facade_deg: outward direction (deg, of 8); NaN without a wall.
        kind: of the receptor that decides.
        index: number of that receptor: the one with the highest proposed ratio to the first limit.
        count: receptors of the flat.
        unknown: of these, receptors without figures.
        members: numbers of all its receptors: the figures of a row are the highest of them, each state by itself.
    """

    building: str
    flat: str
    floor: int
    facade_deg: float
    kind: str
    index: int
    count: int
    unknown: int
    members: tuple[int, ...] = ()

    def highest(self, values: Float) -> float:
        """Return the highest of (n,) values at its receptors; NaN where one of them is unknown."""
        return float(values[list(self.members)].max())


def flats_of(pack: Pack, building: str) -> tuple[Flat, ...]:
    """Return the flats of a building by their numbers; after them floors and facades without, from the top down."""
    receptors, score = pack.receptors, _score(pack)
    groups: dict[tuple[str, int, float], list[int]] = {}
    for i, owner in enumerate(receptors.building):
        if owner == building:
            side = _side(float(receptors.facade_deg[i]))
            floor, flat = int(receptors.floor[i]), receptors.flat[i]
            groups.setdefault((flat, 0, 0.0) if flat else ("", floor, side), []).append(i)
    found = [_flat(pack, building, members, score) for members in groups.values()]
    return tuple(sorted(found, key=lambda f: (not f.flat, _natural(f.flat), -f.floor, f.facade_deg, f.kind, f.index)))


def _flat(pack: Pack, building: str, members: list[int], score: Float) -> Flat:
    receptors = pack.receptors
    worst = max(members, key=lambda i: (score[i], -i))
    side = float(receptors.facade_deg[worst])
    unknown = int(np.isnan(pack.proposed.s_w_m2[0, members]).sum())
    facing = 45.0 * _side(side) if math.isfinite(side) else math.nan
    floor, kind = int(receptors.floor[worst]), receptors.kind[worst]
    return Flat(building, receptors.flat[worst], floor, facing, kind, worst, len(members), unknown, tuple(members))


def _score(pack: Pack) -> Float:
    """Return (n,) the proposed ratio to the limit of the pictures; what is unknown comes first of all."""
    ratio = pack.proposed.ratio[0, pack.strictest]
    return np.where(np.isfinite(ratio), ratio, np.inf)


def _side(facade_deg: float) -> float:
    """Return the eighth of the compass, 0 for north; -1 where there is no wall."""
    return float(round(facade_deg / 45.0) % 8) if math.isfinite(facade_deg) else -1.0


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Return a key by which flat 9 comes before flat 10."""
    parts = "".join(c if c.isdigit() else f" {c} " for c in name).split()
    return tuple((int(p), "") if p.isdecimal() else (-1, p) for p in parts)


@dataclass(frozen=True, slots=True)
class Summary:
    """A building at a glance.

    Attributes:
        building: id; empty: places in the open.
        receptors: computed for it.
        unknown: of these, without figures.
        existing: (limits,) the highest ratio, theoretical maximum, without the candidate; NaN: unknown.
        proposed: (limits,) the same with it.
        actual: (limits,) the same as actual maximum.
        worst: number of the receptor with the highest proposed ratio to the first limit; -1: nothing was computed.
    """

    building: str
    receptors: int
    unknown: int
    existing: Float
    proposed: Float
    actual: Float
    worst: int


def summaries(pack: Pack) -> tuple[Summary, ...]:
    """Return the buildings of the neighbourhood, and the open ground, worst first."""
    owners: dict[str, list[int]] = {}
    for i, building in enumerate(pack.receptors.building):
        owners.setdefault(building, []).append(i)
    score, found = _score(pack), []
    for building, members in owners.items():
        worst = max(members, key=lambda i: (score[i], -i))
        before, after = pack.existing.ratio[:, :, members], pack.proposed.ratio[:, :, members]
        unknown = int(np.isnan(pack.proposed.s_w_m2[0, members]).sum())
        highest = (before[0].max(axis=-1), after[0].max(axis=-1), after[1].max(axis=-1))
        found.append(Summary(building, len(members), unknown, *highest, worst))
    nothing = np.full(len(pack.limits), np.nan)
    found += [Summary(b, 0, 0, nothing, nothing, nothing, -1) for b in pack.without_height if b not in owners]
    return tuple(sorted(found, key=lambda s: (-float(score[s.worst]) if s.worst >= 0 else -math.inf, s.building)))


@dataclass(frozen=True, slots=True)
class Finding:
    """What can be said of a limit.

    Attributes:
        limit: id.
        verdict: on the proposed state, theoretical maximum.
        reasons: why there is no verdict: ``expired``, ``incomplete``, ``narrow`` (the neighbourhood ends before the
            zone of the site does), ``unknown``, ``nobody``, ``reflections`` (nobody counted them); or ``unverified``.
        existing: the highest known ratio without the candidate; None: none is known.
        proposed: the highest known ratio with it.
        actual: the highest known ratio with it, as actual maximum.
        worst: number of the receptor with it; -1 for none.
        over: receptors above the limit with the candidate.
        by_kind: of these, group of kinds (a key of ``GROUPS``), receptors, and residents behind them (None: unknown).
        over_before: receptors above the limit without it.
    """

    limit: str
    verdict: Verdict
    reasons: tuple[str, ...]
    existing: float | None
    proposed: float | None
    actual: float | None
    worst: int
    over: int
    over_before: int
    by_kind: tuple[tuple[str, int, float | None], ...] = ()


def findings(pack: Pack) -> tuple[Finding, ...]:
    """Return what can be said of each limit; unknown passes nothing, and what is exceeded is said in any case."""
    return tuple(_finding(pack, n, limit) for n, limit in enumerate(pack.limits))


def _finding(pack: Pack, n: int, limit: ExposureLimit) -> Finding:
    before, after, actual = pack.existing.ratio[0, n], pack.proposed.ratio[0, n], pack.proposed.ratio[1, n]
    known = np.isfinite(after)
    over = int((after[known] > 1.0).sum())
    reasons = [
        word
        for word, holds in (
            ("expired", limit.expired),
            ("incomplete", pack.incomplete),
            ("narrow", reach_m(pack, limit) > pack.within_m),
            ("unknown", not known.all()),
            ("nobody", not len(after)),
        )
        if holds
    ]
    verdict: Verdict = "below_unverified" if not limit.verified else "complies"
    if verdict == "complies" and not over and pack.reflection <= 1.0:
        reasons.append("reflections")
    if limit.expired or (reasons and not over):
        verdict = "none"
    elif over:
        verdict = "exceeds"
    if not limit.verified:
        reasons.append("unverified")
    worst = int(np.nanargmax(np.where(known, after, -1.0))) if known.any() else -1
    return Finding(
        limit.id, verdict, tuple(reasons), _highest(before), _highest(after), _highest(actual), worst, over,
        int((before[np.isfinite(before)] > 1.0).sum()), _by_kind(pack.receptors, known & (after > 1.0)),
    )  # fmt: skip


def _by_kind(receptors: Receptors, over: NDArray[np.bool_]) -> tuple[tuple[str, int, float | None], ...]:
    """Return the groups of kinds that have places above the limit, how many, and the residents behind them."""
    found: list[tuple[str, int, float | None]] = []
    for group, kinds in GROUPS.items():
        mine = over & np.isin(receptors.kind, kinds)
        people = receptors.people[mine]
        if mine.any():
            known = np.isfinite(people)
            found.append((group, int(mine.sum()), float(people[known].sum()) if known.any() else None))
    return tuple(found)


def reach_m(pack: Pack, limit: ExposureLimit) -> float:
    """Return how far the zone of the site reaches under a limit (m).

    Where no zone was computed it is the standoff of the strongest cell of the candidate in its beam; 0 without either.
    """
    zone = next((z for z in pack.zones if z.limit == limit.id), None)
    if zone is not None and zone.reach_m is not None:
        return zone.reach_m
    own = [(a.eirp_w, limit.power_density_w_m2(a.frequency_mhz)) for a in pack.antennas if a.candidate]
    beams = [pack.reflection * eirp / (4.0 * math.pi * allowed) for eirp, allowed in own if allowed]
    return math.sqrt(max(beams, default=0.0))


def _highest(values: Float) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.max()) if len(known) else None
