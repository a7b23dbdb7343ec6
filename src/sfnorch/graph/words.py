"""The labels of states and transitions, and the state machine that a task starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sfnorch.json_values import Json, read_mappings, read_string, read_strings
from sfnorch.template.calls import find_child_arn, parse_call, read_argument
from sfnorch.template.contents import Machine, Template
from sfnorch.template.states import LocatedState, StateScope, Transition, TransitionKind

_LONGEST = 40


def describe_action(state: LocatedState) -> str:
    """Return what the state does in few words: the call of a Task, the duration of a Wait."""
    call = parse_call(state)
    if call:
        job = read_argument(state, "JobName") if call.action == "glue:startJobRun" else ""
        shown = f" {job}" if job not in ("", "*", state.name) else ""
        return f"{call}{shown}"
    match state.kind:
        case "Task":
            return state.read_text("Resource").rpartition(":")[2]
        case "Wait":
            seconds = state.body.get("Seconds")
            return f"{seconds} s" if isinstance(seconds, int | float) else ""
        case "Map":
            at_once = state.body.get("MaxConcurrency")
            return f"{at_once} at once" if isinstance(at_once, int) and at_once else "all at once"
        case "Fail":
            error = state.read_text("Error")
            return error if error != state.name and not error.startswith("{%") else ""
    return ""


def describe_state(state: LocatedState) -> str:
    """Return the state's type, and what it does."""
    doing = describe_action(state)
    return f"{state.kind}{',' if state.kind == 'Map' else ''} {doing}" if doing else state.kind


def build_scope_title(scope: StateScope) -> str:
    """Return the title of a scope in the state that contains it."""
    parent = scope.parent
    if parent is None:
        return ""
    if parent.kind == "Map":
        return "each item"
    return f"branch {parent.scopes.index(scope) + 1}"


def build_transition_label(transition: Transition) -> str:
    """Return the label of a transition: the condition, `else`, or the caught errors; empty for a plain Next."""
    match transition.way:
        case TransitionKind.DEFAULT:
            return "else"
        case TransitionKind.CATCH:
            return shorten_label(" or ".join(map(_describe_error, transition.list_errors())))
        case TransitionKind.CHOICE if transition.rule is not None:
            return shorten_label(read_string(transition.rule.get("Comment"), format_condition(transition.rule)))
    return ""


def _describe_error(error: str) -> str:
    return "any error" if error == "States.ALL" else error.removeprefix("States.")


def build_retry_label(state: LocatedState) -> str:
    """Return the label of a state's retries: `retry: ` and the errors; empty without retries."""
    errors = [
        _describe_error(error)
        for _, retrier in state.list_objects("Retry")
        if retrier.get("MaxAttempts") != 0
        for error in read_strings(retrier.get("ErrorEquals"))
    ]
    if not errors or "any error" in errors:
        return "retry: any error" if errors else ""
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"retry: {shorten_label(errors[0])}{more}"


def list_labelled_transitions(state: LocatedState) -> Iterator[tuple[Transition, str]]:
    """Yield the state's transitions with their labels. Catchers with the same target are one transition."""
    caught: dict[str, list[str]] = {}
    for transition in state.catches:
        caught.setdefault(transition.target, []).append(build_transition_label(transition))
    for transition in state.transitions:
        if transition.way is not TransitionKind.CATCH:
            yield transition, build_transition_label(transition)
        elif labels := caught.pop(transition.target, None):
            yield transition, "any error" if "any error" in labels else shorten_label(" or ".join(labels))


def format_condition(rule: Mapping[str, Json]) -> str:
    """Return a choice rule's condition: the expression, or JSONPath's comparison written as an expression."""
    match rule:
        case {"Condition": str(text)}:
            return re.sub(r"\s+", " ", text.removeprefix("{%").removesuffix("%}")).strip()
        case {"And": list(parts)}:
            return " and ".join(map(format_condition, read_mappings(parts)))
        case {"Or": list(parts)}:
            return " or ".join(map(format_condition, read_mappings(parts)))
        case {"Not": dict(inner)}:
            return f"not {format_condition(inner)}"
    variable = rule.get("Variable", "")
    for key, value in rule.items():
        if key not in ("Variable", "Next", "Comment", "Assign", "Output"):
            return f"{variable} {_COMPARISONS.get(key, key)} {value}"
    return ""


_COMPARISONS = {
    f"{kind}{name}{path}": sign
    for kind in ("String", "Numeric", "Timestamp", "Boolean")
    for path in ("", "Path")
    for name, sign in (
        ("Equals", "="),
        ("LessThan", "<"),
        ("GreaterThan", ">"),
        ("LessThanEquals", "≤"),
        ("GreaterThanEquals", "≥"),
    )
}


def shorten_label(text: str) -> str:
    """Return the text, truncated to the width of a label."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def find_started_machine(state: LocatedState, template: Template) -> Machine | None:
    """Return the state machine of the template that the Task starts; None for other tasks."""
    arn = find_child_arn(state)
    return template.find_machine(arn) if arn else None


def sort_states(scope: StateScope) -> list[LocatedState]:
    """Return the scope's states in the order of an execution: each before its targets; unreachable ones last."""
    done: dict[str, LocatedState] = {}
    met: set[str] = set()
    todo = [(scope.start_at, False)]
    while todo:  # depth first: a state is finished when all of its targets are
        name, left = todo.pop()
        state = scope.states.get(name)
        if state is None or (name in met and not left):
            continue
        if left:
            done[name] = state
            continue
        met.add(name)
        todo.append((name, True))
        ordered = sorted(
            state.transitions, key=lambda way: (way.way is TransitionKind.CATCH, way.way is TransitionKind.DEFAULT)
        )
        todo.extend((way.target, False) for way in ordered)
    return [*reversed(done.values()), *(state for name, state in scope.states.items() if name not in done)]
