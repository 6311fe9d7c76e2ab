"""A run: all stages in order, each resumed from what is there, into one folder named by its content."""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from aqdaq import __version__
from aqdaq.analysis.overlap import Overlap, overlaps
from aqdaq.base.errors import ExistsError, InputError, UsageError
from aqdaq.base.settings import settings
from aqdaq.model.cause import SpotCauses
from aqdaq.model.coverage import Evidence
from aqdaq.model.results import ModelShare, UnknownShare
from aqdaq.model.suspect import Suspect
from aqdaq.model.validation import ModelCard
from aqdaq.pipeline.calibration import FIT_VERSION, calibrate_project, fit_assumptions, used_rows
from aqdaq.pipeline.cause_files import write_causes
from aqdaq.pipeline.causes import CAUSES_VERSION, explain_project
from aqdaq.pipeline.chain import links_of, modes_of
from aqdaq.pipeline.definitions import read_definitions
from aqdaq.pipeline.evaluate import EVALUATE_VERSION, evaluate_project
from aqdaq.pipeline.executors import Executor, check_address, open_executor
from aqdaq.pipeline.folders import finish, make_log_folder, point_latest
from aqdaq.pipeline.fuse import FUSE_VERSION, fuse_project
from aqdaq.pipeline.guard import alone, interruptible, threads
from aqdaq.pipeline.hashing import content_key
from aqdaq.pipeline.inputs import Inputs, read_inputs
from aqdaq.pipeline.made_by import model_shares, unknown_shares
from aqdaq.pipeline.outputs import copy_coverage, manifest, write_json, write_white_spots
from aqdaq.pipeline.predict import ENGINE_VERSION
from aqdaq.pipeline.predict_grid import predict_grid
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.site_data import SITE_DATA_VERSION, doubted_site_data
from aqdaq.pipeline.stages import STAGES
from aqdaq.pipeline.state import State, predictor_of, white_spots_of
from aqdaq.pipeline.store import Store
from aqdaq.report.content import ReportContent
from aqdaq.report.html import write_report
from aqdaq.report.tables import tables, write_tables
from aqdaq.report.texts import Texts
from aqdaq.report.xlsx import write_workbook


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What to run.

    Attributes:
        project: opened.
        date: of the run.
        first: stage from which everything is computed anew; None: whatever is missing.
        last: stage after which to stop.
        overwrite: replace a finished run of the same content.
        workers: threads, or processes of a local cluster; None: all cores or the setting.
        scheduler: address of a Dask scheduler, ``local`` for processes on this machine, None: threads of this process.
    """

    project: Project
    date: dt.date
    first: str | None = None
    last: str = "report"
    overwrite: bool = False
    workers: int | None = None
    scheduler: str | None = None

    def __post_init__(self) -> None:
        """Refuse unknown stages, an end before the beginning, and what is no address of a scheduler.

        Raises:
            UsageError: saying which.
        """
        for stage in (self.first, self.last):
            if stage is not None and stage not in STAGES:
                raise UsageError(f"unknown stage {stage!r}; the stages are: {', '.join(STAGES)}")
        check_address(self.scheduler)  # also when everything is there and nobody would be asked
        if self.first is not None and STAGES.index(self.first) > STAGES.index(self.last):
            raise UsageError(f"--from {self.first} comes after --to {self.last}")

    def fresh(self, stage: str) -> bool:
        """Return whether ``stage`` is to be computed even if its result is there."""
        return self.first is not None and STAGES.index(stage) >= STAGES.index(self.first)

    def reaches(self, stage: str) -> bool:
        """Return whether ``stage`` is part of the run."""
        return STAGES.index(stage) <= STAGES.index(self.last)

    def executor(self) -> AbstractContextManager[Executor]:
        """Return what opens the executor of the tasks.

        Raises:
            UsageError: Dask is asked for and not installed; on opening: nobody answers, or no worker is there.
        """
        return open_executor(self.scheduler, self.workers or settings().workers)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run left behind.

    Attributes:
        run_id: names the folder.
        folder: of the results.
        finished: whether all stages are done.
        already_done: the same work had been finished before; nothing was computed.
        white_spots: number per definition; None when the run stopped before them.
        blocked_rmse_db: error on tiles that the fit did not see (dB); None without measurements or before the fit.
        unknown_share: per layer, share of the area that is unknown, 0..1; None when the run stopped before the report.
    """

    run_id: str
    folder: Path
    finished: bool
    already_done: bool
    white_spots: dict[str, int] | None
    blocked_rmse_db: float | None = None
    unknown_share: dict[str, float] | None = None


