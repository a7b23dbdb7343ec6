"""`--comment` of `sfnorch deploy --no-execute` and `sfnorch diff`: the changes as Markdown."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from sfnorch.app.comparing import Difference
from sfnorch.aws.change_sets import ChangeSet, ResourceChange
from sfnorch.report.stacks.comment import format_comparison
from tests.conftest import Run
from tests.functional.test_deploy import TOPIC, change_sets
from tests.ministack import REGION, Account

DEPLOY = ("deploy", "--template", "t.yaml", "--stack-name", "s")
FIRST = """\
### Stack <code>s</code>

**1 to add**

| Change | Resource | Type | Because of |
|---|---|---|---|
| <code>add</code> | <code>Topic</code> | <code>AWS::SNS::Topic</code> |  |

[The change set in the AWS console]({link}): <code>{name}</code>
"""
CHANGED = """\
### Stack <code>s</code>

**1 to replace**

| Change | Resource | Type | Because of |
|---|---|---|---|
| <code>replace</code> | <code>Topic</code> | <code>AWS::SNS::Topic</code> | <code>DisplayName, TopicName</code> |

| Parameter | Before | After |
|---|---|---|
| <code>Title</code> | <code>&#39;news&#39;</code> | <code>&#39;a&#124;&#60;b&#62;&#64;c&#96;&#39;</code> |

Lines of the template: 1 added, 1 removed.
"""


def test_a_change_set_that_is_left_is_written_with_its_link(run: Run, account: Account):
    Path("t.yaml").write_text(TOPIC)
    assert run(*DEPLOY, "--no-execute", "--comment", "review.md").code == 0
    (row,) = account.client("cloudformation").list_change_sets(StackName="s")["Summaries"]
    link = (
        f"https://{REGION}.console.aws.amazon.com/cloudformation/home?region={REGION}#/stacks/changesets/changes"
        f"?stackId={quote(row['StackId'], safe='')}&changeSetId={quote(row['ChangeSetId'], safe='')}"
    )
    assert Path("review.md").read_text() == FIRST.format(link=link, name=row["ChangeSetName"].replace("_", "&#95;"))


def test_no_changes_are_written_too(run: Run, account: Account):
    Path("t.yaml").write_text(TOPIC)
    assert run(*DEPLOY, "--yes").code == 0
    assert run(*DEPLOY, "--no-execute", "--comment", "review.md").code == 0
    assert Path("review.md").read_text() == "### Stack <code>s</code>\n\nNothing changes.\n"
    assert run("diff", *DEPLOY[1:], "--comment", "diff.md").code == 0
    assert Path("diff.md").read_text() == "### Stack <code>s</code>\n\nNothing changes.\n"


@pytest.mark.smoke
def test_the_difference_is_written_and_nothing_in_it_is_markdown(run: Run, account: Account):
    Path("t.yaml").write_text(TOPIC)
    assert run(*DEPLOY, "--yes").code == 0
    Path("t.yaml").write_text(TOPIC.replace("DisplayName", "TopicName"))
    done = run("diff", *DEPLOY[1:], "--parameter-overrides", "Title=a|<b>@c`", "--comment", "diff.md")
    assert (done.code, done.err) == (0, "")
    assert Path("diff.md").read_text() == CHANGED
    assert change_sets(account) == [("CREATE_COMPLETE", "EXECUTE_COMPLETE")]


def test_a_stack_that_does_not_exist_yet_is_said_in_the_comment(run: Run, account: Account):
    Path("t.yaml").write_text(TOPIC)
    done = run("diff", *DEPLOY[1:], "--comment", "diff.md")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"The stack s does not exist in {REGION}. A deployment would create it.\n"
    assert Path("diff.md").read_text() == (
        "### Stack <code>s</code>\n\n"
        f"The stack s does not exist in {REGION}. The first deployment creates all resources.\n"
    )
    assert run("diff", *DEPLOY[1:], "--comment", "diff.md", "--exit-code").code == 4
    assert account.client("cloudformation").describe_stacks()["Stacks"] == []
    assert run("diff", *DEPLOY[1:]).code == 1


def test_a_comment_needs_a_change_set_that_is_not_executed(run: Run, account: Account):
    Path("t.yaml").write_text(TOPIC)
    done = run(*DEPLOY, "--yes", "--comment", "review.md")
    assert (done.code, done.err.splitlines()[-1]) == (2, "Error: --comment requires --no-execute.")
    assert not Path("review.md").exists()


def test_many_changes_and_long_texts_are_cut():
    machine = ResourceChange(
        action="Remove",
        logical_id="Master",
        physical_id="arn:aws:states:eu-west-1:123456789012:stateMachine:etl",
        type="AWS::StepFunctions::StateMachine",
        replacement="",
        causes=(),
    )
    added = tuple(
        ResourceChange(
            action="Add", logical_id=f"Topic{n}", physical_id="", type="AWS::SNS::Topic", replacement="", causes=()
        )
        for n in range(150)
    )
    change_set = ChangeSet(
        id="arn",
        name="c",
        stack_id="arn",
        stack_name="s",
        status="CREATE_COMPLETE",
        execution_status="AVAILABLE",
        reason="",
        parameters={},
        changes=(machine, *added),
    )
    text = format_comparison(
        Difference(
            stack="s",
            lines=(),
            parameters={"Long": (None, "x" * 1_000)},
            overrides={},
            owners={},
            change_set=change_set,
            conflicts=("the name etl is in use",),
        )
    )
    lines = text.splitlines()
    assert lines[2] == "**150 to add, 1 to remove**"
    assert lines[6].startswith("| <code>remove</code> | <code>Master</code> |")
    assert sum(line.startswith("| <code>") for line in lines) == 101
    assert "And 51 more changes." in lines
    assert "**Master: the state machine etl is deleted, with the history of its executions.**" in lines
    assert f"| <code>Long</code> | <code>not set</code> | <code>&#39;{'x' * 199}...</code> |" in lines
    assert lines[-1] == "the name etl is in use"
