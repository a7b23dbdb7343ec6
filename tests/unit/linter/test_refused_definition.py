"""What refused-definition reports: at the right line, each mistake once; nothing that AWS accepts."""

from __future__ import annotations

import textwrap

import pytest

from sfnorch.linter.run import Linter
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template

LINTING = Linter(["failure-not-notified", "polling-without-bound", "branch-stops-siblings", "wrong-partition"])
HEAD = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Role: arn:aws:iam::123456789012:role/r
      Definition:
"""


def found(definition: str) -> list[tuple[str, int | None, str]]:
    """The rule, the definition's own line, and the message of each finding; the machine's role is not part of it."""
    text = HEAD + textwrap.indent(definition, " " * 8)
    head = HEAD.count("\n")
    return [
        (finding.rule, (finding.line or 0) - head, finding.message)
        for finding in LINTING.lint_template(evaluate_template(parse_template(text, "t.yaml")))
        if finding.rule != "permission-unknown"
    ]


PASSED = {
    "an expression over several lines": (
        "QueryLanguage: JSONata\nStartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: !Sub 'arn:${AWS::Partition}:states:::lambda:invoke'\n"
        "    Arguments: |-\n      {% (\n        $states.input\n      ) %}\n    End: true\n"
    ),
    "a whole number for the rate": (
        "StartAt: A\nStates:\n  A: {Type: Task, Resource: !Sub 'arn:${AWS::Partition}:states:::lambda:invoke', End: true, "
        "Retry: [{ErrorEquals: [E], BackoffRate: 2}]}\n"
    ),
    "a reader's later fields, a label": (
        "StartAt: A\nStates:\n  A:\n    Type: Map\n    Label: A\n    ItemReader: {Resource: !Sub 'arn:${AWS::Partition}:states:::s3:getObject', "
        "ReaderConfig: {InputType: CSV, CSVHeaderLocation: FIRST_ROW, MaxItems: 5}, Parameters: {Bucket: b, Key: k}}\n"
        "    ItemProcessor: {ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}, StartAt: B, "
        "States: {B: {Type: Succeed}}}\n    End: true\n"
    ),
    "paths with dashes and filters": (
        "StartAt: A\nStates:\n  A: {Type: Pass, Parameters: {a.$: '$.some-key', b.$: \"$.list[?(@.x == 'y')]\", "
        "c.$: \"States.StringSplit($.a, '-')\"}, ResultPath: $.some-key, Next: B}\n"
        "  B: {Type: Wait, SecondsPath: $$.Execution.Input.wait, Next: C}\n"
        "  C: {Type: Fail, ErrorPath: '$[1].Error', CausePath: '$[1].Cause'}\n"
    ),
    "parameters of a Parallel, paths of a Succeed": (
        "StartAt: A\nStates:\n  A:\n    Type: Parallel\n    Parameters: {a: 1}\n    Branches:\n"
        "    - {StartAt: B, States: {B: {Type: Succeed, OutputPath: $.a}}}\n    End: true\n"
    ),
    "an expression for a number": (
        "QueryLanguage: JSONata\nStartAt: A\nStates:\n  A: {Type: Wait, Seconds: '{% 5 %}', Next: B}\n"
        "  B: {Type: Task, Resource: !Sub 'arn:${AWS::Partition}:states:::lambda:invoke', End: true}\n"
    ),
}


@pytest.mark.parametrize("name", PASSED)
def test_what_aws_takes(name: str):
    assert found(PASSED[name]) == []


TOLD: dict[str, tuple[str, list[tuple[str, int, str]]]] = {
    "a dangling Default and the states behind it": (
        (
            "StartAt: A\nStates:\n  A:\n    Type: Choice\n    Choices: [{Variable: $.a, IsNull: true, Next: B}]\n"
            "    Default: X\n  B: {Type: Succeed}\n  C: {Type: Succeed}\n"
        ),
        [("refused-definition", 6, "Missing 'Next' target: X")],
    ),
    "a dangling Catch": (
        (
            "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: !Sub 'arn:${AWS::Partition}:states:::lambda:invoke'\n"
            "    Catch: [{ErrorEquals: [States.ALL], Next: X}]\n    End: true\n"
        ),
        [("refused-definition", 6, "Missing 'Next' target: X")],
    ),
    "a Next into another scope": (
        (
            "StartAt: A\nStates:\n  A:\n    Type: Map\n    ItemProcessor:\n      StartAt: B\n      States:\n"
            "        B: {Type: Pass, Next: C}\n        D: {Type: Succeed}\n    Next: C\n  C: {Type: Succeed}\n"
        ),
        [("refused-definition", 8, "Missing 'Next' target: C")],
    ),
    "an unreachable state": (
        "StartAt: A\nStates:\n  A: {Type: Succeed}\n  A.B [x]: {Type: Succeed}\n",
        [("refused-definition", 4, 'State "A.B [x]" is not reachable.')],
    ),
    "no such start": (
        "StartAt: X\nStates:\n  A: {Type: Succeed}\n",
        [("refused-definition", 1, "Missing 'Next' target: X")],
    ),
    "no end": (
        "StartAt: A\nStates:\n  A: {Type: Pass, Next: B}\n  B: {Type: Pass, Next: A}\n",
        [("refused-definition", 2, "Workflow has no terminal state")],
    ),
    "a name twice": (
        (
            "StartAt: A\nStates:\n  A:\n    Type: Parallel\n    End: true\n    Branches:\n"
            "    - {StartAt: B, States: {B: {Type: Succeed}}}\n    - StartAt: B\n      States:\n        B: {Type: Succeed}\n"
        ),
        [("refused-definition", 10, "Duplicate State name: B")],
    ),
    "States.ALL first": (
        (
            "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: !Sub 'arn:${AWS::Partition}:states:::lambda:invoke'\n    Catch:\n"
            "    - {ErrorEquals: [States.ALL], Next: B}\n    - {ErrorEquals: [E], Next: B}\n    End: true\n"
            "  B: {Type: Succeed}\n"
        ),
        [("refused-definition", 7, "States.ALL must appear alone and at end of list")],
    ),
    "neither Next nor End": (
        "StartAt: A\nStates:\n  A: {Type: Pass}\n  B: {Type: Succeed}\n",
        [("refused-definition", 3, "This object should have only one of the following fields: [Next, End]")],
    ),
    "a misspelt key": (
        "StartAt: A\nStates:\n  A: {Type: Pass, Nxt: B}\n  B: {Type: Succeed}\n",
        [("refused-definition", 3, "Field 'Nxt' is not supported")],
    ),
    "no path": (
        "StartAt: A\nStates:\n  A: {Type: Pass, Parameters: {a.$: b}, End: true}\n",
        [
            (
                "refused-definition",
                3,
                "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call",
            )
        ],
    ),
    "nothing of a state": (
        "Comment: empty\n",
        [
            ("refused-definition", 1, "These fields are required: [States, StartAt]"),
        ],
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_each_mistake_once(name: str):
    definition, expected = TOLD[name]
    assert found(definition) == expected


LATER = {
    "Assign in JSONPath": (
        "StartAt: A\nStates:\n  A: {Type: Pass, Assign: {x.$: $.a}, Next: B}\n"
        "  B: {Type: Choice, Choices: [{Variable: $.a, IsNull: true, Assign: {y: 1}, Next: C}], Assign: {y: 2}, Default: C}\n"
        "  C: {Type: Succeed}\n"
    ),
    "expressions for numbers and times": (
        "QueryLanguage: JSONata\nStartAt: A\nStates:\n"
        "  A: {Type: Task, Resource: !Sub 'arn:${AWS::Partition}:states:::lambda:invoke', TimeoutSeconds: '{% 5 %}', Next: B}\n"
        "  B: {Type: Wait, Timestamp: '{% $states.input.t %}', Next: C}\n"
        "  C:\n    Type: Map\n    MaxConcurrency: '{% 2 %}'\n    Items: '{% [1] %}'\n"
        "    ItemProcessor: {StartAt: D, States: {D: {Type: Succeed}}}\n    Next: E\n"
        "  E: {Type: Choice, Choices: [{Condition: true, Next: F}], Default: F}\n  F: {Type: Succeed}\n"
    ),
    "a writer's own fields": (
        "StartAt: A\nStates:\n  A:\n    Type: Map\n    ResultWriter: {WriterConfig: {OutputType: JSON, Transformation: NONE}}\n"
        "    ItemProcessor: {ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}, StartAt: B, "
        "States: {B: {Type: Succeed}}}\n    End: true\n"
    ),
}


@pytest.mark.parametrize("name", LATER)
def test_what_other_linters_lack(name: str):
    assert found(LATER[name]) == []


def test_a_retrier_of_everything_stands_last_and_alone():
    assert found(
        "StartAt: A\nStates:\n  A:\n    Type: Task\n    Resource: !Sub 'arn:${AWS::Partition}:states:::lambda:invoke'\n    Retry:\n"
        "    - {ErrorEquals: [States.ALL]}\n    - {ErrorEquals: [E, States.ALL]}\n    - {ErrorEquals: [F]}\n    End: true\n"
    ) == [
        ("refused-definition", 7, "States.ALL must appear alone and at end of list"),
        ("refused-definition", 8, "States.ALL must appear alone and at end of list"),
    ]
