"""Run the scenarios of files, compare each run with what is expected, and count what the runs have reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.simulation import SimulateRequest, Simulation, read_simulated_template, simulate_template
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.plan.environments import PlanChoice
from sfnorch.plan.files import PLAN_FILE
from sfnorch.scenarios.coverage import Coverage, Reached, list_parts, locate_reached
from sfnorch.scenarios.expectations import check_run
from sfnorch.scenarios.files import LocatedScenario, ScenarioFile, find_files, read_scenario_file
from sfnorch.scenarios.matchers import Mismatch
from sfnorch.scenarios.models import Given, Scenario, Target
from sfnorch.simulator.behaviour import ALWAYS, Behaviour, Fault
from sfnorch.simulator.document import convert_run
from sfnorch.source import SourceError

if TYPE_CHECKING:
    from sfnorch.findings import Finding
    from sfnorch.template.contents import Template
    from sfnorch.template.states import LocatedState


class Outcome(Enum):
    """What came of a scenario."""

    PASSED = "passed"
    FAILED = "failed"
    """The run differs from what is expected."""
    ERROR = "error"
    """The run cannot be simulated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """What came of a scenario, and of its run."""

    file: Path
    name: str
    line: int
    outcome: Outcome
    mismatches: tuple[Mismatch, ...] = ()
    error: SfnorchError | None = None
    simulation: Simulation | None = None
    """The run; None after an error."""
    stack_name: str = ""
    """The name of the simulated stack."""
    reached: Reached = field(default_factory=set)
    """The parts of state machines that the run has reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRequest:
    """Scenarios to run."""

    files: tuple[Path, ...] = ()
    """Files, and folders with files; by default those in the current folder and in `tests`."""
    keyword: str = ""
    """A text that the names of the scenarios contain."""
    stops_at_failure: bool = False
    """Whether no other scenario runs after one that did not pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioReport:
    """The results of scenarios in the order of their files, and the coverage of each target by its name."""

    results: tuple[ScenarioResult, ...]
    coverage: Mapping[str, Coverage]
    skipped: int = 0
    """The number of scenarios that did not run."""

    @property
    def has_passed(self) -> bool:
        """Return whether all scenarios that ran have passed."""
        return all(result.outcome is Outcome.PASSED for result in self.results)


def run_scenarios(
    request: ScenarioRequest, *, on_result: Callable[[ScenarioResult], None] = lambda _: None
) -> ScenarioReport:
    """Run the scenarios of the files, as `sfnorch test` does. `on_result` gets each result when it is known.

    Raises SfnorchError if there are no files or a file cannot be read, and SourceError, with the faults of all files,
    if one is invalid.
    """
    results: list[ScenarioResult] = []
    coverage: dict[str, Coverage] = {}
    chosen = [
        (file, scenario)
        for file in read_files(find_files(request.files))
        for scenario in file.scenarios
        if request.keyword.lower() in scenario.scenario.name.lower()
    ]
    runner = ScenarioRunner()
    for file, scenario in chosen:
        result = runner.run(file, scenario)
        results.append(result)
        name = name_target(file)
        if name not in coverage and (template := runner.find_template(file, scenario.scenario)):
            coverage[name] = build_coverage(template)
        if name in coverage:
            coverage[name].reached |= result.reached
        on_result(result)
        if request.stops_at_failure and result.outcome is not Outcome.PASSED:
            break
    return ScenarioReport(results=tuple(results), coverage=coverage, skipped=len(chosen) - len(results))


def read_files(paths: list[Path]) -> list[ScenarioFile]:
    """Return the contents of the files. Raises the errors of `read_scenario_file`, with the faults of all files."""
    files: list[ScenarioFile] = []
    faults: list[Finding] = []
    error: SourceError | None = None
    for path in paths:
        try:
            files.append(read_scenario_file(path))
        except SourceError as fault:
            error = fault
            faults += fault.findings
    if error is not None:
        raise type(error)(faults)
    return files


