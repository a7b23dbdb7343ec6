"""The first states of a state machine: `DescribeRun`, `ResolveParameters`, `CheckParameters`, and those of the lock.

`DescribeRun` assigns `run` and the declared parameters, `ResolveParameters` the values and the faults of the input. If
there are faults, the execution ends in `InvalidParameters` before anything runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Choice,
    ChoiceRule,
    Expression,
    Fail,
    Pass,
    Substitution,
    Succeed,
    Task,
    Value,
    jsonata,
    read_program,
)
from sfnorch.patterns.message import OWN_EXECUTION, assign_names, build_notification_state, define_link
from sfnorch.patterns.overlap.states import bind_lock_table, build_lock_states, find_lock
from sfnorch.patterns.run_context.clock import define_offset
from sfnorch.patterns.run_context.declared import bind_defaults, declare_parameters, match_patterns
from sfnorch.plan.run_context import find_time_zone, has_run_context
from sfnorch.protocol.run_context import RunState, RunVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR
from sfnorch.workflow import ENVIRONMENT, DeploymentValue, ParameterValue

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan


def build_run_states(plan: AnyPlan, next_state: str) -> tuple[AnyState, ...]:
    """Return the states that resolve the run and acquire its lock, and lead to `next_state`.

    A plan without a run context has none of them.
    """
    if not has_run_context(plan):
        return ()
    lock = find_lock(plan)
    locked = build_lock_states(lock, next_state=next_state) if lock else []
    times = read_program(__package__, "times").fill()
    described = read_program(__package__, "run").fill(times=times, offset=define_offset(find_time_zone(plan)))
    resolved = read_program(__package__, "resolved").fill(times=times, matches=match_patterns(plan.parameters))
    return (
        Pass(
            name=RunState.DESCRIBE_RUN,
            assign={
                RunVariable.ENVIRONMENT: Substitution(ENVIRONMENT),
                **(assign_names(plan) if _has_notification(plan) else {}),
                RunVariable.RUN: described,
                RunVariable.DECLARED: declare_parameters(plan.parameters),
                RunVariable.TIME_ZONE: find_time_zone(plan),
            },
            next=RunState.RESOLVE_PARAMETERS,
        ),
        Pass(
            name=RunState.RESOLVE_PARAMETERS,
            assign={RunVariable.RESOLVED: resolved},
            next=RunState.CHECK_PARAMETERS,
        ),
        Choice(
            name=RunState.CHECK_PARAMETERS,
            rules=(
                ChoiceRule(
                    condition=jsonata("$count($resolved.faults) = 0"),
                    assign={RunVariable.PARAMS: jsonata("$resolved.values"), RunVariable.RESOLVED: {}},
                    next=locked[0].name if locked else next_state,
                ),
            ),
            default=RunState.NOTIFY_REFUSAL if _has_notification(plan) else RunState.INVALID_PARAMETERS,
        ),
        *locked,
    )


def build_invalid_parameters_states(plan: AnyPlan) -> tuple[AnyState, ...]:
    """Return the state `InvalidParameters`, whose cause has all faults, and before it a notification of them.

    A plan without a run context has neither, and one that sends no notifications has only the first.
    """
    if not has_run_context(plan):
        return ()
    cause = jsonata('$substring($join($resolved.faults, "; "), 0, 30000)')
    refused = Fail(name=RunState.INVALID_PARAMETERS, error=INVALID_INPUT_ERROR, cause=cause)
    return (_notify_refusal(plan), refused) if _has_notification(plan) else (refused,)


def _has_notification(plan: AnyPlan) -> bool:
    return plan.pattern != "dynamic" and plan.notify != "never"


def _notify_refusal(plan: AnyPlan) -> Task:
    message = read_program(__package__, "refusal").fill(
        link=define_link(OWN_EXECUTION), run=name_run(plan), execution=OWN_EXECUTION
    )
    return build_notification_state(
        RunState.NOTIFY_REFUSAL,
        "FAILED",
        subject=jsonata('"invalid parameters"'),
        message=message,
        next_state=RunState.INVALID_PARAMETERS,
    )


def bind_run_names(plan: AnyPlan) -> dict[str, DeploymentValue]:
    """Return the substitutions that the states need; none for a plan without a run context."""
    if not has_run_context(plan):
        return {}
    table = bind_lock_table(find_lock(plan))
    return {ENVIRONMENT: ParameterValue(ENVIRONMENT), **bind_defaults(plan.parameters), **table}


def build_done_state(plan: AnyPlan, name: str) -> Succeed:
    """Return the state that ends a run; its output has the key `run` for a plan with a run context."""
    if not has_run_context(plan):
        return Succeed(name=name)
    return Succeed(name=name, output=jsonata('$merge([$states.input, {"run": $run}])'))


def add_context(plan: AnyPlan, given: Expression) -> Expression:
    """Return the expression for the input of another state machine: what `given` yields, the run and its parameters."""
    if not has_run_context(plan):
        return given
    return jsonata('$merge([<{given}>, {"params": $params, "run": $run}])', given=given)


def build_context(plan: AnyPlan) -> dict[str, Value]:
    """Return the keys of the input of another state machine that gets the run and its parameters."""
    if not has_run_context(plan):
        return {}
    return {RunVariable.PARAMS: jsonata("$params"), RunVariable.RUN: jsonata("$run")}


def read_context(plan: AnyPlan) -> dict[str, Value]:
    """Return the variables that a state machine assigns which gets the run and its parameters from another one."""
    if not has_run_context(plan):
        return {}
    return {
        RunVariable.ENVIRONMENT: Substitution(ENVIRONMENT),
        RunVariable.PARAMS: jsonata("[$states.input.params, null][0]"),
        RunVariable.RUN: jsonata("[$states.input.run, null][0]"),
    }


def build_context_rules(plan: AnyPlan) -> tuple[ChoiceRule, ...]:
    """Return the rule that matches if another state machine has not passed the run and its parameters."""
    if not has_run_context(plan):
        return ()
    passed = jsonata('$type($params) = "object" and $type($run) = "object"')
    return (ChoiceRule(condition=jsonata("$not(<{passed}>)", passed=passed), next=RunState.INVALID_PARAMETERS),)


def build_missing_context_states(plan: AnyPlan) -> tuple[Fail, ...]:
    """Return the state `InvalidParameters` of a state machine that gets the run and its parameters from another one."""
    if not has_run_context(plan):
        return ()
    cause = (
        "The input has no run and params, which the main state machine passes on. Start that one, and select this part "
        "of it with sfnorch run --only"
    )
    return (Fail(name=RunState.INVALID_PARAMETERS, error=INVALID_INPUT_ERROR, cause=cause),)


def bind_environment(plan: AnyPlan) -> dict[str, DeploymentValue]:
    """Return the substitutions of a state machine that gets the run from another one."""
    return {ENVIRONMENT: ParameterValue(ENVIRONMENT)} if has_run_context(plan) else {}


def name_run(plan: AnyPlan) -> Expression:
    """Return what follows the environment in texts about a run: its ID; nothing for a plan without a run context."""
    return Expression(' & ", run " & $run.id') if has_run_context(plan) else Expression("")
