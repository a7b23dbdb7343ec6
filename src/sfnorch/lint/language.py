"""statelint on a machine's definition, its findings brought to lines, and each mistake told once.

What it takes for wrong and AWS takes is put right in a copy before: expressions over several lines, whole numbers for
BackoffRate, fields that came later. What follows from another mistake is left out: states behind a dangling Next are
unreachable, but the Next is what to mend.
https://github.com/awslabs/statelint (the rules), https://github.com/ogerardin/statelint-python (the port)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sfnorch.expressions import code
from sfnorch.findings import Finding, Severity
from sfnorch.lint.jsonata import NUMBERS
from sfnorch.template.contents import StateMachine
from sfnorch.template.located import Object, Path, show
from sfnorch.template.states import states_of

RULE = "statelint"
_ROOT = "State Machine"
_LATER = {"Map": frozenset({"Label"})}
"""Fields of the language that statelint doesn't know, by the state's type."""

_SOME_TIME = "2016-03-14T01:59:00Z"
_READER_CONFIG = frozenset({"MaxItems", "MaxItemsPath"})
"""The fields of an ItemReader's ReaderConfig that it does know."""

_PATH = re.compile(r"\$|States\.\w+\(")
"""How a path or an intrinsic function begins: AWS takes more of JSONPath (filters, dashes) than statelint does."""

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


@dataclass(frozen=True, slots=True)
class _Problem:
    """One of statelint's: its kind, where it is, its text with the last step for the path, the state it names."""

    kind: str
    path: Path
    text: str
    target: str = ""


def language_findings(machine: StateMachine, known: Iterable[Path]) -> Iterator[Finding]:
    """Yield what statelint finds in the machine's definition, save in states that are `known` to be wrong.

    `known` are paths into the template at which cfn-lint has found something.
    """
    if machine.definition is None:
        return
    from statelint.linter import Linter

    own = len(machine.definition.path)
    wrong_states = {_state_of(path[own:]) for path in known if path[:own] == machine.definition.path}
    paths = _paths(machine.definition.data)
    told = set()
    try:
        problems = [_problem(text, paths) for text in Linter.validate(_plain(machine.definition.data))]
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError):
        return  # it stumbles over fields of quite another type, of which cfn-lint's schema tells
    problems += _retriers(machine.definition.data)
    for problem in _first_causes(problems, wrong_states):
        full, place = machine.at(problem.path)
        message, hint = _words(problem)
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


def _first_causes(problems: list[_Problem], wrong_states: set[Path]) -> Iterator[_Problem]:
    """Yield the problems without those that follow from another, or that cfn-lint has told of."""
    wrong_scopes = {_scope_of(path) for path in wrong_states}
    for problem in problems:
        if problem.kind == "start":
            wrong_scopes.add(problem.path)
        elif problem.kind == "reference" or "required field" in problem.text:
            wrong_scopes.add(_scope_of(problem.path))
    for problem in problems:
        if problem.kind in ("unreachable", "endless") and _scope_of(problem.path) in wrong_scopes:
            continue
        if problem.kind == "field" and _state_of(problem.path) in wrong_states:
            continue
        yield problem


def _problem(text: str, paths: Mapping[str, Path]) -> _Problem:
    for kind, pattern in _KINDS.items():
        if match := pattern.fullmatch(text):
            target = match.groupdict().get("name", "")
            if kind == "twice":
                return _Problem(kind, (*paths[_longest(match["path"], paths)], target), text, target)
            return _Problem(kind, paths[_longest(match["path"], paths)], text, target)
    where = _longest(text[text.find(_ROOT) :], paths)
    path = paths[where]
    return _Problem("field", path, text.replace(where, str(path[-1]) if path else "the machine", 1).strip())


def _retriers(definition: Object) -> Iterator[_Problem]:
    """Retriers of States.ALL that don't stand last or alone, which statelint looks for among catchers only."""
    for state in states_of(definition).walk():
        retriers = list(state.objects("Retry"))
        for index, retrier in retriers:
            names = retrier.get("ErrorEquals")
            if isinstance(names, list) and "States.ALL" in names and (len(names) > 1 or index != retriers[-1][0]):
                yield _Problem("retry", (*state.path, "Retry", index), "")


def _longest(text: str, paths: Mapping[str, Path]) -> str:
    """Return the longest of the written paths that the text begins with; the root's where it begins with none."""
    return next((text[:end] for end in range(len(text), 0, -1) if text[:end] in paths), _ROOT)


def _words(problem: _Problem) -> tuple[str, str]:
    """Return what is wrong, and what to do."""
    match problem.kind:
        case "reference":
            return f"there is no state {problem.target!r} to go to", "write the name of one in the same scope"
        case "start":
            return f"StartAt names {problem.target!r}, and there is no such state", "write the name of the first state"
        case "unreachable":
            return f"nothing leads to {problem.path[-1]}", "lead to it by Next, or take it out"
        case "endless":
            return "none of these states ends", "give one End: true, or lead to a Succeed or Fail"
        case "retry":
            return "States.ALL must stand in the last retrier, and alone", "move it to the end of Retry"
        case "twice":
            return f"another state of the machine is called {problem.target!r} too", "give each a name of its own"
    if problem.text.endswith(_ALL_LAST):
        return "States.ALL must stand in the last catcher, and alone", "move it to the end of Catch"
    return problem.text, ""


def _scope_of(path: Path) -> Path:
    """Return the scope that a path is in: what stands before its last States."""
    for index in range(len(path) - 1, -1, -1):
        if path[index] == "States":
            return path[:index]
    return ()


def _state_of(path: Path) -> Path:
    """Return the state that a path is in; the root where it is in none."""
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


def _plain(value: Any, key: str = "") -> Any:
    """Return a copy of the definition as statelint understands it."""
    if isinstance(value, dict):
        return {name: _plain(item, name) for name, item in value.items() if not _is_later(value, key, name)}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool) and key == "Condition":
        return "{% $x %}"
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value) if key == "BackoffRate" else value
    if not isinstance(value, str):
        return value
    if code(value) is not None:
        return 1 if key in NUMBERS else _SOME_TIME if key == "Timestamp" else "{% $x %}"
    if key == "Resource" and ("${" in value or "<" in value):
        return "arn:aws:states:::filled-in"
    if _PATH.match(value) and (key.endswith(".$") or (key.endswith("Path") and not value.startswith("$$"))):
        return "$.x"
    if key.endswith("Path") and key != "ResultPath" and value.startswith("$$."):
        return "$.x"
    return value


def _is_later(body: dict[str, Any], key: str, name: str) -> bool:
    """Whether a field is one that came after statelint."""
    if key == "ReaderConfig":
        return name not in _READER_CONFIG
    if name == "Assign" or (key == "ResultWriter" and name == "WriterConfig"):
        return True
    if name == "ResultWriter" and isinstance(body[name], dict):
        return "Resource" not in body[name]
    return name in _LATER.get(str(body.get("Type")), ())
