"""The state machine of a flow: it checks its input, runs the steps, and sends notifications.

An input with `resumeAt`, `{step, variables}`, resumes a run: the execution begins at this step, with the variables of
the earlier run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Choice,
    ChoiceRule,
    Expression,
    Fail,
    Graph,
    Parallel,
    Pass,
    Succeed,
    Task,
    Value,
    has_transition_to,
    jsonata,
    read_program,
)
from sfnorch.integrations import (
    alarm_state,
    notification,
)
from sfnorch.naming import derive_logical_key
from sfnorch.patterns.flow import failure
from sfnorch.patterns.flow.steps import build_step_states
from sfnorch.patterns.job_arguments import list_run_arguments
from sfnorch.patterns.job_failure import catch_any_error, clear_alarm
from sfnorch.patterns.kinds.lambda_function import list_function_keys
from sfnorch.patterns.kinds.notify import TOPIC
from sfnorch.patterns.kinds.part import StepPart
from sfnorch.patterns.kinds.registry import STEP_PARTS
from sfnorch.patterns.kinds.scope import FlowScope
from sfnorch.patterns.message import assign_names, build_notification_state
from sfnorch.patterns.overlap.states import list_lock_permissions
from sfnorch.patterns.run_context.states import (
    bind_run_names,
    build_done_state,
    build_invalid_parameters_states,
    build_run_states,
    name_run,
)
from sfnorch.plan.models.flow import list_steps
from sfnorch.plan.run_context import has_run_context
from sfnorch.protocol.flow import KEPT, MACHINE, FlowState, FlowVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState
from sfnorch.workflow import (
    ENVIRONMENT,
    Alarm,
    DeploymentValue,
    ParameterValue,
    Permission,
    ResultsBucket,
    StackName,
    StateMachine,
    TopicArn,
)

if TYPE_CHECKING:
    from sfnorch.plan.models.flow import FlowPlan, FlowStep

OUTCOME = FlowState.MAKE_OUTCOME


def build_machine(plan: FlowPlan) -> StateMachine:
    """Return the state machine of the flow."""
    steps = list(list_steps(plan.steps))
    alarm_name = StackName(f"{MACHINE}-failed")
    return StateMachine(
        key="",
        name=MACHINE,
        physical_name=StackName(MACHINE),
        graph=_build_graph(plan),
        substitutions={"AlarmName": alarm_name, **_list_substitutions(plan, steps)},
        permissions=(
            *_list_work_permissions(plan, steps),
            *alarm_state.list_permissions(alarm_name),
            *list_lock_permissions(plan, MACHINE),
        ),
        alarm=Alarm(name=alarm_name, description="The flow failed"),
        jobs=plan.job_names,
        runs=" → ".join(step.name for step in plan.steps),
        place="steps",
    )


def has_publish_task(plan: FlowPlan) -> bool:
    """Return whether the state machine publishes to the topic."""
    by_step = any(step.notify for step in list_steps(plan.steps))
    return by_step or _has_notification(plan)


def _has_notification(plan: FlowPlan) -> bool:
    """Return whether the state machine sends notifications about the flow, which contain its name and environment."""
    return plan.notify == "always" or (
        plan.notify == "failure" and (_can_fail(plan.steps) or _has_kept_values(plan.steps) or has_run_context(plan))
    )


def _has_kept_values(steps: Sequence[FlowStep]) -> bool:
    """Return whether the outcome contains more than the input: a result or a failure of a step."""
    return any(step.save_as or step.on_error for step in steps)


def _can_fail(steps: Sequence[FlowStep]) -> bool:
    """Return whether the failure of a step can make the flow fail."""
    for step in steps:
        if isinstance(step.wait, int):
            continue
        if step.on_error is None or step.on_error.then == "fail" or _can_fail(step.on_error.steps):
            return True
    return False


def _list_substitutions(plan: FlowPlan, steps: Sequence[FlowStep]) -> dict[str, DeploymentValue]:
    found: dict[str, DeploymentValue] = {}
    if _has_notification(plan):
        found["Environment"] = ParameterValue(ENVIRONMENT)
        if plan.name is None:
            found["Name"] = StackName()
    if has_publish_task(plan):
        found[TOPIC] = TopicArn()
    found |= bind_run_names(plan)
    named = [pair for part, own in _list_parts(steps) for pair in part.bind_names(plan, own).items()]
    named.sort(key=lambda pair: not isinstance(pair[1], ResultsBucket))  # after the topic, before what steps call
    return found | dict(named)


def _list_parts(steps: Sequence[FlowStep]) -> Iterator[tuple[StepPart, list[FlowStep]]]:
    """Yield the part of each kind that the flow has, and the steps of this kind."""
    for kind, part in STEP_PARTS.items():
        if own := [step for step in steps if step.kind == kind]:
            yield part, own


def _list_work_permissions(plan: FlowPlan, steps: Sequence[FlowStep]) -> Iterator[Permission]:
    for part, own in _list_parts(steps):
        yield from part.list_permissions(plan, own)
    if has_publish_task(plan):
        yield from notification.list_permissions()


def _build_graph(plan: FlowPlan) -> Graph:
    told = plan.notify != "never"
    well = SharedState.NOTIFY_SUCCESS if plan.notify == "always" else SharedState.DONE
    failures = tuple(dict.fromkeys(_list_kept_failures(plan.steps)))
    start = FlowScope(
        saved=(),
        failures=failures,
        failed=SharedState.RAISE_ALARM,
        top=True,
        functions=list_function_keys(plan),
        keeping=_assign_kept_variables(plan),
        run_arguments=list_run_arguments(plan),
    )
    steps, end = build_step_states(
        plan.steps, start, then=OUTCOME if _has_kept_values(plan.steps) else SharedState.CLEAR_ALARM
    )
    if _has_kept_values(plan.steps):
        steps.append(_build_outcome_state(end.document, failed=start.failed))
    states: list[AnyState] = [
        *build_run_states(plan, FlowState.RESOLVE_INPUT),
        _resolve(plan, (*end.saved, *failures)),
        _check(plan),
        *steps,
    ]
    states.append(clear_alarm(next_state=well, output=_AS_IT_IS if _has_kept_values(plan.steps) else end.document))
    if plan.notify == "always":
        states.append(_notify_success(plan))
    states.append(build_done_state(plan, SharedState.DONE))
    if has_transition_to(steps, start.failed):
        states.append(failure.raise_alarm(next_state=SharedState.NOTIFY_FAILURE if told else FlowState.FLOW_FAILED))
        states += [failure.notify_failure(plan, next_state=FlowState.FLOW_FAILED)] if told else []
        states.append(failure.build_flow_failed_state(plan))
    states.append(
        Fail(
            name=SharedState.INVALID_INPUT,
            error=INVALID_INPUT_ERROR,
            cause=read_program(__package__, "wrong_input").fill(),
        )
    )
    states += build_invalid_parameters_states(plan)
    return Graph(*states, comment="Runs the steps in sequence.")


def _list_kept_failures(steps: Sequence[FlowStep]) -> Iterator[str]:
    """Yield the variables of on_error at the top level of the flow."""
    for step in steps:
        if step.on_error:
            yield step.on_error.save_as
            yield from _list_kept_failures(step.on_error.steps)


def _assign_kept_variables(plan: FlowPlan) -> dict[str, str]:
    """Return the internal variables that keep a failure, by step, if the handler of the step reuses its variable."""
    handlers = ((step.name, step.on_error) for step in list_steps(plan.steps) if step.on_error)
    anew = (name for name, handler in handlers if handler.save_as in _list_kept_failures(handler.steps))
    return {name: f"{KEPT}{derive_logical_key(name)}" for name in anew}


def _restore_variable(variable: str) -> Expression:
    value = Expression(f"$states.input.resumeAt.variables.{variable}")
    return jsonata("$exists(<{value}>) ? <{value}> : null", value=value)


def _read_own_input(plan: FlowPlan) -> Expression:
    if has_run_context(plan):
        return read_program(__package__, "data_input").fill()
    return read_program(__package__, "own_input").fill()


def _resolve(plan: FlowPlan, variables: Sequence[str]) -> Pass:
    """Return the state that assigns the input and all top-level variables, which are null unless the run is resumed."""
    assign: dict[str, Value] = {}
    if _has_notification(plan):
        assign = assign_names(plan)
    assign |= {
        FlowVariable.INPUT: _read_own_input(plan),
        FlowVariable.RESUME_AT: read_program(__package__, "resumed_step").fill(),
    }
    assign[FlowVariable.STEPS] = [step.name for step in plan.steps]
    assign |= {name: _restore_variable(name) for name in variables}
    return Pass(name=FlowState.RESOLVE_INPUT, assign=assign, output={}, next=FlowState.CHECK_INPUT)


def _check(plan: FlowPlan) -> Choice:
    first, *others = (step.name for step in plan.steps)
    rules = [
        ChoiceRule(condition=jsonata('$type($input) != "object"'), next=SharedState.INVALID_INPUT),
        ChoiceRule(condition=jsonata("$resumeAt = null or $resumeAt = <<first>>", first=first), next=first),
        *(ChoiceRule(condition=jsonata("$resumeAt = <<name>>", name=name), next=name) for name in others),
    ]
    return Choice(name=FlowState.CHECK_INPUT, rules=tuple(rules), default=SharedState.INVALID_INPUT)


_AS_IT_IS = jsonata("$states.input")


def _build_outcome_state(document: Expression, *, failed: str) -> Parallel:
    """Return the state that makes the outcome. It is a Parallel, which can catch the error of a too large outcome."""
    return Parallel(
        name=OUTCOME,
        branches=(Graph(Succeed(name=f"{OUTCOME} (merge)", output=document)),),
        catch=catch_any_error(failed, output=read_program(__package__, "no_outcome").fill(step=OUTCOME)),
        output=jsonata("$states.result[0]"),
        next=SharedState.CLEAR_ALARM,
    )


def _notify_success(plan: FlowPlan) -> Task:
    subject = jsonata('"all steps succeeded"')
    message = read_program(__package__, "success_message").fill(run=name_run(plan))
    return build_notification_state(
        SharedState.NOTIFY_SUCCESS, "SUCCEEDED", subject=subject, message=message, next_state=SharedState.DONE
    )
