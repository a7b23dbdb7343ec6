"""cfn-lint in the process: on the template as it stands, and on the definitions that it doesn't look into by itself.

It reads definitions only of AWS::StepFunctions::StateMachine, and only objects and plain texts; SAM's, joined and
outer ones are put before it as native machines with object definitions, filled in. It is handed the data that is
already read, so that a finding's path leads to the line, in whatever file that is.
https://github.com/aws-cloudformation/cfn-lint
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from copy import copy
from functools import cache
from typing import Any

from sfnorch.expressions import code
from sfnorch.findings import Finding, Severity
from sfnorch.lint.call_limit import CallLimitError, limited_calls, most_calls
from sfnorch.lint.jsonata import NUMBERS
from sfnorch.template.contents import NATIVE, SAM, StateMachine, Template
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.located import Array, Object, Path, Place, place_of, show
from sfnorch.template.parameters import fits
from sfnorch.template.reader import KIND

Located = tuple[Path, Finding]
"""A finding, and the path to what it is about."""

DEFINITION_RULE = "E3601"
_SEVERITIES = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.INFO}
_TOLD_BETTER = ("Missing 'Next' target", "'^.{1,80}$'")
"""Parts of messages of which statelint, or the rule past-limit, says more."""

_TAKEN = {
    "Parallel": ("Parameters",),
    "Succeed": ("InputPath", "OutputPath"),
}
"""Fields that the language has and cfn-lint's schema lacks, by the state's type. https://states-language.net/spec.html"""

_STUMBLED = "E0002"
_SECTIONS = ("Globals", "Parameters", "Mappings", "Conditions", "Outputs")
"""Sections that cfn-lint takes for mappings; of one that is none, the reader tells."""

_ANY_RESOURCE = "arn:aws:states:::lambda:invoke"
_OTHER_PARTITION = re.compile(r"arn:aws-[a-z-]+(?=:[a-z-]+:[a-z0-9-]*:[0-9]*:[a-z-]+:[\w.-]+(:(\$LATEST|[\w.-]+))?$)")
"""How a resource begins that is right but for cfn-lint's schema, which knows the partition aws alone."""

_MOST_ENTRIES = {"Resources": 500, "Parameters": 200, "Mappings": 200, "Outputs": 200}
"""The most entries of a section (documented)."""

_ROLE = "arn:aws:iam::123456789012:role/lint"


def template_findings(template: Template, linter: Any) -> Iterator[Located]:
    """Yield what cfn-lint finds in the template as it stands.

    Left out before are nulls, which it stops at, and SAM's definitions without functions, in which it finds nothing.
    """
    root = template.source.data
    if limits := list(limit_findings(template)):
        yield from limits
        return
    data = _without_nulls(_without_definitions(template))
    yield from _without_slow_patterns(data)
    for match in _matches_or_limit(linter, data, template):
        if isinstance(match, Finding):
            yield (), match
            continue
        stumbled = match is None or match.rule.id == _STUMBLED
        if stumbled and template.source.faults:
            continue  # of which the reader tells
        if match is None:
            message = "cfn-lint can't look at this template"
            hint = "a name or a type in it isn't one that CloudFormation takes"
            yield (), KIND.finding(template.source.file, root.place.line, message, hint)
            continue
        path = _path(match)
        definition = _definition_of(template, path)
        if definition is None:
            yield _finding(match, path, place_of(root, path))
        elif (found := _in_definition(definition, match, path[len(_own(definition)) :])) is not None:
            yield found


def definition_findings(template: Template, linter: Any) -> Iterator[Located]:
    """Yield what cfn-lint's schema of the Amazon States Language says of the definitions that it hasn't read yet."""
    unread = {machine.logical_id: machine for machine in template.machines if machine.definition and not _read(machine)}
    if not unread:
        return
    resources = {
        logical_id: {
            "Type": NATIVE,
            "Properties": {"RoleArn": _ROLE, "Definition": _known(_without_nulls(machine.definition.data))},
        }
        for logical_id, machine in unread.items()
        if machine.definition
    }
    for match in _matches_or_limit(linter, {"Resources": resources}, template):
        if isinstance(match, Finding):
            yield (), match
            continue
        path = _path(match)
        if match is not None and match.rule.id == DEFINITION_RULE and len(path) > 3:
            found = _in_definition(unread[str(path[1])], match, path[4:])
            if found is not None:
                yield found


