"""The exception tree: one exit code and one HTTP status a class, and faults that read as one line."""

from __future__ import annotations

import pytest

from aqdaq.base import errors
from aqdaq.base.errors import AqdaqError, Fault, InputError

#: Class -> exit code, HTTP status, the standard class that it also is.
TREE = {
    "AqdaqError": (1, 500, Exception),
    "UsageError": (2, 400, ValueError),
    "ExistsError": (2, 409, FileExistsError),
    "BusyError": (2, 409, ValueError),
    "InputError": (3, 422, ValueError),
    "ConfigError": (3, 422, InputError),
    "RulebookError": (3, 422, InputError),
    "TooManyBadRowsError": (3, 422, InputError),
    "ValidityError": (3, 422, InputError),
    "OutputError": (3, 507, OSError),
    "InfeasibleError": (4, 409, AqdaqError),
    "InterruptedRunError": (5, 503, AqdaqError),
}


def test_the_tree_is_whole() -> None:
    found = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, AqdaqError)}
    assert found == set(TREE)


@pytest.mark.parametrize("name", list(TREE))
def test_exit_code_and_status(name: str) -> None:
    kind = getattr(errors, name)
    exit_code, http_status, also = TREE[name]
    assert (kind.exit_code, kind.http_status) == (exit_code, http_status)
    assert issubclass(kind, also)


@pytest.mark.parametrize("name", list(TREE))
def test_the_table_in_the_docstring_says_the_same(name: str) -> None:
    assert errors.__doc__ is not None
    [line] = [line for line in errors.__doc__.splitlines() if line.replace("|", " ").lstrip(" +-").startswith(name)]
    words = line.split(name)[1].split()
    assert (int(words[0]), int(words[1])) == TREE[name][:2]


def test_a_fault_reads_as_one_line() -> None:
    assert str(Fault("cells.csv:3", "azimuth 361", "0 to 360")) == "cells.csv:3: azimuth 361 -> 0 to 360"
    assert str(Fault("cells.csv:3", "azimuth 361")) == "cells.csv:3: azimuth 361"
    assert Fault("a", "b", "c").as_dict() == {"where": "a", "what": "b", "mend": "c"}


def test_an_input_error_holds_all_its_faults() -> None:
    one = InputError(Fault("a", "x"))
    two = InputError([Fault("a", "x"), Fault("b", "y", "z")])
    assert one.faults == (Fault("a", "x"),)
    assert str(two) == "a: x\nb: y -> z"
