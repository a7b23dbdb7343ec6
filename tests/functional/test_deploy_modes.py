"""`sfnorch deploy` in express mode, with drift and after a failed rollback; nested stacks that fail.

The emulator ignores the modes of a change set and has no forced rollback: what is sent is looked at, and what
CloudFormation would answer is put into the answers.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs
from uuid import uuid4

import boto3
import botocore.session
import pytest

from sfnorch import DeployRequest, Step, deploy
from tests.conftest import Outcome, Run
from tests.functional.test_deploy import TOPIC, status
from tests.ministack import REGION, UNENDING, Account, fail_operation
from tests.screens import plain
from tests.waiting import wait_until
from tests.wire import Wire

DEPLOY = ["deploy", "--template", "t.yaml", "--stack-name", "s", "--yes"]
NESTED = """\
Resources:
  Ingest:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: "ADDRESS"}
"""
CHILD = """\
Resources:
  First: {Type: AWS::SNS::Topic}
"""
TAKEN = (
    CHILD
    + """\
  Taken:
    Type: AWS::SSM::Parameter
    DependsOn: First
    Properties: {Name: /taken, Type: String, Value: a}
"""
)
_MODEL = botocore.session.get_session().get_service_model("cloudformation")
KNOWS_EXPRESS = "DeploymentConfig" in _MODEL.operation_model("CreateChangeSet").input_shape.members
needs_express = pytest.mark.skipif(not KNOWS_EXPRESS, reason="the installed boto3 does not know express mode")


@pytest.fixture
def template(run: Run) -> Path:
    """A template in the test's folder."""
    path = Path("t.yaml")
    path.write_text(TOPIC)
    return path


def sent(wire: Wire) -> list[dict[str, str]]:
    """The parameters of each call from now on, with its operation as `Action`."""
    calls: list[dict[str, str]] = []

    def note(body: bytes) -> bytes:
        parameters = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
        if "Action" in parameters:
            calls.append(parameters)
        return body

    wire.rewritten = note
    return calls


def put_template(account: Account, text: str) -> str:
    """Put the template of a nested stack into a bucket of its own, and return its address."""
    store, bucket = account.client("s3"), f"nested-{uuid4()}"
    store.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    store.put_object(Bucket=bucket, Key="t.yaml", Body=text.encode())
    return f"{account.endpoint}/{bucket}/t.yaml"


@pytest.mark.smoke
def test_a_boto3_that_does_not_know_express_mode(run: Run, wire: Wire, template: Path):
    done = run(*DEPLOY, "--express")
    if KNOWS_EXPRESS:
        assert done.code == 0
    else:
        assert (done.code, done.err) == (
            1,
            (
                f"Error: Express mode requires boto3 1.43.38 or later; installed: {boto3.__version__}\n"
                "  upgrade it: pip install --upgrade boto3\n"
            ),
        )
        assert "CreateChangeSet" not in wire.calls


@needs_express
@pytest.mark.parametrize(("on_failure", "disabled"), [("rollback", "false"), ("keep", "true")])
def test_express_mode_is_asked_for_with_a_rollback_unless_that_is_not_wanted(
    run: Run, wire: Wire, template: Path, on_failure: str, disabled: str
):
    calls = sent(wire)
    done = run(*DEPLOY, "--express", "--on-failure", on_failure)
    assert (done.code, done.out) == (0, "Title  news\n"), done.err
    (created,) = (call for call in calls if call["Action"] == "CreateChangeSet")
    assert created["DeploymentConfig.Mode"] == "EXPRESS"
    assert created["DeploymentConfig.DisableRollback"] == disabled
    assert "OnStackFailure" not in created
    (executed,) = (call for call in calls if call["Action"] == "ExecuteChangeSet")
    assert "DisableRollback" not in executed


@needs_express
def test_express_mode_says_what_is_not_awaited(run: Run, wire: Wire, template: Path):
    wire.reworded = lambda body: body.replace(
        b"<ExecutionStatus>", b"<DeploymentConfig><Mode>EXPRESS</Mode></DeploymentConfig><ExecutionStatus>"
    )
    done = run(*DEPLOY, "--express")
    lines = plain(done.err).splitlines()
    assert lines[:4] == [
        "CHANGE  RESOURCE  TYPE",
        "add     Topic     AWS::SNS::Topic",
        "1 to add",
        "Express mode: the deployment ends before all resources are ready.",
    ]
    assert lines[-2:] == [
        "Deployed: s is CREATE_COMPLETE.",
        "Express mode: resources can still become ready, and deletions can still be running.",
    ]


