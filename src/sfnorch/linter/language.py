"""Run statelint on a machine's definition: map its findings to lines, and report each mistake once.

statelint rejects some definitions that AWS accepts. This module corrects a copy of the definition first: expressions
over several lines, whole numbers for BackoffRate, fields that are newer than statelint. It leaves out findings that
follow from another mistake: states behind a dangling Next are unreachable, but the Next is the mistake.
https://github.com/awslabs/statelint (the rules), https://github.com/ogerardin/statelint-python (the port)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sfnorch.expressions import parse_code
from sfnorch.findings import Finding, Severity
from sfnorch.json_values import Json, read_list
from sfnorch.linter.jsonata import NUMBERS
from sfnorch.template.contents import Machine
from sfnorch.template.located import Object, Path, format_path
from sfnorch.template.states import build_scope

RULE = "statelint"
_ROOT = "State Machine"
_LATER = {"Map": frozenset({"Label"})}
"""Fields of the language that statelint does not know, by state type."""

_SOME_TIME = "2016-03-14T01:59:00Z"
_READER_CONFIG = frozenset({"MaxItems", "MaxItemsPath"})
"""The fields of an ItemReader's ReaderConfig that statelint knows."""

_PATH = re.compile(r"\$|States\.\w+\(")
"""The start of a path or an intrinsic function. AWS accepts more JSONPath (filters, dashes) than statelint does."""

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
"""Messages of statelint about transitions between states, by kind. Other messages are about a field."""

_ALL_LAST = "States.ALL can only appear in the last element, and by itself."


@dataclass(frozen=True, slots=True)
class _StatelintProblem:
    """A problem that statelint reports: its kind, its path, its text with a field as the path, the state it names."""

    kind: str
    path: Path
    text: str
    target: str = ""


def find_language_faults(machine: Machine, known: Iterable[Path]) -> Iterator[Finding]:
    """Yield what statelint finds in the machine's definition, except in states that are `known` to be invalid.

    `known` contains the paths in the template at which cfn-lint reports a finding.
    """
    if machine.definition is None:
        return
    from statelint.linter import Linter  # slow to load

    own = len(machine.definition.path)
    wrong_states = {_find_state(path[own:]) for path in known if path[:own] == machine.definition.path}
    paths = _list_paths(machine.definition.data)
    told = set()
    try:
        problems = [
            _parse_problem(text, paths) for text in Linter.validate(_convert_for_statelint(machine.definition.data))
        ]
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError):
        return  # statelint fails on fields with a wrong type; cfn-lint's schema reports these fields
    problems += _find_misplaced_retriers(machine.definition.data)
    for problem in _select_first_causes(problems, wrong_states):
        full, place = machine.locate_value(problem.path)
        message, hint = _describe_problem(problem)
        if (full, message) not in told:
            told.add((full, message))
            yield Finding(
                rule=RULE,
                severity=Severity.ERROR,
                file=place.file,
                line=place.line,
                path=format_path(full),
                message=message,
                hint=hint,
            )


def _select_first_causes(problems: list[_StatelintProblem], wrong_states: set[Path]) -> Iterator[_StatelintProblem]:
    """Yield the problems that do not follow from another problem and that cfn-lint does not report."""
    wrong_scopes = {_find_scope(path) for path in wrong_states}
    for problem in problems:
        if problem.kind == "start":
            wrong_scopes.add(problem.path)
        elif problem.kind == "reference" or "required field" in problem.text:
            wrong_scopes.add(_find_scope(problem.path))
    for problem in problems:
        if problem.kind in ("unreachable", "endless") and _find_scope(problem.path) in wrong_scopes:
            continue
        if problem.kind == "field" and _find_state(problem.path) in wrong_states:
            continue
        yield problem


def _parse_problem(text: str, paths: Mapping[str, Path]) -> _StatelintProblem:
    for kind, pattern in _KINDS.items():
        if match := pattern.fullmatch(text):
            target = match.groupdict().get("name", "")
            if kind == "twice":
                return _StatelintProblem(kind, (*paths[_find_longest_path(match["path"], paths)], target), text, target)
            return _StatelintProblem(kind, paths[_find_longest_path(match["path"], paths)], text, target)
    where = _find_longest_path(text[text.find(_ROOT) :], paths)
    path = paths[where]
    return _StatelintProblem("field", path, text.replace(where, str(path[-1]) if path else "the machine", 1).strip())


