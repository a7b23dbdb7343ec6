"""ARNs that name a partition: another one than the region's, or the region's own one as fixed text."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.json_values import Json, walk_strings
from sfnorch.linter.subject import Subject
from sfnorch.partitions import AWS, DEFAULT_REGION, partition_named, partition_of
from sfnorch.rule import LintRule, RuleFinding, fault
from sfnorch.template.contents import Machine
from sfnorch.template.definitions import DefinitionError, read_definition
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Object, Path, place_of
from sfnorch.template.resources import Surroundings
from sfnorch.template.states import states_of

_ELSEWHERE = "us-gov-west-1"
_FILLED_IN = "with Fn::Sub, or with DefinitionSubstitutions"


def _check(subject: Subject) -> Iterator[RuleFinding]:
    stack = subject.template.stack
    given = {name: _texts(stack.ref(name)) for name in stack.section("Parameters")}
    yield from _in_parameters(stack, given)
    seen = {text for texts in given.values() for text in texts}
    yield from _in_resources(subject, seen)
    for machine in subject.machines:
        yield from _in_definition(machine, stack.where, seen)
        yield from _written_out(machine, stack)


def _in_parameters(stack: StackValues, given: dict[str, list[str]]) -> Iterator[RuleFinding]:
    for name, texts in given.items():
        for text in texts:
            if _is_elsewhere(text, stack.where):
                path: Path = ("Parameters", name) if name in stack.given else ("Parameters", name, "Default")
                yield RuleFinding(
                    path=path,
                    place=place_of(stack.template, path),
                    message=_words(text, text, stack.where),
                    hint=f"use an ARN of the partition {stack.where.partition}",
                )


def _in_resources(subject: Subject, seen: set[str]) -> Iterator[RuleFinding]:
    """Yield the faults in all properties of resources, except in the definitions of state machines."""
    stack = subject.template.stack
    apart = {
        (*machine.path, key)
        for machine in subject.machines
        if machine.definition
        for key in (machine.definition.path[len(machine.path)], "DefinitionSubstitutions")
    }
    for logical_id in stack.section("Resources"):
        properties = stack.section("Resources").find_object(logical_id, "Properties")
        if not stack.exists(logical_id):
            continue
        above: Path = ("Resources", logical_id, "Properties")
        rows = [(key, stack.value(value), line) for key, value, line in properties.rows() if (*above, key) not in apart]
        values = Object(properties.place, rows)
        for path, text in walk_strings(values):
            if text not in seen and _is_elsewhere(text, stack.where):
                yield RuleFinding(
                    path=(*above, *path),
                    place=place_of(values, path),
                    message=_words(text, text, stack.where),
                    hint=_hint(text, stack.where),
                )


def _in_definition(machine: Machine, where: Surroundings, seen: set[str]) -> Iterator[RuleFinding]:
    called = {path: state.name for state in machine.walk() for path, _ in state.resources()}
    for path, text in walk_strings(machine.definition.data) if machine.definition else ():
        if not _is_elsewhere(text, where) or (text in seen and path not in called):
            continue
        message = _words(text, text, where)
        if path in called:
            message = _words(f"the resource of {called[path]}", text, where)
            message += ": each execution fails there, and no Catch handles the error"
        yield fault(machine, path, message, _hint(text, where, _FILLED_IN))


def _written_out(machine: Machine, stack: StackValues) -> Iterator[RuleFinding]:
    """Yield the fault of a machine whose resources name its own partition as fixed text."""
    own = stack.where.partition
    named = [
        (state.name, path, text)
        for state in machine.walk()
        for path, text in state.resources()
        if partition_named(text) == own
    ]
    if not machine.definition or not named or not _may_be_literal(machine, own):
        return
    literal = _resources_elsewhere(machine, stack)
    named = [each for each in named if literal.get(each[1]) == each[2]]
    if named:
        name, path, text = named[0]
        of = f"the resource of {name} names"
        if len(named) > 1:
            of = f"the resources of {name} and {len(named) - 1} more name"
        message = f"{of} the partition {own}, so the machine works in no other partition"
        yield fault(machine, path, message, _hint(text, stack.where, _FILLED_IN), severity=Severity.INFO)


def _may_be_literal(machine: Machine, own: str) -> bool:
    """Return whether a resource names the partition before substitutions are applied."""
    unfilled = machine.definition.unfilled if machine.definition else None
    if unfilled is None:
        return True
    return any(partition_named(text) == own for state in states_of(unfilled).walk() for _, text in state.resources())


def _resources_elsewhere(machine: Machine, stack: StackValues) -> dict[Path, str]:
    """Return the values of the resources in a region of another partition."""
    region = _ELSEWHERE if stack.where.partition == AWS else DEFAULT_REGION
    where = Surroundings(region=region, account=stack.where.account, stack_name=stack.where.stack_name)
    try:
        definition = read_definition(StackValues(stack.template, stack.given, where), machine.properties, machine.path)
    except DefinitionError:
        return {}
    return {path: text for state in states_of(definition.data).walk() for path, text in state.resources()}


def _is_elsewhere(text: str, where: Surroundings) -> bool:
    return partition_named(text) not in ("", where.partition)


def _words(what: str, arn: str, where: Surroundings) -> str:
    return f"{what} is in the partition {partition_named(arn)}, but {where.region} is in {where.partition}"


def _hint(arn: str, where: Surroundings, how: str = "with Fn::Sub") -> str:
    _, _, service, region, *_ = (*arn.split(":", 4), "", "")
    if region and partition_of(region).name != where.partition:
        return f"use an ARN of the partition {where.partition}"
    return f"write arn:${{AWS::Partition}}:{service}:… {how}"


def _texts(value: Json) -> list[str]:
    return [text for _, text in walk_strings(value)]


RULE = LintRule(
    id="wrong-partition",
    title="An ARN of another partition than the region's",
    why="an execution fails at a resource of another partition, and IAM rejects a policy that names one",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
    severity=Severity.ERROR,
    check=_check,
)
