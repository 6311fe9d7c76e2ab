"""What the documentation says is what the program does: commands, keys, settings, columns, links, figures."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from types import ModuleType

import click
import pytest
import rasterio

from aqdaq.base import errors
from aqdaq.base.rulebook import list_rulebooks
from aqdaq.base.settings import Settings
from aqdaq.cli.main import COMMANDS, cli
from aqdaq.io.buildings import _FIELDS as BUILDING_FIELDS
from aqdaq.io.measurement_reasons import NOT_BAD, NOT_BAD_IN_LOGS, REASONS
from aqdaq.io.network_quantities import QUANTITIES
from aqdaq.model.definition_figures import Figures
from aqdaq.model.measurements import POSSIBLE_DBM
from aqdaq.model.project import CELL_COLUMNS, SITE_COLUMNS
from aqdaq.pipeline.calibration import NO_LEVEL
from aqdaq.pipeline.inputs import CELL_NOT_ON_AIR
from aqdaq.pipeline.outputs import _COLUMNS
from aqdaq.pipeline.points import PointPredictions
from aqdaq.report.tables import _TABLES
from tests.reference.reference_data import reference_folder

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
OPENED = re.compile(r"\[\[?(\w+)")


def _generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = _generate()


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return what stands below a heading, up to the next one of the same or a higher level."""
    level = heading.split(" ", maxsplit=1)[0]
    text = re.sub(r"```.*?```", lambda code: code[0].replace("\n#", "\n #"), text, flags=re.DOTALL)  # a comment
    after = text.split(f"\n{heading}\n", 1)[1]
    return re.split(rf"\n#{{1,{len(level)}}} ", after, maxsplit=1)[0]


def table(text: str, number: int = 0) -> list[list[str]]:
    """Return the rows of the table ``number`` of a text, without its head."""
    blocks = re.findall(r"(?:^\|.*\|$\n?)+", text, flags=re.MULTILINE)
    lines = blocks[number].strip().splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def names(cell: str) -> list[str]:
    """Return the names in backquotes of a cell."""
    return re.findall(r"`([^`]+)`", cell)


def first_column(text: str, number: int = 0) -> list[str]:
    return [name for row in table(text, number) for name in names(row[0])]


# --- generated parts


def test_there_are_generated_parts_on_four_pages() -> None:
    found = {page.name for page in GENERATE.pages()}
    assert found == {"cli.md", "project-file.md", "rulebooks.md", "usage.md"}


@pytest.mark.parametrize("page", sorted(GENERATE.pages()), ids=lambda page: page.name)
def test_generated_parts_are_up_to_date(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == GENERATE.pages()[page], "run: python docs/generate.py"


def test_a_part_that_nothing_makes_is_refused() -> None:
    part = re.compile("<!-- generated: (x) -->")
    found = part.match("<!-- generated: x -->")
    with pytest.raises(ValueError, match="nothing makes the part 'x'"):
        GENERATE._replace(found)


def test_a_key_without_meaning_stops_the_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(GENERATE.MEANING, "grid.crs")
    with pytest.raises(ValueError, match=re.escape("['grid.crs']")):
        GENERATE.project_sections()


# --- commands and settings


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_on_the_page(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    text = section(read("docs/cli.md"), f"## aqdaq {name}")
    for option in command.params:
        shown = option.opts[0] if isinstance(option, click.Option) else option.make_metavar(click.Context(command))
        assert shown in text
    assert f"`aqdaq {name}" in read("README.md")
    assert f"**{name}**" in read("docs/usage.md")


def test_short_help_of_the_lazy_group_names_the_commands_that_are_there() -> None:
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.name == name


def test_every_setting_is_on_the_page() -> None:
    rows = first_column(section(read("docs/usage.md"), "## Environment variables"))
    assert rows == [f"AQDAQ_{field.upper()}" for field in Settings.model_fields]


def test_exit_codes_are_those_of_the_errors() -> None:
    rows = {int(row[0]) for row in table(section(read("docs/usage.md"), "## For machines"))}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AqdaqError)]
    assert rows == {0} | {kind.exit_code for kind in kinds}


def test_reasons_of_set_aside_rows() -> None:
    rows = {row[0]: row[2] for row in table(section(read("docs/usage.md"), "## Bad input"))}
    bad = {reason: "no" if reason in NOT_BAD else "yes" for reason in REASONS}
    bad |= dict.fromkeys(NOT_BAD_IN_LOGS, "yes; no in a log that holds identities")
    assert rows == {**bad, CELL_NOT_ON_AIR: "no", NO_LEVEL: "no"}