def test_modes_that_a_change_set_already_has_and_that_exclude_each_other(run: Run, account: Account, template: Path):
    for option in ("--express", "--revert-drift", "--force-rollback"):
        done = run("deploy", "--stack-name", "s", "--yes", "--execute-change-set", "n", option)
        assert done.code == 2
        assert "--execute-change-set cannot be combined with" in done.err
    done = run(*DEPLOY, "--express", "--on-failure", "delete")
    assert done.code == 2
    assert done.err.endswith(
        "Error: --express requires --on-failure rollback or keep; CloudFormation accepts no other.\n"
    )


@needs_express
def test_a_stack_that_failed_in_express_mode_without_rollback(run: Run, wire: Wire, account: Account, template: Path):
    """CloudFormation says so about the stack; it takes only an update in the same mode."""
    account.client("ssm").put_parameter(Name="/taken", Value="x", Type="String")
    assert run(*DEPLOY).code == 0
    template.write_text(TAKEN)
    assert run(*DEPLOY, "--on-failure", "keep").code == 1  # the emulator has no express mode
    wire.reworded = lambda body: body.replace(
        b"<StackStatus>", b"<DeploymentConfig><Mode>EXPRESS</Mode></DeploymentConfig><StackStatus>"
    )
    account.client("ssm").delete_parameter(Name="/taken")
    done = run(*DEPLOY, "--express")
    assert (done.code, done.err) == (
        1,
        (
            "Error: s is UPDATE_FAILED after an update in express mode without rollback, which CloudFormation can't roll "
            "back\n  deploy a template that succeeds, or the last one that did, with --express --on-failure keep\n"
        ),
    )
    shown = run("diff", "--template", "t.yaml", "--stack-name", "s")
    assert shown.out.splitlines()[-2] == (
        "s is UPDATE_FAILED after an update in express mode without rollback, which CloudFormation can't roll back. The "
        "changes to resources are unknown."
    )
    calls = sent(wire)
    run(*DEPLOY, "--express", "--on-failure", "keep")
    assert [call["Action"] for call in calls if call["Action"] in ("RollbackStack", "CreateChangeSet")] == [
        "CreateChangeSet"
    ]


@pytest.mark.smoke
def test_drift_is_shown_by_diff(run: Run, account: Account, template: Path):
    assert run(*DEPLOY).code == 0
    command = ("diff", "--template", "t.yaml", "--stack-name", "s", "--exit-code")
    assert run(*command, "--drift").out == "s: no differences.\n"
    topic = account.client("sns").list_topics()["Topics"][0]["TopicArn"]
    account.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="by hand")
    assert run(*command).out == "s: no differences.\n"
    done = run(*command, "--drift")
    assert (done.code, done.out) == (
        4,
        "DRIFT     RESOURCE  PROPERTY     TEMPLATE   ACTUAL \nmodified  Topic     DisplayName  news hush  by hand\n",
    )
    document = json.loads(run(*command, "--drift", "--output", "json").out)
    assert (document["differs"], document["note"]) == (True, None)
    assert document["drift"] == [
        {
            "resource": "Topic",
            "physicalId": topic,
            "type": "AWS::SNS::Topic",
            "status": "MODIFIED",
            "properties": [{"path": "DisplayName", "expected": "news hush", "actual": "by hand"}],
            "ignored": [],
            "reason": "",
        }
    ]
    account.client("sns").delete_topic(TopicArn=topic)
    assert run(*command, "--drift").out.splitlines()[-1].split() == ["deleted", "Topic"]


