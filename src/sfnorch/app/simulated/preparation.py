"""Prepare a simulation: read its template, choose its state machine and input, and check all that needs no run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.app.environment_settings import list_parameter_values
from sfnorch.app.simulated.behaviour_checks import refuse_jobs, refuse_mocks, refuse_objects
from sfnorch.app.simulated.request import SimulateRequest
from sfnorch.app.simulated.start import SimulatedStart, make_start
from sfnorch.app.simulated.values import refuse_parameters, refuse_substitutions, refuse_values
from sfnorch.app.sources import build_surroundings, choose_stack, evaluate_source, read_source_in_environment
from sfnorch.json_values import Json
from sfnorch.simulator.behaviour import Behaviour, DrawOutcome
from sfnorch.simulator.jobs import list_run_job_names
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.definition_files import refuse_other_file
from sfnorch.template.functions import list_functions

if TYPE_CHECKING:
    from sfnorch.simulator.record import Execution, Run
    from sfnorch.simulator.watched_attempts import WatchAttempt
    from sfnorch.simulator.world import AllowedStarts
    from sfnorch.template.contents import Machine, Template


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
        refuse_jobs(self.behaviour, list_run_job_names(self.template, run, self.request.parameters))


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
        from sfnorch.app.simulated.backfill import prepare_backfill  # few simulations are backfills

        found = prepare_backfill(template, machine, request.backfill, request.params, execution_input)
        backfill = machine, found.key
        machine, start = found.machine, SimulatedStart(found.execution_input, None)
    else:
        start = make_start(template, machine, execution_input, request.params, request.at)
    if template.source.is_definition:  # it has no role
        behaviour = replace(behaviour, enforce_permissions=False)
    refuse_mocks(template, behaviour)
    refuse_objects(behaviour)
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
    from sfnorch.app.simulated.event_start import choose_started_execution  # few simulations have an event

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
