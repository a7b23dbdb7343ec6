"""A pipeline for several environments: its stages run one after another, and each account is reached by its own role."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from sfnorch.template.contents import evaluate_template
from sfnorch.template.iam import can_allow
from sfnorch.template.reader import parse_template
from tests.codebuild import Pipeline
from tests.conftest import Run
from tests.delivered import PLAN, Delivery
from tests.golden.artifacts import ROOT
from tests.ministack import REGION, SECRET, Account
from tests.wire import Answer, Wire, json_answer

pytestmark = pytest.mark.slow

PIPELINES = "999999999999"
GIVEN = {
    "ConnectionArn": f"arn:aws:codeconnections:{REGION}:{PIPELINES}:connection/1",
    "Repository": "team/etl",
    "SfnorchPackage": "sfnorch",
}
CREDENTIALS = """\
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>{account}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
"""


class _Container(BaseHTTPRequestHandler):
    """What the container of a build has: the credentials of its role."""

    def do_GET(self) -> None:
        data = {"AccessKeyId": PIPELINES, "SecretAccessKey": SECRET, "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}
        content = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def container() -> Iterator[str]:
    """The address of the credentials of a build."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Container)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Several(Delivery):
    """A repository whose pipeline deploys to two accounts."""

    def __init__(self, run: Run, folder: Path, wire: Wire, endpoint: str, container: str) -> None:
        super().__init__("codepipeline", run, folder, wire, endpoint)
        wire.answer = self._answer
        self.template = run("pipeline", "render", "--plan", str(self.source / "sfnorch.yaml"), "-o", "-").out
        self.assumed: list[str] = []
        self.environment |= {
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": container,
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }
        self._numbers = count()

    def start(self) -> Pipeline:
        """A run of the pipeline whose build has ended."""
        work = self.folder / f"run-{next(self._numbers)}"
        pipeline = Pipeline(self.template, GIVEN, self.source, work, self.environment, {"SFNORCH_PACKAGE": "sfnorch"})
        pipeline.assume = self._open
        build = pipeline.run("Build")
        assert build is None, build.log
        self.simplify(pipeline.artifacts["Built"])
        return pipeline

    def run(self, pipeline: Pipeline, *stages: str) -> str:
        """Run these stages, note what the role that they assume calls, and return the log of one that fails."""
        failed = pipeline.run(*stages)
        self.note(self.assumed[-1] if self.assumed else "")
        return failed.log if failed else ""

    def _open(self, role: str) -> Any:
        self.assumed.append(role)
        (account,) = (each for each in self.accounts.values() if each.number == role.split(":")[4])
        return type(account)(number=account.number, endpoint=self.wire.address).client("cloudformation")

    def _answer(self, operation: str, body: bytes) -> Answer | None:
        if operation == "AssumeRole":
            self.assumed.append(parse_qs(body.decode())["RoleArn"][0])
            text = CREDENTIALS.format(account=self.assumed[-1].split(":")[4], secret=SECRET)
            return 200, "text/xml", text.encode()
        return json_answer({"JobNames": []}) if operation == "ListJobs" else None


@pytest.fixture
def several(run: Run, tmp_path: Path, wire: Wire, endpoint: str, container: str) -> Several:
    """A new repository, with two accounts that have the buckets of their roles."""
    return Several(run, tmp_path, wire, endpoint, container)


def names(several: Several, environment: str, *ends: str) -> list[str]:
    """The ARNs of roles of an environment."""
    number = several.accounts[environment].number
    return [f"arn:aws:iam::{number}:role/nightly-etl-{environment}-ci-{end}" for end in ends]


