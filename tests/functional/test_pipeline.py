"""`sfnorch pipeline`: what it renders, what it refuses, and its stack in an emulator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.golden.artifacts import PIPELINES, PLANS, ROOT
from tests.ministack import REGION, Account
from tests.screens import plain
from tests.wire import Wire

CONNECTION = f"arn:aws:codeconnections:{REGION}:123456789012:connection/0a1b"
GIVEN = f"ConnectionArn={CONNECTION}", "Repository=team/etl"
FAULTS = {
    ("ConnectionArn=mine", "Repository=etl", "Branch=a..b", "StackName=9a"): """\
Error: ConnectionArn cannot be 'mine': the ARN of a connection, arn:aws:codeconnections:REGION:ACCOUNT:connection/ID
Error: Repository cannot be 'etl': letters, digits, dots, dashes and underscores, with a slash between owner and name
Error: Branch cannot be 'a..b': a branch's name: letters, digits, dots, dashes, underscores and slashes, without .. or //, and without a dot or a slash at its end
Error: StackName cannot be '9a': 1 to 64 letters, digits and hyphens, starting with a letter
  set parameters with --parameter-overrides KEY=VALUE
""",
    (*GIVEN, f"StackName={'a' * 65}"): f"""\
Error: StackName cannot be '{"a" * 65}': it must have at most 64 characters
  set parameters with --parameter-overrides KEY=VALUE
""",
    (*GIVEN, "Repositories=x"): """\
Error: unknown parameter Repositories; did you mean Repository?
  set parameters with --parameter-overrides KEY=VALUE
""",
    (*GIVEN, 'Child1GlueJobs=a","StackName":"b'): """\