def test_drift_of_a_nested_stack_and_of_a_stack_where_it_is_not_detected(run: Run, account: Account, template: Path):
    template.write_text(NESTED.replace("ADDRESS", put_template(account, TOPIC)))
    assert run(*DEPLOY).code == 0
    command = ("diff", "--template", "t.yaml", "--stack-name", "s")
    topic = account.client("sns").list_topics()["Topics"][0]["TopicArn"]
    account.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="by hand")
    row = run(*command, "--drift").out.splitlines()[-1]
    assert row.split("  ") == ["modified", "Ingest/Topic", "DisplayName", "news hush", "by hand"]
    assert run("deploy", "--template", "t.yaml", "--stack-name", "new", "--no-execute").code == 0
    done = run("diff", "--template", "t.yaml", "--stack-name", "new", "--drift", "--output", "json")
    document = json.loads(done.out)
    assert document["drift"] is None
    assert document["note"].splitlines()[-1] == "The drift is unknown: new is REVIEW_IN_PROGRESS."


def test_drift_is_reverted_by_a_change_set_of_its_own_kind(run: Run, wire: Wire, account: Account, template: Path):
    calls = sent(wire)
    assert run(*DEPLOY, "--revert-drift").code == 0
    template.write_text(TOPIC.replace("${Title}", "the ${Title}"))
    for _ in range(2):  # a change set that is left is not taken again: the resources may have changed since
        assert run(*DEPLOY, "--revert-drift", "--no-execute").code == 0
    assert run(*DEPLOY).code == 0
    created = [call.get("DeploymentMode", "") for call in calls if call["Action"] == "CreateChangeSet"]
    assert created == ["", "REVERT_DRIFT", "REVERT_DRIFT", ""]  # a stack that is created has no drift


def test_a_nested_stack_that_fails_is_named_by_its_resource(run: Run, account: Account, template: Path):
    account.client("ssm").put_parameter(Name="/taken", Value="x", Type="String")
    template.write_text(NESTED.replace("ADDRESS", put_template(account, CHILD)))
    assert run(*DEPLOY).code == 0
    template.write_text(NESTED.replace("ADDRESS", put_template(account, TAKEN)))
    done = run(*DEPLOY)
    assert done.code == 1
    says, why, hint = done.err.splitlines()[-3:]
    assert says == "Error: s: UPDATE_ROLLBACK_COMPLETE"
    assert why.startswith(
        "Error: Taken (AWS::SSM::Parameter) in the nested stack Ingest: AWS::SSM::Parameter create failed: "
    )
    assert hint.startswith("  the name is in use: ")
    assert status(account) == "UPDATE_ROLLBACK_COMPLETE"
    template.write_text(NESTED.replace("ADDRESS", put_template(account, TAKEN + "  # again\n")))
    failure = json.loads(run(*DEPLOY, "--output", "json").out)["failure"]
    assert (failure["nestedStacks"], failure["resource"], failure["type"], failure["notRolledBack"]) == (
        ["Ingest"],
        "Taken",
        "AWS::SSM::Parameter",
        [],
    )


CONTINUED = (
    "fix the cause and deploy again, which continues the rollback; --force-rollback skips the resources that cannot be "
    "rolled back"
)
POOL = """\
Parameters: {Guests: {Type: String, Default: 'true'}}
Resources:
  Pool: {Type: AWS::Cognito::IdentityPool, Properties: {AllowUnauthenticatedIdentities: !Ref Guests}}
"""


EXTRAS = {
    "version": 1.0,
    "merge": {"shapes": {"ContinueUpdateRollbackInput": {"members": {"ForceRollback": {"shape": "DisableRollback"}}}}},
}
"""What the model of botocore 1.43.110 has in addition to earlier ones."""


@pytest.fixture
def stuck(run: Run, wire: Wire, account: Account, template: Path) -> Outcome:
    """A stack with a pool that was deleted by hand while an update failed, so that it can't be rolled back."""
    template.write_text(POOL)
    assert run(*DEPLOY).code == 0
    template.write_text(POOL + UNENDING.replace("WaitCondition, ", "WaitCondition, DependsOn: Pool, "))
    pools = account.client("cognito-identity")
    (pool,) = (row["IdentityPoolId"] for row in pools.list_identity_pools(MaxResults=9)["IdentityPools"])

    def break_rollback() -> None:
        wait_until(lambda: "Pool" in complete(account))
        pools.delete_identity_pool(IdentityPoolId=pool)
        fail_operation(account, "s")

    wire.once_after("DescribeStackEvents", break_rollback, calls=3)
    done = run(*DEPLOY, "--parameter-overrides", "Guests=false")
    template.write_text(POOL)
    wire.reworded = fail_listed_resource
    return done


