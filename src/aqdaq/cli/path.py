"""One path at a time: path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from aqdaq.cli.options import json_option, overwrite_option

if TYPE_CHECKING:
    from aqdaq.engine.registry import PropagationModel
    from aqdaq.model.body import Body
    from aqdaq.pipeline.paths import Answer

#: What ``--table`` takes for stdout.
STDOUT: Final = Path("-")


@click.command()
@click.option("--model", "name", required=True, help="Name of the model; an unknown one lists those there are.")
@click.option(
    "--input", "file", required=True, type=click.Path(path_type=Path), help="Paths, one JSON object a line (JSONL)."
)
@click.option("--body", type=click.Choice(["earth", "moon"]), default="earth", show_default=True)
@click.option(
    "--table", type=click.Path(path_type=Path), help="Also write all figures as CSV, a row a path; - for stdout."
)
@click.option(
    "--picture", type=click.Path(path_type=Path), help="Draw one path to this .png or .svg, and what blocks it."
)
@click.option("--id", "wanted", help="Id of the path of --picture, where the file holds several.")
@overwrite_option
@json_option
def path(
    name: str,
    file: Path,
    body: str,
    table: Path | None,
    picture: Path | None,
    wanted: str | None,
    overwrite: bool,
    as_json: bool,
) -> int:
    """Predict the loss of given profiles, one by one and in their order.

    With --json one JSON object a line. A path that cannot be used gets its faults instead of a loss, and exit code 3.
    """
    from aqdaq.engine.registry import get_model
    from aqdaq.io.path_lines import read_path_lines
    from aqdaq.model.body import BODIES
    from aqdaq.pipeline.paths import answer, chosen, id_text, table_csv

    _check_outputs(table, picture, wanted, overwrite=overwrite, as_json=as_json)
    model, sphere = get_model(name), BODIES[body].sphere
    lines = read_path_lines(file)
    shown = chosen(lines, wanted) if picture is not None else None
    width = max(24, *(len(id_text(line.id)) for line in lines))
    if not as_json and table != STDOUT:
        click.echo(f"{model.title} ({model.source})")
        click.echo(f"{'id':<{width}} {'loss dB':>10}  not used; assumed")
    answers = []
    for line in lines:
        answers.append(answer(line, model, sphere))
        _say(answers[-1], width, as_json=as_json, quiet=table == STDOUT)
    if table is not None:
        text = table_csv(answers, model)
        click.echo(text, nl=False) if table == STDOUT else _write(table, text.encode())
    if picture is not None:
        _draw(next(a for a in answers if a.line is shown), model, BODIES[body], picture)
    return 3 if any(a.faults for a in answers) else 0


def _check_outputs(
    table: Path | None, picture: Path | None, wanted: str | None, *, overwrite: bool, as_json: bool
) -> None:
    """Refuse outputs that cannot be meant, before anything is computed.

    Raises:
        UsageError: a picture of an unknown kind, --id without a picture, two results for stdout.
        ExistsError: a file is there already.
    """
    from aqdaq.base.errors import ExistsError, UsageError

    if picture is not None and picture.suffix.lower() not in (".png", ".svg"):
        raise UsageError(f"{picture}: a picture is .png or .svg")
    if wanted is not None and picture is None:
        raise UsageError("--id chooses the path of a picture; add --picture FILE")
    if as_json and table == STDOUT:
        raise UsageError("--json and --table - would both write to stdout; name a file for the table")
    for out in (table, picture):
        if out is not None and out != STDOUT and out.exists() and not overwrite:
            raise ExistsError(f"{out} is there already; add --overwrite to replace it")


def _say(one: Answer, width: int, *, as_json: bool, quiet: bool) -> None:
    """Write one answer to stdout, unless a table goes there, and its faults to stderr."""
    from aqdaq.pipeline.paths import id_text

    if as_json:
        click.echo(json.dumps(one.as_dict(), ensure_ascii=False))
    elif one.result is not None and not quiet:
        words = f"{', '.join(one.not_used) or '-'}; {', '.join(one.assumed_words) or '-'}"
        click.echo(f"{id_text(one.line.id):<{width}} {one.result.loss_db:>10.3f}  {words}")
    for fault in one.faults:
        click.echo(str(fault), err=True)


def _draw(one: Answer, model: PropagationModel, body: Body, file: Path) -> None:
    """Write the picture of an answer; where there is no loss, say that there is no picture."""
    from aqdaq.base.settings import settings
    from aqdaq.pipeline.path_scene import draw

    if one.faults:
        click.echo(f"{one.line.where}: no picture of a path that cannot be used", err=True)
        return
    kind: Literal["png", "svg"] = "svg" if file.suffix.lower() == ".svg" else "png"
    _write(file, draw(one, model, body, kind, settings().language))


def _write(file: Path, data: bytes) -> None:
    from aqdaq.base.errors import OutputError

    try:
        file.write_bytes(data)
    except OSError as err:
        raise OutputError(f"{file}: cannot be written: {err.strerror} -> choose another place") from err
