"""cfn-lint, run in this process on the template and on the definitions that cfn-lint does not check in the template.

cfn-lint checks definitions only of AWS::StepFunctions::StateMachine, and only objects and plain texts. This module
passes SAM definitions, joined definitions and external definitions to cfn-lint as AWS::StepFunctions::StateMachine
resources with resolved object definitions. cfn-lint gets the parsed data, so a finding's path maps to a file and line.
https://github.com/aws-cloudformation/cfn-lint
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sfnorch.expressions import parse_code
from sfnorch.findings import Finding, Severity
from sfnorch.json_values import Json, find_value
from sfnorch.linter.call_limit import CallLimitError, estimate_call_limit, limit_calls
from sfnorch.linter.jsonata import NUMBERS
from sfnorch.template.contents import NATIVE, SAM, Machine, Template
from sfnorch.template.intrinsics import UNKNOWN
from sfnorch.template.located import Array, Object, Path, SourceLocation, find_place, format_path
from sfnorch.template.parameters import match_allowed_pattern
from sfnorch.template.reader import KIND

if TYPE_CHECKING:
    from cfnlint.config import ConfigMixIn
    from cfnlint.match import Match
    from cfnlint.runner import Runner

LocatedFinding = tuple[Path, Finding]
"""The path to the subject of a finding, and the finding."""

DEFINITION_RULE = "E3601"
SEVERITIES = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.INFO}
"""The severity of a rule of cfn-lint, by the first letter of its id."""

_TOLD_BETTER = ("Missing 'Next' target", "'^.{1,80}$'")
"""Parts of messages. For these problems, statelint or the rule limit-exceeded reports more detail."""

_TAKEN = {
    "Parallel": ("Parameters",),
    "Succeed": ("InputPath", "OutputPath"),
}
"""Fields of the language that cfn-lint's schema lacks, by state type. https://states-language.net/spec.html"""

_STUMBLED = "E0002"
_SECTIONS = ("Globals", "Parameters", "Mappings", "Conditions", "Outputs")
"""Sections that cfn-lint expects to be mappings. The reader reports a section that is not a mapping."""

_ANY_RESOURCE = "arn:aws:states:::lambda:invoke"
_OTHER_PARTITION = re.compile(r"arn:aws-[a-z-]+(?=:[a-z-]+:[a-z0-9-]*:[0-9]*:[a-z-]+:[\w.-]+(:(\$LATEST|[\w.-]+))?$)")
"""The start of a valid resource that cfn-lint's schema rejects: the schema knows only the partition aws."""

_MOST_ENTRIES = {"Resources": 500, "Parameters": 200, "Mappings": 200, "Outputs": 200}
"""The maximum number of entries in a section (documented)."""

_ROLE = "arn:aws:iam::123456789012:role/lint"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What cfn-lint finds in a template, and why it did not check all of it."""

    matches: tuple[Match, ...]
    has_failed: bool = False
    """Whether cfn-lint itself failed, for example on braces in names."""
    exceeded: str = ""
    """The limit that cfn-lint exceeded."""


def find_template_faults(template: Template, linter: Runner) -> Iterator[LocatedFinding]:
    """Yield what cfn-lint finds in the template.

    cfn-lint gets the template without nulls, because it fails on nulls. It also gets SAM definitions without functions
    as empty definitions, because it finds nothing in them.
    """
    root = template.source.data
    if "Resources" not in root:
        if not template.source.faults:  # the section can be missing because of them
            message = "the template has no Resources"
            yield (), KIND.create_finding(template.source.file, root.place.line, message, _suggest_command(root))
        return
    if limits := list(describe_limit(template)):
        yield from limits
        return
    data = _remove_nulls(_remove_definitions(template))
    yield from _remove_slow_patterns(data)
    checked = _check(linter, data)
    yield from _limit_exceeded(checked, template)
    for match in checked.matches:
        if match.rule.id == _STUMBLED and template.source.faults:
            continue  # the reader reports the cause
        path = _convert_path(match)
        definition = _find_machine(template, path)
        if definition is None:
            yield _create_finding(match, path, find_place(root, path))
        elif (
            found := _locate_in_definition(definition, match, path[len(_get_definition_path(definition)) :])
        ) is not None:
            yield found
    if checked.has_failed and not template.source.faults:
        message = "cfn-lint cannot check this template"
        hint = "use only names and types that CloudFormation supports"
        yield (), KIND.create_finding(template.source.file, root.place.line, message, hint)


def _suggest_command(root: Object) -> str:
    """Return how to lint a document that is not a template.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html
    """
    if "StartAt" in root and "States" in root:
        return "it is a definition; specify the template whose DefinitionUri or DefinitionString contains it"
    if "pattern" in root:
        return "it is a plan; pass it as --plan FILE"
    return "add the resources of the stack, or specify another file"


def find_definition_faults(template: Template, linter: Runner) -> Iterator[LocatedFinding]:
    """Yield what cfn-lint's schema of the Amazon States Language finds in the definitions that are not yet checked."""
    unread = {
        machine.logical_id: machine
        for machine in template.machines
        if machine.definition and not _is_checked_by_cfn_lint(machine)
    }
    if not unread:
        return
    resources: dict[str, Json] = {
        logical_id: {
            "Type": NATIVE,
            "Properties": {
                "RoleArn": _ROLE,
                "Definition": _simplify_definition(_remove_nulls(machine.definition.data)),
            },
        }
        for logical_id, machine in unread.items()
        if machine.definition
    }
    checked = _check(linter, {"Resources": resources})
    yield from _limit_exceeded(checked, template)
    for match in checked.matches:
        path = _convert_path(match)
        if match.rule.id == DEFINITION_RULE and len(path) > 3:
            found = _locate_in_definition(unread[str(path[1])], match, path[4:])
            if found is not None:
                yield found