@pytest.mark.slow
def test_each_environment_is_reviewed_and_deployed_by_the_roles_of_its_account(several: Several):
    pipeline = several.start()

    assert several.run(pipeline, "Review-dev") == ""
    assert several.run(pipeline, "Deploy-dev") == ""
    assert several.stacks("dev") == {"nightly-etl-dev": "CREATE_COMPLETE"}
    assert several.run(pipeline, "Review-prod") == ""
    assert several.stacks("prod") == {"nightly-etl-prod": "REVIEW_IN_PROGRESS"}
    reviewed = pipeline.builds["Review-prod"].exported["CHANGE_SET"]
    assert several.run(pipeline, "Approve-prod", "Deploy-prod") == ""

    assert several.stacks("prod") == {"nightly-etl-prod": "CREATE_COMPLETE"}
    (row,) = (
        several.accounts["prod"].client("cloudformation").list_change_sets(StackName="nightly-etl-prod")["Summaries"]
    )
    assert (row["ChangeSetName"], row["ExecutionStatus"]) == (reviewed, "EXECUTE_COMPLETE")
    assert [each["CustomData"] for each in pipeline.approvals] == [
        f"Deploy the change set {reviewed} to the stack nightly-etl-prod?"
    ]
    dev, prod = (names(several, each, "review", "deploy") for each in ("dev", "prod"))
    assert list(dict.fromkeys(several.assumed)) == [*dev, *prod]
    for environment in ("dev", "prod"):
        calls = several.calls[f"nightly-etl-{environment}-ci-review"]
        calls -= {"AssumeRole"}
        assert [several.refuse(environment, end) for end in ("review", "deploy")] == [set(), set()]


@pytest.mark.slow
def test_what_changes_nothing_is_neither_approved_nor_deployed(several: Several):
    first = several.start()
    assert several.run(first, "Review-dev", "Deploy-dev") == ""
    second = several.start()
    assert several.run(second, "Review-dev", "Deploy-dev") == ""
    assert second.skipped == ["Deploy-dev"]
    assert several.run(second, "Review-prod") == ""


def render(run: Run, plan: str, *arguments: str) -> Any:
    """The template of the pipeline of a plan, evaluated."""
    Path("sfnorch.yaml").write_text(plan)
    done = run("pipeline", "render", "-o", "-", *arguments)
    assert done.code == 0, done.err
    return evaluate_template(parse_template(done.out, "pipeline"), GIVEN)


def stages(template: Any) -> list[str]:
    """The names of the stages."""
    return [stage["Name"] for stage in template.source.data["Resources"]["Pipeline"]["Properties"]["Stages"]]


TWO = PLAN.format(dev="111111111111", prod="222222222222", region=REGION)
THREE = "pattern: dynamic\nname: etl\nenvironments: {dev: {}, test: {}, prod: {}}\n"


@pytest.mark.smoke
def test_the_stages_are_in_the_order_of_the_plan_with_approvals_between(run: Run):
    template = render(run, THREE)
    assert stages(template) == [
        *("Source", "Build", "Review-dev", "Deploy-dev"),
        *("Review-test", "Approve-test", "Deploy-test", "Review-prod", "Approve-prod", "Deploy-prod"),
    ]
    assert "ArtifactKey" not in template.source.data["Resources"]
    assert stages(render(run, THREE, "--env", "prod"))[2:] == ["Review-prod", "Approve-prod", "Deploy-prod"]
    assert "Approve-prod" not in stages(render(run, THREE, "--no-approval"))


def test_the_pipeline_itself_can_change_no_stack_and_assumes_these_roles_alone(run: Run):
    template = render(run, TWO)
    accounts = {"dev": "111111111111", "prod": "222222222222"}
    there = [
        f"arn:aws:iam::{number}:role/nightly-etl-{name}-ci-{end}"
        for name, number in accounts.items()
        for end in ("review", "deploy", "create")
    ]
    assumed = {}
    for role in template.roles.values():
        actions = {action for each in role.statements for action in each.actions}
        assert not any(re.match("cloudformation:|iam:", action) for action in actions)
        can_assume = [arn for arn in there if can_allow(role.statements, "sts:AssumeRole", arn)]
        assumed[role.name] = [arn.rpartition("/")[2] for arn in can_assume]
    assert assumed == {
        "PipelineRole": ["nightly-etl-dev-ci-deploy", "nightly-etl-prod-ci-deploy"],
        "BuildRole": [],
        "ReviewRole": ["nightly-etl-dev-ci-review", "nightly-etl-prod-ci-review"],
    }


