"""The official P.1812 cases as they lie on disk: logs and profiles in the study group's format."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np


def read_log(path: Path) -> dict[tuple[str, str], float]:
    """Return the logged quantities by name and equation."""
    rows = csv.reader(path.read_text(encoding="utf-8").splitlines()[1:])
    return {(row[0].strip(), row[1].strip()): float(row[3]) for row in rows if len(row) >= 4 and row[3]}


def by_name(log: dict[tuple[str, str], float]) -> dict[str, float]:
    """Return the quantities by name alone; the last of a name wins."""
    return {name: value for (name, _), value in log.items()}


def read_profile(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return distance (m), ground (m), clutter (m) and zone."""
    lines = path.read_text(encoding="utf-8").splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith("Number of Points"))
    rows = []
    for line in lines[begin + 1 :]:
        parts = line.split(",")
        if line.startswith("{") or not parts[0].strip():
            break
        rows.append((float(parts[0]), float(parts[1]), float(parts[3] or 0.0), float(parts[4])))
    assert len(rows) == int(lines[begin].split(",")[1])
    d, ground, clutter, zone = np.array(rows).T
    return d * 1e3, ground, clutter, zone.astype(np.int8)
