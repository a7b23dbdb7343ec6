"""Checks of the starts: each has one cause, and the values of the parameters that it gives are valid."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sfnorch.asl.jsonata import REFERENCE
from sfnorch.event_rules.paths import is_definite
from sfnorch.event_rules.validation import find_pattern_faults
from sfnorch.json_values import Json, walk_values
from sfnorch.plan.checks.names import check_names
from sfnorch.plan.checks.parameters import find_value_fault
from sfnorch.plan.names import find_code_fault
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.sound_part import ValidPart
from sfnorch.plan.starts import CAUSES, OBJECT_FIELDS, OBJECT_SIZE, find_event_path

if TYPE_CHECKING:
    from sfnorch.plan.kinds import ScheduledPlan
    from sfnorch.plan.models.parameters import RunParameter
    from sfnorch.plan.models.starts import Start

_SCHEDULER_KEYWORD = "<aws.scheduler."
_WITHOUT_NUMBERS = ("string", "boolean", "date", "timestamp")


def check_starts(plan: ScheduledPlan, part: ValidPart) -> Iterator[Fault]:
    """Yield the faults of the starts of a plan."""
    yield from check_names([(("starts", index, "name"), start.name) for index, start in enumerate(plan.starts)])
    for index, start in enumerate(plan.starts):
        path: Path = ("starts", index)
        yield from _check_cause(plan, start, path, part)
        yield from _check_texts(start, path)
        yield from _check_names_of_parameters(plan, start, path, part)
        if not any(part.is_incomplete((*path, key)) for key in CAUSES):
            yield from _check_constants(plan, start, path)
            yield from _check_event_paths(plan, start, path)
        yield from _check_required(plan, start, path, part)


def _check_cause(plan: ScheduledPlan, start: Start, path: Path, part: ValidPart) -> Iterator[Fault]:
    given = [key for key in CAUSES if getattr(start, key) is not None or part.is_incomplete((*path, key))]
    if len(given) != 1:
        found = " and ".join(given) if given else "none of them"
        yield (*path, "name"), f"a start must have exactly one of schedule, s3 and event; got {found}"
    if plan.pattern == "continuous":
        for key in ("s3", "event"):
            if key in given:
                message = "a continuous plan starts only on a schedule: each event would start one more loop"
                yield (*path, key), f"{message}; use another pattern"
    if start.schedule is not None and start.params_from:
        yield (*path, "params_from"), "a schedule has no event to read values from; use params"


def _check_texts(start: Start, path: Path) -> Iterator[Fault]:
    """Yield the faults of the event pattern, and the texts that CloudFormation would replace."""
    if start.s3:
        for key in ("prefix", "suffix"):
            if REFERENCE in getattr(start.s3, key):
                yield (*path, "s3", key), _describe_reference(getattr(start.s3, key))
    if start.event is None:
        return
    for fault in find_pattern_faults(start.event):
        yield (*path, "event", *fault.path), fault.message
    for inner, value in walk_values(start.event):
        if value is None:
            yield (*path, "event", *inner), "null is not supported in a template; use another value or an operator"
        texts = list(value) if isinstance(value, dict) else [value] if isinstance(value, str) else []
        for text in texts:
            if REFERENCE in text:
                yield (*path, "event", *inner), _describe_reference(text)


def _describe_reference(text: str) -> str:
    return f"{text!r} is invalid: {find_code_fault(REFERENCE)}"


def _check_names_of_parameters(plan: ScheduledPlan, start: Start, path: Path, part: ValidPart) -> Iterator[Fault]:
    known = [*plan.parameters, *part.list_lacking(("parameters",))]
    if part.is_incomplete(("parameters",)) and not known:
        return
    for key in ("params", "params_from"):
        for name in getattr(start, key):
            if name not in known:
                yield (*path, key, name), f"unknown parameter {name!r}; {_suggest(name, known)}"
    for name in start.params_from:
        if name in start.params:
            yield (*path, "params_from", name), f"{name!r} is in params and in params_from; remove one of them"


def _suggest(name: str, known: list[str]) -> str:
    if not known:
        return "declare it in parameters"
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"declare it in parameters; available: {', '.join(known)}"


def _check_constants(plan: ScheduledPlan, start: Start, path: Path) -> Iterator[Fault]:
    """Yield the constants that are not values of their parameters, and those that EventBridge would evaluate.

    Angle brackets can't be escaped in an input template, nor the keywords in the input of a schedule.
    """
    for name, value in start.params.items():
        here = (*path, "params", name)
        declared = plan.parameters.get(name)
        if declared is not None and (fault := _find_value_fault(declared, value)):
            yield here, fault
        elif isinstance(value, str) and start.schedule is None and "<" in value:
            yield here, f"{value!r} is invalid: EventBridge reads < as the beginning of a variable; write it without <"
        elif isinstance(value, str) and _SCHEDULER_KEYWORD in value:
            yield (
                here,
                f"{value!r} is invalid: EventBridge Scheduler would replace {_SCHEDULER_KEYWORD}…>; write it without <",
            )


def _find_value_fault(declared: RunParameter, value: Json) -> str:
    try:
        return find_value_fault(declared, value)
    except re.error:  # the check of the parameter reports its pattern
        return ""


def _check_event_paths(plan: ScheduledPlan, start: Start, path: Path) -> Iterator[Fault]:
    for name, text in start.params_from.items():
        here = (*path, "params_from", name)
        wanted = find_event_path(start, text)
        if not is_definite(wanted):
            yield here, _describe_wrong_path(text, is_object=start.s3 is not None)
        declared = plan.parameters.get(name)
        if start.s3 and wanted == OBJECT_SIZE and declared is not None and declared.type in _WITHOUT_NUMBERS:
            yield here, f"the size is a number; set the type of {name!r} to integer"


def _describe_wrong_path(text: str, *, is_object: bool) -> str:
    if not is_object and text in OBJECT_FIELDS:
        return f"{text!r} is only for s3; write a path into the event, such as $.detail.{text}"
    if is_object and re.fullmatch(r"\w+", text):
        near = difflib.get_close_matches(text, OBJECT_FIELDS, n=1)
        *fields, last = OBJECT_FIELDS
        advice = f"did you mean {near[0]}?" if near else f"available: {', '.join(fields)} and {last}"
        return f"unknown field {text!r}; {advice}"
    return (
        f"{text!r} is not a path to one value of an event; write one such as $.detail.table-name: names of letters, "
        "digits, dashes, underscores and slashes after dots, and indexes such as [0]"
    )


def _check_required(plan: ScheduledPlan, start: Start, path: Path, part: ValidPart) -> Iterator[Fault]:
    """Yield the required parameters without a value: each execution would end with InvalidInput."""
    places = [part.restore((*path, key)) for key in ("params", "params_from")]
    if any(map(part.is_replaced, places)):
        return
    given = {*start.params, *start.params_from, *(name for place in places for name in part.list_lacking(place))}
    keys = "params" if start.schedule else "params or params_from"
    for name, declared in plan.parameters.items():
        if declared.is_required and name not in given and not part.is_incomplete(("parameters", name)):
            message = f"the required parameter {name!r} has no value; add it to {keys}, or give it a default"
            yield (*path, "name"), message
