"""The maps of a report as pictures, each with its caption and its text for those who do not see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import AbstractPathEffect, withStroke
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from aqdaq.analysis.whitespots import failing, failing_for_all
from aqdaq.model.coverage import Coverage, Evidence
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.network import Layer
from aqdaq.report import palette
from aqdaq.report.classes import (
    EVIDENCE_ORDER,
    SINR_EDGES_DB,
    classify,
    edge_labels,
    level_edges_dbm,
    probability_edges,
)
from aqdaq.report.content import ReportContent
from aqdaq.report.districts import burn
from aqdaq.report.drawing import Heading, Key, Sheet, fixed_style, new_sheet, paint, png
from aqdaq.report.labels import Box, place_labels
from aqdaq.report.phrases import definition_short
from aqdaq.report.texts import Texts

#: As many white spots carry their rank on the map as stand in the table below it.
MAX_NUMBERED: Final = 50

_NUMBER_PT: Final = 8.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A map as PNG.

    Attributes:
        png: the bytes.
        alt: what it shows, in words.
        caption: what stands below it.
    """

    png: bytes
    alt: str
    caption: str


class MapMaker:
    """Draws the maps of one run in one language.

    Args:
        content: the finished run.
        texts: the language.
    """

    def __init__(self, content: ReportContent, texts: Texts) -> None:
        self.content = content
        self.texts = texts

    def whitespots(self, definition: ServiceDefinition) -> Picture:
        """Return the map of the white spots of a definition: ranks, total or partial, sites, the unknown."""
        say = self.texts.say
        spots = self.content.whitespots.get(definition.id, ())
        keys = [
            Key(say("legend-total"), palette.TOTAL),
            Key(say("legend-partial"), palette.PARTIAL),
            Key(say("legend-no-whitespot"), palette.OPEN_GROUND),
            Key(say("legend-building"), palette.BUILDING),
            Key(say("legend-unknown-any"), palette.UNKNOWN, "unknown"),
            Key(say("legend-site"), palette.SITE, "site"),
        ]
        if self.content.districts is not None:
            keys.append(Key(say("legend-district"), palette.DISTRICT, "line"))
        heading = self._heading(say("map-whitespots-title", definition=definition.title))
        with fixed_style():
            sheet = new_sheet(self.content.grid, heading, keys)
            colours = [palette.OPEN_GROUND, palette.BUILDING, palette.PARTIAL, palette.TOTAL]
            paint(sheet, self._spot_classes(definition), colours)
            if self.content.districts is not None:
                _outline(sheet, self.content.districts.geometry, palette.DISTRICT, 0.8, below=True)
            _outline(sheet, [spot.geometry for spot in spots], palette.SITE, 0.4, below=True)
            self._sites(sheet, None)
            left_out = self._number(sheet, definition)
            drawn = png(sheet)
        caption = say("map-whitespots-caption", words=definition_short(definition, self.texts))
        if left_out:
            caption = f"{caption} {say('map-numbers-left-out', count=left_out)}"
        total = sum(spot.kind != "partial" for spot in spots)
        alt = say("map-whitespots-alt", count=len(spots), total=total, **self._what(definition.title))
        return Picture(drawn, alt, caption)

    def level(self, coverage: Coverage) -> Picture:
        """Return the map of the mean level of a layer."""
        edges = level_edges_dbm(coverage, self.content.definitions)
        title = self.texts.say("map-level-title", layer=str(coverage.layer), quantity=coverage.quantity)
        drawn = self._classes(
            title, classify(coverage.mean_dbm, edges), level_colours(edges), edge_labels(edges, "dBm", self.texts),
            coverage.layer,
        )  # fmt: skip
        caption = self.texts.say(
            "map-level-caption", quantity=coverage.quantity, thresholds=self._thresholds(coverage.layer)
        )
        known = coverage.sd_db[np.isfinite(coverage.sd_db)]
        if known.size:
            caption = f"{caption} {self.texts.say('map-level-sd', sd=self.texts.number(float(np.median(known)), 1))}"
        return Picture(drawn, self._alt("map-level-alt", coverage), caption)

    def probability(self, coverage: Coverage, definition: ServiceDefinition) -> Picture:
        """Return the map of the probability that the definition holds for a layer."""
        edges = probability_edges(definition)
        labels = edge_labels(tuple(round(100.0 * edge, 6) for edge in edges), "%", self.texts)
        title = self.texts.say("map-probability-title", layer=str(coverage.layer), definition=definition.title)
        classes = classify(coverage.probability[definition.id], edges)
        colours = probability_colours(definition)
        shapes = [spot.geometry for spot in self.content.whitespots.get(definition.id, ())]
        drawn = self._classes(title, classes, colours, labels, coverage.layer, shapes)
        caption = self.texts.say("map-probability-caption", words=definition_short(definition, self.texts))
        return Picture(drawn, self._alt("map-probability-alt", coverage), caption)

    def evidence(self, coverage: Coverage) -> Picture:
        """Return the map that says where figures were measured, where predicted, and where nothing is known."""
        title = self.texts.say("map-evidence-title", layer=str(coverage.layer))
        labels = [self.texts.say(f"evidence-{kind.word}") for kind in EVIDENCE_ORDER[:2]]
        colours = [palette.EVIDENCE_COLOURS[kind] for kind in EVIDENCE_ORDER[:2]]
        order = np.zeros(len(Evidence), dtype=np.uint8)
        order[Evidence.MEASURED], order[Evidence.PREDICTED] = 1, 2
        drawn = self._classes(title, order[coverage.evidence], colours, labels, coverage.layer)
        return Picture(drawn, self._alt("map-evidence-alt", coverage), self.texts.say("map-evidence-caption"))

    def sinr(self, coverage: Coverage) -> Picture:
        """Return the map of the SINR of the best server of a layer."""
        title = self.texts.say("map-sinr-title", layer=str(coverage.layer))
        labels = edge_labels(SINR_EDGES_DB, "dB", self.texts)
        drawn = self._classes(title, classify(coverage.sinr_db, SINR_EDGES_DB), sinr_colours(), labels, coverage.layer)
        return Picture(drawn, self._alt("map-sinr-alt", coverage), self.texts.say("map-sinr-caption"))

    def _thresholds(self, layer: Layer) -> str:
        """Return the thresholds that judge a layer, in words."""
        say = self.texts.say
        found = [
            say("map-level-threshold", level=f"{d.threshold_dbm[layer.technology]:g}", definition=d.title)
            for d in self.content.definitions
            if d.judges(layer)
        ]
        return say("list-separator").join(found) if found else say("map-level-no-threshold")

    def _classes(
        self,
        title: str,
        classes: NDArray[np.uint8],
        colours: list[str],
        labels: list[str],
        layer: Layer,
        outlines: Iterable[BaseGeometry] = (),
    ) -> bytes:
        say = self.texts.say
        shapes = list(outlines)
        keys = [Key(label, colour) for label, colour in zip(labels, colours, strict=True)]
        keys += [Key(say("class-unknown"), palette.UNKNOWN, "unknown"), Key(say("legend-site"), palette.SITE, "site")]
        if shapes:
            keys.append(Key(say("legend-outline"), palette.INK, "line"))
        heading = self._heading(title)
        with fixed_style():
            sheet = new_sheet(self.content.grid, heading, keys)
            paint(sheet, classes, colours)
            _outline(sheet, shapes, palette.INK, 0.9)
            self._sites(sheet, layer)
            return png(sheet)

    def _heading(self, title: str) -> Heading:
        content, say = self.content, self.texts.say
        axis = self._crs_name
        return Heading(
            title=title,
            subtitle=say("map-subtitle", project=content.config.project.name, date=content.date.isoformat()),
            axis_x=say("map-axis-x", crs=axis),
            axis_y=say("map-axis-y", crs=axis),
            north=say("map-north"),
            scale_km=say("map-scale-km", length="{}"),
            scale_m=say("map-scale-m", length="{}"),
            stamp=say("synthetic-word") if content.config.project.synthetic else "",
        )

    @cached_property
    def _crs_name(self) -> str:
        crs = CRS.from_user_input(self.content.grid.crs)
        authority = crs.to_authority()
        return ":".join(authority) if authority else crs.name

    def _what(self, subject: str) -> dict[str, str]:
        """Return the arguments that every text for a picture takes."""
        synthetic = self.texts.say("map-alt-synthetic") if self.content.config.project.synthetic else ""
        return {"subject": subject, "date": self.content.date.isoformat(), "synthetic": synthetic}

    def _alt(self, key: str, coverage: Coverage) -> str:
        return self.texts.say(key, **self._what(str(coverage.layer))).strip()

    def _background(self, definition: ServiceDefinition) -> NDArray[np.uint8]:
        """Return 1 for open ground, 2 for buildings, 0 where a layer that the definition judges is unknown."""
        background = np.where(self.content.surface.above_ground_m > 0, 2, 1).astype(np.uint8)
        judged = [layer for layer in self.content.coverage if definition.id in layer.probability]
        for layer in judged:
            background[~np.isfinite(layer.probability[definition.id])] = 0
        return background if judged else np.zeros_like(background)

    def _spot_classes(self, definition: ServiceDefinition) -> NDArray[np.uint8]:
        """Return the background with 3 where a white spot is partial and 4 where in it no operator serves."""
        classes, spots = self._background(definition), self.content.whitespots.get(definition.id, ())
        judged = [layer for layer in self.content.coverage if definition.id in layer.probability]
        if not spots or not judged:
            return classes
        inside = burn(self.content.grid, [(spot.geometry, 1) for spot in spots], fill=0) == 1
        nobody = failing_for_all(judged, {str(layer.layer): failing(layer, definition) for layer in judged})
        classes[inside] = np.where(nobody, 4, 3)[inside]
        return classes

    def _sites(self, sheet: Sheet, layer: Layer | None) -> None:
        network = self.content.network
        carrying = {cell.site_id for cell in network.cells if layer is None or cell.layer == layer}
        sites = [site for site in network.sites if site.id in carrying]
        sheet.axes.plot(
            [site.x_m / 1e3 for site in sites], [site.y_m / 1e3 for site in sites], linestyle="none", marker="^",
            markersize=6, markerfacecolor=palette.SITE, markeredgecolor="white", markeredgewidth=0.7, zorder=10,
            scalex=False, scaley=False,
        )  # fmt: skip

    def _number(self, sheet: Sheet, definition: ServiceDefinition) -> int:
        """Write the ranks on the map and return how many found no room."""
        spots = self.content.whitespots.get(definition.id, ())[:MAX_NUMBERED]
        inside = [spot.geometry.representative_point() for spot in spots]
        points = [sheet.to_points(point.x, point.y) for point in inside]
        words = [str(spot.rank) for spot in spots]
        sizes = [(len(word) * _NUMBER_PT * 0.66 + 3.0, _NUMBER_PT + 3.0) for word in words]
        frame = Box(2.0, 2.0, sheet.width_pt - 2.0, sheet.height_pt - 2.0)
        places = place_labels(points, sizes, frame)
        for word, point, place in zip(words, points, places, strict=True):
            if place is not None:
                _write_number(sheet, word, point, place)
        return sum(place is None for place in places)


