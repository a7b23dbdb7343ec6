"""What is read of a buildspec's commands."""

from __future__ import annotations

import pytest

from sfnorch.delivery.commands.buildspecs import read_buildspec
from sfnorch.delivery.commands.permissions import can_change_credentials, find_needs
from sfnorch.template.resources import StackEnvironment

STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack"
NEEDS = {
    ("sfnorch", "lint"): [],
    ("sfnorch", "pipeline", "render"): [],
    ("python", "-m", "pip", "install", "sfnorch"): [],
    ("uv", "run", "sfnorch", "lint"): [],
    ("aws", "sts", "get-caller-identity"): [],
    ("aws", "s3", "cp", "a", "s3://b", "--dryrun"): [],
    ("aws", "s3", "cp", "s3://b/c", ".", "--no-sign-request"): [],
    ("aws", "s3", "cp", "-", "s3://b/c"): [("s3:PutObject", "arn:aws:s3:::b/c*")],
    ("aws", "s3", "sync", "--exclude", "x", "a", "s3://b/"): [("s3:PutObject", "arn:aws:s3:::b/*")],
    ("aws", "s3", "rm", "s3://b/c"): [("s3:DeleteObject", "arn:aws:s3:::b/c*")],
    ("aws", "s3", "cp", "s3://$B/c", "."): [("s3:GetObject", "*")],
    ("aws", "--region", "x", "--debug", "stepfunctions", "start-execution"): [("states:StartExecution", "*")],
    ("aws", "ecr", "get-login-password"): [("ecr:GetAuthorizationToken", "*")],
    ("pytest",): None,
    ("./test",): None,
    ("aws",): None,
    ("make",): None,
    ("sfnorch", "outputs", "--stack-name", "etl"): [("cloudformation:DescribeStacks", f"{STACK}/etl/*")],
    ("sfnorch", "outputs", "--stack-name", "$NAME"): [("cloudformation:DescribeStacks", f"{STACK}/*/*")],
    ("sfnorch", "deploy", "--execute-change-set", "c", "--stack-name=etl"): [
        (f"cloudformation:{action}", f"{STACK}/etl/*")
        for action in ("DescribeStacks", "DescribeChangeSet", "ExecuteChangeSet", "DescribeStackEvents")
    ],
    ("sfnorch", "diff", "--drift", "--stack-name", "etl"): [
        *(
            (f"cloudformation:{action}", f"{STACK}/etl/*")
            for action in (
                *("CreateChangeSet", "DescribeChangeSet", "DescribeStacks", "DeleteChangeSet", "GetTemplate"),
                *("ListStackResources", "DetectStackDrift", "DetectStackResourceDrift", "DescribeStackResourceDrifts"),
            )
        ),
        ("cloudformation:DescribeStackDriftDetectionStatus", "*"),
        ("cloudformation:BatchDescribeTypeConfigurations", "*"),
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


@pytest.mark.parametrize("call", NEEDS, ids=" ".join)
def test_needs(call: tuple[str, ...]):
    found = find_needs(call, StackEnvironment())
    assert (found and [(need.action, need.resource) for need in found]) == NEEDS[call]


def test_a_buildspec():
    spec = read_buildspec(
        "version: 0.2\nenv: {variables: {A: 1}}\nreports: {t: {files: [r.xml]}}\n"
        "phases:\n  build: {commands: [a, 3], finally: [b]}\n  install: {commands: c}\n  pre_build:\n"
    )
    assert spec is not None
    assert spec.commands == (("build", "a"), ("build", "3"), ("build", "b"))
    assert (spec.variables, spec.reports, spec.stores) == ({"A": "1"}, True, ())


def test_a_variable_that_a_command_changes_is_not_known():
    text = "env: {variables: {A: 1, B: 2, C: ''}, parameter-store: {D: d}}\nphases: {build: {commands: [export B=3]}}"
    spec = read_buildspec(text)
    assert spec is not None
    assert (spec.variables, spec.stores) == ({"A": "1"}, ("parameter-store",))


def test_commands_that_may_act_as_another():
    assert can_change_credentials("aws sts assume-role --role-arn r")
    assert can_change_credentials("export AWS_ACCESS_KEY_ID=$A")
    assert not can_change_credentials("aws s3 ls")


@pytest.mark.parametrize("text", ["", "a", "[1]", "phases: x", "a: [", "\x00", "a: " + "[" * 200])
def test_what_is_no_buildspec(text: str):
    assert read_buildspec(text) is None
