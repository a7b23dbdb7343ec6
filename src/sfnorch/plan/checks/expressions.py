"""Checks of the expressions and variables of a flow: syntax, unknown variables, reserved names.

A variable that a branch or an item assigns cannot have the name of a variable outside. It is not visible outside.
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sfnorch.expressions import KNOWN_FUNCTIONS, find_names, find_top_level_names, parse_code
from sfnorch.plan.checks.failures import is_kept
from sfnorch.plan.checks.placed_steps import PlacedStep, locate_branches, locate_steps
from sfnorch.plan.checks.run_variables import list_members
from sfnorch.plan.models.flow import FlowPlan, FlowStep
from sfnorch.plan.names import find_code_fault
from sfnorch.plan.paths import Fault, Path, format_path
from sfnorch.plan.run_context import RUN_VARIABLES
from sfnorch.plan.sound_part import ValidPart
from sfnorch.protocol.overlap import LockVariable
from sfnorch.protocol.run_context import PARAMS, RUN

RESERVED = (
    *("states", "input", "environment", "name", "steps", "resumeAt", "statement", "polls"),
    *("run", "params", "declared", "resolved", "runTimeZone", LockVariable.LOCK),
)
"""Reserved variables: `states` belongs to Step Functions, `input` is the execution's input, `run`, `params` and
`environment` describe the run, the others are internal."""

LITERALS = ("true", "false", "null")
"""Literals of JSONata, which cannot be names in a path. https://docs.jsonata.org/simple"""


@dataclass(frozen=True, slots=True)
class _Scope:
    """The variables at a place of the flow: those that it can use, and those that an inner scope cannot assign."""

    known: frozenset[str]
    outer: dict[str, Path] = field(default_factory=dict)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)


