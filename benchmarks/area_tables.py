"""The figures of ``area_coverage.py`` as Markdown tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def as_text(result: dict[str, Any]) -> str:
    """Return all figures of one run as text."""
    parts = [_machine(result), _models(result["models"]), _peer(result), _threads(result["threads"])]
    parts += [_start(result["start"]), _skipped(result["skipped"])]
    return "\n\n".join(part for part in parts if part)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(value) for value in line) + " |" for line in lines)


def count(value: float | None) -> str:
    """Return a number with a space between thousands, or a dash."""
    return "-" if value is None else f"{value:,.0f}".replace(",", " ")


def _machine(result: dict[str, Any]) -> str:
    box, found = result["machine"], result["versions"]
    named = ", ".join(f"{name} {value}" for name, value in found.items() if value)
    return f"{box['cpu']}, {box['usable_cores']} cores ({', '.join(box['flags'])}), {box['memory_gib']} GiB; {named}"


def _models(entries: list[dict[str, Any]]) -> str:
    head = (
        "model", "mode", "terrain", "size", "p (%)", "points", "points per CPU-second", "spread",
        "times the peer, same step", "times the peer, its own step", "peak (MiB)",
    )  # fmt: skip
    rows = [
        (
            *_what(e),
            e["ratio_to_peer_same_step"] or "-",
            e["ratio_to_peer_own_step"] or "-",
            f"{e['peak_mib']:.0f}",
        )
        for e in entries
    ]
    return table(head, rows) if rows else ""


def _what(entry: dict[str, Any]) -> tuple[object, ...]:
    """Return the columns that models and the peer share."""
    return (
        entry["model"],
        entry["mode"],
        entry["terrain"],
        entry["size"],
        f"{entry['time_percent']:g}",
        count(entry["points"]),
        count(entry["points_per_cpu_s"]),
        _share(entry["spread"]),
    )


def _peer(result: dict[str, Any]) -> str:
    if not result["peer"]:
        return f"No peer: {result['peer_missing']}."
    head = ("peer", "mode", "terrain", "size", "p (%)", "points", "points per CPU-second", "spread", "step (m)")
    return table(head, [(*_what(p), f"{p['step_m']:g}") for p in result["peer"]])


def _threads(entries: list[dict[str, Any]]) -> str:
    rows = [(e["model"], e["mode"], min(e["wall_1_s"]), min(e["wall_2_s"]), e["speedup"]) for e in entries]
    return table(("model", "mode", "one thread (s)", "two threads (s)", "ratio"), rows) if rows else ""


def _start(entries: list[dict[str, Any]]) -> str:
    head = (
        "model",
        "mode",
        "start",
        "import (s)",
        "first call (s)",
        "second call (s)",
        "whole process (s)",
        "peak (MiB)",
    )
    rows = [
        (
            e["model"],
            e["mode"],
            kind,
            e[kind]["import_s"],
            e[kind]["first_call_s"],
            e[kind]["second_call_s"],
            e[kind]["process_wall_s"],
            f"{e[kind]['peak_mib']:.0f}",
        )
        for e in entries
        for kind in ("cold", "cached")
    ]
    return table(head, rows) if rows else ""


def _skipped(entries: list[dict[str, Any]]) -> str:
    return "\n".join(
        "Left out: "
        + " ".join(str(e[k]) for k in ("model", "mode", "terrain", "size") if e.get(k))
        + f": {e['reason']}"
        for e in entries
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100.0 * value:.0f} %"
