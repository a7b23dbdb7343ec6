"""The pipeline's stages: their commands run one after another in a shell, and each role allows what its stage calls."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from sfnorch.template.contents import evaluate_template
from sfnorch.template.iam import can_allow
from sfnorch.template.reader import parse_template
from tests.codebuild import Pipeline, own_environment, run_buildspec
from tests.conftest import Run
from tests.golden.artifacts import ROOT
from tests.ministack import REGION, Account, small_template
from tests.quick_commands import write_quick_commands
from tests.wire import Answer, Wire, json_answer

pytestmark = pytest.mark.slow  # they start whole processes

PIPELINE = (ROOT / "cloudformation" / "pipeline.yaml").read_text()
REPOSITORY = {
    "ConnectionArn": f"arn:aws:codeconnections:{REGION}:123456789012:connection/1",
    "Repository": "team/etl",
    "StackName": "nightly-etl",
    "Environment": "prod",
    "Child1GlueJobs": "extract orders,load",
    "SfnorchPackage": "sfnorch",
}
INSTALLED = {"SFNORCH_PACKAGE": "sfnorch"}
"""Where the package is installed already, pip only checks that it is."""

TRAPS = ("sfnorch.py", "pip.py", "sitecustomize.py", "buildspec.yml", "yaml.py", ".python-version", "pip.conf")
"""Files of a source that a tool might read or import where it runs."""

ROLE = "arn:aws:iam::123456789012:role/pipeline-CloudFormationRole"
ACTIONS = {
    "S3 HEAD": "s3:ListBucket",
    "S3 PUT": "s3:PutObject",
    "ListJobs": "glue:ListJobs",
    "GetCallerIdentity": "sts:GetCallerIdentity",  # which needs no permission
    "ValidateStateMachineDefinition": "states:ValidateStateMachineDefinition",
}


def cloned(folder: Path) -> Path:
    """The repository as it is here, in a new folder."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment into which buildspec.yml has installed the repository: one for all processes that run tests.

    It holds `bin`, and `package.txt`: where the package is read from.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "installed"
    with (shared / "installed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first process installs, the others wait for it
        if not (folder / "package.txt").exists():
            shutil.rmtree(folder, ignore_errors=True)
            install(folder)
    return folder


def install(folder: Path) -> None:
    """Run the install phase of buildspec.yml in a clone."""
    clone = cloned(folder / "clone")
    (folder / "home").mkdir()
    path = f"{new_python(folder)}:{os.environ['PATH']}"
    # what builds the package is here already, and the commands load only a part of its modules
    known = {**own_environment(folder / "home"), "PATH": path, "PIP_NO_BUILD_ISOLATION": "1", "PIP_NO_COMPILE": "1"}
    spec = yaml.safe_load((clone / "buildspec.yml").read_text())
    spec["phases"] = {"install": spec["phases"]["install"]}  # the other commands are for another test
    build = run_buildspec(clone, known, {}, spec)
    assert build.failed == "", build.log
    where = [folder / "bin" / "python", "-c", "import sfnorch; print(sfnorch.__file__)"]
    place = subprocess.run(where, cwd=folder / "home", text=True, stdout=subprocess.PIPE, check=True).stdout
    (folder / "package.txt").write_text(place.strip())


@pytest.fixture
def quick(installed: Path, tmp_path: Path) -> Path:
    """The commands' folder of the new environment, with sfnorch and pip as commands that need not be loaded."""
    return write_quick_commands(tmp_path / "quick", installed / "bin" / "python")


@pytest.fixture
def deployed(account: Account) -> dict[str, str]:
    """What the pipeline's stack has made: a role, and a bucket for templates."""
    bucket = f"pipeline-artifacts-{account.number}"
    account.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    return {"CLOUDFORMATION_ROLE_ARN": ROLE, "TEMPLATE_BUCKET": bucket, **INSTALLED}


@pytest.fixture
def wired(wire: Wire) -> Wire:
    """The way to an account without Glue jobs."""

    def answer(operation: str, _: bytes) -> Answer | None:
        return json_answer({"JobNames": []}) if operation == "ListJobs" else None

    wire.answer = answer
    return wire


def new_python(folder: Path) -> Path:
    """The commands' folder of a new environment. What sfnorch needs is seen from it; sfnorch itself is to be installed."""
    seen = ["--without-pip"] if importlib.util.find_spec("pip") else []
    subprocess.run([sys.executable, "-m", "venv", *seen, str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "seen.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin"


def environment(wire: Wire, account: Account, home: Path, commands: Path, **more: str) -> dict[str, str]:
    """What a container knows: its home, the installed commands, and by the build's role the account."""
    home.mkdir()
    own = own_environment(home)
    reached = {**account.environment(), "AWS_ENDPOINT_URL": wire.address}
    pip = {"PIP_NO_DEPS": "1"}  # which is faster, and all are there
    return {**own, **reached, **pip, "PATH": f"{commands}:{own['PATH']}", "COLUMNS": "100", **more}


def stacks(account: Account) -> list[Any]:
    """The stacks that are there, or under review."""
    return list(account.client("cloudformation").describe_stacks()["Stacks"])


def test_the_install_phase_installs_the_repository(installed: Path):
    package = Path((installed / "package.txt").read_text())
    assert package.relative_to(installed / "lib").parts[1:] == ("site-packages", "sfnorch", "__init__.py")


def test_a_push_is_tested_and_rendered_by_the_build_stage(
    quick: Path, tmp_path: Path, wired: Wire, account: Account, deployed: dict[str, str]
):
    clone = cloned(tmp_path / "clone")
    few = {"PYTEST_ADDOPTS": "tests/unit/asl/test_serialize.py --noconftest -p no:cacheprovider"}
    known = environment(wired, account, tmp_path / "home", quick, **few)
    first = Pipeline(PIPELINE, REPOSITORY, clone, tmp_path / "first", known, deployed)

    assert first.run("Source", "Build") is None

    assert (first.artifacts["Built"] / "SAM-template.yaml").read_text() == (ROOT / "SAM-template.yaml").read_text()
    (suite,) = ElementTree.parse(first.artifacts["Built"] / "reports" / "tests.xml").getroot()  # noqa: S314 - our own
    assert (int(suite.attrib["tests"]) > 10, suite.attrib["failures"], suite.attrib["errors"]) == (True, "0", "0")
    timeline = (first.artifacts["Built"] / "reports" / "timeline.txt").read_text()
    assert timeline in first.builds["Build"].log
    assert "  extract orders ██████" in timeline  # the job that the pipeline's parameter names
    assert wired.calls == []


def test_what_is_built_is_reviewed_approved_and_deployed(
    installed: Path, tmp_path: Path, wired: Wire, account: Account, deployed: dict[str, str]
):
    known = environment(wired, account, tmp_path / "home", installed / "bin")
    (tmp_path / "source").mkdir()
    for name in TRAPS:
        (tmp_path / "source" / name).write_text("raise SystemExit('the source was executed')")
    client = _client(account, wired)
    first = Pipeline(PIPELINE, REPOSITORY, tmp_path / "source", tmp_path / "first", known, deployed, client)
    first.artifacts["Built"] = tmp_path / "built"
    first.artifacts["Built"].mkdir()

    # the emulator knows no metric math: this template has other alarms
    (first.artifacts["Built"] / "SAM-template.yaml").write_text(small_template("pattern: master-child"))
    assert first.run("Review") is None
    reviewed = first.builds["Review"].exported["CHANGE_SET"]
    (stack,) = stacks(account)
    assert (stack["StackName"], stack["StackStatus"]) == ("nightly-etl", "REVIEW_IN_PROGRESS")
    assert "add     MasterStateMachine " in first.builds["Review"].log
    assert f"sfnorch deploy --stack-name nightly-etl --execute-change-set {reviewed}\n" in first.builds["Review"].log

    reviewing = len(wired.calls)
    assert first.run("Approve", "Deploy") is None
    change_set = account.client("cloudformation").describe_change_set(ChangeSetName=reviewed, StackName="nightly-etl")
    assert [unquote(approval["ExternalEntityLink"]) for approval in first.approvals] == [
        (
            f"https://{REGION}.console.aws.amazon.com/cloudformation/home?region={REGION}#/stacks/changesets/changes"
            f"?stackId={stack['StackId']}&changeSetId={change_set['ChangeSetId']}"
        )
    ]
    assert first.approvals[0]["CustomData"] == f"Deploy the change set {reviewed} to the stack nightly-etl?"
    (stack,) = stacks(account)
    given = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]}
    assert (stack["StackStatus"], change_set["ExecutionStatus"]) == ("CREATE_COMPLETE", "EXECUTE_COMPLETE")
    assert {key: value for key, value in given.items() if value not in ("", "*")} == {
        "Environment": "prod",
        "Child1GlueJobs": "extract orders,load",
        "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/stack-RoleBoundary-XXXXXXXXXXXX",
    }
    assert [call for call in wired.calls if call.endswith("ChangeSet")].count("CreateChangeSet") == 1
    assert wired.calls.count("ExecuteChangeSet") == 1

    review, pipeline = wired.calls[:reviewing], wired.calls[reviewing:]
    assert _granted_beside("ReviewRole", review) == {
        *("logs:CreateLogStream", "logs:PutLogEvents", "s3:GetBucketAcl", "s3:GetBucketLocation"),  # CodeBuild's own
        *("s3:GetObject", "s3:GetObjectVersion"),  # artifacts
        "iam:PassRole",
        *("cloudformation:DescribeEvents", "cloudformation:DeleteChangeSet"),  # where one fails, or is empty or old
        *("cloudformation:DescribeStackEvents", "cloudformation:GetTemplate", "cloudformation:ListStackResources"),
    }
    assert {call for call in pipeline if call.startswith("Execute")} == {"ExecuteChangeSet"}
    _granted_beside("PipelineRole", pipeline)


def _granted_beside(name: str, calls: list[str]) -> set[str]:
    """Assert that the role allows each call; return the actions that it allows beside these."""
    template = evaluate_template(parse_template(PIPELINE, "pipeline"), REPOSITORY)
    (role,) = (role for role in template.roles.values() if role.name == name)
    called = {ACTIONS.get(call, f"cloudformation:{call}") for call in calls} - {"sts:GetCallerIdentity"}
    assert {action for action in called if not can_allow(role.statements, action, "*")} == set()
    return {action for statement in role.statements if statement.allow for action in statement.actions} - called


def _client(account: Account, wired: Wire) -> Any:
    """The client of CodePipeline's own action, over the wire."""
    return replace(account, endpoint=wired.address).client("cloudformation")


def test_a_plan_that_does_not_pass_lint_stops_before_anything_is_made(
    run: Run, quick: Path, tmp_path: Path, wired: Wire, account: Account, deployed: dict[str, str]
):
    run("init", "--pipeline")
    source = tmp_path / "source"
    source.mkdir()
    for name in ("buildspec.yml", "README.md"):
        shutil.move(tmp_path / name, source)
    (source / "sfnorch.yaml").write_text("pattern: master-child\nchildren: [{name: orders, jobs: ['clean*']}]\n")
    known = environment(wired, account, tmp_path / "home", quick)
    pipeline = Pipeline(PIPELINE, REPOSITORY, source, tmp_path / "work", known, deployed)

    build = pipeline.run()

    assert build is not None
    assert build.failed == "sfnorch lint"
    assert build.log.endswith(
        "Error: children[0].jobs[0]: 'clean*' is not a valid Glue job name: * is a wildcard in an IAM policy "
        "(sfnorch.yaml, line 2)\n"
    )
    assert (list(pipeline.builds), wired.calls, stacks(account)) == (["Build"], [], [])


def test_a_test_that_fails_stops_the_build_and_leaves_its_report(
    run: Run, quick: Path, tmp_path: Path, wired: Wire, account: Account, deployed: dict[str, str]
):
    run("init", "--pipeline", "dynamic")
    source = tmp_path / "source"
    (source / "tests").mkdir(parents=True)
    for name in ("buildspec.yml", "sfnorch.yaml"):
        shutil.move(tmp_path / name, source)
    (source / "tests" / "test_plan.py").write_text("def test_plan():\n    assert 1 == 2\n")
    known = environment(wired, account, tmp_path / "home", quick)
    pipeline = Pipeline(PIPELINE, REPOSITORY, source, tmp_path / "work", known, deployed)

    build = pipeline.run()

    assert build is not None
    assert build.failed.endswith("python -m pytest --junitxml=reports/tests.xml; fi")
    (suite,) = ElementTree.parse(build.folder / "reports" / "tests.xml").getroot()  # noqa: S314 - our own
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("1", "1")
    assert wired.calls == []


def test_what_init_writes_is_a_repository_that_a_pipeline_builds(
    run: Run, quick: Path, tmp_path: Path, wired: Wire, account: Account, deployed: dict[str, str]
):
    run("init", "--pipeline")
    source = tmp_path / "source"
    source.mkdir()
    for name in ("buildspec.yml", "README.md", "sfnorch.yaml", "sfnorch.sfntest.yaml", "sfnorch.schema.json"):
        shutil.move(tmp_path / name, source)
    known = environment(wired, account, tmp_path / "home", quick)
    template = run("pipeline", "render", "--plan", str(source / "sfnorch.yaml"), "-o", "-").out
    pipeline = Pipeline(template, REPOSITORY, source, tmp_path / "work", known, deployed)

    assert pipeline.run("Build") is None

    built = pipeline.artifacts["Built"]
    assert sorted(str(path.relative_to(built)) for path in built.rglob("*.*")) == [
        "SAM-template.yaml",
        "reports/tests.xml",
        "reports/timeline.txt",
    ]
    assert (built / "SAM-template.yaml").read_text() == (ROOT / "templates/master-child/SAM-template.yaml").read_text()
    assert wired.calls == []


@pytest.fixture
def push(
    run: Run, quick: Path, tmp_path: Path, wired: Wire, account: Account, deployed: dict[str, str]
) -> Callable[[str], Pipeline]:
    """A push that makes a topic with a name the stack's one resource, as far as it is built."""
    run("init", "--pipeline", "dynamic")
    known = environment(wired, account, tmp_path / "home", quick)
    source = tmp_path / "source"
    source.mkdir()
    shutil.move(tmp_path / "buildspec.yml", source)
    template = run("pipeline", "render", "-o", "-").out
    pushes = count()

    def pushed(name: str) -> Pipeline:
        number = next(pushes)
        built = tmp_path / f"built-{number}"
        built.mkdir()
        topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}
        (built / "SAM-template.yaml").write_text(json.dumps({"Resources": {"Topic": topic}}))
        variables = {**deployed, "PARAMETERS": "{}"}
        work, client = tmp_path / f"push-{number}", _client(account, wired)
        pipeline = Pipeline(template, REPOSITORY, source, work, known, variables, client)
        pipeline.artifacts["Built"] = built
        return pipeline

    return pushed


def test_of_pushes_that_wait_the_newest_counts_even_one_that_takes_all_back(
    push: Callable[[str], Pipeline], run: Run, account: Account, wired: Wire
):
    old, new, reverting = push("old"), push("new"), push("first")

    def deploy(pushed: Pipeline, *how: str) -> int:
        template = str(pushed.artifacts["Built"] / "SAM-template.yaml")
        return run("deploy", "--template", template, "--stack-name", "nightly-etl", *how).code

    assert (deploy(reverting, "--yes"), deploy(old, "--no-execute", "--supersede")) == (0, 0)
    assert new.run("Review") is None
    rows = account.client("cloudformation").list_change_sets(StackName="nightly-etl")["Summaries"]
    able = [row["ChangeSetName"] for row in rows if row["ExecutionStatus"] == "AVAILABLE"]
    assert able == [new.builds["Review"].exported["CHANGE_SET"]]

    assert reverting.run("Review", "Approve", "Deploy") is None
    assert reverting.skipped == ["Approve", "Deploy"]
    build = new.run("Approve", "Deploy")

    assert build is not None
    assert (build.failed, "ChangeSetNotFound" in build.log) == ("CHANGE_SET_EXECUTE", True), build.log
