"""Simulate an execution of a template, a definition or a plan."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sfnorch.app.account import Waits, wait_without_words
from sfnorch.app.environment_settings import list_parameter_values
from sfnorch.app.simulated_start import SimulatedStart, make_start
from sfnorch.app.simulated_values import refuse_input, refuse_parameters, refuse_substitutions, refuse_values
from sfnorch.app.sources import (
    PlanSource,
    build_surroundings,
    choose_stack,
    evaluate_source,
    find_folder,
    read_source_in_environment,
)
from sfnorch.errors import RequestError
from sfnorch.json_values import Json
from sfnorch.prices import PRICE_PER_1000
from sfnorch.simulator.behaviour import Behaviour, DrawOutcome, is_matching_job
from sfnorch.simulator.figures import Figures, compute_figures
from sfnorch.simulator.jobs import list_run_job_names
from sfnorch.simulator.mocks.responses import InvalidMockError
from sfnorch.simulator.mocks.table import MOCKABLE, MockTable
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.definition_files import refuse_other_file
from sfnorch.template.functions import list_functions

if TYPE_CHECKING:
    from sfnorch.app.simulated_backfill import SimulatedBackfill, SimulatedDate
    from sfnorch.simulator.record import Execution, Run
    from sfnorch.simulator.watched_attempts import WatchAttempt
    from sfnorch.simulator.world import AllowedStarts
    from sfnorch.template.contents import Machine, Template


MachineType = Literal["standard", "express"]
_OBJECT_URI = re.compile(r"s3://[^/]+/.+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated run, and its figures."""

    run: Run
    """Executions, events, job runs, messages, alarms and objects; times are in seconds after the start."""
    figures: Figures
    """Time, critical path, state transitions and their price, events."""
    dates: Sequence[SimulatedDate] | None = None
    """The dates that have started; None unless a backfill was simulated."""
    template: Template | None = field(default=None, repr=False, compare=False)
    """The template that was simulated, for pictures of its state machines."""

    @property
    def has_succeeded(self) -> bool:
        """Return whether no execution has failed; one that the simulation has left running has not."""
        return all(execution.status in ("SUCCEEDED", "RUNNING") for execution in self.run.executions)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateRequest:
    """A simulated execution of a state machine: of a template, or of the rendering of a plan."""

    plan: PlanSource = None
    """The path of a plan, a plan, or None for the plan with five children."""
    template: Path | None = None
    """The path of a template or a definition instead of a plan."""
    machine: str = ""
    """The state machine to start; by default the one that starts the others."""
    execution_input: Json = field(default_factory=dict)
    """The input of the execution, a JSON value."""
    params: Mapping[str, Json] = field(default_factory=dict)
    """Values of the run's parameters, which replace those of the input. The state machine converts text."""
    at: datetime | None = None
    """The scheduled time, at which the simulated clock starts; without a time zone, in the time zone of the plan. By
    default, the run has no scheduled time and starts on 1 January 2026."""
    backfill: SimulatedBackfill | None = None
    """A backfill of the state machine, instead of one execution; `execution_input` and `params` apply to all dates."""
    event: Json = None
    """An event instead of an input: the rule of the template that matches it starts the state machine with the input
    from its input transformer."""
    behaviour: Behaviour | None = None
    """What services do: failures, durations in seconds, mocks. Without it, all jobs succeed. The code of functions runs
    only for a plan, and only isolated, unless the behaviour says otherwise."""
    mock_file: Path | None = None
    """A file of mocks: with test cases, as for Step Functions Local, or with a result for each state. Mocks of the
    behaviour replace those of the file."""
    test_case: str = ""
    """The test case in the file; by default the only one. `MACHINE#NAME` names the state machine in the file too."""
    machine_type: MachineType | None = None
    """The type of the state machine to start, instead of the one in the template; by default standard."""
    substitutions: Mapping[str, str] = field(default_factory=dict)
    """Values of substitutions: of `${NAME}` in a definition, instead of DefinitionSubstitutions in a template."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values of parameters instead of the defaults of the template."""
    stack_name: str | None = None
    """The name of the stack; by default the one with which the plan is deployed."""
    region: str | None = None
    """The Region of the stack; by default one of the AWS documentation."""
    seed: int = 0
    """The seed of the random numbers for jitter and names."""
    until: float | None = None
    """The virtual time after which the simulation ends, in seconds."""
    second_run: float | None = None
    """The virtual time after which a second execution with the same input starts, in seconds."""
    stop_after: float | None = None
    """The virtual time after which the first execution is stopped, in seconds."""
    price: float = PRICE_PER_1000
    """The price of 1,000 state transitions, in US dollars."""
    keeps_visits: bool = False
    """Whether the run keeps inputs and outputs of states, which a report shows."""

    def __post_init__(self) -> None:
        """Raise RequestError for a request that contradicts itself, and for an input that AWS does not accept."""
        if self.plan is not None and self.template is not None:
            raise RequestError(": a plan and a template exclude each other", field="template")
        if self.test_case and self.mock_file is None:
            raise RequestError(" requires a file of mocks", field="test_case")
        for name in ("second_run", "stop_after"):
            if (getattr(self, name) or 0) < 0:
                raise RequestError(" must not be negative", field=name)
        if self.backfill is not None and self.at is not None:
            raise RequestError(": a backfill has dates, and no scheduled time", field="at")
        if self.event is not None and self.backfill is not None:
            raise RequestError(": a backfill has dates, and no event", field="event")
        if self.second_run is not None and self.backfill is not None:
            raise RequestError(" is not supported with a backfill", field="second_run")
        if self.event is not None and self.execution_input != {}:
            raise RequestError(": an event and an input exclude each other", field="event")
        refuse_input(self.execution_input)

    @property
    def chosen_behaviour(self) -> Behaviour:
        """Return the behaviour, with the folder of the code of functions: the one of the plan or the template."""
        behaviour = self.behaviour or Behaviour(run_isolated=self.template is None)
        if behaviour.code_folder is not None:
            return behaviour
        folder = self.template.parent if self.template else find_folder(self.plan)
        return replace(behaviour, code_folder=folder)


