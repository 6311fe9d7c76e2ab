"""The exception tree.

Every error that a user can meet is one of these; each carries the exit code of the command line and the
HTTP status of the API, so that both say the same thing::

    AqdaqError                    1   500   anything that went wrong here
    +-- UsageError                2   400   the command was called wrongly (also ValueError)
    |   +-- ExistsError           2   409   something is there already, no --overwrite (also FileExistsError)
    |   +-- BusyError             2   409   another run of the same project is at work
    +-- InputError                3   422   an input is not what it should be; holds a list of faults (also ValueError)
    |   +-- ConfigError           3   422   project.toml itself (file and line)
    |   +-- RulebookError         3   422   a rulebook is missing, malformed or not in force
    |   +-- TooManyBadRowsError   3   422   more rows were set aside than ``max_bad_share`` allows
    |   +-- ValidityError         3   422   a model was asked for something outside its stated range
    +-- OutputError               3   507   a result cannot be written (also OSError)
    +-- InfeasibleError           4   409   no solution; says which constraints cannot hold together
    +-- InterruptedRunError       5   503   stopped by the user; the run resumes
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input.

    Attributes:
        where: file, and row, line or key in it (``sites.csv:12``, ``project.toml:7 [grid].crs``).
        what: what is wrong, with the value that was found.
        mend: what the user can do about it.
    """

    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        """Return the fault as one line."""
        mend = f" -> {self.mend}" if self.mend else ""
        return f"{self.where}: {self.what}{mend}"

    def as_dict(self) -> dict[str, str]:
        """Return the fault as a JSON-ready mapping."""
        return {"where": self.where, "what": self.what, "mend": self.mend}


class AqdaqError(Exception):
    """Root of all errors of this package."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500


class UsageError(AqdaqError, ValueError):
    """A command or a function was called in a way that cannot mean anything."""

    exit_code = 2
    http_status = 400


class ExistsError(UsageError, FileExistsError):
    """A result is there already and may not be overwritten."""

    http_status = 409


class BusyError(UsageError):
    """Another run of the same project is at work."""

    http_status = 409


class InputError(AqdaqError, ValueError):
    """An input is not what it should be.

    Args:
        faults: every fault found, not just the first; a single one may be given bare.
    """

    exit_code = 3
    http_status = 422

    def __init__(self, faults: Fault | Sequence[Fault]) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Fault, ...]]]:
        """Return what makes the error again in another process: its faults, not its text."""
        return type(self), (self.faults,)


class ConfigError(InputError):
    """The project file is wrong; the faults name the file and the line."""


class RulebookError(InputError):
    """A rulebook is missing, malformed, or not in force on the date asked for."""


class TooManyBadRowsError(InputError):
    """More rows of a table had to be set aside than the project allows."""


class ValidityError(InputError):
    """A model was asked for something outside the range that its source states."""


class OutputError(AqdaqError, OSError):
    """A result cannot be written."""

    exit_code = 3
    http_status = 507


class InfeasibleError(AqdaqError):
    """No solution exists; the message names what makes it so."""

    exit_code = 4
    http_status = 409


class InterruptedRunError(AqdaqError):
    """A run was stopped by the user; what is finished is kept and the run resumes."""

    exit_code = 5
    http_status = 503
