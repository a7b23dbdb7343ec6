"""A repository that a CI delivers to two accounts in an emulator, and what the roles of its jobs call."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from sfnorch.template.contents import evaluate_template
from sfnorch.template.iam import can_allow
from sfnorch.template.reader import parse_template
from sfnorch.template.resources import StackEnvironment
from tests.codebuild import own_environment
from tests.conftest import Run
from tests.ministack import REGION, new_account, simplify_alarms
from tests.quick_commands import write_quick_commands
from tests.wire import Answer, Wire, json_answer

PLAN = """\
pattern: dynamic
name: nightly-etl
environments:
  dev: {{account: '{dev}', region: {region}, profile: data-dev}}
  prod: {{account: '{prod}', region: {region}, alerts: {{emails: [on-call@example.com]}}}}
"""
ACTIONS = {
    "S3 HEAD": "s3:ListBucket",
    "S3 PUT": "s3:PutObject",
    "ListJobs": "glue:ListJobs",
    "ValidateStateMachineDefinition": "states:ValidateStateMachineDefinition",
}


class Delivery:
    """A repository with the files of `sfnorch init --ci`, and the accounts that it is delivered to."""

    def __init__(self, ci: str, run: Run, folder: Path, wire: Wire, endpoint: str) -> None:
        wire.answer = _answer
        self.ci, self.folder, self.wire = ci, folder, wire
        self.accounts = {name: new_account(endpoint) for name in ("dev", "prod")}
        for name, account in self.accounts.items():
            for part in ("ci", "ci-pr"):
                bucket, place = f"nightly-etl-{name}-{part}-{account.number}", {"LocationConstraint": REGION}
                account.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        numbers = {name: account.number for name, account in self.accounts.items()}
        Path("sfnorch.yaml").write_text(PLAN.format(region=REGION, **numbers))
        assert run("init", "--ci", ci).code == 0
        if ci == "codepipeline":
            assert run("pipeline", "render", "--account-roles", "-o", "codepipeline-roles.yaml").code == 0
            (folder / "cloudformation").mkdir()
            shutil.move("codepipeline-roles.yaml", "cloudformation")
        written = list(folder.iterdir())
        self.source = folder / "source"
        self.source.mkdir()
        for path in written:
            shutil.move(path, self.source / path.name)
        self.commands = write_quick_commands(folder / "quick", Path(sys.executable))
        self.calls: dict[str, set[str]] = {}
        own = own_environment(folder / "home")
        self.environment = {
            **own,
            "PATH": f"{self.commands}:{own['PATH']}",
            "AWS_ENDPOINT_URL": wire.address,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            "COLUMNS": "100",
        }
        (folder / "home").mkdir()

    def assume(self, role: str, region: str) -> Mapping[str, str]:
        """The variables with the credentials of a role, which are those of its account."""
        (account,) = (each for each in self.accounts.values() if each.number == role.split(":")[4])
        return {**account.environment(), "AWS_ENDPOINT_URL": self.wire.address, "AWS_DEFAULT_REGION": region}

    def note(self, role: str) -> None:
        """Note that the role has made the calls since the last note."""
        calls, self.wire.calls = self.wire.calls, []
        if calls:
            self.calls.setdefault(role.rpartition("/")[2], set()).update(calls)

    def simplify(self, built: Path) -> None:
        """Have the templates alarms that the emulator can create."""
        for path in built.rglob("SAM-template.yaml"):
            path.write_text(simplify_alarms(path.read_text()))

    def stacks(self, environment: str) -> dict[str, str]:
        """The stacks of an account with their statuses."""
        listed = self.accounts[environment].client("cloudformation").describe_stacks()["Stacks"]
        return {stack["StackName"]: stack["StackStatus"] for stack in listed}

    def refuse(self, environment: str, end: str) -> set[str]:
        """The noted calls that the role, as the written template has it, does not allow."""
        given = {"StackName": f"nightly-etl-{environment}", "Repository": "team/etl", "Environment": environment}
        given |= {"PipelineAccount": "999999999999", "PipelineStackName": "nightly-etl-pipeline"}
        text = (self.source / "cloudformation" / f"{self.ci}-roles.yaml").read_text()
        source = parse_template(text, "roles")
        given = {name: value for name, value in given.items() if name in source.data["Parameters"]}
        where = StackEnvironment(region=REGION, account=self.accounts[environment].number)
        template = evaluate_template(source, given, where)
        (role,) = (role for role in template.roles.values() if role.name == f"{end.capitalize()}Role")
        called = {
            ACTIONS.get(call, f"cloudformation:{call}") for call in self.calls[f"nightly-etl-{environment}-ci-{end}"]
        }
        called -= {"cloudformation:GetCallerIdentity"}
        return {action for action in called if not can_allow(role.statements, action, "*")}


def _answer(operation: str, _: bytes) -> Answer | None:
    return json_answer({"JobNames": []}) if operation == "ListJobs" else None
