"""What this machine has: doctor."""

from __future__ import annotations

from typing import Any

import click

from aqdaq.cli.options import echo_json, json_option


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say versions, threads, caches, fonts and data, and what is missing."""
    found = examine()
    if as_json:
        echo_json({"ok": not found["missing"], **found})
        return
    for key, value in found["versions"].items():
        click.echo(f"{key:<12} {value}")
    for key in ("threads", "kernel_cache", "report_font", "reference_data", "gpu", "languages"):
        click.echo(f"{key.replace('_', ' '):<15} {found[key]}")
    for line in found["missing"]:
        click.echo(f"missing: {line}")
    if not found["missing"]:
        click.echo("nothing is missing")


def examine() -> dict[str, Any]:
    """Return what was found, JSON-ready."""
    import pyogrio
    from matplotlib import font_manager
    from numba.core import config

    from aqdaq.base.settings import settings
    from aqdaq.pipeline.outputs import versions

    drivers = pyogrio.list_drivers()
    missing = [
        f"GDAL driver {name}"
        for name in ("GPKG", "GeoJSON", "FlatGeobuf", "ESRI Shapefile", "KML", "OSM")
        if name not in drivers
    ]
    font = font_manager.findfont("DejaVu Sans", fallback_to_default=False)
    reference = settings().reference_data
    if reference is not None and not reference.is_dir():
        missing.append(f"AQDAQ_REFERENCE_DATA names {reference}, which is not a folder")
    return {
        "versions": versions(),
        "threads": config.NUMBA_NUM_THREADS,
        "kernel_cache": config.CACHE_DIR or "beside the installed modules, or the user's cache folder",
        "report_font": font.rsplit("/", 1)[-1],
        "reference_data": str(reference) if reference else "not set (only tests and the Recife example use it)",
        "gpu": "not used",
        "languages": "en",
        "missing": missing,
    }
