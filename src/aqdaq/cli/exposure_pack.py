"""``aqdaq exposure pack``: the evidence pack of a candidate."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from aqdaq.cli.exposure_options import say_field, setting_of, setting_options
from aqdaq.cli.options import date_option, echo_json, json_option, overwrite_option, project_argument


@click.command()
@project_argument
@click.option("--candidate", required=True, help="Id of the site: planned, in the table of candidates, or on air.")
@click.option(
    "--building", "buildings", multiple=True,
    help="Id of a building whose flats are listed; may be repeated. Left out: the home to which it adds most.",
)  # fmt: skip
@click.option(
    "--within", "within_m", type=click.FloatRange(10.0, 2000.0), default=300.0, show_default=True,
    help="Radius of the neighbourhood around the site (m).",
)  # fmt: skip
@click.option(
    "--language", "languages", default="kk,ru,en", show_default=True, help="Languages, parted by commas: kk, ru, en."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the files.")
@setting_options
@date_option
@overwrite_option
@json_option
def pack(
    project: Path, candidate: str, languages: str, out: Path, date: dt.date | None, overwrite: bool, as_json: bool,
    **how: Any,
) -> None:  # fmt: skip
    """Show the field at every window of a neighbourhood, existing and proposed, for residents and for an authority.

    Writes pack_LANGUAGE.pdf and annex_LANGUAGE.pdf (tagged PDF/UA-1), pack.json and receptors.csv. It says "complies"
    only of a verified limit in force, with reflections counted, nothing in the neighbourhood unknown, and the zone of
    the site inside of it.
    """
    from aqdaq.pipeline.exposure import field_of
    from aqdaq.pipeline.exposure_pack import Question, pack_of
    from aqdaq.pipeline.exposure_pack_files import claim, pack_record, write_pack
    from aqdaq.pipeline.project import Project

    chosen = _languages(languages)
    claim(out, chosen, overwrite=overwrite)
    opened = Project.open(project)
    question = Question(candidate, how.pop("buildings"), how.pop("within_m"))
    field = field_of(opened, opened.date(date), setting_of(opened, **how))
    made = pack_of(opened, field, question)
    files = write_pack(made, out, chosen)
    say_field(field, ())
    record = pack_record(made)
    if as_json:
        echo_json({"ok": True, **record, "files": [path.name for path in files]})
        return
    if made.origin == "on_air":
        click.echo(f"{candidate} is on air on {made.date} already: existing is computed without it")
    for found in record["findings"]:
        ratios = [_percent(found[key]) for key in ("existing_ratio", "proposed_ratio")]
        because = f" ({', '.join(found['reasons'])})" if found["reasons"] else ""
        figures = f"existing {ratios[0]}, proposed {ratios[1]} of the limit"
        click.echo(f"{found['limit']}: {figures}: {found['verdict']}{because}")
    click.echo(f"{len(files)} files in {out}")


def _languages(text: str) -> tuple[str, ...]:
    """Return the languages of the option, each once.

    Raises:
        UsageError: there is no pack in one of them, or none is named.
    """
    from aqdaq.base.errors import UsageError
    from aqdaq.report.exposure_texts import LANGUAGES

    names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [name for name in names if name not in LANGUAGES]
    if unknown or not names:
        raise UsageError(f"--language {text!r}: give some of {', '.join(LANGUAGES)}, parted by commas")
    return names


def _percent(ratio: float | None) -> str:
    return "unknown" if ratio is None else f"{100.0 * ratio:.3g} %"
