"""States for the steps of a flow.

A step that is one call becomes a Task with its name. A step with several states becomes a Parallel with its name, and
the states are its only branch: the step is retried, caught and saved as a whole.
If a branch or an item fails, the others continue. A failed one ends with `{"failed": …}`, a successful one with
`{"result": {…}}`, its variables by name. The step checks these results when all have ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Catcher,
    Choice,
    ChoiceRule,
    Expression,
    Graph,
    Map,
    Parallel,
    Pass,
    Retrier,
    Succeed,
    Task,
    Value,
    Wait,
    convert_expressions,
    convert_to_code,
    has_transition_to,
    is_expression,
    jsonata,
)
from sfnorch.patterns.flow import failure
from sfnorch.patterns.job_failure import catch_any_error
from sfnorch.patterns.kinds.part import InnerStates
from sfnorch.patterns.kinds.registry import STEP_PARTS

if TYPE_CHECKING:
    from sfnorch.integrations.work import TaskCall
    from sfnorch.patterns.kinds.scope import FlowScope
    from sfnorch.plan.models.flow import FlowStep, ForEach
    from sfnorch.plan.models.retry import Retry

_CATCH_ALL = ("States.ALL", "States.TaskFailed")
_NULL = jsonata("null")


def build_step_states(steps: Sequence[FlowStep], scope: FlowScope, *, then: str) -> tuple[list[AnyState], FlowScope]:
    """Return the states of the steps, and the scope after them. The last step leads to `then`."""
    states: list[AnyState] = []
    names = [*(step.name for step in steps), then]
    for step, follower in zip(steps, names[1:], strict=True):
        catch, handling = _build_handler(step, scope, follower)
        states += [_build_state(step, scope, catch, follower), *handling]
        scope = scope.add_saved(step.save_as)
    return states, scope


def _build_handler(step: FlowStep, scope: FlowScope, follower: str) -> tuple[tuple[Catcher, ...], list[AnyState]]:
    """Return the catchers of the step, and the states that handle its failure."""
    kept = failure.describe_caught_failure(step.name, scope)
    if step.on_error is None:
        return catch_any_error(scope.failed, output=kept), []
    handler = step.on_error
    given_up = f"{step.name} (given up)"
    ending = follower if handler.then == "continue" else given_up
    known = scope.keeping.get(step.name, handler.save_as)
    assign: dict[str, Value] = {handler.save_as: kept, known: kept, **({step.save_as: _NULL} if step.save_as else {})}
    failed = scope.add_saved(step.save_as, handler.save_as).enter_handler(step.name, known)
    states, _ = build_step_states(handler.steps, failed, then=ending)
    if handler.then == "fail":
        states.append(Pass(name=given_up, output=Expression(f"${known}"), next=scope.failed))
    first = handler.steps[0].name if handler.steps else ending
    return catch_any_error(first, assign=assign, output={}), states


def _build_state(step: FlowStep, scope: FlowScope, catch: tuple[Catcher, ...], follower: str) -> AnyState:
    if step.parallel:
        inner = InnerStates(states=_build_branch_states(step, step.parallel, scope), result=_RESULTS)
        return _wrap_in_parallel(step, inner, catch, follower)
    if step.for_each:
        return _wrap_in_parallel(
            step, InnerStates(states=_build_item_states(step, step.for_each, scope), result=_RESULTS), catch, follower
        )
    if is_expression(step.wait):  # a Wait has no Catch: the Parallel around it catches an error of the expression
        waiting = Wait(name=f"{step.name} (wait)", seconds=Expression(convert_to_code(str(step.wait))))
        return _wrap_in_parallel(step, InnerStates(states=[waiting], result="null"), catch, follower)
    if step.wait is not None:
        return Wait(name=step.name, seconds=step.wait, next=follower)
    work = STEP_PARTS[step.kind].make_work(step, scope)
    return (
        _wrap_in_parallel(step, work, catch, follower)
        if isinstance(work, InnerStates)
        else _build_task(step, work, catch, follower)
    )


def _build_task(step: FlowStep, call: TaskCall, catch: tuple[Catcher, ...], follower: str) -> Task:
    assign: dict[str, Value] = {step.save_as: call.result} if step.save_as else {}
    return Task(
        name=step.name,
        resource=call.resource,
        arguments=call.arguments,
        timeout_seconds=step.timeout,
        retry=_build_retriers(step.retry, call.passing, call.no_use),
        catch=catch,
        assign=assign,
        output=call.checked if call.checked is not None else {},
        next=follower,
    )


def _wrap_in_parallel(step: FlowStep, inner: InnerStates, catch: tuple[Catcher, ...], follower: str) -> Parallel:
    """Return the step as a Parallel with the states `inner` as its only branch."""
    return Parallel(
        name=step.name,
        branches=(Graph(*inner.states),),
        arguments=inner.arguments,
        retry=_build_retriers(step.retry, (), ()),
        catch=catch,
        assign={step.save_as: jsonata(inner.result)} if step.save_as else {},
        output={},
        next=follower,
    )


def _build_retriers(
    wanted: Sequence[Retry], passing: tuple[Retrier, ...], no_use: tuple[Retrier, ...]
) -> tuple[Retrier, ...]:
    """Return the retriers of the step: for named errors, then for transient errors, then for all errors."""
    named = [_build_retrier(each) for each in wanted if not set(each.errors) & set(_CATCH_ALL)]
    of_all = [_build_retrier(each) for each in wanted if set(each.errors) & set(_CATCH_ALL)]
    of_all.sort(key=lambda retrier: "States.ALL" in retrier.errors)  # which must be the last
    return (*named, *passing, *(no_use if of_all else ()), *of_all)


def _build_retrier(wanted: Retry) -> Retrier:
    return Retrier(
        errors=tuple(wanted.errors),
        max_attempts=wanted.attempts,
        interval_seconds=wanted.interval,
        backoff_rate=wanted.backoff_rate,
        max_delay_seconds=wanted.max_delay,
        jitter=wanted.jitter,
    )


# Results are objects, so that a list of one result stays a list; brackets make a list of the result of a path.
_RESULTS = "[$states.result[0].results]"
_OUTCOMES: dict[str, Value] = {
    "results": jsonata("[$states.result.result]"),
    "failed": jsonata("[$states.result.failed]"),
}


def _build_branch_states(step: FlowStep, branches: Sequence[Sequence[FlowStep]], scope: FlowScope) -> list[AnyState]:
    graphs = [
        _build_graph(
            steps, scope.enter_branch(f"{step.name} (branch {number} failed)"), end=f"{step.name} (branch {number})"
        )
        for number, steps in enumerate(branches, 1)
    ]
    each = Parallel(
        name=f"{step.name} (branches)", branches=tuple(graphs), output=_OUTCOMES, next=f"{step.name} (check)"
    )
    return [each, *_check_results(step, "branches")]


def _build_item_states(step: FlowStep, wanted: ForEach, scope: FlowScope) -> list[AnyState]:
    item = Pass(
        name=f"{step.name} (item)",
        assign={wanted.as_: jsonata("$states.input")},
        output={},
        next=wanted.steps[0].name,
    )
    inner = replace(scope.enter_branch(f"{step.name} (item failed)"), saved=(*scope.saved, wanted.as_))
    graph = _build_graph(wanted.steps, inner, end=f"{step.name} (item done)", stop=wanted.stop_at_failure)
    items = convert_expressions(wanted.items)
    if isinstance(items, Expression):  # brackets keep a list, and make a list of a single item
        items = jsonata(
            "($listed := (<{items}>); $exists($listed) and $listed != null ? [$listed] : $error(<<message>>))",
            items=items,
            message=f"the items of {step.name} are nothing; put an expression that can find nothing in [ ]",
        )
    each = Map(
        name=f"{step.name} (items)",
        items=items,
        processor=Graph(item, *graph.states),
        max_concurrency=wanted.concurrency,
        output=_OUTCOMES,
        next=f"{step.name} (check)",
    )
    return [each, *_check_results(step, "items")]


def _build_graph(steps: Sequence[FlowStep], scope: FlowScope, *, end: str, stop: bool = False) -> Graph:
    """Return the states of a branch or an item, with its end states for success and failure."""
    states, _ = build_step_states(steps, scope, then=end)
    saved = dict.fromkeys(step.save_as for step in steps if step.save_as)
    result: dict[str, Value] = {name: Expression(f"${name}") for name in saved}
    ends: list[AnyState] = [Pass(name=end, output={"result": result})]
    if has_transition_to(states, scope.failed):
        ends.append(failure.fail_within(scope.failed) if stop else Pass(name=scope.failed, output={"failed": _INPUT}))
    return Graph(*states, *ends)


_INPUT = jsonata("$states.input")


def _check_results(step: FlowStep, what: str) -> list[AnyState]:
    """Return the states that check whether a branch or an item failed, after all have ended."""
    failed = f"{step.name} (failed)"
    return [
        Choice(
            name=f"{step.name} (check)",
            rules=(ChoiceRule(condition=jsonata("$count($states.input.failed) > 0"), next=failed),),
            default=f"{step.name} (done)",
        ),
        failure.build_several_failed_state(failed, what),
        Succeed(name=f"{step.name} (done)", output={"results": jsonata("$states.input.results")}),
    ]
