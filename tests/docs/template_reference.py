"""The reference of the rendered templates: parameters, resources and outputs of each pattern, from the golden files.

What a template names after the plan stands under CHILD, FUNCTION, ADDRESS, PARAMETER, START and WINDOW: the pages describe every plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sfnorch.naming import derive_child_key, derive_logical_key, name_parameter_default
from sfnorch.patterns import PATTERNS
from sfnorch.plan.load import load_plan
from sfnorch.plan.starters import STARTERS
from tests.docs.markdown import code, words
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

_PLANS = ROOT / "tests" / "golden" / "plans"
_EXAMPLES = ("orders", "child-1", "dailyReport", "my_orders", "Orders")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads a template; a function is the text that stands there."""


def _function(loader: _Loader, name: str, node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return f"!{name} [{', '.join(map(str, loader.construct_sequence(node, deep=True)))}]"
    return f"!{name} {node.value}"


_Loader.add_multi_constructor("!", _function)


@dataclass(frozen=True)
class Rendering:
    """A committed template with the plan that it was rendered from."""

    plan: AnyPlan
    template: Mapping[str, Any]

    def entries(self, section: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each entry of a section: its general name, and what is declared, in general words."""
        for name, declared in (self.template.get(section) or {}).items():
            yield self._general_id(name), {key: self._general(value) for key, value in declared.items()}

    def _general_id(self, name: str) -> str:
        for child in getattr(self.plan, "children", ()):
            name = re.sub(
                rf"^{derive_child_key(child.name)}(?=GlueJobs|StateMachine|FailedAlarm|DeadlineAlarm)", "CHILD", name
            )
        for function in getattr(self.plan, "functions", ()):
            name = re.sub(rf"^{derive_logical_key(function.name)}(?=Function)", "FUNCTION", name)
        for start in getattr(self.plan, "starts", ()):
            name = re.sub(rf"^{derive_logical_key(start.name)}(?=Start(Schedule|Rule)$)", "START", name)
        name = re.sub(r"^(NoRun|Muted)[0-9A-Za-z]+(?=MuteRule$)", r"\1WINDOW", name)
        if name in map(name_parameter_default, self.plan.parameters):
            return "PARAMETERDefault"
        return re.sub("^AlarmTopicEmail.+", "AlarmTopicEmailADDRESS", name)

    def _general(self, value: Any) -> Any:
        """Return the value with general names in its texts."""
        if isinstance(value, dict):
            return {key: self._general(item) for key, item in value.items()}
        if not isinstance(value, str):
            return value
        value = re.sub(r"(?<=!Ref )\w+|(?<=!GetAtt )\w+", lambda match: self._general_id(match[0]), value)
        for child in getattr(self.plan, "children", ()):
            value = re.sub(rf"(of |}}-){re.escape(child.name)}(?=,|-failed|-deadline|$)", r"\1CHILD", value)
        for function in getattr(self.plan, "functions", ()):
            value = re.sub(rf"(?<=}}-){re.escape(function.name)}$", "FUNCTION", value)
        for start in getattr(self.plan, "starts", ()):
            value = re.sub(rf"((?<=}}-)|(?<=}}-start-)|^){re.escape(start.name)}$", "START", value)
        value = re.sub(r"(?<=}-)(NoRun|Muted)[0-9A-Za-z]+$", r"\1WINDOW", value)
        for parameter in self.plan.parameters:
            value = re.sub(rf"(?<=run parameter ){re.escape(parameter)}(?=;)", "PARAMETER", value)
        return value


def template_tables() -> Iterator[str]:
    """Yield the parameters, outputs and resources of each pattern's templates."""
    renderings = list(_renderings())
    sections = {section: _Section(renderings, section) for section in ("Parameters", "Outputs", "Resources")}
    for pattern in PATTERNS:
        yield f"## Pattern `{pattern}`\n"
        yield "### Parameters\n\n| name | type | default | description | allowed |\n|---|---|---|---|---|"
        yield from _parameters(sections["Parameters"], pattern)
        yield "\n### Outputs\n\n| name | value |\n|---|---|"
        for name, declared, mark in sections["Outputs"].of(pattern):
            yield f"| {code(name)}{mark} | {code(declared['Value'])} |"
        yield "\n### Resources\n\n| logical ID | type | physical name | condition |\n|---|---|---|---|"
        yield from _resources(sections["Resources"], pattern)
        yield ""


def key_examples() -> Iterator[str]:
    """Yield a table of names and what the logical IDs of their resources begin with."""
    yield "| name in the plan | beginning of its logical IDs |\n|---|---|"
    for name in _EXAMPLES:
        yield f"| `{name}` | `{derive_child_key(name)}` |"
    yield ""


def _renderings() -> Iterator[Rendering]:
    """Yield the committed SAM templates, those of the starter plans first."""
    for name in STARTERS:
        yield _rendering(ROOT / "templates" / name / "sfnorch.yaml", ROOT / "templates" / name / "SAM-template.yaml")
    for path in sorted(_PLANS.glob("*.plan.yaml")):
        yield _rendering(path, path.with_name(path.name.replace(".plan.yaml", ".sam.yaml")))


def _rendering(plan: Path, template: Path) -> Rendering:
    return Rendering(load_plan(plan), read_template(template))


def read_template(path: Path) -> Mapping[str, Any]:
    """Return a template's data, whose functions are texts."""
    data: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    return data


class _Section:
    """A section of all templates: what each declares, by pattern and general name."""

    def __init__(self, renderings: list[Rendering], section: str) -> None:
        self.entries = [(each.plan.pattern, dict(each.entries(section))) for each in renderings]

    def of(self, pattern: str) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Yield each entry that a template of the pattern has, and a mark if a template lacks it that could have it."""
        first: dict[str, dict[str, Any]] = {}
        for of_pattern, entries in self.entries:
            if of_pattern == pattern:
                first.update({name: declared for name, declared in entries.items() if name not in first})
        for name in first:
            yield name, first[name], r" \*" if self.is_optional(name) else ""

    def is_optional(self, name: str) -> bool:
        """Return whether a template of a pattern that knows the entry has none."""
        patterns = {pattern for pattern, entries in self.entries if name in entries}
        return any(pattern in patterns and name not in entries for pattern, entries in self.entries)

    def values(self, name: str, key: str) -> set[str]:
        """Return what the templates declare as the key of the entry."""
        return {entries[name][key] for _, entries in self.entries if name in entries}


def _parameters(section: _Section, pattern: str) -> Iterator[str]:
    for name, declared, mark in section.of(pattern):
        default = code(declared["Default"]) if declared["Default"] else "empty"
        if len(section.values(name, "Default")) > 1:
            default += ", or the plan's value"
        allowed = words(declared["ConstraintDescription"]) if "ConstraintDescription" in declared else ""
        if name == "PARAMETERDefault":
            allowed = "a value of the type of the run parameter, or empty"
        allowed = allowed or code(declared["AllowedPattern"])
        yield f"| {code(name)}{mark} | {declared['Type']} | {default} | {words(declared['Description'])} | {allowed} |"


def _resources(section: _Section, pattern: str) -> Iterator[str]:
    for name, declared, mark in section.of(pattern):
        physical = next((value for key, value in declared["Properties"].items() if key in _PHYSICAL), "")
        physical = re.sub(r"^!Sub ", "", re.sub(r"^!Ref (AWS::\w+)$", r"${\1}", physical))
        yield f"| {code(name)}{mark} | {declared['Type']} | {code(physical)} | {code(declared.get('Condition', ''))} |"


_PHYSICAL = ("Name", "AlarmName", "FunctionName", "QueueName", "LogGroupName")
"""The properties by which resources are named."""
