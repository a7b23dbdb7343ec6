"""The state machine of a backfill: it runs dates in chunks, and starts the next execution before its history is full.

A chunk has all dates of the execution. If the backfill stops on a failure, a chunk has as many dates as run
concurrently, and no chunk starts after one with a failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Catcher,
    Choice,
    ChoiceRule,
    Expression,
    Fail,
    Graph,
    Pass,
    Substitution,
    Succeed,
    Task,
    Value,
    jsonata,
    read_program,
)
from sfnorch.integrations import alarm_state, joined_execution, next_execution, notification
from sfnorch.patterns.backfill.dates import define_execution_arn, run_dates
from sfnorch.patterns.job_failure import build_raise_alarm_state, catch_any_error, clear_alarm
from sfnorch.patterns.message import OWN_EXECUTION, assign_names, bind_names, build_notification_state, define_link
from sfnorch.protocol.backfill import ERROR, MACHINE, MOST_DATES, MOST_PARALLEL, BackfillState, BackfillVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState
from sfnorch.workflow import (
    Alarm,
    DeploymentValue,
    MachineArn,
    StackName,
    StateMachine,
)

if TYPE_CHECKING:
    from sfnorch.plan.default import DefaultPlan
    from sfnorch.plan.models.plan import OrchestrationPlan
    from sfnorch.protocol.backfill import OutcomeRule

MOST_MESSAGES = 20
"""The most failures whose messages are kept; of the others, only the dates are."""

_MOST_NAMED = 100

_LEFT = jsonata("$count($dates) - $ran")
_SUMMARY = jsonata("$summary")


def build_machine(plan: OrchestrationPlan | DefaultPlan, main: StateMachine, rule: OutcomeRule) -> StateMachine:
    """Return the state machine that runs `main` for each date; `rule` says which of its outputs are failures."""
    told = plan.notify != "never"
    alarm_name = StackName(f"{MACHINE}-failed")
    substitutions: dict[str, DeploymentValue] = {"Main": MachineArn(main.key), "AlarmName": alarm_name}
    if told:
        substitutions |= bind_names(plan)
    return StateMachine(
        key="Backfill",
        name=MACHINE,
        physical_name=StackName(MACHINE),
        graph=_build_graph(plan, rule),
        substitutions=substitutions,
        permissions=(
            *joined_execution.list_permissions(main.physical_name),
            *next_execution.list_permissions(StackName(MACHINE)),
            *alarm_state.list_permissions(alarm_name),
            *(notification.list_permissions() if told else ()),
        ),
        alarm=Alarm(name=alarm_name, description="A backfill failed"),
        runs=f"starts {main.name} for each date of a list",
    )


def _build_graph(plan: OrchestrationPlan | DefaultPlan, rule: OutcomeRule) -> Graph:
    told = plan.notify != "never"
    well = SharedState.NOTIFY_SUCCESS if plan.notify == "always" else SharedState.DONE
    failed = SharedState.NOTIFY_FAILURE if told else BackfillState.BACKFILL_FAILED
    states: list[AnyState] = [
        _resolve(plan),
        _check_input(),
        run_dates(
            rule,
            assign=_count_outcomes(),
            catch=_catch_unexpected(),
            next_state=BackfillState.CHECK_DATES,
        ),
        _check_dates(),
        _continue(),
        clear_alarm(
            next_state=well, output={"key": jsonata("$runKey"), "total": jsonata("$total"), "succeeded": _SUCCEEDED}
        ),
    ]
    if plan.notify == "always":
        states.append(_notify_success())
    states += [
        Succeed(name=SharedState.DONE),
        build_raise_alarm_state(_SUMMARY, next_state=failed),
    ]
    if told:
        states.append(_notify_failure())
    states += [
        Fail(
            name=BackfillState.BACKFILL_FAILED,
            error=ERROR,
            cause=read_program(__package__, "backfill_failed").fill(most=_MOST_NAMED),
        ),
        Fail(
            name=SharedState.INVALID_INPUT,
            error=INVALID_INPUT_ERROR,
            cause=read_program(__package__, "wrong_input").fill(most=MOST_PARALLEL),
        ),
    ]
    return Graph(
        *states, comment="Runs the main state machine for each date of the list, and reports which dates failed."
    )


_SUCCEEDED = jsonata("$succeeded")


def _read_input(key: str, default: Value) -> Expression:
    value = Expression(f"$states.input.{key}")
    return jsonata("$exists(<{value}>) ? <{value}> : <<default>>", value=value, default=default)


def _resolve(plan: OrchestrationPlan | DefaultPlan) -> Pass:
    assign: dict[str, Value] = {}
    if plan.notify != "never":
        assign = assign_names(plan)
    assign |= {
        BackfillVariable.MACHINE: Substitution("Main"),
        BackfillVariable.DATES: _read_input("dates", []),
        BackfillVariable.ATTEMPTS: _read_input("attempts", {}),
        "param": _read_input("param", None),
        "params": _read_input("params", {}),
        "common": _read_input("input", {}),
        BackfillVariable.RUN_KEY: _read_input("key", None),
        "parallel": _read_input("parallel", 1),
        "stopOnFailure": _read_input("stopOnFailure", default=False),
        BackfillVariable.COMMAND: _read_input("command", "sfnorch backfill"),
        BackfillVariable.TOTAL: read_program(__package__, "total").fill(),
        BackfillVariable.SUCCEEDED: _read_input("succeeded", 0),
        BackfillVariable.FAILED: _read_input("failed", []),
        "failures": _read_input("failures", []),
        "first": jsonata("$exists($states.input.first) ? $states.input.first : $states.context.Execution.Name"),
        "part": _read_input("part", 1),
        "ran": 0,
        "summary": "",
    }
    return Pass(name=BackfillState.RESOLVE_BACKFILL, assign=assign, output={}, next=BackfillState.CHECK_BACKFILL)


def _check_input() -> Choice:
    valid = read_program(__package__, "valid_input").fill(most=MOST_PARALLEL)
    size = jsonata("$stopOnFailure ? $parallel : <<most>>", most=MOST_DATES)
    return Choice(
        name=BackfillState.CHECK_BACKFILL,
        rules=(ChoiceRule(condition=valid, assign={"size": size}, next=BackfillState.RUN_DATES),),
        default=SharedState.INVALID_INPUT,
    )


def _count_outcomes() -> dict[str, Value]:
    """Return the variables after a chunk: how many dates have run and succeeded, and which have failed."""
    return {
        "ran": jsonata("$ran + $size"),
        BackfillVariable.SUCCEEDED: read_program(__package__, "count_succeeded").fill(),
        BackfillVariable.FAILED: read_program(__package__, "list_failed").fill(),
        "failures": read_program(__package__, "list_failures").fill(most=MOST_MESSAGES),
    }


def _catch_unexpected() -> tuple[Catcher, ...]:
    """Return catchers of unexpected errors, after which the outcomes are unknown, and the summary has the error."""
    summary = jsonata('"The backfill ended with " & $states.errorOutput.Error')
    return catch_any_error(SharedState.RAISE_ALARM, assign={"summary": summary}, output={})


def _check_dates() -> Choice:
    summary = {"summary": read_program(__package__, "summary").fill(left=_LEFT)}
    rules = (
        ChoiceRule(
            condition=jsonata("$count($failed) > 0 and ($stopOnFailure or <{left}> <= 0)", left=_LEFT),
            assign=summary,
            output={},
            next=SharedState.RAISE_ALARM,
        ),
        ChoiceRule(condition=jsonata("<{left}> <= 0", left=_LEFT), next=SharedState.CLEAR_ALARM),
        ChoiceRule(condition=jsonata("$ran + $size > <<most>>", most=MOST_DATES), next=BackfillState.CONTINUE_BACKFILL),
    )
    return Choice(name=BackfillState.CHECK_DATES, rules=rules, default=BackfillState.RUN_DATES)


def _continue() -> Task:
    """Return the state that starts the next execution with the rest of the dates.

    Its name derives from the name of the first execution, so that a retry does not start it twice.
    """
    return next_execution.start_next(
        BackfillState.CONTINUE_BACKFILL,
        name=jsonata('$substring($first, 0, 70) & "-" & ($part + 1)'),
        given={
            "dates": jsonata("[$filter($dates, function($date, $i) { $i >= $ran })]"),
            "attempts": jsonata("$attempts"),
            "param": jsonata("$param"),
            "params": jsonata("$params"),
            "input": jsonata("$common"),
            "key": jsonata("$runKey"),
            "parallel": jsonata("$parallel"),
            "stopOnFailure": jsonata("$stopOnFailure"),
            "command": jsonata("$command"),
            "total": jsonata("$total"),
            "succeeded": _SUCCEEDED,
            "failed": jsonata("$failed"),
            "failures": jsonata("$failures"),
            "first": jsonata("$first"),
            "part": jsonata("$part + 1"),
        },
        output=jsonata('{"key": $runKey, "total": $total, "succeeded": $succeeded}'),
        catch=_catch_unexpected(),
        next_state=SharedState.DONE,
    )


def _notify_failure() -> Task:
    message = read_program(__package__, "failure_message").fill(
        link=define_link(OWN_EXECUTION), execution=OWN_EXECUTION, arn=define_execution_arn(jsonata("date"))
    )
    return build_notification_state(
        SharedState.NOTIFY_FAILURE,
        "FAILED",
        subject=jsonata('"backfill: " & $count($failed) & " of " & $total & " dates failed"'),
        message=message,
        next_state=BackfillState.BACKFILL_FAILED,
    )


def _notify_success() -> Task:
    return build_notification_state(
        SharedState.NOTIFY_SUCCESS,
        "SUCCEEDED",
        subject=jsonata('"backfill succeeded"'),
        message=jsonata(
            '"The backfill of " & $name & " (" & $environment & ") succeeded for all " & $total & " dates."'
        ),
        next_state=SharedState.DONE,
    )