def _remove_slow_patterns(data: Object) -> Iterator[LocatedFinding]:
    """Remove each AllowedPattern that takes too many steps to match its Default; yield a finding for each."""
    for name, body in data.find_object("Parameters").entries():
        match body.get("AllowedPattern"), body.get("Default"):
            case str(pattern), str(default):
                parts = default.split(",") if "List" in str(body.get("Type")) else [default]
                if any(match_allowed_pattern(pattern, part.strip()) is None for part in parts):
                    message, hint = "the pattern takes too many steps to match the Default", "remove nested repetitions"
                    path: Path = ("Parameters", name, "AllowedPattern")
                    line = body.lines["AllowedPattern"]
                    yield path, KIND.create_finding(body.place.file, line, message, hint)
                    del body["AllowedPattern"]


def _limit_exceeded(checked: _Checked, template: Template) -> Iterator[LocatedFinding]:
    if checked.exceeded:
        root = template.source.data
        message = f"cfn-lint cannot check this template: it would take {checked.exceeded}"
        hint = "use fewer nested lists, conditions, loops and references, or split the template"
        yield (), KIND.create_finding(template.source.file, root.place.line, message, hint)


def describe_limit(template: Template) -> Iterator[LocatedFinding]:
    """Yield a finding for each section that exceeds a CloudFormation quota. cfn-lint need not check such a template.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    root = template.source.data
    for section, most in _MOST_ENTRIES.items():
        entries = root.find_object(section)
        if len(entries) > most:
            message = f"{section} has {len(entries):,} entries, but CloudFormation allows {most}"
            yield (
                (section,),
                KIND.create_finding(template.source.file, root.lines[section], message, "split the template"),
            )


def _check(linter: Runner, data: dict[str, Json]) -> _Checked:
    """Return what cfn-lint finds."""
    most = estimate_call_limit(data)
    matches: list[Match] = []
    try:
        if most is None:
            matches.extend(linter.validate_template(data))
        else:
            with limit_calls(most):
                found = list(linter.validate_template(data))
            matches += found
    except CallLimitError as error:
        return _Checked(matches=(), exceeded=str(error))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError):
        return _Checked(matches=tuple(matches), has_failed=True)  # of what it found before it failed
    return _Checked(matches=tuple(matches))


def load_linter() -> Runner:
    """Return cfn-lint with its default rules, for one region: no finding about state machines depends on the region.

    A process loads the rules once. It reads the configuration each time, because `.cfnlintrc` can differ by folder.
    """
    config = _read_configuration()
    found = copy(_load_runner(tuple(config.append_rules), config.custom_rules))
    found.config = config
    return found


@cache
def _load_runner(append_rules: tuple[str, ...], custom_rules: str | None) -> Runner:
    """Return cfn-lint with the rules of these folders and modules, and with this file of custom rules."""
    from cfnlint.runner import Runner  # slow to load

    return Runner(_read_configuration())


def _read_configuration() -> ConfigMixIn:
    """Return cfn-lint's configuration from the current folder and from the home folder, if there is one."""
    from cfnlint.config import ConfigMixIn  # slow to load

    try:
        return ConfigMixIn(regions=["us-east-1"])
    except RuntimeError:  # HOME is not set and the user has no passwd entry: a container with any user id
        os.environ["HOME"] = os.devnull
        return ConfigMixIn(regions=["us-east-1"])


def _is_checked_by_cfn_lint(machine: Machine) -> bool:
    """Return whether cfn-lint checks the definition itself: an object in AWS::StepFunctions::StateMachine."""
    definition = machine.definition
    assert definition is not None  # noqa: S101 - the callers check this
    if not definition.path:  # a definition without a template
        return False
    value = machine.properties.get(str(definition.path[-1]))
    return machine.kind == NATIVE and isinstance(value, Object) and not any(key.startswith("Fn::") for key in value)


def _get_definition_path(machine: Machine) -> Path:
    return machine.definition.path if machine.definition else ()


