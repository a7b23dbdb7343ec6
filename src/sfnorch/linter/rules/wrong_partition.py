"""ARNs that name a partition: another one than the region's, or the region's own one as fixed text.

If no region is specified, and all ARNs of the template name one other partition, the template is for that partition.
Without a region, it is not certain that an ARN of another partition than the default one's is wrong: a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from sfnorch.findings import Severity
from sfnorch.json_values import Json, walk_strings
from sfnorch.linter.subject import Subject
from sfnorch.partitions import AWS, DEFAULT_REGION, find_partition, parse_partition_name
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.contents import Machine
from sfnorch.template.definitions import DefinitionError, read_definition
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Object, Path, find_place
from sfnorch.template.resources import StackEnvironment
from sfnorch.template.states import build_scope

_NAMED = re.compile(r"\barn:(aws[a-z-]*):")
_ELSEWHERE = "us-gov-west-1"
_FILLED_IN = "with Fn::Sub, or with DefinitionSubstitutions"


def _check(subject: Subject) -> Iterator[RuleFinding]:
    stack = subject.template.stack
    if partition := _find_intended_partition(subject):
        for machine in subject.machines:
            yield from _check_literal_partition(machine, stack, partition)
        return
    severity = Severity.WARNING if stack.where.assumed.region else Severity.ERROR
    yield from (replace(mismatch, severity=severity) for mismatch in _list_mismatches(subject))
    for machine in subject.machines:
        yield from _check_literal_partition(machine, stack, stack.where.partition)


def _list_mismatches(subject: Subject) -> Iterator[RuleFinding]:
    """Yield the faults of ARNs in another partition than that of the stack's region."""
    stack = subject.template.stack
    given = {name: _list_texts(stack.resolve_ref(name)) for name in stack.get_section("Parameters")}
    yield from _check_parameters(stack, given)
    seen = {text for texts in given.values() for text in texts}
    yield from _check_resources(subject, seen)
    for machine in subject.machines:
        yield from _check_definition(machine, stack.where, seen)


def _find_intended_partition(subject: Subject) -> str:
    """Return the only partition that the template names, if no region is specified and it is not the default one's."""
    stack = subject.template.stack
    if not stack.where.assumed.region:
        return ""
    sources = [subject.template.source.data]
    found = [machine.definition for machine in subject.machines if machine.definition]
    sources += [each.unfilled or each.data for each in found if each.data.place.file != sources[0].place.file]
    given = [stack.resolve_ref(name) for name in stack.given]
    named = {name for source in (*sources, *given) for _, text in walk_strings(source) for name in _NAMED.findall(text)}
    return next(iter(named)) if len(named) == 1 and named != {stack.where.partition} else ""


def _check_parameters(stack: StackValues, given: dict[str, list[str]]) -> Iterator[RuleFinding]:
    for name, texts in given.items():
        for text in texts:
            if _is_elsewhere(text, stack.where):
                path: Path = ("Parameters", name) if name in stack.given else ("Parameters", name, "Default")
                yield RuleFinding(
                    path=path,
                    place=find_place(stack.template, path),
                    message=_describe_mismatch(text, text, stack.where),
                    hint=f"use an ARN of the partition {stack.where.partition}",
                )


def _check_resources(subject: Subject, seen: set[str]) -> Iterator[RuleFinding]:
    """Yield the faults in all properties of resources, except in the definitions of state machines."""
    stack = subject.template.stack
    apart = {
        (*machine.path, key)
        for machine in subject.machines
        if machine.definition
        for key in (machine.definition.path[len(machine.path)], "DefinitionSubstitutions")
    }
    for logical_id in stack.get_section("Resources"):
        properties = stack.get_section("Resources").find_object(logical_id, "Properties")
        if not stack.has_resource(logical_id):
            continue
        above: Path = ("Resources", logical_id, "Properties")
        rows = [
            (key, stack.evaluate_node(value), line)
            for key, value, line in properties.list_rows()
            if (*above, key) not in apart
        ]
        values = Object(properties.place, rows)
        for path, text in walk_strings(values):
            if text not in seen and _is_elsewhere(text, stack.where):
                yield RuleFinding(
                    path=(*above, *path),
                    place=find_place(values, path),
                    message=_describe_mismatch(text, text, stack.where),
                    hint=_build_hint(text, stack.where),
                )


