"""Are wrong site tables found? Synthetic cities whose tables hold planted errors, by the product's own path.

Each city is written by ``aqdaq sample``; its measurements are read, predicted and fitted as a run does, and the site
data that the fit doubts are compared with ``data/truth.json``, which no run reads. Counted are cells with enough
measurements. A cell with a planted error counts as found where the right figure is named; a cell without one is a false
alarm wherever anything is named.

    python benchmarks/planted_errors.py --seeds 21 30
    python benchmarks/planted_errors.py --seeds 21 22 --json
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from aqdaq.analysis.fusion.suspects import SAMPLES
from aqdaq.model.suspect import Suspect
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.quick import fitted
from aqdaq.pipeline.sample import write_sample
from aqdaq.pipeline.site_data import doubted_site_data
from aqdaq.pipeline.store import Store

#: An azimuth is to be found that is wrong by more than this (deg).
TURNED_DEG: Final = 30.0


@dataclass
class Count:
    """What was found in some cities; cells with too few measurements are not in it.

    Attributes:
        azimuths: planted that are wrong by more than 30 degrees.
        azimuths_found: of these, named as azimuths.
        azimuth_error_deg: of those found, sum of how far the fitted azimuth is from the true one.
        tilts: planted wrong downtilts.
        tilts_found: of these, named as downtilts.
        tilt_error_deg: of those found, sum of how far the fitted downtilt is from the true one.
        right: cells without a planted error.
        false_azimuths: of these, doubted for their azimuth.
        false_tilts: of these, doubted for their downtilt.
        false_others: of these, doubted for something else, or their site for its place.
    """

    azimuths: int = 0
    azimuths_found: int = 0
    azimuth_error_deg: float = 0.0
    tilts: int = 0
    tilts_found: int = 0
    tilt_error_deg: float = 0.0
    right: int = 0
    false_azimuths: int = 0
    false_tilts: int = 0
    false_others: int = 0

    def add(self, other: Count) -> None:
        """Add the counts of another city."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    @property
    def false_share(self) -> float:
        """Share of the right cells that are doubted."""
        return (self.false_azimuths + self.false_tilts + self.false_others) / max(self.right, 1)


def counted(found: Iterable[Suspect], samples: Mapping[str, int], truth: Mapping[str, Any]) -> Count:
    """Return the counts of one city.

    Args:
        found: what was doubted.
        samples: measurements of each cell.
        truth: content of the sample's ``truth.json``.
    """
    out, named = Count(), {one.cell: one for one in found}
    enough = {cell for cell, count in samples.items() if count >= SAMPLES}
    azimuth = {row["cell"]: row for row in truth["wrong_azimuths"]}
    tilt = {row["cell"]: row for row in truth["wrong_downtilts"]}
    for cell in sorted(enough & azimuth.keys()):
        right, one = azimuth[cell]["true_deg"], named.get(cell)
        if abs(_turn(right - azimuth[cell]["table_deg"])) <= TURNED_DEG:
            continue
        out.azimuths += 1
        if one is not None and one.what in ("azimuth", "swapped"):
            out.azimuths_found += 1
            out.azimuth_error_deg += abs(_turn(one.fitted - right))
    for cell in sorted(enough & tilt.keys()):
        one = named.get(cell)
        out.tilts += 1
        if one is not None and one.what == "downtilt":
            out.tilts_found += 1
            out.tilt_error_deg += abs(one.fitted - tilt[cell]["true_deg"])
    out.right = len(enough - azimuth.keys() - tilt.keys())
    for cell, one in named.items():
        if cell in azimuth or cell in tilt:
            continue
        kind = {"azimuth": "azimuths", "swapped": "azimuths", "downtilt": "tilts"}.get(one.what, "others")
        setattr(out, f"false_{kind}", getattr(out, f"false_{kind}") + 1)
    return out


def city(seed: int, folder: Path) -> Count:
    """Return the counts of the city of a seed, written to ``folder``."""
    write_sample(folder, seed=seed)
    project = Project.open(folder)
    with Reporter(quiet=True) as reporter:
        _, predictor, calibrated = fitted(project, project.date(None), reporter)
    found = doubted_site_data(predictor, calibrated, Store(project.cache)) or ()
    placed = predictor.placed()
    heard = calibrated.observed.links.cell[calibrated.observed.heard]
    number = np.bincount(heard, minlength=len(placed))
    samples = {p.cell.id: int(n) for p, n in zip(placed, number, strict=True)}
    return counted(found, samples, json.loads((folder / "data/truth.json").read_text(encoding="utf-8")))


def lines(name: str, count: Count) -> Iterable[str]:
    """Yield what is printed of some cities."""
    azimuth = count.azimuth_error_deg / max(count.azimuths_found, 1)
    tilt = count.tilt_error_deg / max(count.tilts_found, 1)
    yield (
        f"{name:>8}: azimuths {count.azimuths_found} of {count.azimuths} (off by {azimuth:.0f} deg), "
        f"downtilts {count.tilts_found} of {count.tilts} (off by {tilt:.1f} deg), false alarms in {count.right} right "
        f"cells: {count.false_azimuths} azimuths, {count.false_tilts} downtilts, {count.false_others} others "
        f"({count.false_share:.1%})"
    )


def _turn(deg: float) -> float:
    return (deg + 180.0) % 360.0 - 180.0


def main() -> None:
    """Run the cities of the seeds and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", nargs=2, type=int, default=(21, 30), metavar=("FIRST", "LAST"))
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args()
    total, cities = Count(), {}
    for seed in range(asked.seeds[0], asked.seeds[1] + 1):
        with tempfile.TemporaryDirectory() as folder:
            cities[seed] = city(seed, Path(folder) / "city")
        total.add(cities[seed])
        if not asked.json:
            print(*lines(f"seed {seed}", cities[seed]), sep="\n", flush=True)
    if asked.json:
        every = {str(seed): asdict(count) for seed, count in cities.items()}
        print(json.dumps({"synthetic": True, "samples": SAMPLES, "all": asdict(total), "seeds": every}))
    else:
        print(*lines("all", total), sep="\n")


if __name__ == "__main__":
    main()