def _find_misplaced_retriers(definition: Object) -> Iterator[_StatelintProblem]:
    """Yield retriers of States.ALL that are not last or not alone. statelint checks this only for catchers."""
    for state in build_scope(definition).list_states():
        retriers = list(state.list_objects("Retry"))
        for index, retrier in retriers:
            names = read_list(retrier.get("ErrorEquals"))
            if "States.ALL" in names and (len(names) > 1 or index != retriers[-1][0]):
                yield _StatelintProblem("retry", (*state.path, "Retry", index), "")


def _find_longest_path(text: str, paths: Mapping[str, Path]) -> str:
    """Return the longest path at the start of the text; the root if the text does not start with a path."""
    return next((text[:end] for end in range(len(text), 0, -1) if text[:end] in paths), _ROOT)


def _describe_problem(problem: _StatelintProblem) -> tuple[str, str]:
    """Return the message and the hint for a problem."""
    match problem.kind:
        case "reference":
            return f"unknown state {problem.target!r}", "use the name of a state in the same scope"
        case "start":
            return f"StartAt names the unknown state {problem.target!r}", "use the name of the first state"
        case "unreachable":
            return f"no transition leads to {problem.path[-1]}", "add a transition to it, or remove the state"
        case "endless":
            return "none of these states ends", "add End: true to one, or a transition to a Succeed or Fail state"
        case "retry":
            return "States.ALL must be alone, in the last retrier", "make it the last element of Retry"
        case "twice":
            return f"another state of the machine has the name {problem.target!r}", "give each state a unique name"
    if problem.text.endswith(_ALL_LAST):
        return "States.ALL must be alone, in the last catcher", "make it the last element of Catch"
    return problem.text, ""


def _find_scope(path: Path) -> Path:
    """Return the scope that contains a path: the part before its last States."""
    for index in range(len(path) - 1, -1, -1):
        if path[index] == "States":
            return path[:index]
    return ()


def _find_state(path: Path) -> Path:
    """Return the state that contains a path; the root if no state contains it."""
    for index in range(len(path) - 2, -1, -1):
        if path[index] == "States":
            return path[: index + 2]
    return ()


def _list_paths(value: Json) -> dict[str, Path]:
    """Return every path in the definition, by the text that statelint uses for it."""
    found: dict[str, Path] = {}
    todo: list[tuple[str, Path, Json]] = [(_ROOT, (), value)]
    while todo:
        text, path, item = todo.pop()
        found[text] = path
        if len(path) >= 2 and path[-2] == "States":  # statelint's text for an unreachable state
            found.setdefault(text.removesuffix(f".States.{path[-1]}") + f".{path[-1]}", path)
        match item:
            case dict():
                todo.extend((f"{text}.{key}", (*path, key), inner) for key, inner in item.items())
            case list():
                todo.extend((f"{text}[{index}]", (*path, index), inner) for index, inner in enumerate(item))
    return found


def _convert_for_statelint(body: dict[str, Json], key: str = "") -> dict[str, Json]:
    """Return a copy of the definition that statelint accepts."""
    return {name: _plain_value(value, name) for name, value in body.items() if not _is_misplaced(body, key, name)}


def _plain_value(value: Json, key: str = "") -> Json:
    match value:
        case dict():
            return _convert_for_statelint(value, key)
        case list():
            return [_plain_value(item) for item in value]
        case bool():
            return "{% $x %}" if key == "Condition" else value
        case int() if key == "BackoffRate":
            return float(value)
        case str():
            return _plain_text(value, key)
    return value


def _plain_text(text: str, key: str) -> str | int:
    if parse_code(text) is not None:
        return 1 if key in NUMBERS else _SOME_TIME if key == "Timestamp" else "{% $x %}"
    if key == "Resource" and ("${" in text or "<" in text):
        return "arn:aws:states:::filled-in"
    if _PATH.match(text) and (key.endswith(".$") or (key.endswith("Path") and not text.startswith("$$"))):
        return "$.x"
    if key.endswith("Path") and key != "ResultPath" and text.startswith("$$."):
        return "$.x"
    return text


def _is_misplaced(body: dict[str, Json], key: str, name: str) -> bool:
    """Return whether the field is newer than statelint."""
    if key == "ReaderConfig":
        return name not in _READER_CONFIG
    if name == "Assign" or (key == "ResultWriter" and name == "WriterConfig"):
        return True
    match name, body[name]:
        case "ResultWriter", dict(writer):
            return "Resource" not in writer
    return name in _LATER.get(str(body.get("Type")), ())
