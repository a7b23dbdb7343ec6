"""Checks of the steps of a flow: unique names, kinds of steps, known functions, retries.

`expressions` checks the expressions, and the files of `plan.steps` what only one kind of step has.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from sfnorch.expressions import is_expression
from sfnorch.plan.checks.expressions import check_expressions
from sfnorch.plan.checks.failures import check_failure
from sfnorch.plan.checks.jobs import check_job_run
from sfnorch.plan.checks.names import check_names, check_repeated, describe_kinds
from sfnorch.plan.checks.placed_steps import PlacedStep, walk_steps
from sfnorch.plan.models.flow import STEP_KINDS, FlowPlan
from sfnorch.plan.models.retry import Retry
from sfnorch.plan.names import MAX_STEPS
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.run_context import has_run_context
from sfnorch.plan.sound_part import ValidPart
from sfnorch.plan.steps.kind import StepPlace
from sfnorch.protocol.flow import FlowState
from sfnorch.protocol.overlap import LockState
from sfnorch.protocol.run_context import RunState
from sfnorch.protocol.states import SharedState, list_names

CONTROL_STATES = list_names(FlowState, SharedState)
"""Names of the states that do not belong to a step."""

_TAKERS = {
    key: [kind.key for kind in STEP_KINDS if key in kind.settings]
    for key in dict.fromkeys(key for kind in STEP_KINDS for key in kind.settings)
}
"""For each key that only some kinds of steps support: these kinds."""


def check_flow(plan: FlowPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield the faults of the plan's steps and functions."""
    steps = list(walk_steps(plan.steps))
    if len(steps) > MAX_STEPS:
        yield (
            ("steps",),
            f"a flow has at most {MAX_STEPS} steps, including the steps inside other steps; got {len(steps)}",
        )
    control_states = {
        *CONTROL_STATES,
        *(list_names(RunState) if has_run_context(plan) else ()),
        *(list_names(LockState) if plan.overlap else ()),
    }
    named: list[tuple[Path, str]] = [((*placed.path, "name"), placed.step.name) for placed in steps]
    yield from check_repeated(named, "{name!r} is already the name of {first}; choose another name")
    for path, name in named:
        if name in control_states:
            yield path, f"{name!r} is reserved for a state of the flow; choose another name"
    yield from check_names([(("functions", index, "name"), each.name) for index, each in enumerate(plan.functions)])
    functions = [*(function.name for function in plan.functions), *part.defined]
    for placed in steps:
        yield from _check_step(placed, functions, part)
    yield from check_expressions(plan, part)


def _check_step(placed: PlacedStep, functions: Sequence[str], part: ValidPart) -> Iterator[Fault]:
    step, path = placed.step, placed.path
    given = [kind for kind in STEP_KINDS if kind.find_value(step) is not None or part.is_incomplete((*path, kind.key))]
    if len(given) != 1:
        yield (*path, "name"), describe_kinds("step", STEP_KINDS, given)
        return
    (kind,) = given
    for key, takers in _TAKERS.items():
        if kind.key not in takers and (key in step.model_fields_set or part.is_incomplete((*path, key))):
            message = f"{key} is not supported for {kind.key}; it is supported for {', '.join(takers)}"
            yield (*path, key), message
    if step.wait is not None and step.on_error and not is_expression(step.wait):
        yield (*path, "on_error"), "a wait of a fixed length cannot fail; remove on_error"
    name = step.function
    if name and name not in functions and not name.startswith("arn:"):
        for near in difflib.get_close_matches(name, functions, n=1, cutoff=0.8):
            message = f"unknown function {name!r}; did you mean {near}? For a function of another stack write its ARN"
            yield (*path, "lambda"), message
    place = StepPlace(path=(*path, kind.key), repeats=placed.repeats, timeout=step.timeout)
    if (value := kind.find_value(step)) is not None:
        yield from kind.check(value, place)
    yield from _check_retries(step.retry, (*path, "retry"))
    yield from check_failure(placed)
    yield from check_job_run(step, path)


def _check_retries(retries: Sequence[Retry], path: Path) -> Iterator[Fault]:
    """Yield the retries that Step Functions rejects.

    The order of a retry for all errors is not checked, because the rendering puts it last.
    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    of_all = 0
    for index, retry in enumerate(retries):
        here: Path = (*path, index)
        if "States.ALL" in retry.errors:
            of_all += 1
            if len(retry.errors) > 1:
                yield (
                    (*here, "errors"),
                    "States.ALL must be the only error, because it means every error; remove the others",
                )
            elif of_all > 1:
                yield here, "a step can have only one retry for all errors; remove one, or list its errors"
        if retry.max_delay is not None and retry.max_delay <= retry.interval:
            yield (*here, "max_delay"), f"must be longer than interval, which is {retry.interval:,.0f} s"
