"""Measurements on their way from the readers to the fit: doubted, weighed, thinned, with nothing lost in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.screen import DeviceOffset, Finding, Limits, ScreeningSummary, screen, thin
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import Measurements, SetAside
from aqdaq.model.network import Cell, Network
from aqdaq.model.project import ScreeningSection


@dataclass(frozen=True, slots=True)
class ScreenedMeasurements:
    """The outcome: rows in are ``used`` and those set aside; the counts of ``measurements`` are those of ``used``.

    Attributes:
        measurements: what the fit takes: screened and, where the project wants it, thinned.
        used: the rows that were not set aside, before thinning.
        set_aside: the others; the value is the cell.
        kept: (n,) positions of ``used`` in the table that came in.
        of_row: (n,) the row of ``measurements`` into which each row of ``used`` went.
        summary: findings and counts, for ``check`` and the report.
    """

    measurements: Measurements
    used: Measurements
    set_aside: tuple[SetAside, ...]
    kept: NDArray[np.int64]
    of_row: NDArray[np.int64]
    summary: ScreeningSummary


@dataclass(frozen=True, slots=True)
class _OnSite:
    """A cell and where its site stands."""

    cell: Cell
    x_m: float
    y_m: float


def screened(
    measurements: Measurements,
    network: Network,
    grid: Grid,
    section: ScreeningSection,
    *,
    residual_db: NDArray[np.float64] | None = None,
) -> ScreenedMeasurements:
    """Return the measurements that the fit takes, and what was wrong with the others.

    Args:
        measurements: n rows as read, those of one file in its order.
        network: whose cells were measured.
        grid: its pixels are thinned to where the project gives no side.
        section: ``[screening]`` of the project file.
        residual_db: (n,) measured minus predicted level (dB), NaN where unknown; with it devices that share no place
            with another are compared too. None: nobody predicted yet.
    """
    used, kept = measurements, np.arange(len(measurements), dtype=np.int64)
    aside: tuple[SetAside, ...] = ()
    findings: tuple[Finding, ...] = ()
    offsets: tuple[DeviceOffset, ...] = ()
    less = 0
    if section.enabled:
        limits = Limits(section.good_error_m, section.most_error_m)
        found = screen(measurements, _on_sites(network), residual_db=residual_db, limits=limits)
        used, aside, kept = found.measurements, found.set_aside, found.kept
        findings, offsets, less = found.findings, found.offsets, found.downweighted
    out, of_row = used, np.arange(len(used), dtype=np.int64)
    if section.thin:
        thinned = thin(used, grid if section.thin_m is None else section.thin_m, apart=section.apart)
        out, of_row = thinned.measurements, thinned.of_row
    summary = ScreeningSummary(len(measurements), len(aside), less, len(out), findings, offsets)
    return ScreenedMeasurements(out, used, aside, kept, of_row, summary)


def screening_lines(summary: ScreeningSummary) -> list[str]:
    """Return what ``aqdaq check`` says of the screening: a line a finding, and one that sums up."""
    lines = [f"screening: {finding.what} [{finding.action}, {finding.rows} rows]" for finding in summary.findings]
    merged = f", thinned to {summary.rows_out}" if summary.rows_out != summary.used else ""
    total = f"{summary.rows_in} rows looked at, {summary.set_aside} set aside, {summary.downweighted} count less"
    return [*lines, f"screening: {total}; {summary.used} used{merged}"]


def _on_sites(network: Network) -> tuple[_OnSite, ...]:
    sites = {site.id: site for site in network.sites}
    return tuple(_OnSite(cell, sites[cell.site_id].x_m, sites[cell.site_id].y_m) for cell in network.cells)
