"""cfn-lint, run in this process on the template without the content of its definitions.

Definitions are checked by the own rules: cfn-lint's schema of the Amazon States Language rejects much that AWS accepts,
and knows neither SAM definitions nor texts. Of a definition, cfn-lint gets only the intrinsic functions, which it
checks. It gets the parsed data, so a finding's path maps to a file and line.
https://github.com/aws-cloudformation/cfn-lint
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sfnorch.findings import Finding, Severity
from sfnorch.json_values import Json, find_value, read_string
from sfnorch.linter.call_limit import CallLimitError, estimate_call_limit, limit_calls
from sfnorch.linter.contradicted import is_contradicted
from sfnorch.template.contents import Template
from sfnorch.template.definition_files import suggest_file
from sfnorch.template.located import Array, Object, Path, find_place, format_path
from sfnorch.template.parameters import match_allowed_pattern
from sfnorch.template.reader import KIND

if TYPE_CHECKING:
    from cfnlint.config import ConfigMixIn
    from cfnlint.match import Match
    from cfnlint.runner import Runner

SEVERITIES = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.INFO}
"""The severity of a rule of cfn-lint, by the first letter of its id."""

_STUMBLED = "E0002"
_SECTIONS = ("Globals", "Parameters", "Mappings", "Conditions", "Outputs")
"""Sections that cfn-lint expects to be mappings. The reader reports a section that is not a mapping."""

_MOST_ENTRIES = {"Resources": 500, "Parameters": 200, "Mappings": 200, "Outputs": 200}
"""The maximum number of entries in a section (documented)."""

_DEFINITIONS = ("Definition", "DefinitionString")
_SOME_ROW = [("StartAt", "", 1)]
"""The content of a definition without functions, because CloudFormation requires one."""

_REFERENCE = "{{resolve:"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What cfn-lint finds in a template, and why it did not check all of it."""

    matches: tuple[Match, ...]
    has_failed: bool = False
    """Whether cfn-lint itself failed, for example on braces in names."""
    exceeded: str = ""
    """The limit that cfn-lint exceeded."""


def find_template_faults(template: Template, linter: Runner) -> Iterator[Finding]:
    """Yield what cfn-lint finds in the template.

    cfn-lint gets the template without nulls, because it fails on nulls.
    """
    root = template.source.data
    if "Resources" not in root:
        if not template.source.faults:  # the section can be missing because of them
            message = "the template has no Resources"
            hint = suggest_file(root) or "add the resources of the stack, or specify another file"
            yield KIND.create_finding(template.source.file, root.place.line, message, hint)
        return
    if limits := list(describe_limit(template)):
        yield from limits
        return
    data = _remove_nulls(_remove_definitions(template))
    yield from _remove_slow_patterns(data)
    checked = _check(linter, data)
    yield from _limit_exceeded(checked, template)
    reported: set[tuple[Path, str]] = set()
    for match in checked.matches:
        if match.rule.id == _STUMBLED and template.source.faults:
            continue  # the reader reports the cause
        path = _convert_path(match)
        kind = read_string(find_value(root, *path[:2], "Type"))
        if (path, match.message) in reported or is_contradicted(match.rule.id, path, kind, match.message):
            continue  # two rules can report the same
        reported.add((path, match.message))
        yield _create_finding(match, path, root)
    if checked.has_failed and not template.source.faults:
        message = "cfn-lint cannot check this template"
        hint = "use only names and types that CloudFormation supports"
        yield KIND.create_finding(template.source.file, root.place.line, message, hint)


def _remove_slow_patterns(data: Object) -> Iterator[Finding]:
    """Remove each AllowedPattern that takes too many steps to match its Default; yield a finding for each."""
    for _, body in data.find_object("Parameters").entries():
        match body.get("AllowedPattern"), body.get("Default"):
            case str(pattern), str(default):
                parts = default.split(",") if "List" in str(body.get("Type")) else [default]
                if any(match_allowed_pattern(pattern, part.strip()) is None for part in parts):
                    message, hint = "the pattern takes too many steps to match the Default", "remove nested repetitions"
                    yield KIND.create_finding(body.place.file, body.lines["AllowedPattern"], message, hint)
                    del body["AllowedPattern"]


def _limit_exceeded(checked: _Checked, template: Template) -> Iterator[Finding]:
    if checked.exceeded:
        root = template.source.data
        message = f"cfn-lint cannot check this template: it would take {checked.exceeded}"
        hint = "use fewer nested lists, conditions, loops and references, or split the template"
        yield KIND.create_finding(template.source.file, root.place.line, message, hint)


def describe_limit(template: Template) -> Iterator[Finding]:
    """Yield a finding for each section that exceeds a CloudFormation quota. cfn-lint need not check such a template.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    root = template.source.data
    for section, most in _MOST_ENTRIES.items():
        entries = root.find_object(section)
        if len(entries) > most:
            message = f"{section} has {len(entries):,} entries, but CloudFormation allows {most}"
            yield KIND.create_finding(template.source.file, root.lines[section], message, "split the template")


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


def _create_finding(match: Match, path: Path, root: Object) -> Finding:
    place = find_place(root, path)
    return Finding(
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
    """Return the template with definitions that contain only their intrinsic functions and dynamic references."""
    root = template.source.data
    resources = template.stack.get_section("Resources")
    lighter = Object(resources.place, resources.list_rows())
    for machine in template.machines:
        if not any(name in machine.properties for name in _DEFINITIONS):
            continue
        resource = resources.find_object(machine.logical_id)
        properties = Object(machine.properties.place, machine.properties.list_rows())
        for name in _DEFINITIONS:
            match properties.get(name):
                case Object() as given if given:
                    kept = _keep_functions(given)
                    properties[name] = Object(given.place, _SOME_ROW) if kept is None else kept
                case str(text) if _REFERENCE not in text:
                    properties[name] = "{}"
        whole = Object(resource.place, resource.list_rows())
        whole["Properties"] = properties
        lighter[machine.logical_id] = whole
    found = Object(
        root.place, [row for row in root.list_rows() if isinstance(row[1], Object) or row[0] not in _SECTIONS]
    )
    if root.get_object("Resources") is not None:
        found["Resources"] = lighter
    return found


def _keep_functions(value: Json) -> Json:
    """Return the value with only its intrinsic functions and dynamic references; None if it has none."""
    match value:
        case Object():
            if any(key == "Ref" or key.startswith("Fn::") for key in value):
                return value
            rows = [(key, _keep_functions(item), line) for key, item, line in value.list_rows()]
            kept = [row for row in rows if row[1] is not None]
            return Object(value.place, kept) if kept else None
        case Array():
            items = [(_keep_functions(item), line) for item, line in value.list_rows()]
            if all(item is None for item, _ in items):
                return None
            return Array(value.place, [("" if item is None else item, line) for item, line in items])
        case str() if _REFERENCE in value:
            return value
    return None
