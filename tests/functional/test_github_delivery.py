"""`sfnorch init --ci github`: its workflows run command by command, and each role allows what its jobs call."""

from __future__ import annotations

import json
import sys
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.delivered import Delivery
from tests.github_jobs import JobRun, Workflow
from tests.wire import Wire

pytestmark = pytest.mark.slow  # they start whole processes

GITHUB = {
    "workflow": "Review",
    "token": "of this run",
    "repository": "team/etl",
    "event": {"pull_request": {"number": 7, "head": {"repo": {"full_name": "team/etl"}}}},
}
ACTIONS = {"S3 HEAD": "s3:ListBucket", "S3 PUT": "s3:PutObject", "ListJobs": "glue:ListJobs"}
GH = """\
#!{python} -IS
import json, pathlib, subprocess, sys

store, words = pathlib.Path({store!r}), sys.argv[1:]
comments = json.loads(store.read_text()) if store.exists() else []
path = next(word for word in words if word.startswith("repos/team/etl/issues/"))
if "--jq" in words:
    assert words == ["api", "--paginate", "repos/team/etl/issues/7/comments", "--jq", words[-1]]
    sys.exit(subprocess.run(["jq", "-r", words[-1]], input=json.dumps(comments).encode()).returncode)
silent, method, field = words[1], words[words.index("--method") + 1], words[words.index("-F") + 1]
assert (words[0], silent, field) == ("api", "--silent", "body=@comment.md")
text = pathlib.Path("comment.md").read_text()
if method == "POST":
    assert path == "repos/team/etl/issues/7/comments"
    comments.append({{"id": len(comments) + 1, "user": {{"type": "Bot"}}, "body": text}})
else:
    number = int(path.removeprefix("repos/team/etl/issues/comments/"))
    comments[number - 1]["body"] = text
store.write_text(json.dumps(comments))
"""
"""What the CLI of GitHub does with the comments of a pull request, which are in a file."""


class GitHub(Delivery):
    """A repository on GitHub."""

    def __init__(self, run: Run, folder: Path, wire: Wire, endpoint: str) -> None:
        super().__init__("github", run, folder, wire, endpoint)
        self.comments = folder / "comments.json"
        (self.commands / "gh").write_text(GH.format(python=sys.executable, store=str(self.comments)))
        (self.commands / "gh").chmod(0o755)
        self._numbers = count()

    def start(self, name: str, **github: Any) -> Workflow:
        """A run of the workflow."""
        run = Workflow(
            (self.source / ".github" / "workflows" / f"sfnorch-{name}.yml").read_text(),
            source=self.source,
            work=self.folder / f"run-{next(self._numbers)}",
            environment={**self.environment, "GITHUB_REPOSITORY": "team/etl"},
            github={**GITHUB, **github},
            assume=self.assume,
        )
        run.on_step = self._note
        return run

    def build(self, name: str) -> Workflow:
        """A run of the workflow whose build has ended."""
        run = self.start(name)
        build = run.run("build")["build"]
        assert build.result == "success", build.log
        self.simplify(run.artifacts["built"])
        return run

    def _note(self, run: JobRun) -> None:
        self.note(run.roles[-1] if run.roles else "")


@pytest.fixture
def github(run: Run, tmp_path: Path, wire: Wire, endpoint: str) -> GitHub:
    """A new repository, with two accounts that have the buckets of their roles."""
    return GitHub(run, tmp_path, wire, endpoint)


def test_main_is_deployed_to_one_environment_after_another(github: GitHub):
    deploy = github.build("deploy")

    runs = deploy.run("review-dev", "deploy-dev")
    assert [runs[name].result for name in ("review-dev", "deploy-dev")] == ["success"] * 2, runs
    assert github.stacks("dev") == {"nightly-etl-dev": "CREATE_COMPLETE"}
    assert github.stacks("prod") == {}

    review = deploy.run("review-prod")["review-prod"]
    assert review.result == "success", review.log
    assert "| <code>add</code> |" in review.summary
    assert github.stacks("prod") == {"nightly-etl-prod": "REVIEW_IN_PROGRESS"}
    end = deploy.run("deploy-prod")["deploy-prod"]
    assert (end.result, end.environment) == ("success", "prod"), end.log
    cloudformation = github.accounts["prod"].client("cloudformation")
    (row,) = cloudformation.list_change_sets(StackName="nightly-etl-prod")["Summaries"]
    assert (row["ChangeSetName"], row["ExecutionStatus"]) == (review.outputs["change-set"], "EXECUTE_COMPLETE")
    (stack,) = cloudformation.describe_stacks()["Stacks"]
    values = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    number = github.accounts["prod"].number
    assert values["Environment"] == "prod"
    assert values["PermissionsBoundaryArn"] == f"arn:aws:iam::{number}:policy/nightly-etl-prod-ci-boundary"

    for environment in ("dev", "prod"):
        assert [github.refuse(environment, end) for end in ("review", "deploy")] == [set(), set()]
        assert "ExecuteChangeSet" not in github.calls[f"nightly-etl-{environment}-ci-review"]
        assert "CreateChangeSet" not in github.calls[f"nightly-etl-{environment}-ci-deploy"]


