"""Run the scenarios of files, compare each run with what is expected, and count what the runs have reached."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.last_failures import keep_last_failures
from sfnorch.app.scenario_choice import ChosenScenario, build_id, choose_scenarios, name_target
from sfnorch.app.scenario_requests import build_request, explain_scenario_error, make_template_key
from sfnorch.app.simulated.preparation import read_simulated_template
from sfnorch.app.simulated.request import SimulateRequest
from sfnorch.app.simulation import Simulation, simulate_template
from sfnorch.errors import SfnorchError
from sfnorch.scenarios.coverage import Coverage, Part, Reached, list_parts, locate_reached
from sfnorch.scenarios.expectations import check_run
from sfnorch.scenarios.files import LocatedScenario, ScenarioFile
from sfnorch.scenarios.matchers import Mismatch
from sfnorch.scenarios.models import Scenario
from sfnorch.simulator.document import convert_run

if TYPE_CHECKING:
    from sfnorch.simulator.figures import Figures
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
    """The line of the scenario, or of the value that is the reason of an error."""
    outcome: Outcome
    mismatches: tuple[Mismatch, ...] = ()
    error: SfnorchError | None = None
    figures: Figures | None = None
    """The figures of the run; None after an error."""
    simulation: Simulation | None = None
    """The run, without its template and what it has reached; None after an error, and if the scenario has passed.

    With `keeps_runs`, it is whole, and None only after an error."""
    stack_name: str = ""
    """The name of the simulated stack."""
    reached: Reached = field(default_factory=set)
    """The parts of state machines that the run has reached."""

    @property
    def has_passed(self) -> bool:
        """Return whether the run is what is expected."""
        return self.outcome is Outcome.PASSED


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRequest:
    """Scenarios to run."""

    files: tuple[Path, ...] = ()
    """Files, and folders with files; by default those in the current folder and in `tests`."""
    keyword: str = ""
    """A text that the names of the scenarios contain."""
    only_last_failed: bool = False
    """Whether only those run that did not pass last time; all of them if there are none."""
    stops_at_failure: bool = False
    """Whether no other scenario runs after one that did not pass."""
    processes: int | None = 1
    """The number of processes; None for one for each processor, if there are enough scenarios."""
    run_functions: bool = False
    """Whether to run the code of functions also for templates, and where the system cannot isolate it."""
    keeps_runs: bool = False
    """Whether the results have the whole runs, also of scenarios that have passed. They run in one process."""
    cache: Path | None = None
    """The folder that keeps which scenarios did not pass; without one, `only_last_failed` has no effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioReport:
    """The results of scenarios in the order of their files, and the coverage of each target by its name."""

    results: tuple[ScenarioResult, ...]
    coverage: Mapping[str, Coverage]
    templates: Mapping[str, Template] = field(default_factory=dict)
    """The template of each target; of several, by other parameters, the first one."""
    skipped: int = 0
    """The number of chosen scenarios that did not run."""

    @property
    def has_passed(self) -> bool:
        """Return whether all scenarios that ran have passed."""
        return all(result.has_passed for result in self.results)

    @property
    def reached_share(self) -> float:
        """Return the share of the parts of all targets that were reached, from 0 to 1; 1 if there are none."""
        counts = [found.count() for found in self.coverage.values()]
        total = sum(count for _, count in counts)
        return sum(reached for reached, _ in counts) / total if total else 1.0


def run_scenarios(
    request: ScenarioRequest,
    *,
    on_result: Callable[[ScenarioResult], None] = lambda _: None,
    on_progress: Callable[[int, int], None] = lambda done, scenarios: None,
) -> ScenarioReport:
    """Run the scenarios of the files, as `sfnorch test` does. `on_result` gets each result in order, when it is known.

    `on_progress` gets the number of scenarios that have run, and of all scenarios. The results do not depend on the
    number of processes.

    Raises SfnorchError if there are no files or a file cannot be read, or no scenario has the keyword, and SourceError,
    with the faults of all files, if one is invalid.
    """
    chosen = choose_scenarios(request.files, request.keyword, request.cache if request.only_last_failed else None)
    results: list[ScenarioResult] = []
    work = _ScenarioWork(chosen, run_functions=request.run_functions, keeps_runs=request.keeps_runs)
    try:
        with closing(_list_results(work, 1 if request.keeps_runs else request.processes)) as found:
            for result in found:
                results.append(result)
                on_result(result)
                on_progress(len(results), len(chosen))
                if request.stops_at_failure and not result.has_passed:
                    break
    finally:
        if request.cache is not None:
            ran = [(build_id(result.file, result.name), result.has_passed) for result in results]
            failed = [each for each, has_passed in ran if not has_passed]
            keep_last_failures(request.cache, [each for each, _ in ran], failed)
    coverage, templates = _build_coverage(work, results)
    return ScenarioReport(
        results=tuple(results), coverage=coverage, templates=templates, skipped=len(chosen) - len(results)
    )


