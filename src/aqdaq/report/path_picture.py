"""One path as a picture: the ground and what stands on it, the ray, the first Fresnel zone, and what rises into it."""

from __future__ import annotations

import io
import textwrap
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from aqdaq.engine.clearance import FREE_SHARE, Clearance, fresnel_radius_m
from aqdaq.engine.registry import PathInput
from aqdaq.report import palette
from aqdaq.report.drawing import fixed_style
from aqdaq.report.texts import Texts

PictureKind = Literal["png", "svg"]
Array = NDArray[np.float64]

DPI: Final = 130
#: A path shorter than this (m) is drawn in metres.
SHORT_M: Final = 2000.0

_GROUND, _SEA, _CLUTTER = "#cdbb98", "#a3c8e4", "#8793a1"
_RAY, _ZONE, _HORIZON = palette.INK, "#5b4a9c", "#0b6e4f"
_HALO: Final = [withStroke(linewidth=2.6, foreground="white")]

# Inches: the axes, and what stands around them.
_WIDTH, _HIGH, _LEFT, _RIGHT, _AXIS, _MARGIN = 9.4, 3.9, 0.78, 0.16, 0.52, 0.12
_LINE, _ROW, _HEAD = 0.19, 0.168, 0.22
_TITLE_CHARACTERS, _TEXT_CHARACTERS, _LONGEST_ID = 100, 155, 60
_LEGEND_COLUMNS: Final = 3
#: Room kept free above all that is drawn, for the label of the main obstacle, and below it, for those of the antennas;
#: shares of the height. No label lies on what it speaks of.
_ABOVE, _BELOW = 0.24, 0.08
#: A curvature lower than this share of the height drawn cannot be seen, and no line is drawn for it.
_SEEN_BULGE: Final = 0.004


@dataclass(frozen=True, slots=True)
class PathScene:
    """What a picture of a path shows.

    Attributes:
        id: of the path.
        path: its profile, antennas and frequency.
        loss_db: basic transmission loss (dB).
        model: that gave the loss, in words.
        body: name of the body.
        k: effective-radius factor that the curvature is drawn with.
        seen: how free the path is, with the same factor.
    """

    id: str
    path: PathInput
    loss_db: float
    model: str
    body: str
    k: float
    seen: Clearance


def draw_path(scene: PathScene, texts: Texts, kind: PictureKind = "png") -> bytes:
    """Return the picture of a path, the same bytes for the same path.

    Args:
        scene: what it shows.
        texts: the language.
        kind: ``png`` or ``svg``.
    """
    with fixed_style(), mpl.rc_context({"svg.hashsalt": "aqdaq"}):
        return _Drawing(scene, texts).draw(kind)


