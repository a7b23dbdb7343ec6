"""The pytest plugin: with `--sfnorch`, pytest runs scenario files; the fixture `run_scenario` runs one from Python.

https://docs.pytest.org/en/stable/how-to/writing_plugins.html

Every pytest of the environment loads this module, so it imports the rest when it is needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from sfnorch.app.scenario_runs import ScenarioResult, ScenarioRunner
    from sfnorch.app.simulation import Simulation
    from sfnorch.documents.simulation import SimulationDocument
    from sfnorch.scenarios.files import LocatedScenario, ScenarioFile

_RUNNER = pytest.StashKey["ScenarioRunner"]()
_MARK = "sfnorch"


class RunScenario(Protocol):
    """The fixture `run_scenario`: it takes the keys of a scenario, and those of the file."""

    def __call__(self, **keys: Any) -> ScenarioRun:
        """Return the simulated run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """A simulated run, with the same document as `sfnorch simulate --output json`."""

    simulation: Simulation
    document: SimulationDocument
    stack_name: str

    def expect(self, **keys: Any) -> None:
        """Compare the run with these keys of `expect`. Raises AssertionError with all differences."""
        __tracebackhide__ = True
        from sfnorch.scenarios.expectations import check_run
        from sfnorch.scenarios.files import parse_scenario_file
        from sfnorch.scenarios.matchers import write_mismatch

        text = json.dumps({"scenarios": [{"name": "run", "expect": keys}]})
        (located,) = parse_scenario_file(text, Path("expect")).scenarios
        mismatches = check_run(located.scenario.expect, self.document, self.stack_name)
        if mismatches:
            raise AssertionError("\n".join(map(write_mismatch, mismatches)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--sfnorch` and `--run-functions`."""
    group = parser.getgroup("sfnorch")
    group.addoption(
        "--sfnorch", action="store_true", help="Run the scenarios of files *.sfntest.yaml, as sfnorch test does."
    )
    group.addoption(
        "--run-functions",
        action="store_true",
        help="Run the code of functions also for templates, and where the system cannot isolate it.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark of scenarios, which `-m sfnorch` selects."""
    config.addinivalue_line("markers", f"{_MARK}: a scenario of a file *.sfntest.yaml")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Return the collector of a scenario file, if pytest runs them."""
    if not parent.config.getoption("--sfnorch"):
        return None
    from sfnorch.scenarios.files import SUFFIXES

    return ScenarioCollector.from_parent(parent, path=file_path) if file_path.name.endswith(SUFFIXES) else None


class ScenarioCollector(pytest.File):
    """The scenarios of a file."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each scenario. Raises CollectError for an invalid file."""
        from sfnorch.errors import SfnorchError
        from sfnorch.scenarios.files import read_scenario_file

        try:
            file = read_scenario_file(self.path)
        except SfnorchError as error:
            raise self.CollectError("\n".join(filter(None, (error.message, error.hint)))) from None
        for located in file.scenarios:
            yield ScenarioItem.from_parent(self, name=located.scenario.name, file=file, located=located)


class ScenarioItem(pytest.Item):
    """A scenario as a test."""

    def __init__(self, *, file: ScenarioFile, located: LocatedScenario, **more: Any) -> None:
        super().__init__(**more)
        self._file = file
        self._located = located
        self.add_marker(_MARK)

    def runtest(self) -> None:
        """Run the scenario. Raises _NotPassedError if it does not pass."""
        result = get_runner(self.config).run(self._file, self._located)
        if result.error is not None or result.mismatches:
            raise _NotPassedError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the differences, or the error, without a traceback."""
        error = excinfo.value
        return "\n".join(error.list_lines()) if isinstance(error, _NotPassedError) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the place of the scenario, whose first line is 0, and its name."""
        return self.path, self._located.line - 1, self.name


class _NotPassedError(Exception):
    """A scenario that did not pass."""

    def __init__(self, result: ScenarioResult) -> None:
        super().__init__(result.name)
        self._result = result

    def list_lines(self) -> list[str]:
        """Return what differs with the timeline of the run, or the error and its hint."""
        from sfnorch.report.scenarios.results import list_failure_lines

        return list_failure_lines(self._result)


def get_runner(config: pytest.Config) -> ScenarioRunner:
    """Return the runner of the session, which reads each template once."""
    from sfnorch.app.scenario_runs import ScenarioRunner

    return config.stash.setdefault(_RUNNER, ScenarioRunner(run_functions=config.getoption("--run-functions")))


@pytest.fixture
def run_scenario(request: pytest.FixtureRequest) -> RunScenario:
    """Return a function that runs a scenario, with paths relative to the folder of the test.

    Its arguments are the keys of a scenario (`input`, `params`, `at`, `given` …) and `target`. It raises SfnorchError
    for keys that are wrong, and for a run that cannot be simulated.
    """
    folder = request.path.parent

    def run(**keys: Any) -> ScenarioRun:
        return _run(get_runner(request.config), folder, keys)

    return run


def _run(runner: ScenarioRunner, folder: Path, keys: dict[str, Any]) -> ScenarioRun:
    from sfnorch.errors import SfnorchError
    from sfnorch.scenarios.files import parse_scenario_file
    from sfnorch.simulator.document import convert_run

    target, expect = keys.pop("target", {}), keys.pop("expect", None)
    content = {"target": target, "scenarios": [{"name": "run", **keys, "expect": {}}]}
    file = parse_scenario_file(json.dumps(content, default=str), folder / "run_scenario")
    (located,) = file.scenarios
    result = runner.run(file, located)
    if result.error is not None:
        raise SfnorchError(result.error.message, hint=result.error.hint)
    assert result.simulation is not None  # noqa: S101 - a run without an error
    simulation = result.simulation
    run = ScenarioRun(
        simulation=simulation,
        document=convert_run(simulation.run, simulation.figures),
        stack_name=result.stack_name,
    )
    if expect is not None:
        run.expect(**expect)
    return run
