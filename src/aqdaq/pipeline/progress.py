"""Progress on stderr: a bar with time left on a terminal, plain lines elsewhere; results never go here."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")

#: Seconds between two lines of progress where there is no bar.
SAY_EVERY_S: Final = 3.0


class Reporter:
    """Says what a run is doing and remembers how long each stage took.

    Args:
        log: a file that gets every line too, or None.
        quiet: nothing on stderr.
    """

    def __init__(self, log: Path | None = None, *, quiet: bool = False) -> None:
        self.timings_s: dict[str, float] = {}
        self._begin = time.perf_counter()
        self._quiet = quiet
        self._stream = log.open("a", encoding="utf-8") if log is not None else None
        self._bar: Progress | None = None
        if sys.stderr.isatty() and not quiet:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )

    def __enter__(self) -> Self:
        """Start the bar."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the bar and close the log."""
        if self._bar is not None:
            self._bar.stop()
        if self._stream is not None:
            self._stream.close()

    def say(self, text: str) -> None:
        """Write one line to stderr and to the log."""
        line = f"[{time.perf_counter() - self._begin:7.1f} s] {text}"
        if self._stream is not None:
            self._stream.write(line + "\n")
            self._stream.flush()
        if self._quiet:
            return
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False)
        else:
            print(line, file=sys.stderr, flush=True)  # noqa: T201 - stderr is where progress belongs

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage."""
        begin = time.perf_counter()
        self.say(f"{name} ...")
        yield
        self.timings_s[name] = time.perf_counter() - begin
        self.say(f"{name} done in {self.timings_s[name]:.1f} s")

    def steps(self, items: list[T], label: str) -> Iterator[T]:
        """Yield the items, showing how many are done and the time left: a bar, or a line every few seconds.

        The first item says nothing of the others: kernels may have been compiled in it.
        """
        first = said = time.perf_counter()
        task = self._bar.add_task(label, total=len(items)) if self._bar is not None else None
        for done, item in enumerate(items, start=1):
            yield item
            if done == 1:
                first = time.perf_counter()
            if self._bar is not None and task is not None:
                self._bar.advance(task)
            elif (now := time.perf_counter()) - said > SAY_EVERY_S and done < len(items):
                said = now
                left = f", about {(now - first) / (done - 1) * (len(items) - done):.0f} s left" if done > 1 else ""
                self.say(f"{label}: {done} of {len(items)}{left}")
        if self._bar is not None and task is not None:
            self._bar.remove_task(task)
