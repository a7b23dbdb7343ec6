"""Put a fault into a copy of the project, and run the tests that execute it until one fails.

Each worker has a copy, and forks a process for each trial. For a fault in a function, the worker loads the project and
collects the tests first, and the process replaces the code of the function. For other faults, and to confirm that a
fault survives, the worker loads only libraries, and the process loads the project from the copy.

A limit on CPU time ends a process that computes much longer than the tests without a fault, so the result does not
depend on the load of the machine. A long deadline ends a process that waits forever.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import pytest

from benchmarks.mutants.sites import Mutant
from benchmarks.mutants.swap import swap_functions

KILLED, TIMED_OUT, SURVIVED, NOT_COVERED, NOT_TRIED = "killed", "timed out", "survived", "not covered", "not tried"
_LIBRARIES = (
    *("boto3", "botocore.stub", "cfnlint.api", "click", "coverage", "hypothesis", "jsonata.jsonata", "networkx"),
    *("pydantic", "rich.console", "rich.live", "ruamel.yaml", "samtranslator.translator.transform", "simpy"),
    *("tenacity", "troposphere.serverless", "xdist", "yaml"),
)
_OPTIONS = ("-x", "-q", "--no-header", "--tb=line", "-p", "no:cacheprovider", "-p", "no:cov")
_MEMORY = 4 << 30
_NOT_SWAPPED, _ENDED = 98, 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A mutant, the tests to run, and their duration without the fault; no mutant to run the tests unchanged."""

    mutant: Mutant | None
    tests: tuple[str, ...]
    seconds: float

    @property
    def files(self) -> list[str]:
        """The files of the tests."""
        return list(dict.fromkeys(test.partition("::")[0] for test in self.tests))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The outcome of a trial, and the test that detected the fault."""

    trial: Trial
    outcome: str
    by: str = ""


def copy_tree(root: Path, target: Path) -> None:
    """Copy the files of the project, also those that are not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name)


def run_trials(root: Path, folder: Path, trials: Sequence[Trial], workers: int) -> Iterator[Result]:
    """Yield the result of each trial as it ends."""
    slow = [trial for trial in trials if trial.mutant and not trial.mutant.is_in_function]
    fast = [trial for trial in trials if not trial.mutant or trial.mutant.is_in_function]
    for result in _run(root, folder, slow, workers, _serve_fresh):
        yield result
    again = []
    for result in _run(root, folder, fast, workers, _serve_loaded):
        if result.outcome in (NOT_TRIED, SURVIVED) and result.trial.mutant:
            again.append(result.trial)
        else:
            yield result
    yield from _run(root, folder, again, workers, _serve_fresh)


_Serve = Callable[[Path, Sequence[Trial], "SimpleQueue[Result | None]"], None]


def _run(root: Path, folder: Path, trials: Sequence[Trial], workers: int, serve: _Serve) -> Iterator[Result]:
    context = get_context("spawn")
    results = context.SimpleQueue()
    shares = [share for worker in range(workers) if (share := trials[worker::workers])]
    processes = [context.Process(target=_work, args=(root, folder, serve, share, results)) for share in shares]
    for process in processes:
        process.start()
    running = len(processes)
    while running:
        result = results.get()
        running -= result is None
        if result is not None:
            yield result
    for process in processes:
        process.join()