def _without_slow_patterns(data: Object) -> Iterator[Located]:
    """Take out of the data each AllowedPattern that takes too many steps to match its Default; yield a finding."""
    parameters = data.get("Parameters")
    for name, body in parameters.items() if isinstance(parameters, Object) else ():
        if not isinstance(body, Object):
            continue
        pattern, default = body.get("AllowedPattern"), body.get("Default")
        if not isinstance(pattern, str) or not isinstance(default, str):
            continue
        parts = default.split(",") if "List" in str(body.get("Type")) else [default]
        if any(fits(pattern, part.strip()) is None for part in parts):
            message, hint = "it takes too many steps to match the Default", "repeat no repetition in it"
            place = body.place
            path: Path = ("Parameters", name, "AllowedPattern")
            yield path, KIND.finding(place.file, body.lines.get("AllowedPattern", place.line), message, hint)
            del body["AllowedPattern"]


def _matches_or_limit(linter: Any, data: Any, template: Template) -> Iterator[Any]:
    """Yield what cfn-lint finds; a finding where it would take too long."""
    try:
        yield from _matches(linter, data)
    except CallLimitError as error:
        root = template.source.data
        message = f"cfn-lint can't look at this template: it would take {error}"
        hint = "write it with fewer lists within each other, conditions, loops and references, or split it"
        yield KIND.finding(template.source.file, root.place.line, message, hint)


def limit_findings(template: Template) -> Iterator[Located]:
    """Yield what is beyond CloudFormation's limits, so that cfn-lint need not look at it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    root = template.source.data
    for section, most in _MOST_ENTRIES.items():
        entries = root.get(section)
        if isinstance(entries, Object) and len(entries) > most:
            message = f"there are {len(entries):,} entries in {section}, and CloudFormation takes {most}"
            yield (section,), KIND.finding(template.source.file, root.lines[section], message, "split the template")


def _matches(linter: Any, data: Any) -> Iterator[Any]:
    """Yield what cfn-lint finds; None where it fails by itself, as it does over braces in names.

    Raises CallLimitError where it would take too long over the template.
    """
    most = most_calls(data)
    try:
        if most is None:
            yield from linter.validate_template(data)
        else:
            with limited_calls(most):
                found = list(linter.validate_template(data))
            yield from found
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError):
        yield None


def linter() -> Any:
    """Return cfn-lint with its default rules, for one region: no rule of a template's own machines depends on it.

    The rules are loaded once in a process. The configuration is read each time, as `.cfnlintrc` may differ by folder.
    """
    config = _configuration()
    found = copy(_runner(tuple(config.append_rules), config.custom_rules))
    found.config = config
    return found


@cache
def _runner(append_rules: tuple[str, ...], custom_rules: str | None) -> Any:
    """Return cfn-lint with the rules of these folders and modules and of this file."""
    from cfnlint.runner import Runner

    return Runner(_configuration())


def _configuration() -> Any:
    """Return cfn-lint's configuration: of the folder, and of the home folder where there is one."""
    from cfnlint.config import ConfigMixIn

    try:
        return ConfigMixIn(regions=["us-east-1"])
    except RuntimeError:  # neither HOME is set nor does the user have an entry: a container with any user's id
        os.environ["HOME"] = os.devnull
        return ConfigMixIn(regions=["us-east-1"])


def _read(machine: StateMachine) -> bool:
    """Whether cfn-lint reads the definition itself: a native machine's object, or text in one piece."""
    definition = machine.definition
    assert definition is not None  # noqa: S101 - asked for before
    value = machine.properties.get(str(definition.path[-1]))
    return machine.kind == NATIVE and isinstance(value, Object) and not any(key.startswith("Fn::") for key in value)


def _own(machine: StateMachine) -> Path:
    return machine.definition.path if machine.definition else ()


def _definition_of(template: Template, path: Path) -> StateMachine | None:
    """Return the machine whose definition the path leads into; None where it leads elsewhere."""
    for machine in template.machines:
        own = _own(machine)
        if own and path[: len(own)] == own and _read(machine):
            return machine
    return None