def fail_listed_resource(body: bytes) -> bytes:
    """Give the resource in a list the status that it has in AWS: the emulator shows the one before the update."""
    if b"<StackResourceSummaries>" not in body:
        return body
    reason = b"<ResourceStatusReason>no longer exists</ResourceStatusReason>"
    return body.replace(
        b"<ResourceStatus>CREATE_COMPLETE</ResourceStatus>", b"<ResourceStatus>UPDATE_FAILED</ResourceStatus>" + reason
    )


def test_what_can_not_be_rolled_back_is_named(stuck: Outcome, run: Run, account: Account):
    assert (stuck.code, stuck.err.splitlines()[-3:]) == (
        1,
        [
            "Error: s: UPDATE_ROLLBACK_FAILED",
            (
                "Error: Wait (AWS::CloudFormation::WaitCondition): WaitCondition received failed message: '' for "
                "uniqueId: 1"
            ),
            f"  {CONTINUED}",
        ],
    )
    done = run(*DEPLOY)
    lines = done.err.splitlines()
    assert (done.code, lines[:2]) == (
        1,
        [
            "s is UPDATE_ROLLBACK_FAILED: its last update failed, and its rollback failed too.",
            "  Pool (AWS::Cognito::IdentityPool): no longer exists",
        ],
    )
    assert lines[-4] == "Error: s: UPDATE_ROLLBACK_FAILED"
    assert lines[-3].startswith("Error: Pool (AWS::Cognito::IdentityPool): AWS::Cognito::IdentityPool eu-central-1:")
    assert lines[-2:] == ["Error: not rolled back: Pool", f"  {CONTINUED}"]
    failure = json.loads(run(*DEPLOY, "--output", "json").out)["failure"]
    assert (failure["status"], failure["resource"], failure["nestedStacks"]) == ("UPDATE_ROLLBACK_FAILED", "Pool", [])
    assert [(row["resource"], row["type"], row["reason"]) for row in failure["notRolledBack"]] == [
        ("Pool", "AWS::Cognito::IdentityPool", "no longer exists")
    ]
    assert status(account) == "UPDATE_ROLLBACK_FAILED"


def test_what_can_not_be_rolled_back_is_skipped_on_request(
    stuck: Outcome, run: Run, wire: Wire, account: Account, template: Path, monkeypatch: pytest.MonkeyPatch
):
    """With the model of a later boto3; the emulator gets the name of the resource to skip instead."""
    model = Path("models/cloudformation/2010-05-15/service-2.sdk-extras.json")
    model.parent.mkdir(parents=True)
    model.write_text(json.dumps(EXTRAS))
    monkeypatch.setenv("AWS_DATA_PATH", str(Path("models").resolve()))
    wire.rewritten = lambda body: body.replace(b"ForceRollback=true", b"ResourcesToSkip.member.1=Pool")
    asked: list[Step] = []
    request = DeployRequest(template=template, stack_name="s", force_rollback=True)
    declined = deploy(request, consent=lambda step: bool(asked.append(step)))
    assert (declined.end, status(account)) == ("declined", "UPDATE_ROLLBACK_FAILED")
    assert [step.question for step in asked] == ["Skip these resources, and force the rollback first?"]
    done = run(*DEPLOY, "--force-rollback")
    lines = [line for line in plain(done.err).splitlines() if not line.startswith("HH:MM:SS")]
    assert lines == [
        "s is UPDATE_ROLLBACK_FAILED: its last update failed, and its rollback failed too.",
        "  Pool (AWS::Cognito::IdentityPool): no longer exists",
        "The skipped resources can differ from the template of the stack; an update can fail until they match.",
        "No changes: s is UPDATE_ROLLBACK_COMPLETE.",
    ]
    assert status(account) == "UPDATE_ROLLBACK_COMPLETE"


def complete(account: Account) -> set[str]:
    """The resources of the stack whose last operation is complete."""
    rows = account.client("cloudformation").describe_stack_resources(StackName="s")["StackResources"]
    return {row["LogicalResourceId"] for row in rows if row["ResourceStatus"].endswith("COMPLETE")}
