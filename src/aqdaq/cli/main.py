"""The command ``aqdaq``: errors become one clear message and the exit code of their class."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any, Final

import click

#: Command -> module and name; a command's module is imported only when the command is used.
COMMANDS: Final = {
    "init": ("aqdaq.cli.project", "init", "Make a commented project.toml and empty folders."),
    "sample": ("aqdaq.cli.project", "sample", "Make a complete synthetic city project."),
    "check": ("aqdaq.cli.project", "check", "Read all inputs; list every fault and every row set aside."),
    "run": ("aqdaq.cli.run", "run", "Run a project: from its inputs to a ranked list of white spots."),
    "predict": ("aqdaq.cli.predict", "predict", "Predict level, spread and probability of service at points."),
    "path": ("aqdaq.cli.path", "path", "Predict the loss of given profiles with any model."),
    "evaluate": ("aqdaq.cli.evaluate", "evaluate", "Score the project on measurements that the fit did not see."),
    "challenge": ("aqdaq.cli.challenge", "challenge", "Say which predicted coverage the measurements refute."),
    "measure": ("aqdaq.cli.measure", "measure", "Plan where to measure next: a drive, or single places."),
    "foresee": ("aqdaq.cli.foresee", "foresee", "Foresee what construction does to coverage, date by date."),
    "planfile": ("aqdaq.cli.planfile", "planfile", "Check planning documents for what mobile networks need."),
    "exposure": ("aqdaq.cli.exposure", "exposure", "Compute the exposure to base stations beside its limits."),
    "doctor": ("aqdaq.cli.doctor", "doctor", "Say versions, threads, fonts, data, and what is missing."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports them when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command, imported now, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aqdaq", prog_name="aqdaq")
def cli() -> None:
    """Find, explain and close the white spots of mobile networks."""


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run_cli(sys.argv[1:]))


def run_cli(args: list[str]) -> int:
    """Run the command line with ``args`` and return the exit code of the design."""
    try:
        value = cli.main(args=args, prog_name="aqdaq", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return int(leave.exit_code)
    except click.ClickException as err:
        err.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("aqdaq: interrupted", err=True)
        return 5
    except BrokenPipeError:
        return 0
    except Exception as err:  # noqa: BLE001 - what is not ours is raised again there
        return _report(err, as_json="--json" in args)
    return value if isinstance(value, int) else 0


def _report(err: Exception, *, as_json: bool) -> int:
    """Show an error as one message, and as JSON on stdout when that was asked for."""
    from aqdaq.base.errors import AqdaqError, InputError
    from aqdaq.base.settings import settings

    if not isinstance(err, AqdaqError) or settings().debug:
        raise err
    faults = [fault.as_dict() for fault in err.faults] if isinstance(err, InputError) else []
    if as_json:
        problem: dict[str, Any] = {"error": type(err).__name__, "message": str(err), "faults": faults}
        click.echo(json.dumps({"ok": False, **problem}, ensure_ascii=False, indent=2))
    head = f"aqdaq: {len(faults)} fault{'s' if len(faults) > 1 else ''}\n" if faults else "aqdaq: "
    lines = "\n".join(f"  {line}" for line in str(err).splitlines()) if faults else str(err)
    click.echo(head + lines, err=True)
    return err.exit_code