class ScenarioRunner:
    """Runs scenarios, and reads each template once.

    `run_functions`: whether to run the code of functions also for templates, and where the system cannot isolate it.
    `keeps_visits`: whether the runs keep inputs and outputs of states.
    """

    def __init__(self, *, run_functions: bool = False, keeps_visits: bool = False) -> None:
        self._run_functions = run_functions
        self._keeps_visits = keeps_visits
        self._templates: dict[tuple[object, ...], Template | SfnorchError] = {}
        self._machines: dict[int, dict[LocatedState, str]] = {}

    def run(self, file: ScenarioFile, located: LocatedScenario) -> ScenarioResult:
        """Return the result of a scenario."""
        scenario = located.scenario
        result = ScenarioResult(file=file.path, name=scenario.name, line=located.line, outcome=Outcome.ERROR)
        try:
            request = build_request(file, scenario, run_functions=self._run_functions)
            request = replace(request, keeps_visits=self._keeps_visits)
            template = self._read_template(file, request)
            simulation = simulate_template(template, request)
        except SfnorchError as error:
            explained = explain_scenario_error(error)
            return replace(result, error=explained, line=located.find_line(explained.message.partition(":")[0]))
        document = convert_run(simulation.run, simulation.figures)
        found = check_run(scenario.expect, document, template.stack.where.stack_name)
        mismatches = tuple(each._replace(line=located.find_line(each.path)) for each in found)
        return replace(
            result,
            outcome=Outcome.FAILED if mismatches else Outcome.PASSED,
            mismatches=mismatches,
            figures=simulation.figures,
            simulation=simulation,
            stack_name=template.stack.where.stack_name,
            reached=locate_reached(self._list_machines(template), simulation.run.reached),
        )

    def find_template(self, file: ScenarioFile, scenario: Scenario) -> Template | None:
        """Return the template of a scenario; None if it cannot be read."""
        try:
            return self._read_template(file, build_request(file, scenario))
        except SfnorchError:
            return None

    def _read_template(self, file: ScenarioFile, request: SimulateRequest) -> Template:
        """Return the template of a request. Raises SfnorchError if it cannot be read, each time that it is needed."""
        key = make_template_key(file, request)
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


class _ScenarioWork:
    """The chosen scenarios by number, for several processes; each that is not a copy reads the templates itself."""

    def __init__(self, chosen: list[ChosenScenario], *, run_functions: bool, keeps_runs: bool = False) -> None:
        self.chosen = chosen
        self.run_functions = run_functions
        self.keeps_runs = keeps_runs
        self.runner = ScenarioRunner(run_functions=run_functions, keeps_visits=keeps_runs)

    def __call__(self, number: int) -> ScenarioResult:
        result = self.runner.run(*self.chosen[number])
        if self.keeps_runs or result.simulation is None:
            return result
        if result.has_passed:
            return replace(result, simulation=None)
        run = replace(result.simulation.run, reached=set())  # templates and their states are too large for a pipe
        return replace(result, simulation=replace(result.simulation, run=run, template=None))

    def __reduce__(self) -> tuple[Callable[..., _ScenarioWork], tuple[list[ChosenScenario]]]:
        return partial(_ScenarioWork, run_functions=self.run_functions), (self.chosen,)

    def find_template(self, number: int) -> Template | None:
        """Return the template of a scenario; None if it cannot be read."""
        file, located = self.chosen[number]
        return self.runner.find_template(file, located.scenario)


def _list_results(work: _ScenarioWork, processes: int | None) -> Generator[ScenarioResult, None, None]:
    """Yield the results in order. The first scenario runs in this process, before others start."""
    numbers = range(len(work.chosen))
    yield work(0)
    if processes != 1:
        from sfnorch.parallel_work import WorthProcesses, choose_count, work_in_processes  # few suites need them

        if (count := choose_count(processes, len(numbers) - 1, WorthProcesses(copies=20, new=200))) > 1:
            for number in numbers:  # copies of this process have the templates that it has read
                work.find_template(number)
            killed = SfnorchError(
                "A process that ran scenarios was killed; the memory can be full",
                hint="run the scenarios in one process: --processes 1",
            )
            yield from work_in_processes(work, numbers[1:], count, killed)
            return
    yield from map(work, numbers[1:])


def _build_coverage(
    work: _ScenarioWork, results: list[ScenarioResult]
) -> tuple[dict[str, Coverage], dict[str, Template]]:
    """Return the coverage of each target, and its template. A target has the parts of all of its templates."""
    coverage: dict[str, Coverage] = {}
    templates: dict[str, Template] = {}
    parts: dict[str, dict[Part, None]] = {}
    seen: set[int] = set()
    for number, result in enumerate(results):
        template = work.find_template(number)
        if template is None:
            continue
        name = name_target(work.chosen[number].file)
        if id(template) not in seen:
            seen.add(id(template))
            templates.setdefault(name, template)
            parts.setdefault(name, {}).update(dict.fromkeys(build_coverage(template).parts))
        found = coverage.setdefault(name, Coverage(parts=()))
        found.reached |= result.reached
        found.unreachable |= set(work.chosen[number].file.unreachable)
    for name, found in coverage.items():
        found.parts = tuple(parts[name])
    return coverage, templates


def build_coverage(template: Template) -> Coverage:
    """Return the parts of the state machines of a template, none of them reached."""
    parts = (
        part
        for machine in template.machines
        for part in list_parts(template.build_title(machine), machine.list_states())
    )
    return Coverage(parts=tuple(parts))