def test_possible_levels() -> None:
    text = " ".join(section(read("docs/usage.md"), "## Bad input").split())
    for quantity, (low, high) in POSSIBLE_DBM.items():
        assert f"{quantity} {low:g} to {high:g}" in text


def _command_lines() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for block in re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL):
            for line in block.splitlines():
                words = shlex.split(line, comments=True)
                if "aqdaq" in {Path(word).name for word in words[:2]}:
                    yield page.name, line.strip()


@pytest.mark.parametrize(("page", "line"), sorted(set(_command_lines())))
def test_command_lines_of_the_pages_parse(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    words = words[next(i for i, word in enumerate(words) if Path(word).name == "aqdaq") + 1 :]
    command = cli.get_command(click.Context(cli), words[0])
    assert command is not None, page
    command.make_context(words[0], words[1:], resilient_parsing=False)


# --- project file


def _template_keys() -> dict[str, set[str]]:
    text = (resources.files("aqdaq.data") / "templates" / "project.toml").read_text(encoding="utf-8")
    keys: dict[str, set[str]] = {}
    here = ""
    for line in text.splitlines():
        bare = line.removeprefix("# ")
        if opened := OPENED.match(bare):
            here = opened[1]
        elif key := re.match(r"(\w+) = ", bare):
            keys.setdefault(here, set()).add(key[1])
    return keys


@pytest.mark.parametrize("name", [name for name, *_ in GENERATE.project_keys()])
def test_every_key_is_on_the_page_and_in_the_template(name: str) -> None:
    heading, model = next((h, m) for n, h, m, _ in GENERATE.project_keys() if n == name)
    assert first_column(section(read("docs/project-file.md"), f"## `{heading}`")) == list(model.model_fields)
    assert _template_keys().get(name, set()) == set(model.model_fields)


def test_the_template_and_the_example_of_the_page_are_toml() -> None:
    example = re.findall(r"```toml\n(.*?)```", read("docs/project-file.md"), flags=re.DOTALL)
    assert GENERATE.ProjectConfig.model_validate(tomllib.loads(example[0])).project.name == "My city"


# --- rulebooks


def test_every_shipped_rulebook_is_on_the_page() -> None:
    folder = resources.files("aqdaq.data") / "rulebooks"
    kinds = sorted(kind.name for kind in folder.iterdir() if kind.is_dir() and not kind.name.startswith("_"))
    assert kinds == sorted(GENERATE.KINDS)
    shown = {(row[1], names(row[0])[0]) for row in table(section(read("docs/rulebooks.md"), "## The shipped ones"))}
    assert shown == {(kind, book.id) for kind in kinds for book in list_rulebooks(kind)}


def test_figures_of_a_service_definition() -> None:
    shown = first_column(section(read("docs/rulebooks.md"), "## The format"), 1)
    assert shown == list(Figures.model_fields)


# --- formats


def test_columns_of_the_network_tables() -> None:
    text = read("docs/formats.md")
    assert set(first_column(section(text, "## Site table"))) == set(SITE_COLUMNS)
    assert set(first_column(section(text, "## Cell table"))) == set(CELL_COLUMNS)


def test_ranges_of_the_cell_table() -> None:
    shown = {names(row[0])[0]: row[2] for row in table(section(read("docs/formats.md"), "## Cell table"))}
    ranged = {name: q for name, q in QUANTITIES.items() if q.high != float("inf") and name != "height_m"}
    assert len(ranged) > 12
    for name, quantity in ranged.items():
        low, high = shown[name].replace("100 000", "100000").split(" to ")
        assert (float(low), float(high)) == (quantity.low, quantity.high), name


def test_columns_of_the_buildings() -> None:
    assert first_column(section(read("docs/formats.md"), "## Buildings")) == list(BUILDING_FIELDS)


def test_columns_of_white_spots_and_points() -> None:
    text = read("docs/formats.md")
    assert first_column(section(text, "## White spots")) == list(_COLUMNS)
    points = PointPredictions(("<definition>",), (), ()).columns
    assert first_column(section(text, "## Predictions at points")) == points


def test_columns_of_the_tables() -> None:
    shown = {names(row[0])[0]: names(row[1]) for row in table(section(read("docs/formats.md"), "## Tables"))}
    assert shown == {name: columns.split() for name, (_, columns) in _TABLES.items()}


def test_bands_of_the_coverage_rasters(finished: Path) -> None:
    text = section(read("docs/formats.md"), "## Coverage rasters")
    folder = finished / "runs" / "latest" / "coverage"
    classes = sorted(folder.glob("*.classes.tif"))
    assert classes
    for path in classes:
        with rasterio.open(path) as source:
            assert list(source.descriptions) == first_column(text, 1)
            assert set(source.dtypes) == {"int16"}
        with rasterio.open(path.with_name(path.name.replace(".classes", ""))) as source:
            bands = ["p_<definition>" if name.startswith("p_") else name for name in source.descriptions]
            assert list(dict.fromkeys(bands)) == first_column(text, 0)
            assert {"LAYER", "QUANTITY", "CELLS"} <= set(source.tags())


def test_files_of_a_run_folder(finished: Path) -> None:
    shown = first_column(section(read("docs/formats.md"), "## A run folder"))
    patterns = [re.sub(r"OPERATOR_TECHNOLOGY|DEFINITION", "*", name) for name in shown]
    folder = finished / "runs" / "latest"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for pattern in patterns:
        assert list(folder.glob(pattern)), pattern
    assert there == {path.relative_to(folder).as_posix() for pattern in patterns for path in folder.glob(pattern)}


# --- decisions, links, pictures


def test_every_runtime_dependency_has_its_reason() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = [re.split(r"[<>=!~\[; ]", item, maxsplit=1)[0] for item in project["dependencies"]]
    rows = table(read("docs/decisions/0002-dependencies.md"))
    assert [names(row[0])[0] for row in rows] == wanted
    assert all(len(row[1]) > 10 for row in rows)


def test_every_decision_is_listed() -> None:
    listed = re.findall(r"\]\(([^)]+)\)", read("docs/decisions/README.md"))
    assert listed == sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_local_links_and_pictures_are_there(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        found = (page.parent / file) if file else page
        assert found.exists(), target
        if anchor:
            assert anchor in _anchors(found), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_names_a_folder_of_somebodys_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w.~])/(?:home|root|tmp|work|Users|mnt)/\S*", text) == []
    assert "TODO" not in text


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        seen.add(page)
        for target in re.findall(r"\]\(([^)\s#]+\.md)", page.read_text(encoding="utf-8")):
            found = (page.parent / target).resolve()
            if found not in seen and "https:" not in target:
                ahead.append(found)
    assert set(PAGES) <= seen