def check_expressions(plan: FlowPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield each fault of an expression or a variable's name: the path to it, and an error message."""
    known = {"input", "states", *RUN_VARIABLES, *part.defined, *_list_kept_failures(plan.steps)}
    scope = _Scope(frozenset(known), members=list_members(plan, part))
    yield from _check_steps(plan.steps, ("steps",), scope)


def _list_kept_failures(steps: Sequence[FlowStep]) -> Iterator[str]:
    """Yield the variables of on_error at the top level of the flow. They are null until a step fails."""
    for _, name in _list_assigned(steps, (), failures_only=True):
        yield name


def _list_assigned(steps: Sequence[FlowStep], path: Path, *, failures_only: bool = False) -> Iterator[tuple[Path, str]]:
    """Yield the path and the name of each variable that a list of steps assigns, without inner scopes."""
    for placed in locate_steps(steps, path):
        if placed.step.save_as and not failures_only:
            yield (*placed.path, "save_as"), placed.step.save_as
        handler = placed.step.on_error
        if handler:
            yield (*placed.path, "on_error", "save_as"), handler.save_as
            inner: Path = (*placed.path, "on_error", "steps")
            yield from _list_assigned(handler.steps, inner, failures_only=failures_only)


def _check_steps(steps: Sequence[FlowStep], path: Path, scope: _Scope) -> Iterator[Fault]:
    own: dict[str, Path] = {}
    for at, name in _list_assigned(steps, path):
        own.setdefault(name, at)
        yield from _check_variable(at, name, scope)
    yield from _check_each(steps, path, replace(scope, outer={**scope.outer, **own}))


def _check_each(steps: Sequence[FlowStep], path: Path, scope: _Scope) -> Iterator[Fault]:
    """Yield the faults of steps in sequence: each can use the variables of those before it."""
    known = scope.known
    for placed in locate_steps(steps, path):
        yield from _check_step(placed, replace(scope, known=known))
        known |= {placed.step.save_as} if placed.step.save_as else frozenset()


def _check_step(placed: PlacedStep, scope: _Scope) -> Iterator[Fault]:
    step = placed.step
    values: list[tuple[Path, object]] = [(("input",), step.input), (("arguments",), step.arguments)]
    for kind in step.kinds:
        values += [((kind.key, *path), value) for path, value in kind.list_values(kind.find_value(step))]
    for path, value in values:
        if value is not None:
            yield from check_value(value, (*placed.path, *path), scope.known, scope.members)
    for branch, where in locate_branches(placed):
        yield from _check_steps(branch, where, scope)
    if step.for_each:
        item = step.for_each.as_
        at: Path = (*placed.path, "for_each", "as")
        yield from _check_variable(at, item, scope)
        within = replace(scope, known=scope.known | {item}, outer={**scope.outer, item: at})
        yield from _check_steps(step.for_each.steps, (*placed.path, "for_each", "steps"), within)
    if step.on_error:  # its steps share the scope of the failed step, so that _check_steps has checked their names
        more = {step.on_error.save_as, *([step.save_as] if step.save_as else [])}
        handling = replace(scope, known=scope.known | more)
        yield from _check_each(step.on_error.steps, (*placed.path, "on_error", "steps"), handling)


def _check_variable(at: Path, name: str, scope: _Scope) -> Iterator[Fault]:
    if name in RESERVED or is_kept(name):
        yield at, f"{name!r} is a reserved variable of the flow; choose another name"
    elif name in LITERALS:
        yield at, f"{name!r} is a JSONata literal, and cannot be a name in a path; choose another name"
    elif name in KNOWN_FUNCTIONS:
        yield at, f"{name!r} is a JSONata function; choose another name"
    elif name in scope.outer:
        where = format_path(scope.outer[name][:-1])
        yield at, f"{name!r} is already assigned outside, by {where}; choose another name"


def check_value(
    value: object, path: Path, known: frozenset[str], members: Mapping[str, frozenset[str]]
) -> Iterator[Fault]:
    """Yield each fault of the expressions in a value, and of its other strings, which must not be code.

    `known` are the variables that expressions can use, `members` the names that can be read from some of them.
    """
    match value:
        case None:
            yield path, "null is not supported in a template; leave the key out, or write '{% null %}'"
        case dict():
            for key, item in value.items():
                if fault := find_code_fault(key):
                    yield path, f"the key {key!r} is invalid: {fault}"
                yield from check_value(item, (*path, key), known, members)
        case list():
            for index, item in enumerate(value):
                yield from check_value(item, (*path, index), known, members)
        case str():
            expression = parse_code(value)
            fault = find_code_fault(value) if expression is None else _find_fault(expression, known, members)
            if fault:
                yield path, f"{_shorten(value)!r} is invalid: {fault}"


def _find_fault(expression: str, known: frozenset[str], members: Mapping[str, frozenset[str]]) -> str:
    """Return why the expression is invalid at this place; empty if it is valid."""
    if fault := find_code_fault(expression):
        return fault
    if not expression.strip():
        return "no expression between {% and %}; write one"
    found = find_names(expression)
    if found.fault:
        return f"this is not valid JSONata: {found.fault}"
    if wrong := sorted(found.states - {"context"}):
        return f"$states.{wrong[0]} is internal to the state machine; use variables and $states.context"
    _, read = find_top_level_names(expression)
    if read:
        near = f"; did you mean ${read[0]}?" if read[0] in known else ""
        return f"it reads {read[0]}, and an expression of a plan has no input; use variables{near}"
    if unknown := sorted(found.variables - known):
        return f"unknown variable ${unknown[0]}; {_suggest(unknown[0], known - {'states'}, '$')}"
    for variable, names in members.items():
        if unknown := sorted(found.members.get(variable, set()) - names):
            prefix = f"${variable}."
            available = _suggest(unknown[0], names, prefix) if names else f"the plan has no {_COLLECTIONS[variable]}"
            return f"unknown {_NOUNS[variable]} {prefix}{unknown[0]}; {available}"
    return ""


_NOUNS = {PARAMS: "parameter", RUN: "property"}
_COLLECTIONS = {PARAMS: "parameters; declare it in the key parameters", RUN: "properties"}


def _suggest(name: str, known: Collection[str], prefix: str) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean {prefix}{near[0]}?" if near else f"available: {', '.join(prefix + n for n in sorted(known))}"


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
