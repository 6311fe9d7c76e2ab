"""Prediction on a Dask cluster: the same bytes, clear words when there is no cluster, and nothing left behind."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aqdaq.base.errors import UsageError
from aqdaq.pipeline.executors import open_executor
from tests.conftest import Command
from tests.integration.test_run import STOPPER, STOPS, latest
from tests.tiny_project import DATE, listing

if "CI" not in os.environ:  # there it is installed, and its absence is a failure
    pytest.importorskip("distributed")

from aqdaq.pipeline import dask_cluster

#: Where nobody listens: port 1 of the loopback.
NOBODY = "tcp://127.0.0.1:1"


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A scheduler on this machine with one worker in this process, as if it had been there before."""
    distributed = importlib.import_module("distributed")
    with (
        importlib.import_module("dask").config.set(dask_cluster._settings()),
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=2,
            processes=False,
            protocol="tcp://",
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
        ) as opened,
    ):
        yield opened


class TestSameBytes:
    @pytest.mark.slow
    def test_two_local_processes_give_the_bytes_of_threads(self, finished: Path, project: Path, aqdaq: Command) -> None:
        said = aqdaq("run", project, "--date", DATE, "--scheduler", "local", "--workers", "2")
        assert said.code == 0, said.err
        assert "Dask at local, 2 workers" in said.err
        assert "0 of 2 sites are there already" in said.err
        assert listing(latest(project)) == listing(latest(finished))
        mine, its = (listing(folder / "runs/.cache/predict") for folder in (project, finished))
        assert mine == its

    def test_a_scheduler_that_is_there(self, finished: Path, project: Path, aqdaq: Command, cluster: Any) -> None:
        address = cluster.scheduler_address
        said = aqdaq("run", project, "--date", DATE, "--to", "predict", "--scheduler", address)
        assert said.code == 0, said.err
        assert f"Dask at {address}, 1 worker" in said.err
        assert listing(project / "runs/.cache/predict") == listing(finished / "runs/.cache/predict")
        assert len(cluster.workers) == 1  # it is not ours to end

    def test_a_finished_prediction_needs_no_cluster(self, project: Path, aqdaq: Command) -> None:
        assert aqdaq("run", project, "--date", DATE, "--to", "predict").code == 0
        assert aqdaq("run", project, "--date", DATE, "--to", "calibrate", "--scheduler", NOBODY).code == 0

    def test_a_dry_run_says_where(self, project: Path, aqdaq: Command) -> None:
        said = aqdaq("run", project, "--date", DATE, "--dry-run", "--scheduler", NOBODY)
        assert said.code == 0
        assert f"2 tasks of up to 60 x 60 pixels in Dask at {NOBODY}" in said.out
        assert "in this process" in aqdaq("run", project, "--date", DATE, "--dry-run").out