def test_the_picture_of_the_readme_is_a_small_png() -> None:
    data = (DOCS / "images" / "whitespots.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) < 300_000
    assert "SYNTHETIC" in read("README.md")


def test_the_picture_of_a_path_is_a_small_png() -> None:
    data = GENERATE.path_picture(ROOT / "examples" / "paths.jsonl")
    kept = (DOCS / "images" / "path.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    assert data[:24] == kept[:24], "another size: run python docs/generate.py examples/paths.jsonl"
    assert len(kept) < 300_000
    assert b"synthetic coast: 172.4 dB" in kept


def test_the_picture_comes_from_a_report() -> None:
    assert GENERATE.first_picture('<img src="data:image/png;base64,iVBORw==" alt="map">') == b"\x89PNG"
    with pytest.raises(ValueError, match="no picture"):
        GENERATE.first_picture("<p>nothing</p>")


# --- figures


@pytest.mark.reference
def test_recife_figures_of_the_readme(aqdaq: object, tmp_path: Path) -> None:
    if reference_folder("recife_gsm1800") is None:
        pytest.skip("AQDAQ_REFERENCE_DATA is not set: the drive test of Recife is not here")
    (tmp_path / "project.toml").write_text(read("examples/recife/project.toml"), encoding="utf-8")
    assert callable(aqdaq)
    scores = aqdaq("evaluate", tmp_path, "--date", "2026-06-01", "--json").json["scores"]
    rows = table(section(read("README.md"), "## Real measurements: Recife"))
    assert len(rows) == len(scores) == 10
    for row, score in zip(rows, scores, strict=True):
        cell, samples, rmse, bias, alone, inside = (text.strip("* %").replace(" ", "") for text in row)
        assert cell == score["cell"]
        assert int(samples) == score["samples"]
        assert float(rmse) == pytest.approx(score["rmse_db"], abs=0.006)
        assert float(bias) == pytest.approx(score["bias_db"], abs=0.006)
        assert float(alone) == pytest.approx(score["uncalibrated_rmse_db"], abs=0.06)
        assert float(inside) == pytest.approx(score["interval_90_coverage"] * 100.0, abs=0.06)
