"""A `${…}` in a definition for which the template gives no value, or a value that the definition does not use."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.json_values import walk_strings, walk_values
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.contents import Machine
from sfnorch.template.located import Object, Path, find_place

_NAME = re.compile(r"\$\{([A-Za-z0-9_.:-]+)\}")
_SUBSTITUTIONS = "DefinitionSubstitutions"


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        if machine.definition is None:
            continue
        given = machine.properties.find_object(_SUBSTITUTIONS)
        missing = _find_missing(machine)
        unused = _find_unused(machine, given)
        for name, path in missing.items():
            near = next(iter(difflib.get_close_matches(name, unused)), "")
            if near:
                unused.remove(near)  # one mistake is one finding
            yield _create_missing(machine, name, path, near)
        for name in unused:
            path = (*machine.path, _SUBSTITUTIONS, name)
            message = f"the definition does not contain ${{{name}}}"
            place = find_place(subject.template.source.data, path)
            yield RuleFinding(path=path, place=place, message=message, hint="remove it, or use it in the definition")


def _find_missing(machine: Machine) -> dict[str, Path]:
    """Return the names that stay in the definition, each with the path to its first use."""
    missing: dict[str, Path] = {}
    for path, text in walk_strings(machine.definition.data if machine.definition else None):
        for match in _NAME.finditer(text):
            missing.setdefault(match[1], path)
    return missing


def _find_unused(machine: Machine, given: Object) -> list[str]:
    """Return the names in DefinitionSubstitutions that the definition does not contain."""
    unfilled = machine.definition.unfilled if machine.definition else None
    if unfilled is None:
        return []  # the definition is JSON only with its substitutions
    texts = (text for path, value in walk_values(unfilled) for text in (*path[-1:], value) if isinstance(text, str))
    used = {name for text in texts for name in _NAME.findall(text)}
    return [name for name in given if name not in used]


def _create_missing(machine: Machine, name: str, path: Path, near: str) -> RuleFinding:
    message = f"nothing gives a value for ${{{name}}}, so it stays in the definition as it is"
    hint = f"did you mean ${{{near}}}?" if near else f"add {name} to {_SUBSTITUTIONS}, or use Fn::Sub"
    severity = Severity.ERROR if path[-1:] == ("Resource",) else Severity.WARNING
    return create_fault(machine, path, message, hint, severity=severity)


RULE = LintRule(
    id="substitution-missing",
    title="A substitution without a value, or a value without a substitution",
    why="AWS refuses ${…} as a Resource, and a call gets it as a text; a value that is not used is often misspelt",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/concepts-sam-sfn.html",
    severity=Severity.WARNING,
    check=_check,
)
