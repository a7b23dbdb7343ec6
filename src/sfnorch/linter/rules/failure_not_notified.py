"""A failure without a notification: no Catch, no alarm on the machine, no EventBridge rule for its executions.

The caller of a synchronous execution gets the error. That an Express machine is called synchronously is assumed, unless
the template has an event, a schedule, an API or a Task that starts it and does not wait.
https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.json_values import walk_strings
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.sentences import list_names
from sfnorch.template.calls import find_child_arn, parse_call
from sfnorch.template.contents import Machine
from sfnorch.template.declarations import find_declarations
from sfnorch.template.iam import can_overlap
from sfnorch.template.states import LocatedState, StateScope

_STARTS = re.compile(r"\b(StepFunctions-|action/)StartExecution\b")
"""How an API starts executions asynchronously, in an integration of API Gateway."""

_STARTERS = ("AWS::Events::Rule", "AWS::Scheduler::Schedule", "AWS::Pipes::Pipe")


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
    for machine in subject.machines:
        if _is_notified(machine, watched) or any(can_overlap(child, machine.arn) for child in awaited):
            continue
        if machine.express and not _is_started_without_caller(subject, machine):
            continue
        failing = [state.name for state in _find_uncaught(machine.states)] if machine.states else []
        if failing:
            yield RuleFinding(
                path=machine.path[:-1],
                place=machine.place,
                message=f"if {list_names(failing, 'or')} fails, no notification is sent",
                hint="add an alarm on ExecutionsFailed, or catch States.ALL and publish to a topic",
            )


def _is_notified(machine: Machine, watched: set[str]) -> bool:
    return any(can_overlap(arn, machine.arn) for arn in watched)


def _is_started_without_caller(subject: Subject, machine: Machine) -> bool:
    """Return whether the template shows that something starts the machine and does not wait for its result."""
    events = machine.properties.find_object("Events")
    if any(event.get("Type") != "Api" for _, event in events.entries()):
        return True
    if any(_STARTS.search(text) for _, text in walk_strings(subject.template.source.data)):
        return True
    for resource in find_declarations(subject.template.stack, *_STARTERS):
        if any(text == machine.arn for _, text in walk_strings(resource.evaluate())):
            return True
    states = [state for other in subject.machines for state in other.list_states()]
    return any(
        (call := parse_call(state)) is not None
        and call.name == "states:startExecution"
        and can_overlap(find_child_arn(state), machine.arn)
        for state in states
    )


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