def _work(
    root: Path, folder: Path, serve: _Serve, trials: Sequence[Trial], results: SimpleQueue[Result | None]
) -> None:
    """Run a worker's share of the trials in a copy of the project."""
    try:
        tree = folder / f"tree-{os.getpid()}"
        copy_tree(root, tree)
        sys.path[:] = [entry for entry in sys.path if Path(entry) not in (root, root / "src")]
        for name in _LIBRARIES:
            importlib.import_module(name)
        os.chdir(tree)
        log = os.open(tree.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        serve(tree, trials, results)
    finally:
        results.put(None)


def _serve_fresh(tree: Path, trials: Sequence[Trial], results: SimpleQueue[Result | None]) -> None:
    """Run each trial in a process that loads the project."""
    gc.freeze()
    for trial in trials:
        noticed = tree.with_suffix(".noticed")

        def run(trial: Trial = trial, noticed: Path = noticed) -> int:
            _find_project(tree)
            return int(pytest.main([*_OPTIONS, *trial.files], plugins=[_Chosen(trial.tests, noticed)]))

        results.put(_try(tree, trial, noticed, run))


def _serve_loaded(tree: Path, trials: Sequence[Trial], results: SimpleQueue[Result | None]) -> None:
    """Load the project and collect the tests, then run each trial in a forked process."""
    _find_project(tree)
    files = dict.fromkeys(file for trial in trials for file in trial.files)
    loop = _Loop(tree, trials, results)
    pytest.main([*_OPTIONS, *files], plugins=[loop])
    for trial in loop.left:  # the tests could not be collected
        results.put(Result(trial=trial, outcome=NOT_TRIED))


def _find_project(tree: Path) -> None:
    sys.path[:0] = [str(tree), str(tree / "src")]
    os.environ["PYTHONPATH"] = str(tree / "src")


class _Chosen:
    """A plugin of pytest that runs only the chosen tests, in their order."""

    def __init__(self, tests: Iterable[str], noticed: Path) -> None:
        self.order = {test: index for index, test in enumerate(tests)}
        self.noticed = noticed

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Remove the other tests."""
        chosen = [item for item in items if item.nodeid in self.order]
        items[:] = sorted(chosen, key=lambda item: self.order[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Store the id of a test that fails."""
        if report.failed:
            self.noticed.write_text(report.nodeid, encoding="utf-8")


class _Loop:
    """A plugin of pytest that runs the trials instead of the collected tests."""

    def __init__(self, tree: Path, trials: Sequence[Trial], results: SimpleQueue[Result | None]) -> None:
        self.tree = tree
        self.left = list(trials)
        self.results = results
        self.noticed = tree.with_suffix(".noticed")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run each trial."""
        items = {item.nodeid: item for item in session.items}
        gc.collect()
        while self.left:
            trial = self.left.pop(0)
            chosen = [items[test] for test in trial.tests if test in items]

            def run(trial: Trial = trial, chosen: list[pytest.Item] = chosen) -> int:
                return self._run(trial, chosen)

            self.results.put(_try(self.tree, trial, self.noticed, run))
        return True

    def _run(self, trial: Trial, chosen: list[pytest.Item]) -> int:
        if trial.mutant is not None:
            path = self.tree / trial.mutant.path
            after = path.read_text(encoding="utf-8")
            before = path.with_suffix(".unmutated").read_text(encoding="utf-8")
            if not swap_functions(str(path), before, after):
                return _NOT_SWAPPED
        for item, following in zip(chosen, [*chosen[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.noticed.exists():
                return int(pytest.ExitCode.TESTS_FAILED)
        return int(pytest.ExitCode.OK if chosen else pytest.ExitCode.NO_TESTS_COLLECTED)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Store the id of a test that fails."""
        if report.failed:
            self.noticed.write_text(report.nodeid, encoding="utf-8")


def _try(tree: Path, trial: Trial, noticed: Path, run: Callable[[], int]) -> Result:
    """Return the outcome of a trial. `run` runs its tests."""
    if not trial.tests:
        return Result(trial=trial, outcome=NOT_COVERED)
    noticed.unlink(missing_ok=True)
    with contextlib.ExitStack() as stack:
        if trial.mutant is not None:
            stack.enter_context(_mutated(tree / trial.mutant.path, trial.mutant))
        child = os.fork()
        if not child:
            os._exit(_run_limited(trial, run))
        status = _wait(child, 60 + 5 * trial.seconds)
    if status is None or os.WIFSIGNALED(status):
        return Result(trial=trial, outcome=TIMED_OUT)
    code = os.WEXITSTATUS(status)
    if code == pytest.ExitCode.OK:
        return Result(trial=trial, outcome=SURVIVED)
    if code in (_NOT_SWAPPED, pytest.ExitCode.NO_TESTS_COLLECTED):
        return Result(trial=trial, outcome=NOT_TRIED)
    by = noticed.read_text(encoding="utf-8") if noticed.exists() else "what loads the tests"
    return Result(trial=trial, outcome=KILLED, by=by)


@contextlib.contextmanager
def _mutated(path: Path, mutant: Mutant) -> Iterator[None]:
    """Write the module with the fault; keep the original text in a file next to it."""
    source = path.read_bytes()
    beside = path.with_suffix(".unmutated")
    beside.write_bytes(source)
    path.write_bytes(mutant.apply(source))
    _forget(path)
    try:
        yield
    finally:
        path.write_bytes(source)
        beside.unlink()
        _forget(path)


def _forget(path: Path) -> None:
    """Remove the bytecode of the module: Python compares only the second and the size of the source."""
    for file in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        file.unlink()


def _wait(child: int, seconds: float) -> int | None:
    """Return the exit status of the process; None if it was killed at the deadline."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _run_limited(trial: Trial, run: Callable[[], int]) -> int:
    """Run the tests in this process with limits, and return the exit code of pytest."""
    try:
        os.setsid()
        limit = int(15 + 2 * trial.seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
        return run()
    except BaseException:
        return _ENDED
