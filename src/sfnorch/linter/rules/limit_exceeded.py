"""Names and sizes that exceed a limit of AWS. cfn-lint reports the names of resources."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.definitions.resources import is_in_express_map
from sfnorch.findings import Severity
from sfnorch.json_values import find_value, read_string
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.calls import parse_call
from sfnorch.template.contents import Machine
from sfnorch.template.definitions import count_characters
from sfnorch.template.located import Object, Path
from sfnorch.template.states import LocatedState

_NAME = 80
_DEFINITION = 1_048_576
_TEMPLATE = 1_000_000
_POLICIES = 10_240
_SUBJECT = 100
_CAUSE = 32_768
_ERROR = 256
_INLINE_ITEMS = 40
_EXPRESS_SECONDS = 300
"""The longest duration of an Express execution. https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html"""


def _check(subject: Subject) -> Iterator[RuleFinding]:
    source = subject.template.source
    if not source.is_definition and (size := len(source.text.encode())) > _TEMPLATE:
        message = f"the template has {size:,} bytes, but CloudFormation allows {_TEMPLATE:,}"
        yield RuleFinding(path=(), place=source.data.place, message=message, hint="split it into several stacks")
    for machine in subject.machines:
        yield from _check_machine(machine)
        for state in machine.list_states():
            yield from _check_state(machine, state)
    for role in subject.template.roles.values():
        total = sum(role.policy_sizes)
        if total > _POLICIES:
            message = f"the inline policies have {total:,} characters, but IAM allows {_POLICIES:,}"
            hint = "name fewer resources, use a common prefix for them, or attach a managed policy"
            yield RuleFinding(path=role.path[:-1], place=role.place, message=message, hint=hint)


def _check_machine(machine: Machine) -> Iterator[RuleFinding]:
    if machine.express and machine.states:
        yield from _check_express(machine, (), machine.states.body, "TimeoutSeconds")
    if machine.definition and (size := count_characters(machine.definition)) > _DEFINITION:
        hint = "move a part into a child state machine"
        yield create_fault(machine, (), f"the definition has {size:,} characters, but AWS allows {_DEFINITION:,}", hint)


def _check_state(machine: Machine, state: LocatedState) -> Iterator[RuleFinding]:
    if len(state.name) > _NAME:
        message = f"the state name has {len(state.name)} characters, but AWS allows {_NAME}"
        yield create_fault(machine, state.path, message, "shorten it; the Comment can hold more")
    for key, limit in (("Cause", _CAUSE), ("Error", _ERROR)):
        if state.kind == "Fail" and len(state.read_text(key)) > limit:
            yield create_fault(machine, (*state.path, key), f"{key} exceeds {limit:,} characters", "shorten it")
    if machine.express or is_in_express_map(state):
        key = "Seconds" if state.kind == "Wait" else "TimeoutSeconds"
        yield from _check_express(machine, state.path, state.body, key)
    concurrency = state.body.get("MaxConcurrency")
    inline = not state.distributed
    if state.kind == "Map" and inline and isinstance(concurrency, int) and concurrency > _INLINE_ITEMS:
        message = f"MaxConcurrency is {concurrency}, but an inline Map runs at most {_INLINE_ITEMS} items at once"
        hint = "set the mode DISTRIBUTED in its ProcessorConfig to run more"
        yield create_fault(machine, (*state.path, "MaxConcurrency"), message, hint, severity=Severity.WARNING)
    call = parse_call(state)
    if call and call.name == "sns:publish":
        key = "Arguments" if state.jsonata else "Parameters"
        subject = read_string(find_value(state.body, key, "Subject"))
        if not subject.startswith("{%") and len(subject) >= _SUBJECT:
            message = f"the subject has {len(subject)} characters, but SNS allows fewer than {_SUBJECT}"
            yield create_fault(machine, (*state.path, key, "Subject"), message, "shorten it")


def _check_express(machine: Machine, path: Path, body: Object, key: str) -> Iterator[RuleFinding]:
    """Yield a finding if a wait or a timeout is longer than an Express execution: the wait never ends."""
    seconds = body.get(key)
    if isinstance(seconds, int) and seconds > _EXPRESS_SECONDS:
        message = f"{key} is {seconds}, but an Express execution ends after {_EXPRESS_SECONDS} seconds"
        hint = f"use {_EXPRESS_SECONDS} or less, or the type STANDARD"
        severity = Severity.WARNING if key == "TimeoutSeconds" else Severity.ERROR
        yield create_fault(machine, (*path, key), message, hint, severity=severity)


RULE = LintRule(
    id="limit-exceeded",
    title="A name or a size that exceeds a limit of AWS",
    why="AWS rejects it at the deployment, or the execution fails when it reaches the state",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html",
    severity=Severity.ERROR,
    check=_check,
    checks_definitions=True,
)