def simulate(
    request: SimulateRequest,
    *,
    waits: Waits = wait_without_words,
    on_warning: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Simulate an execution offline, in virtual time, as `sfnorch simulate` does.

    `waits` shows what the function waits for. `on_warning` gets a sentence if code of functions runs without isolation.
    `on_progress` gets the number of dates of a backfill that have ended, and of all dates, instead of `waits`.

    Raises SfnorchError for a template, a definition or a plan that cannot be read or simulated, or does not accept the
    parameters and substitutions, and RequestError for jobs and states of the behaviour that do not exist.
    """
    with waits("Reading the template"):
        template = read_simulated_template(request)
    return simulate_template(template, request, waits=waits, on_warning=on_warning, on_progress=on_progress)


def simulate_template(
    template: Template,
    request: SimulateRequest,
    *,
    waits: Waits = wait_without_words,
    on_warning: Callable[[str], None] = lambda _: None,
    watch: WatchAttempt | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Simulation:
    """Simulate an execution of a template that `read_simulated_template` has read for a request like this one.

    `watch` gets each attempt of a state when it ends. `on_progress` is that of `simulate`.

    Raises the errors of `simulate`.
    """
    prepared = prepare_simulation(template, request, on_warning=on_warning)
    on_end = None
    if on_progress and prepared.backfill and request.backfill:
        from sfnorch.app.simulated_backfill import count_dates  # few simulations are backfills

        on_end = count_dates(prepared.backfill[0], request.backfill, on_progress)
    with waits("Simulating the execution") if on_end is None else nullcontext():
        run = prepared.run(watch=watch, on_end=on_end)
        found = compute_figures(run, request.price)
    prepared.refuse_unknown_jobs(run)
    if prepared.backfill is None:
        return Simulation(run, found, template=prepared.template)
    from sfnorch.app.simulated_backfill import list_simulated_dates

    return Simulation(run, found, list_simulated_dates(run, *prepared.backfill), prepared.template)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSimulation:
    """A simulation after all checks that need no run: it can run several times."""

    template: Template
    machine: Machine
    execution_input: Json
    begin: datetime | None
    behaviour: Behaviour
    request: SimulateRequest
    backfill: tuple[Machine, str] | None = None
    """The machine that a backfill runs for each date, and the name of the date in its input."""

    def run(
        self,
        *,
        draw: DrawOutcome | None = None,
        seed: int | None = None,
        watch: WatchAttempt | None = None,
        allowed: AllowedStarts | None = None,
        on_end: Callable[[Execution], None] | None = None,
    ) -> Run:
        """Return a run; outcomes of jobs and a seed that are passed replace those of the request."""
        request = self.request
        return run_machine(
            self.template,
            self.machine,
            self.execution_input,
            self.behaviour if draw is None else replace(self.behaviour, draw=draw),
            seed=request.seed if seed is None else seed,
            until=request.until,
            second_run=request.second_run,
            stop_after=request.stop_after,
            is_rendered=request.template is None,
            begin=self.begin,
            watch=watch,
            allowed=allowed,
            keeps_visits=request.keeps_visits,
            on_end=on_end,
        )

    def refuse_unknown_jobs(self, run: Run) -> None:
        """Raise RequestError for jobs of the behaviour that neither the template nor the run has."""
        _refuse_jobs(self.behaviour, list_run_job_names(self.template, run, self.request.parameters))


def prepare_simulation(
    template: Template, request: SimulateRequest, *, on_warning: Callable[[str], None] = lambda _: None
) -> PreparedSimulation:
    """Return the simulation of a template that `read_simulated_template` has read, ready to run.

    Raises the errors of `simulate` that need no run.
    """
    behaviour = request.chosen_behaviour
    machine, execution_input, begin = _choose_execution(template, request)
    if request.machine_type is not None:
        chosen = replace(machine, express=request.machine_type == "express")
        template, machine = template.replace_machine(machine, chosen), chosen
    backfill = None
    if request.backfill is not None:
        from sfnorch.app.simulated_backfill import prepare_backfill  # few simulations are backfills

        found = prepare_backfill(template, machine, request.backfill, request.params, execution_input)
        backfill = machine, found.key
        machine, start = found.machine, SimulatedStart(found.execution_input, None)
    else:
        start = make_start(template, machine, execution_input, request.params, request.at)
    if template.source.is_definition:  # it has no role
        behaviour = replace(behaviour, enforce_permissions=False)
    _refuse_mocks(template, behaviour)
    _refuse_objects(behaviour)
    if request.mock_file is not None:
        from sfnorch.simulator.mocks.files import read_mock_file

        mocks = read_mock_file(request.mock_file).list_mocks(template, machine, request.test_case, behaviour.mocks)
        behaviour = replace(behaviour, mocks={**mocks, **behaviour.mocks})
    if behaviour.run_functions and any(function.playable for function in list_functions(template.stack)):
        from sfnorch.simulator.isolation import find_isolation  # loads modules that few runs need

        isolation = find_isolation()
        if not isolation.possible:
            on_warning(f"Functions run without isolation, with your permissions: {isolation.reason}")
    return PreparedSimulation(
        template=template,
        machine=machine,
        execution_input=start.execution_input,
        begin=start.begin or begin,
        behaviour=behaviour,
        request=request,
        backfill=backfill,
    )


def _choose_execution(template: Template, request: SimulateRequest) -> tuple[Machine, Json, datetime | None]:
    """Return the state machine to start, its input, and the start time of the clock; None for the default time.

    They are those of the request, or those of the rule for its event.
    """
    if request.event is None:
        return choose_machine(template, request.machine), request.execution_input, None
    from sfnorch.app.event_starts import choose_started_execution  # few simulations have an event

    started = choose_started_execution(template, request.event, request.machine)
    return started.machine, started.execution_input, started.begin


def read_simulated_template(request: SimulateRequest) -> Template:
    """Return the template of a request.

    Raises SfnorchError for parameters and substitutions without values, and unknown ones.
    """
    source, environment = read_source_in_environment(request.template, request.plan)
    refuse_other_file(source)
    stack_name = request.stack_name or (environment.stack_name if environment else None)
    where = choose_stack(source, build_surroundings(request.region, environment), stack_name)
    parameters = list_parameter_values(environment, source.data.find_object("Parameters"), request.parameters)
    if source.is_definition:
        refuse_values(source, parameters, request.substitutions)
    template = evaluate_source(source, parameters, where, request.substitutions)
    if not source.is_definition:
        refuse_parameters(template.stack.get_section("Parameters"), parameters)
        refuse_substitutions(template, request.substitutions)
    return template


def _refuse_mocks(template: Template, behaviour: Behaviour) -> None:
    try:
        unknown = MockTable(template, behaviour.mocks).list_unknown()
    except InvalidMockError as error:
        raise RequestError(f": {error.message}", field="mocks") from None
    states = (state for machine in template.machines for state in machine.list_states())
    names = {state.name for state in states if state.kind in MOCKABLE}
    refuse_unknown("mocks", "Task, Map or Parallel state", set(unknown), behaviour.mocks, names)


def _refuse_objects(behaviour: Behaviour) -> None:
    for uri, content in behaviour.objects.items():
        if not _OBJECT_URI.fullmatch(uri):
            raise RequestError(f" {uri}: expected s3://BUCKET/KEY", field="objects")
        if isinstance(content, Path) and not content.is_file():
            raise RequestError(f" {uri}: {content} is not a file", field="objects")


def _refuse_jobs(behaviour: Behaviour, names: set[str]) -> None:
    for name, patterns in (
        ("faults", [fault.job for fault in behaviour.faults]),
        ("seconds", list(behaviour.seconds)),
        ("throttles", list(behaviour.throttles)),
        ("concurrent_runs", list(behaviour.concurrent_runs)),
    ):
        unknown = {pattern for pattern in patterns if not any(is_matching_job(pattern, job) for job in names)}
        refuse_unknown(name, "job", unknown, patterns, names)


def refuse_unknown(field: str, what: str, unknown: set[str], given: Iterable[str], names: set[str]) -> None:
    """Raise RequestError for the unknown names among the given ones, in their order, each with the most similar."""
    wrong = []
    for name in given:
        if name in unknown:
            near = difflib.get_close_matches(name, sorted(names), n=1)
            wrong.append(f"unknown {what} {name!r}" + (f"; did you mean {near[0]}?" if near else ""))
    if wrong:
        raise RequestError(f": {', and '.join(wrong)}", field=field)