def test_other_accounts_read_artifacts_by_the_roles_of_deployments_alone(run: Run):
    template = render(run, TWO)
    roles = [
        f"arn:aws:iam::{number}:role/nightly-etl-{name}-ci-deploy"
        for name, number in (("dev", "1" * 12), ("prod", "2" * 12))
    ]
    resources = template.stack.get_section("Resources")
    key = template.stack.evaluate_node(resources["ArtifactKey"]["Properties"]["KeyPolicy"])["Statement"][1]
    bucket = template.stack.evaluate_node(resources["ArtifactBucketPolicy"]["Properties"]["PolicyDocument"])[
        "Statement"
    ][1]
    for statement, actions in (
        (key, ["kms:Decrypt", "kms:DescribeKey"]),
        (bucket, ["s3:GetObject", "s3:GetObjectVersion"]),
    ):
        assert statement["Principal"]["AWS"] == [f"arn:aws:iam::{'1' * 12}:root", f"arn:aws:iam::{'2' * 12}:root"]
        assert statement["Condition"] == {"ArnEquals": {"aws:PrincipalArn": roles}}
        assert (statement["Effect"], statement["Action"]) == ("Allow", actions)
    pipeline = template.source.data["Resources"]["Pipeline"]["Properties"]
    assert pipeline["ArtifactStore"]["EncryptionKey"]["Type"] == "KMS"


def test_the_roles_are_rendered_for_a_plan_with_environments(run: Run):
    Path("sfnorch.yaml").write_text(TWO)
    done = run("pipeline", "render", "--account-roles")
    assert (done.code, done.err) == (0, "")
    text = Path("cloudformation/pipeline-roles.yaml").read_text()
    assert done.out == (
        f"Wrote cloudformation/pipeline-roles.yaml: the template of the roles of a pipeline, {len(text.encode()):,} bytes.\n"
    )
    Path("sfnorch.yaml").write_text("pattern: dynamic\n")
    done = run("pipeline", "render", "--account-roles")
    assert done.code == 1
    assert done.err == (
        "Error: the plan has no environments: the pipeline creates its roles itself\n"
        "  remove --account-roles, or add the key environments to the plan\n"
    )


def test_environments_in_several_regions_are_refused(run: Run):
    Path("sfnorch.yaml").write_text(TWO.replace(f"222222222222', region: {REGION}", "222222222222', region: us-east-1"))
    done = run("pipeline", "render")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"Error: the environments are in several Regions: {REGION}, us-east-1; a pipeline deploys in its own Region\n"
        "  choose one environment with --env, or use sfnorch init --ci github or gitlab\n"
    )


def test_the_stack_of_the_pipeline_is_none_of_the_stacks_that_it_deploys(run: Run, wire: Wire):
    Path("sfnorch.yaml").write_text(TWO)
    done = run(
        "pipeline", "deploy", "--yes", "--stack-name", "nightly-etl-prod", "--parameter-overrides", "Repository=a/b"
    )
    assert done.code == 2
    assert done.err.endswith(
        "Error: nightly-etl-prod is the stack of the plan; pass another --stack-name for the stack of the pipeline.\n"
    )
    assert wire.calls == []


def test_deploy_makes_the_stack_of_the_pipeline(run: Run, emulated: Wire, account: Account):
    Path("sfnorch.yaml").write_text(THREE)
    given = (GIVEN["ConnectionArn"].replace(PIPELINES, account.number), "Repository=team/etl")
    done = run("pipeline", "deploy", "--yes", "--parameter-overrides", f"ConnectionArn={given[0]}", given[1])
    assert done.code == 0, done.err
    (stack,) = account.client("cloudformation").describe_stacks()["Stacks"]
    assert (stack["StackName"], stack["StackStatus"]) == ("etl-pipeline", "CREATE_COMPLETE")


@pytest.mark.parametrize("ci", ["github", "gitlab", "codepipeline"])
def test_the_stack_of_the_roles_can_be_made(run: Run, emulated: Wire, account: Account, ci: str):
    own = {
        "github": ("Repository=team/etl", "Environment=prod"),
        "gitlab": ("Repository=team/etl",),
        "codepipeline": (f"PipelineAccount={PIPELINES}", "PipelineStackName=etl-pipeline"),
    }
    template = str(ROOT / "tests" / "golden" / "pipelines" / f"{ci}-roles.yaml")
    given = ("--parameter-overrides", "StackName=etl-prod", *own[ci])
    done = run("deploy", "--template", template, "--stack-name", "etl-prod-ci", "--yes", *given)
    assert done.code == 0, done.err
    roles = {role["RoleName"] for role in account.client("iam").list_roles()["Roles"]}
    assert {f"etl-prod-ci-{end}" for end in ("review", "deploy", "create")} <= roles
    assert account.client("s3").head_bucket(Bucket=f"etl-prod-ci-{account.number}")
