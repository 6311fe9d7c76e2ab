"""Progress: to stderr, to the log, a bar only on a terminal."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path

import pytest

from aqdaq.pipeline.progress import Reporter


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(time, "perf_counter", found)
    return found


def test_lines_on_stderr_and_nothing_on_stdout(capsys: pytest.CaptureFixture[str], clock: Clock) -> None:
    with Reporter() as reporter:
        clock.now = 2.5
        reporter.say("hello")
        with reporter.stage("fuse"):
            clock.now = 4.0
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err == "[    2.5 s] hello\n[    2.5 s] fuse ...\n[    4.0 s] fuse done in 1.5 s\n"
    assert reporter.timings_s == {"fuse": 1.5}


def test_time_left_is_said_now_and_then(capsys: pytest.CaptureFixture[str], clock: Clock) -> None:
    with Reporter() as reporter:
        for item in reporter.steps(list(range(10)), "sites"):
            clock.now = 2.0 * (item + 1)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "[    4.0 s] sites: 2 of 10, about 16 s left"
    assert len(lines) == 4  # every second item, and none when all are done
    assert "\r" not in "".join(lines)


def test_quick_work_is_quiet(capsys: pytest.CaptureFixture[str], clock: Clock) -> None:
    with Reporter() as reporter:
        assert list(reporter.steps([1, 2, 3], "sites")) == [1, 2, 3]
        assert list(reporter.steps([], "nothing")) == []
    assert capsys.readouterr().err == ""


def test_the_log_gets_every_line_also_when_quiet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], clock: Clock
) -> None:
    log = tmp_path / "run.log"
    with Reporter(log, quiet=True) as reporter:
        reporter.say("one [bold]")
        assert log.read_text(encoding="utf-8") == "[    0.0 s] one [bold]\n"  # at once, not at the end
    with Reporter(log, quiet=True) as reporter:
        reporter.say("two")
    assert log.read_text(encoding="utf-8").splitlines() == ["[    0.0 s] one [bold]", "[    0.0 s] two"]
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_and_a_pipe_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert Reporter()._bar is None
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert Reporter()._bar is not None
    assert Reporter(quiet=True)._bar is None


def test_a_failing_stage_is_not_said_to_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    with Reporter() as reporter, pytest.raises(RuntimeError), reporter.stage("fuse"):
        raise RuntimeError
    assert "done" not in capsys.readouterr().err
    assert reporter.timings_s == {}


def test_the_first_step_is_left_out_of_the_time_left(capsys: pytest.CaptureFixture[str], clock: Clock) -> None:
    with Reporter() as reporter:
        for item in reporter.steps(list(range(6)), "sites"):
            clock.now += 100.0 if item == 0 else 4.0  # compiled in the first
    lines = [line.split("] ")[1] for line in capsys.readouterr().err.splitlines()]
    assert lines[:3] == ["sites: 1 of 6", "sites: 2 of 6, about 16 s left", "sites: 3 of 6, about 12 s left"]