class TestNoCluster:
    @pytest.mark.parametrize("address", [NOBODY, "127.0.0.1:1", "nonsense://x", "tcp://no-such-host.invalid:8786"])
    def test_nobody_answers(self, address: str, project: Path, aqdaq: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dask_cluster, "ANSWER_S", 1.0)
        begin = time.monotonic()
        said = aqdaq("run", project, "--date", DATE, "--to", "predict", "--scheduler", address)
        assert said.code == 2
        assert f"--scheduler {address}: nobody answers" in said.err
        assert "dask scheduler" in said.err
        assert time.monotonic() - begin < 60.0
        assert not list((project / "runs/.cache").glob("predict/*"))

    def test_a_scheduler_without_workers(
        self, project: Path, aqdaq: Command, cluster: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dask_cluster, "WORKER_S", 1.0)
        cluster.scale(0)
        said = aqdaq("run", project, "--date", DATE, "--to", "predict", "--scheduler", cluster.scheduler_address)
        assert said.code == 2
        assert "no worker within 1 s" in said.err

    def test_a_worker_of_another_version_is_refused(
        self, project: Path, aqdaq: Command, cluster: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = {**dask_cluster.makers(), "aqdaq": "9.9.9", "engine": "other/1"}
        monkeypatch.setattr(dask_cluster, "makers", lambda: other)
        said = aqdaq("run", project, "--date", DATE, "--to", "predict", "--scheduler", cluster.scheduler_address)
        assert said.code == 2
        assert "instead of 9.9.9" in said.err
        assert "engine" in said.err
        assert "the same versions on all machines" in said.err
        assert not list((project / "runs/.cache").glob("predict/*"))

    def test_dask_is_not_installed(self, project: Path, aqdaq: Command, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "distributed", None)
        monkeypatch.delitem(sys.modules, "aqdaq.pipeline.dask_cluster")
        with pytest.raises(UsageError, match="needs Dask"):
            open_executor("local", None)
        said = aqdaq("run", project, "--date", DATE, "--scheduler", "local")
        assert said.code == 2
        assert "aqdaq[dask]" in said.err
        assert not (project / "runs").exists()
        assert aqdaq("run", project, "--date", DATE, "--to", "read").code == 0  # without it nothing is missed


@pytest.mark.slow
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run_ends_its_workers_and_resumes(how: str, project: Path, aqdaq: Command) -> None:
    """Ctrl-C reaches the whole group, as at a terminal; a stop from outside only the run."""
    stopper = STOPPER.replace("os.kill(os.getpid(),", "os.killpg(0,") if how == "SIGINT" else STOPPER
    command = [sys.executable, "-c", stopper, *STOPS["after the first site"], how, "run", str(project), "--date", DATE]
    with subprocess.Popen(
        [*command, "--scheduler", "local", "--workers", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        _, said = run.communicate(timeout=300)
    assert run.returncode == 5, said
    assert "the same command goes on" in said
    assert "Traceback" not in said
    assert not alive(run.pid), "a worker is left"
    again = aqdaq("run", project, "--date", DATE, "--to", "predict")
    assert again.code == 0
    assert "1 of 2 sites are there already" in again.err


def alive(group: int) -> bool:
    """Whether a process of the group is there after a few seconds in which the last of them may end."""
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


class FakeFuture:
    def __init__(self, client: FakeClient, number: int) -> None:
        self.client, self.number = client, number

    def result(self, timeout: float) -> Any:
        assert timeout > 0.0
        self.client.under_way -= 1
        if self.number in self.client.failing:
            raise self.client.failing[self.number]
        return dask_cluster.Answer(self.number, None, "another processor")  # type: ignore[arg-type]

    def cancel(self, *, force: bool) -> None:
        assert force
        self.client.cancelled.append(self.number)


class FakeClient:
    """Counts what is under way."""

    def __init__(self, workers: int, failing: dict[int, Exception] | None = None) -> None:
        self.workers, self.failing = workers, failing or {}
        self.submitted = self.under_way = self.most = 0
        self.cancelled: list[int] = []

    def nthreads(self) -> dict[str, int]:
        return {f"worker {number}": 1 for number in range(self.workers)}

    def submit(self, work: Any, packed: bytes, wanted: dict[str, str], *, pure: bool) -> FakeFuture:
        assert work is dask_cluster.work
        assert packed
        assert wanted["engine"]
        assert not pure
        future = FakeFuture(self, self.submitted)
        self.submitted += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        return future


class TestBackPressure:
    def test_few_tasks_are_under_way_and_results_keep_their_order(self) -> None:
        client = FakeClient(workers=3)
        tasks: list[Any] = list(range(40))
        found = []
        for number in dask_cluster.DaskExecutor(client, "fake").run(tasks):
            found.append(number)
            assert client.submitted - len(found) <= 2 * 3
        assert found == list(range(40))
        assert client.most == 2 * 3

    def test_what_waits_is_cancelled_when_the_run_stops(self) -> None:
        client = FakeClient(workers=2)
        tasks: list[Any] = list(range(9))
        results = dask_cluster.DaskExecutor(client, "fake").run(tasks)
        next(results)
        results.close()  # type: ignore[attr-defined]
        assert client.cancelled == [1, 2, 3]

    def test_a_lost_cluster_says_how_to_go_on(self) -> None:
        client = FakeClient(workers=1, failing={1: OSError("connection lost")})
        results = dask_cluster.DaskExecutor(client, "fake").run([0, 1, 2])  # type: ignore[list-item]
        next(results)
        with pytest.raises(dask_cluster.AqdaqError, match=r"connection lost.*the same command goes on"):
            next(results)

    def test_when_all_workers_have_left_it_does_not_wait_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dask_cluster, "WORKER_S", -1.0)
        client = FakeClient(workers=0, failing={0: TimeoutError()})
        with pytest.raises(dask_cluster.AqdaqError, match="all workers have left"):
            next(dask_cluster.DaskExecutor(client, "fake").run([0]))  # type: ignore[list-item]

    def test_another_processor_is_noted(self) -> None:
        executor = dask_cluster.DaskExecutor(FakeClient(workers=1), "fake")
        assert list(executor.notes) == []
        list(executor.run([0]))  # type: ignore[list-item]
        assert "another processor" in executor.notes[0]
