"""One path at a time: path."""

from __future__ import annotations

import json
from pathlib import Path

import click

from aqdaq.cli.options import json_option


@click.command()
@click.option("--model", "name", required=True, help="Name of the model; an unknown one lists those there are.")
@click.option(
    "--input", "file", required=True, type=click.Path(path_type=Path), help="Paths, one JSON object a line (JSONL)."
)
@click.option("--body", type=click.Choice(["earth", "moon"]), default="earth", show_default=True)
@json_option
def path(name: str, file: Path, body: str, as_json: bool) -> int:
    """Predict the loss of given profiles, one by one and in their order.

    With --json one JSON object a line. A path that cannot be used gets its faults instead of a loss, and exit code 3.
    """
    from aqdaq.engine.registry import get_model
    from aqdaq.io.path_lines import read_path_lines
    from aqdaq.model.body import BODIES
    from aqdaq.pipeline.paths import answer

    model, sphere = get_model(name), BODIES[body].sphere
    bad = 0
    if not as_json:
        click.echo(f"{model.title} ({model.source})")
        click.echo(f"{'id':<24} {'loss dB':>10}  not used; assumed")
    for line in read_path_lines(file):
        found = answer(line, model, sphere)
        bad += found["loss_db"] is None
        if as_json:
            click.echo(json.dumps(found, ensure_ascii=False))
        elif found["loss_db"] is not None:
            words = f"{', '.join(found['not_used']) or '-'}; {', '.join(found['assumed']) or '-'}"
            click.echo(f"{found['id']!s:<24} {found['loss_db']:>10.3f}  {words}")
        for fault in found.get("faults", ()):
            click.echo(f"{fault['where']}: {fault['what']} -> {fault['mend']}", err=True)
    return 3 if bad else 0
