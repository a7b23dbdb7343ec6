"""Checks of the expressions and variables of a flow: syntax, unknown variables, reserved names.

A variable that a branch or an item assigns cannot have the name of a variable outside. It is not visible outside.
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sfnorch.expressions import KNOWN_FUNCTIONS, code, names
from sfnorch.plan.consistency import Path, show
from sfnorch.plan.flow_failures import FAILURE, is_kept
from sfnorch.plan.flow_steps import Placed, branches, part, steps_in
from sfnorch.plan.names import code_fault

RESERVED = ("states", "input", "environment", "name", "steps", "resumeAt", "statement", "polls")
"""Reserved variables: `states` belongs to Step Functions, `input` is the execution's input, the others are internal."""

LITERALS = ("true", "false", "null")
"""Literals of JSONata, which cannot be names in a path. https://docs.jsonata.org/simple"""

ITEM = "item"
"""The default name of the variable of for_each."""

_VALUES = (
    *(("input",), ("arguments",), ("redshift_sql", "parameters"), ("s3_object", "key"), ("s3_object", "body")),
    *(("notify", "subject"), ("notify", "message"), ("wait",), ("for_each", "items")),
)
"""The keys of a step whose values can be expressions."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """The variables at a place of the flow: those that it can use, and those that an inner scope cannot assign."""

    known: frozenset[str]
    outer: dict[str, Path] = field(default_factory=dict)


def expression_faults(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield each fault of an expression or a variable's name: the path to it, and an error message."""
    steps: Any = data.get("steps")
    known = {"input", "states", *_kept_failures(steps)}
    yield from _steps(steps, ("steps",), _Scope(frozenset(known)))


def _kept_failures(steps: Any) -> Iterator[str]:
    """Yield the variables of on_error at the top level of the flow. They are null until a step fails."""
    for _, name in _assigned(steps, (), failures_only=True):
        yield name


def _assigned(steps: Any, path: Path, *, failures_only: bool = False) -> Iterator[tuple[Path, str]]:
    """Yield the path and the name of each variable that a list of steps assigns, without inner scopes."""
    for step in steps_in(steps, path):
        name = step.data.get("save_as")
        if isinstance(name, str) and not failures_only:
            yield (*step.path, "save_as"), name
        if isinstance(step.data.get("on_error"), dict):
            given = part(step, "on_error")
            failure = given.get("save_as", FAILURE)
            if isinstance(failure, str):
                yield (*step.path, "on_error", "save_as"), failure
            yield from _assigned(given.get("steps"), (*step.path, "on_error", "steps"), failures_only=failures_only)


def _steps(steps: Any, path: Path, scope: _Scope) -> Iterator[tuple[Path, str]]:
    own: dict[str, Path] = {}
    for at, name in _assigned(steps, path):
        own.setdefault(name, at)
        yield from _name_faults(at, name, scope)
    inner = {**scope.outer, **own}
    known = scope.known
    for step in steps_in(steps, path):
        yield from _step(step, _Scope(known, inner))
        saved = step.data.get("save_as")
        known |= {saved} if isinstance(saved, str) else frozenset()


def _step(step: Placed, scope: _Scope) -> Iterator[tuple[Path, str]]:
    for keys in _VALUES:
        value: Any = step.data
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            yield from _value(value, (*step.path, *keys), scope.known)
    for branch, way in branches(step):
        yield from _steps(branch, way, scope)
    if isinstance(step.data.get("for_each"), dict):
        given = part(step, "for_each")
        item = given.get("as", ITEM)
        at: Path = (*step.path, "for_each", "as")
        if isinstance(item, str):
            yield from _name_faults(at, item, scope)
            within = _Scope(scope.known | {item}, {**scope.outer, item: at})
            yield from _steps(given.get("steps"), (*step.path, "for_each", "steps"), within)
    if isinstance(step.data.get("on_error"), dict):
        given = part(step, "on_error")
        saved = (given.get("save_as", FAILURE), step.data.get("save_as"))
        more = frozenset(name for name in saved if isinstance(name, str))
        yield from _handler(given.get("steps"), (*step.path, "on_error", "steps"), scope, more)


def _handler(steps: Any, path: Path, scope: _Scope, more: frozenset[str]) -> Iterator[tuple[Path, str]]:
    """Yield the faults of the steps of on_error, which share the scope of the failed step.

    `_steps` has checked the names of their variables.
    """
    known = scope.known | more
    for step in steps_in(steps, path):
        yield from _step(step, _Scope(known, scope.outer))
        saved = step.data.get("save_as")
        known |= {saved} if isinstance(saved, str) else frozenset()


def _name_faults(at: Path, name: str, scope: _Scope) -> Iterator[tuple[Path, str]]:
    if name in RESERVED or is_kept(name):
        yield at, f"{name!r} is a reserved variable of the flow; choose another name"
    elif name in LITERALS:
        yield at, f"{name!r} is a JSONata literal, and cannot be a name in a path; choose another name"
    elif name in KNOWN_FUNCTIONS:
        yield at, f"{name!r} is a JSONata function; choose another name"
    elif name in scope.outer:
        where = show(scope.outer[name][:-1])
        yield at, f"{name!r} is already assigned outside, by {where}; choose another name"


def _value(value: Any, path: Path, known: frozenset[str]) -> Iterator[tuple[Path, str]]:
    if value is None:
        yield path, "null is not supported in a template; leave the key out, or write '{% null %}'"
    elif isinstance(value, dict):
        for key, item in value.items():
            if fault := code_fault(key):
                yield path, f"the key {key!r} is invalid: {fault}"
            yield from _value(item, (*path, key), known)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _value(item, (*path, index), known)
    elif isinstance(value, str):
        expression = code(value)
        fault = code_fault(value) if expression is None else _fault(expression, known)
        if fault:
            yield path, f"{_short(value)!r} is invalid: {fault}"


def _fault(expression: str, known: frozenset[str]) -> str:
    """Return why the expression is invalid at this place; empty if it is valid."""
    if fault := code_fault(expression):
        return fault
    if not expression.strip():
        return "no expression between {% and %}; write one"
    found = names(expression)
    if found.fault:
        return f"this is not valid JSONata: {found.fault}"
    if wrong := sorted(found.states - {"context"}):
        return f"$states.{wrong[0]} is internal to the state machine; use variables and $states.context"
    unknown = sorted(found.variables - known)
    if not unknown:
        return ""
    near = difflib.get_close_matches(unknown[0], known, n=1)
    there = ", ".join(f"${name}" for name in sorted(known - {"states"}))
    return f"unknown variable ${unknown[0]}; " + (f"did you mean ${near[0]}?" if near else f"available: {there}")


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