Error: Child1GlueJobs cannot be 'a","StackName":"b': it must match ^[^\\x00-\\x1f"'%*?\\\\{}]*$
  set parameters with --parameter-overrides KEY=VALUE
""",
}
USAGE = {
    ("--stack-name", "9"): (
        "Invalid value for '--stack-name': '9' is not a stack name; use 1 to 128 letters, digits and hyphens, and "
        "begin with a letter."
    ),
    ("--parameter-overrides", "StackName=master-step-function-pipeline"): (
        "master-step-function-pipeline is the stack of the plan; pass another --stack-name for the stack of the pipeline."
    ),
    ("--parameter-overrides", '{"Branch": 1, "Repository": null}'): (
        "--parameter-overrides: values must be strings; quote the value of Branch and Repository."
    ),
    ("--parameter-overrides", '{"Branch": '): (
        "--parameter-overrides: invalid JSON: Expecting value: line 1 column 12 (char 11)."
    ),
    ("--parameter-overrides", "@nowhere.json"): (
        "--parameter-overrides: nowhere.json can't be read: No such file or directory."
    ),
    ("--parameter-overrides", '{"Branch": "a"}', "--parameter-overrides", "Branch=b"): (
        "--parameter-overrides: duplicate key Branch."
    ),
    ("--no-execute", "--execute-change-set", "c"): (
        "--execute-change-set cannot be combined with a plan, a template, parameters or settings; the change set contains them."
    ),
    ("--supersede",): "--supersede requires --no-execute.",
    ("--parameter-overrides", '{"Branch": "a", "Branch": "b"}'): (
        "--parameter-overrides: invalid JSON: duplicate key Branch."
    ),
    ("--execute-change-set", "c", "--source", "s3"): (
        "--execute-change-set cannot be combined with a plan, a template, parameters or settings; the change set contains them."
    ),
    ("--dotenv", "review.env"): "--dotenv requires --no-execute.",
}


@pytest.mark.smoke
def test_render_writes_the_template(run: Run):
    done = run("pipeline", "render")
    text = (ROOT / "cloudformation" / "pipeline.yaml").read_text()
    assert (done.code, done.err) == (0, "")
    assert done.out == f"Wrote cloudformation/pipeline.yaml: the template of a pipeline, {len(text):,} bytes.\n"
    assert Path("cloudformation/pipeline.yaml").read_text() == text


@pytest.mark.parametrize(
    ("plan", "arguments", "golden"),
    [
        ("all-settings", ("--source", "codecommit"), "codecommit"),
        ("all-settings", ("--source", "s3"), "s3"),
        ("dynamic-three-resources", ("--no-approval",), "given-topic-without-approval"),
    ],
)
def test_render_by_the_plan_its_source_and_approval(run: Run, plan: str, arguments: tuple[str, ...], golden: str):
    done = run("pipeline", "render", "--plan", str(PLANS / f"{plan}.plan.yaml"), *arguments, "-o", "-")
    assert (done.code, done.err) == (0, "")
    assert done.out == (PIPELINES / f"{golden}.yaml").read_text()


def test_render_where_it_cannot_be_written(run: Run):
    done = run("pipeline", "render", "-o", "nowhere/pipeline.yaml")
    assert (done.code, done.err) == (
        1,
        "Error: nowhere/pipeline.yaml can't be written: No such file or directory; create the folder first\n",
    )


@pytest.mark.parametrize("given", FAULTS, ids=lambda given: given[-1])
def test_a_value_that_the_pipeline_cannot_take_is_told_before_anything_is_asked(
    run: Run, wire: Wire, given: tuple[str, ...]
):
    done = run("pipeline", "deploy", "--yes", "--parameter-overrides", *given)
    assert (done.code, done.out, done.err) == (1, "", FAULTS[given])
    assert wire.calls == []


def test_a_source_without_its_connection_is_told_before_anything_is_made(run: Run, wire: Wire):
    done = run("pipeline", "deploy", "--yes", "--parameter-overrides", "Repository=team/etl")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: the parameter ConnectionArn has no default; specify a value\n  set parameters with --parameter-overrides KEY=VALUE\n"
    )
    assert wire.calls == ["DescribeStacks"]


@pytest.mark.parametrize("arguments", USAGE, ids=lambda arguments: arguments[-1])
def test_wrong_usage(run: Run, wire: Wire, arguments: tuple[str, ...]):
    done = run("pipeline", "deploy", "--yes", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(f"Error: {USAGE[arguments]}\n")
    assert wire.calls == []


@pytest.mark.parametrize("source", [pytest.param("connection", marks=pytest.mark.smoke), "codecommit", "s3"])
def test_deploy_makes_the_stack(run: Run, emulated: Wire, account: Account, source: str):
    given = {"connection": GIVEN, "codecommit": ("Repository=etl",), "s3": ()}[source]
    given += ("StackName=nightly-etl", "Child1GlueJobs=extract orders,load", "AllowedGlueJobs=etl-*,load")
    done = run("pipeline", "deploy", "--source", source, "--yes", "--parameter-overrides", *given)
    assert done.code == 0, done.err
    (stack,) = account.client("cloudformation").describe_stacks()["Stacks"]
    assert (stack["StackName"], stack["StackStatus"]) == ("master-step-function-pipeline", "CREATE_COMPLETE")
    values = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]}
    assert {"StackName=nightly-etl", "Child1GlueJobs=extract orders,load"} <= {f"{k}={v}" for k, v in values.items()}

    bucket = next(line.split()[1] for line in done.out.splitlines() if line.startswith("ArtifactBucketName"))
    s3 = account.client("s3")
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"][0]
    assert (policy["Effect"], policy["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})

    project = account.client("codebuild").batch_get_projects(names=["master-step-function-pipeline"])["projects"][0]
    variables = {variable["name"]: variable["value"] for variable in project["environment"]["environmentVariables"]}
    handed_on = json.loads(variables["PARAMETERS"])
    boundary = f"arn:aws:iam::{account.number}:policy/master-step-function-pipeline-RoleBoundary-"
    assert handed_on.pop("PermissionsBoundaryArn").startswith(boundary)
    assert handed_on == {"Child1GlueJobs": "extract orders,load", "AllowedGlueJobs": "etl-*,load"}

    again = run("pipeline", "deploy", "--source", source, "--yes")
    assert (again.code, plain(again.err).splitlines()[-1]) == (
        0,
        "No changes: master-step-function-pipeline is CREATE_COMPLETE.",
    )
    deleted = run("delete", "--stack-name", "master-step-function-pipeline", "--yes")
    assert deleted.code == 0, deleted.err
    s3.head_bucket(Bucket=bucket)  # it is retained
