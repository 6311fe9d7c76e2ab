"""The folder of a finished run appears in one move, whatever happens on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from aqdaq.base.errors import OutputError
from aqdaq.pipeline.folders import finish, make_log_folder, point_latest


def partial_of(runs: Path, text: str) -> Path:
    folder = runs / "abc.partial"
    folder.mkdir(parents=True)
    (folder / "result").write_text(text)
    return folder


def test_finished_and_latest(tmp_path: Path) -> None:
    finish(tmp_path, "abc", partial_of(tmp_path, "one"))
    assert (tmp_path / "latest/result").read_text() == "one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["abc", "latest"]


def test_a_former_result_is_replaced_whole(tmp_path: Path) -> None:
    finish(tmp_path, "abc", partial_of(tmp_path, "one"))
    (tmp_path / "abc/more").write_text("of the former run")
    finish(tmp_path, "abc", partial_of(tmp_path, "two"))
    assert [path.name for path in (tmp_path / "abc").iterdir()] == ["result"]
    assert (tmp_path / "latest/result").read_text() == "two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["abc", "latest"]


def test_stopped_between_the_two_moves_and_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(tmp_path, "abc", partial_of(tmp_path, "one"))
    partial = partial_of(tmp_path, "two")
    really = Path.rename

    def only_away(path: Path, target: Path) -> Path:
        if path == partial:
            raise KeyboardInterrupt
        return really(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", only_away)
        with pytest.raises(KeyboardInterrupt):
            finish(tmp_path, "abc", partial)
    assert (tmp_path / "abc.old/result").read_text() == "one"  # nothing is lost before the new one is in place
    finish(tmp_path, "abc", partial)
    assert (tmp_path / "latest/result").read_text() == "two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["abc", "latest"]


def test_latest_moves_on(tmp_path: Path) -> None:
    finish(tmp_path, "abc", partial_of(tmp_path, "one"))
    (tmp_path / "def").mkdir()
    point_latest(tmp_path, "def")
    assert (tmp_path / "latest").readlink() == Path("def")


def test_a_log_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(OutputError, match=r"cannot be written: .* -> mend"):
        make_log_folder(tmp_path / "runs", "abc")
