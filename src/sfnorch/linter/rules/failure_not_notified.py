"""A failure without a notification: no Catch, no alarm on the machine, no EventBridge rule for its executions."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.json_values import walk_strings
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.sentences import list_names
from sfnorch.template.calls import find_child_arn, parse_call
from sfnorch.template.contents import Machine
from sfnorch.template.iam import can_overlap
from sfnorch.template.states import LocatedState, StateScope

_SYNCHRONOUS = "startsyncexecution"


def _check(subject: Subject) -> Iterator[RuleFinding]:
    if subject.template.events_told:
        return
    watched = {arn for alarm in subject.template.alarms if alarm.actions for arn in alarm.machines}
    awaited = {
        find_child_arn(state)
        for machine in subject.machines
        for state in machine.list_states()
        if (call := parse_call(state)) and call.way.startswith(".sync")
    } - {""}
    answers = any(machine.express for machine in subject.machines) and _is_called_synchronously(subject)
    for machine in subject.machines:
        if machine.express and answers:
            continue  # its caller gets the error
        if _is_notified(machine, watched) or any(can_overlap(child, machine.arn) for child in awaited):
            continue
        failing = [state.name for state in _find_uncaught(machine.states)] if machine.states else []
        if failing:
            yield RuleFinding(
                path=machine.path[:-1],
                place=machine.place,
                message=f"if {list_names(failing, 'or')} fails, no notification is sent",
                hint="add an alarm on ExecutionsFailed, or catch States.ALL and publish to a topic",
            )


def _is_called_synchronously(subject: Subject) -> bool:
    """Return whether something in the template calls an Express machine synchronously: an API, a Task or a policy.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
    """
    return any(_SYNCHRONOUS in text.lower() for _, text in walk_strings(subject.template.source.data))


def _is_notified(machine: Machine, watched: set[str]) -> bool:
    return any(can_overlap(arn, machine.arn) for arn in watched)


def _find_uncaught(scope: StateScope) -> Iterator[LocatedState]:
    for state in scope.states.values():
        if state.catches_all:
            continue
        if state.kind == "Task":
            yield state
        for inner in state.scopes:
            yield from _find_uncaught(inner)


RULE = LintRule(
    id="failure-not-notified",
    title="A failure that sends no notification",
    why="the execution ends FAILED, and no one notices until the data is missing",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html",
    severity=Severity.WARNING,
    check=_check,
)
