"""`sfnorch deploy` in express mode, with drift and after a failed rollback; nested stacks that fail.

The emulator ignores the modes of a change set and has no forced rollback: what is sent is looked at, and what
CloudFormation would answer is put into the answers.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from tests.conftest import Run
from tests.functional.test_deploy import TOPIC, status
from tests.ministack import Account
from tests.screens import plain
from tests.wire import Answer, Wire

DEPLOY = ["deploy", "--template", "t.yaml", "--stack-name", "s", "--yes"]
NESTED = """\
Resources:
  Ingest:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: URL}
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
    """Put the template of a nested stack into a bucket, and return its address."""
    bucket = account.client("s3")
    bucket.create_bucket(Bucket="nested", CreateBucketConfiguration={"LocationConstraint": bucket.meta.region_name})
    return replace_template(account, text)


def replace_template(account: Account, text: str) -> str:
    """Put the template of a nested stack, and return an address that no earlier one had."""
    key = f"{abs(hash(text))}.yaml"
    account.client("s3").put_object(Bucket="nested", Key=key, Body=text.encode())
    return f"{account.endpoint}/nested/{key}"


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
        "DRIFT     RESOURCE  PROPERTY     TEMPLATE   ACTUAL\nmodified  Topic     DisplayName  news hush  by hand\n",
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
    template.write_text(NESTED.replace("URL", put_template(account, TOPIC.replace("Resources", "Resources"))))
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
    template.write_text(NESTED.replace("URL", put_template(account, CHILD)))
    assert run(*DEPLOY).code == 0
    template.write_text(NESTED.replace("URL", replace_template(account, TAKEN)))
    done = run(*DEPLOY)
    assert done.code == 1
    assert done.err.splitlines()[-3:-1] == []
    assert status(account) == "UPDATE_ROLLBACK_COMPLETE"