class _Drawing:
    """A picture in the making."""

    def __init__(self, scene: PathScene, texts: Texts) -> None:
        self.scene, self.texts = scene, texts
        self.path, self.seen = scene.path, scene.seen
        self.in_km = self.path.length_m >= SHORT_M
        self.x = self.path.distance_m * (1e-3 if self.in_km else 1.0)
        self.ground = self.path.ground_m + self.seen.bulge_m
        self.surface = self.seen.ray_m - self.seen.clearance_m

    def draw(self, kind: PictureKind) -> bytes:
        title = textwrap.wrap(self.title, _TITLE_CHARACTERS)
        words = textwrap.wrap(self.words, _TEXT_CHARACTERS)
        head = _HEAD + _LINE * (len(title) + len(words))
        rows = -(-self.legend_entries // _LEGEND_COLUMNS)
        legend = rows * _ROW + _MARGIN
        height = head + _HIGH + _AXIS + legend
        figure = Figure(figsize=(_WIDTH, height), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((_LEFT / _WIDTH, (legend + _AXIS) / height,
                                (_WIDTH - _LEFT - _RIGHT) / _WIDTH, _HIGH / height))  # fmt: skip
        left, top = _MARGIN / _WIDTH, height - _MARGIN
        figure.text(left, top / height, "\n".join(title), size=11, weight="bold", va="top")
        below = (top - _LINE * len(title) - 0.04) / height
        figure.text(left, below, "\n".join(words), size=8.5, va="top", color="#555555")
        self._fill(axes)
        figure.legend(
            *axes.get_legend_handles_labels(), loc="lower left", ncols=_LEGEND_COLUMNS, frameon=False, fontsize=8.5,
            bbox_to_anchor=(left, 0.04 / height), borderaxespad=0.0, borderpad=0.2, labelspacing=0.4,
            handlelength=1.8, handletextpad=0.6, columnspacing=1.6,
        )  # fmt: skip
        return self._bytes(figure, kind)

    def _bytes(self, figure: Figure, kind: PictureKind) -> bytes:
        said = {"Title": self.title, "Description": self.words}
        metadata: dict[str, Any] = {
            **said,
            **({"Date": None, "Creator": None} if kind == "svg" else {"Software": None}),
        }
        out = io.BytesIO()
        with warnings.catch_warnings():
            # An id in a script that the font lacks is drawn as boxes; the table beside the picture has it in full.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            figure.savefig(out, format=kind, dpi=DPI, metadata=metadata)
        return out.getvalue()

    @cached_property
    def title(self) -> str:
        """Path, loss, model, frequency."""
        return self.texts.say(
            "path-title",
            id=textwrap.shorten(self.scene.id, _LONGEST_ID, placeholder="…") or "–",
            loss=self.texts.number(self.scene.loss_db, 1),
            model=self.scene.model,
            frequency=f"{self.path.frequency_mhz:g}",
        )

    @cached_property
    def words(self) -> str:
        """What the picture shows, in sentences: it also stands for the picture where that cannot be seen."""
        say, seen = self.texts.say, self.seen
        if not seen.in_sight:
            state = say("path-blocked")
        else:
            state = say("path-touched" if seen.into_zone.any() else "path-free", share=self._share)
        parts = [say("path-length", length=self._away(self.path.length_m)), state]
        if seen.main is not None:
            parts.append(f"{self._main_label(seen.main)}.")
        parts.append(say(f"path-curvature-{self.scene.body}", k=self.texts.number(self.scene.k, 2)))
        return " ".join(parts)

    @cached_property
    def legend_entries(self) -> int:
        """Number of entries of the legend."""
        seen, path = self.seen, self.path
        horizons = len({seen.tx_horizon, seen.rx_horizon} - {None})
        given = (
            self._has_sea, bool(path.clutter_m.any()), self._bulge_shows, bool(seen.above_ray.any()),
            bool((seen.into_zone & ~seen.above_ray).any()),
        )  # fmt: skip
        return 4 + horizons + sum(given)

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest height of the axes (m)."""
        low = min(float(self.path.ground_m.min()), float((self.seen.ray_m - self.seen.fresnel_m).min()))
        high = max(
            float((self.ground + self.path.clutter_m).max()), float((self.seen.ray_m + self.seen.fresnel_m).max())
        )
        tall = max(high - low, 1.0)
        return low - _BELOW * tall, high + _ABOVE * tall

    @property
    def _share(self) -> str:
        return self.texts.number(FREE_SHARE, 1)

    @property
    def _has_sea(self) -> bool:
        return bool((self.path.zone == 1).any())

    @property
    def _bulge_shows(self) -> bool:
        low, high = self.limits
        return float(self.seen.bulge_m.max()) > _SEEN_BULGE * (high - low)

    def _away(self, distance_m: float) -> str:
        if self.in_km:
            return self.texts.say("path-distance-km", value=self.texts.number(distance_m * 1e-3, 2))
        return self.texts.say("path-distance-m", value=self.texts.number(distance_m, 0))

    def _main_label(self, main: int) -> str:
        free = float(self.seen.clearance_m[main])
        if self.seen.into_zone[main]:
            key = "path-main-above" if free <= 0.0 else "path-main-below"
        else:
            key = "path-main-free"
        away = self._away(float(self.path.distance_m[main]))
        return self.texts.say(key, distance=away, height=self.texts.number(abs(free), 1))

    def _fill(self, axes: Axes) -> None:
        low, high = self.limits
        pad = 0.015 * float(self.x[-1])
        axes.set_xlim(-pad, float(self.x[-1]) + pad)
        axes.set_ylim(low, high)
        self._profile(axes, low)
        self._zone(axes)
        self._marks(axes)
        self._horizons(axes)
        self._antennas(axes)
        if self.seen.main is not None:
            self._point_out(axes, self.seen.main)
        say = self.texts.say
        axes.set_xlabel(say("path-axis-km" if self.in_km else "path-axis-m"), size=8.5)
        axes.set_ylabel(say(f"path-axis-height-{self.scene.body}"), size=8.5)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
        axes.ticklabel_format(useOffset=False, style="plain")
        axes.tick_params(labelsize=8, length=3, width=0.6)
        axes.spines[["top", "right"]].set_visible(False)

    def _profile(self, axes: Axes, low: float) -> None:
        """Draw the ground, the sea, what stands there, and a level line that shows the curvature."""
        say = self.texts.say
        x, number = _cells(self.x)
        ground = np.interp(x, self.x, self.ground)
        axes.fill_between(x, low, ground, color=_GROUND, linewidth=0, zorder=2, label=say("path-ground"))
        if self._has_sea:
            sea = (self.path.zone == 1)[number]
            axes.fill_between(x, low, ground, where=sea, color=_SEA, linewidth=0, zorder=2.1, label=say("path-sea"))
        above = self.path.clutter_m[number]
        if above.any():
            axes.fill_between(x, ground, ground + above, where=above > 0.0, color=_CLUTTER, linewidth=0, zorder=2.2,
                              label=say("path-clutter"))  # fmt: skip
        axes.plot(self.x, self.ground, color="#7d6b49", linewidth=0.7, zorder=2.3)
        if self._bulge_shows:
            level = float(self.path.ground_m.min()) + self.seen.bulge_m
            axes.plot(self.x, level, color="#4d4d4d", linewidth=0.8, linestyle=(0, (6, 3)), zorder=2.4,
                      label=say("path-level-line"))  # fmt: skip

    def _zone(self, axes: Axes) -> None:
        """Draw the ray and the first Fresnel zone, with 0.6 of it."""
        say, ray = self.texts.say, self.seen.ray_m
        ends = np.array([0, -1])
        # Points enough for a smooth ellipse, however few the profile has: the nearer to its ends, the closer.
        even = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, 181))
        away_m = np.unique(np.concatenate([self.path.distance_m, even * self.path.length_m]))
        x = np.interp(away_m, self.path.distance_m[ends], self.x[ends])
        middle = np.interp(x, self.x[ends], ray[ends])
        round_ = fresnel_radius_m(away_m, self.path.length_m - away_m, self.path.frequency_mhz)
        axes.fill_between(x, middle - round_, middle + round_, facecolor=_ZONE, alpha=0.16, linewidth=0, zorder=4,
                          label=say("path-zone"))  # fmt: skip
        for sign in (-1.0, 1.0):
            axes.plot(x, middle + sign * round_, color=_ZONE, linewidth=0.6, zorder=4.1)
            label = say("path-zone-part", share=self._share) if sign > 0 else None
            axes.plot(x, middle + sign * FREE_SHARE * round_, color=_ZONE, linewidth=0.9, linestyle=(0, (4, 2)),
                      zorder=4.2, label=label)  # fmt: skip
        axes.plot(self.x[ends], ray[ends], color=_RAY, linewidth=1.1, zorder=6, label=say("path-ray"))

    def _marks(self, axes: Axes) -> None:
        """Mark the samples that rise into 0.6 of the zone."""
        above = self.seen.above_ray
        size = 3.4 if len(self.x) <= 250 else 2.2
        for which, colour, label in (
            (self.seen.into_zone & ~above, palette.PARTIAL, self.texts.say("path-into-zone", share=self._share)),
            (above, palette.TOTAL, self.texts.say("path-above-ray")),
        ):
            if which.any():
                axes.plot(self.x[which], self.surface[which], linestyle="none", marker="o", markersize=size,
                          markerfacecolor=colour, markeredgewidth=0, zorder=7, label=label)  # fmt: skip

    def _horizons(self, axes: Axes) -> None:
        """Mark the horizons, with the lines from the antennas that touch them."""
        seen = self.seen
        if seen.tx_horizon is None or seen.rx_horizon is None:
            return
        for end, sample in ((0, seen.tx_horizon), (-1, seen.rx_horizon)):
            axes.plot([self.x[end], self.x[sample]], [seen.ray_m[end], self.surface[sample]], color=_HORIZON,
                      linewidth=0.9, linestyle=(0, (1, 1.6)), zorder=6.1)  # fmt: skip
        same = seen.tx_horizon == seen.rx_horizon
        ends = (
            [("both", seen.tx_horizon, "D")] if same else [("tx", seen.tx_horizon, ">"), ("rx", seen.rx_horizon, "<")]
        )
        for name, sample, marker in ends:
            label = self.texts.say(f"path-horizon-{name}", distance=self._away(float(self.path.distance_m[sample])))
            axes.plot(self.x[sample], self.surface[sample], linestyle="none", marker=marker, markersize=6.5,
                      markerfacecolor=_HORIZON, markeredgecolor="white", markeredgewidth=0.7, zorder=8,
                      label=label)  # fmt: skip

    def _antennas(self, axes: Axes) -> None:
        for end, height, key, side in (
            (0, self.path.tx_height_m, "path-tx", "left"), (-1, self.path.rx_height_m, "path-rx", "right"),
        ):  # fmt: skip
            x, foot, top = float(self.x[end]), float(self.ground[end]), float(self.seen.ray_m[end])
            axes.plot([x, x], [foot, top], color=_RAY, linewidth=1.6, zorder=9, solid_capstyle="butt")
            axes.plot(x, top, linestyle="none", marker="o", markersize=4.5, color=_RAY, zorder=9)
            words = self.texts.say(key, height=self.texts.number(height, 0 if float(height).is_integer() else 1))
            axes.annotate(
                words, (x, self.limits[0]), (-4 if end else 4, 3), textcoords="offset points", size=8, ha=side,
                va="bottom", zorder=12,
            )  # fmt: skip

    def _point_out(self, axes: Axes, main: int) -> None:
        """Write beside the top edge what the main obstacle is, with a line to it."""
        share = float((self.x[main] - axes.get_xlim()[0]) / np.ptp(axes.get_xlim()))
        side = "left" if share < 0.3 else "right" if share > 0.7 else "center"
        axes.annotate(
            self._main_label(main), (float(self.x[main]), float(self.surface[main])), (share, 0.985),
            textcoords="axes fraction", size=8.5, weight="bold", ha=side, va="top", zorder=12, path_effects=_HALO,
            arrowprops={"arrowstyle": "-|>", "color": palette.INK, "linewidth": 0.8, "shrinkA": 1, "shrinkB": 3,
                        "relpos": ({"left": 0.0, "right": 1.0}.get(side, 0.5), 0.0)},
        )  # fmt: skip


def _cells(x: Array) -> tuple[Array, NDArray[np.int64]]:
    """Return three places for each sample, the middles to its neighbours and its own, and the sample of each place.

    What stands at a sample is drawn over its cell, with a wall between two cells of different height.
    """
    middle = 0.5 * (x[:-1] + x[1:])
    left, right = np.concatenate([x[:1], middle]), np.concatenate([middle, x[-1:]])
    return np.stack([left, x, right], axis=1).ravel(), np.repeat(np.arange(len(x)), 3)
