"""`sfnorch diff`, `outputs`, `delete`, whole, against an emulator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Outcome, Run
from tests.functional.test_deploy import TOPIC, change_sets, status
from tests.functional.test_deploy_faults import LARGE
from tests.ministack import Account
from tests.screens import plain


@pytest.fixture
def stack(run: Run, account: Account) -> Run:
    """Runs a command for the stack `s`, which is deployed."""
    Path("t.yaml").write_text(TOPIC)
    assert run("deploy", "--template", "t.yaml", "--stack-name", "s", "--yes").code == 0

    def command(name: str, *arguments: str) -> Outcome:
        done = run(name, "--stack-name", "s", *arguments)
        return Outcome(code=done.code, out=plain(done.out), err=plain(done.err))

    return command


def test_nothing_differs(stack: Run, account: Account):
    assert stack("diff", "--template", "t.yaml", "--exit-code") == Outcome(code=0, out="s: no differences.\n", err="")
    assert change_sets(account) == [("CREATE_COMPLETE", "EXECUTE_COMPLETE")]


@pytest.mark.smoke
def test_what_differs(stack: Run, account: Account):
    Path("t.yaml").write_text(TOPIC.replace("DisplayName", "TopicName"))
    done = stack(
        "diff", "--template", "t.yaml", "--exit-code", "--parameter-overrides", "Title=a", "Word=nobodys-business"
    )
    assert (done.code, done.err) == (4, "")
    assert done.out == (
        "--- deployed: s\n"
        "+++ here: t.yaml\n"
        "@@ -4,6 +4,6 @@\n"
        " Resources:\n"
        "   Topic:\n"
        "     Type: AWS::SNS::Topic\n"
        "-    Properties: {DisplayName: !Sub '${Title} ${Word}'}\n"
        "+    Properties: {TopicName: !Sub '${Title} ${Word}'}\n"
        " Outputs:\n"
        "   Title: {Value: !Ref Title}\n"
        "parameter Title: 'news' -> 'a'\n"
        "parameter Word: '****' -> '****'\n"
        "CHANGE   RESOURCE  TYPE             BECAUSE OF\n"
        "replace  Topic     AWS::SNS::Topic  DisplayName, TopicName\n"
        "1 to replace\n"
    )
    assert stack("diff", "--template", "t.yaml").code == 0
    assert change_sets(account) == [("CREATE_COMPLETE", "EXECUTE_COMPLETE")]


def test_an_error_is_no_difference(stack: Run):
    assert stack("diff", "--template", "none.yaml", "--exit-code").code == 1
    assert stack("diff", "--template", "t.yaml", "--exit-code", "--parameter-overrides", "Nobody=a").code == 1
    assert stack("diff", "--template", "t.yaml", "--exit-code", "--plan", "p").code == 2


def test_what_differs_as_a_document(stack: Run):
    Path("t.yaml").write_text(TOPIC.replace("news", "olds"))
    document = json.loads(stack("diff", "--template", "t.yaml", "--output", "json").out)
    assert document == {
        "version": 1,
        "stack": "s",
        "differs": True,
        "template": [
            "--- deployed: s",
            "+++ here: t.yaml",
            "@@ -1,5 +1,5 @@",
            " Parameters:",
            "-  Title: {Type: String, Default: news}",
            "+  Title: {Type: String, Default: olds}",
            "   Word: {Type: String, Default: hush, NoEcho: true}",
            " Resources:",
            "   Topic:",
        ],
        "parameters": {},
        "overrides": {"Title": {"value": "news", "usedBy": "Topic"}},
        "conflicts": [],
        "changeSet": document["changeSet"],
        "note": None,
        "drift": None,
    }
    assert document["changeSet"]["changes"] == []


def test_json_laid_out_otherwise_is_no_difference(run: Run, account: Account):
    data = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    Path("t.json").write_text(json.dumps(data))
    assert run("deploy", "--template", "t.json", "--stack-name", "s", "--yes").code == 0
    Path("t.json").write_text(json.dumps(data, indent=7))
    assert run("diff", "--template", "t.json", "--stack-name", "s").out == "s: no differences.\n"


def test_a_template_that_needs_a_bucket_is_compared_without(stack: Run):
    Path("t.yaml").write_text(LARGE)
    done = stack("diff", "--template", "t.yaml")
    assert done.code == 0
    assert done.out.splitlines()[-1] == (
        "The changes to resources are unknown: the template requires an S3 bucket; pass --s3-bucket BUCKET or --resolve-s3."
    )


@pytest.mark.smoke
def test_outputs(stack: Run):
    assert stack("outputs") == Outcome(code=0, out="Title  news\n", err="")
    assert json.loads(stack("outputs", "--output", "json").out) == {
        "version": 1,
        "stack": "s",
        "outputs": {"Title": "news"},
    }


@pytest.mark.parametrize("command", ["diff", "outputs", "status", "delete", "run", "watch"])
def test_a_stack_that_is_not_there(run: Run, account: Account, command: str):
    done = run(command, "--stack-name", "nobody", *(["--yes"] if command == "delete" else []))
    assert (done.code, done.out, done.err) == (
        1,
        "",
        (
            "Error: The stack nobody does not exist in eu-central-1\n"
            "  specify another with --stack-name and --region, or create it with `sfnorch deploy`\n"
        ),
    )


@pytest.mark.smoke
def test_delete(stack: Run, account: Account):
    unasked = stack("delete")
    assert (unasked.code, unasked.err.splitlines()[-1]) == (
        2,
        "Error: No terminal for prompts; pass --yes to delete.",
    )
    done = stack("delete", "--yes")
    assert (done.code, done.out, done.err) == (
        0,
        "",
        (
            "HH:MM:SS  DELETE_IN_PROGRESS    s  AWS::CloudFormation::Stack\n"
            "HH:MM:SS  DELETE_IN_PROGRESS    Topic  AWS::SNS::Topic\n"
            "HH:MM:SS  DELETE_COMPLETE       Topic  AWS::SNS::Topic\n"
            "HH:MM:SS  DELETE_COMPLETE       s  AWS::CloudFormation::Stack\n"
            "s is deleted.\n"
        ),
    )


def test_nothing_is_retained_before_a_deletion_has_failed(stack: Run, account: Account):
    early = stack("delete", "--yes", "--retain", "Topic")
    assert (early.code, early.err) == (
        1,
        (
            "Error: s is CREATE_COMPLETE: resources can be retained only where deleting them has failed\n"
            "  delete without --retain first\n"
        ),
    )
    assert status(account) == "CREATE_COMPLETE"