def run_id(project: Project, date: dt.date) -> str:
    """Return the name of the run: versions, config, date, checksums of the inputs, definitions in force.

    Raises:
        InputError: an input is missing, or a definition is unknown or not in force.
    """
    return content_key(
        __version__,
        (ENGINE_VERSION, FIT_VERSION, FUSE_VERSION, EVALUATE_VERSION, SITE_DATA_VERSION, CAUSES_VERSION),
        project.config.model_dump(mode="json"),
        date.isoformat(),
        project.input_checksums(),
        [asdict(definition) for definition in read_definitions(project, date)],
    )


def run(plan: RunPlan, *, quiet: bool = False) -> RunResult:
    """Run the stages of a project.

    Raises:
        InputError: an input is wrong; nothing was written.
        OutputError: a result cannot be written.
        InterruptedRunError: stopped by the user; the same command resumes.
    """
    project = plan.project
    name = _name(plan)
    target = project.runs / name
    if target.exists() and not plan.overwrite and plan.first is None and plan.last == STAGES[-1]:
        point_latest(project.runs, name)
        return RunResult(name, target, finished=True, already_done=True, white_spots=None)
    _refuse_overwrite(target, plan)
    plan.executor()  # what it needs and is not installed stops here, not after the inputs are read
    with interruptible(), threads(plan.workers):
        inputs = read_inputs(project, plan.date)  # before the first byte is written
        Texts(project.config.project.language or settings().language)  # an unknown language stops here, not at the end
        with alone(project.runs), Reporter(make_log_folder(project.runs, name) / "run.log", quiet=quiet) as reporter:
            result = _run_stages(plan, name, inputs, reporter)
            write_json(
                project.runs / f"{name}.log" / "timings.json", {k: round(v, 3) for k, v in reporter.timings_s.items()}
            )
    return result


def _name(plan: RunPlan) -> str:
    try:
        return run_id(plan.project, plan.date)
    except InputError:
        read_inputs(plan.project, plan.date)  # says all that is wrong, not only what the name needs
        raise


def _run_stages(plan: RunPlan, name: str, inputs: Inputs, reporter: Reporter) -> RunResult:
    project, store = plan.project, Store(plan.project.cache)
    partial = project.runs / f"{name}.partial"
    reporter.say(
        f"run {name} at {plan.date}: {len(inputs.network.cells)} cells, {inputs.grid.rows} x {inputs.grid.cols}"
    )
    store.sweep()
    for note in inputs.notes:
        reporter.say(f"note: {note}")
    stopped = RunResult(name, partial, finished=False, already_done=False, white_spots=None)
    predictor = predictor_of(project, inputs)
    if not plan.reaches("predict"):
        return stopped
    with reporter.stage("predict"):
        levels = predict_grid(
            predictor, inputs.grid, store, reporter, fresh=plan.fresh("predict"), executor=plan.executor
        )
    if not plan.reaches("calibrate"):
        return stopped
    with reporter.stage("calibrate"):
        fresh = plan.fresh("calibrate")
        calibrated = calibrate_project(predictor, inputs, project.config, store, reporter, fresh=fresh)
        card = evaluate_project(project, inputs, predictor, calibrated, reporter, fresh=fresh)
        doubted = doubted_site_data(predictor, calibrated, store, fresh=fresh)
    if calibrated.refused:
        reporter.say(f"calibrate: refused, levels stay as the engine says: {calibrated.refused}")
    rmse = unseen_rmse_db(card)
    if rmse is not None:
        reporter.say(f"blocked cross-validation: RMSE {rmse:.2f} dB on tiles that the fit did not see")
    if not plan.reaches("fuse"):
        return stopped
    with reporter.stage("fuse"):
        coverage, files = fuse_project(
            project, inputs, predictor, levels, calibrated, store, reporter, fresh=plan.fresh("fuse")
        )
    if not plan.reaches("whitespots"):
        return stopped
    state = State(plan.date, inputs, predictor, levels, calibrated, coverage, {})
    return _findings(plan, replace(stopped, blocked_rmse_db=rmse), state, files, _Findings(card, doubted), reporter)


