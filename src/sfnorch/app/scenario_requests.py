"""The simulated execution of a scenario: what it runs, with which input, and what services do in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sfnorch.app.simulated.request import SimulateRequest
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.plan.environments import PlanChoice
from sfnorch.plan.files import PLAN_FILE
from sfnorch.scenarios.files import ScenarioFile
from sfnorch.scenarios.models import Given, Scenario, Target
from sfnorch.simulator.behaviour import ALWAYS, Behaviour, Fault


def build_request(file: ScenarioFile, scenario: Scenario, *, run_functions: bool = False) -> SimulateRequest:
    """Return the simulated execution of a scenario.

    `run_functions`: whether to run the code of functions also for a template, and where the system cannot isolate it.
    """
    target, given, folder = file.target, scenario.given, file.path.parent
    return SimulateRequest(
        plan=None if target.template else _choose_plan(target, folder),
        template=folder / target.template if target.template else None,
        machine=scenario.machine or target.machine,
        execution_input=scenario.execution_input if scenario.event is None else {},
        event=scenario.event,
        params=scenario.params,
        at=scenario.at,
        behaviour=replace(build_behaviour(given, folder, is_plan=target.template is None), run_functions=run_functions),
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


def _choose_plan(target: Target, folder: Path) -> Path | PlanChoice | None:
    """Return the plan of a target; None for the plan with five children, if the default plan does not exist."""
    path = locate_target(target, folder)
    if target.environment:
        return PlanChoice(path, target.environment)
    return path if target.plan or path.exists() else None


def locate_target(target: Target, folder: Path) -> Path:
    """Return the path of what the scenarios of a file in the folder run.

    The default is the plan beside the file, or beside the folder `tests` with the file.
    """
    if named := target.template or target.plan:
        return folder / named
    beside = folder / PLAN_FILE
    above = folder / ".." / PLAN_FILE
    return above if folder.resolve().name == "tests" and above.exists() and not beside.exists() else beside


def make_template_key(file: ScenarioFile, request: SimulateRequest) -> tuple[object, ...]:
    """Return what the template of a request depends on."""
    target = file.target
    return (
        locate_target(target, file.path.parent).resolve(),
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


def explain_scenario_error(error: SfnorchError) -> SfnorchError:
    """Return the error with the key of the scenario instead of the field of the request."""
    message = error.message
    if isinstance(error, RequestError) and error.field:
        message = _GIVEN.get(error.field, error.field) + message.removeprefix(error.place)
    return SfnorchError(message, hint=error.hint)