def level_colours(edges: tuple[float, ...]) -> list[str]:
    """Return the colours of the level classes, low to high."""
    return palette.rising(len(edges) + 1)


def sinr_colours() -> list[str]:
    """Return the colours of the SINR classes, low to high."""
    return palette.rising(len(SINR_EDGES_DB) + 1, "plasma")


def probability_colours(definition: ServiceDefinition) -> list[str]:
    """Return the colours of the probability classes: browns below the bound of the definition, violets above."""
    edges = probability_edges(definition)
    below = sum(edge <= definition.bound for edge in edges)
    return palette.around_bound(below, len(edges) + 1 - below)


def _write_number(sheet: Sheet, word: str, point: tuple[float, float], place: tuple[float, float]) -> None:
    x, y = sheet.to_km(*place)
    if place != point:
        x_point, y_point = sheet.to_km(*point)
        sheet.axes.plot([x_point, x], [y_point, y], color=palette.INK, linewidth=0.7, zorder=14,
                        scalex=False, scaley=False)  # fmt: skip
    halo = [withStroke(linewidth=2.4, foreground="white")]
    sheet.axes.text(x, y, word, size=_NUMBER_PT, weight="bold", ha="center", va="center", zorder=15,
                    path_effects=halo)  # fmt: skip


def _outline(sheet: Sheet, shapes: Iterable[BaseGeometry], colour: str, width: float, *, below: bool = False) -> None:
    """Draw the edges of shapes, with a light seam so that they show on dark colours too."""
    seam: list[AbstractPathEffect] = [] if below else [withStroke(linewidth=width + 1.4, foreground="#ffffffb0")]
    for shape in shapes:
        outline = outline_path(shape)
        if outline is not None:
            patch = PathPatch(outline, facecolor="none", edgecolor=colour, linewidth=width, zorder=4 if below else 6)
            patch.set_path_effects(seam)
            sheet.axes.add_patch(patch)


def outline_path(shape: BaseGeometry | None) -> Outline | None:
    """Return the rings of a polygon (holes included) as a path in kilometres; None where there is no area."""
    if shape is None or shape.is_empty:
        return None
    parts = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, Polygon)]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    if not rings:
        return None
    vertices: list[NDArray[Any]] = [np.asarray(ring.coords)[:, :2] / 1e3 for ring in rings]
    codes = [
        np.array([Outline.MOVETO, *[Outline.LINETO] * (len(ring) - 2), Outline.CLOSEPOLY], dtype=np.uint8)
        for ring in vertices
    ]
    return Outline(np.concatenate(vertices), np.concatenate(codes))
