"""Input transformers: the input of a target from a template with values of the event.

A placeholder outside of a string becomes the value as JSON. In a string it becomes the text of the value, which
EventBridge does not escape. So an object or array with quotes makes a template invalid, except if the whole template is
one string: then its quotes are left out (measured). A value that the event does not have is an empty text (measured).
The measurements are recorded by https://github.com/localstack/localstack.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html (documented)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from sfnorch.event_rules.paths import Missing, read_value
from sfnorch.json_values import Json, parse_strict, read_mapping, write_compact

_TOKEN = re.compile(r'\\.|"|<(?P<name>[A-Za-z0-9_.-]+)>', re.DOTALL)
_SHOWN = 200


class InputTransformer(NamedTuple):
    """The paths of the variables, and the template with their names in angle brackets."""

    paths: Mapping[str, str]
    template: str


class TransformError(ValueError):
    """A transformer that EventBridge refuses, or whose result is not JSON, so that it starts nothing."""


def transform_event(transformer: InputTransformer, event: Json, rule_name: str, rule_arn: str) -> Json:
    """Return the input that the rule passes to its target.

    Raises TransformError for a placeholder without a path, a path that EventBridge does not evaluate, and a result that
    is not JSON.
    """
    values = _list_predefined(event, rule_name, rule_arn)
    for name, path in transformer.paths.items():
        try:
            value = read_value(path, event)
        except ValueError as error:
            raise TransformError(f"the variable {name}: {error}") from None
        values[name] = "" if isinstance(value, Missing) else value
    text = _fill_template(transformer.template, values)
    try:
        return parse_strict(text)
    except ValueError as error:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        raise TransformError(f"the transformed input is not JSON: {error}: {shown}") from None


def _fill_template(template: str, values: Mapping[str, Json]) -> str:
    """Return the template with its placeholders replaced, in one pass: what a value contains stays as it is."""
    is_in_string = False
    is_one_string = template.lstrip().startswith('"')

    def replace(found: re.Match[str]) -> str:
        nonlocal is_in_string
        name = found["name"]
        if name is None:
            is_in_string ^= found[0] == '"'
            return found[0]
        if name not in values:
            raise TransformError(f"the input template contains the invalid placeholder <{name}>")
        value = values[name]
        if is_in_string and isinstance(value, str):
            return value
        text = write_compact(value)
        return text.replace('"', "") if is_in_string and is_one_string else text

    return _TOKEN.sub(replace, template)


def _list_predefined(event: Json, rule_name: str, rule_arn: str) -> dict[str, Json]:
    """Return the predefined variables. The time of receipt is that of the event: a simulation has no other."""
    fields = read_mapping(event)
    without_detail = {"detailType" if key == "detail-type" else key: fields[key] for key in fields if key != "detail"}
    return {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_name,
        "aws.events.event.ingestion-time": fields.get("time", ""),
        "aws.events.event": without_detail,
        "aws.events.event.json": event,
    }
