"""A query, job or execution that a machine starts and does not wait for, although another state follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sfnorch.calls.optimized import SYNC, SYNC_2, read_optimized
from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.service_models.services import find_official_name
from sfnorch.template.calls import ServiceCall, parse_call
from sfnorch.template.contents import Machine
from sfnorch.template.states import LocatedState

_STARTS = re.compile(r"(start(Query|Build|JobRun|Execution)|submitJob|runTask|runJob|addStep|create\w*Job$)")
"""Actions of optimized integrations that start work which ends later."""

_POLLED: Mapping[str, str] = {
    "aws-sdk:athena:startQueryExecution": "getQueryExecution",
    "aws-sdk:redshiftdata:executeStatement": "describeStatement",
    "aws-sdk:redshiftdata:batchExecuteStatement": "describeStatement",
    "aws-sdk:glue:startCrawler": "getCrawler",
    "aws-sdk:glue:startWorkflowRun": "getWorkflowRun",
}
"""Calls that start work and have no `.sync`, and the action that returns the state of the work."""

_OTHER_RULE = "glue:startJobRun"
_ASKS = re.compile(r"(get|describe|batchGet|list)[A-Z]\w*")


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        if _polls(machine):
            continue
        calls = {state: call for state in machine.list_states() if (call := parse_call(state))}
        asked = {find_official_name(call.service) for call in calls.values() if _asks(call)}
        for state, call in calls.items():
            if call.way or call.action == _OTHER_RULE or find_official_name(call.service) in asked:
                continue
            hint = _suggest(call)
            if hint and _has_successor(state):
                message = f"{state.name} starts {call.action} and does not wait until it ends"
                yield create_fault(machine, (*state.path, "Resource"), message, hint)


def _asks(call: ServiceCall) -> bool:
    return _ASKS.fullmatch(call.action.partition(":")[2]) is not None


def _suggest(call: ServiceCall) -> str:
    """Return how to wait for what the call starts; empty if it starts nothing that ends later."""
    if polled := _POLLED.get(call.name):
        return f"poll aws-sdk:{call.service}:{polled} until it ends"
    service, _, action = call.name.partition(":")
    optimized = read_optimized().get(service, {}).get(action)
    if optimized is None or not _STARTS.match(action) or SYNC not in optimized.patterns:
        return ""
    pattern = SYNC_2 if SYNC_2 in optimized.patterns else SYNC
    return f"use arn:${{AWS::Partition}}:states:::{call.name}{pattern}"


def _has_successor(state: LocatedState) -> bool:
    """Return whether another state does work after this one."""
    following = state.scope.states.get(state.read_text("Next"))
    return following is not None and following.kind not in ("Succeed", "Fail")


def _polls(machine: Machine) -> bool:
    """Return whether the machine waits between two calls, which can be a loop that asks for the result."""
    return any(state.kind == "Wait" for state in machine.list_states())


RULE = LintRule(
    id="run-not-waited",
    title="Work that the state machine starts and does not wait for",
    why="the next state starts before the work ends, and the execution succeeds even if the work fails",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html",
    severity=Severity.WARNING,
    check=_check,
    checks_definitions=True,
)
