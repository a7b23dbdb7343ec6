"""statelint on a machine's definition, its findings brought to lines, and each mistake told once.

What it takes for wrong and AWS takes is put right in a copy before: expressions over several lines, whole numbers for
BackoffRate, fields that came later. What follows from another mistake is left out: states behind a dangling Next are
unreachable, but the Next is what to mend.
https://github.com/awslabs/statelint (the rules), https://github.com/ogerardin/statelint-python (the port)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sfnorch.findings import Finding, Severity
from sfnorch.lint.jsonata import code
from sfnorch.template.contents import StateMachine
from sfnorch.template.located import Path, show

RULE = "statelint"
_ROOT = "State Machine"
_NUMBERS = frozenset(
    {
        *("TimeoutSeconds", "HeartbeatSeconds", "Seconds", "MaxConcurrency", "ToleratedFailureCount"),
        *("ToleratedFailurePercentage", "MaxItems", "MaxItemsPerBatch", "MaxInputBytesPerBatch"),
    }
)
"""Fields that may be an expression, which statelint doesn't know of all."""

_LATER = {"Map": frozenset({"Label"})}
"""Fields of the language that statelint doesn't know."""

_KINDS = {
    "reference": re.compile(r'No state found named "(?P<name>.*)", referenced at (?P<path>State Machine.*)', re.DOTALL),
    "endless": re.compile(r"No terminal state found in machine at (?P<path>State Machine.*)", re.DOTALL),
    "start": re.compile(
        r"StartAt value (?P<name>.*) not found in States field at (?P<path>State Machine.*)", re.DOTALL
    ),
    "twice": re.compile(
        r'State "(?P<name>.*)", defined at (?P<path>State Machine.*), is also defined at .*', re.DOTALL
    ),
    "unreachable": re.compile(r"No transition found to state (?P<path>State Machine\..*)", re.DOTALL),
}
"""What statelint says of how states lead to each other, by kind; all else is about a field."""

_ALL_LAST = "States.ALL can only appear in the last element, and by itself."


def language_findings(machine: StateMachine, known: Iterable[Path]) -> Iterator[Finding]:
    """What statelint finds in the machine's definition, save in states that are `known` to be wrong.

    `known` are paths into the template at which cfn-lint has found something.
    """
    if machine.definition is None:
        return
    from statelint.linter import Linter

    own = len(machine.definition.path)
    wrong_states = {_state_of(path[own:]) for path in known if path[:own] == machine.definition.path}
    paths = _paths(machine.definition.data)
    problems = [_located(problem, paths) for problem in Linter.validate(_plain(machine.definition.data))]
    wrong_scopes = {_scope_of(path) for path in wrong_states}
    wrong_scopes |= {_scope_of(path) for kind, path, _ in problems if kind == "reference"}
    wrong_scopes |= {path for kind, path, _ in problems if kind == "start"}
    wrong_scopes |= {_scope_of(path) for kind, path, text in problems if kind == "field" and "required field" in text}
    told = set()
    for kind, path, text in problems:
        if kind in ("unreachable", "endless") and _scope_of(path) in wrong_scopes:
            continue
        if kind == "field" and _state_of(path) in wrong_states:
            continue
        full, place = machine.at(path)
        message, hint = _words(kind, path, text)
        if (full, message) not in told:
            told.add((full, message))
            yield Finding(
                rule=RULE,
                severity=Severity.ERROR,
                file=place.file,
                line=place.line,
                path=show(full),
                message=message,
                hint=hint,
            )


def _located(problem: str, paths: Mapping[str, Path]) -> tuple[str, Path, str]:
    """What kind of problem it is, the path it is at, and its text."""
    for kind, pattern in _KINDS.items():
        if match := pattern.fullmatch(problem):
            path = paths.get(match["path"], ())
            if kind == "twice":
                path = (*_longest(match["path"], paths), "States", match["name"])
            return kind, path, problem
    return "field", _longest(problem[problem.find(_ROOT) :], paths) if _ROOT in problem else (), problem


def _longest(text: str, paths: Mapping[str, Path]) -> Path:
    """The longest path that the text begins with."""
    for end in range(len(text), 0, -1):
        if text[:end] in paths:
            return paths[text[:end]]
    return ()


def _words(kind: str, path: Path, text: str) -> tuple[str, str]:
    """What is wrong, and what to do, from statelint's text."""
    match = _KINDS[kind].fullmatch(text) if kind in _KINDS else None
    target = match.groupdict().get("name") if match else None
    match kind:
        case "reference":
            return f"there is no state {target!r} to go to", "write the name of one in the same scope"
        case "start":
            return f"StartAt names {target!r}, and there is no such state", "write the name of the first state"
        case "unreachable":
            return f"nothing leads to {path[-1] if path else text}", "lead to it by Next, or take it out"
        case "endless":
            return "none of these states ends", "give one End: true, or lead to a Succeed or Fail"
        case "twice":
            return f"another state of the machine is called {target!r} too", "names must differ in all of a machine"
    if text.endswith(_ALL_LAST):
        return "States.ALL must stand in the last catcher, and alone", "move it to the end of Catch"
    return text.replace(_ROOT, "the machine").strip(), ""


def _scope_of(path: Path) -> Path:
    """The scope that a path is in: what stands before its last States."""
    for index in range(len(path) - 1, -1, -1):
        if path[index] == "States":
            return path[:index]
    return ()


def _state_of(path: Path) -> Path:
    """The state that a path is in; the root where it is in none."""
    for index in range(len(path) - 2, -1, -1):
        if path[index] == "States":
            return path[: index + 2]
    return ()


def _paths(value: Any) -> dict[str, Path]:
    """Every path into the definition, by how statelint writes it."""
    found: dict[str, Path] = {}
    todo: list[tuple[str, Path, Any]] = [(_ROOT, (), value)]
    while todo:
        text, path, item = todo.pop()
        found[text] = path
        if len(path) >= 2 and path[-2] == "States":  # how it writes a state that nothing leads to
            found.setdefault(text.removesuffix(f".States.{path[-1]}") + f".{path[-1]}", path)
        if isinstance(item, dict):
            todo.extend((f"{text}.{key}", (*path, key), inner) for key, inner in item.items())
        elif isinstance(item, list):
            todo.extend((f"{text}[{index}]", (*path, index), inner) for index, inner in enumerate(item))
    return found


def _plain(value: Any, key: str | None = None) -> Any:
    """A copy of the definition as statelint understands it."""
    if isinstance(value, dict):
        left_out = _LATER.get(str(value.get("Type")), frozenset())
        return {name: _plain(item, name) for name, item in value.items() if name not in left_out}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if code(value) is not None:
        return 1 if key in _NUMBERS else "{% $x %}"
    if key == "BackoffRate" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if key == "Resource" and isinstance(value, str) and ("${" in value or "<" in value):
        return "arn:aws:states:::filled-in"
    return value
