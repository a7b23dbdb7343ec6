"""Input transformers: what a target gets, and that values of an event stay data."""

from __future__ import annotations

from typing import Any

import pytest

from sfnorch.event_rules.paths import is_definite
from sfnorch.event_rules.transformers import InputTransformer, TransformError, transform_event

EVENT: dict[str, Any] = {
    "version": "0",
    "source": "our.shop",
    "detail-type": "OrdersReady",
    "time": "2026-11-27T03:00:00Z",
    "detail": {
        "id": "a-1",
        "one": ["HIGH"],
        "two": ["A", "B"],
        "o": {"x": "1", "y": [2]},
        "n": 5,
        "b": True,
        "null": None,
    },
}
PATHS = {
    **{name: f"$.detail.{name}" for name in ("id", "one", "two", "o", "n", "b", "null", "missing")},
    "first": "$.detail.two[0]",
    "all": "$.detail.two[*]",
}
INPUTS: dict[str, Any] = {
    '{"id": <id>}': {"id": "a-1"},
    '{"id": "<id>"}': {"id": "a-1"},
    '{"path": "users/<id>/x/<id>", "o": <o>}': {"path": "users/a-1/x/a-1", "o": {"x": "1", "y": [2]}},
    '{"a": [<id>, "b", <n>, <b>]}': {"a": ["a-1", "b", 5, True]},
    '"<one> <two> <o> <n> <b>"': "[HIGH] [A,B] {x:1,y:[2]} 5 true",
    '{"missing": <missing>, "text": "<missing>."}': {"missing": "", "text": "."},
    '{"null": <null>}': {"null": None},
    '{"first": <first>, "all": <all>}': {"first": "A", "all": ["A", "B"]},
    '{"q": "say \\"<id>\\""}': {"q": 'say "a-1"'},
    '{"a < b": "<", "c": "<id>>"}': {"a < b": "<", "c": "a-1>"},
    "<o>": {"x": "1", "y": [2]},
    '{"arn": <aws.events.rule-arn>, "name": "<aws.events.rule-name>"}': {"arn": "arn:rule", "name": "rule"},
    '{"at": <aws.events.event.ingestion-time>}': {"at": "2026-11-27T03:00:00Z"},
    '{"event": <aws.events.event.json>}': {"event": EVENT},
    '{"event": <aws.events.event>}': {
        "event": {"version": "0", "source": "our.shop", "detailType": "OrdersReady", "time": "2026-11-27T03:00:00Z"}
    },
}
FAULTS = {
    '{"a": <other>}': "the input template contains the invalid placeholder <other>",
    '{"a": "<one>"}': "the transformed input is not JSON: Expecting ',' delimiter: line 1 column 10 (char 9): "
    '{"a": "["HIGH"]"}',
    '{"a": "<o>"}': "the transformed input is not JSON: Expecting ',' delimiter: line 1 column 10 (char 9): "
    '{"a": "{"x":"1","y":[2]}"}',
    '{"b": <id>': "the transformed input is not JSON: Expecting ',' delimiter: line 1 column 12 (char 11): "
    '{"b": "a-1"',
    "id: <id>": 'the transformed input is not JSON: Expecting value: line 1 column 1 (char 0): id: "a-1"',
}
DATA = [
    '{"a": 1}',
    "<aws.events.event>",
    "<id>",
    '"',
    "\\",
    "{% $states.input %}",
    "${Environment}",
    "é\u2028\n\t",
    "'",
    "{{x}}",
]


def transform(template: str, event: Any, paths: dict[str, str]) -> Any:
    return transform_event(InputTransformer(paths, template), event, "rule", "arn:rule")


@pytest.mark.parametrize(("template", "expected"), INPUTS.items(), ids=INPUTS)
def test_the_input_of_a_target(template: str, expected: Any):
    assert transform(template, EVENT, PATHS) == expected


@pytest.mark.parametrize(("template", "said"), FAULTS.items(), ids=FAULTS)
def test_a_template_that_starts_nothing(template: str, said: str):
    with pytest.raises(TransformError) as error:
        transform(template, EVENT, PATHS)
    assert str(error.value) == said


def test_a_path_that_eventbridge_does_not_evaluate():
    with pytest.raises(TransformError) as error:
        transform("{}", EVENT, {"x": "$.detail[?(@.a)]"})
    assert str(error.value) == "the variable x: EventBridge does not evaluate the path $.detail[?(@.a)]"


@pytest.mark.parametrize("value", DATA)
def test_a_value_outside_of_a_string_stays_data(value: str):
    assert transform('{"a": <id>, "b": [<id>]}', {"id": value}, {"id": "$.id"}) == {"a": value, "b": [value]}


def test_a_quote_in_a_string_of_the_template_is_not_escaped():
    with pytest.raises(TransformError):
        transform('{"a": "<id>"}', {"id": 'x"y'}, {"id": "$.id"})


@pytest.mark.parametrize("path", ["$.a", "$.detail-type", "$.detail.a_b/c", "$.a[0].b", "$[0]"])
def test_a_path_to_one_value(path: str):
    assert is_definite(path)


@pytest.mark.parametrize(
    "path", ["", "$", "a", "$.", "$.a b", "$.a[*]", "$.*", "$..a", "$['a']", "$.a[-1]", "$.a.", f"$.{'a' * 256}"]
)
def test_a_path_to_no_value_or_to_several(path: str):
    assert not is_definite(path)
