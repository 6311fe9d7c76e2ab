"""On which line of a TOML text each key stands.

The standard parser gives values without positions. This scanner walks a text that the parser has accepted and notes
the line of every key, table header and array element. On anything that it does not understand it stops and returns what
it has: a missing line makes a message less exact, never wrong.
"""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Callable
from typing import Final

Path = tuple[str | int, ...]

_BLANK: Final = " \t"
_SPACE: Final = " \t\r\n"
_QUOTES: Final = "\"'"


class _Stop(Exception):  # noqa: N818 - not an error: the end of what can be read
    """The text ends or cannot be followed further."""


def key_lines(text: str) -> dict[Path, int]:
    """Return the line (from 1) of each key of a TOML text.

    Args:
        text: the text of the file.

    Returns:
        Line by path; elements of arrays have their index in the path: ``("measurements", 0, "file")``.
    """
    scanner = _Scanner(text)
    with contextlib.suppress(_Stop, IndexError, RecursionError):
        scanner.document()
    return scanner.lines


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """Return the line of ``path``, else of the nearest table or array around it, else None."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


class _Scanner:
    """Recursive descent over keys and values; ``pos`` is the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        self._counted_to = 0
        self._line = 1

    def document(self) -> None:
        table: Path = ()
        while True:
            self._skip(_SPACE)
            if self.pos >= len(self.text):
                return
            if self._peek() == "[":
                table = self._table_header()
            else:
                self._pair(table)

    def _table_header(self) -> Path:
        line = self._line_here()
        array = self.text.startswith("[[", self.pos)
        self.pos += 2 if array else 1
        keys = self._keys()
        self._expect("]")
        path = self._inside_arrays(keys[:-1])
        full = (*path, keys[-1])
        if array:
            self._expect("]")
            self.lines.setdefault(full, line)
            index = self._counts.get(full, 0)
            self._counts[full] = index + 1
            full = (*full, index)
        else:
            full = self._inside_arrays(keys)
        self.lines.setdefault(full, line)
        return full

    def _inside_arrays(self, keys: list[str]) -> Path:
        # [a.b] after [[a]] means b of the last element of a.
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        line = self._line_here()
        keys = self._keys()
        self._expect("=")
        path = table
        for key in keys:
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: Path) -> None:
        first = self._peek()
        if first in _QUOTES:
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            while self.pos < len(self.text) and self.text[self.pos] not in ",]}#\n":
                self.pos += 1

    def _array(self, path: Path) -> None:
        self.pos += 1
        index = 0
        while True:
            self._skip(_SPACE + ",")
            if self._peek() == "]":
                self.pos += 1
                return
            self.lines.setdefault((*path, index), self._line_here())
            self._must_move(self._value, (*path, index))
            index += 1

    def _inline_table(self, path: Path) -> None:
        self.pos += 1
        while True:
            self._skip(_SPACE + ",")
            if self._peek() == "}":
                self.pos += 1
                return
            self._must_move(self._pair, path)

    def _must_move(self, step: Callable[[Path], None], path: Path) -> None:
        before = self.pos
        step(path)
        if self.pos == before:
            raise _Stop

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._peek_after_blanks() == ".":
            self.pos += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._skip(_BLANK)
        start = self.pos
        if self._peek() in _QUOTES:
            self._string()
            return str(_unquoted(self.text[start : self.pos]))
        while self.pos < len(self.text) and (self.text[self.pos].isalnum() or self.text[self.pos] in "_-"):
            self.pos += 1
        if self.pos == start:
            raise _Stop
        return self.text[start : self.pos]

    def _string(self) -> None:
        quote = self._peek()
        mark = quote * 3 if self.text.startswith(quote * 3, self.pos) else quote
        self.pos += len(mark)
        while not self.text.startswith(mark, self.pos):
            self.pos += 2 if quote == '"' and self._peek() == "\\" else 1
            self._peek()
        self.pos += len(mark)
        while len(mark) == 3 and self.text.startswith(quote, self.pos):  # up to two quotes may stand before the mark
            self.pos += 1

    def _skip(self, blanks: str) -> None:
        while self.pos < len(self.text) and (self.text[self.pos] in blanks or self.text[self.pos] == "#"):
            if self.text[self.pos] == "#":
                end = self.text.find("\n", self.pos)
                self.pos = len(self.text) if end < 0 else end
            else:
                self.pos += 1

    def _peek(self) -> str:
        if self.pos >= len(self.text):
            raise _Stop
        return self.text[self.pos]

    def _peek_after_blanks(self) -> str:
        self._skip(_BLANK)
        return self._peek()

    def _expect(self, char: str) -> None:
        if self._peek_after_blanks() != char:
            raise _Stop
        self.pos += 1

    def _line_here(self) -> int:
        self._line += self.text.count("\n", self._counted_to, self.pos)
        self._counted_to = self.pos
        return self._line


def _unquoted(token: str) -> object:
    try:
        return tomllib.loads(f"v = {token}")["v"]
    except tomllib.TOMLDecodeError as err:
        raise _Stop from err