def _find_machine(template: Template, path: Path) -> Machine | None:
    """Return the machine whose definition contains the path; None if no definition contains it."""
    for machine in template.machines:
        own = _get_definition_path(machine)
        if own and path[: len(own)] == own and _is_checked_by_cfn_lint(machine):
            return machine
    return None


def _locate_in_definition(machine: Machine, match: Match, path: Path) -> LocatedFinding | None:
    """Return the finding in the machine's definition.

    Returns None if the match is not a finding, or if another linter reports the same problem with more detail.
    """
    if any(words in match.message for words in _TOLD_BETTER) or _is_taken(machine, path):
        return None
    value = _value_at(machine, path)
    if path and path[-1] in NUMBERS and parse_code(value) is not None:
        return None
    if path and path[-1] == "Resource" and isinstance(value, str) and _OTHER_PARTITION.match(value):
        return None
    full, place = machine.locate_value(path)
    return _create_finding(match, full, place)


def _value_at(machine: Machine, path: Path) -> Json:
    """Return the value at a path in the machine's definition; None if the path does not exist."""
    return find_value(machine.definition.data, *path) if machine.definition else None


def _is_taken(machine: Machine, path: Path) -> bool:
    """Return whether the path is a field that the language allows in a state of this type."""
    return bool(path) and path[-1] in _TAKEN.get(str(_value_at(machine, (*path[:-1], "Type"))), ())


def _create_finding(match: Match, path: Path, place: SourceLocation) -> LocatedFinding:
    return path, Finding(
        rule=match.rule.id,
        severity=SEVERITIES.get(match.rule.id[:1], Severity.ERROR),
        file=place.file,
        line=place.line,
        path=format_path(path),
        message=match.message,
    )


def _convert_path(match: Match) -> Path:
    return tuple(step for step in getattr(match, "path", None) or () if isinstance(step, str | int))


def _remove_nulls(data: Object) -> Object:
    return Object(
        data.place, [(key, _drop_nulls(item), line) for key, item, line in data.list_rows() if item is not None]
    )


def _drop_nulls(value: Json) -> Json:
    match value:
        case Object():
            return _remove_nulls(value)
        case Array():
            kept = [(_drop_nulls(item), line) for item, line in value.list_rows() if item is not None]
            return Array(value.place, kept)
    return value


def _remove_definitions(template: Template) -> Object:
    """Return the template with empty definitions for SAM machines in whose definitions cfn-lint finds nothing."""
    root = template.source.data
    resources = template.stack.get_section("Resources")
    lighter = Object(resources.place, resources.list_rows())
    for machine in template.machines:
        given = machine.properties.get("Definition")
        if machine.kind == SAM and isinstance(given, Object) and not _has_functions(given):
            resource = resources.find_object(machine.logical_id)
            properties = Object(machine.properties.place, machine.properties.list_rows())
            properties["Definition"] = Object(given.place)
            whole = Object(resource.place, resource.list_rows())
            whole["Properties"] = properties
            lighter[machine.logical_id] = whole
    found = Object(
        root.place, [row for row in root.list_rows() if isinstance(row[1], Object) or row[0] not in _SECTIONS]
    )
    if "Resources" in found:
        found["Resources"] = lighter if isinstance(root["Resources"], Object) else root["Resources"]
    return found


def _has_functions(value: Json) -> bool:
    match value:
        case dict():
            return any(key == "Ref" or key.startswith("Fn::") or _has_functions(item) for key, item in value.items())
        case list():
            return any(map(_has_functions, value))
    return False


def _simplify_definition(value: Json, key: str = "") -> Json:
    """Return the definition with resources that the schema accepts.

    It replaces each Resource that only AWS can resolve, and each Resource of another partition.
    """
    match value:
        case Object():
            return Object(
                value.place, [(name, _simplify_definition(item, name), line) for name, item, line in value.list_rows()]
            )
        case Array():
            return Array(value.place, [(_simplify_definition(item), line) for item, line in value.list_rows()])
        case str() if key == "Resource":
            return _ANY_RESOURCE if UNKNOWN.search(value) else _OTHER_PARTITION.sub("arn:aws", value)
    return value


def remove_consequences(findings: Iterable[LocatedFinding]) -> list[LocatedFinding]:
    """Return the findings without consequences: a misspelt key also causes a finding about the missing correct key."""
    found = list(findings)
    misspelt = {
        path[:-1] for path, finding in found if finding.rule == DEFINITION_RULE and "Did you mean" in finding.message
    }
    kept: dict[tuple[Path, str], LocatedFinding] = {}
    for path, finding in found:
        missing = "required property" in finding.message
        if finding.rule != DEFINITION_RULE or not missing:
            kept[path, finding.message] = (path, finding)
        elif path not in misspelt:  # if several keys are missing in one place, the first is enough
            kept.setdefault((path, "missing"), (path, finding))
    return list(kept.values())
