"""What is read of a buildspec's commands."""

from __future__ import annotations

import pytest

from sfnorch.lint.commands import calls, needs, read_buildspec
from sfnorch.template.resources import Surroundings

STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack"
CALLS = {
    "sfnorch lint": [("sfnorch", "lint")],
    "if [ $A = b ]; then sfnorch deploy; fi": [("[", "$A", "=", "b", "]"), ("sfnorch", "deploy")],
    "A=1 B=2 aws s3 ls && sam build || exit 1": [("aws", "s3", "ls"), ("sam", "build"), ("exit", "1")],
    "aws s3 cp a \\\n  s3://b/c": [("aws", "s3", "cp", "a", "s3://b/c")],
    "cd a\nsam deploy --stack-name $NAME # now": [("cd", "a"), ("sam", "deploy", "--stack-name", "etl")],
    "echo 'it": [],
    "": [],
}
NEEDS = {
    ("sfnorch", "lint"): [],
    ("sfnorch", "pipeline", "render"): [],
    ("python", "-m", "pip", "install", "sfnorch"): [],
    ("make",): None,
    ("sfnorch", "outputs", "--stack-name", "etl"): [("cloudformation:DescribeStacks", f"{STACK}/etl/*")],
    ("sfnorch", "outputs", "--stack-name", "$NAME"): [("cloudformation:DescribeStacks", f"{STACK}/*/*")],
    ("sfnorch", "deploy", "--execute-change-set", "c", "--stack-name=etl"): [
        (f"cloudformation:{action}", f"{STACK}/etl/*")
        for action in ("DescribeStacks", "DescribeChangeSet", "ExecuteChangeSet", "DescribeStackEvents")
    ],
    ("sam", "deploy", "--no-execute-changeset", "--stack-name", "etl", "--s3-bucket", "b"): [
        *(
            (f"cloudformation:{action}", f"{STACK}/etl/*")
            for action in ("CreateChangeSet", "DescribeChangeSet", "DescribeStacks", "GetTemplateSummary")
        ),
        ("s3:PutObject", "arn:aws:s3:::b/*"),
    ],
    ("aws", "s3", "cp", "a", "s3://b/c"): [("s3:PutObject", "arn:aws:s3:::b/c*")],
    ("aws", "s3", "sync", "s3://b", "."): [("s3:GetObject", "arn:aws:s3:::b/*")],
    ("aws", "stepfunctions", "start-execution"): [("states:StartExecution", "*")],
    ("aws", "nothing", "at-all"): None,
}


@pytest.mark.parametrize("command", CALLS)
def test_calls(command: str):
    assert list(calls(command, {"NAME": "etl"})) == CALLS[command]


@pytest.mark.parametrize("call", NEEDS, ids=" ".join)
def test_needs(call: tuple[str, ...]):
    found = needs(call, Surroundings())
    assert (found and [(need.action, need.resource) for need in found]) == NEEDS[call]


def test_a_buildspec():
    spec = read_buildspec(
        "version: 0.2\nenv: {variables: {A: 1}}\nreports: {t: {files: [r.xml]}}\n"
        "phases:\n  build: {commands: [a, 3], finally: [b]}\n  install: {commands: c}\n  pre_build:\n"
    )
    assert spec is not None
    assert (spec.commands, spec.variables, spec.reports) == ((("build", "a"), ("build", "b")), {"A": "1"}, True)


@pytest.mark.parametrize("text", ["", "a", "[1]", "phases: x", "a: [", "\x00"])
def test_what_is_no_buildspec(text: str):
    assert read_buildspec(text) is None