def test_what_changes_nothing_is_not_deployed_and_the_next_environment_is_reviewed(github: GitHub):
    first = github.build("deploy")
    first.run("review-dev", "deploy-dev")
    second = github.build("deploy")

    results = {name: run.result for name, run in second.run("review-dev", "deploy-dev", "review-prod").items()}

    assert results == {"build": "success", "review-dev": "success", "deploy-dev": "skipped", "review-prod": "success"}


def test_a_deployment_that_fails_ends_the_delivery(github: GitHub):
    deploy = github.build("deploy")
    deploy.run("review-dev")
    cloudformation = github.accounts["dev"].client("cloudformation")
    cloudformation.delete_change_set(
        StackName="nightly-etl-dev", ChangeSetName=deploy.runs["review-dev"].outputs["change-set"]
    )

    results = {name: run.result for name, run in deploy.run("deploy-dev", "review-prod", "deploy-prod").items()}

    assert (results["deploy-dev"], results["review-prod"], results["deploy-prod"]) == ("failure", "skipped", "skipped")
    assert "a newer review or an execution deleted it" in deploy.runs["deploy-dev"].log


def test_a_pull_request_gets_one_comment_and_changes_nothing(github: GitHub):
    main = github.build("deploy")
    main.run("review-dev", "deploy-dev")
    github.calls.clear()

    def compare() -> list[Any]:
        request = github.build("review")
        runs = request.run("compare", "comment")
        assert [run.result for run in runs.values()] == ["success"] * 5, runs
        return json.loads(github.comments.read_text())

    (comment,) = compare()
    assert comment["body"].startswith(
        "<!-- sfnorch, Review -->\n### Stack <code>nightly-etl-dev</code>\n\nNothing changes.\n"
    )
    assert "The first deployment creates all resources.\n" in comment["body"]

    plan = github.source / "sfnorch.yaml"
    plan.write_text(plan.read_text().replace("profile: data-dev", "alerts: {emails: [team@example.com]}"))
    (comment,) = compare()
    assert "### Stack <code>nightly-etl-dev</code>\n\n**1 to add**\n" in comment["body"]
    assert "| <code>AWS::SNS::Subscription</code> |" in comment["body"]
    assert github.stacks("dev") == {"nightly-etl-dev": "CREATE_COMPLETE"}
    assert github.stacks("prod") == {}
    name = "nightly-etl-dev-ci-preview"
    assert {"CreateChangeSet", "DeleteChangeSet"} <= github.calls[name]
    assert github.refuse("dev", "preview") == set()


def test_a_fork_gets_no_role(github: GitHub):
    event = {"pull_request": {"number": 7, "head": {"repo": {"full_name": "other/etl"}}}}
    request = github.start("review", event=event)
    results = {name: run.result for name, run in request.run().items()}
    assert results == {"build": "success", "compare": "skipped", "comment": "skipped"}
    assert github.wire.calls == []


def test_a_comparison_that_fails_is_in_the_comment_beside_the_others(github: GitHub):
    main = github.build("deploy")
    main.run("review-dev", "deploy-dev")
    request = github.build("review")
    template = request.artifacts["built"] / "dev" / "SAM-template.yaml"
    data = json.loads(template.read_text())
    data["Resources"]["Other"] = data["Resources"]["StateMachine"]  # its name is in use
    template.write_text(json.dumps(data))

    runs = request.run("compare", "comment")

    assert (runs["compare-0"].result, runs["comment"].result) == ("failure", "success"), runs
    (comment,) = json.loads(github.comments.read_text())
    assert "### Stack <code>nightly-etl-dev</code>" in comment["body"]
    assert "in use" in comment["body"]
    assert "### Stack <code>nightly-etl-prod</code>" in comment["body"]