def _in_definition(machine: StateMachine, match: Any, path: Path) -> Located | None:
    """Return the finding in its definition; none where it isn't one, or another linter tells the same in better words."""
    if any(words in match.message for words in _TOLD_BETTER) or _is_taken(machine, path):
        return None
    value = value_at(machine, path)
    if path and path[-1] in NUMBERS and code(value) is not None:
        return None
    if path and path[-1] == "Resource" and isinstance(value, str) and _OTHER_PARTITION.match(value):
        return None
    full, place = machine.at(path)
    return _finding(match, full, place)


def value_at(machine: StateMachine, path: Path) -> Any:
    """Return the value at a path into the machine's definition; None where it leads nowhere."""
    value: Any = machine.definition.data if machine.definition else None
    for step in path:
        if isinstance(value, Object) and step in value:
            value = value[str(step)]
        elif isinstance(value, Array) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _is_taken(machine: StateMachine, path: Path) -> bool:
    """Whether the path leads to a field that the language has in a state of that type."""
    state = value_at(machine, path[:-1])
    return isinstance(state, Object) and bool(path) and path[-1] in _TAKEN.get(str(state.get("Type")), ())


def _finding(match: Any, path: Path, place: Place) -> Located:
    return path, Finding(
        rule=match.rule.id,
        severity=_SEVERITIES.get(match.rule.id[:1], Severity.ERROR),
        file=place.file,
        line=place.line,
        path=show(path),
        message=match.message,
    )


def _path(match: Any) -> Path:
    return tuple(step for step in getattr(match, "path", None) or () if isinstance(step, str | int))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Object):
        kept = [(key, _without_nulls(item), line) for key, item, line in value.rows() if item is not None]
        return Object(value.place, kept)
    if isinstance(value, Array):
        return Array(value.place, [(_without_nulls(item), line) for item, line in value.rows() if item is not None])
    return value


def _without_definitions(template: Template) -> Object:
    """Return the template, with an empty definition in SAM's machines where cfn-lint has nothing to look at in theirs."""
    root = template.source.data
    resources = template.stack.section("Resources")
    lighter = Object(resources.place, resources.rows())
    for machine in template.machines:
        given = machine.properties.get("Definition")
        if machine.kind == SAM and isinstance(given, Object) and not _has_functions(given):
            resource = resources[machine.logical_id]
            properties = Object(machine.properties.place, machine.properties.rows())
            properties["Definition"] = Object(given.place)
            whole = Object(resource.place, resource.rows())
            whole["Properties"] = properties
            lighter[machine.logical_id] = whole
    found = Object(root.place, [row for row in root.rows() if isinstance(row[1], Object) or row[0] not in _SECTIONS])
    if "Resources" in found:
        found["Resources"] = lighter if isinstance(root["Resources"], Object) else root["Resources"]
    return found


def _has_functions(value: Any) -> bool:
    if isinstance(value, Object):
        return any(key == "Ref" or key.startswith("Fn::") or _has_functions(item) for key, item in value.items())
    return isinstance(value, Array) and any(_has_functions(item) for item in value)


def _known(value: Any, key: str = "") -> Any:
    """Return the definition with a Resource that only AWS knows, or of another partition, as one that the schema takes."""
    if isinstance(value, Object):
        return Object(value.place, [(name, _known(item, name), line) for name, item, line in value.rows()])
    if isinstance(value, Array):
        return Array(value.place, [(_known(item), line) for item, line in value.rows()])
    if key == "Resource" and isinstance(value, str):
        return _ANY_RESOURCE if UNKNOWN.search(value) else _OTHER_PARTITION.sub("arn:aws", value)
    return value


def one_a_mistake(findings: Iterable[Located]) -> list[Located]:
    """Without what follows from another: where a key is misspelt, that the right one is missing beside it."""
    found = list(findings)
    misspelt = {
        path[:-1] for path, finding in found if finding.rule == DEFINITION_RULE and "Did you mean" in finding.message
    }
    kept: dict[tuple[Path, str], Located] = {}
    for path, finding in found:
        missing = "required property" in finding.message
        if finding.rule != DEFINITION_RULE or not missing:
            kept[path, finding.message] = (path, finding)
        elif path not in misspelt:  # of several that are missing in one place, the first is enough
            kept.setdefault((path, "missing"), (path, finding))
    return list(kept.values())
