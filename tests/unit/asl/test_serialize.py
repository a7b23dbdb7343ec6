"""The eight state types as AWS's JSON, each whole."""

from __future__ import annotations

import pytest

from sfnorch.asl import (
    Catcher,
    Choice,
    ChoiceRule,
    Expression,
    Fail,
    Graph,
    Map,
    Parallel,
    Pass,
    Retrier,
    Substitution,
    Succeed,
    Task,
    Wait,
    jsonata,
    serialize_graph,
)
from sfnorch.errors import SfnorchError


def states(*given, **graph):
    return serialize_graph(Graph(*given, **graph))["States"]


def test_a_definition_says_its_language_and_where_it_starts():
    assert serialize_graph(Graph(Succeed(name="Done"), comment="Ends")) == {
        "Comment": "Ends",
        "QueryLanguage": "JSONata",
        "StartAt": "Done",
        "States": {"Done": {"Type": "Succeed"}},
    }


def test_a_task_with_all_it_can_have():
    task = Task(
        name="Run",
        comment="Runs it",
        resource="glue:startJobRun.sync",
        arguments={"JobName": "a", "Arguments": {"--n": "1"}, "Items": [1, True, jsonata("$x")]},
        timeout_seconds=60,
        heartbeat_seconds=10,
        retry=(
            Retrier(
                errors=("A", "B"),
                max_attempts=5,
                interval_seconds=2,
                backoff_rate=1.5,
                max_delay_seconds=9,
                jitter=True,
            ),
            Retrier(errors=("C",), max_attempts=3),
            Retrier(errors=("D",), max_attempts=0),
        ),
        catch=(
            Catcher(errors=("States.ALL",), assign={"e": jsonata("$states.errorOutput")}, output={"a": 1}, next="Done"),
        ),
        assign={"x": Substitution("X")},
        output=jsonata("$states.result.Id"),
        next="Done",
    )
    assert states(task)["Run"] == {
        "Type": "Task",
        "Comment": "Runs it",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Arguments": {"JobName": "a", "Arguments": {"--n": "1"}, "Items": [1, True, "{% $x %}"]},
        "TimeoutSeconds": 60,
        "HeartbeatSeconds": 10,
        "Retry": [
            {
                "ErrorEquals": ["A", "B"],
                "IntervalSeconds": 2,
                "BackoffRate": 1.5,
                "MaxDelaySeconds": 9,
                "MaxAttempts": 5,
                "JitterStrategy": "FULL",
            },
            {"ErrorEquals": ["C"]},
            {"ErrorEquals": ["D"], "MaxAttempts": 0},
        ],
        "Catch": [
            {
                "ErrorEquals": ["States.ALL"],
                "Assign": {"e": "{% $states.errorOutput %}"},
                "Output": {"a": 1},
                "Next": "Done",
            }
        ],
        "Assign": {"x": "${X}"},
        "Output": "{% $states.result.Id %}",
        "Next": "Done",
    }


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (Pass(name="S"), {"Type": "Pass", "End": True}),
        (
            Pass(name="S", assign={"a": [1]}, output={}, next="T"),
            {"Type": "Pass", "Assign": {"a": [1]}, "Output": {}, "Next": "T"},
        ),
        (
            Choice(
                name="S",
                rules=(
                    ChoiceRule(condition=jsonata("$a"), next="T", assign={"b": 1}, output={}),
                    ChoiceRule(condition=jsonata("$c"), next="U"),
                ),
                default="V",
            ),
            {
                "Type": "Choice",
                "Choices": [
                    {"Condition": "{% $a %}", "Assign": {"b": 1}, "Output": {}, "Next": "T"},
                    {"Condition": "{% $c %}", "Next": "U"},
                ],
                "Default": "V",
            },
        ),
        (Wait(name="S", seconds=60, next="T"), {"Type": "Wait", "Seconds": 60, "Next": "T"}),
        (Wait(name="S", timestamp=jsonata("$at")), {"Type": "Wait", "Timestamp": "{% $at %}", "End": True}),
        (Succeed(name="S", output={"a": jsonata("$b")}), {"Type": "Succeed", "Output": {"a": "{% $b %}"}}),
        (Fail(name="S", error="Bad", cause="So it is"), {"Type": "Fail", "Error": "Bad", "Cause": "So it is"}),
        (
            Parallel(name="S", branches=(Graph(Pass(name="A")), Graph(Pass(name="B"))), arguments={"a": 1}, next="T"),
            {
                "Type": "Parallel",
                "Arguments": {"a": 1},
                "Branches": [
                    {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
                    {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}},
                ],
                "Next": "T",
            },
        ),
        (
            Map(
                name="S",
                items=jsonata("$l"),
                item_selector={"i": 1},
                max_concurrency=1,
                processor=Graph(Pass(name="A")),
            ),
            {
                "Type": "Map",
                "Items": "{% $l %}",
                "ItemSelector": {"i": 1},
                "MaxConcurrency": 1,
                "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
                "End": True,
            },
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, dict) else "",
)
def test_each_state_type(state, expected):
    assert states(state)["S"] == expected


@pytest.mark.parametrize(
    "state",
    [
        Pass(name="{% $x %}"),
        Pass(name="S", comment="${X}"),
        Pass(name="S", assign={"a": {"b": ["{% 1 %}"]}}),
        Pass(name="S", assign={"${X}": 1}),
        Fail(name="S", error="%}", cause="c"),
        Fail(name="S", error="e", cause="a ${X} b"),
    ],
)
def test_text_that_would_be_code_is_refused_wherever_it_stands(state):
    with pytest.raises(SfnorchError, match="as code"):
        serialize_graph(Graph(state))


def test_a_value_enters_an_expression_as_its_literal():
    expression = jsonata("$a = <<text>> and $b = <<list>> and <<flag>>", text='say "so"', list=[1, None], flag=True)
    assert expression == Expression('$a = "say \\"so\\"" and $b = [1, null] and true')


def test_a_value_that_would_end_the_expression_is_refused():
    with pytest.raises(SfnorchError) as refused:
        jsonata("$a = <<text>>", text="b %} c")
    assert (
        refused.value.message
        == "'\"b %} c\"' contains '%}', which Step Functions or CloudFormation would evaluate as code"
    )
    assert refused.value.hint == "write it without {% %} ${ {{resolve:"


def test_something_that_is_no_state_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="no state of the Amazon States Language"):
        serialize_graph(Graph(_Odd()))


class _Odd:
    name = "Odd"
    comment = ""
