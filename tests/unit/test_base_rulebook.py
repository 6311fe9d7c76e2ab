"""Rulebooks by id and date; and settings from the environment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from aqdaq.base.errors import RulebookError
from aqdaq.base.rulebook import list_rulebooks, load_rulebook, read_rulebook
from aqdaq.base.settings import Settings, settings

DAY = dt.date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _fresh_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AQDAQ_RULEBOOKS", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def write(folder: Path, name: str, *, key: str = "own", start: str = "2020-01-01", end: str = "", **more: str) -> Path:
    path = folder / more.get("folder", "service") / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f'id = "{key}"\nkind = "{more.get("kind", "service")}"\ntitle = "{name}"\nvalid_from = {start}\n'
    text += f"valid_to = {end}\n" if end else ""
    path.write_text(text + 'source = "s"\nverified = true\n' + more.get("extra", "") + "[figures]\nx = 1\n")
    return path


def test_the_packaged_ones_are_all_well_formed_and_say_their_source() -> None:
    books = list_rulebooks("service")
    assert {"kz-4g-outdoor", "kz-5g-outdoor", "gsm-street-95"} <= {book.id for book in books}
    assert all(book.source and book.title for book in books)
    assert load_rulebook("service", "kz-4g-outdoor", DAY).figures["threshold_dbm"] == {"LTE": -110.0}


@pytest.mark.parametrize(
    ("day", "title"), [("2020-01-01", "old"), ("2025-12-31", "old"), ("2026-01-01", "new"), ("2099-01-01", "new")]
)
def test_the_date_picks_the_edition_both_ends_included(tmp_path: Path, day: str, title: str) -> None:
    write(tmp_path, "old", end="2025-12-31")
    write(tmp_path, "new", start="2026-01-01")
    assert load_rulebook("service", "own", dt.date.fromisoformat(day), tmp_path).title == title


def test_not_in_force_says_when_it_is(tmp_path: Path) -> None:
    write(tmp_path, "old", end="2025-12-31")
    with pytest.raises(RulebookError, match=r"not in force on 2026-06-01 \(it is from 2020-01-01 to 2025-12-31\)"):
        load_rulebook("service", "own", DAY, tmp_path)


def test_two_in_force_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, "one")
    write(tmp_path, "two", start="2021-01-01")
    with pytest.raises(RulebookError, match="2 files are in force"):
        load_rulebook("service", "own", DAY, tmp_path)


def test_an_unknown_id_names_the_known_ones() -> None:
    with pytest.raises(RulebookError, match="kz-4g-outdoor") as caught:
        load_rulebook("service", "kz-9g", DAY)
    assert caught.value.faults[0].where == "rulebook service/kz-9g"


def test_a_nearer_folder_hides_the_same_id(tmp_path: Path) -> None:
    write(tmp_path / "near", "near", key="kz-4g-outdoor")
    assert load_rulebook("service", "kz-4g-outdoor", DAY, tmp_path / "near").title == "near"
    assert load_rulebook("service", "kz-4g-outdoor", DAY).title != "near"


def test_the_users_folder_lies_between_project_and_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "user", "user", key="kz-4g-outdoor")
    write(tmp_path / "project", "project", key="kz-4g-outdoor")
    monkeypatch.setenv("AQDAQ_RULEBOOKS", str(tmp_path / "user"))
    settings.cache_clear()
    assert load_rulebook("service", "kz-4g-outdoor", DAY).title == "user"
    assert load_rulebook("service", "kz-4g-outdoor", DAY, tmp_path / "project").title == "project"


@pytest.mark.parametrize(
    ("extra", "where"), [("nonsense = 1\n", "nonsense"), ("valid_from = 2020-01-01\n", "own.toml"), ("x", "own.toml")]
)
def test_malformed(tmp_path: Path, extra: str, where: str) -> None:
    path = write(tmp_path, "own", extra=extra)
    with pytest.raises(RulebookError) as caught:
        read_rulebook(path)
    assert any(where in fault.where for fault in caught.value.faults)
    assert all(fault.mend for fault in caught.value.faults)


def test_an_end_before_the_beginning(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="is before valid_from"):
        read_rulebook(write(tmp_path, "own", end="2019-12-31"))


def test_a_file_in_the_wrong_folder(tmp_path: Path) -> None:
    write(tmp_path, "own", kind="exposure")
    with pytest.raises(RulebookError, match="lies in the folder 'service'"):
        load_rulebook("service", "own", DAY, tmp_path)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AQDAQ_WORKERS", "3")
    monkeypatch.setenv("AQDAQ_LANGUAGE", "en")
    monkeypatch.setenv("AQDAQ_SOMETHING_ELSE", "ignored")
    found = Settings()
    assert (found.workers, found.language, found.debug) == (3, "en", False)
    with pytest.raises(ValidationError, match="frozen"):
        found.workers = 4


def test_settings_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AQDAQ_WORKERS", "0")
    with pytest.raises(ValidationError, match="workers"):
        Settings()