def _check_definition(machine: Machine, where: StackEnvironment, seen: set[str]) -> Iterator[RuleFinding]:
    called = {path: state.name for state in machine.list_states() for path, _ in state.list_resources()}
    for path, text in walk_strings(machine.definition.data) if machine.definition else ():
        if not _is_elsewhere(text, where) or (text in seen and path not in called):
            continue
        message = _describe_mismatch(text, text, where)
        if path in called:
            message = _describe_mismatch(f"the resource of {called[path]}", text, where)
            message += ": each execution fails there, and no Catch handles the error"
        yield create_fault(machine, path, message, _build_hint(text, where, _FILLED_IN))


def _check_literal_partition(machine: Machine, stack: StackValues, own: str) -> Iterator[RuleFinding]:
    """Yield the fault of a machine whose resources name its own partition as fixed text."""
    named = [
        (state.name, path, text)
        for state in machine.list_states()
        for path, text in state.list_resources()
        if parse_partition_name(text) == own
    ]
    if not machine.definition or not named or not _can_be_literal(machine, own):
        return
    literal = _find_resources_elsewhere(machine, stack, own)
    named = [each for each in named if literal.get(each[1]) == each[2]]
    if named:
        name, path, text = named[0]
        of = f"the resource of {name} names"
        if len(named) > 1:
            of = f"the resources of {name} and {len(named) - 1} more name"
        message = f"{of} the partition {own}, so the machine works in no other partition"
        yield create_fault(machine, path, message, _build_hint(text, stack.where, _FILLED_IN), severity=Severity.INFO)


def _can_be_literal(machine: Machine, own: str) -> bool:
    """Return whether a resource names the partition before substitutions are applied."""
    unfilled = machine.definition.unfilled if machine.definition else None
    if unfilled is None:
        return True
    return any(
        parse_partition_name(text) == own
        for state in build_scope(unfilled).list_states()
        for _, text in state.list_resources()
    )


def _find_resources_elsewhere(machine: Machine, stack: StackValues, own: str) -> dict[Path, str]:
    """Return the values of the resources in a region of another partition."""
    region = _ELSEWHERE if own == AWS else DEFAULT_REGION
    where = StackEnvironment(region=region, account=stack.where.account, stack_name=stack.where.stack_name)
    try:
        definition = read_definition(StackValues(stack.template, stack.given, where), machine.properties, machine.path)
    except DefinitionError:
        return {}
    return {path: text for state in build_scope(definition.data).list_states() for path, text in state.list_resources()}


def _is_elsewhere(text: str, where: StackEnvironment) -> bool:
    return parse_partition_name(text) not in ("", where.partition)


def _describe_mismatch(what: str, arn: str, where: StackEnvironment) -> str:
    return f"{what} is in the partition {parse_partition_name(arn)}, but {where.region} is in {where.partition}"


def _build_hint(arn: str, where: StackEnvironment, how: str = "with Fn::Sub") -> str:
    _, _, service, region, *_ = (*arn.split(":", 4), "", "")
    if region and find_partition(region).name != where.partition:
        return f"use an ARN of the partition {where.partition}"
    return f"write arn:${{AWS::Partition}}:{service}:… {how}"


def _list_texts(value: Json) -> list[str]:
    return [text for _, text in walk_strings(value)]


RULE = LintRule(
    id="wrong-partition",
    title="An ARN of another partition than the region's",
    why="an execution fails at a resource of another partition, and IAM rejects a policy that names one",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
    severity=Severity.ERROR,
    check=_check,
)