@dataclass(frozen=True, slots=True)
class _Findings:
    """What a run found out beside its maps.

    Attributes:
        card: how good the figures are.
        doubted: site data that the measurements contradict.
        pairs: of definitions, with what their white spots share.
        causes: why the white spots are there.
    """

    card: ModelCard | None
    doubted: tuple[Suspect, ...] | None
    pairs: tuple[Overlap, ...] = ()
    causes: tuple[SpotCauses, ...] | None = None


def _findings(
    plan: RunPlan, stopped: RunResult, state: State, files: Path, findings: _Findings, reporter: Reporter
) -> RunResult:
    """Run the stages from the white spots on into the folder of a run that is not finished."""
    project, inputs, partial = plan.project, state.inputs, stopped.folder
    synthetic = project.config.project.synthetic
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    with reporter.stage("whitespots"):
        copy_coverage(files, partial / "coverage")
        state = replace(state, found=white_spots_of(project, inputs, state.coverage))
        pairs = overlaps(state.found, inputs.grid.pixel_area_m2, inputs.people)
        write_white_spots(state.found, inputs.grid, partial, pairs, synthetic=synthetic)
    stopped = replace(stopped, white_spots={key: len(one.spots) for key, one in state.found.items()})
    if not plan.reaches("causes"):
        return stopped
    with reporter.stage("causes"):
        causes = explain_project(project, state, Store(project.cache), reporter, fresh=plan.fresh("causes"))
        if causes is not None:
            write_causes(causes, partial / "causes.parquet", synthetic=synthetic)
    if not plan.reaches("report"):
        return stopped
    with reporter.stage("report"):
        content = _content(project, stopped.run_id, state, replace(findings, pairs=pairs, causes=causes))
        _write_report(content, partial)
    write_json(partial / "manifest.json", manifest(project, inputs, state.calibrated, content, partial))
    finish(project.runs, stopped.run_id, partial)
    folder = project.runs / stopped.run_id
    return replace(stopped, folder=folder, finished=True, unknown_share=content.unknown_share)


def unseen_rmse_db(card: ModelCard | None) -> float | None:
    """Return the error over all cells on tiles that the fit did not see (dB), or None when nothing was scored."""
    return card.unseen_rmse_db if card is not None else None


def _content(project: Project, name: str, state: State, findings: _Findings) -> ReportContent:
    """Return the run as the report takes it."""
    inputs, calibrated = state.inputs, state.calibrated
    section = project.config.prediction
    links, modes = links_of(section), modes_of(section, inputs.grid.resolution_m)
    models: list[ModelShare] = []
    unknown: list[UnknownShare] = []
    for c in state.coverage:
        made = c.made
        models += model_shares(c.layer, made, links, modes)
        unknown += unknown_shares(c.layer, made, links)
        del made  # before that of the next layer comes
    return ReportContent(
        config=project.config,
        version=__version__,
        run_id=name,
        date=inputs.surface.date,
        grid=inputs.grid,
        surface=inputs.surface.cropped(inputs.grid),
        network=inputs.network,
        definitions=inputs.definitions,
        coverage=state.coverage,
        whitespots={key: one.spots for key, one in state.found.items()},
        people=inputs.people,
        districts=inputs.districts,
        measurements=used_rows(inputs.measurements, calibrated.set_aside),
        rows_read=inputs.rows_read,
        without_service=len(inputs.silent),
        set_aside=(*inputs.set_aside, *calibrated.set_aside),
        assumptions=(*inputs.assumptions, *fit_assumptions(calibrated)),
        fits=calibrated.fits,
        unknown_share={str(c.layer): float(np.mean(c.evidence == Evidence.UNKNOWN)) for c in state.coverage},
        small_areas={key: one.small for key, one in state.found.items()},
        models=tuple(models),
        unknown=tuple(unknown),
        overlaps=findings.pairs,
        card=findings.card,
        screening=inputs.screened.summary,
        suspects=findings.doubted,
        causes=findings.causes,
    )


def _write_report(content: ReportContent, folder: Path) -> None:
    found = tables(content)
    (folder / "tables").mkdir()
    write_tables(found, folder / "tables")
    write_workbook(found, folder / "tables.xlsx", title=_title(content), date=content.date)
    (folder / "report").mkdir()
    write_report(content, folder / "report")


def _title(content: ReportContent) -> str:
    name = content.config.project.name
    return f"SYNTHETIC: {name}" if content.config.project.synthetic else name


def _refuse_overwrite(target: Path, plan: RunPlan) -> None:
    if target.exists() and not plan.overwrite and plan.last == STAGES[-1]:
        raise ExistsError(f"{target} is a finished run; add --overwrite to compute it anew")
