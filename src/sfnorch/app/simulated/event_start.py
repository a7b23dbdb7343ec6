"""The execution that an event starts: the rule of the template that matches it, and the input from its transformer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sfnorch.durations import parse_timestamp
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.event_rules.matching import Mismatch, find_mismatches
from sfnorch.event_rules.paths import Missing, read_value
from sfnorch.event_rules.transformers import TransformError, transform_event
from sfnorch.json_values import Json, parse_strict, read_string
from sfnorch.sentences import list_names
from sfnorch.simulator.world import BEGIN
from sfnorch.template.event_rules import EventRule, EventTarget, list_event_rules

if TYPE_CHECKING:
    from sfnorch.template.contents import Machine, Template

_SHOWN_FIELDS = 3


class StartedExecution(NamedTuple):
    """An execution that a rule starts."""

    rule: EventRule
    machine: Machine
    execution_input: Json
    begin: datetime | None
    """The time of the event; None if it is not a timestamp."""


class _Candidate(NamedTuple):
    """A rule with a target that is a state machine of the template."""

    rule: EventRule
    target: EventTarget
    machine: Machine


def choose_started_execution(template: Template, event: Json, machine_name: str = "") -> StartedExecution:
    """Return the execution that the event starts, of the state machine with this name if it is not empty.

    EventBridge adds the fields that the event lacks and that PutEvents does not accept: `id`, `time`, `account` and so
    on. The time is the one at which simulations begin.

    Raises RequestError for an event that is not an object, and SfnorchError if no rule or several rules start an
    execution, or if the rule creates no input.
    """
    if not isinstance(event, dict):
        raise RequestError(": expected a JSON object", field="event")
    whole = _complete_event(event, template)
    candidates = _list_candidates(template, machine_name)
    matching = [each for each in candidates if not find_mismatches(each.rule.pattern, whole)]
    enabled = [each for each in matching if each.rule.is_enabled]
    if not enabled:
        raise _create_no_match_error(template, whole, candidates, matching)
    if len(enabled) > 1:
        raise _create_several_error(template, enabled)
    (chosen,) = enabled
    begin = parse_timestamp(read_string(whole["time"]))
    return StartedExecution(chosen.rule, chosen.machine, _build_input(chosen, whole), begin)


def _complete_event(event: Mapping[str, Json], template: Template) -> dict[str, Json]:
    """Return the event with the fields that EventBridge adds.

    https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html (documented)
    """
    where = template.stack.where
    added: dict[str, Json] = {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "account": where.account,
        "time": f"{BEGIN:%Y-%m-%dT%H:%M:%SZ}",
        "region": where.region,
        "resources": [],
        "detail": {},
    }
    return {**added, **event}


def _list_candidates(template: Template, machine_name: str) -> list[_Candidate]:
    """Return the rules that start a state machine. Raises SfnorchError if there are none."""
    wanted = template.find(machine_name) if machine_name else None
    found = [
        _Candidate(rule, target, machine)
        for rule in list_event_rules(template.stack)
        for target in rule.targets
        if (machine := template.find_machine(target.arn)) and wanted in (None, machine)
    ]
    if not found:
        what = f"starts {template.build_title(wanted)}" if wanted else "starts a state machine"
        raise SfnorchError(
            f"{template.source.file}: no EventBridge rule with an event pattern {what}",
            hint="add a start with s3 or event to the plan, or simulate with an input instead of an event",
        )
    return found


def _create_no_match_error(
    template: Template, event: Json, candidates: Sequence[_Candidate], matching: Sequence[_Candidate]
) -> SfnorchError:
    names = list_names([each.rule.logical_id for each in candidates])
    message = f"{template.source.file}: no rule matches the event; rules that start a state machine: {names}"
    if matching:
        return SfnorchError(message, hint=f"{matching[0].rule.logical_id} matches, but its State is DISABLED")
    compared = [(each.rule.logical_id, find_mismatches(each.rule.pattern, event)) for each in candidates]
    name, mismatches = min(compared, key=lambda pair: len(pair[1]))
    return SfnorchError(message, hint=f"{name} does not match {_describe_mismatches(mismatches)}")


def _describe_mismatches(mismatches: Sequence[Mismatch]) -> str:
    shown = "; ".join(map(str, mismatches[:_SHOWN_FIELDS]))
    more = len(mismatches) - _SHOWN_FIELDS
    return shown if more <= 0 else f"{shown}; and {more} other field{'s' if more > 1 else ''}"


def _create_several_error(template: Template, matching: Sequence[_Candidate]) -> SfnorchError:
    pairs = [f"{each.rule.logical_id} starts {template.build_title(each.machine)}" for each in matching]
    titles = list(dict.fromkeys(template.build_title(each.machine) for each in matching))
    several = len(titles) == len(matching)
    return SfnorchError(
        f"{template.source.file}: the event starts {len(matching)} executions: {', '.join(pairs)}",
        hint=f"choose one with --machine: {', '.join(titles)}"
        if several
        else "change the patterns so that only one rule matches, or simulate each execution with its input",
    )


def _build_input(chosen: _Candidate, event: dict[str, Json]) -> Json:
    """Return the input of the execution. Raises SfnorchError if the rule's target creates none."""
    rule, target = chosen.rule, chosen.target
    try:
        if target.constant is not None:
            return parse_strict(target.constant)
        if target.transformer is not None:
            return transform_event(target.transformer, event, rule.name, rule.arn)
        value = event if target.path is None else read_value(target.path, event)
    except TransformError as error:
        raise SfnorchError(
            f"{rule.logical_id}: {error}", hint="EventBridge would start no execution; correct the input transformer"
        ) from None
    except ValueError as error:
        raise SfnorchError(f"{rule.logical_id}: the input of the target is invalid: {error}") from None
    if isinstance(value, Missing):
        raise SfnorchError(f"{rule.logical_id}: the event has no value at the InputPath {target.path}")
    return value