class ScenarioRunner:
    """Runs scenarios, and reads each template once."""

    def __init__(self) -> None:
        self._templates: dict[tuple[object, ...], Template | SfnorchError] = {}
        self._machines: dict[int, dict[LocatedState, str]] = {}

    def run(self, file: ScenarioFile, located: LocatedScenario) -> ScenarioResult:
        """Return the result of a scenario."""
        scenario = located.scenario
        result = ScenarioResult(file=file.path, name=scenario.name, line=located.line, outcome=Outcome.ERROR)
        try:
            request = build_request(file, scenario)
            template = self._read_template(file, request)
            simulation = simulate_template(template, request)
        except SfnorchError as error:
            return replace(result, error=_explain_error(error))
        document = convert_run(simulation.run, simulation.figures)
        mismatches = tuple(check_run(scenario.expect, document, template.stack.where.stack_name))
        return replace(
            result,
            outcome=Outcome.FAILED if mismatches else Outcome.PASSED,
            mismatches=mismatches,
            simulation=simulation,
            stack_name=template.stack.where.stack_name,
            reached=locate_reached(self._list_machines(template), simulation.run.reached),
        )

    def find_template(self, file: ScenarioFile, scenario: Scenario) -> Template | None:
        """Return the template of a scenario; None if it cannot be read."""
        found = self._templates.get(_make_key(file, build_request(file, scenario)))
        return None if isinstance(found, SfnorchError) else found

    def _read_template(self, file: ScenarioFile, request: SimulateRequest) -> Template:
        """Return the template of a request. Raises SfnorchError if it cannot be read, each time that it is needed."""
        key = _make_key(file, request)
        if key not in self._templates:
            try:
                self._templates[key] = read_simulated_template(request)
            except SfnorchError as error:
                self._templates[key] = error
        found = self._templates[key]
        if isinstance(found, SfnorchError):
            raise found
        return found

    def _list_machines(self, template: Template) -> dict[LocatedState, str]:
        """Return the name of the machine of each state."""
        known = self._machines.get(id(template))
        if known is None:
            known = {
                state: template.build_title(machine) for machine in template.machines for state in machine.list_states()
            }
            self._machines[id(template)] = known
        return known


def build_coverage(template: Template) -> Coverage:
    """Return the parts of the state machines of a template, none of them reached."""
    parts = (
        part
        for machine in template.machines
        for part in list_parts(template.build_title(machine), machine.list_states())
    )
    return Coverage(parts=tuple(parts))


def name_target(file: ScenarioFile) -> str:
    """Return the name of what the scenarios of a file run: a file, with the environment of a plan."""
    target = file.target
    path = str(file.path.parent / (target.template or target.plan or PLAN_FILE))
    return f"{path} ({target.environment})" if target.environment else path


def build_request(file: ScenarioFile, scenario: Scenario) -> SimulateRequest:
    """Return the simulated execution of a scenario."""
    target, given, folder = file.target, scenario.given, file.path.parent
    return SimulateRequest(
        plan=None if target.template else _choose_plan(target, folder),
        template=folder / target.template if target.template else None,
        machine=scenario.machine or target.machine,
        execution_input=scenario.execution_input if scenario.event is None else {},
        event=scenario.event,
        params=scenario.params,
        at=scenario.at,
        behaviour=build_behaviour(given, folder, is_plan=target.template is None),
        mock_file=folder / given.mock_file if given.mock_file else None,
        test_case=given.test_case,
        machine_type=target.type,
        substitutions=target.substitutions,
        parameters={**target.parameters, **scenario.parameters},
        stack_name=target.stack_name,
        region=target.region,
        seed=given.seed,
        until=given.until,
        second_run=given.second_run,
        stop_after=given.stop_after,
    )


def build_behaviour(given: Given, folder: Path, *, is_plan: bool) -> Behaviour:
    """Return the behaviour of services that a scenario gives; files are relative to the folder."""
    return Behaviour(
        seconds=given.durations,
        faults=[Fault(job, failure.times or ALWAYS, failure.message) for job, failure in given.failures.items()],
        throttles=given.throttles,
        unknown=given.unknown_jobs,
        concurrent_runs=given.concurrent_runs,
        mocks=given.mocks,
        objects={uri: content.read(folder) for uri, content in given.objects.items()},
        run_isolated=is_plan,
    )


def _choose_plan(target: Target, folder: Path) -> Path | PlanChoice:
    path = folder / (target.plan or PLAN_FILE)
    return PlanChoice(path, target.environment) if target.environment else path


def _make_key(file: ScenarioFile, request: SimulateRequest) -> tuple[object, ...]:
    target = file.target
    return (
        str(request.template or request.plan),
        target.environment,
        tuple(sorted(request.parameters.items())),
        tuple(sorted(request.substitutions.items())),
        request.stack_name,
        request.region,
    )


_GIVEN = {
    "faults": "given.failures",
    "seconds": "given.durations",
    "throttles": "given.throttles",
    "concurrent_runs": "given.concurrent_runs",
    "mocks": "given.mocks",
    "objects": "given.objects",
    "test_case": "given.test_case",
    "execution_input": "input",
}


def _explain_error(error: SfnorchError) -> SfnorchError:
    """Return the error with the key of the scenario instead of the field of the request."""
    if isinstance(error, RequestError) and error.field:
        return SfnorchError(
            _GIVEN.get(error.field, error.field) + error.message.removeprefix(error.place), hint=error.hint
        )
    return error
